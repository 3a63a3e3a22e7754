# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is asking: the opened vault and the person behind one request, as views see them."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Final

from flask import current_app, g, request

from vault.home import Vault
from vault.ledger import people
from vault.ledger.people import Person
from web.errors import SignInFirst

VAULT: Final = "titleblock-vault"
COOKIE: Final = "titleblock"
FORM_COOKIE: Final = "titleblock-form"


@dataclass(frozen=True, slots=True)
class Visitor:
    """The person behind a request, or nobody; ``secret`` is the session's, empty for a token."""

    person: Person | None = None
    secret: str = ""


def vault() -> Vault:
    """Return the vault this server serves."""
    found: Vault = current_app.extensions[VAULT]
    return found


def visitor() -> Visitor:
    """Return who is behind this request; the guard found out before any view ran."""
    found: Visitor = g.get("visitor", Visitor())
    return found


def me() -> Person:
    """Return the signed-in person; raises SignInFirst."""
    person = visitor().person
    if person is None:
        raise SignInFirst
    return person


def has_role(*roles: str) -> bool:
    """Say whether somebody is signed in who has one of the roles, or is administrator."""
    person = visitor().person
    return person is not None and bool(person.roles & {"admin", *roles})


def names() -> dict[str, str]:
    """Return the names people read, by the names they sign in with."""
    return {one.name: one.shown for one in people.everybody(vault().ledger)}


def device() -> str:
    """Return what is recorded of the device: its address and program, shortened."""
    program = (request.user_agent.string or "unknown")[:120]
    return f"{request.remote_addr or 'unknown'} {program}"


def encrypted() -> bool:
    """Say whether people reach this server by https, which the public address tells."""
    return vault().settings.public_url.lower().startswith("https://")


def cookie_name(base: str) -> str:
    """Return a cookie's name: bound to this very host where the connection is encrypted."""
    return f"__Host-{base}" if encrypted() else base


def form_token() -> str:
    """Return what every form of this page carries to prove that the page was ours.

    It is derived from a cookie only this browser has: the session's, or, where nobody is
    signed in, one made for forms alone.  Nothing has to be kept on the server.
    """
    return _derived(_form_secret())


def form_token_fits(given: str) -> bool:
    """Say whether a form carries the token of the browser that sent it."""
    known = visitor().secret or request.cookies.get(cookie_name(FORM_COOKIE), "")
    return bool(known) and hmac.compare_digest(_derived(known).encode(), given.encode())


def _form_secret() -> str:
    secret = visitor().secret or request.cookies.get(cookie_name(FORM_COOKIE), "")
    if not secret:
        secret = g.setdefault("new_form_secret", secrets.token_urlsafe(24))
    return secret


def _derived(secret: str) -> str:
    return hmac.new(secret.encode(), b"titleblock form", hashlib.sha256).hexdigest()
