# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the ledger keeps of the floor, read as frozen values; all selects of this floor are here.

Every function takes a connection, so that a verb reads inside the transaction it writes in and
its gates judge what it is about to change, not what was there a moment before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler import tables
from vault import canonical
from vault.names import fold


@dataclass(frozen=True, slots=True)
class Station:
    """A work centre: where operations wait and are done; ``minutes_per_day`` it is manned."""

    code: str
    name: str
    minutes_per_day: int
    retired: bool


@dataclass(frozen=True, slots=True)
class Job:
    """A quantity of one released revision, due on a day, for a customer's order."""

    number: str
    item: str
    rev: str
    title: str
    qty: int
    due: str
    customer: str
    order: str
    state: str
    added_at: str
    added_by: str
    released_at: str | None
    closed_at: str | None


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of a job, copied from the released route when the job was made, and how far it is.

    ``setup_minutes`` once, ``run_minutes`` for each piece; ``good`` and ``scrap`` in pieces.
    """

    id: int
    job: str
    seq: int
    station: str
    title: str
    setup_minutes: float
    run_minutes: float
    notes: str
    files: tuple[str, ...]
    proof: tuple[str, ...]
    parallel: bool
    state: str
    good: int
    scrap: int
    started_at: str | None
    finished_at: str | None


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


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a traveler's code: the job or operation it opens, and until when."""

    id: int
    job: str
    operation: int | None
    print: int
    issued_at: str
    issued_by: str
    expires_at: str
    revoked_at: str | None
    lot: int | None = None


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs to list; an empty field does not restrict."""

    state: str = ""
    item: str = ""
    rev: str = ""
    customer: str = ""
    station: str = ""
    due_by: str = ""
    words: str = ""


def subject(number: str) -> str:
    """Return the name of a job in the record of events."""
    return f"job/{number}"


def station(connection: Connection, code: str) -> Station | None:
    """Return a station by its code, whatever the case."""
    chosen = sa.select(tables.station).where(tables.station.c.fold == fold(code))
    row = connection.execute(chosen).one_or_none()
    return None if row is None else _station(row)


def stations(connection: Connection) -> list[Station]:
    """Return every station, by code."""
    rows = connection.execute(sa.select(tables.station).order_by(tables.station.c.fold))
    return [_station(row) for row in rows]


def job(connection: Connection, number: str) -> Job | None:
    """Return a job by its number, whatever the case."""
    chosen = sa.select(tables.job).where(tables.job.c.fold == fold(number))
    row = connection.execute(chosen).one_or_none()
    return None if row is None else _job(row)


def jobs(connection: Connection, wanted: JobFilter, limit: int, offset: int = 0) -> list[Job]:
    """Return the jobs that fit, the earliest due first."""
    chosen = sa.select(tables.job).where(*_conditions(wanted))
    ordered = chosen.order_by(tables.job.c.due, tables.job.c.fold).limit(limit).offset(offset)
    return [_job(row) for row in connection.execute(ordered)]


def in_process(connection: Connection, item: str = "", rev: str = "") -> list[Job]:
    """Return every job that is not closed, of one revision where it is named, by number."""
    conditions = [tables.job.c.state != "closed"]
    if item:
        conditions += [tables.job.c.item == item, tables.job.c.rev == rev]
    chosen = sa.select(tables.job).where(*conditions).order_by(tables.job.c.fold)
    return [_job(row) for row in connection.execute(chosen)]


def job_count(connection: Connection, wanted: JobFilter) -> int:
    """Return how many jobs fit."""
    chosen = sa.select(sa.func.count()).select_from(tables.job).where(*_conditions(wanted))
    return int(connection.execute(chosen).scalar_one())


def job_revisions(connection: Connection, *, closed: bool) -> list[tuple[str, str]]:
    """Return item and label of every revision with jobs, those not closed or all of them."""
    chosen = sa.select(tables.job.c.item, tables.job.c.rev).distinct()
    if not closed:
        chosen = chosen.where(tables.job.c.state != "closed")
    return [(row.item, row.rev) for row in connection.execute(chosen)]


def operations(connection: Connection, number: str) -> list[Operation]:
    """Return the operations of a job in their order."""
    return operations_of(connection, [number])[number]


def operations_of(
    connection: Connection, numbers: Sequence[str] | sa.Select[tuple[str]]
) -> defaultdict[str, list[Operation]]:
    """Return the operations of several jobs, by job, each in order; none that a move dropped."""
    found: defaultdict[str, list[Operation]] = defaultdict(list)
    chosen = sa.select(tables.operation).where(
        tables.operation.c.job.in_(numbers), tables.operation.c.state != "dropped"
    )
    for row in connection.execute(chosen.order_by(tables.operation.c.job, tables.operation.c.seq)):
        found[row.job].append(_operation(row._asdict()))
    return found


def dropped(connection: Connection, number: str) -> list[Operation]:
    """Return the operations that a move to another revision took out of a job, in order."""
    chosen = sa.select(tables.operation).where(
        tables.operation.c.job == number, tables.operation.c.state == "dropped"
    )
    rows = connection.execute(chosen.order_by(tables.operation.c.seq))
    return [_operation(row._asdict()) for row in rows]


def overrides(connection: Connection, number: str) -> list[Override]:
    """Return every start past a blocker on a job, oldest first."""
    table = tables.start_override
    joined = sa.select(table, tables.operation.c.seq).join(
        tables.operation, tables.operation.c.id == table.c.operation
    )
    chosen = joined.where(tables.operation.c.job == number).order_by(table.c.id)
    return [
        Override(
            row.seq, row.at, row.person, row.why, tuple(canonical.loads(row.blockers.encode()))
        )
        for row in connection.execute(chosen)
    ]


def stints(connection: Connection, number: str) -> list[Stint]:
    """Return every stint on a job, oldest first."""
    joined = sa.select(tables.stint).join(
        tables.operation, tables.operation.c.id == tables.stint.c.operation
    )
    chosen = joined.where(tables.operation.c.job == number).order_by(tables.stint.c.id)
    return [
        Stint(
            row.id, row.operation, row.person, row.device, row.started_at, row.ended_at,
            row.good, row.scrap,
        )
        for row in connection.execute(chosen)
    ]  # fmt: skip


def open_stint(connection: Connection, operation: int) -> Stint | None:
    """Return the stint that runs on an operation now."""
    chosen = sa.select(tables.stint).where(
        tables.stint.c.operation == operation, tables.stint.c.ended_at.is_(None)
    )
    row = connection.execute(chosen).one_or_none()
    if row is None:
        return None
    return Stint(
        row.id, row.operation, row.person, row.device, row.started_at, None, row.good, row.scrap
    )


def notes(connection: Connection, number: str) -> list[Note]:
    """Return what the floor wrote about a job, oldest first."""
    table = tables.floor_note
    joined = sa.select(table).join(tables.operation, tables.operation.c.id == table.c.operation)
    chosen = joined.where(tables.operation.c.job == number).order_by(table.c.id)
    return [
        Note(row.operation, row.at, row.person, row.words) for row in connection.execute(chosen)
    ]


def token(connection: Connection, digest: str) -> Token | None:
    """Return a traveler's token by the digest of its code."""
    chosen = sa.select(tables.traveler_token).where(tables.traveler_token.c.hash == digest)
    row = connection.execute(chosen).one_or_none()
    return None if row is None else _token(row)


def tokens(connection: Connection, number: str) -> list[Token]:
    """Return every token of a job's travelers, oldest first."""
    table = tables.traveler_token
    chosen = sa.select(table).where(table.c.job == number).order_by(table.c.id)
    return [_token(row) for row in connection.execute(chosen)]


def _conditions(wanted: JobFilter) -> list[sa.ColumnElement[bool]]:
    table = tables.job.c
    equal: Mapping[sa.Column[Any], str] = {
        table.state: wanted.state,
        table.item: wanted.item,
        table.rev: wanted.rev,
        table.customer: wanted.customer,
    }
    found: list[sa.ColumnElement[bool]] = [
        column == value for column, value in equal.items() if value
    ]
    if wanted.due_by:
        found.append(table.due <= wanted.due_by)
    if wanted.station:
        there = sa.select(tables.operation.c.job).where(
            tables.operation.c.station == wanted.station, tables.operation.c.state != "done"
        )
        found.append(table.number.in_(there))
    for word in wanted.words.split():
        columns = (table.number, table.item, table.title, table.customer, table.order_number)
        found.append(sa.or_(*(column.icontains(word, autoescape=True) for column in columns)))
    return found


def _station(row: Any) -> Station:
    return Station(row.code, row.name, row.minutes_per_day, bool(row.retired))


def _job(row: Any) -> Job:
    return Job(
        row.number, row.item, row.rev, row.title, row.qty, row.due, row.customer,
        row.order_number, row.state, row.added_at, row.added_by, row.released_at, row.closed_at,
    )  # fmt: skip


def _operation(row: dict[str, Any]) -> Operation:
    return Operation(
        **{
            **row,
            "files": _names(row["files"]),
            "proof": _names(row["proof"]),
            "parallel": bool(row["parallel"]),
        }
    )


@lru_cache(maxsize=10_000)
def _names(text: str) -> tuple[str, ...]:
    """Return a kept list of names; a shop has few that differ, and reads them for every job."""
    return tuple(canonical.loads(text.encode()))


def _token(row: Any) -> Token:
    return Token(
        row.id, row.job, row.operation, row.print, row.issued_at, row.issued_by, row.expires_at,
        row.revoked_at, row.lot,
    )  # fmt: skip
