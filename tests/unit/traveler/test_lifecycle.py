# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lifecycles: what is in the tables happens, every other pair is refused."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traveler import gate, lifecycle, skipping
from traveler.errors import JobCannot, OperationCannot
from traveler.job_records import Job
from traveler.operation_records import Operation

JOB_ACTS = ("release", "hold", "close", "cancel")
OPERATION_ACTS = ("start", "pause", "finish", "join", "leave")
SKIP_ACTS = ("skip", "restore")
CURRENT = gate.Ground(gate.Standing("current", "A"))


def job(state: str = "released", qty: int = 5) -> Job:
    """Return a job in a state."""
    return Job(
        "J-1", "10-0042", "A", "Bracket", qty, "2027-03-01", "", "", state, "", "", None, None
    )


def operation(
    seq: int = 10, state: str = "waiting", good: int = 0, scrap: int = 0, *, parallel: bool = False
) -> Operation:
    """Return an operation in a state."""
    return Operation(
        seq,
        "J-1",
        seq,
        "saw",
        "Cut",
        0.0,
        0.0,
        "",
        (),
        (),
        parallel,
        state,
        good,
        scrap,
        None,
        None,
    )


@pytest.mark.parametrize(("state", "act"), list(product(lifecycle.states(lifecycle.JOB), JOB_ACTS)))
def test_every_act_on_a_job_is_in_the_table_or_refused(state: str, act: str) -> None:
    """The gate lets a job move exactly where the table says it may."""
    refusal = gate.job_refusal(job(state), act, [], "for a reason", CURRENT)
    if (state, act) in lifecycle.JOB:
        assert refusal is None
    else:
        assert isinstance(refusal, JobCannot)
        assert f"is {state}" in str(refusal)


@pytest.mark.parametrize(
    ("state", "act"), list(product(lifecycle.states(lifecycle.OPERATION), OPERATION_ACTS))
)
def test_every_act_on_an_operation_is_in_the_table_or_refused(state: str, act: str) -> None:
    """The gate lets an operation move exactly where the table says it may."""
    one = operation(state=state)
    refusal = gate.act_refusal(job(), [one], one, CURRENT, act)
    if (state, act) in lifecycle.OPERATION:
        assert refusal is None
    else:
        assert isinstance(refusal, OperationCannot)
        assert f"is {state}" in str(refusal)


@pytest.mark.parametrize(
    ("state", "act"),
    list(product(sorted({*lifecycle.states(lifecycle.OPERATION), "skipped"}), SKIP_ACTS)),
)
def test_every_skip_is_in_the_table_or_refused(state: str, act: str) -> None:
    """Only what is not begun or lies still is left out, and only what was left out is taken back."""
    one = operation(state=state)
    way = skipping.fault(job(), [one], one, act)
    assert (way == "") == ((state, act) in lifecycle.SKIP)


def test_every_state_of_an_operation_can_be_moved_to_another_route() -> None:
    """But a running one, which has to be paused or finished first."""
    for state in {*lifecycle.states(lifecycle.OPERATION), "skipped"} - {"running"}:
        assert lifecycle.REROUTE[state, "again"] == "waiting"
        assert lifecycle.REROUTE[state, "drop"] == "dropped"
    assert ("running", "again") not in lifecycle.REROUTE


def test_done_and_closed_are_the_end() -> None:
    """Nothing leads out of the last states."""
    assert lifecycle.acts(lifecycle.OPERATION, "done") == ()
    assert all(lifecycle.acts(lifecycle.JOB, state) == () for state in lifecycle.ENDED)
    assert set(lifecycle.states(lifecycle.JOB)) > lifecycle.ENDED


@given(st.lists(st.sampled_from(OPERATION_ACTS), max_size=30))
def test_any_walk_stays_in_the_table(walk: list[str]) -> None:
    """Whatever is tried, the state is one the table knows, and done is never left."""
    state, ended = "waiting", False
    for act in walk:
        state_after = lifecycle.OPERATION.get((state, act), state)
        assert not ended or state_after == "done"
        state, ended = state_after, state_after == "done"
        assert state in lifecycle.states(lifecycle.OPERATION)


def test_the_tables_cannot_be_written() -> None:
    """A lifecycle is not changed by a stray assignment."""
    with pytest.raises(TypeError):
        lifecycle.JOB["closed", "release"] = "released"  # type: ignore[index]
