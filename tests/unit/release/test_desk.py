# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk on a real vault: the thread from check-in to release, and every refusal on the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from release import errors as refusals
from vault import errors

if TYPE_CHECKING:
    from release.gate import Judgement
    from vault.home import Vault
    from vault.ledger.people import Person

Draw = Callable[..., Path]
People = dict[str, "Person"]


@pytest.fixture
def bracket(vault: Vault, people: People, draw: Draw) -> str:
    """Return an item with a drawing, owned by mchen, checked in by eli."""
    from release import desk

    desk.add_item(vault, people["eli"], "10-0042", "Bracket, motor mount", "mchen")
    files = {"drawing.pdf": draw("drawing.pdf")}
    desk.check_in(vault, people["eli"], "10-0042", files, "first drawing")
    return "10-0042"


def opened(vault: Vault, people: People, number: str, notes: str = "first release") -> Judgement:
    """Return an order of eli's for an item."""
    from release import desk

    return desk.open_change(vault, people["eli"], [number], notes)


def released(vault: Vault, people: People, number: str, password: str) -> str:
    """Take an item through an order, and return the letter it got."""
    from release import desk

    change = opened(vault, people, number).order.change
    desk.sign(vault, people["mchen"], password, change)
    return desk.release(vault, people["eli"], change)[0].rev


def test_a_signed_order_is_released_with_a_stamped_drawing(
    vault: Vault, people: People, bracket: str, password: str
) -> None:
    """The first release is A; its record, its stamped file, its tag and the order agree."""
    from release import audit, desk
    from release.log import ReleaseLog

    order = opened(vault, people, bracket)
    assert order.next == {bracket: "A"}
    assert not order.passes
    assert [one.verdict for one in order.open] == ["unsatisfied"]
    assert desk.sign(vault, people["mchen"], password, order.order.change).passes
    (made,) = desk.release(vault, people["eli"], order.order.change)
    log = ReleaseLog(vault)
    assert (made.rev, log.current(bracket)) == ("A", made)
    stamped = log.read(made, "drawing.pdf", stamped=True)
    assert stamped.startswith(b"%PDF-")
    assert stamped != log.read(made, "drawing.pdf")
    assert vault.history.tip(f"refs/tags/release/{bracket}/A")
    assert desk.judge(vault, order.order.change).order.state == "released"
    assert log.by_code(made.code) == made
    report = audit.verify(vault)
    assert report.faults == ()
    assert report.checked["files"] == 2


def test_the_next_release_supersedes_the_one_before(
    vault: Vault, people: People, bracket: str, password: str, draw: Draw
) -> None:
    """B is current at once, A is superseded and its bytes are still served for the record."""
    from release import desk
    from release.log import ReleaseLog

    assert released(vault, people, bracket, password) == "A"
    files = {"drawing.pdf": draw("drawing.pdf", "BRACKET CHANGED")}
    desk.check_in(vault, people["eli"], bracket, files, "hole 6.5")
    assert released(vault, people, bracket, password) == "B"
    log = ReleaseLog(vault)
    assert [log.standing(bracket, rev) for rev in "AB"] == ["superseded", "current"]
    assert log.revision(bracket, "B").supersedes == "A"
    rows = {row.rev: row.state for row in vault.catalogue.revisions(bracket)}
    assert rows == {"A": "superseded", "B": "current"}
    assert log.read(log.revision(bracket, "A"), "drawing.pdf", stamped=True)


def test_a_recall_leaves_no_current_revision_and_spends_no_letter_twice(
    vault: Vault, people: People, bracket: str, password: str, draw: Draw
) -> None:
    """After a recall nothing is current, and the next release is B, not A again."""
    from release import desk
    from release.log import ReleaseLog

    released(vault, people, bracket, password)
    with pytest.raises(refusals.NotAnApprover):
        desk.recall(vault, people["eli"], bracket, "A", "wrong hole")
    desk.recall(vault, people["mchen"], bracket, "A", "wrong hole")
    with pytest.raises(refusals.NothingCurrent, match=r"A was recalled \(wrong hole\)"):
        ReleaseLog(vault).wanted(bracket, None)
    assert ReleaseLog(vault).current(bracket) is None
    assert ReleaseLog(vault).standing(bracket, "A") == "recalled"
    with pytest.raises(refusals.RevisionWrongState):
        desk.recall(vault, people["mchen"], bracket, "A", "again")
    desk.check_in(vault, people["eli"], bracket, {"drawing.pdf": draw("drawing.pdf", "NEW")}, "x")
    assert released(vault, people, bracket, password) == "B"


def test_one_changed_byte_after_the_signature_voids_it_on_record(
    vault: Vault, people: People, bracket: str, password: str, draw: Draw
) -> None:
    """The void is an event of its own, automatic, and names whose check-in it was."""
    from release import desk

    change = opened(vault, people, bracket).order.change
    desk.sign(vault, people["mchen"], password, change)
    desk.check_in(vault, people["eli"], bracket, {"drawing.pdf": draw("drawing.pdf", "X")}, "oops")
    judged = desk.judge(vault, change)
    assert not judged.passes
    last = judged.order.events[-1]
    assert (last.act, last.automatic) == ("void", True)
    assert "eli" in last.text
    assert bracket in judged.order.signoffs[0].voided
    with pytest.raises(refusals.RequirementsOpen):
        desk.release(vault, people["eli"], change)


def test_signing_what_one_did_not_see_is_refused(
    vault: Vault, people: People, bracket: str, password: str, draw: Draw
) -> None:
    """The page was opened before the check-in: the signature is not taken."""
    from release import desk

    order = opened(vault, people, bracket).order
    seen = {one.number: one.tree for one in order.items}
    desk.check_in(vault, people["eli"], bracket, {"drawing.pdf": draw("drawing.pdf", "X")}, "oops")
    with pytest.raises(refusals.ChangedSinceSeen):
        desk.sign(vault, people["mchen"], password, order.change, seen=seen)
    assert desk.judge(vault, order.change).order.signoffs == ()


def test_who_may_not_sign_cannot(vault: Vault, people: People, bracket: str, password: str) -> None:
    """A wrong password, the author, a stranger: each is refused and nothing is signed."""
    from release import desk
    from vault.ledger import errors as ledger_errors
    from vault.ledger import people as ledger_people

    change = opened(vault, people, bracket).order.change
    with pytest.raises(ledger_errors.WrongPassword):
        desk.sign(vault, people["mchen"], "wrong", change)
    for name in ("eli", "ada", "pat"):
        with pytest.raises(refusals.NotAnApprover):
            desk.sign(vault, people[name], password, change)
    other = ledger_people.add(vault.ledger, "ada", "rkim", ["approver"])
    ledger_people.set_password(vault.ledger, "ada", "rkim", password)
    with pytest.raises(refusals.NotAnApprover):
        desk.sign(vault, other, password, change)
    assert desk.judge(vault, change).order.signoffs == ()
    with pytest.raises(refusals.RequirementsOpen):
        desk.release(vault, people["eli"], change)
    assert vault.history.tip("refs/meta/releases") is None


def test_an_author_who_owns_the_item_cannot_release_alone(
    vault: Vault, people: People, draw: Draw, password: str
) -> None:
    """Even with every role, whoever made the change does not approve it."""
    from release import desk
    from vault.ledger import people as ledger_people

    sam = ledger_people.add(vault.ledger, "ada", "sam", ["engineer", "approver"])
    ledger_people.set_password(vault.ledger, "ada", "sam", password)
    desk.add_item(vault, sam, "10-0001", "Own thing", "sam")
    desk.check_in(vault, sam, "10-0001", {"a.pdf": draw("a.pdf")}, "mine")
    change = opened(vault, people, "10-0001").order.change
    with pytest.raises(refusals.NotAnApprover, match="who made a change"):
        desk.sign(vault, sam, password, change)


@pytest.mark.parametrize("number", ["10/0042", "", "CON", "a..b", "x.lock", "-x", "ä1", "a" * 33])
def test_a_bad_number_is_refused_and_changes_nothing(
    vault: Vault, people: People, number: str
) -> None:
    """The sentence says what is wrong with it; history does not move."""
    from release import desk

    before = vault.history.tip("refs/heads/main")
    with pytest.raises(errors.BadInput):
        desk.add_item(vault, people["eli"], number, "T", "mchen")
    assert vault.history.tip("refs/heads/main") == before


def test_a_number_in_other_case_is_the_same_number(
    vault: Vault, people: People, draw: Draw
) -> None:
    """Windows would put both in one folder."""
    from release import desk

    desk.add_item(vault, people["eli"], "Ab-1", "One", "mchen")
    with pytest.raises(errors.ItemExists, match="Ab-1"):
        desk.add_item(vault, people["eli"], "AB-1", "Two", "mchen", path="elsewhere/AB-1")
    desk.check_in(vault, people["eli"], "aB-1", {"a.pdf": draw("a.pdf")}, "found by any case")


def test_bad_files_are_refused_and_nothing_is_checked_in(
    vault: Vault, people: People, bracket: str, tmp_path: Path, draw: Draw
) -> None:
    """Empty, not a PDF, a pointer, a bad manifest: one sentence each, and the good one waits too."""
    from release import desk

    before = vault.history.tip("refs/heads/main")
    bad = {
        "empty.step": (b"", errors.EmptyFile),
        "no.pdf": (b"hello, I am text", errors.UnreadableFile),
        "cut.pdf": (draw("x.pdf").read_bytes()[:300], errors.UnreadableFile),
        "lfs.step": (b"version https://git-lfs.github.com/spec/v1\n", errors.UnreadableFile),
        "item.toml": (b'number = "10-9999"\ntitle = "x"\nkind = "part"\nowner = "mchen"\n',
                      errors.BadManifest),
        "con.txt": (b"x", errors.BadFileName),
    }  # fmt: skip
    for name, (data, refusal) in bad.items():
        path = tmp_path / "given"
        path.write_bytes(data)
        with pytest.raises(refusal):
            desk.check_in(
                vault, people["eli"], bracket, {"good.pdf": draw("y.pdf"), name: path}, "m"
            )
    assert vault.history.tip("refs/heads/main") == before


def test_what_is_there_already_is_no_check_in(
    vault: Vault, people: People, bracket: str, draw: Draw
) -> None:
    """The same bytes twice make no second commit."""
    from release import desk

    with pytest.raises(errors.NothingToCheckIn):
        desk.check_in(vault, people["eli"], bracket, {"drawing.pdf": draw("drawing.pdf")}, "again")


def test_an_order_needs_a_reason_something_new_and_an_item_that_is_free(
    vault: Vault, people: People, bracket: str, password: str
) -> None:
    """No notes, no files, already in another order, nothing changed: refused by name."""
    from release import desk

    with pytest.raises(refusals.NoNotes):
        desk.open_change(vault, people["eli"], [bracket], "  ")
    with pytest.raises(errors.NoSuchItem):
        desk.open_change(vault, people["eli"], ["10-9999"], "why")
    desk.add_item(vault, people["eli"], "10-0050", "Bare", "mchen")
    with pytest.raises(refusals.NothingToRelease):
        desk.open_change(vault, people["eli"], ["10-0050"], "why")
    change = opened(vault, people, bracket).order.change
    with pytest.raises(refusals.InAnotherChange, match=change):
        opened(vault, people, bracket)
    desk.sign(vault, people["mchen"], password, change)
    desk.release(vault, people["eli"], change)
    with pytest.raises(refusals.NothingChanged):
        opened(vault, people, bracket)
    with pytest.raises(refusals.WrongState):
        desk.cancel(vault, people["eli"], change, "too late")


def test_a_rejected_order_is_amended_signed_again_and_released(
    vault: Vault, people: People, bracket: str, password: str, draw: Draw
) -> None:
    """A rejection stops the release; what was asked for is checked in and the order goes on."""
    from release import desk

    change = opened(vault, people, bracket).order.change
    with pytest.raises(refusals.NoNotes):
        desk.reject(vault, people["mchen"], password, change, "")
    assert desk.reject(vault, people["mchen"], password, change, "no tolerance").order.state == (
        "rejected"
    )
    with pytest.raises(refusals.WrongState):
        desk.release(vault, people["eli"], change)
    desk.check_in(
        vault, people["eli"], bracket, {"drawing.pdf": draw("drawing.pdf", "±0.1")}, "tol"
    )
    assert desk.amend(vault, people["eli"], change).order.state == "open"
    desk.sign(vault, people["mchen"], password, change)
    assert desk.release(vault, people["eli"], change)[0].rev == "A"


def test_only_author_owner_or_administrator_release_and_cancel(
    vault: Vault, people: People, bracket: str, password: str
) -> None:
    """A planner cannot release somebody's order, signed or not."""
    from release import desk

    change = opened(vault, people, bracket).order.change
    desk.sign(vault, people["mchen"], password, change)
    for act in (lambda: desk.release(vault, people["pat"], change),
                lambda: desk.cancel(vault, people["pat"], change, "no")):  # fmt: skip
        with pytest.raises(refusals.NotTheAuthor):
            act()
    assert desk.release(vault, people["mchen"], change)[0].rev == "A"


def test_an_override_is_refused_unless_the_rules_allow_it_and_is_printed_for_ever(
    vault: Vault, people: People, bracket: str, password: str
) -> None:
    """Nobody may by default; once the rules let administrators, the finding keeps name and reason."""
    from release import desk, rulebook

    change = opened(vault, people, bracket).order.change
    with pytest.raises(refusals.NotAnApprover):
        desk.override(vault, people["ada"], password, change, "approval owner", "fire")
    text, _blob = rulebook.text(vault)
    new = text.replace(
        "author_may_sign = false", 'author_may_sign = false\nmay_override = ["admin"]'
    )
    with pytest.raises(errors.NotAllowed):
        rulebook.edit(vault, people["eli"], new)
    rulebook.edit(vault, people["ada"], new)
    judged = desk.override(vault, people["ada"], password, change, "approval owner", "fire")
    assert judged.passes
    (made,) = desk.release(vault, people["eli"], change)
    (finding,) = [one for one in made.findings if one.verdict == "overridden"]
    assert "ada" in finding.reason
    assert "fire" in finding.reason


def test_an_earlier_iteration_is_restored_as_a_new_one(
    vault: Vault, people: People, bracket: str, draw: Draw, tmp_path: Path
) -> None:
    """Files come back, files added since go, nothing of what came between is lost."""
    from release import desk, shelf

    (first,) = vault.catalogue.iterations(bracket, limit=1)
    before = shelf.files(vault, bracket, None)
    (tmp_path / "new.step").write_bytes(b"ISO-10303-21;")
    worse = {"drawing.pdf": draw("drawing.pdf", "WORSE"), "new.step": tmp_path / "new.step"}
    desk.check_in(vault, people["eli"], bracket, worse, "a mistake")
    assert shelf.files(vault, bracket, None) != before
    with pytest.raises(refusals.NoNotes):
        desk.restore(vault, people["eli"], bracket, first.commit, " ")
    with pytest.raises(errors.NoSuchIteration):
        desk.restore(vault, people["eli"], bracket, "0" * 40, "back")
    desk.restore(vault, people["eli"], bracket, first.commit[:10], "back to the good one")
    assert shelf.files(vault, bracket, None) == before
    assert len(vault.catalogue.iterations(bracket)) == 4
    with pytest.raises(errors.NothingToCheckIn):
        desk.restore(vault, people["eli"], bracket, first.commit, "again")


def test_nothing_is_released_by_rules_that_were_replaced_meanwhile(
    vault: Vault, people: People, bracket: str, password: str
) -> None:
    """An administrator asks for a second signature while the stamps are made: a conflict, and open."""
    from release import desk, rulebook
    from release.log import ReleaseLog

    change = opened(vault, people, bracket).order.change
    desk.sign(vault, people["mchen"], password, change)
    stricter = rulebook.text(vault)[0].replace(
        "[[require]]", '[[sign-off]]\nname = "quality"\nby = "role:quality"\n\n[[require]]', 1
    )
    edits = iter([stricter])

    def meanwhile(_line: str) -> None:
        for text in edits:
            rulebook.edit(vault, people["ada"], text)

    with pytest.raises(errors.MovedOn, match="refs/meta/rules moved on"):
        desk.release(vault, people["eli"], change, meanwhile)
    assert ReleaseLog(vault).current(bracket) is None
    with pytest.raises(refusals.RequirementsOpen, match="quality"):
        desk.release(vault, people["eli"], change)


def test_an_order_that_is_in_the_log_cannot_be_cancelled_before_it_is_closed(
    vault: Vault, people: People, bracket: str, password: str
) -> None:
    """Between the commit point and the closing event the log already decides."""
    from release import desk, gate, orders, rulebook, transaction

    change = opened(vault, people, bracket).order.change
    desk.sign(vault, people["mchen"], password, change)
    filed = orders.load(vault, change)
    judged = gate.judge(vault, filed.order)
    rules = rulebook.current(vault).blob
    transaction.release(vault, people["eli"], filed, judged, rules, {}, lambda _line: None)
    with pytest.raises(errors.MovedOn):
        desk.cancel(vault, people["eli"], change, "too late")
    assert desk.judge(vault, change).order.state == "released"
