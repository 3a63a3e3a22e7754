# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a drawing's words propose: sizes, fits, threads, frames; nothing that only looks like one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traveler.quality import balloons, characteristics, proposing
from traveler.quality.proposing import Line

BRACKET = Path(__file__).parents[4] / "sample_vault/items/10-0042/C/10-0042_bracket.pdf"


def read(*texts: str, unit: str = "mm") -> list[tuple[str, ...]]:
    """Return what lines below each other propose."""
    lines = [Line(text, 1, 500, 100 + at * 100 % 900, 11) for at, text in enumerate(texts)]
    return [
        (one.characteristic.requirement, one.characteristic.lower, one.characteristic.upper,
         one.characteristic.unit)
        for one in proposing.proposals(lines, unit)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("48 ±0.05", ("Size 48", "47.95", "48.05", "mm")),
        ("Ø12,5 ±0,1", ("Diameter 12.5", "12.4", "12.6", "mm")),
        ("4x Ø6.6 H13 through", ("Diameter 6.6 H13, 4x", "6.600", "6.820", "mm")),
        ("Ø50 H7", ("Diameter 50 H7", "50.000", "50.025", "mm")),
        ("Ø20 h6", ("Diameter 20 h6", "19.987", "20.000", "mm")),
        ("30 js9", ("Size 30 js9", "29.974", "30.026", "mm")),
        ("12 +0.018 0", ("Size 12", "12", "12.018", "mm")),
        ("12 -0.1 -0.2", ("Size 12", "11.8", "11.9", "mm")),
        ("45° ±0.5°", None),
        ("45 ±0.5°", ("Angle 45", "44.5", "45.5", "deg")),
        ("4x M5 through", ("Thread M5 through, 4x", "", "", "go/no-go")),
        ("M8 x 1,25", ("Thread M8 x 1,25", "", "", "go/no-go")),
        ("⌖Ø0.2 A B", ("Position 0.2 to A B", "0", "0.2", "mm")),
        ("Ra 1.6", ("Roughness Ra", "", "1.6", "µm")),
        ("0.05 A", ("Geometry 0.05 to A", "0", "0.05", "mm")),
        *((text, None) for text in (
            "2026-08-18", "1 / 1", "10-0042", "ISO 13715", "A-A", "233 g", "1:1", "4", "±0.3",
            "Foot holes Ø6.0 to Ø6.6: M6 did not pass", "12 +0 0", "Ø900 H7", "50 H99", "",
            "=1+1", "60",
        )),
    ],
)  # fmt: skip
def test_a_line_is_a_dimension_or_nothing(text: str, wanted: tuple[str, ...] | None) -> None:
    """All of a line reads as one dimension, with the limits the standard gives, or none of it."""
    from decimal import Decimal

    found = read(text)
    if wanted is None:
        assert found == []
        return
    ((name, lower, upper, unit),) = found
    assert (name, unit) == (wanted[0], wanted[3])
    for mine, theirs in ((lower, wanted[1]), (upper, wanted[2])):
        assert (mine == theirs) or Decimal(mine) == Decimal(theirs)


def test_a_plain_size_takes_the_general_tolerance_the_sheet_names() -> None:
    """ISO 2768-m gives ± 0.3 at 60; without it a plain size proposes nothing."""
    assert read("48 ±0.05", "60") == [("Size 48", "47.95", "48.05", "mm")]
    found = read("ISO 2768-mK", "48 ±0.05", "60", "R3", "2x 8 x 45°")
    assert ("Size 60", "59.7", "60.3", "mm") in found
    assert ("Radius 3", "2.8", "3.2", "mm") in found
    assert ("Chamfer, 2x", "7", "9", "mm") in found
    assert read(".500 ±.005", unit="in") == [("Size 0.500", "0.495", "0.505", "in")]


@given(st.text(max_size=60))
def test_whatever_stands_there_is_a_sound_characteristic_or_nothing(text: str) -> None:
    """No line brings it down, and what it proposes can be written into a plan."""
    lines = [Line("ISO 2768-m", 1, 1, 1, 11), Line(text, 1, 5, 5, 11)]
    found = [one.characteristic for one in proposing.proposals(lines)]
    if found and not any(characteristics.fault_of(one) for one in found):
        assert characteristics.parse(characteristics.write(found)) == tuple(found)


@given(st.integers(1, 999), st.integers(0, 1000), st.integers(0, 1000))
def test_a_place_reads_back(sheet: int, x: int, y: int) -> None:
    """What is written into ``location`` is found again; other words are no place."""
    assert proposing.place_of(proposing.place_text(sheet, x, y)) == (sheet, x, y)
    assert proposing.place_of(f"zone B{sheet}") is None


def test_a_real_drawing_proposes_its_dimensions_and_carries_balloons(shop: Any) -> None:
    """Bore, axis height, holes and threads of the bracket, each with its place; balloons on a copy."""
    import pymupdf

    found = balloons.proposed(shop.vault, BRACKET, "bracket.pdf")
    by_words = {one.words: one.characteristic for one in found}
    assert (by_words["Ø50 H7"].lower, by_words["Ø50 H7"].upper) == ("50.000", "50.025") or (
        float(by_words["Ø50 H7"].upper) == 50.025
    )
    assert {"48 ±0.05", "4x Ø6.6 H13 through", "4x M5 through", "R3", "86"} <= by_words.keys()
    assert not {"1", "2026-08-18", "10-0042", "233 g", "A-A"} & by_words.keys()
    told = [by_words["Ø50 H7"], by_words["48 ±0.05"]]
    data = balloons.ballooned(shop.vault, BRACKET, "bracket.pdf", told, "Balloons of 10-0042 C")
    with pymupdf.open(stream=data, filetype="pdf") as copy:
        words = copy[0].get_text()
        assert "Balloons of 10-0042 C" in words
        assert all(one.balloon in words.split() for one in told)
    assert BRACKET.read_bytes() != data


def test_a_file_that_is_no_drawing_proposes_nothing(shop: Any) -> None:
    """Proposals are a help; what cannot be read proposes nothing and breaks nothing."""
    place = Path(shop.folder) / "x.pdf"
    place.write_bytes(b"%PDF-1.4 nonsense")
    assert balloons.proposed(shop.vault, place, "x.pdf") == ()


def test_the_plan_is_checked_in_as_the_file_that_is_released(shop: Any) -> None:
    """What the grid saves is the characteristics.csv of the item, refused where a row is wrong."""
    from traveler.quality.errors import BadCharacteristics

    before = balloons.working(shop.vault, "10-0042")
    assert [one.balloon for one in before] == ["1", "2", "3"]
    balloons.save(shop.vault, shop.eli, "10-0042", before[:2], "thread is out")
    assert balloons.working(shop.vault, "10-0042") == before[:2]
    twice = [before[0], before[0]]
    with pytest.raises(BadCharacteristics, match="another requirement"):
        balloons.save(shop.vault, shop.eli, "10-0042", twice, "wrong")
    assert balloons.working(shop.vault, "10-0060") == ()
