# SPDX-License-Identifier: AGPL-3.0-or-later
"""The upload form: a new item, and files of an item checked in as one commit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template, request, url_for

from release import desk, settling
from vault.catalogue_rows import ItemRow
from vault.errors import Refusal
from vault.item import KINDS
from vault.ledger import people
from vault.ledger.people import Person
from web import forms
from web.errors import MissingField
from web.forms import Answer
from web.views.items import found
from web.visitor import me, vault


def new_item() -> Answer:
    """Show the form for a new item, or make it, with its first files where some were given."""
    if request.method != "POST":
        return render_template("checkin.html", refusal=None, **_facts(None))
    number, made = forms.text("number"), ""
    try:
        with _uploaded() as files:
            item = desk.add_item(
                vault(), me(), forms.needed("number", "The number"),
                forms.needed("title", "The title"), forms.needed("owner", "The approval owner"),
                forms.text("kind") or "part",
            )  # fmt: skip
            made = item.number
            if files:
                desk.check_in(vault(), me(), number, files, forms.text("note"))
    except Refusal as refusal:
        row = vault().catalogue.item(made) if made else None
        return forms.shown_again(refusal, "checkin.html", **_facts(row))
    return forms.gone_on(url_for("items.page", number=number, done="checkin" if files else "new"))


def files(number: str) -> Answer:
    """Show the form for files of an item, or check them in."""
    settling.settle(vault())
    row = found(number)
    if request.method != "POST":
        return render_template("checkin.html", refusal=None, **_facts(row))
    try:
        with _uploaded() as given:
            if not given:
                raise MissingField(what="A file")
            note = forms.needed("note", "The note")
            desk.check_in(vault(), me(), row.number, given, note)
    except Refusal as refusal:
        return forms.shown_again(refusal, "checkin.html", **_facts(row))
    return forms.gone_on(url_for("items.page", number=row.number, done="checkin"))


def _uploaded() -> Any:
    return forms.uploaded("files", vault().cache / "uploads")


def _facts(row: ItemRow | None) -> Mapping[str, object]:
    typed = forms.typed("number", "title", "kind", "owner", "note")
    return {
        "item": row,
        "action": url_for("checkin.files", number=row.number)
        if row
        else url_for("checkin.new_item"),
        "typed": typed | {"kind": typed["kind"] or "part"},
        "kinds": KINDS,
        "owners": _owners(),
        "largest": vault().settings.largest_file,
    }


def _owners() -> list[Person]:
    return [
        one for one in people.everybody(vault().ledger)
        if "approver" in one.roles and not one.disabled
    ]  # fmt: skip
