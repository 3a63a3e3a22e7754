# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words of a drawing's sheets, each with its place: a task of the worker process.

What they mean is found by ``vault.reading.titleblock``, which knows nothing of PDF.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pymupdf

from vault.reading import titleblock
from vault.reading.pdf import opened
from vault.reading.titleblock import Word

SHEETS: Final = 20  # of one file; a title block stands on each, and they all say the same
WORDS: Final = 20_000  # of one sheet
LONGEST_LINE: Final = 120  # characters; a dimension is never that long


def fields(path: str, name: str = "") -> dict[str, Any]:
    """Return what the title block of each sheet says, and how many words the sheets have.

    A field that was not found is missing: nothing is guessed.  Raises UnreadableFile.
    """
    with opened(path, name) as document:
        sheets, count = [], 0
        for index in range(min(document.page_count, SHEETS)):
            ways = _words(document.load_page(index))
            count += sum(len(words) for words in ways)
            found = [titleblock.read(words) for words in ways]
            sheets.append(max(found, key=len, default={}))
        return {"sheets": sheets, "words": count}


def lines(path: str, name: str = "") -> dict[str, Any]:
    """Return every line of text of each sheet: text, middle in thousandths of the sheet, height.

    What the title block says of units stands beside.  Raises UnreadableFile.
    """
    with opened(path, name) as document:
        found: list[list[object]] = []
        units = ""
        for index in range(min(document.page_count, SHEETS)):
            page = document.load_page(index)
            ways = _words(page)
            units = units or max((titleblock.read(words) for words in ways), key=len,
                                 default={}).get("units", "")  # fmt: skip
            found += _lines(page, index + 1)
        return {"lines": found[:WORDS], "units": units}


def _lines(page: pymupdf.Page, sheet: int) -> Iterator[list[object]]:
    wide, high = max(page.rect.width, 1.0), max(page.rect.height, 1.0)
    for block in page.get_text("dict", flags=pymupdf.TEXTFLAGS_TEXT)["blocks"]:
        for line in block.get("lines", ()):
            text = "".join(span["text"] for span in line["spans"]).strip()
            if not text or len(text) > LONGEST_LINE:
                continue
            box = pymupdf.Rect(line["bbox"]) * page.rotation_matrix
            x = round((box.x0 + box.x1) / 2 / wide * 1000)
            y = round((box.y0 + box.y1) / 2 / high * 1000)
            tall = max(float(span["size"]) for span in line["spans"])
            if 0 <= x <= 1000 and 0 <= y <= 1000:
                yield [text, sheet, x, y, round(tall, 2)]


def _words(page: pymupdf.Page) -> list[list[Word]]:
    """Return the words of a page as seen, one list for each of the four ways text may run."""
    text = page.get_textpage(flags=pymupdf.TEXTFLAGS_WORDS)
    ways = {
        (place, row): line["dir"]
        for place, block in enumerate(page.get_text("dict", textpage=text)["blocks"])
        for row, line in enumerate(block.get("lines", ()))
    }
    turn = page.rotation_matrix
    found: dict[tuple[int, int], list[Word]] = {}
    for x0, y0, x1, y1, word, block, line, _place in page.get_text("words", textpage=text)[:WORDS]:
        along = ways.get((block, line), (1.0, 0.0))
        seen = pymupdf.Point(*along) * pymupdf.Matrix(turn.a, turn.b, turn.c, turn.d, 0, 0)
        way = (round(seen.x), round(seen.y))
        box = pymupdf.Rect(x0, y0, x1, y1) * turn
        if way in _LEVEL:
            level = box * pymupdf.Matrix(*_LEVEL[way], 0, 0)
            level.normalize()
            place = Word(word, level.x0, level.y0, level.x1, level.y1, (block, line))
            found.setdefault(way, []).append(place)
    return list(found.values())


_LEVEL: Final = {
    (1, 0): (1, 0, 0, 1), (-1, 0): (-1, 0, 0, -1), (0, -1): (0, 1, -1, 0), (0, 1): (0, -1, 1, 0),
}  # fmt: skip
"""For each way text runs, the turn that makes it run level from left to right."""
