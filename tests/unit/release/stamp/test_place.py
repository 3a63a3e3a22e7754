# SPDX-License-Identifier: AGPL-3.0-or-later
"""A stamp stands inside what is seen, upright, on white where there is white."""

from __future__ import annotations

import math

import pymupdf
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from release.stamp import pages
from release.stamp.ink import Ink, ink, pixel_for
from release.stamp.place import find, scale_for
from release.stamp.sheet import MM, Sheet, sheet

SIZES = ((82.5, 20.5), (51.5, 20.5), (20.5, 56.6))

corner = st.floats(-5000, 5000, allow_nan=False)
side = st.floats(5, 4000, allow_nan=False)
boxes = st.builds(lambda x, y, w, h: (x, y, x + w, y + h), corner, corner, side, side)
turns = st.sampled_from([-270, -90, 0, 90, 180, 270, 360, 450, 44, 46])
units = st.one_of(st.just(1.0), st.floats(0.1, 20))


def blank(seat: Sheet, marks: list[tuple[float, float, float, float]] | None = None) -> Ink:
    """Return the ink of a sheet with these shares of it (x, y from the top, width, height) dark."""
    pixel = pixel_for(seat)
    wide = max(math.ceil(seat.width / pixel), 1)
    high = max(math.ceil(seat.height / pixel), 1)
    samples = bytearray(b"\xff" * wide * high)
    for x, y, w, h in marks or []:
        left, right = int(x * wide), int((x + w) * wide)
        for row in range(int(y * high), int((y + h) * high)):
            samples[row * wide + left : row * wide + right] = bytes(right - left)
    return ink(bytes(samples), wide, wide, pixel)


def through(seat: Sheet, x: float, y: float) -> tuple[float, float]:
    """Return an upright point in user space."""
    a, b, c, d, e, f = seat.matrix
    return a * x + c * y + e, b * x + d * y + f


@given(boxes, st.none() | boxes, turns, units)
def test_the_matrix_takes_the_upright_sheet_exactly_onto_the_visible_box(
    media: tuple[float, float, float, float],
    crop: tuple[float, float, float, float] | None,
    turn: int,
    unit: float,
) -> None:
    """Whatever boxes, turn and unit: the four corners of the sheet are those of the box."""
    seat = sheet(media, crop, turn, unit)
    corners = {
        tuple(round(part, 3) for part in through(seat, x, y))
        for x in (0.0, seat.width) for y in (0.0, seat.height)
    }  # fmt: skip
    x0, y0, x1, y1 = (round(part, 3) for part in seat.box)
    expected = {(x0, y0), (x0, y1), (x1, y0), (x1, y1)}
    for found in corners:
        assert any(math.dist(found, one) < 0.01 for one in expected)
    a, b, c, d, _, _ = seat.matrix
    assert a * d - b * c == pytest.approx(1 / unit**2)  # no mirror, one scale


@settings(max_examples=60)
@given(boxes, st.none() | boxes, st.sampled_from([0, 90, 180, 270]), units)
def test_the_sheet_is_the_one_mupdf_shows(
    media: tuple[float, float, float, float],
    crop: tuple[float, float, float, float] | None,
    turn: int,
    unit: float,
) -> None:
    """Size and direction agree with a renderer: what is drawn at an upright point appears there."""
    seat = sheet(media, crop, turn, unit)
    wanted = sheet(media, None, turn, unit)
    assume(crop is None or seat.box != wanted.box)  # else readers disagree, and it is mended
    assume(min(seat.width, seat.height) > max(4, 1.01 * unit))  # of less MuPDF makes another sheet
    with pymupdf.open() as document:
        page = document.new_page()
        for key, value in (("MediaBox", media), ("CropBox", crop)):
            if value is not None:
                text = " ".join(f"{part:.4f}" for part in value)
                document.xref_set_key(page.xref, key, f"[{text}]")
        document.xref_set_key(page.xref, "Rotate", str(turn))
        document.xref_set_key(page.xref, "UserUnit", f"{unit:.6f}")
        with pymupdf.open("pdf", document.tobytes()) as again:
            found = pages.sheet_of(pages.page_object(again, 0))
            rect = again[0].rect
    assert rect.width == pytest.approx(seat.width, rel=1e-3, abs=0.1)
    assert rect.height == pytest.approx(seat.height, rel=1e-3, abs=0.1)
    assert found.rotation == seat.rotation
    assert found.width == pytest.approx(seat.width, rel=1e-3, abs=0.1)


shares = st.tuples(
    st.floats(0, 0.9), st.floats(0, 0.9), st.floats(0.01, 0.6), st.floats(0.01, 0.6)
).map(lambda s: (s[0], s[1], min(s[2], 1 - s[0]), min(s[3], 1 - s[1])))


@settings(max_examples=150)
@given(boxes, turns, units, st.lists(shares, max_size=6))
def test_the_stamp_is_always_inside_the_visible_page(
    media: tuple[float, float, float, float],
    turn: int,
    unit: float,
    marks: list[tuple[float, float, float, float]],
) -> None:
    """Any page, any drawing: the block is wholly on the sheet, or there is none.

    There is one wherever the smallest block fits with a twentieth to spare, for the search looks
    at a coarse picture of the page.
    """
    seat = sheet(media, None, turn, unit)
    place = find(seat, blank(seat, marks), SIZES)
    if place is None:
        assert (
            min(seat.width, seat.height) < 20.5 * 0.85 * 1.05 * MM
            or max(seat.width, seat.height) < 56.6 * 0.85 * 1.05 * MM
        )
        return
    width, height = (part * place.scale * MM for part in SIZES[place.choice])
    assert place.x >= 0
    assert place.y >= 0
    assert place.x + width <= seat.width + 1e-6
    assert place.y + height <= seat.height + 1e-6
    x0, y0, x1, y1 = seat.box
    for x in (place.x, place.x + width):
        for y in (place.y, place.y + height):
            px, py = through(seat, x, y)
            assert x0 - 0.01 <= px <= x1 + 0.01
            assert y0 - 0.01 <= py <= y1 + 0.01


@settings(max_examples=100)
@given(st.lists(shares, max_size=5))
def test_a_place_called_white_is_white(marks: list[tuple[float, float, float, float]]) -> None:
    """Where nothing is said to be covered, no pixel under the block is dark."""
    seat = sheet((0, 0, 1191, 842), None, 0, 1)
    seen = blank(seat, marks)
    place = find(seat, seen, SIZES)
    assert place is not None
    if place.covers:
        return
    width, height = (part * place.scale * MM for part in SIZES[place.choice])
    top = seat.height - place.y - height
    for row in range(int(top / seen.pixel), int((top + height) / seen.pixel) + 1):
        line = f"{seen.rows[row]:0{seen.width}b}"
        left, right = int(place.x / seen.pixel), int((place.x + width) / seen.pixel)
        assert "1" not in line[left : right + 1]


def test_the_stamp_keeps_off_the_title_block_and_stands_by_the_border() -> None:
    """Beside a title block at the lower right, the stamp goes to the bottom at its left."""
    seat = sheet((0, 0, 1191, 842), None, 0, 1)
    place = find(seat, blank(seat, [(0.6, 0.8, 0.38, 0.18)]), SIZES)
    assert place is not None
    assert place.covers == 0
    assert place.x + SIZES[place.choice][0] * place.scale * MM < 0.6 * seat.width
    assert place.y < 15 * MM


def test_without_a_title_block_that_corner_is_taken() -> None:
    """An empty sheet gets its stamp where a title block would be."""
    seat = sheet((0, 0, 1191, 842), None, 0, 1)
    place = find(seat, blank(seat), SIZES)
    assert place is not None
    assert place.x > 0.6 * seat.width
    assert place.y < 15 * MM


def test_where_nothing_is_white_the_least_is_covered() -> None:
    """On a sheet full of ink but for a gap, the stamp takes the gap even if it is too small."""
    seat = sheet((0, 0, 842, 595), None, 0, 1)
    lines = [(0.0, row / 40, 0.7 if row == 25 else 1.0, 0.01) for row in range(40)]
    place = find(seat, blank(seat, lines), SIZES)
    assert place is not None
    assert 0 < place.covers < 0.3
    width, height = (part * place.scale * MM for part in SIZES[place.choice])
    assert place.x + width > 0.7 * seat.width
    assert place.y < (1 - 25 / 40) * seat.height < place.y + height


def test_large_sheets_get_large_stamps_and_none_has_modules_too_small_to_read() -> None:
    """Half a millimetre from A4 up; A1 half as large again; beyond A0 in proportion."""
    scales = [scale_for(sheet((0, 0, short * MM, short * 1.414 * MM), None, 0, 1))
              for short in (105, 210, 297, 594, 841, 8410)]  # fmt: skip
    assert scales == sorted(scales)
    assert scales[0] == scales[1] == 1
    assert scales[3] == pytest.approx(1.5, abs=0.05)
    assert scales[5] == pytest.approx(10 * scales[4])


def test_a_dark_sheet_is_ground_and_not_ink() -> None:
    """What most of the page looks like is its paper, whatever its colour."""
    samples = bytes([20]) * 9_000 + bytes([255]) * 1_000
    assert sum(row.bit_count() for row in ink(samples, 100, 100, 1.0).rows) == 1_000
