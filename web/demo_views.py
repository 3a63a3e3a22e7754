# SPDX-License-Identifier: AGPL-3.0-or-later
"""What of the demo is worth looking at closer: a model in 3D, a drawing, a program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from release import showing
from release.log import ReleaseLog
from vault.home import Vault

WORDS: Final = (
    (showing.MODEL, "11-0001", "a released model, turned in 3D"),
    (showing.SHEETS, "10-0001", "a drawing, as close as you like: wheel, pinch, two taps"),
    (showing.PROGRAM, "10-0042", "a program for a machine, with its name to be scanned"),
)


def worth_opening(vault: Vault) -> Iterator[tuple[str, str]]:
    """Yield the address of a file of each kind that the demo has released, and why to open it."""
    log = ReleaseLog(vault)
    for kind, number, why in WORDS:
        revision = log.current(number)
        names = [one.name for one in revision.files] if revision else []
        found = next((name for name in names if showing.kind(name) == kind), None)
        if revision and found:
            yield f"/items/{number}/{revision.rev}/view/{quote(found)}", why
