# SPDX-License-Identifier: AGPL-3.0-or-later
"""What holds of every shop: no job is lost, no hour is taken twice, need-by stays where it is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from traveler.dispatch import desk as desks
from traveler.dispatch.board import SECTIONS
from traveler.dispatch.desk import Count
from traveler.dispatch.records import Pin
from traveler.dispatch.snapshot import Facts, Floor, Moment
from traveler.gate import Ground, Standing
from traveler.job_records import Job
from traveler.operation_records import Operation
from traveler.schedule.clock import moment, weekdays
from traveler.schedule.plan import Resource

TODAY = date(2026, 11, 25)  # a Wednesday
NINE = datetime(2026, 11, 25, 9, 0)  # noqa: DTZ001
NOW = Moment(moment(NINE), TODAY.isoformat(), UTC, "2026-11-25T09:00:00Z")
STATIONS = ("saw", "mill", "bench")
FLOOR = Floor(
    {code: Resource(code, weekdays(480), lanes) for lanes, code in enumerate(STATIONS, 1)},
    {code: code for code in STATIONS}, {code: code for code in STATIONS},
)  # fmt: skip
NAMES = ("pinned", "late first", "need-by")


def job(number: int, due: int, state: str) -> Job:
    """Return a job of ten pieces, due in some days."""
    day = (TODAY + timedelta(days=due)).isoformat()
    return Job(f"J-{number}", "10-0042", "A", "Bracket", 10, day, "", "", state,
               "2026-03-01T09:30:00Z", "pat", None, None)  # fmt: skip


def step(
    number: int, place: int, station: str, minutes: int, state: str, parallel: bool
) -> Operation:
    """Return a step, all its pieces good where it is done."""
    good = 10 if state == "done" else 0
    return Operation(number * 10 + place, f"J-{number}", 10 * place + 10, station, f"Step {place}",
                     5.0, minutes / 10, "", (), (), parallel, state, good, 0, None, None)  # fmt: skip


@st.composite
def shops(draw: st.DrawFn) -> list[Facts]:
    """Shops of up to twelve jobs, some begun, on hold, or on a superseded revision."""
    found = []
    for number in range(draw(st.integers(1, 12))):
        done = draw(st.integers(0, 3))
        steps = tuple(
            step(number, place, draw(st.sampled_from(STATIONS)), draw(st.integers(1, 900)),
                 "done" if place < done else "waiting", place > 0 and draw(st.booleans()))
            for place in range(draw(st.integers(0, 5)))
        )  # fmt: skip
        state = draw(st.sampled_from(["released", "released", "planned", "held"]))
        stands = draw(st.sampled_from(["current", "current", "current", "superseded"]))
        found.append(Facts(job(number, draw(st.integers(-5, 60)), state), steps,
                           Ground(Standing(stands, "B")), {}))  # fmt: skip
    return found


def counted(shop: list[Facts], pins: dict[str, Pin] | None = None) -> Count:
    """Return the count of a shop."""
    return desks.count_shop(FLOOR, shop, pins or {}, NAMES, NOW)


def no_hour_is_taken_twice(count: Count) -> bool:
    """Say whether every day of every station has room for what is booked on it."""
    return all(day.booked <= day.capacity for load in count.shown.values() for day in load.days)


def what_is_booked_is_what_is_left(count: Count) -> bool:
    """Say whether stations have booked the work with a date, to the minute, and nothing else."""
    for code in STATIONS:
        booked = sum(day.booked for day in count.found.days(code, 300))
        lines = count.lines.values()
        left = sum(task.minutes for line in lines for task in line.found.load.tasks
                   if task.resource == code and line.found.slots[task.seq].is_known)  # fmt: skip
        if booked != left:
            return False
    return True


@settings(max_examples=80)
@given(shops())
def test_no_job_is_lost_and_every_sentence_can_be_read(shop: list[Facts]) -> None:
    """Each open job has a line with a rank of its own and a reason; what is late is listed."""
    count = counted(shop)
    board = count.board()
    assert set(board.lines) == {one.job.number for one in shop}
    assert sorted(one.found.rank for one in board.ranked) == [*range(1, len(shop) + 1)]
    listed = {name: board.section(name) for name in SECTIONS}  # type: ignore[arg-type]
    assert all(entry.why.strip() for entries in listed.values() for entry in entries)
    late = {one.line.number for one in listed["late"]}
    assert late == {one.job.number for one in shop if one.job.due < TODAY.isoformat()}
    for one in board.ranked:
        assert {*one.found.slots} == {*one.found.needs} == {x.seq for x in one.facts.left}
        assert not (one.facts.undecided and any(x.state == "ready" for x in one.steps))
    assert no_hour_is_taken_twice(count)
    assert what_is_booked_is_what_is_left(count)


@settings(max_examples=60)
@given(shops(), st.data())
def test_counting_one_job_anew_disturbs_no_other(shop: list[Facts], data: st.DataObject) -> None:
    """The others keep their dates, capacity holds, and need-by is what a whole count says."""
    count = counted(shop)
    before = dict(count.lines)
    chosen = data.draw(st.sampled_from(shop))
    left = [one for one in chosen.operations if not one.over]
    steps = tuple(
        step(int(one.job[2:]), one.seq // 10 - 1, one.station, 400, "done", one.parallel)
        if left and one is left[0] else one
        for one in chosen.operations
    )  # fmt: skip
    now = Facts(chosen.job, steps, chosen.ground, {})
    count.revise([now], frozenset({chosen.job.number}))
    whole = counted([now if one is chosen else one for one in shop])
    assert all(
        count.lines[name] is line for name, line in before.items() if name != chosen.job.number
    )
    assert count.lines[chosen.job.number].found.needs == whole.lines[chosen.job.number].found.needs
    assert count.lines[chosen.job.number].steps == whole.lines[chosen.job.number].steps
    assert no_hour_is_taken_twice(count)
    assert what_is_booked_is_what_is_left(count)
    count.revise([], frozenset({chosen.job.number}))
    assert set(count.board().lines) == {one.job.number for one in shop} - {chosen.job.number}
    assert no_hour_is_taken_twice(count)
    assert what_is_booked_is_what_is_left(count)


@settings(max_examples=60)
@given(shops(), st.data())
def test_a_pin_puts_its_job_before_all_others(shop: list[Facts], data: st.DataObject) -> None:
    """Whatever else is true of it, and its need-by dates are those it had."""
    chosen = data.draw(st.sampled_from(shop)).job.number
    plain = counted(shop)
    pinned = counted(shop, {chosen: Pin(chosen, 1.0, 1, "2026-11-25T08:00:00Z", "pat", "why")})
    assert pinned.lines[chosen].found.rank == 1
    assert pinned.lines[chosen].found.needs == plain.lines[chosen].found.needs
    plain.pins = dict(pinned.pins)
    plain.play(NOW)
    assert {name: line.found for name, line in plain.lines.items()} == {
        name: line.found for name, line in pinned.lines.items()
    }
