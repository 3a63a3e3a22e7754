# SPDX-License-Identifier: AGPL-3.0-or-later
"""The arithmetic of dates: working time, room at stations, need-by and forecast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traveler.schedule import ranking
from traveler.schedule.clock import DAY, NEVER, Calendar, Clock, moment, wall, weekdays
from traveler.schedule.errors import BadRanking
from traveler.schedule.forecast import Slot
from traveler.schedule.lane import Lane
from traveler.schedule.outlook import Outlook, outlook
from traveler.schedule.plan import Load, Resource, Task

RULES = ranking.read(ranking.DEFAULT)


def at(text: str) -> int:
    """Return a moment as the schedule counts it, from ``2026-11-23 07:00``."""
    return moment(datetime.fromisoformat(text))


def day(text: str) -> int:
    """Return a day as calendars count it."""
    return at(f"{text} 00:00") // DAY


MONDAY = at("2026-11-23 07:00")


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Calendars of two shifts at most, with closed days and special days in the first weeks."""
    edges = st.lists(st.integers(0, DAY), min_size=4, max_size=4, unique=True).map(sorted)
    shifts = edges.map(lambda e: ((e[0], e[1]), (e[2], e[3])))
    week = draw(st.lists(st.one_of(st.just(()), shifts), min_size=7, max_size=7))
    special = draw(st.dictionaries(st.integers(day("2026-11-20"), day("2026-12-05")),
                                   st.one_of(st.just(()), shifts), max_size=4))  # fmt: skip
    return Calendar(tuple(week), special)  # type: ignore[arg-type]


def manned(calendar: Calendar, moment: int) -> bool:
    """Say by looking at one minute whether it is manned."""
    return any(opens <= moment % DAY < closes for opens, closes in calendar.shifts(moment // DAY))


# --- clocks ---------------------------------------------------------------------------------


def test_a_day_of_work_ends_when_the_shift_does() -> None:
    """Eight hours begun on Monday at seven are over at three in the afternoon, nine on Tuesday."""
    clock = Clock(weekdays(480), MONDAY)
    assert clock.done(clock.worked(MONDAY) + 480) == at("2026-11-23 15:00")
    assert clock.done(clock.worked(MONDAY) + 540) == at("2026-11-24 08:00")


def test_work_goes_on_after_the_weekend_and_the_holiday() -> None:
    """What is left on Friday evening begins on Tuesday where Monday is a holiday."""
    calendar = Calendar(weekdays(480).week, {day("2026-11-30"): ()})
    clock = Clock(calendar, at("2026-11-27 00:00"))
    friday_evening = clock.worked(at("2026-11-27 18:00"))
    assert clock.begins(friday_evening) == at("2026-12-01 07:00")
    assert clock.done(friday_evening) == at("2026-11-27 15:00")


def test_a_station_that_is_never_manned_never_gets_done() -> None:
    """There is no date, and asking for one ends."""
    nobody = Clock(weekdays(0), MONDAY)
    assert nobody.done(1) == NEVER
    assert nobody.begins(0) == NEVER
    only_holidays = Clock(Calendar(((),) * 7, {day("2026-11-24"): ((420, 480),)}), MONDAY)
    assert only_holidays.done(60) == at("2026-11-24 08:00")
    assert only_holidays.done(61) == NEVER


@given(calendars(), st.integers(0, 20 * DAY))
def test_worked_minutes_are_those_one_counts_one_by_one(calendar: Calendar, length: int) -> None:
    """The bisections agree with looking at every single minute."""
    start = at("2026-11-20 00:00")
    clock = Clock(calendar, start)
    counted = sum(manned(calendar, start + minute) for minute in range(length))
    assert clock.worked(start + length) == counted


@given(calendars(), st.integers(1, 5000))
def test_done_and_begins_are_the_edges_around_a_minute(calendar: Calendar, work: int) -> None:
    """Work is done right after its last manned minute and begins with its first one."""
    clock = Clock(calendar, MONDAY)
    done = clock.done(work)
    if done == NEVER:
        assert not calendar.is_ever_manned
        return
    assert clock.worked(done) == work
    assert manned(calendar, done - 1)
    begins = clock.begins(work - 1)
    assert clock.worked(begins) == work - 1
    assert manned(calendar, begins)
    assert begins < done


@given(st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1)))  # noqa: DTZ001
def test_a_moment_is_a_minute_of_the_wall_clock(shown: datetime) -> None:
    """Going there and back loses the seconds and nothing else."""
    assert wall(moment(shown)) == shown.replace(second=0, microsecond=0)


# --- lanes ----------------------------------------------------------------------------------

works = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 12)), max_size=25)


@given(works, st.integers(0, 60), st.integers(1, 12))
def test_the_first_fit_is_the_one_found_by_trying(
    booked: list[tuple[int, int]], after: int, work: int
) -> None:
    """No earlier minute has room, and this one has."""
    lane = Lane(Clock(weekdays(480), 0))
    taken: set[int] = set()
    for since, length in booked:
        start = lane.first_fit(since, length)
        assert not taken & set(range(start, start + length))
        lane.book(start, length)
        taken |= set(range(start, start + length))
    tried = after
    while taken & set(range(tried, tried + work)):
        tried += 1
    assert lane.first_fit(after, work) == tried
    assert lane.busy(0, 2000) == len(taken)


@given(works, st.data())
def test_what_is_given_back_is_free_again(
    booked: list[tuple[int, int]], data: st.DataObject
) -> None:
    """Freeing a booking leaves the lane as if it had never been made."""
    if not booked:
        return
    out = data.draw(st.integers(0, len(booked) - 1))
    starts = []
    full = Lane(Clock(weekdays(480), 0))
    for since, length in booked:
        starts.append(full.first_fit(since, length))
        full.book(starts[-1], length)
    full.free(starts[out], booked[out][1])
    never = Lane(Clock(weekdays(480), 0))
    for place, (_since, length) in enumerate(booked):
        if place != out:
            never.book(starts[place], length)
    for after in range(80):
        for work in (1, 3, 9):
            assert full.first_fit(after, work) == never.first_fit(after, work)


# --- need-by and forecast -------------------------------------------------------------------

SHOP = (
    Resource("SAW", weekdays(480)),
    Resource("MILL", weekdays(600), lanes=2),
    Resource("PLATING", weekdays(480), outside=True),
)


def load(job: str, due: str, *tasks: Task, **more: object) -> Load:
    """Return a job due at the end of a day."""
    return Load(job, at(f"{due} 00:00") + DAY, tasks, **more)  # type: ignore[arg-type]


def counted(loads: Sequence[Load], now: int = MONDAY) -> Outlook:
    """Return the outlook of the test shop."""
    return outlook(loads, SHOP, now, RULES)


def test_need_by_counts_back_from_the_due_date() -> None:
    """Two operations of five hours, due on Wednesday: the first is needed by Wednesday at ten."""
    one = load("J-1", "2026-11-25", Task(10, "SAW", 300, 0), Task(20, "SAW", 300, 1))
    needs = counted([one]).jobs["J-1"].needs
    assert needs[20].finish == at("2026-11-26 00:00")
    assert needs[20].start == at("2026-11-25 10:00") == needs[10].finish
    assert needs[10].start == at("2026-11-24 13:00")


def test_a_lot_outside_takes_its_days_on_the_wall() -> None:
    """Plating for three days counts the weekend in."""
    one = load("J-1", "2026-12-01", Task(10, "PLATING", 3 * DAY, 0))
    found = counted([one], at("2026-11-27 12:00")).jobs["J-1"]
    assert found.finish == at("2026-11-30 12:00")
    assert found.needs[10].start == at("2026-11-29 00:00")


def test_the_second_job_waits_for_the_first_and_says_how_long() -> None:
    """One saw, two jobs of four hours: the one due later begins when the other is done."""
    first = load("J-1", "2026-11-24", Task(10, "SAW", 240, 0))
    second = load("J-2", "2026-11-25", Task(10, "SAW", 240, 0))
    jobs = counted([second, first]).jobs
    assert (jobs["J-1"].rank, jobs["J-2"].rank) == (1, 2)
    assert jobs["J-1"].slots[10].queued == 0
    assert jobs["J-2"].slots[10].start == at("2026-11-23 11:00")
    assert jobs["J-2"].slots[10].queued == 240


def test_two_mills_take_two_jobs_at_once() -> None:
    """A group of equal stations works side by side."""
    jobs = counted([load(f"J-{n}", "2026-11-27", Task(10, "MILL", 600, 0)) for n in (1, 2, 3)]).jobs
    finishes = [jobs[f"J-{n}"].finish for n in (1, 2, 3)]
    assert finishes == [at("2026-11-23 17:00")] * 2 + [at("2026-11-24 17:00")]


def test_the_operation_that_ate_the_time_is_named() -> None:
    """The first operation that is not done when it is needed is the crossing one."""
    one = load("J-1", "2026-11-24",
               Task(10, "SAW", 60, 0), Task(20, "MILL", 60, 1, not_before=at("2026-11-25 09:00")),
               Task(30, "SAW", 60, 2))  # fmt: skip
    found = counted([one]).jobs["J-1"]
    assert found.verdict == "at risk"
    assert found.crossing == 20
    assert found.behind == at("2026-11-25 11:00") - at("2026-11-25 00:00")


def test_a_blocker_without_a_date_has_no_forecast_and_takes_no_room() -> None:
    """Nobody can say when it is done, and the next job does not wait for it."""
    stuck = load("J-1", "2026-11-30", Task(10, "SAW", 480, 0, undated=True), Task(20, "SAW", 60, 1))
    free = load("J-2", "2026-12-30", Task(10, "SAW", 60, 0))
    jobs = counted([stuck, free]).jobs
    assert jobs["J-1"].finish is None
    assert jobs["J-1"].verdict == "unknown"
    assert jobs["J-1"].crossing == 10
    assert jobs["J-2"].slots[10].queued == 0


def test_a_job_begins_when_the_jobs_that_go_into_it_are_done() -> None:
    """Their forecast counts and not their due date; one without a date leaves none behind it."""
    part = load("J-2", "2026-12-30", Task(10, "SAW", 300, 0))
    whole = load("J-1", "2026-12-01", Task(10, "MILL", 60, 0, awaits=("J-2", "J-9")))
    found = counted([whole, part])
    assert found.jobs["J-1"].slots[10].start == found.jobs["J-2"].finish
    longer = found.revise(load("J-2", "2026-12-30", Task(10, "SAW", 900, 0)))
    assert found.revise(whole).slots[10].start == longer.finish
    found.revise(load("J-2", "2026-12-30", Task(10, "SAW", 300, 0, undated=True)))
    assert found.revise(whole).finish is None
    stuck = load("J-2", "2026-12-30", Task(10, "SAW", 300, 0, undated=True))
    assert counted([whole, stuck]).jobs["J-1"].verdict == "unknown"


def test_a_job_past_its_due_date_is_late_whatever_the_forecast() -> None:
    """Late is a fact; at risk is an expectation."""
    late = load("J-1", "2026-11-20", Task(10, "SAW", 10, 0))
    assert counted([late]).jobs["J-1"].verdict == "late"


def test_the_load_of_a_day_is_what_is_booked_on_it() -> None:
    """Ten hours on the saw: eight on Monday, two on Tuesday, nothing at the weekend."""
    days = counted([load("J-1", "2026-12-30", Task(10, "SAW", 600, 0))]).days("SAW", 6)
    assert [(one.booked, one.capacity) for one in days] == [
        (480, 480), (120, 480), (0, 480), (0, 480), (0, 480), (0, 0),
    ]  # fmt: skip
    assert counted([]).days("PLATING", 3) == ()


# --- ranking --------------------------------------------------------------------------------


def test_what_a_person_pinned_goes_first_in_their_order() -> None:
    """Pins win over dates."""
    jobs = counted([
        load("J-1", "2026-11-24", Task(10, "SAW", 60, 0)),
        load("J-2", "2027-11-24", Task(10, "SAW", 60, 0), pin=2),
        load("J-3", "2027-12-24", Task(10, "SAW", 60, 0), pin=1),
    ]).jobs  # fmt: skip
    assert sorted(jobs, key=lambda name: jobs[name].rank) == ["J-3", "J-2", "J-1"]


def test_a_customer_can_be_put_first() -> None:
    """`customer NAME` is a rule of its own, whatever the case of the name."""
    loads = [load("J-1", "2026-11-24", Task(10, "SAW", 60, 0), customer="Other"),
             load("J-2", "2027-11-24", Task(10, "SAW", 60, 0), customer="Northrim")]  # fmt: skip
    jobs = outlook(loads, SHOP, MONDAY, ranking.read(["customer northrim", "due"])).jobs
    assert jobs["J-2"].rank == 1


@pytest.mark.parametrize("names", [[], ["biggest"], ["customer "], ["pinned", "Pinned"]])
def test_a_rule_nobody_knows_is_refused_by_name(names: list[str]) -> None:
    """A misspelt rule must not silently be no rule."""
    with pytest.raises(BadRanking) as refusal:
        ranking.read(names)
    assert "critical ratio" in str(refusal.value)


# --- properties of whole shops --------------------------------------------------------------


@st.composite
def shops(draw: st.DrawFn) -> list[Load]:
    """Up to a dozen jobs of up to five operations, side by side, running, blocked, outside, in parts."""
    loads = []
    for number in range(draw(st.integers(1, 12))):
        group = 0
        tasks: list[Task] = []
        for place in range(draw(st.integers(0, 5))):
            group += draw(st.booleans()) or not tasks
            blocked = draw(st.one_of(st.just(0), st.integers(MONDAY, MONDAY + 9 * DAY)))
            running = not tasks and draw(st.booleans())
            parts = () if running else draw(st.lists(st.integers(0, number + 9), max_size=2))
            awaits = tuple(f"J-{one}" for one in parts if one < number or one > 11)
            tasks.append(
                Task(10 * (place + 1), draw(st.sampled_from(["SAW", "MILL", "PLATING"])),
                     draw(st.integers(0, 700)), group, running=running,
                     not_before=blocked, undated=draw(st.integers(0, 9)) == 0, awaits=awaits)
            )  # fmt: skip
        due = MONDAY + draw(st.integers(-5, 30)) * DAY
        pin = draw(st.sampled_from([0, 0, 0, 1, 2]))
        loads.append(Load(f"J-{number}", due, tuple(tasks), pin=pin))
    return loads


@given(shops())
def test_no_job_and_no_operation_is_lost(loads: list[Load]) -> None:
    """Whatever is open has a rank, a need-by and a slot; ranks are 1, 2, 3 and so on."""
    jobs = counted(loads).jobs
    assert set(jobs) == {one.job for one in loads}
    assert sorted(one.rank for one in jobs.values()) == list(range(1, len(loads) + 1))
    for one in loads:
        assert set(jobs[one.job].slots) == {task.seq for task in one.tasks}
        assert set(jobs[one.job].needs) == {task.seq for task in one.tasks}


@given(shops())
def test_capacity_is_never_booked_twice(loads: list[Load]) -> None:
    """At no minute does a station do more than it has lanes, and it works only when manned."""
    jobs = counted(loads).jobs
    for resource in SHOP[:2]:
        edges: list[tuple[int, int]] = []
        for one in loads:
            for task in one.tasks:
                slot = jobs[one.job].slots[task.seq]
                if task.resource == resource.code and slot.is_known and task.minutes:
                    clock = Clock(resource.calendar, MONDAY)
                    since, until = clock.worked(slot.start), clock.worked(slot.finish)
                    assert until - since == task.minutes
                    edges += [(since, 1), (until, -1)]
        at_once = 0
        for _moment, step in sorted(edges):
            at_once += step
            assert at_once <= resource.lanes


@given(shops())
def test_nothing_begins_before_what_it_waits_for(loads: list[Load]) -> None:
    """Earlier groups and parts end first, blockers are gone first, and nothing begins in the past."""
    jobs = counted(loads).jobs
    for one in loads:
        for task in one.tasks:
            slot = jobs[one.job].slots[task.seq]
            if not slot.is_known:
                continue
            assert slot.start >= MONDAY
            assert slot.start >= task.not_before
            for part in (jobs[name] for name in task.awaits if name in jobs):
                assert part.finish is not None
                assert slot.start >= part.finish
            if not task.running:
                for earlier in one.tasks:
                    if earlier.group < task.group:
                        assert jobs[one.job].slots[earlier.seq].finish <= slot.start


@given(shops(), st.data())
def test_a_blocker_never_makes_its_own_job_earlier(loads: list[Load], data: st.DataObject) -> None:
    """What is said when somebody raises a blocker is never better than what was said before.

    Only where operations side by side contend for one station may a blocked one let the other
    pass; the blocked one itself is never earlier.
    """
    chosen = data.draw(st.sampled_from(loads))
    waiting = [place for place, task in enumerate(chosen.tasks) if not task.running]
    if not waiting:
        return
    place = data.draw(st.sampled_from(waiting))
    task = chosen.tasks[place]
    later = task._replace(not_before=task.not_before + data.draw(st.integers(0, 9000)),
                    undated=task.undated or data.draw(st.booleans()))  # fmt: skip
    blocked = replace(chosen, tasks=(*chosen.tasks[:place], later, *chosen.tasks[place + 1 :]))
    shop = counted(loads)
    others = {one.job: shop.jobs[one.job] for one in loads if one is not chosen}
    before = shop.revise(chosen)
    after = shop.revise(blocked)
    assert before.provisional
    assert all(shop.jobs[name] is one for name, one in others.items())
    benches = [(one.group, one.resource) for one in chosen.tasks]
    contended = len(set(benches)) < len(benches)
    for seq, slot in before.slots.items():
        if seq == task.seq or not contended:
            assert after.slots[seq].finish >= slot.finish


@given(shops())
def test_no_forecast_is_better_than_an_empty_shop_would_allow(loads: list[Load]) -> None:
    """Counted with others a job never ends before it would alone, its blockers included."""
    jobs = counted(loads).jobs
    for one in loads:
        benches = {(task.group, task.resource) for task in one.tasks}
        if len(benches) == len(one.tasks):
            alone = counted([one]).jobs[one.job]
            for seq, slot in alone.slots.items():
                assert jobs[one.job].slots[seq].finish >= slot.finish


@given(shops(), st.data())
def test_a_revised_job_takes_only_room_that_is_left(loads: list[Load], data: st.DataObject) -> None:
    """Lifting and placing it again books no lane twice and loses no booking of another."""
    chosen = data.draw(st.sampled_from(loads))
    shop = counted(loads)
    shop.revise(chosen)
    for resource in SHOP[:2]:
        planned = sum(
            task.minutes for one in loads for task in one.tasks
            if task.resource == resource.code and shop.jobs[one.job].slots[task.seq].is_known
        )  # fmt: skip
        assert sum(one.booked for one in shop.days(resource.code, 400)) == planned


def test_a_job_that_is_dropped_leaves_its_room_to_the_next() -> None:
    """Closing a job frees its bookings at once."""
    first = load("J-1", "2026-11-24", Task(10, "SAW", 240, 0))
    second = load("J-2", "2026-11-25", Task(10, "SAW", 240, 0))
    found = counted([first, second])
    found.drop("J-1")
    assert "J-1" not in found.jobs
    assert found.revise(second).slots[10].start == MONDAY


def test_slots_by_two_clocks_are_equal_where_their_moments_are() -> None:
    """A count made anew has clocks of its own; what did not move compares as not moved."""
    one, other = (Slot(10, 20, 5, Clock(weekdays(480), 0)) for _ in range(2))
    assert one == other
    assert not (one != other)  # noqa: SIM202 - it has a way of its own to say so
    assert hash(one) == hash(other)
    assert one != Slot(10, 21, 5, one.clock)
    assert one != (10, 20, 5)
