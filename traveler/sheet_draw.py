# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drawing the traveler: runs in the worker process and knows paper, not jobs.

Millimetres where the shop measures (QR modules, margins), points elsewhere.  An operation is one
block and stands on one page; pages are laid out first, since each one says how many there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pymupdf

MM = 72 / 25.4
PAPERS = {"A4": (210 * MM, 297 * MM), "Letter": (8.5 * 72, 11 * 72)}
MARGIN = 14 * MM
FOOT = 13 * MM
MODULE = 0.55 * MM  # at 150 dpi a module is three dots wide, and oil on paper spreads half a dot
JOB_MODULE = 0.7 * MM  # the job's own code is read from a step further away
QUIET = 4
GAP = 6.0
SEQ = 62.0  # width of the column that holds the operation's number
SIGN = 27.0  # height of the strip to sign in
MOST_LINES = 34  # of notes on paper; the rest is read on the screen the QR opens
INK, SOFT, LINE, WASH = (
    (0.08, 0.09, 0.11),
    (0.38, 0.4, 0.43),
    (0.62, 0.64, 0.67),
    (0.94, 0.945, 0.95),
)
ALERT = (0.72, 0.1, 0.08)
WHITE = (1.0, 1.0, 1.0)
SIGN_BOXES = (("Started", 2.0), ("Finished", 2.0), ("Good", 1.0), ("Scrap", 1.0), ("Signed", 2.0))
UNCONTROLLED = "Uncontrolled if printed: scan to check."

Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class _Block:
    """An operation with its words broken into lines, and the height that takes in points."""

    facts: dict[str, Any]
    title: list[str]
    lines: list[tuple[str, bool]]
    height: float


def draw(name: str, out: str, paper: str, facts: dict[str, Any]) -> dict[str, Any]:
    """Draw a traveler to the path ``out`` and say how many pages it has.

    ``name`` is what refusals call it.
    """
    document = pymupdf.open()
    fonts = (pymupdf.Font("helv"), pymupdf.Font("hebo"))
    size = PAPERS[paper]
    blocks = [_block(fonts, one, size[0]) for one in facts["operations"]]
    pages = list(_pages(blocks, _first_top(facts, fonts, size), size[1]))
    for number, held in enumerate(pages, 1):
        page = document.new_page(width=size[0], height=size[1])
        pen = _Pen(page, fonts)
        top = _head(pen, facts, size) if number == 1 else _small_head(pen, facts, size)
        for block in held:
            _operation(pen, block, top, size[0])
            top += block.height + GAP
        if number == len(pages):
            _end(pen, top, size)
        _foot(pen, facts, number, len(pages), size)
        pen.lift()
    document.set_metadata({"title": f"Traveler {facts['job']}", "producer": "Titleblock"})
    document.subset_fonts()
    document.save(out, garbage=3, deflate=True, no_new_id=True)
    return {"name": name, "pages": len(pages)}


class _Pen:
    """Draws on one page; words are gathered by colour and set down at the end."""

    def __init__(self, page: Any, fonts: Sequence[Any]) -> None:
        self._page = page
        self._fonts = fonts
        self._writers: dict[Colour, Any] = {}
        self._shape = page.new_shape()

    def words(
        self, x: float, y: float, text: str, size: float, *, bold: bool = False, ink: Colour = INK
    ) -> None:
        writer = self._writers.get(ink)
        if writer is None:
            writer = self._writers[ink] = pymupdf.TextWriter(self._page.rect, color=ink)
        if text:
            writer.append((x, y), text, font=self._fonts[bold], fontsize=size)

    def words_right(
        self, x: float, y: float, text: str, size: float, *, bold: bool = False, ink: Colour = INK
    ) -> None:
        self.words(x - self.width(text, size, bold), y, text, size, bold=bold, ink=ink)

    def fitted(
        self, x: float, y: float, text: str, size: float, room: float, *, bold: bool = False
    ) -> None:
        """Set one line, smaller where it must be, and cut where it would be too small to read."""
        wide = self.width(text, size, bold)
        if wide > room:
            size = max(size * room / wide, min(size, 7.5))
        while text and self.width(text, size, bold) > room:
            text = text[:-2].rstrip() + "…"
        self.words(x, y, text, size, bold=bold)

    def width(self, text: str, size: float, bold: bool = False) -> float:
        return float(self._fonts[bold].text_length(text, fontsize=size))

    def box(self, x: float, y: float, w: float, h: float, fill: Colour | None = None) -> None:
        self._shape.draw_rect(pymupdf.Rect(x, y, x + w, y + h))
        self._shape.finish(color=LINE, width=0.6, fill=fill)

    def fill(self, x: float, y: float, w: float, h: float, colour: Colour) -> None:
        self._shape.draw_rect(pymupdf.Rect(x, y, x + w, y + h))
        self._shape.finish(color=None, fill=colour)

    def rule(self, x: float, y: float, x2: float, y2: float, width: float = 0.6) -> None:
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


def _runs(row: str) -> Iterator[tuple[int, int]]:
    start = row.find("1")
    while start >= 0:
        end = row.find("0", start)
        end = len(row) if end < 0 else end
        yield start, end - start
        start = row.find("1", end)


# --- laying out -------------------------------------------------------------


def _pages(blocks: Sequence[_Block], first_top: float, height: float) -> Iterator[list[_Block]]:
    bottom = height - MARGIN - FOOT
    held: list[_Block] = []
    top = first_top
    for block in blocks:
        if held and top + block.height > bottom:
            yield held
            held, top = [], MARGIN + SMALL_HEAD
        elif not held and top == first_top and top + block.height > bottom:
            yield []  # the first operation is taller than what the head leaves
            top = MARGIN + SMALL_HEAD
        held.append(block)
        top += block.height + GAP
    yield held


def _block(fonts: Sequence[Any], one: dict[str, Any], width: float) -> _Block:
    room = width - 2 * MARGIN - SEQ - code_side(one["qr"]) - 20
    title = _wrapped(fonts[1], one["title"], 11.5, room)[:3]
    lines: list[tuple[str, bool]] = []
    for part in str(one["notes"]).splitlines():
        lines += [(line, False) for line in _wrapped(fonts[0], part, 9, room)]
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], ("… the rest is on the screen: scan the code.", True)]
    for what, names in (("Files", one["files"]), ("Proof owed", one["proof"])):
        if names:
            text = f"{what}: {', '.join(names)}"
            lines += [(line, True) for line in _wrapped(fonts[1], text, 9, room)]
    words = 16 + 14 * len(title) + 12 + 11.5 * len(lines) + 6
    code = code_side(one["qr"]) + 14
    return _Block(one, title, lines, max(words, code) + SIGN)


def _wrapped(font: Any, text: str, size: float, room: float) -> list[str]:
    lines: list[str] = []
    held = ""
    for word in text.split(" "):
        longer = f"{held} {word}" if held else word
        if font.text_length(longer, fontsize=size) <= room:
            held = longer
            continue
        if held:
            lines.append(held)
        held = word
        while font.text_length(held, fontsize=size) > room:
            cut = _cut(font, held, size, room)
            lines.append(held[:cut])
            held = held[cut:]
    return [*lines, held]


def _cut(font: Any, word: str, size: float, room: float) -> int:
    cut = len(word)
    while cut > 1 and font.text_length(word[:cut], fontsize=size) > room:
        cut = cut * 3 // 4 if cut > 8 else cut - 1
    return cut


# --- heads and feet ---------------------------------------------------------

SMALL_HEAD = 46.0
_ROWS = (
    (("Item", 3.0, 15.0), ("Revision", 1.4, 15.0), ("Quantity", 1.6, 15.0), ("Due", 2.0, 15.0)),
    (("Title", 5.0, 11.0), ("Material", 3.0, 11.0)),
    (("Customer", 5.0, 11.0), ("Order", 3.0, 11.0)),
    (("Change order", 2.0, 9.5), ("Released", 2.0, 9.5), ("Approval owner", 2.0, 9.5)),
)
_ROW_HEIGHTS = (36.0, 29.0, 29.0, 27.0)


def _first_top(facts: dict[str, Any], fonts: Sequence[Any], size: tuple[float, float]) -> float:
    files = len(_file_lines(facts, fonts, size[0]))
    band = 24.0 if facts["standing"] else 0.0
    return MARGIN + _brow(facts) + sum(_ROW_HEIGHTS) + band + 10 + files * 11 + 14


def _brow(facts: dict[str, Any]) -> float:
    return max(code_side(facts["qr"], JOB_MODULE) - QUIET * JOB_MODULE + 6, 84.0)


def _file_lines(facts: dict[str, Any], fonts: Sequence[Any], width: float) -> list[str]:
    if not facts["files"]:
        return []
    text = f"Released files: {', '.join(facts['files'])}"
    lines = _wrapped(fonts[0], text, 8.5, width - 2 * MARGIN)
    return lines if len(lines) <= 4 else [*lines[:3], f"… {len(facts['files'])} files in all"]


def _head(pen: _Pen, facts: dict[str, Any], size: tuple[float, float]) -> float:
    right = size[0] - MARGIN
    side, quiet = code_side(facts["qr"], JOB_MODULE), QUIET * JOB_MODULE
    left = right - side + quiet
    pen.code(left, MARGIN - quiet, facts["qr"], JOB_MODULE)
    pen.words_right(right, MARGIN + side - 2 * quiet + 9, "Scan: this job", 8, bold=True)
    room = left - MARGIN
    pen.fitted(MARGIN, MARGIN + 10, facts["shop"], 10, room)
    pen.words(MARGIN, MARGIN + 28, "JOB TRAVELER", 8.5, bold=True, ink=SOFT)
    pen.fitted(MARGIN, MARGIN + 60, facts["job"], 34, room, bold=True)
    pen.words(MARGIN, MARGIN + 76, facts["code"], 7.5, ink=SOFT)
    top = MARGIN + _brow(facts)
    if facts["standing"]:
        pen.fill(MARGIN, top, right - MARGIN, 20, ALERT)
        pen.words(MARGIN + 8, top + 14, facts["standing"], 11, bold=True, ink=WHITE)
        top += 24
    top = _title_block(pen, facts["cells"], top, right - MARGIN)
    top += 10
    for line in _file_lines(facts, pen._fonts, size[0]):  # noqa: SLF001 - one module, one hand
        pen.words(MARGIN, top + 8, line, 8.5, ink=SOFT)
        top += 11
    return _first_top(facts, pen._fonts, size)  # noqa: SLF001


def _title_block(pen: _Pen, cells: dict[str, str], top: float, width: float) -> float:
    start = top
    for row, height in zip(_ROWS, _ROW_HEIGHTS, strict=True):
        x, share = MARGIN, sum(weight for _, weight, _ in row)
        for label, weight, size in row:
            wide = width * weight / share
            pen.box(x, top, wide, height)
            pen.words(x + 5, top + 9, label, 6.5, ink=SOFT)
            big = size > 11
            pen.fitted(x + 5, top + height - 7, cells[label], size, wide - 10, bold=big)
            x += wide
        top += height
    pen.rule(MARGIN, start, MARGIN + width, start, 1.6)
    return top


def _small_head(pen: _Pen, facts: dict[str, Any], size: tuple[float, float]) -> float:
    right = size[0] - MARGIN
    cells = facts["cells"]
    pinned = f"{cells['Item']}  rev {cells['Revision']}"
    told = f"{pinned}   ·   {cells['Quantity']} pcs   ·   due {cells['Due']}"
    pen.words_right(right, MARGIN + 17, told, 10)
    room = right - MARGIN - pen.width(told, 10) - 20
    pen.fitted(MARGIN, MARGIN + 18, facts["job"], 20, room, bold=True)
    pen.rule(MARGIN, MARGIN + 28, right, MARGIN + 28, 1.6)
    if facts["standing"]:
        pen.words(MARGIN, MARGIN + 40, facts["standing"], 9, bold=True, ink=ALERT)
    return MARGIN + SMALL_HEAD


def _foot(
    pen: _Pen, facts: dict[str, Any], number: int, of: int, size: tuple[float, float]
) -> None:
    y = size[1] - MARGIN
    right = size[0] - MARGIN
    pen.rule(MARGIN, y - 14, right, y - 14)
    pen.words(MARGIN, y - 3, UNCONTROLLED, 9, bold=True)
    when = facts["printed"].replace("T", " ").replace("Z", " UTC")
    told = f"Print {facts['print']}, {when}"
    x = MARGIN + pen.width(UNCONTROLLED, 9, bold=True) + 16
    pen.words(x, y - 3, told, 8, ink=SOFT)
    leaf = f"page {number} of {of}"
    pen.words_right(right, y - 3, leaf, 9)
    x += pen.width(told, 8) + 16
    room = right - pen.width(leaf, 9) - 10 - x
    wide = min(pen.width(facts["job"], 9), room)
    pen.fitted(right - pen.width(leaf, 9) - 10 - wide, y - 3, facts["job"], 9, room)


def _end(pen: _Pen, top: float, size: tuple[float, float]) -> None:
    """Say where the traveler ends, so that a missing page is noticed."""
    if top + 12 <= size[1] - MARGIN - FOOT:
        pen.words(MARGIN, top + 8, "End of traveler.", 8, ink=SOFT)


# --- operations -------------------------------------------------------------


def _operation(pen: _Pen, block: _Block, top: float, width: float) -> None:
    one = block.facts
    inner = width - 2 * MARGIN
    body = block.height - SIGN
    pen.fill(MARGIN, top, SEQ, body, WASH)
    pen.box(MARGIN, top, inner, body)
    pen.fitted(MARGIN + 8, top + 24, str(one["seq"]), 22, SEQ - 12, bold=True)
    pen.fitted(MARGIN + 8, top + 38, one["station"], 9, SEQ - 12, bold=True)
    if one["parallel"]:
        pen.words(MARGIN + 8, top + 50, "beside the", 7.5, ink=SOFT)
        pen.words(MARGIN + 8, top + 59, "one before", 7.5, ink=SOFT)
    side = code_side(one["qr"])
    x = width - MARGIN - side
    pen.code(x, top + 1, one["qr"])
    label = f"Scan: {one['seq']}"
    pen.words(x + (side - pen.width(label, 8, True)) / 2, top + side + 4, label, 8, bold=True)
    _told(pen, block, MARGIN + SEQ + 8, top)
    _sign(pen, MARGIN, top + body, inner)


def _told(pen: _Pen, block: _Block, x: float, top: float) -> None:
    y = top + 16
    for line in block.title:
        pen.words(x, y, line, 11.5, bold=True)
        y += 14
    if times := _times(block.facts):
        pen.words(x, y, times, 8.5, ink=SOFT)
        y += 13
    for line, bold in block.lines:
        pen.words(x, y, line, 9, bold=bold)
        y += 11.5


def _sign(pen: _Pen, x: float, y: float, width: float) -> None:
    share = sum(weight for _, weight in SIGN_BOXES)
    for label, weight in SIGN_BOXES:
        wide = width * weight / share
        pen.box(x, y, wide, SIGN)
        pen.words(x + 4, y + 8, label, 6.5, ink=SOFT)
        x += wide


def _times(one: dict[str, Any]) -> str:
    parts = [one["station_name"]] if one["station_name"] != one["station"] else []
    if one["setup"]:
        parts.append(f"setup {_span(one['setup'])}")
    if one["run"]:
        parts.append(f"{one['run']:g} min a piece")
    if one["planned"]:
        parts.append(f"planned {_span(one['planned'])}")
    return "   ·   ".join(parts)


def _span(minutes: float) -> str:
    hours, rest = divmod(round(minutes), 60)
    if not hours:
        return f"{minutes:g} min" if minutes < 10 else f"{rest} min"
    return f"{hours} h {rest:02d} min" if rest else f"{hours} h"
