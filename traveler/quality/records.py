# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the ledger keeps of quality, read as frozen values; all selects on it are here.

What *stands* is what no newer row replaces; everything older stays to be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.orm import aliased

from traveler.quality import tables
from traveler.quality.characteristics import Characteristic
from traveler.tables import job, operation
from vault import canonical
from vault.names import fold
from vault.objects.store import Digest

_EVIDENCE, _FILE, _MARK = tables.evidence, tables.evidence_file, tables.evidence_mark
_REACH = tables.evidence_reach
_CHAR, _ACT, _MEASURED = tables.characteristic, tables.measuring, tables.measurement
_NEWER = aliased(_MEASURED, name="newer")
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


@dataclass(frozen=True, slots=True)
class Planned:
    """A characteristic as it was when results were judged by it; ``id`` is its row."""

    id: int
    item: str
    rev: str
    plan: str
    characteristic: Characteristic


@dataclass(frozen=True, slots=True)
class Measurement:
    """One result: what was read off, and how it was judged at that moment.

    ``by`` is how far outside the limit it lies, in the unit of the characteristic, as text.
    """

    id: int
    job: str
    seq: int | None
    characteristic: int
    piece: str
    text: str
    unit: str
    verdict: str
    by: str
    gauge: str
    source: int | None
    replaces: int | None
    why: str
    at: str
    person: str
    device: str

    @property
    def passes(self) -> bool:
        """Say whether it is within its limits."""
        return self.verdict == "pass"

    @property
    def withdrawn(self) -> bool:
        """Say whether it was taken back."""
        return self.verdict == "withdrawn"


@dataclass(frozen=True, slots=True)
class Gauge:
    """A measuring instrument; ``due`` is the last day it may be used, empty before any calibration."""

    code: str
    name: str
    kind: str
    due: str
    retired: bool

    def state(self, today: str) -> str:
        """Return ``ready``, ``overdue``, ``uncalibrated`` or ``retired``."""
        if self.retired:
            return "retired"
        if not self.due:
            return "uncalibrated"
        return "overdue" if self.due < today else "ready"


@dataclass(frozen=True, slots=True)
class Calibration:
    """One calibration of a gauge: when, until when it holds, whether the gauge was found fit."""

    day: str
    due: str
    fit: bool
    certificate: str
    note: str
    at: str
    person: str


@dataclass(frozen=True, slots=True)
class Use:
    """What somebody measured with a gauge on a job: how many results, how many out, until when."""

    job: str
    item: str
    person: str
    count: int
    outside: int
    since: str
    until: str

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {"job": self.job, "number": self.item, "by": self.person, "results": self.count,
                "outside": self.outside, "since": self.since, "until": self.until}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tally:
    """The standing results of one sixtieth of a tolerance, added up."""

    characteristic: int
    bin: int
    count: int
    total: float
    squares: float
    least: float
    most: float
    outside: int


# --- evidence ---------------------------------------------------------------


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


def with_heat(connection: Connection, heat: str) -> list[Evidence]:
    """Return the standing evidence that names a heat, over all jobs."""
    return _evidence(connection, [sa.func.lower(_EVIDENCE.c.heat) == heat.lower()])


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


# --- characteristics and measurements ---------------------------------------


def planned(connection: Connection, item: str, rev: str = "") -> list[Planned]:
    """Return the characteristics results of an item were judged by, oldest first."""
    conditions = [_CHAR.c.item == item, *([_CHAR.c.rev == rev] if rev else [])]
    rows = connection.execute(sa.select(_CHAR).where(*conditions).order_by(_CHAR.c.id))
    return [_planned(row) for row in rows]


def planned_of(connection: Connection, ids: Iterable[int]) -> dict[int, Planned]:
    """Return characteristics by their rows."""
    chosen = sa.select(_CHAR).where(_CHAR.c.id.in_(list(ids)))
    return {row.id: _planned(row) for row in connection.execute(chosen)}


def measurements(connection: Connection, job: str, *, standing: bool = True) -> list[Measurement]:
    """Return the results of a job, those that stand or all of them, oldest first."""
    conditions = [_ACT.c.job == job, *([_stands()] if standing else [])]
    return _measurements(connection, conditions)


def measurement(connection: Connection, number: int) -> Measurement | None:
    """Return one result by its number, replaced or not."""
    found = _measurements(connection, [_MEASURED.c.id == number])
    return found[0] if found else None


def replaced_by(connection: Connection, number: int) -> Measurement | None:
    """Return the result that replaces another, where there is one."""
    found = _measurements(connection, [_MEASURED.c.replaces == number])
    return found[0] if found else None


def newest_of(connection: Connection, ids: Sequence[int], limit: int) -> list[Measurement]:
    """Return the newest standing results of some characteristics, oldest first."""
    chosen = _joined().where(_MEASURED.c.characteristic.in_(list(ids)), _stands())
    rows = connection.execute(chosen.order_by(_MEASURED.c.id.desc()).limit(limit))
    return [_measurement(row) for row in rows][::-1]


def measured_with(connection: Connection, gauge: str, since: str) -> list[Measurement]:
    """Return the standing results a gauge gave since a moment, for judging them anew."""
    return _measurements(connection, [_MEASURED.c.gauge == gauge, _ACT.c.at >= since, _stands()])


def counts(connection: Connection, jobs: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return for each job how many results stand, and how many of them are out of tolerance."""
    rows = connection.execute(_COUNTS, {"jobs": jobs})
    return {job: (int(all_), int(out or 0)) for job, all_, out in rows}


def values_in(
    connection: Connection, characteristic: int, since: float, until: float
) -> list[tuple[float, str]]:
    """Return value and verdict of the standing results between two values, both included."""
    chosen = sa.select(_MEASURED.c.value, _MEASURED.c.verdict).where(
        _MEASURED.c.characteristic == characteristic, _MEASURED.c.value >= since,
        _MEASURED.c.value <= until, _stands(),
    )  # fmt: skip
    return [(row.value, row.verdict) for row in connection.execute(chosen)]


def tallies(connection: Connection, ids: Sequence[int]) -> list[Tally]:
    """Return the tallies of some characteristics, by bin."""
    table = tables.measurement_tally
    columns = (
        table.c.characteristic, table.c.step, table.c["count"], table.c.total, table.c.squares,
        table.c.least, table.c.most, table.c.outside,
    )  # fmt: skip
    chosen = sa.select(*columns).where(table.c.characteristic.in_(list(ids)))
    return [Tally(*row) for row in connection.execute(chosen.order_by(table.c.step))]


def _stands() -> sa.ColumnElement[bool]:
    return ~sa.select(_NEWER.c.id).where(_NEWER.c.replaces == _MEASURED.c.id).exists()


_COUNTS: Final = (
    sa.select(
        _ACT.c.job, sa.func.count(),
        sa.func.sum(sa.case((_MEASURED.c.verdict == "pass", 0), else_=1)),
    )
    .join(_MEASURED, _MEASURED.c.measuring == _ACT.c.id)
    .where(
        _ACT.c.job.in_(sa.bindparam("jobs", expanding=True)), _stands(),
        _MEASURED.c.verdict != "withdrawn",
    )
    .group_by(_ACT.c.job)
)  # fmt: skip


def _joined() -> sa.Select[Any]:
    return (
        sa.select(
            _MEASURED, _ACT.c.job, _ACT.c.source, _ACT.c.at, _ACT.c.person, _ACT.c.device,
            operation.c.seq,
        )
        .join(_ACT, _ACT.c.id == _MEASURED.c.measuring)
        .outerjoin(operation, operation.c.id == _ACT.c.operation)
    )  # fmt: skip


def _measurements(
    connection: Connection, conditions: Sequence[sa.ColumnElement[bool]]
) -> list[Measurement]:
    chosen = _joined().where(*conditions).order_by(_MEASURED.c.id)
    return [_measurement(row) for row in connection.execute(chosen)]


def _measurement(row: Any) -> Measurement:
    return Measurement(
        row.id, row.job, row.seq, row.characteristic, row.piece, row.text, row.unit, row.verdict,
        row.by, row.gauge or "", row.source, row.replaces, row.why, row.at, row.person, row.device,
    )  # fmt: skip


def _planned(row: Any) -> Planned:
    told = Characteristic(
        row.balloon, row.requirement, row.nominal, row.lower, row.upper, row.unit, row.gauge,
        row.sampling, row.operation, row.location, row.designator,
    )  # fmt: skip
    return Planned(row.id, row.item, row.rev, row.plan, told)


# --- gauges -----------------------------------------------------------------


def gauges(connection: Connection) -> list[Gauge]:
    """Return every gauge, by code."""
    rows = connection.execute(sa.select(tables.gauge).order_by(tables.gauge.c.fold))
    return [_gauge(row) for row in rows]


def gauge(connection: Connection, code: str) -> Gauge | None:
    """Return a gauge by its code, whatever the case."""
    chosen = sa.select(tables.gauge).where(tables.gauge.c.fold == fold(code))
    row = connection.execute(chosen).one_or_none()
    return None if row is None else _gauge(row)


def calibrations(connection: Connection, code: str) -> list[Calibration]:
    """Return the calibrations of a gauge, oldest first."""
    table = tables.gauge_calibration
    chosen = sa.select(table).where(table.c.gauge == code).order_by(table.c.id)
    return [
        Calibration(row.day, row.due, bool(row.fit), row.certificate, row.note, row.at, row.person)
        for row in connection.execute(chosen)
    ]


def uses(connection: Connection, gauge: str, newest: int) -> list[Use]:
    """Return who measured with a gauge on which job, of its newest results, the newest first."""
    last = (
        sa.select(_MEASURED.c.id, _MEASURED.c.measuring, _MEASURED.c.verdict)
        .where(_MEASURED.c.gauge == gauge)
        .order_by(_MEASURED.c.id.desc())
        .limit(newest)
        .subquery()
    )
    out = sa.func.sum(sa.case((last.c.verdict == "pass", 0), else_=1))
    chosen = (
        sa.select(
            _ACT.c.job, job.c.item, _ACT.c.person, sa.func.count(), out, sa.func.min(_ACT.c.at),
            sa.func.max(_ACT.c.at),
        )
        .select_from(last)
        .join(_ACT, _ACT.c.id == last.c.measuring)
        .join(job, job.c.number == _ACT.c.job)
        .group_by(_ACT.c.job, job.c.item, _ACT.c.person)
        .order_by(sa.func.max(last.c.id).desc())
    )  # fmt: skip
    return [Use(*row) for row in connection.execute(chosen)]


def _gauge(row: Any) -> Gauge:
    return Gauge(row.code, row.name, row.kind, row.due, bool(row.retired))
