# SPDX-License-Identifier: AGPL-3.0-or-later
"""``characteristics.csv``: what is measured on a part, released with its drawing.

Read and written in this one file.  Comma-separated UTF-8 text whose heads begin with
``balloon,requirement,nominal,lower,upper,unit,gauge``; ``sampling``, ``operation``, ``location``
and ``designator`` (AS9102 form 3, fields 6 and 7) may follow.  Numbers stay the text they are.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import Final

from traveler.quality import quantity, sampling
from traveler.quality.errors import BadCharacteristics, BadSampling
from traveler.quality.quantity import ATTRIBUTES, Quantity
from traveler.quality.sampling import Sampling

FILE: Final = "characteristics.csv"
HEADS: Final = ("balloon", "requirement", "nominal", "lower", "upper", "unit", "gauge")
MORE: Final = ("sampling", "operation", "location", "designator")
MOST: Final = 2_000
FAULTS_TOLD: Final = 5
_LONGEST: Final = 200
_BALLOON: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z.\-]{0,11}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?")
_OPERATION: Final = re.compile(r"[1-9][0-9]{0,3}|")


@dataclass(frozen=True, slots=True)
class Characteristic:
    """One requirement of the drawing by its balloon number.

    ``lower`` and ``upper`` are limits, not deviations; one of them may be empty.  An attribute
    (unit ``go/no-go``, ``visual``, ``note``) has a verdict and no number.
    """

    balloon: str
    requirement: str
    nominal: str = ""
    lower: str = ""
    upper: str = ""
    unit: str = "mm"
    gauge: str = ""
    sampling: str = ""
    operation: str = ""
    location: str = ""
    designator: str = ""

    @property
    def is_attribute(self) -> bool:
        """Say whether a result is a verdict and not a number."""
        return self.unit in ATTRIBUTES

    @property
    def lower_limit(self) -> Quantity | None:
        """Return the smallest good value, or None where there is no such limit."""
        return Quantity(self.lower, self.unit) if self.lower and not self.is_attribute else None

    @property
    def upper_limit(self) -> Quantity | None:
        """Return the largest good value, or None where there is no such limit."""
        return Quantity(self.upper, self.unit) if self.upper and not self.is_attribute else None

    @property
    def sample(self) -> Sampling:
        """Return how many pieces are measured."""
        return sampling.read(self.sampling)


def parse(data: bytes, where: str = FILE) -> tuple[Characteristic, ...]:
    """Return the characteristics of a file; raises BadCharacteristics naming the faulty lines."""
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except UnicodeDecodeError:
        raise BadCharacteristics(where=where, why="it is not UTF-8 text") from None
    except csv.Error as fault:
        why = f"it is not comma-separated text ({fault})"
        raise BadCharacteristics(where=where, why=why) from None
    heads = tuple(rows[0]) if rows else ()
    if heads[: len(HEADS)] != HEADS or not set(heads[len(HEADS) :]) <= set(MORE):
        why = f"its first line is not {','.join(HEADS)}, with any of {','.join(MORE)} after it"
        raise BadCharacteristics(where=where, why=why)
    if len(set(heads)) < len(heads):
        raise BadCharacteristics(where=where, why="a head stands there twice")
    if len(rows) - 1 > MOST:
        raise BadCharacteristics(where=where, why=f"it has more than {MOST} lines")
    return _read(rows, heads, where)


def check(data: bytes, where: str = FILE) -> None:
    """Raise BadCharacteristics where a file is no list of characteristics."""
    parse(data, where)


def write(characteristics: Iterable[Characteristic]) -> bytes:
    """Return the file of some characteristics; raises BadCharacteristics where one is at fault."""
    told = list(characteristics)
    heads = (*HEADS, *(head for head in MORE if any(getattr(one, head) for one in told)))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows([getattr(one, head) for head in heads] for one in told)
    data = out.getvalue().encode()
    check(data)
    return data


def _read(rows: list[list[str]], heads: tuple[str, ...], where: str) -> tuple[Characteristic, ...]:
    found: list[Characteristic] = []
    faults: list[str] = []
    balloons: set[str] = set()
    for place, row in enumerate(rows[1:], 2):
        if not row:
            continue
        if len(row) != len(heads):
            faults.append(f"line {place}: it has {len(row)} cells and not {len(heads)}")
            continue
        cells = dict(zip(heads, row, strict=True))
        one = Characteristic(**{**cells, "unit": quantity.unit(cells["unit"])})
        fault = fault_of(one)
        if not fault and one.balloon.casefold() in balloons:
            fault = f"balloon {one.balloon} stands for another requirement above"
        if fault:
            faults.append(f"line {place}: {fault}")
        balloons.add(one.balloon.casefold())
        found.append(one)
    if faults:
        more = f"; and {len(faults) - FAULTS_TOLD} more" if len(faults) > FAULTS_TOLD else ""
        raise BadCharacteristics(where=where, why="; ".join(faults[:FAULTS_TOLD]) + more)
    return tuple(found)


def fault_of(one: Characteristic) -> str:
    """Return what is wrong with a characteristic, or nothing."""
    if not _BALLOON.fullmatch(one.balloon):
        return f"the balloon “{one.balloon[:20]}” is not 1 to 12 letters and digits"
    if not one.requirement.strip():
        return f"balloon {one.balloon} has no requirement"
    if any(len(cell) > _LONGEST or any(ord(sign) < 32 for sign in cell) for cell in astuple(one)):
        return f"balloon {one.balloon} has a cell of more than {_LONGEST} signs, or control signs"
    if not _OPERATION.fullmatch(one.operation):
        return f"the operation “{one.operation[:20]}” is not a number of the route"
    try:
        sampling.read(one.sampling)
    except BadSampling as refusal:
        return str(refusal)
    return "" if one.is_attribute else _limits_fault(one)


def _limits_fault(one: Characteristic) -> str:
    for name in ("nominal", "lower", "upper"):
        text = getattr(one, name)
        if text and not _NUMBER.fullmatch(text):
            return f"{name} “{text[:20]}” is not a decimal number with a point"
    if not one.lower and not one.upper:
        return f"balloon {one.balloon} has no limit; give one, or the unit go/no-go or visual"
    if not one.unit:
        return f"balloon {one.balloon} has no unit"
    lower, upper = one.lower_limit, one.upper_limit
    if lower is not None and upper is not None and lower.compare(upper) > 0:
        return f"the lower limit {one.lower} lies above the upper one {one.upper}"
    return ""
