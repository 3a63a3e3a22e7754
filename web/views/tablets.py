# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tablet itself: what it scans, who stands at it, and at which station it hangs."""

from __future__ import annotations

from typing import Final

from flask import Response, make_response, render_template, request, url_for

from traveler import stations, tokens
from traveler.copies import register
from traveler.copies.register import CopyView
from traveler.station_records import Station
from traveler.tablet import badges, scanning
from traveler.tablet.scanning import Found
from vault.errors import NotFound, Refusal, WrongUse
from vault.ledger import people
from web import badge, forms, tablet
from web.doors import STAFF
from web.errors import BadgeFirst, NoSuchAct, NothingByThatName
from web.forms import Answer
from web.headers import POLICY, SCANNING
from web.visitor import device, has_role, vault

DONE: Final = {
    "arrive": "You are signed in at this tablet.",
    "leave": "Signed out.",
    "place": "This tablet knows where it stands.",
}


def scan() -> Answer:
    """Show the box for codes and numbers with the camera beside it, or go where one leads."""
    if request.method != "POST":
        return _box(None)
    try:
        return _led(forms.needed("id", "The code or number"))
    except (NotFound, Refusal) as refusal:
        return make_response(_box(refusal), refusal.status)


def page() -> Answer:
    """Say who is signed in at this tablet and where it stands, or change that."""
    if request.method != "POST":
        return _page(None)
    what = forms.text("what")
    back = _back() or url_for("tablets.page", done=what)
    try:
        if what == "arrive":
            return tablet.signed_in(forms.gone_on(back), badge.by_pin())
        if what == "leave":
            return tablet.signed_out(forms.gone_on(back))
        if what == "place":
            return tablet.placed(forms.gone_on(back), _place())
        raise NoSuchAct(act=what)
    except WrongUse:
        raise
    except Refusal as refusal:
        return _page(refusal), refusal.status


def card(badge_code: str) -> Answer:
    """Say whose badge was scanned and ask for the PIN, or sign the person in at this tablet."""
    person = badges.owner(vault(), badge_code)
    waived = vault().settings.badge_pin == "waived"
    if request.method != "POST":
        return _card(badge_code, person.shown, waived, None)
    try:
        tablet.TRIES.take(request.remote_addr or "")
        proved = badges.proved(vault(), badge_code, forms.secret("pin"))
    except Refusal as refusal:
        return _card(badge_code, person.shown, waived, refusal), refusal.status
    back = _back() or url_for("tablets.scan")
    return tablet.signed_in(forms.gone_on(back), proved)


def _led(given: str) -> Response | str:
    found = scanning.find(vault(), given)
    if found is None:
        raise NothingByThatName(given=given[:60])
    if found.kind == "job":
        return forms.sent_to(_job(found))
    if found.kind == "copy":
        return _copy(found)
    if found.kind == "station":
        return forms.sent_to(f"/stations/{stations.get(vault(), found.code).code}")
    if found.kind == "b":
        return forms.sent_to(
            url_for("tablets.card", badge_code=found.code.lower(), back=_back() or None)
        )
    return forms.sent_to(f"/{found.kind}/{found.code.lower()}")


def _job(found: Found) -> str:
    """Return where a typed job leads: a number is no secret, so only people go there by it."""
    here = tablet.here()
    if here is None:
        if has_role(*STAFF):
            return url_for("jobs.page", job=found.code)
        raise BadgeFirst
    code = tokens.open_by_hand(vault(), here.person, found.code, found.seq, device())
    return url_for("floor.page", token=code.lower())


def _copy(found: Found) -> Response | str:
    if has_role(*STAFF):
        return forms.sent_to(url_for("copies.page", copy=found.code))
    if tablet.here() is None:
        raise BadgeFirst
    return _box(None, register.look(vault(), found.code)).get_data(as_text=True)


def _box(refusal: Refusal | None, copy: CopyView | None = None) -> Response:
    answer = make_response(
        render_template(
            "scan.html", refusal=str(refusal) if refusal else None, typed=forms.typed("id"),
            here=tablet.here(), station=tablet.station(), copy=copy,
            who_first=isinstance(refusal, BadgeFirst), again=_again(),
        )
    )  # fmt: skip
    # Only here: the camera, and the reader of codes, which is compiled in the browser.
    answer.headers["Content-Security-Policy"] = POLICY.replace(
        "script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'"
    )
    answer.headers["Permissions-Policy"] = SCANNING
    return answer


def _page(refusal: Refusal | None) -> str:
    return render_template(
        "tablet.html", refusal=str(refusal) if refusal else None, here=tablet.here(),
        who=badge.Asked(None, badge.operators()), typed=forms.typed("operator"),
        station=tablet.station(), stations=_stations(), back=_back(),
        minutes=vault().settings.floor_minutes,
        other=forms.asked("who") == "else" or refusal is not None,
        done=None if refusal else DONE.get(forms.asked("done")),
    )  # fmt: skip


def _card(code: str, shown: str, waived: bool, refusal: Refusal | None) -> str:
    return render_template(
        "badge_card.html", shown=shown, waived=waived, refusal=str(refusal) if refusal else None,
        action=url_for("tablets.card", badge_code=code), back=_back(),
    )  # fmt: skip


def _stations() -> list[Station]:
    return [one for one in stations.listing(vault()) if not one.retired]


def _place() -> str:
    code = forms.text("station")
    here = tablet.here()
    if here is None:
        raise BadgeFirst
    people.require(here.person, *badges.FLOOR)
    return stations.get(vault(), code).code if code else ""


def _again() -> str:
    """Return the scan box with what was typed into it, to come back to once it is known who."""
    return url_for("tablets.scan", id=forms.typed("id")["id"][:60] or None)


def _back() -> str:
    """Return the floor page to go back to: a traveler's or the scan box, never another host."""
    wanted = forms.text("back") or forms.asked("back")
    plain = wanted.startswith(("/t/", "/scan", "/stations/")) and "\\" not in wanted
    return wanted if plain and "//" not in wanted else ""
