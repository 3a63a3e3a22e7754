# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stations: the work centres that routes name.

A station a *released* route names comes into being with the first job that needs it, because the
route was approved and a job must not fail for want of a row; its name and hours are set later.
"""

from __future__ import annotations

from traveler import records, route, tables
from traveler.errors import BadStationTime, NoSuchStation, StationExists
from traveler.records import Station
from traveler.words import line
from vault.home import Vault
from vault.ledger.engine import Writing
from vault.ledger.people import Person, require
from vault.names import fold

DAY = 480  # minutes


def add(vault: Vault, actor: Person, code: str, name: str = "", minutes: int = DAY) -> Station:
    """Add a station manned ``minutes`` a day; raises BadStation, StationExists, RoleNeeded."""
    require(actor, "planner")
    checked = _checked(code, name, minutes)
    with vault.ledger.writing(actor.name) as writing:
        if found := records.station(writing.connection, code):
            raise StationExists(code=found.code)
        _insert(writing, checked)
        writing.record(
            "station.added", f"station/{code}", name=checked.name, minutes_per_day=minutes
        )
    return checked


def change(
    vault: Vault,
    actor: Person,
    code: str,
    name: str | None = None,
    minutes: int | None = None,
    retired: bool | None = None,
) -> Station:
    """Change what is given of a station; raises NoSuchStation, BadStationTime, RoleNeeded."""
    require(actor, "planner")
    with vault.ledger.writing(actor.name) as writing:
        found = records.station(writing.connection, code)
        if found is None:
            raise NoSuchStation(code=code)
        now = _checked(
            found.code,
            found.name if name is None else name,
            found.minutes_per_day if minutes is None else minutes,
            found.retired if retired is None else retired,
        )
        if now != found:
            told = {
                "name": now.name,
                "minutes_per_day": now.minutes_per_day,
                "retired": int(now.retired),
            }
            writing.update(tables.station, found.code, **told)
            writing.record("station.changed", f"station/{found.code}", **told)
    return now


def listing(vault: Vault) -> list[Station]:
    """Return every station, by code."""
    with vault.ledger.reading() as connection:
        return records.stations(connection)


def get(vault: Vault, code: str) -> Station:
    """Return a station by its code, whatever the case; raises NoSuchStation."""
    with vault.ledger.reading() as connection:
        found = records.station(connection, code)
    if found is None:
        raise NoSuchStation(code=code)
    return found


def known(writing: Writing, code: str) -> str:
    """Return the code of the station a released route names, made now if it is new."""
    found = records.station(writing.connection, code)
    if found is not None:
        return found.code
    _insert(writing, Station(code, code, DAY, retired=False))
    return code


def _checked(code: str, name: str, minutes: int, retired: bool = False) -> Station:
    if not 1 <= minutes <= 1440:
        raise BadStationTime(minutes=minutes)
    return Station(route.station_code(code), line("name", name or code, 80), minutes, retired)


def _insert(writing: Writing, station: Station) -> None:
    writing.insert(
        tables.station,
        code=station.code,
        fold=fold(station.code),
        name=station.name,
        minutes_per_day=station.minutes_per_day,
        retired=int(station.retired),
        added_at=writing.at,
    )
