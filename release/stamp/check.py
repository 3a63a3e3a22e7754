# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a stamped file is what it should be, judged from its saved bytes alone.

A stamp that was written without an error may still be sideways, off the page, unreadable, or the
only thing left on it.  So the file is opened again: pages, sizes, the words and the code of each
page where they should stand, everything else as it was, and nothing active left.  A task of the
worker process.
"""

from __future__ import annotations

from collections.abc import Sequence

import pymupdf
import zxingcpp

from release.stamp.draw import Mark
from release.stamp.pages import Look, page_object, sheet_of
from release.stamp.place import MM, Sheet
from release.stamp.template import QUIET, Stamp, Words
from vault.reading.active import active, traces

MODULE_PIXELS = 4
QR_ONLY = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
DARK, BRIGHT, PAPER = 110, 190, 235  # greys; the gaps are wider than any watermark or smoothing


def fault(path: str, stamp: Stamp, sheets: Sequence[Sheet], marks: Sequence[Mark]) -> str:
    """Return what is wrong with a stamped file in a few words; empty where nothing is.

    ``sheets`` are those of the source.  Raises what MuPDF raises for a file it cannot read.
    """
    with pymupdf.open(path, filetype="pdf") as document:
        if document.page_count != len(sheets):
            return f"{document.page_count} of {len(sheets)} pages came out"
        left = active(document) | traces(document)
        if left:
            return f"active content is left ({', '.join(sorted(left))})"
        for index, (sheet, mark) in enumerate(zip(sheets, marks, strict=True)):
            found = _fault_of_page(document, index, stamp, sheet, mark)
            if found:
                return f"page {index + 1}: {found}"
    return ""


def _fault_of_page(
    document: pymupdf.Document, index: int, stamp: Stamp, sheet: Sheet, mark: Mark
) -> str:
    now = sheet_of(page_object(document, index))
    if abs(now.width - sheet.width) > 0.5 or abs(now.height - sheet.height) > 0.5:
        return "its size changed"
    shown = document.load_page(index).get_displaylist()
    block = _rect(sheet, mark, 0, 0, mark.block.width, mark.block.height)
    return (
        (_fault_of_code(shown, stamp.url, sheet, mark) if stamp.url else "")
        or _fault_of_words(shown, block, mark)
        or _fault_of_rest(shown, block, mark)
    )


def _rect(
    sheet: Sheet, mark: Mark, x: float, y: float, width: float, height: float
) -> pymupdf.Rect:
    """Return a part of the block, in mm, as a rectangle of the page as MuPDF shows it."""
    one, place = mark.place.scale * MM, mark.place
    left, low = place.x + x * one, place.y + y * one
    top = sheet.height - low
    return pymupdf.Rect(left, top - height * one, left + width * one, top)


def _fault_of_code(shown: pymupdf.DisplayList, url: str, sheet: Sheet, mark: Mark) -> str:
    """Read the code from a picture of where it should stand, upright."""
    code = mark.block.code
    if code is None:
        return "its code was not drawn"
    modules = round(code.side / 0.5)
    quiet = QUIET * code.side / modules
    side = code.side + 2 * quiet
    rect = _rect(sheet, mark, code.x - quiet, code.y - quiet, side, side)
    zoom = MODULE_PIXELS * (modules + 2 * QUIET) / rect.width
    picture = shown.get_pixmap(
        matrix=pymupdf.Matrix(zoom, zoom), colorspace=pymupdf.csGRAY, alpha=0, clip=rect
    )
    samples = memoryview(bytes(picture.samples_mv)).cast("B", (picture.height, picture.width))
    read = zxingcpp.read_barcodes(samples, formats=QR_ONLY)
    if [one.text for one in read] != [url]:
        return "its code cannot be read where it should stand"
    corner = read[0].position.top_left
    off = max(abs(corner.x - QUIET * MODULE_PIXELS), abs(corner.y - QUIET * MODULE_PIXELS))
    return "" if off <= 2 * MODULE_PIXELS else "its code is turned or moved"


def _fault_of_words(shown: pymupdf.DisplayList, block: pymupdf.Rect, mark: Mark) -> str:
    """Search for every word of the stamp where the stamp is."""
    text = _plain(pymupdf.TextPage(shown.get_textpage(flags=0)).extractTextbox(block))
    for piece in mark.block.pieces:
        if isinstance(piece, Words) and _plain(piece.text) not in text:
            return f"the words “{piece.text}” cannot be found"
    return ""


def _plain(text: str) -> str:
    return "".join(text.split())


def _fault_of_rest(shown: pymupdf.DisplayList, block: pymupdf.Rect, mark: Mark) -> str:
    """Compare small pictures from before and after: nothing dark went, nothing dark came."""
    before = mark.look
    zoom = pymupdf.Matrix(1 / before.pixel, 1 / before.pixel)
    after = shown.get_pixmap(matrix=zoom, colorspace=pymupdf.csGRAY, alpha=0)
    if abs(after.width - before.width) > 1 or abs(after.height - before.height) > 1:
        return "its picture changed its size"
    if (after.width, after.height) != (before.width, before.height):
        return ""  # half a pixel of rounding; the code was found, which is what matters
    samples = bytearray(after.samples_mv)
    original = bytearray(before.samples)
    _blank(samples, before, block)
    _blank(original, before, block)
    lost = _where(original, 0, DARK) & _where(samples, BRIGHT, 255)
    come = _where(original, PAPER, 255) & _where(samples, 0, DARK)
    allowed = 3 + len(original) // 2000
    if lost.bit_count() > allowed:
        return "a part of the drawing is gone"
    return "" if come.bit_count() <= allowed else "something was drawn where the stamp is not"


def _blank(samples: bytearray, look: Look, block: pymupdf.Rect) -> None:
    left = max(int(block.x0 / look.pixel) - 1, 0)
    right = min(int(block.x1 / look.pixel) + 2, look.width)
    for row in range(
        max(int(block.y0 / look.pixel) - 1, 0), min(int(block.y1 / look.pixel) + 2, look.height)
    ):
        samples[row * look.width + left : row * look.width + right] = bytes(right - left)


def _where(samples: bytearray, least: int, most: int) -> int:
    """Return a bit for every pixel whose grey is in this range."""
    table = bytes(ord("1") if least <= grey <= most else ord("0") for grey in range(256))
    return int(samples.translate(table), 2)
