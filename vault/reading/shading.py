# SPDX-License-Identifier: AGPL-3.0-or-later
"""A picture of a mesh as seen from the front, the right and above (ISO 5456-3, isometric).

Each triangle is cut into rows of points, and of all that cover a point the nearest is shown; the
same mesh gives the same picture, whatever the machine.  For tasks of the worker.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from vault.reading import png
from vault.reading.mesh import Mesh

FINER: Final = 2  # points a side for each point of the picture
FILLED: Final = 0.9  # of the picture
AT_ONCE: Final = 3_000_000  # points of rows and triangles held in memory
SHARP: Final = 0.86  # cosine of the angle from which on two faces meet in an edge
EDGE: Final = 0.45  # how much light is left there
GROUND: Final = 255
_LIGHT: Final = np.array([-0.40, 0.62, -0.67])
_HALF: Final = np.array([-0.22, 0.34, -0.91])

_ACROSS: Final = np.array([1, 1, 0]) / np.sqrt(2)
_AWAY: Final = np.array([-1, 1, -1]) / np.sqrt(3)
VIEW: Final = np.stack([_ACROSS, np.cross(_ACROSS, _AWAY), _AWAY], axis=1)
"""Turns the mesh to across, up and away."""

Floats = NDArray[np.floating[Any]]
Whole = NDArray[np.int64]


def picture(mesh: Mesh, wide: int, high: int) -> bytes:
    """Return the mesh as a PNG in colour on white."""
    drawn = shaded(mesh, wide, high)
    rows = np.zeros((high, 1 + 3 * wide), np.uint8)
    rows[:, 1:] = drawn.reshape(high, 3 * wide)
    return png.encode(rows.tobytes(), wide, high, png.COLOUR)


def shaded(mesh: Mesh, wide: int, high: int) -> NDArray[np.uint8]:
    """Return the picture as (high, wide, 3)."""
    scene = _placed(mesh, wide * FINER, high * FINER)
    depth, which = _nearest(scene)
    light, normals = _lit(scene, which)
    light *= _edges(depth, which, normals)[..., None]
    whole = np.full((scene.high, scene.wide, 3), float(GROUND))
    seen = which >= 0
    whole[seen] = light[seen] * scene.colours[which[seen]] + 255 * _gleam(normals[seen])
    fine = whole.reshape(high, FINER, wide, FINER, 3).mean(axis=(1, 3))
    drawn: NDArray[np.uint8] = np.clip(fine, 0, 255).round().astype(np.uint8)
    return drawn


@dataclass(frozen=True, slots=True)
class _Scene:
    """Triangles in points of the picture, x to the right, y down, z away, and what shades them."""

    corners: Floats
    normals: Floats | None
    colours: NDArray[np.uint8]
    slope: Floats
    wide: int
    high: int


def _placed(mesh: Mesh, wide: int, high: int) -> _Scene:
    turned = mesh.corners @ VIEW
    used = turned[np.unique(mesh.triangles)]
    low, top = used.min(axis=0), used.max(axis=0)
    size = np.maximum(top - low, 1e-9)
    scale = FILLED * min(wide / size[0], high / size[1])
    if not np.isfinite(scale) or scale > 1e12:
        scale = 1.0
    middle = (low + top) / 2
    at = (turned - middle) * np.array([scale, -scale, scale]) + np.array([wide / 2, high / 2, 0.0])
    each = at[mesh.triangles]
    one, two = each[:, 1] - each[:, 0], each[:, 2] - each[:, 0]
    area = one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]
    drawn = np.abs(area) > 1e-9
    one, two, area = one[drawn], two[drawn], area[drawn]
    slope = np.stack([
        (one[:, 2] * two[:, 1] - two[:, 2] * one[:, 1]) / area,
        (two[:, 2] * one[:, 0] - one[:, 2] * two[:, 0]) / area,
    ], axis=1)  # fmt: skip
    normals = None if mesh.normals is None else (mesh.normals @ VIEW)[mesh.triangles[drawn]]
    return _Scene(each[drawn], normals, mesh.colours[drawn], slope, wide, high)


def _nearest(scene: _Scene) -> tuple[Floats, Whole]:
    """Return for every point how far away the nearest triangle is, and which; -1 for none."""
    depth = np.full(scene.high * scene.wide, np.inf)
    which = np.full(scene.high * scene.wide, -1, np.int64)
    for triangle, row, left, count in _spans(scene):
        for part in _portions(count):
            tri = np.repeat(triangle[part], count[part])
            column = np.repeat(left[part], count[part]) + _counted(count[part])
            line = np.repeat(row[part], count[part])
            start = scene.corners[tri, 0]
            slope = scene.slope[tri]
            away = (start[:, 2] + (column + 0.5 - start[:, 0]) * slope[:, 0]
                    + (line + 0.5 - start[:, 1]) * slope[:, 1])  # fmt: skip
            place = line * scene.wide + column
            np.minimum.at(depth, place, away)
            won = depth[place] == away
            which[place[won]] = tri[won]
    shape = (scene.high, scene.wide)
    return depth.reshape(shape), which.reshape(shape)


def _spans(scene: _Scene) -> Iterator[tuple[Whole, Whole, Whole, Whole]]:
    """Yield rows of triangles: which one, the row, its first column, and how many points."""
    down = scene.corners[:, :, 1]
    first = np.clip(np.ceil(down.min(axis=1) - 0.5), 0, scene.high).astype(np.int64)
    last = np.clip(np.floor(down.max(axis=1) - 0.5), -1, scene.high - 1).astype(np.int64)
    rows = np.maximum(last - first + 1, 0)
    for part in _portions(rows):
        triangle = np.repeat(np.arange(part.start, part.stop), rows[part])
        row = np.repeat(first[part], rows[part]) + _counted(rows[part])
        left, right = _crossings(scene.corners[triangle], row + 0.5)
        begin = np.clip(np.ceil(left - 0.5), 0, scene.wide)
        end = np.clip(np.floor(right - 0.5), -1, scene.wide - 1)
        count = np.maximum(end - begin + 1, 0).astype(np.int64)
        kept = count > 0
        yield triangle[kept], row[kept], begin[kept].astype(np.int64), count[kept]


def _crossings(corners: Floats, level: Floats) -> tuple[Floats, Floats]:
    """Return between which columns a row lies in its triangle."""
    left = np.full(len(level), np.inf)
    right = np.full(len(level), -np.inf)
    for begin, end in ((0, 1), (1, 2), (2, 0)):
        one, two = corners[:, begin], corners[:, end]
        height = two[:, 1] - one[:, 1]
        crosses = (one[:, 1] <= level) != (two[:, 1] <= level)
        share = (level - one[:, 1]) / np.where(crosses, height, 1.0)
        at = one[:, 0] + share * (two[:, 0] - one[:, 0])
        left = np.where(crosses, np.minimum(left, at), left)
        right = np.where(crosses, np.maximum(right, at), right)
    crossed = right >= left
    return np.where(crossed, left, 1.0), np.where(crossed, right, 0.0)


def _portions(counts: Whole) -> Iterator[slice]:
    """Yield parts of a list whose counts sum up to what memory holds."""
    ends = np.cumsum(counts)
    begin = 0
    while begin < len(counts):
        before = int(ends[begin - 1]) if begin else 0
        end = max(int(np.searchsorted(ends, before + AT_ONCE, "right")), begin + 1)
        yield slice(begin, end)
        begin = end


def _counted(counts: Whole) -> Whole:
    """Return 0, 1, 2 … for each count, one after another."""
    if not len(counts):
        return counts
    starts = np.cumsum(counts) - counts
    found: Whole = np.arange(int(counts.sum())) - np.repeat(starts, counts)
    return found


def _lit(scene: _Scene, which: Whole) -> tuple[Floats, Floats]:
    """Return how much light every point gives back, and where its surface looks."""
    normals = np.zeros((*which.shape, 3))
    rows, columns = np.nonzero(which >= 0)
    tri = which[rows, columns]
    each = scene.corners[tri]
    if scene.normals is None:
        found = np.cross(each[:, 1] - each[:, 0], each[:, 2] - each[:, 0])
        found[:, 1] *= -1
    else:
        shares = _shares(each, columns + 0.5, rows + 0.5)
        found = (shares[:, :, None] * scene.normals[tri]).sum(axis=1)
    length = np.linalg.norm(found, axis=1, keepdims=True)
    found = found / np.maximum(length, 1e-12)
    found = np.where(found[:, 2:] > 0, -found, found)  # both sides of a surface are shown
    normals[rows, columns] = found
    light = np.zeros((*which.shape, 1))
    light[rows, columns, 0] = 0.42 + 0.62 * np.clip(found @ _LIGHT, 0, 1)
    return light, normals


def _shares(each: Floats, x: Floats, y: Floats) -> Floats:
    """Return how much of each corner is in a point of a triangle."""
    one, two, three = each[:, 0], each[:, 1], each[:, 2]
    area = ((two[:, 0] - one[:, 0]) * (three[:, 1] - one[:, 1])
            - (two[:, 1] - one[:, 1]) * (three[:, 0] - one[:, 0]))  # fmt: skip
    of_one = ((two[:, 0] - x) * (three[:, 1] - y) - (two[:, 1] - y) * (three[:, 0] - x)) / area
    of_two = ((three[:, 0] - x) * (one[:, 1] - y) - (three[:, 1] - y) * (one[:, 0] - x)) / area
    shares: Floats = np.stack([of_one, of_two, 1 - of_one - of_two], axis=1)
    return np.clip(shares, 0, 1)


def _gleam(normals: Floats) -> Floats:
    found: Floats = 0.10 * np.clip(normals @ _HALF, 0, 1)[:, None] ** 24
    return found


_EVERY: Final = slice(None)
_NEIGHBOURS: Final = (
    ((slice(None, -1), _EVERY), (slice(1, None), _EVERY)),
    ((_EVERY, slice(None, -1)), (_EVERY, slice(1, None))),
)


def _edges(depth: Floats, which: Whole, normals: Floats) -> Floats:
    """Return 1 where a surface goes on, and less where it ends or bends sharply."""
    light = np.ones(which.shape)
    steep = np.linalg.norm(normals[..., :2], axis=-1) / np.maximum(-normals[..., 2], 0.05)
    for here, next_ in _NEIGHBOURS:
        one, two = which[here] >= 0, which[next_] >= 0
        both = one & two
        bends = np.einsum("ijk,ijk->ij", normals[here], normals[next_]) < SHARP
        with np.errstate(invalid="ignore"):
            step = np.abs(depth[here] - depth[next_])
        jumps = step > 3 + 2.5 * np.minimum(steep[here], steep[next_])
        edge = (one != two) | (both & (bends | jumps))
        light[here][edge & one] = EDGE
        light[next_][edge & two] = EDGE
    return light
