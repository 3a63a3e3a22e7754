# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the ledger keeps of the operations of jobs and their rework, read as frozen values.

Every function takes a connection, so that a verb reads inside the transaction it writes in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler import job_records, lifecycle, tables
from traveler.errors import NoSuchOperation
from traveler.job_records import Job
from vault import canonical


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


def found(connection: Connection, number: str, seq: int) -> tuple[Job, list[Operation], Operation]:
    """Return an operation with its job and all of that; raises NoSuchJob or NoSuchOperation."""
    here = job_records.known(connection, number)
    there = operations(connection, here.number)
    return here, there, step(there, here.number, seq)


def step(operations: Sequence[Operation], job: str, seq: int) -> Operation:
    """Return the operation of a job that has this number; raises NoSuchOperation."""
    for one in operations:
        if one.seq == seq:
            return one
    shown = ", ".join(str(one.seq) for one in operations) or "none"
    raise NoSuchOperation(job=job, seq=seq, operations=shown)


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


@lru_cache(maxsize=10_000)
def _names(text: str) -> tuple[str, ...]:
    """Return a kept list of names; a shop has few that differ, and reads them for every job."""
    return tuple(canonical.loads(text.encode()))


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


# Asked at every look of a tablet, and so made once: to make one takes longer than to answer it.
_NUMBERS: Final[sa.BindParameter[str]] = sa.bindparam("jobs", expanding=True)
_OPERATIONS: Final = _standing(_NUMBERS)
_REWORKED: Final = _reworked(_NUMBERS)
