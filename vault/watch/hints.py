# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the system whispers: paths that may have changed, collected between two looks."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Final

from vault.watch import temporaries

MOST: Final = 20_000
"""More paths than these are not remembered one by one: the whole folder is looked through."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Files and folders that may have changed, from the watched folder; or all of it may have."""

    files: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()
    everything: bool = False


class Hints:
    """A box of hints: any thread puts in, one takes out.  Its size is bounded."""

    def __init__(self) -> None:
        """Begin with nothing heard."""
        self._changed = threading.Condition()
        self._files: set[str] = set()
        self._folders: set[str] = set()
        self._everything = False

    def file(self, path: str) -> None:
        """Hint at a file; temporaries of programs are not even kept."""
        if not temporaries.is_temporary(path):
            self._put(self._files, path)

    def folder(self, path: str) -> None:
        """Hint at a folder that came, went or was renamed with all that is in it."""
        if not any(map(temporaries.is_kept_out, path.split("/"))):
            self._put(self._folders, path)

    def everything(self) -> None:
        """Hint that hints were lost."""
        with self._changed:
            self._everything = True
            self._changed.notify()

    def take(self) -> Heard:
        """Return what was heard since the last time."""
        with self._changed:
            heard = Heard(frozenset(self._files), frozenset(self._folders), self._everything)
            self._files.clear()
            self._folders.clear()
            self._everything = False
        return heard

    def wait(self, seconds: float) -> None:
        """Wait until something is heard, but not longer."""
        with self._changed:
            if not (self._files or self._folders or self._everything):
                self._changed.wait(seconds)

    def _put(self, box: set[str], path: str) -> None:
        with self._changed:
            if len(box) >= MOST:
                box.clear()
                self._everything = True
            elif not self._everything:
                box.add(path)
            self._changed.notify()
