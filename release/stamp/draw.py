# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stamps drawn into a PDF: one form for the block, one small form a page, appended to its content.

Nothing of the page is parsed or rewritten, so the work does not grow with the drawing.  The page's
own content is fenced in by q and Q; where it leaves the fence all the same, the check sees the
stamp in the wrong place and another way is taken.  A task of the worker process.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pymupdf

from release.errors import UnstampableFile
from release.stamp import metrics, qr
from release.stamp.lettering import Lettering
from release.stamp.pages import Look, array, look, new_stream, page_object, parts, sheet_of
from release.stamp.place import MM, Place, Sheet, find
from release.stamp.template import Area, Block, Code, Stamp, Words, blocks

_pdf = pymupdf.mupdf

_CLEAN = "/N gs 0 Tc 0 Tw 100 Tz 0 Ts 0 Tr\n"


@dataclass(frozen=True, slots=True)
class Mark:
    """What was drawn on one page, so that it can be found again: sizes in upright points."""

    sheet: Sheet
    look: Look
    place: Place
    block: Block


def mark(
    document: pymupdf.Document, stamp: Stamp, name: str, looks: Sequence[Look | None]
) -> list[Mark]:
    """Stamp every page of an open document and return what was drawn where.

    ``looks`` are pictures of the pages before anything was done to them, as far as there are any.

    Raises:
        UnstampableFile: a page has no room, or the stamp says something no font can.
    """
    pen = _Pen(document, stamp, name)
    total = document.page_count
    marks = []
    for index in range(total):
        page = page_object(document, index)
        seen = looks[index] or look(document, index)
        seat = sheet_of(page)
        drawn = seen.ink()
        place = find(seat, drawn, pen.sizes)
        if place is None:
            raise UnstampableFile(name=name, reason=_too_small(index, seat))
        pen.draw(page, seat, place, f"{index + 1} / {total}", dark=drawn.ground < 128)
        marks.append(Mark(seat, seen, place, pen.blocks[place.choice]))
    return marks


def _too_small(index: int, seat: Sheet) -> str:
    return (
        f"page {index + 1} is {seat.width / MM:.1f} × {seat.height / MM:.1f} mm,"
        " too small for a stamp that can be read"
    )


class _Pen:
    """The forms of one document: block forms are drawn once, whatever the number of pages."""

    def __init__(self, document: pymupdf.Document, stamp: Stamp, name: str) -> None:
        self._document = document
        self._stamp = stamp
        modules = qr.matrix(stamp.url) if stamp.url else ()
        self._modules = modules
        self.blocks = blocks(stamp, len(modules))
        self.sizes = [(block.width, block.height) for block in self.blocks]
        words = [piece for block in self.blocks for piece in block.pieces]
        self._letters = Lettering(
            document, ((one.text, one.bold) for one in words if isinstance(one, Words)), name
        )
        self._resources = 0
        self._forms: dict[int, int] = {}
        self._before = new_stream(document, b"q\n")

    def draw(self, page: Any, seat: Sheet, place: Place, count: str, *, dark: bool = False) -> None:
        """Append the page's form to its content, fenced in."""
        key = _hang(page, self._page_form(seat, place, count, dark))
        after = f"\nQ\n/Artifact BMC\nq /{key} Do Q\nEMC\n"
        chain = [
            self._before,
            *parts(_pdf.pdf_dict_gets(page, "Contents")),
            new_stream(self._document, after.encode()),
        ]
        _pdf.pdf_dict_puts(page, "Contents", array(self._document, chain))

    def _page_form(self, seat: Sheet, place: Place, count: str, dark: bool) -> Any:
        block = self.blocks[place.choice]
        self._block_form(place.choice, block)
        scale, shown = place.scale, block.sheet
        text = "".join([
            _CLEAN,
            *self._watermark(seat, dark),
            f"q {_n(scale)} 0 0 {_n(scale)} {_n(place.x)} {_n(place.y)} cm /B{place.choice} Do\n",
            self._words(Words(shown.x, shown.y, count, shown.size)),
            "Q\n",
        ])  # fmt: skip
        matrix = " ".join(_n(part, 6) for part in seat.matrix)
        head = (
            f"<</Type/XObject/Subtype/Form/BBox[0 0 {_n(seat.width)} {_n(seat.height)}]"
            f"/Matrix[{matrix}]/Resources {self._shared()} 0 R>>"
        )
        return new_stream(self._document, text.encode(), head)

    def _shared(self) -> int:
        """Return the resources every page form uses; block forms are entered as they come."""
        if not self._resources:
            self._resources = self._document.get_new_xref()
        forms = "".join(f"/B{choice} {form} 0 R" for choice, form in self._forms.items())
        self._document.update_object(
            self._resources,
            f"<</Font<<{self._letters.resources()}>>/XObject<<{forms}>>/ExtGState<<"
            "/N<</ca 1/CA 1/BM/Normal/SMask/None>>/M<</ca 1/CA 1/BM/Multiply/SMask/None>>"
            "/S<</ca 1/CA 1/BM/Screen/SMask/None>>>>>>",
        )
        return self._resources

    def _watermark(self, seat: Sheet, dark: bool) -> Iterator[str]:
        """Yield the word across the page, which tints paper but never what is drawn on it.

        It is multiplied with light paper and screened over dark, so that lines stay what they are.
        """
        manner = self._stamp.manner
        colour = tuple(0.55 * part for part in manner.band) if dark else manner.tint
        diagonal = math.hypot(seat.width, seat.height)
        wide = metrics.width(manner.watermark, 1, bold=True)
        size = min(manner.reach * diagonal / wide, 0.4 * min(seat.width, seat.height))
        turn = math.atan2(seat.height, seat.width)
        cos, sin = math.cos(turn), math.sin(turn)
        along, rise = wide * size / 2, 0.36 * size
        x = seat.width / 2 - along * cos + rise * sin
        y = seat.height / 2 - along * sin - rise * cos
        yield f"q /{'S' if dark else 'M'} gs {_colour(colour)} BT {_n(cos, 5)} {_n(sin, 5)} {_n(-sin, 5)} "
        yield f"{_n(cos, 5)} {_n(x)} {_n(y)} Tm "
        yield self._letters.show(manner.watermark, _n(size), bold=True) + " ET Q\n"

    def _block_form(self, choice: int, block: Block) -> None:
        if choice in self._forms:
            return
        text = "".join(
            self._area(piece) if isinstance(piece, Area) else self._words(piece)
            for piece in block.pieces
        )
        if block.code:
            text += _code(block.code, self._modules)
        head = (
            f"<</Type/XObject/Subtype/Form/BBox[0 0 {_n(block.width * MM)} {_n(block.height * MM)}]"
            f"/Resources<</Font<<{self._letters.resources()}>>>>>>"
        )
        form = new_stream(self._document, text.encode(), head)
        self._forms[choice] = _pdf.pdf_to_num(form)

    @staticmethod
    def _area(area: Area) -> str:
        sides = (area.x, area.y, area.width, area.height)
        return f"{_colour(area.colour)} {' '.join(_n(side * MM) for side in sides)} re f\n"

    def _words(self, words: Words) -> str:
        if not words.text:
            return ""
        shown = self._letters.show(words.text, _n(words.size), bold=words.bold)
        return (
            f"{_colour(words.colour)} BT 1 0 0 1 {_n(words.x * MM)} {_n(words.y * MM)} Tm {shown}"
            " ET\n"
        )


def _hang(page: Any, form: Any) -> str:
    """Enter a form into the resources of a page under a name nobody uses, and return the name.

    Inherited resources are copied to the page first; an entry there would hide all of them.
    """
    resources = _pdf.pdf_dict_gets(page, "Resources")
    if not _pdf.pdf_is_dict(resources):
        inherited = _pdf.pdf_dict_gets_inheritable(page, "Resources")
        document = _pdf.pdf_get_bound_document(page)
        own = (
            _pdf.pdf_copy_dict(inherited)
            if _pdf.pdf_is_dict(inherited)
            else _pdf.pdf_new_dict(document, 1)
        )
        _pdf.pdf_dict_puts(page, "Resources", own)
        resources = _pdf.pdf_dict_gets(page, "Resources")
    forms = _pdf.pdf_dict_gets(resources, "XObject")
    if not _pdf.pdf_is_dict(forms):
        forms = _pdf.pdf_dict_puts_dict(resources, "XObject", 1)
    count = 1
    while _pdf.pdf_dict_gets(forms, f"Stamp{count}").m_internal:
        count += 1
    _pdf.pdf_dict_puts(forms, f"Stamp{count}", form)
    return f"Stamp{count}"


def _code(code: Code, modules: qr.Matrix) -> str:
    """Return the code as one path in whole modules, so that no seam shows at any zoom."""
    module = code.side * MM / len(modules)
    cells = "".join(f"{column} {row} {length} 1 re " for column, row, length in qr.runs(modules))
    top = (code.y + code.side) * MM
    return (
        f"q 0 0 0 rg {_n(module, 5)} 0 0 {_n(-module, 5)} {_n(code.x * MM)} {_n(top)} cm "
        f"{cells}f Q\n"
    )


def _colour(colour: Sequence[float]) -> str:
    return " ".join(_n(part) for part in colour) + " rg"


def _n(number: float, places: int = 3) -> str:
    """Return a number as PDF writes it: no exponent, no needless zeros."""
    text = f"{number:.{places}f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text
