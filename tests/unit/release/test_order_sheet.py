# SPDX-License-Identifier: AGPL-3.0-or-later
"""A change order on paper: all that was decided is there, and its code reads after a bad print."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pymupdf
import pytest

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person

Draw = Callable[..., Path]


def _text(path: Path) -> list[str]:
    with pymupdf.open(path) as document:
        return [page.get_text() for page in document]


@pytest.fixture
def order(vault: Vault, people: dict[str, Person], draw: Draw, password: str) -> str:
    """Return a released order of two items."""
    from release import desk

    for number in ("10-0001", "10-0002"):
        desk.add_item(vault, people["eli"], number, f"Part {number}", "mchen")
        desk.check_in(vault, people["eli"], number, {"a.pdf": draw("a.pdf", number)}, "first")
    change = desk.open_change(vault, people["eli"], ["10-0001", "10-0002"], "Why it was.").order
    desk.sign(vault, people["mchen"], password, change.change, "Looks right.")
    desk.release(vault, people["eli"], change.change)
    return change.change


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_sheet_says_what_the_record_says(
    vault: Vault, people: dict[str, Person], order: str, tmp_path: Path, paper: str,
    read_back: Callable[..., list[set[str]]],
) -> None:  # fmt: skip
    """Items with letters, signature with its meaning, findings, sha256, story and the record."""
    from release import desk
    from release.printed.order import print_order
    from release.printed.pen import PAPERS

    made = print_order(vault, people["mchen"], order, tmp_path / "o.pdf", paper)
    pages = _text(made.path)
    text = " ".join(" ".join(pages).split())
    for words in ("CHANGE ORDER, RELEASED", order, "Why it was.", "10-0001", "Part 10-0002",
                  "Mei Chen", "approved", "Looks right.", "name and password", "satisfied",
                  "Uncontrolled if printed", f"page 1 of {made.pages}"):  # fmt: skip
        assert words in text
    one = desk.judge(vault, order, people["mchen"]).order.items[0]
    assert one.files[0].sha256[:32] in text
    assert made.address == f"{vault.settings.public_url}/changes/{order}"
    assert read_back(made.path)[0] == {made.address}
    with pymupdf.open(made.path) as document:
        assert (document[0].rect.width, document[0].rect.height) == pytest.approx(PAPERS[paper])


def test_a_long_order_keeps_its_rows_whole(tmp_path: Path) -> None:
    """Two hundred rows of many lines: none is parted, each page has its columns and its number."""
    from release.printed.flow_draw import draw
    from release.printed.pen import FOOT, MARGIN
    from release.stamp import qr

    rows = [[f"R{at:03d}", "word " * (5 + at % 60), f"E{at:03d}"] for at in range(200)]
    facts = {
        "title": "t", "shop": "Shop", "kind": "CHANGE ORDER", "name": "CO-0001",
        "said": "why " * 200, "foot": "x" * 300, "qr": [
            "".join("1" if dark else "0" for dark in row) for row in qr.matrix("HTTPS://A.B/C")],
        "sections": [
            {"title": "Items", "columns": [["Item", 1], ["What", 5], ["End", 1]], "rows": rows,
             "nothing": "None."},
            {"title": "More", "columns": [["A", 1]], "rows": [], "nothing": "Nobody has signed."},
        ],
    }  # fmt: skip
    made = draw("t", str(tmp_path / "t.pdf"), "A4", facts)
    pages = _text(tmp_path / "t.pdf")
    assert made["pages"] == len(pages) > 5
    for at, text in enumerate(pages, 1):
        assert f"page {at} of {len(pages)}" in text
        assert "What" in text
        starts = [word for word in text.split() if word[0] == "R" and word[1:].isdigit()]
        ends = [word for word in text.split() if word[0] == "E" and word[1:].isdigit()]
        assert [one[1:] for one in starts] == [one[1:] for one in ends]
    assert sum(text.count("\nR") for text in pages) == 200
    assert "Nobody has signed." in pages[-1]
    with pymupdf.open(tmp_path / "t.pdf") as document:
        for page in document:
            low = page.rect.height - MARGIN - FOOT
            words = [
                w for w in page.get_text("words") if low < w[3] < page.rect.height - MARGIN - 15
            ]
            assert not words


def test_the_terminal_prints_it_and_customers_do_not(
    vault: Vault, people: dict[str, Person], order: str, tmp_path: Path
) -> None:
    """The same door as the order itself."""
    from click.testing import CliRunner

    from vault.cli import trunk

    def call(who: str, name: str) -> Any:
        out = str(tmp_path / "o.pdf")
        words = ["--vault", str(vault.root), "--as", who, "change", "sheet", name, "-o", out]
        return CliRunner().invoke(trunk(), [*words, "--json"])

    said = call("eli", order)
    assert said.exit_code == 0, said.output
    assert json.loads(said.output)["change"] == order
    (tmp_path / "o.pdf").unlink()
    for who, name in (("cora", order), ("eli", "CO-0099")):
        assert call(who, name).exit_code != 0
        assert not (tmp_path / "o.pdf").exists()
