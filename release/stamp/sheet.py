# SPDX-License-Identifier: AGPL-3.0-or-later
"""A page as a reader shows it, and the way from there into the page's own user space; pure.

A page is seen *upright*: turned as a reader turns it, cropped as a reader crops it, its origin at
the lower left of what is seen, its unit the point (1/72 inch) of the printed sheet.  One matrix
leads from there into the page's own user space, whatever its boxes, its rotation and its UserUnit
(ISO 32000-2, 7.7.3.3 and 8.3.2).
"""

from __future__ import annotations

from dataclasses import dataclass

MM = 72 / 25.4  # points
LETTER = (0.0, 0.0, 612.0, 792.0)  # what readers take where a page names no box that can be used

Box = tuple[float, float, float, float]
Matrix = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page as a reader shows it: the visible box in user space, the turn, the unit."""

    box: Box
    rotation: int  # 0, 90, 180 or 270, clockwise
    unit: float  # points of the printed sheet in one unit of user space

    @property
    def width(self) -> float:
        """Points across, upright."""
        x0, y0, x1, y1 = self.box
        return (y1 - y0 if self.rotation % 180 else x1 - x0) * self.unit

    @property
    def height(self) -> float:
        """Points from bottom to top, upright."""
        x0, y0, x1, y1 = self.box
        return (x1 - x0 if self.rotation % 180 else y1 - y0) * self.unit

    @property
    def matrix(self) -> Matrix:
        """Return a b c d e f, which take an upright point (x, y) to (ax+cy+e, bx+dy+f)."""
        x0, y0, x1, y1 = self.box
        one = 1 / self.unit
        return {
            0: (one, 0.0, 0.0, one, x0, y0),
            90: (0.0, one, -one, 0.0, x1, y0),
            180: (-one, 0.0, 0.0, -one, x1, y1),
            270: (0.0, -one, one, 0.0, x0, y1),
        }[self.rotation]

    def upright(self, box: Box) -> Box:
        """Return a box of user space in upright points."""
        a, b, c, d, e, f = self.matrix
        area = a * d - b * c
        corners = [
            ((d * (x - e) - c * (y - f)) / area, (a * (y - f) - b * (x - e)) / area)
            for x, y in (box[:2], box[2:])
        ]
        (x0, y0), (x1, y1) = corners
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def sheet(media: Box, crop: Box | None, rotation: float, unit: float) -> Sheet:
    """Return the sheet of a page from its raw entries, mended the way readers mend them."""
    seen = _ordered(media)
    if not _has_area(seen):
        seen = LETTER
    if crop is not None:
        x0, y0, x1, y1 = _ordered(crop)
        cut = (max(x0, seen[0]), max(y0, seen[1]), min(x1, seen[2]), min(y1, seen[3]))
        seen = cut if _has_area(cut) else seen
    turned = int(90 * ((rotation % 360 + 45) // 90)) % 360
    return Sheet(seen, turned, sane_unit(unit))


def sane_unit(unit: float) -> float:
    """Return a UserUnit that is one: 1 for what no sheet can have."""
    return unit if 1e-3 <= unit <= 1e6 else 1.0


def _ordered(box: Box) -> Box:
    x0, y0, x1, y1 = box
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _has_area(box: Box) -> bool:
    return box[2] - box[0] > 1e-6 and box[3] - box[1] > 1e-6
