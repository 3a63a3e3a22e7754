# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files beside a drawing: flat patterns, outlines, views as DXF, programs, the wiring sheet."""

from __future__ import annotations

from collections.abc import Callable

from sample_vault.actuator.guard import flat_pattern
from sample_vault.actuator.sizes import ADAPTER, BASE
from sample_vault.catalogue import stem
from sample_vault.drafting.dxf import Dxf
from sample_vault.drafting.geometry import projections
from sample_vault.papers.programs import boring, milling
from sample_vault.papers.wiring import wiring

Files = dict[str, bytes]


def base_outline(rev: str) -> Files:
    """Outline and holes of the base plate, origin on the guide centre line at the left edge."""
    p = BASE[rev]
    d = Dxf({"CUT": 7, "DRILL": 1, "COUNTERBORE": 6, "MARK": 3})
    r, low, high = p.corner, p.front, p.back
    d.line("CUT", r, low, p.length - r, low)
    d.line("CUT", p.length, low + r, p.length, high - r)
    d.line("CUT", p.length - r, high, r, high)
    d.line("CUT", 0, high - r, 0, low + r)
    for x, y, start in ((r, low + r, 180), (p.length - r, low + r, 270)):
        d.arc("CUT", x, y, r, start, start + 90)
    for x, y, start in ((p.length - r, high - r, 0), (r, high - r, 90)):
        d.arc("CUT", x, y, r, start, start + 90)
    for x, y in p.block_holes():
        d.circle("DRILL", x, y, p.clear / 2)
        d.circle("COUNTERBORE", x, y, p.bore / 2)
    for x, y in p.bracket_holes():
        d.circle("DRILL", x, y, 2.5)
    for x, y in p.mount_holes():
        d.circle("DRILL", x, y, p.mount / 2)
    d.text("MARK", 200, 20, f"10-0048 {rev}", 8)
    return {"10-0048_outline.dxf": d.write()}


def adapter_outline(rev: str) -> Files:
    """Square and through holes of the adapter, origin at its middle."""
    p = ADAPTER[rev]
    d = Dxf({"CUT": 7, "MARK": 3})
    half = p.side / 2
    d.outline("CUT", [(-half, -half), (half, -half), (half, half), (-half, half)])
    d.circle("CUT", 0, 0, p.bore / 2)
    for pattern, r in ((p.pattern, p.clear / 2), (p.motor_pattern, p.motor_drill / 2)):
        for sx in (-1, 1):
            for sy in (-1, 1):
                d.circle("CUT", sx * pattern / 2, sy * pattern / 2, r)
    d.text("MARK", -12, 22, f"10-0050 {rev}", 3)
    return {"10-0050_outline.dxf": d.write()}


def views(number: str, *placed: tuple[str, float, float]) -> Callable[[str], Files]:
    """A DXF of some views at 1:1, for CAM and for whoever has no STEP reader."""

    def write(rev: str) -> Files:
        d = Dxf({"VISIBLE": 7, "HIDDEN": 8, "MARK": 3})
        shown = projections(number, rev)
        for name, x, y in placed:
            d.outline_view(shown.views[name], x, y)
        d.text("MARK", 0, -12, f"{number} {rev}", 5)
        return {f"{stem(number)}.dxf": d.write()}

    return write


_bracket_views = views("10-0042", ("front", 40, 0), ("left", 120, 0), ("top", 40, -40))

EXTRAS: dict[str, Callable[[str], Files]] = {
    "10-0042": lambda rev: {**_bracket_views(rev), **milling(rev)},
    "10-0046": flat_pattern,
    "10-0048": base_outline,
    "10-0050": adapter_outline,
    "11-0012": views("11-0012", ("front", 40, 0), ("top", 40, -20)),
    "20-0107": wiring,
    "40-0042": boring,
}
