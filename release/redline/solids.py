# SPDX-License-Identifier: AGPL-3.0-or-later
"""What can be said of a solid without a CAD program: box, volume, faces, a picture of a mesh.

STL is read whole, ASCII or binary.  Of STEP the header, the corners and the counts of its
entities are read (ISO 10303-21), so its box is that of its corners and said to be so.  Tasks of the worker.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from release.redline import raster, shown
from vault.errors import UnreadableFile
from vault.reading import step
from vault.reading.mesh import triangles_of_stl

LARGEST: Final = 200 << 20  # bytes
WIDE, HIGH = 640, 480
TOLD_KINDS: Final = ("ADVANCED_FACE", "PLANE", "CYLINDRICAL_SURFACE", "CONICAL_SURFACE",
                     "TOROIDAL_SURFACE", "SPHERICAL_SURFACE", "B_SPLINE_SURFACE_WITH_KNOTS",
                     "MANIFOLD_SOLID_BREP")  # fmt: skip
_POINT: Final = re.compile(
    rb"#([0-9]{1,10})\s{0,8}=\s{0,8}CARTESIAN_POINT\s{0,8}\(\s{0,8}'[^']{0,200}'\s{0,8},\s{0,8}"
    rb"\(([^()]{5,120})\)"
)
_CORNER: Final = re.compile(
    rb"=\s{0,8}VERTEX_POINT\s{0,8}\(\s{0,8}'[^']{0,200}'\s{0,8},\s{0,8}#([0-9]{1,10})"
)
_KIND: Final = re.compile(rb"=\s{0,8}([A-Z][A-Z_0-9]{2,60})\s{0,8}\(")
_NUMBER: Final = re.compile(rb"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_FULL: Final = 255

Mesh = NDArray[np.float64]
Json = dict[str, Any]


def facts(path: str, name: str = "") -> Json:
    """Return what a solid says of itself, as words and values in the order people read them."""
    data = _data(path, name)
    if name.lower().endswith(".stl"):
        return {"facts": _of_mesh(triangles_of_stl(data, name))}
    return {"facts": _of_step(data)}


def picture(before: str, after: str, out_before: str, out_after: str, name: str = "") -> Json:
    """Draw two meshes from one side at one scale; an empty path is a file that is not there."""
    meshes = [
        triangles_of_stl(_data(path, name), name) if path else None for path in (before, after)
    ]
    there = [mesh for mesh in meshes if mesh is not None]
    corners = np.concatenate([_turned(mesh).reshape(-1, 3) for mesh in there])
    low, high = corners.min(axis=0), corners.max(axis=0)
    for mesh, out in zip(meshes, (out_before, out_after), strict=True):
        if mesh is not None:
            shown.write_png(Path(out), _shaded(_turned(mesh), low, high))
    return {}


def _data(path: str, name: str) -> bytes:
    size = Path(path).stat().st_size
    if size > LARGEST:
        raise UnreadableFile(name=name, reason=f"it is larger than {LARGEST >> 20} MB")
    return Path(path).read_bytes()


# --- meshes ------------------------------------------------------------------


def _of_mesh(mesh: Mesh) -> list[list[str]]:
    size = mesh.reshape(-1, 3).max(axis=0) - mesh.reshape(-1, 3).min(axis=0)
    volume = float(np.einsum("ij,ij->i", mesh[:, 0], np.cross(mesh[:, 1], mesh[:, 2])).sum()) / 6
    area = float(np.linalg.norm(np.cross(mesh[:, 1] - mesh[:, 0], mesh[:, 2] - mesh[:, 0]), axis=1)
                 .sum()) / 2  # fmt: skip
    return [
        ["Box, in its units", " × ".join(_told(side) for side in size)],
        ["Volume, if closed", _told(abs(volume))],
        ["Surface", _told(area)],
        ["Triangles", str(len(mesh))],
    ]


def _told(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".") if abs(value) < 1e6 else f"{value:.6g}"


def _turned(mesh: Mesh) -> Mesh:
    """Return the mesh as seen from the front, the right and above (ISO 5456-3, isometric)."""
    across = np.array([1, 1, 0]) / np.sqrt(2)
    away = np.array([-1, 1, -1]) / np.sqrt(3)
    up = np.cross(across, away)
    turned: Mesh = mesh @ np.stack([across, up, away], axis=1)
    return turned


def _shaded(mesh: Mesh, low: NDArray[Any], high: NDArray[Any]) -> raster.Picture:
    """Return a picture by depth: enough points of every triangle, the nearest one drawn last."""
    whole: raster.Picture = np.full((HIGH, WIDE), _FULL, np.uint8)
    scale = 0.92 * min(WIDE / max(high[0] - low[0], 1e-9), HIGH / max(high[1] - low[1], 1e-9))
    middle = (low + high) / 2
    normal = np.cross(mesh[:, 1] - mesh[:, 0], mesh[:, 2] - mesh[:, 0])
    length = np.linalg.norm(normal, axis=1)
    light = np.abs(normal @ np.array([-0.35, 0.75, -0.56])) / np.maximum(length, 1e-12)
    seen = np.abs(normal[:, 2]) * scale * scale / 2
    points = np.minimum(np.ceil(seen * 3).astype(np.int64) + 3, 400_000)
    points = np.maximum(1, (points * min(1.0, 6_000_000 / max(int(points.sum()), 1))).astype(int))
    which = np.repeat(np.arange(len(mesh)), points)
    step_of = np.arange(len(which), dtype=np.float64)
    one, two = (step_of * 0.7548776662) % 1, (step_of * 0.5698402910) % 1  # spread evenly
    over = one + two > 1
    one[over], two[over] = 1 - one[over], 1 - two[over]
    corners = mesh[which]
    place = (corners[:, 0] + one[:, None] * (corners[:, 1] - corners[:, 0])
             + two[:, None] * (corners[:, 2] - corners[:, 0]))  # fmt: skip
    column = np.clip((WIDE / 2 + (place[:, 0] - middle[0]) * scale).astype(int), 0, WIDE - 1)
    row = np.clip((HIGH / 2 - (place[:, 1] - middle[1]) * scale).astype(int), 0, HIGH - 1)
    order = np.argsort(-place[:, 2], kind="stable")
    whole[row[order], column[order]] = (60 + 165 * light[which[order]]).astype(np.uint8)
    return whole


# --- STEP --------------------------------------------------------------------


def _of_step(data: bytes) -> list[list[str]]:
    header = step.of(data[: step.LARGEST]).splitlines()[:20]
    told = [[f"Header {place}", line] for place, line in enumerate(header, 1)]
    unit = "inches" if b"'INCH'" in data else "mm" if b".MILLI." in data else "its units"
    box = _box(data)
    if box:
        told.append([f"Box of its corners, {unit} (curved faces may reach further)", box])
    kinds = Counter(found[1] for found in _KIND.finditer(data))
    told += [[kind.replace("_", " ").capitalize(), str(kinds[kind.encode()])]
             for kind in TOLD_KINDS if kinds[kind.encode()]]  # fmt: skip
    return told


def _box(data: bytes) -> str:
    """Return the box of the points that are corners; others are centres, axes, and controls."""
    corners = {found[1] for found in _CORNER.finditer(data)}
    points = []
    for found in _POINT.finditer(data):
        numbers = _NUMBER.findall(found[2]) if found[1] in corners else ()
        if len(numbers) == 3:
            points.append([float(number) for number in numbers])
    if not points:
        return ""
    every = np.array(points)
    return " × ".join(_told(side) for side in every.max(axis=0) - every.min(axis=0))
