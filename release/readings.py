# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was read from PDFs, kept by the SHA-256 of their bytes: does one open, what is its title block.

Opening a drawing takes a worker process milliseconds to seconds, and the same bytes say the same
for ever, so all processes share what one has read, below ``<vault>/cache/readings``.  Bytes are
hashed before they are asked for here: what is kept never stands for other bytes.  The folder may be
removed at any time.
"""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from release.change import FileFact
from release.rules.case import Block
from vault import derived, errors, trimming
from vault.home import Vault
from vault.objects.store import Digest
from vault.reading import pictures

FOLDER: Final = "readings"
VERSION: Final = 1  # of what is read; another one reads everything again


def fault(vault: Vault, file: FileFact, path: Path) -> str | None:
    """Return why a PDF whose bytes were just checked does not open, or None where it does."""

    def look() -> dict[str, Any]:
        try:
            pictures.facts(vault.worker, path, file.name)
        except errors.WorkerGaveUp:
            raise  # a busy machine may do better the next time
        except errors.Refusal as refusal:
            return {"fault": str(refusal.facts.get("reason") or refusal)}
        return {"fault": None}

    try:
        told = _read(vault.cache, file.sha256, "opens", look)
    except errors.WorkerGaveUp as gave_up:
        return str(gave_up)
    found: str | None = told["fault"]
    return found


def block(vault: Vault, file: FileFact) -> Block:
    """Return what the title blocks of a PDF say; one that does not open says nothing.

    Raises MissingObject, DamagedObject or WorkerGaveUp.
    """

    def look() -> dict[str, Any]:
        path = vault.objects.path(Digest(file.md5, file.sha256, file.size), file.name)
        try:
            return vault.worker.call("vault.reading.sheet:fields", path=path, name=file.name)
        except errors.UnreadableFile:
            return {"sheets": [], "words": 0}

    told = _read(vault.cache, file.sha256, "block", look)
    return Block(tuple(told["sheets"]), told["words"])


def _read(
    cache: Path, sha256: str, what: str, look: Callable[[], dict[str, Any]]
) -> dict[str, Any]:  # fmt: skip
    place = str(cache / FOLDER / sha256[:2] / f"{sha256}-{what}-{VERSION}.json")
    kept = _kept(place)
    if kept is None:
        kept = json.dumps(look())
        _keep(cache, Path(place), kept)
    found: dict[str, Any] = json.loads(kept)
    return found


def _kept(place: str) -> str | None:
    """Return what was kept, None where there is nothing or a power cut left a piece of it."""
    try:
        text = Path(place).read_text("utf-8")
        json.loads(text)
    except (OSError, ValueError):
        return None
    trimming.used(Path(place))
    return text


def _keep(cache: Path, place: Path, text: str) -> None:
    aside = place.with_name(f".{secrets.token_hex(8)}.aside")
    with contextlib.suppress(OSError):  # a full disk must not stop anybody from judging
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            aside.write_text(text, "utf-8")
            aside.replace(place)
            derived.added(cache.parent, place)
        finally:
            aside.unlink(missing_ok=True)
