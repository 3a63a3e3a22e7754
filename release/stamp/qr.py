# SPDX-License-Identifier: AGPL-3.0-or-later
"""QR codes (ISO/IEC 18004), as modules and as SVG.

The mask is fixed: trying all eight takes four fifths of the time, decides nothing a reader notices
on a clean print, and would leave the choice to the version of a library.  Level Q bears a quarter
of the code being dirt or oil.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import segno

QUIET = 4  # modules of white on every side, as the standard asks

_MASK = 3

Matrix = tuple[tuple[bool, ...], ...]


@lru_cache(maxsize=64)  # the pages and files of one release share few addresses
def matrix(text: str) -> Matrix:
    """Return the modules, rows from the top, True for dark; the quiet zone is not included.

    Raises ValueError where the text does not fit into a QR code.
    """
    code = segno.make_qr(text, error="q", mask=_MASK, boost_error=False)
    return tuple(tuple(map(bool, row)) for row in code.matrix)


def runs(modules: Matrix) -> Iterator[tuple[int, int, int]]:
    """Yield dark runs as column, row, length: drawn as one path they show no seams."""
    for row, line in enumerate(modules):
        start = 0
        while start < len(line):
            end = start
            while end < len(line) and line[end]:
                end += 1
            if end > start:
                yield start, row, end - start
            start = max(end, start + 1)


def cells(modules: Matrix) -> list[tuple[int, int, int, int]]:
    """Return few rectangles that cover the dark modules, each once: column, row, width, height.

    Runs that stand under each other alike are one, and equal ones follow each other, so that a
    file grows by a fifth less.
    """
    found, above = [], dict[tuple[int, int], int]()
    for row, line in enumerate((*modules, ())):
        here = {}
        for column, _row, length in runs((line,)):
            here[column, length] = above.pop((column, length), row)
        found += [(column, top, wide, row - top) for (column, wide), top in above.items()]
        above = here
    return sorted(found, key=lambda cell: (cell[2], cell[3], cell[0], cell[1]))


def svg(text: str) -> str:
    """Return the code with its quiet zone as an SVG picture whose unit is one module."""
    modules = matrix(text)
    size = len(modules) + 2 * QUIET
    path = "".join(f"M{x + QUIET} {y + QUIET}h{n}v1h-{n}z" for x, y, n in runs(modules))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" '
        f'shape-rendering="crispEdges"><rect width="{size}" height="{size}" fill="#fff"/>'
        f'<path d="{path}"/></svg>'
    )
