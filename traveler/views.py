# SPDX-License-Identifier: AGPL-3.0-or-later
"""What screens, sheets and programs are shown of a job: assembled values, without a rule of theirs.

Buttons, standing and counts come out of the gates and the records; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any

from traveler import flow, gate
from traveler.blockers import telling
from traveler.blockers.photos import Photo
from traveler.blockers.telling import BlockerView
from traveler.decisions import asking
from traveler.decisions.records import Decision
from traveler.gate import Ground, Standing
from traveler.job_records import Child, Job
from traveler.lifecycle import ENDED
from traveler.operation_records import Loop, Operation
from traveler.quality import proof
from traveler.quality.proof import Line, ProofState
from traveler.work_records import Note, Override, Skip, Stint


@dataclass(frozen=True, slots=True)
class Dates:
    """When a job is needed and when it will be done, as moments of the shop (``2026-12-03T15:00``).

    ``steps`` has need-by and forecast of each operation still to do, by number; a forecast is
    None where nobody can say.  ``why`` is the sentence of the board.
    """

    need_by: str | None
    forecast: str | None
    verdict: str
    why: str
    steps: Mapping[int, tuple[str, str | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OperationView:
    """An operation as people see it: the step, how many pieces came, who is on it, what was noted.

    ``minutes`` is the planned time for the job's quantity; ``acts`` what may be done with it now,
    ``held`` the blockers that keep it from starting, ``waits`` the child jobs it waits for.
    ``pending`` pieces set aside there wait for their rework to be planned; ``skipped`` says who
    left it out, and why; ``proof`` how the proof it owes stands.
    """

    operation: Operation
    arrived: int
    minutes: float
    running_by: str
    running_since: str
    notes: tuple[Note, ...]
    acts: tuple[str, ...]
    held: tuple[BlockerView, ...] = ()
    people: tuple[Stint, ...] = ()
    waits: tuple[Child, ...] = ()
    pending: int = 0
    skipped: Skip | None = None
    proof: ProofState = proof.NOTHING

    @property
    def owing(self) -> tuple[Line, ...]:
        """Return the proof without which the step cannot be finished."""
        return self.proof.owed(proof.STEP, self.operation.seq)

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
            "rework": one.rework,
            "rework_to_plan": self.pending,
            "split_off": one.split,
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
            "people": [{"who": s.person, "since": s.started_at} for s in self.people],
            "machine": one.machine or None,
            "outside": _outside(one) if one.outside else None,
            "loop": _loop(one.loop) if one.loop else None,
            "waits_for": [child.job for child in self.waits],
            "skipped": self.skipped
            and {"at": self.skipped.at, "by": self.skipped.person, "why": self.skipped.why},
            "notes": [{"at": n.at, "by": n.person, "note": n.words} for n in self.notes],
            "acts": list(self.acts),
            "blocked_by": [one.blocker.id for one in self.held],
            "owes": [one.required.kind for one in self.owing],
        }


@dataclass(frozen=True, slots=True)
class Kin:
    """The jobs split off a job, or off the one it was split from, and what was left out."""

    splits: tuple[Job, ...] = ()
    skips: tuple[Skip, ...] = ()


@dataclass(frozen=True, slots=True)
class JobView:
    """A job with its operations and the ground it stands on at this moment.

    ``blockers`` are those that want something of somebody, ``decisions`` and ``overrides`` all
    that were ever made.
    """

    job: Job
    ground: Ground
    operations: tuple[OperationView, ...]
    blockers: tuple[BlockerView, ...] = ()
    decisions: tuple[Decision, ...] = ()
    overrides: tuple[Override, ...] = ()
    dates: Dates | None = None
    kin: Kin = field(default_factory=Kin)

    @property
    def standing(self) -> Standing:
        """Return how the job's revision stands."""
        return self.ground.standing

    @property
    def children(self) -> tuple[Child, ...]:
        """Return the child jobs, those of the job it was split from among them."""
        return self.ground.children

    @property
    def left_over(self) -> tuple[Child, ...]:
        """Return the child jobs that go on though the job they are for has ended, in all its parts."""
        parts = (self.job, *self.kin.splits)
        if self.job.split_from or not all(one.ended for one in parts):
            return ()
        return tuple(one for one in self.children if not one.over and one.state not in ENDED)

    @property
    def out(self) -> int:
        """Return how many good pieces came out of the job so far."""
        return flow.out(self.job, [one.operation for one in self.operations])

    @property
    def question(self) -> BlockerView | None:
        """Return the blocker that asks what happens to the job, where somebody has to decide."""
        asked = asking.asked([one.blocker for one in self.blockers])
        return next((one for one in self.blockers if asked and one.blocker == asked), None)

    @property
    def step(self) -> OperationView | None:
        """Return the operation that is next or being worked on, or None when all are done."""
        return next((one for one in self.operations if not one.operation.over), None)

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
            "operations": [
                {**one.as_json(), **_step_dates(self.dates, one.operation.seq)}
                for one in self.operations
            ],
            "made": self.out,
            "parent": self.job.parent or None,
            "parent_operation": self.job.parent_seq or None,
            "split_off": self.job.split_from or None,
            "splits": [
                {"job": one.number, "qty": one.qty, "state": one.state} for one in self.kin.splits
            ],
            "children": [asdict(one) for one in self.children],
            "left_over": [one.job for one in self.left_over],
            "kit": [
                {
                    "number": one.item.item,
                    "rev": one.item.rev,
                    "title": one.item.title,
                    "qty": one.item.qty,
                    "standing": one.standing.state,
                    "current": one.standing.current,
                    "deviation": one.deviation.as_json() if one.deviation else None,
                }
                for one in self.ground.kit
            ],
            "blockers": [one.as_json() for one in self.blockers],
            "deviation": self.ground.deviation.as_json() if self.ground.deviation else None,
            "decisions": [one.as_json() for one in self.decisions],
            "overrides": [
                {
                    "seq": one.seq,
                    "at": one.at,
                    "by": one.person,
                    "why": one.why,
                    "blockers": list(one.blockers),
                }
                for one in self.overrides
            ],
            "proof": self.ground.proof.as_json(),
            **_dates(self.dates),
        }


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job in a list: the ground it stands on, how far it is, and the step it is at."""

    job: Job
    ground: Ground
    done: int
    of: int
    step: Operation | None
    dates: Dates | None = None

    @property
    def standing(self) -> Standing:
        """Return how the job's revision stands."""
        return self.ground.standing

    @property
    def held(self) -> int:
        """Return how many blockers hold the job or one of its steps that are not done."""
        return sum(one.blocking and not one.step_over for one in self.ground.blockers)

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        step = self.step
        return {
            **_head(self.job, self.standing),
            "done": self.done,
            "of": self.of,
            "blocked": self.held,
            "step": step and {"seq": step.seq, "station": step.station, "state": step.state},
            **_dates(self.dates),
        }


def job_view(
    job: Job,
    operations: Sequence[Operation],
    stints: Sequence[Stint],
    notes: Sequence[Note],
    ground: Ground,
    decisions: Sequence[Decision],
    overrides: Sequence[Override],
    today: str,
    kin: Kin = Kin(),
    photos: Mapping[int, tuple[Photo, ...]] = MappingProxyType({}),
) -> JobView:
    """Assemble a job with all its operations."""
    seen = {one.id: telling.seen(one, today, photos.get(one.id, ())) for one in ground.blockers}
    left_out = {one.operation: one for one in kin.skips}
    shown = []
    for one in operations:
        on_it = tuple(s for s in stints if s.operation == one.id and s.ended_at is None)
        shown.append(
            OperationView(
                operation=one,
                arrived=flow.arrived(job, operations, one),
                minutes=one.setup_minutes
                + one.run_minutes * (one.loop.qty if one.loop else job.qty),
                running_by=", ".join(s.person for s in on_it),
                running_since=on_it[0].started_at if on_it else "",
                notes=tuple(note for note in notes if note.operation == one.id),
                acts=gate.acts(job, operations, one, ground),
                held=tuple(seen[held.id] for held in ground.on(job, one)),
                people=on_it,
                waits=() if one.over or one.loop else ground.waits(one),
                pending=flow.pending(operations, one),
                skipped=left_out.get(one.id) if one.state == "skipped" else None,
                proof=ground.proof.at(one.seq),
            )
        )
    return JobView(
        job, ground, tuple(shown), tuple(seen.values()), tuple(decisions), tuple(overrides),
        kin=kin,
    )  # fmt: skip


def job_line(
    job: Job, operations: Sequence[Operation], ground: Ground, dates: Dates | None = None
) -> JobLine:
    """Assemble a job for a list."""
    still_open = [one for one in operations if not one.over]
    done, step = len(operations) - len(still_open), still_open[0] if still_open else None
    return JobLine(job, ground, done, len(operations), step, dates)


def _dates(dates: Dates | None) -> dict[str, Any]:
    if dates is None:
        return {"need_by": None, "forecast": None, "verdict": None, "why": None}
    return {
        "need_by": dates.need_by,
        "forecast": dates.forecast,
        "verdict": dates.verdict,
        "why": dates.why,
    }


def _step_dates(dates: Dates | None, seq: int) -> dict[str, Any]:
    need, forecast = dates.steps.get(seq, (None, None)) if dates else (None, None)
    return {"need_by": need, "forecast": forecast}


def _outside(one: Operation) -> dict[str, Any]:
    return {
        "sent_to": one.vendor, "slip": one.slip or None, "expected_back": one.expected or None,
        "sent_at": one.started_at, "back_at": one.finished_at, "days": one.days,
    }  # fmt: skip


def _loop(loop: Loop) -> dict[str, Any]:
    return {
        "rework": loop.id, "from": loop.source, "back_to": loop.back or None, "qty": loop.qty,
        "why": loop.why, "by": loop.person, "at": loop.at,
        "nonconformance": loop.nonconformance or None,
    }  # fmt: skip


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
