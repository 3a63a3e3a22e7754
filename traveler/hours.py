# SPDX-License-Identifier: AGPL-3.0-or-later
"""The grammar of hours, as people write them: ``Mon-Fri 06:00-14:00 14:30-22:00; Sat 06:00-12:00``.

Read and written in this one file.  A shift over midnight, ``22:00-06:00``, belongs in part to the
next day; shifts that touch are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from traveler.errors import BadHoursText
from traveler.schedule.clock import DAY, Shifts

Week = tuple[Shifts, Shifts, Shifts, Shifts, Shifts, Shifts, Shifts]
"""The shifts of Monday to Sunday."""

DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
CLOSED: Final = "closed"
LONGEST: Final = 400

_SHIFT = re.compile(r"([0-9]{1,2}):([0-9]{2})-([0-9]{1,2}):([0-9]{2})")
_RANGE = re.compile(r"([a-z]{3})(?:-([a-z]{3}))?")


def week(text: str) -> Week:
    """Return the shifts of a week; a day that is not named is not manned.  Raises BadHoursText."""
    given: list[list[tuple[int, int]]] = [[] for _ in DAYS]
    tidy = _tidy(text)
    if tidy == CLOSED:
        return _week(given)
    named: set[int] = set()
    for part in filter(None, (one.strip() for one in tidy.split(";"))):
        head, *shifts = part.split()
        days = _days(text, head)
        if again := named & set(days):
            raise BadHoursText(text=text, why=f"{DAYS[min(again)]} is named twice")
        named |= set(days)
        if not shifts:
            raise BadHoursText(text=text, why=f"“{head}” has no hours")
        for day in days:
            for opens, closes in _shifts(text, shifts):
                given[day].append((opens, min(closes, DAY)))
                if closes > DAY:
                    given[(day + 1) % 7].append((0, closes - DAY))
    if not named:
        raise BadHoursText(text=text, why="nothing is said")
    return _week(_sound(text, given))


def day(text: str) -> Shifts:
    """Return the shifts of one day, none where it is closed; raises BadHoursText.

    A shift over midnight does not fit into one day.
    """
    tidy = _tidy(text)
    if tidy == CLOSED:
        return ()
    found = list(_shifts(text, tidy.split()))
    if not found:
        raise BadHoursText(text=text, why="nothing is said")
    if any(closes > DAY for _, closes in found):
        raise BadHoursText(text=text, why="one day ends at 24:00")
    return _joined(_sound(text, [found])[0])


def write_week(given: Week) -> str:
    """Return the text of a week, days with the same hours together."""
    parts: list[str] = []
    place = 0
    while place < len(DAYS):
        last = place
        while last + 1 < len(DAYS) and given[last + 1] == given[place]:
            last += 1
        if given[place]:
            name = DAYS[place] if last == place else f"{DAYS[place]}-{DAYS[last]}"
            parts.append(f"{name} {write_day(given[place])}")
        place = last + 1
    return "; ".join(parts) or CLOSED


def write_day(shifts: Shifts) -> str:
    """Return the text of one day."""
    return " ".join(f"{_clock(opens)}-{_clock(closes)}" for opens, closes in shifts) or CLOSED


def minutes(shifts: Shifts) -> int:
    """Return how many minutes of a day are manned."""
    return sum(closes - opens for opens, closes in shifts)


def _tidy(text: str) -> str:
    if len(text) > LONGEST:
        raise BadHoursText(text=text[:40] + "…", why=f"it is longer than {LONGEST} characters")
    return re.sub(
        r"\s*-\s*", "-", " ".join(text.replace("–", "-").replace(",", " ").lower().split())
    )


def _days(text: str, head: str) -> list[int]:
    found = _RANGE.fullmatch(head)
    names = [one.lower() for one in DAYS]
    if found is None or any(one is not None and one not in names for one in found.groups()):
        raise BadHoursText(text=text, why=f"“{head}” is no day; use {', '.join(DAYS)} or Mon-Fri")
    first = names.index(found[1])
    last = names.index(found[2] or found[1])
    return [one % 7 for one in range(first, last + 1 if last >= first else last + 8)]


def _shifts(text: str, given: Iterable[str]) -> Iterator[tuple[int, int]]:
    for one in given:
        found = _SHIFT.fullmatch(one)
        if found is None:
            raise BadHoursText(text=text, why=f"“{one}” is no shift as 06:00-14:00")
        start_hour, start, end_hour, end = map(int, found.groups())
        opens, closes = start_hour * 60 + start, end_hour * 60 + end
        if start > 59 or end > 59 or opens >= DAY or closes > DAY or opens == closes:
            raise BadHoursText(text=text, why=f"“{one}” is no stretch of a day")
        yield opens, closes if closes > opens else closes + DAY


def _sound(text: str, given: list[list[tuple[int, int]]]) -> list[list[tuple[int, int]]]:
    for name, shifts in zip(DAYS, given, strict=False):
        shifts.sort()
        for (_, closes), (opens, _) in pairwise(shifts):
            if opens < closes:
                why = f"two shifts overlap{f' on {name}' if len(given) > 1 else ''}"
                raise BadHoursText(text=text, why=why)
    return given


def _week(given: Iterable[Iterable[tuple[int, int]]]) -> Week:
    mon, tue, wed, thu, fri, sat, sun = (_joined(one) for one in given)
    return mon, tue, wed, thu, fri, sat, sun


def _joined(shifts: Iterable[tuple[int, int]]) -> Shifts:
    found: list[tuple[int, int]] = []
    for opens, closes in shifts:
        if found and found[-1][1] == opens:
            found[-1] = (found[-1][0], closes)
        else:
            found.append((opens, closes))
    return tuple(found)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
