# SPDX-License-Identifier: AGPL-3.0-or-later
"""A PDF writer for sheets: pages in millimetres, one embedded typeface, the same bytes every time.

Streams are left uncompressed on purpose: deflate libraries differ from machine to machine, and
the drawings must come out identical wherever they are made again. No clock and no random number
is used; the file identifier is the digest of what is in the file (ISO 32000-1, 14.4).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from sample_vault.drafting.font import Font

POINTS_PER_MM = 72 / 25.4


def number(value: float) -> str:
    """Write a number the short way PDF likes it: at most three decimals, no exponent."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


@dataclass(slots=True)
class Page:
    """One page as people see it; with turned=True it is stored upright and shown by /Rotate 90."""

    width: float
    height: float
    turned: bool = False
    operators: list[str] = field(default_factory=list)

    def content(self) -> bytes:
        """The page description, in millimetres from the lower left corner as seen."""
        k = POINTS_PER_MM
        if self.turned:
            matrix = f"0 {k:.6f} {-k:.6f} 0 {self.height * k:.4f} 0 cm"
        else:
            matrix = f"{k:.6f} 0 0 {k:.6f} 0 0 cm"
        return "\n".join([matrix, "1 J 1 j", *self.operators, ""]).encode("ascii")

    def media_box(self) -> str:
        """The paper in points, as stored."""
        sides = (self.height, self.width) if self.turned else (self.width, self.height)
        return f"[0 0 {number(sides[0] * POINTS_PER_MM)} {number(sides[1] * POINTS_PER_MM)}]"


@dataclass(slots=True)
class Document:
    """The pages of one file, the characters drawn on them, and what the file says of itself."""

    font: Font
    title: str
    author: str
    date: str
    pages: list[Page] = field(default_factory=list)
    characters: set[str] = field(default_factory=set)

    def page(self, width: float, height: float, turned: bool = False) -> Page:
        """Add an empty page, its size in millimetres as people see it."""
        self.pages.append(Page(width, height, turned))
        return self.pages[-1]

    def write(self) -> bytes:
        """The finished file."""
        first_page = 9
        kids = " ".join(f"{first_page + 2 * i} 0 R" for i in range(len(self.pages)))
        objects = [
            b"<< /Type /Catalog /Pages 2 0 R /Lang (en) >>",
            f"<< /Type /Pages /Count {len(self.pages)} /Kids [{kids}] >>".encode(),
            *self._font_objects(),
            self._information(),
        ]
        for i, page in enumerate(self.pages):
            turn = " /Rotate 90" if page.turned else ""
            objects.append(
                f"<< /Type /Page /Parent 2 0 R /MediaBox {page.media_box()}{turn}"
                f" /Resources << /Font << /F1 3 0 R >> >>"
                f" /Contents {first_page + 2 * i + 1} 0 R >>".encode()
            )
            objects.append(_stream(page.content()))
        return _file(objects)

    def _information(self) -> bytes:
        day = self.date.replace("-", "")
        return (
            f"<< /Title {_text(self.title)} /Author {_text(self.author)}"
            f" /Creator (sample_vault) /CreationDate (D:{day}080000Z) >>"
        ).encode()

    def _font_objects(self) -> list[bytes]:
        """Objects 3 to 7: the composite font, its parts and the way back to Unicode."""
        font, em = self.font, self.font.units_per_em
        used = sorted((font.glyph(c), c) for c in self.characters)
        widths = " ".join(f"{g} [{round(1000 * font.advances[g] / em)}]" for g, _ in used)
        name = "/" + _subset_tag(self.characters) + "+osifont"
        pairs = "".join(f"<{g:04X}> <{ord(c):04X}>\n" for g, c in used)
        blocks = "".join(
            f"{len(block)} beginbfchar\n{''.join(block)}endbfchar\n"
            for block in _chunks(pairs.splitlines(keepends=True), 100)
        )
        cmap = (
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
            "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
            "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
            f"{blocks}endcmap CMapName currentdict /CMap defineresource pop end end\n"
        )
        subset = font.subset({g for g, _ in used})
        return [
            f"<< /Type /Font /Subtype /Type0 /BaseFont {name} /Encoding /Identity-H"
            " /DescendantFonts [4 0 R] /ToUnicode 6 0 R >>".encode(),
            f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont {name} /CIDToGIDMap /Identity"
            " /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>"
            f" /FontDescriptor 5 0 R /DW 500 /W [{widths}] >>".encode(),
            f"<< /Type /FontDescriptor /FontName {name} /Flags 4 /FontBBox [-200 -300 1200 1000]"
            " /ItalicAngle 0 /Ascent 900 /Descent -250 /StemV 60"
            f" /CapHeight {round(1000 * font.cap_height)} /FontFile2 7 0 R >>".encode(),
            _stream(cmap.encode("ascii")),
            _stream(subset, f" /Length1 {len(subset)}"),
        ]


def _chunks(items: list[str], size: int) -> list[list[str]]:
    return [items[i : i + size] for i in range(0, len(items), size)]


def _subset_tag(characters: set[str]) -> str:
    """Six letters that name the subset (ISO 32000-1, 9.6.4), drawn from what is in it."""
    digest = hashlib.sha256("".join(sorted(characters)).encode()).digest()
    return "".join(chr(65 + b % 26) for b in digest[:6])


def _text(text: str) -> str:
    return "<FEFF" + text.encode("utf-16-be").hex().upper() + ">"


def _stream(data: bytes, more: str = "") -> bytes:
    return f"<< /Length {len(data)}{more} >>\nstream\n".encode() + data + b"\nendstream"


def _file(objects: list[bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.6\n%\xe2\xe3\xcf\xd3\n"), []
    for i, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{i} 0 obj\n".encode() + body + b"\nendobj\n"
    start, size = len(out), len(objects) + 1
    mark = hashlib.sha256(out).hexdigest()[:32].upper()
    out += f"xref\n0 {size}\n0000000000 65535 f \n".encode()
    out += "".join(f"{p:010d} 00000 n \n" for p in places).encode()
    out += (
        f"trailer\n<< /Size {size} /Root 1 0 R /Info 8 0 R /ID [<{mark}> <{mark}>] >>\n"
        f"startxref\n{start}\n%%EOF\n"
    ).encode()
    return bytes(out)
