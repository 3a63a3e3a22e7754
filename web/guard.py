# SPDX-License-Identifier: AGPL-3.0-or-later
"""The guard before every view: who is asking, may they, and did the form come from our page.

A view that forgets to ask is still guarded, because the guard reads the table
of addresses and refuses what is not in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlsplit

from flask import Flask, Response, g, request

from vault import device as at_work
from vault.ledger import people, sessions
from vault.ledger.people import Person
from web import forms, tablet
from web.doors import ONE_FILE, UPLOAD, Address
from web.errors import ForeignForm, FormTooOld, NoSuchPage, NotYourPage, SignInFirst
from web.remote import basic
from web.visitor import COOKIE, Visitor, cookie_name, device, form_token_fits, vault, visitor

FILES_AT_ONCE: Final = 8
TOKEN_FIELD: Final = "form_token"  # noqa: S105 - the name of a field, no secret
UNSAFE: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_REMARK: Final = 1_000_000  # bytes of text beside the files


def post(app: Flask, addresses: Mapping[str, Address]) -> None:
    """Place the guard before every request of the application."""

    @app.before_request
    def guard() -> Response | None:
        at_work.be(device())
        address = addresses.get(request.endpoint or "")
        if address is None:
            if request.routing_exception is not None:
                return None  # not found or wrong method: answered as such
            raise NoSuchPage
        request.max_content_length = _limit(address)
        g.remote = address.manner == "remote"
        g.visitor = Visitor(basic.person()) if g.remote else _recognised()
        return _checked(address)


def _checked(address: Address) -> Response | None:
    door = address.door(request.method)
    if door is None:
        raise NoSuchPage
    person = visitor().person
    if address.shop_only:
        tablet.near()
    if request.method in UNSAFE:
        _came_from_here(with_token=address.manner != "remote")
    if door.opens(person.roles if person else None):
        return None
    if person is not None:
        raise NotYourPage(name=person.name, roles=", ".join(sorted(door.who)))
    if address.manner == "page" and request.method in {"GET", "HEAD"} and not _is_fragment():
        return _to_sign_in()
    raise SignInFirst


def _is_fragment() -> bool:
    return "HX-Request" in request.headers


def _to_sign_in() -> Response:
    wanted = request.full_path.rstrip("?") if request.query_string else request.path
    return forms.sent_to(f"/login?next={quote(wanted)}" if wanted != "/" else "/login")


def _recognised() -> Visitor:
    """Return who is asking: by session cookie for people, by bearer token for reading programs."""
    given = request.headers.get("Authorization", "")
    if given[:7].lower() == "bearer " and request.method not in UNSAFE:
        return Visitor(people.check_token(vault().ledger, given[7:].strip(), "read"))
    secret = request.cookies.get(cookie_name(COOKIE), "")
    session = sessions.session(vault().ledger, secret) if secret else None
    return Visitor() if session is None else Visitor(session.person, secret)


def _came_from_here(*, with_token: bool) -> None:
    """Raise ForeignForm or FormTooOld unless one of our own pages sent this.

    A stock client has no page and so no form token, but a browser that once was given a
    password for it would send that along from anywhere: it is held to the same site too.
    Browsers leave out ``Sec-Fetch-Site`` on plain http and say ``Origin: null``
    under our referrer policy; the token of the form holds in every case.
    """
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin", "null")
    if site is not None and site not in {"same-origin", "none"}:
        raise ForeignForm
    if (
        site is None
        and origin != "null"
        and urlsplit(origin).netloc.lower() != request.host.lower()
    ):
        raise ForeignForm
    if with_token and not form_token_fits(request.form.get(TOKEN_FIELD, "")):
        raise FormTooOld


def _limit(address: Address) -> int:
    if address.limit == ONE_FILE:
        return vault().settings.largest_file
    if address.limit != UPLOAD:
        return address.limit
    return vault().settings.largest_file * FILES_AT_ONCE + _REMARK


def sign_in(person: Person) -> str:
    """Open a session and return the secret for its cookie."""
    return sessions.open_session(vault().ledger, person, device())
