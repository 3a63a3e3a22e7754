# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signs of technical drawings: surface texture, edges, projection, tolerance frames, datums."""

from __future__ import annotations

from sample_vault.drafting.canvas import CENTRE, FINE, NARROW, Canvas

SIGNS = {
    "flat": "⏥",
    "straight": "⏤",
    "round": "○",
    "cylindrical": "⌭",
    "parallel": "⫽",
    "angular": "∠",
    "position": "⌖",
    "concentric": "◎",
    "symmetric": "⌯",
    "runout": "↗",
    "total runout": "⌰",
    "profile": "⌓",
}


def surface(c: Canvas, x: float, y: float, value: str, height: float = 2.5) -> None:
    """Surface texture sign of ISO 1302 (material removed), standing at x, y."""
    k = height / 2.5
    c.path([(x - 2 * k, y + 3.5 * k), (x, y), (x + 4 * k, y + 7 * k)], NARROW)
    c.line(x - 2 * k, y + 3.5 * k, x + 2 * k, y + 3.5 * k, NARROW)
    width = c.width(value, height)
    c.line(x + 4 * k, y + 7 * k, x + 5 * k + width, y + 7 * k, NARROW)
    c.text(x + 4.2 * k, y + 3.9 * k, value, height)


def edge_symbol(c: Canvas, x: float, y: float) -> None:
    """Undefined edges of ISO 13715: outer edges broken, inner edges with a small fillet."""
    c.path([(x, y), (x, y + 3), (x + 4, y + 3)], NARROW)
    c.text(x + 0.8, y + 0.2, "±0.3", 1.5)


def projection_symbol(c: Canvas, x: float, y: float, method: str) -> None:
    """The truncated cone of ISO 5456-2 in first- or third-angle projection, about 14 mm wide."""
    cone, eyes = (x - 4, x + 4.2) if method == "first" else (x + 4, x - 4.2)
    trapezium = [(-3, -1.3), (3, -2.4), (3, 2.4), (-3, 1.3)]
    c.path([(cone + dx, y + dy) for dx, dy in trapezium], NARROW, closed=True)
    c.circle(eyes, y, 2.4, NARROW)
    c.circle(eyes, y, 1.3, NARROW)
    c.line(cone - 4, y, cone + 4, y, CENTRE)
    c.line(eyes - 3.2, y, eyes + 3.2, y, FINE)
    c.line(eyes, y - 3.2, eyes, y + 3.2, FINE)


def frame(c: Canvas, x: float, y: float, sign: str, *cells: str, height: float = 2.5) -> float:
    """A tolerance frame (ISO 1101) with its lower left corner at x, y; gives its width."""
    tall = height * 2
    at = x
    for i, words in enumerate((sign, *cells)):
        width = tall if i == 0 else max(tall, c.width(words, height) + 2)
        c.box(at, y, width, tall, NARROW)
        if words == "square":
            c.line(at + 1, y + 1.2, at + tall - 1, y + 1.2, NARROW)
            c.line(at + tall / 2, y + 1.2, at + tall / 2, y + tall - 1, NARROW)
        else:
            shown = SIGNS.get(words, words) if i == 0 else words
            c.text(at + width / 2, y + height / 2, shown, height, "centre")
        at += width
    return at - x


def datum(c: Canvas, x: float, y: float, letter: str, dx: float = 0, dy: float = -8) -> None:
    """A datum triangle standing at x, y, its letter box at the end of a stem dx, dy."""
    if dx:
        s = 1 if dx > 0 else -1
        c.fill([(x, y - 1.6), (x, y + 1.6), (x + s * 2.8, y)])
        c.line(x, y, x + dx, y, NARROW)
        bx, by = (x + dx if s > 0 else x + dx - 5), y - 2.5
    else:
        s = 1 if dy > 0 else -1
        c.fill([(x - 1.6, y), (x + 1.6, y), (x, y + s * 2.8)])
        c.line(x, y, x, y + dy, NARROW)
        bx, by = x - 2.5, (y + dy if s > 0 else y + dy - 5)
    c.box(bx, by, 5, 5, NARROW)
    c.text(bx + 2.5, by + 1.25, letter, 2.5, "centre")
