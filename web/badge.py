# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking who it is where nobody is signed in: a tile and a badge PIN, for one act at a time."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, request

from traveler import floor
from vault import codes
from vault.errors import Refusal
from vault.ledger import people
from vault.ledger.people import Person
from web import forms
from web.views.floor import TRIES
from web.visitor import vault


@dataclass(frozen=True, slots=True)
class Ask:
    """One act that needs a person: what the page says, where its form goes, and the way back.

    ``note`` is the label of a line of text that goes with it, empty where none is asked for.
    """

    word: str
    mark: str
    tone: str
    sentence: str
    action: str
    back: str
    act: str = ""
    note: str = ""
    warning: str = ""
    stays: bool = False  # the answer is a file, so that the page stays and offers the way on


def asking(ask: Ask, refusal: Refusal | None = None) -> str:
    """Return the page that asks for tile and PIN."""
    return render_template(
        "badge.html", ask=ask, operators=operators(), typed=forms.typed("operator", "note"),
        refusal=str(refusal) if refusal else None, key=forms.text("key") or codes.new_code(),
    )  # fmt: skip


def who() -> Person:
    """Return the person whose badge PIN the form carries; raises what ``check_pin`` refuses."""
    TRIES.take(request.remote_addr or "")
    operator = forms.needed("operator", "Who you are")
    return people.check_pin(vault().ledger, operator, forms.secret("pin"))


def operators() -> list[Person]:
    """Return everybody who may act on the floor with a badge."""
    return [
        one for one in people.everybody(vault().ledger)
        if one.has_pin and not one.disabled and one.roles & {"admin", *floor.ROLES}
    ]  # fmt: skip
