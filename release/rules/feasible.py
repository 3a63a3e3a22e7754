# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is odd about rules as they are written: above all a rule that nobody can satisfy.

Such rules are not refused, for people come and go; they fail shut, and are named so that nobody has
to find out at a release.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from release.change import CLASSES
from release.requirements import OWNER, SignedOff
from release.rules.case import Requirement, listed
from release.rules.condition import About
from release.rules.errors import CannotTell
from release.rules.grammar import Rules

APPROVER = "approver"
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Owned:
    """An item as conditions see it, and its approval owner."""

    about: About
    owner: str


def warnings(
    rules: Rules, people: Mapping[str, frozenset[str]], items: Iterable[Owned], today: str
) -> list[str]:
    """Return what is odd, in sentences; ``people`` are the active ones with their roles."""
    owned = list(items)
    return [
        *_strangers(rules, people, today),
        *(fault for one in rules.sign_offs for fault in _unsatisfiable(rules, one, people, owned)),
        *_unread(rules, people),
        *_idle(rules, owned),
        *_unsigned(rules, owned),
    ]


def _strangers(rules: Rules, people: Mapping[str, frozenset[str]], today: str) -> Iterator[str]:
    signing = {by.partition(":")[2] for one in rules.sign_offs for by in one.by
               if by.startswith("group:")}  # fmt: skip
    reading = {to.partition(":")[2] for one in rules.lists for to in one.to
               if to.startswith("group:")}  # fmt: skip
    named = {f"group {group}": names for group, names in rules.groups.items()
             if group in signing or group not in reading}  # fmt: skip
    named |= {f"the deputies of {person}": frozenset(one.name for one in all_)
              for person, all_ in rules.deputies.items()}  # fmt: skip
    for where, names in named.items():
        odd = sorted(one for one in names if APPROVER not in people.get(one, frozenset()))
        if odd:
            yield f"{where}: {listed(odd)} is not an active person with the role approver"
    for person, all_ in rules.deputies.items():
        if person not in people:
            yield f"deputies: nobody active is called {person}"
        for one in all_:
            if one.until and one.until < today:
                yield f"deputies: {one.name} stood in for {person} until {one.until}, which is over"


def _unsatisfiable(
    rules: Rules, one: SignedOff, people: Mapping[str, frozenset[str]], owned: list[Owned]
) -> Iterator[str]:
    named = frozenset().union(*(_named(by, rules, people) for by in one.by))
    if OWNER not in one.by:
        able = _able(rules, one, named, people)
        if len(able) < one.count:
            yield (f"“{one.name}”: nobody can satisfy this rule, {len(able)} of {one.count} needed"
                   " people may sign")  # fmt: skip
        return
    short: dict[str, list[str]] = {}
    for item in owned:
        if _applies(one, item) and len(
            _able(rules, one, named | {item.owner}, people)
        ) < one.count:  # fmt: skip
            short.setdefault(item.owner, []).append(item.about.number)
    for owner, numbers in sorted(short.items()):
        yield (f"“{one.name}”: nobody can satisfy this rule for {_some(numbers)}, whose approval"
               f" owner is {owner}")  # fmt: skip


def _unread(rules: Rules, people: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """Yield the distribution lists that nobody is on, and the strangers on the others."""
    for one in rules.lists:
        if OWNER in one.to:
            continue
        named = {name for to in one.to for name in _named(to, rules, people)}
        if not named & people.keys():
            yield f"“{one.name}”: nobody can be asked to read, for {one.whom()} is nobody active"
        elif odd := sorted(named - people.keys()):
            yield f"“{one.name}”: {listed(odd)} is not an active person, so others are asked alone"


def _able(
    rules: Rules, one: SignedOff, named: frozenset[str], people: Mapping[str, frozenset[str]]
) -> set[str]:
    asked = named | {deputy.name for name in named for deputy in rules.deputies.get(name, ())}
    return {
        name for name in asked
        if APPROVER in (roles := people.get(name, frozenset()))
        and (not one.roles or roles & one.roles)
    }  # fmt: skip


def _named(by: str, rules: Rules, people: Mapping[str, frozenset[str]]) -> frozenset[str]:
    kind, _, whom = by.partition(":")
    if kind == "role":
        return frozenset(name for name, roles in people.items() if whom in roles)
    if kind == "group":
        return rules.groups.get(whom, frozenset())
    return frozenset({whom}) if kind == "person" else frozenset()


def _applies(rule: Requirement, item: Owned) -> bool:
    """Say whether a rule applies to an item in an order of some class."""
    return any(_asked(rule, item, one) for one in CLASSES)


def _idle(rules: Rules, owned: list[Owned]) -> Iterator[str]:
    if not owned:
        return
    for one in rules.requirements:
        if not one.when.is_always and not any(_applies(one, item) for item in owned):
            yield f"“{one.name}” applies to none of the {len(owned)} items there are: {one.when}"


def _unsigned(rules: Rules, owned: list[Owned]) -> Iterator[str]:
    for change_class in CLASSES:
        bare = [item.about.number for item in owned
                if not any(_asked(one, item, change_class) for one in rules.sign_offs)]  # fmt: skip
        if bare:
            yield (f"no sign-off applies to {_some(bare)} in a {change_class} change, so they cannot"
                   " be released by one")  # fmt: skip


def _asked(one: Requirement, item: Owned, change_class: str) -> bool:
    try:
        return one.when.refuses((item.about,), change_class) is None
    except CannotTell:
        return True


def _some(numbers: list[str]) -> str:
    more = f" and {len(numbers) - SHOWN} more" if len(numbers) > SHOWN else ""
    return ", ".join(numbers[:SHOWN]) + more
