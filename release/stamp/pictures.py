# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures in a stamp: a company's mark, a signature.  A task of the worker process.

They were given by an administrator of the vault, and are drawn anew all the same: what comes into
the file is a form without scripts, links or metadata.
"""

from __future__ import annotations

import base64
from typing import Any

import pymupdf

from release.errors import UnstampableFile
from release.stamp.lettering import number
from release.stamp.pages import new_stream
from release.stamp.sheet import MM
from release.stamp.template import Block, Picture

_pdf = pymupdf.mupdf
PNG = b"\x89PNG\r\n\x1a\n"
PIXELS = 4_000_000


class Pictures:
    """The pictures of one document: each is a form, drawn once."""

    def __init__(self, document: pymupdf.Document, name: str) -> None:
        """Remember where pictures go; ``name`` is what refusals call the file."""
        self._document, self._name = document, name
        self._forms: dict[str, tuple[int, pymupdf.Rect]] = {}

    def resources(self, block: Block) -> str:
        """Return the /XObject entry of a block's resources; empty where it has no pictures."""
        forms = [self._form(one.data)[0] for one in block.pieces if isinstance(one, Picture)]
        entries = "".join(f"/P{form} {form} 0 R" for form in sorted(set(forms)))
        return f"/XObject<<{entries}>>" if entries else ""

    def shown(self, picture: Picture) -> str:
        """Return the operators that show a picture in the middle of its rectangle."""
        form, rect = self._form(picture.data)
        wide, high = picture.width * MM, picture.height * MM
        scale = min(wide / rect.width, high / rect.height)
        x = picture.x * MM + (wide - scale * rect.width) / 2
        y = picture.y * MM + (high - scale * rect.height) / 2
        one = number(scale, 5)
        return f"q {one} 0 0 {one} {number(x)} {number(y)} cm /P{form} Do Q\n"

    def _form(self, data: str) -> tuple[int, pymupdf.Rect]:
        if data not in self._forms:
            try:
                self._forms[data] = self._entered(base64.b64decode(data))
            except (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase) as fault:
                reason = "a picture of the stamp's template is neither PNG nor SVG"
                raise UnstampableFile(name=self._name, reason=reason) from fault
        return self._forms[data]

    def _entered(self, data: bytes) -> tuple[int, pymupdf.Rect]:
        kind = "png" if data.startswith(PNG) else "svg"
        if kind == "png" and _pixels(data) > PIXELS:
            raise ValueError("too many pixels")
        with pymupdf.open(stream=data, filetype=kind) as picture:
            drawn = pymupdf.open("pdf", picture.convert_to_pdf())
        page = drawn[0]
        rect = page.rect
        if rect.is_empty or rect.is_infinite:
            raise ValueError("no size")
        number_ = new_stream(
            self._document,
            page.read_contents(),
            f"<</Type/XObject/Subtype/Form/BBox[0 0 {number(rect.width, 3)} {number(rect.height, 3)}]>>",
            packed=True,
        )
        pdf = pymupdf._as_pdf_document(self._document)  # noqa: SLF001 - the only way to the objects
        own = _pdf.pdf_lookup_page_obj(pymupdf._as_pdf_document(drawn), 0)  # noqa: SLF001
        resources: Any = _pdf.pdf_dict_gets(own, "Resources")
        if resources.m_internal:
            form = _pdf.pdf_load_object(pdf, number_)
            _pdf.pdf_dict_puts(form, "Resources", _pdf.pdf_graft_object(pdf, resources))
        drawn.close()
        return number_, rect


def _pixels(data: bytes) -> int:
    return int.from_bytes(data[16:20], "big") * int.from_bytes(data[20:24], "big")
