# SPDX-License-Identifier: AGPL-3.0-or-later
"""The type of a stamp inside a PDF: which font sets which words, and the operators that show them.

Words of code page 1252 are set in Helvetica, which every reader has.  Others are shaped, and set in
fonts that are embedded, cut down to the glyphs shown, with the table and the spoken text that keep
them searchable (ISO 32000-2, 9.10.3 and 14.9.4).  A task of the worker process.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import pymupdf

from release.errors import UnstampableFile
from release.stamp import bidi, metrics
from release.stamp.pages import new_object, new_stream
from release.stamp.shaping import Faces, Glyph, NoGlyph, Run

PLAIN, BOLD = "F1", "F2"
NARROWEST = 0.5  # of the width of a word
_STANDARD = {PLAIN: "Helvetica", BOLD: "Helvetica-Bold"}
Said = tuple[int, str]  # a glyph and what it says
_FACES = Faces(lambda: bytes(pymupdf.Font("cjk").buffer))


class Lettering:
    """The fonts of one document, for the words it was told of."""

    def __init__(
        self,
        document: pymupdf.Document,
        texts: Iterable[tuple[str, bool]],
        name: str,
        *,
        once: bool = False,
    ) -> None:
        """Embed what these words (and whether they are bold) need beyond the standard fonts.

        ``once`` says that the resources are named by one form only, which saves two objects.

        Raises:
            UnstampableFile: a sign is in no font at hand.
        """
        wanted = set(texts)
        styles = {BOLD if bold else PLAIN for text, bold in wanted if is_standard(text)} | {PLAIN}
        self._entries = {
            style: f"<</Type/Font/Subtype/Type1/BaseFont/{_STANDARD[style]}/Encoding/WinAnsiEncoding>>"
            for style in sorted(styles)
        }
        if not once:
            for style, font in self._entries.items():
                self._entries[style] = f" {new_object(document, font)} 0 R"
        needed: dict[str, dict[Said, Glyph]] = {}
        for text, bold in sorted(wanted):
            if not is_standard(text):
                for run in _shaped(text, bold, name):
                    glyphs = needed.setdefault(run.font, {})
                    for glyph in run.glyphs:
                        glyphs.setdefault((glyph.number, glyph.text), glyph)
        self._codes: dict[str, dict[Said, int]] = {}
        self._keys: dict[str, str] = {}
        for place, (font, glyphs) in enumerate(sorted(needed.items())):
            self._keys[font] = f"E{place}"
            self._entries[f"E{place}"] = f" {self._embed(document, font, glyphs, place)} 0 R"

    def resources(self) -> str:
        """Return the entries of a /Font dictionary."""
        return "".join(f"/{key}{font}" for key, font in self._entries.items())

    def show(self, text: str, size: float, *, bold: bool = False, room: float = 0.0) -> str:
        """Return the operators that show words in a text object, from where the pen stands.

        ``room`` in points is what they may take; wider ones are set narrower, and words from right
        to left are moved to its end.  The pen's line start does not move.
        """
        if is_standard(text):
            return f"/{BOLD if bold else PLAIN} {number(size)} Tf{_literal(text)}Tj"
        runs = _FACES.shaped(text, bold=bold)
        wide = _width(runs) * size / 1000
        squeeze = max(min(1.0, room / wide), NARROWEST) if room and wide else 1.0
        shift = room - wide * squeeze if room and bidi.is_right_to_left(text) else 0.0
        return " ".join([
            *([f"{number(100 * squeeze)} Tz"] if squeeze < 1 else []),
            *self._operators(runs, size, -1000 * shift / size / squeeze),
            *(["100 Tz"] if squeeze < 1 else []),
        ])  # fmt: skip

    def _operators(self, runs: list[Run], size: float, start: float) -> Iterator[str]:
        """Yield what shows runs; glyphs that say nothing are marked as such, for a search."""
        for run in runs:
            yield f"/{self._keys[run.font]} {number(size)} Tf"
            codes, parts, owed = self._codes[run.font], list[str](), start
            for glyph in run.glyphs:
                owed -= glyph.right
                shown = f"{_kern(owed)}<{codes[glyph.number, glyph.text]:04x}>"
                owed = glyph.right + _advance(run.font, glyph.number) - glyph.advance
                if glyph.text and not glyph.up:
                    parts.append(shown)
                    continue
                yield from _array(parts)
                parts = []
                rise = number(glyph.up * size / 1000)
                yield "" if glyph.text else "/Span<</ActualText()>>BDC"
                yield f"{rise} Ts[{shown}]TJ 0 Ts" if glyph.up else f"[{shown}]TJ"
                yield "" if glyph.text else "EMC"
            yield from _array([*parts, _kern(owed)])
            start = 0.0

    def _embed(
        self, document: pymupdf.Document, name: str, glyphs: dict[Said, Glyph], place: int
    ) -> int:
        """Put a font cut down to these glyphs into a document and return its object number.

        A glyph that stands for several letters has a code for each, so that all are found.
        """
        data, numbers = _FACES.cut(name, {number_ for number_, _text in glyphs})
        used = [glyphs[said] for said in sorted(glyphs)]
        self._codes[name] = {(one.number, one.text): code for code, one in enumerate(used, 1)}
        face = _FACES.font(name).face
        shapes = b"".join(numbers[one.number].to_bytes(2, "big") for one in used)
        shapes_map = new_stream(document, b"\0\0" + shapes, packed=True)
        widths = " ".join(number(_advance(name, one.number)) for one in used)
        base = f"TBSTMP+{name.replace(' ', '')}{place}"
        file = new_stream(document, data, f"<</Length1 {len(data)}>>", packed=True)
        table = new_stream(document, _to_unicode([one.text for one in used]), packed=True)
        sheet = _FACES.font(name).get_font_extents("ltr")
        scale = 1000 / face.upem
        descriptor = new_object(
            document,
            f"<</Type/FontDescriptor/FontName/{base}/Flags 4/ItalicAngle 0/StemV 80"
            f"/FontBBox[-1000 {sheet.descender * scale:.0f} 2000 {sheet.ascender * scale:.0f}]"
            f"/Ascent {sheet.ascender * scale:.0f}/Descent {sheet.descender * scale:.0f}"
            f"/CapHeight 714/FontFile2 {file} 0 R>>",
        )
        return new_object(
            document,
            f"<</Type/Font/Subtype/Type0/BaseFont/{base}/Encoding/Identity-H/ToUnicode {table} 0 R"
            f"/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/{base}/CIDToGIDMap {shapes_map} 0 R"
            "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
            f"/FontDescriptor {descriptor} 0 R/DW 0/W[1[{widths}]]>>]>>",
        )


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return how wide words are as they are set, in the unit of the size; raises NoGlyph."""
    if is_standard(text):
        return metrics.width(text, size, bold=bold)
    return _width(_FACES.shaped(text, bold=bold)) * size / 1000


@lru_cache(maxsize=4096)  # most of what a stamp is made of stands where it did in the last
def number(value: float, places: int = 2) -> str:
    """Return a number as PDF writes it: no exponent, no needless zeros."""
    text = f"{value:.{places}f}"
    if places:
        text = text.rstrip("0").rstrip(".")
    if value < 1 and text[:2] == "0.":
        return text[1:]
    if value < 0 and text[:3] == "-0.":
        return "-" + text[2:]
    return "0" if text in {"-0", ""} else text


def is_standard(text: str) -> bool:
    """Say whether words can be set in Helvetica."""
    try:
        return all(byte >= 32 for byte in text.encode("cp1252"))
    except UnicodeEncodeError:
        return False


def _shaped(text: str, bold: bool, name: str) -> list[Run]:
    try:
        return _FACES.shaped(text, bold=bold)
    except NoGlyph as missing:
        raise UnstampableFile(
            name=name,
            reason=f"the stamp would say “{text}”, and no font at hand has the sign “{missing}”",
        ) from missing


def _width(runs: list[Run]) -> float:
    return sum(glyph.advance for run in runs for glyph in run.glyphs)


@lru_cache(maxsize=1024)
def _advance(name: str, glyph: int) -> float:
    font = _FACES.font(name)
    advance = float(font.get_glyph_h_advance(glyph))
    return advance * 1000 / int(font.face.upem)


def _kern(owed: float) -> str:
    return number(owed) if abs(owed) >= 0.01 else ""


def _array(parts: Sequence[str]) -> Iterator[str]:
    if any(parts):
        yield f"[{''.join(parts)}]TJ"


def _literal(text: str) -> str:
    shown = text.encode("cp1252").decode("latin-1")
    for sign in "\\()":
        shown = shown.replace(sign, "\\" + sign)
    return f"({shown})"


def _to_unicode(texts: list[str]) -> bytes:
    """Return the table from codes to what they say, a hundred to a part as it must be."""
    said = [(code, text) for code, text in enumerate(texts, 1) if text]
    parts = []
    for begin in range(0, len(said), 100):
        lines = said[begin : begin + 100]
        parts.append(f"{len(lines)} beginbfchar")
        parts += [f"<{code:04x}><{text.encode('utf-16-be').hex()}>" for code, text in lines]
        parts.append("endbfchar")
    return "\n".join([
        "/CIDInit/ProcSet findresource begin 12 dict begin begincmap/CMapName/S def/CMapType 2 def",
        "1 begincodespacerange<0000><ffff>endcodespacerange", *parts,
        "endcmap CMapName currentdict/CMap defineresource pop end end",
    ]).encode()  # fmt: skip
