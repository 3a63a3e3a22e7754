# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drawing and flat pattern of 10-0046, the bent guard."""

from __future__ import annotations

from sample_vault.actuator.sizes import GUARD, Guard
from sample_vault.drafting.canvas import CENTRE, WIDE
from sample_vault.drafting.dxf import Dxf
from sample_vault.drafting.geometry import Edges, Outline
from sample_vault.drafting.view import View
from sample_vault.office import Job, start


def _holes(p: Guard) -> list[tuple[float, float]]:
    """Screw holes on the blank, x along the development."""
    return [(p.hole_up, p.length - p.hole_in), (p.flat - p.hole_up, p.length - p.hole_in)]


def _vents(p: Guard) -> list[tuple[float, float]]:
    """Centres of the vents on the blank."""
    return [
        (p.flat / 2 + (i - (p.vents - 1) / 2) * p.vent_pitch, p.length / 2) for i in range(p.vents)
    ]


def guard(rev: str) -> Job:
    """A3, 1:1: bent part and development."""
    p = GUARD[rev]
    job = start(
        "10-0046", rev, extra="Actuator LA-40", reference="10-0001", roughness="-",
        tolerance="ISO 2768-mK, bends ±0.5°",
    )  # fmt: skip
    c = job.sheet("A3")
    half = p.outside / 2
    f = job.view("front", 100, 168)
    f.centre(0, 12, 0, p.leg, 4)
    f.across((-half, 0), (half, 0), 2)
    f.across((-p.inside / 2, 0), (p.inside / 2, 0), 1, words="{} ^+0.3|0^", mark=1)
    f.up((-half, 0), (-half + 4, p.leg), 1, words="{} ±0.2", mark=2)
    f.leader(p.inside / 2 - 0.7, p.leg - p.sheet - 0.7, -14, -14, f"2x R{p.radius:.0f} inside")
    f.leader(half, 40, 12, 10, f"t = {p.sheet}")
    s = job.view("left", 190, 168)
    s.cross(p.hole_in, p.hole_up, p.hole / 2, 2)
    s.across((0, 0), (p.hole_in, p.hole_up), 1)
    s.across((0, 0), (p.length, 0), 2)
    s.up((p.length, 0), (p.hole_in, p.hole_up), 1, right=True, shift=12)
    s.round(p.hole_in, p.hole_up, p.hole / 2, 30, 36, "2x Ø4.5")
    job.picture("iso", 290, 160, 110, 90)
    _development(job, p, 60, 92)
    c.text(60, 142, "Development (1:1), seen from outside", 3.5)
    job.notes(
        30,
        52,
        f"K-factor {p.k}, bend deduction {p.deduction:.2f} each.",
        "Laser burr inside. Cut from the DXF of this revision.",
        "Powder coated RAL 7016 after bending.",
    )
    return job


def _development(job: Job, p: Guard, x: float, y: float) -> None:
    c = job.canvas
    frame = Edges(
        [
            [0, 0, p.flat, 0],
            [p.flat, 0, p.flat, p.length],
            [0, p.length, p.flat, p.length],
            [0, 0, 0, p.length],
        ],
        [],
        [],
    )
    v = View(c, Outline({"visible": frame}, []), (x, y), 1.0)
    v.draw()
    for hx, hy in _holes(p):
        c.circle(*v.p(hx, hy), p.hole / 2, WIDE)
        v.cross(hx, hy, p.hole / 2, 1.5)
    for bx in p.bends:
        c.line(*v.p(bx, 0), *v.p(bx, p.length), CENTRE)
        c.text(v.p(bx, 0)[0] + 3.4, y + 3, "up 90° R2", 1.8, angle=90)
    w, long = p.vent[0] / 2, p.vent[1] / 2 - p.vent[0] / 2
    for vx, vy in _vents(p):
        cx, cy = v.p(vx, vy)
        c.line(cx - w, cy - long, cx - w, cy + long)
        c.line(cx + w, cy - long, cx + w, cy + long)
        c.arc(cx, cy + long, w, 0, 180)
        c.arc(cx, cy - long, w, 180, 360)
        c.line(cx, cy - long - w - 2, cx, cy + long + w + 2, CENTRE)
    v.across((0, 0), (p.bends[0], 0), 1)
    v.across((p.bends[0], 0), (p.bends[1], 0), 1)
    v.across((0, 0), (p.flat, 0), 2, words="{} flat", mark=3)
    v.up((p.flat, 0), (p.flat, p.length), 1, right=True)
    if p.vents:
        last = _vents(p)[-1]
        px, py = last[0] + w, last[1] + 4
        v.leader(px, py, 26, 6, f"{p.vents}x slot 4 x 26", "pitch 12", mark=4)


def flat_pattern(rev: str) -> dict[str, bytes]:
    """The cutting file: outline and holes on CUT, bend lines on BEND, the number on MARK."""
    p = GUARD[rev]
    d = Dxf({"CUT": 7, "BEND": 5, "MARK": 3})
    d.outline("CUT", [(0, 0), (p.flat, 0), (p.flat, p.length), (0, p.length)])
    for x, y in _holes(p):
        d.circle("CUT", x, y, p.hole / 2)
    for x, y in _vents(p):
        w, long = p.vent[0] / 2, p.vent[1] / 2 - p.vent[0] / 2
        d.line("CUT", x - w, y - long, x - w, y + long)
        d.line("CUT", x + w, y - long, x + w, y + long)
        d.arc("CUT", x, y + long, w, 0, 180)
        d.arc("CUT", x, y - long, w, 180, 360)
    for x in p.bends:
        d.line("BEND", x, 0, x, p.length)
    d.text("MARK", 12, 8, f"10-0046 {rev}", 4)
    return {"10-0046_flat.dxf": d.write()}
