# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the words, lines, pictures and code of a stamp are laid out: pure functions.

The block is a small title block of its own, in the words of ISO 7200, with the code beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from release.stamp import metrics
from release.stamp.template import (
    INK,
    LABEL,
    MODULE,
    POINT,
    QUIET,
    STANDARD,
    WHITE,
    Area,
    Block,
    Code,
    Picture,
    Stamp,
    Template,
    Words,
)


@dataclass(frozen=True, slots=True)
class _Cell:
    label: str
    value: str
    share: float = 1.0  # of the width of its row
    bold: bool = False
    size: float = 7.2
    sheet: bool = False
    picture: str = ""


LINE = 0.18  # mm
BAND = 5.8
ROW = 5.2
FOOT = 4.3
INSET = 1.1
LABEL_SIZE = 4.3
WIDE, SHORT = 62.0, 31.0  # of the words, without the code
OVERRIDE_SIZE = 6.2
OVERRIDE_WORDS = 860.0  # points in all its rows; the record has the whole reason


FULL = 1.001  # shares of a row, as floats add up
COPY_SHARES = {  # in the widest arrangement: two rows say whose copy it is and what it is for
    "copy": 0.26, "issued to": 0.5, "quantity": 0.24, "job": 0.42, "operation": 0.23,
    "station": 0.35,
}  # fmt: skip

MARK = 20.0  # mm, the column of the company's mark


def blocks(stamp: Stamp, modules: int, template: Template = STANDARD) -> Sequence[Block]:
    """Return the arrangements of a stamp, the best first; 0 modules means there is no code.

    Each is laid out when it is first asked for, since the first is nearly always the one.
    """
    return _Blocks(_Text(stamp, template), modules)


class _Blocks(Sequence[Block]):
    """The arrangements, in the order of the template."""

    def __init__(self, text: _Text, modules: int) -> None:
        self._text, self._modules = text, modules
        self._made: dict[int, Block] = {}

    def __len__(self) -> int:
        return len(self._text.template.layouts)

    @overload
    def __getitem__(self, place: int) -> Block: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Block]: ...
    def __getitem__(self, place: int | slice) -> Block | Sequence[Block]:
        if isinstance(place, slice):
            return [self[one] for one in range(len(self))[place]]
        if place not in self._made:
            made = {"wide": _wide, "short": _short, "tall": _tall}
            layout = made[self._text.template.layouts[place]]
            self._made[place] = layout(self._text, self._modules)
        return self._made[place]


class Sizes(Sequence[tuple[float, float]]):
    """Width and height of each arrangement, in mm."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        """Look at these arrangements."""
        self._blocks = blocks

    def __len__(self) -> int:
        return len(self._blocks)

    @overload
    def __getitem__(self, place: int) -> tuple[float, float]: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[tuple[float, float]]: ...
    def __getitem__(
        self, place: int | slice
    ) -> tuple[float, float] | Sequence[tuple[float, float]]:
        if isinstance(place, slice):
            return [self[one] for one in range(len(self))[place]]
        block = self._blocks[place]
        return block.width, block.height


@dataclass(frozen=True, slots=True)
class _Text:
    """A stamp in the words of a template."""

    stamp: Stamp
    template: Template

    def cell(self, field: str, value: str, share: float = 1.0, size: float = 7.2) -> _Cell:
        return _Cell(self.template.label(field), value, share, size=size)

    def number(self, share: float = 1.0, size: float = 8.2) -> _Cell:
        return _Cell(self.template.label("number"), self.stamp.number, share, bold=True, size=size)

    def sheet(self, share: float) -> _Cell:
        return _Cell(self.template.label("sheet"), "", share, sheet=True)

    def approver(self, share: float = 1.0, size: float = 7.2) -> _Cell:
        signed = dict(self.template.signatures).get(self.stamp.approver, "")
        label = self.template.label("approver")
        return _Cell(label, self.stamp.approver, share, size=size, picture=signed)

    def more(self, share: float, width: float) -> list[_Cell]:
        narrow = COPY_SHARES if share < 1 else {}
        cells: list[_Cell] = []
        for label, value in self.stamp.extra:
            if label == "Override":
                cells += self.override(value, width)
            else:
                cells.append(self.cell(label, value, narrow.get(label.lower(), share)))
        if self.template.notice:
            cells.append(_Cell("", self.template.notice, 1.0, size=5.6))
        return cells

    def override(self, value: str, width: float) -> list[_Cell]:
        """Return what was set aside, by whom and why: whole rows, for the reason must be read."""
        room = (width - INSET - 0.5) / POINT
        first, *more = metrics.wrapped(value, OVERRIDE_SIZE, room, round(OVERRIDE_WORDS / room))
        return [
            self.cell("override", first, size=OVERRIDE_SIZE),
            *(_Cell("", line, size=OVERRIDE_SIZE) for line in more),
        ]

    def rows(self, share: float, width: float) -> list[list[_Cell]]:
        """Return rows of what is more, as many cells in a row as their share allows."""
        found: list[list[_Cell]] = []
        for cell in self.more(share, width):
            if found and sum(one.share for one in found[-1]) + cell.share <= FULL:
                found[-1].append(cell)
            else:
                found.append([cell])
        return found

    @property
    def rev(self) -> str:
        return f"{self.template.label('revision')} {self.stamp.rev}" if self.stamp.rev else ""


def _wide(text: _Text, modules: int) -> Block:
    stamp = text.stamp
    number = text.number(0.42, 8.6)
    if metrics.width(stamp.number, number.size * POINT, bold=True) > 0.42 * WIDE - 2 * INSET:
        number = text.number(0.7, 8.6)
    rows = [
        [number, text.cell("title", stamp.title, 1 - number.share)],
        [
            text.cell("date", stamp.date, 0.25),
            text.approver(0.34),
            text.cell("change", stamp.change, 0.23),
            text.sheet(0.18),
        ],
        *text.rows(0.5, WIDE),
    ]
    return _beside("wide", text, modules, WIDE, rows, foot=True)


def _short(text: _Text, modules: int) -> Block:
    stamp = text.stamp
    rows = [
        [text.number()],
        [text.cell("date", stamp.date, 0.56), text.sheet(0.44)],
        [text.approver(0.56), text.cell("change short", stamp.change, 0.44)],
        *text.rows(1, SHORT),
    ]
    return _beside("short", text, modules, SHORT, rows, foot=False)


def _tall(text: _Text, modules: int) -> Block:
    side = (modules + 2 * QUIET) * MODULE if modules else 20.5
    stamp = text.stamp
    rows = [
        [text.number()],
        [text.cell("title", stamp.title, size=6.2)],
        [text.approver(size=6.2)],
        [text.cell("date", stamp.date, 0.6, size=6.2), text.sheet(0.4)],
        [text.cell("change", stamp.change, size=6.2)],
        *text.rows(1, side),
    ]
    band = 2 * BAND - 1.6
    below = band + ROW * len(rows)
    height = below + (side if modules else 0)
    code = Code(QUIET * MODULE, below + QUIET * MODULE, modules * MODULE) if modules else None
    pieces = [*_paper(side, height), *_stacked_band(text, below - band, side, band)]
    cells, sheet = _rows(rows, 0, below - band, side, ROW)
    return Block("tall", side, height, (*pieces, *cells), code, sheet)


def _beside(
    shape: str, text: _Text, modules: int, wide: float, rows: list[list[_Cell]], *, foot: bool
) -> Block:
    """Lay the code at the left and the words at its right; rows share the height that is left."""
    side = (modules + 2 * QUIET) * MODULE
    low = FOOT if foot else 0.0
    height = max(side, BAND + ROW * len(rows) + low)
    row = (height - BAND - low) / len(rows)
    left = side if modules else 0.0
    above = (height + modules * MODULE) / 2 - modules * MODULE
    code = Code(QUIET * MODULE, above, modules * MODULE) if modules else None
    cells, sheet = _rows(rows, left, height - BAND, wide, row)
    mark = list(_mark(text.template.mark, left + wide, height)) if foot else []
    all_wide = left + wide + (MARK if mark else 0)
    pieces = [
        *_paper(all_wide, height),
        *([Area(left, 0, LINE, height, INK)] if modules else []),
        *_band(text, left, height - BAND, wide, 12.0 if foot else 10.0),
        *cells,
        *(_foot(text, left, wide) if foot else ()),
        *mark,
    ]
    return Block(shape, all_wide, height, tuple(pieces), code, sheet)


def _mark(data: str, x: float, height: float) -> Iterator[Area | Picture]:
    """Yield the column of the company's mark, where there is one."""
    if data:
        yield Area(x, 0, LINE, height, INK)
        yield Picture(x + INSET, INSET, MARK - 2 * INSET, height - 2 * INSET, data)


def _paper(width: float, height: float) -> Iterator[Area]:
    """Yield the ground: a thin dark frame around white."""
    yield Area(0, 0, width, height, INK)
    yield Area(LINE, LINE, width - 2 * LINE, height - 2 * LINE, WHITE)


def _band(text: _Text, x: float, y: float, width: float, size: float) -> Iterator[Words | Area]:
    """Yield the coloured band with the state at its left and the revision at its right."""
    manner = text.template.manner(text.stamp.state)
    yield Area(x, y, width, BAND, manner.band)
    rev = text.rev
    room = (width - 2 * INSET) / POINT
    rev, rev_size = metrics.fit(rev, size, room * 0.42, bold=True, least=0.4)
    taken = metrics.width(rev, rev_size, bold=True)
    left = room - taken - (size * 0.5 if rev else 0)
    word, word_size = metrics.fit(manner.word, size, left, bold=True, least=0.3)
    middle = y + BAND / 2
    yield Words(x + INSET, middle - _rise(word_size), word, word_size, True, WHITE, left)
    if rev:
        at = x + width - INSET - taken * POINT
        yield Words(at, middle - _rise(rev_size), rev, rev_size, True, WHITE, taken)


def _stacked_band(text: _Text, y: float, width: float, height: float) -> Iterator[Words | Area]:
    """Yield a band with the state above the revision."""
    manner = text.template.manner(text.stamp.state)
    yield Area(0, y, width, height, manner.band)
    room = (width - 2 * INSET) / POINT
    for said, share in ((manner.word, 0.72), (text.rev, 0.28)):
        shown, size = metrics.fit(said, 10.5, room, bold=True, least=0.3)
        if shown:
            at = y + height * share - _rise(size)
            yield Words(INSET, at, shown, size, True, WHITE, room)


def shortened(text: str, size: float, room: float) -> tuple[str, float]:
    """Return bold words and a size in points that fit into a room."""
    return metrics.fit(text, size, room, bold=True, least=0.6)


def _rise(size: float) -> float:
    """Return half the height of capitals, mm: what a baseline lies below the middle."""
    return size * POINT * 0.36


def _rows(
    rows: list[list[_Cell]], x: float, top: float, width: float, height: float
) -> tuple[list[Words | Area | Picture], Words]:
    pieces: list[Words | Area | Picture] = []
    sheet = Words(x, top, "", 6.2)
    for index, row in enumerate(rows):
        y = top - (index + 1) * height
        if index < len(rows) - 1 or y > LINE:
            pieces.append(Area(x, y, width, LINE, INK))
        left = x
        for cell in row:
            if left > x:
                pieces.append(Area(left, y, LINE, height, INK))
            if cell.picture:
                side = 0.4 * cell.share * width
                at = left + cell.share * width - side - 0.3
                pieces.append(Picture(at, y + 0.4, side, height - 0.6, cell.picture))
            words = list(_cell(cell, left, y, cell.share * width, height))
            if cell.sheet:
                sheet = words.pop()
            pieces += words
            left += cell.share * width
    return pieces, sheet


def _cell(cell: _Cell, x: float, y: float, width: float, height: float) -> Iterator[Words]:
    """Yield the small label at the top and the value below it."""
    room = (width - INSET - 0.5) / POINT
    high = height - 1.75 if cell.label else height
    if cell.label:
        label, size = metrics.fit(cell.label, LABEL_SIZE, room, least=0.8)
        yield Words(x + INSET, y + height - 1.75, label, size, colour=LABEL, room=room)
    if cell.picture:
        room *= 0.58
    wanted = cell.value if not cell.sheet else "888 / 888"
    value, size = metrics.fit(
        wanted, cell.size, room, bold=cell.bold, least=0.2 if cell.bold or cell.sheet else 0.7
    )
    baseline = y + high / 2 - _rise(size) * 0.9
    shown = "" if cell.sheet else value
    yield Words(x + INSET, baseline, shown, size, cell.bold, room=room)


def _foot(text: _Text, x: float, width: float) -> Iterator[Words]:
    """Yield what to do with the sheet, and the code for those who cannot scan it."""
    room = (width - 2 * INSET) / POINT
    advice, size = metrics.fit(text.template.manner(text.stamp.state).advice, 5.0, room)
    yield Words(x + INSET, 2.45, advice, size, room=room)
    code = _spoken(text.stamp.url)
    if code:
        words, size = metrics.fit(code, LABEL_SIZE, room, least=0.5)
        yield Words(x + INSET, 0.8, words, size, colour=LABEL, room=room)


def _spoken(url: str) -> str:
    """Return the address in a form a person can type: its code in groups, or itself."""
    found = re.fullmatch(r"(.*/)([0-9A-Za-z]{26})", url)
    if not found:
        return url
    place, code = found.groups()
    groups = [code[:6], *(code[at : at + 5] for at in range(6, 26, 5))]
    return f"{place} {' '.join(groups)}"
