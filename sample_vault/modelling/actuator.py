# SPDX-License-Identifier: AGPL-3.0-or-later
# mypy: disable-error-code="import-not-found"
"""Solids of the actuator's made parts, each in the coordinates its drawing uses."""

from __future__ import annotations

from typing import Any

from build123d import (
    Align,
    Axis,
    Box,
    Cone,
    Cylinder,
    Pos,
    RectangleRounded,
    Rot,
    SlotOverall,
    chamfer,
    extrude,
    fillet,
)

from sample_vault.actuator import sizes as s

LOW = (Align.CENTER, Align.CENTER, Align.MIN)


def bore(d: float, x: float, y: float, z: float, axis: str, length: float = 2000) -> Any:
    """A cylinder to take away: centred on the point, along an axis."""
    turn = {"x": Rot(0, 90, 0), "y": Rot(90, 0, 0), "z": Rot(0, 0, 0)}[axis]
    return Pos(x, y, z) * turn * Cylinder(d / 2, length)


def blind(d: float, x: float, y: float, z: float, to: str, depth: float) -> Any:
    """A flat hole with a 118° drill point, from a point on a face into the part."""
    turn = {
        "+x": Rot(0, 90, 0),
        "-x": Rot(0, -90, 0),
        "+y": Rot(-90, 0, 0),
        "-y": Rot(90, 0, 0),
        "+z": Rot(0, 0, 0),
        "-z": Rot(180, 0, 0),
    }[to]
    tip = d / 2 * 0.6
    shape = Cylinder(d / 2, depth, align=LOW) + Pos(0, 0, depth) * Cone(d / 2, 0, tip, align=LOW)
    return Pos(x, y, z) * turn * shape


def counterbore(d: float, x: float, y: float, z: float, to: str, depth: float) -> Any:
    """A flat-bottomed cylinder to take away, from a point on a face into the part."""
    axis, sign = to[1], 1 if to[0] == "+" else -1
    shift = {"x": (1, 0, 0), "y": (0, 1, 0), "z": (0, 0, 1)}[axis]
    k = sign * depth / 2
    return bore(d, x + shift[0] * k, y + shift[1] * k, z + shift[2] * k, axis, depth)


def bracket(p: s.Bracket) -> Any:
    """The angle: motor face at y = 0, foot towards -y, underside at z = 0."""
    foot = Pos(0, -p.depth / 2, 0) * Box(p.width, p.depth, p.thick, align=LOW)
    wall = Pos(0, -p.thick / 2, 0) * Box(p.width, p.thick, p.height, align=LOW)
    part = foot + wall
    inner = part.edges().filter_by(Axis.X).sort_by_distance((0, -p.thick, p.thick))[0]
    part = fillet(inner, p.fillet)
    if p.chamfer:
        part = chamfer(part.edges().filter_by(Axis.Y).group_by(Axis.Z)[-1], p.chamfer)
    part -= bore(p.bore, 0, 0, s.AXIS, "y")
    half = p.pattern / 2
    for sx in (-1, 1):
        for sz in (-1, 1):
            part -= bore(4.2, sx * half, 0, s.AXIS + sz * half, "y", 2 * p.thick + 2)
        for y in p.foot_y:
            part -= bore(p.foot_hole, sx * p.foot_x, -y, 0, "z", 60)
        to = "-x" if sx > 0 else "+x"
        part -= blind(3.3, sx * p.width / 2, -p.guard_y, p.thick / 2, to, 9)
    return part


def housing(p: s.Housing) -> Any:
    """A U block: underside at z = 0, pulley axis along y through x = 0."""
    part = Box(p.length, p.width, p.height, align=LOW)
    part -= Pos(0, 0, p.floor) * Box(p.length + 2, p.slot, p.height, align=LOW)
    for sy in (-1, 1):
        part -= bore(s.GUIDE_D, 0, sy * s.GUIDE_Y, s.GUIDE_Z, "x")
        part -= counterbore(
            4.2, 0, sy * p.width / 2, s.GUIDE_Z, "-y" if sy > 0 else "+y", p.width / 2 - s.GUIDE_Y
        )
        for sx in (-1, 1):
            dx, dy = s.BLOCK_SCREWS
            part -= blind(5.0, sx * dx, sy * dy, 0, "+z", p.tap_depth + 3)
    if p.take_up:
        slot = SlotOverall(p.pin + p.take_up, p.pin)
        part -= Pos(0, p.width / 2 + 1, s.AXIS) * Rot(90, 0, 0) * extrude(slot, p.width + 2)
        for sy in (-1, 1):
            y = sy * (p.slot / 2 + (p.width - p.slot) / 4)
            part -= counterbore(p.tension_drill, p.length / 2, y, s.AXIS, "-x", p.length / 2)
    else:
        part -= bore(p.through, 0, 0, s.AXIS, "y")
        for sy in (-1, 1):
            to = "-y" if sy > 0 else "+y"
            part -= counterbore(p.bearing, 0, sy * p.width / 2, s.AXIS, to, p.bearing_depth)
    return part


def carriage(p: s.Carriage) -> Any:
    """The plate: underside at z = 0, travel along x."""
    part = Box(p.length, p.width, p.height, align=LOW)
    part = chamfer(part.edges().filter_by(Axis.Z), 2)
    for sy in (-1, 1):
        part -= bore(p.bore, 0, sy * s.GUIDE_Y, p.bore_z, "x")
        for sx in (-1, 1):
            dx, dy = p.screws
            part -= blind(4.2, sx * dx, sy * dy, p.height, "-z", 15)
            cx, cy = s.CLAMP_SCREWS
            part -= blind(3.3, sx * cx, sy * cy, p.height, "-z", 12)
        if p.dowels:
            part -= counterbore(5.0, 0, sy * p.screws[1], p.height, "-z", 10)
    if p.pocket:
        a, b, depth = p.pocket
        part -= extrude(RectangleRounded(a, b, 6), depth)
    return part


def shaft(p: s.Shaft) -> Any:
    """The drive shaft along x from x = 0, short journal first."""
    part = _rod(0, p.short, p.journal_d) + _rod(p.short, p.body, p.body_d)
    part += _rod(p.short + p.body, p.long, p.journal_d)
    part = chamfer(part.edges().group_by(Axis.X)[0], p.chamfer)
    part = chamfer(part.edges().group_by(Axis.X)[-1], p.chamfer)
    if p.flat:
        middle = p.short + p.body / 2
        part -= Pos(middle, 0, p.body_d - p.flat) * Box(16, 20, p.body_d)
        part -= Pos(p.length - 7, 0, p.journal_d - p.flat) * Box(14.001, 20, p.journal_d)
    return part


def _rod(x: float, length: float, d: float) -> Any:
    return Pos(x + length / 2, 0, 0) * Rot(0, 90, 0) * Cylinder(d / 2, length)


def guide_shaft(p: s.GuideShaft) -> Any:
    """The guide shaft along x from x = 0."""
    part = _rod(0, p.length, p.d)
    part = chamfer(part.edges().group_by(Axis.X)[0], p.chamfer)
    part = chamfer(part.edges().group_by(Axis.X)[-1], p.chamfer)
    part -= blind(p.drill, 0, 0, 0, "+x", p.drill_depth)
    return part - blind(p.drill, p.length, 0, 0, "-x", p.drill_depth)


def pin(p: s.Pin) -> Any:
    """The idler's axle along x from x = 0."""
    part = _rod(0, p.length, p.d)
    part = chamfer(part.edges().group_by(Axis.X)[0], p.chamfer)
    part = chamfer(part.edges().group_by(Axis.X)[-1], p.chamfer)
    for x in (p.groove_in, p.length - p.groove_in - p.groove_w):
        part -= _rod(x, p.groove_w, 30) - _rod(x, p.groove_w, p.groove_d)
    return part


def guard(p: s.Guard) -> Any:
    """The bent guard over the bracket: legs at both x sides, y from -55 to -13 of the bracket."""
    y = -p.length / 2
    outer = Pos(0, y, 0) * Box(p.outside, p.length, p.leg, align=LOW)
    edges = outer.edges().filter_by(Axis.Y).group_by(Axis.Z)[-1]
    outer = fillet(edges, p.radius + p.sheet)
    inner = Pos(0, y, 0) * Box(p.inside, p.length + 2, p.leg - p.sheet, align=LOW)
    inner = fillet(inner.edges().filter_by(Axis.Y).group_by(Axis.Z)[-1], p.radius)
    part = outer - inner
    part -= bore(p.hole, 0, -p.hole_in, p.hole_up, "x")
    for i in range(p.vents):
        x = (i - (p.vents - 1) / 2) * p.vent_pitch
        slot = extrude(SlotOverall(p.vent[1], p.vent[0]), 20)
        part -= Pos(x, y, p.leg - 10) * Rot(0, 0, 90) * slot
    return part


def base(p: s.Base) -> Any:
    """The plate: upper face at z = 0."""
    width = p.back - p.front
    part = Pos(p.length / 2, (p.front + p.back) / 2, -p.thick) * Box(
        p.length, width, p.thick, align=LOW
    )
    part = fillet(part.edges().filter_by(Axis.Z), p.corner)
    for x, y in p.block_holes():
        part -= bore(p.clear, x, y, 0, "z", 100)
        part -= counterbore(p.bore, x, y, -p.thick, "+z", p.bore_depth)
    for x, y in p.bracket_holes():
        part -= bore(5.0, x, y, 0, "z", 100)
    for x, y in p.mount_holes():
        part -= bore(p.mount, x, y, 0, "z", 100)
    return part


def adapter(p: s.Adapter) -> Any:
    """The adapter: bracket side at y = 0 (boss towards -y), motor side at y = thick."""
    plate = Rot(90, 0, 0) * extrude(RectangleRounded(p.side, p.side, p.corner), -p.thick)
    part = plate + Pos(0, -p.boss_height / 2, 0) * Rot(90, 0, 0) * Cylinder(
        p.boss / 2, p.boss_height
    )
    part -= bore(p.bore, 0, 0, 0, "y")
    for sx in (-1, 1):
        for sz in (-1, 1):
            half = p.pattern / 2
            part -= bore(p.clear, sx * half, 0, sz * half, "y")
            part -= counterbore(
                p.counterbore, sx * half, p.thick, sz * half, "-y", p.counterbore_depth
            )
            half = p.motor_pattern / 2
            part -= bore(p.motor_drill, sx * half, 0, sz * half, "y")
    return part


def clamp(p: s.Clamp) -> Any:
    """The belt clamp: groove side at z = 0."""
    part = Box(p.length, p.width, p.thick, align=LOW)
    part -= Box(p.length + 2, p.groove, p.groove_depth, align=LOW)
    dx, dy = s.CLAMP_SCREWS
    for sx in (-1, 1):
        for sy in (-1, 1):
            part -= bore(p.hole, sx * dx, sy * dy, 0, "z", 60)
    return part


def fixture(p: s.Fixture) -> Any:
    """The fixture plate with its pins; the bracket lies on its wall, foot upwards at the pins."""
    part = Box(p.length, p.width, p.thick, align=LOW)
    part = chamfer(part.edges().filter_by(Axis.Z), 3)
    b = s.BRACKET["B"]
    part -= bore(b.bore + 6, 0, 5, 0, "z", 100)
    half = b.pattern / 2
    for sx in (-1, 1):
        for sy in (-1, 1):
            part -= bore(8.0, sx * half, 5 + sy * half, 0, "z", 100)
        part -= Pos(sx * (p.length / 2 - 8), 0, 0) * Box(p.slot + 4, p.slot, 100)
        part -= bore(6.8, sx * 54, 35, 0, "z", 100)
    for x, y in fixture_pins(p):
        part += Pos(x, y, p.thick) * Cylinder(p.pin / 2, p.pin_height, align=LOW)
    return part


def fixture_pins(p: s.Fixture) -> list[tuple[float, float]]:
    """Where the three locating pins stand: one at the side, two at the underside of the foot."""
    b = s.BRACKET["B"]
    foot = 5 - s.AXIS - p.pin / 2
    return [(-b.width / 2 - p.pin / 2, 20.0), (-25.0, foot), (25.0, foot)]
