# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lettering of the sheets: metrics and subsets of the ISO 3098 typeface beside this file.

Read here, without a font library, so that the same input gives the same PDF bytes everywhere.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_KEPT = (b"cvt ", b"fpgm", b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp", b"prep")


@dataclass(frozen=True, slots=True)
class Font:
    """A TrueType file taken apart far enough to measure text and to embed it."""

    tables: dict[bytes, bytes]
    glyphs: dict[int, int]
    advances: tuple[int, ...]
    offsets: tuple[int, ...]
    units_per_em: int
    cap_height: float

    def glyph(self, char: str) -> int:
        """Give the glyph number of a character; a character the typeface lacks is an error."""
        try:
            return self.glyphs[ord(char)]
        except KeyError:
            raise ValueError(f"the lettering has no glyph for {char!r}") from None

    def width(self, text: str) -> float:
        """Width of a text in units of the em."""
        return sum(self.advances[self.glyph(c)] for c in text) / self.units_per_em

    def subset(self, wanted: set[int]) -> bytes:
        """A TrueType file with only these outlines; the numbering of the glyphs stays as it was."""
        glyf = self.tables[b"glyf"]
        kept = self._with_components(wanted | {0})
        data, loca = bytearray(), []
        for number in range(len(self.offsets) - 1):
            loca.append(len(data))
            if number in kept:
                data += glyf[self.offsets[number] : self.offsets[number + 1]]
                data += b"\0" * (-len(data) % 4)
        loca.append(len(data))
        head = bytearray(self.tables[b"head"])
        head[8:12] = b"\0\0\0\0"
        head[50:52] = struct.pack(">h", 1)
        changed = {
            b"glyf": bytes(data),
            b"loca": struct.pack(f">{len(loca)}I", *loca),
            b"head": bytes(head),
        }
        return _assemble({t: changed.get(t, self.tables[t]) for t in _KEPT if t in self.tables})

    def _with_components(self, wanted: set[int]) -> set[int]:
        """Add the glyphs that composite glyphs (letters with accents) are put together from."""
        glyf, kept, todo = self.tables[b"glyf"], set(wanted), list(wanted)
        while todo:
            number = todo.pop()
            at, end = self.offsets[number], self.offsets[number + 1]
            if at == end or struct.unpack_from(">h", glyf, at)[0] >= 0:
                continue
            at, more = at + 10, True
            while more:
                flags, part = struct.unpack_from(">HH", glyf, at)
                if part not in kept:
                    kept.add(part)
                    todo.append(part)
                scale = 2 if flags & 8 else 4 if flags & 64 else 8 if flags & 128 else 0
                at += 4 + (4 if flags & 1 else 2) + scale
                more = bool(flags & 32)
        return kept


def _assemble(tables: dict[bytes, bytes]) -> bytes:
    """Write a TrueType file out of its tables, with the check sums the format asks for."""
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    out = struct.pack(
        ">IHHHH", 0x00010000, count, power * 16, power.bit_length() - 1, (count - power) * 16
    )
    at, body = 12 + 16 * count, b""
    for tag, data in sorted(tables.items()):
        padded = data + b"\0" * (-len(data) % 4)
        total = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        out += struct.pack(">4sIII", tag, total, at + len(body), len(data))
        body += padded
    return out + body


def _characters(cmap: bytes) -> dict[int, int]:
    """Read the Unicode map (format 4) of a TrueType file."""
    found: dict[int, int] = {}
    for index in range(struct.unpack_from(">H", cmap, 2)[0]):
        at = struct.unpack_from(">I", cmap, 8 + 8 * index)[0]
        if struct.unpack_from(">H", cmap, at)[0] != 4:
            continue
        count = struct.unpack_from(">H", cmap, at + 6)[0] // 2
        ends = struct.unpack_from(f">{count}H", cmap, at + 14)
        starts = struct.unpack_from(f">{count}H", cmap, at + 16 + 2 * count)
        deltas = struct.unpack_from(f">{count}H", cmap, at + 16 + 4 * count)
        ranges_at = at + 16 + 6 * count
        ranges = struct.unpack_from(f">{count}H", cmap, ranges_at)
        for i in range(count):
            for code in range(starts[i], min(ends[i], 0xFFFE) + 1):
                if ranges[i]:
                    where = ranges_at + 2 * i + ranges[i] + 2 * (code - starts[i])
                    glyph = struct.unpack_from(">H", cmap, where)[0]
                    glyph = (glyph + deltas[i]) & 0xFFFF if glyph else 0
                else:
                    glyph = (code + deltas[i]) & 0xFFFF
                if glyph:
                    found.setdefault(code, glyph)
    return found


@cache
def lettering() -> Font:
    """Load osifont, the typeface of every sheet (GPL-3.0 with font exception, see its licence)."""
    data = (Path(__file__).parent / "osifont.ttf").read_bytes()
    tables: dict[bytes, bytes] = {}
    for i in range(struct.unpack_from(">H", data, 4)[0]):
        tag, _, at, size = struct.unpack_from(">4sIII", data, 12 + 16 * i)
        tables[tag] = data[at : at + size]
    count = struct.unpack_from(">H", tables[b"maxp"], 4)[0]
    measured = struct.unpack_from(">H", tables[b"hhea"], 34)[0]
    widths = [struct.unpack_from(">H", tables[b"hmtx"], 4 * i)[0] for i in range(measured)]
    widths += [widths[-1]] * (count - measured)
    if struct.unpack_from(">h", tables[b"head"], 50)[0]:
        offsets = struct.unpack_from(f">{count + 1}I", tables[b"loca"])
    else:
        offsets = tuple(2 * o for o in struct.unpack_from(f">{count + 1}H", tables[b"loca"]))
    em = struct.unpack_from(">H", tables[b"head"], 18)[0]
    glyphs = _characters(tables[b"cmap"])
    top = struct.unpack_from(">h", tables[b"glyf"], offsets[glyphs[ord("H")]] + 8)[0]
    return Font(tables, glyphs, tuple(widths), offsets, em, top / em)
