# SPDX-License-Identifier: AGPL-3.0-or-later
"""Screens on the wall that nobody signs in at: what they show, and the page that makes them."""

from __future__ import annotations

from typing import Final

from flask import Response, make_response, render_template, request, url_for

from traveler import stations
from traveler.display import links
from traveler.display.errors import DisplayEnded, DisplayUnknown
from traveler.display.records import Display
from vault.errors import Refusal
from web import forms, live, paging
from web.forms import Answer
from web.views import dispatch
from web.visitor import me, vault

DONE: Final = {"withdrawn": "That screen shows nothing any more."}


def screen(display_code: str) -> Response:
    """Show a screen's station, or the shop; one whose address has ended says so, to be read afar."""
    try:
        found = links.look(vault(), display_code)
    except (DisplayUnknown, DisplayEnded) as refusal:
        if live.is_part():
            raise
        return make_response(render_template("wall_ended.html", said=str(refusal)), refusal.status)
    address = url_for("displays.screen", display_code=display_code, live=1)
    if found.station:
        return dispatch.station_shown(found.station, address, alone=True)
    return dispatch.shop_shown(address, alone=True)


def page() -> Answer:
    """Show all screens; make the address of one, or withdraw it."""
    made, refusal = "", None
    if request.method == "POST":
        try:
            if forms.needed("act", "What to do") == "withdraw":
                links.withdraw(vault(), me(), forms.whole("display", "The screen"))
                return forms.gone_on(url_for("displays.page", done="withdrawn"))
            _one, made = links.make(
                vault(), me(), forms.text("station"), place=forms.text("place"),
                days=forms.whole("days", "How many days", links.DAYS),
            )  # fmt: skip
        except Refusal as fault:
            refusal = fault
    shown = render_template(
        "displays.html", displays=paging.paged(links.listing(vault()), _text), made=made, days=links.DAYS,
        stations=[one for one in stations.listing(vault()) if not one.retired],
        done=DONE.get(forms.asked("done"), ""), refusal=str(refusal) if refusal else "",
        typed=forms.typed("station", "place", "days"),
    )  # fmt: skip
    return (shown, refusal.status) if refusal else shown


def _text(one: Display) -> str:
    return f"{one.id} {one.station or 'shop'} {one.place} {one.person} {one.state}"
