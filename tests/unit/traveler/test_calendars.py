# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hours as people write them, and the calendar each station has of what was told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traveler import calendars, hours, stations
from traveler.errors import (
    BadHoursText,
    DaysBackwards,
    NoSuchStation,
    TooManyDays,
)
from traveler.schedule.clock import Calendar, weekdays
from vault.ledger import events
from vault.ledger.errors import RoleNeeded

EARLY = ((360, 840),)


def _number(day: str) -> int:
    return (date.fromisoformat(day) - date(1970, 1, 1)).days


def _calendar(shop: Any, code: str) -> Calendar:
    with shop.vault.ledger.reading() as connection:
        return calendars.calendars(connection)[code]


def test_hours_are_read_as_a_shop_writes_them() -> None:
    """Ranges of days, several shifts, commas or none, capitals or none."""
    two = ((360, 840), (870, 1320))
    assert hours.week("Mon-Fri 06:00-14:00 14:30-22:00; Sat 6:00-12:00") == (
        two, two, two, two, two, ((360, 720),), (),
    )  # fmt: skip
    assert hours.week("mon – fri 06:00-14:00, 14:30-22:00 ; SAT 6:00-12:00") == hours.week(
        "Mon-Fri 06:00-14:00 14:30-22:00; Sat 06:00-12:00"
    )
    assert hours.week("Fri-Mon 08:00-09:00")[5:] == (((480, 540),), ((480, 540),))
    assert hours.week("closed") == ((),) * 7


def test_a_shift_over_midnight_belongs_in_part_to_the_next_day() -> None:
    """A night from Sunday ends on Monday, and touches what begins there."""
    week = hours.week("Sun 22:00-06:00; Mon 06:00-14:00")
    assert week[6] == ((1320, 1440),)
    assert week[0] == ((0, 840),)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "nothing is said"),
        ("Mon", "“mon” has no hours"),
        ("Monday 06:00-14:00", "is no day"),
        ("Mon 6-14", "is no shift as 06:00-14:00"),
        ("Mon 25:00-26:00", "is no stretch of a day"),
        ("Mon 06:00-06:00", "is no stretch of a day"),
        ("Mon 06:00-14:00 13:00-15:00", "two shifts overlap on Mon"),
        ("Mon 20:00-06:00; Tue 05:00-06:00", "two shifts overlap on Tue"),
        ("Mon 06:00-07:00; Mon-Fri 08:00-09:00", "Mon is named twice"),
        ("x" * 401, "longer than 400"),
    ],
)
def test_what_are_no_hours_is_refused(text: str, why: str) -> None:
    """Each fault by its own words, with an example of what is right."""
    with pytest.raises(BadHoursText) as caught:
        hours.week(text)
    assert why in str(caught.value)
    assert "Mon-Fri 06:00-14:00" in str(caught.value)


def test_a_day_ends_at_midnight() -> None:
    """The hours of one day are no night."""
    assert hours.day("06:00-24:00") == ((360, 1440),)
    with pytest.raises(BadHoursText, match="one day ends at 24:00"):
        hours.day("22:00-06:00")


shift = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda one: one[0] < one[1])


@given(st.lists(st.lists(shift, max_size=3), min_size=7, max_size=7))
def test_any_week_reads_back_as_it_was_written(days: list[list[tuple[int, int]]]) -> None:
    """Writing and reading are inverses for whatever hours a shop has."""
    tidy = []
    for shifts in days:
        kept: list[tuple[int, int]] = []
        for opens, closes in sorted(shifts):
            if not kept or opens > kept[-1][1]:
                kept.append((opens, closes))
        tidy.append(tuple(kept))
    mon, tue, wed, thu, fri, sat, sun = tidy
    week = (mon, tue, wed, thu, fri, sat, sun)
    assert hours.week(hours.write_week(week)) == week


def test_a_station_has_its_own_hours_else_the_shops_else_its_minutes(shop: Any) -> None:
    """The newest word counts, the station's before the shop's."""
    stations.add(shop.vault, shop.pat, "saw-1")
    stations.add(shop.vault, shop.pat, "mill-2")
    assert _calendar(shop, "saw-1") == weekdays(480)
    calendars.tell_hours(shop.vault, shop.pat, "Mon-Fri 06:00-14:00")
    calendars.tell_hours(shop.vault, shop.pat, "Mon-Sat 06:00-22:00", "MILL-2")
    assert _calendar(shop, "saw-1").week[0] == EARLY
    assert _calendar(shop, "mill-2").week[5] == ((360, 1320),)
    calendars.tell_hours(shop.vault, shop.pat, "Tue 06:00-14:00", "mill-2")
    assert _calendar(shop, "mill-2").week == ((), EARLY, (), (), (), (), ())
    assert list(events.verify(shop.vault.ledger)) == []


def test_a_station_gets_the_hours_of_the_shop_back(shop: Any, refused: Callable[..., Any]) -> None:
    """And follows the shop from then on, as if nothing had been told for it."""
    stations.add(shop.vault, shop.pat, "saw-1")
    calendars.tell_hours(shop.vault, shop.pat, "Sat 06:00-14:00", "saw-1")
    told = calendars.tell_hours(shop.vault, shop.pat, "As  the shop", "saw-1")
    assert told.text == "as the shop"
    assert _calendar(shop, "saw-1") == weekdays(480)
    calendars.tell_hours(shop.vault, shop.pat, "Mon-Fri 06:00-14:00")
    assert _calendar(shop, "saw-1").week[0] == EARLY
    with refused(BadHoursText, "as the shop"):
        calendars.tell_hours(shop.vault, shop.pat, "as the shop")
    assert list(events.verify(shop.vault.ledger)) == []


def test_minutes_told_later_are_hours_of_the_stations_own(shop: Any) -> None:
    """What somebody asks for is not hidden behind the hours of the shop."""
    stations.add(shop.vault, shop.pat, "saw-1")
    calendars.tell_hours(shop.vault, shop.pat, "Mon-Fri 06:00-14:00")
    stations.change(shop.vault, shop.pat, "saw-1", minutes=960)
    assert _calendar(shop, "saw-1").week == weekdays(960).week
    stations.add(shop.vault, shop.pat, "mill-2", minutes=60)
    assert _calendar(shop, "mill-2").week == weekdays(60).week


def test_holidays_hold_for_all_but_a_station_that_says_otherwise(shop: Any) -> None:
    """A day of the shop, a day of one station, and a day that is ordinary again."""
    stations.add(shop.vault, shop.pat, "saw-1")
    stations.add(shop.vault, shop.pat, "oven")
    days = calendars.tell_day(
        shop.vault, shop.pat, "2026-12-24", "closed", name="Christmas", last="2026-12-26"
    )
    assert days == ["2026-12-24", "2026-12-25", "2026-12-26"]
    calendars.tell_day(shop.vault, shop.pat, "2026-12-24", "00:00-24:00", station="oven")
    eve = _number("2026-12-24")
    assert _calendar(shop, "saw-1").shifts(eve) == ()
    assert _calendar(shop, "oven").shifts(eve) == ((0, 1440),)
    assert _calendar(shop, "oven").shifts(eve + 1) == ()
    calendars.tell_day(shop.vault, shop.pat, "2026-12-24", None)
    assert _calendar(shop, "saw-1").shifts(eve) == ((420, 900),)
    with shop.vault.ledger.reading() as connection:
        told = calendars.special_days(connection, "2026-12-25")
    assert [(one.day, one.station, one.name) for one in told] == [
        ("2026-12-25", "", "Christmas"), ("2026-12-26", "", "Christmas"),
    ]  # fmt: skip


def test_stations_with_equal_hours_share_one_calendar(shop: Any) -> None:
    """The schedule counts a calendar once, however many stations have it."""
    for code in ("a", "b", "c"):
        stations.add(shop.vault, shop.pat, code)
    calendars.tell_day(shop.vault, shop.pat, "2026-12-25", "closed", station="c")
    with shop.vault.ledger.reading() as connection:
        found = calendars.calendars(connection)
    assert found["a"] is found["b"]
    assert found["c"].days
    assert not found["a"].days


def test_who_may_tell_hours_and_of_what(shop: Any, refused: Callable[..., Any]) -> None:
    """Planners, of stations that are there, for days in order."""
    with refused(RoleNeeded, "planner"):
        calendars.tell_hours(shop.vault, shop.otto, "closed")
    with refused(RoleNeeded, "planner"):
        calendars.tell_day(shop.vault, shop.otto, "2026-12-25", "closed")
    with refused(NoSuchStation, "There is no station kiln"):
        calendars.tell_hours(shop.vault, shop.pat, "closed", "kiln")
    with refused(DaysBackwards, "2026-12-25 comes before 2026-12-26; give a last day"):
        calendars.tell_day(shop.vault, shop.pat, "2026-12-26", "closed", last="2026-12-25")
    with refused(TooManyDays, "2026-12-26 to 2028-01-01 are 372 days, and at most 366"):
        calendars.tell_day(shop.vault, shop.pat, "2026-12-26", "closed", last="2028-01-01")
