# SPDX-License-Identifier: AGPL-3.0-or-later
"""People: who they are, what they may do, and how they show that it is them.

Every change is made by somebody with the right to make it and is told by an event; what proves a
person (password, PIN, token) is kept as a hash only and never appears in an event.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from vault import acting, clock
from vault.ledger import attempts, passwords
from vault.ledger.engine import Ledger
from vault.ledger.errors import (
    BadExpiry,
    BadPersonName,
    BadScope,
    BadToken,
    FirstIsAdministrator,
    LastAdministrator,
    NoSuchPerson,
    NoSuchRole,
    NoSuchToken,
    PersonExists,
    RoleNeeded,
    TokenScope,
    TooManyAttempts,
    WrongPassword,
    WrongPin,
)
from vault.ledger.tables import person as people
from vault.ledger.tables import token as tokens

ROLES = acting.ROLES
SCOPES = {"git": ("git",), "api": ("api", "read"), "read": ("read",)}
DEFAULT_LIFE = "90d"
PIN_LIMIT = attempts.Limit(tries=5, minutes=15)
PASSWORD_LIMIT = attempts.Limit(tries=10, minutes=15)
UNLOCK_PIN = "wait, sign in with your password, or ask an administrator to unlock it"
UNLOCK_BY_WAITING = "wait, or ask an administrator to unlock it"

_NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}", re.ASCII)
_NAMED = sa.select(people).where(people.c.name == sa.bindparam("named"))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may act: the name they sign with, what they may do, whether they still may."""

    name: str
    full_name: str
    email: str
    roles: frozenset[str]
    disabled: bool
    has_password: bool
    has_pin: bool

    @property
    def shown(self) -> str:
        """Return the name people read: the full one where it is known."""
        return self.full_name or self.name


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token once its secret was handed out."""

    id: int
    scope: str
    issued_at: str
    issued_by: str
    expires_at: str
    live: bool


def require(person: Person, *roles: str) -> None:
    """Refuse unless the person has one of the roles; raises PersonDisabled or RoleNeeded.

    An administrator may do everything but be disabled.
    """
    acting.require(person, *roles)


def get(ledger: Ledger, name: str) -> Person:
    """Return a person by name; raises NoSuchPerson."""
    with ledger.reading() as connection:
        return as_person(_row(connection, name))


def everybody(ledger: Ledger) -> list[Person]:
    """Return all people, disabled ones too, by name."""
    with ledger.reading() as connection:
        rows = connection.execute(sa.select(people).order_by(people.c.name))
        return [as_person(row._asdict()) for row in rows]


def add(
    ledger: Ledger,
    actor: Person | str,
    name: str,
    roles: Iterable[str],
    full_name: str = "",
    email: str = "",
) -> Person:
    """Add a person; by an administrator, but for the very first, who has to be one.

    Raises BadPersonName, NoSuchRole, PersonExists, FirstIsAdministrator, RoleNeeded.
    """
    if not _NAME.fullmatch(name):
        raise BadPersonName(name=name)
    given = _roles(roles)
    with ledger.writing(_name(actor)) as writing:
        connection = writing.connection
        if connection.execute(sa.select(people.c.name).limit(1)).first() is None:
            if "admin" not in given:
                raise FirstIsAdministrator
        else:
            _by_administrator(connection, writing.actor)
        if connection.execute(sa.select(people.c.name).where(people.c.name == name)).first():
            raise PersonExists(name=name)
        row = writing.insert(
            people, name=name, full_name=full_name, email=email, roles=" ".join(sorted(given)),
            disabled=0, added_at=writing.at,
        )  # fmt: skip
        writing.record("person.added", f"person/{name}", roles=sorted(given), email=email)
        return as_person(row)


def set_roles(ledger: Ledger, actor: Person | str, name: str, roles: Iterable[str]) -> Person:
    """Give a person exactly these roles; by an administrator, the last of whom stays one."""
    given = _roles(roles)
    with ledger.writing(_name(actor)) as writing:
        _by_administrator(writing.connection, writing.actor)
        before = as_person(_row(writing.connection, name))
        if "admin" in before.roles and "admin" not in given:
            _not_the_last(writing.connection, name)
        row = writing.update(people, name, roles=" ".join(sorted(given)))
        writing.record(
            "person.roles", f"person/{name}", before=sorted(before.roles), now=sorted(given)
        )
        return as_person(row)


def disable(ledger: Ledger, actor: Person | str, name: str, disabled: bool = True) -> Person:
    """Take from a person, or give back, the right to act; by an administrator.

    Nobody is ever deleted, since the record names them.  Raises LastAdministrator.
    """
    with ledger.writing(_name(actor)) as writing:
        _by_administrator(writing.connection, writing.actor)
        before = as_person(_row(writing.connection, name))
        if disabled and "admin" in before.roles:
            _not_the_last(writing.connection, name)
        row = writing.update(people, name, disabled=int(disabled))
        writing.record("person.disabled" if disabled else "person.enabled", f"person/{name}")
        return as_person(row)


def set_password(ledger: Ledger, actor: Person | str, name: str, password: str) -> None:
    """Set a password: one's own, or anybody's by an administrator; raises BadPassword."""
    _set_secret(ledger, actor, name, "password", passwords.hash_password(password))


def set_pin(ledger: Ledger, actor: Person | str, name: str, pin: str) -> None:
    """Set the PIN of a badge, 4 to 8 digits: one's own, or anybody's by an administrator."""
    _set_secret(ledger, actor, name, "pin", passwords.hash_pin(pin))


def check_password(ledger: Ledger, name: str, password: str) -> Person:
    """Return the person whose password this is; raises WrongPassword or TooManyAttempts.

    A sign-in with the password also unlocks the person's PIN.
    """
    counted = attempts.count(ledger, _key("password", name), PASSWORD_LIMIT)
    if counted.locked_minutes:
        raise _locked(name, "password", PASSWORD_LIMIT, counted.locked_minutes)
    row = _find(ledger, name)
    right = passwords.matches(row["password_hash"] if row else None, password)
    if row is None or not right or row["disabled"]:
        if not counted.left:
            raise _locked(name, "password", PASSWORD_LIMIT, PASSWORD_LIMIT.minutes)
        raise WrongPassword
    attempts.forgive(ledger, _key("password", name), _key("pin", name))
    return as_person(row)


def check_pin(ledger: Ledger, name: str, pin: str) -> Person:
    """Return the person whose PIN this is; raises WrongPin, or TooManyAttempts from the fifth on.

    The same answer, in the same time, for somebody who does not exist.
    """
    counted = attempts.count(ledger, _key("pin", name), PIN_LIMIT)
    if counted.locked_minutes:
        raise _locked(name, "PIN", PIN_LIMIT, counted.locked_minutes)
    row = _find(ledger, name)
    right = passwords.matches(row["pin_hash"] if row else None, pin)
    if row is None or not right or row["disabled"]:
        if counted.left:
            raise WrongPin(left=counted.left)
        _tell_locked(ledger, row)
        raise _locked(name, "PIN", PIN_LIMIT, PIN_LIMIT.minutes)
    attempts.forgive(ledger, _key("pin", name))
    return as_person(row)


def unlock(ledger: Ledger, actor: Person | str, name: str) -> None:
    """Forget somebody's wrong tries; by an administrator."""
    with ledger.writing(_name(actor)) as writing:
        _by_administrator(writing.connection, writing.actor)
        _row(writing.connection, name)
        writing.record("person.unlocked", f"person/{name}")
    attempts.forgive(ledger, _key("password", name), _key("pin", name))


def issue_token(
    ledger: Ledger, actor: Person | str, name: str, scope: str, expires: str | None = None
) -> str:
    """Return a new token for a person, shown once and kept as a hash: 192 random bits.

    ``expires`` is a stored moment, a day (``2027-03-01``) or a number of days (``90d``, the
    default).  Raises BadScope, BadExpiry.
    """
    if scope not in SCOPES:
        raise BadScope(scope=scope, scopes=", ".join(SCOPES))
    secret = f"tb_{scope}_{secrets.token_urlsafe(24)}"
    with ledger.writing(_name(actor)) as writing:
        _row(writing.connection, name)
        by_self_or_administrator(writing.connection, writing.actor, name)
        until = expiry(expires or DEFAULT_LIFE, writing.at)
        row = writing.insert(
            tokens, hash=_digest(secret), person=name, scope=scope, issued_at=writing.at,
            issued_by=writing.actor, expires_at=until,
        )  # fmt: skip
        writing.record(
            "token.issued", f"person/{name}", token=row["id"], scope=scope, expires=until
        )
    return secret


def check_token(ledger: Ledger, secret: str, scope: str) -> Person:
    """Return the person whose live token this is; raises BadToken or TokenScope.

    A token for ``api`` reads as well; nothing else reaches beyond its own scope.
    """
    chosen = sa.select(tokens).where(tokens.c.hash == _digest(secret))
    with ledger.reading() as connection:
        found = connection.execute(chosen).one_or_none()
        owner = as_person(_row(connection, found.person)) if found else None
    if not found or not owner or owner.disabled or not _live(found, clock.now()):
        raise BadToken
    if scope not in SCOPES[found.scope]:
        raise TokenScope(scope=found.scope, needed=scope)
    return owner


def tokens_of(ledger: Ledger, name: str) -> list[Token]:
    """Return what is known of a person's tokens, newest first; the secrets are not."""
    chosen = sa.select(tokens).where(tokens.c.person == name).order_by(tokens.c.id.desc())
    with ledger.reading() as connection:
        at = clock.now()
        return [
            Token(row.id, row.scope, row.issued_at, row.issued_by, row.expires_at, _live(row, at))
            for row in connection.execute(chosen)
        ]


def revoke_token(ledger: Ledger, actor: Person | str, name: str, token: int) -> None:
    """Make a token useless at once: one's own, or anybody's by an administrator."""
    with ledger.writing(_name(actor)) as writing:
        by_self_or_administrator(writing.connection, writing.actor, name)
        chosen = sa.select(tokens).where(tokens.c.id == token, tokens.c.person == name)
        found = writing.execute(chosen).one_or_none()
        if found is None:
            raise NoSuchToken(name=name, token=token)
        if found.revoked_at is None:
            writing.update(tokens, token, revoked_at=writing.at)
            writing.record("token.revoked", f"person/{name}", token=token)


def expiry(text: str, at: str) -> str:
    """Return the stored moment that a day, a number of days or a moment means; raises BadExpiry."""
    try:
        if text.endswith("d") and text[:-1].isascii() and text[:-1].isdigit():
            until = clock.text(clock.moment(at) + timedelta(days=int(text[:-1])))
        elif "T" in text:
            until = clock.text(clock.moment(text))
        else:
            until = clock.text(clock.moment(f"{text}T23:59:59Z"))
    except (ValueError, OverflowError) as error:
        raise BadExpiry(expires=text) from error
    if until <= at:
        raise BadExpiry(expires=text)
    return until


def _live(token: Any, at: str) -> bool:
    return token.revoked_at is None and token.expires_at > at


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def by_self_or_administrator(connection: Connection, actor: str, name: str) -> None:
    """Refuse unless the actor changes what is their own, or is an administrator."""
    if actor == name:
        require(as_person(_row(connection, name)), *ROLES)
    else:
        _by_administrator(connection, actor)


def _set_secret(ledger: Ledger, actor: Person | str, name: str, what: str, kept: str) -> None:
    with ledger.writing(_name(actor)) as writing:
        _row(writing.connection, name)
        by_self_or_administrator(writing.connection, writing.actor, name)
        writing.update(people, name, **{f"{what}_hash": kept})
        writing.record(f"person.{what}-set", f"person/{name}")
    attempts.forgive(ledger, _key(what, name))


def _by_administrator(connection: Connection, actor: str) -> None:
    row = _maybe(connection, actor)
    if row is None:
        raise RoleNeeded(name=actor or "nobody", roles="admin")
    require(as_person(row))


def _not_the_last(connection: Connection, name: str) -> None:
    others = sa.select(people.c.roles).where(people.c.disabled == 0, people.c.name != name)
    if not any("admin" in roles.split() for roles in connection.execute(others).scalars()):
        raise LastAdministrator(name=name)


def _roles(roles: Iterable[str]) -> frozenset[str]:
    given = frozenset(roles)
    for role in sorted(given):
        if role not in ROLES:
            raise NoSuchRole(role=role, roles=", ".join(ROLES))
    if not given:
        raise NoSuchRole(role="", roles=", ".join(ROLES))
    return given


def _key(what: str, name: str) -> str:
    """Return the counter of a name; whatever cannot be a name shares one counter."""
    return f"{what}:{name}" if _NAME.fullmatch(name) else f"{what}:"


def _locked(name: str, what: str, limit: attempts.Limit, minutes: int) -> TooManyAttempts:
    remedy = UNLOCK_PIN if what == "PIN" else UNLOCK_BY_WAITING
    return TooManyAttempts(name=name, what=what, count=limit.tries, minutes=minutes, remedy=remedy)


def _tell_locked(ledger: Ledger, row: dict[str, Any] | None) -> None:
    if row is not None:  # nothing is kept about names that are nobody's
        with ledger.writing(row["name"]) as writing:
            subject = f"person/{row['name']}"
            writing.record("person.pin-locked", subject, minutes=PIN_LIMIT.minutes)


def _find(ledger: Ledger, name: str) -> dict[str, Any] | None:
    with ledger.reading() as connection:
        return _maybe(connection, name)


def _maybe(connection: Connection, name: str) -> dict[str, Any] | None:
    row = connection.execute(_NAMED, {"named": name}).one_or_none()
    return None if row is None else row._asdict()


def _row(connection: Connection, name: str) -> dict[str, Any]:
    row = _maybe(connection, name)
    if row is None:
        raise NoSuchPerson(name=name)
    return row


def as_person(kept: Mapping[str, Any]) -> Person:
    """Return the person of a row; what proves them stays behind."""
    return Person(
        name=kept["name"],
        full_name=kept["full_name"],
        email=kept["email"],
        roles=frozenset(kept["roles"].split()),
        disabled=bool(kept["disabled"]),
        has_password=kept["password_hash"] is not None,
        has_pin=kept["pin_hash"] is not None,
    )


def _name(actor: Person | str) -> str:
    return actor if isinstance(actor, str) else actor.name
