# SPDX-License-Identifier: AGPL-3.0-or-later
# mypy: disable-error-code="import-not-found"
"""Bought parts as far as they show, and both products put together."""

from __future__ import annotations

from typing import Any

from build123d import Axis, Box, Color, Compound, Cylinder, Pos, Rot, fillet

from sample_vault.actuator import sizes as a
from sample_vault.modelling import actuator, vise
from sample_vault.modelling.actuator import LOW
from sample_vault.vise import sizes as v


def motor() -> Any:
    """NEMA 23 motor: flange at y = 0, shaft towards -y."""
    body = Pos(0, 28, 0) * Box(56.4, 56, 56.4)
    body = fillet(body.edges().filter_by(Axis.Y), 5)
    body += Pos(0, -0.8, 0) * Rot(90, 0, 0) * Cylinder(38.1 / 2, 1.6)
    body += Pos(0, -10.3, 0) * Rot(90, 0, 0) * Cylinder(4, 20.6)
    for sx in (-1, 1):
        for sz in (-1, 1):
            half = a.ADAPTER["A"].motor_pattern / 2
            body -= Pos(sx * half, 0, sz * half) * Rot(90, 0, 0) * Cylinder(2.55, 10)
    return body


def bearing() -> Any:
    """608 bearing along y, centred, without its balls."""
    ring = Rot(90, 0, 0) * (Cylinder(11, 7) - Cylinder(4, 8))
    lip = Rot(90, 0, 0) * (Cylinder(9.2, 9) - Cylinder(6.2, 10))
    return ring - Pos(0, 7.7, 0) * lip - Pos(0, -7.7, 0) * lip


def linear_bearing() -> Any:
    """LM12UU along x, centred."""
    part = Rot(0, 90, 0) * (Cylinder(10.5, 30) - Cylinder(6, 31))
    for x in (-10.85, 10.85):
        ring = Rot(0, 90, 0) * (Cylinder(12, 1.3) - Cylinder(10, 2))
        part -= Pos(x, 0, 0) * ring
    return part


def pulley(bore_d: float) -> Any:
    """HTD 5M pulley with 16 teeth along y, centred."""
    part = Cylinder(24.3 / 2, 17)
    for i in range(16):
        part -= Rot(0, 0, 22.5 * i) * Pos(12.15, 0, 0) * Cylinder(1.55, 20)
    for z in (-9.25, 9.25):
        part += Pos(0, 0, z) * Cylinder(14, 1.5)
    return Rot(90, 0, 0) * (part - Cylinder(bore_d / 2, 40))


def belt() -> Any:
    """The closed belt, 15 wide, centred on the drive axis at x = 0."""
    span = a.IDLER_X - a.DRIVE_X

    def loop(r: float) -> Any:
        ends = Cylinder(r, 15) + Pos(span, 0, 0) * Cylinder(r, 15)
        return ends + Pos(span / 2, 0, 0) * Box(span, 2 * r, 15)

    return Rot(90, 0, 0) * (loop(a.BELT_OUT) - loop(a.BELT_IN))


def coupling() -> Any:
    """Jaw coupling 8/8 along y, centred."""
    part = Cylinder(10, 30) - Cylinder(4, 40)
    for z in (-4.5, 4.5):
        part -= Pos(0, 0, z) * (Cylinder(20, 0.8) - Cylinder(9.4, 2))
    return Rot(90, 0, 0) * part


def screw(d: float, length: float) -> Any:
    """ISO 4762 screw, head above z = 0, shank below."""
    part = Cylinder(0.8 * d, d, align=LOW) - Pos(0, 0, 0.5 * d) * Cylinder(d * 0.45, d, align=LOW)
    return part + Pos(0, 0, -length) * Cylinder(d / 2, length, align=LOW)


def kit(sizes: tuple[tuple[float, float], ...]) -> Any:
    """One screw of each size in a hardware kit, side by side."""
    return Compound([Pos(16.0 * i, 0, 0) * screw(*size) for i, size in enumerate(sizes)])


STEEL, GREY, BLUE, DARK = (Color(x) for x in ("lightgray", "gray", "steelblue", "dimgray"))


def _put(parts: list[Any], name: str, shape: Any, place: Any, colour: Color) -> None:
    part = place * shape
    part.label, part.color = name, colour
    parts.append(part)


def actuator_assembly(rev: str) -> Compound:
    """10-0001: base top at z = 0, guide centre line at y = 0; carriage at mid stroke."""
    shaft_rev, bracket_rev = ("A", "B") if rev == "A" else ("B", "C")
    parts: list[Any] = []
    x, far = a.DRIVE_X, a.IDLER_X
    mid = (x + far) / 2
    at = Pos(x, a.MOTOR_FACE, 0)
    _put(parts, "10-0048 base plate", actuator.base(a.BASE["A"]), Pos(0, 0, 0), STEEL)
    drive, idler = a.DRIVE_HOUSING["A"], a.IDLER_HOUSING["A"]
    _put(parts, "10-0041 housing, drive", actuator.housing(drive), Pos(x, 0, 0), BLUE)
    _put(parts, "10-0044 housing, idler", actuator.housing(idler), Pos(far, 0, 0), BLUE)
    carriage = actuator.carriage(a.CARRIAGE["A" if rev == "A" else "B"])
    _put(parts, "10-0043 carriage", carriage, Pos(mid, 0, a.CARRIAGE_Z), BLUE)
    _put(parts, "10-0042 bracket", actuator.bracket(a.BRACKET[bracket_rev]), at, BLUE)
    shaft = actuator.shaft(a.SHAFT[shaft_rev])
    start = -a.SHAFT["A"].short - a.SHAFT["A"].body / 2
    _put(parts, "10-0045 drive shaft", shaft, Pos(x, start, a.AXIS) * Rot(0, 0, 90), STEEL)
    guide = actuator.guide_shaft(a.GUIDE_SHAFT["A"])
    for i, y in enumerate((-a.GUIDE_Y, a.GUIDE_Y), start=1):
        place = Pos(x - drive.length / 2, y, a.GUIDE_Z)
        _put(parts, f"10-0047 guide shaft {i}", guide, place, STEEL)
    pin = a.PIN["A"]
    place = Pos(far, -pin.length / 2, a.AXIS) * Rot(0, 0, 90)
    _put(parts, "10-0049 pin", actuator.pin(pin), place, STEEL)
    if rev != "A":
        guard = actuator.guard(a.GUARD["A"])
        place = at * Pos(0, -a.BRACKET["C"].thick - 1, a.BRACKET["C"].thick / 2 - 5)
        _put(parts, "10-0046 guard", guard, place, GREY)
    adapter = a.ADAPTER["A"]
    _put(parts, "10-0050 adapter", actuator.adapter(adapter), at * Pos(0, 0, a.AXIS), STEEL)
    clamp = actuator.clamp(a.CLAMP["A"])
    top = a.CARRIAGE_Z + a.CARRIAGE["A"].height
    _put(parts, "10-0051 belt clamp", clamp, Pos(mid, 0, top), STEEL)
    _put(parts, "20-0101 belt", belt(), Pos(x, 0, a.AXIS), DARK)
    for i, y in enumerate((-51.5, 51.5), start=1):
        _put(parts, f"20-0102 bearing {i}", bearing(), Pos(x, y, a.AXIS), STEEL)
    for i, (sx, y) in enumerate(((-1, -40), (1, -40), (-1, 40), (1, 40)), start=1):
        place = Pos(mid + sx * 24.5, y, a.GUIDE_Z)
        _put(parts, f"20-0103 linear bearing {i}", linear_bearing(), place, STEEL)
    _put(parts, "20-0104 pulley", pulley(10), Pos(x, 0, a.AXIS), GREY)
    _put(parts, "20-0105 idler pulley", pulley(8), Pos(far, 0, a.AXIS), GREY)
    _put(parts, "20-0106 coupling", coupling(), at * Pos(0, -13, a.AXIS), GREY)
    _put(parts, "20-0107 motor", motor(), at * Pos(0, adapter.thick, a.AXIS), DARK)
    for i, (sx, y) in enumerate([(sx, y) for sx in (-1, 1) for y in (22, 42)], start=1):
        place = at * Pos(sx * 28, -y, 12)
        _put(parts, f"20-0200 screw M6 {i}", screw(6, 20), place, DARK)
    return Compound(label="10-0001 linear actuator LA-40", children=parts)


def vise_assembly(rev: str) -> Compound:
    """11-0001: standing jaw at x = 0, opened as the drawing shows it."""
    parts: list[Any] = []
    b, plate, jaw, spindle = v.BODY["A"], v.JAW_PLATE[rev], v.JAW["A"], v.SPINDLE["A"]
    _put(parts, "11-0010 body", vise.body(b), Pos(0, 0, 0), BLUE)
    low = v.BED + 1
    first = Pos(b.jaw + plate.thick, 0, low) * Rot(0, 0, 90)
    _put(parts, "11-0012 jaw plate 1", vise.jaw_plate(plate), first, STEEL)
    x = b.jaw + plate.thick + v.OPENING
    _put(
        parts, "11-0012 jaw plate 2", vise.jaw_plate(plate), Pos(x, 0, low) * Rot(0, 0, -90), STEEL
    )
    x += plate.thick
    _put(parts, "11-0011 jaw, sliding", vise.jaw(jaw), Pos(x, 0, v.BED), BLUE)
    x += jaw.length - spindle.nose
    _put(parts, "11-0013 spindle", vise.spindle(spindle), Pos(x, 0, v.SCREW_Z), STEEL)
    handle = v.HANDLE["A"]
    x += spindle.length - spindle.head / 2
    place = Pos(x, 0, v.SCREW_Z - handle.length / 2 + 12) * Rot(0, -90, 0)
    _put(parts, "11-0014 handle", vise.handle(handle), place, STEEL)
    return Compound(label="11-0001 vise TV-60", children=parts)
