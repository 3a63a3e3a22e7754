# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the ledger says about the turn of jobs: pins, who is at work, what happened since."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler import job_records, lifecycle, operation_records, tables
from traveler.job_records import Job
from traveler.operation_records import Operation
from vault.ledger.tables import event, event_head


@dataclass(frozen=True, slots=True)
class Pin:
    """A job's place at the top, given by hand; ``position`` counts from 1, ``place`` sorts."""

    job: str
    place: float
    position: int
    at: str
    person: str
    why: str


@dataclass(frozen=True, slots=True)
class AtWork:
    """Who works on an operation now, and since when."""

    operation: int
    person: str
    since: str


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as far as dispatch looks at it: what kind, and about what."""

    seq: int
    kind: str
    subject: str


def head(connection: Connection) -> int:
    """Return the number of the newest event, which says how current a count is."""
    return int(connection.execute(sa.select(event_head.c.seq)).scalar_one())


def since(connection: Connection, seq: int, limit: int) -> list[Happened]:
    """Return the events after one, oldest first, at most ``limit``."""
    chosen = sa.select(event.c.seq, event.c.kind, event.c.subject).where(event.c.seq > seq)
    rows = connection.execute(chosen.order_by(event.c.seq).limit(limit))
    return [Happened(row.seq, row.kind, row.subject) for row in rows]


def open_jobs(connection: Connection, numbers: Collection[str] | None = None) -> list[Job]:
    """Return the jobs in process, or those of some that are."""
    if numbers is None:
        return job_records.in_process(connection)
    found = (job_records.job(connection, number) for number in numbers)
    return [one for one in found if one is not None and not one.ended]


def operations(
    connection: Connection, jobs: Collection[str] | None
) -> Mapping[str, list[Operation]]:
    """Return the operations of some jobs, or of all in process, by job, each in order."""
    if jobs is not None:
        return operation_records.operations_of(connection, list(jobs))
    in_process = sa.select(tables.job.c.number).where(tables.job.c.state.not_in(lifecycle.ENDED))
    return operation_records.operations_of(connection, in_process)


def pins(connection: Connection) -> list[Pin]:
    """Return the pins that hold, in their order: the newest record of a job counts.

    Of two at the same place the newer goes first, so that a pin pushes what stood there down.
    """
    table = tables.dispatch_pin
    newest = sa.select(sa.func.max(table.c.id)).group_by(table.c.job)
    chosen = (
        sa.select(table)
        .join(tables.job, tables.job.c.number == table.c.job)
        .where(
            table.c.id.in_(newest),
            table.c.place.is_not(None),
            tables.job.c.state.not_in(lifecycle.ENDED),
        )
        .order_by(table.c.place, table.c.id.desc())
    )
    rows = connection.execute(chosen).all()
    return [_pin(row, position) for position, row in enumerate(rows, 1)]


def at_work(
    connection: Connection, numbers: Collection[str] | None = None
) -> dict[int, list[AtWork]]:
    """Return who works on which operation now, by operation."""
    table = tables.stint
    chosen = sa.select(table.c.operation, table.c.person, table.c.started_at).where(
        table.c.ended_at.is_(None)
    )
    if numbers is not None:
        chosen = chosen.join(tables.operation, tables.operation.c.id == table.c.operation).where(
            tables.operation.c.job.in_(list(numbers))
        )
    found: dict[int, list[AtWork]] = {}
    for row in connection.execute(chosen.order_by(table.c.id)):
        found.setdefault(row.operation, []).append(
            AtWork(row.operation, row.person, row.started_at)
        )
    return found


def _pin(row: Any, position: int) -> Pin:
    return Pin(row.job, row.place, position, row.at, row.person, row.why)
