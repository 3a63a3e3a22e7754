# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which results a step owes; pure, on values, for any plan and any route."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from traveler.quality import owing
from traveler.quality.characteristics import Characteristic
from traveler.quality.owing import Count, Measured

STEPS = st.sampled_from(["", "10", "20", "30", "99"])
SAMPLINGS = st.sampled_from(["", "all", "first", "4", "every 3", "aql 1.0"])
PLANS = st.lists(st.tuples(STEPS, SAMPLINGS), min_size=1, max_size=6)


def planned(rows: list[tuple[str, str]]) -> tuple[Characteristic, ...]:
    """Return a plan of as many characteristics."""
    return tuple(
        Characteristic(str(number), "Bore", "6", "5.9", "6.1", sampling=sampling, operation=step)
        for number, (step, sampling) in enumerate(rows, 1)
    )


@given(PLANS, st.sets(st.sampled_from([10, 20, 30, 40]), min_size=1), st.integers(1, 300))
def test_every_characteristic_is_owed_at_exactly_one_step(
    rows: list[tuple[str, str]], asking: set[int], lot: int
) -> None:
    """Whatever step it names: where somebody measures at all, it is owed by somebody."""
    lots: dict[int | None, int] = dict.fromkeys([None, *asking], lot)
    found = owing.counts(Measured(planned(rows)), asking, lots)
    at_steps = [one.balloon for seq, owed in found.items() if seq is not None for one in owed]
    assert sorted(at_steps) == sorted(one.balloon for one in found[None])
    assert len(at_steps) == len(rows)


@given(PLANS, st.integers(1, 300))
def test_a_plan_measured_in_full_owes_nothing_and_one_less_owes_one(
    rows: list[tuple[str, str]], lot: int
) -> None:
    """Enough is enough, and one result fewer is not."""
    plan = planned(rows)
    full = {owing.key(one): owing.sample(one, lot) for one in plan}
    done = owing.counts(Measured(plan, full), [20], {None: lot, 20: lot})[20]
    assert not any(one.open for one in done)
    first = owing.key(plan[0])
    short = {**full, first: full[first] - 1}
    left = owing.counts(Measured(plan, short), [20], {None: lot, 20: lot})[20]
    assert sum(one.open for one in left) == 1


def test_a_lot_of_none_owes_nothing() -> None:
    """Where all pieces are scrapped there is nothing left to measure."""
    found = owing.counts(Measured(planned([("20", "all")])), [20], {None: 0, 20: 0})
    assert [one.needed for one in found[20]] == [0]


def test_what_is_owed_is_said_in_words_and_not_without_end() -> None:
    """Three are named, the others are counted."""
    rows = [Count(str(number), "⌀6.0", 5, 4) for number in range(1, 6)]
    assert (
        owing.told(rows) == "20 of 25, 1 ⌀6.0 still 1, 2 ⌀6.0 still 1, 3 ⌀6.0 still 1, and 2 more"
    )
    assert owing.told([Count("1", "Bore", 5, 9)]) == "5 of 5"
