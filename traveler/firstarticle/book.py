# SPDX-License-Identifier: AGPL-3.0-or-later
"""The forms of AS9102 as a workbook: three sheets laid out to be printed, each cell text.

A cell that begins with ``=`` would be calculated by whoever opens the book; all are written as
strings, so what a customer opens is what was signed.  A sheet is as wide as a page; its boxes are
made high enough for their words here, because no office program does that for joined cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import Any, Final

import openpyxl
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from traveler.firstarticle import forms

_COLUMNS: Final = 24
_WIDE: Final = 5.6
"""Of a column, in signs: together they fill a page that lies on its side."""
_LINE: Final = 13.5
_HIGHEST: Final = 400.0  # points; no program shows a higher row
_BOXES: Final = (
    (("1", 6), ("2", 8), ("3", 6), ("4", 4)),
    (("5", 4), ("6", 8), ("7", 4), ("8", 8)),
    (("9", 8), ("10", 6), ("11", 4), ("12", 6)),
    (("13", 6), ("14", 18)),
    (("15", 6), ("16", 8), ("17", 5), ("18", 5)),
    (("19", 24),),
    (("20", 16), ("21", 8)),
    (("22", 16), ("23", 8)),
    (("24", 16), ("25", 8)),
    (("26", 24),),
)
"""Form 1 as the standard lays it out: the fields of each row, and how many columns each takes."""
_AGAIN: Final = (("1", 6), ("2", 8), ("3", 6), ("4", 4))
_FORM2: Final = (("5", 4), ("6", 3), ("7", 2), ("8", 4), ("9", 2), ("10", 2), ("11", 2), ("12", 2),
                 ("13", 3))  # fmt: skip
_FORM3: Final = (("5", 2), ("6", 2), ("7", 2), ("8", 5), ("9", 4), ("10", 3), ("11", 3), ("12", 3))
_THIN: Final = Side(style="thin", color="888888")
_EDGE: Final = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_WASH: Final = PatternFill("solid", fgColor="EEEEEE")


def write(out: Path, number: str, told: Mapping[str, Any], paper: str = "A4") -> None:
    """Write a workbook to a path, to be printed on A4 or Letter."""
    book = openpyxl.Workbook()
    first = book.active
    first.title = "Form 1"
    _title(first, "Form 1: Part Number Accountability", number)
    labels = dict(forms.FORM1)
    for boxes in _BOXES:
        _boxes(first, boxes, labels, told["form1"])
    for name, said, spans, fields, rows in (
        ("Form 2", "Product Accountability: Materials, Special Processes, Functional Testing",
         _FORM2, forms.FORM2, told["form2"]),
        ("Form 3", "Characteristic Accountability, Verification and Compatibility Evaluation",
         _FORM3, forms.FORM3, told["form3"]),
    ):  # fmt: skip
        sheet = book.create_sheet(name)
        _title(sheet, f"{name}: {said}", number)
        _boxes(sheet, _AGAIN, labels, told["form1"])
        _table(sheet, spans, dict(fields), rows)
    for sheet in book.worksheets:
        _page(sheet, number, paper)
    book.save(out)


# --- inside -----------------------------------------------------------------


def _title(sheet: Worksheet, said: str, number: str) -> None:
    _row(sheet, [(f"AS9102 Rev C  {said}", 18), (number, 6)], Font(bold=True, size=12))


def _boxes(
    sheet: Worksheet, boxes: Sequence[tuple[str, int]], labels: Mapping[str, str],
    told: Mapping[str, str],
) -> None:  # fmt: skip
    named = [(f"{field}. {labels[field]}", span) for field, span in boxes]
    _row(sheet, named, Font(size=8, color="444444"), head=True)
    _row(sheet, [(told[field], span) for field, span in boxes], Font(size=10))


def _table(
    sheet: Worksheet, spans: Sequence[tuple[str, int]], labels: Mapping[str, str],
    rows: Sequence[Mapping[str, str]],
) -> None:  # fmt: skip
    named = [(f"{field}. {labels[field]}", span) for field, span in spans]
    at = _row(sheet, named, Font(size=8, bold=True), head=True)
    sheet.print_title_rows = f"1:{at}"
    sheet.freeze_panes = f"A{at + 1}"
    for row in rows:
        _row(sheet, [(row.get(field, ""), span) for field, span in spans], Font(size=9))


def _row(
    sheet: Worksheet, cells: Sequence[tuple[str, int]], font: Font, *, head: bool = False
) -> int:
    """Write a row of joined cells and return its number; it is as high as its longest text."""
    at = sheet.max_row + 1 if sheet["A1"].value is not None else 1
    for (text, span), column in zip(cells, _starts(cells), strict=True):
        last = column + span - 1
        for each in range(column, last + 1):
            cell = sheet.cell(row=at, column=each)
            cell.border = _EDGE
            if head:
                cell.fill = _WASH
        cell = sheet.cell(row=at, column=column)
        cell.value = "".join(sign for sign in text if sign.isprintable() or sign == "\n")
        cell.data_type = "s"
        cell.number_format = "@"
        cell.font = font
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.merge_cells(start_row=at, end_row=at, start_column=column, end_column=last)
    high = max(_lines(text, span, font.sz) for text, span in cells) * _LINE * font.sz / 10
    sheet.row_dimensions[at].height = min(high + 4, _HIGHEST)
    return at


def _starts(cells: Sequence[tuple[str, int]]) -> Iterator[int]:
    column = 1
    for _, span in cells:
        yield column
        column += span


def _lines(text: str, span: int, size: float) -> int:
    """Return how many lines a text takes in some columns, words kept whole; rather one too many."""
    room = max(1, int(span * _WIDE * 10 / size))
    return sum(_wrapped(part, room) for part in text.split("\n"))


def _wrapped(text: str, room: int) -> int:
    lines, held = 1, 0
    for word in text.split(" "):
        need = len(word) + (1 if held else 0)
        if held + need <= room:
            held += need
            continue
        lines += (1 if held else 0) + ceil(len(word) / room) - 1
        held = len(word) % room or min(len(word), room)
    return lines


def _page(sheet: Worksheet, number: str, paper: str) -> None:
    for column in range(1, _COLUMNS + 1):
        sheet.column_dimensions[get_column_letter(column)].width = _WIDE
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 1 if paper == "Letter" else 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top, sheet.page_margins.bottom = 0.5, 0.8
    sheet.page_margins.footer = 0.4
    sheet.oddFooter.left.text = f"AS9102 Rev C, {number}, {sheet.title}"
    sheet.oddFooter.right.text = "Page &P of &N"
