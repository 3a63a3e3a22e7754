# SPDX-License-Identifier: AGPL-3.0-or-later
"""The check finds every way a stamped file can be wrong: each is made, and seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from release.stamp import check, draw, pages
from release.stamp.template import Stamp

Spoil = Callable[[pymupdf.Document], None]


def turned(document: pymupdf.Document) -> None:
    """Turn the page after it was stamped."""
    document.xref_set_key(document[0].xref, "Rotate", "180")


def cut(document: pymupdf.Document) -> None:
    """Crop the page, so that its size is another."""
    document.xref_set_key(document[0].xref, "CropBox", "[0 0 900 800]")


def page_lost(document: pymupdf.Document) -> None:
    """Lose the last page."""
    document.delete_page(1)


def code_covered(document: pymupdf.Document) -> None:
    """Paint over the code, as an opaque note would."""
    rect = document[0].search_for("RELEASED")
    box = min(rect, key=lambda found: found.height)
    document[0].draw_rect(
        pymupdf.Rect(box.x0 - 60, box.y0, box.x0 - 20, box.y0 + 50), fill=(0.2, 0.2, 0.2)
    )


def content_lost(document: pymupdf.Document) -> None:
    """Keep the stamp and lose the drawing, as a broken resource would."""
    parts = document[0].get_contents()
    for part in parts[:-1]:
        document.update_stream(part, b" ")


def content_added(document: pymupdf.Document) -> None:
    """Draw something big beside the stamp."""
    document[0].draw_rect(pymupdf.Rect(200, 300, 500, 500), fill=(0, 0, 0))


def script_added(document: pymupdf.Document) -> None:
    """Put a script into the catalogue."""
    document.xref_set_key(document.pdf_catalog(), "OpenAction", "<</S/JavaScript/JS(1)>>")


def words_lost(document: pymupdf.Document) -> None:
    """Make the words of the block something no search finds."""
    for number in range(1, document.xref_length()):
        if document.xref_is_stream(number) and b"(RELEASED)" in document.xref_stream(number):
            data = document.xref_stream(number)
            document.update_stream(number, data.replace(b"(RELEASED)", b"(X)"))


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (turned, "its code cannot be read where it should stand"),
        (cut, "its size changed"),
        (page_lost, "1 of 2 pages came out"),
        (code_covered, "its code cannot be read where it should stand"),
        (content_lost, "a part of the drawing is gone"),
        (content_added, "something was drawn where the stamp is not"),
        (script_added, "active content is left"),
        (words_lost, "cannot be found"),
        (lambda _document: None, ""),
    ],
)
def test_what_went_wrong_is_named(
    spoil: Spoil, found: str, stamp: Stamp, sheets: Any, tmp_path: Path
) -> None:
    """A stamped file is spoiled one way, and the check says which; unspoiled it says nothing."""
    bold = "3 w 60 300 500 350 re S " + sheets.drawing(1191, 842) + " 60 500 300 200 re f"
    source = sheets.written([sheets.page("[0 0 1191 842]", content=bold), sheets.page()])
    with pymupdf.open("pdf", source) as document:
        seats = [pages.sheet_of(pages.page_object(document, place)) for place in range(2)]
        marks = draw.mark(document, stamp, "x.pdf", [None, None])
        document.save(tmp_path / "good.pdf")
    with pymupdf.open(tmp_path / "good.pdf") as document:
        spoil(document)
        document.save(tmp_path / "out.pdf")
    fault = check.fault(str(tmp_path / "out.pdf"), stamp, seats, marks)
    assert found in fault
    assert bool(found) == bool(fault)


def test_another_address_in_the_code_is_a_fault(stamp: Stamp, sheets: Any, tmp_path: Path) -> None:
    """A code that reads, but not as it should, is as bad as none."""
    with pymupdf.open("pdf", sheets.cases["a4"]) as document:
        seats = [pages.sheet_of(pages.page_object(document, 0))]
        marks = draw.mark(document, stamp, "x.pdf", [None])
        document.save(tmp_path / "out.pdf")
    other = replace(stamp, url=stamp.url[:-1] + "T")
    assert "code" in check.fault(str(tmp_path / "out.pdf"), other, seats, marks)
