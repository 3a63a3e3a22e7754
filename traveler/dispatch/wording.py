# SPDX-License-Identifier: AGPL-3.0-or-later
"""Days and stretches of time as a shop says them: ``Thu``, ``3 Dec``, ``2 d``, ``40 min``."""

from __future__ import annotations

from typing import Final

from traveler.blockers.records import Blocker
from traveler.dispatch.snapshot import day_number
from traveler.schedule.clock import DAY, wall

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
_SOON: Final = 6  # days that are told apart by their name alone


def span(minutes: int) -> str:
    """Return a stretch of time in the one unit people would say."""
    if minutes < 90:
        return f"{max(minutes, 1)} min"
    return f"{round(minutes / 60)} h" if minutes < 2 * DAY else f"{round(minutes / DAY)} d"


def hours(minutes: int) -> str:
    """Return work in hours: ``0.5 h``, ``12 h``."""
    counted = minutes / 60
    return f"{counted:.1f} h" if counted < 10 else f"{counted:.0f} h"


def day(number: int, now: int) -> str:
    """Return a day as people near it say it: its name within the week, else its date."""
    away = number - now // DAY
    shown = wall(number * DAY).date()
    if away == 0:
        return "today"
    if 0 < away <= _SOON:
        return _DAYS[shown.weekday()]
    year = "" if shown.year == wall(now).year else f" {shown.year}"
    return f"{shown.day} {_MONTHS[shown.month - 1]}{year}"


def when(moment: int, now: int) -> str:
    """Return a moment: the time where it is today, else the day; midnight ends the day before."""
    number, minute = divmod(moment, DAY)
    if minute == 0:
        number, minute = number - 1, DAY
    if number == now // DAY and minute < DAY:
        return f"{wall(moment):%H:%M}"
    if number == now // DAY:
        return "tonight"
    return day(number, now)


def stamp(moment: int) -> str:
    """Return a moment as programs read it, ``2026-12-03T15:00``, in the time of the shop."""
    return wall(moment).isoformat(timespec="minutes")


def held(blocker: Blocker, now: int) -> str:
    """Return a blocker in a few words: ``material, ETA Thu``."""
    expected = blocker.expected
    if not expected:
        return f"{blocker.kind}, no ETA"
    number = day_number(expected)
    if number < now // DAY:
        return f"{blocker.kind}, ETA {day(number, now)} has passed"
    return f"{blocker.kind}, ETA {day(number, now)}"
