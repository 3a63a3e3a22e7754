# SPDX-License-Identifier: AGPL-3.0-or-later
"""Locks of refs that nobody holds any more: git leaves one where it was killed while a ref moved.

Such a file blocks the ref for ever, so it has to go by itself; but only where its holder is
certainly dead, since a lock taken from a living writer would let two of them win.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from vault import durable

YOUNG_S: Final = 3.0
"""Within this time any writer of ours is done or dead: it holds a lock for one rename."""
OLD_S: Final = 600.0
"""Where the system does not show its programs, a lock of this age is nobody's."""
_WRITERS: Final = (b"receive-pack", b"update-ref", b"fast-import", b"fetch")
_PROCESSES: Final = Path("/proc")


def clear(git_dir: Path, ref: str) -> bool:
    """Remove the lock of a ref if nobody holds it, and say whether the ref is free.

    Waits for a young lock, which somebody may be about to give back.
    """
    lock = git_dir / f"{ref}.lock"
    while (age := _age(lock)) is not None and age < YOUNG_S:
        time.sleep(0.05)
    if age is None:
        return True
    if _held(git_dir) if _PROCESSES.is_dir() else age < OLD_S:
        return False
    with durable.locked(git_dir):  # else two who clear could take away the lock of a third
        if (age := _age(lock)) is not None and age >= YOUNG_S:
            lock.unlink(missing_ok=True)
    return age is None or age >= YOUNG_S


def _age(lock: Path) -> float | None:
    try:
        return time.time() - lock.stat().st_mtime
    except OSError:
        return None


def _held(git_dir: Path) -> bool:
    """Say whether a git that could hold a lock works on this repository, our own parents apart."""
    ours = set(_parents(os.getpid()))
    for process in _PROCESSES.glob("[0-9]*"):
        if int(process.name) in ours:
            continue
        try:
            told = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if any(word in told for word in _WRITERS) and _works_on(process, told, git_dir):
            return True
    return False


def _works_on(process: Path, told: bytes, git_dir: Path) -> bool:
    try:
        return (process / "cwd").readlink() == git_dir or bytes(git_dir) in told
    except FileNotFoundError:
        return False  # it has ended meanwhile
    except OSError:
        return True  # somebody else's program, which may be the holder


def _parents(process: int) -> Iterator[int]:
    while process > 1:
        yield process
        try:
            told = (_PROCESSES / str(process) / "stat").read_text("ascii", "replace")
        except OSError:
            return
        process = int(told.rpartition(")")[2].split()[1])
