# SPDX-License-Identifier: AGPL-3.0-or-later
"""On disk before an answer says so: write aside, fsync, rename, fsync the folder.

A rename that is not followed by an fsync of its folder can be lost by a power
cut although both files are intact.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

if os.name == "posix":
    import fcntl

_AT_ONCE = 8  # flushes under way; more of them gain nothing


def write(path: Path, data: bytes | Iterable[bytes], mode: int = 0o644) -> None:
    """Put bytes at a path as a whole or not at all, and return when they are on disk.

    Parts of them may come one by one, so that a large file need not be in memory.
    """
    aside = path.with_name(f".{path.name}.{secrets.token_hex(6)}.aside")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines([data] if isinstance(data, bytes) else data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    fsync_folder(path.parent)


def fsync_folder(folder: Path) -> None:
    """Flush a folder's list of names; where folders cannot be opened (Windows) the system does."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def fsync_file(path: Path) -> None:
    """Flush a file somebody else has written."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def fsync_handles(handles: Sequence[int]) -> None:
    """Flush open files at the same time, for which a disk needs hardly longer than for one.

    Each is flushed in its own right, so nothing is taken for granted about the file system.
    """
    if len(handles) < 2:
        for handle in handles:
            os.fsync(handle)
        return
    for _ in _flushers().map(os.fsync, handles):
        pass  # what went wrong is raised here


@cache
def _flushers() -> ThreadPoolExecutor:
    """Return threads that wait for the disk; a forked process gets its own."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - hooks start without it

    return ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="fsync")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_flushers.cache_clear)


def fsync_folders(folders: Collection[Path]) -> None:
    """Flush the lists of names of several folders at the same time; one that is gone has none."""
    if os.name == "nt":
        return
    with contextlib.ExitStack() as opened:
        handles = []
        for folder in folders:
            with contextlib.suppress(FileNotFoundError):
                handles.append(os.open(folder, os.O_RDONLY | os.O_DIRECTORY))
                opened.callback(os.close, handles[-1])
        fsync_handles(handles)


def fsync_tree(root: Path) -> None:
    """Flush every file and folder below a root; for set-up, never for a hot path."""
    for folder, _folders, files in os.walk(root):
        for name in files:
            fsync_file(Path(folder) / name)
        fsync_folder(Path(folder))
    fsync_folder(root.parent)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let one process at a time decide what stands in a folder; the lock dies with its holder.

    Where there is no ``flock`` (Windows) nothing is locked: files that are open cannot be replaced
    there, which is the other half of the protection.
    """
    if os.name == "nt":
        yield
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
