# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sign-ins of a browser, kept here and not in the cookie, so that ending one ends it at once.

The cookie holds a random secret, the ledger its hash.  A session ends after a while without use,
at the latest at its absolute end, and when its person is disabled.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import sqlalchemy as sa

from vault import clock
from vault.ledger import people
from vault.ledger.engine import Ledger
from vault.ledger.tables import person as persons
from vault.ledger.tables import session as sessions

IDLE = timedelta(hours=4)
ABSOLUTE = timedelta(hours=14)
TOUCH = timedelta(minutes=5)
"""How stale ``seen_at`` may be: a write for every look at a page would be one too many."""
_SESSION: Final = (
    sa.select(sessions, persons)
    .join(persons, persons.c.name == sessions.c.person)
    .where(sessions.c.hash == sa.bindparam("hash"))
)
"""Asked before every page, so it is one question."""


@dataclass(frozen=True, slots=True)
class Session:
    """An open sign-in: whose, on which device, since when, until when at the latest."""

    person: people.Person
    device: str
    opened_at: str
    expires_at: str


def open_session(ledger: Ledger, person: people.Person, device: str = "") -> str:
    """Return the secret of a new session, 256 random bits, and sweep out those that ended."""
    secret = secrets.token_urlsafe(32)
    with ledger.writing(person.name, device) as writing:
        idle = clock.text(clock.moment(writing.at) - IDLE)
        ended = (sessions.c.expires_at <= writing.at) | (sessions.c.seen_at <= idle)
        writing.execute(sa.delete(sessions).where(ended))
        opened = {
            "hash": _digest(secret),
            "person": person.name,
            "device": device,
            "opened_at": writing.at,
            "seen_at": writing.at,
            "expires_at": clock.text(clock.moment(writing.at) + ABSOLUTE),
        }
        writing.execute(sa.insert(sessions).values(opened))
        writing.record("session.opened", f"person/{person.name}")
    return secret


def session(ledger: Ledger, secret: str) -> Session | None:
    """Return the session of a cookie's secret, or None where it has ended or never was."""
    at = clock.now()
    with ledger.reading() as connection:
        row = connection.execute(_SESSION, {"hash": _digest(secret)}).one_or_none()
    if row is None or at >= row.expires_at or clock.moment(at) - clock.moment(row.seen_at) >= IDLE:
        return None
    person = people.as_person(row._asdict())
    if person.disabled:
        return None
    if clock.moment(at) - clock.moment(row.seen_at) >= TOUCH:
        with ledger.writing(person.name) as writing:
            seen = sa.update(sessions).where(sessions.c.hash == row.hash).values(seen_at=at)
            writing.execute(seen)
    return Session(person, row.device, row.opened_at, row.expires_at)


def close(ledger: Ledger, secret: str) -> None:
    """End one session; nothing happens where it ended already."""
    with ledger.writing("") as writing:
        gone = sa.delete(sessions).where(sessions.c.hash == _digest(secret))
        owner = writing.execute(gone.returning(sessions.c.person)).scalar()
        if owner:
            writing.actor = owner
            writing.record("session.closed", f"person/{owner}")


def close_all(ledger: Ledger, actor: people.Person | str, name: str) -> int:
    """End every session of a person and return how many there were; theirs, or by an admin."""
    who = actor if isinstance(actor, str) else actor.name
    with ledger.writing(who) as writing:
        people.by_self_or_administrator(writing.connection, who, name)
        gone = sa.delete(sessions).where(sessions.c.person == name).returning(sessions.c.hash)
        count = len(writing.execute(gone).all())
        if count:
            writing.record("session.all-closed", f"person/{name}", count=count)
    return count


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
