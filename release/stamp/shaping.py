# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words shaped into glyphs by HarfBuzz, and fonts cut down to the glyphs that are shown.

Signs are joined, stacked and ordered as their script asks.  The fonts lie beside this file, see
``fonts/README.md``; East Asian signs come from one that PyMuPDF brings.  A task of the worker
process.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import uharfbuzz

from release.stamp import bidi

FONTS = Path(__file__).with_name("fonts")
PLAIN, BOLD = "NotoSans-Regular", "NotoSans-Bold"
SCRIPTS = (
    "NotoSansHebrew-Regular", "NotoSansArabic-Regular", "NotoSansThai-Regular",
    "NotoSansDevanagari-Regular",
)  # fmt: skip
EAST = "East Asian"
_DROPPED = ("GSUB", "GPOS", "GDEF", "cmap", "name", "post", "OS/2", "kern", "vhea", "vmtx", "gasp",
            "STAT", "BASE")  # fmt: skip


class NoGlyph(ValueError):
    """No font has a sign; its only argument is the sign."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """A glyph in its place: numbers in thousandths of the type size; ``text`` is what it says.

    The widest glyph of a cluster says all of it, the others say nothing.
    """

    number: int
    advance: float
    right: float
    up: float
    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """Glyphs of one font, from left to right."""

    font: str
    glyphs: tuple[Glyph, ...]


class Faces:
    """The fonts by name, each loaded when first needed."""

    def __init__(self, east: Callable[[], bytes]) -> None:
        """Remember how to get at the East Asian font, which is large."""
        self._east = east
        self._fonts: dict[str, uharfbuzz.Font] = {}

    def font(self, name: str) -> uharfbuzz.Font:
        """Return a font of HarfBuzz by name."""
        if name not in self._fonts:
            data = self._east() if name == EAST else (FONTS / f"{name}.ttf").read_bytes()
            self._fonts[name] = uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob(data)))
        return self._fonts[name]

    def shaped(self, text: str, *, bold: bool = False) -> list[Run]:
        """Return a line of text as runs of glyphs, from left to right as they are seen.

        Raises NoGlyph for a sign that no font has.
        """
        return _shaped(self, bidi.plain(unicodedata.normalize("NFC", text)), bold)

    def signs(self, name: str) -> frozenset[int]:
        """Return the signs a font has."""
        return _signs(self, name)

    def cut(self, name: str, numbers: Iterable[int]) -> tuple[bytes, dict[int, int]]:
        """Return a font with only these glyphs, and their new numbers."""
        asked = uharfbuzz.SubsetInput()
        asked.glyph_set.update({0, *numbers})
        asked.flags = uharfbuzz.SubsetFlags.NO_HINTING
        dropped = asked.sets(uharfbuzz.SubsetInputSets.DROP_TABLE_TAG)
        dropped.update(int.from_bytes(tag.encode().ljust(4), "big") for tag in _DROPPED)
        plan = uharfbuzz.SubsetPlan(self.font(name).face, asked)
        data = bytes(plan.execute().blob.data)
        return data, dict(plan.old_to_new_glyph_mapping)


@lru_cache(maxsize=16)
def _signs(faces: Faces, name: str) -> frozenset[int]:
    return frozenset(faces.font(name).face.unicodes)


@lru_cache(maxsize=256)
def _shaped(faces: Faces, text: str, bold: bool) -> list[Run]:
    fonts = _fonts_of(faces, text, bold)
    return [
        Run(fonts[begin], tuple(_glyphs(faces, fonts[begin], text[begin:end], leftward)))
        for begin, end, leftward in bidi.runs(text, fonts)
    ]


def _fonts_of(faces: Faces, text: str, bold: bool) -> list[str]:
    """Return a font for each sign: that of the sign before where it has it, for marks and spaces."""
    order = (BOLD if bold else PLAIN, *SCRIPTS, EAST)
    found: list[str] = []
    for sign in text:
        loose = unicodedata.category(sign) in {"Mn", "Mc", "Cf", "Zs"}
        wanted = (found[-1], *order) if loose and found else order
        font = next((name for name in wanted if ord(sign) in faces.signs(name)), None)
        if font is None:
            raise NoGlyph(sign)
        found.append(font)
    return found


def _glyphs(faces: Faces, name: str, text: str, leftward: bool) -> list[Glyph]:
    font = faces.font(name)
    buffer = uharfbuzz.Buffer()
    buffer.cluster_level = uharfbuzz.BufferClusterLevel.MONOTONE_GRAPHEMES
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if leftward else "ltr"
    uharfbuzz.shape(font, buffer)
    one = 1000 / font.face.upem
    starts = sorted({info.cluster for info in buffer.glyph_infos} | {len(text)})
    ends = dict(pairwise(starts))
    glyphs = [
        Glyph(info.codepoint, place.x_advance * one, place.x_offset * one, place.y_offset * one, "")
        for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
    ]
    speaks: dict[int, int] = {}
    for at, info in enumerate(buffer.glyph_infos):
        if glyphs[at].advance > glyphs[speaks.setdefault(info.cluster, at)].advance:
            speaks[info.cluster] = at
    for cluster, at in speaks.items():
        glyphs[at] = replace(glyphs[at], text=text[cluster : ends[cluster]])
    return glyphs
