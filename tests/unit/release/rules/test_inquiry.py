# SPDX-License-Identifier: AGPL-3.0-or-later
"""Judging in a real vault: what is looked up, what is kept, whom authority is read from."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from release.rules.example import DEFAULT

if TYPE_CHECKING:
    from release.finding import Finding
    from vault.home import Vault
    from vault.ledger.people import Person

People = dict[str, "Person"]
Titled = Callable[..., Path]
BLOCK = '\n[[require]]\ncheck = "title block agrees"\nmay_override = ["admin"]\n'


def saved(vault: Vault, people: People, more: str, text: str = DEFAULT) -> None:
    """Put rules in force: the default and more."""
    from release import rulebook

    rulebook.edit(vault, people["ada"], text + more)


def finding(vault: Vault, change: str, requirement: str, item: str = "") -> Finding:
    """Return what a requirement says of an order now."""
    from release import desk

    found = [one for one in desk.judge(vault, change).findings
             if one.requirement == requirement and item in {"", one.item}]  # fmt: skip
    return found[0]


def opened(vault: Vault, people: People, *numbers: str) -> str:
    """Return an order of eli's."""
    from release import desk

    return desk.open_change(vault, people["eli"], list(numbers), "because").order.change


def test_a_title_block_of_another_letter_stops_the_release_until_it_is_right(
    vault: Vault, people: People, bracket: str, titled: Titled
) -> None:
    """The drawing says B, the release would give A: unsatisfied; put right, satisfied."""
    from release import desk

    saved(vault, people, BLOCK)
    files = {"drawing.pdf": titled("drawing.pdf", bracket, "B")}
    desk.check_in(vault, people["eli"], bracket, files, "too early")
    change = opened(vault, people, bracket)
    told = finding(vault, change, "title block agrees")
    assert (told.verdict, told.reason) == (
        "unsatisfied", "drawing.pdf says revision B, and this will be A")  # fmt: skip
    files = {"drawing.pdf": titled("drawing.pdf", bracket, "A")}
    desk.check_in(vault, people["eli"], bracket, files, "right")
    assert finding(vault, change, "title block agrees").verdict == "satisfied"


def test_what_was_read_is_kept_by_the_bytes_and_never_stands_for_others(
    vault: Vault, people: People, bracket: str, titled: Titled
) -> None:
    """Another process opens nothing again; a changed entry is bound to its own bytes only."""
    saved(vault, people, BLOCK)
    change = opened(vault, people, bracket)
    assert finding(vault, change, "title block agrees").verdict == "satisfied"
    (kept,) = (vault.cache / "readings").rglob("*-block-*.json")
    assert json.loads(kept.read_text())["sheets"][0]["revision"] == "A"
    kept.write_text(kept.read_text().replace('"A"', '"K"'))  # shows that the file is what is asked
    assert "revision K" in finding(vault, change, "title block agrees").reason
    kept.write_text("{half")  # a power cut: read again from the drawing
    assert finding(vault, change, "title block agrees").verdict == "satisfied"


def test_damaged_bytes_are_found_although_their_reading_is_kept(
    vault: Vault, people: People, bracket: str
) -> None:
    """The bytes are hashed each time; what was read of them before helps nobody."""
    change = opened(vault, people, bracket)
    assert finding(vault, change, "files intact").verdict == "satisfied"
    from release import orders

    (file,) = [one for one in orders.load(vault, change).order.items[0].files if one.md5]
    place = vault.root / "objects" / "files" / "md5" / file.md5[:2] / file.md5[2:]
    place.chmod(0o644)
    place.write_bytes(place.read_bytes()[:-1] + b"x")
    assert finding(vault, change, "files intact").verdict == "unsatisfied"


def test_children_are_judged_as_released_recalled_missing_or_in_the_same_order(
    vault: Vault, people: People, bracket: str, titled: Titled, password: str, tmp_path: Path
) -> None:
    """An assembly with its part in one order passes; without a release of the part it does not."""
    from release import desk

    saved(vault, people, '\n[[require]]\ncheck = "children released"\n')
    desk.add_item(vault, people["eli"], "10-0001", "Actuator", "mchen", kind="assembly")
    bom = tmp_path / "bom.csv"
    bom.write_text("number,qty,find\n10-0042,2,1\n")
    drawing = titled("a.pdf", "10-0001", "A")
    desk.check_in(vault, people["eli"], "10-0001", {"a.pdf": drawing, "bom.csv": bom}, "first")
    alone = opened(vault, people, "10-0001")
    told = finding(vault, alone, "children released")
    assert (told.verdict, told.reason) == ("unsatisfied", "10-0042: it was never released")
    desk.cancel(vault, people["eli"], alone, "with its part")
    both = opened(vault, people, "10-0001", "10-0042")
    assert "with this order" in finding(vault, both, "children released", "10-0001").reason
    assert finding(vault, both, "children released", "10-0042").verdict == "not applicable"
    desk.sign(vault, people["mchen"], password, both)
    desk.release(vault, people["eli"], both)
    desk.recall(vault, people["mchen"], "10-0042", "A", "wrong hole")
    bom.write_text("number,qty,find\n10-0042,3,1\n20-9,1,2\n")
    desk.check_in(vault, people["eli"], "10-0001", {"bom.csv": bom}, "three")
    told = finding(vault, opened(vault, people, "10-0001"), "children released")
    assert told.reason == "10-0042: its last revision is recalled; 20-9: it is not in the vault"


def test_a_lock_of_somebody_else_keeps_the_release_waiting(
    vault: Vault, people: People, bracket: str
) -> None:
    """Work is under way; the finding names who."""
    from vault import locks
    from vault.ledger import people as ledger_people

    saved(vault, people, '\n[[require]]\ncheck = "no open lock"\n')
    tom = ledger_people.add(vault.ledger, "ada", "tom", ["engineer"])
    change = opened(vault, people, bracket)
    assert finding(vault, change, "no open lock").verdict == "satisfied"
    locks.take(vault, tom, bracket, "new hole")
    assert "tom holds it" in finding(vault, change, "no open lock").reason


def test_a_recall_hands_no_authority_to_a_draft(
    vault: Vault, people: People, bracket: str, titled: Titled, password: str
) -> None:
    """After a recall the owner of the released revision is asked still, not a new one of the draft."""
    from release import desk
    from vault import item
    from vault.ledger import people as ledger_people

    change = opened(vault, people, bracket)
    desk.sign(vault, people["mchen"], password, change)
    desk.release(vault, people["eli"], change)
    desk.recall(vault, people["mchen"], bracket, "A", "wrong")
    ledger_people.add(vault.ledger, "ada", "friend", ["approver"])
    row = vault.catalogue.item(bracket)
    assert row is not None
    main = vault.history.tip("refs/heads/main") or ""
    data = (vault.history.blob(main, f"{row.path}/{item.FILE}") or b"").replace(b"mchen", b"friend")
    place = titled("x.pdf", bracket, "B").with_name("item.toml")
    place.write_bytes(data)
    files = {"item.toml": place, "drawing.pdf": titled("drawing.pdf", bracket, "B")}
    desk.check_in(vault, people["eli"], bracket, files, "mine now")
    assert (
        "waits for mchen" in finding(vault, opened(vault, people, bracket), "approval owner").reason
    )


def test_a_rule_by_metadata_holds_for_the_released_item_too(
    vault: Vault, people: People, bracket: str, password: str, titled: Titled
) -> None:
    """Dropping the mark in the change itself does not drop the rule."""
    from release import desk
    from vault import item

    more = ('\n[[sign-off]]\nname = "safety board"\nby = "role:quality"\n'
            "when = { metadata = { safety = true } }\n")  # fmt: skip
    change = opened(vault, people, bracket)
    desk.sign(vault, people["mchen"], password, change)
    desk.release(vault, people["eli"], change)
    saved(vault, people, more)
    row = vault.catalogue.item(bracket)
    assert row is not None
    main = vault.history.tip("refs/heads/main") or ""
    data = vault.history.blob(main, f"{row.path}/{item.FILE}") or b""
    place = titled("x.pdf", bracket, "B").with_name("item.toml")
    place.write_bytes(data.replace(b"true", b"false"))
    desk.check_in(vault, people["eli"], bracket, {"item.toml": place}, "tame")
    told = finding(vault, opened(vault, people, bracket), "safety board")
    assert told.verdict == "unsatisfied"
    assert "nobody can satisfy this rule" in told.reason


def test_what_cannot_be_looked_up_is_an_error_finding_beside_the_others(
    vault: Vault, people: People, bracket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broken store of locks closes its own rule only."""
    from vault import locks

    saved(vault, people, '\n[[require]]\ncheck = "no open lock"\n')
    change = opened(vault, people, bracket)

    def broken(*_given: Any) -> None:
        raise OSError("disk on fire")

    monkeypatch.setattr(locks, "held", broken)
    told = finding(vault, change, "no open lock")
    assert (told.verdict, told.passes) == ("error", False)
    assert "disk on fire" in told.reason
    assert finding(vault, change, "files intact").verdict == "satisfied"


def test_an_override_counts_only_while_the_rules_let_its_maker(
    vault: Vault, people: People, bracket: str, titled: Titled, password: str
) -> None:
    """Overridden by an administrator; once the rules let nobody, it is open again and says why."""
    from release import desk

    saved(vault, people, BLOCK)
    files = {"drawing.pdf": titled("drawing.pdf", bracket, "B")}
    desk.check_in(vault, people["eli"], bracket, files, "B")
    change = opened(vault, people, bracket)
    desk.override(
        vault, people["ada"], password, change, "title block agrees", "typo, looked at it"
    )
    assert finding(vault, change, "title block agrees").verdict == "overridden"
    saved(vault, people, BLOCK.replace('may_override = ["admin"]', ""))
    told = finding(vault, change, "title block agrees")
    assert told.verdict == "unsatisfied"
    assert "the override by ada does not count" in told.reason


def test_people_are_read_once_for_a_whole_order(
    vault: Vault, people: People, bracket: str, titled: Titled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hundred items must not ask the ledger two hundred times."""
    from release import desk, gate, inquiry

    for number in ("10-0043", "10-0044"):
        desk.add_item(vault, people["eli"], number, "Part", "mchen")
        files = {"d.pdf": titled("d.pdf", number, "A")}
        desk.check_in(vault, people["eli"], number, files, "first")
    change = opened(vault, people, bracket, "10-0043", "10-0044")
    order = desk.judge(vault, change).order
    asked = []
    real = inquiry.people.everybody
    monkeypatch.setattr(inquiry.people, "everybody", lambda ledger: asked.append(1) or real(ledger))
    assert len(gate.judge(vault, order).findings) == 12
    assert asked == [1]
