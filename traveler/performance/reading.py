# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the ledger keeps of jobs, read for counting; all selects of this room on the ledger are here.

Everything is read by job and by index, some hundred jobs at a time, so that the cost follows what
changed and never the length of the record.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler import calendars, job_records, operation_records, station_records, tables
from traveler.hours import Week
from traveler.job_records import Job
from traveler.operation_records import Operation
from traveler.performance.facts import BlockerFact, Known, Turn, Work
from traveler.schedule.clock import weekdays
from traveler.shipping import tables as shipping
from vault import canonical
from vault.ledger.tables import event, event_head

_JOB: Final = "job/"
_BLOCKER: Final = "blocker."
_LEFT: Final = ("shipped", "received")


@dataclass(frozen=True, slots=True)
class Head:
    """The newest event of the ledger: what figures that count it stand at."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Touched:
    """What some events touched: jobs, and blockers of whole stations; up to which event."""

    jobs: tuple[str, ...]
    blockers: tuple[int, ...]
    head: Head


@dataclass(frozen=True, slots=True)
class Told:
    """The hours told of the shop and its stations, with the moment of each word.

    None is the word that a station has the hours of the shop again.
    """

    weeks: tuple[tuple[str, int, Week | None], ...]
    days: tuple[calendars.SpecialDay, ...]
    ordinary: dict[str, Week]


def seconds(stored: str) -> int:
    """Return a stored moment as seconds since 1970."""
    return int(datetime.fromisoformat(stored).timestamp())


def head(connection: Connection) -> Head:
    """Return the newest event."""
    seq, digest = connection.execute(sa.select(event_head.c.seq, event_head.c.hash)).one()
    return Head(int(seq), str(digest))


def is_there(connection: Connection, known: Head) -> bool:
    """Say whether the ledger still has an event, with the same hash: it was not put back."""
    if not known.seq:
        return True
    chosen = sa.select(event.c.hash).where(event.c.seq == known.seq)
    return connection.execute(chosen).scalar_one_or_none() == known.hash


def touched(connection: Connection, after: int, most: int) -> Touched:
    """Return what the next events after one touched, ``most`` of them at most."""
    chosen = (
        sa.select(event.c.seq, event.c.hash, event.c.kind, event.c.subject, event.c.facts)
        .where(event.c.seq > after).order_by(event.c.seq).limit(most)
    )  # fmt: skip
    jobs: dict[str, None] = {}
    blockers: dict[int, None] = {}
    last = Head(after, "")
    for seq, digest, kind, subject, facts in connection.execute(chosen):
        last = Head(seq, digest)
        if subject.startswith(_JOB):
            jobs[subject.removeprefix(_JOB)] = None
        elif kind.startswith(_BLOCKER):
            number = canonical.loads(facts.encode()).get("blocker")
            if isinstance(number, int):
                blockers[number] = None
    return Touched(tuple(jobs), tuple(blockers), last)


def job_count(connection: Connection) -> int:
    """Return how many jobs there are."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(tables.job)).scalar_one())


def jobs_after(connection: Connection, fold: str, most: int) -> list[tuple[str, str]]:
    """Return number and folded number of the next jobs, in their order."""
    table = tables.job.c
    chosen = sa.select(table.number, table.fold).where(table.fold > fold).order_by(table.fold)
    return [(row.number, row.fold) for row in connection.execute(chosen.limit(most))]


def station_blockers(connection: Connection) -> list[int]:
    """Return the blockers that belong to no job."""
    chosen = sa.select(tables.blocker.c.id).where(tables.blocker.c.job.is_(None))
    return list(connection.execute(chosen).scalars())


def families(connection: Connection, numbers: Sequence[str]) -> dict[str, list[str]]:
    """Return for each job the one it was split off, else itself, with all that were split off that."""
    table = tables.job.c
    root = sa.func.coalesce(table.lot_of, table.number)
    roots = list(connection.execute(
        sa.select(root).where(table.number.in_(numbers)).distinct()).scalars())  # fmt: skip
    found: dict[str, list[str]] = {one: [one] for one in roots}
    split = sa.select(table.number, table.lot_of).where(table.lot_of.in_(roots))
    for row in connection.execute(split.order_by(table.added_at, table.fold)):
        found[row.lot_of].append(row.number)
    return found


def known(connection: Connection, numbers: Sequence[str]) -> dict[str, Known]:
    """Return all that is kept of some jobs, by number; one that is not there is left out."""
    jobs = _jobs(connection, numbers)
    operations = operation_records.operations_of(connection, list(jobs))
    gone = _gone(connection, list(jobs))
    work = _work(connection, list(jobs))
    sent = _sent(connection, list(jobs))
    dues = _dues(connection, list(jobs))
    found = {}
    for number, job in jobs.items():
        own = (*operations[number], *gone[number])
        found[number] = Known(
            job, tuple(operations[number]), tuple(gone[number]), tuple(work[number]),
            tuple(sent[number]), tuple(dues[number]),
            seconds(job.released_at) if job.released_at else None,
            seconds(job.closed_at) if job.closed_at else None,
            {one.id: seconds(one.started_at) for one in own if one.started_at},
            {one.id: seconds(one.finished_at) for one in own if one.finished_at},
        )  # fmt: skip
    return found


def blockers(
    connection: Connection, numbers: Sequence[str] = (), ids: Sequence[int] = ()
) -> list[tuple[BlockerFact, list[Turn]]]:
    """Return the blockers of some jobs, or some blockers, each with all that was done about it."""
    row, entry, step, job = tables.blocker, tables.blocker_entry, tables.operation, tables.job
    place = sa.func.coalesce(step.c.machine, step.c.station, row.c.station, "")
    chosen = (
        sa.select(row.c.id, row.c.kind, row.c.job, place.label("place"), job.c.item, job.c.customer,
                  entry.c.at, entry.c.state, entry.c.owner)
        .join(entry, entry.c.blocker == row.c.id)
        .outerjoin(step, step.c.id == row.c.operation)
        .outerjoin(job, job.c.number == row.c.job)
        .where(row.c.job.in_(numbers) if numbers else row.c.id.in_(ids))
        .order_by(row.c.id, entry.c.number)
    )  # fmt: skip
    found: dict[int, tuple[BlockerFact, list[Turn]]] = {}
    for one in connection.execute(chosen):
        where = BlockerFact(one.id, 0, one.kind, one.owner, one.job or "", one.item or "",
                            one.customer or "", one.place, 0, None)  # fmt: skip
        turns = found.setdefault(one.id, (where, []))[1]
        turns.append(Turn(seconds(one.at), one.state, one.owner))
    return list(found.values())


def told_hours(connection: Connection) -> Told:
    """Return every word on hours, oldest first, with what holds where nobody said anything."""
    weeks = tuple((one.station, seconds(one.at), one.week)
                  for one in calendars.words_on_hours(connection))  # fmt: skip
    ordinary = {
        one.code: weekdays(one.minutes_per_day).week for one in station_records.stations(connection)
    }
    ordinary[""] = weekdays(calendars.ORDINARY).week
    return Told(weeks, tuple(calendars.special_days(connection)), ordinary)


# --- inside -----------------------------------------------------------------


def _jobs(connection: Connection, numbers: Sequence[str]) -> dict[str, Job]:
    return {one.number: one for one in job_records.jobs_named(connection, numbers)}


def _gone(connection: Connection, numbers: Sequence[str]) -> defaultdict[str, list[Operation]]:
    found: defaultdict[str, list[Operation]] = defaultdict(list)
    table = tables.operation.c
    chosen = sa.select(table.job).where(table.job.in_(numbers), table.state == "dropped").distinct()
    for number in list(connection.execute(chosen).scalars()):
        found[number] = operation_records.dropped(connection, number)
    return found


def _work(connection: Connection, numbers: Sequence[str]) -> defaultdict[str, list[Work]]:
    found: defaultdict[str, list[Work]] = defaultdict(list)
    stint, step = tables.stint.c, tables.operation.c
    chosen = (
        sa.select(step.job, stint.id, stint.operation, stint.person, stint.started_at,
                  stint.ended_at, stint.good, stint.scrap, stint.rework)
        .join(tables.operation, step.id == stint.operation)
        .where(step.job.in_(numbers)).order_by(stint.id)
    )  # fmt: skip
    for job, key, operation, person, began, ended, good, scrap, aside in connection.execute(chosen):
        end = seconds(ended) if ended else None
        found[job].append(
            Work(key, operation, person, seconds(began), end, good, scrap, aside or 0)
        )
    return found


def _sent(
    connection: Connection, numbers: Sequence[str]
) -> defaultdict[str, list[tuple[int, int]]]:
    found: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    row, entry = shipping.shipment, shipping.shipment_entry
    newest = sa.and_(entry.c.shipment == row.c.id, entry.c.number == row.c.entries)
    chosen = sa.select(row.c.job, row.c.qty, entry.c.facts).join(entry, newest)
    left = chosen.where(row.c.job.in_(numbers), row.c.state.in_(_LEFT)).order_by(row.c.id)
    for job, qty, facts in connection.execute(left):
        found[job].append((seconds(canonical.loads(facts.encode())["shipped_at"]), qty))
    return found


def _dues(
    connection: Connection, numbers: Iterable[str]
) -> defaultdict[str, list[tuple[int, str]]]:
    found: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    subjects = [job_records.subject(one) for one in numbers]
    chosen = sa.select(event.c.subject, event.c.at, event.c.facts).where(
        event.c.subject.in_(subjects), event.c.kind == "job.amended"
    )
    for subject, at, facts in connection.execute(chosen.order_by(event.c.seq)):
        before: dict[str, Any] = canonical.loads(facts.encode()).get("before", {})
        if "due" in before:
            found[subject.removeprefix(_JOB)].append((seconds(at), before["due"]))
    return found
