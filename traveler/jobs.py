# SPDX-License-Identifier: AGPL-3.0-or-later
"""Jobs: so many pieces of one released revision, due on a day.

A job is pinned to its revision for ever and its operations are copied from the route released
with it; what is released later never changes what was already planned, it only changes how the
job's revision *stands*, and that is asked anew each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from release.log import ReleaseLog, Revision
from traveler import gate, lifecycle, records, route, stations, tables
from traveler.errors import BadJobNumber, FileNotReleased, JobExists, NoSuchJob
from traveler.records import Job, JobFilter
from traveler.standing import standing
from traveler.views import JobLine, JobView, job_line, job_view
from traveler.words import day, line, pieces
from vault import canonical
from vault.errors import BadItemNumber
from vault.home import Vault
from vault.ledger import events
from vault.ledger.engine import Writing
from vault.ledger.events import Event
from vault.ledger.people import Person, require
from vault.names import fold, item_number

LISTED = 200


def add(
    vault: Vault,
    actor: Person,
    job: str,
    number: str,
    qty: int,
    due: str,
    rev: str | None = None,
    customer: str = "",
    order: str = "",
) -> JobView:
    """Plan a job of ``qty`` pieces of a released revision, the current one where none is named.

    Raises RoleNeeded, BadJobNumber, BadQuantity, BadDueDate, JobExists, NeverReleased,
    NoSuchRevision, RevisionRecalled, BadRoute or FileNotReleased.
    """
    require(actor, "planner")
    planned = {
        "number": _number(job),
        "qty": pieces(qty, least=1),
        "due": day(due),
        "customer": line("customer", customer, 80),
        "order_number": line("order", order, 80),
    }
    log = ReleaseLog(vault)
    revision = log.wanted(number, rev)
    now = standing(log, revision.number, revision.rev)
    if now.state == "recalled":
        raise gate.recalled(revision.number, revision.rev, now)
    steps = _steps(log, revision)
    with vault.ledger.writing(actor.name) as writing:
        if found := records.job(writing.connection, job):
            raise JobExists(number=found.number)
        _insert(writing, revision, steps, planned)
    return show(vault, job)


def release_job(vault: Vault, actor: Person, number: str) -> JobView:
    """Let the floor work on a job; raises JobCannot, RevisionRecalled, RoleNeeded, NoSuchJob."""
    return _move(vault, actor, number, "release", "")


def hold(vault: Vault, actor: Person, number: str, why: str = "") -> JobView:
    """Stop new work on a job; what runs may be finished.  Raises JobCannot, RoleNeeded."""
    return _move(vault, actor, number, "hold", why)


def close(vault: Vault, actor: Person, number: str, why: str = "") -> JobView:
    """End a job; short of its operations only with a reason.  Raises OperationsOpen, JobCannot."""
    return _move(vault, actor, number, "close", why)


def show(vault: Vault, number: str) -> JobView:
    """Return a job with its operations and how its revision stands; raises NoSuchJob."""
    with vault.ledger.reading() as connection:
        job = _known(records.job(connection, number), number)
        operations = records.operations(connection, job.number)
        stints = records.stints(connection, job.number)
        notes = records.notes(connection, job.number)
    now = standing(ReleaseLog(vault), job.item, job.rev)
    return job_view(job, operations, stints, notes, now)


def listing(
    vault: Vault, wanted: JobFilter | None = None, limit: int = LISTED, offset: int = 0
) -> list[JobLine]:
    """Return the jobs that fit, the earliest due first, each with its step and standing."""
    with vault.ledger.reading() as connection:
        found = records.jobs(connection, wanted or JobFilter(), limit, offset)
        operations = records.operations_of(connection, [job.number for job in found])
    log = ReleaseLog(vault)
    pairs = {(job.item, job.rev) for job in found}
    stand = {pair: standing(log, *pair) for pair in pairs}
    return [job_line(job, operations[job.number], stand[job.item, job.rev]) for job in found]


def count(vault: Vault, wanted: JobFilter | None = None) -> int:
    """Return how many jobs fit, however many are listed."""
    with vault.ledger.reading() as connection:
        return records.job_count(connection, wanted or JobFilter())


def history(vault: Vault, number: str, limit: int = 1000) -> list[Event]:
    """Return what was done on a job, oldest first; raises NoSuchJob."""
    with vault.ledger.reading() as connection:
        job = _known(records.job(connection, number), number)
    return events.of(vault.ledger, subject(job.number), limit)


def subject(number: str) -> str:
    """Return the name of a job in the record of events."""
    return f"job/{number}"


def _move(vault: Vault, actor: Person, number: str, act: str, why: str) -> JobView:
    require(actor, "planner")
    reason = line("reason", why, 500)
    with vault.ledger.writing(actor.name) as writing:
        job = _known(records.job(writing.connection, number), number)
        operations = records.operations(writing.connection, job.number)
        if refusal := gate.job_refusal(job, act, operations, reason):
            raise refusal
        if act == "release":
            now = standing(ReleaseLog(vault), job.item, job.rev)
            if now.state == "recalled":
                raise gate.recalled(job.item, job.rev, now)
        after = lifecycle.JOB[job.state, act]
        writing.update(tables.job, job.number, state=after, **_dates(job, after, writing.at))
        told = {"before": job.state, "now": after} | ({"why": reason} if reason else {})
        writing.record(f"job.{after}", subject(job.number), **told)
    return show(vault, job.number)


def _dates(job: Job, after: str, at: str) -> dict[str, str]:
    if after == "released" and job.released_at is None:
        return {"released_at": at}
    return {"closed_at": at} if after == "closed" else {}


def _steps(log: ReleaseLog, revision: Revision) -> tuple[route.Step, ...]:
    names = {file.name for file in revision.files}
    if route.FILE not in names:
        return ()
    where = f"{revision.number} {revision.rev} {route.FILE}"
    steps = route.parse(log.read(revision, route.FILE), where).steps
    for step in steps:
        for name in step.files:
            if name not in names:
                raise FileNotReleased(
                    seq=step.seq, name=name, number=revision.number, rev=revision.rev
                )
    return steps


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
        writing.insert(
            tables.operation, job=number, seq=step.seq,
            station=stations.known(writing, step.station), title=step.title,
            setup_minutes=step.setup_minutes, run_minutes=step.run_minutes, notes=step.notes,
            files=canonical.dumps(step.files).decode(), proof=canonical.dumps(step.proof).decode(),
            parallel=int(step.parallel), state="waiting", good=0, scrap=0,
        )  # fmt: skip
    told = {key: value for key, value in planned.items() if key != "number"}
    writing.record(
        "job.added", subject(number), item=revision.number, rev=revision.rev,
        operations=[step.seq for step in steps], **told,
    )  # fmt: skip


def _number(text: str) -> str:
    try:
        return item_number(text)
    except BadItemNumber as fault:
        raise BadJobNumber(number=text, why=fault.facts["why"]) from None


def _known(job: Job | None, number: str) -> Job:
    if job is None:
        raise NoSuchJob(number=number)
    return job
