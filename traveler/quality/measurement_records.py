# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the ledger keeps of measurements and of what they were judged by, read as frozen values.

What *stands* is what no newer row replaces; everything older stays to be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.orm import aliased

from traveler.quality import tables
from traveler.quality.characteristics import Characteristic
from traveler.tables import operation

_CHAR, _ACT, _MEASURED = tables.characteristic, tables.measuring, tables.measurement
_NEWER = aliased(_MEASURED, name="newer")


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


def pieces(connection: Connection, job: str, ids: Sequence[int]) -> list[tuple[int, str]]:
    """Return of which pieces of a job some characteristics were measured."""
    chosen = sa.select(_MEASURED.c.characteristic, _MEASURED.c.piece).where(
        _MEASURED.c.characteristic.in_(list(ids)), *_of_job(job)
    )
    return [(row.characteristic, row.piece) for row in connection.execute(chosen.distinct())]


def piece_names(connection: Connection, job: str) -> list[str]:
    """Return every piece of a job that has a result."""
    chosen = sa.select(_MEASURED.c.piece).where(*_of_job(job)).distinct()
    return list(connection.execute(chosen).scalars())


def _of_job(job: str) -> list[sa.ColumnElement[bool]]:
    acts = sa.select(_ACT.c.id).where(_ACT.c.job == job)
    return [_MEASURED.c.measuring.in_(acts), _stands(), _MEASURED.c.verdict != "withdrawn"]


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
