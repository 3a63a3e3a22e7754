# SPDX-License-Identifier: AGPL-3.0-or-later
"""The checker's eye: texts that overlap, lines that run through texts, texts beyond the frame."""

from __future__ import annotations

from collections.abc import Iterator

from sample_vault.drafting.canvas import Canvas, Point, TextBox

_SLACK = 0.15


def clashes(c: Canvas) -> Iterator[str]:
    """One sentence for each fault of legibility on a sheet."""
    for i, a in enumerate(c.texts):
        if a.left < 5 or a.bottom < 5 or a.right > c.page.width or a.top > c.page.height:
            yield f"{a.words!r} leaves the sheet"
        for b in c.texts[i + 1 :]:
            if (
                a.left + _SLACK < b.right
                and b.left + _SLACK < a.right
                and a.bottom + _SLACK < b.top
                and b.bottom + _SLACK < a.top
            ):
                yield f"{a.words!r} overlaps {b.words!r}"
        for start, end in c.strokes:
            if _crosses(a, start, end):
                x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
                yield f"a line near {x:.0f}, {y:.0f} runs through {a.words!r}"
                break


def _crosses(box: TextBox, start: Point, end: Point) -> bool:
    """Clip the segment to the box (Liang-Barsky); anything left is a clash."""
    (x, y), dx, dy = start, end[0] - start[0], end[1] - start[1]
    low, high = 0.0, 1.0
    for step, gap in (
        (-dx, x - box.left - _SLACK),
        (dx, box.right - _SLACK - x),
        (-dy, y - box.bottom - _SLACK),
        (dy, box.top - _SLACK - y),
    ):
        if step == 0:
            if gap < 0:
                return False
            continue
        at = gap / step
        if step < 0:
            low = max(low, at)
        else:
            high = min(high, at)
        if low > high:
            return False
    return True
