# SPDX-License-Identifier: AGPL-3.0-or-later
"""Days, weeks, months and years of the shop, and its working time, across changes of the clocks."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

TODAY = date(2026, 11, 24)
DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))


def test_without_days_it_is_the_last_twelve_months() -> None:
    """This month among them, as far as it is."""
    from traveler.performance import periods

    found = periods.read("", "", "", TODAY)
    assert (found.first, found.last, found.by) == (date(2025, 12, 1), TODAY, "month")
    assert [one.label for one in found.periods][::11] == ["Dec 2025", "Nov 2026"]
    assert [one.whole for one in found.periods] == [True] * 11 + [False]


@given(DAYS, st.integers(0, 3000), st.sampled_from(["week", "month", "year"]))
def test_every_day_of_a_range_is_in_exactly_one_period(start: date, days: int, by: str) -> None:
    """The periods touch, begin with the range and end with it, and know the days they hold."""
    from traveler.performance.periods import Range, key

    end = start + timedelta(days=days)
    found = Range(start, end, by).periods
    assert (found[0].first, found[-1].last) == (start, end)
    for one, following in itertools.pairwise(found):
        assert following.first == one.last + timedelta(days=1)
    for one in found:
        assert {key(one.first, by), key(one.last, by)} == {one.key}
    assert len({one.key for one in found}) == len(found)


def test_weeks_are_those_of_iso() -> None:
    """The first of January may belong to the last week of the year before."""
    from traveler.performance.periods import Range, key

    assert key(date(2027, 1, 1), "week") == "2026-W53"
    assert [one.label for one in Range(date(2026, 12, 30), date(2027, 1, 5), "week").periods] == [
        "W53 2026",
        "W01 2027",
    ]


REFUSED = [
    ("2026-13-01", "", "", "“2026-13-01” is no range of days: it is no day"),
    ("2026-03-02", "2026-03-01", "", "it ends before it begins"),
    ("1066-01-01", "2026-03-01", "", "no shop has records of that time"),
    ("", "9999-12-31", "", "no shop has records of that time"),
    ("1990-01-01", "", "week", "it has more than 600 weeks"),
]


@pytest.mark.parametrize(("first", "last", "by", "said"), REFUSED)
def test_bad_ranges_are_told(first: str, last: str, by: str, said: str, refused: Any) -> None:
    """What, and what to write instead."""
    from traveler.performance import periods
    from traveler.performance.errors import BadPeriod

    with refused(BadPeriod, said):
        periods.read(first, last, by, TODAY)


def test_an_unknown_grouping_is_told(refused: Any) -> None:
    """With those that are known."""
    from traveler.performance import periods
    from traveler.performance.errors import BadGrouping

    with refused(BadGrouping, "grouped by “fortnight”; group them by week, month, year"):
        periods.read("", "", "fortnight", TODAY)


def test_a_day_is_the_shops_whatever_utc_says() -> None:
    """22:30 UTC on a June evening is the next day in Berlin, and the same day in winter."""
    from traveler.performance.periods import days_in, midnight, zone

    day = days_in(zone("Europe/Berlin"))
    summer = int(datetime(2026, 6, 30, 22, 30, tzinfo=UTC).timestamp())
    winter = int(datetime(2026, 1, 31, 22, 30, tzinfo=UTC).timestamp())
    assert (day(summer), day(winter)) == ("2026-07-01", "2026-01-31")
    spring = [midnight(date(2026, 3, one), zone("Europe/Berlin")) for one in (29, 30)]
    assert (spring[1] - spring[0]) // 3600 == 23


# --- working time ------------------------------------------------------------------------------


def places(words: Any = (), days: Any = (), shop: str = "Europe/Berlin") -> Any:
    """Return working time by weeks told as ``(station, moment, text)``."""
    from traveler import hours
    from traveler.calendars import SpecialDay
    from traveler.performance.manned import Places
    from traveler.performance.periods import zone
    from traveler.performance.reading import Told
    from traveler.schedule.clock import weekdays

    told = Told(
        tuple((code, moment(at), hours.week(text) if text else None) for code, at, text in words),
        tuple(SpecialDay(code, day, hours.day(text), "", "", "") for code, day, text in days),
        {"": weekdays(480).week, "SAW": weekdays(300).week},
    )
    return Places(told, moment("2026-03-01 00:00"), zone(shop))


def moment(text: str) -> int:
    """Return a time of Berlin as seconds since 1970."""
    from traveler.performance.periods import zone

    told = datetime.fromisoformat(text).replace(tzinfo=zone("Europe/Berlin"))
    return int(told.timestamp())


def test_working_time_is_what_the_calendar_manned() -> None:
    """Friday 12:00 to Monday 10:00 with shifts 7 to 15: three hours and three hours."""
    found = places().between("", moment("2026-03-06 12:00"), moment("2026-03-09 10:00"))
    assert found == 6 * 60


def test_a_station_has_its_own_hours_and_holidays() -> None:
    """The saw is manned five hours a day, and closed on Tuesday; the shop is not."""
    told = places(days=[("SAW", "2026-03-10", "closed")])
    monday, wednesday = moment("2026-03-09 00:00"), moment("2026-03-11 00:00")
    assert told.between("SAW", monday, wednesday) == 300
    assert told.between("", monday, wednesday) == 960
    assert told.between("unheard of", monday, wednesday) == 960


def test_hours_told_later_do_not_change_what_was_before() -> None:
    """Two shifts from Wednesday on; a station told nothing follows the shop."""
    told = places([("", "2026-03-11 00:00", "Mon-Fri 06:00-22:00")])
    assert told.between("", moment("2026-03-09 00:00"), moment("2026-03-13 00:00")) == (
        2 * 480 + 2 * 960
    )
    assert told.between("SAW", moment("2026-03-11 00:00"), moment("2026-03-12 00:00")) == 960


def test_hours_of_its_own_that_were_taken_back_count_for_their_time_alone() -> None:
    """Ten hours on Tuesday; before and after that the saw has the hours of the shop."""
    told = places([
        ("", "2026-03-02 00:00", "Mon-Fri 06:00-14:00"),
        ("SAW", "2026-03-10 00:00", "Mon-Fri 06:00-16:00"),
        ("SAW", "2026-03-11 00:00", ""),
        ("", "2026-03-12 00:00", "Mon-Fri 06:00-07:00"),
    ])  # fmt: skip
    days = [moment(f"2026-03-{day:02} 00:00") for day in range(9, 14)]
    minutes = [told.between("SAW", *pair) for pair in pairwise(days)]
    assert minutes == [480, 600, 480, 60]


def test_clock_changes_lengthen_no_shift() -> None:
    """A night shift over the change in March is eight hours by its clock, seven by the sun."""
    told = places([("", "2026-03-01 00:00", "Sat 22:00-24:00; Sun 00:00-06:00")])
    since, until = moment("2026-03-28 20:00"), moment("2026-03-29 08:00")
    assert told.between("", since, until) == 8 * 60
    assert (until - since) // 3600 == 11


WORDS = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from(["Mon-Fri 06:00-14:00", "Sat 08:00-12:00",
              "closed", "Mon-Sun 00:00-24:00"])), max_size=4,
)  # fmt: skip


@given(WORDS, st.lists(st.integers(0, 90 * 24 * 60), min_size=3, max_size=3))
def test_working_time_adds_up_wherever_it_is_cut(words: Any, cuts: Any) -> None:
    """From a to c is from a to b and from b to c, and never more than the clock says."""
    base = moment("2026-03-01 00:00")
    told = places(
        [("", datetime.fromtimestamp(base + day * 86_400, UTC).strftime("%Y-%m-%d 10:00"), text)
         for day, text in sorted(words)],
        shop="UTC",
    )  # fmt: skip
    first, middle, last = (base + one * 60 for one in sorted(cuts))
    whole = told.between("", first, last)
    assert whole == told.between("", first, middle) + told.between("", middle, last)
    assert 0 <= whole <= (last - first) // 60
