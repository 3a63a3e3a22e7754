# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who stands at a tablet: signed in by badge or tile and PIN, signed out by itself.

It is less than a session: it opens no account page, only the acts of the floor, and only beside a
traveler's code, which says of which job.  The cookie holds a random secret, the ledger its hash.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import sqlalchemy as sa

from traveler import tables, work_records
from traveler.tablet.badges import FLOOR
from traveler.work_records import Elsewhere
from vault import clock
from vault.home import Vault
from vault.ledger import people
from vault.ledger.people import Person, require

SPARED = timedelta(minutes=1)
"""How stale the end may be: pushing it out at every act would be a write too many."""
_PRESENCE: Final = sa.select(tables.presence).where(tables.presence.c.hash == sa.bindparam("hash"))


@dataclass(frozen=True, slots=True)
class Presence:
    """Somebody signed in at a tablet, until when if nothing is done there."""

    person: Person
    since: str
    until: str


def arrive(vault: Vault, person: Person, device: str) -> str:
    """Sign a person who proved themselves in at a tablet and return the secret for its cookie.

    Raises RoleNeeded for somebody without a role on the floor.
    """
    require(person, *FLOOR)
    secret = secrets.token_urlsafe(32)
    with vault.ledger.writing(person.name, device) as writing:
        writing.execute(sa.delete(tables.presence).where(tables.presence.c.until <= writing.at))
        writing.execute(
            sa.insert(tables.presence).values(
                hash=_digest(secret), person=person.name, device=device, since=writing.at,
                until=_until(vault, writing.at),
            )
        )  # fmt: skip
        writing.record("tablet.arrived", f"person/{person.name}")
    return secret


def present(vault: Vault, secret: str) -> Presence | None:
    """Return who is signed in by a cookie's secret; nobody once the minutes are over."""
    if not secret:
        return None
    with vault.ledger.reading() as connection:
        row = connection.execute(_PRESENCE, {"hash": _digest(secret)}).one_or_none()
    if row is None or row.until <= clock.now():
        return None
    person = people.get(vault.ledger, row.person)
    return None if person.disabled else Presence(person, row.since, row.until)


def elsewhere(vault: Vault, names: Collection[str], operation: int) -> list[Elsewhere]:
    """Return what these people are at work on now beside one operation."""
    with vault.ledger.reading() as connection:
        return work_records.elsewhere(connection, names, operation)


def stay(vault: Vault, secret: str, here: Presence) -> None:
    """Begin the minutes anew after an act."""
    now = clock.now()
    until = _until(vault, now)
    if clock.moment(until) - clock.moment(here.until) < SPARED:
        return
    with vault.ledger.writing(here.person.name) as writing:
        held = tables.presence.c.hash == _digest(secret)
        writing.execute(sa.update(tables.presence).where(held).values(until=until))


def leave(vault: Vault, secret: str) -> None:
    """Sign out at a tablet; nothing happens where nobody was."""
    with vault.ledger.writing("") as writing:
        gone = sa.delete(tables.presence).where(tables.presence.c.hash == _digest(secret))
        name = writing.execute(gone.returning(tables.presence.c.person)).scalar()
        if name:
            writing.actor = name
            writing.record("tablet.left", f"person/{name}")


def _until(vault: Vault, now: str) -> str:
    return clock.text(clock.moment(now) + timedelta(minutes=vault.settings.floor_minutes))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
