# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a stamp says, and how its words, lines and code are laid out: values and pure functions.

The block is a small title block of its own, in the words of ISO 7200, with the code beside it.
Everything is in millimetres of the printed sheet at scale 1, where a module of the code is half a
millimetre; the corner of a block is its lower left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from release.stamp import metrics

MODULE = 0.5  # mm, the smallest module a phone reads from an oily print
POINT = 25.4 / 72  # mm
QUIET = 4  # modules

Colour = tuple[float, float, float]

WHITE: Colour = (1, 1, 1)
INK: Colour = (0.08, 0.09, 0.1)
LABEL: Colour = (0.36, 0.38, 0.4)


@dataclass(frozen=True, slots=True)
class Manner:
    """How one state is shown: its words, the colour of its band, and its watermark."""

    band: Colour
    word: str
    advice: str
    watermark: str
    tint: Colour
    reach: float  # the share of the sheet's diagonal the watermark spans


MANNERS = {
    "released": Manner(
        (0.05, 0.37, 0.24),
        "RELEASED",
        "Uncontrolled if printed: scan to check that this is current.",
        "RELEASED",
        (0.93, 0.95, 0.94),
        0.62,
    ),
    "superseded": Manner(
        (0.70, 0.10, 0.08),
        "SUPERSEDED",
        "Do not make parts from this: scan for the current revision.",
        "SUPERSEDED",
        (1, 0.72, 0.70),
        0.86,
    ),
    "recalled": Manner(
        (0.62, 0.0, 0.10),
        "RECALLED",
        "Withdrawn: stop work, do not make parts from this.",
        "RECALLED",
        (1, 0.66, 0.66),
        0.86,
    ),
    "review": Manner(
        (0.60, 0.33, 0.0),
        "IN REVIEW",
        "Not released: do not make parts from this.",
        "REVIEW",
        (1, 0.86, 0.66),
        0.78,
    ),
    "customer": Manner(
        (0.10, 0.27, 0.52),
        "CUSTOMER COPY",
        "Not kept up to date: scan to check that this is current.",
        "CUSTOMER COPY",
        (0.91, 0.94, 0.98),
        0.7,
    ),
}
STATES = tuple(MANNERS)


@dataclass(frozen=True, slots=True)
class Stamp:
    """The values of one stamp; the same on every page of a file.

    Dates are ISO 8601 days, ``url`` is the address the code leads to (none: no code), ``extra`` are
    further labels and values, such as what supersedes the revision.
    """

    state: str
    number: str = ""
    rev: str = ""
    title: str = ""
    date: str = ""
    approver: str = ""
    change: str = ""
    url: str = ""
    extra: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        """Refuse a state that has no manner; raises ValueError."""
        if self.state not in MANNERS:
            raise ValueError(
                f"no stamp for the state {self.state!r}; known are {', '.join(STATES)}"
            )

    @property
    def manner(self) -> Manner:
        """How its state is shown."""
        return MANNERS[self.state]


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text from its left end on the baseline; the size is in points."""

    x: float
    y: float
    text: str
    size: float
    bold: bool = False
    colour: Colour = INK


@dataclass(frozen=True, slots=True)
class Area:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    colour: Colour


@dataclass(frozen=True, slots=True)
class Code:
    """The QR code without its quiet zone, from its lower left corner."""

    x: float
    y: float
    side: float


@dataclass(frozen=True, slots=True)
class Block:
    """One arrangement of a stamp: what to draw, from the back to the front."""

    shape: str
    width: float
    height: float
    pieces: tuple[Words | Area, ...]
    code: Code | None
    sheet: Words  # where "n / m" goes; its text is empty, the page gives it


@dataclass(frozen=True, slots=True)
class _Cell:
    label: str
    value: str
    share: float = 1.0  # of the width of its row
    bold: bool = False
    size: float = 7.2
    sheet: bool = False


LINE = 0.18  # mm
BAND = 5.8
ROW = 5.2
FOOT = 4.3
INSET = 1.1
LABEL_SIZE = 4.3


@lru_cache(maxsize=64)
def blocks(stamp: Stamp, modules: int) -> tuple[Block, ...]:
    """Return the arrangements of a stamp, the best first; 0 modules means there is no code."""
    return (_wide(stamp, modules), _short(stamp, modules), _tall(stamp, modules))


def _extra_cells(stamp: Stamp, share: float) -> list[_Cell]:
    return [_Cell(label, value, share) for label, value in stamp.extra]


def _wide(stamp: Stamp, modules: int) -> Block:
    number = _Cell("Identification number", stamp.number, 0.42, bold=True, size=8.6)
    if metrics.width(stamp.number, number.size * POINT, bold=True) > 0.42 * 62 - 2 * INSET:
        number = _Cell(number.label, number.value, 0.7, bold=True, size=8.6)
    rows = [
        [number, _Cell("Title", stamp.title, 1 - number.share)],
        [
            _Cell("Date of issue", stamp.date, 0.25),
            _Cell("Approval person", stamp.approver, 0.34),
            _Cell("Change order", stamp.change, 0.23),
            _Cell("Sheet", "", 0.18, sheet=True),
        ],
    ]
    extra = _extra_cells(stamp, 0.5)
    rows += [extra[index : index + 2] for index in range(0, len(extra), 2)]
    return _beside("wide", stamp, modules, 62.0, rows, foot=True)


def _short(stamp: Stamp, modules: int) -> Block:
    rows = [
        [_Cell("Identification number", stamp.number, bold=True, size=8.2)],
        [_Cell("Date of issue", stamp.date, 0.56), _Cell("Sheet", "", 0.44, sheet=True)],
        [_Cell("Approval person", stamp.approver, 0.56), _Cell("Change", stamp.change, 0.44)],
    ]
    rows += [[cell] for cell in _extra_cells(stamp, 1)]
    return _beside("short", stamp, modules, 31.0, rows, foot=False)


def _tall(stamp: Stamp, modules: int) -> Block:
    side = (modules + 2 * QUIET) * MODULE if modules else 20.5
    rows = [
        [_Cell("Identification number", stamp.number, bold=True, size=8.2)],
        [_Cell("Title", stamp.title, size=6.2)],
        [_Cell("Approval person", stamp.approver, size=6.2)],
        [_Cell("Date of issue", stamp.date, 0.6, size=6.2), _Cell("Sheet", "", 0.4, sheet=True)],
        [_Cell("Change order", stamp.change, size=6.2)],
    ]
    rows += [[cell] for cell in _extra_cells(stamp, 1)]
    band = 2 * BAND - 1.6
    below = band + ROW * len(rows)
    height = below + (side if modules else 0)
    code = Code(QUIET * MODULE, below + QUIET * MODULE, modules * MODULE) if modules else None
    pieces = [*_paper(side, height), *_stacked_band(stamp, below - band, side, band)]
    cells, sheet = _rows(rows, 0, below - band, side, ROW)
    return Block("tall", side, height, (*pieces, *cells), code, sheet)


def _beside(
    shape: str, stamp: Stamp, modules: int, wide: float, rows: list[list[_Cell]], *, foot: bool
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
    pieces = [
        *_paper(left + wide, height),
        *([Area(left, 0, LINE, height, INK)] if modules else []),
        *_band(stamp, left, height - BAND, wide, 12.0 if foot else 10.0),
        *cells,
        *(_foot(stamp, left, wide) if foot else ()),
    ]
    return Block(shape, left + wide, height, tuple(pieces), code, sheet)


def _paper(width: float, height: float) -> Iterator[Area]:
    """Yield the ground: a thin dark frame around white."""
    yield Area(0, 0, width, height, INK)
    yield Area(LINE, LINE, width - 2 * LINE, height - 2 * LINE, WHITE)


def _band(stamp: Stamp, x: float, y: float, width: float, size: float) -> Iterator[Words | Area]:
    """Yield the coloured band with the state at its left and the revision at its right."""
    yield Area(x, y, width, BAND, stamp.manner.band)
    rev = f"Rev. {stamp.rev}" if stamp.rev else ""
    room = (width - 2 * INSET) / POINT
    rev, rev_size = metrics.fit(rev, size, room * 0.42, bold=True, least=0.4)
    taken = metrics.width(rev, rev_size, bold=True)
    word, word_size = metrics.fit(
        stamp.manner.word, size, room - taken - (size * 0.5 if rev else 0), bold=True, least=0.3
    )
    middle = y + BAND / 2
    yield Words(x + INSET, middle - _rise(word_size), word, word_size, bold=True, colour=WHITE)
    if rev:
        at = x + width - INSET - taken * POINT
        yield Words(at, middle - _rise(rev_size), rev, rev_size, bold=True, colour=WHITE)


def _stacked_band(stamp: Stamp, y: float, width: float, height: float) -> Iterator[Words | Area]:
    """Yield a band with the state above the revision."""
    yield Area(0, y, width, height, stamp.manner.band)
    room = (width - 2 * INSET) / POINT
    rev = f"Rev. {stamp.rev}" if stamp.rev else ""
    for text, share in ((stamp.manner.word, 0.72), (rev, 0.28)):
        shown, size = metrics.fit(text, 10.5, room, bold=True, least=0.3)
        if shown:
            at = y + height * share - _rise(size)
            yield Words(INSET, at, shown, size, bold=True, colour=WHITE)


def _rise(size: float) -> float:
    """Return half the height of capitals, mm: what a baseline lies below the middle."""
    return size * POINT * 0.36


def _rows(
    rows: list[list[_Cell]], x: float, top: float, width: float, height: float
) -> tuple[list[Words | Area], Words]:
    pieces: list[Words | Area] = []
    sheet = Words(x, top, "", 6.2)
    for index, row in enumerate(rows):
        y = top - (index + 1) * height
        if index < len(rows) - 1 or y > LINE:
            pieces.append(Area(x, y, width, LINE, INK))
        left = x
        for cell in row:
            if left > x:
                pieces.append(Area(left, y, LINE, height, INK))
            words = list(_cell(cell, left, y, cell.share * width, height))
            if cell.sheet:
                sheet = words.pop()
            pieces += words
            left += cell.share * width
    return pieces, sheet


def _cell(cell: _Cell, x: float, y: float, width: float, height: float) -> Iterator[Words]:
    """Yield the small label at the top and the value below it."""
    room = (width - INSET - 0.5) / POINT
    label, size = metrics.fit(cell.label, LABEL_SIZE, room, least=0.8)
    yield Words(x + INSET, y + height - 1.75, label, size, colour=LABEL)
    wanted = cell.value if not cell.sheet else "888 / 888"
    value, size = metrics.fit(
        wanted, cell.size, room, bold=cell.bold, least=0.2 if cell.bold or cell.sheet else 0.7
    )
    baseline = y + (height - 1.75) / 2 - _rise(size) * 0.9
    yield Words(x + INSET, baseline, "" if cell.sheet else value, size, cell.bold)


def _foot(stamp: Stamp, x: float, width: float) -> Iterator[Words]:
    """Yield what to do with the sheet, and the code for those who cannot scan it."""
    room = (width - 2 * INSET) / POINT
    advice, size = metrics.fit(stamp.manner.advice, 5.0, room)
    yield Words(x + INSET, 2.45, advice, size)
    code = _spoken(stamp.url)
    if code:
        words, size = metrics.fit(code, LABEL_SIZE, room, least=0.5)
        yield Words(x + INSET, 0.8, words, size, colour=LABEL)


def _spoken(url: str) -> str:
    """Return the address in a form a person can type: its code in groups, or itself."""
    found = re.fullmatch(r"(.*/)([0-9A-Za-z]{26})", url)
    if not found:
        return url
    place, code = found.groups()
    groups = [code[:6], *(code[at : at + 5] for at in range(6, 26, 5))]
    return f"{place} {' '.join(groups)}"
