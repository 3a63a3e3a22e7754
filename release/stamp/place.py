# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where on a page a stamp stands: the search for white space, all pure functions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from release.stamp.ink import Ink
from release.stamp.sheet import MM, Box, Sheet


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a block stands: its lower left corner in upright points, its scale, what it covers."""

    x: float
    y: float
    scale: float
    covers: float  # the share of its area that was not white, 0 for white space
    choice: int  # which of the blocks offered


A0 = 841  # mm, the short side
PLACES = (
    "placeholder", "bottom", "bottom right", "bottom left", "top", "top right", "top left", "right",
    "left",
)  # fmt: skip
STANDARD = {"bottom": 0.0, "top": 15.0, "right": 25.0, "left": 25.0}  # mm added to the way there
ALL = 1e9  # pixels, more than any sheet has
NEXT = 25.0  # mm, what a later preference costs
TITLED = 1000.0  # mm, what the corner of the title block costs: only where nothing else is free
MARGIN = 5.0  # mm, what printers leave blank
CLEARANCES = (2.0, 0.7)  # mm of white around the block, better and still good
SMALL_SHEET = 148  # mm, the short side of A5
SMALLER = (0.9, 0.8, 0.7)  # scales for sheets that are too small, down to modules of 0.35 mm
TITLE_BLOCK = (180.0, 70.0)  # mm, the corner where ISO 7200 has it


def scale_for(sheet: Sheet) -> float:
    """Return the scale of a stamp on a sheet: 1 to A4, 1.15 on A3, 1.5 on A1.

    Large sheets are read from farther away; those beyond A0 are only ever printed reduced.
    """
    short = min(sheet.width, sheet.height) / MM
    return float(max((min(short, A0) / 210) ** 0.4, 1.0) * max(short / A0, 1.0))


def find(
    sheet: Sheet,
    ink: Ink,
    sizes: Sequence[tuple[float, float]],
    places: Sequence[str] = (),
    token: Token | None = None,
) -> Place | None:
    """Return the best place for one of the blocks, whose sizes are in mm at scale 1.

    A placeholder of the drawing first.  Then white space, with more clearance before less: the
    blocks are offered best first, but a later or smaller one near the border goes before an earlier
    one amid the views.  Blocks go below scale 1 only where the sheet is too small for it, or so
    small that they would cover geometry.  Where nothing is white, the place that covers least is
    taken, off the title block if that is possible; None means that no block fits on the sheet at
    all.
    """
    if token is not None and (not places or "placeholder" in places):
        held = _held(sheet, ink, sizes, token)
        if held:
            return held
    way = _Way(tuple(one for one in places if one != "placeholder"))
    full = [scale for scale in dict.fromkeys((scale_for(sheet), 1.0)) if _fits(sheet, sizes, scale)]
    smaller = [scale for scale in SMALLER if _fits(sheet, sizes, scale)]
    tries = [full, *([scale] for scale in smaller if not full or _is_small(sheet))]
    for scales in tries:
        for clearance in CLEARANCES:
            found = _whitest(sheet, ink, sizes, scales, clearance, way)
            if found:
                return found
    for scale in (*full[-1:], *smaller):
        least = _least_covering(sheet, ink, sizes, scale, way)
        if least:
            return least
    return None


@dataclass(frozen=True, slots=True)
class Token:
    """A placeholder in upright points: words the stamp stands on, or a frame it stands within."""

    box: Box
    frame: bool


def _held(
    sheet: Sheet, ink: Ink, sizes: Sequence[tuple[float, float]], token: Token
) -> Place | None:
    """Return the place a placeholder keeps for one of the blocks, if that is white."""
    x0, y0, x1, y1 = token.box
    clear = ink if token.frame else ink.inked(sheet, token.box, white=True)
    for scale in dict.fromkeys((scale_for(sheet), 1.0)):
        for choice, size in enumerate(sizes):
            wide, high = size[0] * scale * MM, size[1] * scale * MM
            if token.frame:
                spots = [((x0 + x1 - wide) / 2, (y0 + y1 - high) / 2)]
                if wide > x1 - x0 or high > y1 - y0:
                    continue
            else:
                spots = [(x, y) for y in (y0, y1 - high) for x in (x0, x1 - wide)]
            for x, y in spots:
                if _is_white(sheet, clear, (x, y, x + wide, y + high)):
                    return Place(x, y, scale, 0.0, choice)
    return None


def _is_white(sheet: Sheet, ink: Ink, box: Box) -> bool:
    """Say whether a box lies on the sheet and no pixel that lies in it whole is inked."""
    if box[0] < 0 or box[1] < 0 or box[2] > sheet.width or box[3] > sheet.height:
        return False
    left, right = math.ceil(box[0] / ink.pixel), math.floor(box[2] / ink.pixel)
    top = math.ceil((sheet.height - box[3]) / ink.pixel)
    bottom = math.floor((sheet.height - box[1]) / ink.pixel)
    bits = ((1 << max(right - left, 0)) - 1) << max(ink.width - right, 0)
    return not any(row & bits for row in ink.rows[top:bottom])


def strip(sheet: Sheet, ink: Ink, size: tuple[float, float], *, top: bool) -> Place:
    """Return where a line of words stands at the top or bottom edge: size and place in points.

    White space within 25 mm of the edge, the nearest to the edge and to the middle; else the middle
    of the edge, for a banner must not be left out.
    """
    wide, high = (math.ceil(side / ink.pixel) for side in size)
    edge = max(math.ceil(EDGE * MM / ink.pixel), 1)
    reach = min(math.ceil(25 * MM / ink.pixel), max(ink.height - high - edge, 0))
    middle = max((ink.width - wide) // 2, 0)
    columns = sorted(
        range(edge, max(ink.width - wide - edge, edge + 1), 4), key=lambda at: abs(at - middle)
    )
    for step in range(edge, edge + reach):
        row = step if top else ink.height - step - high
        used = 0
        for line in ink.rows[max(row, 0) : row + high]:
            used |= line
        for column in columns:
            bits = ((1 << wide) - 1) << max(ink.width - column - wide, 0)
            if not used & bits:
                return Place(column * ink.pixel, sheet.height - row * ink.pixel - size[1], 1, 0, 0)
    low = sheet.height - EDGE * MM - size[1] if top else EDGE * MM
    return Place((sheet.width - size[0]) / 2, low, 1, 1, 0)


EDGE = 2.0  # mm, how near to the edge a banner may stand


@dataclass(frozen=True, slots=True)
class _Way:
    """How far a place is from where the stamp is wanted."""

    places: tuple[str, ...]

    def cost(self, left: float, right: float, top: float, bottom: float) -> float:
        """Return mm, for the distances of a block to the four edges."""
        if not self.places:  # the same as below, for what is asked most often
            ends = bottom + 0.05 * right, top + 0.10 * right + 15, right + 0.05 * top + 25
            return min(*ends, left + 0.05 * top + 25)
        near = {
            "bottom": bottom + 0.05 * right, "top": top + 0.10 * right,
            "right": right + 0.05 * top, "left": left + 0.05 * top,
            "bottom right": bottom + right, "bottom left": bottom + left,
            "top right": top + right, "top left": top + left,
        }  # fmt: skip
        later = NEXT * len(self.places)
        wanted = [near[one] + NEXT * at for at, one in enumerate(self.places)]
        return min([*wanted, *(near[one] + more + later for one, more in STANDARD.items())])

    def least(self, top: float, bottom: float) -> float:
        """Return what no place in a row can cost less than."""
        return 0.0 if self.places else min(bottom, top + 15, 0.05 * top + 25)


def _whitest(
    sheet: Sheet,
    ink: Ink,
    sizes: Sequence[tuple[float, float]],
    scales: Sequence[float],
    clearance: float,
    way: _Way,
) -> Place | None:
    """Return the best white place of all blocks at all scales, and look no farther than needed."""
    best: tuple[float, Place] | None = None
    offers = sorted(
        (12.0 * choice + 10.0 * step, choice, scale)
        for step, scale in enumerate(scales)
        for choice in range(len(sizes))
    )
    for penalty, choice, scale in offers:
        if best and best[0] <= penalty:
            break
        found = _white(sheet, ink, sizes[choice], scale, clearance * min(scale, 1.5), way)
        if found and (best is None or found[0] + penalty < best[0]):
            best = found[0] + penalty, Place(found[1], found[2], scale, 0.0, choice)
    return best[1] if best else None


def _is_small(sheet: Sheet) -> bool:
    return min(sheet.width, sheet.height) < SMALL_SHEET * MM


def _fits(sheet: Sheet, sizes: Sequence[tuple[float, float]], scale: float) -> bool:
    edge = 2 * _margin(sheet)
    return any(
        width * scale * MM + edge <= sheet.width and height * scale * MM + edge <= sheet.height
        for width, height in sizes
    )


def _margin(sheet: Sheet) -> float:
    """Return what stays free at the edges, in points; less on sheets that are hardly larger."""
    return min(MARGIN * MM, 0.02 * min(sheet.width, sheet.height))


@dataclass(frozen=True, slots=True)
class _Search:
    """Where a block of a size in whole pixels may have its upper left pixel."""

    wide: int
    high: int
    first: int  # column and row
    last_column: int
    last_row: int
    titled: tuple[float, float]  # points; none of both where there is no title block

    @classmethod
    def of(cls, sheet: Sheet, ink: Ink, width: float, height: float) -> _Search | None:
        """Return the search for a size in points, None where it does not fit."""
        pixel = ink.pixel
        wide, high = int(-(-width // pixel)), int(-(-height // pixel))
        first = int(-(-_margin(sheet) // pixel))
        columns, rows = int(sheet.width / pixel), int(sheet.height / pixel)
        last_column = min(columns, ink.width) - first - wide
        last_row = min(rows, ink.height) - first - high
        if last_column < first or last_row < first:
            return None
        titled = _title_block(sheet) if _is_titled(sheet, ink) else (0.0, 0.0)
        return cls(wide, high, first, last_column, last_row, titled)


def _white(
    sheet: Sheet, ink: Ink, size: tuple[float, float], scale: float, clearance: float, way: _Way
) -> tuple[float, float, float] | None:
    """Return what the best white place costs, and its lower left corner in upright points."""
    gap = clearance * MM
    width, height = size[0] * scale * MM, size[1] * scale * MM
    search = _Search.of(sheet, ink, width + 2 * gap, height + 2 * gap)
    if search is None:
        return None
    best: tuple[float, int, int] | None = None
    columns = _columns(sheet, ink, search)
    for row, blocked in enumerate(_spread(ink.rows, search)):
        if not search.first <= row <= search.last_row:
            continue
        top, bottom = row * ink.pixel, sheet.height - (row + search.high) * ink.pixel
        if best is not None and way.least(top / MM, bottom / MM) > best[0]:
            continue
        for column in _ends(blocked, columns, ink.width):
            found = _cost(sheet, ink, search, column, row, way), column, row
            best = found if best is None else min(best, found)
    if best is None:
        return None
    cost, column, row = best
    return cost, column * ink.pixel + gap, sheet.height - row * ink.pixel - gap - height


def _columns(sheet: Sheet, ink: Ink, search: _Search) -> tuple[int, int]:
    """Return a bit for each column a block may start at: all, and those beside the title block.

    Rows are integers and a bit is a pixel, so that a whole row is tried at once.
    """
    columns = ((1 << (search.last_column - search.first + 1)) - 1) << (
        ink.width - 1 - search.last_column
    )
    title = ink.width - math.ceil(_title_block(sheet)[0] / ink.pixel) - search.wide
    return columns, columns >> max(ink.width - 1 - title, 0) << max(ink.width - 1 - title, 0)


def _ends(blocked: int, columns: tuple[int, int], width: int) -> Iterator[int]:
    """Yield the first and the last columns of a row where no pixel of the block meets ink."""
    for wanted in columns:
        bits = ~blocked & wanted
        if bits:
            yield width - bits.bit_length()
            yield width - (bits & -bits).bit_length()


def _spread(rows: Sequence[int], search: _Search) -> list[int]:
    """Return for each row the columns where a block with its upper left pixel there meets ink."""
    down = list(rows)
    reach = 1
    while reach < search.high:
        more = min(reach, search.high - reach)
        down = [a | b for a, b in zip(down, down[more:] + [0] * more, strict=True)]
        reach += more
    reach = 1
    while reach < search.wide:
        more = min(reach, search.wide - reach)
        down = [row | row << more for row in down]
        reach += more
    return down


def _cost(sheet: Sheet, ink: Ink, search: _Search, column: int, row: int, way: _Way) -> float:
    """Return how far a place is from where people look for a stamp, in mm.

    That is where the template wants it, else along the border: at the bottom beside the title
    block, then at the top, then at the sides; where the title block usually is only when nothing
    else is free.
    """
    pixel = ink.pixel
    right = sheet.width - (column + search.wide) * pixel
    bottom = sheet.height - (row + search.high) * pixel
    cost = way.cost(column * pixel / MM, right / MM, row * pixel / MM, bottom / MM)
    return cost + TITLED if right < search.titled[0] and bottom < search.titled[1] else cost


def _title_block(sheet: Sheet) -> tuple[float, float]:
    """Return how far from the right and from the bottom a title block reaches, in points."""
    return (
        min(TITLE_BLOCK[0] * MM, 0.45 * sheet.width),
        min(TITLE_BLOCK[1] * MM, 0.3 * sheet.height),
    )


def _is_titled(sheet: Sheet, ink: Ink) -> bool:
    """Say whether there is more in that corner than a frame: a twenty-fifth of it is not white."""
    wide, high = (max(int(side / ink.pixel), 1) for side in _title_block(sheet))
    corner = (1 << wide) - 1
    return sum((row & corner).bit_count() for row in ink.rows[-high:]) * 25 > wide * high


def _least_covering(
    sheet: Sheet, ink: Ink, sizes: Sequence[tuple[float, float]], scale: float, way: _Way
) -> Place | None:
    """Return the place that covers least ink; at equal ink, the one people would look at."""
    sums = _sums(ink)
    best: tuple[float, Place] | None = None
    for choice, size in enumerate(sizes):
        width, height = size[0] * scale * MM, size[1] * scale * MM
        search = _Search.of(sheet, ink, width, height)
        if search is None:
            continue
        stride = max(1, (search.last_column - search.first) // 150)
        for row in range(search.first, search.last_row + 1, stride):
            for column in range(search.first, search.last_column + 1, stride):
                covered = _covered(sums, search, column, row)
                far = _cost(sheet, ink, search, column, row, way)
                cost = covered + 0.02 * far + (ALL if far >= TITLED else 0)
                if best is None or cost < best[0]:
                    x, y = column * ink.pixel, sheet.height - row * ink.pixel - height
                    share = covered / (search.wide * search.high)
                    best = cost, Place(x, y, scale, share, choice)
    return best[1] if best else None


def _sums(ink: Ink) -> list[list[int]]:
    """Return the summed-area table: how much ink is above and left of each corner."""
    table = [[0] * (ink.width + 1)]
    for row in ink.rows:
        line = accumulate(map(int, f"{row:0{ink.width}b}"), initial=0)
        table.append([above + here for above, here in zip(table[-1], line, strict=True)])
    return table


def _covered(sums: list[list[int]], search: _Search, column: int, row: int) -> int:
    above, below = sums[row], sums[row + search.high]
    right = column + search.wide
    return below[right] - below[column] - above[right] + above[column]
