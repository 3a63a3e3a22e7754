# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a PDF says about itself, and pictures of its pages: tasks of the worker process.

Nothing here may be imported by the server, since MuPDF would then open hostile files in it and is
not safe to share by threads.  Every refusal carries a plain reason.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pymupdf

from vault.errors import UnreadableFile
from vault.reading import png
from vault.reading.active import active

PIXELS = 40_000_000  # an A0 sheet at 150 dpi has 35 million
WIDEST = 8_000
NARROWEST = 16
PAGES_OF_TEXT = 500
TEXT_OF_PAGE = 20_000
TEXT_OF_FILE = 2_000_000
LOCKED = "it is locked with a password"
WRONG = "the password does not open it"
BROKEN = "it is damaged or incomplete"  # MuPDF's own words tell nobody what to do

pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)


@contextmanager
def opened(path: str, name: str = "", password: str = "") -> Iterator[pymupdf.Document]:
    """Open a PDF that has pages; raises UnreadableFile with the reason.

    Restrictions by an owner's password (ISO 32000-2, 7.6.4) do not stop reading; one that is locked
    needs its user's password, which is used here and kept nowhere.
    """
    name = name or Path(path).name
    with explained(name):
        if b"%PDF-" not in _head(path):
            raise UnreadableFile(name=name, reason="it is not a PDF")
        document = pymupdf.open(path, filetype="pdf")
        try:
            if document.needs_pass and not (password and document.authenticate(password)):
                raise UnreadableFile(name=name, reason=WRONG if password else LOCKED)
            if document.page_count < 1:
                raise UnreadableFile(name=name, reason="it has no pages")
            if document.is_repaired:
                whole(path, name)
            yield document
        finally:
            document.close()


def whole(path: str, name: str) -> None:
    """Refuse a file whose end is missing; raises UnreadableFile."""
    if b"%%EOF" not in _tail(path):
        raise UnreadableFile(name=name, reason="it is incomplete, its end is missing")


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Turn what MuPDF raises into UnreadableFile; memory that ran out stays a MemoryError."""
    try:
        yield
    except FileNotFoundError as missing:
        raise UnreadableFile(name=name, reason="it is not there any more") from missing
    except pymupdf.mupdf.FzErrorSystem as failed:
        if "alloc" in str(failed):
            raise MemoryError from failed
        raise UnreadableFile(name=name, reason=BROKEN) from failed
    except (pymupdf.FileDataError, pymupdf.mupdf.FzErrorBase, RuntimeError, ValueError) as broken:
        raise UnreadableFile(name=name, reason=BROKEN) from broken


def _head(path: str) -> bytes:
    with Path(path).open("rb") as file:
        return file.read(1024)  # readers accept what stands before the header, to this length


def _tail(path: str) -> bytes:
    with Path(path).open("rb") as file:
        file.seek(max(Path(path).stat().st_size - (1 << 16), 0))
        return file.read()


def facts(path: str, name: str = "") -> dict[str, Any]:
    """Return pages, sizes in points as seen, rotations, encryption, flags, and the text by page.

    Flags name what a reader should know: ``javascript``, ``form``, ``signature``, ``layers``,
    ``files``, ``repaired`` and so on.  Text is cut at ``TEXT_OF_PAGE`` signs a page.
    """
    with opened(path, name) as document:
        sizes, rotations, text, room = [], [], [], TEXT_OF_FILE
        for index in range(document.page_count):
            page = document.load_page(index)
            sizes.append([round(page.rect.width, 2), round(page.rect.height, 2)])
            rotations.append(page.rotation)
            words = page.get_text()[: min(TEXT_OF_PAGE, room)] if index < PAGES_OF_TEXT else ""
            room -= len(words)
            text.append(words)
        return {
            "pages": document.page_count,
            "sizes": sizes,
            "rotations": rotations,
            "encrypted": bool(document.metadata.get("encryption")),
            "flags": _flags(document),
            "title": str(document.metadata.get("title") or "")[:500],
            "text": text,
        }


def _flags(document: pymupdf.Document) -> list[str]:
    flags = set(active(document))
    if document.get_ocgs():
        flags.add("layers")
    if document.is_form_pdf:
        flags.add("form")
    if document.get_sigflags() > 0:
        flags.add("signature")
    if document.is_repaired:
        flags.add("repaired")
    return sorted(flags)


def page_image(path: str, page: int, width: int, out: str, name: str = "") -> dict[str, Any]:
    """Write a page, as seen, as a grey PNG of this many pixels across; page counts from 1.

    The width is clamped so that neither side nor the number of pixels is out of reason, whatever
    the page says its size is.
    """
    with opened(path, name) as document:
        if not 1 <= page <= document.page_count:
            raise UnreadableFile(
                name=name or Path(path).name,
                reason=f"it has {document.page_count} pages and no page {page}",
            )
        sheet = document.load_page(page - 1)
        zoom = _zoom(sheet.rect.width, sheet.rect.height, width)
        pymupdf.TOOLS.set_aa_level(4)  # half the time of 8, and grey levels nobody misses
        picture = sheet.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), colorspace=pymupdf.csGRAY)
        Path(out).write_bytes(_png(picture))
        return {"width": picture.width, "height": picture.height, "pages": document.page_count}


def sizes(path: str, name: str = "") -> dict[str, Any]:
    """Return the sizes of the first pages in points, as seen, and how many pages there are."""
    with opened(path, name) as document:
        shown = min(document.page_count, PAGES_OF_TEXT)
        found = [document.load_page(index).rect for index in range(shown)]
        return {
            "pages": document.page_count,
            "sizes": [[round(one.width, 2), round(one.height, 2)] for one in found],
        }


def tile(
    path: str, page: int, wide: int, column: int, row: int, out: str, name: str = ""
) -> dict[str, Any]:  # fmt: skip
    """Write a square of a page that would be so many pixels wide as a whole; see ``TILE``.

    The page that was drawn last is kept in this process, interpreted: who looks closer at a sheet
    asks for dozens of its squares, one after another.
    """
    name = name or Path(path).name
    shown = _interpreted(path, page, name)
    zoom = wide / max(shown.rect.width, 0.01)
    left, top = column * TILE, row * TILE
    clip = pymupdf.Rect(left, top, left + TILE, top + TILE) / pymupdf.Matrix(zoom, zoom)
    with explained(name):
        clip &= shown.rect
        if clip.is_empty:
            raise UnreadableFile(name=name, reason="there is nothing at that place of it")
        pymupdf.TOOLS.set_aa_level(4)
        picture = shown.get_pixmap(
            matrix=pymupdf.Matrix(zoom, zoom), colorspace=pymupdf.csGRAY, alpha=0, clip=clip
        )
    Path(out).write_bytes(_png(picture))
    return {"width": picture.width, "height": picture.height}


TILE = 512
_kept: dict[tuple[str, int, int], pymupdf.DisplayList] = {}


def _interpreted(path: str, page: int, name: str) -> pymupdf.DisplayList:
    with explained(name):
        key = (path, page, Path(path).stat().st_mtime_ns)
    if key not in _kept:
        _kept.clear()
        with opened(path, name) as document:
            if not 1 <= page <= document.page_count:
                reason = f"it has {document.page_count} pages and no page {page}"
                raise UnreadableFile(name=name, reason=reason)
            _kept[key] = document.load_page(page - 1).get_displaylist()
    return _kept[key]


def _zoom(wide: float, high: float, width: int) -> float:
    """Return pixels per point for a picture that is as wide as asked and never too large."""
    wide, high = max(wide, 0.01), max(high, 0.01)
    zoom = max(NARROWEST, min(width, WIDEST)) / wide
    zoom = min(zoom, WIDEST / high, math.sqrt(PIXELS / (wide * high)))
    return max(zoom, 1.01 / wide, 1.01 / high) if max(wide, high) < WIDEST else zoom


def _png(picture: pymupdf.Pixmap) -> bytes:
    """Return a grey picture as PNG."""
    wide, high, step = picture.width, picture.height, picture.stride
    samples = memoryview(picture.samples_mv)
    rows = bytearray((wide + 1) * high)  # each row starts with the filter type 0
    for row in range(high):
        begin = row * (wide + 1) + 1
        rows[begin : begin + wide] = samples[row * step : row * step + wide]
    return png.encode(rows, wide, high)
