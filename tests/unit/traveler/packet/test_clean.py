# SPDX-License-Identifier: AGPL-3.0-or-later
"""Copies for customers: nothing that acts by itself leaves, and nothing else of a file is changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from traveler.packet import clean
from traveler.packet.redaction import ACTIVE, Redaction

NOTHING = Redaction().as_json()
WORDS = Redaction({"Otto Lind": "O.L."}, {"otto": "O.L."}).as_json()


def copied(tmp_path: Path, form: str, words: dict[str, Any], data: bytes) -> bytes:
    """Write a file, copy it without the words, and return the copy."""
    place, out = tmp_path / "in", tmp_path / "out"
    place.write_bytes(data)
    clean.copy(str(place), str(out), form, words)
    return out.read_bytes()


@pytest.mark.parametrize(
    ("cell", "said"),
    [("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
     ("-2+3", "'-2+3"), ('"=HYPERLINK(1)"', "\"'=HYPERLINK(1)\""), ("-0.012", "-0.012"), ("+0,5", "+0,5"),
     ("-1.5e-3", "-1.5e-3"), ("12.01", "12.01"), ("a=b", "a=b"), ("x@y", "x@y"), ("", "")],
)  # fmt: skip
@pytest.mark.parametrize("frame", ["{}", "a,{},b", "a;{}\r\nb", "a\t{}\tb", "a\n{}\nb"])
def test_no_cell_of_a_table_is_calculated(tmp_path: Path, frame: str, cell: str, said: str) -> None:
    """Formulas become text; numbers with their sign, and any other cell, stay as they are."""
    place = tmp_path / "t.csv"
    place.write_text(frame.format(cell), newline="")
    found = clean.look(str(place), clean.TABLE, NOTHING)["found"]
    assert (ACTIVE in found) is (cell != said)
    made = copied(tmp_path, clean.TABLE, NOTHING, frame.format(cell).encode())
    assert made.decode() == frame.format(said)


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_a_text_keeps_its_signs(tmp_path: Path, coding: str) -> None:
    """Whatever a file is written in, its copy is, too."""
    text = "Größe von Otto Lind, otto\r\n"
    made = copied(tmp_path, clean.TEXT, WORDS, text.encode(coding))
    assert made.decode(coding) == "Größe von O.L., O.L.\r\n"


def active_pdf(tmp_path: Path) -> bytes:
    """Return a PDF that runs a script when it opens, and carries a file."""
    import pymupdf

    with pymupdf.open() as document:
        page = document.new_page()
        page.insert_text((60, 60), "Heat 4711")
        script = document.get_new_xref()
        document.update_object(script, "<</S/JavaScript/JS(app.alert\\(1\\))>>")
        document.xref_set_key(document.pdf_catalog(), "OpenAction", f"{script} 0 R")
        document.embfile_add("run.exe", b"MZ")
        return bytes(document.tobytes())


def test_a_pdf_that_acts_leaves_as_a_copy_that_does_not(tmp_path: Path) -> None:
    """Script and attachment are gone, the words of the page are there."""
    import pymupdf

    data = active_pdf(tmp_path)
    place = tmp_path / "a.pdf"
    place.write_bytes(data)
    assert clean.look(str(place), clean.PDF, NOTHING)["found"] == [ACTIVE]
    made = copied(tmp_path, clean.PDF, NOTHING, data)
    assert b"JavaScript" not in made
    with pymupdf.open(stream=made) as document:
        assert document.embfile_count() == 0
        assert "Heat 4711" in document[0].get_text()


def test_a_pdf_that_is_a_page_too_is_looked_at_as_a_pdf(tmp_path: Path) -> None:
    """Markup before its objects is no action of a PDF; the browser never gets it as a page."""
    data = active_pdf(tmp_path).replace(b"%PDF-1.7", b"%PDF-1.7\n%<script>alert(1)</script>", 1)
    made = copied(tmp_path, clean.PDF, NOTHING, data)
    assert b"<script" not in made
