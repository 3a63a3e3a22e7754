# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drawing of 10-0042, the motor bracket."""

from __future__ import annotations

from sample_vault.actuator.sizes import AXIS, BRACKET
from sample_vault.drafting.canvas import FINE
from sample_vault.drafting.symbols import datum, frame, surface
from sample_vault.office import Job, start


def bracket(rev: str) -> Job:
    """A3, 1:1: front, section A-A, top; first-angle."""
    p = BRACKET[rev]
    job = start("10-0042", rev, extra="Actuator LA-40", reference="10-0001")
    c = job.sheet("A3")
    half, motor = p.width / 2, p.pattern / 2
    f = job.view("front", 104, 166)
    f.centre(0, 0, 0, p.height, 6)
    f.cross(0, AXIS, p.bore / 2)
    for x, z in ((sx * motor, AXIS + sz * motor) for sx in (-1, 1) for sz in (-1, 1)):
        f.cross(x, z, 2.5, 1.5)
        f.thread_end(x, z, 5)
    f.across((-motor, AXIS + motor), (motor, AXIS + motor), 1, above=True, shift=-22)
    f.across((-half, p.height - p.chamfer), (half, p.height - p.chamfer), 2, above=True, shift=-22)
    f.up((-motor, AXIS - motor), (-motor, AXIS + motor), 1, shift=10)
    f.up((-half, 0), (0, AXIS), 2, words="{} ±0.05", mark=2, shift=-6)
    f.up((-half, 0), (p.chamfer - half, p.height), 3)
    left, low = f.round(motor, AXIS + motor, 2.5, 30, 22, "4x M5 through", mark=5)
    frame(c, left, low - 8, "position", "Ø0.2", "A", "B")
    if p.chamfer:
        corner = (half - p.chamfer / 2, p.height - p.chamfer / 2)
        f.leader(*corner, 16, 22, f"2x {p.chamfer:.0f} x 45°", mark=6)
    f.cut_mark((0, p.height + 2), (0, -3), "A", (1, 0))
    datum(c, *f.p(-22, 0), "A", dy=-7)

    s = job.view("left@x=0", 206, 166)
    s.caption("A-A", 24)
    s.centre(0, AXIS, p.thick, AXIS)
    top, bottom = (p.thick, AXIS + p.bore / 2), (p.thick, AXIS - p.bore / 2)
    s.up(bottom, top, -2, right=True, words="Ø{} " + p.fit, mark=1)
    s.across((0, 0), (p.depth, 0), 2)
    s.across((0, p.height), (p.thick, p.height), 1, above=True)
    s.up((p.depth, 0), (p.depth, p.thick), 1, right=True)
    s.leader(p.thick + 0.9, p.thick + 0.9, 14, 12, f"R{p.fillet:.0f}")
    datum(c, *s.p(0, 74), "B", dx=-8)
    px, py = s.p(0, 30)
    c.line(px, py, px - 8, py, FINE)
    c.arrow(px, py, 0)
    frame(c, px - 8 - 19.2, py - 2.5, "square", "0.05", "A")
    c.ring(px - 30, py, "4")
    surface(c, *s.p(30, p.thick), "Ra 1.6")

    t = job.view("top", 104, 108)
    for sx in (-1, 1):
        for y in p.foot_y:
            t.cross(sx * p.foot_x, -y, p.foot_hole / 2, 2)
        t.centre(sx * (half - 12), -p.guard_y, sx * half, -p.guard_y, 2)
    far, near = p.foot_y[1], p.foot_y[0]
    t.across((-p.foot_x, -far), (p.foot_x, -far), 1)
    t.up((-p.foot_x, -near), (-half, 0), 1, words="{}")
    t.up((-p.foot_x, -far), (-half, 0), 3)
    t.round(p.foot_x, -near, p.foot_hole / 2, 42, 46, f"4x Ø{p.foot_hole} H13 through", mark=3)
    t.up((-half, -p.guard_y), (-half, 0), 2)
    t.leader(half, -p.guard_y, 22, -14, "2x M4 - 7 deep, drill 9", "6 above A, both sides")
    job.picture("iso back", 275, 95, 130, 150)
    job.notes(
        152,
        50,
        "Machine from solid; no castings.",
        "Wall and foot in one setting.",
        "Anodise after machining, bore masked.",
        "Characteristics: balloons 1 to " + ("6." if p.chamfer else "5."),
    )
    return job
