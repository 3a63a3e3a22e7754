# SPDX-License-Identifier: AGPL-3.0-or-later
"""Gauges: the list with what is due, and each with its calibrations and who used it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from flask import Response, render_template, url_for

from traveler.quality import gauges
from traveler.quality.gauge_records import Gauge
from traveler.words import today
from vault.errors import Refusal
from web import forms, paging
from web.errors import NotReadable
from web.forms import Answer
from web.visitor import has_role, me, vault

SOON: Final = 30
"""How many days before its calibration is due a gauge is shown as due soon."""
TABS: Final = (("", "In use"), ("due", "Due"), ("retired", "Retired"))
DONE: Final = {"add": "On the list.", "calibrate": "The calibration is on record.",
               "retire": "Out of use: nothing is measured with it.", "return": "In use again."}  # fmt: skip
_BAD: Final = frozenset({"overdue", "uncalibrated", "soon"})


def listing() -> Answer:
    """Show the gauges, what is due first, or put one on the list."""
    return forms.answered(_added, _listed)


def page(gauge: str) -> Answer:
    """Show a gauge with its history, or record a calibration, or take it out of use."""
    return forms.answered(lambda: _acted(gauge), lambda refusal: _shown(gauge, refusal))


# --- inside -----------------------------------------------------------------


def _added() -> Response:
    made = gauges.add(vault(), me(), forms.needed("code", "The code"),
                      forms.needed("kind", "The kind"), forms.text("name"))  # fmt: skip
    return forms.gone_on(url_for("gauges.page", gauge=made.code, done="add"))


def _acted(gauge: str) -> Response:
    gauges.show(vault(), gauge)
    act = forms.text("act")
    if act == "calibrate":
        gauges.calibrated(
            vault(), me(), gauge, forms.needed("due", "The day it is due again"),
            on=forms.text("on"), fit=forms.text("fit") != "no",
            certificate=forms.text("certificate"), note=forms.text("note"),
        )  # fmt: skip
    elif act in {"retire", "return"}:
        gauges.retire(vault(), me(), gauge, retired=act == "retire")
    else:
        raise NotReadable(why="the form does not say what to do")
    return forms.gone_on(url_for("gauges.page", gauge=gauge, done=act))


def _state(one: Gauge, state: str) -> str:
    """Return its state, ``soon`` where it is ready but will not be for long."""
    limit = date.fromisoformat(today(vault().settings.time_zone)) + timedelta(days=SOON)
    return "soon" if state == "ready" and one.due <= limit.isoformat() else state


def _text(row: tuple[Gauge, str]) -> str:
    return f"{row[0].code} {row[0].kind} {row[0].name}"


def _listed(refusal: Refusal | None) -> str:
    chosen = forms.asked("show")
    found = [(one, _state(one, state)) for one, state in gauges.listing(vault())]
    rows = [
        (one, state) for one, state in found
        if (state == "retired") == (chosen == "retired") and (chosen != "due" or state in _BAD)
    ]  # fmt: skip
    rows.sort(key=lambda row: (row[1] not in _BAD, row[0].due, row[0].code))
    return render_template(
        "gauges.html", rows=paging.paged(rows, _text), tabs=TABS, chosen=chosen,
        typed=forms.typed("code", "kind", "name"), keeps=has_role(*gauges.KEEPERS),
        refusal=str(refusal) if refusal else None,
    )  # fmt: skip


def _shown(code: str, refusal: Refusal | None) -> str:
    view = gauges.show(vault(), code)
    return render_template(
        "gauge.html", view=view, gauge=view.gauge, state=_state(view.gauge, view.state),
        keeps=has_role(*gauges.KEEPERS), typed=forms.typed("due", "on", "certificate", "note"),
        newest=gauges.NEWEST, refusal=str(refusal) if refusal else None,
        done=None if refusal else DONE.get(forms.asked("done")),
    )  # fmt: skip
