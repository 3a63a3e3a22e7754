# SPDX-License-Identifier: AGPL-3.0-or-later
"""A redline as PDF: a cover with the lists and tables, then each sheet in colours at its size.

The same content gives the same bytes: no moment, no name of a machine, no identifier by chance.
A task of the worker process.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pymupdf

WIDE, HIGH = 595.0, 842.0  # A4 in points
LEFT, TOP, LOW = 48.0, 50.0, 796.0
BODY: Final = 8.5
LINE: Final = 1.35
CELL: Final = 4.0
MOST_LINES: Final = 40  # of one cell
INK, SOFT, RULE = (0.1, 0.1, 0.1), (0.4, 0.4, 0.4), (0.75, 0.75, 0.75)
ORANGE, BLUE = (0.784, 0.294, 0.0), (0.0, 0.353, 0.71)
_MM: Final = 72 / 25.4
_PLAIN, _BOLD, _OTHER = (pymupdf.Font(name) for name in ("helv", "hebo", "cjk"))
_SIZES: Final = {"title": 17.0, "head": 11.5, "para": BODY, "note": 7.5}

Json = dict[str, Any]


def bind(out: str, blocks: Sequence[Sequence[Any]], sheets: Sequence[Json]) -> Json:
    """Write the PDF and return how many pages it has.

    A block is ``[style, words]`` with a style of title, head, para or note, or ``["table", heads,
    widths, rows]`` with widths as shares.  A sheet has ``picture``, ``width`` and ``height`` in mm,
    a ``caption`` and ``boxes``, each with its number.
    """
    with pymupdf.open() as document:
        cover = _Cover(document)
        for block in blocks:
            if block[0] == "table":
                cover.table(block[1], block[2], block[3])
            else:
                cover.words(block[1], block[0])
        cover.finish()
        for sheet in sheets:
            _sheet(document, sheet)
        document.subset_fonts()
        document.set_metadata({"title": str(blocks[0][1]) if blocks else "Redline"})
        told = json.dumps([blocks, [one["caption"] for one in sheets]], sort_keys=True)
        name = hashlib.sha256(told.encode()).hexdigest()[:32]
        document.xref_set_key(-1, "ID", f"[<{name}><{name}>]")
        document.save(out, garbage=3, deflate=True, no_new_id=True)
        return {"pages": document.page_count}


class _Cover:
    """Sheets of A4 filled from the top, a new one where the last is full."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._page: Any = None
        self._writers: dict[tuple[float, ...], Any] = {}
        self._y = TOP
        self._new()

    def _new(self) -> None:
        self.finish()
        self._page = self._document.new_page(width=WIDE, height=HIGH)
        self._y = TOP

    def finish(self) -> None:
        """Write what was set on the sheet."""
        for colour, writer in self._writers.items():
            writer.write_text(self._page, color=colour)
        self._writers = {}

    def words(self, text: str, style: str) -> None:
        """Set a paragraph over the whole width."""
        size = _SIZES[style]
        bold = style in {"title", "head"}
        if style == "head":
            self._y += 10
            self._room(size * LINE + 40)
        for line in wrapped(text, WIDE - 2 * LEFT, size, bold):
            self._room(size * LINE)
            self._set(LEFT, self._y, line, size, bold=bold, colour=SOFT if style == "note" else INK)
            self._y += size * LINE
        self._y += 4

    def table(self, heads: Sequence[str], widths: Sequence[float], rows: Sequence[Any]) -> None:
        """Set a table; its heads stand above each part of it."""
        unit = (WIDE - 2 * LEFT) / sum(widths)
        across = [width * unit for width in widths]
        self._row(heads, across, head=True)
        for row in rows:
            if self._row(row, across, measure=True) + self._y > LOW:
                self._new()
                self._row(heads, across, head=True)
            self._row(row, across)
        self._y += 6

    def _row(
        self, cells: Sequence[str], across: Sequence[float], *, head: bool = False,
        measure: bool = False,
    ) -> float:  # fmt: skip
        told = [
            wrapped(str(cell), width - 2 * CELL, BODY, head)[:MOST_LINES]
            for cell, width in zip(cells, across, strict=True)
        ]
        high = max((len(lines) for lines in told), default=1) * BODY * LINE + 2 * CELL
        if measure:
            return high
        self._room(high)
        x = LEFT
        for lines, width in zip(told, across, strict=True):
            for place, line in enumerate(lines):
                y = self._y + CELL + place * BODY * LINE
                self._set(x + CELL, y, line, BODY, bold=head, colour=INK)
            x += width
        self._y += high
        self._page.draw_line((LEFT, self._y), (WIDE - LEFT, self._y), color=RULE, width=0.5)
        return high

    def _room(self, high: float) -> None:
        if self._y + high > LOW:
            self._new()

    def _set(
        self, x: float, y: float, line: str, size: float, *, bold: bool, colour: tuple[float, ...]
    ) -> None:
        writer = self._writers.setdefault(colour, pymupdf.TextWriter(self._page.rect))
        _write(writer, x, y + size, line, size, bold)


def _write(writer: Any, x: float, y: float, line: str, size: float, bold: bool) -> None:
    """Set a line, each sign in the first font that has it."""
    for part, font in _parts(line, bold):
        writer.append((x, y), part, font=font, fontsize=size)
        x += font.text_length(part, fontsize=size)


def _parts(line: str, bold: bool) -> list[tuple[str, Any]]:
    parts: list[tuple[str, Any]] = []
    for sign in line:
        font = _BOLD if bold else _PLAIN
        if not font.has_glyph(ord(sign)):
            font = _OTHER
        if parts and parts[-1][1] is font:
            parts[-1] = (parts[-1][0] + sign, font)
        else:
            parts.append((sign, font))
    return parts


def length(line: str, size: float, bold: bool) -> float:
    """Return how wide a line is, in points."""
    return sum(float(font.text_length(part, fontsize=size)) for part, font in _parts(line, bold))


def wrapped(text: str, width: float, size: float, bold: bool) -> list[str]:
    """Return a text as lines that fit a width; a word that fits nowhere is broken."""
    lines = [""]
    for word in text.replace("⌀", "Ø").split():
        joined = f"{lines[-1]} {word}".strip()
        if length(joined, size, bold) <= width:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        for sign in word:
            if lines[-1] and length(lines[-1] + sign, size, bold) > width:
                lines.append("")
            lines[-1] += sign
    return lines


def _sheet(document: Any, sheet: Json) -> None:
    page = document.new_page(width=sheet["width"] * _MM, height=sheet["height"] * _MM)
    page.insert_image(page.rect, stream=Path(sheet["picture"]).read_bytes())
    size = max(7.0, min(12.0, page.rect.width / 110))
    writer = pymupdf.TextWriter(page.rect)
    for number, left, top, right, bottom in sheet["boxes"]:
        frame = pymupdf.Rect(left * _MM - 3, top * _MM - 3, right * _MM + 3, bottom * _MM + 3)
        page.draw_rect(frame, color=INK, width=0.6, dashes="[3 2] 0", radius=None)
        beside = max(size, frame.y0 - 1.5)
        _write(writer, max(1.0, frame.x0), beside, str(number), size, bold=True)
    _write(writer, 8, page.rect.height - 5, sheet["caption"], size * 0.8, bold=False)
    writer.write_text(page, color=INK)
