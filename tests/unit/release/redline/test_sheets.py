# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sheets laid on each other and compared: drawn ones, whose every change is known."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Draw = Callable[..., Path]
Compare = Callable[..., Any]


def told(found: Any) -> list[tuple[str, str, str, str]]:
    """Return the changes as kind, before, after, zone."""
    return [(one["kind"], one["before"], one["after"], one["zone"]) for one in found["changes"]]


def lines(found: Any) -> list[Any]:
    """Return the places where lines changed."""
    return [one for one in found["changes"] if one["kind"] == "lines"]


def test_a_changed_dimension_is_the_only_change(sheet: Draw, compared: Compare) -> None:
    """It is told as what it was and what it is, in the zone printed on the sheet."""
    found = compared(sheet("a.pdf", "Ø6.0"), sheet("b.pdf", "Ø6.5"))
    assert told(found) == [("number", "Ø6.0", "Ø6.5", "A4")]
    assert found["printed_zones"]
    assert not found["equal"]


def test_a_file_does_not_differ_from_its_own_re_save(
    sheet: Draw, compared: Compare, tmp_path: Path
) -> None:
    """Other bytes, the same points and words."""
    import pymupdf

    first = sheet("a.pdf")
    again = tmp_path / "again.pdf"
    with pymupdf.open(first) as document:
        document.save(again, garbage=4, clean=True, use_objstms=1)
    assert first.read_bytes() != again.read_bytes()
    found = compared(first, again)
    assert (found["equal"], found["text_equal"], found["changes"]) == (True, True, [])


def test_less_than_a_point_aside_is_no_difference(sheet: Draw, compared: Compare) -> None:
    """Lines smoothed in another way are the same lines; that points differ is not hidden."""
    found = compared(sheet("a.pdf"), sheet("b.pdf", right=0.06, down=0.07))
    assert found["changes"] == []
    assert not found["equal"]


@pytest.mark.parametrize(("right", "down"), [(8, -3), (-2.5, 11), (30, 20)])
def test_a_sheet_plotted_aside_is_laid_back(
    right: float, down: float, sheet: Draw, compared: Compare
) -> None:
    """Everything lies elsewhere, and still only the dimension changed."""
    before = sheet("a.pdf", "Ø6.0", right=right, down=down, paper=(480, 340))
    after = sheet("b.pdf", "Ø6.5", paper=(480, 340))
    found = compared(before, after)
    assert [one for one in told(found) if one[0] == "number"] == [("number", "Ø6.0", "Ø6.5", "A4")]
    assert lines(found) == []
    assert found["shift"]["right"] * 25.4 / 72 == pytest.approx(-right, abs=0.1)
    assert found["shift"]["down"] * 25.4 / 72 == pytest.approx(-down, abs=0.1)


@pytest.mark.parametrize("scale", [0.97, 0.94, 1.02])
def test_a_sheet_fitted_to_the_page_is_scaled_back(
    scale: float, sheet: Draw, compared: Compare
) -> None:
    """“Fit to page” is no change of the drawing."""
    before = sheet("a.pdf", "Ø6.0", scale=scale, right=4, down=3, paper=(440, 310))
    found = compared(before, sheet("b.pdf", "Ø6.5", paper=(440, 310)))
    assert [one[:3] for one in told(found) if one[0] == "number"] == [("number", "Ø6.0", "Ø6.5")]
    assert lines(found) == []
    assert found["shift"]["scale"] == pytest.approx(1 / scale, rel=0.002)


def test_a_sheet_of_another_size_is_scaled_to_it(sheet: Draw, compared: Compare) -> None:
    """An A3 drawing printed on A2 is the same drawing."""
    half = 2**0.5
    found = compared(sheet("a.pdf"), sheet("b.pdf", scale=half, paper=(594, 420)))
    assert [one for one in told(found) if one[0] != "moved"] == []
    assert found["shift"]["scale"] == pytest.approx(half, rel=0.002)


def test_a_hole_that_went_is_told_as_lines(sheet: Draw, compared: Compare) -> None:
    """Where no word changed, the place is told."""
    found = compared(sheet("a.pdf"), sheet("b.pdf", hole=False))
    assert [(one["what"], one["zone"]) for one in found["changes"]] == [("removed", "C3")]
    left, top, right, bottom = found["changes"][0]["box"]
    assert (left, top, right, bottom) == pytest.approx((104, 94, 116, 106), abs=1)


def test_a_faint_tint_is_not_overlooked(sheet: Draw, compared: Compare) -> None:
    """A pale filling of ten percent grey is a change; the threshold is lower than that."""
    found = compared(sheet("a.pdf"), sheet("b.pdf", tint=True))
    assert [one["what"] for one in found["changes"]] == ["added"]


def test_zones_are_computed_where_the_sheet_has_none(sheet: Draw, compared: Compare) -> None:
    """And it is said."""
    found = compared(sheet("a.pdf", "1", grid=False), sheet("b.pdf", "2", grid=False))
    assert not found["printed_zones"]
    assert told(found) == [("number", "1", "2", "A3")]


def test_an_inserted_sheet_is_inserted(sheet: Draw) -> None:
    """The sheets after it keep their partners and look alike."""
    from release.redline import sheets

    before = sheet("a.pdf", pages=("ALPHA", "BRAVO", "CHARLIE"))
    after = sheet("b.pdf", pages=("ALPHA", "NOVEMBER", "BRAVO", "CHARLIE"))
    found = sheets.survey(str(before), str(after), "b.pdf")
    assert [(one["before"], one["after"]) for one in found["pages"]] == [
        (1, 1), (None, 2), (2, 3), (3, 4),
    ]  # fmt: skip
    assert [one["alike"] for one in found["pages"]] == [True, False, True, True]


def test_a_page_that_is_not_there_is_all_one_colour(sheet: Draw, compared: Compare) -> None:
    """An inserted page has no list of changes; everything on it is new."""
    found = compared(sheet("a.pdf"), sheet("b.pdf"), pages=(0, 1))
    assert found["changes"] == []
    assert not found["equal"]


def test_pictures_are_the_same_every_time(sheet: Draw, compared: Compare, tmp_path: Path) -> None:
    """Same bytes in, same bytes out; they have the size of the sheet at 150 dpi."""
    from PIL import Image

    before, after = sheet("a.pdf", "Ø6.0"), sheet("b.pdf", "Ø6.5")
    seen = []
    for _turn in range(2):
        compared(before, after)
        folder = tmp_path / "pictures"
        seen.append([hashlib.sha256((folder / f"{what}.png").read_bytes()).hexdigest()
                     for what in ("before", "after", "changes")])  # fmt: skip
    assert seen[0] == seen[1]
    with Image.open(tmp_path / "pictures" / "changes.png") as picture:
        assert picture.size == (2481, 1754)
        colours = picture.convert("RGB").getcolors(1 << 20)
    strong = {colour for _count, colour in colours or ()}
    assert any(red > 150 > blue for red, _green, blue in strong), "no orange"
    assert any(blue > 150 > red for red, _green, blue in strong), "no blue"


def test_one_change_has_a_picture_of_its_own(
    sheet: Draw, compared: Compare, tmp_path: Path
) -> None:
    """A crop shows what is around the change, larger than on the sheet."""
    from PIL import Image

    from release.redline import sheets

    before, after = sheet("a.pdf", "Ø6.0"), sheet("b.pdf", "Ø6.5")
    found = compared(before, after)
    out = tmp_path / "crop.png"
    box = [found["changes"][0]["box"][0] - 5, found["changes"][0]["box"][1] - 5,
           found["changes"][0]["box"][2] + 5, found["changes"][0]["box"][3] + 5]  # fmt: skip
    sheets.crop(str(before), str(after), 1, 1, found["shift"], box, str(out), "b.pdf")
    with Image.open(out) as picture:
        assert picture.width > 190
        colours = {colour for _count, colour in picture.convert("RGB").getcolors(1 << 20) or ()}
    assert any(red > 150 > blue for red, _green, blue in colours)


def test_an_a0_sheet_is_compared_within_the_worker(sheet: Draw, tmp_path: Path) -> None:
    """Its 35 million points fit the memory a task may have."""
    from vault.worker import Worker

    before = sheet("a.pdf", "Ø6.0", scale=2.8, paper=(1189, 841))
    after = sheet("b.pdf", "Ø6.5", scale=2.8, paper=(1189, 841))
    worker = Worker(processes=1)
    try:
        found = worker.call(
            "release.redline.sheets:compare", before=before, after=after, page_before=1,
            page_after=1, folder=tmp_path, name="b.pdf",
        )  # fmt: skip
    finally:
        worker.close()
    assert [one[:3] for one in told(found)] == [("number", "Ø6.0", "Ø6.5")]
    assert found["width"] * found["height"] > 30_000_000


def test_what_is_no_pdf_is_refused_with_a_reason(sheet: Draw, tmp_path: Path) -> None:
    """One sentence names the file and what to do."""
    from release.redline import sheets
    from vault.errors import UnreadableFile

    broken = tmp_path / "broken.pdf"
    broken.write_bytes(sheet("a.pdf").read_bytes()[:700])
    with pytest.raises(UnreadableFile, match=r"drawing\.pdf cannot be read"):
        sheets.survey(str(sheet("b.pdf")), str(broken), "drawing.pdf")
