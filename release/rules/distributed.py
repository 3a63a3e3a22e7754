# SPDX-License-Identifier: AGPL-3.0-or-later
"""Distribution lists as rules: who has to acknowledge a new revision before working on it.

A list that reaches nobody is open like any other rule nobody can satisfy: an instruction that was
to be read and that nobody is asked to read must not pass for one that was.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from release.finding import Finding
from release.rules.case import NOBODY, Case, Need, found, listed
from release.rules.condition import ALWAYS, When

OWNER: Final = "owner"
CUSTOMER: Final = "customer"
"""A role that never reads the vault, whatever else a list says."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who has to read a new revision, and the list, or the order, that asks them."""

    person: str
    by: str


@dataclass(frozen=True, slots=True)
class Distributed:
    """Whom a new revision of an item is distributed to, each of whom has to acknowledge it.

    ``to`` names them: ``owner`` (the approval owner), ``role:NAME``, ``group:NAME`` or
    ``person:NAME``, all of them together.  Whoever is disabled is not asked.
    """

    name: str
    to: tuple[str, ...]
    may_override: frozenset[str] = NOBODY
    when: When = ALWAYS
    needs: frozenset[Need] = field(default=frozenset(), init=False)

    def readers(self, case: Case) -> tuple[str, ...]:
        """Return who has to read it, by name; nobody where the list is not for the item.

        Raises CannotTell where it cannot be told whether it is.
        """
        if case.refused_by(self.when) is not None:
            return ()
        named = frozenset().union(*(_named(one, case) for one in self.to))
        return tuple(sorted(
            one for one in named if case.people.get(one, NOBODY) - {CUSTOMER}
        ))  # fmt: skip

    def judge(self, case: Case) -> Finding:
        """Return satisfied where somebody is asked, naming them; unsatisfied where nobody is."""
        readers = self.readers(case)
        if readers:
            have = "has" if len(readers) == 1 else "have"
            return found(self, case, "satisfied",
                         f"{listed(list(readers))} {have} to read {case.letter or 'it'} before"
                         " working on it")  # fmt: skip
        return found(
            self, case, "unsatisfied",
            f"nobody can be asked to read it: {self.whom()} is no active person",
            "an administrator puts somebody on the list in the rules",
        )  # fmt: skip

    def whom(self) -> str:
        """Return in words who is asked."""
        return " or ".join(
            "its approval owner" if one == OWNER else one.replace(":", " ") for one in self.to
        )


def _named(to: str, case: Case) -> frozenset[str]:
    kind, _, whom = to.partition(":")
    if kind == OWNER:
        owner = case.released_owner or case.item.owner
        return frozenset({owner}) if owner else NOBODY
    if kind == "role":
        return frozenset(one for one, roles in case.people.items() if whom in roles)
    return case.groups.get(whom, NOBODY) if kind == "group" else frozenset({whom})
