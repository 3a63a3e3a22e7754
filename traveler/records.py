# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the ledger keeps of the floor, read as frozen values; all selects of this floor are here.

Every function takes a connection, so that a verb reads inside the transaction it writes in and
its gates judge what it is about to change, not what was there a moment before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler import lifecycle, tables
from traveler.errors import NoSuchJob, NoSuchOperation
from vault import canonical
from vault.names import fold


@dataclass(frozen=True, slots=True)
class Station:
    """A work centre: where operations wait and are done.

    ``lanes`` pieces of work go on there at a time.  A station others name as their ``group``
    stands for all of them, and a route may name it.  An ``outside`` one is a ``vendor``'s shop,
    where work comes back after ``days``.  ``minutes_per_day`` holds where no hours were told
    (``traveler.calendars``).
    """

    code: str
    name: str
    minutes_per_day: int
    retired: bool
    lanes: int = 1
    group: str = ""
    outside: bool = False
    vendor: str = ""
    days: int = 0


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
class JobItem:
    """A further released revision of a kit, ``qty`` of it to each piece of the job."""

    job: str
    item: str
    rev: str
    title: str
    qty: int


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
class Loop:
    """Rework of ``qty`` pieces: from operation ``source`` through its own steps ``back`` into the flow.

    ``back`` is the operation they join again, 0 where they leave the job.
    """

    id: int
    source: int
    back: int
    qty: int
    why: str
    at: str
    person: str
    nonconformance: str = ""


class Operation(NamedTuple):
    """One step of a job, copied from the released route when the job was made, and how far it is.

    ``setup_minutes`` once, ``run_minutes`` for each piece; ``good``, ``scrap`` and ``rework`` (set
    aside to be worked on again) in pieces.  ``split`` pieces went into a split job instead of
    coming here.  ``loop`` is the rework it is a step of.  An ``outside`` one is done at a
    ``vendor``'s, sent with a packing ``slip`` and ``expected`` back on a day, else after ``days``;
    ``machine`` is the station of a group on which it was started.

    A tuple, because a shop has a hundred thousand of them: it is made in a third of the time.
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
    rework: int = 0
    split: int = 0
    machine: str = ""
    days: int = 0
    vendor: str = ""
    slip: str = ""
    expected: str = ""
    outside: bool = False
    loop: Loop | None = None

    @property
    def over(self) -> bool:
        """Say whether nothing more is done on it: it is done, or was skipped."""
        return self.state in lifecycle.OVER

    @property
    def counted(self) -> int:
        """Return how many pieces are accounted for."""
        return self.good + self.scrap + self.rework


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


MANY = 500
"""Names in a question beyond which it is quicker to ask for all and to choose."""


def subject(number: str) -> str:
    """Return the name of a job in the record of events."""
    return f"job/{number}"


def station(connection: Connection, code: str) -> Station | None:
    """Return a station by its code, whatever the case."""
    row = connection.execute(_STATION, {"fold": fold(code)}).one_or_none()
    return None if row is None else _station(row)


def stations(connection: Connection) -> list[Station]:
    """Return every station, by code."""
    rows = connection.execute(sa.select(tables.station).order_by(tables.station.c.fold))
    return [_station(row) for row in rows]


def job(connection: Connection, number: str) -> Job | None:
    """Return a job by its number, whatever the case."""
    row = connection.execute(_JOB, {"fold": fold(number)}).one_or_none()
    return None if row is None else _job(row)


def jobs(connection: Connection, wanted: JobFilter, limit: int, offset: int = 0) -> list[Job]:
    """Return the jobs that fit, the earliest due first."""
    chosen = sa.select(tables.job).where(*_conditions(wanted))
    ordered = chosen.order_by(tables.job.c.due, tables.job.c.fold).limit(limit).offset(offset)
    return [_job(row) for row in connection.execute(ordered).all()]


def numbers(connection: Connection, wanted: JobFilter, limit: int, offset: int = 0) -> list[str]:
    """Return the numbers of the jobs that fit, the earliest due first."""
    chosen = sa.select(tables.job.c.number).where(*_conditions(wanted))
    ordered = chosen.order_by(tables.job.c.due, tables.job.c.fold).limit(limit).offset(offset)
    return list(connection.execute(ordered).scalars())


def jobs_named(connection: Connection, numbers: Sequence[str]) -> list[Job]:
    """Return the jobs of these exact numbers that are there, by number."""
    chosen = sa.select(tables.job).where(tables.job.c.number.in_(numbers))
    return [_job(row) for row in connection.execute(chosen.order_by(tables.job.c.fold))]


def in_process(connection: Connection, item: str = "", rev: str = "") -> list[Job]:
    """Return every job that has not ended, of one revision where it is named, by number."""
    conditions: list[sa.ColumnElement[bool]] = [tables.job.c.state.not_in(lifecycle.ENDED)]
    if item:
        kits = tables.job_item.c
        in_kit = sa.select(kits.job).where(kits.item == item, kits.rev == rev)
        own = sa.and_(tables.job.c.item == item, tables.job.c.rev == rev)
        conditions.append(sa.or_(own, tables.job.c.number.in_(in_kit)))
    chosen = sa.select(tables.job).where(*conditions).order_by(tables.job.c.fold)
    return [_job(row) for row in connection.execute(chosen).all()]


def job_count(connection: Connection, wanted: JobFilter) -> int:
    """Return how many jobs fit."""
    chosen = sa.select(sa.func.count()).select_from(tables.job).where(*_conditions(wanted))
    return int(connection.execute(chosen).scalar_one())


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
    return [_job(row) for row in rows]


def customer_counts(connection: Connection) -> dict[str, tuple[int, int]]:
    """Return every customer that jobs name, with the jobs that have not ended and all of them."""
    table = tables.job.c
    going = sa.func.sum(sa.case((table.state.in_(lifecycle.ENDED), 0), else_=1))
    chosen = sa.select(table.customer, going, sa.func.count()).where(
        table.customer != "", table.parent.is_(None)
    )
    rows = connection.execute(chosen.group_by(table.customer).order_by(table.customer))
    return {row[0]: (int(row[1]), int(row[2])) for row in rows}


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


def job_revisions(connection: Connection, *, closed: bool) -> list[tuple[str, str]]:
    """Return item and label of every revision with jobs or in a kit, those not ended or all."""
    kit, job = tables.job_item.c, tables.job.c
    own = sa.select(job.item, job.rev)
    parts = sa.select(kit.item, kit.rev).join(tables.job, job.number == kit.job)
    if not closed:
        own, parts = (one.where(job.state.not_in(lifecycle.ENDED)) for one in (own, parts))
    return [(row.item, row.rev) for row in connection.execute(own.union(parts))]


def operations(connection: Connection, number: str) -> list[Operation]:
    """Return the operations of a job in their order."""
    return operations_of(connection, [number])[number]


def operations_of(
    connection: Connection, numbers: Sequence[str] | sa.Select[tuple[str]]
) -> defaultdict[str, list[Operation]]:
    """Return the operations of several jobs, by job, each in order; none that a move dropped."""
    found: defaultdict[str, list[Operation]] = defaultdict(list)
    looped = _loops(connection, numbers)
    if isinstance(numbers, sa.Select):
        rows = connection.execute(_standing(numbers))
    else:
        rows = connection.execute(_OPERATIONS, {"jobs": numbers})
    for row in rows.all():  # at once: one by one they take half as long again
        one = _operation(row, looped)
        found[one.job].append(one)
    return found


def dropped(connection: Connection, number: str) -> list[Operation]:
    """Return the operations that a move to another revision took out of a job, in order."""
    chosen = _operations().where(
        tables.operation.c.job == number, tables.operation.c.state == "dropped"
    )
    looped = _loops(connection, [number])
    rows = connection.execute(chosen.order_by(tables.operation.c.seq))
    return [_operation(row, looped) for row in rows]


def overrides(connection: Connection, number: str) -> list[Override]:
    """Return every start past a blocker on a job, oldest first."""
    return [
        Override(
            row.seq, row.at, row.person, row.why, tuple(canonical.loads(row.blockers.encode()))
        )
        for row in connection.execute(_OVERRIDES, {"job": number})
    ]


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


def found(connection: Connection, number: str, seq: int) -> tuple[Job, list[Operation], Operation]:
    """Return an operation with its job and all of that; raises NoSuchJob or NoSuchOperation."""
    here = job(connection, number)
    if here is None:
        raise NoSuchJob(number=number)
    there = operations(connection, here.number)
    for one in there:
        if one.seq == seq:
            return here, there, one
    shown = ", ".join(str(one.seq) for one in there) or "none"
    raise NoSuchOperation(job=here.number, seq=seq, operations=shown)


def skips(connection: Connection, number: str) -> list[Skip]:
    """Return every operation of a job that was left out or taken back, oldest first."""
    return [
        Skip(row.operation, row.act, row.at, row.person, row.why)
        for row in connection.execute(_SKIPS, {"job": number})
    ]


def items(connection: Connection, numbers: Sequence[str]) -> defaultdict[str, list[JobItem]]:
    """Return the further items of kits, by job, in the order they were named."""
    found: defaultdict[str, list[JobItem]] = defaultdict(list)
    for row in connection.execute(_ITEMS, {"jobs": numbers}):
        found[row.job].append(JobItem(row.job, row.item, row.rev, row.title, row.qty))
    return found


def in_kits(connection: Connection, item: str) -> list[tuple[Job, JobItem | None]]:
    """Return every job that has an item in its kit, the earliest due first, with that item."""
    kit, own = tables.job_item, tables.job
    chosen = sa.select(own, kit.c.rev, kit.c.title, kit.c.qty)
    chosen = chosen.join(kit, kit.c.job == own.c.number).where(kit.c.item == item)
    found: list[tuple[Job, JobItem | None]] = []
    for *row, rev, title, qty in connection.execute(chosen.order_by(own.c.due, own.c.fold)):
        job = _job(row)
        found.append((job, JobItem(job.number, item, rev, title, qty)))
    return found


def kits_in_process(connection: Connection) -> dict[str, list[tuple[str, str]]]:
    """Return item and revision of the further items of every kit that has not ended, by job."""
    kit, found = tables.job_item.c, defaultdict[str, list[tuple[str, str]]](list)
    chosen = sa.select(kit.job, kit.item, kit.rev).join(tables.job, tables.job.c.number == kit.job)
    chosen = chosen.where(tables.job.c.state.not_in(lifecycle.ENDED)).order_by(kit.id)
    for row in connection.execute(chosen):
        found[row.job].append((row.item, row.rev))
    return found


def item_row(connection: Connection, number: str, item: str) -> int:
    """Return the key of a further item of a kit that is there."""
    table = tables.job_item.c
    chosen = sa.select(table.id).where(table.job == number, table.item == item)
    return int(connection.execute(chosen).scalar_one())


def children(connection: Connection, numbers: Sequence[str]) -> list[Job]:
    """Return the child jobs of some jobs, by number."""
    many = len(numbers) > MANY
    rows = connection.execute(
        _ALL_CHILDREN if many else _CHILDREN, {} if many else {"jobs": numbers}
    )
    known = set(numbers)
    return [_job(row) for row in rows if row.parent in known]


def split_jobs(connection: Connection, number: str) -> list[Job]:
    """Return the jobs that were split off a job, in the order that was done."""
    return [_job(row) for row in connection.execute(_SPLIT_JOBS, {"job": number})]


def notes(connection: Connection, number: str) -> list[Note]:
    """Return what the floor wrote about a job, oldest first."""
    return [
        Note(row.operation, row.at, row.person, row.words)
        for row in connection.execute(_NOTES, {"job": number})
    ]


def token(connection: Connection, digest: str) -> Token | None:
    """Return a traveler's token by the digest of its code."""
    row = connection.execute(_TOKEN, {"hash": digest}).one_or_none()
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
            tables.operation.c.station == wanted.station,
            tables.operation.c.state.not_in(lifecycle.OVER),
        )
        found.append(table.number.in_(there))
    for word in wanted.words.split():
        columns = (table.number, table.item, table.title, table.customer, table.order_number)
        found.append(sa.or_(*(column.icontains(word, autoescape=True) for column in columns)))
    return found


def _station(row: Any) -> Station:
    return Station(
        row.code, row.name, row.minutes_per_day, bool(row.retired), row.lanes or 1,
        row.group_code or "", bool(row.outside), row.sent_to or "", row.days or 0,
    )  # fmt: skip


def _job(row: Any) -> Job:
    """Return the job of a row in the order of the table's columns."""
    (
        number, _fold, item, rev, title, qty, due, customer, order, state, added_at, added_by,
        released_at, closed_at, parent, parent_seq, lot_of, first_seq,
    ) = row  # fmt: skip
    return Job(
        number, item, rev, title, qty, due, customer, order, state, added_at, added_by, released_at,
        closed_at, parent or "", parent_seq or 0, lot_of or "", first_seq or 0,
    )  # fmt: skip


def _operations() -> sa.Select[Any]:
    here, there = tables.operation.c, tables.station.c
    return sa.select(
        here.id, here.job, here.seq, here.station, here.title, here.setup_minutes,
        here.run_minutes, here.notes, here.files, here.proof, here.parallel, here.state, here.good,
        here.scrap, here.started_at, here.finished_at, here.rework, here.split, here.machine,
        sa.func.coalesce(here.days, there.days), sa.func.coalesce(here.sent_to, there.sent_to),
        here.slip, here.expected, there.outside,
    ).join(tables.station, there.code == here.station)  # fmt: skip


def _operation(row: Any, looped: Mapping[int, Loop]) -> Operation:
    """Return an operation of a row in the order of its fields: a shop has a hundred thousand."""
    (
        key, job, seq, station, title, setup, run, notes, files, proof, parallel, state, good, scrap,
        started, finished, rework, split, machine, days, vendor, slip, expected, outside,
    ) = row  # fmt: skip
    return Operation(
        key, job, seq, station, title, setup, run, notes, _names(files), _names(proof),
        bool(parallel), state, good, scrap, started, finished, rework or 0, split or 0,
        machine or "", days or 0, vendor or "", slip or "", expected or "", bool(outside),
        looped.get(key),
    )  # fmt: skip


def _loops(
    connection: Connection, numbers: Sequence[str] | sa.Select[tuple[str]]
) -> dict[int, Loop]:
    """Return the rework each operation of some jobs is a step of, by operation."""
    if isinstance(numbers, sa.Select):
        rows = connection.execute(_reworked(numbers))
    else:
        rows = connection.execute(_REWORKED, {"jobs": numbers})
    return {
        row.operation: Loop(
            row.id, row.from_seq, row.back_seq or 0, row.qty, row.why, row.at, row.person,
            row.nonconformance or "",
        )
        for row in rows
    }  # fmt: skip


def _standing(numbers: Any) -> sa.Select[Any]:
    """Return the question for the operations of some jobs that no move dropped."""
    here = tables.operation.c
    chosen = _operations().where(here.job.in_(numbers), here.state != "dropped")
    return chosen.order_by(here.job, here.seq)


def _reworked(numbers: Any) -> sa.Select[Any]:
    """Return the question for the rework some jobs have steps of."""
    source, back = tables.operation.alias("source"), tables.operation.alias("back")
    return (
        sa.select(
            tables.rework, tables.rework_step.c.operation,
            source.c.seq.label("from_seq"), back.c.seq.label("back_seq"),
        )
        .join(tables.rework_step, tables.rework_step.c.rework == tables.rework.c.id)
        .join(source, source.c.id == tables.rework.c.source)
        .outerjoin(back, back.c.id == tables.rework.c.back)
        .where(tables.rework.c.job.in_(numbers))
    )  # fmt: skip


def _on_job(table: sa.Table, *more: sa.Column[Any]) -> sa.Select[Any]:
    """Return the question for what is kept of the operations of a job, oldest first."""
    here = tables.operation.c
    joined = sa.select(table, *more).join(tables.operation, here.id == table.c.operation)
    return joined.where(here.job == sa.bindparam("job")).order_by(table.c.id)


# Asked at every look of a tablet, and so made once: to make one takes longer than to answer it.
_FOLD: Final[sa.BindParameter[str]] = sa.bindparam("fold")
_NUMBERS: Final[sa.BindParameter[str]] = sa.bindparam("jobs", expanding=True)
_STATION: Final = sa.select(tables.station).where(tables.station.c.fold == _FOLD)
_JOB: Final = sa.select(tables.job).where(tables.job.c.fold == _FOLD)
_OPERATIONS: Final = _standing(_NUMBERS)
_REWORKED: Final = _reworked(_NUMBERS)
_STINTS: Final = _on_job(tables.stint)
_NOTES: Final = _on_job(tables.floor_note)
_SKIPS: Final = _on_job(tables.operation_skip)
_OVERRIDES: Final = _on_job(tables.start_override, tables.operation.c.seq)
_ITEMS: Final = (
    sa.select(tables.job_item)
    .where(tables.job_item.c.job.in_(_NUMBERS))
    .order_by(tables.job_item.c.id)
)
_CHILDREN: Final = (
    sa.select(tables.job).where(tables.job.c.parent.in_(_NUMBERS)).order_by(tables.job.c.fold)
)
_ALL_CHILDREN: Final = (
    sa.select(tables.job).where(tables.job.c.parent.is_not(None)).order_by(tables.job.c.fold)
)
_SPLIT_JOBS: Final = (
    sa.select(tables.job)
    .where(tables.job.c.lot_of == sa.bindparam("job"))
    .order_by(tables.job.c.added_at, tables.job.c.fold)
)
_TOKEN: Final = sa.select(tables.traveler_token).where(
    tables.traveler_token.c.hash == sa.bindparam("hash")
)


def _stint(row: Any) -> Stint:
    return Stint(
        row.id, row.operation, row.person, row.device, row.started_at, row.ended_at,
        row.good, row.scrap, row.rework or 0,
    )  # fmt: skip


@lru_cache(maxsize=10_000)
def _names(text: str) -> tuple[str, ...]:
    """Return a kept list of names; a shop has few that differ, and reads them for every job."""
    return tuple(canonical.loads(text.encode()))


def _token(row: Any) -> Token:
    return Token(
        row.id, row.job, row.operation, row.print, row.issued_at, row.issued_by, row.expires_at,
        row.revoked_at, row.lot,
    )  # fmt: skip


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
