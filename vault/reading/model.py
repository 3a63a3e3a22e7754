# SPDX-License-Identifier: AGPL-3.0-or-later
"""3D models as meshes: STEP and IGES by Open CASCADE (the extra ``cad``), STL by our own reader.

Tasks of the worker process.  Others that run there may ask ``read`` for the mesh itself.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any, Final

from vault.errors import NoModelReader, UnreadableFile
from vault.reading import mesh, shading
from vault.reading.mesh import Mesh

LARGEST: Final = 200 << 20  # bytes of a model
LARGEST_SURFACE: Final = 160 << 20  # bytes of what Open CASCADE made of one
LINEAR: Final = 0.01  # millimetres a chord may be off its curve
ANGULAR: Final = 0.15  # and radians it may turn
COARSER: Final = 8  # times, where that makes too many triangles
WIDE, HIGH = 640, 480
STEP: Final = frozenset({".step", ".stp"})
BREP: Final = STEP | {".iges", ".igs"}

Json = dict[str, Any]


def shown(path: str, glb: str, picture: str, small: str, name: str = "") -> Json:
    """Write a model as GLB for the 3D view and as two isometric pictures; return its facts.

    ``low``, ``high`` and ``box`` are in millimetres, ``volume`` in cubic, ``area`` in square ones,
    within about 0.4 % where surfaces are curved; ``closed`` says whether the volume means anything.
    """
    found, surface = _read(path, name)
    Path(glb).write_bytes(surface or mesh.to_glb(found))
    Path(picture).write_bytes(shading.picture(found, WIDE, HIGH))
    Path(small).write_bytes(shading.picture(found, WIDE // 4, HIGH // 4))
    return found.facts()


def facts(path: str, name: str = "") -> Json:
    """Return what ``shown`` does without writing anything."""
    return read(path, name).facts()


def read(path: str, name: str = "") -> Mesh:
    """Return the mesh of a model; raises UnreadableFile or NoModelReader."""
    return _read(path, name)[0]


def _read(path: str, name: str) -> tuple[Mesh, bytes]:
    name = name or Path(path).name
    if Path(path).stat().st_size > LARGEST:
        raise UnreadableFile(name=name, reason=f"it is larger than {LARGEST >> 20} MB")
    if Path(name).suffix.lower() in BREP:
        surface = _surface(path, name)
        return mesh.from_glb(surface, name), surface
    return mesh.stl(Path(path).read_bytes(), name), b""


def _surface(path: str, name: str) -> bytes:
    """Return a STEP or IGES file as GLB, coarser where it would be too large."""
    if importlib.util.find_spec("cascadio") is None:
        raise NoModelReader(name=name)
    _look_like_a_model(path, name)
    for times in (1, COARSER):
        surface = _converted(path, name, LINEAR * times, ANGULAR * min(times, 4))
        if len(surface) <= LARGEST_SURFACE:
            return surface
    raise UnreadableFile(name=name, reason="its surface has too many triangles to be shown")


def _look_like_a_model(path: str, name: str) -> None:
    """Refuse what is no STEP and no IGES before a large library tries."""
    with Path(path).open("rb") as file:
        head = file.read(1024)
    if b"ISO-10303-21" in head or head[72:73] in {b"S", b"C"}:
        return
    kind = "STEP" if Path(name).suffix.lower() in STEP else "IGES"
    raise UnreadableFile(name=name, reason=f"it is not {kind}")


def _converted(path: str, name: str, linear: float, angular: float) -> bytes:
    # half a second, and only where the extra is installed
    import cascadio  # noqa: PLC0415

    kind = cascadio.STEP if Path(name).suffix.lower() in STEP else cascadio.IGES
    data = Path(path).read_bytes()
    found: bytes = cascadio.to_glb_bytes(
        data, kind, tol_linear=linear, tol_angular=angular, use_parallel=False
    )
    if not found:
        raise UnreadableFile(
            name=name, reason="it is damaged, or there is nothing in it to be drawn"
        )
    return found
