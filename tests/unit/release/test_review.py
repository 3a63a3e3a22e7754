# SPDX-License-Identifier: AGPL-3.0-or-later
"""The review of orders on a real vault: who may do what, and what each act leaves on record."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from release import errors as refusals
from release import lifecycle
from release.terms import Terms
from vault import errors

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person

Draw = Callable[..., Path]
People = dict[str, "Person"]
Make = Callable[..., list[str]]


@pytest.fixture
def items(vault: Vault, people: People, draw: Draw) -> Make:
    """Return a maker of items owned by mchen, each with a drawing checked in by eli."""
    from release import desk

    def make(*numbers: str, folder: str = "") -> list[str]:
        for number in numbers:
            path = f"{folder}/{number}" if folder else None
            desk.add_item(vault, people["eli"], number, f"Part {number}", "mchen", path=path)
            desk.check_in(
                vault, people["eli"], number, {"a.pdf": draw("a.pdf", number)}, "first drawing"
            )
        return list(numbers)

    return make


@pytest.fixture
def rkim(vault: Vault, password: str) -> Person:
    """Return a second approver, who owns nothing."""
    from vault.ledger import people as ledger_people

    made = ledger_people.add(vault.ledger, "ada", "rkim", ["approver"], "Rae Kim")
    ledger_people.set_password(vault.ledger, "ada", "rkim", password)
    return made


def opened(vault: Vault, people: People, numbers: Sequence[str], **terms: Any) -> str:
    """Return the name of an order of eli's."""
    from release import desk

    return desk.open_change(vault, people["eli"], numbers, "why", Terms(**terms)).order.change


def order_of(vault: Vault, change: str) -> Any:
    """Return an order as it is kept."""
    from release import orders

    return orders.load(vault, change).order


# --- the lifecycle, through the verbs ---------------------------------------------------------


def act(vault: Vault, people: People, password: str, name: str, change: str) -> object:
    """Do one act of the lifecycle's table to an order, by somebody who otherwise may."""
    from release import desk, review

    eli, mei, ada = people["eli"], people["mchen"], people["ada"]
    verbs: dict[str, Callable[[], object]] = {
        "amend": lambda: desk.amend(vault, eli, change, "again"),
        "sign": lambda: desk.sign(vault, mei, password, change),
        "reject": lambda: desk.reject(vault, mei, password, change, "no"),
        "override": lambda: desk.override(vault, ada, password, change, "approval owner", "fire"),
        "delegate": lambda: review.delegate(vault, mei, change, "rkim", "away"),
        "take back": lambda: review.take_back(vault, mei, change, "rkim", "back again"),
        "comment": lambda: review.comment(vault, mei, change, "hm"),
        "withdraw": lambda: review.withdraw(vault, eli, change, "not done"),
        "cancel": lambda: desk.cancel(vault, eli, change, "no more"),
        "release": lambda: desk.release(vault, eli, change),
    }
    return verbs[name]()


def test_every_illegal_step_is_refused_by_its_verb_with_a_remedy(
    vault: Vault, people: People, items: Make, password: str, rkim: Person
) -> None:
    """Every state × act that is not in the table: the verb refuses, and nothing is filed."""
    from release import desk, orders, rulebook
    from release.errors import AlreadyReleased

    text, _blob = rulebook.text(vault)
    rulebook.edit(vault, people["ada"], text.replace(
        "author_may_sign = false", 'author_may_sign = false\nmay_override = ["admin"]\n'
        "delegation = true"))  # fmt: skip
    made = dict(zip(("rejected", "withdrawn", "cancelled", "released"),
                    items("10-0001", "10-0002", "10-0003", "10-0004"), strict=True))  # fmt: skip
    change = {state: opened(vault, people, [number]) for state, number in made.items()}
    desk.sign(vault, people["mchen"], password, change["released"])
    for state, way in (("rejected", "reject"), ("withdrawn", "withdraw"),
                       ("cancelled", "cancel"), ("released", "release")):  # fmt: skip
        act(vault, people, password, way, change[state])
        assert order_of(vault, change[state]).state == state
    acts = {name for _state, name in lifecycle.ORDER} - {"open", "void"}
    for state, name in itertools.product(change, sorted(acts)):
        if (state, name) in lifecycle.ORDER:
            continue
        before = orders.load(vault, change[state]).commit
        with pytest.raises((refusals.WrongState, AlreadyReleased)) as refusal:
            act(vault, people, password, name, change[state])
        said = str(refusal.value)
        assert lifecycle.REMEDY[state] in said or "released" in said, (state, name, said)
        assert orders.load(vault, change[state]).commit == before
    assert acts == {"amend", "sign", "reject", "override", "delegate", "take back", "comment",
                    "withdraw", "cancel", "release"}  # fmt: skip


def test_an_order_taken_back_to_work_loses_its_sign_offs_and_is_resubmitted_by_amending(
    vault: Vault, people: People, items: Make, password: str
) -> None:
    """The void says who took it back; the same bytes need a new signature."""
    from release import desk, review

    change = opened(vault, people, items("10-0001"))
    desk.sign(vault, people["mchen"], password, change)
    with pytest.raises(refusals.NotYourOrder):
        review.withdraw(vault, people["mchen"], change, "mine now")
    with pytest.raises(refusals.NoNotes):
        review.withdraw(vault, people["eli"], change, " ")
    taken = review.withdraw(vault, people["eli"], change, "hole missing")
    assert taken.state == "withdrawn"
    assert "eli took CO-0001 back" in taken.signoffs[0].voided["10-0001"]
    with pytest.raises(refusals.InAnotherChange):
        opened(vault, people, ["10-0001"])
    again = desk.amend(vault, people["eli"], change, "now")
    assert (again.order.state, again.passes) == ("open", False)
    assert desk.sign(vault, people["mchen"], password, change).passes


def test_an_amendment_adds_and_removes_items_and_keeps_what_stays_signed(
    vault: Vault, people: People, items: Make, password: str
) -> None:
    """The item that stays is signed still, the new one is not, and the last one cannot go."""
    from release import desk

    one, two, three = items("10-0001", "10-0002", "10-0003")
    change = opened(vault, people, [one, two])
    desk.sign(vault, people["mchen"], password, change)
    judged = desk.amend(vault, people["eli"], change, add=[three], remove=[two])
    assert [item.number for item in judged.order.items] == [one, three]
    assert {finding.item for finding in judged.open} == {three}
    assert "added 10-0003; removed 10-0002" in judged.order.events[-1].text
    assert opened(vault, people, [two]) == "CO-0002"
    with pytest.raises(refusals.InAnotherChange):
        desk.amend(vault, people["eli"], change, add=[two])
    with pytest.raises(refusals.NotInThisOrder):
        desk.amend(vault, people["eli"], change, remove=[two])
    with pytest.raises(refusals.LastItem):
        desk.amend(vault, people["eli"], change, remove=[one, three])


def test_another_class_voids_every_sign_off_and_another_disposition_those_of_its_item(
    vault: Vault, people: People, items: Make, password: str
) -> None:
    """Nobody gets signatures for a major change and then calls it administrative."""
    from release import desk

    numbers = items("10-0001", "10-0002")
    change = opened(vault, people, numbers, change_class="minor")
    desk.sign(vault, people["mchen"], password, change)
    words = desk.amend(vault, people["eli"], change, terms=Terms(notes={"10-0001": "slot"}))
    assert words.passes
    scrap = desk.amend(vault, people["eli"], change, terms=Terms(stock={"10-0001": "scrap"}))
    assert {one.item for one in scrap.open} == {"10-0001"}
    classed = desk.amend(vault, people["eli"], change, terms=Terms(change_class="major"))
    assert {one.item for one in classed.open} == set(numbers)
    assert "from minor to major by eli" in classed.order.signoffs[0].voided["10-0002"]


def test_class_notes_and_dispositions_stand_in_the_release_record(
    vault: Vault, people: People, items: Make, password: str
) -> None:
    """The record of each item holds what was said of it, and the signature on it alone."""
    from release import desk
    from release.log import ReleaseLog

    change = opened(vault, people, items("10-0001", "10-0002"), change_class="minor",
                    notes={"10-0001": "slot moved"}, stock={"10-0001": "rework"},
                    in_process={"10-0002": "hold"}, readers=("otto",))  # fmt: skip
    desk.sign(vault, people["mchen"], password, change)
    desk.release(vault, people["eli"], change)
    log = ReleaseLog(vault)
    one, two = (log.revision(number, "A") for number in ("10-0001", "10-0002"))
    assert (one.change_class, one.item_notes, one.stock) == ("minor", "slot moved", "rework")
    assert (two.item_notes, two.in_process) == ("", "hold")
    assert list(one.signoffs[0]["items"]) == ["10-0001"]
    assert one.signoffs[0]["executed"] == "name and password"


def test_a_record_of_the_first_schema_still_reads() -> None:
    """What was released before there were classes is read with none, and never taken for another."""
    from release import log
    from vault import canonical

    old = {"number": "1", "rev": "A", "title": "t", "kind": "part", "owner": "m", "change": "CO-0001",
           "sequence": 1, "released_at": "2026-01-01T00:00:00Z", "released_by": "e", "code": "C",
           "url": "u", "supersedes": None, "notes": "n", "source_commit": "c", "tree": "t",
           "path": "p", "rules": "r", "files": [], "signoffs": [], "findings": []}  # fmt: skip
    made = log.read(canonical.pretty({"schema": 1, **old}), "here")
    assert (made.change_class, made.overrides, made.delegations) == ("", (), ())
    with pytest.raises(errors.DamagedHistory):
        log.read(canonical.pretty({"schema": 99, **old}), "here")


# --- who may -----------------------------------------------------------------------------------


def test_observers_see_and_comment_and_can_do_nothing_else(
    vault: Vault, people: People, items: Make, password: str
) -> None:
    """Even an approval owner who is named as an observer is refused by name."""
    from release import desk, review

    change = opened(vault, people, items("10-0001"), observers=("mchen", "pat"))
    assert desk.judge(vault, change, people["pat"]).order.observers == ("mchen", "pat")
    assert review.comment(vault, people["pat"], change, "When?").comments[-1].text == "When?"
    for name in ("sign", "reject", "delegate"):
        with pytest.raises(refusals.OnlyObserves, match="mchen observes CO-0001"):
            act(vault, people, password, name, change)
    with pytest.raises(refusals.OnlyObserves):
        desk.release(vault, people["mchen"], change)
    assert review.waiting_for(vault, people["mchen"]) == []


def test_customers_and_the_floor_see_no_order_and_strangers_do_not_comment(
    vault: Vault, people: People, items: Make, password: str
) -> None:
    """Refused by name at every verb; quality, who has no part in it, may look but not comment."""
    from release import desk, review

    change = opened(vault, people, items("10-0001"))
    for name in ("cora", "otto"):
        for verb in (lambda who: desk.judge(vault, change, who),
                     lambda who: review.comment(vault, who, change, "hello"),
                     lambda who: desk.sign(vault, who, password, change),
                     lambda who: desk.amend(vault, who, change),
                     lambda who: review.withdraw(vault, who, change, "x")):  # fmt: skip
            with pytest.raises(errors.NotAllowed, match=name):
                verb(people[name])
    assert desk.judge(vault, change, people["quinn"])
    with pytest.raises(refusals.NotAParty, match="quinn"):
        review.comment(vault, people["quinn"], change, "hello")
    with pytest.raises(refusals.NoNotes):
        review.comment(vault, people["mchen"], change, "  ")


@pytest.mark.parametrize(("terms", "why"), [
    ({"observers": ("cora",)}, "customers"), ({"observers": ("otto",)}, "roles"),
    ({"observers": ("eli",)}, "author"), ({"readers": ("cora",)}, "customers"),
])  # fmt: skip
def test_who_cannot_watch_an_order_is_not_named(
    vault: Vault, people: People, items: Make, terms: dict[str, Any], why: str
) -> None:
    """Customers, the floor and the author are no observers; nothing is opened then."""
    with pytest.raises(refusals.CannotWatch, match=why):
        opened(vault, people, items("10-0001"), **terms)
    assert vault.history.tip("refs/changes/CO-0001") is None


def test_a_signature_is_handed_on_only_where_the_rules_allow_it(
    vault: Vault, people: People, items: Make, password: str, rkim: Person
) -> None:
    """Refused without the key, to oneself, to nobody's approver; then it counts, with both names."""
    from release import desk, review, rulebook

    change = opened(vault, people, items("10-0001"))
    with pytest.raises(refusals.NoDelegation, match="delegation = true"):
        review.delegate(vault, people["mchen"], change, "rkim", "away")
    text, _blob = rulebook.text(vault)
    rulebook.edit(vault, people["ada"], text.replace(
        "author_may_sign = false", "author_may_sign = false\ndelegation = true"))  # fmt: skip
    for to, why in (("mchen", "same person"), ("pat", "no active person")):
        with pytest.raises(refusals.NoDelegation, match=why):
            review.delegate(vault, people["mchen"], change, to, "away")
    with pytest.raises(refusals.NoDelegation, match="no rule asks"):
        review.delegate(vault, rkim, change, "mchen", "no wish")
    with pytest.raises(refusals.NoNotes):
        review.delegate(vault, people["mchen"], change, "rkim", "")
    with pytest.raises(refusals.NotAnApprover):
        desk.sign(vault, rkim, password, change)
    review.delegate(vault, people["mchen"], change, "rkim", "away")
    assert desk.sign(vault, rkim, password, change).passes
    (made,) = desk.release(vault, people["eli"], change)
    assert (made.delegations[0]["by"], made.delegations[0]["to"]) == ("mchen", "rkim")


def test_a_delegation_is_taken_back_and_what_was_signed_before_stands(
    vault: Vault, people: People, items: Make, password: str, rkim: Person
) -> None:
    """By its giver, whom it was given to, or an administrator; afterwards the deputy signs no more."""
    from release import desk, review, rulebook

    text, _blob = rulebook.text(vault)
    rulebook.edit(vault, people["ada"], text.replace(
        "author_may_sign = false", "author_may_sign = false\ndelegation = true"))  # fmt: skip
    first, second, third = (opened(vault, people, [one]) for one in
                            items("10-0001", "10-0002", "10-0003"))  # fmt: skip
    with pytest.raises(refusals.NotDelegated, match="rkim does not sign CO-0001 for mchen"):
        review.take_back(vault, people["mchen"], first, "rkim", "never did")
    for change in (first, second, third):
        review.delegate(vault, people["mchen"], change, "rkim", "away")
    with pytest.raises(refusals.NotYoursToTakeBack, match="eli cannot take back that rkim"):
        review.take_back(vault, people["eli"], first, "rkim", "no", "mchen")
    with pytest.raises(refusals.NoNotes):
        review.take_back(vault, people["mchen"], first, "rkim", " ")
    desk.sign(vault, rkim, password, second)
    judged = review.take_back(vault, people["mchen"], first, "rkim", "back from holiday")
    assert judged.order.delegations[0].ended_by == "mchen"
    assert "rkim" not in judged.open[0].reason
    with pytest.raises(refusals.NotAnApprover):
        desk.sign(vault, rkim, password, first)
    with pytest.raises(refusals.NotDelegated):
        review.take_back(vault, people["mchen"], first, "rkim", "twice")
    assert review.take_back(vault, people["mchen"], second, "rkim", "back").passes
    (made,) = desk.release(vault, people["eli"], second)
    assert made.delegations[0]["why"] == "back"
    assert review.take_back(vault, rkim, third, "rkim", "ill", "mchen").order.state == "open"
    review.delegate(vault, people["mchen"], first, "rkim", "away once more")
    assert desk.sign(vault, rkim, password, first).passes


# --- signing -------------------------------------------------------------------------------------


def test_several_orders_are_signed_in_one_sitting_and_one_failure_holds_up_none(
    vault: Vault, people: People, items: Make, password: str, draw: Draw
) -> None:
    """The middle one changed since it was seen: it alone is not signed, and the others are."""
    from release import desk, review
    from release.signing import Intent

    numbers = items("10-0001", "10-0002", "10-0003")
    changes = [opened(vault, people, [number]) for number in numbers]
    assert review.waiting_for(vault, people["mchen"]) == changes
    choices = [
        review.Choice(change, Intent("approved", "ok", {number: order_of(vault, change).items[0].tree}))
        for change, number in zip(changes, numbers, strict=True)
    ]  # fmt: skip
    files = {"a.pdf": draw("a.pdf", "CHANGED")}
    desk.check_in(vault, people["eli"], "10-0002", files, "slot")
    done = review.sign_several(vault, people["mchen"], password, choices, "mchen")
    assert [one.refusal is None for one in done] == [True, False, True]
    assert isinstance(done[1].refusal, refusals.ChangedSinceSeen)
    first, last = (order_of(vault, changes[at]).signoffs[0] for at in (0, 2))
    assert first.executed == "name and password"
    assert last.executed.startswith("password, in the sitting mchen began")
    assert order_of(vault, changes[1]).signoffs == ()
    assert review.waiting_for(vault, people["mchen"]) == [changes[1]]


def test_a_sitting_begins_with_both_components_or_signs_nothing(
    vault: Vault, people: People, items: Make, password: str
) -> None:
    """A foreign name, a wrong password, nothing chosen: 21 CFR 11.200 (a) is not met."""
    from release import review
    from release.signing import Intent
    from vault.ledger import errors as ledger_errors

    change = opened(vault, people, items("10-0001"))
    choice = [review.Choice(change, Intent())]
    mei = people["mchen"]
    with pytest.raises(refusals.SignatureIncomplete):
        review.sign_several(vault, mei, password, choice, "eli")
    with pytest.raises(ledger_errors.WrongPassword):
        review.sign_several(vault, mei, "wrong", choice, "mchen")
    with pytest.raises(refusals.NothingToSign):
        review.sign_several(vault, mei, password, [], "mchen")
    bare = [review.Choice(change, Intent("rejected"))]
    (done,) = review.sign_several(vault, mei, password, bare, "mchen")
    assert isinstance(done.refusal, refusals.NoNotes)
    assert order_of(vault, change).signoffs == ()


def test_a_review_is_no_approval_and_a_rejection_takes_ones_own_approval_back(
    vault: Vault, people: People, items: Make, password: str
) -> None:
    """Reviewed leaves the gate shut; approve, reject, amend the same bytes: it is unsigned again."""
    from release import desk

    change = opened(vault, people, items("10-0001"))
    reviewed = desk.sign(vault, people["mchen"], password, change, meaning="reviewed")
    assert not reviewed.passes
    assert desk.sign(vault, people["mchen"], password, change).passes
    desk.reject(vault, people["mchen"], password, change, "second thoughts")
    assert not desk.amend(vault, people["eli"], change).passes
    (void,) = {why for one in order_of(vault, change).signoffs for why in one.voided.values()}
    assert "mchen rejected CO-0001" in void


def test_bytes_that_change_void_item_by_item_and_the_log_says_whose_check_in_it_was(
    vault: Vault, people: People, items: Make, password: str, draw: Draw
) -> None:
    """One of two items changes: its sign-off falls, the other one stands."""
    from release import desk

    change = opened(vault, people, items("10-0001", "10-0002"))
    desk.sign(vault, people["mchen"], password, change)
    desk.check_in(vault, people["ada"], "10-0002", {"a.pdf": draw("a.pdf", "ADA'S")}, "quick fix")
    judged = desk.judge(vault, change)
    assert {one.item for one in judged.open} == {"10-0002"}
    assert list(judged.order.signoffs[0].voided) == ["10-0002"]
    event = judged.order.events[-1]
    assert (event.act, event.automatic) == ("void", True)
    assert "10-0002 changed (checked in by ada" in event.text
