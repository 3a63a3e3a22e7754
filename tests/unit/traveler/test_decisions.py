# SPDX-License-Identifier: AGPL-3.0-or-later
"""Jobs on overtaken revisions: asked about by themselves, decided by people, on record for ever."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from release import desk, follower
from release.log import ReleaseLog
from release.terms import Terms
from traveler import following, jobs, recalls, sheet, tables, tokens
from traveler.blockers import handling
from traveler.decisions import deciding
from traveler.decisions.errors import ChoiceNotOpen, NoSuchStep, NothingToDecide, NotTheirDecision
from traveler.errors import (
    DeviationUsedUp,
    JobNotReleased,
    NoReason,
    RevisionRecalled,
    RevisionUndecided,
    TravelerEnded,
)
from traveler.floor import acting, scan, starting, stopping
from vault import home
from vault.ledger import events
from vault.ledger.errors import RoleNeeded, WrongPassword

PASSWORD = "correct horse 7"
NEXT = """
[[operation]]
seq = 10
station = "saw-1"
title = "Cut bar"
setup_minutes = 5
run_minutes = 0.5

[[operation]]
seq = 20
station = "mill-3"
title = "Mill first side"
setup_minutes = 30
run_minutes = 6
notes = "Zero on datum A."
files = ["setup.txt"]

[[operation]]
seq = 35
station = "bench"
title = "Engrave"

[[operation]]
seq = 40
station = "cmm"
title = "Inspect"
proof = ["measurements", "photo"]
"""


def undecided(shop: Any) -> list[str]:
    """Return the jobs that still keep the withdrawal of 10-0042 A open."""
    found = recalls.of(shop.vault, "10-0042", "A").open
    return [one.name for one in found if one.kind == "job"]


def questions(shop: Any) -> list[tuple[str, str]]:
    """Return the open questions: which job, and what they say."""
    return [
        (one.blocker.job or "", one.blocker.what)
        for one in handling.listing(shop.vault)
        if one.blocker.decides
    ]


def overtaken(shop: Any, *numbers: str) -> None:
    """Make jobs of A and release B with another route."""
    for number in numbers:
        shop.job(number)
    shop.release("10-0042", route__toml=NEXT, setup__txt="Other jaws.")


def test_a_release_asks_about_every_job_in_process(shop: Any) -> None:
    """Planned, released and held jobs are asked about once, closed ones and other items not."""
    shop.job("J-1")
    shop.job("J-2", released=False)
    shop.job("J-3")
    jobs.hold(shop.vault, shop.pat, "J-3")
    shop.job("J-4")
    jobs.close(shop.vault, shop.pat, "J-4", "cancelled")
    jobs.add(shop.vault, shop.pat, "J-5", "10-0050", 1, "2027-03-01")
    overtaken(shop)
    said = questions(shop)
    assert [job for job, _what in said] == ["J-1", "J-2", "J-3"]
    assert said[0][1].startswith("10-0042 A is superseded, B is current (CO-0003): decide")
    assert undecided(shop) == ["J-1", "J-2", "J-3"]
    one = handling.listing(shop.vault)[0].blocker
    assert (one.kind, one.owner, one.escalate_to, one.facts["change"]) == (
        "approval", "pat", "mchen", "CO-0003",
    )  # fmt: skip
    head = events.head(shop.vault.ledger)
    for _ in range(3):
        following.follow(shop.vault)
        jobs.show(shop.vault, "J-1")
    assert events.head(shop.vault.ledger) == head
    assert list(events.verify(shop.vault.ledger)) == []


def test_nothing_starts_until_it_is_decided_in_no_way(shop: Any) -> None:
    """Not with an override either, and a held or planned job is not released; what runs may end."""
    shop.job("J-1")
    starting.start(shop.vault, shop.otto, "J-1", 10)
    shop.job("J-2", released=False)
    overtaken(shop)
    stopping.finish(shop.vault, shop.otto, "J-1", 10)
    for override in ("", "the customer waits"):
        with pytest.raises(RevisionUndecided, match="10-0042 A was superseded by B"):
            starting.start(shop.vault, shop.ada, "J-1", 20, override=override)
    with pytest.raises(RevisionUndecided, match="titleblock job decide J-2"):
        jobs.release_job(shop.vault, shop.pat, "J-2")


def test_a_deviation_takes_an_approver_and_the_password(shop: Any) -> None:
    """Neither planner nor administrator nor a wrong password; then work goes on and it is told."""
    overtaken(shop, "J-1")
    for name in ("pat", "ada", "otto", "eli"):
        with pytest.raises(NotTheirDecision, match="takes an approver, or mchen"):
            deciding.deviate(shop.vault, shop.people[name], PASSWORD, "J-1", "goes")
    with pytest.raises(WrongPassword):
        deciding.deviate(shop.vault, shop.mchen, "wrong", "J-1", "goes")
    with pytest.raises(NoReason, match="The deviation needs a reason"):
        deciding.deviate(shop.vault, shop.mchen, PASSWORD, "J-1", " ")
    assert len(questions(shop)) == 1
    made = deciding.deviate(shop.vault, shop.mchen, PASSWORD, "J-1", "slot may stay")
    assert made.sentence == "goes on with A by deviation"
    assert questions(shop) == []
    assert undecided(shop) == []
    assert starting.start(shop.vault, shop.otto, "J-1", 10).state == "running"
    view = jobs.show(shop.vault, "J-1").as_json()
    assert (view["rev"], view["deviation"]["by"], view["deviation"]["why"]) == (
        "A", "mchen", "slot may stay",
    )  # fmt: skip
    closed = handling.listing(shop.vault, handling.BlockerFilter(states=frozenset({"closed"})))
    entry = handling.show(shop.vault, closed[0].blocker.id)[1][-1]
    assert (entry.act, entry.words, entry.person) == ("clear", made.sentence, "mchen")


def test_a_deviation_ends_with_its_pieces_and_its_day(
    shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three good pieces and no fourth; after the last day the question stands again by itself."""
    overtaken(shop, "J-1")
    deciding.deviate(shop.vault, shop.mchen, PASSWORD, "J-1", "three", 3, "2099-01-01")
    starting.start(shop.vault, shop.otto, "J-1", 10)
    with pytest.raises(DeviationUsedUp, match="for 3 good pieces, but operation 10 would count 5"):
        stopping.finish(shop.vault, shop.otto, "J-1", 10)
    stopping.pause(shop.vault, shop.otto, "J-1", 10, 3)
    with pytest.raises(DeviationUsedUp):
        starting.start(shop.vault, shop.otto, "J-1", 10)
    assert questions(shop) == []
    for module in (following, jobs, acting, deciding, handling):
        monkeypatch.setattr(module, "today", lambda _zone: "2099-01-02")
    assert [job for job, _what in questions(shop)] == ["J-1"]
    with pytest.raises(RevisionUndecided):
        starting.start(shop.vault, shop.otto, "J-1", 10)
    with pytest.raises(ChoiceNotOpen, match="2099-01-01 has passed"):
        deciding.deviate(shop.vault, shop.mchen, PASSWORD, "J-1", "more", until="2099-01-01")


def test_a_deviation_from_c_says_nothing_about_d(shop: Any) -> None:
    """Each later release, and a recall, asks anew; the old question is not asked twice."""
    overtaken(shop, "J-1")
    deciding.deviate(shop.vault, shop.mchen, PASSWORD, "J-1", "fine beside B")
    shop.release("10-0042", setup__txt="Third jaws.")
    assert [what for _job, what in questions(shop)] == [
        "10-0042 A is superseded, C is current (CO-0004): decide what happens to job J-1"
    ]
    with pytest.raises(RevisionUndecided, match="superseded by C"):
        starting.start(shop.vault, shop.otto, "J-1", 10)
    shop.recall("10-0042", "A")
    (only,) = questions(shop)
    assert "10-0042 A is recalled" in only[1]
    with pytest.raises(RevisionRecalled):
        starting.start(shop.vault, shop.otto, "J-1", 10)


def test_a_recalled_revision_goes_on_only_where_the_recall_lets_the_lot_end(shop: Any) -> None:
    """Stop means stop; finish lot may be allowed by an approver."""
    shop.job("J-1")
    shop.release("10-0050", note__txt="New bolt.")
    jobs.add(shop.vault, shop.pat, "J-2", "10-0050", 5, "2027-03-01", rev="B")
    shop.recall("10-0042", "A")
    desk.recall(shop.vault, shop.mchen, "10-0050", "B", "thread", instruction="finish lot")
    with pytest.raises(ChoiceNotOpen, match="recalled with the instruction “stop”"):
        deciding.deviate(shop.vault, shop.mchen, PASSWORD, "J-1", "no")
    with pytest.raises(ChoiceNotOpen, match="no revision of 10-0042 is current"):
        deciding.move(shop.vault, shop.pat, "J-1", "no")
    deciding.deviate(shop.vault, shop.mchen, PASSWORD, "J-2", "thread is gauged", 5)
    jobs.release_job(shop.vault, shop.pat, "J-2")
    deciding.hold(shop.vault, shop.pat, "J-1", "until D")
    assert questions(shop) == []
    assert jobs.show(shop.vault, "J-1").job.state == "held"


def test_a_hold_is_a_decision_that_ends_when_work_is_to_go_on(shop: Any) -> None:
    """Held jobs are answered for; to release again somebody decides anew."""
    overtaken(shop, "J-1")
    shop.job("J-2", released=False, rev="A")
    for number in ("J-1", "J-2"):
        deciding.hold(shop.vault, shop.pat, number, "ask the customer")
    states = [jobs.show(shop.vault, one).job.state for one in ("J-1", "J-2")]
    assert states == ["held", "planned"]
    assert undecided(shop) == []
    with pytest.raises(JobNotReleased):
        starting.start(shop.vault, shop.otto, "J-1", 10)
    with pytest.raises(RevisionUndecided):
        jobs.release_job(shop.vault, shop.pat, "J-1")
    deciding.deviate(shop.vault, shop.mchen, PASSWORD, "J-1", "customer agrees")
    assert jobs.release_job(shop.vault, shop.pat, "J-1").job.state == "released"
    choices = [one.choice for one in jobs.show(shop.vault, "J-1").decisions]
    assert choices == ["hold", "deviation"]


def test_a_move_keeps_what_is_the_same_and_tells_what_differs(shop: Any, tmp_path: Path) -> None:
    """10 stays done, 20 changed station and file and is done again, 30 is gone, 35 is new."""
    shop.job("J-1")
    for seq in (10, 20, 30):
        starting.start(shop.vault, shop.otto, "J-1", seq)
        stopping.finish(shop.vault, shop.otto, "J-1", seq)
    printed = sheet.print_traveler(shop.vault, shop.pat, "J-1", tmp_path / "t.pdf")
    overtaken(shop)
    asked = deciding.question(shop.vault, "J-1")
    assert [(one.seq, one.what, one.keep, one.begun) for one in asked.steps] == [
        (10, "same", True, True), (20, "changed", False, True), (30, "gone", False, True),
        (35, "new", False, False), (40, "same", True, False),
    ]  # fmt: skip
    assert asked.files == ("setup.txt",)
    made = deciding.move(shop.vault, shop.pat, "J-1", "few made yet", to="B")
    assert (made.rev, made.current) == ("A", "B")
    assert (
        "20 Mill first side: station mill-2 → mill-3; minutes a piece 4 → 6; setup.txt changed"
        in (made.differences)
    )
    assert "20 Mill first side is done again (5 good, 0 scrap before)" in made.differences
    view = jobs.show(shop.vault, "J-1")
    assert view.job.rev == "B"
    assert [(s.operation.seq, s.operation.station, s.operation.state) for s in view.operations] == [
        (10, "saw-1", "done"), (20, "mill-3", "waiting"), (35, "bench", "waiting"),
        (40, "cmm", "waiting"),
    ]  # fmt: skip
    assert questions(shop) == []
    assert starting.start(shop.vault, shop.otto, "J-1", 20).state == "running"
    with pytest.raises(TravelerEnded, match="withdrawn"):
        scan.look(shop.vault, printed.addresses[0][1].rpartition("/")[2])
    moved = next(one for one in jobs.history(shop.vault, "J-1") if one.kind == "job.moved")
    assert (moved.facts["before"], moved.facts["now"], moved.facts["kept"]) == ("A", "B", [10, 40])
    assert list(events.verify(shop.vault.ledger)) == []


def test_the_planner_may_keep_and_repeat_against_the_rule_with_a_reason(shop: Any) -> None:
    """20 differs and stays as done, 10 is the same and is done again; both on record."""
    shop.job("J-1")
    for seq in (10, 20):
        starting.start(shop.vault, shop.otto, "J-1", seq)
        stopping.finish(shop.vault, shop.otto, "J-1", seq)
    overtaken(shop)
    for keep, again in (((99,), ()), ((), (35,)), ((30,), ())):
        with pytest.raises(NoSuchStep, match="Revision B has no operation"):
            deciding.move(shop.vault, shop.pat, "J-1", "x", keep=keep, again=again)
    made = deciding.move(shop.vault, shop.pat, "J-1", "bars were short", keep=[20], again=[10])
    steps = [one.operation for one in jobs.show(shop.vault, "J-1").operations]
    assert [(one.seq, one.station, one.state, one.good) for one in steps][:2] == [
        (10, "saw-1", "waiting", 0), (20, "mill-3", "done", 5),
    ]  # fmt: skip
    assert "10 Cut bar is done again (5 good, 0 scrap before)" in made.differences
    assert "20 Mill first side stays as done (5 good, 0 scrap)" in made.differences


def test_a_step_that_went_may_come_back(shop: Any) -> None:
    """Moved to B without 30 and on to C with it: one row, begun anew."""
    overtaken(shop, "J-1")
    deciding.move(shop.vault, shop.pat, "J-1", "to B")
    shop.release("10-0042", route__toml=NEXT.replace("seq = 35", "seq = 30"))
    deciding.move(shop.vault, shop.pat, "J-1", "to C")
    steps = [one.operation for one in jobs.show(shop.vault, "J-1").operations]
    assert [(one.seq, one.title) for one in steps] == [
        (10, "Cut bar"), (20, "Mill first side"), (30, "Engrave"), (40, "Inspect"),
    ]  # fmt: skip
    assert list(events.verify(shop.vault.ledger)) == []


def test_what_runs_is_not_moved_and_what_was_seen_is_what_is_decided(shop: Any) -> None:
    """A running operation has to end first; a revision released meanwhile is looked at first."""
    shop.job("J-1")
    starting.start(shop.vault, shop.otto, "J-1", 10)
    overtaken(shop)
    with pytest.raises(ChoiceNotOpen, match="operation 10 is running; pause or finish it first"):
        deciding.move(shop.vault, shop.pat, "J-1", "now")
    stopping.pause(shop.vault, shop.otto, "J-1", 10, 2)
    shop.release("10-0042", setup__txt="Third jaws.")
    with pytest.raises(ChoiceNotOpen, match="move to B: C was released meanwhile"):
        deciding.move(shop.vault, shop.pat, "J-1", "now", to="B")
    for name in ("otto", "mchen", "eli"):
        with pytest.raises(RoleNeeded):
            deciding.move(shop.vault, shop.people[name], "J-1", "now")
        with pytest.raises(RoleNeeded):
            deciding.hold(shop.vault, shop.people[name], "J-1", "now")
    deciding.move(shop.vault, shop.pat, "J-1", "now", to="C")
    first = jobs.show(shop.vault, "J-1").operations[0].operation
    assert (first.state, first.good) == ("paused", 2)


def test_there_is_nothing_to_decide_about_current_and_closed_jobs(shop: Any) -> None:
    """Each verb says so."""
    shop.job("J-1")
    with pytest.raises(NothingToDecide, match="Job J-1 is on A, which is current"):
        deciding.hold(shop.vault, shop.pat, "J-1", "why not")
    overtaken(shop)
    jobs.close(shop.vault, shop.pat, "J-1", "scrapped")
    assert questions(shop) == []
    with pytest.raises(NothingToDecide, match="Job J-1 is closed"):
        deciding.deviate(shop.vault, shop.mchen, PASSWORD, "J-1", "why not")


def test_a_job_planned_on_an_old_revision_is_asked_about_at_once(shop: Any) -> None:
    """It may be planned, not started: the question comes with it."""
    overtaken(shop)
    shop.job("J-1", released=False, rev="A")
    assert [job for job, _what in questions(shop)] == ["J-1"]


def test_the_authors_proposal_is_shown_as_such(shop: Any) -> None:
    """What the author of the new revision proposed for jobs in process stands with the question."""
    shop.job("J-1")
    shop.check_in("10-0042", setup__txt="Other jaws.")
    terms = Terms(in_process={"10-0042": "continue"})
    order = desk.open_change(shop.vault, shop.eli, ["10-0042"], "jaws", terms).order
    desk.sign(shop.vault, shop.mchen, PASSWORD, order.change)
    desk.release(shop.vault, shop.eli, order.change)
    asked = deciding.question(shop.vault, "J-1")
    assert (asked.proposal, asked.proposed_by, asked.open) == ("continue", "eli", True)


def test_a_crash_after_the_release_is_healed_by_the_next_look(
    shop: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Release without anything after it: any process that looks next asks, exactly once."""
    shop.job("J-1")
    with monkeypatch.context() as crash:
        crash.setattr(follower, "follow", lambda _vault: None)
        shop.release("10-0042", setup__txt="Other jaws.")  # nobody of the floor has looked yet
    copy = tmp_path / "copy"
    shutil.copytree(shop.vault.root, copy, symlinks=True)
    again = home.open_vault(copy)
    with again.ledger.reading() as connection:
        assert connection.execute(tables.blocker.select()).all() == []
    assert [one.held for one in jobs.listing(again)] == [1]
    assert [one.held for one in jobs.listing(again)] == [1]
    assert list(events.verify(again.ledger)) == []
    again.close()


def test_an_older_vault_git_that_was_restored_takes_the_question_back(
    shop: Any, tmp_path: Path
) -> None:
    """What is asked is how things stand: where B is gone, nothing is asked about A."""
    shop.job("J-1")
    following.follow(shop.vault)
    older = tmp_path / "older.git"
    shutil.copytree(shop.vault.root / "vault.git", older, symlinks=True)
    shop.release("10-0042", setup__txt="Other jaws.")
    assert len(questions(shop)) == 1
    shop.vault.close()
    shutil.rmtree(shop.vault.root / "vault.git")
    shutil.copytree(older, shop.vault.root / "vault.git", symlinks=True)
    again = home.open_vault(shop.vault.root)
    assert handling.listing(again) == []
    assert ReleaseLog(again).standing("10-0042", "A") == "current"
    again.close()


def test_the_code_of_a_step_that_is_gone_says_so(
    shop: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where a print was not withdrawn, a dropped step opens nothing."""
    shop.job("J-1")
    printed = sheet.print_traveler(shop.vault, shop.pat, "J-1", tmp_path / "t.pdf")
    code = {seq: address.rpartition("/")[2] for seq, address in printed.addresses}
    overtaken(shop)
    monkeypatch.setattr(tokens, "revoke", lambda *_given: 0)
    deciding.move(shop.vault, shop.pat, "J-1", "to B")
    with pytest.raises(TravelerEnded, match="of a step that revision B does not have"):
        scan.look(shop.vault, code[30])
    assert scan.look(shop.vault, code[None]).acts == ("start",)


def test_a_scan_says_what_was_decided(
    shop: Any, tmp_path: Path, refused: Callable[..., Any]
) -> None:
    """STOP until decided; with a deviation the page lets work go on and says under what."""
    shop.job("J-1")
    printed = sheet.print_traveler(shop.vault, shop.pat, "J-1", tmp_path / "t.pdf")
    code = printed.addresses[0][1].rpartition("/")[2]
    overtaken(shop)
    view = scan.look(shop.vault, code)
    assert (view.stop, view.acts, view.blocked) == (True, (), False)
    assert "what happens to job J-1 is not decided" in view.why_not
    deciding.deviate(shop.vault, shop.mchen, PASSWORD, "J-1", "fine", 2)
    view = scan.look(shop.vault, code)
    assert (view.stop, view.acts) == (False, ("start",))
    assert view.view.ground.limit == 2


def test_a_traveler_printed_under_a_deviation_says_so(shop: Any, tmp_path: Path) -> None:
    """The band on the paper names what was allowed and by whom."""
    import pymupdf

    overtaken(shop, "J-1")
    deciding.deviate(shop.vault, shop.mchen, PASSWORD, "J-1", "fine", 2)
    sheet.print_traveler(shop.vault, shop.pat, "J-1", tmp_path / "t.pdf")
    with pymupdf.open(tmp_path / "t.pdf") as document:
        words = " ".join(document[0].get_text().split())
    assert "Revision A is superseded: goes on with A by deviation, at most 2 good pieces" in words
