# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ground a job stands on at this moment: its revision, the decision that holds, its blockers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.engine import Connection

from release.log import ReleaseLog
from traveler.blockers import records as blocker_records
from traveler.blockers.records import Blocker
from traveler.decisions import records as decision_records
from traveler.decisions import rules
from traveler.gate import Ground
from traveler.records import Job, Operation
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
    stand = {pair: standing(log, *pair) for pair in {(job.item, job.rev) for job in jobs}}
    found = {}
    for job in jobs:
        now = stand[job.item, job.rev]
        found[job.number] = Ground(
            now,
            rules.in_force(decided[job.number], job, now, today),
            _concerning(blockers, job, operations[job.number]),
        )
    return found


def ground(
    log: ReleaseLog, connection: Connection, job: Job, operations: Sequence[Operation], today: str
) -> Ground:
    """Return the ground of one job."""
    return grounds(log, connection, [job], {job.number: operations}, today)[job.number]


def _concerning(
    blockers: Sequence[Blocker], job: Job, operations: Sequence[Operation]
) -> tuple[Blocker, ...]:
    stations = {one.station for one in operations if one.state != "done"}
    return tuple(
        one for one in blockers
        if one.job == job.number or (one.job is None and one.station in stations)
    )  # fmt: skip
