# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drawings of the milled blocks: both housings and the carriage."""

from __future__ import annotations

from sample_vault.actuator.sizes import (
    AXIS,
    BLOCK_SCREWS,
    CARRIAGE,
    CLAMP_SCREWS,
    DRIVE_HOUSING,
    GUIDE_D,
    GUIDE_Y,
    GUIDE_Z,
    IDLER_HOUSING,
    Housing,
)
from sample_vault.drafting.symbols import datum, frame, surface
from sample_vault.drafting.view import View
from sample_vault.office import Job, start


def _common(job: Job, p: Housing) -> tuple[View, View]:
    """Front and top view with what both housings share; gives the two views."""
    half, long = p.width / 2, p.length / 2
    f = job.view("front", 88, 172)
    f.centre(0, 0, 0, p.height, 5)
    f.across((-long, 0), (long, 0), 1, shift=-14)
    f.up((-long, 0), (0, AXIS), 1, words="{} ±0.03", mark=2, shift=-11)
    f.up((-long, 0), (-long, p.height), 2)
    t = job.view("top", 88, 94)
    dx, dy = BLOCK_SCREWS
    t.centre(-long, 0, long, 0, 5)
    for sx in (-1, 1):
        for sy in (-1, 1):
            t.cross(sx * dx, sy * dy, 2.5, 2)
    t.across((-dx, -dy), (dx, -dy), 1)
    t.up((-dx, -dy), (-dx, dy), 1)
    t.up((-long, -half), (-long, half), 2)
    t.leader(dx, dy - 2, 26, -16, "4x M6 - 14 deep", "from below, drill 17")
    return f, t


def _profile(job: Job, p: Housing, name: str, x: float) -> View:
    """The U seen along the guides."""
    c = job.canvas
    half = p.width / 2
    s = job.view(name, x, 172)
    s.centre(0, 0, 0, p.height, 5)
    for sy in (-1, 1):
        s.cross(sy * GUIDE_Y, GUIDE_Z, GUIDE_D / 2)
    s.across((-GUIDE_Y, GUIDE_Z), (GUIDE_Y, GUIDE_Z), 1, words="{} ±0.02", mark=4)
    s.across((-half, 0), (half, 0), 2)
    s.across((-p.slot / 2, p.height), (p.slot / 2, p.height), 1, above=True)
    s.up((half, 0), (GUIDE_Y, GUIDE_Z), 1, right=True, words="{} ±0.03")
    s.up((half, 0), (p.slot / 2, p.floor), 2, right=True)
    left, low = s.round(GUIDE_Y, GUIDE_Z, GUIDE_D / 2, 22, 45, "2x Ø12 H7", mark=3)
    frame(c, left, low - 8, "parallel", "Ø0.03", "A")
    datum(c, *s.p(-47, 0), "A", dy=-5)
    surface(c, *s.p(-17, p.floor), "Ra 6.3")
    return s


def drive_housing(rev: str) -> Job:
    """10-0041 on A3 at 1:1."""
    p = DRIVE_HOUSING[rev]
    job = start("10-0041", rev, extra="Actuator LA-40", reference="10-0001")
    c = job.sheet("A3")
    f, _ = _common(job, p)
    f.cross(0, AXIS, p.bearing / 2)
    f.cut_mark((0, p.height + 3), (0, -3), "A", (1, 0))
    s = _profile(job, p, "left@x=0", 220)
    s.caption("A-A", 16)
    half, r = p.width / 2, p.bearing / 2
    s.centre(-half, AXIS, half, AXIS)
    s.up((-half, AXIS - r), (-half, AXIS + r), 1, words="2x Ø{} H7", mark=1)
    s.across((-half, AXIS + r), (p.bearing_depth - half, AXIS + r), 1, above=True, words="2x {}")
    s.leader(30, AXIS + p.through / 2, 26, 26, "Ø16 through")
    x, y = s.p(-half, AXIS)
    frame(c, x - 27, y + 15, "concentric", "Ø0.02")
    s.leader(-half, GUIDE_Z, -16, -8, "2x M5", "to bore")
    job.picture("iso", 300, 72, 106, 120)
    job.notes(
        150,
        52,
        "Bearing seats bored in one setting.",
        "Guide bores in line with 10-0044.",
        "Break edges 0.3.",
    )
    return job


def idler_housing(rev: str) -> Job:
    """10-0044 on A3 at 1:1."""
    p = IDLER_HOUSING[rev]
    job = start("10-0044", rev, extra="Actuator LA-40", reference="10-0001")
    job.sheet("A3")
    f, _ = _common(job, p)
    f.centre(-p.pin / 2 - p.take_up / 2, AXIS, p.pin / 2 + p.take_up / 2, AXIS)
    travel = p.take_up / 2
    f.across((-travel, AXIS), (travel, AXIS), 1, above=True, mark=1)
    f.leader(travel + p.pin / 2 - 1, AXIS + 2.8, 14, 20, f"2x slot {p.pin} H12")
    s = _profile(job, p, "left", 220)
    wall = p.slot / 2 + (p.width - p.slot) / 4
    for sy in (-1, 1):
        s.cross(sy * wall, AXIS, 2.5)
    s.across((-wall, AXIS), (wall, AXIS), 2, above=True)
    b = job.view("top@z=48", 345, 136)
    b.caption("B-B", 3)
    f.cut_mark((-28, AXIS), (30, AXIS), "B", (0, -1))
    b.leader(18, wall, 12, 12, f"2x {p.tension} to slot", mark=5)
    job.picture("iso", 338, 208, 66, 56)
    job.notes(
        150,
        52,
        f"Slots for pin 10-0049, take-up {p.take_up:.0f}.",
        "Guide bores in line with 10-0041.",
        "Break edges 0.3.",
    )
    return job


def carriage(rev: str) -> Job:
    """10-0043 on A3 at 1:1."""
    p = CARRIAGE[rev]
    job = start("10-0043", rev, extra="Actuator LA-40", reference="10-0001")
    c = job.sheet("A3")
    half, long = p.width / 2, p.length / 2
    f = job.view("front", 100, 218)
    f.centre(-long, p.bore_z, long, p.bore_z)
    f.up((-long, 0), (-long, p.height), 2)
    f.up((-long, 0), (-long, p.bore_z), 1, words="{} ±0.02", mark=2)
    surface(c, *f.p(-22, p.height), "Ra 1.6")
    s = job.view("left", 240, 218)
    for sy in (-1, 1):
        s.cross(sy * GUIDE_Y, p.bore_z, p.bore / 2)
    s.across((-GUIDE_Y, p.bore_z), (GUIDE_Y, p.bore_z), 1, words="{} ±0.02", mark=3)
    s.across((-half, 0), (half, 0), 2)
    left, low = s.round(-GUIDE_Y, p.bore_z, p.bore / 2, 120, 30, "2x Ø21 H7", mark=1)
    frame(c, left, low - 8, "cylindrical", "0.01")
    datum(c, *s.p(47, 0), "A", dy=-5)
    surface(c, *s.p(30, p.height), "Ra 1.6")
    t = job.view("top", 100, 132)
    dx, dy = p.screws
    cx, cy = CLAMP_SCREWS
    t.centre(0, -half, 0, half, 4)
    t.centre(-long, 0, long, 0, 4)
    for sx in (-1, 1):
        for sy in (-1, 1):
            t.cross(sx * dx, sy * dy, 2.5, 2)
            t.thread_end(sx * dx, sy * dy, 5)
            t.cross(sx * cx, sy * cy, 2, 2)
            t.thread_end(sx * cx, sy * cy, 4)
    t.across((-cx, -cy), (cx, -cy), 1)
    t.across((-dx, -dy), (dx, -dy), 2, words="{} ±0.1", mark=4)
    t.across((-long, -half + 2), (long, -half + 2), 3)
    t.up((-cx, -cy), (-cx, cy), 1)
    t.up((-dx, -dy), (-dx, dy), 2, words="{} ±0.1")
    t.leader(dx + 1.5, dy + 1.5, 26, 14, "4x M5 - 12 deep", "drill 15")
    t.leader(cx + 1.5, cy - 1.5, 48, -14, "4x M4 - 10 deep", "drill 12")
    if p.dowels:
        for sy in (-1, 1):
            t.cross(0, sy * dy, 2.5, 2)
        left, low = t.leader(1.8, dy - 1.8, 52, -14, "2x Ø5 H7 - 10 deep", mark=5)
        frame(c, left, low - 8, "position", "Ø0.05", "A")
    if p.pocket:
        a, b, depth = p.pocket
        t.leader(
            a / 2,
            -8,
            36,
            -12,
            f"Pocket {a:.0f} x {b:.0f} from below",
            f"{depth:.0f} deep, R6",
            mark=6,
        )
        job.picture("iso below", 310, 70, 95, 80)
    job.picture("iso", 310, 155, 95, 95)
    t.leader(-long + 1, half - 1, -10, 10, "4x 2 x 45°")
    job.notes(
        152,
        44,
        "Bores reamed in line, both ends.",
        "Bearings 20-0103 held by rings.",
    )
    return job
