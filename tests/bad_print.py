# SPDX-License-Identifier: AGPL-3.0-or-later
"""Prints as the floor has them: 150 dpi, out of focus, two degrees askew, a lamp on the paper.

Each page is spoiled thrice, the lamp over another part of it; a code counts as read only where it
is read every time.
"""

from __future__ import annotations

from pathlib import Path

import pymupdf
import zxingcpp
from PIL import Image, ImageChops, ImageFilter

DPI = 150
TILT = 2.0  # degrees
BLUR = 1.1  # dots: what was one dot is spread over four
GLARE = 190  # of 255, in the middle of the lamp's reflection
LAMPS = ((0.2, 0.15), (0.8, 0.3), (0.55, 0.75))  # where it is, in parts of the sheet


def read_back(path: Path, *, bad: bool = True) -> list[set[str]]:
    """Return what a reader finds on each page."""
    found = []
    with pymupdf.open(path) as document:
        for page in document:
            seen = page.get_pixmap(dpi=DPI, colorspace=pymupdf.csGRAY)
            sheet = Image.frombytes("L", (seen.width, seen.height), seen.samples)
            seen_each = [_codes(one) for one in (_spoiled(sheet) if bad else [sheet])]
            found.append(set.intersection(*seen_each))
    return found


def _codes(sheet: Image.Image) -> set[str]:
    return {one.text for one in zxingcpp.read_barcodes(sheet)}


def _spoiled(sheet: Image.Image) -> list[Image.Image]:
    return [spoiled(sheet, lamp) for lamp in LAMPS]


def spoiled(sheet: Image.Image, lamp: tuple[float, float]) -> Image.Image:
    """Return a sheet as a phone sees it: faded ink, blurred, askew, a lamp's reflection on it."""
    faded = sheet.point(lambda grey: 60 + grey * 180 // 255)
    soft = faded.filter(ImageFilter.GaussianBlur(BLUR))
    askew = soft.rotate(TILT, Image.Resampling.BILINEAR, expand=True, fillcolor=200)
    reach = max(askew.size) // 3
    spot = Image.radial_gradient("L").resize((reach * 2, reach * 2))
    light = spot.point(lambda far: max(0, GLARE - far * GLARE // 180))
    glare = Image.new("L", askew.size, 0)
    at = (round(askew.width * lamp[0]) - reach, round(askew.height * lamp[1]) - reach)
    glare.paste(light, at)
    return ImageChops.screen(askew, glare)
