# SPDX-License-Identifier: AGPL-3.0-or-later
"""Specification control drawings (ASME Y14.24) of the bought parts: what must arrive, from whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sample_vault.drafting.view import View
from sample_vault.office import Job, start

Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Bought:
    """Two views, one pictorial, and what is required of the part."""

    views: tuple[tuple[str, float, float], ...]
    scale: str
    rows: tuple[Row, ...]
    dims: tuple[tuple[str, int, float, float, float, float, float, str], ...] = ()


# dims: kind (across, up, right), view, x1, y1, x2, y2, level, words
BOUGHT = {
    "20-0101": Bought(
        (("front", 38.0, 228.0),),
        "1:4",
        (
            ("Type", "Timing belt, closed, profile HTD 5M"),
            ("Length, width", "1000 mm (200 teeth), 15 mm"),
            ("Body, cords", "Neoprene, glass fibre"),
            ("Tension in use", "95 N max."),
            ("Marking", "Profile, length and date of make on the back"),
        ),
        (("across", 0, 0, 0, 460, 0, 1, "{} (reference)"),),
    ),
    "20-0102": Bought(
        (("front", 70.0, 228.0), ("left@x=0", 140.0, 228.0)),
        "2:1",
        (
            ("Type", "Deep groove ball bearing 608-2RS, ISO 15"),
            ("Clearance, class", "C3, P6"),
            ("Load ratings", "C 3.4 kN, C0 1.37 kN"),
            ("Grease", "Filled for life, -30 to +110 °C"),
        ),
        (
            ("up", 0, -11, -11, 0, 11, 1, "Ø22 ^0|-0.009^"),
            ("right", 1, 3.5, -4, 3.5, 4, 1, "Ø8 ^0|-0.008^"),
            ("across", 1, -3.5, -11, 3.5, -11, 1, "7 ^0|-0.12^"),
        ),
    ),
    "20-0103": Bought(
        (("front@y=0", 70.0, 228.0), ("left", 145.0, 228.0)),
        "2:1",
        (
            ("Type", "Linear ball bearing LM12UU, two seals"),
            ("For shaft", "Ø12 h6, 60 HRC min. (10-0047)"),
            ("Load ratings", "C 420 N, C0 600 N"),
            ("Housing bore", "Ø21 H7"),
        ),
        (
            ("across", 0, -15, -10.5, 15, -10.5, 1, "30 ^0|-0.2^"),
            ("up", 0, -15, -10.5, -15, 10.5, 1, "Ø21"),
            ("right", 0, 15, -6, 15, 6, 1, "Ø12"),
        ),
    ),
    "20-0104": Bought(
        (("front", 70.0, 228.0), ("left@x=0", 145.0, 228.0)),
        "2:1",
        (
            ("Type", "Timing pulley HTD 5M, 16 teeth, belt 15"),
            ("Bore", "Ø10 H7, two M4 set screws at 90°"),
            ("Material", "Aluminium, flanges zinc-plated steel"),
            ("Pitch diameter", "25.46 mm"),
        ),
        (
            ("across", 1, -10, -14, 10, -14, 1, "{}"),
            ("right", 1, 10, -5, 10, 5, 1, "Ø10 H7"),
            ("up", 0, 0, -14, 0, 14, 1, "Ø28"),
        ),
    ),
    "20-0105": Bought(
        (("front", 70.0, 228.0), ("left@x=0", 145.0, 228.0)),
        "2:1",
        (
            ("Type", "Idler pulley HTD 5M, 16 teeth, belt 15"),
            ("Bore", "Ø8 H7, needle bearing pressed in"),
            ("Material", "Aluminium, flanges zinc-plated steel"),
            ("Axial play on pin 10-0049", "0.2 to 0.6 mm with washers of the kit"),
        ),
        (
            ("across", 1, -10, -14, 10, -14, 1, "{}"),
            ("right", 1, 10, -4, 10, 4, 1, "Ø8 H7"),
            ("up", 0, 0, -14, 0, 14, 1, "Ø28"),
        ),
    ),
    "20-0106": Bought(
        (("front", 70.0, 228.0), ("left@x=0", 150.0, 228.0)),
        "2:1",
        (
            ("Type", "Jaw coupling, clamping hubs, spider 98 Sh A"),
            ("Bores", "Ø8 H7 and Ø8 H7"),
            ("Torque", "2.4 Nm nominal, 4.8 Nm peak"),
            ("Misalignment", "0.1 mm radial, 1° angular"),
        ),
        (
            ("across", 1, -15, -10, 15, -10, 1, "{}"),
            ("up", 0, 0, -10, 0, 10, 1, "Ø20"),
        ),
    ),
    "20-0107": Bought(
        (("front", 56.0, 228.0), ("left", 160.0, 228.0)),
        "1:1",
        (
            ("Type", "Stepper motor, NEMA 23 flange, 1.8°"),
            ("Holding torque", "1.26 Nm"),
            ("Current, resistance", "2.8 A, 0.9 Ω per phase"),
            ("Shaft", "Ø8 mm h6, 20.6 long, one flat"),
            ("Leads", "4, length 300 mm, ends tinned"),
        ),
        (
            ("across", 0, -28.2, -28.2, 28.2, -28.2, 1, "{}"),
            ("across", 1, -56, -28.2, 0, -28.2, 1, "{}"),
            ("across", 1, 0, -20, 20.6, -4, 1, "{}"),
            ("right", 1, 20.6, -4, 20.6, 4, 1, "Ø8 h6"),
        ),
    ),
    "20-0200": Bought(
        (("front", 60.0, 228.0),),
        "1:1",
        (
            ("4x", "Screw ISO 4762 - M6x20 - 8.8 (bracket)"),
            ("8x", "Screw ISO 4762 - M6x20 - 8.8 (housings)"),
            ("8x", "Screw ISO 4762 - M5x16 - 8.8 (adapter, motor)"),
            ("4x", "Screw ISO 4762 - M4x12 - 8.8 (belt clamp)"),
            ("2x", "Screw ISO 4762 - M4x8 - A2 (guard)"),
            ("4x", "Set screw ISO 4026 - M5x10 - 45H (guide shafts)"),
            ("2x", "Retaining ring DIN 471 - 8 (idler pin)"),
            ("8x", "Retaining ring DIN 472 - 21 (linear bearings)"),
            ("4x", "Shim DIN 988 - 8x14x0.5 (idler)"),
        ),
        (),
    ),
    "20-0201": Bought(
        (("front", 60.0, 228.0),),
        "1:1",
        (
            ("4x", "Countersunk screw ISO 10642 - M5x12 - 10.9 (jaw plates)"),
            ("1x", "Screw ISO 4762 - M5x20 - 8.8 (keeper)"),
            ("1x", "Keeper washer 24x5, hole Ø5.3"),
            ("1x", "Dowel pin ISO 8734 - 4x16 (spindle nose)"),
            ("2x", "Rubber ring 6x2 (handle)"),
        ),
        (),
    ),
}


def drawing(number: str, rev: str) -> Job:
    """A4: views with the mating sizes, the table of requirements, the sources."""
    b = BOUGHT[number]
    product = "TV-60" if number == "20-0201" else "LA-40"
    job = start(
        number, rev, b.scale, kind="Specification control drawing", extra="Bought part",
        reference=product, department="Purchasing", roughness="-", edges="-", tolerance="-",
    )  # fmt: skip
    c = job.sheet("A4")
    views = [job.view(name, x, y, hidden=False, hatch=1.6) for name, x, y in b.views]
    for view in views:
        left, low, right, high = view.box
        if number not in ("20-0101", "20-0200", "20-0201"):
            view.centre(left, (low + high) / 2 if left < 0 else 0, right, (low + high) / 2, 3)
    _measure(b, views)
    job.picture("iso", 108, 138, 87, 46)
    c.text(30, 134, "Requirements", 3.5)
    heads = ("Property", "Required") if not number.startswith("20-02") else ("Quantity", "Part")
    end = job.table(30, 131, (42, 98), [heads, *b.rows], 5.4)
    c.text(
        30,
        end - 5.5,
        "Sources: any maker that meets the table; first delivery with certificate 2.1",
        2.5,
    )
    c.text(30, end - 9.8, "(EN 10204). Changes by the maker need our consent in writing.", 2.5)
    return job


def _measure(b: Bought, views: list[View]) -> None:
    for kind, index, x1, y1, x2, y2, level, words in b.dims:
        view = views[index]
        if kind == "across":
            view.across((x1, y1), (x2, y2), level, words=words)
        else:
            view.up((x1, y1), (x2, y2), level, right=kind == "right", words=words)


def _maker(number: str) -> Callable[[str], Job]:
    return lambda rev: drawing(number, rev)


DRAWINGS: dict[str, Callable[[str], Job]] = {number: _maker(number) for number in BOUGHT}
