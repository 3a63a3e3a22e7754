# SPDX-License-Identifier: AGPL-3.0-or-later
"""Zones of a sheet, printed and computed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from release.redline import zones
from release.redline.words import Word


def word(text: str, x: float, y: float) -> Word:
    """Return a small word with its middle at a place."""
    return Word(text, x - 1, y - 1, x + 1, y + 1)


def grid_words(columns: list[str], rows: list[str], wide: float, high: float) -> list[Word]:
    """Return the letters and numbers of a printed grid, at the edges of the sheet."""
    found = [word(text, wide * (at + 0.5) / len(columns), 5) for at, text in enumerate(columns)]
    return found + [word(text, 8, high * (at + 0.5) / len(rows)) for at, text in enumerate(rows)]


def test_sheets_of_iso_5457_have_the_fields_of_its_table() -> None:
    """A4 4 by 6, A3 8 by 6, A2 12 by 8, A1 16 by 12, A0 24 by 16, as the standard prints them."""
    for size, fields in (((210, 297), (4, 6)), ((420, 297), (8, 6)), ((594, 420), (12, 8)),
                         ((841, 594), (16, 12)), ((1189, 841), (24, 16))):  # fmt: skip
        grid = zones.computed(*size)
        assert (len(grid.columns), len(grid.rows)) == fields
        assert not grid.printed


def test_rows_leave_out_i_and_o_and_go_on_with_two_letters() -> None:
    """After Z comes AA; I and O are never used."""
    told = [zones.letter(place) for place in range(60)]
    assert told[:9] == list("ABCDEFGHJ")
    assert told[23:26] == ["Z", "AA", "AB"]
    assert not any("I" in one or "O" in one for one in told)
    assert len(set(told)) == 60


def test_a_printed_grid_is_read_whichever_way_it_counts() -> None:
    """ISO counts from the upper left, ASME from the lower right; the sheet's own names are used."""
    iso = zones.of_sheet(grid_words(list("12345678"), list("ABCDEF"), 420, 297), 420, 297)
    asme = zones.of_sheet(grid_words(list("87654321"), list("FEDCBA"), 420, 297), 420, 297)
    assert iso.printed
    assert asme.printed
    assert iso.name(410, 290) == "F8"
    assert asme.name(410, 290) == "A1"
    assert iso.name(130, 20) == "A3"
    assert asme.name(130, 20) == "F6"


def test_stray_signs_at_the_edge_make_no_grid() -> None:
    """Numbers that do not count by one in even steps, or letters alone, are no grid."""
    numbers = [word("3", 50, 5), word("9", 150, 5), word("4", 380, 5)]
    uneven = [word("1", 50, 5), word("2", 60, 5), word("3", 300, 5)]
    letters = [word(one, 8, 30 + 40 * at) for at, one in enumerate("ABCDEF")]
    assert zones.printed([*numbers, *letters], 420, 297) is None
    assert zones.printed([*uneven, *letters], 420, 297) is None
    assert zones.printed(letters, 420, 297) is None
    assert zones.printed([], 420, 297) is None


def test_a_grid_between_notes_is_still_found() -> None:
    """A dimension or a scale beside the frame does not hide the numbers of the grid."""
    grid = grid_words(list("12345678"), list("ABCDEF"), 420, 297)
    notes = [word("7", 200, 15), word("Q", 12, 100), word("12", 300, 290), word("x", 5, 5)]
    found = zones.of_sheet([*notes, *grid], 420, 297)
    assert (found.printed, found.columns) == (True, tuple("12345678"))


@given(st.floats(50, 3000), st.floats(50, 3000), st.floats(-100, 4000), st.floats(-100, 4000))
def test_every_point_of_every_sheet_has_a_zone(
    wide: float, high: float, x: float, y: float
) -> None:
    """Also points beside the sheet; and going right or down never leads back."""
    grid = zones.computed(wide, high)
    assert grid.name(x, y)
    assert grid.name(wide * 2, high * 2) == f"{grid.rows[-1]}{grid.columns[-1]}"
    assert list(grid.x_borders) == sorted(grid.x_borders)


@given(st.integers(2, 24), st.integers(2, 16), st.booleans(), st.booleans())
def test_a_printed_grid_names_the_middle_of_every_field(
    across: int, down: int, leftwards: bool, upwards: bool
) -> None:
    """Whatever its size and direction, each field is called what is printed beside it."""
    columns = [str(at + 1) for at in range(across)]
    rows = [zones.LETTERS[at] for at in range(down)]
    columns.reverse() if leftwards else None
    rows.reverse() if upwards else None
    wide, high = across * 50.0, down * 50.0
    if max(wide, high) < 400:
        wide, high = wide * 8, high * 8
    grid = zones.of_sheet(grid_words(columns, rows, wide, high), wide, high)
    assert grid.printed
    for at, column in enumerate(columns):
        for by, row in enumerate(rows):
            x, y = wide * (at + 0.5) / across, high * (by + 0.5) / down
            assert grid.name(x, y) == row + column
