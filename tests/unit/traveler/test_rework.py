# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rework: a loop beside the route, from which pieces come back, all of them counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from traveler import flow, job_records, jobs, operation_records, rework
from traveler.errors import (
    BadRework,
    JobCannot,
    NoPiecesForRework,
    NoReason,
    NoSuchOperation,
    ReworkOpen,
    TooManyPieces,
)
from traveler.floor import starting, stopping
from traveler.operation_records import Operation
from traveler.route import Step
from vault.ledger import events
from vault.ledger.errors import RoleNeeded

WELD = Step(1, "bench", "Weld and dress")


def _steps(shop: Any) -> dict[int, Operation]:
    with shop.vault.ledger.reading() as connection:
        return {one.seq: one for one in operation_records.operations(connection, "J-1")}


def _came(shop: Any, seq: int) -> int:
    view = jobs.show(shop.vault, "J-1").operation(seq)
    assert view is not None
    return view.arrived


def _do(shop: Any, seq: int, qty: int | None = None, scrap: int = 0, **more: Any) -> None:
    starting.start(shop.vault, shop.otto, "J-1", seq)
    shop.prove()
    stopping.finish(shop.vault, shop.otto, "J-1", seq, qty, scrap, **more)


def test_pieces_set_aside_go_through_the_loop_and_come_back(serial: Any) -> None:
    """Good, scrap and rework add up at every step, and the whole lot arrives at the end."""
    serial.job(qty=10)
    _do(serial, 10)
    _do(serial, 20, 7, 1, rework=2)
    assert _came(serial, 30) == 7
    numbers = rework.plan(
        serial.vault, serial.pat, "J-1", 20, "burr in the bore", steps=[WELD], repeat=[20]
    )
    assert numbers == (21, 22)
    loop = _steps(serial)[21].loop
    assert loop is not None
    assert (loop.source, loop.back, loop.qty, loop.why) == (20, 30, 2, "burr in the bore")
    assert _steps(serial)[22].title == "Mill first side (again)"
    starting.start(serial.vault, serial.otto, "J-1", 30)  # nobody waits for the loop ...
    with pytest.raises(ReworkOpen, match=r"\(21, 22\)"):  # ... but 30 is not done without it
        stopping.finish(serial.vault, serial.otto, "J-1", 30)
    stopping.pause(serial.vault, serial.otto, "J-1", 30, 7)
    _do(serial, 21)
    _do(serial, 22, 1, 1)
    assert _came(serial, 30) == 8
    _do(serial, 30)
    _do(serial, 40)
    done = _steps(serial)
    assert (done[40].good, done[20].scrap + done[22].scrap) == (8, 2)
    assert list(events.verify(serial.vault.ledger)) == []


def test_good_pieces_found_bad_later_are_taken_back_out(serial: Any) -> None:
    """What inspection finds at a done step leaves its count of good ones, and nothing is doubled."""
    serial.job(qty=10)
    for seq in (10, 20, 30):
        _do(serial, seq)
    starting.start(serial.vault, serial.otto, "J-1", 40)
    stopping.pause(serial.vault, serial.otto, "J-1", 40, 6)
    with pytest.raises(NoPiecesForRework, match="has 4 pieces"):
        rework.plan(serial.vault, serial.quinn, "J-1", 30, "edges", steps=[WELD], qty=5)
    rework.plan(serial.vault, serial.quinn, "J-1", 30, "edges", steps=[WELD], qty=4)
    steps = _steps(serial)
    assert [(steps[s].good, steps[s].rework) for s in (20, 30)] == [(10, 0), (6, 4)]
    assert _came(serial, 40) == 6
    _do(serial, 31)
    _do(serial, 40)
    assert _steps(serial)[40].good == 10


def test_steps_side_by_side_lose_a_piece_once(shop: Any) -> None:
    """Pieces taken out of a group leave all its steps, and come back once."""
    shop.job(qty=10)
    _do(shop, 10)
    for seq in (20, 30):
        _do(shop, seq)
    rework.plan(shop.vault, shop.pat, "J-1", 20, "edges", steps=[WELD], qty=2)
    steps = _steps(shop)
    assert [(steps[seq].good, steps[seq].rework) for seq in (20, 30)] == [(8, 2), (8, 2)]
    assert _came(shop, 40) == 8
    with pytest.raises(NoPiecesForRework, match="has 8 pieces"):
        rework.plan(shop.vault, shop.pat, "J-1", 30, "edges", steps=[WELD], qty=9)
    _do(shop, 21)
    assert _came(shop, 40) == 10


def test_rework_of_a_last_step_leaves_the_job(serial: Any) -> None:
    """Where nothing comes after, what comes out of the loop counts as made."""
    serial.job(qty=5)
    for seq in (10, 20, 30):
        _do(serial, seq)
    _do(serial, 40, 3, 0, rework=2)
    rework.plan(serial.vault, serial.pat, "J-1", 40, "out of size", repeat=[20, 40])
    _do(serial, 41)
    _do(serial, 42, 1, 1)
    with serial.vault.ledger.reading() as connection:
        job = job_records.job(connection, "J-1")
        assert job is not None
        assert flow.out(job, operation_records.operations(connection, "J-1")) == 4


def test_no_piece_is_spared_what_the_others_went_through(serial: Any) -> None:
    """Steps that were finished while pieces lay aside are repeated for them."""
    serial.job(qty=5)
    _do(serial, 10)
    _do(serial, 20, 4, 0, rework=1)
    for seq in (30, 40):
        _do(serial, seq)
    assert rework.plan(serial.vault, serial.pat, "J-1", 20, "late", steps=[WELD]) == (21, 22, 23)
    assert [_steps(serial)[seq].title for seq in (22, 23)] == ["Deburr (again)", "Inspect (again)"]


def test_what_cannot_be_reworked_is_refused(serial: Any, refused: Callable[..., Any]) -> None:
    """By one sentence each, and nothing is kept."""
    serial.job(qty=5, released=False)
    with refused(JobCannot, "is planned, so it cannot be reworked"):
        rework.plan(serial.vault, serial.pat, "J-1", 10, "x", steps=[WELD])
    jobs.release_job(serial.vault, serial.pat, "J-1")
    with refused(RoleNeeded, "planner or quality"):
        rework.plan(serial.vault, serial.otto, "J-1", 10, "x", steps=[WELD])
    with refused(NoReason, "rework"):
        rework.plan(serial.vault, serial.pat, "J-1", 10, " ", steps=[WELD])
    with refused(NoSuchOperation, "no operation 11"):
        rework.plan(serial.vault, serial.pat, "J-1", 11, "x", steps=[WELD])
    with refused(BadRework, "it has no step"):
        rework.plan(serial.vault, serial.pat, "J-1", 10, "x", qty=1)
    with refused(BadRework, "operation 40 is none of the route up to it"):
        rework.plan(serial.vault, serial.pat, "J-1", 10, "x", repeat=[40])
    with refused(BadRework, "operation 10 is not one that comes after it"):
        rework.plan(serial.vault, serial.pat, "J-1", 20, "x", steps=[WELD], back_to=10)
    with refused(BadRework, "`title`"):
        rework.plan(serial.vault, serial.pat, "J-1", 10, "x", steps=[Step(1, "bench", "")], qty=1)
    starting.start(serial.vault, serial.otto, "J-1", 10)
    with refused(TooManyPieces, "3 for rework"):
        stopping.finish(serial.vault, serial.otto, "J-1", 10, 3, 0, rework=3)
    assert len(_steps(serial)) == 4
