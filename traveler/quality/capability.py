# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the results of a characteristic say of the process: mean, spread, Cp, Cpk, histogram.

Statistics are estimates, so here, and only here, numbers are binary fractions.  The spread is
the overall standard deviation of the sample; indices made with it are what ISO 22514-2 calls
performance and shops call Cp and Cpk.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

FEWEST = 2
"""Results a spread can be told from at all."""


@dataclass(frozen=True, slots=True)
class Capability:
    """The statistics of ``count`` results; what cannot be told is None, never zero.

    ``cp`` compares the width of the tolerance with six standard deviations, ``cpk`` the distance
    of the mean from the nearest limit with three.  ``outside`` counts results beyond a limit.
    """

    count: int
    mean: float
    smallest: float
    largest: float
    spread: float | None
    cp: float | None
    cpk: float | None
    outside: int


def capability(
    values: Sequence[float], lower: float | None, upper: float | None
) -> Capability | None:
    """Return the statistics of some results, or None where there are none."""
    if not values:
        return None
    mean = fmean(values)
    spread = _spread(values, mean)
    return Capability(
        count=len(values), mean=mean, smallest=min(values), largest=max(values), spread=spread,
        cp=_cp(spread, lower, upper), cpk=_cpk(mean, spread, lower, upper),
        outside=sum(
            (lower is not None and one < lower) or (upper is not None and one > upper)
            for one in values
        ),
    )  # fmt: skip


def of_sums(
    count: int, centre: float, total: float, squares: float, smallest: float, largest: float,
    lower: float | None, upper: float | None, outside: int,
) -> Capability:  # fmt: skip
    """Return the statistics of results of which only sums are known.

    ``total`` and ``squares`` are of the deviations from ``centre``, which has to lie near them.
    """
    mean = centre + total / count
    spread = None
    if count >= FEWEST:
        spread = math.sqrt(max(squares - total * total / count, 0.0) / (count - 1))
    return Capability(
        count=count, mean=mean, smallest=smallest, largest=largest, spread=spread,
        cp=_cp(spread, lower, upper), cpk=_cpk(mean, spread, lower, upper), outside=outside,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a histogram: results from ``since`` up to, but not at, ``until``."""

    since: float
    until: float
    count: int


def histogram(values: Sequence[float], bars: int = 0) -> tuple[Bar, ...]:
    """Return how results are distributed, in as many bars as Sturges' rule gives.

    The last bar includes its end, so that every result is counted once.
    """
    if not values:
        return ()
    low, high = min(values), max(values)
    bars = bars or math.ceil(math.log2(len(values))) + 1
    width = (high - low) / bars
    if not width:
        return (Bar(low, high, len(values)),)
    counts = [0] * bars
    for one in values:
        counts[min(bars - 1, int((one - low) / width))] += 1
    return tuple(
        Bar(low + place * width, low + (place + 1) * width, count)
        for place, count in enumerate(counts)
    )


def _spread(values: Sequence[float], mean: float) -> float | None:
    if len(values) < FEWEST:
        return None
    return math.sqrt(math.fsum((one - mean) ** 2 for one in values) / (len(values) - 1))


def _cp(spread: float | None, lower: float | None, upper: float | None) -> float | None:
    if not spread or lower is None or upper is None:
        return None
    return (upper - lower) / (6 * spread)


def _cpk(
    mean: float, spread: float | None, lower: float | None, upper: float | None
) -> float | None:
    if not spread:
        return None
    room = [*([] if upper is None else [upper - mean]), *([] if lower is None else [mean - lower])]
    return min(room) / (3 * spread) if room else None
