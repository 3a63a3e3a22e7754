# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rework: pieces that leave the route at one operation, take steps of their own, and come back.

The steps become operations of the running job, in a loop beside its route.  Nobody else waits for
them, but the operation at which they join again is not finished before they are there.  Of the
operations the others have been through meanwhile, none is spared them: those are repeated within
the loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from traveler import flow, operation_records, route, routing, tables
from traveler.errors import BadRework, BadRoute, JobCannot, NoPiecesForRework
from traveler.job_records import Job, subject
from traveler.operation_records import Operation
from traveler.route import Route, Step
from traveler.words import pieces, reason_for
from vault.home import Vault
from vault.ledger.engine import Writing
from vault.ledger.people import Person, require

PLANNERS: Final = ("planner", "quality")
LARGEST: Final = 2 * route.LARGEST_SEQ
"""The largest number an operation of rework may get; routes end at half of it."""
_AGAIN: Final = " (again)"


def plan(
    vault: Vault, actor: Person, job: str, seq: int, why: str, *, qty: int | None = None,
    steps: Sequence[Step] = (), repeat: Sequence[int] = (), back_to: int | None = None,
    nonconformance: str | None = None,
) -> tuple[int, ...]:  # fmt: skip
    """Send pieces at an operation into rework and return the numbers of its operations.

    ``steps`` are taken first, then the operations of the job in ``repeat`` are done again.  Raises
    RoleNeeded and what ``insert`` does.
    """
    require(actor, *PLANNERS)
    with vault.ledger.writing(actor.name) as writing:
        return insert(
            writing, job, seq, steps, why, nonconformance, qty=qty, repeat=repeat, back_to=back_to
        )


def insert(
    writing: Writing, job: str, after_seq: int, steps: Sequence[Step], why: str,
    nonconformance: str | None = None, *, qty: int | None = None, repeat: Sequence[int] = (),
    back_to: int | None = None,
) -> tuple[int, ...]:  # fmt: skip
    """Insert operations of rework into a running job, and return their numbers.

    ``qty`` pieces are taken from ``after_seq``: those set aside there first, then those not
    counted yet, then good ones that nothing after it has counted.  Without ``qty`` all that were
    set aside, else all that can be taken.  They join the flow at ``back_to``, else at the next
    operation that is not over.  Raises NoSuchJob, NoSuchOperation, JobCannot, NoPiecesForRework,
    BadRework, BadQuantity or NoReason.
    """
    reason = reason_for("rework", why)
    found, operations, source = operation_records.found(writing.connection, job, after_seq)
    if found.ended or found.state == "planned":
        way = "make a new job for the pieces" if found.ended else "release it first"
        raise JobCannot(job=found.number, state=found.state, act="reworked", way=way)
    back, passed_by = _back(operations, source, back_to)
    again = [_again(operations, seq, source) for seq in repeat]
    planned = [*steps, *again, *(_step(one) for one in passed_by)]
    _check(source, planned)
    count = _set_aside(writing, found, operations, source, qty)
    numbers = _numbers(operations, source, len(planned))
    row = writing.insert(
        tables.rework, job=found.number, source=source.id, back=back.id if back else None,
        qty=count, why=reason, nonconformance=nonconformance or None, at=writing.at,
        person=writing.actor,
    )  # fmt: skip
    for number, step in zip(numbers, planned, strict=True):
        made = writing.insert(
            tables.operation, job=found.number, seq=number, state="waiting", good=0, scrap=0,
            **routing.columns(writing, step),
        )  # fmt: skip
        writing.insert(tables.rework_step, operation=made["id"], rework=row["id"])
    told: dict[str, Any] = {"nonconformance": nonconformance} if nonconformance else {}
    after = operation_records.operations(writing.connection, found.number)
    if counts := flow.recounted(operations, after):
        told["counts"] = counts
    writing.record(
        "job.rework", subject(found.number), seq=source.seq, qty=count, steps=list(numbers),
        back=back.seq if back else None, why=reason, **told,
    )  # fmt: skip
    return numbers


def step(text: str) -> Step:
    """Return a step as people write it: ``BENCH=Deburr edge`` or ``BENCH=Deburr edge=5``."""
    station, _, rest = text.partition("=")
    title, _, minutes = rest.rpartition("=") if "=" in rest else (rest, "", "0")
    try:
        each = float(minutes)
    except ValueError:
        title, each = rest, 0.0
    return Step(1, station.strip(), title.strip() or station.strip(), run_minutes=each)


def takable(job: Job, operations: Sequence[Operation], source: Operation) -> int:
    """Return how many pieces at an operation can go into rework."""
    return (
        flow.pending(operations, source)
        + flow.uncounted(job, operations, source)
        + flow.gone_on(job, operations, source)
    )


def _set_aside(
    writing: Writing, job: Job, operations: Sequence[Operation], source: Operation,
    qty: int | None,
) -> int:  # fmt: skip
    """Bring as many pieces as are wanted into the count of rework, and return how many."""
    waiting = flow.pending(operations, source)
    uncounted = flow.uncounted(job, operations, source)
    have = takable(job, operations, source)
    count = pieces(qty, least=1) if qty is not None else waiting or have
    if not count or count > have:
        way = "count again, or take them where they are now"
        raise NoPiecesForRework(
            job=job.number, seq=source.seq, wanted=count or 1, have=have, way=way
        )
    fresh = min(max(0, count - waiting), uncounted)
    counted = max(0, count - waiting - fresh)
    group, place = flow.row(operations, source)
    for one in group[place]:
        here = fresh if one.seq == source.seq else 0
        if not here and not counted:
            continue
        told: dict[str, Any] = {"rework": one.rework + here + counted}
        if one.state != "skipped":
            told["good"] = one.good - counted
        writing.update(tables.operation, one.id, **told)
    return count


def _back(
    operations: Sequence[Operation], source: Operation, wanted: int | None
) -> tuple[Operation | None, list[Operation]]:
    """Return where the pieces join again, and which operations the others passed meanwhile."""
    route_groups = flow.groups(operations)
    if source.loop:
        at = source.loop.back
        later = [group for group in route_groups if at and group[0].seq >= at]
    else:
        later = list(route_groups[flow.row(operations, source)[1] + 1 :])
    joins = next((group for group in later if not all(one.over for one in group)), None)
    if wanted is not None:
        joins = next((group for group in later if any(one.seq == wanted for one in group)), None)
        if joins is None:
            why = f"operation {wanted} is not one that comes after it"
            raise BadRework(job=source.job, seq=source.seq, why=why)
        if all(one.over for one in joins):
            why = f"operation {wanted} is over, so nothing can join there"
            raise BadRework(job=source.job, seq=source.seq, why=why)
    passed_by: list[Operation] = []
    for group in later:
        if group is joins or not all(one.over for one in group):
            break
        passed_by += [one for one in group if one.state == "done"]
    return (joins[0] if joins else None), passed_by


def _again(operations: Sequence[Operation], seq: int, source: Operation) -> Step:
    one = next((one for one in operations if one.seq == seq and not one.loop), None)
    if one is None or one.seq > source.seq:
        why = f"operation {seq} is none of the route up to it, so it cannot be done again"
        raise BadRework(job=source.job, seq=source.seq, why=why)
    return _step(one)


def _step(one: Operation) -> Step:
    title = (
        one.title if one.title.endswith(_AGAIN) else one.title[: route.LONGEST_TITLE - 8] + _AGAIN
    )
    return Step(
        seq=one.seq, station=one.station, title=title, setup_minutes=one.setup_minutes,
        run_minutes=one.run_minutes, notes=one.notes, files=one.files, proof=one.proof,
        days=one.days if one.outside else 0,
    )  # fmt: skip


def _check(source: Operation, steps: Sequence[Step]) -> None:
    if not steps:
        why = "it has no step; name one, or operations to do again"
        raise BadRework(job=source.job, seq=source.seq, why=why)
    try:
        numbered = [route.renumbered(step, place) for place, step in enumerate(steps, 1)]
        route.check(Route(tuple(numbered)), "rework")
    except BadRoute as fault:
        raise BadRework(job=source.job, seq=source.seq, why=fault.facts["why"]) from None


def _numbers(operations: Sequence[Operation], source: Operation, count: int) -> tuple[int, ...]:
    """Return free numbers: behind the source where there is room, else behind all others."""
    taken = sorted(one.seq for one in operations)
    first = source.seq + 1
    while first in taken:
        first += 1
    following = next((one for one in taken if one > first), route.LARGEST_SEQ + count + 1)
    if following - first < count:
        first = taken[-1] + 1
    if first + count - 1 > LARGEST:
        why = f"there is no number left up to {LARGEST}"
        raise BadRework(job=source.job, seq=source.seq, why=why)
    return tuple(range(first, first + count))
