# SPDX-License-Identifier: AGPL-3.0-or-later
"""The review of open orders: comment, hand a signature on, take an order back, sign several.

Beside ``release.desk``, which opens, signs and releases one order, these are what people do while
an order waits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from release import gate, orders, parties, rulebook, signing
from release.change import Delegation, Event, Order
from release.errors import (
    NoDelegation,
    NoNotes,
    NotDelegated,
    NothingToSign,
    NotYoursToTakeBack,
    SignatureIncomplete,
)
from release.gate import Judgement
from release.inquiry import APPROVER, Inquiry
from release.requirements import REJECTED, REVIEWED, SignedOff
from release.signing import Intent
from vault import clock, errors
from vault.home import Vault
from vault.ledger import people
from vault.ledger.people import Person


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person means to sign of one order in a sitting, as they were shown it."""

    change: str
    intent: Intent


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one choice: the order as judged afterwards, or why nothing was signed."""

    change: str
    meaning: str
    judgement: Judgement | None = None
    refusal: errors.Refusal | None = None


def withdraw(vault: Vault, actor: Person, name: str, reason: str) -> Order:
    """Take an order back to work: its sign-offs are void on record, and amending resubmits it.

    Raises NotYourOrder, NoNotes or WrongState.
    """
    filed = orders.load(vault, name)
    order, at = filed.order, clock.now()
    parties.by_author_alone(actor, order, "withdraw")
    if not reason.strip():
        raise NoNotes(what="withdrawal")
    event = Event(at, actor.name, "withdraw", reason.strip())
    why = f"voided at {at}: {actor.name} took {order.change} back to work"
    void = tuple(one.void_for(dict.fromkeys(one.items, why)) for one in order.signoffs)
    return orders.append(vault, actor, filed, order.acted(event, signoffs=void)).order


def comment(vault: Vault, actor: Person, name: str, text: str) -> Order:
    """Say something about an order; by its author, approvers and observers.

    Raises NotAParty, NoNotes or WrongState.
    """
    filed = orders.load(vault, name)
    parties.may_comment(actor, filed.order)
    if not text.strip():
        raise NoNotes(what="comment")
    event = Event(clock.now(), actor.name, "comment", text.strip())
    return orders.append(vault, actor, filed, filed.order.acted(event)).order


def delegate(vault: Vault, actor: Person, name: str, to: str, reason: str) -> Judgement:
    """Let another approver sign this one order in one's own place, where the rules allow it.

    Raises OnlyObserves, NoDelegation, NoNotes, NoSuchPerson or WrongState.
    """
    filed = orders.load(vault, name)
    order = filed.order
    parties.may_act(actor, order, "delegate the sign-off of")
    if not reason.strip():
        raise NoNotes(what="delegation")
    at = clock.now()
    event = Event(at, actor.name, "delegate", f"{to} may sign for {actor.name}: {reason.strip()}")
    acted = order.acted(event)
    why = _why_not(vault, actor, order, people.get(vault.ledger, to))
    if why:
        raise NoDelegation(name=actor.name, change=order.change, to=to, why=why)
    made = Delegation(actor.name, to, at, reason.strip())
    acted = replace(acted, delegations=(*order.delegations, made))
    return gate.judge(vault, orders.append(vault, actor, filed, acted).order)


def take_back(
    vault: Vault, actor: Person, name: str, to: str, reason: str, by: str = ""
) -> Judgement:
    """Take back that somebody signs this order in the place of ``by``, the actor if nobody is named.

    By whoever handed it on, by whom it was handed to, or by an administrator.  What they signed
    while it held stands and is shown as theirs; rejecting takes an approval back.  Raises
    NotDelegated, NotYoursToTakeBack, NoNotes or WrongState.
    """
    filed = orders.load(vault, name)
    order, giver = filed.order, by or actor.name
    parties.may_act(actor, order, "take back a delegation of")
    if not reason.strip():
        raise NoNotes(what="taking back")
    at = clock.now()
    event = Event(at, actor.name, "take back", f"{to} signs for {giver} no more: {reason.strip()}")
    acted = order.acted(event)
    if not any((one.by, one.to) == (giver, to) and one.holds() for one in order.delegations):
        raise NotDelegated(to=to, change=order.change, name=giver)
    if actor.name not in {giver, to} and "admin" not in actor.roles:
        raise NotYoursToTakeBack(actor=actor.name, to=to, change=order.change, name=giver)
    ended = tuple(
        replace(one, ended_at=at, ended_by=actor.name, why=reason.strip())
        if (one.by, one.to) == (giver, to) and one.holds() else one
        for one in order.delegations
    )  # fmt: skip
    acted = replace(acted, delegations=ended)
    return gate.judge(vault, orders.append(vault, actor, filed, acted).order)


def sign_several(
    vault: Vault, actor: Person, password: str, choices: Sequence[Choice], signer: str
) -> list[Outcome]:
    """Sign several orders in one sitting; each stands or falls alone, bound to its own trees.

    21 CFR 11.200 (a) (1) (i): the first signing takes all components, the name (``signer``) and
    the password, and the following ones, without a pause, at least the password.  Raises
    SignatureIncomplete, NothingToSign, WrongPassword or TooManyAttempts before anything is signed.
    """
    if not choices:
        raise NothingToSign
    check_signer(actor, signer)
    executed = signing.proven(vault, actor, password)
    begun, outcomes = clock.now(), []
    for choice in {one.change: one for one in choices}.values():
        meaning = choice.intent.meaning
        try:
            if meaning == REJECTED and not choice.intent.comment.strip():
                raise NoNotes(what="rejection")
            judged = signing.signed(vault, actor, choice.change, choice.intent, None, executed)
        except errors.Refusal as refusal:
            outcomes.append(Outcome(choice.change, meaning, refusal=refusal))
            continue
        outcomes.append(Outcome(choice.change, meaning, judged))
        executed = f"password, in the sitting {actor.name} began with both at {begun}"
    return outcomes


def check_signer(actor: Person, signer: str) -> None:
    """Refuse a signature whose name is not the signer's own; raises SignatureIncomplete."""
    if signer.strip().lower() != actor.name:
        raise SignatureIncomplete(name=actor.name)


def waiting_for(vault: Vault, actor: Person, limit: int = 50) -> list[str]:
    """Return the open orders that still want a signature of somebody, the oldest first."""
    found = []
    for row in reversed(vault.catalogue.orders({"open"})):
        order = orders.load(vault, row.change).order
        if actor.name in order.observers:
            continue
        try:
            items = signing.counts_for(vault, actor, order, REVIEWED)
        except errors.Refusal:
            continue
        mine = [one for one in order.signoffs if one.by == actor.name]
        if not all(any(one.covers(item) for one in mine) for item in items):
            found.append(order.change)
        if len(found) == limit:
            break
    return found


def _why_not(vault: Vault, actor: Person, order: Order, to: Person) -> str:
    """Return why somebody cannot sign in the place of another, or nothing."""
    if to.name == actor.name:
        return "that is the same person"
    if to.disabled or APPROVER not in to.roles:
        return f"{to.name} is no active person with the role approver"
    if to.name in order.observers:
        return f"{to.name} observes it"
    asking = list(_asking(vault, actor, replace(order, delegations=())))
    if not asking:
        return "no rule asks for their signature"
    allowed = [authors for allows, authors in asking if allows]
    if not allowed:
        return "no rule that asks for their signature has `delegation = true`"
    if all(to.name in authors for authors in allowed):
        return f"{to.name} made this change and so cannot approve it"
    return ""


def _asking(vault: Vault, actor: Person, order: Order) -> Iterator[tuple[bool, frozenset[str]]]:
    """Yield, for each rule and item that ask somebody to sign, if it lets them hand that on.

    With it stand the authors of the item, to whom it cannot be handed.
    """
    inquiry = Inquiry(vault, rulebook.current(vault))
    for one in order.items:
        case = inquiry.case(order, one)
        for rule in inquiry.rules.requirements:
            if isinstance(rule, SignedOff) and actor.name in rule.able(case):
                yield rule.delegation, case.authors
