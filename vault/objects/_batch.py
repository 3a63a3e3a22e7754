# SPDX-License-Identifier: AGPL-3.0-or-later
"""Many objects put into a folder together: one flush of the disk for all, instead of two for each.

Nothing of a batch is at its address before all of it is on disk, so a crash leaves no half object
here either, and what a dead process has left is known by its folder that nobody has locked.
"""

from __future__ import annotations

# ctypes is imported where the one call of it is made: every start of a command would pay for it.
import itertools
import os
import sys
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from vault import durable
from vault.errors import AddressTaken, StoreUnwritable
from vault.objects.store import Digest, Readable, called, named, take_in

ENDING = ".batch"
_LINUX_TELLS = (5, 8)  # the first Linux whose syncfs reports that something could not be written
_AT_ONCE = 200  # files open at a time
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Taken:
    """One object of a batch: its digest, where it lies meanwhile, and what people call it."""

    digest: Digest
    aside: str
    name: str


class Batch:
    """Objects that arrive in a folder of their own; may be used by several threads."""

    def __init__(self, folder: Path, mode: int, is_kept: Callable[[Digest, str], bool]) -> None:
        """Collect in an empty folder what the store does not keep already.

        ``is_kept`` raises AddressTaken where the store keeps other bytes of the same md5.
        """
        self._folder, self._mode, self._is_kept = folder, mode, is_kept
        self._handle = _opened(folder)
        self._names = itertools.count()
        self._lock = threading.Lock()
        self._taken: dict[str, Taken] = {}

    def put(self, source: Path | Readable, name: str = "") -> Digest:
        """Take in a file or stream; the store keeps it at the end.

        Raises AddressTaken, UnreadableFile or StoreUnwritable.
        """
        aside = f"{self._folder}/{next(self._names)}"
        try:
            with named(source, name) as readable, self._new_file(aside) as sink:
                digest = take_in(readable, sink)
            if self._is_kept(digest, name):
                os.unlink(aside)  # noqa: PTH108 - a Path for each file costs as much as hashing it
                return digest
        except OSError as fault:
            raise StoreUnwritable(where=self._folder, why=fault.strerror or fault) from fault
        taken = Taken(digest, aside, name)
        with self._lock:
            there = self._taken.setdefault(digest.md5, taken)
        if there is not taken:
            os.unlink(aside)  # noqa: PTH108
            if there.digest != digest:
                raise AddressTaken(name=called(name, digest.md5), md5=digest.md5)
        return digest

    def _new_file(self, aside: str) -> BinaryIO:
        return os.fdopen(os.open(aside, _NEW, self._mode), "wb")

    def flushed(self) -> Collection[Taken]:
        """Return what was taken in; all of it is on disk now."""
        taken = self._taken.values()
        try:
            if not _flush_all(self._handle):
                asides = [one.aside for one in taken]
                for start in range(0, len(asides), _AT_ONCE):
                    _flush_each(asides[start : start + _AT_ONCE])
        finally:
            self.close()
        return taken

    def close(self) -> None:
        """Let go of the folder."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _opened(folder: Path) -> int | None:
    """Open a folder before anything is written, so that its system counts failures from here on."""
    return os.open(folder, os.O_RDONLY) if sys.platform == "linux" else None


def _flush_all(handle: int | None) -> bool:
    """Flush the file system of an open folder by one call; False where that proves nothing."""
    if handle is None:
        return False
    version = tuple(int(part) for part in os.uname().release.split(".")[:2] if part.isdigit())
    if version < _LINUX_TELLS:
        return False
    import ctypes  # noqa: PLC0415 - see the top of the file

    if ctypes.CDLL(None, use_errno=True).syncfs(handle):
        fault = ctypes.get_errno()
        raise OSError(fault, os.strerror(fault))
    return True


def _flush_each(paths: Sequence[str]) -> None:
    handles = [os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY) for path in paths]
    try:
        durable.fsync_handles(handles)
    finally:
        for handle in handles:
            os.close(handle)
