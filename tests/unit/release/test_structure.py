# SPDX-License-Identifier: AGPL-3.0-or-later
"""Structures and days on a real vault: released, changed, recalled, in circles, with unknowns."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from release.errors import BadDay, NoSuchRevision
from vault import errors

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person

People = dict[str, "Person"]
Draw = Callable[..., Path]


class Shop:
    """A vault in which assemblies are checked in and released in few words."""

    def __init__(self, vault: Vault, people: People, draw: Draw, folder: Path) -> None:
        """Remember who does what."""
        self.vault, self.people, self.draw, self.folder = vault, people, draw, folder
        self.count = 0

    def checks_in(self, number: str, **children: str) -> None:
        """Check in a new drawing of an item, and its bill of materials: ``n10_0001="2"``."""
        from release import desk

        eli = self.people["eli"]
        if self.vault.catalogue.item(number) is None:
            desk.add_item(self.vault, eli, number, f"Title of {number}", "mchen", "assembly")
        self.count += 1
        files = {"a.pdf": self.draw(f"{number}-{self.count}.pdf", f"sheet {self.count}")}
        if children:
            text = "number,qty,find\n" + "".join(
                f"{name[1:].replace('_', '-')},{qty},{place}\n"
                for place, (name, qty) in enumerate(children.items(), 1)
            )
            files["bom.csv"] = self.folder / "bom.csv"
            files["bom.csv"].write_text(text)
        desk.check_in(self.vault, eli, number, files, "next")

    def releases(self, *numbers: str) -> None:
        """Take items through one change order."""
        from release import desk

        change = desk.open_change(self.vault, self.people["eli"], list(numbers), "go").order.change
        desk.sign(self.vault, self.people["mchen"], "correct horse 7", change)
        desk.release(self.vault, self.people["eli"], change)

    def bom(self, number: str, rev: str | None = None, levels: int = 20) -> list[tuple[str, ...]]:
        """Return level, number, quantity, revision then and now, and the note of each line."""
        from release import structure

        return [
            (str(one.level), one.number, one.qty, one.rev, one.now, one.note)
            for one in structure.bom(self.vault, number, rev, levels).lines
        ]

    def used(self, number: str, rev: str | None = None, levels: int = 20) -> list[tuple[str, ...]]:
        """Return level, parent, its revision, its standing and the note of each line."""
        from release import structure

        return [
            (str(one.level), one.number, one.rev, one.standing, one.note)
            for one in structure.where_used(self.vault, number, rev, levels).lines
        ]


@pytest.fixture
def shop(vault: Vault, people: People, draw: Draw, tmp_path: Path) -> Shop:
    """Return a vault with a product of three levels, the part changed after the release."""
    shop = Shop(vault, people, draw, tmp_path)
    shop.checks_in("10-0003")
    shop.checks_in("10-0002", n10_0003="4")
    shop.checks_in("10-0001", n10_0002="2", n99_0001="0.25")
    shop.releases("10-0003", "10-0002")
    shop.releases("10-0001")
    shop.checks_in("10-0003")
    shop.releases("10-0003")
    return shop


def test_a_released_structure_stays_what_it_was(shop: Shop) -> None:
    """Every level has what was current at the release, and what is current now beside it."""
    lines = [
        ("1", "10-0002", "2", "A", "A", ""),
        ("2", "10-0003", "4", "A", "B", ""),
        ("1", "99-0001", "0.25", "", "", "unknown"),
    ]
    assert shop.bom("10-0001", "A") == shop.bom("10-0001") == lines
    assert shop.bom("10-0001", levels=1) == [lines[0], lines[2]]
    assert shop.bom("10-0001", "working")[1] == ("2", "10-0003", "4", "B", "B", "")
    with pytest.raises(NoSuchRevision):
        shop.bom("10-0001", "Z")
    with pytest.raises(errors.NoSuchItem):
        shop.bom("10-0099")


def test_where_used_goes_up_at_a_revision(shop: Shop) -> None:
    """The new revision of the part is in no released product yet; the old one is in two."""
    both = [("1", "10-0002", "A", "current", ""), ("2", "10-0001", "A", "current", "")]
    assert shop.used("10-0003") == both
    assert shop.used("10-0003", levels=1) == both[:1]
    assert shop.used("10-0003", "A") == both
    assert shop.used("10-0003", "B") == []
    assert shop.used("99-0001") == [("1", "10-0001", "A", "current", "")]
    with pytest.raises(errors.NoSuchItem):
        shop.used("99-0002")
    with pytest.raises(NoSuchRevision):
        shop.used("10-0003", "C")


def test_a_working_line_shows_only_where_it_differs(shop: Shop) -> None:
    """A quantity changed on main is work in progress beside what is released."""
    shop.checks_in("10-0002", n10_0003="5")
    assert shop.used("10-0003", levels=1) == [
        ("1", "10-0002", "A", "current", ""), ("1", "10-0002", "", "working", ""),
    ]  # fmt: skip
    assert shop.bom("10-0001", "A")[1][2] == "4"


def test_a_circle_is_named_and_ends(shop: Shop) -> None:
    """A part that contains its own product is shown once more and not followed."""
    shop.checks_in("10-0003", n10_0001="1")
    shop.checks_in("10-0005", n10_0005="1")
    shop.releases("10-0003")
    assert shop.bom("10-0001", "working")[2] == ("3", "10-0001", "1", "A", "A", "contains itself")
    assert shop.bom("10-0005") == [("1", "10-0005", "1", "", "", "contains itself")]
    assert shop.used("10-0001")[-1][-1] == "contains itself"


def test_a_bill_of_materials_is_checked_at_check_in(shop: Shop, tmp_path: Path) -> None:
    """What could not be read again is refused with its line, and nothing has changed."""
    from release import desk

    wrong = tmp_path / "bom.csv"
    wrong.write_text("number,qty,find\n10-0003,many,1\n")
    with pytest.raises(errors.BadManifest, match="line 2: the quantity “many”"):
        desk.check_in(shop.vault, shop.people["eli"], "10-0002", {"bom.csv": wrong}, "x")


def test_a_rebuilt_catalogue_knows_the_same(shop: Shop) -> None:
    """Uses, orders and moments come from history alone; an emptied catalogue fills by itself."""
    from release import onday, settling

    before = (shop.bom("10-0001"), shop.used("10-0003"), shop.vault.catalogue.orders())
    settling.rebuild(shop.vault)
    assert (shop.bom("10-0001"), shop.used("10-0003"), shop.vault.catalogue.orders()) == before
    shop.vault.catalogue.forget()
    assert (shop.bom("10-0001"), shop.used("10-0003"), shop.vault.catalogue.orders()) == before
    assert onday.item(shop.vault, "10-0003", "2999-01-01").now == "B"


def test_what_was_current_on_a_day_is_told_by_the_log(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the first release nothing; then A; then B; after its recall nothing again."""
    from release import desk, onday
    from vault import clock

    shop.checks_in("10-0007")
    monkeypatch.setattr(clock, "now", lambda: "2031-01-10T12:00:00Z")
    shop.releases("10-0007")
    shop.checks_in("10-0007")
    monkeypatch.setattr(clock, "now", lambda: "2031-02-10T23:59:59Z")
    shop.releases("10-0007")
    monkeypatch.setattr(clock, "now", lambda: "2031-03-10T12:00:00Z")
    desk.recall(shop.vault, shop.people["mchen"], "10-0007", "B", "wrong hole")

    def then(day: str) -> str | None:
        found = onday.item(shop.vault, "10-0007", day).revision
        return found.rev if found else None

    days = ["2031-01-09", "2031-01-10", "2031-01-10T11:59:59Z", "2031-02-09", "2031-02-10",
            "2031-03-09", "2031-03-10"]  # fmt: skip
    assert [then(day) for day in days] == [None, "A", None, "A", "B", "B", None]
    listed = {one.number: one.rev for one in onday.items(shop.vault, "2031-02-09").revisions}
    assert listed == {"10-0001": "A", "10-0002": "A", "10-0003": "B", "10-0007": "A"}
    page = onday.items(shop.vault, "2031-03-10", "10-0002", 1)
    assert [one.number for one in page.revisions] == ["10-0003"]
    assert onday.items(shop.vault, "2001-01-01").revisions == ()
    for wrong in ("tomorrow", "2031-02-30", "2031-1-1", "9999-12-31", ""):
        with pytest.raises(BadDay):
            onday.item(shop.vault, "10-0007", wrong)


def test_a_restored_older_history_is_noticed(shop: Shop) -> None:
    """Where main no longer has what the catalogue was made from, the catalogue is made again."""
    from release import settling
    from vault.history.repository import MAIN, RELEASES

    shop.checks_in("10-0008")
    repository = shop.vault.history._repository
    for ref in (MAIN, RELEASES):
        tip = shop.vault.history.tip(ref)
        assert tip is not None
        repository.references[ref].set_target(shop.vault.history.commit_at(tip).parents[0])
    settling.settle(shop.vault)
    catalogue = shop.vault.catalogue
    assert [one.rev for one in catalogue.revisions("10-0003")] == ["A"]
    assert catalogue.item("10-0008") is not None
    assert catalogue.unread_count() > 0
    assert catalogue.cursor(MAIN) == shop.vault.history.tip(MAIN)
    assert len(catalogue.orders()) == 3


def test_the_command_line_tells_it(shop: Shop) -> None:
    """Both ways of the structure and both questions for a day, as JSON and as text."""
    from click.testing import CliRunner

    from vault.cli import trunk

    root = str(shop.vault.root)

    def run(*words: str) -> str:
        answer = CliRunner().invoke(trunk(), ["--vault", root, *words], catch_exceptions=False)
        assert answer.exit_code == 0, answer.output
        return answer.output

    assert json.loads(run("item", "bom", "10-0001", "--json"))["lines"][1]["now"] == "B"
    assert "99-0001" in run("item", "bom", "10-0001", "--rev", "A", "--levels", "1")
    assert json.loads(run("item", "where-used", "10-0003", "--json"))["lines"][1]["level"] == 2
    assert "10-0001" in run("item", "where-used", "10-0003", "--rev", "A")
    assert json.loads(run("item", "show", "10-0003", "--on", "2999-01-01", "--json"))["rev"] == "B"
    assert "nothing was current" in run("item", "show", "10-0003", "--on", "2001-01-01")
    assert len(json.loads(run("item", "list", "--on", "2999-01-01", "--json"))) == 3
