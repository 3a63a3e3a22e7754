# SPDX-License-Identifier: AGPL-3.0-or-later
"""A blocker that waits for inspection closes by itself once what is due is measured and passes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from traveler import clearing
from traveler.blockers import handling
from traveler.blockers.handling import Wanted
from traveler.quality import importing, measurements, views
from traveler.quality.measurements import Reading


def raised(shop: Any, seq: int | None, kind: str = "inspection") -> Any:
    """Raise a blocker on J-1."""
    wanted = Wanted(kind, "quinn", "waits for the gauge", "J-1", seq)
    return handling.raise_blocker(shop.vault, shop.otto, wanted)


def state(shop: Any, number: int) -> str:
    """Return how a blocker stands."""
    return handling.show(shop.vault, number)[0].blocker.state


def measure(shop: Any, *readings: Reading) -> None:
    """Record good results as the inspector."""
    measurements.record(shop.vault, shop.quinn, "J-1", None, readings)


def test_what_is_due_up_to_the_step_has_to_pass(shop: Any) -> None:
    """Step 30 waits for balloon 3 alone, step 40 for all; one out keeps it shut; told in words."""
    early, late, other = raised(shop, 30), raised(shop, 40), raised(shop, 40, "machine")
    assert clearing.said(early) == "all that is to be measured up to step 30 passes"
    measure(shop, Reading("3", "1", "go"))
    assert state(shop, early.id) == "open"
    measure(shop, Reading("3", "2", "go"))
    assert (state(shop, early.id), state(shop, late.id)) == ("closed", "open")
    needed = {
        one.characteristic.balloon: one.needed
        for one in views.results_of(shop.vault, "J-1").characteristics
    }
    measure(shop, Reading("2", "1", "1.0"))
    measure(shop, *(Reading("1", str(at), "12.05" if at == 1 else "12.01")
                    for at in range(1, needed["1"] + 1)))  # fmt: skip
    assert state(shop, late.id) == "open"
    (bad,) = [
        one for row in views.results_of(shop.vault, "J-1").characteristics for one in row.outside
    ]
    measurements.correct(shop.vault, shop.quinn, "J-1", bad.id, "12.005", "mistyped")
    assert (state(shop, late.id), state(shop, other.id)) == ("closed", "open")
    _view, entries = handling.show(shop.vault, late.id)
    assert (entries[-1].act, entries[-1].person) == ("clear", "quinn")
    assert entries[-1].words == "inspection passed: 3 characteristics in tolerance"


def test_what_passed_already_is_no_reason_to_close(shop: Any) -> None:
    """Raised when all was good: only people know what it waits for."""
    measure(shop, Reading("3", "1", "go"), Reading("3", "2", "go"))
    again = raised(shop, 20)
    assert clearing.said(again) == ""
    measure(shop, Reading("3", "1", "go"))
    assert state(shop, again.id) == "open"


def test_a_file_of_results_closes_it_too(shop: Any, tmp_path: Path) -> None:
    """What the measuring machine says counts as what was typed."""
    one = raised(shop, 20)
    place = tmp_path / "cmm.csv"
    place.write_text("balloon,piece,result\n3,1,go\n3,2,go\n")
    importing.take(shop.vault, shop.quinn, "J-1", 20, place, "cmm.csv")
    assert state(shop, one.id) == "closed"


@pytest.mark.parametrize("seq", [10, None])
def test_where_nothing_is_to_be_measured_before_it_nobody_waits_for_results(
    shop: Any, seq: int | None
) -> None:
    """Step 10 comes before everything measured; the whole job waits for all of it."""
    assert bool(clearing.said(raised(shop, seq))) is (seq is None)
