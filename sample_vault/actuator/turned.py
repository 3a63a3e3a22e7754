# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drawings of the turned parts: drive shaft, guide shaft, idler pin."""

from __future__ import annotations

from sample_vault.actuator.sizes import GUIDE_SHAFT, PIN, SHAFT
from sample_vault.drafting.symbols import datum, frame, surface
from sample_vault.office import Job, start


def shaft(rev: str) -> Job:
    """10-0045 on A3 at 2:1."""
    p = SHAFT[rev]
    job = start("10-0045", rev, "2:1", extra="Actuator LA-40", reference="10-0001")
    c = job.sheet("A3")
    r, big, end = p.journal_d / 2, p.body_d / 2, p.short + p.body
    f = job.view("front", 62, 186)
    f.centre(0, 0, p.length, 0, 6)
    f.across((0, -r), (p.short, -big), 1, words="{} ^-0.05|-0.15^", shift=-21)
    f.across((p.short, -big), (end, -big), 1, words="{} ^-0.1|-0.3^", mark=3)
    f.across((end, -big), (p.length, -r), 1, mark=4)
    f.across((0, -r), (p.length, -r), 2.2)
    f.up((p.chamfer, -r), (p.chamfer, r), 1.6, words="Ø{} j6", mark=1)
    f.up((p.length - p.chamfer, -r), (p.length - p.chamfer, r), 1.6, right=True, words="Ø{} h6")
    left, low = f.leader(end - 14, big, 10, 22, "Ø10 h6", mark=2)
    frame(c, left, low - 8, "runout", "0.02", "C-D")
    f.leader(p.length, r - p.chamfer / 2, 8, 26, f"2x {p.chamfer} x 45°")
    datum(c, *f.p(p.short / 2, r), "C", dy=9)
    datum(c, *f.p(end + 12, r), "D", dy=9)
    surface(c, *f.p(26, big), "Ra 0.8")
    surface(c, *f.p(p.length - 26, r), "Ra 0.8")
    if p.flat:
        middle, flat = p.short + p.body / 2, f"{{}} flat, {p.flat} ±0.05 deep"
        f.across(
            (middle - 8, big), (middle + 8, big), 1.4, above=True, words=flat, mark=5, shift=-42
        )
        f.across((p.length - 14, r), (p.length, r), 2.6, above=True, words=flat, shift=-38)
    g = job.view("left", 84, 106)
    g.cross(0, 0, big)
    g.caption("View from left", 7, 2.5)
    job.picture("iso", 120, 72, 110, 80)
    job.notes(
        30,
        52,
        "Centres ISO 6411-A2/4.25 may remain.",
        "Shoulders: fillet R0.2 max.",
        *(["Quenched and tempered, 800 to 950 MPa."] if rev == "C" else []),
        "Runout checked between C and D.",
    )
    return job


def guide_shaft(rev: str) -> Job:
    """10-0047 on A3 at 1:2; the page is stored upright and turned for the reader."""
    p = GUIDE_SHAFT[rev]
    job = start("10-0047", rev, "1:2", extra="Actuator LA-40", reference="10-0001")
    c = job.sheet("A3", turned=True)
    r = p.d / 2
    f = job.view("front", 80, 205)
    f.centre(0, 0, p.length, 0, 5)
    f.across((0, -r), (p.length, -r), 1.5, words="{} ^0|-0.2^", mark=2)
    left, low = f.leader(150, r, 14, 16, "Ø12 h6", mark=1)
    frame(c, left, low - 8, "cylindrical", "0.008")
    frame(c, left, low - 14, "straight", "0.02")
    surface(c, *f.p(300, r), "Ra 0.4")
    f.leader(0, r - 1, -8, 24, "2x 1 x 45°")
    f.leader(p.length, 1.5, 12, 22, "2x M5 - 12 deep", "drill Ø4.2 - 15 deep")
    e = job.view("left", 62, 125, 2)
    e.cross(0, 0, r)
    e.thread_end(0, 0, 5)
    e.caption("End (2:1)", 6, 2.5)
    job.notes(
        110,
        150,
        "Induction hardened 60+4 HRC, depth 1.3 min; ends soft 20 each side.",
        "Ground bar may be bought cut to length; thread after grinding.",
        "Pack oiled, in tubes. No marks on the ground surface.",
    )
    return job


def pin(rev: str) -> Job:
    """10-0049 on A4 at 1:1."""
    p = PIN[rev]
    job = start("10-0049", rev, extra="Actuator LA-40", reference="10-0001")
    c = job.sheet("A4")
    r = p.d / 2
    f = job.view("front", 52, 200)
    f.centre(0, 0, p.length, 0, 4)
    inner = p.groove_in + p.groove_w
    f.across((inner, -r), (p.length - inner, -r), 1, mark=2)
    f.across((0, -r), (p.length, -r), 2)
    left, low = f.leader(60, r, 10, 14, "Ø8 h8", mark=1)
    frame(c, left, low - 8, "straight", "0.05")
    f.leader(p.groove_in + p.groove_w / 2, r, 8, 30, "2x Ø7.6 h10 x 0.9 H13")
    f.leader(p.length, r - 0.3, 10, 14, "2x 0.5 x 45°")
    surface(c, *f.p(30, r), "Ra 1.6")
    g = job.view("left", 44, 155, 2)
    g.cross(0, 0, r)
    g.caption("End (2:1)", 6, 2.5)
    job.notes(75, 160, "Drawn bar may be used as it is on Ø8.", "Retaining rings DIN 471 - 8.")
    return job
