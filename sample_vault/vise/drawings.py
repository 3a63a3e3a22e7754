# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drawings of the vise's parts."""

from __future__ import annotations

from collections.abc import Callable

from sample_vault.drafting.symbols import datum, frame, surface
from sample_vault.office import Job, start
from sample_vault.vise.assembly import assembly
from sample_vault.vise.sizes import BED, BODY, HANDLE, JAW, JAW_PLATE, SCREW_Z, SPINDLE, TOP, WIDTH

_HALF = WIDTH / 2


def body(rev: str) -> Job:
    """11-0010 on A3 at 1:1."""
    p = BODY[rev]
    job = start("11-0010", rev, extra="Vise TV-60", reference="11-0001")
    c = job.sheet("A3")
    s = job.view("front@y=0", 72, 196)
    s.caption("A-A", 16)
    s.centre(p.length - p.lug, SCREW_Z, p.length, SCREW_Z)
    s.across((0, TOP - 3), (p.jaw, TOP), 1, above=True)
    s.across((p.length - p.lug, TOP), (p.length, TOP - 3), 1, above=True)
    s.across((p.slot_from, 0), (p.slot_to, 0), 1)
    s.across((0, 0), (p.slot_from, 0), 1)
    s.across((0, 0), (p.length, 0), 2)
    s.up((0, 0), (3, TOP), 2)
    s.up((p.length, 0), (p.slot_to, BED), 1, right=True)
    s.up((p.length, 0), (p.length, SCREW_Z), 2, right=True, words="{} ±0.05", mark=2)
    s.leader(p.length - 12, SCREW_Z + 4.7, 24, 26, "Tr12x3 - 7H", mark=1)
    left, low = s.leader(80, BED, -8, 18, "Sliding face")
    frame(c, left, low - 8, "parallel", "0.01", "A")
    surface(c, *s.p(104, BED), "Ra 0.8")
    datum(c, *s.p(6, 0), "A", dy=-4)
    w = job.view("left", 316, 196)
    w.centre(0, 0, 0, TOP, 4)
    for sy in (-1, 1):
        w.cross(sy * 20, SCREW_Z, 2.5, 2)
    w.across((-20, SCREW_Z), (20, SCREW_Z), 1, above=True)
    w.across((-_HALF, 0), (_HALF, 0), 1)
    w.up((_HALF, 0), (20, SCREW_Z), 1, right=True)
    w.leader(-21.5, SCREW_Z + 1.5, -12, 20, "2x M5 - 10 deep", "far side")
    t = job.view("top", 72, 118)
    t.centre(0, 0, p.length, 0, 5)
    far = p.length - 12.5
    for x in (p.foot_x, far):
        for sy in (-1, 1):
            t.cross(x, sy * 20, p.foot_bore / 2, 2)
    t.across((p.foot_x, -20), (far, -20), 1)
    t.up((p.foot_x, -20), (p.foot_x, 20), 2)
    t.up(
        (p.slot_to - 7, -p.slot / 2),
        (p.slot_to - 7, p.slot / 2),
        1,
        right=True,
        words="{} H7",
        mark=3,
        shift=-19,
    )
    t.round(far, -20, p.foot_bore / 2, -28, 40, "4x Ø6.6 through", "Ø11 down to 15 above A")
    t.cut_mark((-4, 0), (p.length + 4, 0), "A", (0, 1))
    job.picture("iso", 275, 72, 125, 95)
    job.notes(
        30,
        68,
        "Cast blank is allowed; then stress relieved.",
        "Sliding face and slot in one setting.",
    )
    return job


def jaw(rev: str) -> Job:
    """11-0011 on A4 at 1:1."""
    p = JAW[rev]
    job = start("11-0011", rev, extra="Vise TV-60", reference="11-0001")
    c = job.sheet("A4")
    z, high = SCREW_Z - BED, TOP - BED
    f = job.view("front@y=0", 58, 217)
    f.caption("A-A", 14)
    f.centre(p.length - p.nose_depth, z, p.length, z, 3)
    f.across((0, high), (p.length, high - 3), 1, above=True)
    low_x = (p.length - p.tongue_length) / 2
    f.across((low_x, -p.tongue_depth), (low_x + p.tongue_length, -p.tongue_depth), 1)
    f.up((low_x, -p.tongue_depth), (0, 0), 1)
    f.up((0, 0), (0, high), 1)
    f.up(
        (p.length, z - p.nose / 2),
        (p.length, z + p.nose / 2),
        1,
        right=True,
        words="Ø{} H11",
        shift=-17,
    )
    f.leader(p.length / 2 - 2.1, -p.tongue_depth + 5, -10, -28, "M5 - 10 deep")
    w = job.view("left", 145, 217)
    w.centre(0, -p.tongue_depth, 0, high, 4)
    for sy in (-1, 1):
        w.cross(sy * 20, 15, 2.5, 2)
    w.across((-20, 15), (20, 15), 1, above=True, words="{} ±0.1", mark=2)
    w.across(
        (-p.tongue / 2, -p.tongue_depth), (p.tongue / 2, -p.tongue_depth), 1, words="{} f7", mark=1
    )
    w.across((-_HALF, 0), (_HALF, 0), 2)
    w.up((_HALF, 0), (20, 15), 1, right=True)
    w.leader(-20 - 1.5, 13.5, -10, -24, "2x M5", "10 deep")
    datum(c, *w.p(24, 0), "A", dy=-5)
    frame(c, *w.p(12, high + 18), "square", "0.01", "A")
    surface(c, *w.p(-14, high), "Ra 0.8")
    t = job.view("top", 58, 142)
    t.centre(0, 0, p.length, 0, 4)
    t.up((0, -_HALF), (0, _HALF), 1)
    x, y = p.length - p.pin_in, p.nose / 2 - 1.6
    t.cross(x, y, p.pin / 2, 2)
    t.across((x, y), (p.length, 0), 1)
    t.leader(x + 1.4, y + 1.4, 16, 14, "Ø4 H7 through, for pin", f"{y:.1f} off the axis", mark=3)
    job.picture("iso below", 132, 102, 62, 44)
    return job


def jaw_plate(rev: str) -> Job:
    """11-0012 on A4 at 1:1."""
    p = JAW_PLATE[rev]
    job = start("11-0012", rev, extra="Vise TV-60, 2 off", reference="11-0001", roughness="Ra 1.6")
    c = job.sheet("A4")
    f = job.view("front", 74, 205)
    f.centre(0, 0, 0, p.height, 4)
    for sx in (-1, 1):
        f.cross(sx * p.pitch / 2, p.height / 2, p.head / 2, 2)
    f.across((-p.pitch / 2, p.height / 2), (p.pitch / 2, p.height / 2), 1, words="{} ±0.1", mark=2)
    f.across((-_HALF, 0.5), (_HALF, 0.5), 2, words="{} ^0|-0.1^")
    f.up((-_HALF, 0), (-p.pitch / 2, p.height / 2), 1)
    f.up((-_HALF + 0.5, 0), (-_HALF + 0.5, p.height), 2, words="{} ^0|-0.1^", mark=3)
    f.round(
        p.pitch / 2,
        p.height / 2,
        p.head / 2,
        60,
        28,
        "2x Ø5.5 through",
        f"countersink Ø{p.head} x 90°",
    )
    s = job.view("left@x=20", 168, 205)
    s.caption("A-A", 24)
    f.cut_mark((20, -3), (20, p.height + 3), "A", (1, 0))
    s.across((-p.thick, 0), (0, 0), 1, words="{} ^0|-0.02^", mark=1)
    surface(c, *s.p(-3, p.height), "Ra 0.4")
    datum(c, *s.p(-p.thick, 9), "A", dx=-10)
    px, py = s.p(0, 8)
    c.line(px, py, px + 6, py)
    frame(c, px + 6, py - 2.5, "parallel", "0.005", "A")
    if p.groove:
        f.leader(-8, p.groove_z + 1, -6, 28, "2x V-groove 90°", "2 deep", mark=4)
        f.up((_HALF, 0), (_HALF - 4, p.groove_z), 1, right=True)
    job.picture("iso", 110, 85, 85, 60)
    job.notes(
        30,
        165,
        f"Hardened {p.hardness}, tempered twice.",
        "Ground on all sides after hardening.",
        "Both plates of a vise ground together.",
    )
    return job


def spindle(rev: str) -> Job:
    """11-0013 on A4 at 1:1."""
    p = SPINDLE[rev]
    job = start("11-0013", rev, extra="Vise TV-60", reference="11-0001")
    c = job.sheet("A4")
    r, big, n = p.thread_d / 2, p.head_d / 2, p.nose
    end = n + p.thread
    f = job.view("front", 56, 205)
    f.centre(0, 0, p.length, 0, 5)
    core = r - 1.75
    for s in (-1, 1):
        c.line(*f.p(n, s * core), *f.p(end, s * core))
    f.across((0, -p.nose_d / 2), (n, -r), 1)
    f.across((n, -r), (end, -r), 1)
    f.across((end, -big), (p.length, -big), 1)
    f.across((0, -p.nose_d / 2), (p.length, -big), 2)
    f.up(
        (p.chamfer, -p.nose_d / 2), (p.chamfer, p.nose_d / 2), 1, words="Ø{} f9", mark=1, shift=-16
    )
    f.up((p.length - 1, -big), (p.length - 1, big), 1, right=True, words="Ø{}")
    f.leader(50, r, 8, 18, "Tr12x3 - 7e", mark=2)
    f.leader(p.groove_at, p.groove_d / 2, 4, 32, "Ø5 h11 x 4.2 H13")
    f.leader(p.length - p.head / 2, 0, 8, -48, "Ø8.2 through", mark=3)
    surface(c, *f.p(30, r), "Ra 1.6")
    g = job.view("top", 56, 130)
    g.centre(0, 0, p.length, 0, 5)
    g.cross(p.length - p.head / 2, 0, p.cross / 2, 2)
    g.across((p.length - p.head / 2, 0), (p.length, -big), 1)
    job.picture("iso", 110, 72, 80, 40)
    job.notes(30, 100, "Thread rolled or turned.", "Head: 2x 1 x 45°.")
    return job


def handle(rev: str) -> Job:
    """11-0014 on A4 at 1:1."""
    p = HANDLE[rev]
    job = start("11-0014", rev, extra="Vise TV-60", reference="11-0001")
    c = job.sheet("A4")
    f = job.view("front", 64, 205)
    f.centre(0, 0, p.length, 0, 5)
    f.across((0, -p.end_d / 2), (p.end, -p.d / 2), 1, shift=-9)
    f.across((0, -p.end_d / 2), (p.length, -p.end_d / 2), 2, mark=2)
    f.up((1, -p.end_d / 2), (1, p.end_d / 2), 1, words="2x Ø{}", shift=-14)
    f.leader(45, p.d / 2, 10, 16, "Ø8 h11", mark=1)
    f.leader(p.length, p.end_d / 2 - 0.5, 10, 14, "2x 1 x 45°")
    surface(c, *f.p(25, p.d / 2), "Ra 1.6")
    g = job.view("left", 64, 150, 2)
    g.cross(0, 0, p.d / 2)
    g.caption("End (2:1)", 6, 2.5)
    job.notes(95, 158, "Fit rubber rings 6 x 2 at both ends\nafter the handle is in the spindle.")
    return job


DRAWINGS: dict[str, Callable[[str], Job]] = {
    "11-0001": assembly,
    "11-0010": body,
    "11-0011": jaw,
    "11-0012": jaw_plate,
    "11-0013": spindle,
    "11-0014": handle,
}
