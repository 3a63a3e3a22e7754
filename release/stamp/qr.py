# SPDX-License-Identifier: AGPL-3.0-or-later
"""QR codes (ISO/IEC 18004), as modules and as SVG.

The mask is fixed: trying all eight takes four fifths of the time, decides nothing a reader notices
on a clean print, and would leave the choice to the version of a library.  Level Q bears a quarter
of the code being dirt or oil.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import segno

from release.stamp import qr_words

QUIET = 4  # modules of white on every side, as the standard asks

_MASK = 3
_DARK = re.compile(rb"\x01+")

Matrix = tuple[tuple[bool, ...], ...]


@lru_cache(maxsize=64)  # the pages and files of one release share few addresses
def matrix(text: str) -> Matrix:
    """Return the modules, rows from the top, True for dark; the quiet zone is not included.

    Raises ValueError where the text does not fit into a QR code.
    """
    version = qr_words.version_for(text)
    if version is not None:
        return qr_words.matrix(text, version, _MASK, _example)
    return _made(text, None)


def _example(version: int) -> Matrix:
    return _made("0", version)


def _made(text: str, version: int | None) -> Matrix:
    code = segno.make_qr(text, error="q", mask=_MASK, boost_error=False, version=version)
    return tuple(tuple(map(bool, row)) for row in code.matrix)


def runs(modules: Matrix) -> Iterator[tuple[int, int, int]]:
    """Yield dark runs as column, row, length: drawn as one path they show no seams."""
    for row, line in enumerate(modules):
        for found in _DARK.finditer(bytes(line)):
            yield found.start(), row, found.end() - found.start()


def cells(modules: Matrix) -> list[tuple[int, int, int, int]]:
    """Return few rectangles that cover the dark modules, each once: column, row, width, height.

    Runs that stand under each other alike are one, and equal ones follow each other, so that a
    file grows by a fifth less.
    """
    found: list[tuple[int, int, int, int]] = []
    above: dict[tuple[int, int], int] = {}
    for row, line in enumerate((*modules, ())):
        here = {run.span(): row for run in _DARK.finditer(bytes(line))}
        for span, top in above.items():
            if span in here:
                here[span] = top
            else:
                found.append((span[1] - span[0], row - top, span[0], top))
        above = here
    return [(column, top, wide, high) for wide, high, column, top in sorted(found)]


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
