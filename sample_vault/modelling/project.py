# SPDX-License-Identifier: AGPL-3.0-or-later
# mypy: disable-error-code="import-not-found"
"""Exact hidden-line projection of a solid to lines, arcs and chains, rounded to a micrometre."""

from __future__ import annotations

import math
from typing import Any

from build123d import Box, Compound, Face, GeomType, Pos, Vector
from OCP.BRepAdaptor import BRepAdaptor_Curve
from OCP.BRepLib import BRepLib
from OCP.GCPnts import GCPnts_QuasiUniformDeflection
from OCP.GeomAbs import GeomAbs_CurveType
from OCP.gp import gp_Ax2, gp_Dir, gp_Pnt
from OCP.HLRAlgo import HLRAlgo_Projector
from OCP.HLRBRep import HLRBRep_Algo, HLRBRep_HLRToShape
from OCP.TopAbs import TopAbs_ShapeEnum
from OCP.TopExp import TopExp_Explorer
from OCP.TopoDS import TopoDS

# name: (direction to the viewer, what points right on paper); first the six of ISO 5456-2
DIRECTIONS: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "front": ((0, -1, 0), (1, 0, 0)),
    "back": ((0, 1, 0), (-1, 0, 0)),
    "top": ((0, 0, 1), (1, 0, 0)),
    "bottom": ((0, 0, -1), (1, 0, 0)),
    "left": ((-1, 0, 0), (0, -1, 0)),
    "right": ((1, 0, 0), (0, 1, 0)),
    "iso": ((1, -1, 0.82), (1, 1, 0)),
    "iso back": ((-1, 1, 0.82), (-1, -1, 0)),
    "iso below": ((1, -1, -0.82), (1, 1, 0)),
}


def view(shape: Any, name: str, hidden: bool = True) -> dict[str, Any]:
    """Project a shape; iso views leave hidden edges out."""
    towards, right = DIRECTIONS[name]
    algo = HLRBRep_Algo()
    algo.Add(shape.wrapped)
    algo.Projector(HLRAlgo_Projector(gp_Ax2(gp_Pnt(0, 0, 0), gp_Dir(*towards), gp_Dir(*right))))
    algo.Update()
    algo.Hide()
    out = HLRBRep_HLRToShape(algo)
    found = {"visible": _edges(out.VCompound(), out.OutLineVCompound())}
    found["smooth"] = _edges(out.Rg1LineVCompound()) if name.startswith("iso") else _edges()
    if hidden and not name.startswith("iso"):
        behind = _edges(out.HCompound(), out.OutLineHCompound())
        found["hidden"] = _without(behind, found["visible"])
    return found


def section(shape: Any, axis: str, at: float, name: str, whole: tuple[str, ...]) -> dict[str, Any]:
    """Cut a shape by the plane axis = at, take the half nearer the viewer away, and project.

    Parts whose label begins with one of `whole` are not cut lengthwise (ISO 128-3): shafts, pins.
    """
    towards = DIRECTIONS[name][0]
    index = "xyz".index(axis)
    big = 4000.0
    centre = [0.0, 0.0, 0.0]
    centre[index] = at + math.copysign(big / 2, towards[index])
    knife = Pos(*centre) * Box(big, big, big)
    kept: list[Any] = []
    cut: list[Any] = []
    for number, part in enumerate(list(shape.children) or shape.solids()):
        box = part.bounding_box()
        low, high = tuple(box.min)[index], tuple(box.max)[index]
        if low < at < high and part.label.startswith(whole or ("no part",)):
            kept += part.solids()
            continue
        halves = [h for s in part.solids() for h in (s - knife).solids()]
        kept += halves
        for solid in halves:
            cut += [[number, _loops(f, name)] for f in solid.faces() if _lies_in(f, index, at)]
    found = view(Compound(kept), name, hidden=False)
    found["cut"] = cut
    return found


def _lies_in(face: Face, index: int, at: float) -> bool:
    """Whether a face is flat, square to the axis and in the plane of the cut."""
    return bool(
        face.geom_type == GeomType.PLANE
        and abs(abs(tuple(face.normal_at())[index]) - 1) < 1e-6
        and abs(tuple(face.center())[index] - at) < 1e-6
    )


def _loops(face: Face, name: str) -> list[list[list[float]]]:
    towards, right = (Vector(*v) for v in DIRECTIONS[name])
    up = towards.cross(right)
    loops = []
    for wire in [face.outer_wire(), *face.inner_wires()]:
        points = []
        for edge in wire.order_edges():
            count = 1 if edge.geom_type == GeomType.LINE else 24
            points += [edge.position_at(i / count) for i in range(count)]
        loops.append([[_r(p.dot(right)), _r(p.dot(up))] for p in points])
    return loops


def _edges(*compounds: Any) -> dict[str, Any]:
    lines: set[tuple[float, ...]] = set()
    arcs: set[tuple[float, ...]] = set()
    chains: dict[tuple[Any, ...], None] = {}
    for compound in compounds:
        if compound is None or compound.IsNull():
            continue
        BRepLib.BuildCurves3d_s(compound)
        walk = TopExp_Explorer(compound, TopAbs_ShapeEnum.TopAbs_EDGE)
        while walk.More():
            _one(BRepAdaptor_Curve(TopoDS.Edge(walk.Current())), lines, arcs, chains)
            walk.Next()
    kept = _merge([list(v) for v in sorted(lines)])
    return {
        "l": kept,
        "a": [list(v) for v in sorted(arcs)],
        "p": sorted([list(map(list, c)) for c in chains]),
    }


def _one(curve: Any, lines: set[Any], arcs: set[Any], chains: dict[Any, None]) -> None:
    first, last = curve.FirstParameter(), curve.LastParameter()
    a, b = curve.Value(first), curve.Value(last)
    kind = curve.GetType()
    if kind == GeomAbs_CurveType.GeomAbs_Line:
        ends = _upright((_r(a.X()), _r(a.Y())), (_r(b.X()), _r(b.Y())))
        if ends[0] != ends[1]:
            lines.add((*ends[0], *ends[1]))
        return
    if kind == GeomAbs_CurveType.GeomAbs_Circle:
        circle = curve.Circle()
        c, r = circle.Location(), circle.Radius()
        middle = curve.Value((first + last) / 2)
        sweep = math.degrees(last - first)
        start = math.degrees(math.atan2(a.Y() - c.Y(), a.X() - c.X()))
        half = math.degrees(math.atan2(middle.Y() - c.Y(), middle.X() - c.X()))
        if abs((half - start) % 360 - sweep / 2) > 1:
            start = math.degrees(math.atan2(b.Y() - c.Y(), b.X() - c.X()))
        if sweep > 359.9:
            start = 0.0
        arcs.add((_r(c.X()), _r(c.Y()), _r(r), _r(start % 360), _r(start % 360 + sweep)))
        return
    points = GCPnts_QuasiUniformDeflection(curve, 0.03)
    chain = [points.Value(i + 1) for i in range(points.NbPoints())]
    ordered = [(_r(p.X()), _r(p.Y())) for p in chain]
    if len({p[0] for p in ordered}) == 1 or len({p[1] for p in ordered}) == 1:
        low, high = min(ordered), max(ordered)
        if low != high:
            lines.add((*low, *high))
        return
    chains[tuple(ordered if ordered[0] <= ordered[-1] else ordered[::-1])] = None


def _upright(a: tuple[float, float], b: tuple[float, float]) -> list[tuple[float, float]]:
    """Both ends in order, a line that is upright or level but for rounding made exactly so."""
    if abs(a[0] - b[0]) < 0.012 < abs(a[1] - b[1]):
        x = _r(round((a[0] + b[0]) / 2, 2))
        a, b = (x, a[1]), (x, b[1])
    elif abs(a[1] - b[1]) < 0.012 < abs(a[0] - b[0]):
        y = _r(round((a[1] + b[1]) / 2, 2))
        a, b = (a[0], y), (b[0], y)
    return sorted([a, b])


def _r(value: float) -> float:
    return round(float(value), 3) + 0.0


def _key(line: list[float]) -> tuple[float, float]:
    """Direction and distance of the carrier of a line, to find collinear ones."""
    x1, y1, x2, y2 = line
    angle = math.atan2(y2 - y1, x2 - x1) % math.pi
    if math.pi - angle < 1e-4:
        angle = 0.0
    return round(angle, 3), round(-x1 * math.sin(angle) + y1 * math.cos(angle), 2)


def _along(line: list[float], angle: float) -> tuple[float, float]:
    c, s = math.cos(angle), math.sin(angle)
    ends = sorted((line[0] * c + line[1] * s, line[2] * c + line[3] * s))
    return ends[0], ends[1]


def _merge(lines: list[list[float]], minus: list[list[float]] | None = None) -> list[list[float]]:
    """Unite overlapping collinear lines, and take away what `minus` covers."""
    groups: dict[tuple[float, float], list[tuple[float, float]]] = {}
    for line in lines:
        groups.setdefault(_key(line), []).append(_along(line, _key(line)[0]))
    covers: dict[tuple[float, float], list[tuple[float, float]]] = {}
    for line in minus or []:
        covers.setdefault(_key(line), []).append(_along(line, _key(line)[0]))
    out = []
    for (angle, off), spans in sorted(groups.items()):
        joined: list[list[float]] = []
        for a, b in sorted(spans):
            if joined and a <= joined[-1][1] + 0.005:
                joined[-1][1] = max(joined[-1][1], b)
            else:
                joined.append([a, b])
        for low, high in joined:
            free = [(low, high)]
            for a, b in sorted(covers.get((angle, off), [])):
                free = [
                    piece
                    for p, q in free
                    for piece in ((p, min(q, a)), (max(p, b), q))
                    if piece[1] - piece[0] > 0.02
                ]
            c, s = math.cos(angle), math.sin(angle)
            for a, b in free:
                ends = [a * c - off * s, a * s + off * c, b * c - off * s, b * s + off * c]
                out.append([_r(v) for v in ends])
    return out


def _without(hidden: dict[str, Any], visible: dict[str, Any]) -> dict[str, Any]:
    """Hidden edges that no visible edge already shows."""
    seen = {tuple(a[:3]) for a in visible["a"] if a[4] - a[3] > 359}
    full = [a for a in hidden["a"] if tuple(a[:3]) not in seen]
    return {"l": _merge(hidden["l"], visible["l"]), "a": full, "p": hidden["p"]}
