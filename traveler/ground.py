# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ground a job stands on now: its revision, the decision that holds, blockers, owed proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.engine import Connection

from release.log import ReleaseLog
from traveler import flow, job_records, kit_records, operation_records
from traveler.blockers import records as blocker_records
from traveler.blockers.records import Blocker
from traveler.decisions import records as decision_records
from traveler.decisions import rules
from traveler.decisions.records import Decision
from traveler.gate import Ground, Part, Standing
from traveler.job_records import Child, Job
from traveler.kit_records import JobItem
from traveler.operation_records import Operation
from traveler.quality import plan, proof_records
from traveler.standing import standing


def grounds(
    log: ReleaseLog,
    connection: Connection,
    jobs: Sequence[Job],
    operations: Mapping[str, Sequence[Operation]],
    today: str,
) -> dict[str, Ground]:
    """Return the ground of several jobs, by job; every revision is looked up once."""
    numbers = [job.number for job in jobs]
    stations = {one.station for number in numbers for one in operations[number]}
    blockers = blocker_records.concerning(connection, numbers, stations)
    decided = decision_records.decisions(connection, numbers)
    kits = kit_records.items(connection, numbers)
    pairs = {(job.item, job.rev) for job in jobs}
    pairs |= {(one.item, one.rev) for number in numbers for one in kits[number]}
    stand = {pair: standing(log, *pair) for pair in pairs}
    waited = children(connection, jobs)
    proofs = proof_records.states(connection, jobs, operations, plan.finder(log))
    found = {}
    for job in jobs:
        now = stand[job.item, job.rev]
        found[job.number] = Ground(
            now,
            rules.in_force(decided[job.number], job, now, today),
            holding := _concerning(blockers, job, operations[job.number]),
            waited.get(job.split_from or job.number, ()),
            kit(kits[job.number], stand, decided[job.number], job, today),
            proofs[job.number],
            _machines(blockers, holding, operations[job.number]),
        )
    return found


def kit(
    items: Sequence[JobItem], stand: Mapping[tuple[str, str], Standing],
    made: Sequence[Decision], job: Job, today: str,
) -> tuple[Part, ...]:  # fmt: skip
    """Return the further items of a kit, each with how it stands and what was decided about it."""
    found = []
    for one in items:
        how = stand[one.item, one.rev]
        found.append(Part(one, how, rules.in_force(made, job, how, today, one)))
    return tuple(found)


def ground(
    log: ReleaseLog, connection: Connection, job: Job, operations: Sequence[Operation], today: str
) -> Ground:
    """Return the ground of one job."""
    return grounds(log, connection, [job], {job.number: operations}, today)[job.number]


def children(connection: Connection, jobs: Sequence[Job]) -> dict[str, tuple[Child, ...]]:
    """Return the child jobs of several jobs, by job, and whether each is over.

    A lot waits for the children of the job it was split off.
    """
    below = job_records.children(connection, [job.split_from or job.number for job in jobs])
    if not below:
        return {}
    operations = operation_records.operations_of(connection, [one.number for one in below])
    found: dict[str, tuple[Child, ...]] = {}
    for one in below:
        steps = operations[one.number]
        over = one.state == "closed" or (bool(steps) and all(step.over for step in steps))
        told = Child(
            one.number, one.item, one.rev, one.title, one.qty, one.state, one.parent_seq,
            over and one.state != "cancelled", flow.out(one, steps),
        )  # fmt: skip
        found[one.parent] = (*found.get(one.parent, ()), told)
    return found


def _concerning(
    blockers: Sequence[Blocker], job: Job, operations: Sequence[Operation]
) -> tuple[Blocker, ...]:
    stations = {one.station for one in operations if not one.over}
    return tuple(
        one for one in blockers
        if one.job == job.number or (one.job is None and one.places & stations)
    )  # fmt: skip


def _machines(
    blockers: Sequence[Blocker], holding: Sequence[Blocker], operations: Sequence[Operation]
) -> tuple[Blocker, ...]:
    """Return the blockers of single stations of the groups that operations are still to be done at."""
    stations = {one.station for one in operations if not one.over}
    return tuple(
        one for one in blockers
        if one.job is None and one.group in stations and one not in holding
    )  # fmt: skip
