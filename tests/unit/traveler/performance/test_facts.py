# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each measure worked by hand: what is counted, on which day, and what is left out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st


def figures(rows: Any) -> Any:
    """Return the figures of step rows, as the book adds them up."""
    from traveler.performance.measures import Figures

    total = Figures()
    for one in rows:
        total = total + Figures(
            steps=1, timed=one.timed, planned=one.planned * one.timed,
            spent=one.actual * one.timed, worked=one.actual, labour=one.labour, good=one.good,
            scrap=one.scrap, aside=one.aside,
        )  # fmt: skip
    return total


def test_planned_time_is_one_setup_and_every_piece_that_was_counted(paper: Any, day: Any) -> None:
    """30 min setup + 4 min × (7 good + 2 scrap + 1 for rework) = 70 min; it took 80."""
    from traveler.performance import facts

    step = paper.operation(1, 10, good=7, scrap=2, rework=1)
    works = [paper.work(1, 1, "2026-03-02 07:00", "2026-03-02 08:20")]
    (row,) = facts.of_job(paper.known(paper.job(), [step], works), day).steps
    assert (row.planned, row.actual, row.timed) == (70.0, 80.0, 1)
    assert figures([row]).plan_ratio == pytest.approx(70 / 80)
    assert figures([row]).step_yield == 0.7
    assert figures([row]).scrap_ratio == 0.2
    assert figures([row]).rework_ratio == 0.1


def test_a_partial_quantity_is_held_against_a_partial_plan(paper: Any, day: Any) -> None:
    """Four pieces of ten, then the job was given up: setup and four pieces were planned for that."""
    from traveler.performance import facts

    step = paper.operation(1, 10, good=4, state="paused", finished_at=None)
    works = [paper.work(1, 1, "2026-03-02 07:00", "2026-03-02 07:50", good=4)]
    own = paper.job(state="cancelled", closed_at="2026-03-05T09:00:00Z")
    told = paper.known(own, [step], works, ended=paper.at("2026-03-05 09:00"))
    (row,) = facts.of_job(told, day).steps
    assert (row.planned, row.actual, row.day) == (46.0, 50.0, "2026-03-02")


def test_pauses_are_excluded_and_two_people_at_once_count_once(paper: Any, day: Any) -> None:
    """Otto 7:00–8:00 and 9:00–10:00, nadia 7:30–8:30: 150 minutes of the step, 180 of people."""
    from traveler.performance import facts

    works = [
        paper.work(1, 1, "2026-03-02 07:00", "2026-03-02 08:00"),
        paper.work(2, 1, "2026-03-02 07:30", "2026-03-02 08:30", person="nadia"),
        paper.work(3, 1, "2026-03-02 09:00", "2026-03-02 10:00"),
    ]
    step = paper.operation(1, 10, finished_at="2026-03-02T10:00:00Z")
    found = facts.of_job(paper.known(paper.job(), [step], works), day)
    (row,) = found.steps
    assert (row.actual, row.labour) == (150.0, 180.0)
    shares = {one.stint: one.planned for one in found.stints}
    assert shares == {
        1: pytest.approx(70 / 3),
        2: pytest.approx(70 / 3),
        3: pytest.approx(70 / 3),
    }


def test_what_nobody_measured_has_no_time_to_compare(paper: Any, day: Any) -> None:
    """Ticked off within a minute, without a plan, or at a vendor's: pieces count, time does not."""
    from traveler.performance import facts

    steps = [
        paper.operation(1, 10),
        paper.operation(2, 20, setup_minutes=0.0, run_minutes=0.0),
        paper.operation(3, 30, outside=True),
    ]
    works = [
        paper.work(1, 1, "2026-03-02 07:00:00", "2026-03-02 07:00:40"),
        paper.work(2, 2, "2026-03-02 08:00", "2026-03-02 09:00"),
        paper.work(3, 3, "2026-03-02 09:00", "2026-03-07 09:00"),
    ]
    rows = facts.of_job(paper.known(paper.job(), steps, works), day).steps
    total = figures(rows)
    assert [one.timed for one in rows] == [0, 0, 0]
    assert total.plan_ratio is None
    assert total.good == 30
    assert total.worked == pytest.approx(60 + 40 / 60)


def test_a_step_counts_where_it_ran_and_not_before_it_is_finished(paper: Any, day: Any) -> None:
    """On the machine of the group, on the shop's day of the finish; a running step not yet."""
    from traveler.performance import facts

    done = paper.operation(1, 10, station="BENCH", machine="BENCH-2")
    running = paper.operation(2, 20, state="running", good=3, finished_at=None)
    works = [paper.work(1, 2, "2026-03-02 07:00", "2026-03-02 08:00", good=3)]
    found = facts.of_job(paper.known(paper.job(), [done, running], works), day)
    assert [(one.station, one.day) for one in found.steps] == [("BENCH-2", "2026-03-02")]
    assert [(one.operation, one.minutes, one.timed) for one in found.stints] == [(2, 60.0, 0)]
    assert found.jobs == ()


def test_a_stretch_nobody_ended_ends_with_its_job(paper: Any, day: Any) -> None:
    """A cancelled job leaves nobody working on it for ever."""
    from traveler.performance import facts

    step = paper.operation(1, 10, state="running", good=0, finished_at=None)
    works = [paper.work(1, 1, "2026-03-05 08:00", None)]
    own = paper.job(state="cancelled", closed_at="2026-03-05T09:00:00Z")
    told = paper.known(own, [step], works, ended=paper.at("2026-03-05 09:00"))
    found = facts.of_job(told, day)
    assert [(one.actual, one.good) for one in found.steps] == [(60.0, 0)]
    assert [one.outcome for one in found.jobs] == ["cancelled"]
    assert [(one.started, one.first_pass) for one in found.jobs] == [(0, 0)]


def test_what_was_done_before_an_operation_was_begun_anew_counts_apart(
    paper: Any, day: Any
) -> None:
    """A move to another revision sets the counts to nought; the first hour was worked all the same."""
    from traveler.performance import facts

    step = paper.operation(1, 10, good=10, started_at="2026-03-04T07:00:00Z",
                           finished_at="2026-03-04T08:10:00Z")  # fmt: skip
    works = [
        paper.work(1, 1, "2026-03-02 07:00", "2026-03-02 08:00", good=5, scrap=1),
        paper.work(2, 1, "2026-03-04 07:00", "2026-03-04 08:10", good=10),
    ]
    rows = facts.of_job(paper.known(paper.job(), [step], works), day).steps
    assert [(one.round, one.day, one.good, one.scrap, one.planned, one.actual) for one in rows] == [
        (0, "2026-03-04", 10, 0, 70.0, 70.0),
        (1, "2026-03-02", 5, 1, 54.0, 60.0),
    ]


def test_first_pass_yield_is_what_was_never_scrapped_nor_reworked(paper: Any, day: Any) -> None:
    """Of ten, one is scrapped at 10 and two go to rework at 20, of which both come back: 7 of 10."""
    from traveler.operation_records import Loop
    from traveler.performance import facts

    loop = Loop(1, 20, 30, 2, "burr", "2026-03-02T08:00:00Z", "quinn")
    steps = [
        paper.operation(1, 10, good=9, scrap=1),
        paper.operation(2, 20, good=7, rework=2),
        paper.operation(4, 21, good=2, loop=loop),
        paper.operation(3, 30, good=9, finished_at="2026-03-03T08:00:00Z"),
    ]
    (row,) = facts.of_job(paper.known(paper.job(), steps), day).jobs
    assert (row.outcome, row.started, row.first_pass, row.day) == (
        "finished",
        10,
        7,
        "2026-03-03",
    )
    assert row.lead == pytest.approx(2 + 1 / 24)


def test_steps_side_by_side_lose_a_piece_once(paper: Any, day: Any) -> None:
    """Both see the same ten pieces; the one that lost most counts for them."""
    from traveler.performance import facts

    steps = [
        paper.operation(1, 10, good=9, scrap=1),
        paper.operation(2, 20, good=8, scrap=2, parallel=True),
    ]
    (row,) = facts.of_job(paper.known(paper.job(), steps), day).jobs
    assert row.first_pass == 8


def test_missing_pieces_are_not_good_ones(paper: Any, day: Any) -> None:
    """Finished with a reason and two pieces nobody found: they passed nothing."""
    from traveler.performance import facts

    (row,) = facts.of_job(paper.known(paper.job(), [paper.operation(1, 10, good=8)]), day).jobs
    assert (row.started, row.first_pass) == (10, 8)


def test_a_job_closed_with_open_steps_has_no_yield(paper: Any, day: Any) -> None:
    """It is counted as closed short, and its pieces spoil no ratio."""
    from traveler.performance import facts

    steps = [paper.operation(1, 10), paper.operation(2, 20, state="waiting", good=0,
                                                     started_at=None, finished_at=None)]  # fmt: skip
    own = paper.job(state="closed", closed_at="2026-03-09T09:00:00Z")
    (row,) = facts.of_job(paper.known(own, steps, ended=paper.at("2026-03-09 09:00")), day).jobs
    assert (row.outcome, row.started, row.day) == ("short", 0, "2026-03-09")


DELIVERIES = [
    ([("2026-03-10 21:59", 10)], "2026-03-10", 1),
    ([("2026-03-11 00:00", 10)], "2026-03-11", 0),
    ([("2026-03-05 12:00", 6), ("2026-03-10 09:00", 4)], "2026-03-10", 1),
    ([("2026-03-05 12:00", 6), ("2026-03-12 09:00", 4)], "2026-03-12", 0),
]


@pytest.mark.parametrize(("sent", "left", "kept"), DELIVERIES)
def test_a_delivery_is_on_time_when_its_last_piece_left_by_the_due_date(
    paper: Any, day: Any, sent: Any, left: str, kept: int
) -> None:
    """The day counts, to midnight in the shop; a part of it is not enough."""
    from traveler.performance import facts

    told = paper.known(paper.job(), [], sent=tuple((paper.at(when), qty) for when, qty in sent))
    row = facts.of_delivery([told], day)
    assert row is not None
    assert (row.outcome, row.left, row.kept, row.due) == ("complete", left, kept, "2026-03-10")


def test_the_due_date_counts_as_it_stood_when_the_last_piece_left(paper: Any, day: Any) -> None:
    """Moved before it left, by agreement: kept, though not by the first date; moved after: late."""
    from traveler.performance import facts

    own = paper.job(due="2026-03-20")
    sent = ((paper.at("2026-03-15 09:00"), 10),)
    agreed = paper.known(own, [], sent=sent, dues=((paper.at("2026-03-08 09:00"), "2026-03-10"),))
    row = facts.of_delivery([agreed], day)
    assert row is not None
    assert (row.due, row.kept, row.first_due, row.first_kept) == ("2026-03-20", 1, "2026-03-10", 0)
    dressed = paper.known(own, [], sent=sent, dues=((paper.at("2026-03-16 09:00"), "2026-03-10"),))
    row = facts.of_delivery([dressed], day)
    assert row is not None
    assert (row.due, row.kept) == ("2026-03-10", 0)


def test_a_job_and_those_split_off_it_are_one_delivery(paper: Any, day: Any) -> None:
    """Six in time, four split off late: the order was late; a later date of their own is held."""
    from traveler.performance import facts

    first = paper.known(paper.job(qty=6), [], sent=((paper.at("2026-03-09 09:00"), 6),))
    split = paper.job(number="J-1.2", qty=4, split_from="J-1")
    late = paper.known(split, [], sent=((paper.at("2026-03-12 09:00"), 4),))
    row = facts.of_delivery([first, late], day)
    assert row is not None
    assert (row.job, row.kept, row.left) == ("J-1", 0, "2026-03-12")
    moved = paper.known(
        paper.job(number="J-1.2", qty=4, split_from="J-1", due="2026-03-15"), [],
        sent=((paper.at("2026-03-12 09:00"), 4),),
        dues=((paper.at("2026-03-08 09:00"), "2026-03-10"),),
    )  # fmt: skip
    row = facts.of_delivery([first, moved], day)
    assert row is not None
    assert (row.kept, row.due, row.first_kept) == (1, "2026-03-15", 0)
    given_up = paper.known(
        paper.job(number="J-1.2", qty=4, split_from="J-1", state="cancelled"), []
    )
    row = facts.of_delivery([first, given_up], day)
    assert row is not None
    assert (row.outcome, row.kept) == ("complete", 1)


OUTCOMES = [
    ({"state": "released"}, (), "open"),
    ({"state": "released"}, (("2026-03-05 09:00", 9),), "open"),
    ({"state": "closed"}, (("2026-03-05 09:00", 9),), "short"),
    ({"state": "closed"}, (), "unrecorded"),
]


@pytest.mark.parametrize(("state", "sent", "outcome"), OUTCOMES)
def test_what_is_not_complete_says_how_it_stands(
    paper: Any, day: Any, state: Any, sent: Any, outcome: str
) -> None:
    """Open until it ends; short where something left; unrecorded where nobody shipped anything."""
    from traveler.performance import facts

    told = paper.known(
        paper.job(**state), [], sent=tuple((paper.at(when), qty) for when, qty in sent)
    )
    row = facts.of_delivery([told], day)
    assert row is not None
    assert (row.outcome, row.kept) == (outcome, 0)


def test_child_jobs_and_cancelled_ones_are_no_delivery(paper: Any, day: Any) -> None:
    """They leave no shop."""
    from traveler.performance import facts

    child = paper.known(paper.job(parent="J-0"), [], sent=((paper.at("2026-03-05 09:00"), 10),))
    assert facts.of_delivery([child], day) is None
    assert facts.of_delivery([paper.known(paper.job(state="cancelled"), [])], day) is None


def test_a_blocker_is_split_by_who_owned_it_and_opens_again(paper: Any) -> None:
    """Raised to pat, handed to quinn, resolved, reopened: three stretches, the last one open."""
    from traveler.performance.facts import BlockerFact, Turn, of_blocker

    where = BlockerFact(7, 0, "material", "pat", "J-1", "10-0042", "Halvard", "mill-2", 0, None)
    turns = [
        Turn(paper.at("2026-03-02 07:00"), "open", "pat"),
        Turn(paper.at("2026-03-02 08:00"), "acknowledged", "pat"),
        Turn(paper.at("2026-03-02 12:00"), "acknowledged", "quinn"),
        Turn(paper.at("2026-03-03 12:00"), "resolved", "quinn"),
        Turn(paper.at("2026-03-04 12:00"), "closed", "quinn"),
        Turn(paper.at("2026-03-05 12:00"), "open", "quinn"),
    ]
    told = [(one.number, one.owner, one.since, one.until) for one in of_blocker(where, turns)]
    assert told == [
        (0, "pat", paper.at("2026-03-02 07:00"), paper.at("2026-03-02 12:00")),
        (1, "quinn", paper.at("2026-03-02 12:00"), paper.at("2026-03-03 12:00")),
        (2, "quinn", paper.at("2026-03-05 12:00"), None),
    ]


STRETCHES = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 100)), max_size=12)


@given(STRETCHES)
def test_time_together_is_the_minutes_in_which_somebody_worked(told: Any) -> None:
    """Counted second by second, it is the same."""
    from traveler.performance.facts import together

    stretches = [(begin, begin + length) for begin, length in told]
    seconds = {one for begin, end in stretches for one in range(begin, end)}
    assert together(stretches) * 60 == pytest.approx(len(seconds))


def test_a_measure_nobody_can_know_is_none_and_not_nought() -> None:
    """No delivery is not a delivery that was late."""
    from traveler.performance.measures import Figures

    nothing = Figures()
    assert nothing.is_empty
    measures = ("on_time", "on_time_first", "first_pass_yield", "step_yield", "scrap_ratio",
                "rework_ratio", "plan_ratio", "lead_days")  # fmt: skip
    assert [getattr(nothing, name) for name in measures] == [None] * len(measures)
