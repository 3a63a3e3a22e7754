# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verbs that decide what happens to a job on a revision that is not the one to work from.

A change of a job's revision happens here and nowhere else: by somebody, with a reason, with both
revisions and all that differs on record.  A deviation takes an approver's password again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from release import orders
from release.log import ReleaseLog, Revision
from traveler import following, lifecycle, records, route, routing, tables, tokens
from traveler.decisions import asking, carrying, comparison, rules
from traveler.decisions import records as decision_records
from traveler.decisions.comparison import Compared
from traveler.decisions.records import Decision
from traveler.decisions.rules import Option
from traveler.errors import (
    ChoiceNotOpen,
    NoReason,
    NoSuchJob,
    NoSuchStep,
    NothingToDecide,
    NotTheirDecision,
)
from traveler.gate import Standing
from traveler.records import Job, Operation, subject
from traveler.standing import standing
from traveler.words import day, line, pieces, today
from vault import canonical
from vault.home import Vault
from vault.ledger import people
from vault.ledger.engine import Writing
from vault.ledger.people import Person, require

_UNSEEN = frozenset({route.FILE, "item.toml", "bom.csv", "characteristics.csv"})


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be decided about a job, and all that helps to decide it.

    ``owner`` owns the approval of the item; ``proposal`` is what the author of the new revision
    proposed for jobs in process, empty where nothing; ``files`` are the released files that
    differ, ``steps`` both routes side by side, empty where there is no revision to move to.
    """

    job: Job
    standing: Standing
    held: Decision | None
    made: tuple[Decision, ...]
    options: tuple[Option, ...]
    owner: str
    proposal: str
    proposed_by: str
    files: tuple[str, ...]
    steps: tuple[Compared, ...]

    @property
    def open(self) -> bool:
        """Say whether somebody has to decide."""
        return rules.open_question(self.job, self.standing, self.held)

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            "job": self.job.number, "number": self.job.item, "rev": self.job.rev,
            "standing": self.standing.state, "current": self.standing.current, "open": self.open,
            "owner": self.owner, "proposal": self.proposal or None,
            "options": [{"choice": one.choice, "open": one.open, "why_not": one.why_not or None}
                        for one in self.options],
            "files": list(self.files),
            "route": [{"seq": one.seq, "what": one.what, "differences": list(one.differences),
                       "begun": one.begun, "keep": one.keep} for one in self.steps],
            "decisions": [one.as_json() for one in self.made],
        }  # fmt: skip


def question(vault: Vault, number: str) -> Question:
    """Return what is to be decided about a job; raises NoSuchJob."""
    following.follow(vault)
    log = ReleaseLog(vault)
    with vault.ledger.reading() as connection:
        job = _known(connection, number)
        operations = records.operations(connection, job.number)
        made = decision_records.decisions(connection, [job.number])[job.number]
    now = standing(log, job.item, job.rev)
    current = log.current(job.item) if now.state != "current" else None
    proposal, by = _proposal(vault, current)
    running = [one.seq for one in operations if one.state == "running"]
    return Question(
        job=job, standing=now, made=tuple(made),
        held=rules.in_force(made, job, now, today(vault.settings.time_zone)),
        options=rules.options(job, now, running),
        owner=log.revision(job.item, job.rev).owner, proposal=proposal, proposed_by=by,
        files=_differing(log, job, current) if current else (),
        steps=_compared(log, job, operations, current) if current else (),
    )  # fmt: skip


def deviate(
    vault: Vault, actor: Person, password: str, number: str, why: str,
    qty: int | None = None, until: str = "",
) -> Decision:  # fmt: skip
    """Let a job go on with its revision: by an approver, the password again, within limits.

    ``qty`` is how many good pieces may leave any operation that is not done, ``until`` the last
    day.  Raises NotTheirDecision, WrongPassword, TooManyAttempts, ChoiceNotOpen, NothingToDecide.
    """
    reason = _reason("deviation", why)
    limit = None if qty is None else pieces(qty, least=1)
    last = day(until) if until else ""
    with vault.ledger.reading() as connection:
        job = _known(connection, number)
    owner = ReleaseLog(vault).revision(job.item, job.rev).owner
    if actor.disabled or ("approver" not in actor.roles and actor.name != owner):
        raise NotTheirDecision(name=actor.name, job=job.number, owner=owner, number=job.item)
    people.check_password(vault.ledger, actor.name, password)
    with vault.ledger.writing(actor.name) as writing:
        job, now, _operations = _open(vault, writing, number, "deviation", last)
        made = _decide(writing, job, now, "deviation", reason, qty=limit, until=last)
        _answered(vault, writing, job.number)
    return made


def hold(vault: Vault, actor: Person, number: str, why: str) -> Decision:
    """Hold a job on its revision until somebody decides anew; raises what ``move`` does."""
    require(actor, "planner")
    reason = _reason("hold", why)
    with vault.ledger.writing(actor.name) as writing:
        job, now, _operations = _open(vault, writing, number, "hold")
        if (job.state, "hold") in lifecycle.JOB:
            after = lifecycle.JOB[job.state, "hold"]
            writing.update(tables.job, job.number, state=after)
            writing.record(f"job.{after}", subject(job.number), before=job.state, now=after,
                           why=reason)  # fmt: skip
        made = _decide(writing, job, now, "hold", reason)
        _answered(vault, writing, job.number)
    return made


def move(
    vault: Vault, actor: Person, number: str, why: str, *, to: str = "",
    keep: Collection[int] = (), again: Collection[int] = (),
) -> Decision:  # fmt: skip
    """Move a job to the revision that is current, with its route; by a planner.

    What was done stays where the operation is the same; ``keep`` and ``again`` name operations
    for which the planner decides otherwise.  Prints of the traveler are withdrawn, since they
    carry the old letter.  ``to`` is the revision the planner was shown.  Raises RoleNeeded,
    NothingToDecide, ChoiceNotOpen, NoSuchStep, BadRoute or FileNotReleased.
    """
    require(actor, "planner")
    reason = _reason("move", why)
    with vault.ledger.writing(actor.name) as writing:
        job, now, operations = _open(vault, writing, number, "move")
        log = ReleaseLog(vault)
        current = log.revision(job.item, now.current or "")
        if to and to != current.rev:
            why_not = f"{current.rev} was released meanwhile; look at it first"
            raise ChoiceNotOpen(job=job.number, choice=f"move to {to}", why=why_not)
        steps = _compared(log, job, operations, current)
        kept = _kept(current.rev, steps, frozenset(keep), frozenset(again))
        carrying.make_room(writing, operations, steps)
        for one in steps:
            _reroute(writing, job, one, keep=one.seq in kept)
        carried = carrying.carry(writing, job, operations, steps, kept)
        made = _decide(writing, job, now, "move", reason, _told(steps, kept))
        writing.update(tables.job, job.number, rev=current.rev, title=current.title)
        withdrawn = tokens.revoke(writing, job)
        writing.record(
            "job.moved", subject(job.number), before=job.rev, now=current.rev, why=reason,
            kept=sorted(kept), withdrawn=withdrawn, differences=list(made.differences),
            **carried,
        )  # fmt: skip
        _answered(vault, writing, job.number)
    return made


# --- inside -----------------------------------------------------------------


def _open(
    vault: Vault, writing: Writing, number: str, choice: str, until: str = ""
) -> tuple[Job, Standing, list[Operation]]:
    """Return a job for which this may be chosen now, read in the transaction that decides it."""
    job = _known(writing.connection, number)
    operations = records.operations(writing.connection, job.number)
    now = standing(ReleaseLog(vault), job.item, job.rev)
    if job.ended or now.state == "current":
        why = job.state if job.ended else f"on {job.rev}, which is current"
        raise NothingToDecide(job=job.number, why=why)
    running = [one.seq for one in operations if one.state == "running"]
    option = next(one for one in rules.options(job, now, running) if one.choice == choice)
    why_not = option.why_not
    if until and until < today(vault.settings.time_zone):
        why_not = f"{until} has passed"
    if why_not:
        said = {"deviation": "go on by deviation", "move": "move", "hold": "be held"}[choice]
        raise ChoiceNotOpen(job=job.number, choice=said, why=why_not)
    return job, now, operations


def _decide(
    writing: Writing, job: Job, now: Standing, choice: str, why: str,
    differences: Sequence[str] = (), qty: int | None = None, until: str = "",
) -> Decision:  # fmt: skip
    row = writing.insert(
        tables.job_decision, job=job.number, rev=job.rev, standing=now.state,
        current=now.current or "", choice=choice, at=writing.at, person=writing.actor, why=why,
        pieces=qty, until=until, differences=canonical.dumps(list(differences)).decode(),
    )  # fmt: skip
    writing.record(
        f"job.decided.{choice}", subject(job.number), rev=job.rev, standing=now.state,
        current=now.current, why=why, pieces=qty, until=until,
    )  # fmt: skip
    return Decision(
        row["id"], job.number, job.rev, now.state, now.current or "", choice, writing.at,
        writing.actor, why, qty, until, tuple(differences),
    )  # fmt: skip


def _answered(vault: Vault, writing: Writing, number: str) -> None:
    job = _known(writing.connection, number)
    asking.ask(writing, vault.ledger, ReleaseLog(vault), job, today(vault.settings.time_zone))


def _reroute(writing: Writing, job: Job, one: Compared, *, keep: bool) -> None:
    """Bring one operation to the new route: kept as it is, begun anew, added, or taken out."""
    if one.step is None:
        if one.operation is not None:
            after = lifecycle.REROUTE[one.operation.state, "drop"]
            writing.update(tables.operation, one.operation.id, state=after)
        return
    told = routing.columns(writing, one.step)
    if one.operation is None:
        gone = {row.seq: row for row in records.dropped(writing.connection, job.number)}
        if one.seq not in gone:
            writing.insert(tables.operation, job=job.number, seq=one.seq, state="waiting", good=0,
                           scrap=0, **told)  # fmt: skip
            return
        told |= _anew(gone[one.seq])
        writing.update(tables.operation, gone[one.seq].id, **told)
        return
    if not keep:
        told |= _anew(one.operation)
    writing.update(tables.operation, one.operation.id, **told)


def _anew(operation: Operation) -> dict[str, Any]:
    state = lifecycle.REROUTE[operation.state, "again"]
    return {"state": state, "good": 0, "scrap": 0, "rework": 0, "started_at": None,
            "finished_at": None}  # fmt: skip


def _kept(
    rev: str, steps: Sequence[Compared], keep: frozenset[int], again: frozenset[int]
) -> set[int]:
    both = {one.seq for one in steps if one.operation is not None and one.step is not None}
    for wanted, act in ((keep, "keep"), (again, "do again")):
        for seq in sorted(wanted - both):
            shown = ", ".join(str(one) for one in sorted(both)) or "none"
            raise NoSuchStep(rev=rev, seq=seq, act=act, operations=shown)
    return {one.seq for one in steps if one.seq in both and (one.keep or one.seq in keep)} - again


def _told(steps: Sequence[Compared], kept: Collection[int]) -> list[str]:
    """Return what differs, and which operations that were begun have to be done again."""
    found = [one.sentence for one in steps if one.sentence]
    for one in steps:
        if one.begun and one.step is not None and one.operation is not None:
            counted = f"{one.operation.good} good, {one.operation.scrap} scrap"
            if one.seq not in kept:
                found.append(f"{one.seq} {one.title} is done again ({counted} before)")
            elif one.what != "same":
                found.append(f"{one.seq} {one.title} stays as done ({counted})")
    return found


def _compared(
    log: ReleaseLog, job: Job, operations: Sequence[Operation], current: Revision
) -> tuple[Compared, ...]:
    steps = routing.released(log, current)
    own = [one for one in operations if one.loop is None]
    steps = tuple(one for one in steps if one.seq >= job.first_seq)
    return comparison.compared(own, steps, _differing(log, job, current))


def _differing(log: ReleaseLog, job: Job, current: Revision) -> tuple[str, ...]:
    """Return the names of released files that are not the same bytes in both revisions."""
    old = {one.name: one.sha256 for one in log.revision(job.item, job.rev).files}
    new = {one.name: one.sha256 for one in current.files}
    names = sorted(old.keys() | new.keys())
    return tuple(one for one in names if one not in _UNSEEN and old.get(one) != new.get(one))


def _proposal(vault: Vault, current: Revision | None) -> tuple[str, str]:
    """Return what the author of a revision proposed for jobs in process, and who that is."""
    if current is None or not current.in_process:
        return "", ""
    return current.in_process, orders.load(vault, current.change).order.author


def _reason(what: str, why: str) -> str:
    reason = line("reason", why, 500)
    if not reason:
        raise NoReason(what=what)
    return reason


def _known(connection: Connection, number: str) -> Job:
    job = records.job(connection, number)
    if job is None:
        raise NoSuchJob(number=number)
    return job
