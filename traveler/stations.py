# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stations: the work centres that routes name.

A station a *released* route names comes into being with the first job that needs it, because the
route was approved and a job must not fail for want of a row; its name and hours are set later.
Equal machines are the lanes of one station, or stations of one group, which a route may name.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from sqlalchemy.engine import Connection

from traveler import calendars, route, station_records, tables
from traveler.errors import BadDays, BadGroup, BadLanes, BadMachine, BadStationTime, StationExists
from traveler.operation_records import Operation
from traveler.schedule.clock import weekdays
from traveler.station_records import Station
from traveler.words import line
from vault.home import Vault
from vault.ledger.engine import Writing
from vault.ledger.people import Person, require
from vault.names import fold

DAY: Final = 480  # minutes
MOST_LANES: Final = 1000
MOST_DAYS: Final = 1000


def add(
    vault: Vault,
    actor: Person,
    code: str,
    name: str = "",
    minutes: int | None = None,
    *,
    lanes: int = 1,
    group: str = "",
    outside: bool = False,
    vendor: str = "",
    days: int = 0,
) -> Station:
    """Add a station; ``minutes`` a day where it has hours of its own from Monday to Friday.

    Raises BadStation, StationExists, BadStationTime, BadLanes, BadGroup, BadDays or RoleNeeded.
    """
    require(actor, "planner")
    station = Station(
        route.station_code(code), name, DAY if minutes is None else minutes, False, lanes, group,
        outside, vendor, days,
    )  # fmt: skip
    with vault.ledger.writing(actor.name) as writing:
        if found := station_records.station(writing.connection, code):
            raise StationExists(code=found.code)
        checked = _checked(station)
        checked = replace(checked, group=_group(writing, checked))
        _insert(writing, checked)
        writing.record("station.added", f"station/{checked.code}", **_told(checked))
        _own_minutes(writing, checked, minutes)
    return checked


def change(  # noqa: PLR0913 - every fact of a station may change
    vault: Vault,
    actor: Person,
    code: str,
    name: str | None = None,
    minutes: int | None = None,
    retired: bool | None = None,
    *,
    lanes: int | None = None,
    group: str | None = None,
    outside: bool | None = None,
    vendor: str | None = None,
    days: int | None = None,
) -> Station:
    """Change what is given of a station; an empty group takes it out of its own.

    Raises NoSuchStation and what ``add`` does.
    """
    require(actor, "planner")
    given = {
        "name": name, "minutes_per_day": minutes, "retired": retired, "lanes": lanes,
        "group": group, "outside": outside, "vendor": vendor, "days": days,
    }  # fmt: skip
    wanted: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    with vault.ledger.writing(actor.name) as writing:
        found = station_records.known(writing.connection, code)
        now = _checked(replace(found, **wanted))
        if "group" in wanted:
            now = replace(now, group=_group(writing, now))
        if now != found:
            writing.update(tables.station, found.code, **_columns(now, found))
            writing.record("station.changed", f"station/{found.code}", **_told(now))
        _own_minutes(writing, now, minutes)
    return now


def listing(vault: Vault) -> list[Station]:
    """Return every station, by code."""
    with vault.ledger.reading() as connection:
        return station_records.stations(connection)


def get(vault: Vault, code: str) -> Station:
    """Return a station by its code, whatever the case; raises NoSuchStation."""
    with vault.ledger.reading() as connection:
        return station_records.known(connection, code)


def known(writing: Writing, code: str) -> str:
    """Return the code of the station a released route names, made now if it is new."""
    found = station_records.station(writing.connection, code)
    if found is not None:
        return found.code
    _insert(writing, Station(code, code, DAY, retired=False))
    return code


def capacity(stations: list[Station]) -> dict[str, int]:
    """Return how many pieces of work go on at a time, by station: a group's members together."""
    found = {one.code: one.lanes for one in stations}
    for group in {one.group for one in stations if one.group}:
        members = [one.lanes for one in stations if one.group == group and not one.retired]
        found[group] = sum(members) or found[group]
    return found


def machine(connection: Connection, operation: Operation, code: str) -> str:
    """Return the station on which an operation is started: of its group; raises BadMachine."""
    found = station_records.station(connection, code)
    fault = ""
    if found is None:
        fault = f"there is no station {code}"
    elif found.retired:
        fault = f"{found.code} is retired"
    elif operation.station not in {found.code, found.group}:
        fault = f"it is neither {operation.station} nor of that group"
    if fault or found is None:
        raise BadMachine(job=operation.job, seq=operation.seq, machine=code, why=fault)
    return found.code


def _checked(one: Station) -> Station:
    if isinstance(one.minutes_per_day, bool) or not 1 <= one.minutes_per_day <= 1440:
        raise BadStationTime(minutes=one.minutes_per_day)
    if not 1 <= one.lanes <= MOST_LANES:
        raise BadLanes(lanes=one.lanes)
    if not 0 <= one.days <= MOST_DAYS:
        raise BadDays(days=one.days)
    return replace(
        one, name=line("name", one.name or one.code, 80), vendor=line("vendor", one.vendor, 80)
    )


def _group(writing: Writing, one: Station) -> str:
    """Return the code of the group a station joins, which comes into being with its first member."""
    if not one.group:
        return ""
    code = known(writing, route.station_code(one.group))
    found = station_records.known(writing.connection, code)
    fault = ""
    if fold(code) == fold(one.code):
        fault = "a station is not a member of itself"
    elif found.group:
        fault = f"{code} itself belongs to {found.group}"
    elif any(other.group == one.code for other in station_records.stations(writing.connection)):
        fault = f"{one.code} is a group itself"
    elif found.outside != one.outside:
        fault = "one is done here and the other at a vendor's"
    if fault:
        raise BadGroup(code=one.code, group=code, why=fault)
    return code


def _own_minutes(writing: Writing, one: Station, minutes: int | None) -> None:
    """Give a station the week that its minutes mean, where other hours would hide them."""
    told = calendars.told_hours(writing.connection)
    if minutes is not None and any(hours.station in {"", one.code} for hours in told):
        calendars.write_hours(writing, one.code, weekdays(minutes).week)


def _told(one: Station) -> dict[str, Any]:
    told: dict[str, Any] = {"name": one.name, "minutes_per_day": one.minutes_per_day}
    more = {
        "lanes": one.lanes if one.lanes > 1 else 0, "group": one.group, "vendor": one.vendor,
        "outside": one.outside, "days": one.days, "retired": one.retired,
    }  # fmt: skip
    return told | {key: value for key, value in more.items() if value}


def _columns(one: Station, before: Station | None = None) -> dict[str, Any]:
    """Return the row of a station; what never was told stays empty, as in older rows."""
    told: dict[str, Any] = {
        "name": one.name, "minutes_per_day": one.minutes_per_day, "retired": int(one.retired)
    }  # fmt: skip
    plain = before or Station("", "", DAY, retired=False)
    late = {
        "lanes": (one.lanes, plain.lanes), "group_code": (one.group or None, plain.group or None),
        "outside": (int(one.outside), int(plain.outside)), "sent_to": (one.vendor, plain.vendor),
        "days": (one.days, plain.days),
    }  # fmt: skip
    return told | {name: now for name, (now, was) in late.items() if now != was}


def _insert(writing: Writing, station: Station) -> None:
    writing.insert(
        tables.station, code=station.code, fold=fold(station.code), added_at=writing.at,
        **_columns(station),
    )  # fmt: skip
