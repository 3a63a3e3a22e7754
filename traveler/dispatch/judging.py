# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is to be said of one job: which steps run, are ready or blocked, why it is late, what next.

Pure functions on frozen values.  Whether a step may start is asked of the floor's own gate, so
that the board never calls ready what the floor page would refuse.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from traveler import flow, gate
from traveler.blockers.records import Blocker
from traveler.dispatch import wording
from traveler.dispatch.records import Pin
from traveler.dispatch.snapshot import Facts, day_number
from traveler.errors import ChildrenOpen, EarlierProofOwed, JobNotReleased
from traveler.operation_records import Operation
from traveler.quality import proof
from traveler.schedule.clock import NEVER
from traveler.schedule.forecast import Slot
from traveler.schedule.needby import NeedBy
from traveler.schedule.outlook import JobOutlook
from traveler.views import Dates, JobLine, job_line
from vault.errors import Refusal

State = Literal["running", "ready", "blocked", "unreleased", "waiting"]
WORTH_SAYING: Final = 30
"""Minutes a step has to wait for others before the wait is named as a reason."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a job that has its turn now: it runs, could run, or is kept from it."""

    operation: Operation
    state: State
    why: str
    who: str


@dataclass(frozen=True)
class Line:
    """A job on the board: its dates, its steps that have their turn, and the sentences about it.

    The sentences are made when somebody reads them: of ten thousand jobs a page shows fifty.
    """

    facts: Facts
    found: JobOutlook
    pin: Pin | None
    steps: tuple[Step, ...]
    now: int
    counted_at: str

    @cached_property
    def at(self) -> Operation | None:
        """Return the step the sentence is about: what used up the time, else what is in hand."""
        return _at(self.facts, self.found, self.steps)

    @cached_property
    def why(self) -> str:
        """Return the sentence that says how it stands and why."""
        return _why(self.facts, self.found, self.steps, self.at, self.now) + self.escalated

    @cached_property
    def escalated(self) -> str:
        """Return which of its blockers went to whom, to be said after a sentence; empty where none did."""
        held = self.facts.ground.blockers
        told = (f"{one.id} to {one.escalate_to}" for one in held if one.escalated(self.counted_at))
        said = ", ".join(told)
        return f"; escalated: blocker {said}" if said else ""

    @cached_property
    def _todo(self) -> tuple[str, str]:
        return _next(self.facts, self.found, self.steps)

    @property
    def act(self) -> str:
        """Return what somebody should do next, empty where nobody has to."""
        return self._todo[0]

    @property
    def who(self) -> str:
        """Return who should do it, empty where nobody is named."""
        return self._todo[1]

    @property
    def waits(self) -> bool:
        """Say whether somebody has to act: what runs and will be in time needs nobody."""
        if not self.steps and self.facts.left:
            return self.facts.job.state != "released" or self.facts.undecided
        return self.urgent or not any(step.state == "running" for step in self.steps)

    @property
    def number(self) -> str:
        """Return the number of the job."""
        return self.facts.job.number

    @property
    def urgent(self) -> bool:
        """Say whether it will not be done in time as things stand."""
        return self.found.verdict != "on time"

    @property
    def need_by(self) -> int | None:
        """Return when the step in hand has to be done."""
        need = self.found.needs.get(self.at.seq) if self.at else None
        return need.finish if need else None

    @cached_property
    def listed(self) -> JobLine:
        """Return the job as lists show it, with the dates of the whole and not of its steps."""
        found, facts = self.found, self.facts
        left = facts.left
        need = found.needs[left[0].seq].finish if left else found.load.due
        finish = None if found.finish is None else wording.stamp(found.finish)
        dates = Dates(wording.stamp(need), finish, found.verdict, self.why)
        return job_line(facts.job, facts.operations, facts.ground, dates)

    def step(self, state: State) -> Step | None:
        """Return the first step in a state."""
        return next((one for one in self.steps if one.state == state), None)

    def dates(self, seq: int) -> tuple[NeedBy | None, Slot | None]:
        """Return need-by and forecast of an operation, None where it is done."""
        return self.found.needs.get(seq), self.found.slots.get(seq)

    @cached_property
    def people(self) -> frozenset[str]:
        """Return everybody who is at work on it or has to do something about it."""
        owners = {one.owner for one in self.facts.ground.blockers}
        working = {work.person for works in self.facts.at_work.values() for work in works}
        return frozenset({self.who, *owners, *working} - {""})


# --- steps --------------------------------------------------------------------------------------


def turns(facts: Facts, now: int) -> tuple[Step, ...]:
    """Return the steps of a job that have their turn on the day of a minute, in order."""
    found: list[Step] = []
    plain = not any(one.loop for one in facts.operations)
    for one in facts.operations:
        if one.over:
            continue
        if plain and found and not one.parallel:
            break  # what stands before it is not over
        if one.state == "running":
            found.append(_running(facts, one))
            continue
        refusal = gate.act_refusal(facts.job, facts.operations, one, facts.ground, "start")
        if refusal is not None and not _has_turn(facts, one):
            break  # and whatever comes after it waits as well
        found.append(_startable(facts, one, refusal, now))
    return tuple(found)


def _has_turn(facts: Facts, one: Operation) -> bool:
    earlier = flow.before(facts.operations, one)
    return all(x.over for x in earlier) and bool(flow.arrived(facts.job, facts.operations, one))


def _running(facts: Facts, one: Operation) -> Step:
    work = facts.at_work.get(one.id, ())
    who = ", ".join(dict.fromkeys(at.person for at in work))
    said = f"{who} is at work" if who else "runs"
    if owed := facts.ground.proof.owed(proof.STEP, one.seq):
        said = f"{said}, owes {proof.told(owed)}"
    return Step(one, "running", said, who)


def _startable(facts: Facts, one: Operation, refusal: Refusal | None, now: int) -> Step:
    held = facts.held(one)
    if held:
        said = "; ".join(wording.held(blocker, now) for blocker in held)
        return Step(one, "blocked", f"blocked, {said}", held[0].owner)
    if refusal is None:
        return Step(one, "ready", "paused" if one.state == "paused" else "ready", "")
    if isinstance(refusal, ChildrenOpen):
        return Step(one, "blocked", f"waits for {refusal.facts['children']}", "")
    if isinstance(refusal, EarlierProofOwed):
        return Step(one, "blocked", f"waits for proof: {refusal.facts['what']}", "")
    if isinstance(refusal, JobNotReleased):
        word = {"planned": "not released", "held": "on hold"}.get(facts.job.state, facts.job.state)
        return Step(one, "unreleased", word, "")
    if facts.undecided:
        return Step(one, "blocked", _standing(facts), "")
    return Step(one, "blocked", str(refusal).rstrip("."), "")


def _standing(facts: Facts) -> str:
    ground = facts.ground
    now, which = ground.standing, f"revision {facts.job.rev}"
    if ground.workable and ground.overtaken:
        part = ground.overtaken[0]
        now, which = part.standing, f"{part.item.item} {part.item.rev} in the kit"
    if now.state == "recalled":
        return f"{which} is recalled"
    instead = f" by {now.current}" if now.current else ""
    return f"{which} is superseded{instead}, nobody has decided"


# --- why ----------------------------------------------------------------------------------------


def _at(facts: Facts, found: JobOutlook, steps: tuple[Step, ...]) -> Operation | None:
    """Return the step that used up the time where there is one, else the one in hand."""
    left = facts.left
    crossing = next((one for one in left if one.seq == found.crossing), None)
    if crossing is not None:
        return crossing
    return steps[0].operation if steps else left[0] if left else None


def _why(
    facts: Facts, found: JobOutlook, steps: tuple[Step, ...], at: Operation | None, now: int
) -> str:
    if at is None:
        late = now - found.load.due
        over = f", {wording.span(late)} after the due date" if late > 0 else ""
        return f"Every step is done{over}; the job is not closed"
    need, slot = found.needs[at.seq], found.slots[at.seq]
    cause = _cause(facts, found, steps, at, now)
    if slot.finish >= NEVER:
        return f"{at.title} has no date: {cause}"
    behind = slot.finish - need.finish
    if behind > 0:
        said = f"{at.title} is {wording.span(behind)} behind need-by: {cause}"
        lost = next((one for one in facts.left if found.slots[one.seq].finish >= NEVER), None)
        if lost is None:
            return said
        return f"{said}; {lost.title} has no date: {_cause(facts, found, steps, lost, now)}"
    step = next((one for one in steps if one.operation.seq == at.seq), None)
    word = step.why if step else "waits"
    spare = wording.span(need.finish - slot.finish)
    return f"{at.title}: {word}; done {wording.when(slot.finish, now)}, {spare} before need-by"


def _cause(
    facts: Facts, found: JobOutlook, steps: tuple[Step, ...], at: Operation, now: int
) -> str:
    """Return why a step comes late: what stops the job, what blocks, what queues, or the time."""
    if stopped := _stopped(facts, at, now):
        return stopped
    waits = [(found.slots[one.seq].queued, one) for one in facts.left if one.seq <= at.seq]
    queued, there = max(waits, key=lambda pair: pair[0], default=(0, at))
    lost = found.slots[at.seq].finish >= NEVER
    if (lost or queued < WORTH_SAYING) and (parts := facts.ground.waits(at)):
        return f"waits for {gate.named(parts)}"
    if lost:
        return _never(at, now)
    if queued >= WORTH_SAYING:
        return f"{wording.hours(queued)} of other work goes first at {there.station}"
    if found.verdict == "late":
        return f"due {wording.day(_due(found), now)}, and {_work(found)} of work is left"
    first = steps[0] if steps else None
    if first is not None and first.state == "unreleased":
        return f"{first.why}, and {_work(found)} of work is left"
    return f"{_work(found)} of work is left until {wording.day(_due(found), now)}"


def _stopped(facts: Facts, at: Operation, now: int) -> str:
    """Return what stops a job, or blocks it up to a step; empty where nothing does."""
    if facts.undecided:
        return _standing(facts)
    if facts.job.state == "held":
        return "the job is on hold"
    for one in facts.left:
        if held := () if one.state == "running" else facts.held(one):
            said = wording.held(held[0], now)
            return f"blocked, {said}" if one.seq == at.seq else f"{one.title} is blocked, {said}"
        if one.seq == at.seq:
            break
    return ""


def _never(at: Operation, now: int) -> str:
    """Return why a step that nothing holds has no end all the same."""
    if not at.outside:
        return f"{at.station} has no working hours"
    if at.state == "running" and at.expected:
        return f"it was expected back {wording.day(day_number(at.expected), now)}"
    return f"nobody has said how many days it takes at {at.station}"


def _due(found: JobOutlook) -> int:
    return found.load.due // 1440 - 1


def _work(found: JobOutlook) -> str:
    return wording.hours(found.load.minutes)


# --- what to do ---------------------------------------------------------------------------------


def _next(facts: Facts, found: JobOutlook, steps: tuple[Step, ...]) -> tuple[str, str]:
    """Return what somebody should do next, and who; the planner where nobody is named.

    Where a job can go on now but comes late by a blocker further on, both are told.
    """
    job = facts.job
    if facts.undecided:
        return _to_decide(facts), ""
    if job.state == "planned":
        return "Release the job to the floor", ""
    if job.state == "held":
        return "Take the job off hold, or close it", ""
    if not steps:
        return ("Close the job", "") if not facts.left else ("", "")
    blocked = next((one for one in steps if one.state == "blocked"), None)
    chosen = next((one for one in steps if one.state in {"running", "ready"}), blocked)
    if blocked is not None and (chosen is None or chosen is blocked):
        return _way_out(facts, blocked)
    if chosen is None:
        return "", ""
    title, station = chosen.operation.title, chosen.operation.station
    later = _further_on(facts, found, chosen.operation)
    if chosen.state == "running":
        return f"Finish {title} at {station}{later}", chosen.who
    word = "Go on with" if chosen.operation.state == "paused" else "Start"
    return f"{word} {title} at {station}{later}", ""


def _further_on(facts: Facts, found: JobOutlook, now: Operation) -> str:
    """Return what has to be seen to meanwhile, so that a later step can begin when its turn comes."""
    for one in facts.left:
        costs = one.seq <= (found.crossing or 0) or found.slots[one.seq].finish >= NEVER
        if one.seq > now.seq and costs and one.state != "running" and (held := facts.held(one)):
            return f"; for {one.title}, {held[0].owner}: {_told(held[0])}"
    return ""


def _to_decide(facts: Facts) -> str:
    """Return the ways there are out of a revision that is not current; the page of it has them all."""
    ground = facts.ground
    if ground.workable and ground.overtaken:
        part = ground.overtaken[0]
        take = f"take {part.standing.current} into the kit, " if part.standing.current else ""
        return (
            f"Decide on {part.item.item} {part.item.rev}: {take}go on by deviation, or hold the job"
        )
    now = ground.standing
    move = f"move to {now.current}, " if now.current else ""
    go_on = "" if now.state == "recalled" else f"go on with {facts.job.rev} by deviation, "
    return f"Decide: {move}{go_on}or hold the job" if move or go_on else "Decide: hold the job"


def _way_out(facts: Facts, step: Step) -> tuple[str, str]:
    if held := facts.held(step.operation):
        return _told(held[0]), held[0].owner
    if parts := facts.ground.waits(step.operation):
        one = parts[0]
        which = f"{one.job} ({one.item} {one.rev})"
        return _OF_A_PART[one.state].format(which=which, job=one.job, item=one.item), ""
    return step.why.replace("waits for proof:", "Give the proof:"), step.who


_OF_A_PART: Final = {
    "planned": "Release {which} to the floor",
    "released": "Finish {which} first",
    "held": "Take {which} off hold",
    "closed": "Finish {which} first",
    "cancelled": "Plan another job for {item} in place of {job}",
}


def _told(blocker: Blocker) -> str:
    todo = next((way.text for way in blocker.steps if not way.done_by), "")
    return f"{todo} ({blocker.what})" if todo else f"Resolve: {blocker.what}"
