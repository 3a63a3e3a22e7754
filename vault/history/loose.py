# SPDX-License-Identifier: AGPL-3.0-or-later
"""Objects of git written together: all of them on disk before the first one has its name.

libgit2 flushes each object and its folder on its own, a dozen waits for the disk in every commit.
Here the files of a commit are flushed at the same time, which a journalling file system answers
with one write of its journal, and only then renamed; so no name ever stands for half an object.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from vault import durable, errors
from vault.history.record import Kept

_UNFINISHED: Final = "tmp_obj_"  # git's own name for it: `git gc` sweeps what a crash leaves
_AT_ONCE: Final = 200  # files open at a time
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


class Loose:
    """Objects that will be written to one repository; nothing is on disk before ``write``."""

    def __init__(self, kept: Kept) -> None:
        """Begin with none."""
        self._kept = kept
        self._folder = kept.place
        self._new: dict[str, bytes] = {}

    def add(self, kind: str, data: bytes) -> str:
        """Take an object (``blob``, ``tree``, ``commit`` or ``tag``) and return its name.

        One that is there already is compared instead: two files of one SHA-1 are known, and the
        second must never pass for the first.  Raises DamagedHistory then.
        """
        whole = b"%b %d\0%b" % (kind.encode(), len(data), data)
        oid = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
        there = self._kept.held(oid)
        is_new = there is None
        same = self._new.setdefault(oid, whole) == whole if is_new else there == (kind, data)
        if not same:
            raise errors.DamagedHistory(where=oid, why="other bytes have the same name")
        return oid

    def write(self) -> None:
        """Put every object that was not there yet on disk, under its name; then forget them all."""
        missing = list(self._new.items())
        for start in range(0, len(missing), _AT_ONCE):
            self._put(dict(missing[start : start + _AT_ONCE]))
        self._new.clear()

    def _put(self, missing: Mapping[str, bytes]) -> None:
        folders = {self._folder / oid[:2] for oid in missing}
        fresh = [folder for folder in folders if not folder.is_dir()]
        for folder in fresh:
            folder.mkdir(exist_ok=True)
        asides: dict[Path, Path] = {}
        try:
            with contextlib.ExitStack() as opened:
                handles = []
                for oid, whole in missing.items():
                    place = self._folder / oid[:2] / oid[2:]
                    aside = place.with_name(f"{_UNFINISHED}{secrets.token_hex(8)}")
                    asides[aside] = place
                    handles.append(os.open(aside, _NEW, 0o444))
                    file = opened.enter_context(os.fdopen(handles[-1], "wb"))
                    file.write(zlib.compress(whole, 1))
                    file.flush()
                durable.fsync_handles(handles)
            for aside in list(asides):
                aside.replace(asides.pop(aside))
        finally:
            for aside in asides:
                aside.unlink(missing_ok=True)
        durable.fsync_folders([*folders, *([self._folder] if fresh else ())])
