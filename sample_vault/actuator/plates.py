# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drawings of the plates: base, belt clamp, NEMA 23 adapter (in inches), bracket fixture."""

from __future__ import annotations

from sample_vault.actuator.sizes import (
    ADAPTER,
    BASE,
    CLAMP,
    CLAMP_SCREWS,
    DRIVE_X,
    FIXTURE,
    IDLER_X,
)
from sample_vault.drafting.symbols import datum, frame, surface
from sample_vault.office import Job, start


def base(rev: str) -> Job:
    """10-0048 on A3 at 1:2, holes in a table."""
    p = BASE[rev]
    job = start("10-0048", rev, "1:2", extra="Actuator LA-40", reference="10-0001")
    c = job.sheet("A3")
    t = job.view("top", 62, 196)
    t.centre(0, 0, p.length, 0, 4)
    for x in (DRIVE_X, IDLER_X):
        t.centre(x, -38, x, 38, 2)
    groups = (
        ("A", p.block_holes(), p.bore / 2),
        ("B", p.bracket_holes(), 2.5),
        ("C", p.mount_holes(), p.mount / 2),
    )
    rows: list[tuple[str, ...]] = [("Hole", "X", "Y", "Feature")]
    features = {
        "A": "Ø6.6 through, from below Ø11 x 6.5",
        "B": "M6 through",
        "C": f"Ø{p.mount:.0f} through",
    }
    for letter, holes, r in groups:
        for i, (x, y) in enumerate(holes, start=1):
            t.cross(x, y, r, 1.5)
            px, py = t.p(x, y)
            if letter == "A" and x < DRIVE_X:
                c.text(px - 2.8, py + 2.6, f"{letter}{i}", 1.8, "right")
            else:
                c.text(px + 2.8, py + 2.6, f"{letter}{i}", 1.8)
            rows.append((f"{letter}{i}", f"{x:g}", f"{y:g}", features[letter]))
    t.across((0, p.front + p.corner), (DRIVE_X, -38), 1)
    t.across((DRIVE_X, -38), (IDLER_X, -38), 1, words="{} ±0.1", mark=1)
    t.across((0, p.front + p.corner), (p.length, p.front + p.corner), 2)
    t.up((0, 0), (p.corner, p.back), 1)
    t.up((p.corner, p.front), (p.corner, p.back), 2)
    t.leader(1.8, p.back - 1.8, -8, 8, "4x R6")
    left, low = t.leader(290, 60, 18, -8, "Upper face", dot=True)
    frame(c, left, low - 8, "flat", "0.1")
    s = job.view("front", 62, 124)
    s.up((0, -p.thick), (0, 0), 1, words="{} ±0.1", mark=2)
    surface(c, *s.p(200, 0), "Ra 1.6")
    half = (len(rows) + 1) // 2
    job.table(25, 104, (11, 14, 14, 60), rows[:half], 5.2)
    job.table(130, 104, (11, 14, 14, 60), [rows[0], *rows[half:]], 5.2)
    x, y = t.p(0, 0)
    c.text(x - 3, y - 1, "0", 2.5, "right", spaced=False)
    c.text(25, 106.5, "Hole table: X from the left edge, Y from the centre line of the guide", 2.5)
    return job


def clamp(rev: str) -> Job:
    """10-0051 on A4 at 2:1."""
    p = CLAMP[rev]
    job = start("10-0051", rev, "2:1", extra="Actuator LA-40", reference="10-0001")
    c = job.sheet("A4")
    half, long = p.width / 2, p.length / 2
    f = job.view("left", 100, 220)
    f.across((-p.groove / 2, 0), (p.groove / 2, 0), 1, words="{} H12", mark=1)
    f.up((-half, 0), (-half, p.thick), 1)
    f.up(
        (half, 0),
        (p.groove / 2, p.groove_depth),
        1,
        right=True,
        words="{} ^+0.1|0^",
        mark=2,
        shift=14,
    )
    surface(c, *f.p(10, p.thick), "Ra 3.2")
    t = job.view("top", 100, 148)
    dx, dy = CLAMP_SCREWS
    t.centre(0, -half, 0, half, 4)
    t.centre(-long, 0, long, 0, 4)
    for sx in (-1, 1):
        for sy in (-1, 1):
            t.cross(sx * dx, sy * dy, p.hole / 2, 2)
    t.across((-dx, -dy), (dx, -dy), 1)
    t.across((-long, -half), (long, -half), 2)
    t.up((-dx, -dy), (-dx, dy), 1)
    t.up((-long, -half), (-long, half), 2)
    t.round(dx, dy, p.hole / 2, 35, 24, "4x Ø4.5")
    c.text(30, 84, "Groove bottom knurled RAA 0.8 along the belt.", 2.5)
    return job


def adapter(rev: str) -> Job:
    """10-0050 on ANSI B at 1:1, inches, third-angle, after ASME Y14.5."""
    p = ADAPTER[rev]
    job = start(
        "10-0050",
        rev,
        extra="LA-40, US motors",
        reference="10-0001",
        units="inch",
        projection="third",
        tolerance=".XX ±.01  .XXX ±.005  ANG ±.5°",
        edges="Break .015 max",
        roughness="125 µin",
    )
    c = job.sheet("ANSI B")
    c.units = "in"
    half, far, near = p.side / 2, p.pattern / 2, p.motor_pattern / 2
    f = job.view("back", 110, 160)
    f.cross(0, 0, p.bore / 2)
    for sx in (-1, 1):
        for sz in (-1, 1):
            f.cross(sx * far, sz * far, p.counterbore / 2, 1.5)
            f.cross(sx * near, sz * near, 2.4, 1)
            f.thread_end(sx * near, sz * near, 4.826)
    f.across((-near, -near), (near, -near), 1, shift=-10)
    f.across((-far, -far), (far, -far), 2)
    f.across((-half, -half + p.corner), (half, -half + p.corner), 3)
    f.up((-near, -near), (-near, near), 1)
    f.up((-far, -far), (-far, far), 2)
    f.up((-half + p.corner, -half), (-half + p.corner, half), 3)
    left, low = f.round(
        far, far, p.counterbore / 2, 40, 20, "4x Ø.217 THRU", "⌴Ø.375 ↧.210", mark=3
    )
    frame(c, left, low - 8, "position", "Ø.014", "A", "B")
    left, low = f.leader(near + 1.7, -near + 1.7, 30, 10, "4x 10-24 UNC-2B THRU", mark=4)
    frame(c, left, low - 8, "position", "Ø.010", "A", "B")
    f.leader(-half + 1, half - 1, -16, 12, "4x R.125")
    f.cut_mark((0, half + 3), (0, -half - 3), "A", (-1, 0))
    s = job.view("left@x=0", 250, 160)
    s.caption("SECTION A-A", 22)
    s.centre(-p.thick, 0, p.boss_height, 0)
    r = p.boss / 2
    x, _ = s.up(
        (p.boss_height, -r), (p.boss_height, r), 1.4, right=True, words="Ø{} ^+.000|-.001^", mark=1
    )
    r = p.bore / 2
    s.up((-p.thick, -r), (-p.thick, r), 1, words="Ø{} ^+.001|-.000^", mark=2)
    s.across((-p.thick, -half), (0, -half), 1)
    s.across((0, half), (p.boss_height, p.boss / 2), 1, above=True)
    datum(c, *s.p(0, -half + 5), "A", dx=5)
    datum(c, x, s.p(0, -p.boss / 2)[1], "B", dy=-9)
    job.picture("iso", 300, 165, 110, 85)
    job.picture("iso back", 300, 72, 110, 85)
    job.notes(
        40,
        74,
        "DIMENSIONING AND TOLERANCING PER ASME Y14.5-2018.",
        "ALL DIMENSIONS IN INCHES. REMOVE BURRS AND SHARP EDGES .015 MAX.",
        "CLEAR ANODIZE PER MIL-A-8625 TYPE II CLASS 1.",
        "BOSS Ø1.967 FITS BORE Ø50 OF 10-0042.",
        "BALLOONS ARE INSPECTION CHARACTERISTICS.",
        head="NOTES: UNLESS OTHERWISE SPECIFIED",
    )
    return job


def fixture(rev: str) -> Job:
    """90-0007 on A3 at 1:1."""
    p = FIXTURE[rev]
    job = start(
        "90-0007",
        rev,
        kind="Fixture drawing",
        extra="for 10-0042, operation 30",
        reference="10-0042",
    )
    c = job.sheet("A3")
    half, wide = p.length / 2, p.width / 2
    f = job.view("front", 112, 218)
    f.up((-half, 0), (-half, p.thick), 1)
    f.up((-half, p.thick), (-40, p.thick + p.pin_height), 2)
    surface(c, *f.p(46, p.thick), "Ra 1.6")
    t = job.view("top", 112, 134)
    t.cross(0, 5, 28)
    for sx in (-1, 1):
        for sy in (-1, 1):
            t.cross(sx * 30, 5 + sy * 30, 4, 2)
        t.cross(sx * 54, 35, 3.4, 2)
        t.thread_end(sx * 54, 35, 8)
    for x, y in ((-42, 20), (-25, -47), (25, -47)):
        t.cross(x, y, p.pin / 2, 2)
    t.across((-25, -47), (25, -47), 1, words="{} ±0.02", shift=12)
    t.across((-42, 20), (0, 5), 2, words="{} ±0.02", mark=1)
    t.across((-half, -wide + 3), (half, -wide + 3), 3)
    t.up((-25, -47), (0, 5), 1, words="{} ±0.02", mark=2)
    t.up((-42, 20), (0, 5), 1)
    t.leader(half - 8, 6, 36, 10, "2x slot 12 x 16 for clamps")
    t.up((-half + 3, -wide), (-half + 3, wide), 2)
    left, low = t.round(25, -47, 4, 10, 42, "3x dowel Ø8 m6 x 34", "ISO 8734, pressed in H7")
    frame(c, left, low - 8, "square", "Ø0.02", "A")
    t.round(0, 5, 28, -8, 64, "Ø56 relief for the boring bar")
    t.round(30, 35, 4, 40, 32, "4x Ø8 relief for taps, 60 x 60")
    t.round(54, 35, 3.4, 0, 16, "2x M8 through", "108 apart, 30 above the bore")
    s = job.view("left", 268, 218)
    datum(c, *s.p(20, 0), "A", dy=-6)
    s.across((-wide, 0), (wide, 0), 2)
    job.picture("iso", 280, 75, 125, 90)
    job.notes(
        150,
        48,
        "Wall of the bracket lies on the plate,\nfoot against two pins, side against one.",
        "Mark with 90-0007 and the letter.",
    )
    return job
