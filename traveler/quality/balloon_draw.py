# SPDX-License-Identifier: AGPL-3.0-or-later
"""Balloons drawn on a copy of a drawing: a task of the worker process."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import pymupdf

from vault.reading.pdf import opened

_RADIUS: Final = 9.0
_AWAY: Final = 26.0
_RED: Final = (0.78, 0.1, 0.05)
_TRIES: Final = 16


def ballooned(
    path: str, out: str, places: Sequence[Sequence[Any]], said: str, name: str = ""
) -> dict[str, Any]:
    """Write a copy with a balloon beside each place: balloon, sheet, x and y in thousandths.

    ``said`` stands along the upper edge of every sheet, because a copy is not the drawing.
    """
    with opened(path, name) as document:
        drawn = 0
        for index in range(document.page_count):
            page = document.load_page(index)
            page.clean_contents()
            taken = [
                pymupdf.Rect(word[:4]) * page.rotation_matrix for word in page.get_text("words")
            ]
            for balloon, sheet, x, y in places:
                if sheet == index + 1:
                    _draw(page, str(balloon), float(x), float(y), taken)
                    drawn += 1
            page.insert_text(pymupdf.Point(24, 12) * page.derotation_matrix, said, fontsize=8,
                             color=_RED, rotate=page.rotation)  # fmt: skip
        document.save(out, garbage=3, deflate=True, no_new_id=True)
        return {"pages": document.page_count, "balloons": drawn}


def _draw(page: pymupdf.Page, balloon: str, x: float, y: float, taken: list[pymupdf.Rect]) -> None:
    at = pymupdf.Point(x / 1000 * page.rect.width, y / 1000 * page.rect.height)
    wide = _RADIUS + max(len(balloon) - 2, 0) * 2.4
    middle = _free(page, at, wide, taken)
    taken.append(pymupdf.Rect(middle.x - wide, middle.y - wide, middle.x + wide, middle.y + wide))
    back = page.derotation_matrix
    shape = page.new_shape()
    shape.draw_line(at * back, middle * back)
    shape.finish(color=_RED, width=0.7)
    shape.draw_circle(middle * back, wide)
    shape.finish(color=_RED, fill=(1, 1, 1), width=1.1)
    shape.commit()
    size = 9 if len(balloon) < 3 else 7.5
    left = middle.x - pymupdf.get_text_length(balloon, "hebo", size) / 2
    page.insert_text(pymupdf.Point(left, middle.y + size * 0.36) * back, balloon, fontsize=size,
                     fontname="hebo", color=_RED, rotate=page.rotation)  # fmt: skip


def _free(
    page: pymupdf.Page, at: pymupdf.Point, wide: float, taken: Sequence[pymupdf.Rect]
) -> pymupdf.Point:
    """Return the middle of a balloon near a place, where it covers as few words as can be."""
    best, least = pymupdf.Point(at.x + _AWAY, at.y - _AWAY), math.inf
    for step in range(_TRIES * 2):
        turn = 2 * math.pi * step / _TRIES - math.pi / 4
        away = _AWAY * (1 if step < _TRIES else 1.7)
        point = pymupdf.Point(at.x + away * math.cos(turn), at.y + away * math.sin(turn))
        box = pymupdf.Rect(point.x - wide, point.y - wide, point.x + wide, point.y + wide)
        if not page.rect.contains(box):
            continue
        covered = sum((pymupdf.Rect(one) & box).get_area() for one in taken
                      if not (pymupdf.Rect(one) & box).is_empty) + step * 0.01  # fmt: skip
        if covered < least:
            best, least = point, covered
    return best
