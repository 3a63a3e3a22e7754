# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the ledger keeps of jobs, read as frozen values; all selects of them are here.

Every function takes a connection, so that a verb reads inside the transaction it writes in and
its gates judge what it is about to change, not what was there a moment before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler import lifecycle, tables
from traveler.errors import NoSuchJob
from vault.names import fold


@dataclass(frozen=True, slots=True)
class Job:
    """A quantity of one released revision, due on a day, for a customer's order.

    A child job has a ``parent``, whose operation ``parent_seq`` waits for it.  A split job came off
    ``split_from``, and its own operations begin with ``first_seq``; those before it were done there.
    """

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
    parent: str = ""
    parent_seq: int = 0
    split_from: str = ""
    first_seq: int = 0

    @property
    def ended(self) -> bool:
        """Say whether nothing more will be done on it."""
        return self.state in lifecycle.ENDED


@dataclass(frozen=True, slots=True)
class Child:
    """A job another one waits for at its operation ``at``; ``over`` when all its work is done.

    ``good`` pieces came out of it, of the ``qty`` planned.
    """

    job: str
    item: str
    rev: str
    title: str
    qty: int
    state: str
    at: int
    over: bool
    good: int


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


MANY = 500
"""Names in a question beyond which it is quicker to ask for all and to choose."""


def subject(number: str) -> str:
    """Return the name of a job in the record of events."""
    return f"job/{number}"


def job(connection: Connection, number: str) -> Job | None:
    """Return a job by its number, whatever the case."""
    row = connection.execute(_JOB, {"fold": fold(number)}).one_or_none()
    return None if row is None else as_job(row)


def known(connection: Connection, number: str) -> Job:
    """Return a job by its number, whatever the case; raises NoSuchJob."""
    found = job(connection, number)
    if found is None:
        raise NoSuchJob(number=number)
    return found


def jobs(connection: Connection, wanted: JobFilter, limit: int, offset: int = 0) -> list[Job]:
    """Return the jobs that fit, as `numbers` orders them."""
    chosen = sa.select(tables.job).where(*_conditions(wanted))
    ordered = chosen.order_by(*_order(wanted)).limit(limit).offset(offset)
    return [as_job(row) for row in connection.execute(ordered).all()]


def numbers(connection: Connection, wanted: JobFilter, limit: int, offset: int = 0) -> list[str]:
    """Return the numbers of the jobs that fit.

    Those that have not ended come first, the earliest due before the others; then those that have,
    the latest due first, because who looks among old jobs mostly looks for a recent one.
    """
    asked = _numbers(wanted, limit, offset)
    return list(connection.execute(asked).scalars().all())  # at once: half the time of one by one


def jobs_named(connection: Connection, numbers: Sequence[str]) -> list[Job]:
    """Return the jobs of these exact numbers that are there, by number."""
    chosen = sa.select(tables.job).where(tables.job.c.number.in_(numbers))
    return [as_job(row) for row in connection.execute(chosen.order_by(tables.job.c.fold))]


def job_count(connection: Connection, wanted: JobFilter) -> int:
    """Return how many jobs fit."""
    chosen = sa.select(sa.func.count()).select_from(tables.job).where(*_conditions(wanted))
    return int(connection.execute(chosen).scalar_one())


def in_process(connection: Connection, item: str = "", rev: str = "") -> list[Job]:
    """Return every job that has not ended, of one revision where it is named, by number."""
    conditions: list[sa.ColumnElement[bool]] = [tables.job.c.state.not_in(lifecycle.ENDED)]
    if item:
        kits = tables.job_item.c
        in_kit = sa.select(kits.job).where(kits.item == item, kits.rev == rev)
        own = sa.and_(tables.job.c.item == item, tables.job.c.rev == rev)
        conditions.append(sa.or_(own, tables.job.c.number.in_(in_kit)))
    chosen = sa.select(tables.job).where(*conditions).order_by(tables.job.c.fold)
    return [as_job(row) for row in connection.execute(chosen).all()]


def job_revisions(connection: Connection, *, closed: bool) -> list[tuple[str, str]]:
    """Return item and label of every revision with jobs or in a kit, those not ended or all."""
    kit, job = tables.job_item.c, tables.job.c
    own = sa.select(job.item, job.rev)
    parts = sa.select(kit.item, kit.rev).join(tables.job, job.number == kit.job)
    if not closed:
        own, parts = (one.where(job.state.not_in(lifecycle.ENDED)) for one in (own, parts))
    return [(row.item, row.rev) for row in connection.execute(own.union(parts))]


def of_customers(
    connection: Connection, customers: Sequence[str], *, ended: bool, words: str = "",
    limit: int | None = None, offset: int = 0,
) -> list[Job]:  # fmt: skip
    """Return the jobs that name one of some customers letter for letter, none where none is named.

    Jobs that ended or the others; not the child jobs, which are the shop's own; what is due first
    comes first, of those that ended what ended last.
    """
    table = tables.job.c
    chosen = sa.select(tables.job).where(*_theirs(customers, ended=ended, words=words))
    by = (table.closed_at.desc(), table.fold) if ended else (table.due, table.fold)
    rows = connection.execute(chosen.order_by(*by).limit(limit).offset(offset))
    return [as_job(row) for row in rows]


def customer_counts(connection: Connection) -> dict[str, tuple[int, int]]:
    """Return every customer that jobs name, with the jobs that have not ended and all of them."""
    table = tables.job.c
    going = sa.func.sum(sa.case((table.state.in_(lifecycle.ENDED), 0), else_=1))
    chosen = sa.select(table.customer, going, sa.func.count()).where(
        table.customer != "", table.parent.is_(None)
    )
    rows = connection.execute(chosen.group_by(table.customer).order_by(table.customer))
    return {row[0]: (int(row[1]), int(row[2])) for row in rows}


def children(connection: Connection, numbers: Sequence[str]) -> list[Job]:
    """Return the child jobs of some jobs, by number."""
    many = len(numbers) > MANY
    rows = connection.execute(
        _ALL_CHILDREN if many else _CHILDREN, {} if many else {"jobs": numbers}
    )
    known = set(numbers)
    return [as_job(row) for row in rows if row.parent in known]


def split_jobs(connection: Connection, number: str) -> list[Job]:
    """Return the jobs that were split off a job, in the order that was done."""
    return [as_job(row) for row in connection.execute(_SPLIT_JOBS, {"job": number})]


def as_job(row: Any) -> Job:
    """Return the job of a row in the order of the table's columns."""
    (
        number, _fold, item, rev, title, qty, due, customer, order, state, added_at, added_by,
        released_at, closed_at, parent, parent_seq, lot_of, first_seq,
    ) = row  # fmt: skip
    return Job(
        number, item, rev, title, qty, due, customer, order, state, added_at, added_by, released_at,
        closed_at, parent or "", parent_seq or 0, lot_of or "", first_seq or 0,
    )  # fmt: skip


def _order(wanted: JobFilter) -> tuple[sa.ColumnElement[Any], ...]:
    table = tables.job.c
    if wanted.state in lifecycle.ENDED:  # the index holds each state by date, either way round
        return table.due.desc(), table.fold.desc()
    if wanted.state:
        return table.due.asc(), table.fold.asc()
    ended = table.state.in_(lifecycle.ENDED)
    soonest = sa.case((ended, None), else_=table.due)
    return ended.asc(), soonest.asc(), table.due.desc(), table.fold.asc()


@lru_cache(maxsize=200)
def _numbers(wanted: JobFilter, limit: int, offset: int) -> sa.Select[str]:
    """Return the question for a list; making it takes as long as having it answered."""
    chosen = sa.select(tables.job.c.number).where(*_conditions(wanted))
    return chosen.order_by(*_order(wanted)).limit(limit).offset(offset)


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
            tables.operation.c.station == wanted.station,
            tables.operation.c.state.not_in(lifecycle.OVER),
        )
        found.append(table.number.in_(there))
    for word in wanted.words.split():
        columns = (table.number, table.item, table.title, table.customer, table.order_number)
        found.append(sa.or_(*(column.icontains(word, autoescape=True) for column in columns)))
    return found


def _theirs(customers: Sequence[str], *, ended: bool, words: str) -> list[sa.ColumnElement[bool]]:
    table = tables.job.c
    over = table.state.in_(lifecycle.ENDED)
    found: list[sa.ColumnElement[bool]] = [
        table.customer.in_([one for one in customers if one]),
        table.parent.is_(None),
        over if ended else sa.not_(over),
    ]
    for word in words.split():
        columns = (table.number, table.item, table.title, table.order_number)
        found.append(sa.or_(*(one.icontains(word, autoescape=True) for one in columns)))
    return found


# Asked at every look of a tablet, and so made once: to make one takes longer than to answer it.
_JOB: Final = sa.select(tables.job).where(tables.job.c.fold == sa.bindparam("fold"))
_CHILDREN: Final = (
    sa.select(tables.job)
    .where(tables.job.c.parent.in_(sa.bindparam("jobs", expanding=True)))
    .order_by(tables.job.c.fold)
)
_ALL_CHILDREN: Final = (
    sa.select(tables.job).where(tables.job.c.parent.is_not(None)).order_by(tables.job.c.fold)
)
_SPLIT_JOBS: Final = (
    sa.select(tables.job)
    .where(tables.job.c.lot_of == sa.bindparam("job"))
    .order_by(tables.job.c.added_at, tables.job.c.fold)
)
