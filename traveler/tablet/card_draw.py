# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drawing a badge: runs in the worker process and knows paper, not people."""

from __future__ import annotations

from typing import Any

import pymupdf

MM = 72 / 25.4
CARD = (85.6 * MM, 53.98 * MM)  # ISO/IEC 7810 ID-1
MARGIN = 5 * MM
QR = 34 * MM
QUIET = 4
INK, SOFT = (0.08, 0.09, 0.11), (0.38, 0.4, 0.43)


def draw(out: str, facts: dict[str, Any]) -> dict[str, Any]:
    """Draw a badge to the path ``out``; long names are set smaller until they fit."""
    document = pymupdf.open()
    page = document.new_page(width=CARD[0], height=CARD[1])
    room = CARD[0] - QR - 3 * MARGIN
    _code(page, facts["qr"])
    _fitted(page, facts["shop"], MARGIN + 8, 9, room, SOFT, "helv")
    _name(page, facts["shown"], room)
    foot = CARD[1] - MARGIN
    _fitted(page, facts["name"], foot - 10, 9, room, INK, "helv")
    _fitted(page, f"Badge {facts['badge']}, {facts['issued']}", foot, 7, room, SOFT, "helv")
    document.set_metadata({"title": f"Badge {facts['badge']}", "producer": "Titleblock"})
    document.save(out, garbage=3, deflate=True, no_new_id=True)
    return {"pages": 1}


def _code(page: pymupdf.Page, rows: list[str]) -> None:
    module = QR / (len(rows) + 2 * QUIET)
    left, top = CARD[0] - MARGIN - QR + QUIET * module, (CARD[1] - QR) / 2 + QUIET * module
    shape = page.new_shape()
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark == "1":
                at = left + x * module, top + y * module
                shape.draw_rect(pymupdf.Rect(*at, at[0] + module, at[1] + module))
    shape.finish(color=None, fill=(0, 0, 0), width=0)
    shape.commit()


def _name(page: pymupdf.Page, name: str, room: float) -> None:
    """Set the name in as few lines as its words need, the longest word deciding the size."""
    font = pymupdf.Font("hebo")
    words = name.split()
    widest = max(font.text_length(word, fontsize=1) for word in words)
    size = min(17.0, room / widest)
    lines: list[str] = []
    for word in words:
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and font.text_length(joined, fontsize=size) <= room:
            lines[-1] = joined
        else:
            lines.append(word)
    top = CARD[1] / 2 - (len(lines[:3]) - 1) * size * 0.6
    for at, line in enumerate(lines[:3]):
        _fitted(page, line, top + at * size * 1.2, size, room, INK, "hebo")


def _fitted(
    page: pymupdf.Page,
    text: str,
    y: float,
    size: float,
    room: float,
    colour: tuple[float, float, float],
    face: str,
) -> None:
    font = pymupdf.Font(face)
    width = font.text_length(text, fontsize=size)
    writer = pymupdf.TextWriter(page.rect, color=colour)
    writer.append((MARGIN, y), text, font=font, fontsize=size * min(1.0, room / max(width, 1)))
    writer.write_text(page)
