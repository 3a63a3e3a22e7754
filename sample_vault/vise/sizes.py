# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every size of the vise TV-60 in millimetres, one frozen value for each revision of a part."""

from __future__ import annotations

from dataclasses import dataclass

WIDTH = 60.0
BED = 25.0  # height of the sliding surface
TOP = 55.0
SCREW_Z = 40.0
OPENING = 30.0  # as the assembly is drawn


@dataclass(frozen=True, slots=True)
class Body:
    """11-0010: bed, standing jaw and nut in one piece."""

    length: float = 150.0
    jaw: float = 30.0
    lug: float = 25.0
    slot: float = 14.0
    slot_from: float = 42.0
    slot_to: float = 118.0
    thread_drill: float = 9.5
    plate_drill: float = 4.2
    foot_hole: float = 6.6
    foot_bore: float = 11.0
    foot_x: float = 10.0
    radius: float = 2.0


BODY = {"A": Body()}


@dataclass(frozen=True, slots=True)
class Jaw:
    """11-0011: the sliding jaw with its tongue."""

    length: float = 30.0
    tongue: float = 14.0
    tongue_length: float = 22.0
    tongue_depth: float = 22.0
    nose: float = 8.2
    nose_depth: float = 14.0
    pin: float = 4.0
    pin_in: float = 6.0


JAW = {"A": Jaw()}


@dataclass(frozen=True, slots=True)
class JawPlate:
    """11-0012: a hardened and ground plate, one on each jaw."""

    height: float = 28.0
    thick: float = 8.0
    hole: float = 5.5
    head: float = 10.4
    pitch: float = 40.0
    groove: float = 0.0
    groove_z: float = 22.5
    hardness: str = "58+4 HRC"


JAW_PLATE = {"A": JawPlate(), "B": JawPlate(groove=4.0, hardness="60+2 HRC")}


@dataclass(frozen=True, slots=True)
class Spindle:
    """11-0013: the screw; its nose turns in the sliding jaw."""

    nose: float = 12.0
    nose_d: float = 8.0
    groove_d: float = 5.0
    groove_w: float = 4.2
    groove_at: float = 6.0
    thread: float = 75.0
    thread_d: float = 12.0
    head: float = 18.0
    head_d: float = 20.0
    cross: float = 8.2
    chamfer: float = 1.0

    @property
    def length(self) -> float:
        """Overall length."""
        return self.nose + self.thread + self.head


SPINDLE = {"A": Spindle()}


@dataclass(frozen=True, slots=True)
class Handle:
    """11-0014: the bar through the spindle's head."""

    d: float = 8.0
    length: float = 90.0
    end_d: float = 6.0
    end: float = 8.0


HANDLE = {"A": Handle()}
