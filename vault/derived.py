# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the cache holds of all that is made again when somebody looks, below one size.

Pictures, meshes, drawn sheets, marked copies, redlines, copies for packets, and what was read out of
drawings: everything comes from objects and history.  Commands come and go, so who comes first
within an hour looks the folders through, whoever added what is there.
"""

from __future__ import annotations

import contextlib
import time
from functools import cache
from pathlib import Path
from typing import Final

from vault import settings
from vault.errors import Refusal
from vault.trimming import LOOKED_S, Budget, Trimmed, held, is_aside, trim

CACHE: Final = "cache"
FOLDERS: Final = (
    "pages", "drawn", "models", "stamps", "redline", "packets", "words", "readings", "text",
)  # fmt: skip
LOOKED: Final = "looked-through"


def added(root: Path, *made: Path) -> None:
    """Count files that were made in the cache of a vault, and make room where they were too many."""
    size = 0
    for path in made:
        with contextlib.suppress(OSError):
            size += path.stat().st_size
    _budget(root).count(size)


def make_room(root: Path, limit: int) -> Trimmed:
    """Remove what was not looked at for longest, until less than the limit (bytes) is left."""
    place = root / CACHE / LOOKED
    with contextlib.suppress(OSError):
        place.touch()
    return trim([root / CACHE / one for one in FOLDERS], limit, lambda name: not is_aside(name))


def sizes(root: Path) -> dict[str, int]:
    """Return the bytes in each folder of the cache, those too that have no limit."""
    found = {}
    with contextlib.suppress(FileNotFoundError):
        for folder in sorted(one for one in (root / CACHE).iterdir() if one.is_dir()):
            found[folder.name] = held(folder)
    return found


@cache
def _budget(root: Path) -> Budget:
    """Return what this process may still add to a vault's cache before it is looked through."""
    try:
        limit = settings.load(root / settings.FILE).largest_derived
    except Refusal:  # it was readable when the vault was opened; whoever mends it is told why
        limit = settings.LARGEST_DERIVED
    budget = Budget(limit, lambda: make_room(root, limit))
    with contextlib.suppress(OSError):
        if time.time() - (root / CACHE / LOOKED).stat().st_mtime < LOOKED_S:
            budget.begin()
    return budget
