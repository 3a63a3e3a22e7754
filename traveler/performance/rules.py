# SPDX-License-Identifier: AGPL-3.0-or-later
"""``[performance]`` in ``rules.toml``: who may see figures of single persons.

    [performance]
    people = ["planner"]

Everybody sees their own.  Nobody else does before an administrator wrote down that they may, with
a reason and a history, since in many places people have a say in that.
"""

from __future__ import annotations

from typing import Any, Final

from release import rulebook
from traveler.performance.errors import BadPerformanceRules, FiguresOfOthers
from vault.home import Vault
from vault.ledger.people import ROLES, Person

SECTION: Final = "performance"


def read(told: Any) -> frozenset[str]:
    """Return the roles that may see figures of persons; raises BadPerformanceRules."""
    if not isinstance(told, dict):
        raise BadPerformanceRules(why="it is no table")
    if unknown := sorted(told.keys() - {"people"}):
        raise BadPerformanceRules(why=f"“{unknown[0]}” is not known; known is people")
    roles = told.get("people", [])
    if not isinstance(roles, list) or not all(isinstance(one, str) for one in roles):
        raise BadPerformanceRules(why="`people` is no list of roles")
    allowed = set(ROLES) - {"customer"}
    if strange := [one for one in roles if one not in allowed]:
        why = f"“{strange[0]}” is no role that may; roles are {', '.join(sorted(allowed))}"
        raise BadPerformanceRules(why=why)
    return frozenset(roles)


def sees_people(vault: Vault, actor: Person) -> bool:
    """Say whether somebody may see the figures of other people."""
    roles = read(rulebook.current(vault).further.get(SECTION, {}))
    return bool(roles & set(actor.roles))


def require_sight(vault: Vault, actor: Person, person: str) -> None:
    """Let somebody see a person's figures, or refuse; raises FiguresOfOthers."""
    if person != actor.name and not sees_people(vault, actor):
        raise FiguresOfOthers
