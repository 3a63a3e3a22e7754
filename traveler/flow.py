# SPDX-License-Identifier: AGPL-3.0-or-later
"""How pieces flow through a job: what waits for what, how many came, and where they are.

Pure functions on frozen values.  The route is a row of groups, each one or more operations side by
side.  A loop of rework leaves the row at one operation, has a row of its own, and joins the first
again further on.  No piece is lost or counted twice: what came to a group is good, scrap, set
aside for rework, split off into another lot, or still there.
"""

from __future__ import annotations

from collections.abc import Sequence

from traveler.job_records import Job
from traveler.operation_records import Loop, Operation

Group = tuple[Operation, ...]
"""Operations side by side: each of them sees every piece."""


def groups(operations: Sequence[Operation], loop: int = 0) -> tuple[Group, ...]:
    """Return the groups of the route in order, or those of one loop of rework.

    An operation marked parallel belongs to the group of the one before it.
    """
    found: list[list[Operation]] = []
    for one in operations:
        if (one.loop.id if one.loop else 0) != loop:
            continue
        if one.parallel and found:
            found[-1].append(one)
        else:
            found.append([one])
    return tuple(tuple(group) for group in found)


def row(operations: Sequence[Operation], operation: Operation) -> tuple[tuple[Group, ...], int]:
    """Return the row of groups an operation stands in, and its place there."""
    found = groups(operations, operation.loop.id if operation.loop else 0)
    place = next(n for n, group in enumerate(found) if any(o.seq == operation.seq for o in group))
    return found, place


def loops(operations: Sequence[Operation]) -> dict[int, Loop]:
    """Return the loops of rework of a job, by their number."""
    return {one.loop.id: one.loop for one in operations if one.loop}


def just_before(operations: Sequence[Operation], operation: Operation) -> Group:
    """Return the operations side by side whose pieces an operation gets; none for the first."""
    found, place = row(operations, operation)
    return found[place - 1] if place else ()


def before(operations: Sequence[Operation], operation: Operation) -> list[Operation]:
    """Return what has to be over before an operation may start: all that its group waits for."""
    found, place = row(operations, operation)
    return [one for group in found[:place] for one in group]


def arrived(job: Job, operations: Sequence[Operation], operation: Operation) -> int:
    """Return how many pieces came to an operation.

    To the first come the job's pieces, into a loop those set aside; then the good ones the group
    before let through.  Rework that joins here adds what came out of it, and what was split off
    into another lot did not come.
    """
    found, place = row(operations, operation)
    return _came(job, operations, found, place)


def passed(job: Job, operations: Sequence[Operation], group: Group) -> int:
    """Return how many pieces a group let through: the fewest good ones of its operations.

    Past one that was skipped go all pieces that came and were neither scrapped nor set aside.
    """
    if all(one.state != "skipped" for one in group):
        return min(one.good for one in group)
    came = arrived(job, operations, group[0])
    return min(
        came - one.scrap - one.rework if one.state == "skipped" else one.good for one in group
    )


def left(job: Job, operations: Sequence[Operation], operation: Operation) -> int:
    """Return how many pieces are at an operation and not accounted for."""
    return max(0, arrived(job, operations, operation) - operation.counted)


def lot(job: Job, operations: Sequence[Operation], operation: Operation) -> int:
    """Return how many pieces an operation has to answer for: neither scrapped nor set aside there.

    Until all before it are over these are the pieces that can still come.
    """
    earlier = before(operations, operation)
    came = arrived(job, operations, operation)
    if not operation.loop and not all(one.over for one in earlier):
        came = max(came, job.qty - spoiled(earlier))
    return max(0, came - operation.scrap - operation.rework)


def spoiled(operations: Sequence[Operation]) -> int:
    """Return how many pieces some operations scrapped; side by side they see the same ones."""
    rows = [groups(operations), *(groups(operations, loop) for loop in loops(operations))]
    return sum(max(one.scrap for one in group) for found in rows for group in found)


def out(job: Job, operations: Sequence[Operation]) -> int:
    """Return how many good pieces came out of a job so far."""
    found = groups(operations)
    through = passed(job, operations, found[-1]) if found else 0
    ends = (one.id for one in loops(operations).values() if joins(found, one) is None)
    return through + sum(_out_of(job, operations, one) for one in ends)


def pending(operations: Sequence[Operation], operation: Operation) -> int:
    """Return how many pieces set aside in a group wait for somebody to plan their rework.

    Operations side by side see the same pieces; the count stands at the one that has most.
    """
    found, place = row(operations, operation)
    group = found[place]
    most = max(group, key=lambda one: one.rework)
    if most.seq != operation.seq:
        return 0
    seqs = {one.seq for one in group}
    taken = sum(one.qty for one in loops(operations).values() if one.source in seqs)
    return max(0, most.rework - taken)


def comes_back(operations: Sequence[Operation], operation: Operation) -> tuple[int, ...]:
    """Return the open operations of rework whose pieces still have to come to an operation."""
    found, place = row(operations, operation)
    if operation.loop:
        return ()
    coming = set()
    for one in loops(operations).values():
        at = joins(found, one)
        if at is not None and at <= place:
            coming.add(one.id)
    return tuple(o.seq for o in operations if o.loop and o.loop.id in coming and not o.over)


def joins(found: Sequence[Group], loop: Loop) -> int | None:
    """Return the place of the group a loop of rework joins, None where it leaves the job.

    An operation that a move took out of the route hands its pieces on to the next one.
    """
    if not loop.back:
        return None
    places = (n for n, group in enumerate(found) if max(one.seq for one in group) >= loop.back)
    return next(places, None)


def here(operations: Sequence[Operation]) -> Group | None:
    """Return the group of the route where the pieces are now, None once all of it is over."""
    return next((one for one in groups(operations) if not all(o.over for o in one)), None)


def uncounted(job: Job, operations: Sequence[Operation], operation: Operation) -> int:
    """Return how many pieces an operation still has to account for, none once it is over."""
    return 0 if operation.over else left(job, operations, operation)


def gone_on(job: Job, operations: Sequence[Operation], operation: Operation) -> int:
    """Return how many good pieces of an operation's group are not counted any further on."""
    found, place = row(operations, operation)
    through = passed(job, operations, found[place])
    if place + 1 < len(found):
        return min(through, _free(job, operations, found[place + 1]))
    if operation.loop and not all(one.over for group in found for one in group):
        return through
    main = groups(operations)
    at = joins(main, operation.loop) if operation.loop else None
    return through if at is None else min(through, _free(job, operations, main[at]))


def recounted(
    before: Sequence[Operation], after: Sequence[Operation]
) -> list[dict[str, int]]:  # fmt: skip
    """Return by how much each operation's counts changed, where they did; for the record.

    What a decision does to counts is told whole, so that whoever adds the record up (an ERP does)
    comes to what the job says.  An operation that is gone takes its counts with it.
    """
    was = {one.seq: (one.good, one.scrap, one.rework) for one in before}
    now = {one.seq: (one.good, one.scrap, one.rework) for one in after}
    none = (0, 0, 0)
    found = []
    for seq in sorted(was.keys() | now.keys()):
        pairs = zip(now.get(seq, none), was.get(seq, none), strict=True)
        good, scrap, rework = (there - here for there, here in pairs)
        if good or scrap or rework:
            found.append({"seq": seq, "good": good, "scrap": scrap, "rework": rework})
    return found


def _free(job: Job, operations: Sequence[Operation], group: Group) -> int:
    if all(one.over for one in group):
        return 0
    return min(left(job, operations, one) for one in group)


def _came(job: Job, operations: Sequence[Operation], found: Sequence[Group], place: int) -> int:
    group = found[place]
    loop = group[0].loop
    if place:
        came = passed(job, operations, found[place - 1])
    elif loop:
        came = loop.qty
    else:
        came = job.qty + sum(one.split for one in operations)
    if loop is None:
        joining = (one.id for one in loops(operations).values() if joins(found, one) == place)
        came += sum(_out_of(job, operations, one) for one in joining)
    return came - sum(one.split for one in group)


def _out_of(job: Job, operations: Sequence[Operation], loop: int) -> int:
    """Return how many pieces come back from a loop of rework: all at once, when it is over."""
    found = groups(operations, loop)
    if not found or not all(one.over for group in found for one in group):
        return 0
    return passed(job, operations, found[-1])
