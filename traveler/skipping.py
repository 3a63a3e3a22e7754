# SPDX-License-Identifier: AGPL-3.0-or-later
"""Leaving out an operation of a running job: by a planner, with a reason, visible ever after."""

from __future__ import annotations

from collections.abc import Sequence

from traveler import flow, jobs, lifecycle, operation_records, tables
from traveler.errors import JobCannot, OperationSkipCannot
from traveler.job_records import Job, subject
from traveler.operation_records import Operation
from traveler.views import JobView
from traveler.words import reason_for
from vault.home import Vault
from vault.ledger.people import Person, require

_WAYS = {
    "running": "pause or finish it first",
    "done": "it is done",
    "skipped": "it is left out already",
    "waiting": "it is in the route",
    "paused": "it is in the route",
}


def skip(vault: Vault, actor: Person, job: str, seq: int, why: str) -> JobView:
    """Leave an operation out: the pieces go past it to the next one.

    Raises RoleNeeded, NoReason, NoSuchJob, NoSuchOperation, JobCannot or OperationSkipCannot.
    """
    return _act(vault, actor, job, seq, "skip", why)


def restore(vault: Vault, actor: Person, job: str, seq: int, why: str) -> JobView:
    """Take an operation that was left out back into the route, before anything after it began.

    Raises what ``skip`` does.
    """
    return _act(vault, actor, job, seq, "restore", why)


def _act(vault: Vault, actor: Person, number: str, seq: int, act: str, why: str) -> JobView:
    require(actor, "planner")
    what = "skipped operation" if act == "skip" else "operation taken back"
    reason = reason_for(what, why)
    with vault.ledger.writing(actor.name) as writing:
        job, operations, operation = operation_records.found(writing.connection, number, seq)
        if job.ended:
            raise JobCannot(job=job.number, state=job.state, act="changed", way="make a new job")
        if way := fault(job, operations, operation, act):
            said = "skipped" if act == "skip" else "taken back"
            raise OperationSkipCannot(
                job=job.number, seq=seq, state=operation.state, act=said, way=way
            )
        after = lifecycle.SKIP[operation.state, act]
        writing.update(tables.operation, operation.id, state=after)
        writing.insert(tables.operation_skip, operation=operation.id, act=act, why=reason,
                       at=writing.at, person=writing.actor)  # fmt: skip
        writing.record(f"operation.{act}", subject(job.number), seq=seq, before=operation.state,
                       now=after, why=reason)  # fmt: skip
    return jobs.show(vault, job.number)


def fault(job: Job, operations: Sequence[Operation], operation: Operation, act: str) -> str:
    """Return why an operation cannot be left out or taken back, empty where it can."""
    if (operation.state, act) not in lifecycle.SKIP:
        return _WAYS[operation.state]
    if act == "skip":
        return ""
    begun = [
        one.seq for one in operations
        if operation in flow.before(operations, one) and (one.counted or one.state != "waiting")
    ]  # fmt: skip
    return f"operation {begun[0]} after it has begun" if begun else ""
