# SPDX-License-Identifier: AGPL-3.0-or-later
"""The record of one job: every act with who, when, where and from which device, and the work.

It is traceability, not a figure of anybody: who made a part is what a shop has to be able to say.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from traveler import job_records, jobs, work_records
from traveler.job_records import Job
from traveler.operation_records import Operation
from traveler.performance import counting, facts, telling
from traveler.performance.book import opened
from traveler.performance.errors import NoSuchFigures
from traveler.performance.facts import StepFact
from traveler.performance.reading import known, seconds
from traveler.performance.telling import Column, Table
from traveler.work_records import Stint
from vault.home import Vault
from vault.ledger.events import Event

MOST: Final = 5000
"""Acts of a job that are told at once."""
_ACTS: Final = (
    Column("event", "No."), Column("at", "When", "moment"), Column("who", "Who", "text"),
    Column("act", "Act", "text"), Column("step", "Step"), Column("station", "Where", "text"),
    Column("device", "Device", "text"), Column("facts", "Facts", "text", shown=False),
)  # fmt: skip
_WORK: Final = (
    Column("step", "Step"), Column("station", "Where", "text"), Column("who", "Who", "text"),
    Column("from", "From", "moment"), Column("to", "To", "moment"),
    Column("minutes", "Minutes", "minutes"), Column("good", "Good"), Column("scrap", "Scrap"),
    Column("rework", "Rework"), Column("device", "Device", "text"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Act:
    """One event of a job, with the step and the station it was about, where it was about one."""

    event: Event
    step: int | None
    station: str


@dataclass(frozen=True, slots=True)
class Record:
    """A job, what its operations took against their plan, who worked on it when, every act."""

    job: Job
    operations: tuple[Operation, ...]
    steps: tuple[StepFact, ...]
    work: tuple[tuple[Operation, Stint], ...]
    acts: tuple[Act, ...]

    def table(self, name: str) -> Table:
        """Return ``operations``, ``work`` or ``acts`` as a table; raises NoSuchFigures."""
        made = {
            "operations": lambda: telling.operations(self.steps),
            "work": lambda: Table("work", "Work", _WORK, tuple(map(_work, self.work))),
            "acts": lambda: Table("acts", "Acts", _ACTS, tuple(map(_act, self.acts))),
        }
        if name not in made:
            raise NoSuchFigures(name=name, known=", ".join(made))
        return made[name]()

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            "job": self.job.number, "number": self.job.item, "rev": self.job.rev,
            **{name: [dict(row) for row in self.table(name).rows]
               for name in ("operations", "work", "acts")},
        }  # fmt: skip


def of_job(vault: Vault, number: str) -> Record:
    """Return the record of a job; raises NoSuchJob."""
    counting.advance(vault)
    with vault.ledger.reading() as connection:
        job = job_records.known(connection, number)
        kept = known(connection, [job.number])[job.number]
        stints = work_records.stints(connection, job.number)
    with opened(vault) as book:
        steps = tuple(book.of_job(job.number))
    by_id = {one.id: one for one in (*kept.operations, *kept.gone)}
    by_seq = {one.seq: one for one in by_id.values()}
    acts = [_seen(one, by_seq) for one in jobs.history(vault, job.number, MOST)]
    work = tuple((by_id[one.operation], one) for one in stints if one.operation in by_id)
    return Record(job, kept.operations, steps, work, tuple(acts))


# --- inside -----------------------------------------------------------------


def _seen(event: Event, by_seq: Mapping[int, Operation]) -> Act:
    seq = event.facts.get("seq")
    found = by_seq.get(seq) if isinstance(seq, int) else None
    return Act(event, found.seq if found else None, facts.place(found) if found else "")


def _act(one: Act) -> Mapping[str, telling.Value]:
    event = one.event
    return {
        "event": event.seq, "at": event.at, "who": event.actor, "act": event.kind,
        "step": one.step, "station": one.station, "device": event.device,
        "facts": json.dumps(event.facts, ensure_ascii=False, sort_keys=True),
    }  # fmt: skip


def _work(one: tuple[Operation, Stint]) -> Mapping[str, telling.Value]:
    operation, stint = one
    minutes = None
    if stint.ended_at:
        minutes = round((seconds(stint.ended_at) - seconds(stint.started_at)) / 60, 1)
    return {
        "step": operation.seq, "station": facts.place(operation), "who": stint.person,
        "from": stint.started_at, "to": stint.ended_at, "minutes": minutes, "good": stint.good,
        "scrap": stint.scrap, "rework": stint.rework, "device": stint.device,
    }  # fmt: skip


def stretches(work: Sequence[tuple[Operation, Stint]], now: str) -> list[tuple[int, int, int, str]]:
    """Return step, begin, end (seconds) and a sentence of each stretch, for drawing."""
    return [
        (one.seq, seconds(stint.started_at), seconds(stint.ended_at or now),
         f"{one.seq} {one.title}: {stint.person} at {facts.place(one)}")
        for one, stint in work
    ]  # fmt: skip
