# SPDX-License-Identifier: AGPL-3.0-or-later
"""The gates: order of operations, pieces that add up, and the standing of the revision."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traveler import gate
from traveler.blockers.records import Blocker
from traveler.decisions.records import Decision
from traveler.errors import (
    DeviationUsedUp,
    EarlierOperationOpen,
    JobNotReleased,
    NothingArrived,
    OperationBlocked,
    OperationsOpen,
    PiecesMissing,
    RevisionRecalled,
    RevisionUndecided,
    TooManyPieces,
)
from traveler.gate import Ground, Standing
from traveler.job_records import Job
from traveler.operation_records import Operation

CURRENT = Ground(Standing("current", "A"))


def job(state: str = "released", qty: int = 5) -> Job:
    """Return a job in a state."""
    return Job(
        "J-1", "10-0042", "A", "Bracket", qty, "2027-03-01", "", "", state, "", "", None, None
    )


def operation(seq: int, state: str = "waiting", **more: Any) -> Operation:
    """Return an operation of that job."""
    facts = {"good": 0, "scrap": 0, "parallel": False} | more
    return Operation(
        id=seq, job="J-1", seq=seq, station="saw", title="Cut", setup_minutes=0.0, run_minutes=0.0,
        notes="", files=(), proof=(), state=state, started_at=None, finished_at=None, **facts,
    )  # fmt: skip


def test_an_operation_waits_for_the_one_before() -> None:
    """Until 10 is done, 20 cannot start, and the sentence names 10."""
    for state in ("waiting", "running", "paused"):
        steps = [operation(10, state), operation(20)]
        refusal = gate.act_refusal(job(), steps, steps[1], CURRENT, "start")
        assert isinstance(refusal, EarlierOperationOpen)
        assert f"waits for operation 10, which is {state}" in str(refusal)
    steps = [operation(10, "done", good=5), operation(20)]
    assert gate.act_refusal(job(), steps, steps[1], CURRENT, "start") is None


def test_a_parallel_operation_does_not_wait_for_its_neighbour() -> None:
    """20 and 30 run side by side after 10; 40 waits for both."""
    steps = [
        operation(10, "done", good=5),
        operation(20),
        operation(30, parallel=True),
        operation(40),
    ]
    assert gate.act_refusal(job(), steps, steps[2], CURRENT, "start") is None
    assert [one.seq for one in gate.before(steps, steps[2])] == [10]
    assert [one.seq for one in gate.before(steps, steps[3])] == [10, 20, 30]


def test_a_parallel_operation_at_the_start_waits_for_nothing() -> None:
    """There is nothing before the first group."""
    steps = [operation(10, parallel=True), operation(20, parallel=True)]
    assert gate.before(steps, steps[1]) == []


def test_the_fewest_good_pieces_of_a_group_go_on() -> None:
    """Side by side, each step sees every piece; what one scrapped is gone for all after it."""
    steps = [
        operation(10, "done", good=9, scrap=1),
        operation(20, "done", good=8, scrap=1),
        operation(30, "done", good=7, scrap=2, parallel=True),
        operation(40),
    ]
    came = [gate.arrived(job(qty=10), steps, one) for one in steps]
    assert came == [10, 9, 9, 7]


def test_nothing_starts_where_nothing_came() -> None:
    """When all was scrapped before, there is nothing to work on."""
    steps = [operation(10, "done", scrap=5), operation(20)]
    refusal = gate.act_refusal(job(), steps, steps[1], CURRENT, "start")
    assert isinstance(refusal, NothingArrived)


@pytest.mark.parametrize("state", ["planned", "held", "closed"])
def test_nothing_starts_on_a_job_that_is_not_released(state: str) -> None:
    """The sentence says how the job stands and what the planner has to do."""
    step = operation(10)
    refusal = gate.act_refusal(job(state), [step], step, CURRENT, "start")
    assert isinstance(refusal, JobNotReleased)
    assert f"Job J-1 is {state}" in str(refusal)


def test_nothing_starts_on_a_recalled_revision_but_what_runs_ends() -> None:
    """A recall stops new work and names the way; pausing and finishing stay possible."""
    recalled = Ground(Standing("recalled", "C", "hole in the wrong place"))
    step, running = operation(10), operation(10, "running")
    refusal = gate.act_refusal(job(), [step], step, recalled, "start")
    assert isinstance(refusal, RevisionRecalled)
    assert "was recalled (hole in the wrong place)" in str(refusal)
    assert "make a new job from 10-0042 C" in str(refusal)
    assert gate.acts(job(), [running], running, recalled) == ("pause", "finish")


def decision(choice: str = "deviation", pieces: int | None = None) -> Decision:
    """Return a decision that holds for that job."""
    return Decision(1, "J-1", "A", "superseded", "B", choice, "", "mchen", "ok", pieces, "", ())


def blocker(**where: Any) -> Blocker:
    """Return an open blocker somewhere."""
    facts = {"job": "J-1", "operation": None, "seq": None, "station": None, "state": "open"} | where
    return Blocker(
        id=7, kind="material", cause={}, raised_at="", raised_by="otto", owner="pat",
        what="bar missing", steps=(), facts={}, until="", next_check="", escalate_hours=0,
        escalate_to="", entries=1, changed_at="", changed_by="", **facts,
    )  # fmt: skip


def test_nothing_starts_at_a_superseded_revision_until_that_is_decided() -> None:
    """A later release stops new starts, with the way out; a deviation lets work go on."""
    step, running = operation(10), operation(10, "running")
    overtaken = Standing("superseded", "B")
    refusal = gate.act_refusal(job(), [step], step, Ground(overtaken), "start")
    assert isinstance(refusal, RevisionUndecided)
    assert "10-0042 A was superseded by B" in str(refusal)
    assert gate.acts(job(), [running], running, Ground(overtaken)) == ("pause", "finish")
    assert gate.acts(job(), [step], step, Ground(overtaken, decision())) == ("start",)


def test_a_held_job_on_an_old_revision_is_not_released_again() -> None:
    """To hold is a decision, but not one to work: the way back is a deviation or a move."""
    held = Ground(Standing("superseded", "B"), decision("hold"))
    step = operation(10)
    assert isinstance(gate.job_refusal(job("held"), "release", [], "", held), RevisionUndecided)
    refusal = gate.act_refusal(job("held"), [step], step, held, "start")
    assert isinstance(refusal, JobNotReleased)


def test_a_deviation_lets_through_what_it_names() -> None:
    """Three good pieces and no fourth, however they are booked; scrap is not counted."""
    ground = Ground(Standing("superseded", "B"), decision(pieces=3))
    step = operation(10, "paused", good=3)
    assert isinstance(gate.act_refusal(job(), [step], step, ground, "start"), DeviationUsedUp)
    running = operation(10, "running", good=2)
    for good, fits in ((1, True), (2, False)):
        refusal = gate.pieces_refusal(
            job(), [running], running, good, 0, False, "", ground.tightest
        )
        assert (refusal is None) == fits
    assert gate.pieces_refusal(job(), [running], running, 0, 3, False, "", ground.tightest) is None


@pytest.mark.parametrize(
    ("where", "held"),
    [
        ({}, {10, 20}),
        ({"operation": 20, "seq": 20}, {20}),
        ({"station": "saw"}, {10, 20}),
        ({"station": "mill"}, set()),
        ({"job": None, "station": "saw"}, {10, 20}),
        ({"job": "J-2"}, set()),
        ({"state": "acknowledged"}, {10, 20}),
        ({"state": "resolved"}, set()),
        ({"state": "closed"}, set()),
    ],
)
def test_a_blocker_holds_what_it_is_on(where: dict[str, Any], held: set[int]) -> None:
    """The job, a step, a station; nothing else, and nothing once it is resolved."""
    steps = [operation(10, parallel=True), operation(20, parallel=True)]
    ground = Ground(Standing("current", "A"), blockers=(blocker(**where),))
    found = set()
    for one in steps:
        refusal = gate.act_refusal(job(), steps, one, ground, "start")
        assert refusal is None or isinstance(refusal, OperationBlocked)
        found |= {one.seq} if refusal else set()
        assert gate.act_refusal(job(), steps, one, ground, "start", past_blockers=True) is None
    assert found == held


def test_an_override_goes_past_blockers_and_nothing_else() -> None:
    """Order, job state and revision are held all the same."""
    ground = Ground(Standing("superseded", "B"), blockers=(blocker(),))
    step = operation(10)
    refusal = gate.act_refusal(job(), [step], step, ground, "start", past_blockers=True)
    assert isinstance(refusal, RevisionUndecided)


def test_what_runs_may_stop_while_it_is_blocked() -> None:
    """A blocker keeps nobody from accounting for what was made."""
    step = operation(10, "running")
    ground = Ground(Standing("current", "A"), blockers=(blocker(),))
    assert gate.acts(job(), [step], step, ground) == ("pause", "finish")


def test_buttons_are_what_the_verbs_allow() -> None:
    """Held and waiting show none, running shows both ends."""
    step = operation(10)
    assert gate.acts(job("held"), [step], step, CURRENT) == ()
    assert gate.acts(job(), [step], step, CURRENT) == ("start",)


def test_a_job_closes_short_only_with_a_reason() -> None:
    """Unfinished operations are named; a reason lets it close."""
    steps = [operation(10, "done"), operation(20, "paused"), operation(30)]
    refusal = gate.job_refusal(job(), "close", steps, "", CURRENT)
    assert isinstance(refusal, OperationsOpen)
    assert "(20, 30)" in str(refusal)
    assert gate.job_refusal(job(), "close", steps, "customer cancelled", CURRENT) is None


@given(
    qty=st.integers(1, 1000),
    before=st.tuples(st.integers(0, 50), st.integers(0, 50)),
    now=st.tuples(st.integers(0, 1000), st.integers(0, 1000)),
)
def test_pieces_add_up_or_are_refused(
    qty: int, before: tuple[int, int], now: tuple[int, int]
) -> None:
    """More than came is always refused; fewer only at the end, and then a reason helps."""
    step = operation(10, "running", good=before[0], scrap=before[1])
    counted = sum(before) + sum(now)

    def judged(finishing: bool, why: str = "") -> object:
        return gate.pieces_refusal(job(qty=qty), [step], step, *now, finishing, why)

    if counted > qty:
        assert isinstance(judged(False), TooManyPieces)
        assert isinstance(judged(True, "lost"), TooManyPieces)
    else:
        assert judged(False) is None
        assert isinstance(judged(True), PiecesMissing) == (counted < qty)
        assert judged(True, "two fell into the coolant") is None
