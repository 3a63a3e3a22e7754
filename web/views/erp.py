# SPDX-License-Identifier: AGPL-3.0-or-later
"""Orders from an ERP and what goes back to it: the border in words, a preview, then the take-over."""

from __future__ import annotations

import base64
import binascii
from typing import Final

from flask import Response, render_template, request, url_for

from traveler.exchange import exporting, importing, mapping
from traveler.exchange.errors import BadOrderFile
from traveler.exchange.importing import Import
from traveler.exchange.mapping import Map
from vault.errors import Refusal
from web import forms
from web.errors import MissingField
from web.forms import Answer
from web.visitor import me, vault

LARGEST: Final = 600_000
"""Bytes of an order file that the page carries from preview to take-over; the command takes more."""
SHOWN: Final = 500


def page() -> Answer:
    """Show the border; preview a file, or take it over as it was previewed."""
    if request.method == "POST":
        return _given()
    return render_template("erp.html", refusal="", found=None, **_about())


def sent(export: str) -> Response:
    """Send what happened since a cursor, as CSV or with ``?form=json`` as JSON, row by row."""
    found = exporting.export(vault(), export, forms.event_asked("since"))
    is_json = forms.asked("form") == "json"
    answer = Response(
        found.json_parts() if is_json else found.csv_parts(),
        mimetype="application/json" if is_json else "text/csv",
    )
    ending = "json" if is_json else "csv"
    answer.headers["Content-Disposition"] = (
        f'attachment; filename="{found.what}-{found.cursor}.{ending}"'
    )
    answer.headers["Titleblock-Cursor"] = str(found.cursor)
    return answer


def _given() -> str | tuple[str, int]:
    kept, name, rules = "", "", ""
    try:
        data, name = _data()
        kept = base64.b64encode(data).decode()
        rules = _rules()
        told = _map(rules)
        verb = importing.take_over if forms.text("act") == "take" else importing.preview
        found = verb(vault(), me(), data, name, told)
    except Refusal as refusal:
        facts = _about() | {"found": None, "kept": kept, "name": name, "rules": rules}
        return forms.shown_again(refusal, "erp.html", **facts)
    return _shown(found, kept, name, rules)


def _shown(found: Import, kept: str, name: str, rules: str) -> str:
    groups = {one: found.of(one) for one in ("new", "changed", "same", "refused")}
    return render_template(
        "erp.html", refusal="", found=found, groups=groups, shown=SHOWN,
        **(_about() | {"kept": kept, "name": name, "rules": rules}),
    )  # fmt: skip


def _data() -> tuple[bytes, str]:
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        data = sent.stream.read(LARGEST + 1)
        name = sent.filename.replace("\\", "/").rpartition("/")[2][:80]
        if len(data) > LARGEST:
            why = f"it is larger than {LARGEST // 1000} kB; use `titleblock erp import`"
            raise BadOrderFile(where=name, why=why)
        return data, name
    try:
        data = base64.b64decode(request.form.get("kept", ""), validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data:
        raise MissingField(what="a file with orders")
    return data, forms.text("name")[:80] or "orders"


def _rules() -> str:
    sent = request.files.get("map")
    if sent is not None and sent.filename:
        return sent.stream.read(100_000).decode("utf-8", "replace")
    return request.form.get("rules", "")[:100_000]


def _map(rules: str) -> Map:
    if rules.strip():
        return mapping.parse(rules.encode(), "map")
    return mapping.named(Map(), forms.text("source"))


def _about() -> dict[str, object]:
    return {
        "kinds": exporting.kinds(), "fields": mapping.FIELDS, "needed": mapping.NEEDED,
        "example": mapping.EXAMPLE, "kept": "", "name": "", "rules": "",
        "here_address": url_for("erp.page"),
    }  # fmt: skip
