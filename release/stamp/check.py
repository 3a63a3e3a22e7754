# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a stamped file is what it should be, judged from its saved bytes alone.

A stamp that was written without an error may still be sideways, off the page, unreadable, or the
only thing left on it.  So the file is opened again: pages, sizes, the words and the code of each
page where they should stand, everything else as it was, and nothing active left.  A task of the
worker process.
"""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Sequence

import pymupdf
import zxingcpp

from release.stamp import bidi, lettering
from release.stamp.draw import Mark
from release.stamp.pages import Look, page_object, sheet_of
from release.stamp.place import Place
from release.stamp.sheet import MM, Sheet
from release.stamp.template import QUIET, Block, Stamp, Words
from vault.reading.active import active, traces

_pdf = pymupdf.mupdf

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
    banners = [_banner(sheet, mark, place) for place in mark.banners]
    return (
        (_fault_of_code(shown, stamp.url, sheet, mark) if stamp.url else "")
        or _fault_of_words(shown, block, _said(mark.block))
        or next((f for b in banners if (f := _fault_of_words(shown, b, [mark.banner.text]))), "")
        or _fault_of_rest(shown, [block, *banners], mark)
    )


def _said(block: Block) -> list[str]:
    return [piece.text for piece in block.pieces if isinstance(piece, Words)]


def _banner(sheet: Sheet, mark: Mark, place: Place) -> pymupdf.Rect:
    """Return where a banner stands, as a rectangle of the page as MuPDF shows it."""
    size = mark.banner.size
    wide = lettering.width(mark.banner.text, size, bold=True)
    top = sheet.height - place.y
    return pymupdf.Rect(place.x - 2, top - 1.3 * size, place.x + wide + 2, top + 0.3 * size)


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


def _fault_of_words(shown: pymupdf.DisplayList, block: pymupdf.Rect, said: Sequence[str]) -> str:
    """Search for words where they should be; only what shows there is looked at."""
    around = pymupdf.JM_rect_from_py(block + (-9, -9, 9, 9))  # noqa: RUF005 - it is a rectangle
    text = _pdf.FzStextPage(pymupdf.JM_rect_from_py(shown.rect))
    pen = _pdf.fz_new_stext_device(text, _pdf.FzStextOptions())
    _pdf.fz_run_display_list(shown.this, pen, _pdf.FzMatrix(), around, _pdf.FzCookie())
    _pdf.fz_close_device(pen)
    found = _plain(pymupdf.TextPage(text).extractTextbox(block))
    for words in said:
        if not all(_plain(part) in found for part in _searched(words)):
            return f"the words “{words}” cannot be found"
    return ""


def _searched(words: str) -> list[str]:
    """Return what a reader finds of a line: all of it, or its words where it runs to the left."""
    if not any(bidi.levels(words)):
        return [words]
    return [word.strip(string.punctuation) for word in words.split()]


def _plain(text: str) -> str:
    """Return what counts in a search: no spaces, no vowel points, which readers put elsewhere."""
    return "".join(
        sign
        for sign in bidi.plain(unicodedata.normalize("NFC", text))
        if not sign.isspace() and unicodedata.category(sign) != "Mn"
    )


def _fault_of_rest(shown: pymupdf.DisplayList, stamped: Sequence[pymupdf.Rect], mark: Mark) -> str:
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
    for rect in stamped:
        _blank(samples, before, rect)
        _blank(original, before, rect)
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
