# SPDX-License-Identifier: AGPL-3.0-or-later
"""The floor: looking changes nothing, acting is done once, and pieces are accounted for."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from traveler import jobs, sheet, tokens
from traveler.errors import (
    BadQuantity,
    BadWords,
    JobNotReleased,
    NoSuchOperation,
    NoSuchTraveler,
    OperationCannot,
    OutsideTraveler,
    PiecesMissing,
    RevisionRecalled,
    TooManyPieces,
    TravelerEnded,
)
from traveler.floor import noting, scan, starting, stopping
from vault import clock
from vault.codes import new_code, parse_qr
from vault.ledger import events
from vault.ledger.errors import KeyUsedBefore, RoleNeeded


@pytest.fixture
def codes(shop: Any, tmp_path: Path) -> dict[int | None, str]:
    """Return the codes of a printed traveler of J-1, by operation; None is the job's."""
    shop.job("J-1")
    printed = sheet.print_traveler(shop.vault, shop.pat, "J-1", tmp_path / "t.pdf")
    return {seq: parse_qr(address)[1] for seq, address in printed.addresses}


def _run(shop: Any, *seqs: int) -> None:
    shop.prove()
    for seq in seqs:
        starting.start(shop.vault, shop.otto, "J-1", seq)
        stopping.finish(shop.vault, shop.otto, "J-1", seq)


def test_a_job_is_worked_from_first_to_last_step(shop: Any) -> None:
    """Good pieces flow on, scrap stays behind, times and people are kept."""
    shop.job("J-1", qty=10)
    starting.start(shop.vault, shop.otto, "J-1", 10, device="tablet 3")
    paused = stopping.pause(shop.vault, shop.otto, "J-1", 10, qty=4, scrap=1)
    assert (paused.state, paused.good, paused.scrap) == ("paused", 4, 1)
    starting.start(shop.vault, shop.quinn, "J-1", 10)
    done = stopping.finish(shop.vault, shop.quinn, "J-1", 10)
    assert (done.state, done.good, done.scrap) == ("done", 9, 1)
    _run(shop, 20, 30, 40)
    view = jobs.show(shop.vault, "J-1")
    assert [(one.operation.state, one.arrived) for one in view.operations] == [
        ("done", 10), ("done", 9), ("done", 9), ("done", 9),
    ]  # fmt: skip
    assert view.step is None
    jobs.close(shop.vault, shop.pat, "J-1")
    first = next(one for one in jobs.history(shop.vault, "J-1") if one.kind == "operation.start")
    assert (first.actor, first.device, first.facts["rev"]) == ("otto", "tablet 3", "A")
    assert list(events.verify(shop.vault.ledger)) == []


def test_pieces_have_to_add_up(shop: Any, refused: Callable[..., Any]) -> None:
    """Too many, too few without a reason, and negative counts are refused and nothing moves."""
    shop.job("J-1", qty=5)
    starting.start(shop.vault, shop.otto, "J-1", 10)
    with refused(TooManyPieces, "5 pieces came to operation 10 of job J-1, but 6 would be"):
        stopping.finish(shop.vault, shop.otto, "J-1", 10, 5, 1)
    with refused(PiecesMissing, "give the reason why 2 are missing"):
        stopping.finish(shop.vault, shop.otto, "J-1", 10, 3)
    for qty, scrap in ((-1, 0), (0, -1)):
        with pytest.raises(BadQuantity):
            stopping.pause(shop.vault, shop.otto, "J-1", 10, qty, scrap)
    assert jobs.show(shop.vault, "J-1").operations[0].operation.state == "running"
    done = stopping.finish(shop.vault, shop.otto, "J-1", 10, 3, why="two fell into the coolant")
    assert (done.good, done.state) == (3, "done")


def test_only_floor_people_act(shop: Any) -> None:
    """Engineers, approvers and customers cannot; nobody is let in by a code alone."""
    shop.job("J-1")
    for person in (shop.eli, shop.mchen, shop.cora):
        with pytest.raises(RoleNeeded, match="operator or planner or quality"):
            starting.start(shop.vault, person, "J-1", 10)


def test_work_stops_where_the_job_or_the_revision_stops(
    shop: Any, refused: Callable[..., Any]
) -> None:
    """Held jobs and recalled revisions start nothing; what runs can be accounted for."""
    shop.job("J-1")
    starting.start(shop.vault, shop.otto, "J-1", 10)
    jobs.hold(shop.vault, shop.pat, "J-1")
    stopping.finish(shop.vault, shop.otto, "J-1", 10)
    with refused(JobNotReleased, "Job J-1 is held"):
        starting.start(shop.vault, shop.otto, "J-1", 20)
    jobs.release_job(shop.vault, shop.pat, "J-1")
    shop.recall("10-0042", "A")
    with refused(RevisionRecalled, "nothing may be made from it"):
        starting.start(shop.vault, shop.otto, "J-1", 20)
    with refused(OperationCannot, "Operation 10 of job J-1 is done"):
        starting.start(shop.vault, shop.otto, "J-1", 10)
    with refused(NoSuchOperation, "it has 10, 20, 30, 40"):
        starting.start(shop.vault, shop.otto, "J-1", 15)


def test_the_same_request_sent_twice_is_done_once(shop: Any) -> None:
    """A phone that repeats itself gets the first answer, not a refusal or a second count."""
    shop.job("J-1", qty=5)
    starting.start(shop.vault, shop.otto, "J-1", 10, idempotency_key="a")
    assert starting.start(shop.vault, shop.otto, "J-1", 10, idempotency_key="a").state == "running"
    first = stopping.pause(shop.vault, shop.otto, "J-1", 10, 2, idempotency_key="b")
    again = stopping.pause(shop.vault, shop.otto, "J-1", 10, 2, idempotency_key="b")
    assert first == again
    assert jobs.show(shop.vault, "J-1").operations[0].operation.good == 2
    with pytest.raises(KeyUsedBefore):
        stopping.pause(shop.vault, shop.otto, "J-1", 10, 3, idempotency_key="b")


STARTER = """
import sys
from pathlib import Path
from traveler.floor import starting
from vault import home
from vault.errors import Refusal
from vault.ledger import people
vault = home.open_vault(Path(sys.argv[1]))
try:
    starting.start(vault, people.get(vault.ledger, "otto"), "J-1", 10)
except Refusal as refusal:
    print(type(refusal).__name__)
else:
    print("started")
vault.close()
"""


def test_one_of_several_tablets_starts_an_operation(shop: Any) -> None:
    """Processes that press the button together: one starts, the others are told it runs."""
    shop.job("J-1")
    presses = [
        subprocess.Popen(
            [sys.executable, "-c", STARTER, str(shop.vault.root)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    answers = sorted(press.communicate(timeout=120)[0].strip() for press in presses)
    assert answers == ["OperationCannot", "OperationCannot", "started"]
    assert list(events.verify(shop.vault.ledger)) == []


def test_a_note_is_kept_in_any_state(shop: Any) -> None:
    """Notes stand beside the step, in order; an empty one is refused."""
    shop.job("J-1")
    noting.note(shop.vault, shop.otto, "J-1", 10, "Bar 3 was bent.\nUsed bar 4. ")
    _run(shop, 10)
    noting.note(shop.vault, shop.quinn, "J-1", 10, "Checked.")
    notes = jobs.show(shop.vault, "J-1").operations[0].notes
    assert [(one.person, one.words) for one in notes] == [
        ("otto", "Bar 3 was bent.\nUsed bar 4."),
        ("quinn", "Checked."),
    ]
    with pytest.raises(BadWords, match="it is empty"):
        noting.note(shop.vault, shop.otto, "J-1", 10, " \n ")


def test_a_scan_shows_the_step_in_hand(shop: Any, codes: dict[int | None, str]) -> None:
    """The job's code follows the work; an operation's code stays with it and says why not yet."""
    view = scan.look(shop.vault, codes[None])
    assert (view.scope, view.step and view.step.operation.seq, view.acts) == (None, 10, ("start",))
    assert not view.stop
    waiting = scan.look(shop.vault, codes[40])
    assert (waiting.scope, waiting.acts) == (40, ())
    assert [one.sentence for one in waiting.owed] == [
        "measurement at step 40: missing", "photo at step 40: missing",
    ]  # fmt: skip
    assert waiting.why_not.startswith("Operation 40 of job J-1 waits for operation 10")
    _run(shop, 10)
    after = scan.look(shop.vault, codes[None].lower())
    assert after.step is not None
    assert after.step.operation.seq == 20
    assert [(one.name, one.here) for one in after.files] == [
        ("item.toml", False), ("route.toml", False), ("setup.txt", True),
    ]  # fmt: skip
    _run(shop, 20, 30, 40)
    assert scan.look(shop.vault, codes[None]).why_not == "Every operation of this job is done."


def test_looking_changes_nothing(shop: Any, codes: dict[int | None, str]) -> None:
    """Ten looks leave the ledger at the same event."""
    before = events.head(shop.vault.ledger)
    for code in (*codes.values(), *codes.values()):
        scan.look(shop.vault, code)
    assert events.head(shop.vault.ledger) == before


def test_a_scan_says_stop_once_the_revision_is_not_current(
    shop: Any, codes: dict[int | None, str]
) -> None:
    """The old paper shows superseded with the current letter, then recalled with no button."""
    shop.release("10-0042", setup__txt="Other jaws.")
    view = scan.look(shop.vault, codes[None])
    assert (view.stop, view.standing.state, view.standing.current) == (True, "superseded", "B")
    shop.recall("10-0042", "A")
    view = scan.look(shop.vault, codes[None])
    assert (view.standing.state, view.acts) == ("recalled", ())
    assert "was recalled (hole in the wrong place)" in view.why_not


def test_a_code_acts_within_its_scope_only(shop: Any, codes: dict[int | None, str]) -> None:
    """The code of an operation moves that one; the job's code any of the job; none another job."""
    with pytest.raises(OutsideTraveler, match="for operation 20 of job J-1 only"):
        starting.start(shop.vault, shop.otto, "J-1", 10, token=codes[20])
    starting.start(shop.vault, shop.otto, "J-1", 10, token=codes[10])
    stopping.finish(shop.vault, shop.otto, "J-1", 10, token=codes[None])
    shop.job("J-2")
    with pytest.raises(OutsideTraveler):
        starting.start(shop.vault, shop.otto, "J-2", 10, token=codes[None])
    with pytest.raises(NoSuchTraveler):
        starting.start(shop.vault, shop.otto, "J-2", 10, token=new_code())


def test_codes_end_when_withdrawn_or_out_of_date(
    shop: Any, codes: dict[int | None, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reprinting keeps the old paper unless told otherwise; age ends it in any case."""
    second = sheet.print_traveler(shop.vault, shop.pat, "J-1", tmp_path / "2.pdf")
    assert scan.look(shop.vault, codes[10]).job.number == "J-1"
    third = sheet.print_traveler(shop.vault, shop.pat, "J-1", tmp_path / "3.pdf", withdraw=True)
    newest = parse_qr(third.addresses[0][1])[1]
    for dead in (codes[10], parse_qr(second.addresses[0][1])[1]):
        with pytest.raises(TravelerEnded, match="traveler of job J-1 is withdrawn"):
            scan.look(shop.vault, dead)
    assert scan.look(shop.vault, newest).job.number == "J-1"
    monkeypatch.setattr(clock, "now", lambda: "2028-03-01T00:00:00Z")
    with pytest.raises(TravelerEnded, match="is out of date"):
        scan.look(shop.vault, newest)


def test_every_print_can_be_withdrawn_at_once(shop: Any, codes: dict[int | None, str]) -> None:
    """Lost paper: after withdrawing, none of its codes opens anything."""
    assert tokens.withdraw(shop.vault, shop.pat, "J-1") == 5
    for code in codes.values():
        with pytest.raises(TravelerEnded):
            scan.look(shop.vault, code)


@pytest.mark.parametrize("code", ["", "nonsense", "0" * 26, "' OR 1=1 --", "é" * 26])
def test_what_is_no_code_opens_nothing(shop: Any, code: str) -> None:
    """Unknown and malformed codes get the same sentence."""
    with pytest.raises(NoSuchTraveler):
        scan.look(shop.vault, code)


def test_codes_are_not_in_the_ledger(shop: Any, codes: dict[int | None, str]) -> None:
    """A copy of the ledger, its write-ahead log included, opens no traveler."""
    shop.vault.ledger.close()
    for file in shop.vault.root.glob("ledger.db*"):
        held = file.read_bytes()
        assert not [code for code in codes.values() if code.encode() in held]


def test_a_row_of_the_floor_edited_by_hand_is_named(shop: Any) -> None:
    """Counts, states and stints are sealed: the check names the row and the event."""
    import sqlite3

    shop.job("J-1")
    _run(shop, 10)
    plain = sqlite3.connect(shop.vault.root / "ledger.db")
    plain.execute("UPDATE operation SET good = 4, scrap = 1 WHERE seq = 10")
    plain.execute("UPDATE job SET qty = 6")
    plain.execute("DELETE FROM stint")
    plain.commit()
    plain.close()
    named = {(one.kind, one.where) for one in events.verify(shop.vault.ledger)}
    assert named == {("altered", "operation/1"), ("altered", "job/J-1"), ("deleted", "stint/1")}
