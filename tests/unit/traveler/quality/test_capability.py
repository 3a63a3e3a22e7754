# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mean, spread, Cp and Cpk against worked examples, and histograms that lose no result."""

from __future__ import annotations

import csv
from itertools import pairwise
from pathlib import Path
from statistics import stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traveler.quality.capability import capability, histogram

CORPUS = Path(__file__).parents[5] / "shared" / "corpus" / "measurements"


def test_a_worked_example() -> None:
    """Five results of 10 ± 0.3: mean 10.02, s 0.0837, Cp 1.195, Cpk 1.116."""
    found = capability([9.9, 10.0, 10.1, 10.0, 10.1], 9.7, 10.3)
    assert found is not None
    assert found.mean == pytest.approx(10.02)
    assert found.spread == pytest.approx(0.083666, abs=1e-6)
    assert found.cp == pytest.approx(1.1952, abs=1e-4)
    assert found.cpk == pytest.approx(1.1155, abs=1e-4)
    assert found.outside == 0


def test_the_piston_rings_of_the_textbook() -> None:
    """Montgomery's piston rings, 74.000 ± 0.05 mm: the process is capable, and centred."""
    path = CORPUS / "pyspc" / "pistonrings.csv"
    if not path.exists():
        pytest.skip("the files of real shops are not here")
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))[1:26]
    values = [float(cell) for row in rows for cell in row]
    found = capability(values, 73.95, 74.05)
    assert found is not None
    assert found.count == 125
    assert found.mean == pytest.approx(74.001, abs=2e-3)
    assert found.spread == pytest.approx(stdev(values))
    assert found.cp is not None
    assert found.cp == pytest.approx(1.65, abs=0.07)


@pytest.mark.parametrize(
    ("values", "lower", "upper", "cp", "cpk"),
    [
        ([1.0], 0, 2, None, None),
        ([1.0, 1.0], 0, 2, None, None),
        ([1.0, 2.0], None, None, None, None),
    ],
)
def test_what_cannot_be_told_is_nothing_and_not_zero(
    values: list[float], lower: float | None, upper: float | None, cp: None, cpk: None
) -> None:
    """One result, no spread, or no limit: no index."""
    found = capability(values, lower, upper)
    assert found is not None
    assert (found.cp, found.cpk) == (cp, cpk)


def test_one_limit_gives_cpk_alone() -> None:
    """Flatness has no lower limit: no width, but a distance."""
    found = capability([0.01, 0.02, 0.03], None, 0.05)
    assert found is not None
    assert found.cp is None
    assert found.cpk == pytest.approx(1.0)


def test_no_results_no_statistics() -> None:
    """Nothing measured is not a process with a mean of zero."""
    assert capability([], 0, 1) is None
    assert histogram([]) == ()


def test_results_too_near_for_two_bars_are_one() -> None:
    """Equal results, and those a binary fraction cannot tell apart in width."""
    assert [bar.count for bar in histogram([1.0, 1.0])] == [2]
    assert [bar.count for bar in histogram([0.0, 5e-324])] == [2]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200))
def test_every_result_is_in_one_bar(values: list[float]) -> None:
    """The bars touch and their counts add up."""
    bars = histogram(values)
    assert sum(bar.count for bar in bars) == len(values)
    assert bars[0].since == min(values)
    assert all(left.until == right.since for left, right in pairwise(bars))
