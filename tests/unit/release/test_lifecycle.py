# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lifecycles, walked: what the table does not say is refused."""

from __future__ import annotations

import itertools

import pytest

from release import lifecycle
from release.change import Event, Order
from release.errors import WrongState

STATES = sorted({state for state, _act in lifecycle.ORDER} | set(lifecycle.ORDER.values()))
ACTS = sorted({act for _state, act in lifecycle.ORDER})
PAIRS = list(itertools.product(STATES, ACTS))


def order(state: str) -> Order:
    """Return an order in a state."""
    return Order("CO-0001", state, "why", "eli", "2026-01-01T00:00:00Z", ())


@pytest.mark.parametrize(("state", "act"), [p for p in PAIRS if p not in lifecycle.ORDER])
def test_every_step_that_is_not_in_the_table_is_refused(state: str, act: str) -> None:
    """An order never moves in a way the table does not name, and the refusal says its state."""
    with pytest.raises(WrongState) as refusal:
        order(state).acted(Event("2026-01-01T00:00:00Z", "eli", act, ""))
    assert f"is {state}" in str(refusal.value)


@pytest.mark.parametrize(("state", "act"), sorted(lifecycle.ORDER))
def test_every_step_in_the_table_leads_where_it_says_and_is_told(state: str, act: str) -> None:
    """The state after an act is the table's, and the act stands in the order's story."""
    event = Event("2026-01-01T00:00:00Z", "eli", act, "because")
    after = order(state).acted(event)
    assert after.state == lifecycle.ORDER[state, act]
    assert after.events == (event,)


def test_a_released_or_cancelled_order_has_no_way_on() -> None:
    """Both are ends: what follows is a new order."""
    assert not [act for state, act in lifecycle.ORDER if state in ("released", "cancelled")]


def test_a_revision_never_becomes_current_twice() -> None:
    """No act leads back to current from superseded or recalled."""
    assert [s for (s, _a), to in lifecycle.REVISION.items() if to == "current"] == ["unreleased"]
