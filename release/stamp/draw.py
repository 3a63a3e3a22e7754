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
from release.stamp import lettering, qr
from release.stamp.ink import Ink
from release.stamp.layout import Sizes, blocks, shortened
from release.stamp.lettering import Lettering, is_standard, number
from release.stamp.pages import (
    Look,
    array,
    look,
    new_stream,
    page_object,
    parts,
    reference,
    sheet_of,
)
from release.stamp.pictures import Pictures
from release.stamp.place import Place, find, strip
from release.stamp.sheet import MM, Sheet
from release.stamp.template import Area, Block, Code, Picture, Stamp, Template, Words
from release.stamp.templates import Templates

_pdf = pymupdf.mupdf

NOTHING = Words(0, 0, "", 1)

_CLEAN = "/N gs 0 Tc 0 Tw 100 Tz 0 Ts 0 Tr\n"
_STATES = {
    "N": "/N<</ca 1/CA 1/BM/Normal/SMask/None>>",
    "M": "/M<</ca 1/CA 1/BM/Multiply/SMask/None>>",
    "S": "/S<</ca 1/CA 1/BM/Screen/SMask/None>>",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """What was drawn on one page, so that it can be found again: sizes in upright points.

    ``banners`` are the places of the banner's words at the top and at the bottom.
    """

    sheet: Sheet
    look: Look
    place: Place
    block: Block
    banners: tuple[Place, ...] = ()
    banner: Words = NOTHING


def mark(
    document: pymupdf.Document,
    stamp: Stamp,
    name: str,
    looks: Sequence[Look | None],
    templates: Templates | None = None,
) -> list[Mark]:
    """Stamp every page of an open document and return what was drawn where.

    ``looks`` are pictures of the pages before anything was done to them, as far as there are any.

    Raises:
        UnstampableFile: a page has no room, or the stamp says something no font can.
    """
    pen = _Pen(document, stamp, name, templates or Templates())
    return [pen.mark(index, looks[index]) for index in range(document.page_count)]


def _too_small(index: int, seat: Sheet) -> str:
    return (
        f"page {index + 1} is {seat.width / MM:.1f} × {seat.height / MM:.1f} mm,"
        " too small for a stamp that can be read"
    )


class _Pen:
    """The forms of one document: a block that several pages share is drawn once."""

    def __init__(
        self, document: pymupdf.Document, stamp: Stamp, name: str, templates: Templates
    ) -> None:
        self._document, self._stamp, self._name = document, stamp, name
        self._total = document.page_count
        self._modules = qr.matrix(stamp.url) if stamp.url else ()
        seats = [sheet_of(page_object(document, index)) for index in range(self._total)]
        self._chosen = [
            templates.of(stamp.state, seat.width / MM, seat.height / MM) for seat in seats
        ]
        self._offered = {
            template: blocks(stamp, len(self._modules), template)
            for template in dict.fromkeys(self._chosen)
        }
        self._letters = Lettering(document, self._texts(), name, once=self._total == 1)
        self._pictures = Pictures(document, name)
        self._forms: dict[Block, int] = {}
        self._before = reference(document, new_stream(document, b"q\n"))
        self._behind: dict[str, Any] = {}

    def _texts(self) -> Iterator[tuple[str, bool]]:
        """Yield all words with whether they are bold; a few will do where all are in Helvetica."""
        yield "0", False
        yield "0", True
        values = "".join(text for pair in self._stamp.values() for text in pair)
        for template, offered in self._offered.items():
            if is_standard(values + template.said(self._stamp.state)):
                continue
            yield template.manner(self._stamp.state).watermark, True
            yield template.banner, True
            for block in offered:
                for piece in block.pieces:
                    if isinstance(piece, Words):
                        yield piece.text, piece.bold

    def mark(self, index: int, seen: Look | None) -> Mark:
        """Stamp one page, pages counting from 0."""
        page = page_object(self._document, index)
        seen = seen or look(self._document, index)
        seat, template = sheet_of(page), self._chosen[index]
        ink = seen.ink()
        banner = self._banner(seat, template)
        banners, ink = _banner_places(seat, ink, banner)
        offered = self._offered[template]
        place = find(seat, ink, Sizes(offered), template.places, seen.token)
        if place is None:
            raise UnstampableFile(name=self._name, reason=_too_small(index, seat))
        made = Mark(seat, seen, place, offered[place.choice], banners, banner)
        self._hang(page, self._page_form(made, template, index, dark=ink.ground < 128))
        return made

    def _banner(self, seat: Sheet, template: Template) -> Words:
        if not template.banner:
            return NOTHING
        room = 0.9 * seat.width
        size = 9.0 * max(min(seat.width, seat.height) / (210 * MM), 1) ** 0.5
        said, size = shortened(template.banner, size, room)
        return Words(0, 0, said, size, bold=True)

    def _hang(self, page: Any, form: int) -> None:
        """Append the page's form to its content, fenced in."""
        key = _entered(page, reference(self._document, form))
        if key not in self._behind:
            after = f"\nQ\n/Artifact BMC\nq /{key} Do Q\nEMC\n".encode()
            self._behind[key] = reference(self._document, new_stream(self._document, after))
        chain = [self._before, *parts(_pdf.pdf_dict_gets(page, "Contents")), self._behind[key]]
        _pdf.pdf_dict_puts(page, "Contents", array(self._document, chain))

    def _page_form(self, made: Mark, template: Template, index: int, *, dark: bool) -> int:
        block, place, seat = made.block, made.place, made.sheet
        shown = block.sheet
        count = Words(shown.x, shown.y, f"{index + 1} / {self._total}", shown.size)
        shared = self._pictures.resources(block)
        if self._total > 1:
            form = self._block_form(block)
            drawn = f"/B Do\n{self._said([count])}"
            shared = f"/XObject<</B {form} 0 R>>"
        else:
            drawn = self._drawn(block, [count])
        blend = "S" if dark else "M"
        scale = number(place.scale, 4)
        text = "".join([
            _CLEAN,
            *self._watermark(seat, template, blend),
            *self._banners(made),
            f"q {scale} 0 0 {scale} {number(place.x, 3)} {number(place.y, 3)} cm\n{drawn}Q\n",
        ])  # fmt: skip
        turned = _numbers(seat.matrix, 6)
        matrix = "" if turned == "1 0 0 1 0 0" else f"/Matrix[{turned}]"
        head = (
            f"<</Type/XObject/Subtype/Form/BBox[0 0 {_numbers((seat.width, seat.height), 3)}]"
            f"{matrix}/Resources<</Font<<{self._letters.resources()}>>{shared}"
            f"/ExtGState<<{_STATES['N']}{_STATES[blend]}>>>>>>"
        )
        return new_stream(self._document, text.encode("latin-1"), head, packed=True)

    def _watermark(self, seat: Sheet, template: Template, blend: str) -> Iterator[str]:
        """Yield the word across the page, which tints paper but never what is drawn on it.

        It is multiplied with light paper and screened over dark, so that lines stay what they are.
        """
        manner = template.manner(self._stamp.state)
        if not manner.watermark:
            return
        dark = blend == "S"
        colour = tuple(0.55 * part for part in manner.band) if dark else manner.tint
        diagonal = math.hypot(seat.width, seat.height)
        wide = lettering.width(manner.watermark, 1, bold=True)
        size = min(manner.reach * diagonal / wide, 0.4 * min(seat.width, seat.height))
        turn = math.atan2(seat.height, seat.width)
        cos, sin = math.cos(turn), math.sin(turn)
        along, rise = wide * size / 2, 0.36 * size
        x = seat.width / 2 - along * cos + rise * sin
        y = seat.height / 2 - along * sin - rise * cos
        yield f"q /{blend} gs {_colour(colour)} BT {_numbers((cos, sin, -sin, cos), 5)} "
        yield f"{_numbers((x, y))} Tm {self._letters.show(manner.watermark, size, bold=True)} ET Q\n"

    def _banners(self, made: Mark) -> Iterator[str]:
        for place in made.banners:
            shown = self._letters.show(made.banner.text, made.banner.size, bold=True)
            at = _numbers((place.x, place.y + 0.25 * made.banner.size))
            yield f"0 g BT {at} Td {shown} ET\n"

    def _block_form(self, block: Block) -> int:
        if block not in self._forms:
            head = (
                f"<</Type/XObject/Subtype/Form/BBox[0 0 "
                f"{_numbers((block.width * MM, block.height * MM))}]/Resources<</Font"
                f"<<{self._letters.resources()}>>{self._pictures.resources(block)}>>>>"
            )
            text = self._drawn(block, []).encode("latin-1")
            self._forms[block] = new_stream(self._document, text, head, packed=True)
        return self._forms[block]

    def _drawn(self, block: Block, more: list[Words]) -> str:
        """Return a block: areas from the back to the front, pictures, words, and the code."""
        areas = _areas([piece for piece in block.pieces if isinstance(piece, Area)])
        pictures = [self._pictures.shown(p) for p in block.pieces if isinstance(p, Picture)]
        words = [piece for piece in block.pieces if isinstance(piece, Words)]
        code = _code(block.code, self._modules) if block.code else ""
        return "".join([areas, *pictures, self._said([*words, *more]), code])

    def _said(self, words: Sequence[Words]) -> str:
        """Return lines of text in one text object; a colour is named where it changes."""
        parts_, colour, x, y = ["BT"], "", 0.0, 0.0
        for one in words:
            if not one.text:
                continue
            to_x, to_y = round(one.x * MM, 1), round(one.y * MM, 1)
            wanted = _colour(one.colour)
            parts_ += [wanted] * (wanted != colour) + [f"{_numbers((to_x - x, to_y - y), 1)} Td"]
            parts_.append(self._letters.show(one.text, one.size, bold=one.bold, room=one.room))
            colour, x, y = wanted, to_x, to_y
        return "\n".join([*parts_, "ET\n"])


def _banner_places(seat: Sheet, ink: Ink, banner: Words) -> tuple[tuple[Place, ...], Ink]:
    """Return where a banner stands, and what is free of it."""
    if not banner.text:
        return (), ink
    size = lettering.width(banner.text, banner.size, bold=True), 1.1 * banner.size
    places = tuple(strip(seat, ink, size, top=top) for top in (True, False))
    for place in places:
        ink = ink.inked(seat, (place.x, place.y, place.x + size[0], place.y + size[1]))
    return places, ink


def _areas(areas: Sequence[Area]) -> str:
    """Return filled rectangles; neighbours of one colour are one path."""
    text, colour = "", ""
    for area in areas:
        wanted = _colour(area.colour)
        if wanted != colour:
            text += ("f\n" if colour else "") + wanted + "\n"
            colour = wanted
        sides = (area.x, area.y, area.width, area.height)
        text += _numbers([side * MM for side in sides]) + " re\n"
    return text + ("f\n" if colour else "")


def _entered(page: Any, form: Any) -> str:
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
    cells = "".join(f"{x} {y} {wide} {high} re\n" for x, y, wide, high in qr.cells(modules))
    top = (code.y + code.side) * MM
    return (
        f"q 0 g {number(module, 5)} 0 0 {number(-module, 5)} {_numbers((code.x * MM, top), 3)} cm "
        f"{cells}f Q\n"
    )


def _colour(colour: Sequence[float]) -> str:
    grey = len(set(colour)) == 1
    return f"{number(colour[0])} g" if grey else f"{_numbers(colour)} rg"


def _numbers(values: Sequence[float], places: int = 2) -> str:
    return " ".join(number(value, places) for value in values)
