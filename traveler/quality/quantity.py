# SPDX-License-Identifier: AGPL-3.0-or-later
"""Quantities as people write them: decimal text with its unit, never a binary fraction.

The digits somebody wrote are the record; a number is only ever made of them to compare.  An inch
is 25.4 mm exactly (ISO 80000-3), so lengths compare across units without rounding.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation
from types import MappingProxyType
from typing import Final

from traveler.quality.errors import BadQuantityText, OtherUnit

_EXACT: Final = Context(prec=60)
_FARTHEST: Final = 15
_DECIMAL: Final = re.compile(r"[+-]?(?:\d{1,12}(?:[.,]\d{0,9})?|[.,]\d{1,9})")
_SPELT: Final = MappingProxyType(
    {"inch": "in", "inches": "in", '"': "in", "″": "in", "um": "µm", "μm": "µm", "micron": "µm",
     "°": "deg", "degree": "deg", "degrees": "deg", "'": "arcmin", "\u2032": "arcmin"}
)  # fmt: skip
LENGTHS: Final = MappingProxyType(
    {"mm": Decimal(1), "in": Decimal("25.4"), "µm": Decimal("0.001"), "cm": Decimal(10),
     "m": Decimal(1000), "mil": Decimal("0.0254"), "µin": Decimal("0.0000254")}
)  # fmt: skip
"""The units of length, in millimetres."""
_ANGLES: Final = MappingProxyType({"deg": Decimal(60), "arcmin": Decimal(1)})
ATTRIBUTES: Final = frozenset({"go/no-go", "pass/fail", "visual", "note"})
"""Units of results that are judged and not measured."""


def unit(text: str) -> str:
    """Return a unit in its one spelling: ``in`` for ``inch`` and ``"``, ``µm`` for ``um``."""
    told = text.strip()
    return _SPELT.get(told.lower(), told if told not in {"MM", "IN"} else told.lower())


def decimal(text: str) -> Decimal:
    """Return a number as machines write it, with an exponent too; raises ValueError."""
    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        raise ValueError(text) from None
    if not found.is_finite() or abs(found.adjusted()) > _FARTHEST:
        raise ValueError(text)
    return found


@dataclass(frozen=True, slots=True)
class Quantity:
    """A decimal number as it was written, with a point, and its unit."""

    text: str
    unit: str

    @property
    def value(self) -> Decimal:
        """Return the number."""
        return Decimal(self.text)

    @property
    def places(self) -> int:
        """Return how many digits stand after the point: the precision somebody claimed."""
        return len(self.text.partition(".")[2])

    def into(self, other: str) -> Decimal:
        """Return the exact number of another unit this is; raises OtherUnit where there is none."""
        if self.unit == other:
            return self.value
        for family in (LENGTHS, _ANGLES):
            if self.unit in family and other in family:
                # multiplied out in both directions, since a division by 25.4 never ends
                return _EXACT.divide(_EXACT.multiply(self.value, family[self.unit]), family[other])
        raise OtherUnit(unit=self.unit, wanted=other)

    def compare(self, limit: Quantity) -> int:
        """Return -1, 0 or 1 as this is less than, equal to or more than a limit, without rounding.

        Raises OtherUnit where the two cannot be compared.
        """
        if self.unit == limit.unit:
            return int(self.value.compare(limit.value))
        for family in (LENGTHS, _ANGLES):
            if self.unit in family and limit.unit in family:
                ours = _EXACT.multiply(self.value, family[self.unit])
                return int(ours.compare(_EXACT.multiply(limit.value, family[limit.unit])))
        raise OtherUnit(unit=self.unit, wanted=limit.unit)

    def __str__(self) -> str:
        """Return it as people read it, ``12.340 mm``."""
        return f"{self.text} {self.unit}".rstrip()


def read(text: str, of: str) -> Quantity:
    """Return the quantity somebody typed, in the unit ``of`` unless the text names another.

    A decimal comma is taken for a point; a number with both is refused, since nobody can say
    which of them groups the thousands.  Raises BadQuantityText.
    """
    told = text.strip().replace("−", "-").replace("\u00a0", " ")
    number = _DECIMAL.match(told)
    if number is None:
        raise BadQuantityText(text=text, why="it does not begin with a number")
    rest = told[number.end() :].strip()
    if rest[:1] in {".", ",", "/"} or rest[:1].isdigit():
        raise BadQuantityText(text=text, why="write it as a plain decimal number, as 1234.56")
    if len(rest) > 12:
        raise BadQuantityText(text=text, why="what follows the number is no unit")
    return Quantity(_plain(number.group()), unit(rest) if rest else unit(of))


def _plain(number: str) -> str:
    sign = "-" if number.startswith("-") else ""
    whole, _, part = number.lstrip("+-").replace(",", ".").partition(".")
    whole = whole.lstrip("0") or "0"
    return f"{sign}{whole}.{part}" if part else f"{sign}{whole}"
