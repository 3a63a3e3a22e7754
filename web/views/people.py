# SPDX-License-Identifier: AGPL-3.0-or-later
"""People: who may act, added and changed by administrators."""

from __future__ import annotations

from typing import Final

from flask import render_template, request, url_for

from traveler.customer import logins
from vault.errors import Refusal, WrongUse
from vault.ledger import people, sessions
from web import forms, paging
from web.errors import NotReadable
from web.forms import Answer
from web.visitor import me, vault

DONE: Final = {
    "add": "{name} is added.",
    "password": "{name} has a new password; their sessions are signed out.",
    "pin": "{name} has a new badge PIN.",
    "disable": "{name} is disabled and signed out.",
}


def listing() -> Answer:
    """Show everybody, or add or change somebody."""
    if request.method != "POST":
        said = DONE.get(forms.asked("done"), "").format(name=forms.asked("who"))
        return render_template(
            "people.html", refusal=None, done=said, **_facts(forms.asked("name"))
        )
    name, what = forms.text("name").lower(), forms.text("what")
    try:
        _act(what, name)
    except WrongUse:
        raise
    except Refusal as refusal:
        facts = _facts("" if what == "add" else name)
        return forms.shown_again(refusal, "people.html", done="", **facts)
    return forms.gone_on(url_for("people.listing", done=what, who=name))


def _act(what: str, name: str) -> None:
    ledger, actor = vault().ledger, me()
    if what == "add":
        people.add(ledger, actor, name, request.form.getlist("role"),
                   forms.text("full_name"), forms.text("email"))  # fmt: skip
        if forms.secret("password"):
            people.set_password(ledger, actor, name, forms.secret("password"))
    elif what == "password":
        people.set_password(ledger, actor, name, forms.secret("password"))
        sessions.close_all(ledger, actor, name)
    elif what == "pin":
        people.set_pin(ledger, actor, name, forms.secret("pin"))
    elif what == "disable":
        people.disable(ledger, actor, name)
        sessions.close_all(ledger, actor, name)
    else:
        raise NotReadable(why="the form does not say what to do")


def _facts(name: str) -> dict[str, object]:
    ledger = vault().ledger
    typed: dict[str, object] = {
        **forms.typed("name", "full_name", "email"),
        "roles": request.form.getlist("role"),
    }
    if name and request.method != "POST":
        typed["name"] = ""
    return {
        "everybody": paging.paged(
            people.everybody(ledger),
            lambda one: f"{one.name} {one.full_name} {one.email} {' '.join(one.roles)}",
        ),
        "chosen": people.get(ledger, name) if name else None,
        "roles": people.ROLES,
        "typed": typed,
        "ties": logins.ties_of(vault(), name) if name else [],
    }
