# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sheets drawn for comparing: an A3 drawing of which every number and place can be chosen."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in the worker

MM = 72 / 25.4


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[..., Path]:
    """Return a maker of drawings: ``sheet("a.pdf", size="Ø6.5", right=5, tint=False)``."""
    import pymupdf

    def drawn(
        name: str, size: str = "Ø6.0", *, right: float = 0, down: float = 0, scale: float = 1,
        pages: tuple[str, ...] = ("ONE",), paper: tuple[float, float] = (420, 297),
        grid: bool = True, tint: bool = False, hole: bool = True,
    ) -> Path:  # fmt: skip
        plain = pymupdf.open()
        for title in pages:
            page = plain.new_page(width=420 * MM, height=297 * MM)
            _frame(page, title, grid)
            _view(page, size, tint, hole)
        path = tmp_path / name
        laid = pymupdf.open()
        for page in plain:
            on = laid.new_page(width=paper[0] * MM, height=paper[1] * MM)
            where = pymupdf.Rect(0, 0, 420 * MM * scale, 297 * MM * scale)
            on.show_pdf_page(where + (right * MM, down * MM) * 2, plain, page.number)
        laid.save(path, no_new_id=True, deflate=True)
        return path

    return drawn


def _frame(page: Any, title: str, grid: bool) -> None:
    page.draw_rect((20 * MM, 10 * MM, 410 * MM, 287 * MM), width=1)
    page.draw_rect((230 * MM, 247 * MM, 410 * MM, 287 * MM), width=0.5)
    page.insert_text((240 * MM, 260 * MM), f"SHEET {title}", fontsize=12)
    for line in range(6):
        said = f"note {line} of sheet {title} by itself"
        page.insert_text((240 * MM, (90 + line * 8) * MM), said, fontsize=9)
    if grid:
        for place in range(8):
            for y in (7, 293):
                page.insert_text(((25 + 52.5 * place) * MM, y * MM), str(place + 1), fontsize=7)
        for place, letter in enumerate("ABCDEF"):
            for x in (15, 413):
                page.insert_text((x * MM, (26 + 49.5 * place) * MM), letter, fontsize=7)


def _view(page: Any, size: str, tint: bool, hole: bool) -> None:
    page.draw_rect((60 * MM, 60 * MM, 160 * MM, 140 * MM), width=1.4,
                   fill=(0.92, 0.86, 0.6) if tint else None)  # fmt: skip
    page.draw_circle((110 * MM, 100 * MM), 30 * MM, width=1.4)
    if hole:
        page.draw_circle((110 * MM, 100 * MM), 6 * MM, width=0.6)
    page.draw_line((60 * MM, 150 * MM), (160 * MM, 150 * MM), width=0.35)
    page.insert_text((104 * MM, 149 * MM), "100", fontsize=9)
    page.insert_text((150 * MM, 45 * MM), f"4x {size} THRU", fontsize=9)


@pytest.fixture
def compared(tmp_path: Path) -> Callable[..., Any]:
    """Return the comparing of page 1 of two files as the worker does it, in this process."""
    from release.redline import sheets

    place = tmp_path / "pictures"
    place.mkdir()

    def compare(before: Path, after: Path, pages: tuple[int, int] = (1, 1)) -> Any:
        return sheets.compare(str(before), str(after), *pages, str(place), after.name)

    return compare
