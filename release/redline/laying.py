# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the sheet before lies on the sheet now: as it was drawn, moved, or scaled and moved.

A sheet plotted anew, with another margin or fitted to the page, is the same sheet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from release.redline import raster
from release.redline.raster import AS_DRAWN, Mask, Picture, Shift

SIDEWAYS: Final = 0.0005
"""The scale of a sheet plotted anew is found to about this."""
ENOUGH: Final = 0.02
"""Where less of the ink than this is unexplained, no other way is looked for."""


class Sheet(Protocol):
    """What is laid: a page that can be drawn as points in any size, shifted."""

    @property
    def width(self) -> float:
        """Its width in points as seen."""

    @property
    def height(self) -> float:
        """Its height in points as seen."""

    def picture(self, shape: tuple[int, int], zoom: float, shift: Shift = AS_DRAWN) -> Picture:
        """Return it as grey points of a picture of this shape."""
        ...


@dataclass(frozen=True, slots=True)
class Laid:
    """The picture before as it was laid, what went and came by it, and the share of ink that is."""

    before: Picture
    shift: Shift
    went: Mask
    came: Mask
    unlike: float


def lay(old: Sheet, now: Sheet, after: Picture, zoom: float) -> Laid:
    """Return the sheet before where it explains the picture now best.

    As it was drawn stands, unless another way leaves a third less unexplained.
    """
    drawn = _laid(old, after, zoom, AS_DRAWN)
    same_size = abs(old.width - now.width) < 1 and abs(old.height - now.height) < 1
    if drawn.unlike <= (ENOUGH if same_size else 0.0):
        return drawn
    best = drawn
    for scale in _scales(old, now, drawn.before, after):
        shift = _moved(old, after, zoom, scale)
        if shift == AS_DRAWN:
            continue
        other = _laid(old, after, zoom, shift)
        if other.unlike < min(best.unlike, drawn.unlike * 0.67):
            best = other
    return best if best.shift.scale == 1.0 else _refined(old, after, zoom, best)


def _laid(old: Sheet, after: Picture, zoom: float, shift: Shift) -> Laid:
    rows, columns = after.shape
    before = old.picture((rows, columns), zoom, shift)
    went, came = raster.differences(before, after)
    return Laid(before, shift, went, came, raster.share(before, after, went, came))


def _scales(old: Sheet, now: Sheet, before: Picture, after: Picture) -> list[float]:
    """Return the scales worth trying: none, that of the paper, that of the drawn frame."""
    found = [1.0]
    across, down = now.width / old.width, now.height / old.height
    if abs(across / down - 1) < 0.02:
        found.append(across)
    was, is_now = raster.extent(before), raster.extent(after)
    if was and is_now:
        across = (is_now[2] - is_now[0]) / (was[2] - was[0])
        down = (is_now[3] - is_now[1]) / (was[3] - was[1])
        if abs(across / down - 1) < 0.01:
            found.append((across + down) / 2)
    kept: list[float] = []
    for scale in found:
        if 0.2 < scale < 5 and all(abs(scale - other) > SIDEWAYS / 2 for other in kept):
            kept.append(scale)
    return kept


def _moved(old: Sheet, after: Picture, zoom: float, scale: float) -> Shift:
    """Return the movement at a scale, found on pictures of half the size where they are large."""
    step = 2 if after.size > 2_000_000 else 1
    rows, columns = after.shape[0] // step, after.shape[1] // step
    small = after[: rows * step, : columns * step].reshape(rows, step, columns, step)
    coarse: Picture = small.mean(axis=(1, 3)).astype(np.uint8) if step > 1 else after
    scaled = Shift(scale, 0.0, 0.0)
    before = old.picture((rows, columns), zoom / step, scaled)
    right, down = raster.moved(before, coarse[:rows, :columns])
    unit = step / zoom
    snapped = [0.0 if abs(by) < 0.3 / step else by * unit for by in (right, down)]
    return Shift(scale, snapped[0], snapped[1])


def _refined(old: Sheet, after: Picture, zoom: float, found: Laid) -> Laid:
    """Try scales a hair larger and smaller; a sheet plotted anew has no round one."""
    best = found
    for by in (-SIDEWAYS, SIDEWAYS):
        shift = _moved(old, after, zoom, found.shift.scale * (1 + by))
        near = _laid(old, after, zoom, shift)
        if near.unlike < best.unlike:
            best = near
    return best
