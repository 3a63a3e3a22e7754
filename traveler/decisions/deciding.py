# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verbs that decide what happens to a job on a revision that is not the one to work from.

A change of a job's revision happens here and nowhere else: by somebody, with a reason, with both
revisions and all that differs on record.  A deviation takes an approver's password again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from release import orders
from release.log import ReleaseLog, Revision
from traveler import (
    flow,
    following,
    job_records,
    kit_records,
    lifecycle,
    operation_records,
    route,
    routing,
    tables,
    tokens,
)
from traveler.decisions import asking, carrying, comparison, rules
from traveler.decisions import records as decision_records
from traveler.decisions.comparison import Compared
from traveler.decisions.errors import ChoiceNotOpen, NoSuchStep, NothingToDecide, NotTheirDecision
from traveler.decisions.records import Decision
from traveler.decisions.rules import Option
from traveler.errors import NotInKit
from traveler.gate import Standing
from traveler.job_records import Job, subject
from traveler.kit_records import JobItem
from traveler.operation_records import Operation
from traveler.standing import standing
from traveler.words import day, pieces, reason_for, today
from vault import canonical
from vault.home import Vault
from vault.ledger import people
from vault.ledger.engine import Writing
from vault.ledger.people import Person, require
from vault.names import fold

_UNSEEN = frozenset({route.FILE, "item.toml", "bom.csv", "characteristics.csv"})


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be decided about a job, and all that helps to decide it.

    ``owner`` owns the approval of the item; ``proposal`` is what the author of the new revision
    proposed for jobs in process, empty where nothing; ``files`` are the released files that
    differ, ``steps`` both routes side by side, empty where there is no revision to move to.
    ``part`` is the item of the kit that is asked about, None for the job's own; ``others`` are the
    items of this job about which something is open as well.
    """

    job: Job
    standing: Standing
    held: Decision | None
    made: tuple[Decision, ...]
    part: JobItem | None
    others: tuple[str, ...]
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

    @property
    def number(self) -> str:
        """Return the item it is about."""
        return self.part.item if self.part else self.job.item

    @property
    def rev(self) -> str:
        """Return the revision of it that the job is pinned to."""
        return self.part.rev if self.part else self.job.rev

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            "job": self.job.number, "number": self.number, "rev": self.rev,
            "in_kit": self.part is not None, "also_open": list(self.others),
            "standing": self.standing.state, "current": self.standing.current, "open": self.open,
            "owner": self.owner, "proposal": self.proposal or None,
            "options": [{"choice": one.choice, "open": one.open, "why_not": one.why_not or None}
                        for one in self.options],
            "files": list(self.files),
            "route": [{"seq": one.seq, "what": one.what, "differences": list(one.differences),
                       "begun": one.begun, "keep": one.keep} for one in self.steps],
            "decisions": [one.as_json() for one in self.made],
        }  # fmt: skip


def question(vault: Vault, number: str, item: str = "") -> Question:
    """Return what is to be decided about a job, or about an item of its kit.

    Without ``item`` it is about what is open: the job's own revision first, then its kit's.
    Raises NoSuchJob or NotInKit.
    """
    following.follow(vault)
    log, day_now = ReleaseLog(vault), today(vault.settings.time_zone)
    with vault.ledger.reading() as connection:
        job = job_records.known(connection, number)
        operations = operation_records.operations(connection, job.number)
        made = decision_records.decisions(connection, [job.number])[job.number]
        kit = kit_records.items(connection, [job.number])[job.number]
    waiting = [
        one.item if one else job.item
        for one in (None, *kit)
        if _waits(log, job, one, made, day_now)
    ]
    part = _part(job, kit, item or (waiting[0] if waiting else job.item))
    about, rev = (part.item, part.rev) if part else (job.item, job.rev)
    now = standing(log, about, rev)
    current = log.current(about) if now.state != "current" else None
    proposal, by = _proposal(vault, current)
    running = [one.seq for one in operations if one.state == "running"]
    return Question(
        job=job, standing=now, made=tuple(made), part=part,
        others=tuple(one for one in waiting if one != about),
        held=rules.in_force(made, job, now, day_now, part),
        options=rules.options(job, now, running, part),
        owner=log.revision(about, rev).owner, proposal=proposal, proposed_by=by,
        files=_differing(log, about, rev, current) if current else (),
        steps=_compared(log, job, operations, current) if current and part is None else (),
    )  # fmt: skip


def _waits(
    log: ReleaseLog, job: Job, part: JobItem | None, made: Sequence[Decision], day_now: str
) -> bool:
    now = standing(log, *((part.item, part.rev) if part else (job.item, job.rev)))
    return rules.open_question(job, now, rules.in_force(made, job, now, day_now, part))


def _part(job: Job, kit: Sequence[JobItem], item: str) -> JobItem | None:
    """Return the item of the kit that is meant, None for the job's own; raises NotInKit."""
    if not item or fold(item) == fold(job.item):
        return None
    for one in kit:
        if fold(one.item) == fold(item):
            return one
    shown = ", ".join(one.item for one in kit) or "none"
    raise NotInKit(number=item, job=job.number, items=shown)


def deviate(
    vault: Vault, actor: Person, password: str, number: str, why: str,
    qty: int | None = None, until: str = "", item: str = "",
) -> Decision:  # fmt: skip
    """Let a job go on with its revision: by an approver, the password again, within limits.

    ``qty`` is how many good pieces may leave any operation that is not done, ``until`` the last
    day; ``item`` is the item of the kit it is about.  Raises NotTheirDecision, WrongPassword,
    TooManyAttempts, ChoiceNotOpen, NothingToDecide or NotInKit.
    """
    reason = reason_for("deviation", why)
    limit = None if qty is None else pieces(qty, least=1)
    last = day(until) if until else ""
    with vault.ledger.reading() as connection:
        job = job_records.known(connection, number)
        part = _part(job, kit_records.items(connection, [job.number])[job.number], item)
    about, rev = (part.item, part.rev) if part else (job.item, job.rev)
    owner = ReleaseLog(vault).revision(about, rev).owner
    if actor.disabled or ("approver" not in actor.roles and actor.name != owner):
        raise NotTheirDecision(name=actor.name, job=job.number, owner=owner, number=about)
    people.check_password(vault.ledger, actor.name, password)
    with vault.ledger.writing(actor.name) as writing:
        job, part, now, _operations = _open(vault, writing, number, "deviation", item, last)
        made = _decide(writing, job, part, now, "deviation", reason, qty=limit, until=last)
        _answered(vault, writing, job.number)
    return made


def hold(vault: Vault, actor: Person, number: str, why: str, item: str = "") -> Decision:
    """Hold a job on its revision until somebody decides anew; raises what ``move`` does."""
    require(actor, "planner")
    reason = reason_for("hold", why)
    with vault.ledger.writing(actor.name) as writing:
        job, part, now, _operations = _open(vault, writing, number, "hold", item)
        if (job.state, "hold") in lifecycle.JOB:
            after = lifecycle.JOB[job.state, "hold"]
            writing.update(tables.job, job.number, state=after)
            writing.record(f"job.{after}", subject(job.number), before=job.state, now=after,
                           why=reason)  # fmt: skip
        made = _decide(writing, job, part, now, "hold", reason)
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
    reason = reason_for("move", why)
    with vault.ledger.writing(actor.name) as writing:
        job, _none, now, operations = _open(vault, writing, number, "move")
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
        made = _decide(writing, job, None, now, "move", reason, _told(steps, kept))
        writing.update(tables.job, job.number, rev=current.rev, title=current.title)
        withdrawn = tokens.revoke(writing, job)
        after = operation_records.operations(writing.connection, job.number)
        if counts := flow.recounted(operations, after):
            carried["counts"] = counts
        writing.record(
            "job.moved", subject(job.number), before=job.rev, now=current.rev, why=reason,
            kept=sorted(kept), withdrawn=withdrawn, differences=list(made.differences),
            **carried,
        )  # fmt: skip
        _answered(vault, writing, job.number)
    return made


def renew(
    vault: Vault, actor: Person, number: str, item: str, why: str, *, to: str = ""
) -> Decision:
    """Take the current revision of a further item into a kit instead of one that is not; a planner.

    ``to`` is the revision the planner was shown.  Prints of the traveler are withdrawn, since they
    name the old one.  Raises what ``move`` does, and NotInKit.
    """
    require(actor, "planner")
    reason = reason_for("move", why)
    with vault.ledger.writing(actor.name) as writing:
        job, part, now, _operations = _open(vault, writing, number, "move", item)
        if part is None:
            shown = "none" if item else "name one"
            raise NotInKit(number=item or job.item, job=job.number, items=shown)
        current = ReleaseLog(vault).revision(part.item, now.current or "")
        if to and to != current.rev:
            why_not = f"{current.rev} was released meanwhile; look at it first"
            raise ChoiceNotOpen(job=job.number, choice=f"take {to}", why=why_not)
        made = _decide(writing, job, part, now, "move", reason)
        key = kit_records.item_row(writing.connection, job.number, part.item)
        writing.update(tables.job_item, key, rev=current.rev, title=current.title)
        withdrawn = tokens.revoke(writing, job)
        writing.record("job.kit", subject(job.number), item=part.item, before=part.rev,
                       now=current.rev, why=reason, withdrawn=withdrawn)  # fmt: skip
        _answered(vault, writing, job.number)
    return made


# --- inside -----------------------------------------------------------------


def _open(
    vault: Vault, writing: Writing, number: str, choice: str, item: str = "", until: str = ""
) -> tuple[Job, JobItem | None, Standing, list[Operation]]:
    """Return a job for which this may be chosen now, read in the transaction that decides it."""
    job = job_records.known(writing.connection, number)
    operations = operation_records.operations(writing.connection, job.number)
    part = _part(job, kit_records.items(writing.connection, [job.number])[job.number], item)
    about, rev = (part.item, part.rev) if part else (job.item, job.rev)
    now = standing(ReleaseLog(vault), about, rev)
    if job.ended or now.state == "current":
        on = f"{about} {rev}" if part else rev
        why = job.state if job.ended else f"on {on}, which is current"
        raise NothingToDecide(job=job.number, why=why)
    running = [one.seq for one in operations if one.state == "running"]
    option = next(one for one in rules.options(job, now, running, part) if one.choice == choice)
    why_not = option.why_not
    if until and until < today(vault.settings.time_zone):
        why_not = f"{until} has passed"
    if why_not:
        said = {"deviation": "go on by deviation", "move": "move", "hold": "be held"}[choice]
        raise ChoiceNotOpen(job=job.number, choice=said, why=why_not)
    return job, part, now, operations


def _decide(
    writing: Writing, job: Job, part: JobItem | None, now: Standing, choice: str, why: str,
    differences: Sequence[str] = (), qty: int | None = None, until: str = "",
) -> Decision:  # fmt: skip
    rev = part.rev if part else job.rev
    row = writing.insert(
        tables.job_decision, job=job.number, rev=rev, standing=now.state,
        current=now.current or "", choice=choice, at=writing.at, person=writing.actor, why=why,
        pieces=qty, until=until, differences=canonical.dumps(list(differences)).decode(),
        item=part.item if part else None,
    )  # fmt: skip
    more = {"item": part.item} if part else {}
    writing.record(
        f"job.decided.{choice}", subject(job.number), rev=rev, standing=now.state,
        current=now.current, why=why, pieces=qty, until=until, **more,
    )  # fmt: skip
    return Decision(
        row["id"], job.number, rev, now.state, now.current or "", choice, writing.at,
        writing.actor, why, qty, until, tuple(differences), part.item if part else "",
    )  # fmt: skip


def _answered(vault: Vault, writing: Writing, number: str) -> None:
    job = job_records.known(writing.connection, number)
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
        gone = {row.seq: row for row in operation_records.dropped(writing.connection, job.number)}
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
    return comparison.compared(own, steps, _differing(log, job.item, job.rev, current))


def _differing(log: ReleaseLog, item: str, rev: str, current: Revision) -> tuple[str, ...]:
    """Return the names of released files that are not the same bytes in both revisions."""
    old = {one.name: one.sha256 for one in log.revision(item, rev).files}
    new = {one.name: one.sha256 for one in current.files}
    names = sorted(old.keys() | new.keys())
    return tuple(one for one in names if one not in _UNSEEN and old.get(one) != new.get(one))


def _proposal(vault: Vault, current: Revision | None) -> tuple[str, str]:
    """Return what the author of a revision proposed for jobs in process, and who that is."""
    if current is None or not current.in_process:
        return "", ""
    return current.in_process, orders.load(vault, current.change).order.author
