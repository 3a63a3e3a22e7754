# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking for a decision: the approval blocker on a job whose revision is not the one to work from.

A further item of a kit asks as the job's own does, with a blocker of its own.  ``ask`` compares
what is asked with how things stand and writes only the difference, so it may be called as often as
one likes: after a release, after a decision, after a crash.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from release.log import ReleaseLog
from traveler import kit_records
from traveler.blockers import filing
from traveler.blockers import records as blocker_records
from traveler.blockers.filing import Draft
from traveler.blockers.records import Blocker, Step
from traveler.decisions import records, rules
from traveler.decisions.records import Decision
from traveler.gate import Standing
from traveler.job_records import Job
from traveler.kit_records import JobItem
from traveler.standing import standing
from vault.ledger import people
from vault.ledger.engine import Ledger, Writing
from vault.ledger.errors import NoSuchPerson

PATIENCE = 24
"""Hours after which an undecided job is its approval owner's matter too."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """One revision a job is pinned to: its own, or that of a ``part`` of its kit."""

    job: Job
    part: JobItem | None
    now: Standing
    held: Decision | None

    @property
    def pin(self) -> tuple[str, str]:
        """Return item and revision."""
        return (self.part.item, self.part.rev) if self.part else (self.job.item, self.job.rev)

    @property
    def open(self) -> bool:
        """Say whether somebody has to decide."""
        return rules.open_question(self.job, self.now, self.held)

    @property
    def question(self) -> dict[str, str]:
        """Return what the blocker watches, so that the same question is not asked twice."""
        own = {"rev": self.pin[1], "standing": self.now.state, "current": self.now.current or ""}
        return own | ({"item": self.part.item} if self.part else {})


def ask(writing: Writing, ledger: Ledger, log: ReleaseLog, job: Job, today: str) -> None:
    """Bring the questions on a job up to date: raise them, take them back, or leave them."""
    every = list(_pins(writing, log, job, today))
    wanted = {tuple(sorted(one.question.items())): one for one in every if one.open}
    for one in blocker_records.concerning(writing.connection, [job.number], ()):
        if not one.decides:
            continue
        about: dict[str, str] = one.cause["decides"]
        if wanted.pop(tuple(sorted(about.items())), None) is None:
            held = next((x.held for x in every if _item(x.question) == _item(about)), None)
            filing.clear(writing, one, held.sentence if held else "overtaken by what came after")
    for asked_one in wanted.values():
        filing.raise_new(writing, _draft(ledger, log, asked_one))


def asked(blockers: list[Blocker], item: str = "") -> Blocker | None:
    """Return the blocker that asks, about the job's own revision or an item of its kit."""
    return next(
        (
            one for one in blockers
            if one.decides and one.blocking and (not item or _item(one.cause["decides"]) == item)
        ),
        None,
    )  # fmt: skip


def _pins(writing: Writing, log: ReleaseLog, job: Job, today: str) -> Iterator[_Asked]:
    made = records.decisions(writing.connection, [job.number])[job.number]
    kit = kit_records.items(writing.connection, [job.number])[job.number]
    for part in (None, *kit):
        pin = (part.item, part.rev) if part else (job.item, job.rev)
        now = standing(log, *pin)
        yield _Asked(job, part, now, rules.in_force(made, job, now, today, part))


def _item(question: dict[str, str]) -> str:
    return question.get("item", "")


def _draft(ledger: Ledger, log: ReleaseLog, one: _Asked) -> Draft:
    job, now, (item, rev) = one.job, one.now, one.pin
    revision, current = log.revision(item, rev), log.current(item)
    what = f"{item} {rev}{' in the kit' if one.part else ''} is {now.state}"
    if current is not None:
        what += f", {current.rev} is current ({current.change})"
    taking = f"take {now.current} into the kit" if one.part else f"move the job to {now.current}"
    moving = f"or {taking} (planner), " if now.current else ""
    return Draft(
        kind="approval", job=job.number, owner=_planner(ledger, job, revision.owner),
        what=f"{what}: decide what happens to job {job.number}",
        steps=(Step(f"Go on by deviation (approver), {moving}or hold it (planner)"),),
        facts={"item": item} | ({"change": current.change} if current else {})
        | {"vote": revision.owner},
        escalate_hours=PATIENCE, escalate_to=revision.owner,
        cause={"decides": one.question},
    )  # fmt: skip


def _planner(ledger: Ledger, job: Job, owner: str) -> str:
    """Return who planned the job, the approval owner where that one has left."""
    try:
        person = people.get(ledger, job.added_by)
    except NoSuchPerson:
        return owner
    return owner if person.disabled else person.name
