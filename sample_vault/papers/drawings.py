# SPDX-License-Identifier: AGPL-3.0-or-later
"""Papers of A4 pages: the acceptance procedure (four sheets) and the set-up sheet of a program."""

from __future__ import annotations

from collections.abc import Callable

from sample_vault.drafting.canvas import NARROW, Canvas
from sample_vault.office import Job, start

_LEFT = 28.0


def _blocks(c: Canvas, y: float, blocks: list[tuple[str, tuple[str, ...]]]) -> float:
    """Headed paragraphs downwards from y; gives where they end."""
    for head, lines in blocks:
        c.text(_LEFT, y, head, 3.5)
        y -= 6.2
        for line in lines:
            c.text(_LEFT + 4, y, line, 2.5)
            y -= 4.7
        y -= 3.4
    return y


def procedure(rev: str) -> Job:
    """80-0003: acceptance of the actuator, four pages."""
    job = start(
        "80-0003", rev, "1:1", kind="Inspection procedure", extra="LA-40, every unit",
        reference="10-0001", department="Quality", roughness="-", edges="-", tolerance="-", scale="-",
    )  # fmt: skip
    _purpose(job)
    _geometry(job)
    _motion(job)
    _record(job)
    return job


def _purpose(job: Job) -> None:
    c = job.sheet("A4", 1, 4)
    end = _blocks(
        c,
        262,
        [
            (
                "1 Purpose",
                (
                    "Says how every linear actuator LA-40 (10-0001) is accepted before it is shipped,",
                    "which values are measured and what is written down.",
                ),
            ),
            (
                "2 Scope",
                (
                    "All units, no sampling. Valid for stroke 300. Replaces no test that a customer's",
                    "order asks for in addition.",
                ),
            ),
            (
                "3 Conditions",
                (
                    "Temperature 20 ± 2 °C, unit at rest for two hours. Granite table, class 1.",
                    "Unit clamped at the four mounting holes, no twist: feeler 0.05 does not enter.",
                    "Instruments within their calibration date; write their numbers into the record.",
                ),
            ),
        ],
    )
    c.text(_LEFT, end, "4 Instruments", 3.5)
    job.table(
        _LEFT,
        end - 4,
        (12, 74, 40, 40),
        [
            ("No.", "Instrument", "Range", "Uncertainty"),
            ("M1", "Dial test indicator", "0.8 mm", "0.002 mm"),
            ("M2", "Straight edge 500, DIN 874/0", "-", "0.004 mm"),
            ("M3", "Belt frequency meter", "10 to 600 Hz", "1 %"),
            ("M4", "Spring scale", "0 to 50 N", "0.2 N"),
            ("M5", "Laser distance head", "0 to 500 mm", "0.01 mm"),
        ],
    )


def _geometry(job: Job) -> None:
    c = job.sheet("A4", 2, 4)
    end = _blocks(
        c,
        262,
        [
            (
                "5 Visual",
                (
                    "5.1 Number plate: number, letter and serial number agree with the job's traveler.",
                    "5.2 No burr, no bare edge, no swarf in the slots of both housings.",
                    "5.3 Guard fitted, both screws tight; coupling turns freely.",
                ),
            ),
            (
                "6 Geometry",
                (
                    "6.1 Indicator M1 on the carriage, stylus on the straight edge M2 beside the base.",
                    "6.2 Move the carriage over the full stroke by hand, five stops of 60 mm.",
                    "6.3 Straightness of travel: spread of the five readings.",
                    "6.4 Turn the indicator to the upper face; flatness of travel in the same way.",
                    "6.5 Height of the carriage's upper face over the base at both ends: 34 nominal.",
                ),
            ),
        ],
    )
    job.table(
        _LEFT,
        end,
        (14, 84, 34, 34),
        [
            ("Check", "Characteristic", "Limit", "Unit"),
            ("G1", "Straightness of travel, horizontal", "0.030", "mm"),
            ("G2", "Straightness of travel, vertical", "0.030", "mm"),
            ("G3", "Difference of height, both ends", "0.040", "mm"),
            ("G4", "Height of carriage", "34 ± 0.15", "mm"),
        ],
    )
    _sketch(c, 44, 100)


def _sketch(c: Canvas, x: float, y: float) -> None:
    """Where the indicator travels: base, carriage at five stops, straight edge."""
    c.box(x, y, 130, 8)
    c.box(x + 4, y + 8, 12, 16)
    c.box(x + 114, y + 8, 12, 16)
    c.line(x + 16, y + 13, x + 114, y + 13)
    for i in range(5):
        left = x + 20 + 17.5 * i
        c.box(left, y + 10, 16, 7)
        c.text(left + 8, y + 19, str(i + 1), 2.5, "centre")
        c.arrow(left + 8, y + 8.4, 270, 2)
    c.text(x + 65, y - 5, "Five stops of the carriage, 60 apart", 2.5, "centre")


def _motion(job: Job) -> None:
    c = job.sheet("A4", 3, 4)
    end = _blocks(
        c,
        262,
        [
            (
                "7 Belt",
                (
                    "7.1 Carriage at mid stroke; pluck the free span, M3 above its middle.",
                    "7.2 48 Hz ± 3 Hz. Adjust with the tension screws of 10-0044, lock, measure again.",
                ),
            ),
            (
                "8 Force and motion",
                (
                    "8.1 Motor without current. Pull the carriage with M4 at constant speed, both ways.",
                    "8.2 Run 200 double strokes at 400 mm/s; temperature of the coupling below 45 °C.",
                    "8.3 Repeatability: ten approaches to 150 from each side, laser head M5.",
                    "8.4 Backlash: difference of the two means of 8.3.",
                ),
            ),
        ],
    )
    job.table(
        _LEFT,
        end,
        (14, 84, 34, 34),
        [
            ("Check", "Characteristic", "Limit", "Unit"),
            ("B1", "Frequency of the free span", "45 to 51", "Hz"),
            ("F1", "Breakaway force", "8.0", "N"),
            ("F2", "Running force", "5.5", "N"),
            ("F3", "Repeatability, one side (2 s)", "0.05", "mm"),
            ("F4", "Backlash", "0.10", "mm"),
            ("F5", "Coupling temperature after 8.2", "45", "°C"),
        ],
    )


def _record(job: Job) -> None:
    c = job.sheet("A4", 4, 4)
    end = _blocks(
        c,
        262,
        [
            (
                "9 Decision",
                (
                    "All limits kept: accept, sign, attach the record to the job.",
                    "One limit missed: red tag, nonconformance, no rework without disposition.",
                ),
            ),
            (
                "10 Record",
                ("Serial number: ______________     Job: ______________     Date: ______________",),
            ),
        ],
    )
    rows: list[tuple[str, ...]] = [("Check", "Limit", "Reading 1", "Reading 2", "Pass")]
    limits = [
        ("G1", "0.030"),
        ("G2", "0.030"),
        ("G3", "0.040"),
        ("G4", "34 ± 0.15"),
        ("B1", "45 to 51"),
    ]
    limits += [("F1", "8.0"), ("F2", "5.5"), ("F3", "0.05"), ("F4", "0.10"), ("F5", "45")]
    rows += [(name, limit, "", "", "") for name, limit in limits]
    end = job.table(_LEFT, end, (20, 36, 40, 40, 30), rows, 7)
    c.text(_LEFT, end - 16, "Inspector: ______________________", 2.5)
    c.text(_LEFT + 90, end - 16, "Instruments: ______________________", 2.5)


def setup_sheet(rev: str) -> Job:
    """40-0042: set-up sheet of the bracket's boring program, A4."""
    job = start(
        "40-0042", rev, kind="Set-up sheet", extra="Operation 30, MILL-1", reference="10-0042 C",
        department="Planning", roughness="-", edges="-", tolerance="-", scale="-",
    )  # fmt: skip
    c = job.sheet("A4")
    end = _blocks(
        c,
        258,
        [
            (
                "Part and clamping",
                (
                    "Bracket 10-0042 rev C in fixture 90-0007, wall on the plate, foot on two pins.",
                    "Zero: X on the bore axis, Y on the bore axis, Z on the upper face of the wall.",
                    "Program 40-0042_op30.nc, G54, millimetres.",
                ),
            ),
            (
                "Before the first piece",
                ("Touch off all tools. Single block to the first bore, then check Ø50 H7.",),
            ),
        ],
    )
    job.table(
        _LEFT,
        end,
        (12, 64, 28, 30, 32),
        [
            ("Tool", "Description", "Length", "Speed 1/min", "Feed mm/min"),
            ("T1", "End mill Ø16, three flutes", "70", "6000", "1400"),
            ("T2", "Boring head Ø50 H7", "95", "900", "70"),
            ("T3", "Drill Ø4.2", "60", "5200", "520"),
            ("T4", "Tap M5", "60", "800", "640"),
        ],
    )
    _fixture_sketch(c, 105, 144)
    return job


def _fixture_sketch(c: Canvas, x: float, y: float) -> None:
    """The part as it lies, 3:4: outline, bore, threads, zero point."""
    c.box(x - 28.5, y - 36, 57, 64.5)
    c.circle(x, y, 18.75)
    for sx in (-22.5, 22.5):
        for sy in (-22.5, 22.5):
            c.circle(x + sx, y + sy, 2)
    c.line(x - 34, y, x + 42, y, NARROW)
    c.arrow(x + 42, y, 0)
    c.line(x, y - 34, x, y + 36, NARROW)
    c.arrow(x, y + 36, 90)
    c.text(x + 44, y - 1.2, "X", 3.5)
    c.text(x + 3, y + 33, "Y", 3.5)
    c.text(x - 48, y + 16, "G54", 3.5)


DRAWINGS: dict[str, Callable[[str], Job]] = {"40-0042": setup_sheet, "80-0003": procedure}
