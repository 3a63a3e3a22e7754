# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why nothing could be made of a file, kept beside what is made of others.

A file that is broken stays broken, and one that was built to hurt must hurt once: whoever asks for
it again is told at once, and no worker is asked.  What a worker gave up is tried again after an
hour, for a busy machine may do better.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from vault.errors import UnreadableFile, WorkerGaveUp

GIVEN_UP: Final = 3600.0  # seconds


@contextmanager
def remembered(place: Path, name: str) -> Iterator[None]:
    """Raise what was refused earlier; else keep what is refused within."""
    again(place, name)
    try:
        yield
    except UnreadableFile as refusal:
        _keep(place, {"reason": refusal.facts["reason"]})
        raise
    except WorkerGaveUp as refusal:
        _keep(place, {"limit": refusal.facts["limit"], "until": time.time() + GIVEN_UP})
        raise


def again(place: Path, name: str) -> None:
    """Raise what was refused earlier, under the name the file has now."""
    try:
        told: dict[str, Any] = json.loads(place.read_text("utf-8"))
    except (OSError, ValueError):
        return
    if "reason" in told:
        raise UnreadableFile(name=name, reason=told["reason"])
    if told.get("until", 0) > time.time():
        raise WorkerGaveUp(name=name, limit=told["limit"])


def _keep(place: Path, told: dict[str, Any]) -> None:
    aside = place.with_name(f".{secrets.token_hex(8)}.aside")
    with contextlib.suppress(OSError):  # a full disk must not hide the reason
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            aside.write_text(json.dumps(told), "utf-8")
            aside.replace(place)
        finally:
            aside.unlink(missing_ok=True)
