# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ways of making a PDF that can be stamped, from leaving it as it is to painting it anew.

A task of the worker process.
"""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import pikepdf
import pymupdf

from release.stamp.template import Stamp
from release.stamp.templates import Templates
from vault.errors import UnreadableFile
from vault.reading import pdf

_pdf = pymupdf.mupdf

ALL = 4095  # permissions
PIXELS = 16_000_000
DPI = 200
END = 1 << 16  # bytes
UNREAD = (pikepdf.PdfError, pikepdf.PasswordError, pikepdf.DataDecodingError)


@contextmanager
def opened(path: str, name: str, password: str, way: str) -> Iterator[pymupdf.Document]:
    """Open a source for a way; ``rewritten`` starts from what qpdf makes of it.

    qpdf reads some files that MuPDF does not, and writes every object where a table says it is.
    A file that was cut off is refused before, for qpdf would save what is left without a word.
    """
    if way != "rewritten":
        with pdf.opened(path, name, password) as document:
            yield document
        return
    data = io.BytesIO()
    try:
        pdf.whole(path, name)
        with pikepdf.open(path, password=password) as source:
            source.save(data, static_id=True, encryption=False)
    except (*UNREAD, ValueError, RuntimeError) as broken:
        locked = isinstance(broken, pikepdf.PasswordError)
        reason = (pdf.WRONG if password else pdf.LOCKED) if locked else pdf.BROKEN
        raise UnreadableFile(name=name, reason=reason) from broken
    with pdf.explained(name), pymupdf.open("pdf", data.getvalue()) as document:
        if document.page_count < 1:
            raise UnreadableFile(name=name, reason="it has no pages")
        yield document


def prepared(document: pymupdf.Document, way: str) -> pymupdf.Document:
    """Return the document to stamp: the one given, or one made anew from it the way that is named.

    In place
        form fields become drawing, since a released value must not be typed over.
    Rewritten
        qpdf has read and written every object; notes become drawing, each page's q and Q are
        counted.
    Redrawn
        the page is interpreted and only what shows is drawn into a new file.
    As picture
        what shows is painted, in bounded resolution.
    """
    if way == "in place":
        if document.is_form_pdf:
            document.bake(annots=False, widgets=True)
        return document
    if way == "rewritten":
        document.bake(annots=True, widgets=True)
        for page in document:
            page.clean_contents()
        return document
    if way == "redrawn":
        return _redrawn(document)
    return _painted(document)


def _redrawn(document: pymupdf.Document) -> pymupdf.Document:
    """Return the pages drawn anew; raises ValueError where something could not be drawn."""
    pymupdf.TOOLS.reset_mupdf_warnings()
    data = document.convert_to_pdf()
    if "incomplete" in pymupdf.TOOLS.mupdf_warnings():
        raise ValueError("a part of it cannot be drawn anew")
    return pymupdf.open("pdf", data)


def _painted(document: pymupdf.Document) -> pymupdf.Document:
    anew = pymupdf.open()
    for page in document:
        wide, high = page.rect.width, page.rect.height
        zoom = min(DPI / 72, math.sqrt(PIXELS / max(wide * high, 1)))
        picture = page.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), colorspace=pymupdf.csGRAY)
        sheet = anew.new_page(width=wide, height=high)
        sheet.insert_image(sheet.rect, pixmap=picture)
    return anew


def save(
    document: pymupdf.Document, out: str, source: Path, stamp: Stamp, templates: Templates
) -> None:
    """Write the stamped document: same source and stamp, same bytes.

    The identifier in the trailer (ISO 32000-2, 14.4) is made from the size and both ends of the
    source, for reading all of a large scan would take as long as stamping it; nothing else in the
    file depends on the moment, the machine or the process.
    """
    ends = _ends(source)
    digest = hashlib.sha256(ends)
    first = digest.hexdigest()[:32]
    digest.update(f"{stamp!r}{templates.told()}".encode())
    second = digest.hexdigest()[:32]
    pdf_ = pymupdf._as_pdf_document(document)  # noqa: SLF001 - the only way to the trailer
    both = pymupdf.JM_pdf_obj_from_str(pdf_, f"[<{first}><{second}>]")
    _pdf.pdf_dict_puts(_pdf.pdf_trailer(pdf_), "ID", both)
    packed = b"/ObjStm" in ends or b"/XRef" in ends  # else such a file would grow by its objects
    pymupdf.JM_embedded_clean(pdf_)
    _pdf.pdf_save_document(pdf_, out, _options(packed))


@lru_cache(maxsize=2)
def _options(packed: bool) -> Any:
    """Return how files are written: PyMuPDF's own ``save`` asks for the same and takes twice as long.

    Unused objects are left out, nothing is compressed again, nothing is encrypted.
    """
    made = _pdf.PdfWriteOptions()
    made.do_garbage = 1
    made.dont_regenerate_id = 1
    made.do_encrypt = pymupdf.PDF_ENCRYPT_NONE
    made.do_preserve_metadata = 1
    made.permissions = ALL
    made.do_use_objstms = int(packed)
    return made


def _ends(path: Path) -> bytes:
    """Return the size and the first and last bytes of a file."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(END)
        file.seek(max(size - END, END))
        return f"{size} ".encode() + head + file.read()
