# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every size of the belt-drive actuator LA-40, one frozen value for each revision of a part.

Millimetres. Models, views, flat patterns, programs and drawings are made from these numbers
and from nothing else. Mating sizes are taken from the part they mate with.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

AXIS = 48.0  # height of the pulley axis over the base
GUIDE_Z = 20.0  # height of the guide shafts over the base
GUIDE_Y = 40.0  # half the distance of the guide shafts
GUIDE_D = 12.0
STROKE = 300.0
BLOCK_SCREWS = (13.0, 25.0)  # half pattern of the M6 screws below a housing
DRIVE_X, IDLER_X = 45.0, 505.0  # pulley axes along the base
MOTOR_FACE = 112.0  # outer face of the bracket, across the base
CLAMP_SCREWS = (14.0, 12.0)
PITCH_RADIUS = 16 * 5 / math.pi / 2  # 16 teeth, 5 mm pitch
BELT_OUT, BELT_IN = 14.0, 11.4


@dataclass(frozen=True, slots=True)
class Bracket:
    """10-0042: an angle from the solid; its foot stands on the base, its wall carries the motor."""

    foot_hole: float = 6.0
    chamfer: float = 0.0
    fit: str = "H8"
    width: float = 76.0
    depth: float = 50.0
    height: float = 86.0
    thick: float = 12.0
    bore: float = 50.0
    pattern: float = 60.0
    foot_x: float = 28.0
    foot_y: tuple[float, float] = (22.0, 42.0)
    guard_y: float = 32.0
    fillet: float = 3.0


BRACKET = {
    "A": Bracket(),
    "B": Bracket(foot_hole=6.6),
    "C": Bracket(foot_hole=6.6, chamfer=8.0, fit="H7"),
}


@dataclass(frozen=True, slots=True)
class Housing:
    """10-0041 and 10-0044: a U block on two guide shafts, with bearings or with a slot."""

    length: float = 50.0
    width: float = 110.0
    height: float = 70.0
    slot: float = 40.0
    floor: float = 30.0
    bearing: float = 22.0
    bearing_depth: float = 7.0
    through: float = 16.0
    tap_depth: float = 14.0
    take_up: float = 0.0
    pin: float = 8.2
    tension: str = "M5"
    tension_drill: float = 4.2


DRIVE_HOUSING = {"A": Housing()}
IDLER_HOUSING = {
    "A": Housing(take_up=12.0),
    "B": Housing(take_up=16.0, tension="M6", tension_drill=5.0),
}


@dataclass(frozen=True, slots=True)
class Carriage:
    """10-0043: the plate on four linear bearings that the belt pulls."""

    length: float = 80.0
    width: float = 110.0
    height: float = 30.0
    bore: float = 21.0
    bore_z: float = 16.0
    screws: tuple[float, float] = (30.0, 25.0)
    dowels: bool = False
    pocket: tuple[float, float, float] | None = None
    material: str = "EN AW-6082 T6"


CARRIAGE = {
    "A": Carriage(),
    "B": Carriage(dowels=True),
    "C": Carriage(dowels=True, pocket=(50.0, 36.0, 14.0), material="EN AW-7075 T651"),
}
CARRIAGE_Z = 4.0  # underside of the carriage over the base


@dataclass(frozen=True, slots=True)
class Shaft:
    """10-0045: the drive shaft between two 608 bearings and the coupling."""

    short: float = 8.0
    body: float = 96.0
    long: float = 47.0
    journal_d: float = 8.0
    body_d: float = 10.0
    chamfer: float = 0.5
    flat: float = 0.0
    material: str = "1.4305"

    @property
    def length(self) -> float:
        """Overall length."""
        return self.short + self.body + self.long


SHAFT = {
    "A": Shaft(),
    "B": Shaft(long=49.0),
    "C": Shaft(long=49.0, flat=0.5, material="1.4057 +QT800"),
}


@dataclass(frozen=True, slots=True)
class Guard:
    """10-0046: an upturned U of sheet that covers the coupling, screwed to the bracket's foot."""

    vents: int = 0
    sheet: float = 1.5
    radius: float = 2.0
    k: float = 0.42
    inside: float = 77.0
    leg: float = 83.0
    length: float = 42.0
    hole: float = 4.5
    hole_up: float = 5.0
    hole_in: float = 23.0
    vent: tuple[float, float] = (4.0, 26.0)
    vent_pitch: float = 12.0

    @property
    def outside(self) -> float:
        """Width over the legs."""
        return self.inside + 2 * self.sheet

    @property
    def allowance(self) -> float:
        """Arc length of the neutral fibre in one bend."""
        return math.pi / 2 * (self.radius + self.k * self.sheet)

    @property
    def deduction(self) -> float:
        """What one bend takes from the sum of the outside lengths."""
        return 2 * (self.radius + self.sheet) - self.allowance

    @property
    def flat(self) -> float:
        """Developed length."""
        return 2 * self.leg + self.outside - 2 * self.deduction

    @property
    def bends(self) -> tuple[float, float]:
        """Bend lines from one end of the blank."""
        first = self.leg - self.radius - self.sheet + self.allowance / 2
        return first, self.flat - first


GUARD = {"A": Guard(), "B": Guard(vents=3)}


@dataclass(frozen=True, slots=True)
class Base:
    """10-0048: the plate everything stands on; left edge x = 0, guide centre line y = 0."""

    mount: float = 7.0
    length: float = 550.0
    front: float = -60.0
    back: float = 125.0
    thick: float = 12.0
    corner: float = 6.0
    mount_x: tuple[float, float] = (130.0, 420.0)
    mount_y: tuple[float, float] = (-45.0, 110.0)
    clear: float = 6.6
    bore: float = 11.0
    bore_depth: float = 6.5

    def block_holes(self) -> list[tuple[float, float]]:
        """Clearance holes below both housings."""
        dx, dy = BLOCK_SCREWS
        return [
            (x + sx * dx, sy * dy) for x in (DRIVE_X, IDLER_X) for sx in (-1, 1) for sy in (-1, 1)
        ]

    def bracket_holes(self) -> list[tuple[float, float]]:
        """M6 threads for the bracket's foot."""
        b = BRACKET["C"]
        return [(DRIVE_X + s * b.foot_x, MOTOR_FACE - y) for s in (-1, 1) for y in b.foot_y]

    def mount_holes(self) -> list[tuple[float, float]]:
        """Through holes for the customer's frame."""
        return [(x, y) for x in self.mount_x for y in self.mount_y]


BASE = {"A": Base(), "B": replace(Base(), mount=9.0)}


@dataclass(frozen=True, slots=True)
class Adapter:
    """10-0050: NEMA 23 to the bracket; drawn in inches, kept here in millimetres."""

    side: float = 2.875 * 25.4
    thick: float = 0.375 * 25.4
    boss: float = 1.967 * 25.4
    boss_height: float = 0.118 * 25.4
    bore: float = 1.502 * 25.4
    pattern: float = 2.362 * 25.4
    clear: float = 0.217 * 25.4
    counterbore: float = 0.375 * 25.4
    counterbore_depth: float = 0.210 * 25.4
    motor_pattern: float = 1.856 * 25.4
    motor_drill: float = 0.150 * 25.4
    corner: float = 0.125 * 25.4


ADAPTER = {"A": Adapter()}


@dataclass(frozen=True, slots=True)
class GuideShaft:
    """10-0047: ground shaft, threaded at both ends."""

    d: float = GUIDE_D
    length: float = 510.0
    drill: float = 4.2
    thread_depth: float = 12.0
    drill_depth: float = 15.0
    chamfer: float = 1.0


GUIDE_SHAFT = {"A": GuideShaft()}


@dataclass(frozen=True, slots=True)
class Pin:
    """10-0049: the standing axle of the idler pulley."""

    d: float = 8.0
    length: float = 114.0
    groove_d: float = 7.6
    groove_w: float = 0.9
    groove_in: float = 1.1
    chamfer: float = 0.5


PIN = {"A": Pin()}


@dataclass(frozen=True, slots=True)
class Clamp:
    """10-0051: the plate that holds both belt ends on the carriage."""

    length: float = 40.0
    width: float = 34.0
    thick: float = 8.0
    groove: float = 16.0
    groove_depth: float = 2.4
    hole: float = 4.5


CLAMP = {"A": Clamp()}


@dataclass(frozen=True, slots=True)
class Fixture:
    """90-0007: a plate with pins that holds the bracket while its wall is bored."""

    length: float = 140.0
    width: float = 110.0
    thick: float = 20.0
    pin: float = 8.0
    pin_height: float = 14.0
    stud: float = 8.0
    slot: float = 12.0


FIXTURE = {"A": Fixture()}
