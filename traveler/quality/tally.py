# SPDX-License-Identifier: AGPL-3.0-or-later
"""Results added up by narrow steps of the tolerance, so that a chart never reads them one by one.

Sums are of deviations from the middle of the tolerance and not of values, else a bore of 500 mm
with a spread of 2 µm would lose its spread in the rounding of the squares.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from traveler.quality.capability import Bar, Capability, of_sums
from traveler.quality.characteristics import Characteristic

STEPS: Final = 60
"""Steps in a tolerance."""
_FARTHEST: Final = 100_000


@dataclass(frozen=True, slots=True)
class Grid:
    """The steps of one characteristic: from ``base`` on, each ``width`` wide."""

    base: float
    width: float
    centre: float
    lower: float | None
    upper: float | None

    def bin(self, value: float) -> int:
        """Return the step a value falls into; the upper limit itself is still within."""
        if self.upper is not None and value == self.upper and self.lower is not None:
            return STEPS - 1
        return math.floor(max(min((value - self.base) / self.width, _FARTHEST), -_FARTHEST))

    def since(self, bin_: int) -> float:
        """Return where a step begins."""
        return self.base + bin_ * self.width

    def around(self, bin_: int) -> tuple[float, float]:
        """Return two values between which all values of a step lie, and some of its neighbours."""
        low = -math.inf if bin_ <= -_FARTHEST else self.since(bin_ - 1)
        return low, math.inf if bin_ >= _FARTHEST - 1 else self.since(bin_ + 2)


@dataclass(slots=True)
class Sums:
    """What is kept of the results in one step."""

    count: int = 0
    total: float = 0.0
    squares: float = 0.0
    least: float = math.inf
    most: float = -math.inf
    outside: int = 0

    def take(self, value: float, grid: Grid, *, outside: bool) -> None:
        """Add one result."""
        away = value - grid.centre
        self.count += 1
        self.total += away
        self.squares += away * away
        self.least, self.most = min(self.least, value), max(self.most, value)
        self.outside += outside

    def add(self, other: Sums) -> None:
        """Add what another step holds."""
        self.count += other.count
        self.total += other.total
        self.squares += other.squares
        self.least, self.most = min(self.least, other.least), max(self.most, other.most)
        self.outside += other.outside


def grid(of: Characteristic) -> Grid:
    """Return the steps of a characteristic; an attribute has good at 0 and bad at 1."""
    if of.is_attribute:
        return Grid(0.0, 1.0, 0.0, None, None)
    lower = float(of.lower) if of.lower else None
    upper = float(of.upper) if of.upper else None
    if lower is not None and upper is not None and lower < upper:
        return Grid(lower, (upper - lower) / STEPS, (lower + upper) / 2, lower, upper)
    limit = lower if lower is not None else upper if upper is not None else 0.0
    nominal = float(of.nominal) if of.nominal else limit
    finest = 10.0 ** -max(len(one.partition(".")[2]) for one in (of.lower, of.upper, of.nominal))
    width = abs(limit - nominal) / (STEPS / 2) or max(abs(limit) / 1000, finest)
    return Grid(limit, width, limit, lower, upper)


def added_up(sums: Iterable[Sums]) -> Sums:
    """Return the sums of several steps as one."""
    whole = Sums()
    for one in sums:
        whole.add(one)
    return whole


def capability_of(steps: Grid, whole: Sums) -> Capability | None:
    """Return the statistics of the results that were added up, or None where there are none."""
    if not whole.count:
        return None
    return of_sums(
        whole.count, steps.centre, whole.total, whole.squares, whole.least, whole.most,
        steps.lower, steps.upper, whole.outside,
    )  # fmt: skip


def bars(steps: Grid, by_bin: Sequence[tuple[int, Sums]], most: int = 24) -> tuple[Bar, ...]:
    """Return a histogram of at most so many bars, neighbours put together until it fits.

    Bars meet at the limits, so none holds good and bad results alike.
    """
    if not by_bin:
        return ()
    low, high = min(bin_ for bin_, _ in by_bin), max(bin_ for bin_, _ in by_bin)
    together = next(
        (size for size in _DIVISORS if high // size - low // size < most),
        math.ceil((high - low + 1) / most / STEPS + 1) * STEPS,
    )
    counts: dict[int, int] = {}
    for bin_, sums in by_bin:
        counts[bin_ // together] = counts.get(bin_ // together, 0) + sums.count
    return tuple(
        Bar(
            steps.since(place * together), steps.since((place + 1) * together), counts.get(place, 0)
        )
        for place in range(low // together, high // together + 1)
    )


_DIVISORS: Final = tuple(size for size in range(1, STEPS + 1) if STEPS % size == 0)
