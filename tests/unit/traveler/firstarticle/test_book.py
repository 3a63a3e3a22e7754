# SPDX-License-Identifier: AGPL-3.0-or-later
"""The workbook of a first article: every field in its place, and sheets that can be printed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from traveler.firstarticle import book, forms

LONG = "the bore is measured at three heights and the largest counts; " * 8


def _told(rows: int = 1) -> dict[str, Any]:
    return {
        "form1": {field: f"said {field}" for field, _ in forms.FORM1} | {"26": LONG},
        "form2": [{field: f"2-{field}" for field, _ in forms.FORM2}],
        "form3": [{field: f"3-{field}-{at}" for field, _ in forms.FORM3} | {"12": LONG}
                  for at in range(rows)],
    }  # fmt: skip


@pytest.fixture
def made(tmp_path: Path) -> Any:
    """Return a workbook as it is read back."""
    book.write(tmp_path / "f.xlsx", "FA-0007", _told(40), "Letter")
    return openpyxl.load_workbook(tmp_path / "f.xlsx")


def test_every_field_stands_below_its_number_and_name(made: Any) -> None:
    """All 26 fields of form 1, and those of forms 2 and 3 above their columns."""
    first = made["Form 1"]
    found = {
        cell.value: first.cell(cell.row + 1, cell.column).value
        for row in first.iter_rows() for cell in row if cell.value and ". " in str(cell.value)[:4]
    }  # fmt: skip
    assert found == {f"{field}. {label}": LONG if field == "26" else f"said {field}"
                     for field, label in forms.FORM1}  # fmt: skip
    for name, fields, row in (("Form 2", forms.FORM2, "2-"), ("Form 3", forms.FORM3, "3-")):
        heads = {cell.value: cell for cell in made[name][4] if cell.value}
        assert list(heads) == [f"{field}. {label}" for field, label in fields]
        for field, label in fields[:-1]:
            under = made[name].cell(5, heads[f"{field}. {label}"].column).value
            assert under.startswith(f"{row}{field}")


def test_a_sheet_is_as_wide_as_a_page_and_says_its_heads_on_each(made: Any) -> None:
    """On its side, on the shop's paper, numbered, with fields 1 to 4 on every page."""
    for sheet in made:
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 1)
        assert "Page &P of &N" in sheet.oddFooter.right.text
    assert made["Form 3"].print_title_rows == "$1:$4"


def test_a_row_is_high_enough_for_its_longest_words(made: Any) -> None:
    """Joined cells are not made higher by an office program, so the words would be cut."""
    first, third = made["Form 1"], made["Form 3"]
    comments = next(row[0].row for row in first.iter_rows() if row[0].value == LONG)
    assert first.row_dimensions[comments].height > 3 * first.row_dimensions[3].height
    assert third.row_dimensions[5].height > 10 * third.row_dimensions[3].height
    assert max(one.height or 0 for one in third.row_dimensions.values()) <= 409
