# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pen every printed page is drawn with: words, fields and codes; it runs in the worker process.

Points, from the upper left.  Scripts the base fonts lack are set in a font that has them, and only
the letters used are kept in the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pymupdf

MM: Final = 72 / 25.4
PAPERS: Final = {"A4": (210 * MM, 297 * MM), "Letter": (8.5 * 72, 11 * 72)}
MARGIN: Final = 14 * MM
FOOT: Final = 7 * MM
MODULE: Final = 0.55 * MM  # at 150 dpi three dots wide, and oil on paper spreads half a dot
QUIET: Final = 4
LEAST: Final = 7.5  # points below which words are cut, not shrunk
UNCONTROLLED: Final = "Uncontrolled if printed: scan to check."

Colour = tuple[float, float, float]
Size = tuple[float, float]

INK: Final[Colour] = (0.08, 0.09, 0.11)
SOFT: Final[Colour] = (0.38, 0.4, 0.43)
LINE: Final[Colour] = (0.62, 0.64, 0.67)
WASH: Final[Colour] = (0.94, 0.945, 0.95)
ALERT: Final[Colour] = (0.72, 0.1, 0.08)
WHITE: Final[Colour] = (1.0, 1.0, 1.0)


class Fonts:
    """The regular and the bold face, to measure with before anything is drawn."""

    def __init__(self) -> None:
        """Load them; they are built in."""
        self.faces = (pymupdf.Font("helv"), pymupdf.Font("hebo"))

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """Return how wide a line of text is."""
        return float(self.faces[bold].text_length(text, fontsize=size))

    def wrapped(self, text: str, size: float, room: float, *, bold: bool = False) -> list[str]:
        """Return text broken into lines no wider than a room; a longer word is cut."""
        lines: list[str] = []
        held = ""
        for word in text.split(" "):
            longer = f"{held} {word}" if held else word
            if self.width(longer, size, bold=bold) <= room:
                held = longer
                continue
            if held:
                lines.append(held)
            held = word
            while self.width(held, size, bold=bold) > room:
                cut = self._cut(held, size, room, bold)
                lines.append(held[:cut])
                held = held[cut:]
        return [*lines, held]

    def few(
        self, text: str, size: float, room: float, most: int, *, bold: bool = False
    ) -> list[str]:
        """Return text as at most so many lines, the last of them cut where there is more."""
        lines = self.wrapped(text, size, room, bold=bold)
        if len(lines) > most:
            lines = [*lines[: most - 1], self.cut(" ".join(lines[most - 1 :]), size, room, bold)]
        return lines

    def cut(self, text: str, size: float, room: float, bold: bool = False) -> str:
        """Return as much of a line as a room holds, with a mark where something is missing."""
        while text and self.width(text, size, bold=bold) > room:
            text = text[:-2].rstrip() + "…" if len(text) > 2 else ""
        return text

    def _cut(self, word: str, size: float, room: float, bold: bool) -> int:
        cut = len(word)
        while cut > 1 and self.width(word[:cut], size, bold=bold) > room:
            cut = cut * 3 // 4 if cut > 8 else cut - 1
        return cut


class Pen:
    """Draws on one page; words are gathered by colour and set down at the end."""

    def __init__(self, page: Any, fonts: Fonts) -> None:
        """Take a page and the fonts its words were measured with."""
        self._page = page
        self.fonts = fonts
        self._writers: dict[Colour, Any] = {}
        self._shape = page.new_shape()

    def words(
        self, x: float, y: float, text: str, size: float, *, bold: bool = False, ink: Colour = INK
    ) -> None:
        """Set one line, its baseline at y."""
        writer = self._writers.get(ink)
        if writer is None:
            writer = self._writers[ink] = pymupdf.TextWriter(self._page.rect, color=ink)
        if text:
            writer.append((x, y), text, font=self.fonts.faces[bold], fontsize=size)

    def words_right(
        self, x: float, y: float, text: str, size: float, *, bold: bool = False, ink: Colour = INK
    ) -> None:
        """Set one line that ends at x."""
        self.words(x - self.width(text, size, bold=bold), y, text, size, bold=bold, ink=ink)

    def fitted(
        self, x: float, y: float, text: str, size: float, room: float, *, bold: bool = False,
        ink: Colour = INK,
    ) -> None:  # fmt: skip
        """Set one line, smaller where it must be, and cut where it would be too small to read."""
        wide = self.width(text, size, bold=bold)
        if wide > room:
            size = max(size * room / wide, min(size, LEAST))
        self.words(x, y, self.fonts.cut(text, size, room, bold), size, bold=bold, ink=ink)

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """Return how wide a line of text is."""
        return self.fonts.width(text, size, bold=bold)

    def box(self, x: float, y: float, w: float, h: float) -> None:
        """Draw a field to write in."""
        self._shape.draw_rect(pymupdf.Rect(x, y, x + w, y + h))
        self._shape.finish(color=LINE, width=0.6)

    def fill(self, x: float, y: float, w: float, h: float, colour: Colour) -> None:
        """Fill a field."""
        self._shape.draw_rect(pymupdf.Rect(x, y, x + w, y + h))
        self._shape.finish(color=None, fill=colour)

    def rule(self, x: float, y: float, x2: float, y2: float, width: float = 0.6) -> None:
        """Draw a line, a strong one in ink."""
        self._shape.draw_line((x, y), (x2, y2))
        self._shape.finish(color=INK if width > 1 else LINE, width=width)

    def code(self, x: float, y: float, rows: Sequence[str], module: float = MODULE) -> None:
        """Draw a QR with its quiet zone as one path."""
        for down, row in enumerate(rows):
            for start, length in _runs(row):
                left = x + (start + QUIET) * module
                upper = y + (down + QUIET) * module
                self._shape.draw_rect(
                    pymupdf.Rect(left, upper, left + length * module, upper + module)
                )
        self._shape.finish(color=None, fill=(0, 0, 0))

    def lift(self) -> None:
        """Set everything down on the page, the words above the fields."""
        self._shape.commit()
        for writer in self._writers.values():
            writer.write_text(self._page)


def code_side(rows: Sequence[str], module: float = MODULE) -> float:
    """Return the side of a QR with its quiet zone, in points."""
    return (len(rows) + 2 * QUIET) * module


def paper() -> Any:
    """Return a new document without pages."""
    return pymupdf.open()


def save(document: Any, out: str, title: str) -> None:
    """Write a document with the letters it uses and nothing more; the same pages, the same bytes."""
    document.set_metadata({"title": title, "producer": "Titleblock"})
    document.subset_fonts()
    document.save(out, garbage=3, deflate=True, no_new_id=True)


def _runs(row: str) -> Iterator[tuple[int, int]]:
    start = row.find("1")
    while start >= 0:
        end = row.find("0", start)
        end = len(row) if end < 0 else end
        yield start, end - start
        start = row.find("1", end)
