# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drawing a filed sheet of headings and tables over as many pages as it takes, in the worker.

A row stands on one page; a table that goes on says its columns again, and every page says how many
there are and where the record is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from release.printed.pen import (
    FOOT,
    INK,
    MARGIN,
    MM,
    PAPERS,
    QUIET,
    SOFT,
    UNCONTROLLED,
    WASH,
    Fonts,
    Pen,
    Size,
    code_side,
    paper,
    save,
)

CODE: Final = 0.6 * MM
TEXT: Final = 8.5
LINE: Final = 11.0
PAD: Final = 4.0
HEAD: Final = 15.0
TITLE: Final = 26.0
SMALL_HEAD: Final = 40.0
MOST_LINES: Final = 40  # of a cell; the record has the rest


@dataclass(frozen=True, slots=True)
class _Strip:
    """What stands across the page and is not divided: a heading, a table's head, or a row."""

    kind: str
    cells: tuple[tuple[list[str], float], ...]
    height: float
    heads: tuple[tuple[list[str], float], ...] = ()
    alone: bool = False  # begins a page


def draw(name: str, out: str, paper_name: str, facts: dict[str, Any]) -> dict[str, Any]:
    """Draw a sheet to the path ``out`` and say how many pages it has; ``name`` is for refusals."""
    document, fonts, size = paper(), Fonts(), PAPERS[paper_name]
    strips = list(_strips(fonts, facts["sections"], size[0] - 2 * MARGIN))
    pages = list(_pages(strips, _top(facts, fonts, size), size[1]))
    for number, held in enumerate(pages, 1):
        pen = Pen(document.new_page(width=size[0], height=size[1]), fonts)
        y = _head(pen, facts, size) if number == 1 else _small_head(pen, facts, size)
        for strip in held:
            _strip(pen, strip, y, size[0] - 2 * MARGIN)
            y += strip.height
        _foot(pen, facts, f"page {number} of {len(pages)}", size)
        pen.lift()
    save(document, out, facts["title"])
    return {"name": name, "pages": len(pages)}


# --- laying out -------------------------------------------------------------


def _strips(fonts: Fonts, sections: Sequence[dict[str, Any]], width: float) -> Iterator[_Strip]:
    for section in sections:
        if section["title"]:
            yield _Strip("title", (([section["title"]], width),), TITLE,
                         alone=section.get("page", False))  # fmt: skip
        shares = [share for _, share in section["columns"]]
        wide = [width * share / sum(shares) for share in shares]
        labels = [label for label, _ in section["columns"]]
        heads = tuple(([label], room) for label, room in zip(labels, wide, strict=True))
        if any(labels) and section["rows"]:
            yield _Strip("head", heads, HEAD)
        for row in section["rows"]:
            cells = tuple(
                (_lines(fonts, text, room), room) for text, room in zip(row, wide, strict=True)
            )
            high = max(len(lines) for lines, _ in cells) * LINE + 2 * PAD - 1
            yield _Strip("row", cells, high, heads if any(labels) else ())
        if not section["rows"]:
            yield _Strip("none", (([section["nothing"]], width),), LINE + 2 * PAD)


def _lines(fonts: Fonts, text: str, room: float) -> list[str]:
    lines = [
        line for part in text.splitlines() or [""]
        for line in fonts.wrapped(part, TEXT, room - 2 * PAD)
    ]  # fmt: skip
    return lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], "… see the record"]


def _pages(strips: Sequence[_Strip], top: float, height: float) -> Iterator[list[_Strip]]:
    bottom = height - MARGIN - FOOT
    held: list[_Strip] = []
    y = top
    for at, strip in enumerate(strips):
        if held and (strip.alone or y + _together(strips[at:]) > bottom):
            yield held
            held, y = [], MARGIN + SMALL_HEAD
            if strip.kind == "row" and strip.heads:
                held.append(_Strip("head", strip.heads, HEAD))
                y += HEAD
        held.append(strip)
        y += strip.height
    yield held


def _together(strips: Sequence[_Strip]) -> float:
    """Return the height of what must not be parted: a heading stays with the first row below it."""
    high = 0.0
    for strip in strips:
        high += strip.height
        if strip.kind in {"row", "none"}:
            break
    return high


def _top(facts: dict[str, Any], fonts: Fonts, size: Size) -> float:
    said = fonts.few(facts["said"], 11, _room(facts, size), 4)
    return MARGIN + max(62.0 + 14 * len(said), code_side(facts["qr"], CODE))


def _room(facts: dict[str, Any], size: Size) -> float:
    return size[0] - 2 * MARGIN - code_side(facts["qr"], CODE) - 8


# --- drawing ----------------------------------------------------------------


def _head(pen: Pen, facts: dict[str, Any], size: Size) -> float:
    side, quiet = code_side(facts["qr"], CODE), QUIET * CODE
    right, room = size[0] - MARGIN, _room(facts, size)
    pen.code(right - side + quiet, MARGIN - quiet, facts["qr"], CODE)
    pen.words_right(right, MARGIN + side - 2 * quiet + 9, "Scan: as it is now", 8, bold=True)
    pen.fitted(MARGIN, MARGIN + 10, facts["shop"], 10, room)
    pen.words(MARGIN, MARGIN + 26, facts["kind"], 8.5, bold=True, ink=SOFT)
    pen.fitted(MARGIN, MARGIN + 52, facts["name"], 26, room, bold=True)
    for at, line in enumerate(pen.fonts.few(facts["said"], 11, room, 4)):
        pen.words(MARGIN, MARGIN + 68 + 14 * at, line, 11)
    return _top(facts, pen.fonts, size)


def _small_head(pen: Pen, facts: dict[str, Any], size: Size) -> float:
    pen.fitted(MARGIN, MARGIN + 17, facts["name"], 16, (size[0] - 2 * MARGIN) / 2, bold=True)
    pen.words_right(size[0] - MARGIN, MARGIN + 17, facts["kind"], 8.5, bold=True, ink=SOFT)
    pen.rule(MARGIN, MARGIN + 26, size[0] - MARGIN, MARGIN + 26, 1.6)
    return MARGIN + SMALL_HEAD


def _strip(pen: Pen, strip: _Strip, y: float, width: float) -> None:
    x = MARGIN
    if strip.kind == "title":
        pen.words(x, y + TITLE - 7, strip.cells[0][0][0], 11.5, bold=True)
        pen.rule(x, y + TITLE - 0.5, x + width, y + TITLE - 0.5, 1.2)
        return
    if strip.kind == "head":
        pen.fill(x, y, width, strip.height, WASH)
    for lines, room in strip.cells:
        for at, line in enumerate(lines):
            if strip.kind == "head":
                pen.fitted(x + PAD, y + 10, line, 7, room - 2 * PAD, bold=True, ink=SOFT)
            else:
                ink = SOFT if strip.kind == "none" else INK
                pen.words(x + PAD, y + PAD + 7.5 + at * LINE, line, TEXT, ink=ink)
        x += room
    pen.rule(MARGIN, y + strip.height, MARGIN + width, y + strip.height)


def _foot(pen: Pen, facts: dict[str, Any], leaf: str, size: Size) -> None:
    y, right = size[1] - MARGIN, size[0] - MARGIN
    pen.rule(MARGIN, y - 14, right, y - 14)
    pen.words(MARGIN, y - 3, UNCONTROLLED, 9, bold=True)
    x = MARGIN + pen.width(UNCONTROLLED, 9, bold=True) + 14
    pen.words_right(right, y - 3, leaf, 9)
    pen.fitted(x, y - 3, facts["foot"], 8, right - pen.width(leaf, 9) - 14 - x, ink=SOFT)
