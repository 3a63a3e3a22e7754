# SPDX-License-Identifier: AGPL-3.0-or-later
"""Jobs: so many pieces of one released revision, due on a day.

A job is pinned to its revision and its operations are copied from the route released with it.
What is released later never changes what was already planned: it changes how the job's revision
*stands*, and then somebody has to decide (``traveler.decisions``) before work goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.engine import Connection

from release.log import ReleaseLog, Revision
from traveler import family as families
from traveler import (
    following,
    gate,
    ground,
    job_records,
    lifecycle,
    operation_records,
    route,
    routing,
    tables,
    work_records,
)
from traveler.blockers import filing, photos
from traveler.decisions import asking
from traveler.decisions import records as decision_records
from traveler.dispatch import dates
from traveler.errors import BadJobNumber, JobExists
from traveler.family import ALONE, Family, Planned
from traveler.job_records import Job, JobFilter, subject
from traveler.kit_records import JobItem
from traveler.standing import standing
from traveler.views import JobLine, JobView, Kin, job_line, job_view
from traveler.words import day, line, pieces, today
from vault.errors import BadItemNumber
from vault.home import Vault
from vault.ledger import events
from vault.ledger.engine import Writing
from vault.ledger.events import Event
from vault.ledger.people import Person, require
from vault.names import fold, item_number

LISTED = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an order says of a job; without ``rev`` it is for the current revision."""

    job: str
    number: str
    qty: int
    due: str
    rev: str | None = None
    customer: str = ""
    order: str = ""


def add(  # noqa: PLR0913 - what an order says, and what else is planned with it
    vault: Vault,
    actor: Person,
    job: str,
    number: str,
    qty: int,
    due: str,
    rev: str | None = None,
    customer: str = "",
    order: str = "",
    also: Callable[[Writing], None] | None = None,
    *,
    family: Family = ALONE,
) -> JobView:
    """Plan a job of ``qty`` pieces of a released revision, the current one where none is named.

    ``also`` is done in the same transaction, so that what a job came from is kept with it;
    ``family`` says of which job it is a child, and which jobs are planned along as its own.
    Raises RoleNeeded, BadJobNumber, BadQuantity, BadDueDate, JobExists, NeverReleased,
    NoSuchRevision, RevisionRecalled, BadRoute, FileNotReleased, BadChild or NoChildren.
    """
    enter(vault, actor, Wanted(job, number, qty, due, rev, customer, order), also, family=family)
    return _looked(vault, job)


def enter(
    vault: Vault, actor: Person, wanted: Wanted, also: Callable[[Writing], None] | None = None, *,
    family: Family = ALONE,
) -> None:  # fmt: skip
    """Do what ``add`` does without looking at the job afterwards, which takes twice as long."""
    require(actor, "planner")
    planned: dict[str, Any] = {
        "number": checked_number(wanted.job),
        "qty": pieces(wanted.qty, least=1),
        "due": day(wanted.due),
        "customer": line("customer", wanted.customer, 80),
        "order_number": line("order", wanted.order, 80),
    }
    with vault.ledger.writing(actor.name) as writing:
        # Read inside the transaction: what is released from here on will find the job.
        log = ReleaseLog(vault)
        revision = log.wanted(wanted.number, wanted.rev)
        now = standing(log, revision.number, revision.rev)
        if now.state == "recalled":
            raise gate.recalled(revision.number, revision.rev, now)
        steps = routing.released(log, revision)
        if found := job_records.job(writing.connection, wanted.job):
            raise JobExists(number=found.number)
        kit = families.kit(log, planned["number"], revision, family.kit)
        for one in kit:
            how = standing(log, one.item, one.rev)
            if how.state == "recalled":
                raise gate.recalled(one.item, one.rev, how)
        below = families.children(log, revision, steps, wanted.qty) if family.children else ()
        above = families.link(writing, log, revision.number, family)
        _insert(writing, revision, steps, planned | above)
        _kit(writing, kit)
        _children(writing, below, planned, families.due(family, planned["due"]))
        if also is not None:
            also(writing)
        made = job_records.known(writing.connection, wanted.job)
        asking.ask(writing, vault.ledger, log, made, today(vault.settings.time_zone))


def release_job(vault: Vault, actor: Person, number: str) -> JobView:
    """Let the floor work on a job, where its revision is current or a deviation holds.

    Raises JobCannot, RevisionUndecided, RevisionRecalled, RoleNeeded or NoSuchJob.
    """
    return _move(vault, actor, number, "release", "")


def release_family(vault: Vault, actor: Person, number: str) -> JobView:
    """Let the floor work on a job and on all its child jobs that are planned, or on none of them.

    Raises what ``release_job`` does, for whichever of them it is.
    """
    require(actor, "planner")
    with vault.ledger.writing(actor.name) as writing:
        first = job_records.known(writing.connection, number)
        _stepped(vault, writing, first, "release", "")
        below = [first.number]
        while below:
            children = job_records.children(writing.connection, below)
            below = [one.number for one in children]
            for one in children:
                if one.state == "planned":
                    _stepped(vault, writing, one, "release", "")
    return _looked(vault, number)


def hold(vault: Vault, actor: Person, number: str, why: str = "") -> JobView:
    """Stop new work on a job; what runs may be finished.  Raises JobCannot, RoleNeeded."""
    return _move(vault, actor, number, "hold", why)


def cancel(vault: Vault, actor: Person, number: str, why: str) -> JobView:
    """Give a job up, for a reason: nothing more is made.  Raises NoReason, JobCannot, RoleNeeded."""
    return _move(vault, actor, number, "cancel", why)


def close(vault: Vault, actor: Person, number: str, why: str = "") -> JobView:
    """End a job; short of its operations only with a reason.  Raises OperationsOpen, JobCannot."""
    return _move(vault, actor, number, "close", why)


def show(vault: Vault, number: str) -> JobView:
    """Return a job with its operations, how its revision stands, and its dates; raises NoSuchJob."""
    view = _looked(vault, number)
    return replace(view, dates=dates.of(vault, [view.job.number]).get(view.job.number))


def _looked(vault: Vault, number: str) -> JobView:
    following.follow(vault)
    with vault.ledger.reading() as connection:
        return gathered(vault, connection, job_records.known(connection, number))


def gathered(vault: Vault, connection: Connection, job: Job) -> JobView:
    """Return all that is shown of a job, read at one moment of the ledger."""
    operations = operation_records.operations(connection, job.number)
    day_now = today(vault.settings.time_zone)
    stand = ground.ground(ReleaseLog(vault), connection, job, operations, day_now)
    return job_view(
        job,
        operations,
        work_records.stints(connection, job.number),
        work_records.notes(connection, job.number),
        stand,
        decision_records.decisions(connection, [job.number])[job.number],
        work_records.overrides(connection, job.number),
        day_now,
        Kin(
            tuple(job_records.split_jobs(connection, job.split_from or job.number)),
            tuple(work_records.skips(connection, job.number)),
        ),
        photos.of(connection, [one.id for one in stand.blockers]),
    )


def listing(
    vault: Vault, wanted: JobFilter | None = None, limit: int = LISTED, offset: int = 0
) -> list[JobLine]:
    """Return the jobs that fit, open ones before those that ended, with step and standing.

    Of open jobs the board knows all that a list shows, as of the newest event; only those that
    have ended are read.
    """
    following.follow(vault)
    with vault.ledger.reading() as connection:
        found = job_records.numbers(connection, wanted or JobFilter(), limit, offset)
    still_open = {number: line.listed for number, line in dates.lines(vault, found)}
    ended = _ended(vault, [number for number in found if number not in still_open])
    return [still_open.get(number) or ended[number] for number in found]


def _ended(vault: Vault, numbers: Sequence[str]) -> dict[str, JobLine]:
    if not numbers:
        return {}
    with vault.ledger.reading() as connection:
        found = job_records.jobs_named(connection, numbers)
        operations = operation_records.operations_of(connection, [job.number for job in found])
        day_now = today(vault.settings.time_zone)
        grounds = ground.grounds(ReleaseLog(vault), connection, found, operations, day_now)
    return {job.number: job_line(job, operations[job.number], grounds[job.number]) for job in found}


def count(vault: Vault, wanted: JobFilter | None = None) -> int:
    """Return how many jobs fit, however many are listed."""
    with vault.ledger.reading() as connection:
        return job_records.job_count(connection, wanted or JobFilter())


def history(vault: Vault, number: str, limit: int = 1000) -> list[Event]:
    """Return what was done on a job, oldest first; raises NoSuchJob."""
    with vault.ledger.reading() as connection:
        job = job_records.known(connection, number)
    return events.of(vault.ledger, subject(job.number), limit)


def _move(vault: Vault, actor: Person, number: str, act: str, why: str) -> JobView:
    require(actor, "planner")
    reason = line("reason", why, 500)
    with vault.ledger.writing(actor.name) as writing:
        job = job_records.known(writing.connection, number)
        _stepped(vault, writing, job, act, reason)
    return _looked(vault, job.number)


def _stepped(vault: Vault, writing: Writing, job: Job, act: str, reason: str) -> None:
    """Take a job one step along its lifecycle, inside a verb's transaction."""
    operations = operation_records.operations(writing.connection, job.number)
    stand = ground.ground(
        ReleaseLog(vault), writing.connection, job, operations, today(vault.settings.time_zone)
    )
    if refusal := gate.job_refusal(job, act, operations, reason, stand):
        raise refusal
    after = lifecycle.JOB[job.state, act]
    writing.update(tables.job, job.number, state=after, **_dates(job, after, writing.at))
    told = {"before": job.state, "now": after} | ({"why": reason} if reason else {})
    writing.record(f"job.{after}", subject(job.number), **told)
    if after in lifecycle.ENDED:
        filing.clear_job(writing, job.number, f"job {job.number} is {after}")


def _dates(job: Job, after: str, at: str) -> dict[str, str]:
    if after == "released" and job.released_at is None:
        return {"released_at": at}
    return {"closed_at": at} if after in lifecycle.ENDED else {}


def _insert(
    writing: Writing,
    revision: Revision,
    steps: tuple[route.Step, ...],
    planned: Mapping[str, Any],
) -> None:
    number = planned["number"]
    writing.insert(
        tables.job, **planned, fold=fold(number), item=revision.number, rev=revision.rev,
        title=revision.title, state="planned", added_at=writing.at, added_by=writing.actor,
    )  # fmt: skip
    for step in steps:
        told_step = routing.columns(writing, step)
        writing.insert(tables.operation, job=number, seq=step.seq, state="waiting", good=0, scrap=0,
                       **told_step)  # fmt: skip
    told = {key: value for key, value in planned.items() if key != "number" and value is not None}
    writing.record(
        "job.added", subject(number), item=revision.number, rev=revision.rev,
        operations=[step.seq for step in steps], **told,
    )  # fmt: skip


def _kit(writing: Writing, kit: Sequence[JobItem]) -> None:
    for one in kit:
        writing.insert(
            tables.job_item, job=one.job, item=one.item, rev=one.rev, title=one.title, qty=one.qty
        )
    if kit:
        told = [f"{one.item} {one.rev} × {one.qty}" for one in kit]
        writing.record("job.kit", subject(kit[0].job), items=told)


def _children(
    writing: Writing, below: Sequence[Planned], parent: Mapping[str, Any], due: str
) -> None:
    """Plan the child jobs of a job that was planned just now, and theirs."""
    for place, one in enumerate(below, 1):
        number = checked_number(f"{parent['number']}-{place:02}")
        if found := job_records.job(writing.connection, number):
            raise JobExists(number=found.number)
        told = {
            **parent, "number": number, "qty": one.qty, "due": due,
            "parent": parent["number"], "parent_seq": one.at,
        }  # fmt: skip
        _insert(writing, one.revision, one.steps, told)
        _children(writing, one.children, told, due)


def checked_number(text: str) -> str:
    """Return the number of a job as it is stored; raises BadJobNumber."""
    try:
        return item_number(text)
    except BadItemNumber as fault:
        raise BadJobNumber(number=text, why=fault.facts["why"]) from None
