# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which function models which item."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sample_vault.actuator import sizes as a
from sample_vault.modelling import actuator, assemblies, vise
from sample_vault.vise import sizes as v

SHAPES: dict[str, Callable[[str], Any]] = {
    "10-0001": assemblies.actuator_assembly,
    "10-0041": lambda rev: actuator.housing(a.DRIVE_HOUSING[rev]),
    "10-0042": lambda rev: actuator.bracket(a.BRACKET[rev]),
    "10-0043": lambda rev: actuator.carriage(a.CARRIAGE[rev]),
    "10-0044": lambda rev: actuator.housing(a.IDLER_HOUSING[rev]),
    "10-0045": lambda rev: actuator.shaft(a.SHAFT[rev]),
    "10-0046": lambda rev: actuator.guard(a.GUARD[rev]),
    "10-0047": lambda rev: actuator.guide_shaft(a.GUIDE_SHAFT[rev]),
    "10-0048": lambda rev: actuator.base(a.BASE[rev]),
    "10-0049": lambda rev: actuator.pin(a.PIN[rev]),
    "10-0050": lambda rev: actuator.adapter(a.ADAPTER[rev]),
    "10-0051": lambda rev: actuator.clamp(a.CLAMP[rev]),
    "11-0001": assemblies.vise_assembly,
    "11-0010": lambda rev: vise.body(v.BODY[rev]),
    "11-0011": lambda rev: vise.jaw(v.JAW[rev]),
    "11-0012": lambda rev: vise.jaw_plate(v.JAW_PLATE[rev]),
    "11-0013": lambda rev: vise.spindle(v.SPINDLE[rev]),
    "11-0014": lambda rev: vise.handle(v.HANDLE[rev]),
    "20-0101": lambda _: assemblies.belt(),
    "20-0102": lambda _: assemblies.bearing(),
    "20-0103": lambda _: assemblies.linear_bearing(),
    "20-0104": lambda _: assemblies.pulley(10),
    "20-0105": lambda _: assemblies.pulley(8),
    "20-0106": lambda _: assemblies.coupling(),
    "20-0107": lambda _: assemblies.motor(),
    "20-0200": lambda _: assemblies.kit(((3, 10), (4, 8), (4, 12), (5, 16), (6, 20))),
    "20-0201": lambda _: assemblies.kit(((4, 16), (5, 12), (5, 20), (8, 35))),
    "90-0007": lambda rev: actuator.fixture(a.FIXTURE[rev]),
}
