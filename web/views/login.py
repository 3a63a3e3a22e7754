# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing in and out."""

from __future__ import annotations

from typing import Final

from flask import Response, render_template, request, url_for

from vault.errors import Refusal
from vault.ledger import people, sessions
from vault.ledger.people import Person
from web import forms
from web.forms import Answer
from web.guard import sign_in
from web.limits import Bucket
from web.visitor import COOKIE, cookie_name, encrypted, vault, visitor

TRIES: Final = Bucket(size=30, seconds=2.0)
"""Thirty sign-ins of one device at once, then one every two seconds."""


def form() -> Answer:
    """Show the sign-in form, or sign in and go where the person wanted to."""
    if request.method != "POST":
        if visitor().person is not None:
            return forms.sent_to(_first(visitor().person, _local(forms.asked("next"))))
        return render_template(
            "login.html", next=_local(forms.asked("next")), name="", refusal=None
        )
    wanted, name = _local(forms.text("next")), forms.text("name").lower()
    try:
        TRIES.take(request.remote_addr or "")
        person = people.check_password(vault().ledger, name, forms.secret("password"))
    except Refusal as refusal:
        return forms.shown_again(refusal, "login.html", next=wanted, name=name)
    if visitor().secret:
        sessions.close(vault().ledger, visitor().secret)
    answer = forms.sent_to(_first(person, wanted))
    answer.set_cookie(
        cookie_name(COOKIE), sign_in(person), httponly=True, samesite="Lax", secure=encrypted()
    )
    return answer


def out() -> Response:
    """Sign out: the session ends on the server, not only in the cookie."""
    if visitor().secret:
        sessions.close(vault().ledger, visitor().secret)
    answer = forms.sent_to("/login")
    answer.delete_cookie(cookie_name(COOKIE), httponly=True, samesite="Lax", secure=encrypted())
    return answer


def _first(person: Person | None, wanted: str) -> str:
    """Return where a person goes: a customer's own first page instead of the shop's."""
    own = person is not None and person.roles == {"customer"} and wanted == "/"
    return url_for("customer.listing") if own else wanted


def _local(wanted: str) -> str:
    """Return an address of this server, the first page where another one was asked for."""
    plain = all(" " < sign < "\x7f" for sign in wanted)
    inside = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and "\\" not in wanted
    return wanted if plain and inside and not wanted.startswith("/login") else "/"
