# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of an open PDF as the stamp sees them: their sheets, small pictures, raw content.

Entries are read by MuPDF's own object functions, since PyMuPDF turns and shifts them on the way.
A task of the worker process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pymupdf

from release.errors import UnstampableFile
from release.stamp.ink import Ink, ink, pixel_for
from release.stamp.place import Token
from release.stamp.sheet import LETTER, Sheet, sane_unit, sheet

_pdf = pymupdf.mupdf

BOXES = ("MediaBox", "CropBox")
HOLDER = "{{titleblock-stamp}}"
FRAME = "titleblock-stamp"
EMPTY = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Look:
    """A small grey picture of an upright page, and how many points a pixel is.

    ``strays`` says that its content closes more graphics states than it opens.  Readers disagree
    about what such a Q does, so that what MuPDF shows is no proof for such a page.  ``token`` is a
    placeholder for the stamp.
    """

    samples: bytes
    width: int
    height: int
    pixel: float
    strays: bool = False
    token: Token | None = None

    def ink(self) -> Ink:
        """Return where there is anything."""
        return ink(self.samples, self.width, self.width, self.pixel)


def sheet_of(page: Any) -> Sheet:
    """Return the sheet of a page object, from its own entries and those it inherits."""
    crop = _pdf.pdf_dict_gets_inheritable(page, "CropBox")
    unit = _pdf.pdf_dict_gets(page, "UserUnit")
    return sheet(
        _box(_pdf.pdf_dict_gets_inheritable(page, "MediaBox")) or (0, 0, 0, 0),
        _box(crop),
        _pdf.pdf_to_real(_pdf.pdf_dict_gets_inheritable(page, "Rotate")),
        _pdf.pdf_to_real(unit) if unit.m_internal else 1.0,
    )


def _box(entry: Any) -> tuple[float, float, float, float] | None:
    if _pdf.pdf_array_len(entry) != 4:
        return None
    x0, y0, x1, y1 = (_pdf.pdf_to_real(_pdf.pdf_array_get(entry, place)) for place in range(4))
    return x0, y0, x1, y1


def look(document: pymupdf.Document, index: int) -> Look:
    """Return the small picture of a page that placing and checking need; pages count from 0.

    MuPDF forgives one Q too many without a word, so one is added while it looks.
    """
    page = page_object(document, index)
    contents = _pdf.pdf_dict_gets(page, "Contents")
    with_q = [*parts(contents), reference(document, new_stream(document, b"\nQ\n"))]
    _pdf.pdf_dict_puts(page, "Contents", array(document, with_q))
    pymupdf.TOOLS.reset_mupdf_warnings()
    try:
        return _look(document.load_page(index))
    finally:
        if contents.m_internal:
            _pdf.pdf_dict_puts(page, "Contents", contents)
        else:
            _pdf.pdf_dict_dels(page, "Contents")


def _look(page: pymupdf.Page) -> Look:
    rect = page.rect
    pixel = pixel_for(Sheet((0, 0, rect.width, rect.height), 0, 1))
    zoom = pymupdf.Matrix(1 / pixel, 1 / pixel)
    shown = page.get_displaylist()
    picture = shown.get_pixmap(matrix=zoom, colorspace=pymupdf.csGRAY, alpha=0)
    strays = "gstate underflow" in pymupdf.TOOLS.mupdf_warnings()
    token = _token(shown, rect.height)
    return Look(bytes(picture.samples_mv), picture.width, picture.height, pixel, strays, token)


def _token(shown: pymupdf.DisplayList, height: float) -> Token | None:
    """Return where the words of a placeholder stand on a page."""
    found = pymupdf.TextPage(shown.get_textpage(0)).search(HOLDER, quads=False)
    if not found:
        return None
    x0, y0, x1, y1 = found[0]
    return Token((x0, height - y1, x1, height - y0), frame=False)


def frames(document: pymupdf.Document) -> dict[int, Token]:
    """Return the annotations that keep a place for the stamp, by page, and take them off.

    They are called ``titleblock-stamp`` by name, title or contents (ISO 32000-2, 12.5.2).
    """
    found = {}
    for index in range(document.page_count):
        page = page_object(document, index)
        notes = _pdf.pdf_dict_gets(page, "Annots")
        for place in range(_pdf.pdf_array_len(notes) - 1, -1, -1):
            note = _pdf.pdf_array_get(notes, place)
            said = {
                _pdf.pdf_to_text_string(_pdf.pdf_dict_gets(note, key)).strip()
                for key in ("NM", "T", "Contents")
            }
            box = _box(_pdf.pdf_dict_gets(note, "Rect"))
            if FRAME in said and box:
                found[index] = Token(sheet_of(page).upright(box), frame=True)
                _pdf.pdf_array_delete(notes, place)
    return found


def mend(document: pymupdf.Document, name: str) -> None:
    """Give every page the boxes that readers agree on; raises UnstampableFile for a lost content.

    A CropBox outside of the MediaBox is ignored by some readers and obeyed by others; a unit of
    nothing ends some.
    """
    for index in range(document.page_count):
        page = page_object(document, index)
        for part in parts(_pdf.pdf_dict_gets(page, "Contents")):
            if not _pdf.pdf_is_stream(part):
                raise UnstampableFile(name=name, reason=f"page {index + 1} has lost its content")
        unit = _pdf.pdf_dict_gets(page, "UserUnit")
        if unit.m_internal and sane_unit(_pdf.pdf_to_real(unit)) != _pdf.pdf_to_real(unit):
            _pdf.pdf_dict_dels(page, "UserUnit")
        media, crop = (_box(_pdf.pdf_dict_gets_inheritable(page, key)) for key in BOXES)
        seen = sheet(media or EMPTY, crop, 0, 1).box
        if media is None or sheet(media, None, 0, 1).box == LETTER != media:
            _set_box(document, page, "MediaBox", LETTER)
        if crop is not None and seen == sheet(media or EMPTY, None, 0, 1).box:
            _set_box(document, page, "CropBox", seen)


def _set_box(
    document: pymupdf.Document, page: Any, key: str, box: tuple[float, float, float, float]
) -> None:
    sides = [_pdf.pdf_new_real(side) for side in box]
    _pdf.pdf_dict_puts(page, key, array(document, sides))


def parts(contents: Any) -> list[Any]:
    """Return the streams of a page's content, one or several."""
    if _pdf.pdf_is_array(contents):
        return [_pdf.pdf_array_get(contents, at) for at in range(_pdf.pdf_array_len(contents))]
    return [contents] if contents.m_internal else []


def array(document: pymupdf.Document, members: Sequence[Any]) -> Any:
    """Return a new array with these members."""
    made = _pdf.pdf_new_array(pymupdf._as_pdf_document(document), len(members))  # noqa: SLF001
    for member in members:
        _pdf.pdf_array_push(made, member)
    return made


def new_object(document: pymupdf.Document, text: str) -> int:
    """Add an object written as PDF text and return its number."""
    pdf = pymupdf._as_pdf_document(document)  # noqa: SLF001 - the only way to the objects
    number: int = document.get_new_xref()
    _pdf.pdf_update_object(pdf, number, pymupdf.JM_pdf_obj_from_str(pdf, text))
    return number


def new_stream(
    document: pymupdf.Document, data: bytes, head: str = "<<>>", *, packed: bool = False
) -> int:
    """Add a stream and return its number; only what is long is worth packing."""
    pdf = pymupdf._as_pdf_document(document)  # noqa: SLF001 - the only way to the objects
    buffer = pymupdf.JM_BufferFromBytes(data)
    if packed:
        head = head.removesuffix(">>") + "/Filter/FlateDecode>>"
        buffer = pymupdf.JM_compress_buffer(buffer)
    made = _pdf.pdf_add_stream(pdf, buffer, pymupdf.JM_pdf_obj_from_str(pdf, head), int(packed))
    number: int = _pdf.pdf_to_num(made)
    return number


def reference(document: pymupdf.Document, number: int) -> Any:
    """Return a reference to an object."""
    return _pdf.pdf_new_indirect(pymupdf._as_pdf_document(document), number, 0)  # noqa: SLF001


def page_object(document: pymupdf.Document, index: int) -> Any:
    """Return the dictionary of a page; pages count from 0."""
    return _pdf.pdf_lookup_page_obj(pymupdf._as_pdf_document(document), index)  # noqa: SLF001
