# SPDX-License-Identifier: AGPL-3.0-or-later
"""One's own account: password and badge PIN, each changed with the password again."""

from __future__ import annotations

from typing import Final

from flask import Response, render_template, request, url_for

from vault.errors import Refusal
from vault.ledger import people, sessions
from web import forms
from web.errors import PasswordsDiffer
from web.forms import Answer
from web.guard import sign_in
from web.visitor import COOKIE, cookie_name, encrypted, me, vault, visitor

DONE: Final = {
    "password": "The password is changed; every other session of yours is signed out.",
    "pin": "The badge PIN is set.",
}


def page() -> Answer:
    """Show the account, or change its password or PIN."""
    if request.method != "POST":
        return render_template("account.html", refusal=None, done=DONE.get(forms.asked("done")))
    try:
        return _pin() if forms.text("what") == "pin" else _password()
    except Refusal as refusal:
        return forms.shown_again(refusal, "account.html", done=None)


def _password() -> Response:
    ledger, person = vault().ledger, me()
    people.check_password(ledger, person.name, forms.secret("password"))
    if forms.secret("new") != forms.secret("again"):
        raise PasswordsDiffer
    people.set_password(ledger, person, person.name, forms.secret("new"))
    sessions.close_all(ledger, person, person.name)
    answer = forms.gone_on(url_for("account.page", done="password"))
    if visitor().secret:
        answer.set_cookie(
            cookie_name(COOKIE), sign_in(person), httponly=True, samesite="Lax", secure=encrypted()
        )
    return answer


def _pin() -> Response:
    ledger, person = vault().ledger, me()
    people.check_password(ledger, person.name, forms.secret("pin_password"))
    people.set_pin(ledger, person, person.name, forms.secret("pin"))
    return forms.gone_on(url_for("account.page", done="pin"))
