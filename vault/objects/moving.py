# SPDX-License-Identifier: AGPL-3.0-or-later
"""Moving objects from one store to another: many at once, resumable, each proved at its new place.

An object counts as moved when the new store has proved its SHA-256: a put is only acknowledged
then, and what was there before is read back.  Each proof is a line of a journal, so that a second
run repeats none; without the journal everything is only proved again.  The old store is read and
never changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import mmap
import os
import re
import time
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import BinaryIO, Final, Self

from vault.errors import DamagedObject, MissingObject, MoveIncomplete, StoreAway
from vault.objects._folder import FolderStore
from vault.objects._s3 import S3Store
from vault.objects.store import CHUNK, Digest, ObjectStore

AT_ONCE: Final = 16
PATIENCE_S: Final = (1.0, 3.0, 6.0)  # pauses before a store that is away is given up
FLUSHED_EVERY_S: Final = 1.0
JOURNALS: Final = "cache/moving"
SHORT: Final = 4 * CHUNK  # bytes; what is larger does not wait in memory, so many at once

_LINE = re.compile(r"([0-9a-f]{32}) ([0-9a-f]{64}) ([0-9]{1,19})")

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What there is to do: every object of the old store, and those not proved in the new one."""

    objects: int
    size: int
    open: tuple[str, ...]
    there: frozenset[str]


@dataclass(frozen=True, slots=True)
class Moved:
    """What was done: objects in all, bytes in all, sent now, and found there and read back now."""

    objects: int
    size: int
    sent: int
    found: int


class Journal:
    """The proofs so far, one line each: md5, sha256, size."""

    def __init__(self, path: Path) -> None:
        """Read what an earlier run proved; a line it could not finish is none."""
        self.path = path
        self.proved: dict[str, Digest] = {}
        self._flushed = time.monotonic()
        with contextlib.suppress(FileNotFoundError):
            for line in path.read_text("ascii", "replace").splitlines():
                if told := _LINE.fullmatch(line):
                    self.proved[told[1]] = Digest(told[1], told[2], int(told[3]))

    def __enter__(self) -> Self:
        """Begin to write, on a line of its own."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("a", encoding="ascii")
        self._file.write("\n")
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _fault: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:  # fmt: skip
        """Put the lines on disk."""
        self._flush()
        self._file.close()

    def add(self, digest: Digest) -> None:
        """Write a proof down; it is on disk within about a second."""
        self.proved[digest.md5] = digest
        self._file.write(f"{digest.md5} {digest.sha256} {digest.size}\n")
        if time.monotonic() - self._flushed > FLUSHED_EVERY_S:
            self._flush()

    def _flush(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._flushed = time.monotonic()


def journal(root: Path, url: str) -> Journal:
    """Return the journal of a vault's move to an address."""
    return Journal(root / JOURNALS / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.txt")


def plan(source: ObjectStore, target: ObjectStore, told: Journal) -> Plan:
    """Return what is left to do; nothing is read but two lists and the journal."""
    wanted = dict(source.sizes())
    there = dict(target.sizes())
    still = tuple(
        md5
        for md5 in sorted(wanted)
        if md5 not in told.proved or there.get(md5) != told.proved[md5].size
    )
    return Plan(len(wanted), sum(wanted.values()), still, frozenset(there))


def move(
    source: ObjectStore, target: ObjectStore, told: Journal, progress: Progress | None = None,
    begun: Plan | None = None, at_once: int = AT_ONCE,
) -> Moved:  # fmt: skip
    """Bring everything into the new store that is not proved there; nothing is switched.

    ``progress`` is told the number of objects that were done, ``begun`` is a plan that was just
    made.  Raises StoreAway and its like, or
    MoveIncomplete when all else is moved and some objects of the old store are damaged.
    """
    begun = begun or plan(source, target, told)
    faults: list[str] = []
    sent = found = 0
    with told, contextlib.closing(_done(source, target, begun, at_once)) as answers:
        for answer in answers:
            if isinstance(answer, str):
                faults.append(answer)
            else:
                digest, was_sent = answer
                told.add(digest)
                sent += was_sent
                found += not was_sent
            if progress is not None:
                progress(1)
    if faults:
        raise MoveIncomplete(count=len(faults), why=faults[0])
    return Moved(begun.objects, begun.size, sent, found)


def _done(
    source: ObjectStore, target: ObjectStore, begun: Plan, at_once: int
) -> Generator[tuple[Digest, bool] | str]:
    """Yield the proofs of all that is open, or the sentence of an object that is damaged.

    A thread takes the next object as soon as it is free: a task for each would cost as much as
    hashing it.
    """
    left = deque(begun.open)
    answers: SimpleQueue[tuple[Digest, bool] | str | BaseException] = SimpleQueue()

    def work() -> None:
        room = memoryview(mmap.mmap(-1, SHORT))  # its pages are fetched as objects need them
        with contextlib.suppress(IndexError):
            while True:
                md5 = left.popleft()
                try:
                    answers.put(_one(source, target, md5, md5 in begun.there, room))
                except BaseException as fault:  # noqa: BLE001 - it is raised where it is waited for
                    answers.put(fault)

    threads = [Thread(target=work) for _ in range(min(at_once, len(left)))]
    try:
        for one in threads:
            one.start()
        for _ in begun.open:
            answer = answers.get()
            if isinstance(answer, BaseException):
                raise answer
            yield answer
    finally:
        left.clear()
        for one in threads:
            one.join()


def _one(
    source: ObjectStore, target: ObjectStore, md5: str, there: bool, room: memoryview
) -> tuple[Digest, bool] | str:
    """Prove one object in the new store, sending it unless its bytes are there."""
    for pause in (*PATIENCE_S, None):
        try:
            if not there and (adopted := _adopted(source, target, md5, room)):
                return adopted, True
            digest, file = source.take_out(md5)
            with file:
                if there and _agrees(target, digest):
                    return digest, False
                _keep(target, file, digest)
            return digest, True
        except (MissingObject, DamagedObject) as fault:
            return str(fault)
        except StoreAway:
            if pause is None:
                raise
            time.sleep(pause)
    raise AssertionError("the last pause is None")


def _adopted(source: ObjectStore, target: ObjectStore, md5: str, room: memoryview) -> Digest | None:
    """Send an object the short way, proved by the server alone; None where it needs the long way."""
    if not isinstance(target, S3Store) or not isinstance(source, FolderStore):
        return None
    data = source.unproved(md5, room)
    return None if data is None else target.adopt(data, md5)


def _keep(target: ObjectStore, file: BinaryIO, digest: Digest) -> None:
    """Put bytes that were just hashed; a bucket needs no second reading, for the server hashes."""
    if isinstance(target, S3Store):
        target.send(file, digest)
    elif target.put(file) != digest:
        raise DamagedObject(name=f"the object {digest.md5}", why="they changed while being read")


def _agrees(target: ObjectStore, digest: Digest) -> bool:
    try:
        return target.identify(digest.md5) == digest
    except (MissingObject, DamagedObject):
        return False
