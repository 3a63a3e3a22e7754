# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which rules reach an item, whom they ask, and what is odd about rules in this very vault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, Final

from release import gate, rulebook, settling
from release.change import Order
from release.inquiry import Inquiry
from release.log import ReleaseLog
from release.requirements import SignedOff
from release.rules import feasible
from release.rules.condition import About
from release.rules.distributed import Distributed
from release.rules.feasible import Owned
from release.rules.grammar import Rules
from vault import canonical, clock, errors
from vault.home import Vault

PAGE: Final = 1_000
ANYBODY: Final = ""
"""The author of an order that is only imagined."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What a rule means for an item: does it apply, who can sign today, who may set it aside.

    ``why`` says why it does not apply, or why nobody can sign; ``readers`` are whom a distribution
    list asks to read the new revision.
    """

    requirement: str
    applies: bool
    why: str
    asks: str
    count: int
    signers: tuple[str, ...]
    may_override: tuple[str, ...]
    readers: tuple[str, ...] = ()

    def told(self) -> dict[str, Any]:
        """Return what ``--json`` says of it."""
        return asdict(self)


def reached(
    vault: Vault, number: str, change_class: str = "major", rules: Rules | None = None
) -> list[Reached]:
    """Return what each rule means for an item as it is checked in, were it released today.

    Who opens the order is not known yet and cannot sign either.  Raises NoSuchItem.
    """
    main = settling.settle(vault)
    row = vault.catalogue.item(number)
    if row is None:
        raise errors.NoSuchItem(number=number)
    inquiry = Inquiry(vault, rules or rulebook.current(vault))
    one = gate.gathered(vault, ReleaseLog(vault), row, main)
    order = Order("", "open", "", ANYBODY, inquiry.now, (one,), change_class=change_class)
    case = inquiry.case(order, one)
    found = []
    for rule in inquiry.rules.requirements:
        try:
            refused = case.refused_by(rule.when)
        except errors.Refusal as refusal:
            refused = str(refusal)
        signing = isinstance(rule, SignedOff) and refused is None
        able = tuple(sorted(rule.able(case))) if isinstance(rule, SignedOff) and signing else ()
        short = isinstance(rule, SignedOff) and signing and len(able) < rule.count
        found.append(
            Reached(
                requirement=rule.name, applies=refused is None,
                why=refused or (rule.fault(case) if isinstance(rule, SignedOff) and short else ""),
                asks=rule.whom() if isinstance(rule, SignedOff) else "",
                count=rule.count if isinstance(rule, SignedOff) else 0, signers=able,
                may_override=tuple(sorted(rule.may_override)),
                readers=rule.readers(case) if isinstance(rule, Distributed) and refused is None
                else (),
            )
        )  # fmt: skip
    return found


def warnings(vault: Vault, rules: Rules, most: int | None = None) -> list[str]:
    """Return what is odd about rules among the people and items of this vault, or its first ones."""
    settling.settle(vault)
    people = Inquiry(vault, rules).people
    return feasible.warnings(rules, people, islice(_items(vault), most), clock.now()[:10])


def _items(vault: Vault) -> Iterator[Owned]:
    after: str | None = None
    while rows := vault.catalogue.items(after, PAGE):
        for row in rows:
            metadata = canonical.loads(row.metadata.encode())
            yield Owned(About(row.number, row.kind, row.path, metadata, None), row.owner)
        after = rows[-1].number
