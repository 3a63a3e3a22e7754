# SPDX-License-Identifier: AGPL-3.0-or-later
"""Assembly drawing of 11-0001, the vise."""

from __future__ import annotations

from sample_vault.office import Job, start
from sample_vault.vise.sizes import BODY, JAW, JAW_PLATE, OPENING, SCREW_Z, SPINDLE, WIDTH


def assembly(rev: str) -> Job:
    """A2, 1:1: longitudinal section, top, left, pictorial, parts list."""
    plate = JAW_PLATE[rev].thick
    job = start(
        "11-0001", rev, kind="Assembly drawing", extra="Jaw width 60, opening 0 to 39",
        reference="-", roughness="-",
    )  # fmt: skip
    job.sheet("A2")
    b, jaw, spindle = BODY["A"], JAW["A"], SPINDLE["A"]
    gap = b.jaw + plate
    rear = gap + OPENING + plate + jaw.length
    tail = rear - spindle.nose + spindle.length
    s = job.view("front@y=0", 80, 262)
    s.caption("A-A", 26)
    s.centre(rear - spindle.nose, SCREW_Z, tail, SCREW_Z, 6)
    s.across((gap, 54), (gap + OPENING, 54), 1, above=True, words="0 to 39")
    s.across((0, 0), (b.length, 0), 1)
    s.across((0, 0), (tail, 10), 2, words="{} at opening 30")
    s.up((0, 0), (3, 55), 1)
    s.balloon(12, 34, -18, 50, "1")
    s.balloon(rear - 8, 50, 6, 42, "2")
    s.balloon(gap - 3, 52, -8, 38, "3")
    s.balloon(rear + 12, SCREW_Z, 12, 40, "4")
    s.balloon(tail - 9, 84, 22, 12, "5")
    w = job.view("left", 380, 262)
    w.across((-WIDTH / 2, 0), (WIDTH / 2, 0), 1)
    t = job.view("top", 80, 170)
    t.cut_mark((-8, 0), (tail + 14, 0), "A", (0, 1))
    t.up((0, -WIDTH / 2), (0, WIDTH / 2), 3)
    t.across((b.foot_x, -20), (b.length - 12.5, -20), 1)
    t.up((b.foot_x, -20), (b.foot_x, 20), 2)
    for x in (b.foot_x, b.length - 12.5):
        for sy in (-1, 1):
            t.cross(x, sy * 20, b.foot_bore / 2, 2)
    t.leader(b.length - 12.5 + 4, -24, 26, -22, "4x for M6")
    job.picture("iso", 430, 190, 140, 150)
    job.parts_list(404, 64)
    job.notes(
        40,
        96,
        "Grease spindle and sliding face (lithium, NLGI 2) before assembly.",
        "Jaw plates ground together; keep them in pairs.",
        "Sliding jaw moves freely over the whole length, play in the slot 0.05 max.",
        "Screws, pin and keeper from kit find 6; tighten M5 to 5 Nm.",
        "Acceptance: clamp a 20 mm gauge block, parallel within 0.02 over 60.",
    )
    return job
