# SPDX-License-Identifier: AGPL-3.0-or-later
"""Days and counts as somebody outside the shop says them: ``tomorrow``, ``Friday 4 December``."""

from __future__ import annotations

from datetime import UTC, date, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from vault import clock

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_NEAR: Final = {-1: "yesterday", 0: "today", 1: "tomorrow"}


def day_words(stored: str, today: str, *, near: bool = True) -> str:
    """Return a stored day as people say it: near ones by name, others with weekday and date."""
    day, now = date.fromisoformat(stored[:10]), date.fromisoformat(today[:10])
    if near and (named := _NEAR.get((day - now).days)):
        return named
    year = "" if day.year == now.year else f" {day.year}"
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}{year}"


def local_day(stored: str, time_zone: str) -> str:
    """Return the day of a stored moment in the shop's time zone, as it is stored."""
    try:
        zone: tzinfo = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = UTC
    return clock.moment(stored).astimezone(zone).date().isoformat()


def pieces(count: int) -> str:
    """Return a count of pieces in words."""
    return "1 piece" if count == 1 else f"{count} pieces"
