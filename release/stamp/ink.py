# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a page is not white: a small picture of it, a bit a pixel, for finding room on it; pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from release.stamp.sheet import Box, Sheet


@dataclass(frozen=True, slots=True)
class Ink:
    """A small picture of an upright page, a bit a pixel: rows from the top, left the high bit."""

    width: int
    rows: tuple[int, ...]
    pixel: float  # points
    ground: int = 255  # the grey of the paper

    @property
    def height(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    def inked(self, sheet: Sheet, box: Box, *, white: bool = False) -> Ink:
        """Return the same with a box, in upright points, called full, or white."""
        left = max(math.floor(box[0] / self.pixel), 0)
        right = min(math.ceil(box[2] / self.pixel), self.width)
        top = max(math.floor((sheet.height - box[3]) / self.pixel), 0)
        bottom = min(math.ceil((sheet.height - box[1]) / self.pixel), self.height)
        bits = ((1 << max(right - left, 0)) - 1) << (self.width - max(right, left))
        rows = [
            ((row & ~bits) if white else (row | bits)) if top <= at < bottom else row
            for at, row in enumerate(self.rows)
        ]
        return Ink(self.width, tuple(rows), self.pixel, self.ground)


def pixel_for(sheet: Sheet) -> float:
    """Return the points a pixel of the picture should stand for: fine, but few enough to search."""
    long, short = max(sheet.width, sheet.height), min(sheet.width, sheet.height)
    return max(min(long / 400, short / 40), long / 12_000, 0.85)


def ink(samples: bytes, width: int, step: int, pixel: float) -> Ink:
    """Return where a grey picture differs from its ground, the most common grey in it."""
    ground = 255 if samples.count(255) * 2 > len(samples) else _commonest(samples)
    signs = samples.translate(
        bytes(ord("1") if abs(grey - ground) > 8 else ord("0") for grey in range(256))
    )
    rows = tuple(int(signs[at : at + width], 2) for at in range(0, len(signs) - width + 1, step))
    return Ink(width, rows, pixel, ground)


def _commonest(samples: bytes) -> int:
    some = samples[::97]  # tells as much, and meets every column
    return max(sorted(set(some)), key=some.count)
