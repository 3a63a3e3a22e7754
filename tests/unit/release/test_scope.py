# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which items an order holds: by number, by folder, by difference, an assembly with its children."""

from __future__ import annotations

import subprocess
import sys
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


def test_of_two_simultaneous_opens_of_one_item_the_second_is_told_of_the_first(
    vault: Vault, people: dict[str, Person], draw: Callable[..., Path]
) -> None:
    """Eight processes open orders for the same item at once: one order, seven conflicts that name it.

    Each has looked at the item before any order was filed, which is what used to let several in.
    """
    from release import desk

    desk.add_item(vault, people["eli"], "10-0001", "Part", "mchen")
    desk.check_in(vault, people["eli"], "10-0001", {"a.pdf": draw("a.pdf", "A")}, "drawn")
    script = """
import sys
from pathlib import Path
from release import desk, drafting
from vault import errors, home
from vault.ledger import people

vault = home.open_vault(Path(sys.argv[1]))
eli = people.get(vault.ledger, "eli")
look = drafting.opened

def looked(*told):
    made = look(*told)
    print("ready", flush=True)
    sys.stdin.readline()
    return made

drafting.opened = looked
try:
    print(desk.open_change(vault, eli, ["10-0001"], "why").order.change)
except errors.Conflict as refusal:
    print(type(refusal).__name__, refusal)
"""
    racing = [
        subprocess.Popen([sys.executable, "-c", script, str(vault.root)], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, text=True)
        for _ in range(8)
    ]  # fmt: skip
    for one in racing:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in racing:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    said = [one.communicate(timeout=60)[0].strip() for one in racing]
    assert min(said) == "CO-0001"
    assert [one.split()[0] for one in sorted(said)[1:]] == ["InAnotherChange"] * 7
    assert all("CO-0001" in one for one in said)
    assert [row.change for row in vault.catalogue.orders({"open"})] == ["CO-0001"]


def test_an_order_the_catalogue_never_heard_of_still_holds_its_items(
    vault: Vault, people: dict[str, Person], draw: Callable[..., Path]
) -> None:
    """Its maker was killed between the two writes; the next one who opens is told of it."""
    from release import desk, orders
    from release.errors import InAnotherChange

    desk.add_item(vault, people["eli"], "10-0001", "Part", "mchen")
    desk.check_in(vault, people["eli"], "10-0001", {"a.pdf": draw("a.pdf", "A")}, "drawn")
    kept = orders.put_in_catalogue
    orders.put_in_catalogue = lambda *_told: None
    try:
        desk.open_change(vault, people["eli"], ["10-0001"], "why")
    finally:
        orders.put_in_catalogue = kept
    assert vault.catalogue.orders() == []
    with pytest.raises(InAnotherChange, match="CO-0001"):
        desk.open_change(vault, people["eli"], ["10-0001"], "why")
