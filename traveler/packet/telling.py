# SPDX-License-Identifier: AGPL-3.0-or-later
"""How far a packet is while it is made, for a page of another process that asks.

A number in a file of the cache, written over and never read back as truth: a packet is issued when
the ledger says so, whatever stands here.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from traveler.packet.enclosing import FOLDER
from vault.home import Vault

WHOLE = 100


class Teller:
    """Counts the points of a packet that is being made; ``end`` forgets them."""

    def __init__(self, vault: Vault, job: str) -> None:
        """Begin at nothing."""
        self._place = _place(vault, job)
        self._place.parent.mkdir(parents=True, exist_ok=True)
        self._points = 0
        self(0)

    def __call__(self, points: int) -> None:
        """Write down that so many more are done."""
        self._points += points
        self._place.write_text(str(self._points), "ascii")

    def end(self) -> None:
        """Forget them: it is issued, or refused."""
        self._place.unlink(missing_ok=True)


def points(vault: Vault, job: str) -> int:
    """Return how many of a hundred points of a job's packet are done; none where none is made."""
    try:
        return min(max(int(_place(vault, job).read_text("ascii")), 0), WHOLE)
    except (OSError, ValueError):
        return 0


def _place(vault: Vault, job: str) -> Path:
    name = hashlib.sha256(job.casefold().encode("utf-8", "surrogatepass")).hexdigest()[:24]
    return vault.cache / FOLDER / f"{name}.points"
