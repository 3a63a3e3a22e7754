# SPDX-License-Identifier: AGPL-3.0-or-later
"""The watched folder on disk: walk it, look at a file, take a copy that is whole.

Symbolic links are never followed, neither as files nor as folders on the way: what lies behind
one is not in the folder that somebody chose to share.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from vault import settings
from vault.errors import UnwatchableFolder
from vault.home import Vault
from vault.watch import temporaries
from vault.watch.patience import Look

if sys.platform == "linux":
    import fcntl

NETWORK: Final = frozenset(
    ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "vboxsf", "prl_fs",
     "drvfs", "virtiofs", "ncpfs", "lustre", "davfs", "fuse")
)  # fmt: skip
_CHUNK: Final = 1 << 20
_OPEN: Final = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(
    os, "O_BINARY", 0
)  # fmt: skip


class Folder:
    """A folder to watch; paths are given from it, with ``/`` between names."""

    def __init__(self, root: Path) -> None:
        """Take a folder that ``chosen`` has looked at."""
        self.root = root
        self.is_network = _is_network(root)
        self._device = root.stat().st_dev

    def present(self) -> bool:
        """Say whether the folder is there, on the disk it was on: a share can fall away."""
        try:
            found = self.root.stat()
        except OSError:
            return False
        return stat.S_ISDIR(found.st_mode) and found.st_dev == self._device

    def walk(self, under: str = "") -> tuple[dict[str, Look], list[str]]:
        """Return every file that is no temporary with its look, and the folders one may not read.

        Of the latter nothing is known, above all not that their files are gone.
        """
        unread: list[str] = []
        return dict(self._walked(self.root / under, under, unread)), unread

    def look(self, path: str) -> Look | None:
        """Return how a file looks now, or None where there is no ordinary file of ours."""
        place = self.root / path
        try:
            found = place.lstat()
        except (OSError, ValueError):
            return None
        if not stat.S_ISREG(found.st_mode) or os.path.realpath(place.parent) != str(place.parent):
            return None
        return self._look(found)

    def is_held(self, path: str) -> bool:
        """Say whether a program on this machine has the file open for writing, where one can tell.

        Linux refuses a read lease (fcntl F_SETLEASE) on such a file.  The signal a lease may raise
        is set to one that is ignored, since the usual one ends the process.
        """
        if sys.platform != "linux":
            return False
        with contextlib.suppress(OSError), _opened(self.root / path) as handle:
            try:
                fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
                fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
                fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
            except BlockingIOError:
                return True
        return False

    def take(self, path: str, look: Look, into: Path | None) -> str | None:
        """Copy a file aside and return its SHA-256, or None where it is not as it looked any more.

        Without a place to copy to it is only read.  Raises OSError where it does not open, or the
        copy cannot be written.
        """
        hashed = hashlib.sha256()
        with _opened(self.root / path) as handle, contextlib.ExitStack() as both:
            if self._look(os.fstat(handle)) != look:
                return None
            sink = both.enter_context(into.open("wb")) if into else None
            while chunk := os.read(handle, _CHUNK):
                hashed.update(chunk)
                if sink:
                    sink.write(chunk)
            after = self._look(os.fstat(handle))
        return hashed.hexdigest() if after == look == self.look(path) else None

    def _walked(self, place: Path, path: str, unread: list[str]) -> Iterator[tuple[str, Look]]:
        try:
            entries = list(os.scandir(place))
        except (FileNotFoundError, NotADirectoryError):
            return  # it went while we looked
        except OSError:
            unread.append(path)
            return
        for entry in entries:
            below = f"{path}/{entry.name}" if path else entry.name
            with contextlib.suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    if not temporaries.is_kept_out(entry.name):
                        yield from self._walked(place / entry.name, below, unread)
                elif entry.is_file(follow_symlinks=False) and not temporaries.is_temporary(below):
                    yield below, self._look(entry.stat(follow_symlinks=False))

    def _look(self, found: os.stat_result) -> Look:
        if self.is_network or os.name == "nt":
            return Look(found.st_size, found.st_mtime_ns)
        return Look(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def chosen(vault: Vault, place: Path) -> Folder:
    """Return a folder to watch; raises UnwatchableFolder for the vault, what is in or around it."""
    root = place.resolve()
    if not root.is_dir():
        raise UnwatchableFolder(where=place, why="there is no such folder")
    if root == vault.root or vault.root in root.parents:
        raise UnwatchableFolder(where=place, why="it is a vault, or lies in one")
    if root in vault.root.parents:
        raise UnwatchableFolder(where=place, why=f"the vault {vault.root} lies in it")
    if any((above / settings.FILE).is_file() for above in (root, *root.parents)):
        raise UnwatchableFolder(where=place, why="it is a vault, or lies in one")
    return Folder(root)


@contextlib.contextmanager
def _opened(place: Path) -> Iterator[int]:
    handle = os.open(place, _OPEN)
    try:
        yield handle
    finally:
        os.close(handle)


def _is_network(root: Path) -> bool:
    """Say whether a folder lies on another machine, whose writes this system is not told of."""
    if os.name == "nt":
        return str(root).startswith("\\\\")
    best, kind = "", ""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/mountinfo").read_text("utf-8", "replace").splitlines():
            before, _dash, after = line.partition(" - ")
            point = before.split()[4].replace("\\040", " ")
            inside = str(root) == point or str(root).startswith(point.rstrip("/") + "/")
            if inside and len(point) >= len(best):
                best, kind = point, after.split()[0]
    return kind in NETWORK or kind.startswith("fuse.")
