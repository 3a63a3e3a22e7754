# SPDX-License-Identifier: AGPL-3.0-or-later
"""Working time: which minutes of which days a station is manned, and the way there and back.

Moments are whole minutes of the shop's wall clock since 1970-01-01 00:00.  A ``Clock`` counts the
manned minutes among them, so that lengths of work add up like numbers, whatever nights, breaks
and holidays lie between.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

DAY: Final = 1440
NEVER: Final = 1 << 60
"""The moment work is done at a station that is never manned."""
_THURSDAY: Final = 3  # the weekday of 1970-01-01, Monday being 0
_FARTHEST: Final = 40 * 366
"""Days a clock looks ahead before it says that there is no working time any more."""

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001  the wall clock of the shop has no zone

_FIRST: Final = (datetime(1, 1, 1) - _EPOCH) // timedelta(minutes=1)  # noqa: DTZ001 - as above
_LAST: Final = (datetime(9999, 12, 31) - _EPOCH) // timedelta(minutes=1)  # noqa: DTZ001 - as above

Shifts = tuple[tuple[int, int], ...]
"""The manned stretches of a day, in minutes after midnight: rising, not touching."""


def moment(wall: datetime) -> int:
    """Return the moment of a time on the shop's wall clock; it carries no zone."""
    return (wall - _EPOCH) // timedelta(minutes=1)


def wall(moment: int) -> datetime:
    """Return what the wall clock shows at a moment, as near to it as a calendar goes.

    Work that is due in the year 1, as an ERP says of no day, has to begin before there were any.
    """
    return _EPOCH + timedelta(minutes=max(_FIRST, min(moment, _LAST)))


@dataclass(frozen=True, slots=True)
class Calendar:
    """The manned hours of a week from Monday to Sunday, and the days that are different.

    ``days`` maps a day (whole days since 1970-01-01) to its own shifts; none is a holiday.
    """

    week: tuple[Shifts, Shifts, Shifts, Shifts, Shifts, Shifts, Shifts]
    days: Mapping[int, Shifts] = field(default_factory=dict)

    def shifts(self, day: int) -> Shifts:
        """Return the manned stretches of a day."""
        special = self.days.get(day)
        return self.week[(day + _THURSDAY) % 7] if special is None else special

    @property
    def is_ever_manned(self) -> bool:
        """Say whether there is any working time in an ordinary week."""
        return any(self.week)


def weekdays(minutes: int, opening: int = 420) -> Calendar:
    """Return the calendar of a station manned ``minutes`` a day from Monday to Friday.

    It opens at seven unless the day would not be long enough for that.
    """
    start = min(opening, DAY - minutes)
    shift: Shifts = ((start, start + minutes),) if minutes > 0 else ()
    return Calendar((shift, shift, shift, shift, shift, (), ()))


class Clock:
    """Counts the manned minutes of a calendar from the start of a day on, as far as asked.

    ``worked`` and its two inverses cost a bisection; days are counted once and kept.
    """

    __slots__ = ("_before", "_calendar", "_first", "_shifts")

    def __init__(self, calendar: Calendar, start: int) -> None:
        """Begin counting at the midnight before the moment ``start``."""
        self._calendar = calendar
        self._first = start // DAY
        self._shifts: list[Shifts] = []
        self._before = [0]  # manned minutes before each day counted so far, and after the last

    def worked(self, moment: int) -> int:
        """Return the manned minutes between the beginning of the clock and a moment after it."""
        day, minute = divmod(moment, DAY)
        place = day - self._first
        if place < 0:
            return 0
        while place >= len(self._shifts):
            self._count_a_day()
        done = self._before[place]
        for opens, closes in self._shifts[place]:
            if minute < closes:
                return done + minute - opens if minute > opens else done
            done += closes - opens
        return done

    def manned(self, moment: int) -> tuple[int, int]:
        """Return the manned minutes before a moment, and when work goes on: then, if manned then."""
        day, minute = divmod(moment, DAY)
        place = day - self._first
        while place >= len(self._shifts):
            self._count_a_day()
        done = self._before[place]
        for opens, closes in self._shifts[place]:
            if minute < opens:
                return done, moment - minute + opens
            if minute < closes:
                return done + minute - opens, moment
            done += closes - opens
        return done, self.begins(done)

    def done(self, work: int) -> int:
        """Return the moment the ``work``-th manned minute is over; NEVER where none comes."""
        if work <= 0:
            return self._first * DAY
        if not self._reaches(work):
            return NEVER
        place = bisect_left(self._before, work) - 1
        left = work - self._before[place]
        for opens, closes in self._shifts[place]:
            if left <= closes - opens:
                return (self._first + place) * DAY + opens + left
            left -= closes - opens
        raise AssertionError(work)

    def begins(self, work: int) -> int:
        """Return the moment work goes on after ``work`` manned minutes; NEVER where it does not."""
        if not self._reaches(work + 1):
            return NEVER
        place = bisect_right(self._before, work) - 1
        left = work - self._before[place]
        for opens, closes in self._shifts[place]:
            if left < closes - opens:
                return (self._first + place) * DAY + opens + left
            left -= closes - opens
        raise AssertionError(work)

    def back(self, moment: int, work: int) -> int:
        """Return the latest moment to begin ``work`` minutes that must be over at a moment.

        It is the beginning of the clock where that would lie before it, and the moment itself
        where the station is never manned.
        """
        if work <= 0:
            return moment
        start = self.begins(max(0, self.worked(moment) - work))
        return moment if start == NEVER else min(start, moment)

    def _reaches(self, work: int) -> bool:
        if self._before[-1] >= work:
            return True
        if not self._calendar.is_ever_manned and not self._calendar.days:
            return False
        while self._before[-1] < work:
            if len(self._shifts) > _FARTHEST:
                return False
            self._count_a_day()
        return True

    def _count_a_day(self) -> None:
        shifts = self._calendar.shifts(self._first + len(self._shifts))
        self._shifts.append(shifts)
        self._before.append(self._before[-1] + sum(closes - opens for opens, closes in shifts))
