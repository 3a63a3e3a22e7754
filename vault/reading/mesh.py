# SPDX-License-Identifier: AGPL-3.0-or-later
"""Surfaces made of triangles: out of STL and GLB, their measures, and GLB for the 3D view.

Millimetres, Z upwards, as CAD programs have it.  GLB is in metres (glTF 2.0, 3.4), but its Z is
left upwards too, as Open CASCADE writes it.  For tasks of the worker.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from vault.errors import UnreadableFile

TRIANGLES: Final = 2_000_000
INSTANCES: Final = 20_000
METAL: Final = (158, 172, 186)
"""The colour of what has none."""

_VERTEX: Final = re.compile(rb"vertex\s+(\S{1,40})\s+(\S{1,40})\s+(\S{1,40})", re.IGNORECASE)
_KINDS: Final[Mapping[int, str]] = {5121: "u1", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS: Final[Mapping[str, int]] = {"SCALAR": 1, "VEC3": 3}
_TRIANGLE_MODE: Final = 4
_TO_MM: Final = 1000.0

Points = NDArray[np.float64]
Whole = NDArray[np.int64]
Colours = NDArray[np.uint8]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Mesh:
    """Corners (n, 3), the triangles between them (m, 3), a colour of each, and perhaps normals.

    ``parts`` is how many bodies were drawn, each as often as it is there.
    """

    corners: Points
    triangles: Whole
    colours: Colours
    normals: Points | None = None
    parts: int = 1

    @property
    def each(self) -> Points:
        """Return the triangles as (m, 3 corners, 3 numbers)."""
        found: Points = self.corners[self.triangles]
        return found

    def facts(self) -> Json:
        """Return box, volume, surface and what of them can be relied on.

        ``closed`` says that every edge belongs to two triangles that agree on the outside; the
        volume of an open surface means nothing.
        """
        each = self.each
        used = self.corners[np.unique(self.triangles)]
        low, high = used.min(axis=0), used.max(axis=0)
        middle = each - (low + high) / 2  # near the origin, else large numbers eat small volumes
        one, two = middle[:, 1] - middle[:, 0], middle[:, 2] - middle[:, 0]
        normal = np.cross(one, two)
        volume = float(np.einsum("ij,ij->i", middle[:, 0], normal).sum()) / 6
        return {
            "triangles": len(self.triangles),
            "parts": self.parts,
            "low": _rounded(low),
            "high": _rounded(high),
            "box": _rounded(high - low),
            "volume": round(abs(volume), 3),
            "area": round(float(np.linalg.norm(normal, axis=1).sum()) / 2, 3),
            "closed": self._closed(),
        }

    def _closed(self) -> bool:
        """Say whether edges meet in pairs that run against each other; equal corners are one."""
        known = _welded(np.round(self.corners, 5))[1][self.triangles]
        known = known[(known[:, 0] != known[:, 1]) & (known[:, 1] != known[:, 2])
                      & (known[:, 2] != known[:, 0])]  # fmt: skip
        edges = np.concatenate([known[:, [0, 1]], known[:, [1, 2]], known[:, [2, 0]]])
        low, high = edges.min(axis=1), edges.max(axis=1)
        key = low * (int(known.max(initial=0)) + 1) + high
        way = np.where(edges[:, 0] < edges[:, 1], 1, -1)
        order = np.argsort(key, kind="stable")
        starts = np.flatnonzero(np.diff(key[order], prepend=-1))
        return bool(len(order)) and not np.add.reduceat(way[order], starts).any()


def _rounded(values: Points) -> list[float]:
    return [round(float(value), 4) + 0.0 for value in values]


def _welded(points: Points) -> tuple[Points, Whole]:
    """Return every different point once, and for each given one which of them it is.

    Numbers are sorted axis by axis, which takes a tenth of the time of sorting rows.
    """
    which = np.zeros(len(points), np.int64)
    for axis in range(3):
        values, place = np.unique(points[:, axis], return_inverse=True)
        _known, which = np.unique(which * len(values) + place, return_inverse=True)
    first = np.zeros(int(which.max(initial=-1)) + 1, np.int64)
    first[which[::-1]] = np.arange(len(points))[::-1]
    return points[first], which


# --- STL ------------------------------------------------------------------------------------------


def stl(data: bytes, name: str) -> Mesh:
    """Return the mesh of an STL file, ASCII or binary; its units are taken for millimetres."""
    each = triangles_of_stl(data, name)
    corners, which = _welded(each.reshape(-1, 3))
    triangles = which.reshape(-1, 3)
    return Mesh(corners, triangles, np.full((len(triangles), 3), METAL, np.uint8))


def triangles_of_stl(data: bytes, name: str) -> Points:
    """Return triangles as (n, 3 corners, 3 numbers); raises UnreadableFile."""
    count = int.from_bytes(data[80:84], "little")
    if len(data) >= 84 and len(data) == 84 + 50 * count:
        _few_enough(count, name)
        kind = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("more", "<u2")])
        corners = np.frombuffer(data, kind, count, 84)["corners"].astype(np.float64)
    elif data[:512].lstrip().lower().startswith(b"solid"):
        _few_enough(data.count(b"vertex") // 3, name)
        try:
            told = np.array(_VERTEX.findall(data), dtype="S40").astype(np.float64)
        except ValueError as fault:
            raise UnreadableFile(name=name, reason="a number in it cannot be read") from fault
        corners = told[: len(told) // 3 * 3].reshape(-1, 3, 3)
    else:
        raise UnreadableFile(name=name, reason="it is not STL, or a part of it is missing")
    if not len(corners):
        raise UnreadableFile(name=name, reason="it holds no triangles")
    _few_enough(len(corners), name)
    if not np.isfinite(corners).all() or np.abs(corners).max() > 1e9:
        raise UnreadableFile(name=name, reason="a number in it is not finite")
    return corners


def _few_enough(count: int, name: str) -> None:
    if count > TRIANGLES:
        raise UnreadableFile(name=name, reason=f"it has more than {TRIANGLES} triangles")


# --- GLB ------------------------------------------------------------------------------------------


def from_glb(data: bytes, name: str) -> Mesh:
    """Return the mesh of a GLB file, every instance of every part in its place."""
    try:
        return _gathered(_Glb(data), name)
    except (KeyError, IndexError, TypeError, ValueError, struct.error) as fault:
        raise UnreadableFile(name=name, reason="its surface cannot be read") from fault


class _Glb:
    """The two chunks of a GLB file: what it says, and its numbers."""

    def __init__(self, data: bytes) -> None:
        magic, _version, _length, size, _kind = struct.unpack_from("<4sIII4s", data)
        if magic != b"glTF":
            raise ValueError(magic)
        self.told: Json = json.loads(data[20 : 20 + size])
        self._bytes = memoryview(data)[28 + size :]
        self._known: dict[int, NDArray[Any]] = {}

    def numbers(self, place: int) -> NDArray[Any]:
        """Return the numbers of an accessor, one row for each."""
        if place not in self._known:
            one = self.told["accessors"][place]
            view = self.told["bufferViews"][one["bufferView"]]
            wide = _WIDTHS[one["type"]]
            kind = np.dtype(_KINDS[one["componentType"]])
            begin = view.get("byteOffset", 0) + one.get("byteOffset", 0)
            step = view.get("byteStride", kind.itemsize * wide)
            if step != kind.itemsize * wide:
                raise ValueError(step)
            found = np.frombuffer(self._bytes, kind, one["count"] * wide, begin)
            self._known[place] = found.reshape(-1, wide)
        return self._known[place]

    def instances(self) -> Iterator[tuple[int, Points]]:
        """Yield every mesh with its place, as often as it is there."""
        nodes = self.told.get("nodes", [])
        scene = self.told["scenes"][self.told.get("scene", 0)]
        waiting = [(node, np.eye(4)) for node in scene.get("nodes", ())]
        for _count in range(INSTANCES):
            if not waiting:
                return
            place, above = waiting.pop()
            node = nodes[place]
            here = above @ _matrix(node)
            waiting += [(child, here) for child in reversed(node.get("children", ()))]
            if "mesh" in node:
                yield node["mesh"], here
        raise ValueError(INSTANCES)

    def colour(self, primitive: Json) -> tuple[int, int, int]:
        """Return the colour of a surface, as screens mean it."""
        if "material" not in primitive:
            return METAL
        told = self.told["materials"][primitive["material"]].get("pbrMetallicRoughness", {})
        light = np.clip(told.get("baseColorFactor", (0.4, 0.45, 0.5, 1))[:3], 0, 1)
        red, green, blue = (255 * light ** (1 / 2.2)).round().astype(int).tolist()
        return red, green, blue


def _matrix(node: Json) -> Points:
    if "matrix" in node:
        return np.array(node["matrix"], np.float64).reshape(4, 4).T
    found = np.eye(4)
    x, y, z, w = node.get("rotation", (0, 0, 0, 1))
    turn = np.array([
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ])  # fmt: skip
    found[:3, :3] = turn * np.array(node.get("scale", (1, 1, 1)), np.float64)
    found[:3, 3] = node.get("translation", (0, 0, 0))
    return found


def _gathered(glb: _Glb, name: str) -> Mesh:
    corners: list[Points] = []
    normals: list[Points] = []
    triangles: list[Whole] = []
    colours: list[Colours] = []
    parts = begin = total = 0
    for mesh, place in glb.instances():
        parts += 1
        turn = place[:3, :3]
        for one in glb.told["meshes"][mesh]["primitives"]:
            if one.get("mode", _TRIANGLE_MODE) != _TRIANGLE_MODE:
                continue
            points = glb.numbers(one["attributes"]["POSITION"])
            known = glb.numbers(one["indices"]).reshape(-1, 3).astype(np.int64)
            if known.size and int(known.max()) >= len(points):
                raise ValueError(mesh)
            total += len(known)
            _few_enough(total, name)
            corners.append((points @ turn.T + place[:3, 3]) * _TO_MM)
            normals.append(glb.numbers(one["attributes"]["NORMAL"]) @ turn.T)
            triangles.append(known + begin)
            colours.append(np.full((len(known), 3), glb.colour(one), np.uint8))
            begin += len(points)
    if not total:
        raise UnreadableFile(name=name, reason="it holds no solid and no surface")
    return Mesh(np.concatenate(corners), np.concatenate(triangles), np.concatenate(colours),
                np.concatenate(normals), parts)  # fmt: skip


def to_glb(mesh: Mesh) -> bytes:
    """Return a mesh of one colour as GLB; without normals, which a viewer makes of the faces."""
    points = (mesh.corners / _TO_MM).astype("<f4")
    known = mesh.triangles.astype("<u4")
    colour = [float((value / 255) ** 2.2) for value in mesh.colours[0]]
    told = {
        "asset": {"version": "2.0", "generator": "Titleblock"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1, "material": 0}]}],
        "materials": [{"pbrMetallicRoughness": {"baseColorFactor": [*colour, 1.0]},
                       "doubleSided": True}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": len(points), "type": "VEC3",
             "min": points.min(axis=0).tolist(), "max": points.max(axis=0).tolist()},
            {"bufferView": 1, "componentType": 5125, "count": known.size, "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": 0, "byteLength": points.nbytes, "target": 34962},
            {"buffer": 0, "byteOffset": points.nbytes, "byteLength": known.nbytes, "target": 34963},
        ],
        "buffers": [{"byteLength": points.nbytes + known.nbytes}],
    }  # fmt: skip
    said = json.dumps(told, separators=(",", ":")).encode()
    said += b" " * (-len(said) % 4)
    numbers = points.tobytes() + known.tobytes()
    whole = 12 + 8 + len(said) + 8 + len(numbers)
    return b"".join((
        struct.pack("<4sII", b"glTF", 2, whole), struct.pack("<I4s", len(said), b"JSON"), said,
        struct.pack("<I4s", len(numbers), b"BIN\0"), numbers,
    ))  # fmt: skip
