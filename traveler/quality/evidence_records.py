# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the ledger keeps of evidence, its files and marks, read as frozen values.

What *stands* is what no newer row replaces; everything older stays to be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.orm import aliased

from traveler.quality import tables
from traveler.tables import operation
from vault import canonical
from vault.objects.store import Digest

_EVIDENCE, _FILE, _MARK = tables.evidence, tables.evidence_file, tables.evidence_mark
_REACH = tables.evidence_reach
_LATER = aliased(_EVIDENCE, name="later")


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file of evidence: ``original`` as it came, ``shown`` drawn anew, ``thumb`` the same small."""

    role: str
    name: str
    media: str
    digest: Digest
    wide: int = 0
    high: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something kept to show that the parts are right: what, about what, by whom, when, from where.

    ``id`` is the row that stands, ``root`` the first of its line, on which files and marks hang;
    ``marks`` are the newest arrows and words drawn over the photo, ``marked`` by whom and when.
    ``internal`` says by whom and why
    it stays in the shop; empty where a customer may have it.
    """

    id: int
    root: int
    kind: str
    job: str
    operation: int | None
    seq: int | None
    balloon: str
    nonconformance: int | None
    words: str
    heat: str
    act: str
    why: str
    at: str
    person: str
    device: str
    files: tuple[EvidenceFile, ...] = ()
    marks: tuple[dict[str, Any], ...] = ()
    internal: str = ""
    marked: tuple[str, str] = ("", "")

    @property
    def withdrawn(self) -> bool:
        """Say whether somebody took it back; it stays to be read and proves nothing."""
        return self.act == "withdraw"

    def file(self, role: str) -> EvidenceFile | None:
        """Return its file of a role."""
        return next((one for one in self.files if one.role == role), None)

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        original = self.file("original")
        return {
            "id": self.id, "root": self.root, "kind": self.kind, "job": self.job, "op": self.seq,
            "balloon": self.balloon or None, "nonconformance": self.nonconformance,
            "words": self.words, "heat": self.heat or None, "at": self.at, "by": self.person,
            "device": self.device, "withdrawn": self.withdrawn, "why": self.why or None,
            "internal": self.internal or None,
            "file": original and {
                "name": original.name, "media": original.media,
                "sha256": original.digest.sha256, "size": original.digest.size,
            },
            "marks": list(self.marks),
        }  # fmt: skip


def evidence(connection: Connection, job: str) -> list[Evidence]:
    """Return the standing evidence of a job, withdrawn pieces too, oldest first."""
    return _evidence(connection, [_EVIDENCE.c.job == job])


def evidence_one(connection: Connection, number: int) -> Evidence | None:
    """Return what stands of evidence by the number of any row of its line."""
    root = sa.select(sa.func.coalesce(_EVIDENCE.c.root, _EVIDENCE.c.id)).where(
        _EVIDENCE.c.id == number
    )
    found = connection.execute(root).scalar_one_or_none()
    if found is None:
        return None
    line = sa.or_(_EVIDENCE.c.id == found, _EVIDENCE.c.root == found)
    standing = _evidence(connection, [line])
    return standing[0] if standing else None


def line_of(connection: Connection, root: int) -> list[Evidence]:
    """Return every row of a line of evidence, oldest first: what was said before stays."""
    chosen = _rows_of().where(sa.or_(_EVIDENCE.c.id == root, _EVIDENCE.c.root == root))
    return [_one(row) for row in connection.execute(chosen.order_by(_EVIDENCE.c.id))]


def _rows_of() -> sa.Select[Any]:
    return sa.select(_EVIDENCE, operation.c.seq).outerjoin(
        operation, operation.c.id == _EVIDENCE.c.operation
    )


def _evidence(
    connection: Connection, conditions: Sequence[sa.ColumnElement[bool]]
) -> list[Evidence]:
    replaced = sa.select(_LATER.c.id).where(_LATER.c.replaces == _EVIDENCE.c.id).exists()
    chosen = _rows_of().where(~replaced, *conditions).order_by(
        sa.func.coalesce(_EVIDENCE.c.root, _EVIDENCE.c.id)
    )  # fmt: skip
    rows = list(connection.execute(chosen))
    roots = [row.root or row.id for row in rows]
    files, marks = _files(connection, roots), _marks(connection, roots)
    inside = _internal(connection, roots)
    return [
        replace(
            _one(row),
            files=files.get(root, ()),
            internal=inside.get(root, ""),
            **marks.get(root, {}),
        )
        for row, root in zip(rows, roots, strict=True)
    ]


def _files(connection: Connection, roots: Sequence[int]) -> dict[int, tuple[EvidenceFile, ...]]:
    found: dict[int, tuple[EvidenceFile, ...]] = {}
    chosen = sa.select(_FILE).where(_FILE.c.evidence.in_(roots)).order_by(_FILE.c.id)
    for row in connection.execute(chosen):
        one = EvidenceFile(
            row.role, row.name, row.media, Digest(row.md5, row.sha256, row.size), row.wide, row.high
        )
        found[row.evidence] = (*found.get(row.evidence, ()), one)
    return found


def _marks(connection: Connection, roots: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return the newest marks of each photo, and by whom and when they were drawn."""
    chosen = sa.select(_MARK).where(_MARK.c.evidence.in_(roots)).order_by(_MARK.c.id)
    return {
        row.evidence: {
            "marks": tuple(canonical.loads(row.marks.encode())),
            "marked": (row.person, row.at),
        }
        for row in connection.execute(chosen)
    }


def _internal(connection: Connection, roots: Sequence[int]) -> dict[int, str]:
    """Return by whom and why evidence stays in the shop; nothing of what may leave again."""
    chosen = sa.select(_REACH).where(_REACH.c.evidence.in_(roots)).order_by(_REACH.c.id)
    return {
        row.evidence: f"{row.person}: {row.why}" if row.internal else ""
        for row in connection.execute(chosen)
    }


def _one(row: Any) -> Evidence:
    return Evidence(
        id=row.id, root=row.root or row.id, kind=row.kind, job=row.job, operation=row.operation,
        seq=row.seq, balloon=row.balloon, nonconformance=row.nonconformance, words=row.words, heat=row.heat,
        act=row.act, why=row.why, at=row.at, person=row.person, device=row.device,
    )  # fmt: skip
