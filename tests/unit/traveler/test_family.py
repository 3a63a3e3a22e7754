# SPDX-License-Identifier: AGPL-3.0-or-later
"""Assemblies with child jobs, kits of several items, lots that are split off, steps left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from traveler import (
    family,
    job_records,
    jobs,
    lots,
    rework,
    sheet,
    skipping,
    splitting,
    stations,
    work_records,
)
from traveler.decisions import deciding
from traveler.errors import (
    BadChild,
    BadGroup,
    BadMachine,
    CannotSplit,
    ChildrenOpen,
    JobCannot,
    KitOvertaken,
    NoChildren,
    NoReason,
    NotInKit,
    OperationCannot,
    OperationSkipCannot,
    RevisionRecalled,
)
from traveler.family import Family, Wanted
from traveler.floor import noting, starting, stopping
from traveler.floor.errors import NotOutside
from traveler.floor.starting import Trip
from traveler.route import Step
from traveler.tablet.sending import Sent
from vault.ledger import events
from vault.ledger.errors import RoleNeeded

ASSEMBLY = """
[[operation]]
seq = 10
station = "bench"
title = "Clean housing"

[[operation]]
seq = 20
station = "bench"
title = "Fit bracket"
needs = ["10-0042"]
"""


@pytest.fixture
def assembly(serial: Any) -> Any:
    """Return the shop with 10-0060, made of two brackets and a bought bolt; brackets at step 20."""
    bom = "number,qty,find\n10-0042,2,1\n10-0050,4,2\n"
    serial.release("10-0060", route__toml=ASSEMBLY, bom__csv=bom)
    return serial


def _add(shop: Any, job: str, number: str, qty: int = 3, **kin: Any) -> Any:
    return jobs.add(
        shop.vault, shop.pat, job, number, qty, "2027-03-01", family=Family(**kin)
    )  # fmt: skip


def _all(shop: Any, job: str) -> None:
    for one in jobs.show(shop.vault, job).operations:
        starting.start(shop.vault, shop.otto, job, one.operation.seq)
        stopping.finish(shop.vault, shop.otto, job, one.operation.seq)


# --- children ------------------------------------------------------------------------------------


def test_an_assembly_plans_a_job_for_every_part_it_makes(assembly: Any) -> None:
    """Bought parts get none; the parent's operation that names the part waits, the others do not."""
    view = _add(assembly, "J-9", "10-0060", children=True)
    told = [(one.job, one.item, one.rev, one.qty, one.at, one.over) for one in view.children]
    assert told == [("J-9-01", "10-0042", "B", 6, 20, False)]
    child = jobs.show(assembly.vault, "J-9-01")
    assert (child.job.parent, child.job.parent_seq) == ("J-9", 20)
    assert len(child.operations) == 4
    jobs.release_family(assembly.vault, assembly.pat, "J-9")
    assert jobs.show(assembly.vault, "J-9-01").job.state == "released"
    starting.start(assembly.vault, assembly.otto, "J-9", 10)
    stopping.finish(assembly.vault, assembly.otto, "J-9", 10)
    with pytest.raises(ChildrenOpen, match="J-9-01 \\(10-0042 B, released\\)"):
        starting.start(assembly.vault, assembly.otto, "J-9", 20)
    _all(assembly, "J-9-01")
    assert jobs.show(assembly.vault, "J-9").children[0].good == 6
    starting.start(assembly.vault, assembly.otto, "J-9", 20)
    assert list(events.verify(assembly.vault.ledger)) == []


def test_the_board_says_which_part_an_assembly_waits_for_and_what_to_do(assembly: Any) -> None:
    """Its date is the part's forecast, not the part's due date, which is the assembly's own."""
    from traveler.dispatch import desk as desks

    _add(assembly, "J-9", "10-0060", children=True)
    jobs.release_job(assembly.vault, assembly.pat, "J-9")
    desk = desks.Desk()
    line = desk.board(assembly.vault).lines["J-9"]
    assert line.act == "Start Clean housing at bench"
    starting.start(assembly.vault, assembly.otto, "J-9", 10)
    stopping.finish(assembly.vault, assembly.otto, "J-9", 10)
    board = desk.board(assembly.vault)
    line, part = board.lines["J-9"], board.lines["J-9-01"]
    (blocked,) = board.section("blocked")
    assert blocked.why == "Fit bracket waits for J-9-01 (10-0042 B, planned)"
    assert line.act == "Release J-9-01 (10-0042 B) to the floor"
    assert line.found.slots[20].start >= part.found.finish > 0
    jobs.release_job(assembly.vault, assembly.pat, "J-9-01")
    assert desk.board(assembly.vault).lines["J-9"].act == "Finish J-9-01 (10-0042 B) first"
    jobs.hold(assembly.vault, assembly.pat, "J-9-01", "no bar")
    line = desk.board(assembly.vault).lines["J-9"]
    assert line.act == "Take J-9-01 (10-0042 B) off hold"
    assert line.why == "Fit bracket has no date: waits for J-9-01 (10-0042 B, held)"
    jobs.cancel(assembly.vault, assembly.pat, "J-9-01", "made elsewhere")
    line = desk.board(assembly.vault).lines["J-9"]
    assert line.act == "Plan another job for 10-0042 in place of J-9-01"


def test_a_family_is_released_as_a_whole_or_not_at_all(assembly: Any) -> None:
    """A part that was recalled keeps the assembly from the floor too."""
    _add(assembly, "J-9", "10-0060", children=True)
    assembly.recall("10-0042", "B")
    with pytest.raises(RevisionRecalled):
        jobs.release_family(assembly.vault, assembly.pat, "J-9")
    assert jobs.show(assembly.vault, "J-9").job.state == "planned"


def test_children_of_a_job_given_up_are_named_until_they_end_or_a_part_still_needs_them(
    assembly: Any,
) -> None:
    """Nobody makes parts for nothing without being told; pieces split off still need theirs."""
    for number in ("J-9", "J-8"):
        _add(assembly, number, "10-0060", children=True)
        jobs.release_job(assembly.vault, assembly.pat, number)
    splitting.split(assembly.vault, assembly.pat, "J-8", 1, "one on Monday")
    assert not jobs.show(assembly.vault, "J-9").left_over
    for number in ("J-9", "J-8"):
        jobs.cancel(assembly.vault, assembly.pat, number, "no order")
    assert [one.job for one in jobs.show(assembly.vault, "J-9").left_over] == ["J-9-01"]
    assert not jobs.show(assembly.vault, "J-8").left_over
    jobs.cancel(assembly.vault, assembly.pat, "J-8.2", "no order")
    assert [one.job for one in jobs.show(assembly.vault, "J-8").left_over] == ["J-8-01"]
    jobs.cancel(assembly.vault, assembly.pat, "J-9-01", "no order")
    assert not jobs.show(assembly.vault, "J-9").left_over


def test_a_cancelled_child_is_waited_for_until_another_stands_in(assembly: Any) -> None:
    """Nothing is assembled of parts nobody makes; a new child takes the place."""
    _add(assembly, "J-9", "10-0060", children=True)
    jobs.release_job(assembly.vault, assembly.pat, "J-9")
    jobs.cancel(assembly.vault, assembly.pat, "J-9-01", "made elsewhere")
    starting.start(assembly.vault, assembly.otto, "J-9", 10)
    stopping.finish(assembly.vault, assembly.otto, "J-9", 10)
    with pytest.raises(ChildrenOpen, match="plan another job in place of the cancelled one"):
        starting.start(assembly.vault, assembly.otto, "J-9", 20)
    _add(assembly, "J-10", "10-0042", 6, parent="J-9")
    jobs.close(assembly.vault, assembly.pat, "J-10", "from stock")
    starting.start(assembly.vault, assembly.otto, "J-9", 20)


def test_what_cannot_be_a_child_is_refused(assembly: Any, refused: Callable[..., Any]) -> None:
    """No route to wait in, begun already, ended, no made parts, itself as a part."""
    _add(assembly, "J-9", "10-0060")
    with refused(BadChild, "J-9 has no operation 25"):
        _add(assembly, "J-1", "10-0042", parent="J-9", at=25)
    jobs.release_job(assembly.vault, assembly.pat, "J-9")
    starting.start(assembly.vault, assembly.otto, "J-9", 10)
    with refused(BadChild, "operation 10 of J-9 is running"):
        _add(assembly, "J-1", "10-0042", parent="J-9", at=10)
    with refused(NoChildren, "10-0042 B has no part with a route"):
        _add(assembly, "J-1", "10-0042", children=True)
    jobs.cancel(assembly.vault, assembly.pat, "J-9", "no order")
    with refused(BadChild, "J-9 is cancelled"):
        _add(assembly, "J-1", "10-0042", parent="J-9")


# --- kits ----------------------------------------------------------------------------------------


def test_a_kit_pins_every_item_and_stops_when_one_is_overtaken(
    serial: Any, refused: Callable[..., Any]
) -> None:
    """Each item has its letter; a newer one is taken in by a planner, on record."""
    view = _add(serial, "J-9", "10-0042", kit=(Wanted("10-0050", qty=4),))
    assert [(one.item.item, one.item.rev, one.item.qty) for one in view.ground.kit] == [
        ("10-0050", "A", 4)
    ]
    serial.release("10-0050", note__txt="Bought elsewhere.")
    with refused(KitOvertaken, "10-0050 A in the kit of job J-9 is superseded"):
        jobs.release_job(serial.vault, serial.pat, "J-9")
    with refused(NotInKit, "it has 10-0050"):
        deciding.renew(serial.vault, serial.pat, "J-9", "10-0060", "new bolt")
    with refused(RoleNeeded, "planner"):
        deciding.renew(serial.vault, serial.otto, "J-9", "10-0050", "new bolt")
    made = deciding.renew(serial.vault, serial.pat, "J-9", "10-0050", "new bolt")
    assert made.sentence == "takes 10-0050 B into the kit instead of A"
    jobs.release_job(serial.vault, serial.pat, "J-9")
    with serial.vault.ledger.reading() as connection:
        assert [one.number for one in job_records.in_process(connection, "10-0050", "B")] == ["J-9"]
    serial.release("10-0050", note__txt="Bought here again.")
    with refused(KitOvertaken, "take C into the kit"):
        starting.start(serial.vault, serial.otto, "J-9", 10)
    with refused(BadChild, "it is named twice"):
        _add(serial, "J-10", "10-0042", kit=(Wanted("10-0050"), Wanted("10-0050")))
    assert family.named("10-0050:B*2") == Wanted("10-0050", "B", 2)


# --- lots ----------------------------------------------------------------------------------------


def test_a_lot_goes_on_by_itself_from_where_the_pieces_are(serial: Any) -> None:
    """The job keeps what was done; both together are what was planned, and history says so."""
    serial.job(qty=10)
    starting.start(serial.vault, serial.otto, "J-1", 10)
    stopping.finish(serial.vault, serial.otto, "J-1", 10, 9, 1)
    lot = splitting.split(serial.vault, serial.pat, "J-1", 4, "customer needs four on Monday")
    assert (lot.job.number, lot.job.qty, lot.job.split_from, lot.job.first_seq) == (
        "J-1.2",
        4,
        "J-1",
        20,
    )
    assert [one.operation.seq for one in lot.operations] == [20, 30, 40]
    left = jobs.show(serial.vault, "J-1")
    assert (left.job.qty, left.operations[0].operation.good, left.operations[1].arrived) == (
        6,
        9,
        5,
    )
    assert lot.operations[0].arrived == 4
    _all(serial, "J-1.2")
    assert jobs.show(serial.vault, "J-1.2").out == 4
    kinds = [one.kind for one in jobs.history(serial.vault, "J-1")]
    assert "job.split" in kinds
    assert jobs.history(serial.vault, "J-1.2")[0].facts["split_off"] == "J-1"
    assert [one.number for one in left.kin.splits] == ["J-1.2"]


def test_what_cannot_be_split_is_refused(serial: Any, refused: Callable[..., Any]) -> None:
    """All of it, nothing left, no reason, no planner, an ended job."""
    serial.job(qty=3)
    with refused(CannotSplit, "at most 2 at operation 10"):
        splitting.split(serial.vault, serial.pat, "J-1", 3, "x")
    lots.make(serial.vault, serial.pat, "J-1", 2)
    with refused(CannotSplit, "its lots hold 2 of 3"):
        splitting.split(serial.vault, serial.pat, "J-1", 2, "x")
    with refused(NoReason, "split"):
        splitting.split(serial.vault, serial.pat, "J-1", 1, "")
    with refused(RoleNeeded, "planner"):
        splitting.split(serial.vault, serial.otto, "J-1", 1, "x")
    _all(serial, "J-1")
    with refused(CannotSplit, "every operation of it is over"):
        splitting.split(serial.vault, serial.pat, "J-1", 1, "x")
    jobs.close(serial.vault, serial.pat, "J-1")
    with refused(CannotSplit, "it is closed"):
        splitting.split(serial.vault, serial.pat, "J-1", 1, "x")


def test_a_move_to_another_route_keeps_lots_and_voids_rework(serial: Any) -> None:
    """Split-off pieces stay gone, rework of what is done again is void, its number is given away."""
    serial.job(qty=10)
    starting.start(serial.vault, serial.otto, "J-1", 10)
    stopping.finish(serial.vault, serial.otto, "J-1", 10)
    splitting.split(serial.vault, serial.pat, "J-1", 4, "half first")
    starting.start(serial.vault, serial.otto, "J-1", 20)
    stopping.pause(serial.vault, serial.otto, "J-1", 20, 2, 0, rework=1)
    assert rework.plan(
        serial.vault, serial.pat, "J-1", 20, "burr", steps=[Step(1, "bench", "File")]
    )
    route = "\n".join(
        f'[[operation]]\nseq={seq}\nstation="bench"\ntitle="New {seq}"\n' for seq in (10, 21, 40)
    )
    serial.release("10-0042", route__toml=route)
    deciding.move(serial.vault, serial.pat, "J-1", "new route")
    deciding.move(serial.vault, serial.pat, "J-1.2", "new route")
    view = jobs.show(serial.vault, "J-1")
    told = [
        (one.operation.seq, one.operation.title, one.operation.state) for one in view.operations
    ]
    assert told == [(10, "New 10", "waiting"), (21, "New 21", "waiting"), (40, "New 40", "waiting")]
    assert view.operations[0].arrived == 6
    lot = jobs.show(serial.vault, "J-1.2")
    assert [one.operation.seq for one in lot.operations] == [21, 40]
    assert lot.operations[0].arrived == 4
    _all(serial, "J-1")
    assert jobs.show(serial.vault, "J-1").out == 6
    assert list(events.verify(serial.vault.ledger)) == []


# --- steps left out, jobs given up ---------------------------------------------------------------


def test_a_step_left_out_lets_pieces_past_and_stays_visible(
    serial: Any, refused: Callable[..., Any]
) -> None:
    """By a planner with a reason; taken back only while nothing after it has begun."""
    serial.job(qty=5)
    starting.start(serial.vault, serial.otto, "J-1", 10)
    with refused(OperationSkipCannot, "pause or finish it first"):
        skipping.skip(serial.vault, serial.pat, "J-1", 10, "x")
    stopping.finish(serial.vault, serial.otto, "J-1", 10, 4, 1)
    with refused(NoReason, "skipped operation"):
        skipping.skip(serial.vault, serial.pat, "J-1", 20, "")
    with refused(RoleNeeded, "planner"):
        skipping.skip(serial.vault, serial.otto, "J-1", 20, "x")
    view = skipping.skip(serial.vault, serial.pat, "J-1", 20, "bar comes milled")
    step = view.operation(20)
    assert step is not None
    assert step.skipped is not None
    assert (step.operation.state, step.skipped.why) == ("skipped", "bar comes milled")
    assert view.operation(30).arrived == 4  # type: ignore[union-attr]
    view = skipping.restore(serial.vault, serial.pat, "J-1", 20, "it does not")
    assert view.operation(20).operation.state == "waiting"  # type: ignore[union-attr]
    skipping.skip(serial.vault, serial.pat, "J-1", 20, "it does")
    starting.start(serial.vault, serial.otto, "J-1", 30)
    with refused(OperationSkipCannot, "operation 30 after it has begun"):
        skipping.restore(serial.vault, serial.pat, "J-1", 20, "x")
    with refused(OperationCannot, "the planner has to take it back first"):
        starting.start(serial.vault, serial.otto, "J-1", 20)


def test_a_job_given_up_is_over(serial: Any, refused: Callable[..., Any]) -> None:
    """With a reason, and nothing more is done on it but what runs."""
    serial.job(qty=5)
    with refused(NoReason, "cancelled job"):
        jobs.cancel(serial.vault, serial.pat, "J-1", "")
    view = jobs.cancel(serial.vault, serial.pat, "J-1", "order withdrawn")
    assert (view.job.state, view.job.ended, bool(view.job.closed_at)) == ("cancelled", True, True)
    with refused(JobCannot, "is cancelled, so it cannot be released"):
        jobs.release_job(serial.vault, serial.pat, "J-1")
    with refused(JobCannot, "is cancelled"):
        skipping.skip(serial.vault, serial.pat, "J-1", 10, "x")
    with refused(JobCannot, "is cancelled, so it cannot be taken apart into lots"):
        lots.make(serial.vault, serial.pat, "J-1", 1)
    with refused(JobCannot, "is cancelled, so it cannot be printed for the floor"):
        sheet.print_traveler(serial.vault, serial.pat, "J-1", serial.folder / "t.pdf")
    assert not (serial.folder / "t.pdf").exists()
    assert noting.note(serial.vault, serial.otto, "J-1", 10, "The bar lies in rack 4.")


# --- stations ------------------------------------------------------------------------------------


def test_several_people_work_on_one_operation(serial: Any, refused: Callable[..., Any]) -> None:
    """Each counts what they made; who leaves does not stop the others, a finish ends it for all."""
    serial.job(qty=10)
    starting.start(serial.vault, serial.otto, "J-1", 10)
    done = starting.start(serial.vault, serial.quinn, "J-1", 10)
    assert done.state == "running"
    with refused(OperationCannot, "is running"):
        starting.start(serial.vault, serial.quinn, "J-1", 10)
    view = jobs.show(serial.vault, "J-1").operations[0]
    assert view.running_by == "otto, quinn"
    assert stopping.pause(serial.vault, serial.otto, "J-1", 10, 3).state == "running"
    assert jobs.show(serial.vault, "J-1").operations[0].running_by == "quinn"
    assert stopping.finish(serial.vault, serial.quinn, "J-1", 10).good == 10
    with serial.vault.ledger.reading() as connection:
        stints = work_records.stints(connection, "J-1")
    assert [(one.person, one.good) for one in stints] == [("otto", 3), ("quinn", 7)]


def test_one_person_works_on_several_operations(serial: Any) -> None:
    """All that somebody is on is known."""
    serial.job("J-1")
    serial.job("J-2")
    for job in ("J-1", "J-2"):
        starting.start(serial.vault, serial.otto, job, 10)
    with serial.vault.ledger.reading() as connection:
        on = work_records.elsewhere(connection, ["otto"], 0)
        here = work_records.open_stints(connection, 1)
        beside = work_records.elsewhere(connection, ["otto"], here[0].operation)
    assert [(one.job, one.seq) for one in on] == [("J-1", 10), ("J-2", 10)]
    assert [(one.job, one.seq) for one in beside] == [("J-2", 10)]


def test_work_is_sent_to_a_vendor_and_taken_back(serial: Any, refused: Callable[..., Any]) -> None:
    """A start sends, with vendor, slip and the day it is expected; a finish takes it back."""
    stations.add(serial.vault, serial.pat, "bench", outside=True, vendor="Galvano", days=5)
    serial.job(qty=5)
    with refused(NotOutside, "is done here at saw-1"):
        starting.start(serial.vault, serial.otto, "J-1", 10, trip=Trip(vendor="Galvano"))
    for seq in (10, 20):
        starting.start(serial.vault, serial.otto, "J-1", seq)
        stopping.finish(serial.vault, serial.otto, "J-1", seq)
    starting.start(
        serial.vault, serial.otto, "J-1", 30, trip=Trip(slip="LS 77", expected="2027-01-08")
    )
    told = jobs.show(serial.vault, "J-1").as_json()["operations"][2]["outside"]
    assert told["sent_to"] == "Galvano"
    assert (told["slip"], told["expected_back"], told["back_at"]) == ("LS 77", "2027-01-08", None)
    stopping.finish(serial.vault, serial.otto, "J-1", 30, 4, 1)
    assert jobs.show(serial.vault, "J-1").as_json()["operations"][2]["outside"]["back_at"]


def test_a_group_stands_for_equal_stations(serial: Any, refused: Callable[..., Any]) -> None:
    """A route may name it; work starts on one of its members, and it has the lanes of all."""
    for code, lanes in (("mill-a", 1), ("mill-b", 2)):
        stations.add(serial.vault, serial.pat, code, group="mill-2", lanes=lanes)
    assert stations.capacity(stations.listing(serial.vault))["mill-2"] == 3
    with refused(BadGroup, "not a member of itself"):
        stations.change(serial.vault, serial.pat, "mill-2", group="mill-2")
    with refused(BadGroup, "mill-a itself belongs to mill-2"):
        stations.add(serial.vault, serial.pat, "mill-c", group="mill-a")
    with refused(BadGroup, "is a group itself"):
        stations.change(serial.vault, serial.pat, "mill-2", group="bench")
    serial.job(qty=5)
    starting.start(serial.vault, serial.otto, "J-1", 10)
    stopping.finish(serial.vault, serial.otto, "J-1", 10)
    with refused(BadMachine, "neither mill-2 nor of that group"):
        starting.start(serial.vault, serial.otto, "J-1", 20, machine="saw-1")
    starting.start(serial.vault, serial.otto, "J-1", 20, machine="MILL-B")
    assert jobs.show(serial.vault, "J-1").operations[1].operation.machine == "mill-b"
    stopping.pause(serial.vault, serial.otto, "J-1", 20)
    at_a = Sent(stations=frozenset({"mill-a"}))
    starting.start(serial.vault, serial.otto, "J-1", 20, sent=at_a)  # its tablet, nothing is asked
    assert jobs.show(serial.vault, "J-1").operations[1].operation.machine == "mill-a"
