# SPDX-License-Identifier: AGPL-3.0-or-later
"""Working time between two moments, by the hours that were told for a place at that time.

A week counts from the moment it was told until the next one; before the first, a station has its
minutes a day from Monday to Friday.  Hours are those of the wall clock, so a shift has its length
in the night of a clock change too.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import Final

from traveler.calendars import SpecialDay
from traveler.hours import Week
from traveler.performance.reading import Told
from traveler.schedule.clock import Calendar, Clock, Shifts, moment

_EPOCH: Final = date(1970, 1, 1)


class Manned:
    """Counts the working minutes of one place; ``since`` is the first moment anybody asks about."""

    def __init__(
        self, weeks: list[tuple[int, Week]], days: Mapping[int, Shifts], since: int, shop: tzinfo
    ) -> None:
        """Take the weeks with the moment each holds from, the first one from ever."""
        self._shop = shop
        first = self._wall(since)
        starts = [max(first, self._wall(at)) if place else first
                  for place, (at, _) in enumerate(weeks)]  # fmt: skip
        self._starts = starts
        self._clocks = [Clock(Calendar(week, days), first) for _, week in weeks]

    def between(self, since: int, until: int) -> int:
        """Return the working minutes between two moments, given in seconds since 1970."""
        begin, end = self._wall(since), self._wall(until)
        total = 0
        place = max(0, bisect_right(self._starts, begin) - 1)
        while begin < end:
            following = self._starts[place + 1] if place + 1 < len(self._starts) else end
            stop = min(end, following)
            if stop > begin:
                total += self._clocks[place].worked(stop) - self._clocks[place].worked(begin)
                begin = stop
            place += 1
        return total

    def _wall(self, seconds: int) -> int:
        return moment(datetime.fromtimestamp(seconds, self._shop).replace(tzinfo=None))


class Places:
    """The working time of every station, and of the shop where no station is named."""

    def __init__(self, told: Told, since: int, shop: tzinfo) -> None:
        """Prepare; each place is counted when somebody asks for it."""
        self._told = told
        self._since = since
        self._shop = shop
        self._known: dict[str, Manned] = {}

    def between(self, station: str, since: int, until: int) -> int:
        """Return the working minutes of a station, else of the shop, between two moments."""
        if station not in self._known:
            self._known[station] = self._manned(station)
        return self._known[station].between(since, until)

    def _manned(self, station: str) -> Manned:
        told = self._told
        own: Week | None = None
        shop = told.ordinary.get(station, told.ordinary[""])
        weeks = [(0, shop)]
        for code, at, week in told.weeks:
            if code == station:
                own = week
            elif not code and week is not None:
                shop = week
            else:
                continue
            weeks.append((at, own or shop))
        return Manned(weeks, _days(told.days, station), self._since, self._shop)


def _days(told: tuple[SpecialDay, ...], station: str) -> dict[int, Shifts]:
    found = {_number(one.day): one.shifts for one in told if not one.station}
    if station:
        found |= {_number(one.day): one.shifts for one in told if one.station == station}
    return found


def _number(day: str) -> int:
    return (date.fromisoformat(day) - _EPOCH).days
