# SPDX-License-Identifier: AGPL-3.0-or-later
"""The wiring sheet of the motor; its file name is awkward on purpose."""

from __future__ import annotations

from sample_vault.office import start

NAME = "Wiring, motor (步进电机).pdf"


def wiring(rev: str) -> dict[str, bytes]:
    """A4: how the four leads go to the drive."""
    job = start(
        "20-0107", rev, kind="Wiring diagram", extra="Wiring", reference="LA-40",
        department="Purchasing", roughness="-", edges="-", tolerance="-", scale="-",
    )  # fmt: skip
    c = job.sheet("A4")
    leads = (("black", "A+"), ("green", "A-"), ("red", "B+"), ("blue", "B-"))
    c.circle(60, 210, 18)
    c.text(60, 208, "M", 5, "centre")
    c.box(130, 182, 45, 56)
    c.text(152.5, 242, "Drive", 3.5, "centre")
    for i, (colour, terminal) in enumerate(leads):
        y = 228 - 12 * i
        c.line(76 if 0 < i < 3 else 66, y, 130, y)
        c.text(92, y + 1.4, colour, 2.5)
        c.text(133, y - 1.2, terminal, 2.5)
    job.table(
        30,
        160,
        (30, 30, 60),
        [("Lead", "Terminal", "Remark"), *((a, b, "0.5 mm², ferrule") for a, b in leads)],
    )
    return {NAME: job.drawing.write()}
