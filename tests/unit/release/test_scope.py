# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which items an order holds: by number, by folder, by difference, an assembly with its children."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from release import errors as refusals
from vault import errors

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person

Add = Callable[..., str]


@pytest.fixture
def add(vault: Vault, people: dict[str, Person], draw: Callable[..., Path], tmp_path: Path) -> Add:
    """Return a maker of one item with a drawing, in a folder, made of children."""
    from release import desk

    def make(number: str, folder: str = "parts", children: tuple[str, ...] = ()) -> str:
        desk.add_item(
            vault, people["eli"], number, f"Part {number}", "mchen", path=f"{folder}/{number}"
        )
        files = {"a.pdf": draw("a.pdf", number)}
        if children:
            files["bom.csv"] = tmp_path / f"{number}.csv"
            rows = [f"{child},1,{place}" for place, child in enumerate(children, 1)]
            files["bom.csv"].write_text("\n".join(["number,qty,find", *rows, ""]))
        desk.check_in(vault, people["eli"], number, files, "first")
        return number

    return make


@pytest.fixture
def release(vault: Vault, people: dict[str, Person], password: str) -> Callable[..., None]:
    """Return a way to release items."""
    from release import desk

    def run(*numbers: str) -> None:
        change = desk.open_change(vault, people["eli"], numbers, "first").order.change
        desk.sign(vault, people["mchen"], password, change)
        desk.release(vault, people["eli"], change)

    return run


def test_a_folder_gives_what_differs_below_it_and_names_what_does_not(
    vault: Vault, add: Add, release: Callable[..., None]
) -> None:
    """Released and unchanged is left out by name; a folder whose name only begins alike is not in."""
    from release import scope

    add("10-0001", "vise/jaws")
    add("10-0002", "vise")
    add("10-0003", "vise-2")
    release("10-0001")
    found = scope.chosen(vault, scope.Wanted(folders=("vise/",)))
    assert found.numbers == ("10-0002",)
    assert [(one.number, one.why) for one in found.left_out] == [("10-0001", "the same as A")]
    with pytest.raises(refusals.NothingChosen, match="no item lies there"):
        scope.chosen(vault, scope.Wanted(folders=("nowhere",)))


def test_all_that_differ_are_found_until_nothing_does(
    vault: Vault, people: dict[str, Person], add: Add, release: Callable[..., None]
) -> None:
    """Never released counts, an item without files does not."""
    from release import desk, scope

    add("10-0001")
    add("10-0002")
    desk.add_item(vault, people["eli"], "10-0003", "Bare", "mchen")
    wanted = scope.Wanted(differing=True)
    assert scope.chosen(vault, wanted).numbers == ("10-0001", "10-0002")
    release("10-0001", "10-0002")
    with pytest.raises(refusals.NothingChosen, match="no item differs"):
        scope.chosen(vault, wanted)


def test_an_assembly_comes_with_the_children_no_release_stands_in_for(
    vault: Vault, add: Add, release: Callable[..., None]
) -> None:
    """On all levels; a released child stays out, however it changed since."""
    from release import scope

    add("30-0001")
    add("30-0002")
    release("30-0002")
    add("20-0001", children=("30-0001", "30-0002"))
    add("10-0001", children=("20-0001",))
    wanted = scope.Wanted(numbers=("10-0001",), with_children=True)
    assert scope.chosen(vault, wanted).numbers == ("10-0001", "20-0001", "30-0001")


def test_a_child_in_another_open_order_is_named_and_refused_or_left_out(
    vault: Vault, people: dict[str, Person], add: Add
) -> None:
    """One is named with its order, several all at once; the flag leaves them where they are."""
    from release import desk, scope

    add("30-0001")
    add("30-0002")
    add("10-0001", children=("30-0001", "30-0002"))
    desk.open_change(vault, people["eli"], ["30-0001"], "mine")
    wanted = scope.Wanted(numbers=("10-0001",), with_children=True)
    with pytest.raises(refusals.InAnotherChange, match=r"30-0001 is already in .* CO-0001 of eli"):
        scope.chosen(vault, wanted)
    desk.open_change(vault, people["eli"], ["30-0002"], "mine too")
    with pytest.raises(refusals.InOtherChanges, match=r"30-0001 \(CO-0001 of eli\), 30-0002"):
        scope.chosen(vault, wanted)
    out = scope.Wanted(numbers=("10-0001",), with_children=True, leave_out=True)
    found = scope.chosen(vault, out)
    assert found.numbers == ("10-0001",)
    assert [one.number for one in found.left_out] == ["30-0001", "30-0002"]
    with pytest.raises(refusals.NothingChosen):
        scope.chosen(vault, scope.Wanted(numbers=("30-0001",), leave_out=True))


def test_an_unknown_child_or_number_is_refused(vault: Vault, add: Add) -> None:
    """A bill of materials that names nothing we have cannot be released around."""
    from release import scope

    add("10-0001", children=("99-9999",))
    with pytest.raises(errors.NoSuchItem, match="99-9999"):
        scope.chosen(vault, scope.Wanted(numbers=("10-0001",), with_children=True))
    with pytest.raises(errors.NoSuchItem, match="88-8888"):
        scope.chosen(vault, scope.Wanted(numbers=("88-8888",)))


def test_a_proposal_shows_letters_and_findings_and_opens_nothing(
    vault: Vault, people: dict[str, Person], add: Add
) -> None:
    """The state is new, the number is the free one, and it is still free afterwards."""
    from release import desk

    add("10-0001")
    before = sorted(vault.history.refs("refs/"))
    judged = desk.propose(vault, people["eli"], ["10-0001"], "why")
    assert (judged.order.change, judged.order.state, judged.passes) == ("CO-0001", "new", False)
    assert judged.next == {"10-0001": "A"}
    assert judged.findings
    assert sorted(vault.history.refs("refs/")) == before
