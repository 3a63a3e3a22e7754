# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pens, strokes and lettering on one page, in millimetres from the lower left corner.

What is drawn is also remembered (strokes as segments, texts as boxes), so that
`drafting.clash` can say where a line runs through a text.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise

from sample_vault.drafting.pdf import Document, Page, number

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Pen:
    """A line type of ISO 128-2: its width and its dashes in millimetres."""

    width: float
    dash: tuple[float, ...] = ()


FRAME = Pen(0.7)
WIDE = Pen(0.5)
NARROW = Pen(0.25)
FINE = Pen(0.18)
HIDDEN = Pen(0.25, (3.0, 1.0))
CENTRE = Pen(0.18, (8.0, 1.2, 0.6, 1.2))
PHANTOM = Pen(0.18, (8.0, 1.2, 0.6, 1.2, 0.6, 1.2))


@dataclass(frozen=True, slots=True)
class TextBox:
    """Where a text stands: its words and the four sides of its box on the paper."""

    words: str
    left: float
    bottom: float
    right: float
    top: float


@dataclass(slots=True)
class Canvas:
    """The drawing hand on one page of a document."""

    document: Document
    page: Page
    units: str = "mm"
    texts: list[TextBox] = field(default_factory=list)
    strokes: list[tuple[Point, Point]] = field(default_factory=list)
    _pen: Pen | None = None

    def _take(self, pen: Pen) -> None:
        if pen is self._pen:
            return
        self._pen = pen
        dashes = " ".join(number(d) for d in pen.dash)
        self.page.operators.append(f"{number(pen.width)} w [{dashes}] 0 d")

    def path(self, points: list[Point], pen: Pen = WIDE, closed: bool = False) -> None:
        """Stroke a chain of straight segments."""
        self._take(pen)
        parts = [f"{number(x)} {number(y)} {'l' if i else 'm'}" for i, (x, y) in enumerate(points)]
        self.page.operators.append(" ".join(parts) + (" s" if closed else " S"))
        ring = [*points, points[0]] if closed else points
        self.strokes += list(pairwise(ring))

    def line(self, x1: float, y1: float, x2: float, y2: float, pen: Pen = WIDE) -> None:
        """Stroke one straight line."""
        self.path([(x1, y1), (x2, y2)], pen)

    def box(self, x: float, y: float, w: float, h: float, pen: Pen = NARROW) -> None:
        """Stroke a rectangle from its lower left corner."""
        self.path([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], pen, closed=True)

    def fill(self, points: list[Point], grey: float = 0.0) -> None:
        """Fill a polygon without an outline."""
        parts = [f"{number(x)} {number(y)} {'l' if i else 'm'}" for i, (x, y) in enumerate(points)]
        self.page.operators.append(f"{number(grey)} g " + " ".join(parts) + " f 0 g")

    def arc(
        self, cx: float, cy: float, r: float, start: float, end: float, pen: Pen = WIDE
    ) -> None:
        """Stroke an arc, anticlockwise from start to end in degrees, as Bézier curves."""
        self._take(pen)
        sweep = end - start
        count = max(1, math.ceil(abs(sweep) / 90 - 1e-9))
        step = math.radians(sweep / count)
        k = 4 / 3 * math.tan(step / 4) * r
        a = math.radians(start)
        x, y = cx + r * math.cos(a), cy + r * math.sin(a)
        parts = [f"{number(x)} {number(y)} m"]
        for _ in range(count):
            b = a + step
            ex, ey = cx + r * math.cos(b), cy + r * math.sin(b)
            control = (
                x - k * math.sin(a),
                y + k * math.cos(a),
                ex + k * math.sin(b),
                ey - k * math.cos(b),
            )
            parts.append(" ".join(number(v) for v in (*control, ex, ey)) + " c")
            self.strokes.append(((x, y), (ex, ey)))
            a, x, y = b, ex, ey
        self.page.operators.append(" ".join(parts) + " S")

    def circle(self, cx: float, cy: float, r: float, pen: Pen = WIDE) -> None:
        """Stroke a full circle."""
        self.arc(cx, cy, r, 0, 360, pen)

    def arrow(self, x: float, y: float, angle: float, size: float = 3.0) -> None:
        """A filled arrowhead (ISO 129-1, 3:1) whose point is at x, y, pointing along angle."""
        a = math.radians(angle)
        bx, by = x - size * math.cos(a), y - size * math.sin(a)
        w = size / 6
        self.fill(
            [
                (x, y),
                (bx - w * math.sin(a), by + w * math.cos(a)),
                (bx + w * math.sin(a), by - w * math.cos(a)),
            ]
        )

    def dot(self, x: float, y: float, r: float = 0.6) -> None:
        """A filled dot: the end of a leader that stands on a surface."""
        ring = [math.radians(30 * i) for i in range(12)]
        self.fill([(x + r * math.cos(a), y + r * math.sin(a)) for a in ring])

    def ring(self, x: float, y: float, words: str) -> None:
        """The balloon of a characteristic: a small ring with its number."""
        self.circle(x, y, 2.2, FINE)
        self.text(x, y - 0.9, words, 1.8, "centre")

    # -- lettering -------------------------------------------------------------------------

    def width(self, text: str, height: float) -> float:
        """Width on paper of a line of text; `^upper|lower^` stands for stacked deviations."""
        total = 0.0
        for kind, part in _pieces(text):
            if kind == "stack":
                total += 0.4 + max(self._plain(p, height * 0.72) for p in part.split("|"))
            else:
                total += self._plain(part, height)
        return total

    def _plain(self, text: str, height: float) -> float:
        font = self.document.font
        return font.width(text) * height / font.cap_height

    def text(
        self,
        x: float,
        y: float,
        text: str,
        height: float = 3.5,
        anchor: str = "left",
        angle: float = 0,
        spaced: bool = True,
    ) -> float:
        """Letter one line on its baseline; height is that of the capitals; gives the width."""
        width = self.width(text, height)
        shift = {"left": 0.0, "centre": width / 2, "right": width}[anchor]
        a = math.radians(angle)
        px, py = x - shift * math.cos(a), y - shift * math.sin(a)
        if spaced:
            self._remember(text, px, py, width, height, angle)
        for kind, part in _pieces(text):
            if kind == "stack":
                upper, lower = part.split("|")
                small = height * 0.72
                for words, rise in ((upper, height * 0.62), (lower, -height * 0.35)):
                    ox = 0.4 * math.cos(a) - rise * math.sin(a)
                    oy = 0.4 * math.sin(a) + rise * math.cos(a)
                    self._show(px + ox, py + oy, words, small, a)
                step = 0.4 + max(self._plain(p, small) for p in (upper, lower))
            else:
                self._show(px, py, part, height, a)
                step = self._plain(part, height)
            px, py = px + step * math.cos(a), py + step * math.sin(a)
        return width

    def _show(self, x: float, y: float, words: str, height: float, a: float) -> None:
        if not words.strip():
            return
        font = self.document.font
        self.document.characters |= set(words)
        size = height / font.cap_height
        c, s = number(math.cos(a)), number(math.sin(a))
        glyphs = "".join(f"{font.glyph(ch):04X}" for ch in words)
        self.page.operators.append(
            f"BT /F1 {number(size)} Tf {c} {s} {number(-math.sin(a))} {c}"
            f" {number(x)} {number(y)} Tm <{glyphs}> Tj ET"
        )

    def _remember(
        self, words: str, x: float, y: float, width: float, height: float, angle: float
    ) -> None:
        low, high = (-0.35 * height, 1.34 * height) if "^" in words else (0.0, height)
        if angle == 90:
            self.texts.append(TextBox(words, x - high, y, x - low, y + width))
        elif angle == 0:
            self.texts.append(TextBox(words, x, y + low, x + width, y + high))


def _pieces(text: str) -> list[tuple[str, str]]:
    """Split `12 ^+0.1|0^ H7` into plain and stacked pieces."""
    return [("stack" if i % 2 else "plain", p) for i, p in enumerate(text.split("^")) if p]
