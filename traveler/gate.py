# SPDX-License-Identifier: AGPL-3.0-or-later
"""The gates of the floor: may this step be taken, and if not, which sentence says why.

Pure functions on frozen values.  The verbs raise what they return; the floor page asks the same
functions which buttons to show, so that no button promises what the verb would refuse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from traveler import lifecycle
from traveler.blockers.records import Blocker
from traveler.decisions.records import Decision
from traveler.errors import (
    ChildrenOpen,
    DeviationUsedUp,
    EarlierOperationOpen,
    EarlierProofOwed,
    FileOvertaken,
    JobCannot,
    JobNotReleased,
    KitOvertaken,
    NoReason,
    NothingArrived,
    NotInKit,
    OperationBlocked,
    OperationCannot,
    OperationsOpen,
    PiecesMissing,
    ProofOwed,
    RevisionRecalled,
    RevisionUndecided,
    ReworkOpen,
    TooManyPieces,
)
from traveler.flow import arrived, before, comes_back, just_before, pending
from traveler.job_records import Child, Job
from traveler.kit_records import JobItem
from traveler.operation_records import Operation
from traveler.quality import proof
from traveler.quality.proof import Line, ProofState
from vault.errors import Refusal
from vault.names import fold

_JOB_WAYS = {
    "planned": "the planner has to release it first",
    "released": "it is released already",
    "held": "the planner has to release it again",
    "closed": "make a new job for more pieces",
    "cancelled": "make a new job for more pieces",
}
_OPERATION_WAYS = {
    "waiting": "start it first",
    "running": "pause or finish it",
    "paused": "start it again first",
    "done": "its pieces have gone on; what is not right about them goes through rework",
    "skipped": "the planner has to take it back first",
}
_SAID = {"release": "released", "hold": "held", "close": "closed", "cancel": "cancelled"}


@dataclass(frozen=True, slots=True)
class Standing:
    """How the revision of a job stands now: ``current``, ``superseded`` or ``recalled``.

    ``current`` names the revision to work from, if there is one; ``why`` the reason of a recall,
    ``instruction`` what it tells the floor to do, by name, and ``order`` the same as a sentence.
    """

    state: str
    current: str | None
    why: str = ""
    instruction: str = ""
    order: str = ""


class _Pinned:
    """What is pinned to a revision: how that stands, and the decision that holds."""

    __slots__ = ()
    standing: Standing
    decision: Decision | None

    @property
    def deviation(self) -> Decision | None:
        """Return the deviation that lets work go on with a revision that is not current."""
        held = self.decision
        return held if held is not None and held.choice == "deviation" else None

    @property
    def workable(self) -> bool:
        """Say whether the revision may be worked from: it is current, or a deviation allows it."""
        return self.standing.state == "current" or self.deviation is not None


@dataclass(frozen=True, slots=True)
class Part(_Pinned):
    """A further item of a kit: how its revision stands, and the decision that holds for it."""

    item: JobItem
    standing: Standing
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Ground(_Pinned):
    """What an act stands on: the revision, the decision that holds, open blockers, proof owed.

    ``children`` are the jobs it waits for; ``kit`` the further items, each with how it stands.
    ``machines`` are blockers of single stations of a group that is not stopped as a whole.
    """

    standing: Standing
    decision: Decision | None = None
    blockers: tuple[Blocker, ...] = ()
    children: tuple[Child, ...] = ()
    kit: tuple[Part, ...] = ()
    proof: ProofState = proof.NOTHING
    machines: tuple[Blocker, ...] = ()

    @property
    def limit(self) -> int | None:
        """Return how many good pieces the deviations let through, None where nothing limits."""
        return self.tightest.pieces if self.tightest else None

    @property
    def tightest(self) -> Decision | None:
        """Return the deviation that lets the fewest pieces through, of the job's item or its kit's."""
        held = [self.deviation, *(one.deviation for one in self.kit)]
        limits = [one for one in held if one is not None and one.pieces is not None]
        return min(limits, key=lambda one: one.pieces or 0, default=None)

    def on(self, job: Job, operation: Operation, machine: str = "") -> tuple[Blocker, ...]:
        """Return the blockers that keep an operation from starting, or from one machine of its group."""
        held = (*self.blockers, *(self.machines if machine else ()))
        return tuple(one for one in held if not one.decides and one.holds(job, operation, machine))

    def waits(self, operation: Operation) -> tuple[Child, ...]:
        """Return the child jobs an operation waits for: those it or an earlier one needs.

        A child that was cancelled is waited for until another one of its item stands in for it.
        """
        at = operation.loop.source if operation.loop else operation.seq
        alive = {one.item for one in self.children if one.state != "cancelled"}
        return tuple(
            one for one in self.children
            if one.at <= at and not one.over
            and not (one.state == "cancelled" and one.item in alive)
        )  # fmt: skip

    @property
    def overtaken(self) -> tuple[Part, ...]:
        """Return the further items of a kit whose revision may not be worked from."""
        return tuple(one for one in self.kit if not one.workable)

    @property
    def undecided(self) -> bool:
        """Say whether somebody has to decide: about the job's own revision, or an item of its kit."""
        own = not self.workable and self.decision is None
        return own or any(one.decision is None for one in self.overtaken)


def job_refusal(
    job: Job, act: str, operations: Sequence[Operation], why: str, ground: Ground
) -> Refusal | None:
    """Return why a job cannot be released, held, closed or cancelled now, or None where it can.

    A job whose revision may not be worked from is not let onto the floor.
    """
    if (job.state, act) not in lifecycle.JOB:
        return JobCannot(job=job.number, state=job.state, act=_SAID[act], way=_JOB_WAYS[job.state])
    if act == "release" and not ground.workable:
        return undecided(job, ground.standing)
    if act == "release" and ground.overtaken:
        return _kit(job, ground)
    if act == "cancel" and not why:
        return NoReason(what="cancelled job")
    still_open = [str(one.seq) for one in operations if not one.over]
    still_open += [f"rework at {one.seq}" for one in operations if pending(operations, one)]
    if act == "close" and still_open and not why:
        return OperationsOpen(job=job.number, open=", ".join(still_open))
    return None


def act_refusal(
    job: Job,
    operations: Sequence[Operation],
    operation: Operation,
    ground: Ground,
    act: str,
    *,
    past_blockers: bool = False,
    machine: str = "",
) -> Refusal | None:
    """Return why an operation cannot be started, paused or finished now, or None where it can.

    ``join`` is the start of somebody who is not on it yet while others are.  Only a start asks for
    the revision, the job, blockers and the proof of the step before, which may have been taken
    back: what was begun must be accounted for, whatever happened since.  Only a finish asks for
    the proof the step owes.  ``past_blockers`` is the planner's override; it sets nothing else
    aside.  ``machine`` is the station of the group it is started on.
    """
    if (operation.state, act) not in lifecycle.OPERATION:
        way = _OPERATION_WAYS[operation.state]
        return OperationCannot(
            job=job.number, seq=operation.seq, state=operation.state, act=act, way=way
        )
    if act == "finish" and (back := comes_back(operations, operation)):
        seqs = ", ".join(str(one) for one in back)
        return ReworkOpen(job=job.number, seq=operation.seq, steps=seqs)
    if act == "finish" and (owed := ground.proof.owed(proof.STEP, operation.seq)):
        return ProofOwed(
            job=job.number, seq=operation.seq, what=proof.told(owed), way=_ways(job, owed)
        )  # fmt: skip
    if act not in {"start", "join"}:
        return None
    refusal = _start_refusal(job, operations, operation, ground)
    held = () if past_blockers else ground.on(job, operation, machine)
    if refusal is None and held:
        what = "; ".join(one.sentence for one in held)
        return OperationBlocked(job=job.number, seq=operation.seq, what=what)
    return refusal


def _ways(job: Job, owed: Sequence[Line]) -> str:
    return " and ".join(proof.way(job.number, one.required) for one in owed)


def _start_refusal(
    job: Job, operations: Sequence[Operation], operation: Operation, ground: Ground
) -> Refusal | None:
    if not ground.workable and ground.decision is None:
        return undecided(job, ground.standing)
    if job.state != "released":
        return JobNotReleased(job=job.number, state=job.state, way=_JOB_WAYS[job.state])
    if ground.limit is not None and ground.tightest and operation.good >= ground.limit:
        return _used_up(job, operation, ground.tightest, operation.good + 1)
    return _order_refusal(job, operations, operation, ground)


def _order_refusal(
    job: Job, operations: Sequence[Operation], operation: Operation, ground: Ground
) -> Refusal | None:
    """Return what has to be here or done before an operation, or None where all of it is."""
    if ground.overtaken:
        return _kit(job, ground)
    for one in before(operations, operation):
        if not one.over:
            return EarlierOperationOpen(
                job=job.number, seq=operation.seq, earlier=one.seq, state=one.state
            )
    for one in just_before(operations, operation):
        owed = ground.proof.owed(proof.STEP, one.seq) if one.state == "done" else ()
        if owed:
            return EarlierProofOwed(
                job=job.number, seq=operation.seq, earlier=one.seq, what=proof.told(owed),
                way=_ways(job, owed),
            )  # fmt: skip
    if children := ground.waits(operation):
        return _children(job, operation, children)
    if not arrived(job, operations, operation):
        if back := comes_back(operations, operation):
            seqs = ", ".join(str(one) for one in back)
            return ReworkOpen(job=job.number, seq=operation.seq, steps=seqs)
        return NothingArrived(job=job.number, seq=operation.seq)
    return None


def _kit(job: Job, ground: Ground) -> Refusal:
    one, how = ground.overtaken[0].item, ground.overtaken[0].standing
    way = f"take {how.current} into the kit, go on by deviation, or hold the job"
    if how.current is None:
        way = f"no revision of {one.item} is current, so go on by deviation, or hold the job"
    return KitOvertaken(job=job.number, number=one.item, rev=one.rev, state=how.state, way=way)


def _children(job: Job, operation: Operation, children: Sequence[Child]) -> Refusal:
    way = "finish or close them first"
    if any(one.state == "cancelled" for one in children):
        way = "plan another job in place of the cancelled one, with this job as its parent"
    return ChildrenOpen(
        job=job.number, seq=operation.seq, children=named(children), way=way
    )  # fmt: skip


def named(children: Sequence[Child]) -> str:
    """Return child jobs in a few words: ``J-12-01 (10-0043 B, planned)``, at most three by name."""
    shown = ", ".join(f"{one.job} ({one.item} {one.rev}, {one.state})" for one in children[:3])
    return shown + (f" and {len(children) - 3} more" if len(children) > 3 else "")


def undecided(job: Job, standing: Standing) -> Refusal:
    """Return the refusal to work from a revision that is not current, with who decides."""
    if standing.state == "recalled":
        return recalled(job.item, job.rev, standing)
    return RevisionUndecided(number=job.item, rev=job.rev, current=standing.current, job=job.number)


def pinned(job: Job, ground: Ground, item: str = "") -> Part:
    """Return what a job is pinned to: its own revision, or that of an item of its kit.

    Raises NotInKit for an item that is neither: a traveler reaches nothing else.
    """
    if not item or fold(item) == fold(job.item):
        own = JobItem(job.number, job.item, job.rev, job.title, 1)
        return Part(own, ground.standing, ground.decision)
    for one in ground.kit:
        if fold(one.item.item) == fold(item):
            return one
    shown = ", ".join(one.item.item for one in ground.kit) or "none"
    raise NotInKit(number=item, job=job.number, items=shown)


def file_refusal(job: Job, part: Part, name: str, *, marked: bool) -> Refusal | None:
    """Return why a released file is not handed out for a job now, or None where it is.

    A drawing that is not current says so across every page; a model or a program for a machine
    cannot, and would be loaded as if it were.
    """
    standing, one = part.standing, part.item
    if part.workable or (marked and standing.state != "recalled"):
        return None
    if standing.state == "recalled":
        return recalled(one.item, one.rev, standing)
    now = f" by {standing.current}" if standing.current else ""
    return FileOvertaken(name=name, number=one.item, rev=one.rev, state=standing.state, current=now,
                         job=job.number)  # fmt: skip


def recalled(item: str, rev: str, standing: Standing) -> Refusal:
    """Return the refusal to make anything from a recalled revision, with the way out of it."""
    way = "release a corrected revision and make a new job"
    if standing.current:
        way = f"make a new job from {item} {standing.current}"
    return RevisionRecalled(number=item, rev=rev, why=standing.why or "no reason kept", way=way)


def pieces_refusal(
    job: Job,
    operations: Sequence[Operation],
    operation: Operation,
    good: int,
    scrap: int,
    finishing: bool,
    why: str,
    held: Decision | None = None,
    rework: int = 0,
) -> Refusal | None:
    """Return why these pieces cannot be booked on an operation, or None where they add up.

    ``held`` is the deviation that limits how many good pieces there may be.
    """
    came = arrived(job, operations, operation)
    counted_before = operation.counted
    counted = counted_before + good + scrap + rework
    if counted > came:
        aside = f"{scrap} scrap" + (f", {rework} for rework" if rework else "")
        return TooManyPieces(
            job=job.number, seq=operation.seq, arrived=came, counted=counted,
            good=good, scrap=aside, before=counted_before,
        )  # fmt: skip
    if held is not None and good and operation.good + good > (held.pieces or 0):
        return _used_up(job, operation, held, operation.good + good)
    if finishing and counted < came and not why:
        return PiecesMissing(
            job=job.number, seq=operation.seq, arrived=came, counted=counted, missing=came - counted
        )
    return None


def _used_up(job: Job, operation: Operation, held: Decision, counted: int) -> Refusal:
    return DeviationUsedUp(
        job=job.number, number=held.item or job.item, rev=held.rev, limit=held.pieces,
        seq=operation.seq, counted=counted,
    )  # fmt: skip


def acts(
    job: Job, operations: Sequence[Operation], operation: Operation, ground: Ground
) -> tuple[str, ...]:
    """Return what may be done with an operation now, in the order of its lifecycle."""
    return tuple(
        act
        for act in lifecycle.acts(lifecycle.OPERATION, operation.state)
        if act in lifecycle.FLOOR and act_refusal(job, operations, operation, ground, act) is None
    )
