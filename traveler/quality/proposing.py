# SPDX-License-Identifier: AGPL-3.0-or-later
"""Characteristics a drawing's own words propose; a person confirms each, nothing is guessed.

A line of text is a dimension only where all of it reads as one: a size with its deviations, a fit,
a thread, a geometrical tolerance, a roughness.  A plain size takes the general tolerance the title
block names, and is left out where it names none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from traveler.quality.characteristics import Characteristic, fault_of

MOST: Final = 300
_COUNT = r"(?:(?P<count>\d{1,2})\s?[x×X]\s+)?"
_SIZE = r"(?P<sign>[ØøR⌀]|SR|SØ)?\s?(?P<size>\d{0,4}(?:[.,]\d{1,4})?)"
_REST = r"(?:\s+(?P<rest>[A-Za-z][A-Za-z0-9 ,.\-]{0,40}))?"
_PLUS_MINUS: Final = re.compile(
    rf"{_COUNT}{_SIZE}\s?±\s?(?P<both>\d*[.,]?\d+)\s?(?P<degree>°)?{_REST}"
)
_DEVIATIONS: Final = re.compile(
    rf"{_COUNT}{_SIZE}\s+(?P<high>[+\-−]\s?\d*[.,]?\d+|0)\s*/?\s*(?P<low>[+\-−]\s?\d*[.,]?\d+|0){_REST}"
)
_FIT: Final = re.compile(rf"{_COUNT}{_SIZE}\s?(?P<letter>H|h|JS|js)(?P<grade>\d{{1,2}}){_REST}")
_PLAIN: Final = re.compile(rf"{_COUNT}{_SIZE}{_REST}")
_CHAMFER: Final = re.compile(rf"{_COUNT}(?P<size>\d+(?:[.,]\d+)?)\s?[x×]\s?45\s?°")
_THREAD: Final = re.compile(
    rf"{_COUNT}(?P<thread>M\d{{1,2}}(?:[.,]\d)?(?:\s?[x×]\s?\d+(?:[.,]\d+)?)?)(?P<rest>[ \-,].{{0,60}})?"
)
_FRAME: Final = re.compile(
    r"(?P<symbol>[⌖⏥⏤⌭⌒⌓⟂∥∠↗⌯◎○⌰])?\s?Ø?(?P<size>\d*[.,]\d+)\s?[ⓂⓁ]?(?P<datums>(?:\s?[|]?\s?[A-Z]){0,3})"
)
_ROUGH: Final = re.compile(r"R(?P<kind>a|z)\s?(?P<size>\d+(?:[.,]\d+)?)")
_GENERAL: Final = re.compile(r"ISO\s?2768\s?-\s?(?P<form>[fmcv])", re.IGNORECASE)
_LIMITS: Final = ("3", "6", "30", "120", "400", "1000", "2000")
_BY_CLASS: Final = {
    "f": ("0.05", "0.05", "0.1", "0.15", "0.2", "0.3", "0.5"),
    "m": ("0.1", "0.1", "0.2", "0.3", "0.5", "0.8", "1.2"),
    "c": ("0.2", "0.3", "0.5", "0.8", "1.2", "2", "3"),
    "v": ("", "0.5", "1", "1.5", "2.5", "4", "6"),
}
"""ISO 2768-1, table 1: lengths up to each of the limits, in millimetres."""
_ROUNDED: Final = {"f": ("0.2", "0.5", "1"), "m": ("0.2", "0.5", "1"), "c": ("0.4", "1", "2"),
                   "v": ("0.4", "1", "2")}  # fmt: skip
"""The same, table 2: radii and chamfers up to 3, up to 6, and over."""
_FIT_LIMITS: Final = (3, 6, 10, 18, 30, 50, 80, 120, 180, 250, 315, 400, 500)
_GRADES: Final = {
    5: (4, 5, 6, 8, 9, 11, 13, 15, 18, 20, 23, 25, 27),
    6: (6, 8, 9, 11, 13, 16, 19, 22, 25, 29, 32, 36, 40),
    7: (10, 12, 15, 18, 21, 25, 30, 35, 40, 46, 52, 57, 63),
    8: (14, 18, 22, 27, 33, 39, 46, 54, 63, 72, 81, 89, 97),
    9: (25, 30, 36, 43, 52, 62, 74, 87, 100, 115, 130, 140, 155),
    10: (40, 48, 58, 70, 84, 100, 120, 140, 160, 185, 210, 230, 250),
    11: (60, 75, 90, 110, 130, 160, 190, 220, 250, 290, 320, 360, 400),
    12: (100, 120, 150, 180, 210, 250, 300, 350, 400, 460, 520, 570, 630),
    13: (140, 180, 220, 270, 330, 390, 460, 540, 630, 720, 810, 890, 970),
}
"""ISO 286-1, table 1: standard tolerances in micrometres, for sizes up to each of the limits."""
_SYMBOLS: Final = {
    "⌖": "Position", "⏥": "Flatness", "⏤": "Straightness", "⌭": "Cylindricity", "⟂": "Squareness",
    "∥": "Parallelism", "∠": "Angularity", "↗": "Runout", "⌯": "Symmetry", "◎": "Concentricity",
    "○": "Roundness", "⌰": "Total runout", "⌒": "Line profile", "⌓": "Surface profile",
}  # fmt: skip
_PLACE: Final = re.compile(r"sheet ([1-9]\d{0,2}) at (\d{1,4})/(\d{1,4})")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a drawing: its text, the sheet, its middle in thousandths, its height in points."""

    text: str
    sheet: int
    x: int
    y: int
    high: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """A characteristic somebody may take over, with the words it was read from."""

    characteristic: Characteristic
    words: str
    sheet: int
    x: int
    y: int


def proposals(lines: Sequence[Line], unit: str = "mm") -> tuple[Proposal, ...]:
    """Return what the lines propose, numbered from the top of each sheet."""
    general = next((found["form"].lower() for one in lines
                    if (found := _GENERAL.search(one.text))), "")  # fmt: skip
    told = [(one, read) for one in lines if (read := _read(one.text, unit, general))]
    least = max((one.high for one, found in told if found[1]), default=0.0) * 0.9
    kept = [(one, found[0]) for one, found in told if found[1] or one.high >= least > 0]
    kept.sort(key=lambda pair: (pair[0].sheet, pair[0].y // 60, pair[0].x))
    return tuple(
        Proposal(
            Characteristic(**{**told_of, "balloon": str(number),
                              "location": place_text(one.sheet, one.x, one.y)}),
            one.text, one.sheet, one.x, one.y,
        )
        for number, (one, told_of) in enumerate(kept[:MOST], 1)
    )  # fmt: skip


def place_text(sheet: int, x: int, y: int) -> str:
    """Return a place on a drawing as ``location`` holds it, in thousandths of width and height."""
    return f"sheet {sheet} at {x}/{y}"


def place_of(location: str) -> tuple[int, int, int] | None:
    """Return sheet, x and y of a location, or None where it is told another way."""
    found = _PLACE.fullmatch(location.strip())
    if found is None:
        return None
    sheet, x, y = (int(one) for one in found.groups())
    return (sheet, x, y) if x <= 1000 and y <= 1000 else None


def placed(
    characteristics: Iterable[Characteristic], found: Sequence[Proposal]
) -> list[tuple[str, int, int, int]]:
    """Return balloon, sheet, x and y of every characteristic whose place is known.

    By its location, else by the one line of the drawing that asks for just these limits.
    """
    places = []
    for one in characteristics:
        place = place_of(one.location) or _like(one, found)
        if place is not None:
            places.append((one.balloon, *place))
    return places


def _like(one: Characteristic, found: Sequence[Proposal]) -> tuple[int, int, int] | None:
    wanted = _value(one)
    if wanted == (None,):
        return None
    same = [each for each in found if _value(each.characteristic) == wanted]
    return (same[0].sheet, same[0].x, same[0].y) if len(same) == 1 else None


def _value(one: Characteristic) -> tuple[Decimal | None, ...]:
    if one.is_attribute or fault_of(one):
        return (None,)
    return tuple(Decimal(text) if text else None for text in (one.lower, one.upper))


def _read(text: str, unit: str, general: str) -> tuple[dict[str, str], bool] | None:
    """Return what a line asks for, and whether it says so by itself; None where it is no size."""
    told = " ".join(text.split())
    if rough := _ROUGH.fullmatch(told):
        return {"requirement": f"Roughness R{rough['kind']}", "lower": "", "unit": "µm",
                "upper": _number(rough["size"])}, True  # fmt: skip
    if thread := _THREAD.fullmatch(told):
        name = f"Thread {thread['thread']}{thread['rest'] or ''}".strip()
        return {"requirement": _named(name, thread), "nominal": thread["thread"],
                "unit": "go/no-go"}, True  # fmt: skip
    for pattern, reader in ((_PLUS_MINUS, _plus_minus), (_FIT, _fit), (_DEVIATIONS, _deviations)):
        if (found := pattern.fullmatch(told)) and _sized(found):
            read = reader(found, unit)
            return None if read is None else (read, True)
    if (frame := _FRAME.fullmatch(told)) and (frame["symbol"] or frame["datums"].strip()):
        return _frame(frame, unit), True
    return _plain(told, unit, general)


def _sized(found: re.Match[str]) -> bool:
    return bool(found["size"]) and any(sign.isdigit() for sign in found["size"])


def _plus_minus(found: re.Match[str], unit: str) -> dict[str, str]:
    size, both = _decimal(found["size"]), _decimal(found["both"])
    measured = "deg" if found["degree"] else unit
    return _limits(found, size, size - both, size + both, measured)


def _deviations(found: re.Match[str], unit: str) -> dict[str, str] | None:
    size, one, two = (_decimal(found[name]) for name in ("size", "high", "low"))
    if one == two or not (found["high"] + found["low"]).strip("0"):
        return None
    return _limits(found, size, size + min(one, two), size + max(one, two), unit)


def _fit(found: re.Match[str], unit: str) -> dict[str, str] | None:
    size, grade = _decimal(found["size"]), int(found["grade"])
    place = next((at for at, limit in enumerate(_FIT_LIMITS) if size <= limit), None)
    if place is None or grade not in _GRADES or unit != "mm":
        return None
    wide = Decimal(_GRADES[grade][place]) / 1000
    low = {"H": Decimal(0), "h": -wide}.get(found["letter"], -wide / 2)
    told = _limits(found, size, size + low, size + low + wide, unit)
    return {**told, "requirement": told["requirement"].replace(
        _number(found["size"]), f"{_number(found['size'])} {found['letter']}{found['grade']}", 1
    )}  # fmt: skip


def _frame(found: re.Match[str], unit: str) -> dict[str, str]:
    name = _SYMBOLS.get(found["symbol"] or "", "Geometry")
    datums = " ".join(found["datums"].replace("|", " ").split())
    return {"requirement": f"{name} {_number(found['size'])}" + (f" to {datums}" if datums else ""),
            "nominal": "0", "lower": "0", "upper": _number(found["size"]), "unit": unit}  # fmt: skip


def _plain(told: str, unit: str, general: str) -> tuple[dict[str, str], bool] | None:
    """Return a size without deviations, by the general tolerance, where it is known."""
    if not general or unit != "mm":
        return None
    if chamfer := _CHAMFER.fullmatch(told):
        size = _decimal(chamfer["size"])
        both = _rounded(size, general)
        return {"requirement": _named("Chamfer", chamfer), "nominal": f"{size}", "unit": unit,
                "lower": f"{size - both}", "upper": f"{size + both}"}, True  # fmt: skip
    found = _PLAIN.fullmatch(told)
    if found is None or not _sized(found) or (found["rest"] and not found["sign"]):
        return None
    if len(told) == 1:  # a zone, a balloon, the number of a note, and only sometimes a size
        return None
    size = _decimal(found["size"])
    place = next((at for at, limit in enumerate(_LIMITS) if size <= Decimal(limit)), None)
    if size < Decimal("0.5") or place is None or not _BY_CLASS[general][place]:
        return None
    is_round = found["sign"] in {"R", "SR"}
    both = _rounded(size, general) if is_round else Decimal(_BY_CLASS[general][place])
    return _limits(found, size, size - both, size + both, unit), bool(found["sign"])


def _rounded(size: Decimal, general: str) -> Decimal:
    return Decimal(_ROUNDED[general][0 if size <= 3 else 1 if size <= 6 else 2])


def _limits(
    found: re.Match[str], size: Decimal, low: Decimal, high: Decimal, unit: str
) -> dict[str, str]:
    name = {"Ø": "Diameter", "ø": "Diameter", "⌀": "Diameter", "R": "Radius", "SR": "Radius",
            "SØ": "Diameter"}.get(found["sign"] or "", "Angle" if unit == "deg" else "Size")  # fmt: skip
    return {"requirement": _named(f"{name} {_number(found['size'])}", found),
            "nominal": f"{size}", "lower": f"{low}", "upper": f"{high}", "unit": unit}  # fmt: skip


def _named(name: str, found: re.Match[str]) -> str:
    return f"{name}, {found['count']}x" if found["count"] else name


def _number(text: str) -> str:
    told = text.replace(",", ".")
    return f"0{told}" if told.startswith(".") else told


def _decimal(text: str) -> Decimal:
    return Decimal(_number(text.replace("−", "-").replace(" ", "").replace("+", "")))
