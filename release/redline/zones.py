# SPDX-License-Identifier: AGPL-3.0-or-later
"""Zones of a sheet, so that a place on a drawing can be said aloud: ``B4``.

Where the sheet carries a grid (ISO 5457 or ASME Y14.1), its own letters and numbers are read from
the words at its edges, whichever way they count.  Where it carries none, ISO 5457 says how many
fields a sheet of that size would have.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from release.redline.words import Word

LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""The letters of rows: I and O are not used (ISO 5457, 4.4)."""
EDGE_MM: Final = 25.0
"""How far from the edge of a sheet its grid's letters and numbers may stand."""
EVEN: Final = 1.7
"""By what factor the fields of one grid may differ; the outer ones are often larger."""
_SAME_LINE_MM: Final = 2.0


@dataclass(frozen=True, slots=True)
class Grid:
    """Columns from left to right and rows from top to bottom, with the borders between them.

    ``printed`` says that the sheet itself carries the grid.  Lengths are millimetres from the
    upper left corner.
    """

    columns: tuple[str, ...]
    rows: tuple[str, ...]
    x_borders: tuple[float, ...]
    y_borders: tuple[float, ...]
    printed: bool

    def name(self, x: float, y: float) -> str:
        """Return the zone of a point, row first; beside the grid it is the nearest zone."""
        column, row = bisect_right(self.x_borders, x), bisect_right(self.y_borders, y)
        return f"{self.rows[row]}{self.columns[column]}"


def of_sheet(words: Iterable[Word], width: float, height: float) -> Grid:
    """Return the grid printed on a sheet, else the one ISO 5457 gives its size (millimetres)."""
    return printed(words, width, height) or computed(width, height)


def computed(width: float, height: float) -> Grid:
    """Return the grid of ISO 5457 for a size: fields of 50 mm, an even number each way."""
    across, down = _fields(width), _fields(height)
    return Grid(
        columns=tuple(str(place + 1) for place in range(across)),
        rows=tuple(letter(place) for place in range(down)),
        x_borders=tuple(width * place / across for place in range(1, across)),
        y_borders=tuple(height * place / down for place in range(1, down)),
        printed=False,
    )


def letter(place: int) -> str:
    """Return the letter of a row, counted from nought: A … Z, then AA, AB …."""
    more, last = divmod(place, len(LETTERS))
    return (letter(more - 1) if more else "") + LETTERS[last]


def _fields(side: float) -> int:
    return max(2, 2 * round(side / 100))


def printed(words: Iterable[Word], width: float, height: float) -> Grid | None:
    """Return the grid a sheet carries, None where its edges hold none that can be read.

    Letters may stand at the side and numbers above or below, as both standards have it.
    """
    edge_x, edge_y = min(EDGE_MM, width / 8), min(EDGE_MM, height / 8)
    told = list(words)
    numbers = [
        (one.x, one.y, int(one.text))
        for one in told
        if one.text.isascii() and one.text.isdigit() and len(one.text) < 3
        and not edge_y < one.y < height - edge_y
    ]  # fmt: skip
    letters = [
        (one.y, one.x, LETTERS.index(one.text))
        for one in told
        if len(one.text) == 1 and one.text in LETTERS and not edge_x < one.x < width - edge_x
    ]
    columns, rows = _series(numbers), _series(letters)
    if columns is None or rows is None:
        return None
    return Grid(
        columns=tuple(str(value) for _place, value in columns),
        rows=tuple(letter(value) for _place, value in rows),
        x_borders=_between([place for place, _value in columns]),
        y_borders=_between([place for place, _value in rows]),
        printed=True,
    )


def _series(marks: Sequence[tuple[float, float, int]]) -> list[tuple[float, int]] | None:
    """Return the longest run of marks on one line that counts by one in even steps.

    A mark is its place along the line, its distance across, and what it counts.
    """
    best: list[tuple[float, int]] = []
    for line in _lines(marks):
        for found in _runs(line):
            if len(found) > max(len(best), 1) and _is_even(found):
                best = found
    return best or None


def _lines(marks: Sequence[tuple[float, float, int]]) -> Iterable[list[tuple[float, int]]]:
    line: list[tuple[float, int]] = []
    last = 0.0
    for along, across, value in sorted(marks, key=lambda mark: mark[1]):
        if line and across - last > _SAME_LINE_MM:
            yield sorted(line)
            line = []
        line.append((along, value))
        last = across
    yield sorted(line)


def _runs(line: Sequence[tuple[float, int]]) -> Iterable[list[tuple[float, int]]]:
    """Yield the stretches of a line that count up or down by one."""
    run: list[tuple[float, int]] = []
    step = 0
    for mark in line:
        by = mark[1] - run[-1][1] if run else 0
        if run and abs(by) == 1 and step in {0, by}:
            step = by
        else:
            yield run
            run, step = run[-1:] if run and abs(by) == 1 else [], by if abs(by) == 1 else 0
        run.append(mark)
    yield run


def _is_even(run: Sequence[tuple[float, int]]) -> bool:
    steps = [after[0] - before[0] for before, after in pairwise(run)]
    return min(steps) > 0 and max(steps) <= EVEN * min(steps)


def _between(places: Sequence[float]) -> tuple[float, ...]:
    return tuple((before + after) / 2 for before, after in pairwise(places))
