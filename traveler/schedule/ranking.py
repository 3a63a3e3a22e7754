# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which job goes first: a list of rules in plain words, read strictly and applied one by one.

A shop writes down what it does anyway (``["pinned", "late first", "need-by"]``); the first rule
that tells two jobs apart decides.  The number of the job comes last, so that the order of two
jobs is never left to chance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from traveler.schedule.errors import BadRanking
from traveler.schedule.plan import Load

DEFAULT: Final = ("pinned", "late first", "need-by")
_CUSTOMER: Final = "customer "
_NO_PIN: Final = 1 << 30

Part = int | float | str


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rules may look at: the job, when its next operation is needed, and the moment."""

    load: Load
    start_by: int
    now: int

    @property
    def critical_ratio(self) -> float:
        """Return the time left until the due date for each minute of work left; below 1 is late."""
        return (self.load.due - self.now) / max(1, self.load.minutes)


Rule = Callable[[Standing], Part]
RULES: Final[dict[str, tuple[str, Rule]]] = {
    "pinned": ("what a person pinned, in that order", lambda one: one.load.pin or _NO_PIN),
    "late first": ("what is past its due date", lambda one: one.load.due >= one.now),
    "need-by": ("whose next operation has to start first", lambda one: one.start_by),
    "due": ("what is due first", lambda one: one.load.due),
    "critical ratio": ("the least time for the work left", lambda one: one.critical_ratio),
    "shortest": ("the least work left", lambda one: one.load.minutes),
    "oldest": ("what was added first", lambda one: one.load.added),
}
"""Each rule by its name: what it puts first, in words, and the number it sorts by."""


def read(names: Sequence[str]) -> tuple[Rule, ...]:
    """Return the rules of a list of names; ``customer NAME`` puts a customer's jobs first.

    Raises BadRanking naming what is not known.
    """
    if not names:
        raise BadRanking(name="", known=_known())
    found: list[Rule] = []
    for name in names:
        if name.startswith(_CUSTOMER) and name.removeprefix(_CUSTOMER).strip():
            found.append(_of_customer(name.removeprefix(_CUSTOMER).strip()))
        elif name in RULES:
            found.append(RULES[name][1])
        else:
            raise BadRanking(name=name, known=_known())
    return tuple(found)


def ranked(standings: Sequence[Standing], rules: Sequence[Rule]) -> list[Load]:
    """Return jobs in the order in which they get their turn."""

    def key(one: Standing) -> tuple[Part, ...]:
        return (*(rule(one) for rule in rules), one.load.job)

    return [one.load for one in sorted(standings, key=key)]


def told(name: str) -> str:
    """Return what a rule puts first, in words."""
    known = RULES.get(name)
    return known[0] if known else f"what is for {name.removeprefix(_CUSTOMER).strip()}"


def _of_customer(name: str) -> Rule:
    wanted = name.casefold()
    return lambda one: one.load.customer.casefold() != wanted


def _known() -> str:
    return ", ".join([*RULES, "customer NAME"])
