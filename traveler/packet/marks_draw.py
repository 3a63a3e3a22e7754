# SPDX-License-Identifier: AGPL-3.0-or-later
"""Arrows, rings and words drawn onto a copy of a photo: a task of the worker process.

The marks lie beside the photo in the ledger; whoever holds a packet has no ledger, so they get the
photo as it is and a copy as somebody marked it.  White around red is seen on any ground.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pymupdf

from release.printed.pen import INK, WHITE, Fonts, Pen
from vault.errors import UnreadableFile

RED: Final = (0.85, 0.08, 0.04)
QUALITY: Final = 88
LARGEST: Final = 1600
"""Pixels of the copy's longer side: enough to see the marks; the photo itself lies beside it."""
_LINE: Final = 0.005
_WORDS: Final = 0.034
"""Width of a line and size of words, in parts of the photo's longer side."""


def marked(
    path: str, out: str, marks: Sequence[Mapping[str, Any]], wide: int, high: int, name: str = ""
) -> dict[str, Any]:
    """Write a photo with its marks as a JPEG, at most LARGEST long; places are thousandths of its sides.

    Raises UnreadableFile where the photo cannot be read.
    """
    scale = min(LARGEST / max(wide, high), 1)
    wide, high = (max(round(side * scale), 1) for side in (wide, high))
    with pymupdf.open() as document:
        page = document.new_page(width=wide, height=high)
        try:
            page.insert_image(page.rect, stream=Path(path).read_bytes())
        except (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase) as fault:
            reason = "it is damaged or incomplete"
            raise UnreadableFile(name=name or Path(path).name, reason=reason) from fault
        line = max(_LINE * max(wide, high), 1.0)
        shape = page.new_shape()
        for one in marks:
            _draw(shape, one, line, wide, high)
        shape.commit()
        pen = Pen(page, Fonts())
        for one in marks:
            if one.get("words"):
                _say(pen, one, _WORDS * max(wide, high), wide, high)
        pen.lift()
        data = page.get_pixmap(alpha=False).tobytes(output="jpg", jpg_quality=QUALITY)
    Path(out).write_bytes(data)
    return {"name": name}


def _draw(shape: Any, one: Mapping[str, Any], line: float, wide: int, high: int) -> None:
    if one["shape"] == "words":
        return
    x0, y0, x1, y1 = (told / 1000 * side for told, side in zip(
        one["at"], (wide, high, wide, high), strict=True))  # fmt: skip
    for colour, width in ((WHITE, line * 2.2), (RED, line)):
        if one["shape"] == "ring":
            box = pymupdf.Rect(min(x0, x1), min(y0, y1), max(x0, x1) + 1, max(y0, y1) + 1)
            shape.draw_oval(box)
            shape.finish(color=colour, width=width)
        else:
            _arrow(shape, (x0, y0), (x1, y1), colour, width, line)


def _arrow(
    shape: Any, tail: tuple[float, float], tip: tuple[float, float],
    colour: tuple[float, float, float], width: float, line: float,
) -> None:  # fmt: skip
    turn = math.atan2(tip[1] - tail[1], tip[0] - tail[0])
    length = line * 5
    sides = [
        (tip[0] - length * math.cos(turn + open_), tip[1] - length * math.sin(turn + open_))
        for open_ in (0.45, -0.45)
    ]
    shape.draw_line(tail, tip)
    shape.draw_polyline([sides[0], tip, sides[1]])
    shape.finish(color=colour, width=width, lineCap=1, lineJoin=1, closePath=False)


def _say(pen: Pen, one: Mapping[str, Any], size: float, wide: int, high: int) -> None:
    text = pen.fonts.cut(one["words"], size, wide * 0.9, bold=True)
    room = pen.width(text, size, bold=True)
    x = min(max(one["at"][0] / 1000 * wide, size * 0.3), wide - room - size * 0.3)
    y = min(max(one["at"][1] / 1000 * high, size * 1.2), high - size * 0.4)
    pen.fill(x - size * 0.25, y - size, room + size * 0.5, size * 1.35, WHITE)
    pen.words(x, y, text, size, bold=True, ink=INK)
