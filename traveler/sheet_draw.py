# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drawing the traveler: runs in the worker process and knows paper, not jobs.

An operation is one block with its code at the right over its whole height and the boxes to sign in
beside it, so that six of them fit a page; a block stands on one page.  Pages are laid out first,
since each one says how many there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from release.printed.pen import (
    ALERT,
    FOOT,
    INK,
    MARGIN,
    MM,
    PAPERS,
    QUIET,
    SOFT,
    UNCONTROLLED,
    WASH,
    WHITE,
    Fonts,
    Pen,
    Size,
    code_side,
    paper,
    save,
)

JOB_MODULE: Final = 0.7 * MM  # the job's own code is read from a step further away
GAP: Final = 4.0
SEQ: Final = 84.0  # width of the column that holds the operation's number, station and times
SIGN: Final = 25.0  # height of the strip to sign in
LABEL: Final = 12.0  # below a code
MOST_LINES: Final = 34  # of notes on paper; the rest is read on the screen the QR opens
BEFORE_LINES: Final = 2  # of each thing earlier jobs say
PLAIN, STRONG, BEFORE = 0, 1, 2
SIGN_BOXES: Final = (
    ("Started", 2.0), ("Finished", 2.0), ("Good", 1.0), ("Scrap", 1.0), ("Signed", 2.0)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Block:
    """An operation with its words broken into lines, and the height that takes in points."""

    facts: dict[str, Any]
    title: list[str]
    lines: list[tuple[str, int]]
    height: float


def draw(name: str, out: str, paper_name: str, facts: dict[str, Any]) -> dict[str, Any]:
    """Draw a traveler to the path ``out`` and say how many pages it has.

    ``name`` is what refusals call it.
    """
    document = paper()
    fonts = Fonts()
    size = PAPERS[paper_name]
    blocks = [_block(fonts, one, size[0]) for one in facts["operations"]]
    pages = list(_pages(blocks, _first_top(facts, fonts, size), size[1]))
    for number, held in enumerate(pages, 1):
        pen = Pen(document.new_page(width=size[0], height=size[1]), fonts)
        top = _head(pen, facts, size) if number == 1 else _small_head(pen, facts, size)
        for block in held:
            _operation(pen, block, top, size[0])
            top += block.height + GAP
        _foot(pen, facts, number, len(pages), size)
        pen.lift()
    save(document, out, f"Traveler {facts['job']}")
    return {"name": name, "pages": len(pages)}


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


def _block(fonts: Fonts, one: dict[str, Any], width: float) -> _Block:
    side = code_side(one["qr"])
    room = width - 2 * MARGIN - SEQ - side - 14
    title = fonts.few(one["title"], 11.5, room, 3, bold=True)
    lines: list[tuple[str, int]] = []
    left_out = str(one["left_out"])
    lines += [(line, STRONG) for line in fonts.few(left_out, 9, room, 2, bold=True) if left_out]
    for part in str(one["notes"]).splitlines():
        lines += [(line, PLAIN) for line in fonts.wrapped(part, 9, room)]
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], ("… the rest is on the screen: scan the code.", STRONG)]
    lines += [(line, BEFORE) for line in _before(fonts, one, room - 6)]
    lines += [(line, STRONG) for line in _owed(fonts, one, room)]
    words = 17 + 14 * (len(title) - 1) + 12 * len(lines) + 5
    return _Block(one, title, lines, max(words + SIGN, side + LABEL))


def _before(fonts: Fonts, one: dict[str, Any], room: float) -> list[str]:
    """Return what earlier jobs say, a few lines of it; the screen has all."""
    lines = []
    for at, said in enumerate(one["before"], 1):
        more = f" (and {one['more']} more)" if one["more"] and at == len(one["before"]) else ""
        least = room - fonts.width(more, 9)
        lines += fonts.few(f"Before, {said}", 9, least, BEFORE_LINES)
        lines[-1] += more
    return lines


def _owed(fonts: Fonts, one: dict[str, Any], room: float) -> list[str]:
    """Return what is used and what is owed, in one line where that is enough."""
    told = [
        f"{what}: {', '.join(names)}"
        for what, names in (("Proof owed", one["proof"]), ("Files", one["files"])) if names
    ]  # fmt: skip
    together = "   ".join(told)
    if fonts.width(together, 9, bold=True) <= room:
        return [together] if together else []
    return [line for text in told for line in fonts.wrapped(text, 9, room, bold=True)]


# --- heads and feet ---------------------------------------------------------

SMALL_HEAD: Final = 46.0
_ROWS: Final = (
    (("Item", 3.0, 15.0), ("Revision", 1.4, 15.0), ("Quantity", 1.6, 15.0), ("Due", 2.0, 15.0)),
    (("Title", 5.0, 11.0), ("Material", 3.0, 11.0)),
    (("Customer", 5.0, 11.0), ("Order", 3.0, 11.0)),
    (("Change order", 2.0, 9.5), ("Released", 2.0, 9.5), ("Approval owner", 2.0, 9.5)),
)
_ROW_HEIGHTS: Final = (32.0, 26.0, 26.0, 24.0)
_BAND: Final = 14.0  # height of a line in the band of warnings


def _first_top(facts: dict[str, Any], fonts: Fonts, size: Size) -> float:
    files = len(_file_lines(facts, fonts, size[0]))
    band = len(_warned(facts, fonts, size[0]))
    high = band * _BAND + 10 if band else 0.0
    return MARGIN + _brow(facts) + sum(_ROW_HEIGHTS) + high + (files * 11 + 6 if files else 0) + 8


def _brow(facts: dict[str, Any]) -> float:
    return max(code_side(facts["qr"], JOB_MODULE) - 2 * QUIET * JOB_MODULE + 14, 80.0)


def _warned(facts: dict[str, Any], fonts: Fonts, width: float) -> list[str]:
    if not facts["standing"]:
        return []
    return fonts.few(facts["standing"], 11, width - 2 * MARGIN - 16, 4, bold=True)


def _file_lines(facts: dict[str, Any], fonts: Fonts, width: float) -> list[str]:
    owes = f"Proof the job owes: {', '.join(facts['owes'])}" if facts["owes"] else ""
    first = fonts.few(owes, 8.5, width - 2 * MARGIN, 2) if owes else []
    if facts["kit"]:
        told = f"Also in the kit: {', '.join(facts['kit'])}"
        first = [*fonts.few(told, 8.5, width - 2 * MARGIN, 2), *first]
    first += _before(fonts, facts, (width - 2 * MARGIN) * 0.94)
    if not facts["files"]:
        return first
    text = f"Released files: {', '.join(facts['files'])}"
    lines = fonts.wrapped(text, 8.5, width - 2 * MARGIN)
    more = f"… {len(facts['files'])} files in all"
    return [*first, *(lines if len(lines) <= 4 else [*lines[:3], more])]


def _head(pen: Pen, facts: dict[str, Any], size: Size) -> float:
    right = size[0] - MARGIN
    side, quiet = code_side(facts["qr"], JOB_MODULE), QUIET * JOB_MODULE
    left = right - side + quiet
    pen.code(left, MARGIN - quiet, facts["qr"], JOB_MODULE)
    pen.words_right(right, MARGIN + side - 2 * quiet + 9, "Scan: this job", 8, bold=True)
    room = left - MARGIN
    pen.fitted(MARGIN, MARGIN + 10, facts["shop"], 10, room)
    pen.words(MARGIN, MARGIN + 26, "JOB TRAVELER", 8.5, bold=True, ink=SOFT)
    pen.fitted(MARGIN, MARGIN + 57, facts["job"], 34, room, bold=True)
    pen.words(MARGIN, MARGIN + 72, facts["code"], 7.5, ink=SOFT)
    top = MARGIN + _brow(facts)
    if lines := _warned(facts, pen.fonts, size[0]):
        high = len(lines) * _BAND + 7
        pen.fill(MARGIN, top, right - MARGIN, high, ALERT)
        for at, line in enumerate(lines):
            pen.words(MARGIN + 8, top + _BAND * (at + 1), line, 11, bold=True, ink=WHITE)
        top += high + 3
    top = _title_block(pen, facts["cells"], top, right - MARGIN) + 4
    for line in _file_lines(facts, pen.fonts, size[0]):
        pen.words(MARGIN, top + 8, line, 8.5, ink=SOFT)
        top += 11
    return _first_top(facts, pen.fonts, size)


def _title_block(pen: Pen, cells: dict[str, str], top: float, width: float) -> float:
    start = top
    for row, height in zip(_ROWS, _ROW_HEIGHTS, strict=True):
        x, share = MARGIN, sum(weight for _, weight, _ in row)
        for label, weight, size in row:
            wide = width * weight / share
            pen.box(x, top, wide, height)
            pen.words(x + 5, top + 8.5, label, 6.5, ink=SOFT)
            pen.fitted(x + 5, top + height - 6, cells[label], size, wide - 10, bold=size > 11)
            x += wide
        top += height
    pen.rule(MARGIN, start, MARGIN + width, start, 1.6)
    return top


def _small_head(pen: Pen, facts: dict[str, Any], size: Size) -> float:
    right = size[0] - MARGIN
    cells = facts["cells"]
    pinned = f"{cells['Item']}  rev {cells['Revision']}"
    told = f"{pinned}   ·   {cells['Quantity']} pcs   ·   due {cells['Due']}"
    pen.words_right(right, MARGIN + 17, told, 10)
    room = right - MARGIN - pen.width(told, 10) - 20
    pen.fitted(MARGIN, MARGIN + 18, facts["job"], 20, room, bold=True)
    pen.rule(MARGIN, MARGIN + 28, right, MARGIN + 28, 1.6)
    if facts["standing"]:
        pen.fitted(MARGIN, MARGIN + 40, facts["standing"], 9, right - MARGIN, bold=True, ink=ALERT)
    return MARGIN + SMALL_HEAD


def _foot(pen: Pen, facts: dict[str, Any], number: int, of: int, size: Size) -> None:
    """Say which print this is, which page, and where it ends, so that a missing one is noticed."""
    y = size[1] - MARGIN
    right = size[0] - MARGIN
    pen.rule(MARGIN, y - 14, right, y - 14)
    pen.words(MARGIN, y - 3, UNCONTROLLED, 9, bold=True)
    when = facts["printed"].replace("T", " ").replace("Z", " UTC")
    told = f"Print {facts['print']}, {when}"
    x = MARGIN + pen.width(UNCONTROLLED, 9, bold=True) + 16
    pen.words(x, y - 3, told, 8, ink=SOFT)
    leaf = f"page {number} of {of}" + (", end of traveler" if number == of else "")
    pen.words_right(right, y - 3, leaf, 9)
    x += pen.width(told, 8) + 16
    room = right - pen.width(leaf, 9) - 10 - x
    wide = min(pen.width(facts["job"], 9), room)
    pen.fitted(right - pen.width(leaf, 9) - 10 - wide, y - 3, facts["job"], 9, room)


# --- operations -------------------------------------------------------------


def _operation(pen: Pen, block: _Block, top: float, width: float) -> None:
    one = block.facts
    inner = width - 2 * MARGIN
    side = code_side(one["qr"])
    left = width - MARGIN - side
    pen.fill(MARGIN, top, SEQ, block.height, WASH)
    pen.box(MARGIN, top, inner, block.height)
    pen.fitted(MARGIN + 8, top + 22, str(one["seq"]), 20, SEQ - 12, bold=True)
    pen.fitted(MARGIN + 8, top + 34, one["station"], 9, SEQ - 12, bold=True)
    for at, line in enumerate(_margin_notes(one)):
        pen.fitted(MARGIN + 8, top + 45 + 9.5 * at, line, 7.5, SEQ - 12, ink=SOFT)
    pen.code(left, top, one["qr"])
    label = f"Scan: {one['seq']}"
    x = left + (side - pen.width(label, 8, bold=True)) / 2
    pen.words(x, top + side + 4, label, 8, bold=True)
    _told(pen, block, MARGIN + SEQ + 7, top, left - 7)
    _sign(pen, MARGIN + SEQ, top + block.height - SIGN, left - MARGIN - SEQ)


def _told(pen: Pen, block: _Block, x: float, top: float, right: float) -> None:
    y = top + 14.5
    for line in block.title:
        pen.words(x, y, line, 11.5, bold=True)
        y += 14
    name = block.facts["station_name"]
    if name != block.facts["station"]:
        at = x + pen.width(block.title[-1], 11.5, bold=True) + 9
        if at + pen.width(name, 8.5) <= right:  # the station's code stands at the left as well
            pen.words(at, y - 14, name, 8.5, ink=SOFT)
    y -= 2
    for line, kind in block.lines:
        if kind == BEFORE:
            pen.fill(x, y - 8.5, 1.6, 11.5, INK)
        pen.words(x + (6 if kind == BEFORE else 0), y, line, 9, bold=kind == STRONG)
        y += 12


def _sign(pen: Pen, x: float, y: float, width: float) -> None:
    share = sum(weight for _, weight in SIGN_BOXES)
    for label, weight in SIGN_BOXES:
        wide = width * weight / share
        pen.box(x, y, wide, SIGN)
        pen.words(x + 4, y + 7.5, label, 6.5, ink=SOFT)
        x += wide


def _margin_notes(one: dict[str, Any]) -> list[str]:
    told = [f"setup {_span(one['setup'])}"] if one["setup"] else []
    if one["run"]:
        told.append(f"{one['run']:g} min a piece")
    if one["planned"]:
        told.append(f"planned {_span(one['planned'])}")
    if one["parallel"]:
        told.append("beside the one before")
    return told


def _span(minutes: float) -> str:
    hours, rest = divmod(round(minutes), 60)
    if not hours:
        return f"{minutes:g} min" if minutes < 10 else f"{rest} min"
    return f"{hours} h {rest:02d} min" if rest else f"{hours} h"
