# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people did at operations: their stints and notes, what they skipped or started past a blocker."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler import tables
from vault import canonical


@dataclass(frozen=True, slots=True)
class Stint:
    """A stretch of one person's work on an operation, open while it lasts."""

    id: int
    operation: int
    person: str
    device: str
    started_at: str
    ended_at: str | None
    good: int
    scrap: int
    rework: int = 0


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What a person is on at this moment beside the operation in hand."""

    person: str
    job: str
    seq: int
    title: str
    since: str


@dataclass(frozen=True, slots=True)
class Skip:
    """An operation left out by a planner, or taken back into the route, with the reason."""

    operation: int
    act: str
    at: str
    person: str
    why: str


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody on the floor wrote down about an operation."""

    operation: int
    at: str
    person: str
    words: str


@dataclass(frozen=True, slots=True)
class Override:
    """A start past open blockers, by somebody who may, with the reason; shown for ever."""

    seq: int
    at: str
    person: str
    why: str
    blockers: tuple[int, ...]


def stints(connection: Connection, number: str) -> list[Stint]:
    """Return every stint on a job, oldest first."""
    return [_stint(row) for row in connection.execute(_STINTS, {"job": number})]


def open_stints(connection: Connection, operation: int) -> list[Stint]:
    """Return the stints that run on an operation now, one for each person, oldest first."""
    chosen = sa.select(tables.stint).where(
        tables.stint.c.operation == operation, tables.stint.c.ended_at.is_(None)
    )
    return [_stint(row) for row in connection.execute(chosen.order_by(tables.stint.c.id))]


def open_stint(connection: Connection, operation: int, person: str = "") -> Stint | None:
    """Return the stint of a person that runs on an operation now, the oldest of all without one."""
    found = open_stints(connection, operation)
    return next((one for one in found if not person or one.person == person), None)


def elsewhere(connection: Connection, people: Collection[str], operation: int) -> list[Elsewhere]:
    """Return what these people are on now beside one operation, the earliest begun first."""
    rows = connection.execute(_ELSEWHERE, {"people": list(people), "step": operation})
    return [Elsewhere(one.person, one.job, one.seq, one.title, one.started_at) for one in rows]


def notes(connection: Connection, number: str) -> list[Note]:
    """Return what the floor wrote about a job, oldest first."""
    return [
        Note(row.operation, row.at, row.person, row.words)
        for row in connection.execute(_NOTES, {"job": number})
    ]


def skips(connection: Connection, number: str) -> list[Skip]:
    """Return every operation of a job that was left out or taken back, oldest first."""
    return [
        Skip(row.operation, row.act, row.at, row.person, row.why)
        for row in connection.execute(_SKIPS, {"job": number})
    ]


def overrides(connection: Connection, number: str) -> list[Override]:
    """Return every start past a blocker on a job, oldest first."""
    return [
        Override(
            row.seq, row.at, row.person, row.why, tuple(canonical.loads(row.blockers.encode()))
        )
        for row in connection.execute(_OVERRIDES, {"job": number})
    ]


def _stint(row: Any) -> Stint:
    return Stint(
        row.id, row.operation, row.person, row.device, row.started_at, row.ended_at,
        row.good, row.scrap, row.rework or 0,
    )  # fmt: skip


def _on_job(table: sa.Table, *more: sa.Column[Any]) -> sa.Select[Any]:
    """Return the question for what is kept of the operations of a job, oldest first."""
    here = tables.operation.c
    joined = sa.select(table, *more).join(tables.operation, here.id == table.c.operation)
    return joined.where(here.job == sa.bindparam("job")).order_by(table.c.id)


# Asked at every look of a tablet, and so made once: to make one takes longer than to answer it.
_STINTS: Final = _on_job(tables.stint)
_NOTES: Final = _on_job(tables.floor_note)
_SKIPS: Final = _on_job(tables.operation_skip)
_OVERRIDES: Final = _on_job(tables.start_override, tables.operation.c.seq)
_ELSEWHERE: Final = (
    sa.select(
        tables.stint.c.person, tables.operation.c.job, tables.operation.c.seq,
        tables.operation.c.title, tables.stint.c.started_at,
    )
    .join(tables.operation, tables.operation.c.id == tables.stint.c.operation)
    .where(
        tables.stint.c.ended_at.is_(None),
        tables.stint.c.person.in_(sa.bindparam("people", expanding=True)),
        tables.stint.c.operation != sa.bindparam("step"),
    )
    .order_by(tables.stint.c.id)
)  # fmt: skip
