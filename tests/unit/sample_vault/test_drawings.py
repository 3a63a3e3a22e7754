# SPDX-License-Identifier: AGPL-3.0-or-later
"""The drawings: searchable, agreeing with their folders, legible, the same bytes every time."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pymupdf
import pytest

from sample_vault.catalogue import ITEMS, stem
from sample_vault.drafting.canvas import Canvas
from sample_vault.drafting.clash import clashes
from sample_vault.files import files_of
from sample_vault.register import register

BLOCK = (
    "Legal owner", "Identification number", "Date of issue", "Sheet", "Title", "Approval person",
    "Creator", "Document type", "Rev", "Scale", "Material", "General tolerances", "Units",
    "Method of projection", "Paper size",
)  # fmt: skip
CELL = 5.0  # mm, the raster that free room is looked for on


def pages(path: Path) -> list[pymupdf.Page]:
    """All pages of a PDF."""
    return list(pymupdf.open(path))


def beside(page: pymupdf.Page, label: str) -> str:
    """The word below a label of the title block (the lowest of that name on the page)."""
    turned = page.rotation_matrix
    words = [(pymupdf.Rect(w[:4]) * turned, w[4]) for w in page.get_text("words")]
    place = max((r for r, text in words if text == label), key=lambda r: r.y0)
    below = [(r.y0, text) for r, text in words if place.y0 + 3 < r.y0 < place.y0 + 16
             and place.x0 - 4 < r.x0 < place.x0 + 30]  # fmt: skip
    return str(min(below)[1])


def test_all_files_are_made_again_byte_for_byte(revision: tuple[str, str], folder: Path) -> None:
    """Everything in the folder but the STEP file comes out of make.py exactly as committed."""
    made, _ = files_of(register()[revision[0]], revision[1])
    kept = {f.name: f.read_bytes() for f in folder.iterdir() if f.suffix != ".step"}
    digests = [{n: hashlib.sha256(b).hexdigest() for n, b in d.items()} for d in (made, kept)]
    assert digests[0] == digests[1]


def test_title_block_agrees_with_the_folder(revision: tuple[str, str], folder: Path) -> None:
    """Number, letter, title and every label of the block stand on every sheet, as real text."""
    number, rev = revision
    for path in folder.glob("*.pdf"):
        document = pages(path)
        for n, page in enumerate(document, start=1):
            text = page.get_text()
            assert [word for word in BLOCK if word not in text] == []
            assert register()[number].title in text
            assert beside(page, "Identification") == number
            assert beside(page, "Rev") == rev
            assert f"{n} / {len(document)}" in text


def test_revision_table_ends_with_the_letter(revision: tuple[str, str], folder: Path) -> None:
    """The history on the sheet is that of the register up to this letter, not beyond."""
    number, rev = revision
    text = pages(folder / f"{stem(number)}.pdf")[0].get_text()
    history = register()[number].history
    position = register()[number].revisions.index(rev)
    assert all(change.what in text for change in history[: position + 1])
    assert not any(change.what in text for change in history[position + 1 :])


def test_balloons_of_the_characteristics_are_on_the_drawing(
    revision: tuple[str, str], folder: Path
) -> None:
    """Every balloon number of characteristics.csv is a text of its own on the drawing."""
    path = folder / "characteristics.csv"
    if path.exists():
        _, sheets = files_of(register()[revision[0]], revision[1])
        drawn = [t.words for c in sheets for t in c.texts if 1.7 < t.top - t.bottom < 1.9]
        for line in path.read_text(encoding="utf-8").splitlines()[1:]:
            assert drawn.count(line.split(",")[0]) >= 3, "two in the zones, one in a ring"


def test_lettering_is_embedded(folder: Path) -> None:
    """Every PDF carries its typeface, so that it looks the same everywhere."""
    for path in folder.glob("*.pdf"):
        for page in pages(path):
            assert [font[1] for font in page.get_fonts()] == ["ttf"]


def test_nothing_runs_through_a_text_and_a_stamp_finds_room(revision: tuple[str, str]) -> None:
    """No overlaps on any sheet, and a white field of 90 by 25 mm is left on each."""
    _, sheets = files_of(register()[revision[0]], revision[1])
    for sheet in sheets:
        assert list(clashes(sheet)) == []
        assert free_room(sheet, 90, 25)


def free_room(c: Canvas, width: float, height: float) -> bool:
    """Whether a field of the frame, in steps of 5 mm, is crossed by no stroke and no text."""
    taken: set[tuple[int, int]] = set()
    for (x1, y1), (x2, y2) in c.strokes:
        steps = int(max(abs(x2 - x1), abs(y2 - y1)) / CELL * 2) + 1
        for k in range(steps + 1):
            x, y = x1 + (x2 - x1) * k / steps, y1 + (y2 - y1) * k / steps
            taken.add((int(x // CELL), int(y // CELL)))
    for t in c.texts:
        for i in range(int(t.left // CELL), int(t.right // CELL) + 1):
            taken |= {(i, j) for j in range(int(t.bottom // CELL), int(t.top // CELL) + 1)}
    wide, high = int(width // CELL), int(height // CELL)
    return any(
        all((i + a, j + b) not in taken for a in range(wide) for b in range(high))
        for i in range(5, int((c.page.width - 10) // CELL) - wide)
        for j in range(3, int((c.page.height - 10) // CELL) - high)
    )


def test_formats_are_as_various_as_those_of_a_shop() -> None:
    """A4 to A1 and ANSI B; one drawing of several sheets, one page turned, one in inches."""
    sizes: set[tuple[int, int]] = set()
    turned = several = inches = 0
    for path in ITEMS.rglob("*.pdf"):
        document = pages(path)
        several += len(document) > 1
        for page in document:
            sizes.add((round(page.rect.width / 72 * 25.4), round(page.rect.height / 72 * 25.4)))
            turned += page.rotation == 90
            inches += "INCHES" in page.get_text()
    assert sizes == {(210, 297), (420, 297), (594, 420), (841, 594), (432, 279)}
    assert turned
    assert several
    assert inches


def test_a_later_revision_looks_different() -> None:
    """Two revisions of an item never share a drawing or a model."""
    for number, entry in register().items():
        for suffix in (".pdf", ".step"):
            found = [f.read_bytes() for f in sorted((ITEMS / number).rglob(stem(number) + suffix))]
            assert len(set(found)) == len(found)
            assert not found or len(found) == len(entry.revisions)


def test_the_checker_sees_a_line_through_a_text() -> None:
    """The clash check is able to fail: one stroke through a note and it says so."""
    _, sheets = files_of(register()["10-0042"], "A")
    note = next(t for t in sheets[0].texts if t.words == "Notes")
    sheets[0].line(note.left - 5, note.bottom + 1, note.right + 5, note.bottom + 1)
    assert any("Notes" in sentence for sentence in clashes(sheets[0]))


@pytest.mark.parametrize("number", ["10-0047"])
def test_the_turned_page_reads_upright(number: str) -> None:
    """Stored upright with /Rotate 90, the page is landscape for whoever looks at it."""
    page = pages(ITEMS / number / "A" / f"{stem(number)}.pdf")[0]
    assert page.rotation == 90
    assert page.rect.width > page.rect.height
    assert page.mediabox.width < page.mediabox.height
