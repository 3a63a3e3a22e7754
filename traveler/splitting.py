# SPDX-License-Identifier: AGPL-3.0-or-later
"""Splitting a job: some of its pieces go on as a split job, with a number and a traveler of its own.

This is not a lot (``traveler.lots``): a lot stays a part of its job and of its route, and only
the paper and the counting are its own.

The pieces are taken where they wait now.  What was done before stays with the job they were split
off, and both say so; together they are what was planned.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy.engine import Connection

from release.log import ReleaseLog
from traveler import flow, job_records, jobs, kit_records, lots, operation_records, routing, tables
from traveler.decisions import asking
from traveler.errors import CannotSplit
from traveler.job_records import Job, subject
from traveler.operation_records import Operation
from traveler.views import JobView
from traveler.words import pieces, reason_for, today
from vault.home import Vault
from vault.ledger.engine import Writing
from vault.ledger.people import Person, require
from vault.names import fold

MOST_SPLITS: Final = 999


def split(vault: Vault, actor: Person, number: str, qty: int, why: str) -> JobView:
    """Split ``qty`` pieces off a job and return the job they are now.

    Raises RoleNeeded, NoSuchJob, BadQuantity, NoReason or CannotSplit.
    """
    require(actor, "planner")
    count = pieces(qty, least=1)
    reason = reason_for("split", why)
    with vault.ledger.writing(actor.name) as writing:
        job = job_records.known(writing.connection, number)
        operations = operation_records.operations(writing.connection, job.number)
        group = _where(job, operations, count)
        held = sum(one.qty for one in lots.of_job(writing.connection, job.number))
        if held > job.qty - count:
            raise CannotSplit(job=job.number, qty=count, why=f"its lots hold {held} of {job.qty}")
        split = _number(writing.connection, job)
        _take(writing, job, group, count, split, reason)
        _make(writing, job, operations, group, count, split, reason)
        made = job_records.job(writing.connection, split) or job
        log, day = ReleaseLog(vault), today(vault.settings.time_zone)
        asking.ask(writing, vault.ledger, log, made, day)
    return jobs.show(vault, split)


def most(job: Job, operations: Sequence[Operation]) -> int:
    """Return how many pieces can be split off a job where it is now, at least one staying."""
    group = flow.here(operations)
    if job.ended or group is None:
        return 0
    free = min(flow.uncounted(job, operations, one) for one in group)
    return max(0, free if any(one.counted for one in group) else free - 1)


def _where(job: Job, operations: Sequence[Operation], count: int) -> flow.Group:
    group = flow.here(operations)
    why = ""
    if job.ended:
        why = f"it is {job.state}"
    elif group is None:
        why = "every operation of it is over"
    elif count > (have := most(job, operations)):
        why = f"at most {have} at operation {group[0].seq} can go, so that some stay"
        if not have:
            why = f"no piece at operation {group[0].seq} can go"
    if why or group is None:
        raise CannotSplit(job=job.number, qty=count, why=why)
    return group


def _take(
    writing: Writing, job: Job, group: flow.Group, count: int, split: str, why: str
) -> None:  # fmt: skip
    first = group[0]
    writing.update(tables.operation, first.id, split=first.split + count)
    writing.update(tables.job, job.number, qty=job.qty - count)
    writing.record("job.split", subject(job.number), lot=split, qty=count, seq=first.seq, why=why)


def _make(
    writing: Writing, job: Job, operations: Sequence[Operation], group: flow.Group, count: int,
    split: str, why: str,
) -> None:  # fmt: skip
    first = group[0].seq
    writing.insert(
        tables.job, number=split, fold=fold(split), item=job.item, rev=job.rev, title=job.title,
        qty=count, due=job.due, customer=job.customer, order_number=job.order, state=job.state,
        added_at=writing.at, added_by=writing.actor,
        released_at=writing.at if job.released_at else None, parent=job.parent or None,
        parent_seq=job.parent_seq or None, lot_of=job.split_from or job.number, first_seq=first,
    )  # fmt: skip
    own = [one for one in operations if one.loop is None and one.seq >= first]
    for one in own:
        writing.insert(tables.operation, job=split, state="waiting", good=0, scrap=0,
                       **routing.copied(one))  # fmt: skip
    for item in kit_records.items(writing.connection, [job.number])[job.number]:
        writing.insert(tables.job_item, job=split, item=item.item, rev=item.rev, title=item.title,
                       qty=item.qty)  # fmt: skip
    told: dict[str, Any] = {"split_off": job.number, "seq": first, "why": why}
    writing.record(
        "job.added", subject(split), item=job.item, rev=job.rev, qty=count, due=job.due,
        operations=[one.seq for one in own], **told,
    )  # fmt: skip


def _number(connection: Connection, job: Job) -> str:
    root = job.split_from or job.number
    for count in range(2, MOST_SPLITS):
        number = f"{root}.{count}"
        if job_records.job(connection, number) is None:
            return jobs.checked_number(number)
    raise CannotSplit(job=job.number, qty=0, why=f"{root} was split {MOST_SPLITS} times already")
