# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ranges of days and the weeks, months or years in them, in the time of the shop.

A day is the shop's: what is done at 23:30 in June belongs to that evening, whatever UTC says, and
the nights on which clocks are changed are days like any other.  Weeks are those of ISO 8601.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from traveler.performance.errors import BadGrouping, BadPeriod

GROUPINGS: Final = ("week", "month", "year")
MOST: Final = 600
"""Periods of one table; more would be read by nobody."""
_EARLIEST: Final = date(1990, 1, 1)
_MONTHS: Final = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)


@dataclass(frozen=True, slots=True)
class Period:
    """A week, month or year, as far as it lies in the range."""

    key: str
    label: str
    first: date
    last: date
    whole: bool


@dataclass(frozen=True, slots=True)
class Range:
    """Days from ``first`` to ``last``, both counted, grouped by week, month or year."""

    first: date
    last: date
    by: str

    @property
    def periods(self) -> tuple[Period, ...]:
        """Return its periods in order; those at the ends may be cut."""
        found = []
        begin = start(self.first, self.by)
        while begin <= self.last:
            following = _next(begin, self.by)
            end = following - timedelta(days=1)
            first, last = max(begin, self.first), min(end, self.last)
            whole = (first, last) == (begin, end)
            found.append(Period(key(begin, self.by), _label(begin, self.by), first, last, whole))
            begin = following
        return tuple(found)


def read(first: str, last: str, by: str, today: date) -> Range:
    """Return a range as people gave it; without days the last twelve months, this one among them.

    Raises BadPeriod or BadGrouping.
    """
    grouping = by or "month"
    if grouping not in GROUPINGS:
        raise BadGrouping(by=by, known=", ".join(GROUPINGS))
    end = _day(last) if last else today
    begin = _day(first) if first else _months_before(end, 11)
    if begin > end:
        raise BadPeriod(given=f"{begin} to {end}", why="it ends before it begins")
    for one in (begin, end):
        if not _EARLIEST <= one <= today + timedelta(days=3660):
            raise BadPeriod(given=one, why="no shop has records of that time")
    found = Range(begin, end, grouping)
    days = {"week": 7, "month": 28, "year": 365}[grouping]
    if (end - begin).days // days > MOST:
        raise BadPeriod(given=f"{begin} to {end}", why=f"it has more than {MOST} {grouping}s")
    return found


def key(day: date, by: str) -> str:
    """Return the name of the period a day belongs to: ``2026-W09``, ``2026-03`` or ``2026``."""
    if by == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02}"
    return day.isoformat()[: 7 if by == "month" else 4]


@lru_cache(maxsize=8)
def zone(name: str) -> tzinfo:
    """Return the shop's time zone, UTC where this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def days_in(shop: tzinfo) -> Callable[[int], str]:
    """Return what tells the day of the shop on which a moment, in seconds since 1970, lies."""

    def day(seconds: int) -> str:
        return datetime.fromtimestamp(seconds, shop).date().isoformat()

    return day


def midnight(day: date, shop: tzinfo) -> int:
    """Return the moment a day of the shop begins, in seconds since 1970."""
    return int(datetime(day.year, day.month, day.day, tzinfo=shop).timestamp())


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise BadPeriod(given=text, why="it is no day") from fault


def start(day: date, by: str) -> date:
    """Return the first day of the week, month or year a day belongs to."""
    if by == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if by == "month" else day.replace(month=1, day=1)


def _next(start: date, by: str) -> date:
    if by == "week":
        return start + timedelta(days=7)
    if by == "year":
        return start.replace(year=start.year + 1)
    return (start + timedelta(days=32)).replace(day=1)


def _months_before(day: date, count: int) -> date:
    months = day.year * 12 + day.month - 1 - count
    return date(months // 12, months % 12 + 1, 1)


def _label(start: date, by: str) -> str:
    if by == "week":
        year, week, _ = start.isocalendar()
        return f"W{week:02} {year}"
    return f"{_MONTHS[start.month - 1]} {start.year}" if by == "month" else str(start.year)
