# SPDX-License-Identifier: AGPL-3.0-or-later
"""Views of a solid on a sheet, and the dimensions, leaders and marks that belong to them.

The outlines come from `views/*.json`: exact hidden-line projections of the same solids that
are written as STEP, so that drawing and model cannot disagree. Dimension figures are measured
from the points given; a figure is only ever written out where a callout needs words.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from sample_vault.drafting.canvas import CENTRE, FINE, HIDDEN, NARROW, WIDE, Canvas, Pen, Point
from sample_vault.drafting.geometry import Outline, hatch_lines

TEXT = 2.5
ANGLES = (45.0, 135.0, 30.0, 120.0, 60.0, 150.0)  # neighbours in an assembly differ


@dataclass(slots=True)
class View:
    """One view: outline, the paper point where the model's origin falls, and its scale."""

    c: Canvas
    outline: Outline
    at: Point
    scale: float = 1.0
    box: tuple[float, float, float, float] = field(init=False)

    def __post_init__(self) -> None:
        """Take the extent of the outline, from which dimension lines keep their distance."""
        self.box = self.outline.box()

    def p(self, x: float, y: float) -> Point:
        """Model point to paper point."""
        return self.at[0] + x * self.scale, self.at[1] + y * self.scale

    # -- the view itself -------------------------------------------------------------------

    def draw(self, hidden: bool = True, hatch: float = 2.5, pen: Pen = WIDE) -> None:
        """Draw hatching, hidden and visible outlines."""
        for part, loops in self.outline.cut:
            on_paper = [[self.p(x, y) for x, y in loop] for loop in loops]
            for a, b in hatch_lines(on_paper, hatch, ANGLES[part % len(ANGLES)]):
                self.c.line(*a, *b, FINE)
        if hidden:
            self._edges("hidden", HIDDEN)
        self._edges("smooth", FINE)
        self._edges("visible", pen)

    def _edges(self, kind: str, pen: Pen) -> None:
        edges = self.outline.edges(kind)
        for line in edges.lines:
            self.c.line(*self.p(line[0], line[1]), *self.p(line[2], line[3]), pen)
        for cx, cy, r, start, end in edges.arcs:
            self.c.arc(*self.p(cx, cy), r * self.scale, start, end, pen)
        for chain in edges.chains:
            self.c.path([self.p(x, y) for x, y in chain], pen)

    def cross(self, x: float, y: float, r: float, over: float = 2.5) -> None:
        """Centre lines of a round feature of radius r."""
        px, py = self.p(x, y)
        reach = r * self.scale + over
        self.c.line(px - reach, py, px + reach, py, CENTRE if reach > 8 else FINE)
        self.c.line(px, py - reach, px, py + reach, CENTRE if reach > 8 else FINE)

    def centre(self, x1: float, y1: float, x2: float, y2: float, over: float = 3) -> None:
        """A centre line that stands out `over` mm at both ends."""
        (ax, ay), (bx, by) = self.p(x1, y1), self.p(x2, y2)
        length = math.hypot(bx - ax, by - ay)
        ux, uy = (bx - ax) / length * over, (by - ay) / length * over
        self.c.line(ax - ux, ay - uy, bx + ux, by + uy, CENTRE)

    def thread_end(self, x: float, y: float, d: float, inside: bool = True) -> None:
        """Three quarters of a narrow circle: a thread seen along its axis (ISO 6410-1)."""
        px, py = self.p(x, y)
        r = d / 2 if inside else d / 2 * 0.86
        self.c.arc(px, py, r * self.scale, 100, 370, NARROW)

    def caption(self, words: str, dy: float = 6, height: float = 3.5) -> None:
        """The name of the view, above it."""
        px, _ = self.p((self.box[0] + self.box[2]) / 2, 0)
        _, top = self.p(0, self.box[3])
        self.c.text(px, top + dy, words, height, "centre")

    def cut_mark(self, a: Point, b: Point, letter: str, look: Point) -> None:
        """A section line from a to b (model points) with arrows that look along `look`."""
        (ax, ay), (bx, by) = self.p(*a), self.p(*b)
        self.c.line(ax, ay, bx, by, CENTRE)
        length = math.hypot(bx - ax, by - ay)
        ux, uy = (bx - ax) / length, (by - ay) / length
        turn = math.degrees(math.atan2(look[1], look[0]))
        for x, y, s in ((ax, ay, 1), (bx, by, -1)):
            self.c.line(x, y, x + s * 5 * ux, y + s * 5 * uy, Pen(0.7))
            tip = (x + look[0] * 7, y + look[1] * 7)
            self.c.line(x, y, *tip, NARROW)
            self.c.arrow(*tip, turn, 3.5)
            spot = (x + look[0] * 3 - s * ux * 3, y + look[1] * 3 - s * uy * 3 - 1.7)
            self.c.text(*spot, letter, 3.5, "centre")

    # -- dimensions ------------------------------------------------------------------------

    def figure(self, value: float) -> str:
        """A length as the sheet writes it: mm without idle zeros, inches as ASME Y14.5 has it."""
        if self.c.units == "in":
            return f"{value / 25.4:.3f}".removeprefix("0")
        return f"{value:.2f}".rstrip("0").rstrip(".") or "0"

    def across(
        self,
        a: Point,
        b: Point,
        level: float = 1,
        above: bool = False,
        words: str = "{}",
        shift: float = 0,
        mark: int = 0,
    ) -> Point:
        """A horizontal dimension between two model points; level 1 is next to the view.

        Gives the paper point of the middle of its figure, for a frame to hang on.
        """
        if a[0] > b[0]:
            a, b = b, a
        text = words.replace("{}", self.figure(abs(b[0] - a[0])))
        edge = self.p(0, self.box[3] if above else self.box[1])[1]
        y = edge + (1 if above else -1) * (9 + 8 * (level - 1))
        ends = [self.p(*a), self.p(*b)]
        for px, py in ends:
            s = 1 if y > py else -1
            self.c.line(px, py + s * 1, px, y + s * 1.5, FINE)
        spot = self._measure(ends[0][0], ends[1][0], y, text, shift, upright=False)
        if mark:
            self.c.ring(spot[0] + self.c.width(text, TEXT) / 2 + 3.2, spot[1] + 2.7, str(mark))
        return spot

    def up(
        self,
        a: Point,
        b: Point,
        level: float = 1,
        right: bool = False,
        words: str = "{}",
        shift: float = 0,
        mark: int = 0,
    ) -> Point:
        """A vertical dimension between two model points, left of the view or right of it."""
        if a[1] > b[1]:
            a, b = b, a
        text = words.replace("{}", self.figure(abs(b[1] - a[1])))
        edge = self.p(self.box[2] if right else self.box[0], 0)[0]
        x = edge + (1 if right else -1) * (9 + 8 * (level - 1))
        ends = [self.p(*a), self.p(*b)]
        for px, py in ends:
            s = 1 if x > px else -1
            self.c.line(px + s * 1, py, x + s * 1.5, py, FINE)
        spot = self._measure(ends[0][1], ends[1][1], x, text, shift, upright=True)
        if mark:
            self.c.ring(spot[0] - 2.7, spot[1] + self.c.width(text, TEXT) / 2 + 3.2, str(mark))
        return spot

    def _measure(
        self, low: float, high: float, level: float, text: str, shift: float, upright: bool
    ) -> Point:
        """Dimension line, arrowheads and figure along one axis; swaps the axes when upright."""
        c = self.c

        def line(a: float, b: float) -> None:
            c.line(*((level, a, level, b) if upright else (a, level, b, level)), FINE)

        def head(at: float, angle: float) -> None:
            c.arrow(*((level, at, angle + 90) if upright else (at, level, angle)))

        width, room = c.width(text, TEXT), high - low
        outside = room < 8.0
        if outside:
            line(low - 6, high + 6)
            head(low, 0)
            head(high, 180)
        else:
            line(low, high)
            head(low, 180)
            head(high, 0)
        middle = (low + high) / 2 + shift
        fits = width + 1.5 < room if outside else width + 7 < room or width + 1 < room
        if not fits and not shift:
            middle = high + 6.5 + width / 2
            line(high, high + 7 + width)
        elif shift and not (low <= middle <= high):
            far = middle + (width / 2 + 0.5) * (1 if shift > 0 else -1)
            line(high if shift > 0 else low, far)
        lift = 1.0 + (0.35 * TEXT if "^" in text else 0)
        spot = (level - lift, middle) if upright else (middle, level + lift)
        c.text(*spot, text, TEXT, "centre", 90 if upright else 0)
        return (level, middle) if upright else (middle, level)

    def leader(
        self,
        x: float,
        y: float,
        dx: float,
        dy: float,
        *lines: str,
        dot: bool = False,
        mark: int = 0,
    ) -> Point:
        """A leader from a model point to a callout dx, dy (paper mm) away.

        Gives the lower left corner of the words on the paper, for a frame to hang below.
        """
        c = self.c
        px, py = self.p(x, y)
        ex, ey = px + dx, py + dy
        c.line(px, py, ex, ey, FINE)
        if dot:
            c.dot(px, py)
        else:
            c.arrow(px, py, math.degrees(math.atan2(-dy, -dx)))
        width = max((c.width(words, TEXT) for words in lines), default=0)
        s = 1 if dx >= 0 else -1
        c.line(ex, ey, ex + s * (width + 2), ey, FINE)
        left, low = (ex + 1 if s > 0 else ex - 1 - width), ey + 1
        for i, words in enumerate(lines):
            low = ey + 1 if i == 0 else ey - 3.6 - 4.2 * (i - 1)
            c.text(left, low, words, TEXT)
        if mark:
            c.ring(ex + s * (width + 4.6), ey, str(mark))
        return left, min(low, ey)

    def round(
        self, x: float, y: float, r: float, angle: float, out: float, *lines: str, mark: int = 0
    ) -> Point:
        """A callout whose arrow points at a circle of radius r from outside, at an angle."""
        a = math.radians(angle)
        px, py = x + r * math.cos(a), y + r * math.sin(a)
        return self.leader(px, py, out * math.cos(a), out * math.sin(a), *lines, mark=mark)

    def balloon(self, x: float, y: float, dx: float, dy: float, words: str, r: float = 5) -> None:
        """A part's find number in a circle, its leader ending in a dot on the part."""
        px, py = self.p(x, y)
        ex, ey = px + dx, py + dy
        length = math.hypot(dx, dy)
        self.c.dot(px, py, 0.7)
        self.c.line(px, py, ex - dx / length * r, ey - dy / length * r, FINE)
        self.c.circle(ex, ey, r, NARROW)
        self.c.text(ex, ey - 1.75, words, 3.5, "centre")
