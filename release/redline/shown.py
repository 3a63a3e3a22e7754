# SPDX-License-Identifier: AGPL-3.0-or-later
"""A page of a PDF as it is shown: its points, its words, its size.  For tasks of the worker."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pymupdf

from release.redline.raster import AS_DRAWN, Picture, Shift
from release.redline.words import Word

MM: Final = 72 / 25.4
SMOOTHING: Final = 6
"""Bits of smoothing: a fifth faster than 8, and fine enough to tell moved from changed."""
MOST_WORDS: Final = 20_000
_FLAGS: Final = pymupdf.TEXT_PRESERVE_LIGATURES | pymupdf.TEXT_PRESERVE_WHITESPACE


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page that was interpreted once: how it is drawn, and its size in points as seen."""

    shown: Any
    width: float
    height: float

    def picture(self, shape: tuple[int, int], zoom: float, shift: Shift = AS_DRAWN) -> Picture:
        """Return it as grey points of a picture of this shape, shifted by points of the sheet."""
        matrix = pymupdf.Matrix(
            zoom * shift.scale, 0, 0, zoom * shift.scale, zoom * shift.right, zoom * shift.down
        )
        pymupdf.TOOLS.set_aa_level(SMOOTHING)  # it holds for the whole process, others set it too
        drawn = self.shown.get_pixmap(matrix=matrix, colorspace=pymupdf.csGRAY, alpha=0)
        points = np.frombuffer(bytes(drawn.samples_mv), np.uint8)
        points = points.reshape(drawn.height, drawn.stride)[:, : drawn.width]
        whole = np.full(shape, 255, np.uint8)
        left, top = max(drawn.x, 0), max(drawn.y, 0)
        right, low = min(drawn.x + drawn.width, shape[1]), min(drawn.y + drawn.height, shape[0])
        if right > left and low > top:
            whole[top:low, left:right] = points[
                top - drawn.y : low - drawn.y, left - drawn.x : right - drawn.x
            ]
        return whole

    def words(self, shift: Shift = AS_DRAWN) -> list[Word]:
        """Return its words in millimetres, shifted by points of the sheet."""
        text = pymupdf.TextPage(self.shown.get_textpage(flags=_FLAGS)).extractWORDS()
        return [
            Word(
                " ".join(sign for sign in said.split() if sign.isprintable())[:200],
                (x0 * shift.scale + shift.right) / MM, (y0 * shift.scale + shift.down) / MM,
                (x1 * shift.scale + shift.right) / MM, (y1 * shift.scale + shift.down) / MM,
                block * 10_000 + line,
            )
            for x0, y0, x1, y1, said, block, line, _place in text[:MOST_WORDS]
            if said.strip()
        ]  # fmt: skip


def sheet(document: Any, page: int) -> Sheet:
    """Interpret a page, counted from 1; raises UnreadableFile through ``pdf.explained``."""
    found = document.load_page(page - 1)
    return Sheet(found.get_displaylist(), float(found.rect.width), float(found.rect.height))


def write_png(out: Path, picture: Picture, colours: bytes = b"") -> None:
    """Write grey or palette points as PNG (ISO/IEC 15948), deflated lightly."""
    high, wide = picture.shape
    rows = np.zeros((high, wide + 1), np.uint8)  # each row starts with the filter type 0
    rows[:, 1:] = picture
    header = struct.pack(">IIBBBBB", wide, high, 8, 3 if colours else 0, 0, 0, 0)
    chunks = [(b"IHDR", header)]
    if colours:
        chunks.append((b"PLTE", colours))
    chunks += [(b"IDAT", zlib.compress(rows.tobytes(), 1)), (b"IEND", b"")]
    out.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + b"".join(
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
            for kind, data in chunks
        )
    )
