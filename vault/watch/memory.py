# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a watcher did with each file, kept over a restart: lines of JSON, the last one counts.

It lies in the vault's cache, for all of it can be found out again, by reading every file.  What
would be lost with it is the knowledge from which version of the vault a person's file was made.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
from collections.abc import Mapping
from dataclasses import astuple, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, Final

from vault import durable
from vault.errors import WatchedAlready
from vault.names import fold
from vault.watch.patience import Look, Seen

if os.name == "posix":
    import fcntl

SURPLUS: Final = 2_000  # lines; beyond twice what is alive and these, the file is written anew
GONE_KEPT: Final = (
    10_000  # paths that are gone are remembered for coming back, but not all for ever
)


class Memory:
    """What was seen in one watched folder, by path; one watcher at a time holds it."""

    def __init__(self, folder: Path, root: Path, user: str) -> None:
        """Open what is remembered of a watched folder; raises WatchedAlready.

        ``folder`` is where memories lie; a torn last line, left by a power cut, is not counted.
        """
        key = hashlib.sha256(f"{platform.node()}\0{root}\0{user}".encode(errors="replace"))
        self.path = folder / f"{key.hexdigest()[:20]}.json"
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = _only_one(self.path.with_suffix(".lock"), root)
        self._seen: dict[str, Seen] = {}
        self._holders: dict[tuple[str, str], str] = {}
        self._pending: list[bytes] = []
        self._lines = 0
        self._is_whole = True
        with contextlib.suppress(FileNotFoundError):
            self._read(self.path.read_bytes())

    @property
    def seen(self) -> Mapping[str, Seen]:
        """Return what was seen, by path."""
        return MappingProxyType(self._seen)

    def holder(self, number: str, name: str) -> str | None:
        """Return the path that was kept under this name of an item, and still lies there."""
        return self._holders.get((fold(number), fold(name)))

    def put(self, path: str, one: Seen) -> None:
        """Remember what was done with a path; on disk after ``flush``."""
        self._set(path, one)
        self._line(_told(path, one))

    def gone(self, path: str) -> None:
        """Remember that a path is gone, and what it was, for it may come back."""
        found = self._seen.get(path)
        if found is not None:
            self._drop(path)
            self.put(path, replace(found, look=None))  # as the newest, for the eldest are dropped

    def forget(self, path: str) -> None:
        """Forget a path."""
        if path in self._seen:
            self._drop(path)
            self._line([path])

    def flush(self) -> None:
        """Put on disk what was remembered since; raises OSError and tries again the next time."""
        if not self._pending:
            return
        if not self._is_whole or self._lines + len(self._pending) > 2 * len(self._seen) + SURPLUS:
            self._write_anew()
            return
        self._is_whole = False  # until all of it is there: a half line is never written behind
        with self.path.open("ab") as file:
            file.write(b"".join(self._pending))
            file.flush()
            os.fsync(file.fileno())
        self._is_whole = True
        self._lines += len(self._pending)
        self._pending.clear()

    def close(self) -> None:
        """Let another watcher have it."""
        self._lock.close()

    def _line(self, told: list[object]) -> None:
        self._pending.append(json.dumps(told, separators=(",", ":")).encode() + b"\n")

    def _write_anew(self) -> None:
        away = [path for path, one in self._seen.items() if one.look is None]
        for path in away[: max(len(away) - GONE_KEPT, 0)]:
            self._drop(path)
        self._pending.clear()
        for path, one in self._seen.items():
            self._line(_told(path, one))
        durable.write(self.path, b"".join(self._pending))
        self._lines = len(self._pending)
        self._is_whole = True
        self._pending.clear()

    def _read(self, data: bytes) -> None:
        for line in data.splitlines(keepends=True):
            self._lines += 1
            try:
                path, *told = json.loads(line)
                if told:
                    look = Look(*told[0]) if told[0] else None
                    self._set(path, Seen(look, *told[1:]))
                else:
                    self._drop(path)
            except (ValueError, TypeError, KeyError):
                self._is_whole = False
        self._is_whole = (
            self._is_whole and data.endswith((b"\n", b"")) and data[-1:] in (b"\n", b"")
        )

    def _set(self, path: str, one: Seen) -> None:
        self._drop(path)
        self._seen[path] = one
        if one.look is not None and one.outcome == "kept":
            self._holders[fold(one.number), fold(one.name)] = path

    def _drop(self, path: str) -> None:
        before = self._seen.pop(path, None)
        if before is not None and self.holder(before.number, before.name) == path:
            del self._holders[fold(before.number), fold(before.name)]


def _told(path: str, one: Seen) -> list[object]:
    look, *rest = (getattr(one, field.name) for field in fields(Seen))
    return [path, list(astuple(look)) if look else None, *rest]


def _only_one(lock: Path, root: Path) -> BinaryIO:
    """Return the open lock file, held until it is closed or the process dies."""
    file = lock.open("ab")
    if os.name == "posix":
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise WatchedAlready(where=root) from None
    return file
