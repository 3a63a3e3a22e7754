# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who was active at a past moment, and with which roles, as the events of the ledger tell it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from vault.ledger import events, people
from vault.ledger.events import Event

if TYPE_CHECKING:
    from vault.ledger.engine import Ledger

_KINDS: Final = ("person.added", "person.roles", "person.disabled", "person.enabled")


@dataclass(frozen=True, slots=True)
class PastPeople:
    """The people of all moments; ``unknown`` are those whose beginning is on no record.

    They count with what they have today, and whoever uses this has to say so.
    """

    told: tuple[Event, ...]
    unknown: Mapping[str, frozenset[str]]

    def at(self, moment: str) -> dict[str, frozenset[str]]:
        """Return the people who were active at a moment, with their roles then."""
        roles: dict[str, frozenset[str]] = dict(self.unknown)
        away: set[str] = set()
        for one in self.told:
            if one.at > moment:
                break
            name = one.subject.partition("/")[2]
            if name in self.unknown:
                continue
            if one.kind in {"person.added", "person.roles"}:
                given = one.facts["now"] if one.kind == "person.roles" else one.facts["roles"]
                roles[name] = frozenset(given)
            elif one.kind == "person.disabled":
                away.add(name)
            else:
                away.discard(name)
        return {name: held for name, held in roles.items() if name not in away}


def of(ledger: Ledger) -> PastPeople:
    """Return what the ledger tells of its people at every moment."""
    told = tuple(events.of_kinds(ledger, _KINDS))
    added = {one.subject.partition("/")[2] for one in told if one.kind == "person.added"}
    unknown = {
        one.name: one.roles for one in people.everybody(ledger)
        if one.name not in added and not one.disabled
    }  # fmt: skip
    return PastPeople(told, unknown)
