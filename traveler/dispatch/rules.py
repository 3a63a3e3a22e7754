# SPDX-License-Identifier: AGPL-3.0-or-later
"""``[dispatch]`` in ``rules.toml``: what goes first in this shop, as a list people can read.

    [dispatch]
    ranking = ["pinned", "late first", "customer Halvard Robotics", "need-by"]

It stands with the rules of release because it is one: written by administrators, with a history,
and read from there.  What one person wants for one job is a pin, with a reason.
"""

from __future__ import annotations

from typing import Any

from release import rulebook
from release.rules.grammar import Rules
from traveler.dispatch.errors import BadDispatchRules
from traveler.schedule import ranking
from vault.home import Vault

SECTION = "dispatch"
MOST_RULES = 20


def read(told: Any) -> tuple[str, ...]:
    """Return the names of the rules in their order; raises BadDispatchRules or BadRanking."""
    if not isinstance(told, dict):
        raise BadDispatchRules(why="it is no table")
    if unknown := sorted(told.keys() - {"ranking"}):
        raise BadDispatchRules(why=f"“{unknown[0]}” is not known; known is ranking")
    names = told.get("ranking", list(ranking.DEFAULT))
    if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
        raise BadDispatchRules(why="`ranking` is no list of names")
    if len(names) > MOST_RULES:
        raise BadDispatchRules(why=f"`ranking` has more than {MOST_RULES} rules")
    ranking.read(names)
    return tuple(names)


def split(text: str) -> tuple[str, ...]:
    """Return the names of a list typed in one line, ``pinned, due``; raises what ``read`` does."""
    return read({"ranking": [one.strip() for one in text.split(",") if one.strip()]})


def names(vault: Vault) -> tuple[str, ...]:
    """Return the rules in force, those a shop starts with where it has written none."""
    return of(rulebook.current(vault))


def of(found: Rules) -> tuple[str, ...]:
    """Return what a text of rules says of the turn, in force or not."""
    return read(found.further.get(SECTION, {}))
