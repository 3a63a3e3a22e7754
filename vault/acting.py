# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who acts, as far as a verb needs to know: a name, and whether they may.

The people of the ledger need its engine, which costs a command 200 ms to load; a check-in asks
only this, so it takes anybody who can answer it.
"""

from __future__ import annotations

from typing import Protocol

from vault.ledger.errors import PersonDisabled, RoleNeeded

ROLES = ("admin", "engineer", "approver", "planner", "operator", "quality", "customer")


class Actor(Protocol):
    """Somebody who acts."""

    @property
    def name(self) -> str:
        """The name they sign in with."""
        ...

    @property
    def email(self) -> str:
        """Their address, or nothing."""
        ...

    @property
    def roles(self) -> frozenset[str]:
        """What they are."""
        ...

    @property
    def disabled(self) -> bool:
        """Whether they may act no more."""
        ...


def require(actor: Actor, *roles: str) -> None:
    """Refuse unless somebody has one of the roles; raises PersonDisabled or RoleNeeded.

    An administrator may do everything but be disabled.
    """
    if actor.disabled:
        raise PersonDisabled(name=actor.name)
    if "admin" not in actor.roles and not actor.roles.intersection(roles):
        raise RoleNeeded(name=actor.name, roles=" or ".join(roles) or "admin")
