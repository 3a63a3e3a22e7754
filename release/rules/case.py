# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is known of one item when it is judged: frozen values, so that rules are pure functions.

Whatever had to be looked up (files, title blocks, children, locks) stands in ``Known``, together
with what could not be found out and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

from release.change import Order, OrderItem
from release.finding import Finding, Verdict
from release.rules.condition import About, When
from vault import revisions

Need = Literal["faults", "manifests", "children", "lock", "blocks"]
Standing = Literal["current", "in order", "recalled", "never released", "unknown"]
NOBODY: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Deputy:
    """Who stands in for somebody, from a day to a day, both included; an empty day is no limit."""

    name: str
    since: str = ""
    until: str = ""

    def stands_in(self, day: str) -> bool:
        """Say whether this deputy stands in on a day, as ``2026-11-20``."""
        return self.since <= day and (not self.until or day <= self.until)


@dataclass(frozen=True, slots=True)
class Block:
    """What the title blocks of a PDF say, sheet by sheet, and how many words the sheets have."""

    sheets: tuple[Mapping[str, Any], ...]
    words: int


@dataclass(frozen=True, slots=True)
class Child:
    """An item a bill of materials names: which parent has it, how it stands, its released letter."""

    number: str
    parent: str
    standing: Standing
    rev: str = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lock on an item, and since when (UTC)."""

    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Known:
    """What was looked up for an item.

    ``faults`` says of each file that cannot be released why not, ``manifests`` of each small text
    file what is wrong with it, or nothing.  ``children`` is None where there is no bill of
    materials.  ``unknown`` says of each need that could not be met why.
    """

    faults: Mapping[str, str] = field(default_factory=dict)
    manifests: Mapping[str, str] = field(default_factory=dict)
    children: tuple[Child, ...] | None = None
    lock: Holder | None = None
    blocks: Mapping[str, Block] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """One item of an order, and all that rules may ask about it.

    ``approvers`` are the active people who may approve at all, ``people`` all active people, both
    with their roles.  ``released_owner`` is the approval owner the current release names, since
    authority is read from what is released and not from what is being judged; ``about`` holds the
    item as it is and as it was released, for the same reason.  ``letter`` is the label a release
    would give, ``now`` the moment of judging (UTC).
    """

    order: Order
    item: OrderItem
    approvers: Mapping[str, frozenset[str]]
    deputies: Mapping[str, tuple[Deputy, ...]] = field(default_factory=dict)
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    people: Mapping[str, frozenset[str]] = field(default_factory=dict)
    released_owner: str | None = None
    released_tree: str | None = None
    about: tuple[About, ...] = ()
    letter: str = ""
    scheme: revisions.Scheme = revisions.SCHEMES[revisions.ASME]
    now: str = ""
    known: Known = field(default_factory=Known)

    @property
    def authors(self) -> frozenset[str]:
        """Return who made this change: they cannot approve it."""
        return frozenset({self.order.author, *self.item.contributors})

    def refused_by(self, when: When) -> str | None:
        """Return why a rule with this condition does not apply here, or None where it does."""
        one = self.item
        about = self.about or (About(one.number, one.kind, one.path, {}),)
        return when.refuses(about, self.order.change_class)


class Requirement(Protocol):
    """One rule of the gate."""

    @property
    def name(self) -> str:
        """Return the name people see and overrides are given for."""

    @property
    def when(self) -> When:
        """Return to which items it applies."""

    @property
    def may_override(self) -> frozenset[str]:
        """Return the roles that may set this requirement aside; empty: nobody."""

    @property
    def needs(self) -> frozenset[Need]:
        """Return what has to be looked up before it can judge."""

    def judge(self, case: Case) -> Finding:
        """Return what this rule says of a case it applies to."""


def found(
    requirement: Requirement, case: Case, verdict: Verdict, reason: str, remedy: str = ""
) -> Finding:
    """Return the finding of a requirement on a case."""
    return Finding(requirement.name, case.item.number, case.item.tree, verdict, reason, remedy)


def listed(names: list[str]) -> str:
    """Return names as a sentence has them: ``a, b and c``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
