# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a job leaves behind as rows to be added up; pure, on frozen values.

One row for each operation that was counted, each stretch of a person's work, each finished job,
each delivery and each stretch of a blocker under one owner.  They are derived from records alone:
from the same records always the same rows, so they may be thrown away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from traveler import flow, lifecycle
from traveler.job_records import Job
from traveler.operation_records import Operation

DAY_SECONDS: Final = 86_400
SHORTEST: Final = 1.0
"""Minutes below which an operation was only ticked off, and nobody measured its time."""

Day = Callable[[int], str]
"""Tells the day of the shop of a moment, which is seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Work:
    """One person's stretch on an operation; ``end`` is None while it lasts."""

    id: int
    operation: int
    person: str
    begin: int
    end: int | None
    good: int
    scrap: int
    aside: int


@dataclass(frozen=True, slots=True)
class Known:
    """All that the ledger keeps of one job; moments are seconds since 1970.

    ``gone`` are operations a move took out of its route, ``sent`` moment and pieces of each
    shipment that left, ``dues`` each change of the due date: when, and what it was before.
    """

    job: Job
    operations: tuple[Operation, ...]
    gone: tuple[Operation, ...] = ()
    work: tuple[Work, ...] = ()
    sent: tuple[tuple[int, int], ...] = ()
    dues: tuple[tuple[int, str], ...] = ()
    released: int | None = None
    ended: int | None = None
    begun: Mapping[int, int] = field(default_factory=dict)
    finished: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StepFact:
    """An operation that was counted: what it was planned to take and took, and its pieces.

    ``round`` is 1 for what was done before the operation was begun anew on another revision.
    """

    operation: int
    round: int
    job: str
    item: str
    customer: str
    station: str
    seq: int
    title: str
    day: str
    timed: int
    planned: float
    actual: float
    labour: float
    good: int
    scrap: int
    aside: int


@dataclass(frozen=True, slots=True)
class StintFact:
    """A stretch of somebody's work: its minutes, pieces, and its share of the planned time."""

    stint: int
    operation: int
    job: str
    item: str
    customer: str
    station: str
    person: str
    day: str
    minutes: float
    timed: int
    planned: float
    good: int
    scrap: int
    aside: int


@dataclass(frozen=True, slots=True)
class JobFact:
    """A job that came to its end; ``outcome`` is finished, short or cancelled."""

    job: str
    item: str
    customer: str
    day: str
    due: str
    outcome: str
    in_time: int
    started: int
    first_pass: int
    led: int
    lead: float


@dataclass(frozen=True, slots=True)
class DeliveryFact:
    """A job with the jobs split off it, as the customer sees them.

    ``outcome`` is complete, open, short or unrecorded; ``left`` the day the last piece left.
    """

    job: str
    item: str
    customer: str
    due: str
    first_due: str
    left: str
    outcome: str
    kept: int
    first_kept: int


@dataclass(frozen=True, slots=True)
class BlockerFact:
    """A stretch in which a blocker held work under one owner; ``until`` is None while it lasts."""

    blocker: int
    number: int
    kind: str
    owner: str
    job: str
    item: str
    customer: str
    station: str
    since: int
    until: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """The rows of one job."""

    steps: tuple[StepFact, ...]
    stints: tuple[StintFact, ...]
    jobs: tuple[JobFact, ...]


def together(stretches: Iterable[tuple[int, int]]) -> float:
    """Return the minutes in which at least one of the stretches went on."""
    total, until = 0, None
    for begin, end in sorted(stretches):
        start = begin if until is None else max(begin, until)
        total += max(0, end - start)
        until = end if until is None else max(until, end)
    return total / 60


def of_job(known: Known, day: Day) -> Facts:
    """Return what a job adds to the figures."""
    steps: list[StepFact] = []
    stints: list[StintFact] = []
    work: dict[int, list[Work]] = {}
    for one in known.work:
        work.setdefault(one.operation, []).append(_ended(one, known))
    for operation in (*known.operations, *known.gone):
        for number, part in _rounds(operation, work.get(operation.id, []), known):
            fact = _step(known, operation, number, part, day)
            steps += [fact] if fact else []
            stints += _stints(known, operation, part, fact, day)
    return Facts(tuple(steps), tuple(stints), _finished(known, day))


def of_delivery(family: Sequence[Known], day: Day) -> DeliveryFact | None:
    """Return the delivery a job and those split off it are; None where nothing is to leave.

    The first of the family is the job itself.  Each part is held against its own due date.
    """
    parts = [one for one in family if one.job.state != "cancelled"]
    if not parts or family[0].job.parent:
        return None
    gone = [_complete(one) for one in parts]
    head = family[0].job
    first_due = _due_first(family[0])
    if any(one is None for one in gone):
        outcome = "open"
        if all(one.job.ended for one in parts):
            outcome = "short" if any(one.sent for one in parts) else "unrecorded"
        due = max(one.job.due for one in parts)
        return DeliveryFact(
            head.number, head.item, head.customer, due, first_due, "", outcome, 0, 0
        )
    moments = [one for one in gone if one is not None]
    left = [(day(at), _due_at(one, at)) for one, at in zip(parts, moments, strict=True)]
    last = max(on for on, _ in left)
    return DeliveryFact(
        head.number, head.item, head.customer, max(due for _, due in left), first_due, last,
        "complete", int(all(on <= due for on, due in left)), int(last <= first_due),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Turn:
    """One act on a blocker: when, and the state and owner it left."""

    at: int
    state: str
    owner: str


def of_blocker(where: BlockerFact, turns: Sequence[Turn]) -> list[BlockerFact]:
    """Return the stretches in which a blocker held work; ``where`` says what they belong to."""
    found: list[BlockerFact] = []
    open_since: tuple[int, str] | None = None

    def close(until: int | None) -> None:
        if open_since is not None:
            since, owner = open_since
            found.append(
                BlockerFact(where.blocker, len(found), where.kind, owner, where.job, where.item,
                            where.customer, where.station, since, until)
            )  # fmt: skip

    for turn in turns:
        if turn.state not in lifecycle.BLOCKING:
            close(turn.at)
            open_since = None
        elif open_since is None:
            open_since = turn.at, turn.owner
        elif open_since[1] != turn.owner:
            close(turn.at)
            open_since = turn.at, turn.owner
    close(None)
    return found


# --- inside -----------------------------------------------------------------


def _ended(one: Work, known: Known) -> Work:
    """Return a stretch; one that nobody ended ends with its job."""
    if one.end is not None or known.ended is None:
        return one
    end = max(known.ended, one.begin)
    return Work(one.id, one.operation, one.person, one.begin, end, one.good, one.scrap, one.aside)


def _rounds(operation: Operation, work: list[Work], known: Known) -> list[tuple[int, list[Work]]]:
    """Return the work on an operation, apart from what was done before it was begun anew."""
    begun = known.begun.get(operation.id)
    if operation.state == "dropped":
        return [(0, work)]
    earlier = [one for one in work if begun is None or one.begin < begun]
    if not earlier:
        return [(0, work)]
    later = [one for one in work if one not in earlier]
    return [(0, later), (1, earlier)]


def _step(
    known: Known, operation: Operation, number: int, work: list[Work], day: Day
) -> StepFact | None:
    over = _over(known, operation, number, work)
    if over is None:
        return None
    now = number == 0
    good = operation.good if now else sum(one.good for one in work)
    scrap = operation.scrap if now else sum(one.scrap for one in work)
    aside = operation.rework if now else sum(one.aside for one in work)
    done = [(one.begin, one.end) for one in work if one.end is not None]
    timed, actual, labour, planned = 0, 0.0, 0.0, 0.0
    if not operation.outside:
        actual = together(done)
        labour = sum(end - begin for begin, end in done) / 60
        planned = operation.setup_minutes + operation.run_minutes * (good + scrap + aside)
        timed = int(actual >= SHORTEST and planned > 0)
    job = known.job
    return StepFact(
        operation.id, number, job.number, job.item, job.customer, place(operation), operation.seq,
        operation.title, day(over), timed, planned, actual, labour, good, scrap, aside,
    )  # fmt: skip


def _over(known: Known, operation: Operation, number: int, work: list[Work]) -> int | None:
    """Return when an operation was counted for good; None where it is not, or never was begun."""
    ends = [one.end for one in work if one.end is not None]
    if number == 0 and operation.state == "done":
        return known.finished.get(operation.id) or max(ends, default=known.ended)
    left = number == 1 or operation.state in {"skipped", "dropped"} or known.job.ended
    if not left or not (ends or operation.counted):
        return None
    if len(ends) < len(work):
        return None
    return max(ends, default=known.finished.get(operation.id) or known.ended)


def _stints(
    known: Known, operation: Operation, work: list[Work], fact: StepFact | None, day: Day
) -> list[StintFact]:
    job, found = known.job, []
    for one in work:
        if one.end is None:
            continue
        minutes = 0.0 if operation.outside else (one.end - one.begin) / 60
        timed = int(fact is not None and bool(fact.timed))
        planned = fact.planned * minutes / fact.labour if fact and timed and fact.labour else 0.0
        found.append(
            StintFact(one.id, operation.id, job.number, job.item, job.customer, place(operation),
                      one.person, day(one.end), minutes, timed, planned, one.good, one.scrap,
                      one.aside)
        )  # fmt: skip
    return found


def _finished(known: Known, day: Day) -> tuple[JobFact, ...]:
    """Return a job that came to its end: with its last operation, or closed before that."""
    job, operations = known.job, known.operations
    whole = bool(operations) and all(one.over for one in operations)
    last = max((known.finished.get(one.id, 0) for one in operations), default=0)
    if job.state == "cancelled":
        outcome, at = "cancelled", known.ended
    elif whole and last:
        outcome, at = "finished", last
    elif job.state == "closed":
        outcome, at = ("short" if operations and not whole else "finished"), known.ended
    else:
        return ()
    if at is None:
        return ()
    on = day(at)
    if outcome != "finished":
        return (JobFact(job.number, job.item, job.customer, on, job.due, outcome, 0, 0, 0, 0, 0.0),)
    led = int(known.released is not None)
    lead = (at - known.released) / DAY_SECONDS if known.released is not None else 0.0
    started = job.qty if operations else 0
    return (
        JobFact(job.number, job.item, job.customer, on, job.due, outcome,
                int(on <= _due_at(known, at)), started, _first_pass(known), led, max(0.0, lead)),
    )  # fmt: skip


def _first_pass(known: Known) -> int:
    """Return the pieces of a finished job that were never scrapped nor set aside for rework.

    Operations side by side see the same pieces, so the one that lost most counts for them.
    """
    if not known.operations:
        return 0
    lost = sum(
        max(one.scrap + one.rework for one in group) for group in flow.groups(known.operations)
    )
    out = flow.out(known.job, known.operations)
    return max(0, min(known.job.qty - lost, out, known.job.qty))


def _complete(known: Known) -> int | None:
    """Return when the last piece of a job left, None while some have not."""
    sent = 0
    for at, qty in sorted(known.sent):
        sent += qty
        if sent >= known.job.qty:
            return at
    return None


def _due_at(known: Known, moment: int) -> str:
    """Return the due date as it stood at a moment."""
    return next((before for at, before in sorted(known.dues) if at > moment), known.job.due)


def _due_first(known: Known) -> str:
    return min(known.dues)[1] if known.dues else known.job.due


def place(operation: Operation) -> str:
    """Return where an operation is done: on the machine it was started on, else where it was planned."""
    return operation.machine or operation.station
