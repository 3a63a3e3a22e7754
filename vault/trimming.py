# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keeping folders of copies below a size: what was not used for longest goes first.

A file's own time says when it was last used, so there is no list to keep, nothing a crash could
leave wrong, and several processes may use and trim the same folders.  A use costs one look at the
file; the folders are looked through only after a share of the limit was added.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

STILL_IN_USE_S: Final = 300
"""A copy used so lately is not removed: somebody may be about to open the path he was given."""

TOUCHED_S: Final = 60
ABANDONED_S: Final = 24 * 3600
LOOKED_S: Final = 3600
SHARE: Final = 16
"""Folders are looked through again when a sixteenth of their limit was added."""


@dataclass(frozen=True, slots=True)
class Trimmed:
    """What was found, and what of it was removed: files and bytes."""

    files: int
    size: int
    removed: int
    freed: int


def used(path: Path) -> bool:
    """Tell whether a copy is there, and make it young again."""
    try:
        told = path.stat()
    except OSError:
        return False
    touch(path, told)
    return True


def touch(path: Path, told: os.stat_result) -> None:
    """Make a copy young again that was looked at just now, where that was not done lately."""
    if time.time() - told.st_mtime > TOUCHED_S:
        with contextlib.suppress(OSError):
            os.utime(path)


def trim(folders: Sequence[Path], limit: int, counts: Callable[[str], bool]) -> Trimmed:
    """Remove copies until a sixteenth of the limit (bytes) is free, and what crashes left.

    ``counts`` says by its name whether a file is a copy; nothing else is touched but files and
    folders aside that nobody finished within a day.
    """
    now, kept = time.time(), []
    for entry, told in _files(folders, now):
        if counts(entry.name):
            kept.append((told.st_mtime, told.st_size, entry.path))
    total = sum(size for _used, size, _path in kept)
    left, removed = total, 0
    for last, size, path in sorted(kept):
        if left <= limit - limit // SHARE or now - last < STILL_IN_USE_S:
            break
        with contextlib.suppress(FileNotFoundError):  # another process was first
            try:
                os.unlink(path)  # noqa: PTH108 - of a hundred thousand
            except OSError:
                continue  # it may not be removed, so it counts
        left -= size
        removed += 1
    return Trimmed(len(kept), total, removed, total - left)


def held(folder: Path) -> int:
    """Return the bytes of all copies below a folder; nothing is changed."""
    return sum(told.st_size for _entry, told in _files([folder], now=0.0))


def _files(
    folders: Sequence[Path | str], now: float
) -> Iterator[tuple[os.DirEntry[str], os.stat_result]]:
    """Yield the files below folders, and remove those aside that were abandoned; follow no links."""
    waiting: list[Path | str] = list(folders)
    while waiting:
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError:
            continue
        for entry in entries:
            with contextlib.suppress(OSError):
                told = entry.stat(follow_symlinks=False)
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                elif not is_aside(entry.name):
                    yield entry, told
                elif now - told.st_mtime > ABANDONED_S:
                    os.unlink(entry.path)  # noqa: PTH108


def is_aside(name: str) -> bool:
    """Tell a file that is still being written from a copy."""
    return name.startswith(".") or name.endswith(".aside")


class Budget:
    """Counts what a process adds to folders of one limit, and has them trimmed now and then."""

    def __init__(self, limit: int, trim_now: Callable[[], object]) -> None:
        """Remember the limit in bytes and how to trim; the first thing added asks for it too."""
        self.limit = limit
        self._trim_now = trim_now
        self._room = 0
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Take it that the folders were looked through just now, by whomever."""
        self._room = self.limit // SHARE

    def count(self, added: int) -> None:
        """Add so many bytes, and trim where the share is used up; others do not wait for that."""
        with self._lock:
            self._room -= added
            full = self._room < 0
            if full:
                self.begin()
        if full:
            self._trim_now()
