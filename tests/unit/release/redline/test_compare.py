# SPDX-License-Identifier: AGPL-3.0-or-later
"""Redlines of a vault: two revisions, an order, broken files, the cache, the command line."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from release.redline.sides import Sides
    from vault.home import Vault

BOM = "number,qty,find\n20-0101,4,1\n20-0102,2,2\n"
STL = "solid s\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex {} 0 0\nvertex 0 10 0\n"
NUMBER = "10-0042"


@dataclass(frozen=True, slots=True)
class Bracket:
    """An item with a released revision A, and work since in an open order."""

    vault: Vault
    change: str


@pytest.fixture
def bracket(
    vault: Vault, people: Any, sheet: Callable[..., Path], tmp_path: Path, password: str
) -> Bracket:
    """Return an item released as A and changed since: a dimension, a quantity, a solid, a note."""
    from release import desk

    eli, mei = people["eli"], people["mchen"]
    for number in ("20-0101", "20-0102"):
        desk.add_item(vault, eli, number, "Screw", "mchen")
    desk.add_item(vault, eli, NUMBER, "Bracket, motor mount", "mchen")
    files = _files(tmp_path, sheet("one.pdf", "Ø6.0"), BOM, "10")
    desk.check_in(vault, eli, NUMBER, files, "first")
    change = desk.open_change(vault, eli, [NUMBER], "first release").order.change
    desk.sign(vault, mei, password, change)
    desk.release(vault, eli, change)
    after = _files(tmp_path, sheet("two.pdf", "Ø6.5"), BOM.replace(",4,", ",6,"), "12")
    (tmp_path / "new.dxf").write_text("this is no drawing")
    desk.check_in(vault, eli, NUMBER, {**after, "new.dxf": tmp_path / "new.dxf"}, "second")
    return Bracket(vault, desk.open_change(vault, eli, [NUMBER], "larger holes").order.change)


def _files(place: Path, drawing: Path, bom: str, length: str) -> dict[str, Path]:
    folder = place / f"files-{length}"
    folder.mkdir()
    shutil.copy(drawing, folder / "bracket.pdf")
    (folder / "bom.csv").write_text(bom)
    (folder / "bracket.stl").write_text(STL.format(length))
    (folder / "notes.txt").write_text("the same\n")
    return {path.name: path for path in folder.iterdir()}


@pytest.fixture
def both(bracket: Bracket) -> Sides:
    """Return the two sides of the open order."""
    from release.redline import sides

    return sides.of_order(bracket.vault, bracket.change, NUMBER)


def test_every_kind_of_file_is_told(bracket: Bracket, both: Sides) -> None:
    """A drawing by its words, a table by its lines, a solid by its size; a broken file by why."""
    from release.redline import telling

    told = {one.file.name: one for one in telling.whole(bracket.vault, both)}
    pages = told["bracket.pdf"].pages
    assert [(one["before"], one["after"]) for one in pages[0].changes] == [("Ø6.0", "Ø6.5")]
    (row,) = told["bom.csv"].file.found["table"]["rows"]
    assert (row["before"]["qty"], row["after"]["qty"]) == ("4", "6")
    assert ("Box, in its units", "10 × 10 × 0", "12 × 10 × 0") in told["bracket.stl"].file.facts
    assert told["notes.txt"].verdict == "No difference: equal byte for byte."
    assert "new.dxf cannot be read" in told["new.dxf"].verdict


def test_an_order_and_two_revisions_say_the_same(bracket: Bracket, both: Sides) -> None:
    """By order, by names, or by what is current: the same comparison."""
    from release.redline import sides, telling

    of_order = telling.data(both, telling.whole(bracket.vault, both))
    working = sides.between(bracket.vault, NUMBER, None, None)
    by_name = sides.between(bracket.vault, NUMBER, "A", "working")
    assert [one["verdict"] for one in of_order["files"]] == [
        one["verdict"]
        for one in telling.data(working, telling.whole(bracket.vault, working))["files"]
    ]
    assert by_name == working
    assert (working.from_label, working.after.label) == ("A", "working")


def test_a_released_order_compares_what_it_replaced(
    bracket: Bracket, people: Any, password: str
) -> None:
    """Once released, the redline of the order stays what it was."""
    from release import desk
    from release.redline import sides

    vault = bracket.vault
    desk.sign(vault, people["mchen"], password, bracket.change)
    desk.release(vault, people["eli"], bracket.change)
    then = sides.of_order(vault, bracket.change, NUMBER)
    assert (then.from_label, then.after.label) == ("A", "B")
    assert then.change("bom.csv") == "changed"
    assert then == sides.between(vault, NUMBER, sides.before(vault, NUMBER, "B"), "B")


def test_the_first_release_has_nothing_before(bracket: Bracket) -> None:
    """Everything is new, and nothing fails."""
    from release.redline import compare, sides

    first = sides.between(bracket.vault, NUMBER, sides.before(bracket.vault, NUMBER, "A"), "A")
    assert first.before is None
    file = compare.file(bracket.vault, first, "bracket.pdf")
    assert (file.change, [page.what for page in file.pages]) == ("new", ["inserted"])
    assert compare.picture(bracket.vault, first, file, 1, "changes").stat().st_size > 1000


def test_the_cache_may_vanish_at_any_time(bracket: Bracket, both: Sides) -> None:
    """Whole or in part: what is missing is made again, with the same bytes."""
    from release.redline import compare

    vault = bracket.vault
    file = compare.file(vault, both, "bracket.pdf")
    wanted = ("changes", "before", "after", "change-1")
    first = {what: compare.picture(vault, both, file, 1, what).read_bytes() for what in wanted}
    shutil.rmtree(vault.cache / "redline")
    assert compare.picture(vault, both, file, 1, "changes").read_bytes() == first["changes"]
    for what in wanted:
        compare.picture(vault, both, file, 1, what).unlink()
        assert compare.picture(vault, both, file, 1, what).read_bytes() == first[what]
    solid = compare.file(vault, both, "bracket.stl")
    compare.picture(vault, both, solid, 1, "after").unlink()
    assert compare.picture(vault, both, solid, 1, "after").exists()


def test_what_is_kept_counts_and_a_look_keeps_it(
    bracket: Bracket, both: Sides, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redlines and texts share the limit of the cache; what somebody looks at is not the oldest."""
    from release.redline import compare
    from vault import derived

    counted: list[Path] = []
    monkeypatch.setattr(derived, "added", lambda _root, *made: counted.extend(made))
    vault = bracket.vault
    for folder in ("redline", "text"):
        shutil.rmtree(vault.cache / folder, ignore_errors=True)
    file = compare.file(vault, both, "bracket.pdf")
    picture = compare.picture(vault, both, file, 1, "change-1")
    table = compare.file(vault, both, "bom.csv")
    assert table.found
    kept = [one for name in ("redline", "text") for one in (vault.cache / name).rglob("*")
            if one.is_file()]  # fmt: skip
    assert {one.name for one in kept} > {"survey.json", "page.json", "text.json"}
    assert any(one.parent.name == "text" for one in kept)
    assert sorted(counted) == sorted(kept)
    for one in kept:
        os.utime(one, (1, 1))
    compare.picture(vault, both, compare.file(vault, both, "bracket.pdf"), 1, "change-1")
    young = {one.name for one in kept if one.stat().st_mtime > 1}
    assert young == {"survey.json", "page.json", picture.name}
    for one in kept:
        os.utime(one, (1, 1))
    assert derived.make_room(vault.root, 0).removed >= len(kept)
    assert not picture.exists()
    again = compare.picture(vault, both, file, 1, "change-1")
    assert again.stat().st_size > 100


def test_a_kept_answer_is_not_made_again(bracket: Bracket, both: Sides) -> None:
    """The second look starts no task of the worker."""
    from release.redline import compare

    vault = bracket.vault
    file = compare.file(vault, both, "bracket.pdf")
    compare.page(vault, both, file, 1)
    kept = {path: path.stat().st_mtime_ns for path in (vault.cache / "redline").rglob("*.json")}
    compare.page(vault, both, compare.file(vault, both, "bracket.pdf"), 1)
    assert kept == {path: path.stat().st_mtime_ns for path in kept}
    assert len(kept) == 2


def test_what_is_not_there_is_not_found(bracket: Bracket, both: Sides) -> None:
    """A file, a page or a change nobody has: one sentence, never a picture of something else."""
    from release.errors import NoSuchRedline
    from release.redline import compare

    file = compare.file(bracket.vault, both, "bracket.pdf")
    with pytest.raises(NoSuchRedline):
        compare.file(bracket.vault, both, "nowhere.pdf")
    asked = ((2, "changes"), (1, "change-99"), (1, "change-x"), (1, "../../keys/x"), (0, "before"))
    for page, what in asked:
        with pytest.raises(NoSuchRedline):
            compare.picture(bracket.vault, both, file, page, what)


def test_the_command_tells_and_binds(bracket: Bracket, tmp_path: Path) -> None:
    """In the terminal, as JSON, and as a PDF whose bytes are the same every time."""
    import pymupdf
    from click.testing import CliRunner

    from vault.cli import trunk

    def run(*words: str) -> str:
        result = CliRunner().invoke(trunk(), ["--vault", str(bracket.vault.root), *words])
        assert result.exit_code == 0, result.output
        return result.output

    told = run("redline", NUMBER)
    assert "Ø6.0 → Ø6.5, A4" in told
    assert "changed | 20-0101 | 4 → 6 | 1" in told
    data = json.loads(run("redline", "--order", bracket.change, "--json"))
    (item,) = data["items"]
    assert (item["from"], item["to"]) == ("A", bracket.change)
    seen = []
    for name in ("one.pdf", "two.pdf"):
        out = tmp_path / "out" / name
        out.parent.mkdir(exist_ok=True)
        run("redline", NUMBER, "A", "working", "-o", str(out))
        seen.append(hashlib.sha256(out.read_bytes()).hexdigest())
    assert seen[0] == seen[1]
    with pymupdf.open(out) as bound:
        words = "".join(page.get_text() for page in bound)
        sizes = [(round(page.rect.width), round(page.rect.height)) for page in bound]
    assert "Ø6.5" in words
    assert sizes[0] == (595, 842)
    assert sizes[-1] == (1191, 842)


def test_a_step_file_is_compared_by_volume_and_picture(
    vault: Vault, people: Any, password: str, project: Path
) -> None:
    """Of two letters of a sample part both solids are told and drawn; a broken one says why."""
    pytest.importorskip("cascadio")
    from release import desk
    from release.redline import compare, sides

    samples = project / "sample_vault" / "items" / "10-0043"
    desk.add_item(vault, people["eli"], "10-0043", "Carriage", "mchen")
    model = {"carriage.step": samples / "A" / "10-0043_carriage.step"}
    desk.check_in(vault, people["eli"], "10-0043", model, "first")
    change = desk.open_change(vault, people["eli"], ["10-0043"], "first").order.change
    desk.sign(vault, people["mchen"], password, change)
    desk.release(vault, people["eli"], change)
    model = {"carriage.step": samples / "C" / "10-0043_carriage.step"}
    desk.check_in(vault, people["eli"], "10-0043", model, "lighter")
    both = sides.between(vault, "10-0043", "A", "working")
    told = compare.file(vault, both, "carriage.step")
    facts = {what: (old, now) for what, old, now in told.facts}
    old, now = (float(one) for one in facts["Volume, mm³"])
    assert 0 < now < old
    assert "Box of its surfaces, mm" in facts
    assert told.found["pictures"] == ["before", "after"]
    first, second = (compare.picture(vault, both, told, 1, one) for one in ("before", "after"))
    assert first.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert first.read_bytes() != second.read_bytes()
