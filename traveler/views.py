# SPDX-License-Identifier: AGPL-3.0-or-later
"""What screens, sheets and programs are shown of a job: assembled values, without a rule of theirs.

Buttons, standing and counts come out of the gates and the records; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from traveler import gate
from traveler.gate import Standing
from traveler.records import Job, Note, Operation, Stint


@dataclass(frozen=True, slots=True)
class OperationView:
    """An operation as people see it: the step, how many pieces came, who is on it, what was noted.

    ``minutes`` is the planned time for the job's quantity; ``acts`` what may be done with it now.
    """

    operation: Operation
    arrived: int
    minutes: float
    running_by: str
    running_since: str
    notes: tuple[Note, ...]
    acts: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        one = self.operation
        return {
            "seq": one.seq,
            "station": one.station,
            "title": one.title,
            "state": one.state,
            "arrived": self.arrived,
            "good": one.good,
            "scrap": one.scrap,
            "setup_minutes": one.setup_minutes,
            "run_minutes": one.run_minutes,
            "planned_minutes": self.minutes,
            "parallel": one.parallel,
            "files": list(one.files),
            "proof": list(one.proof),
            "instructions": one.notes,
            "started_at": one.started_at,
            "finished_at": one.finished_at,
            "running_by": self.running_by or None,
            "running_since": self.running_since or None,
            "notes": [{"at": n.at, "by": n.person, "note": n.words} for n in self.notes],
            "acts": list(self.acts),
        }


@dataclass(frozen=True, slots=True)
class JobView:
    """A job with its operations and how its revision stands at this moment."""

    job: Job
    standing: Standing
    operations: tuple[OperationView, ...]

    @property
    def step(self) -> OperationView | None:
        """Return the operation that is next or being worked on, or None when all are done."""
        return next((one for one in self.operations if one.operation.state != "done"), None)

    def operation(self, seq: int) -> OperationView | None:
        """Return the operation of that number."""
        return next((one for one in self.operations if one.operation.seq == seq), None)

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it; what later parts fill is there and empty."""
        job = self.job
        return {
            **_head(job, self.standing),
            "added_at": job.added_at,
            "added_by": job.added_by,
            "released_at": job.released_at,
            "closed_at": job.closed_at,
            "operations": [one.as_json() for one in self.operations],
            "blockers": [],
            "proof": None,
            "need_by": None,
            "forecast": None,
        }


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job in a list: how its revision stands, how far it is, and the step it is at."""

    job: Job
    standing: Standing
    done: int
    of: int
    step: Operation | None

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        step = self.step
        return {
            **_head(self.job, self.standing),
            "done": self.done,
            "of": self.of,
            "step": step and {"seq": step.seq, "station": step.station, "state": step.state},
        }


def job_view(
    job: Job,
    operations: Sequence[Operation],
    stints: Sequence[Stint],
    notes: Sequence[Note],
    standing: Standing,
) -> JobView:
    """Assemble a job with all its operations."""
    running = {one.operation: one for one in stints if one.ended_at is None}
    shown = []
    for one in operations:
        stint = running.get(one.id)
        shown.append(
            OperationView(
                operation=one,
                arrived=gate.arrived(job, operations, one),
                minutes=one.setup_minutes + one.run_minutes * job.qty,
                running_by=stint.person if stint else "",
                running_since=stint.started_at if stint else "",
                notes=tuple(note for note in notes if note.operation == one.id),
                acts=gate.acts(job, operations, one, standing),
            )
        )
    return JobView(job, standing, tuple(shown))


def job_line(job: Job, operations: Sequence[Operation], standing: Standing) -> JobLine:
    """Assemble a job for a list."""
    still_open = [one for one in operations if one.state != "done"]
    done = len(operations) - len(still_open)
    return JobLine(job, standing, done, len(operations), still_open[0] if still_open else None)


def _head(job: Job, standing: Standing) -> dict[str, Any]:
    return {
        "job": job.number,
        "number": job.item,
        "rev": job.rev,
        "title": job.title,
        "state": job.state,
        "standing": standing.state,
        "current": standing.current,
        "qty": job.qty,
        "due": job.due,
        "customer": job.customer,
        "order": job.order,
    }
