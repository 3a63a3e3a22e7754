# SPDX-License-Identifier: AGPL-3.0-or-later
"""``[quality]`` in the rules: who may waive proof, dispose of what is wrong, and certify.

Repair and use as is are not in it: they take the approval owner of the item, whatever a shop
writes, since they change what the drawing asks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from release.rules import options
from release.rules.options import Fault, Option

_QUALITY: Final = frozenset({"quality"})
OPTIONS: Final = (
    Option("may_waive", "roles", "roles that may waive proof a job owes, with a reason"),
    Option("may_dispose", "roles", "roles that may decide on rework, scrap or return of what does"
           " not conform; repair and use as is take the approval owner of the item, always"),
    Option("may_certify", "roles", "roles that may sign a certificate of conformance"),
)  # fmt: skip
"""What ``[quality]`` may say; each is ``["quality"]`` where nothing is said."""


@dataclass(frozen=True, slots=True)
class Quality:
    """Who may do what about quality; administrators always may, where a role is asked."""

    may_waive: frozenset[str] = _QUALITY
    may_dispose: frozenset[str] = _QUALITY
    may_certify: frozenset[str] = _QUALITY

    @property
    def told(self) -> dict[str, list[str]]:
        """Return what differs from what a shop gets without saying anything."""
        plain = Quality()
        found = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: sorted(of) for name, of in found.items() if of != getattr(plain, name)}


def read(told: Any) -> Quality:
    """Return what the table says; raises Fault, also where nobody at all could do a thing."""
    where = "quality"
    if not isinstance(told, Mapping):
        raise Fault(where, "it must be a table")
    options.known(told, {one.name for one in OPTIONS}, where)
    given = {name: options.roles(told, name, where) for name in told}
    for name, of in given.items():
        if not of:
            raise Fault(f"{where}.{name}", "it names nobody, so nobody ever could")
        if "customer" in of:
            raise Fault(f"{where}.{name}", "a customer does not decide for the shop")
    return Quality(**given)
