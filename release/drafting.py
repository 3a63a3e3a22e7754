# SPDX-License-Identifier: AGPL-3.0-or-later
"""An order as its author writes it: opened, and amended; nothing is filed here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from release import parties, scope, settling
from release import terms as terms_of
from release.change import Event, Order, OrderItem
from release.errors import LastItem, NoNotes, NothingToRelease, NotInThisOrder
from release.log import ReleaseLog
from release.terms import Terms
from vault import clock, names
from vault.home import Vault
from vault.ledger import people
from vault.ledger.people import Person


def opened(vault: Vault, actor: Person, numbers: Sequence[str], notes: str, terms: Terms) -> Order:
    """Return the order that would be opened for items as they lie on ``main``, under no number yet.

    Raises RoleNeeded, NoNotes, NothingToRelease, what ``release.scope.joining`` refuses, and what
    ``release.terms`` and ``release.parties`` refuse.
    """
    people.require(actor, "engineer")
    if not notes.strip():
        raise NoNotes(what="change order")
    items = _joining(vault, numbers)
    if not items:
        raise NothingToRelease(number="the order")
    bare = Order(
        "the new order", "new", notes.strip(), actor.name, clock.now(), items,
        change_class=terms_of.DEFAULT_CLASS,
    )  # fmt: skip
    made = terms_of.applied(terms, bare)
    parties.check_named(vault, made)
    return made


def amended(
    vault: Vault, actor: Person, order: Order, notes: str, terms: Terms,
    add: Sequence[str], remove: Sequence[str],
) -> Order:  # fmt: skip
    """Return an order taken up with what lies on ``main`` now, other items and other terms.

    Sign-offs stand on items whose bytes and dispositions are the same; the event says which fall.
    Raises WrongState, NotInThisOrder, LastItem and what ``opened`` refuses.
    """
    before, _changed = scope.refreshed(vault, order)
    kept = _without(before, remove)
    added = _joining(vault, add)
    if not kept and not added:
        raise LastItem(change=order.change)
    after = replace(before, notes=notes.strip() or before.notes, items=(*kept, *added))
    after = terms_of.applied(terms, after)
    parties.check_named(vault, after)
    at = clock.now()
    void = terms_of.decided_anew(before, after)
    reasons = {number: f"voided at {at}: {why} by {actor.name}" for number, why in void.items()}
    held = {one.number for one in kept}
    said = [
        notes.strip(),
        *(f"added {one.number}" for one in added),
        *(f"removed {one.number}" for one in before.items if one.number not in held),
        *terms_of.told(before, after),
    ]
    fallen = {one for s in before.signoffs for one in s.items if one not in s.voided} & set(reasons)
    if fallen:
        said.append(f"sign-offs on {', '.join(sorted(fallen))} are void")
    event = Event(at, actor.name, "amend", "; ".join(filter(None, said)) or "amended")
    return after.acted(event, signoffs=tuple(one.void_for(reasons) for one in before.signoffs))


def _joining(vault: Vault, numbers: Sequence[str]) -> tuple[OrderItem, ...]:
    main, log = settling.settle(vault), ReleaseLog(vault)
    folded = {names.fold(number): number for number in numbers}
    return tuple(scope.joining(vault, log, main, number) for number in folded.values())


def _without(order: Order, remove: Sequence[str]) -> tuple[OrderItem, ...]:
    held = {names.fold(one.number) for one in order.items}
    for number in remove:
        if names.fold(number) not in held:
            raise NotInThisOrder(number=number, change=order.change)
    gone = {names.fold(number) for number in remove}
    return tuple(one for one in order.items if names.fold(one.number) not in gone)
