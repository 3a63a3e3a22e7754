# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the ledger keeps of gauges, their calibrations and who used them, read as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler.quality import tables
from traveler.tables import job
from vault.names import fold

_GAUGE, _DONE = tables.gauge, tables.gauge_calibration
_ACT, _MEASURED = tables.measuring, tables.measurement
_GAUGES: Final = sa.select(_GAUGE).order_by(_GAUGE.c.fold)


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


def gauges(connection: Connection) -> list[Gauge]:
    """Return every gauge, by code."""
    return [_gauge(row) for row in connection.execute(_GAUGES)]


def gauge(connection: Connection, code: str) -> Gauge | None:
    """Return a gauge by its code, whatever the case."""
    chosen = sa.select(_GAUGE).where(_GAUGE.c.fold == fold(code))
    row = connection.execute(chosen).one_or_none()
    return None if row is None else _gauge(row)


def calibrations(connection: Connection, code: str) -> list[Calibration]:
    """Return the calibrations of a gauge, oldest first."""
    chosen = sa.select(_DONE).where(_DONE.c.gauge == code).order_by(_DONE.c.id)
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
