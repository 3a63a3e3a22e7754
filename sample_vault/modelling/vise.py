# SPDX-License-Identifier: AGPL-3.0-or-later
# mypy: disable-error-code="import-not-found"
"""Solids of the vise, each in the coordinates its drawing uses."""

from __future__ import annotations

from typing import Any

from build123d import (
    Align,
    Axis,
    Box,
    Cone,
    Cylinder,
    Pos,
    Rot,
    SlotOverall,
    chamfer,
    extrude,
)

from sample_vault.modelling.actuator import LOW, blind, bore, counterbore
from sample_vault.vise import sizes as s

CORNER = (Align.MIN, Align.CENTER, Align.MIN)


def body(p: s.Body) -> Any:
    """Standing jaw at x = 0, underside at z = 0."""
    part = Box(p.length, s.WIDTH, s.BED, align=CORNER)
    part += Box(p.jaw, s.WIDTH, s.TOP, align=CORNER)
    part += Pos(p.length - p.lug, 0, 0) * Box(p.lug, s.WIDTH, s.TOP, align=CORNER)
    ends = part.edges().filter_by(Axis.Y).group_by(Axis.Z)[-1]
    outer = [e for e in ends if min(abs(e.center().X), abs(e.center().X - p.length)) < 0.1]
    part = chamfer(outer, 3)
    length = p.slot_to - p.slot_from
    slot = extrude(SlotOverall(length, p.slot), 100)
    part -= Pos((p.slot_from + p.slot_to) / 2, 0, -10) * slot
    part -= counterbore(p.thread_drill, p.length, 0, s.SCREW_Z, "-x", p.lug)
    plate = JAW_PLATE_Z
    for sy in (-1, 1):
        part -= blind(p.plate_drill, p.jaw, sy * 20, plate, "-x", 12)
        for x in (p.foot_x, p.length - 12.5):
            part -= bore(p.foot_hole, x, sy * 20, 0, "z", 40)
            part -= Pos(x, sy * 20, 15) * Cylinder(p.foot_bore / 2, 100, align=LOW)
    return part


JAW_PLATE_Z = s.BED + 1 + 14.0  # screws of the jaw plate over the underside of the body


def jaw(p: s.Jaw) -> Any:
    """Clamping face at x = 0, sliding face at z = 0, tongue below."""
    part = Box(p.length, s.WIDTH, s.TOP - s.BED, align=CORNER)
    far = part.edges().filter_by(Axis.Y).group_by(Axis.Z)[-1].sort_by(Axis.X)[-1]
    part = chamfer(far, 3)
    tongue = Pos((p.length - p.tongue_length) / 2, 0, -p.tongue_depth) * Box(
        p.tongue_length, p.tongue, p.tongue_depth, align=CORNER
    )
    part += tongue
    z = s.SCREW_Z - s.BED
    part -= blind(p.nose, p.length, 0, z, "-x", p.nose_depth)
    part -= Pos(p.length - p.pin_in, p.nose / 2 - 1.6, 0) * Cylinder(p.pin / 2, 200)
    for sy in (-1, 1):
        part -= blind(4.2, 0, sy * 20, JAW_PLATE_Z - s.BED, "+x", 14)
    part -= blind(4.2, p.length / 2, 0, -p.tongue_depth, "+z", 14)
    return part


def jaw_plate(p: s.JawPlate) -> Any:
    """Clamping face at y = 0, back at y = thick, lower edge at z = 0."""
    part = Pos(0, p.thick / 2, 0) * Box(s.WIDTH, p.thick, p.height, align=LOW)
    part = chamfer(part.edges().group_by(Axis.Y)[0], 0.5)
    for sx in (-1, 1):
        part -= bore(p.hole, sx * p.pitch / 2, 0, p.height / 2, "y")
        cone = Cone(p.head / 2, p.hole / 2, (p.head - p.hole) / 2, align=LOW)
        part -= Pos(sx * p.pitch / 2, 0, p.height / 2) * Rot(-90, 0, 0) * cone
    if p.groove:
        side = p.groove / 2**0.5
        for turn, z in ((0, p.groove_z), (90, p.height / 2)):
            part -= Pos(0, 0, z) * Rot(0, turn, 0) * Rot(45, 0, 0) * Box(200, side, side)
    return part


def spindle(p: s.Spindle) -> Any:
    """Along x from the tip of the nose at x = 0."""
    part = _rod(0, p.nose, p.nose_d) + _rod(p.nose, p.thread, p.thread_d)
    part += _rod(p.nose + p.thread, p.head, p.head_d)
    part = chamfer(part.edges().group_by(Axis.X)[0], p.chamfer)
    part = chamfer(part.edges().group_by(Axis.X)[-1], p.chamfer)
    part -= _rod(p.groove_at - p.groove_w / 2, p.groove_w, 40) - _rod(
        p.groove_at - p.groove_w / 2, p.groove_w, p.groove_d
    )
    return part - bore(p.cross, p.length - p.head / 2, 0, 0, "z", 100)


def handle(p: s.Handle) -> Any:
    """Along x from x = 0."""
    part = _rod(p.end, p.length - 2 * p.end, p.d)
    part += _rod(0, p.end, p.end_d) + _rod(p.length - p.end, p.end, p.end_d)
    part = chamfer(part.edges().group_by(Axis.X)[0], 1)
    return chamfer(part.edges().group_by(Axis.X)[-1], 1)


def _rod(x: float, length: float, d: float) -> Any:
    return Pos(x + length / 2, 0, 0) * Rot(0, 90, 0) * Cylinder(d / 2, length)
