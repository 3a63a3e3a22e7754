# SPDX-License-Identifier: AGPL-3.0-or-later
"""How many pieces are measured: all, the first, so many, every n-th, or by AQL.

The AQL table is ISO 2859-1, single sampling, normal inspection, general level II.  Its
acceptance numbers run along diagonals, so the table is its rule: going one code letter up allows
the same defects at the next finer AQL.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from traveler.quality.errors import BadSampling

_LOTS: Final = (8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10_000, 35_000, 150_000, 500_000)
"""The largest lot of each code letter of level II (table 1), from A on; Q has no end."""
_SIZES: Final = (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250)
_AQLS: Final = ("6.5", "4.0", "2.5", "1.5", "1.0", "0.65", "0.40", "0.25", "0.15", "0.10", "0.065")
_ACCEPT: Final = (1, 2, 3, 5, 7, 10, 14, 21)
_COUNT: Final = re.compile(r"(every )?([1-9][0-9]{0,5})")
_BY_AQL: Final = re.compile(r"aql ([0-9]+(?:\.[0-9]+)?)")


@dataclass(frozen=True, slots=True)
class Plan:
    """How many pieces of a lot are inspected, and how many defective ones still let it pass."""

    size: int
    accept: int = 0


@dataclass(frozen=True, slots=True)
class Sampling:
    """A rule of sampling as ``characteristics.csv`` names it."""

    text: str

    def plan(self, lot: int) -> Plan:
        """Return the plan for a lot of so many pieces; never more than there are."""
        if lot < 1:
            raise ValueError("a lot has at least one piece")
        text = self.text
        if text == "all":
            return Plan(lot)
        if text == "first":
            return Plan(1)
        counted = _COUNT.fullmatch(text)
        if counted is not None:
            number = int(counted[2])
            return Plan(-(-lot // number)) if counted[1] else Plan(min(lot, number))
        return _by_aql(lot, Decimal(text.removeprefix("aql ")))


def read(text: str) -> Sampling:
    """Return the sampling of a cell; empty means all.  Raises BadSampling.

    It is ``all``, ``first``, a number of pieces, ``every 10`` or ``aql 1.0``.
    """
    told = " ".join(text.casefold().split()) or "all"
    by_aql = _BY_AQL.fullmatch(told)
    if by_aql is not None and _column(Decimal(by_aql[1])) is not None:
        return Sampling(told)
    if told in {"all", "first"} or _COUNT.fullmatch(told):
        return Sampling(told)
    raise BadSampling(text=text, aqls=", ".join(reversed(_AQLS)))


def _by_aql(lot: int, aql: Decimal) -> Plan:
    """Return the plan of table 2-A, arrows followed.

    Where the sample is as large as the lot every piece is inspected, and none may be defective.
    """
    column = _column(aql)
    if column is None:
        raise ValueError(f"no column for {aql}")
    place = bisect_left(_LOTS, lot)
    if place <= column + 1:
        place, accept = column, 0  # the arrows lead to the plan with none accepted
    elif place == column + 2:
        place, accept = column + 3, 1  # the arrow leads down to the first plan that accepts one
    else:
        place = min(place, column + 2 + len(_ACCEPT))  # the arrows lead up to the last plan
        accept = _ACCEPT[place - column - 3]
    size = _SIZES[place]
    return Plan(size, accept) if size < lot else Plan(lot)


def _column(aql: Decimal) -> int | None:
    return next((place for place, one in enumerate(_AQLS) if Decimal(one) == aql), None)
