# SPDX-License-Identifier: AGPL-3.0-or-later
"""The type of a stamp inside a PDF: which font sets which words, and the operators that show them.

Words of code page 1252 are set in Helvetica, which every reader has.  Others are set in a font that
is embedded, cut down to the signs used, with the table that keeps them searchable (ISO 32000-2,
9.10.3).  A task of the worker process.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pymupdf

from release.errors import UnstampableFile

PLAIN, BOLD = "F1", "F2"
_BUILT_IN = {PLAIN: ("helv", "cjk"), BOLD: ("hebo", "cjk")}
_STANDARD = {PLAIN: "Helvetica", BOLD: "Helvetica-Bold"}


class Lettering:
    """The fonts of one document, for the words it was told of."""

    def __init__(
        self, document: pymupdf.Document, texts: Iterable[tuple[str, bool]], name: str
    ) -> None:
        """Embed what these words (and whether they are bold) need beyond the standard fonts.

        Raises:
            UnstampableFile: a sign is in no font at hand.
        """
        self._standard = {
            style: _new_object(
                document,
                f"<</Type/Font/Subtype/Type1/BaseFont/{font}/Encoding/WinAnsiEncoding>>",
            )
            for style, font in _STANDARD.items()
        }
        needed: dict[str, set[str]] = {}
        for text, bold in texts:
            if not _is_standard(text):
                key = _font_for(text, bold, name)
                needed.setdefault(key, set()).update(text)
        self._fonts = {key: pymupdf.Font(key) for key in sorted(needed)}
        self._embedded = {
            key: _embed(document, font, "".join(sorted(needed[key])))
            for key, font in self._fonts.items()
        }
        self._name = name

    def resources(self) -> str:
        """Return the entries of a /Font dictionary."""
        entries = [f"/{style} {number} 0 R" for style, number in self._standard.items()]
        entries += [f"/E{key} {number} 0 R" for key, number in self._embedded.items()]
        return "".join(entries)

    def show(self, text: str, size: str, *, bold: bool = False) -> str:
        """Return the operators that choose the font and show the words."""
        if _is_standard(text):
            shown = text.encode("cp1252").hex()
            return f"/{BOLD if bold else PLAIN} {size} Tf<{shown}>Tj"
        key = _font_for(text, bold, self._name)
        font = self._fonts[key]
        shown = "".join(f"{font.has_glyph(ord(sign)):04x}" for sign in text)
        return f"/E{key} {size} Tf<{shown}>Tj"


def _is_standard(text: str) -> bool:
    try:
        return all(byte >= 32 for byte in text.encode("cp1252"))
    except UnicodeEncodeError:
        return False


def _font_for(text: str, bold: bool, name: str) -> str:
    """Return the first font that has every sign."""
    for key in _BUILT_IN[BOLD if bold else PLAIN]:
        font = pymupdf.Font(key)
        if all(font.has_glyph(ord(sign)) for sign in text):
            return key
    font = pymupdf.Font("cjk")
    strange = next(sign for sign in text if not font.has_glyph(ord(sign)))
    raise UnstampableFile(
        name=name,
        reason=f"the stamp would say “{text}”, and no font at hand has the sign “{strange}”",
    )


def _new_object(document: pymupdf.Document, text: str) -> int:
    number: int = document.get_new_xref()
    document.update_object(number, text)
    return number


def _embed(document: pymupdf.Document, font: Any, signs: str) -> int:
    """Put a font cut down to these signs into a document and return its object number.

    It is cut down in a document of its own, since that looks at every page of a document.
    """
    scratch = pymupdf.open()
    page = scratch.new_page()
    writer = pymupdf.TextWriter(page.rect)
    writer.append((20, 100), signs, font=font, fontsize=6)
    writer.write_text(page)
    scratch.subset_fonts()
    pdf = pymupdf.mupdf
    found = pdf.pdf_new_indirect(
        pymupdf._as_pdf_document(scratch),  # noqa: SLF001 - the only way to the objects
        scratch.get_page_fonts(0)[0][0],
        0,
    )
    before = document.xref_length()
    copy = pdf.pdf_graft_object(pymupdf._as_pdf_document(document), found)  # noqa: SLF001
    for part in range(before, document.xref_length()):
        if document.xref_is_stream(part):
            document.update_stream(part, document.xref_stream(part), compress=True)
    scratch.close()
    number: int = pdf.pdf_to_num(copy)
    return number
