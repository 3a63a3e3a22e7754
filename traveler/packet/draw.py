# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drawing a packet: runs in the worker process and knows paper, not jobs.

The sections are drawn first, since the contents name their pages; drawings go in as they are, at
their own size and without a word added, because they are what was released.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pymupdf

from release.printed.pen import (
    ALERT,
    INK,
    MARGIN,
    MM,
    PAPERS,
    SOFT,
    WASH,
    Fonts,
    Pen,
    code_side,
    paper,
    save,
)

TOP: Final = 22 * MM
BOTTOM: Final = 18 * MM
SIZE: Final = 8.6
LEAD: Final = 11.4
HEAD_SIZE: Final = 15.0
GREEN: Final = (0.05, 0.42, 0.2)
MODULE: Final = 0.8 * MM
LINES_OF_CONTENTS: Final = 40


def draw(name: str, out: str, paper_name: str, facts: dict[str, Any]) -> dict[str, Any]:
    """Draw a packet to the path ``out``; say how many pages it has and where each section begins.

    ``name`` is what refusals call it.
    """
    document = paper()
    fonts = Fonts()
    body = _Body(document, fonts, PAPERS[paper_name], facts["foot"])
    for section in facts["sections"]:
        body.section(section)
    body.end()
    before = 1 + -(-max(len(body.begins), 1) // LINES_OF_CONTENTS)
    total = before + document.page_count
    body.number(before, total)
    _contents(document, fonts, body, before, total)
    _cover(document, fonts, body.size, facts, total)
    _outline(document, body, before)
    save(document, out, facts["title"])
    sections = [[title, page + before + 1] for title, page in body.begins]
    return {"name": name, "pages": total, "sections": sections}


class _Body:
    """The pages of the sections, filled from top to bottom."""

    def __init__(self, document: Any, fonts: Fonts, size: tuple[float, float], foot: str) -> None:
        self.document = document
        self.fonts = fonts
        self.size = size
        self.foot = foot
        self.begins: list[tuple[str, int]] = []
        self.drawn: set[int] = set()
        self._pen: Pen | None = None
        self._y = 0.0
        self._title = ""

    @property
    def room(self) -> float:
        """Return the width there is to write in."""
        return self.size[0] - 2 * MARGIN

    def section(self, told: dict[str, Any]) -> None:
        """Draw a section, which begins a page of its own where it would begin low on one."""
        self._title = told["title"]
        only_pages = all(block["kind"] == "pages" for block in told["blocks"])
        if not only_pages:
            self._new_page_unless(max(120, self._needs(told["blocks"])))
            self.begins.append((self._title, self.document.page_count - 1))
            pen = self._pen_now()
            self._y += 16
            pen.words(MARGIN, self._y, self._title, HEAD_SIZE, bold=True)
            pen.rule(MARGIN, self._y + 6, self.size[0] - MARGIN, self._y + 6, 1.2)
            self._y += 22
        else:
            self.begins.append((self._title, self.document.page_count))
        for block in told["blocks"]:
            getattr(self, f"_{block['kind']}")(block)
        self._y += 10

    def _needs(self, blocks: Sequence[dict[str, Any]]) -> float:
        """Return the room of a title with the picture that follows it, which no page may part."""
        first = blocks[0] if blocks else {}
        return 38 + self._sizes(first)[1] + 3 * LEAD if first.get("kind") == "picture" else 0.0

    def _sizes(self, block: dict[str, Any]) -> tuple[float, float]:
        width, height = block["wide"], block["high"]
        most = (self.size[1] - TOP - BOTTOM) / 2 - 62
        scale = min(self.room / width, most / height, 0.6)
        return width * scale, height * scale

    def end(self) -> None:
        """Set down what is written on the last page."""
        if self._pen is not None:
            self._pen.lift()
            self._pen = None

    def number(self, before: int, total: int) -> None:
        """Write page numbers on the pages drawn here; drawings stay as they are."""
        for at in sorted(self.drawn):
            pen = Pen(self.document[at], self.fonts)
            _foot(pen, self.size, self.foot, at + before + 1, total)
            pen.lift()

    def _pen_now(self) -> Pen:
        if self._pen is None:
            page = self.document.new_page(width=self.size[0], height=self.size[1])
            self.drawn.add(self.document.page_count - 1)
            self._pen = Pen(page, self.fonts)
            self._y = TOP
        return self._pen

    def _new_page_unless(self, needed: float) -> None:
        if self._pen is None or self._y + needed > self.size[1] - BOTTOM:
            self.end()
            self._pen_now()

    def _text(self, block: dict[str, Any]) -> None:
        loud = block["loud"]
        for part in block["words"].split("\n"):
            for line in self.fonts.wrapped(part, SIZE, self.room, bold=loud):
                self._new_page_unless(LEAD)
                ink = ALERT if loud else INK
                self._pen_now().words(MARGIN, self._y, line, SIZE, bold=loud, ink=ink)
                self._y += LEAD
        self._y += 4

    def _facts(self, block: dict[str, Any]) -> None:
        left = self.room * 0.3
        for name, value in block["rows"]:
            lines = self.fonts.wrapped(value or "–", SIZE, self.room - left)
            for count, line in enumerate(lines):
                self._new_page_unless(LEAD)
                pen = self._pen_now()
                if not count:
                    pen.fitted(MARGIN, self._y, name, SIZE, left - 6, ink=SOFT)
                pen.words(MARGIN + left, self._y, line, SIZE)
                self._y += LEAD
        self._y += 6

    def _grid(self, block: dict[str, Any]) -> None:
        total = sum(block["widths"])
        widths = [self.room * part / total for part in block["widths"]]
        self._new_page_unless(4 * LEAD)
        self._heads(block["heads"], widths)
        for place, row in enumerate(block["rows"]):
            mark = block["marks"][place] if place < len(block["marks"]) else ""
            cells = [
                self.fonts.few(str(cell), SIZE, wide - 6, 6)
                for cell, wide in zip(row, widths, strict=True)
            ]
            high = LEAD * max(len(cell) for cell in cells) + 3
            if self._y + high > self.size[1] - BOTTOM:
                self._new_page_unless(self.size[1])
                self._heads(block["heads"], widths)
            self._row(cells, widths, high, mark)
        self._y += 8

    def _heads(self, heads: Sequence[str], widths: Sequence[float]) -> None:
        pen, x = self._pen_now(), MARGIN
        pen.fill(MARGIN, self._y - 9, self.room, 13, WASH)
        for head, wide in zip(heads, widths, strict=True):
            pen.fitted(x + 3, self._y, head, SIZE - 0.8, wide - 6, bold=True, ink=SOFT)
            x += wide
        self._y += 14

    def _row(
        self, cells: Sequence[Sequence[str]], widths: Sequence[float], high: float, mark: str
    ) -> None:
        pen, x = self._pen_now(), MARGIN
        ink = {"fail": ALERT, "pass": GREEN}.get(mark, INK)
        for place, (cell, wide) in enumerate(zip(cells, widths, strict=True)):
            last = place == len(cells) - 1
            for down, line in enumerate(cell):
                pen.words(
                    x + 3, self._y + down * LEAD, line, SIZE, bold=last and bool(mark),
                    ink=ink if last else INK,
                )  # fmt: skip
            x += wide
        self._y += high
        pen.rule(MARGIN, self._y - 8.5, MARGIN + self.room, self._y - 8.5, 0.4)

    def _picture(self, block: dict[str, Any]) -> None:
        stream = Path(block["path"]).read_bytes()
        wide, high = self._sizes(block)
        self._new_page_unless(high + 3 * LEAD)
        self._pen_now()
        page = self.document[self.document.page_count - 1]
        page.insert_image(pymupdf.Rect(MARGIN, self._y - 6, MARGIN + wide, self._y - 6 + high),
                          stream=stream)  # fmt: skip
        self._y += high + 8
        self._text({"words": block["caption"], "loud": False})

    def _pages(self, block: dict[str, Any]) -> None:
        self.end()
        with pymupdf.open(block["path"]) as source:
            self.document.insert_pdf(source, annots=True, links=False)


def _foot(pen: Pen, size: tuple[float, float], foot: str, page: int, total: int) -> None:
    y = size[1] - 9 * MM
    pen.rule(MARGIN, y - 10, size[0] - MARGIN, y - 10)
    pen.fitted(MARGIN, y, foot, 7.5, size[0] - 2 * MARGIN - 90, ink=SOFT)
    pen.words_right(size[0] - MARGIN, y, f"Page {page} of {total}", 7.5, ink=SOFT)


def _contents(document: Any, fonts: Fonts, body: _Body, before: int, total: int) -> None:
    size = body.size
    for sheet in range(before - 1):
        page = document.new_page(pno=sheet, width=size[0], height=size[1])
        pen = Pen(page, fonts)
        pen.words(MARGIN, TOP + 8, "Contents", HEAD_SIZE + 3, bold=True)
        y = TOP + 40
        start = sheet * LINES_OF_CONTENTS
        for title, at in body.begins[start : start + LINES_OF_CONTENTS]:
            pen.fitted(MARGIN, y, title, 10, size[0] - 2 * MARGIN - 60)
            pen.words_right(size[0] - MARGIN, y, str(at + before + 1), 10)
            pen.rule(MARGIN, y + 5, size[0] - MARGIN, y + 5, 0.4)
            y += 17
        _foot(pen, size, body.foot, sheet + 2, total)
        pen.lift()


def _cover(
    document: Any, fonts: Fonts, size: tuple[float, float], facts: dict[str, Any], total: int
) -> None:
    page = document.new_page(pno=0, width=size[0], height=size[1])
    pen = Pen(page, fonts)
    right = size[0] - MARGIN
    pen.words(MARGIN, TOP, facts["shop"], 12, bold=True)
    pen.rule(MARGIN, TOP + 10, right, TOP + 10, 1.4)
    pen.words(MARGIN, TOP + 70, "Proof packet", 30, bold=True)
    pen.fitted(MARGIN, TOP + 98, facts["packet"], 18, right - MARGIN, ink=SOFT)
    y = TOP + 140
    for name, value in facts["cover"]:
        pen.words(MARGIN, y, name, 9.5, ink=SOFT)
        lines = fonts.few(value or "–", 11, right - MARGIN - 130, 3, bold=True)
        for line in lines:
            pen.words(MARGIN + 130, y, line, 11, bold=True)
            y += 14
        y += 5
    side = code_side(facts["qr"], MODULE)
    code_top = size[1] - 26 * MM - side
    pen.rule(MARGIN, code_top - 10, right, code_top - 10)
    pen.code(right - side, code_top, facts["qr"], MODULE)
    y = code_top + 16
    for words in facts["check"]:
        for line in fonts.wrapped(words, 9, right - side - MARGIN - 12):
            pen.words(MARGIN, y, line, 9, ink=INK if y < code_top + 40 else SOFT)
            y += 12.5
        y += 3
    _foot(pen, size, facts["foot"], 1, total)
    pen.lift()


def _outline(document: Any, body: _Body, before: int) -> None:
    entries = [[1, "Cover", 1], [1, "Contents", 2]]
    entries += [[1, title, page + before + 1] for title, page in body.begins]
    document.set_toc(entries)
