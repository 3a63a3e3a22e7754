# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stamping a file from outside the worker process: the ways in their order, and what came out.

Each way is one task of its own, so that one which hangs or dies costs a worker and not the others.
A file that came out was opened again and checked; where no way works, the reason is told and
nothing is left behind.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from release.errors import UnstampableFile
from release.stamp.template import Stamp
from release.stamp.templates import Templates
from vault.errors import UnreadableFile, WorkerGaveUp
from vault.worker import Worker

TASK = "release.stamp.task"
WAYS = ("in place", "rewritten", "redrawn", "as picture")
PLAIN = Templates()
BROKEN = "it is damaged or incomplete"  # another way may read it; see vault.reading.pdf
CHUNK = 1 << 20
SLOW_PAGE = 200_000  # bytes of source for which a second more is allowed


@dataclass(frozen=True, slots=True)
class Stamped:
    """A stamped file: its pages, its bytes, and how it was made.

    ``how`` is one of the ways; ``covered`` are pages without white space for the stamp, so that it
    covers something, ``small`` those whose modules are below half a millimetre because the sheet
    is; ``removed`` are kinds of active content that are no longer in it; ``engine`` names what
    decided on the bytes, so that they are made again by the same only.
    """

    pages: int
    size: int
    sha256: str
    md5: str
    how: str
    covered: tuple[int, ...] = ()
    removed: tuple[str, ...] = ()
    small: tuple[int, ...] = ()
    engine: str = ""


def warm(worker: Worker) -> None:
    """Start a worker that has the stamp's libraries loaded; returns at once."""
    worker.warm(TASK)


def stamp(
    worker: Worker,
    source: Path,
    out: Path,
    stamp: Stamp,
    name: str = "",
    *,
    templates: Templates = PLAIN,
    password: str = "",
    ways: Sequence[str] = WAYS,
) -> Stamped:
    """Stamp every page of a PDF into a new file; the same input gives the same bytes.

    ``out`` appears as a whole or not at all, and never before it was checked.  The password of a
    locked file is used and kept nowhere; what comes out is not locked.  ``ways`` are those to try.

    Raises:
        UnreadableFile: the source is no PDF, is locked with a password, is damaged, has no pages.
        UnstampableFile: it can be read, but no way brings out a stamped file that is right.
    """
    name = name or source.name
    aside = out.with_name(f".{out.name[:60]}.{secrets.token_hex(6)}.aside")
    order = _Order(worker, source, aside, name, stamp, templates, password)
    reasons: list[str] = []
    counts: list[object] = []
    cause: WorkerGaveUp | None = None
    unread: UnreadableFile | None = None
    try:
        for way in ways:
            try:
                answer = order.tried(way)
            except WorkerGaveUp as gave_up:
                cause = cause or gave_up
                reasons.append(f"given up after {gave_up.facts['limit']}")
                continue
            except UnreadableFile as unreadable:
                if way == ways[0] and unreadable.facts["reason"] != BROKEN:
                    raise
                unread = unread or unreadable
                continue
            counts.append(answer.get("pages"))
            fault = str(answer["fault"]) or _lost(counts)
            if not fault:
                made = described(aside, way, answer)
                os.replace(aside, out)  # noqa: PTH105 - atomic on every system
                return made
            reasons.append(fault)
    finally:
        aside.unlink(missing_ok=True)
    if unread and not reasons:
        raise unread
    raise UnstampableFile(name=name, reason=reasons[0]) from cause


def _lost(counts: list[object]) -> str:
    """Say whether a way brings fewer pages than an earlier one saw, as a mended file may."""
    first = next(filter(None, counts))
    return "" if counts[-1] == first else f"{counts[-1]} of {first} pages came out"


@dataclass(frozen=True, slots=True)
class _Order:
    """What is to be stamped, and who does it."""

    worker: Worker
    source: Path
    aside: Path
    name: str
    stamp: Stamp
    templates: Templates
    password: str

    def tried(self, way: str) -> dict[str, object]:
        """Return the answer of the worker to one try; larger files may take longer."""
        more = self.source.stat().st_size / SLOW_PAGE
        limits = replace(self.worker.limits, wall=min(20 + more, 120), cpu=min(15 + more, 100))
        return self.worker.call(
            f"{TASK}:press", limits=limits, path=self.source, out=self.aside, name=self.name,
            stamp=asdict(self.stamp), way=way, templates=self.templates.told(),
            password=self.password,
        )  # fmt: skip


def described(path: Path, way: str, answer: dict[str, object]) -> Stamped:
    """Return what a file is that came out one way, its digests read from the disk."""
    sha256, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            sha256.update(chunk)
            md5.update(chunk)
            size += len(chunk)
    pages = answer["pages"]
    if not isinstance(pages, int):
        raise TypeError(answer)
    return Stamped(
        pages, size, sha256.hexdigest(), md5.hexdigest(), way,
        covered=tuple(map(int, _list(answer, "covered"))),
        removed=tuple(map(str, _list(answer, "removed"))),
        small=tuple(map(int, _list(answer, "small"))), engine=str(answer["engine"]),
    )  # fmt: skip


def _list(answer: dict[str, object], key: str) -> list[Any]:
    found = answer[key]
    if not isinstance(found, list):
        raise TypeError(answer)
    return found
