# SPDX-License-Identifier: AGPL-3.0-or-later
"""Looking through a file for what must not leave, and copies without it: worker tasks.

A copy loses the letters themselves, what the properties say, and whatever else holds them; it is
looked through again afterwards.  Words that are drawn as outlines, or in the picture of a scan
without text, cannot be seen here, and the packet does not claim that they were.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import pymupdf

from traveler.packet import office, redaction
from traveler.packet.redaction import Redaction
from vault.errors import UnreadableFile
from vault.reading import pdf
from vault.reading.active import active, disarm

PDF, TEXT, TABLE, OFFICE = "pdf", "text", "table", "office"
_FORMULA: Final = re.compile(
    r"(^|[,;\t\r\n])(\"?)(?=[=@]|[+-](?!\d*[.,]?\d*(?:[eE][+-]?\d+)?\"?[ ]*(?:[,;\t\r\n]|\Z)))"
)
"""Where a cell begins that a spreadsheet would calculate; a plain number with its sign is none."""
EVERYWHERE: Final = pymupdf.INFINITE_RECT()
"""Words beside the page are there for whoever looks."""
_NO_TEXT: Final = re.compile(
    r"/Subtype\s*/(?:Image|Type1C|CIDFontType0C|OpenType)|/Length1|/ObjStm|/XRef|/Alternate"
)


def look(path: str, form: str, words: dict[str, Any], name: str = "") -> dict[str, Any]:
    """Say which words are in a file, and what lies in it unseen.

    Raises UnreadableFile where it cannot be looked through.
    """
    hidden, name = redaction.read(words), name or Path(path).name
    unseen = office.hidden(path, name) if form == OFFICE else []
    found = _found(path, form, hidden, name)
    if form == OFFICE and office.told(path, name):
        found |= {redaction.PROPERTIES}
    return {"found": sorted(found), "unseen": unseen}


def copy(path: str, out: str, form: str, words: dict[str, Any], name: str = "") -> dict[str, Any]:
    """Write a copy without the words; raises UnreadableFile where they cannot be taken out.

    Of an office file only the properties are emptied: whoever lets it leave has read its words.
    """
    hidden, name = redaction.read(words), name or Path(path).name
    if form == OFFICE:
        office.emptied(path, out, name)
        return {"name": name}
    if form == PDF:
        _clean_pdf(path, out, hidden, name)
    else:
        _clean_text(path, out, hidden, table=form == TABLE)
    left = _found(out, form, hidden, name)
    if left:
        raise UnreadableFile(name=name, reason="not all words can be taken out of it")
    return {"name": name}


# --- text -------------------------------------------------------------------


def _text(path: str) -> tuple[str, str]:
    data = Path(path).read_bytes()
    wide = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
    for coding in ("utf-16",) if wide else ("utf-8-sig", "latin-1"):
        try:
            return data.decode(coding), coding
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(name=Path(path).name, reason="its signs are of no known kind")


def _clean_text(path: str, out: str, hidden: Redaction, *, table: bool) -> None:
    text, coding = _text(path)
    text = _FORMULA.sub(r"\1\2'", text) if table else text
    if coding == "utf-8-sig" and not Path(path).read_bytes().startswith(b"\xef\xbb\xbf"):
        coding = "utf-8"
    Path(out).write_bytes(hidden.said(text).encode(coding, "replace"))


def _found(path: str, form: str, hidden: Redaction, name: str) -> set[str]:
    if form in {TEXT, TABLE}:
        text = _text(path)[0]
        acts = {redaction.ACTIVE} if form == TABLE and _FORMULA.search(text) else set[str]()
        return acts | _words(hidden, [text])
    if form == OFFICE:
        return _words(hidden, office.texts(path, name))
    with pdf.opened(path, name) as document:
        found = _words(hidden, _read(document))
        found |= {one for text in _streams(document) for one in hidden.found(text)}
        return found | ({redaction.ACTIVE} if active(document) else set())


def _words(hidden: Redaction, texts: Iterable[str]) -> set[str]:
    return {one for text in texts for one in hidden.all_found(text)}


# --- PDF --------------------------------------------------------------------


def _read(document: pymupdf.Document) -> Iterator[str]:
    """Yield everything a reader, or a curious one, may see as text."""
    yield from (str(value) for value in (document.metadata or {}).values() if value)
    yield document.get_xml_metadata() or ""
    yield from (str(row[1]) for row in document.get_toc(simple=True))
    yield from document.embfile_names()
    for page in document:
        yield " ".join(str(word[4]) for word in page.get_text("words", clip=EVERYWHERE))
        for note in page.annots():
            yield from (str(value) for value in note.info.values() if value)
        for box in page.widgets():
            yield f"{box.field_value or ''} {box.field_label or ''}"


def _streams(document: pymupdf.Document) -> Iterator[str]:
    """Yield every object, and every stream that is no picture, as the bytes that lie in the file."""
    for number in range(1, document.xref_length()):
        told = document.xref_object(number, compressed=True)
        yield told
        if document.xref_is_stream(number) and not _NO_TEXT.search(told):
            data = document.xref_stream(number) or b""
            yield data.decode("latin-1")


def _clean_pdf(path: str, out: str, hidden: Redaction, name: str) -> None:
    with pdf.opened(path, name) as document:
        for page in document:
            _clean_page(page, hidden)
        if any(hidden.all_found(str(row[1])) for row in document.get_toc(simple=True)):
            document.set_toc([])
        disarm(document)
        document.scrub(redact_images=2)
        document.set_metadata({})
        document.del_xml_metadata()
        document.save(out, garbage=4, deflate=True, no_new_id=True)


def _clean_page(page: pymupdf.Page, hidden: Redaction) -> None:
    for note in list(page.annots()):
        if any(hidden.all_found(str(value)) for value in note.info.values()):
            page.delete_annot(note)
    for box in list(page.widgets()):
        if hidden.all_found(f"{box.field_value or ''} {box.field_label or ''}"):
            page.delete_widget(box)
    for place in _places(page, hidden):
        page.add_redact_annot(place, fill=(0.85, 0.85, 0.85))
    page.apply_redactions(images=pymupdf.PDF_REDACT_IMAGE_PIXELS, graphics=0)


def _places(page: pymupdf.Page, hidden: Redaction) -> Iterator[pymupdf.Rect]:
    """Yield where the letters of the words stand; the words of a page are read as one text."""
    text, marks = "", []
    for word in page.get_text("words", clip=EVERYWHERE):
        marks.append((len(text), word))
        text += f"{word[4]} "
    for begin, end in hidden.spans(text):
        for at, word in marks:
            if at < end and at + len(word[4]) > begin:
                x0, y0, x1, y1 = word[:4]
                low = (y1 - y0) * 0.2  # lines may touch; the neighbour's letters stay
                yield pymupdf.Rect(x0, y0 + low, x1, y1 - low)
