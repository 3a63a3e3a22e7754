# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the ledger keeps of stations, read as frozen values; all selects of them are here.

Like every reader of the ledger its functions take a connection, so that a verb reads inside the
transaction it writes in, and judges what it is about to change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler import tables
from traveler.errors import NoSuchStation
from vault.names import fold


@dataclass(frozen=True, slots=True)
class Station:
    """A work centre: where operations wait and are done.

    ``lanes`` pieces of work go on there at a time.  A station others name as their ``group``
    stands for all of them, and a route may name it.  An ``outside`` one is a ``vendor``'s shop,
    where work comes back after ``days``.  ``minutes_per_day`` holds where no hours were told
    (``traveler.calendars``).
    """

    code: str
    name: str
    minutes_per_day: int
    retired: bool
    lanes: int = 1
    group: str = ""
    outside: bool = False
    vendor: str = ""
    days: int = 0


def station(connection: Connection, code: str) -> Station | None:
    """Return a station by its code, whatever the case."""
    row = connection.execute(_STATION, {"fold": fold(code)}).one_or_none()
    return None if row is None else _station(row)


def known(connection: Connection, code: str) -> Station:
    """Return a station by its code, whatever the case; raises NoSuchStation."""
    found = station(connection, code)
    if found is None:
        raise NoSuchStation(code=code)
    return found


def stations(connection: Connection) -> list[Station]:
    """Return every station, by code."""
    rows = connection.execute(sa.select(tables.station).order_by(tables.station.c.fold))
    return [_station(row) for row in rows]


def _station(row: Any) -> Station:
    return Station(
        row.code, row.name, row.minutes_per_day, bool(row.retired), row.lanes or 1,
        row.group_code or "", bool(row.outside), row.sent_to or "", row.days or 0,
    )  # fmt: skip


_STATION: Final = sa.select(tables.station).where(tables.station.c.fold == sa.bindparam("fold"))
