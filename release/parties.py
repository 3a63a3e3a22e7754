# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is who in a change order: who may see it, comment on it, act on it as its author.

Who may *sign* is a matter of the rules and stands in ``release.signing``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from release.change import Order
from release.errors import CannotWatch, NotAParty, NotTheAuthor, NotYourOrder, OnlyObserves
from vault.home import Vault
from vault.ledger import people
from vault.ledger.people import Person

INSIDERS: Final = ("admin", "approver", "engineer", "planner", "quality")
"""Who may see work in progress at all: not the floor, and no customer."""


def may_see(actor: Person) -> None:
    """Refuse whoever may not see work in progress; raises RoleNeeded or PersonDisabled."""
    people.require(actor, *INSIDERS)


def may_act(actor: Person, order: Order, act: str) -> None:
    """Refuse whoever may only look: customers, the floor, observers; raises OnlyObserves too."""
    may_see(actor)
    if actor.name in order.observers:
        raise OnlyObserves(name=actor.name, change=order.change, act=act, author=order.author)


def by_author(actor: Person, order: Order, act: str) -> None:
    """Refuse all but the author, an approval owner or an administrator; raises NotTheAuthor."""
    may_act(actor, order, act)
    owners = {one.owner for one in order.items}
    if actor.name != order.author and actor.name not in owners and "admin" not in actor.roles:
        raise NotTheAuthor(name=actor.name, act=act, change=order.change, author=order.author)


def by_author_alone(actor: Person, order: Order, act: str) -> None:
    """Refuse all but the author or an administrator; raises NotYourOrder."""
    may_act(actor, order, act)
    if actor.name != order.author and "admin" not in actor.roles:
        raise NotYourOrder(name=actor.name, act=act, change=order.change, author=order.author)


def may_comment(actor: Person, order: Order) -> None:
    """Refuse whoever has no part in an order; raises NotAParty."""
    may_see(actor)
    named = {order.author, *order.observers, *(one.by for one in order.signoffs),
             *(one.to for one in order.delegations if one.holds())}  # fmt: skip
    for one in order.items:
        named |= {one.owner, *one.contributors}
    if actor.name not in named and not actor.roles & {"admin", "approver"}:
        raise NotAParty(name=actor.name, act="comment on", change=order.change,
                        author=order.author)  # fmt: skip


def check_named(vault: Vault, order: Order) -> None:
    """Refuse observers and readers of an order who cannot be any; see ``check_watching``."""
    check_watching(vault, order.change, order.author, order.observers, order.readers)


def check_watching(
    vault: Vault, change: str, author: str, observers: Iterable[str], readers: Iterable[str]
) -> None:
    """Refuse observers and readers who cannot be any; raises NoSuchPerson or CannotWatch."""
    for what, named in (("observer", observers), ("reader", readers)):
        for name in named:
            why = _why_not(people.get(vault.ledger, name), what, author)
            if why:
                raise CannotWatch(name=name, what=what, change=change, why=why)


def _why_not(person: Person, what: str, author: str) -> str:
    if person.disabled:
        return "they are disabled"
    if person.roles == {"customer"}:
        return "customers see no work in progress"
    if what == "observer" and not person.roles & set(INSIDERS):
        return f"it takes one of the roles {', '.join(INSIDERS)}"
    if what == "observer" and person.name == author:
        return "its author acts on it"
    return ""
