# SPDX-License-Identifier: AGPL-3.0-or-later
"""Deciding what becomes of the pieces: dispose, approve, refuse, reconsider.

Who disposes stands in the rules; repair and use as is take the approval owner's password, always.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from release import rulebook
from release.log import ReleaseLog
from traveler import words
from traveler.nonconformance import carrying, filing, rules
from traveler.nonconformance.errors import (
    DispositionNeedsReason,
    NoReworkHere,
    NoSuchDisposition,
    NotTheirDisposition,
    PartsDoNotAddUp,
    ReworkNeedsOperation,
    ReworkNeedsSteps,
)
from traveler.nonconformance.records import Nonconformance
from traveler.nonconformance.rules import Facts, Part
from traveler.route import Step
from vault.home import Vault
from vault.ledger import people
from vault.ledger.engine import Writing
from vault.ledger.people import Person, require


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
        owned = owns(vault, actor, filing.known(connection, number))
    signing = bool(owners) and owned and bool(password)
    if not signing or len(owners) < len(chosen):
        require(actor, *rulebook.current(vault).quality.may_dispose)
    if signing:
        people.check_password(vault.ledger, actor.name, password)
    with vault.ledger.writing(actor.name) as writing:
        before = filing.seen(writing.connection, number, seen)
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
        asked = filing.known(connection, number)
    if not owns(vault, actor, asked):
        raise _not_theirs(vault, actor, asked)
    people.check_password(vault.ledger, actor.name, password)
    said = words.line("remark", why, 500)
    with vault.ledger.writing(actor.name) as writing:
        before = filing.seen(writing.connection, number, seen)
        filing.allowed(before, "approve" if before.state == "proposed" else "refuse")
        facts = replace(before.facts, parts=_signed(writing, before.facts.parts))
        return _decided(writing, before, "approve", said, facts)


def refuse(vault: Vault, actor: Person, number: str, why: str) -> Nonconformance:
    """Turn a proposal down, so that somebody disposes anew; by the approval owner."""
    reason = filing.reason("refusal", why)
    with vault.ledger.writing(actor.name) as writing:
        before = filing.known(writing.connection, number)
        if not owns(vault, actor, before):
            raise _not_theirs(vault, actor, before)
        return filing.act(writing, before, "refuse", reason, filing.undecided(before.facts))


def reconsider(
    vault: Vault, actor: Person, number: str, why: str, seen: int | None = None
) -> Nonconformance:
    """Take a disposition back; once its steps are in the job only when they are done.

    Raises RoleNeeded, ReworkUndone, NonconformanceCannot or NonconformanceMoved.
    """
    require(actor, *rulebook.current(vault).quality.may_dispose)
    reason = filing.reason("new decision", why)
    with vault.ledger.writing(actor.name) as writing:
        before = filing.seen(writing.connection, number, seen)
        filing.allowed(before, "reconsider")
        carrying.steps_done(writing.connection, before)
        carrying.taken_back(writing, before, reason)
        done = filing.act(writing, before, "reconsider", reason, filing.undecided(before.facts))
        carrying.hold_again(writing, done)
        return done


def owns(vault: Vault, actor: Person, one: Nonconformance) -> bool:
    """Say whether this person signs repair and use as is of this item: its owner, or a deputy."""
    owner = ReleaseLog(vault).revision(one.item, one.rev).owner
    if actor.disabled:
        return False
    if actor.name == owner:
        return True
    day = words.today(vault.settings.time_zone)
    deputies = rulebook.current(vault).deputies.get(owner, ())
    return any(each.name == actor.name and each.stands_in(day) for each in deputies)


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
    facts = replace(
        facts, parts=tuple(carrying.carried_out(writing, before, it) for it in facts.parts)
    )
    carrying.still_packed(writing.connection, before, facts)
    done = filing.act(writing, before, act, words_, facts)
    if facts.rework:  # the pieces wait in a loop of their own, and where it joins the route
        filing.let_go(writing, done, f"{facts.disposition} of {done.number} goes first")
    return done


def _not_theirs(vault: Vault, actor: Person, one: Nonconformance) -> NotTheirDisposition:
    owner = ReleaseLog(vault).revision(one.item, one.rev).owner
    return NotTheirDisposition(
        name=actor.name, number=one.number, owner=owner, item=one.item,
        disposition=one.facts.disposition or "a repair or use as is",
    )  # fmt: skip
