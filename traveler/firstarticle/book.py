# SPDX-License-Identifier: AGPL-3.0-or-later
"""The forms of AS9102 as a workbook: three sheets, each cell text and none a formula.

A cell that begins with ``=`` would be calculated by whoever opens the book; all are written as
strings, so what a customer opens is what was signed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import openpyxl
from openpyxl.styles import Alignment, Font

from traveler.firstarticle import forms

_WIDE: Final = 34


def write(out: Path, number: str, told: Mapping[str, Any]) -> None:
    """Write a workbook to a path."""
    book = openpyxl.Workbook()
    first = book.active
    first.title = "Form 1"
    _row(first, ("Field", "AS9102 Rev C Form 1", number), bold=True)
    for field, label in forms.FORM1:
        _row(first, (field, label, told["form1"][field]))
    for title, fields, rows in (
        ("Form 2", forms.FORM2, told["form2"]),
        ("Form 3", forms.FORM3, told["form3"]),
    ):
        sheet = book.create_sheet(title)
        _row(sheet, [f"{field} {told['form1'][field]}" for field in ("1", "2", "3", "4")])
        _row(sheet, [f"{field} {label}" for field, label in fields], bold=True)
        for row in rows:
            _row(sheet, [row.get(field, "") for field, _ in fields])
    for sheet in book.worksheets:
        for column in sheet.columns:
            sheet.column_dimensions[column[0].column_letter].width = _WIDE
        sheet.freeze_panes = "A3" if sheet.title != "Form 1" else "A2"
    book.save(out)


def _row(sheet: Any, values: Sequence[str], *, bold: bool = False) -> None:
    at = sheet.max_row + 1 if sheet["A1"].value is not None else 1
    for column, text in enumerate(values, 1):
        cell = sheet.cell(row=at, column=column)
        cell.value = "".join(sign for sign in text if sign.isprintable() or sign == "\n")
        cell.data_type = "s"
        cell.font = Font(bold=bold)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
