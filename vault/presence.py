# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who has a vault open: a mark that each program holds while it lives, and the system takes back.

A program that has the old address of the object store would keep acknowledging bytes there after
`titleblock objects move` wrote the new one; so the address is changed only by a program that is
alone.  The mark is a shared lock on the folder of keys, which is there for as long as the vault.
Where there is no ``flock`` (Windows) everybody seems alone, and the manual says what to stop.
"""

from __future__ import annotations

import contextlib
import os
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Final

if os.name == "posix":
    import fcntl

WAIT_S: Final = 3.0  # a command that was just about to end may end


class Presence:
    """This program's mark; ``leave`` or the end of the program gives it back."""

    def __init__(self, folder: Path) -> None:
        """Enter, waiting while somebody is alone; a folder that is not there has no marks."""
        self._handle: int | None = None
        if os.name == "posix":
            with contextlib.suppress(OSError):
                self._handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        if self._handle is not None:
            self._closing = weakref.finalize(self, os.close, self._handle)
            fcntl.flock(self._handle, fcntl.LOCK_SH)

    def leave(self) -> None:
        """Give the mark back; a second time does nothing."""
        if self._handle is not None:
            self._closing()

    @contextlib.contextmanager
    def alone(self) -> Iterator[bool]:
        """Keep everybody else out meanwhile; gives False where somebody else is in."""
        if self._handle is None:
            yield True
            return
        alone = self._only_one(self._handle)
        try:
            yield alone
        finally:
            fcntl.flock(self._handle, fcntl.LOCK_SH)

    @staticmethod
    def _only_one(handle: int) -> bool:
        end = time.monotonic() + WAIT_S
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > end:
                    return False
                time.sleep(0.05)
            else:
                return True
