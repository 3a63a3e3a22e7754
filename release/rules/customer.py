# SPDX-License-Identifier: AGPL-3.0-or-later
"""``[customer]`` in the rules: what the shop lets its customers see, and who speaks to them.

A date is a promise in a customer's eyes, so none is shown until a shop says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from release.rules import options
from release.rules.options import Fault, Option

REASONS: Final = (
    "material", "approval", "machine", "inspection", "labor", "outside process", "shipping",
)  # fmt: skip
"""The types of blockers, of which a customer is told the type and the expected day, never more."""
_OFFICE: Final = frozenset({"admin", "approver", "engineer", "planner", "quality"})
OPTIONS: Final = (
    Option("forecast", "flag", "show whoever is signed in as a customer when an order is expected to"
           " be done, and why it is later than asked for; a link has a tick of its own;"
           " `false` where nothing is said"),
    Option("steps", "flag", "name the step an order is at by its title; `true` where nothing is said"),
    Option("reasons", "texts", "types of blockers that may be named to customers, of"
           f" {', '.join(REASONS)}; all where nothing is said, none with an empty list"),
    Option("may_answer", "roles", "roles that may answer questions of customers and send messages;"
           ' `["planner", "quality"]` where nothing is said'),
)  # fmt: skip
"""What ``[customer]`` may say."""


@dataclass(frozen=True, slots=True)
class Customers:
    """What customers may be told, and by whom; administrators always may, where a role is asked."""

    forecast: bool = False
    steps: bool = True
    reasons: frozenset[str] = frozenset(REASONS)
    may_answer: frozenset[str] = frozenset({"planner", "quality"})

    @property
    def told(self) -> dict[str, Any]:
        """Return what differs from what a shop gets without saying anything."""
        plain = Customers()
        found = {one.name: getattr(self, one.name) for one in fields(self)}
        return {
            name: sorted(value) if isinstance(value, frozenset) else value
            for name, value in found.items()
            if value != getattr(plain, name)
        }


def read(told: Any) -> Customers:
    """Return what the table says; raises Fault, also where nobody at all could answer."""
    where = "customer"
    if not isinstance(told, Mapping):
        raise Fault(where, "it must be a table")
    options.known(told, {one.name for one in OPTIONS}, where)
    given: dict[str, Any] = {
        name: options.flag(told, name, where) for name in told.keys() & {"forecast", "steps"}
    }
    if "reasons" in told:
        given["reasons"] = _reasons(told["reasons"], f"{where}.reasons")
    if "may_answer" in told:
        given["may_answer"] = _speakers(told, where)
    return Customers(**given)


def _reasons(value: Any, where: str) -> frozenset[str]:
    if not isinstance(value, list) or any(one not in REASONS for one in value):
        raise Fault(where, f"it must be a list of {', '.join(REASONS)}")
    return frozenset(value)


def _speakers(told: Mapping[str, Any], where: str) -> frozenset[str]:
    roles = options.roles(told, "may_answer", where)
    if not roles:
        raise Fault(f"{where}.may_answer", "it names nobody, so nobody ever could")
    if roles - _OFFICE:
        raise Fault(
            f"{where}.may_answer", f"only the office has pages for it: {', '.join(sorted(_OFFICE))}"
        )
    return roles
