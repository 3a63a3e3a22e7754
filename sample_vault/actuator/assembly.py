# SPDX-License-Identifier: AGPL-3.0-or-later
"""Assembly drawing of 10-0001, the actuator."""

from __future__ import annotations

from sample_vault.actuator.sizes import AXIS, BASE, DRIVE_X, GUIDE_Y, IDLER_X, MOTOR_FACE, STROKE
from sample_vault.office import Job, start


def assembly(rev: str) -> Job:
    """A1, 1:1: longitudinal section, top, pictorial, parts list."""
    base = BASE["A"]
    job = start(
        "10-0001", rev, kind="Assembly drawing", extra="Belt drive, stroke 300", reference="80-0003",
        roughness="-",
    )  # fmt: skip
    job.sheet("A1")
    mid = (DRIVE_X + IDLER_X) / 2
    s = job.view("front@y=0", 70, 440)
    s.caption("A-A", 34)
    for x in (DRIVE_X, IDLER_X):
        s.cross(x, AXIS, 14, 4)
    s.across((DRIVE_X, AXIS), (IDLER_X, AXIS), 1, words="{} ±0.1")
    s.across((0, -base.thick), (base.length, -base.thick), 2)
    s.up((0, 0), (DRIVE_X, AXIS), 1)
    s.up((0, -base.thick), (DRIVE_X - 25, 70), 2)
    half = STROKE / 2
    s.across((mid - half, 62), (mid + half, 62), 2.5, above=True, words="Stroke {}")
    s.balloon(160, -6, -16, -54, "1")
    s.balloon(DRIVE_X + 12, 12, 34, -58, "2")
    s.balloon(IDLER_X - 12, 12, -30, -58, "3")
    s.balloon(mid + 20, 20, 30, -64, "4")
    s.balloon(mid - 8, 39, -26, 46, "11")
    s.balloon(160, 61, -10, 34, "12")
    s.balloon(DRIVE_X, AXIS, -12, 56, "6")
    s.balloon(DRIVE_X + 9, AXIS + 6, 18, 46, "15")
    s.balloon(IDLER_X, AXIS, 12, 56, "8")
    s.balloon(IDLER_X - 9, AXIS + 6, -18, 46, "16")
    t = job.view("top", 70, 196)
    for y in (-GUIDE_Y, GUIDE_Y):
        t.centre(20, y, 530, y, 6)
    t.centre(DRIVE_X, -62, DRIVE_X, MOTOR_FACE + 66, 4)
    t.centre(IDLER_X, -58, IDLER_X, 58, 4)
    t.cut_mark((-10, 0), (base.length + 10, 0), "A", (0, 1))
    t.up((0, base.front), (0, base.back), 2)
    t.up((base.length, -GUIDE_Y), (base.length, GUIDE_Y), 3, right=True)
    for x, y in base.mount_holes():
        t.cross(x, y, base.mount / 2, 2)
    t.across((base.mount_x[0], -45), (base.mount_x[1], -45), 1)
    t.across((0, -50), (base.mount_x[0], -45), 1)
    t.leader(base.mount_x[1] + 3, -48, 22, -34, "4x mounting hole")
    t.balloon(DRIVE_X + 30, 104, 100, 18, "5")
    t.balloon(162, GUIDE_Y, 18, 40, "7")
    if rev != "A":
        t.balloon(DRIVE_X + 20, 75, 92, 12, "9")
    t.balloon(DRIVE_X + 30, MOTOR_FACE + 6, 80, 28, "10")
    t.balloon(DRIVE_X + 20, 150, 56, 20, "18")
    t.balloon(DRIVE_X + 2, 52, 90, 12, "13")
    t.balloon(mid - 38.5, GUIDE_Y + 4, -24, 40, "14")
    if rev == "A":
        t.balloon(DRIVE_X, 96, 104, -12, "17")
    job.picture("iso", 632, 330, 196, 220)
    job.parts_list(651, 64)
    job.notes(
        70,
        96,
        "Align both guide shafts: parallel within 0.02 over 510 before tightening the M5.",
        "Belt tension 85 to 95 N (frequency meter, span 200: 48 Hz), then lock the idler screws.",
        "Coupling gap 2 to 4; screws 1.5 Nm. Secure M6 with medium-strength locking compound.",
        "Find 13, 14: press by the outer ring only. Find 17 sits inside the guard."
        if rev != "A"
        else "Find 13, 14: press by the outer ring only.",
        "Acceptance after procedure 80-0003; keep the record with the serial number.",
    )
    return job
