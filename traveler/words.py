# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people may write into the floor's records: one line, a few lines, a day, a quantity."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from traveler.errors import BadDueDate, BadQuantity, BadWords, NoReason
from vault import clock

MOST_PIECES = 1_000_000


def line(what: str, text: str, longest: int) -> str:
    """Return one line without needless spaces; raises BadWords naming what it was meant to be."""
    tidy = " ".join(unicodedata.normalize("NFC", text).split())
    return _sound(what, tidy, longest)


def reason_for(what: str, why: str) -> str:
    """Return the reason for something that may not be done without one; raises NoReason, BadWords."""
    told = line("reason", why, 500)
    if not told:
        raise NoReason(what=what)
    return told


def lines(what: str, text: str, longest: int) -> str:
    """Return a few lines with their ends trimmed; raises BadWords, also where nothing is left."""
    tidy = "\n".join(part.rstrip() for part in unicodedata.normalize("NFC", text).splitlines())
    if not tidy.strip():
        raise BadWords(what=what, why="it is empty")
    return _sound(what, tidy.strip(), longest)


def day(text: str) -> str:
    """Return a day as it is stored, ``2027-03-01``; raises BadDueDate, also for the year 1 or 9999.

    With those other programs say that there is none.
    """
    try:
        told = date.fromisoformat(text)
    except ValueError as error:
        raise BadDueDate(due=text) from error
    if not 1950 <= told.year <= 2150:
        raise BadDueDate(due=text)
    return told.isoformat()


def today(time_zone: str) -> str:
    """Return the present day in the shop's time zone, in UTC where this machine does not know it."""
    try:
        zone: tzinfo = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = UTC
    return clock.instant().astimezone(zone).date().isoformat()


def pieces(count: Any, least: int = 0) -> int:
    """Return a count of pieces; raises BadQuantity below ``least`` or above a million."""
    if isinstance(count, bool) or not isinstance(count, int) or not least <= count <= MOST_PIECES:
        raise BadQuantity(qty=count, least=least)
    return count


def _sound(what: str, text: str, longest: int) -> str:
    if len(text) > longest:
        raise BadWords(what=what, why=f"it is longer than {longest} characters")
    if any(unicodedata.category(sign) in {"Cc", "Cf", "Cs"} and sign != "\n" for sign in text):
        raise BadWords(what=what, why="it holds a sign that cannot be seen")
    return text
