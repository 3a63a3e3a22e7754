# SPDX-License-Identifier: AGPL-3.0-or-later
"""Customers as the office sees them: who signs in for whom, and everything they looked at."""

from __future__ import annotations

from typing import Final

from flask import render_template, request, url_for

from traveler.customer import logins, questions
from vault.errors import Refusal
from vault.ledger import people
from web import forms, paging
from web.errors import NoSuchAct
from web.forms import Answer
from web.visitor import me, vault

DONE: Final = {
    "tie": "They see these orders from now on, and no others.",
    "untie": "They see these orders no longer, on an open page neither.",
}
SHOWN: Final = 100


def listing() -> Answer:
    """Show every customer, or one; tie a login to it, or take the tie back."""
    if request.method != "POST":
        return _shown(forms.asked("customer"), None)
    act, customer = forms.needed("act", "what to do"), forms.text("customer")
    if act not in DONE:
        raise NoSuchAct(act=act)
    try:
        verb = logins.tie if act == "tie" else logins.untie
        verb(vault(), me(), forms.text("login").lower(), customer, forms.text("why"))
    except Refusal as refusal:
        return _shown(customer, refusal)
    return forms.gone_on(url_for("customers.listing", customer=customer, done=act))


def _shown(customer: str, refusal: Refusal | None) -> str | tuple[str, int]:
    everybody = logins.listing(vault(), me())
    chosen = next((one for one in everybody if one.name == customer), None)
    shown = render_template(
        "customers.html",
        customers=paging.paged(everybody, lambda one: f"{one.name} {' '.join(one.logins)}"),
        chosen=chosen, named=customer,
        refusal=str(refusal) if refusal else "", done=DONE.get(forms.asked("done"), ""),
        history=logins.history(vault(), me(), customer)[::-1] if customer else [],
        looks=logins.looks(vault(), me(), customer=customer)[:SHOWN] if customer else [],
        people=[one for one in people.everybody(vault().ledger)
                if "customer" in one.roles and not one.disabled],
        typed=forms.typed("login", "why"), waiting=questions.count(vault()),
    )  # fmt: skip
    return (shown, refusal.status) if refusal else shown
