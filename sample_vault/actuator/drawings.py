# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which function draws which item of the actuator."""

from __future__ import annotations

from collections.abc import Callable

from sample_vault.actuator import blocks, plates, turned
from sample_vault.actuator.assembly import assembly
from sample_vault.actuator.bracket import bracket
from sample_vault.actuator.guard import guard
from sample_vault.office import Job

DRAWINGS: dict[str, Callable[[str], Job]] = {
    "10-0001": assembly,
    "10-0041": blocks.drive_housing,
    "10-0042": bracket,
    "10-0043": blocks.carriage,
    "10-0044": blocks.idler_housing,
    "10-0045": turned.shaft,
    "10-0046": guard,
    "10-0047": turned.guide_shaft,
    "10-0048": plates.base,
    "10-0049": turned.pin,
    "10-0050": plates.adapter,
    "10-0051": plates.clamp,
    "90-0007": plates.fixture,
}
