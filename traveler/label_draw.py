# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drawing labels of 100 × 50 mm: runs in the worker process, knows labels and no jobs.

Label printers know black and white only and eight dots to a millimetre, so that nothing is grey,
no letter is small, and the modules of a code are whole dots at whole dots.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pymupdf

from release.printed.pen import LEAST, MM, QUIET, Fonts, Pen, code_side, paper, save
from traveler import zpl
from traveler.zpl import Dots

SIZE: Final = (100 * MM, 50 * MM)
MODULES: Final = (1.0, 0.75, 0.5)  # mm: 8, 6 or 4 dots at 203 dpi, 12, 9 or 6 at 300 dpi
EDGE: Final = 3 * MM
BLACK: Final = (0.0, 0.0, 0.0)
WHITE: Final = (1.0, 1.0, 1.0)
_INK = bytes(48 + (grey < 128) for grey in range(256))  # "1" where a dot is black


def draw(name: str, out: str, density: int, labels: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Draw labels to the path ``out``: a PDF, or ZPL where the printer's ``density`` is given.

    ``name`` is what refusals call it.
    """
    document, fonts = paper(), Fonts()
    for facts in labels:
        pen = Pen(document.new_page(width=SIZE[0], height=SIZE[1]), fonts)
        _label(pen, facts)
        pen.lift()
    if density:
        Path(out).write_text(zpl.written([_dots(page, density) for page in document]), "ascii")
    else:
        save(document, out, labels[0]["title"])
    return {"name": name, "pages": len(labels)}


def _label(pen: Pen, facts: dict[str, Any]) -> None:
    module = _module(facts["qr"])
    side, quiet = code_side(facts["qr"], module), QUIET * module
    down = (SIZE[1] - side) / 2 if not facts["code"] else 0.0
    down = round(down / MM) * MM  # whole millimetres are whole dots
    pen.code(0, down, facts["qr"], module)
    if facts["code"]:
        low = min(side - quiet + 9, SIZE[1] - 14)
        for at, line in enumerate(pen.fonts.few(facts["code"], 8, side - 2 * quiet, 2, bold=True)):
            pen.words(quiet, low + 9.5 * at, line, 8, bold=True, ink=BLACK)
    _told(pen, facts, side - quiet + 3 * MM)


def _told(pen: Pen, facts: dict[str, Any], x: float) -> None:
    room = SIZE[0] - EDGE - x
    pen.fitted(x, 15, facts["kind"], 8.5, room, bold=True, ink=BLACK)
    pen.fitted(x, 41, facts["name"], 30, room, bold=True, ink=BLACK)
    pen.fill(x, 47, room, 1.2, BLACK)
    y = 61.0
    for text, size, bold, most in facts["lines"]:
        for line in pen.fonts.few(text, size, room, most, bold=bold):
            pen.words(x, y, line, size, bold=bold, ink=BLACK)
            y += size + 2.5
    if facts["warning"]:
        pen.fill(x - 2, 118 - 10, room + 4, 13, BLACK)
        pen.fitted(x, 118, facts["warning"], 9, room, bold=True, ink=WHITE)
    pen.fitted(x, SIZE[1] - 8, facts["foot"], max(LEAST, 8), room, ink=BLACK)


def _module(rows: Sequence[str]) -> float:
    """Return the largest module, in points, at which a code and its quiet zone fit the label."""
    fitting = (one * MM for one in MODULES if code_side(rows, one * MM) <= SIZE[1])
    return next(fitting, SIZE[1] / (len(rows) + 2 * QUIET))


def _dots(page: Any, density: int) -> Dots:
    """Return a page as the dots of a printer."""
    scale = density / MM
    seen = page.get_pixmap(
        matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csGRAY, alpha=False
    )
    across = (seen.width + 7) // 8
    bits = seen.samples.translate(_INK)
    rows = [bits[at : at + seen.width] for at in range(0, len(bits), seen.width)]
    packed = (int(row.ljust(8 * across, b"0"), 2).to_bytes(across, "big") for row in rows)
    return Dots(seen.width, tuple(packed))
