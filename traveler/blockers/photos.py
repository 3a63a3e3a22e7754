# SPDX-License-Identifier: AGPL-3.0-or-later
"""Photos of what blocks: cleaned like evidence, but no evidence.

They are kept apart from it so that none proves a step and none gets into a packet or before a
customer, whatever is asked of evidence there; somebody who wants that files the photo as evidence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler import tables
from traveler.blockers.errors import NoSuchPhoto
from traveler.quality import taking
from traveler.quality.evidence_records import EvidenceFile
from vault.home import Vault
from vault.ledger.engine import Writing
from vault.objects.store import Digest

MOST: Final = 8
"""How many photos come with one act; as many files as one upload may hold."""
_FILE, _ENTRY, _ROW = tables.blocker_photo, tables.blocker_entry, tables.blocker
_BACK = tables.blocker_photo_withdrawal
_TAKEN = _ENTRY.alias("taken")

Kept = Sequence[tuple[EvidenceFile, ...]]
"""Photos that are in the objects, each as its files, and not recorded yet."""


@dataclass(frozen=True, slots=True)
class Taken:
    """How a photo was withdrawn: by whom, when and why."""

    at: str
    person: str
    why: str


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo of a blocker: its number there, the act it came with, by whom, and its files.

    ``taken`` is how it was withdrawn, None while it stands.
    """

    blocker: int
    number: int
    entry: int
    at: str
    person: str
    files: tuple[EvidenceFile, ...]
    taken: Taken | None = None

    def file(self, role: str) -> EvidenceFile:
        """Return its file of a role: as it came, drawn anew, or small; raises NoSuchPhoto."""
        for one in self.files:
            if one.role == role:
                return one
        roles = ", ".join(one.role for one in self.files)
        raise NoSuchPhoto(id=self.blocker, photo=f"{self.number} {role}", photos=roles)

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        original = self.file("original")
        return {
            "photo": self.number, "name": original.name, "sha256": original.digest.sha256,
            "size": original.digest.size, "at": self.at, "by": self.person,
            "withdrawn": asdict(self.taken) if self.taken else None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class PhotoBytes:
    """A file of a photo and where that belongs, for whoever looks whether its bytes are there."""

    id: int
    blocker: int
    photo: int
    job: str | None
    station: str | None
    seq: int | None
    role: str
    name: str
    digest: Digest


def cleaned(vault: Vault, files: Mapping[str, Path]) -> Kept:
    """Put photos into the objects, drawn anew beside; raises TooManyFiles or FileNotTaken."""
    taking.not_too_many(files, MOST)
    return taking.kept(vault, "photo", files)


def named(kept: Kept) -> dict[str, Any]:
    """Return what an act says of its photos, nothing where it has none."""
    return {"photos": [[one.name, one.digest.sha256] for (one, *_drawn) in kept]} if kept else {}


def write(writing: Writing, blocker: int, entry: int, kept: Kept) -> None:
    """Record the photos that came with an entry of a blocker."""
    chosen = sa.select(sa.func.max(_FILE.c.photo)).where(_FILE.c.blocker == blocker)
    last = writing.connection.execute(chosen).scalar() or 0
    for number, files in enumerate(kept, last + 1):
        for one in files:
            writing.insert(
                _FILE, blocker=blocker, photo=number, entry=entry, role=one.role, name=one.name,
                media=one.media, md5=one.digest.md5, sha256=one.digest.sha256,
                size=one.digest.size, wide=one.wide, high=one.high,
            )  # fmt: skip


def withdraw(writing: Writing, photo: Photo, entry: int) -> None:
    """Record that an entry of its blocker took a photo back; its bytes stay where they are."""
    writing.insert(_BACK, blocker=photo.blocker, photo=photo.number, entry=entry)


def of(connection: Connection, blockers: Collection[int]) -> dict[int, tuple[Photo, ...]]:
    """Return the photos of each of these blockers, withdrawn ones too, the oldest first."""
    if not blockers:
        return {}
    came = sa.and_(_ENTRY.c.blocker == _FILE.c.blocker, _ENTRY.c.number == _FILE.c.entry)
    back = sa.and_(_BACK.c.blocker == _FILE.c.blocker, _BACK.c.photo == _FILE.c.photo)
    took = sa.and_(_TAKEN.c.blocker == _BACK.c.blocker, _TAKEN.c.number == _BACK.c.entry)
    chosen = (
        sa.select(_FILE, _ENTRY.c.at, _ENTRY.c.person, _TAKEN.c.at.label("taken_at"),
                  _TAKEN.c.person.label("taken_by"), _TAKEN.c.words.label("why"))
        .join(_ENTRY, came).outerjoin(_BACK, back).outerjoin(_TAKEN, took)
    )  # fmt: skip
    chosen = chosen.where(_FILE.c.blocker.in_(list(blockers))).order_by(_FILE.c.id)
    rows: defaultdict[tuple[int, int], list[Any]] = defaultdict(list)
    for row in connection.execute(chosen):
        rows[row.blocker, row.photo].append(row)
    found: defaultdict[int, list[Photo]] = defaultdict(list)
    for (blocker, number), those in rows.items():
        first = those[0]
        files = tuple(
            EvidenceFile(row.role, row.name, row.media, Digest(row.md5, row.sha256, row.size),
                         row.wide, row.high)
            for row in those
        )  # fmt: skip
        taken = Taken(first.taken_at, first.taken_by, first.why) if first.taken_at else None
        found[blocker].append(
            Photo(blocker, number, first.entry, first.at, first.person, files, taken)
        )
    return {blocker: tuple(those) for blocker, those in found.items()}


def one(those: Sequence[Photo], blocker: int, number: int) -> Photo:
    """Return a photo by its number; raises NoSuchPhoto."""
    for photo in those:
        if photo.number == number:
            return photo
    shown = ", ".join(str(photo.number) for photo in those) or "none"
    raise NoSuchPhoto(id=blocker, photo=number, photos=shown)


def after(connection: Connection, last: int, most: int) -> list[PhotoBytes]:
    """Return files of photos in the order they came, after the one with a number."""
    chosen = (
        sa.select(_FILE, _ROW.c.job, _ROW.c.station, tables.operation.c.seq)
        .join(_ROW, _ROW.c.id == _FILE.c.blocker)
        .outerjoin(tables.operation, tables.operation.c.id == _ROW.c.operation)
        .where(_FILE.c.id > last)
        .order_by(_FILE.c.id)
        .limit(most)
    )
    return [
        PhotoBytes(row.id, row.blocker, row.photo, row.job, row.station, row.seq, row.role,
                   row.name, Digest(row.md5, row.sha256, row.size))
        for row in connection.execute(chosen)
    ]  # fmt: skip
