# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verbs on nonconformances: open, contain, dispose, approve, explain, close, reopen.

Everybody who works here may open one, because what nobody reports goes to the customer.  Who
disposes stands in the rules; repair and use as is take the approval owner's password, always.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sqlalchemy.engine import Connection

from release import orders, rulebook
from release.log import ReleaseLog
from traveler import flow, job_records, operation_records, rework, spoiling, tokens, words
from traveler.errors import JobCannot, NoSuchJob, NoSuchOperation, OutsideTraveler
from traveler.job_records import Job
from traveler.nonconformance import filing, records, rules
from traveler.nonconformance.errors import (
    BadHold,
    DispositionNeedsReason,
    NonconformanceMoved,
    NonconformanceOpen,
    NoReworkHere,
    NoSuchDisposition,
    NoSuchNonconformance,
    NotExplained,
    NotTheirDisposition,
    PartsDoNotAddUp,
    PiecesLeft,
    ReworkNeedsOperation,
    ReworkNeedsSteps,
    ReworkUndone,
    TooManyNonconforming,
)
from traveler.nonconformance.records import Entry, Filter, Nonconformance, Outside
from traveler.nonconformance.rules import Facts, Part
from traveler.operation_records import Operation
from traveler.route import Step
from traveler.shipping import records as shipments
from vault.home import Vault
from vault.ledger import idempotency, people
from vault.ledger.engine import Writing
from vault.ledger.people import Person, require

STAFF = ("engineer", "approver", "planner", "operator", "quality")
LISTED = 200
_LONGEST = 1000
_OVER = frozenset({"done", "skipped", "dropped"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody says about something that is not right."""

    job: str
    what: str
    qty: int = 1
    seq: int | None = None
    place: str = ""
    pieces: str = ""
    containment: str = ""
    holds: str = "rest"
    balloons: Sequence[str] = ()
    results: Sequence[int] = ()
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Rework:
    """The steps that put it right: new ones, then operations of the route done again."""

    steps: Sequence[Step] = ()
    repeat: Sequence[int] = ()
    back_to: int | None = None

    def told(self) -> tuple[Mapping[str, Any], ...]:
        """Return it as it is kept until somebody has approved it."""
        found: list[Mapping[str, Any]] = [
            {"station": one.station, "title": one.title, "setup_minutes": one.setup_minutes,
             "run_minutes": one.run_minutes, "notes": one.notes, "proof": list(one.proof)}
            for one in self.steps
        ]  # fmt: skip
        found += [{"repeat": seq} for seq in self.repeat]
        return (*found, *([{"back_to": self.back_to}] if self.back_to is not None else []))


@dataclass(frozen=True, slots=True)
class Share:
    """What is wanted for some of the pieces; without ``qty`` for all of them.

    ``counted`` says that the step has counted them as scrap already, so that they are not again.
    """

    disposition: str
    qty: int = 0
    why: str = ""
    work: Rework | None = None
    counted: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """A nonconformance with all that helps to decide on it."""

    one: Nonconformance
    owner: str
    entries: tuple[Entry, ...]
    steps: tuple[tuple[int, str, str], ...] = ()
    blockers: tuple[int, ...] = field(default_factory=tuple)


def open_new(
    vault: Vault, actor: Person, wanted: Wanted, *, device: str = "", idempotency_key: str = "",
    token: str = "",
) -> Nonconformance:  # fmt: skip
    """Write down what does not conform, and keep from going on what has to wait.

    Raises RoleNeeded, NoSuchJob, NoSuchOperation, JobCannot, BadQuantity, TooManyNonconforming,
    BadHold, BadWords or OutsideTraveler.
    """
    require(actor, *STAFF)
    facts = _facts(wanted)
    request = {"act": "nc", "job": wanted.job, "seq": wanted.seq, "what": facts.what,
               "qty": facts.qty}  # fmt: skip
    with vault.ledger.writing(actor.name, device) as writing:
        earlier = idempotency.earlier(writing, idempotency_key, request)
        if earlier is not None:
            return known(writing.connection, rules.name(earlier["nonconformance"]))
        job, operations, operation = _place(writing.connection, wanted.job, wanted.seq)
        if token:
            _within(writing.connection, token, job, operation)
        if facts.qty > job.qty:
            raise TooManyNonconforming(job=job.number, most=job.qty, qty=facts.qty)
        if not facts.place and operation:
            facts = replace(facts, place=f"{operation.station}, step {operation.seq}")
        made = filing.new(writing, job, operation, facts)
        owner = people.get(vault.ledger, wanted.owner).name if wanted.owner else job.added_by
        filing.hold(writing, made, operations, owner)
        idempotency.keep(writing, idempotency_key, request, {"nonconformance": made.id})
    return made


def correct(
    vault: Vault, actor: Person, number: str, why: str, seen: int | None = None, **changes: Any
) -> Nonconformance:
    """Change what was found: qty, what, place, pieces, containment; a proposal falls by it.

    Raises NonconformanceCannot, NonconformanceMoved, TooManyNonconforming, BadWords, BadQuantity.
    """
    require(actor, *STAFF)
    reason = _reason("correction", why)
    with vault.ledger.writing(actor.name) as writing:
        before = _seen(writing.connection, number, seen)
        facts = replace(before.facts, **_changes(changes))
        job = job_records.job(writing.connection, before.job)
        if job is not None and facts.qty > job.qty:
            raise TooManyNonconforming(job=job.number, most=job.qty, qty=facts.qty)
        return filing.act(writing, before, "correct", reason, _undecided(facts))


def explain(
    vault: Vault, actor: Person, number: str, *, cause: str = "", action: str = "",
    change: str = "", recall: str = "", containment: str = "", seen: int | None = None,
) -> Nonconformance:  # fmt: skip
    """Say why it happened and what keeps it from happening again; link a change or a recall.

    Raises BadWords, NoSuchChange, NoSuchRevision, NonconformanceCannot or NonconformanceMoved.
    """
    require(actor, *STAFF)
    told = _changes({"cause": cause or None, "action": action or None,
                     "containment": containment or None})  # fmt: skip
    with vault.ledger.writing(actor.name) as writing:
        before = _seen(writing.connection, number, seen)
        if change:
            told["change"] = orders.load(vault, change).order.change
        if recall:
            told["recall"] = ReleaseLog(vault).revision(before.item, recall).rev
        facts = replace(before.facts, **told)
        return filing.act(writing, before, "explain", "", facts)


def dispose(
    vault: Vault, actor: Person, number: str, disposition: str, why: str,
    work: Rework | None = None, *, counted: bool = False, password: str = "",
    seen: int | None = None,
) -> Nonconformance:  # fmt: skip
    """Decide the same for all of the pieces; raises what ``dispose_parts`` does."""
    share = Share(disposition, why=why, work=work, counted=counted)
    return dispose_parts(vault, actor, number, [share], why, password=password, seen=seen)


def dispose_parts(
    vault: Vault, actor: Person, number: str, shares: Sequence[Share], why: str = "", *,
    password: str = "", seen: int | None = None,
) -> Nonconformance:  # fmt: skip
    """Decide what happens to how many pieces; repair and use as is wait for the approval owner.

    Nothing of it holds before all of it does.  Then rework becomes steps of the job, and what is
    scrapped or returned is written off at the step, once.  The approval owner disposes with
    ``password`` and needs nobody else.  Raises RoleNeeded, NoSuchDisposition,
    DispositionNeedsReason, PartsDoNotAddUp, ReworkNeedsSteps, NoReworkHere, ReworkNeedsOperation,
    NonconformanceCannot, NonconformanceMoved, WrongPassword, NothingToWriteOff, PiecesLeft, and
    what rework refuses.
    """
    chosen = [_chosen(number, share, why) for share in shares]
    owners = [one for one in chosen if one.disposition in rules.OWNERS]
    with vault.ledger.reading() as connection:
        owned = _owns(vault, actor, known(connection, number))
    signing = bool(owners) and owned and bool(password)
    if not signing or len(owners) < len(chosen):
        require(actor, *rulebook.current(vault).quality.may_dispose)
    if signing:
        people.check_password(vault.ledger, actor.name, password)
    with vault.ledger.writing(actor.name) as writing:
        before = _seen(writing.connection, number, seen)
        parts = _parts(writing, before, chosen)
        if signing:
            parts = _signed(writing, parts)
        facts = replace(before.facts, parts=parts)
        reason = facts.disposed_why
        if not all(one.signed for one in parts):
            return filing.act(writing, before, "propose", reason, facts)
        return _decided(writing, before, "approve" if signing else "dispose", reason, facts)


def approve(
    vault: Vault, actor: Person, number: str, password: str, why: str = "",
    seen: int | None = None,
) -> Nonconformance:  # fmt: skip
    """Sign a proposed repair or use as is; by the approval owner of the item, password again.

    Raises NotTheirDisposition, WrongPassword, NonconformanceCannot, NonconformanceMoved,
    NothingToWriteOff or PiecesLeft.
    """
    with vault.ledger.reading() as connection:
        asked = known(connection, number)
    if not _owns(vault, actor, asked):
        raise _not_theirs(vault, actor, asked)
    people.check_password(vault.ledger, actor.name, password)
    said = words.line("remark", why, 500)
    with vault.ledger.writing(actor.name) as writing:
        before = _seen(writing.connection, number, seen)
        filing.allowed(before, "approve" if before.state == "proposed" else "refuse")
        facts = replace(before.facts, parts=_signed(writing, before.facts.parts))
        return _decided(writing, before, "approve", said, facts)


def refuse(vault: Vault, actor: Person, number: str, why: str) -> Nonconformance:
    """Turn a proposal down, so that somebody disposes anew; by the approval owner."""
    reason = _reason("refusal", why)
    with vault.ledger.writing(actor.name) as writing:
        before = known(writing.connection, number)
        if not _owns(vault, actor, before):
            raise _not_theirs(vault, actor, before)
        return filing.act(writing, before, "refuse", reason, _undecided(before.facts))


def reconsider(
    vault: Vault, actor: Person, number: str, why: str, seen: int | None = None
) -> Nonconformance:
    """Take a disposition back; once its steps are in the job only when they are done.

    Raises RoleNeeded, ReworkUndone, NonconformanceCannot or NonconformanceMoved.
    """
    require(actor, *rulebook.current(vault).quality.may_dispose)
    reason = _reason("new decision", why)
    with vault.ledger.writing(actor.name) as writing:
        before = _seen(writing.connection, number, seen)
        filing.allowed(before, "reconsider")
        _steps_done(writing.connection, before)
        _taken_back(writing, before, reason)
        done = filing.act(writing, before, "reconsider", reason, _undecided(before.facts))
        _hold_again(writing, done)
        return done


def close(
    vault: Vault, actor: Person, number: str, remark: str = "", seen: int | None = None
) -> Nonconformance:
    """Put it away once it is disposed of, explained, and its steps are done.

    Raises RoleNeeded, NotExplained, ReworkUndone, NonconformanceCannot or NonconformanceMoved.
    """
    require(actor, *rulebook.current(vault).quality.may_dispose)
    said = words.line("remark", remark, 500)
    with vault.ledger.writing(actor.name) as writing:
        before = _seen(writing.connection, number, seen)
        filing.allowed(before, "close")
        missing = [name for name in ("cause", "action") if not getattr(before.facts, name)]
        if missing:
            what = " and ".join(f"its {name}" for name in missing)
            raise NotExplained(number=before.number, what=what)
        _steps_done(writing.connection, before)
        done = filing.act(writing, before, "close", said, before.facts)
        filing.let_go(writing, done, f"{done.number} is closed")
        return done


def reopen(vault: Vault, actor: Person, number: str, why: str) -> Nonconformance:
    """Take it up again, since it is not right after all; raises NonconformanceCannot."""
    require(actor, *STAFF)
    reason = _reason("reopening", why)
    with vault.ledger.writing(actor.name) as writing:
        before = known(writing.connection, number)
        filing.allowed(before, "reopen")
        _taken_back(writing, before, reason)
        done = filing.act(writing, before, "reopen", reason, _undecided(before.facts))
        _hold_again(writing, done)
        return done


def show(vault: Vault, number: str) -> View:
    """Return a nonconformance with all that was done about it; raises NoSuchNonconformance."""
    with vault.ledger.reading() as connection:
        one = known(connection, number)
        return View(
            one, ReleaseLog(vault).revision(one.item, one.rev).owner,
            tuple(records.entries(connection, one.id)),
            tuple(records.steps(connection, one.facts.rework_ids)),
            tuple(held.id for held in filing.holding(connection, one)),
        )  # fmt: skip


def listing(
    vault: Vault, wanted: Filter | None = None, limit: int = LISTED, offset: int = 0
) -> list[Nonconformance]:
    """Return the nonconformances that fit, the newest first."""
    with vault.ledger.reading() as connection:
        return records.listed(connection, wanted or Filter(), limit, offset)


def proposed(vault: Vault, job: str) -> list[Outside]:
    """Return the results of a job out of tolerance for which nobody has opened one yet."""
    with vault.ledger.reading() as connection:
        return records.outside(connection, job)


def behind(
    vault: Vault, items: Sequence[str], *, change: str = "", recall: str = ""
) -> list[Nonconformance]:
    """Return the nonconformances because of which a change order or a recall of items was made."""
    with vault.ledger.reading() as connection:
        return records.linked(connection, items, change, recall)


def owns(vault: Vault, actor: Person, one: Nonconformance) -> bool:
    """Say whether this person signs repair and use as is of this item: its owner, or a deputy."""
    return _owns(vault, actor, one)


def refusal(connection: Connection, job: str, what: str) -> NonconformanceOpen | None:
    """Return why something of a job has to wait for its nonconformances, or None."""
    waiting = records.open_of(connection, [job])[job]
    if not waiting:
        return None
    return NonconformanceOpen(what=what, numbers=", ".join(one.number for one in waiting))


def known(connection: Connection, number: str) -> Nonconformance:
    """Return a nonconformance by ``NC-0001``; raises NoSuchNonconformance."""
    which = rules.number(number)
    found = records.one(connection, which) if which is not None else None
    if found is None:
        raise NoSuchNonconformance(number=number)
    return found


# --- inside -----------------------------------------------------------------


def _facts(wanted: Wanted) -> Facts:
    if wanted.holds not in rules.HOLDS:
        raise BadHold(text=wanted.holds)
    return Facts(
        qty=words.pieces(wanted.qty, least=1),
        what=words.lines("description", wanted.what, _LONGEST),
        place=words.line("place", wanted.place, 120),
        pieces=words.line("pieces", wanted.pieces, 200),
        containment=words.line("containment", wanted.containment, 500),
        holds=wanted.holds,
        balloons=tuple(words.line("balloon", one, 12) for one in wanted.balloons if one.strip()),
        results=tuple(wanted.results),
    )


def _changes(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return changes as they are kept; ``None`` in them means: as it was."""
    told: dict[str, Any] = {}
    for name, value in given.items():
        if value is None:
            continue
        if name == "qty":
            told[name] = words.pieces(value, least=1)
        elif name in {"what", "cause", "action"}:
            told[name] = words.lines(name, value, _LONGEST)
        else:
            told[name] = words.line(name, value, 500)
    return told


def _undecided(facts: Facts) -> Facts:
    return replace(facts, parts=())


def _chosen(number: str, share: Share, why: str) -> Share:
    """Return a share as it is spelled, with its reason."""
    chosen = rules.disposition(share.disposition)
    if chosen is None:
        raise NoSuchDisposition(text=share.disposition)
    reason = words.line("reason", share.why or why, 500)
    if not reason:
        raise DispositionNeedsReason(number=number, disposition=chosen)
    qty = words.pieces(share.qty) if share.qty else 0
    return replace(share, disposition=chosen, why=reason, qty=qty)


def _parts(writing: Writing, before: Nonconformance, shares: Sequence[Share]) -> tuple[Part, ...]:
    """Return what becomes of all of the pieces; raises PartsDoNotAddUp."""
    whole = before.facts.qty
    alone = len(shares) == 1 and not shares[0].qty
    told = whole if alone else sum(one.qty for one in shares)
    if told != whole or not (alone or all(one.qty for one in shares)):
        raise PartsDoNotAddUp(number=before.number, qty=whole, told=told)
    return tuple(
        Part(
            one.qty or whole, one.disposition, one.why, writing.actor, writing.at,
            counted=one.counted and one.disposition in rules.GONE,
            wanted=_work(before, one.disposition, one.work),
        )
        for one in shares
    )  # fmt: skip


def _signed(writing: Writing, parts: Sequence[Part]) -> tuple[Part, ...]:
    return tuple(
        one if one.signed else replace(one, approved_by=writing.actor, approved_at=writing.at)
        for one in parts
    )


def _work(
    before: Nonconformance, chosen: str, work: Rework | None
) -> tuple[Mapping[str, Any], ...]:
    told = work.told() if work else ()
    steps = [one for one in told if "back_to" not in one]
    if chosen not in rules.WORKED:
        if told:
            raise NoReworkHere(disposition=chosen, number=before.number)
        return ()
    if not steps:
        raise ReworkNeedsSteps(disposition=chosen, number=before.number)
    if before.seq is None:
        raise ReworkNeedsOperation(number=before.number)
    return told


def _decided(
    writing: Writing, before: Nonconformance, act: str, words_: str, facts: Facts
) -> Nonconformance:
    """Write the decision down and do what it says to the job, in one transaction."""
    filing.allowed(before, act)
    facts = replace(facts, parts=tuple(_carried_out(writing, before, it) for it in facts.parts))
    _still_packed(writing.connection, before, facts)
    done = filing.act(writing, before, act, words_, facts)
    if facts.rework:  # the pieces wait in a loop of their own, and where it joins the route
        filing.let_go(writing, done, f"{facts.disposition} of {done.number} goes first")
    return done


def _carried_out(writing: Writing, before: Nonconformance, part: Part) -> Part:
    """Put the steps of a part into the job, or write its pieces off, if that is not done yet."""
    if before.seq is None:
        return part
    if part.wanted and not part.rework:
        numbers = rework.insert(
            writing, before.job, before.seq, _steps(part.wanted),
            f"{part.disposition} of {before.number}", before.number, qty=part.qty,
            repeat=[one["repeat"] for one in part.wanted if "repeat" in one],
            back_to=next((one["back_to"] for one in part.wanted if "back_to" in one), None),
        )  # fmt: skip
        operations = operation_records.operations(writing.connection, before.job)
        ids = tuple(one.id for one in operations if one.seq in numbers)
        return replace(part, rework=tuple(numbers), rework_ids=ids)
    job = job_records.job(writing.connection, before.job)
    if part.disposition not in rules.GONE or part.counted or part.booked:
        return part
    if job is None or job.ended:
        return part
    why = f"{part.disposition} of {before.number}: {part.why}"
    done = spoiling.write_off(writing, job.number, before.seq, part.qty, why, before.number)
    return replace(part, booked={key: each for key, each in asdict(done).items() if each})


def _taken_back(writing: Writing, before: Nonconformance, why: str) -> None:
    """Bring back what was written off, while the job is still in the shop."""
    job = job_records.job(writing.connection, before.job)
    if job is None or job.ended:
        return
    for one in before.facts.parts:
        if one.booked:
            done = spoiling.WrittenOff(**one.booked)
            spoiling.take_back(writing, job.number, done, why, before.number)


def _still_packed(connection: Connection, before: Nonconformance, facts: Facts) -> None:
    """Refuse to write off what is packed or gone: those pieces cannot be in the bin as well."""
    if not any(one.booked for one in facts.parts):
        return
    packed = sum(one.facts.qty for one in shipments.shipments(connection, before.job)
                 if one.state != "cancelled")  # fmt: skip
    job, operations, _ = _place(connection, before.job, before.seq)
    left = flow.out(job, operations)
    if packed > left:
        raise PiecesLeft(number=before.number, job=before.job, seq=before.seq, packed=packed,
                         out=left)  # fmt: skip


def _steps(wanted: Sequence[Mapping[str, Any]]) -> list[Step]:
    return [
        Step(
            seq=place, station=one["station"], title=one["title"],
            setup_minutes=float(one["setup_minutes"]), run_minutes=float(one["run_minutes"]),
            notes=one["notes"], proof=tuple(one["proof"]),
        )
        for place, one in enumerate((it for it in wanted if "station" in it), 1)
    ]  # fmt: skip


def _steps_done(connection: Connection, one: Nonconformance) -> None:
    left = [
        f"{seq} {title} ({state})"
        for seq, title, state in records.steps(connection, one.facts.rework_ids)
        if state not in _OVER
    ]
    if left:
        raise ReworkUndone(number=one.number, job=one.job, steps=", ".join(left))


def _hold_again(writing: Writing, one: Nonconformance) -> None:
    job = job_records.job(writing.connection, one.job)
    if job is None or job.state == "closed" or filing.holding(writing.connection, one):
        return
    operations = operation_records.operations(writing.connection, one.job)
    filing.hold(writing, one, operations, job.added_by)


def _owns(vault: Vault, actor: Person, one: Nonconformance) -> bool:
    owner = ReleaseLog(vault).revision(one.item, one.rev).owner
    if actor.disabled:
        return False
    if actor.name == owner:
        return True
    day = words.today(vault.settings.time_zone)
    deputies = rulebook.current(vault).deputies.get(owner, ())
    return any(each.name == actor.name and each.stands_in(day) for each in deputies)


def _not_theirs(vault: Vault, actor: Person, one: Nonconformance) -> NotTheirDisposition:
    owner = ReleaseLog(vault).revision(one.item, one.rev).owner
    return NotTheirDisposition(
        name=actor.name, number=one.number, owner=owner, item=one.item,
        disposition=one.facts.disposition or "a repair or use as is",
    )  # fmt: skip


def _reason(what: str, why: str) -> str:
    reason = words.line("reason", why, 500)
    if not reason:
        raise DispositionNeedsReason(number="it", disposition=f"a {what}")
    return reason


def _seen(connection: Connection, number: str, seen: int | None) -> Nonconformance:
    found = known(connection, number)
    if seen is not None and seen != found.entries:
        raise NonconformanceMoved(number=found.number, by=found.changed_by)
    return found


def _place(
    connection: Connection, number: str, seq: int | None
) -> tuple[Job, list[Operation], Operation | None]:
    job = job_records.job(connection, number)
    if job is None:
        raise NoSuchJob(number=number)
    if job.state == "planned":
        way = "nothing was made yet"
        raise JobCannot(job=job.number, state=job.state, act="called nonconforming", way=way)
    operations = operation_records.operations(connection, job.number)
    found = next((one for one in operations if one.seq == seq), None)
    if seq is not None and found is None:
        shown = ", ".join(str(one.seq) for one in operations) or "none"
        raise NoSuchOperation(job=job.number, seq=seq, operations=shown)
    return job, operations, found


def _within(connection: Connection, code: str, job: Job, operation: Operation | None) -> None:
    token = tokens.find(connection, code)
    fits = token.operation is None or operation is None or token.operation == operation.id
    if token.job != job.number or not fits:
        scope = operation_records.operations(connection, token.job)
        own = next((one.seq for one in scope if one.id == token.operation), "any")
        raise OutsideTraveler(job=token.job, own=own, seq=operation.seq if operation else "any")
