# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stations and calendars: what is there, when it is manned, which days are different."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask import Response, jsonify, render_template, url_for

from traveler import calendars, hours
from traveler import stations as verbs
from traveler.calendars import SpecialDay
from traveler.schedule.clock import DAY
from traveler.station_records import Station
from traveler.words import today
from vault.errors import Refusal
from web import forms, paging
from web.errors import NotReadable
from web.forms import Answer
from web.visitor import has_role, me, vault

DONE: Final = {
    "add": "The station is there.",
    "change": "Changed.",
    "hours": "The hours are set; every date is counted by them from now on.",
    "day": "The day is set; every date is counted by it from now on.",
    "shop": "It has the hours of the shop again; every date is counted by them from now on.",
}
FIELDS: Final = ("code", "name", "lanes", "group", "outside", "sent_to", "days", "minutes", "hours")
DAY_FIELDS: Final = ("day", "until", "shifts", "called", "ordinary")


@dataclass(frozen=True, slots=True)
class Row:
    """A station with its week: the text, and bars in minutes of seven days side by side."""

    station: Station
    week: str
    bars: tuple[tuple[int, int], ...]
    own: bool


def page() -> Answer:
    """Show the stations and the shop's calendar; add a station, tell the shop's hours and days."""
    return forms.answered(_acted, _shown)


def edit(station: str) -> Answer:
    """Show a station, change it, tell its hours and days."""
    found = verbs.get(vault(), station)
    return forms.answered(lambda: _edited(found), lambda refusal: _station(found, refusal))


def api_list() -> Response:
    """List the stations with lanes, groups and hours."""
    return jsonify({"stations": [_told(one) for one in _rows()]})


def api_calendar() -> Response:
    """Return the shop's hours and the days that are different; ``since`` a day, else today."""
    since = forms.asked("since") or today(vault().settings.time_zone)
    with vault().ledger.reading() as connection:
        week = calendars.shop_week(connection)
        days = calendars.special_days(connection, since)
    return jsonify({"hours": hours.write_week(week), "days": [one.as_json() for one in days]})


def _acted() -> Response:
    act = forms.text("act")
    if act == "add":
        _add()
    elif act in {"hours", "day"}:
        _tell(act, "")
    else:
        raise NotReadable(why="the form does not say what to do")
    return forms.gone_on(url_for("stations.page", done=act))


def _edited(found: Station) -> Response:
    act = forms.text("act")
    if act == "change":
        _change(found)
    elif act == "shop":
        calendars.tell_hours(vault(), me(), calendars.AS_THE_SHOP, found.code)
    elif act in {"hours", "day"}:
        _tell(act, found.code)
    else:
        raise NotReadable(why="the form does not say what to do")
    return forms.gone_on(url_for("stations.edit", station=found.code, done=act))


def _add() -> None:
    minutes = forms.text("minutes")
    verbs.add(
        vault(), me(), forms.needed("code", "The code"), forms.text("name"),
        forms.whole("minutes", "Minutes a day") if minutes else None, **_place(),
    )  # fmt: skip


def _change(found: Station) -> None:
    verbs.change(
        vault(), me(), found.code, forms.text("name") or found.code,
        retired=forms.text("retired") == "yes", **_place(),
    )  # fmt: skip


def _place() -> dict[str, Any]:
    return {
        "lanes": forms.whole("lanes", "The lanes", 1), "group": forms.text("group"),
        "outside": forms.text("outside") == "yes", "vendor": forms.text("sent_to"),
        "days": forms.whole("days", "The days", 0),
    }  # fmt: skip


def _tell(act: str, code: str) -> None:
    if act == "hours":
        calendars.tell_hours(vault(), me(), forms.needed("hours", "The hours"), code)
        return
    shifts: str | None = forms.text("shifts") or hours.CLOSED
    if forms.text("ordinary") == "yes":
        shifts = None
    calendars.tell_day(
        vault(), me(), forms.needed("day", "The day"), shifts, name=forms.text("called"),
        last=forms.text("until"), station=code,
    )  # fmt: skip


def _shown(refusal: Refusal | None) -> str:
    with vault().ledger.reading() as connection:
        week = calendars.shop_week(connection)
    return render_template(
        "stations.html", rows=paging.paged(_rows(), _text), week=hours.write_week(week), bars=_bars(week),
        days=_days(), hours_of=hours.write_day, plans=has_role("planner"),
        typed=forms.typed(*FIELDS, *DAY_FIELDS), refusal=str(refusal) if refusal else None,
        done=None if refusal else DONE.get(forms.asked("done")),
    )  # fmt: skip


def _station(found: Station, refusal: Refusal | None) -> str:
    rows = _rows()
    row = next(one for one in rows if one.station.code == found.code)
    return render_template(
        "station_edit.html", row=row, one=found, plans=has_role("planner"),
        members=[one.station for one in rows if one.station.group == found.code],
        days=[one for one in _days() if one.station in {"", found.code}],
        hours_of=hours.write_day,
        typed=forms.typed(*FIELDS, *DAY_FIELDS), refusal=str(refusal) if refusal else None,
        done=None if refusal else DONE.get(forms.asked("done")),
    )  # fmt: skip


def _rows() -> list[Row]:
    with vault().ledger.reading() as connection:
        known = calendars.calendars(connection)
        own = {one.station for one in calendars.told_hours(connection)}
    return [
        Row(one, hours.write_week(known[one.code].week), _bars(known[one.code].week), one.code in own)
        for one in verbs.listing(vault())
    ]  # fmt: skip


def _text(row: Row) -> str:
    one = row.station
    return f"{one.code} {one.name} {one.group} {one.vendor} {'retired' if one.retired else ''}"


def _bars(week: hours.Week) -> tuple[tuple[int, int], ...]:
    return tuple(
        (place * DAY + opens, closes - opens)
        for place, shifts in enumerate(week) for opens, closes in shifts
    )  # fmt: skip


def _days() -> list[SpecialDay]:
    with vault().ledger.reading() as connection:
        return calendars.special_days(connection, today(vault().settings.time_zone))


def _told(row: Row) -> dict[str, Any]:
    one = row.station
    return {
        "station": one.code, "name": one.name, "lanes": one.lanes, "group": one.group or None,
        "outside": one.outside, "sent_to": one.vendor or None, "days": one.days,
        "retired": one.retired, "hours": row.week,
    }  # fmt: skip
