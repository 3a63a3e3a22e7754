# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking for a decision: the approval blocker on a job whose revision is not the one to work from.

``ask`` compares what is asked with how things stand and writes only the difference, so it may be
called as often as one likes: after a release, after a decision, after a crash.
"""

from __future__ import annotations

from release.log import ReleaseLog
from traveler.blockers import filing
from traveler.blockers import records as blocker_records
from traveler.blockers.filing import Draft
from traveler.blockers.records import Blocker, Step
from traveler.decisions import records, rules
from traveler.gate import Standing
from traveler.records import Job
from traveler.standing import standing
from vault.ledger import people
from vault.ledger.engine import Ledger, Writing
from vault.ledger.errors import NoSuchPerson

PATIENCE = 24
"""Hours after which an undecided job is its approval owner's matter too."""


def ask(writing: Writing, ledger: Ledger, log: ReleaseLog, job: Job, today: str) -> None:
    """Bring the question on a job up to date: raise it, take it back, or leave it as it is."""
    now = standing(log, job.item, job.rev)
    made = records.decisions(writing.connection, [job.number])[job.number]
    held = rules.in_force(made, job, now, today)
    wanted = _question(job, now) if rules.open_question(job, now, held) else None
    standing_question = False
    for one in blocker_records.concerning(writing.connection, [job.number], ()):
        if not one.decides:
            continue
        if wanted is not None and one.cause["decides"] == wanted:
            standing_question = True
            continue
        filing.clear(writing, one, held.sentence if held else "overtaken by what came after")
    if wanted is not None and not standing_question:
        filing.raise_new(writing, _draft(ledger, log, job, now))


def asked(blockers: list[Blocker]) -> Blocker | None:
    """Return the blocker that asks, where there is one."""
    return next((one for one in blockers if one.decides and one.blocking), None)


def _question(job: Job, now: Standing) -> dict[str, str]:
    return {"rev": job.rev, "standing": now.state, "current": now.current or ""}


def _draft(ledger: Ledger, log: ReleaseLog, job: Job, now: Standing) -> Draft:
    revision = log.revision(job.item, job.rev)
    current = log.current(job.item)
    what = f"{job.item} {job.rev} is {now.state}"
    if current is not None:
        what += f", {current.rev} is current ({current.change})"
    moving = f"or move the job to {now.current} (planner), " if now.current else ""
    return Draft(
        kind="approval", job=job.number, owner=_planner(ledger, job, revision.owner),
        what=f"{what}: decide what happens to job {job.number}",
        steps=(Step(f"Go on by deviation (approver), {moving}or hold it (planner)"),),
        facts={"item": job.item} | ({"change": current.change} if current else {})
        | {"vote": revision.owner},
        escalate_hours=PATIENCE, escalate_to=revision.owner,
        cause={"decides": _question(job, now)},
    )  # fmt: skip


def _planner(ledger: Ledger, job: Job, owner: str) -> str:
    """Return who planned the job, the approval owner where that one has left."""
    try:
        person = people.get(ledger, job.added_by)
    except NoSuchPerson:
        return owner
    return owner if person.disabled else person.name
