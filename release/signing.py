# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sign-offs: whose signature counts for which items, what it binds, when it is void.

A signature names tree and sha256 of everything it covers.  Bytes that change void it item by
item, automatically and on record, and whoever takes an approval back voids their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from release import gate, orders, requirements, rulebook, scope
from release.change import Bound, Event, Order, OrderItem, Signoff
from release.errors import ChangedSinceSeen, NotAnApprover
from release.gate import Judgement
from release.inquiry import APPROVER, Inquiry
from release.orders import Filed
from release.parties import may_act
from release.requirements import SignedOff
from vault import clock
from vault.home import Vault
from vault.ledger import people
from vault.ledger.people import Person

ALONE = "name and password"


@dataclass(frozen=True, slots=True)
class Intent:
    """What a person is about to sign: the meaning, a comment, and the trees they were shown."""

    meaning: str = requirements.APPROVED
    comment: str = ""
    seen: Mapping[str, str] | None = None


def proven(vault: Vault, actor: Person, password: str) -> str:
    """Check name and password, both components of a signature, and return how it was executed.

    Raises WrongPassword or TooManyAttempts.
    """
    people.check_password(vault.ledger, actor.name, password)
    return ALONE


def signed(
    vault: Vault, actor: Person, name: str, intent: Intent, password: str | None, executed: str = ""
) -> Judgement:
    """File a signature on the items of an order it counts for, and judge anew.

    Without a password the person has proven themselves a moment ago, and ``executed`` says how.
    Raises WrongState, OnlyObserves, NotAnApprover, ChangedSinceSeen and what ``proven`` raises.
    """
    filed = orders.load(vault, name)
    rejects = intent.meaning == requirements.REJECTED
    may_act(actor, filed.order, "reject" if rejects else "sign")
    filed = up_to_date(vault, actor, filed)
    order, at = filed.order, clock.now()
    text = (
        f"{intent.meaning}: {intent.comment.strip()}" if intent.comment.strip() else intent.meaning
    )
    acted = order.acted(Event(at, actor.name, "reject" if rejects else "sign", text))
    covered = counts_for(vault, actor, order, intent.meaning)
    for one in order.items:
        if intent.seen is not None and intent.seen.get(one.number) != one.tree:
            raise ChangedSinceSeen(number=one.number, change=order.change,
                                   by=last_by(vault, one.number))  # fmt: skip
    if password is not None:
        executed = proven(vault, actor, password)
    signoff = Signoff(
        by=actor.name, full_name=actor.shown, meaning=intent.meaning, at=at,
        comment=intent.comment.strip(), executed=executed,
        items={one.number: Bound(one.tree, one.digest) for one in covered},
    )  # fmt: skip
    earlier = _taken_back(order, actor, at) if rejects else order.signoffs
    acted = replace(acted, signoffs=(*earlier, signoff))
    return gate.judge(vault, orders.append(vault, actor, filed, acted).order)


def counts_for(
    vault: Vault, actor: Person, order: Order, meaning: str = requirements.APPROVED
) -> list[OrderItem]:
    """Return the items of an order this person's signature counts for.

    A review may be signed by whoever may approve, too.  Raises NotAnApprover, which says why not
    for any.
    """
    if APPROVER not in actor.roles:
        raise NotAnApprover(name=actor.name, change=order.change, why="it takes the role approver")
    inquiry = Inquiry(vault, rulebook.current(vault))
    rules = [one for one in inquiry.rules.requirements if isinstance(one, SignedOff)]
    fitting = [one for one in rules if meaning != requirements.APPROVED or one.meaning == meaning]
    found, asked, able = [], False, False
    for one in order.items:
        case = inquiry.case(order, one)
        if any(actor.name in rule.able(case) for rule in fitting):
            found.append(one)
        able = able or any(actor.name in rule.able(case) for rule in rules)
        asked = asked or any(actor.name in rule.asked(case) for rule in rules)
    if not found:
        why = ("the rules ask them to review it, not to approve it" if able
               else "who made a change cannot approve it" if asked
               else "they are no approval owner of its items")  # fmt: skip
        raise NotAnApprover(name=actor.name, change=order.change, why=why)
    return found


def up_to_date(vault: Vault, actor: Person, filed: Filed) -> Filed:
    """File that items of an order changed: their sign-offs are void, automatically and on record."""
    order, changed = scope.refreshed(vault, filed.order)
    if not changed:
        return filed
    at = clock.now()
    by = {number: last_by(vault, number) for number in changed}
    reasons = {number: f"voided automatically at {at}: {why}" for number, why in by.items()}
    void = [one for one in changed if any(one in s.items and one not in s.voided
                                          for s in order.signoffs)]  # fmt: skip
    text = "; ".join(f"{number} changed ({why})" for number, why in by.items())
    text += f"; sign-offs on {', '.join(void)} are void" if void else "; nobody had signed it"
    event = Event(at, actor.name, "void", text, automatic=True)
    signoffs = tuple(one.void_for(reasons) for one in order.signoffs)
    return orders.append(vault, actor, filed, order.acted(event, signoffs=signoffs))


def last_by(vault: Vault, number: str) -> str:
    """Return whose check-in an item has now, in words."""
    newest = vault.catalogue.iterations(number, limit=1)
    return f"checked in by {newest[0].by} at {newest[0].at}" if newest else "it was removed"


def _taken_back(order: Order, actor: Person, at: str) -> tuple[Signoff, ...]:
    """Return the sign-offs without those of somebody who rejects now, whatever they said before."""
    why = f"taken back at {at}: {actor.name} rejected {order.change}"
    return tuple(
        one.void_for(dict.fromkeys(one.items, why))
        if one.by == actor.name and one.meaning != requirements.REJECTED else one
        for one in order.signoffs
    )  # fmt: skip
