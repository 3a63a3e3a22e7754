# SPDX-License-Identifier: AGPL-3.0-or-later
"""The calendars of the shop and its stations: weekly hours, holidays, days that are different.

Every word on hours is a record of its own and the newest counts, so that last year's calendar can
still be told.  A station has the hours told for it, else the shop's, else its minutes a day from
Monday to Friday; a day told for the station comes before one told for the whole shop.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler import hours, station_records, tables
from traveler.errors import DaysBackwards, TooManyDays
from traveler.hours import Week
from traveler.schedule.clock import Calendar, Shifts, weekdays
from traveler.words import day as day_of
from traveler.words import line
from vault import canonical
from vault.home import Vault
from vault.ledger.engine import Writing
from vault.ledger.people import Person, require

MOST_DAYS: Final = 366
"""Days that may be told at once, as a summer's shutdown."""
AS_THE_SHOP: Final = "as the shop"
ORDINARY: Final = 480
"""Manned minutes of a day where nobody said anything."""
_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that is not like its weekday: its shifts, none on a holiday, and what it is called.

    ``station`` is empty where it is told for the whole shop.
    """

    station: str
    day: str
    shifts: Shifts
    name: str
    at: str
    person: str

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            "station": self.station or None, "day": self.day, "name": self.name,
            "hours": hours.write_day(self.shifts), "told_at": self.at, "told_by": self.person,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hours:
    """The week told for a station, or for the whole shop where ``station`` is empty.

    None is the word that a station has the hours of the shop again.
    """

    station: str
    week: Week | None
    at: str
    person: str

    @property
    def text(self) -> str:
        """Return it as people write it."""
        return AS_THE_SHOP if self.week is None else hours.write_week(self.week)


def calendars(connection: Connection) -> dict[str, Calendar]:
    """Return the calendar of every station, by its code; stations with equal hours share one."""
    weeks = {one.station: one.week for one in told_hours(connection)}
    days: dict[str, dict[int, Shifts]] = {"": {}}
    for one in special_days(connection):
        days.setdefault(one.station, {})[_number(one.day)] = one.shifts
    found: dict[str, Calendar] = {}
    shared: dict[tuple[Week, str], Calendar] = {}
    for station in station_records.stations(connection):
        week = weeks.get(station.code) or weeks.get("")
        week = week or weekdays(station.minutes_per_day).week
        own = station.code if station.code in days else ""
        if (week, own) not in shared:
            shared[week, own] = Calendar(week, days[""] | days[own])
        found[station.code] = shared[week, own]
    return found


def shop_week(connection: Connection) -> Week:
    """Return the hours of a station for which none were told."""
    told = next((one.week for one in told_hours(connection) if not one.station), None)
    return told or weekdays(ORDINARY).week


def told_hours(connection: Connection) -> list[Hours]:
    """Return the newest hours of the shop and of each station that has hours of its own."""
    newest = {one.station: one for one in words_on_hours(connection)}
    return [newest[code] for code in sorted(newest) if newest[code].week is not None]


def words_on_hours(connection: Connection) -> list[Hours]:
    """Return every word on weekly hours, oldest first, so that a past week can be told."""
    rows = connection.execute(sa.select(tables.hours).order_by(tables.hours.c.id))
    return [Hours(row.station or "", _week(row.week), row.at, row.person) for row in rows]


def special_days(connection: Connection, since: str = "") -> list[SpecialDay]:
    """Return the newest word on every special day, by day; none on those that are ordinary again."""
    table = tables.special_day
    newest: dict[tuple[str, str], SpecialDay | None] = {}
    chosen = sa.select(table).where(table.c.day >= since).order_by(table.c.id)
    for row in connection.execute(chosen):
        told = None if row.shifts is None else SpecialDay(
            row.station or "", row.day, _shifts(canonical.loads(row.shifts.encode())), row.name,
            row.at, row.person,
        )  # fmt: skip
        newest[row.station or "", row.day] = told
    return sorted(filter(None, newest.values()), key=lambda one: (one.day, one.station))


def tell_hours(vault: Vault, actor: Person, text: str, station: str = "") -> Hours:
    """Set the weekly hours of a station, or of the whole shop.

    ``as the shop`` takes a station's own hours back.  Raises RoleNeeded, BadHoursText or
    NoSuchStation.
    """
    require(actor, "planner")
    back = station and " ".join(text.casefold().split()) == AS_THE_SHOP
    week = None if back else hours.week(text)
    with vault.ledger.writing(actor.name) as writing:
        code = _code(writing.connection, station)
        write_hours(writing, code, week)
    return Hours(code, week, writing.at, actor.name)


def write_hours(writing: Writing, code: str, week: Week | None) -> None:
    """Record the week of a station that is there, or of the shop, inside a verb's transaction."""
    told = None if week is None else [[list(one) for one in shifts] for shifts in week]
    text = canonical.dumps(told).decode()
    writing.insert(tables.hours, station=code or None, week=text, at=writing.at,
                   person=writing.actor)  # fmt: skip
    said = AS_THE_SHOP if week is None else hours.write_week(week)
    writing.record("hours.told", _subject(code), hours=said)


def tell_day(
    vault: Vault, actor: Person, first: str, text: str | None, *, name: str = "",
    last: str = "", station: str = "",
) -> list[str]:  # fmt: skip
    """Set the hours of a day, or of every day up to ``last``; returns the days.

    ``text`` is ``closed`` for a holiday and None where the day is to be ordinary again.  Raises
    RoleNeeded, BadDueDate, DaysBackwards, TooManyDays, BadHoursText, BadWords or NoSuchStation.
    """
    require(actor, "planner")
    shifts = None if text is None else hours.day(text)
    called = line("name", name, 80)
    days = _days(first, last)
    with vault.ledger.writing(actor.name) as writing:
        code = _code(writing.connection, station)
        told = None if shifts is None else canonical.dumps([list(one) for one in shifts]).decode()
        for one in days:
            writing.insert(tables.special_day, station=code or None, day=one, shifts=told,
                           name=called, at=writing.at, person=writing.actor)  # fmt: skip
        facts = {"hours": "as any other day" if shifts is None else hours.write_day(shifts)}
        if called:
            facts["name"] = called
        writing.record("day.told", _subject(code), days=days, **facts)
    return days


def _days(first: str, last: str) -> list[str]:
    begin = date.fromisoformat(day_of(first))
    end = date.fromisoformat(day_of(last)) if last else begin
    count = (end - begin).days + 1
    if count < 1:
        raise DaysBackwards(first=begin, last=end)
    if count > MOST_DAYS:
        raise TooManyDays(first=begin, last=end, days=count, most=MOST_DAYS)
    return [(begin + timedelta(days=n)).isoformat() for n in range(count)]


def _code(connection: Connection, station: str) -> str:
    if not station:
        return ""
    found = station_records.known(connection, station)
    return found.code


def _subject(code: str) -> str:
    return f"station/{code}" if code else "shop"


def _number(day: str) -> int:
    return (date.fromisoformat(day) - _EPOCH).days


def _week(text: str) -> Week | None:
    told = canonical.loads(text.encode())
    if told is None:
        return None
    mon, tue, wed, thu, fri, sat, sun = (_shifts(one) for one in told)
    return mon, tue, wed, thu, fri, sat, sun


def _shifts(told: Any) -> Shifts:
    return tuple((int(opens), int(closes)) for opens, closes in told)
