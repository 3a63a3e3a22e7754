# SPDX-License-Identifier: AGPL-3.0-or-later
"""Projected outlines as read from `views/*.json`, and the hatching of cut faces."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

Point = tuple[float, float]
Loops = list[list[Point]]

VIEWS = Path(__file__).parents[1] / "views"


@dataclass(frozen=True, slots=True)
class Edges:
    """Lines (x1 y1 x2 y2), arcs (cx cy r start end) and chains of points, in model units."""

    lines: list[list[float]]
    arcs: list[list[float]]
    chains: list[list[list[float]]]


@dataclass(frozen=True, slots=True)
class Outline:
    """One view of a solid: edges by kind (visible, smooth, hidden), and cut faces by part."""

    kinds: dict[str, Edges]
    cut: list[tuple[int, Loops]]

    def edges(self, kind: str) -> Edges:
        """The edges of one kind; none is an empty set."""
        return self.kinds.get(kind, Edges([], [], []))

    def box(self) -> tuple[float, float, float, float]:
        """Extent of what is drawn: left, bottom, right, top."""
        xs: list[float] = []
        ys: list[float] = []
        for kind in ("visible", "smooth"):
            e = self.edges(kind)
            for x1, y1, x2, y2 in e.lines:
                xs += [x1, x2]
                ys += [y1, y2]
            for cx, cy, r, start, end in e.arcs:
                for k in range(9):
                    a = math.radians(start + (end - start) * k / 8)
                    xs.append(cx + r * math.cos(a))
                    ys.append(cy + r * math.sin(a))
            for chain in e.chains:
                xs += [p[0] for p in chain]
                ys += [p[1] for p in chain]
        return min(xs), min(ys), max(xs), max(ys)


@dataclass(frozen=True, slots=True)
class Projections:
    """All views of one item at one revision, and its volume in cubic millimetres."""

    views: dict[str, Outline]
    volume: float

    def mass(self, density: float) -> str:
        """Mass as the title block shows it; density in kg/dm³."""
        grams = self.volume * density / 1000
        return f"{grams / 1000:.2f} kg" if grams >= 1000 else f"{grams:.0f} g"


@cache
def projections(number: str, rev: str) -> Projections:
    """Read the views of an item that `solids.py` wrote."""
    data: dict[str, Any] = json.loads((VIEWS / f"{number}_{rev}.json").read_text())
    views = {}
    for name, view in data["views"].items():
        kinds = {
            kind: Edges(view[kind]["l"], view[kind]["a"], view[kind]["p"])
            for kind in ("visible", "smooth", "hidden")
            if kind in view
        }
        cut = [
            (part, [[(x, y) for x, y in loop] for loop in loops])
            for part, loops in view.get("cut", [])
        ]
        views[name] = Outline(kinds, cut)
    return Projections(views, data["volume"])


def hatch_lines(loops: Loops, spacing: float, angle: float) -> list[tuple[Point, Point]]:
    """Lines of a hatching at an angle inside closed loops (even-odd), `spacing` mm apart."""
    a = math.radians(angle)
    c, s = math.cos(a), math.sin(a)
    turned = [[(x * c + y * s, -x * s + y * c) for x, y in loop] for loop in loops]
    rows = [y for loop in turned for _, y in loop]
    first, last = math.ceil(min(rows) / spacing), math.floor(max(rows) / spacing)
    found = []
    for k in range(first, last + 1):
        row = k * spacing + 1e-4
        hits = sorted(
            x1 + (row - y1) * (x2 - x1) / (y2 - y1)
            for loop in turned
            for (x1, y1), (x2, y2) in zip(loop, [*loop[1:], loop[0]], strict=True)
            if (y1 <= row) != (y2 <= row)
        )
        for left, right in zip(hits[::2], hits[1::2], strict=False):
            found.append(
                (
                    (left * c - row * s, left * s + row * c),
                    (right * c - row * s, right * s + row * c),
                )
            )
    return found
