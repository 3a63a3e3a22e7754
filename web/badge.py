# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking who it is where nobody is signed in: a tile and a badge PIN, for one act at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import render_template, request

from traveler.floor import acting
from vault import codes
from vault.errors import Refusal
from vault.ledger import people
from vault.ledger.people import Person
from web import forms, tablet
from web.errors import NobodyHere
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
        "badge.html", ask=ask, who=asked(), typed=forms.typed("operator", "note"),
        refusal=str(refusal) if refusal else None, key=forms.text("key") or codes.new_code(),
    )  # fmt: skip


def who() -> Person:
    """Return the person of a form: signed in at this tablet, or by badge PIN.

    A PIN that was typed is always the one that counts.  Raises what ``check_pin`` refuses, and
    NobodyHere where the one who pressed is signed in no more.
    """
    operator, pin = forms.needed("operator", "Who you are"), forms.secret("pin")
    here = tablet.here()
    if not pin and here is not None and here.person.name == operator:
        tablet.acted()
        return here.person
    if not pin and "pin" not in request.form:
        raise NobodyHere(name=operator)
    return by_pin()


def by_pin() -> Person:
    """Return the person whose badge PIN the form carries, whoever is signed in at the tablet."""
    operator = forms.needed("operator", "Who you are")
    tablet.TRIES.take(request.remote_addr or "")
    return people.check_pin(vault().ledger, operator, forms.secret("pin"))


@dataclass(frozen=True, slots=True)
class Asked:
    """How a form asks who it is: the person at the tablet, or tiles and a PIN.

    ``other`` is the address of the same form for somebody else.
    """

    here: Person | None
    operators: list[Person]
    other: str = ""


def asked(roles: Iterable[str] = acting.ROLES) -> Asked:
    """Return how to ask: whoever is signed in at the tablet is asked for nothing more."""
    here = tablet.here()
    if here is None or forms.asked("who") == "else" or not here.person.roles & {"admin", *roles}:
        return Asked(None, operators(roles))
    kept = {name: one for name, one in request.args.items() if name != "who"}
    return Asked(here.person, [], f"{request.path}?{urlencode({**kept, 'who': 'else'})}")


def operators(roles: Iterable[str] = acting.ROLES) -> list[Person]:
    """Return everybody who may act on the floor with a badge and one of these roles."""
    return [
        one for one in people.everybody(vault().ledger)
        if one.has_pin and not one.disabled and one.roles & {"admin", *roles}
    ]  # fmt: skip
