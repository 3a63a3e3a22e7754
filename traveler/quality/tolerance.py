# SPDX-License-Identifier: AGPL-3.0-or-later
"""In or out of tolerance, and by how much: exact decimal arithmetic across units.

Limits are absolute (ASME Y14.5-2018, 5.4): a reading is compared as if its digits went on with
zeros, and is never rounded towards a limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from traveler.quality.characteristics import Characteristic
from traveler.quality.errors import BadQuantityText
from traveler.quality.quantity import Quantity, read

Verdict = Literal["pass", "under", "over", "fail"]
_PASS: Final = frozenset(
    {"pass", "passed", "ok", "good", "go", "yes", "accepted", "applied", "i.o."}
)
_FAIL: Final = frozenset({"fail", "failed", "nok", "bad", "no-go", "no", "rejected", "n.i.o."})


@dataclass(frozen=True, slots=True)
class Judged:
    """A result against its limits.

    ``by`` is how far outside the nearest limit it lies, in the unit of the characteristic;
    ``used`` how much of the tolerance the deviation from the middle takes, 1 being the limit
    itself, or None where there is only one limit.
    """

    verdict: Verdict
    by: Decimal = Decimal(0)
    used: Decimal | None = None

    @property
    def passes(self) -> bool:
        """Say whether the piece is good in this characteristic."""
        return self.verdict == "pass"


def judge(characteristic: Characteristic, text: str) -> Judged:
    """Return what a result says; raises BadQuantityText or OtherUnit where it says nothing."""
    if characteristic.is_attribute:
        return _attribute(text)
    return judge_quantity(characteristic, read(text, characteristic.unit))


def judge_quantity(characteristic: Characteristic, reading: Quantity) -> Judged:
    """Return how a measured value lies in its limits."""
    of = characteristic.unit
    lower, upper = characteristic.lower_limit, characteristic.upper_limit
    value = reading.into(of)
    if lower is not None and reading.compare(lower) < 0:
        return Judged("under", lower.value - value, _used(value, lower, upper))
    if upper is not None and reading.compare(upper) > 0:
        return Judged("over", value - upper.value, _used(value, lower, upper))
    return Judged("pass", Decimal(0), _used(value, lower, upper))


def _used(value: Decimal, lower: Quantity | None, upper: Quantity | None) -> Decimal | None:
    if lower is None or upper is None or lower.value == upper.value:
        return None
    half = (upper.value - lower.value) / 2
    return abs(value - (lower.value + half)) / half


def _attribute(text: str) -> Judged:
    told = text.strip().casefold()
    if told in _PASS:
        return Judged("pass")
    if told in _FAIL:
        return Judged("fail")
    raise BadQuantityText(text=text, why="say pass or fail")
