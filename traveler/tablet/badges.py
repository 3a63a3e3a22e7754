# SPDX-License-Identifier: AGPL-3.0-or-later
"""Badges that are scanned: a code names the person, and by the shop's setting the PIN proves it.

A badge is 130 random bits kept as a hash, printed once.  It opens nothing by itself: it says whose
PIN is asked for.  A lost one is revoked and the next scan of it says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from traveler import tables
from traveler.tablet.errors import BadgeUnknown, NoSuchBadge, NotForBadges
from vault.codes import hashed, new_code
from vault.errors import BadCode
from vault.home import Vault
from vault.ledger import people
from vault.ledger.people import Person, require

FLOOR = ("operator", "planner", "quality")
"""Who acts on the floor, administrators beside them."""


@dataclass(frozen=True, slots=True)
class Badge:
    """What is known of a badge: whose it is, and whether it still is one."""

    id: int
    person: str
    issued_at: str
    issued_by: str
    revoked_at: str | None

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            "badge": self.id,
            "person": self.person,
            "issued_at": self.issued_at,
            "issued_by": self.issued_by,
            "revoked_at": self.revoked_at,
        }


def issue(vault: Vault, actor: Person, name: str) -> tuple[Badge, str]:
    """Give a person a badge and return it with its code, which is known only now.

    By administrators and planners.  Raises RoleNeeded, NoSuchPerson or NotForBadges.
    """
    require(actor, "planner")
    person = people.get(vault.ledger, name)
    if not person.roles & {"admin", *FLOOR}:
        raise NotForBadges(name=person.name, roles=", ".join(FLOOR))
    code = new_code()
    with vault.ledger.writing(actor.name) as writing:
        row = writing.insert(
            tables.badge, hash=hashed(code), person=person.name, issued_at=writing.at,
            issued_by=writing.actor,
        )  # fmt: skip
        writing.record("badge.issued", f"person/{person.name}", badge=row["id"])
    return _badge(row), code


def revoke(vault: Vault, actor: Person, badge: int) -> Badge:
    """Make a badge useless at once; by administrators, planners and whoever carries it."""
    with vault.ledger.writing(actor.name) as writing:
        row = writing.execute(sa.select(tables.badge).where(tables.badge.c.id == badge)).first()
        if row is None or (row.person != actor.name and not actor.roles & {"admin", "planner"}):
            require(actor, "planner")
            raise BadgeUnknown(badge=badge)
        if row.revoked_at is not None:
            return _badge(row._asdict())
        now = writing.update(tables.badge, badge, revoked_at=writing.at)
        writing.record("badge.revoked", f"person/{row.person}", badge=badge)
    return _badge(now)


def listing(vault: Vault, name: str = "") -> list[Badge]:
    """Return the badges that were issued, to one person where a name is given, newest first."""
    chosen = sa.select(tables.badge).order_by(tables.badge.c.id.desc())
    if name:
        chosen = chosen.where(tables.badge.c.person == name)
    with vault.ledger.reading() as connection:
        return [_badge(row._asdict()) for row in connection.execute(chosen)]


def owner(vault: Vault, code: str) -> Person:
    """Return whose badge a scanned code is; raises NoSuchBadge for one that is in use no more."""
    try:
        digest = hashed(code)
    except BadCode:
        raise NoSuchBadge from None
    chosen = sa.select(tables.badge).where(tables.badge.c.hash == digest)
    with vault.ledger.reading() as connection:
        row = connection.execute(chosen).one_or_none()
    if row is None or row.revoked_at is not None:
        raise NoSuchBadge
    person = people.get(vault.ledger, row.person)
    if person.disabled:
        raise NoSuchBadge
    return person


def proved(vault: Vault, code: str, pin: str) -> Person:
    """Return whose badge it is once the PIN is right, or at once where the shop waived PINs.

    Raises NoSuchBadge, WrongPin or TooManyAttempts.
    """
    person = owner(vault, code)
    if vault.settings.badge_pin == "waived":
        return person
    return people.check_pin(vault.ledger, person.name, pin)


def _badge(row: Any) -> Badge:
    return Badge(row["id"], row["person"], row["issued_at"], row["issued_by"], row["revoked_at"])
