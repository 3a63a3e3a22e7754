# SPDX-License-Identifier: AGPL-3.0-or-later
"""Blockers close by themselves when a copy is back and when pieces come home."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from traveler import clearing, stations
from traveler.blockers import handling
from traveler.blockers.errors import BadBlockerFact
from traveler.blockers.handling import Wanted
from traveler.copies import issuing, register
from traveler.floor import starting, stopping


def state(shop: Any, number: int) -> str:
    """Return how a blocker stands."""
    return handling.show(shop.vault, number)[0].blocker.state


def test_a_blocker_that_waits_for_a_copy_closes_when_it_is_collected(
    drawn: Any, refused: Callable[..., Any]
) -> None:
    """Missing is not back; collected or destroyed is; a copy nobody holds is not waited for."""
    vault, pat = drawn.vault, drawn.pat
    copy = issuing.issue(
        vault, drawn.otto, issuing.Wanted("10-0042", "B", "bracket.pdf", "J-1"), "t"
    )
    number = copy.copy.number

    def wanted(copy: str) -> Wanted:
        return Wanted("approval", "pat", "old print at the mill", "J-1", facts={"copy": copy})

    one = handling.raise_blocker(vault, pat, wanted(number.lower()))
    view, _entries = handling.show(vault, one.id)
    assert (dict(view.blocker.facts), view.missing) == ({"copy": number}, ())
    assert clearing.said(one) == f"copy {number} is collected or destroyed"
    register.act(vault, pat, number, "miss", "not at the mill")
    assert state(drawn, one.id) == "open"
    register.act(vault, pat, number, "collect")
    _view, entries = handling.show(vault, one.id)
    assert (state(drawn, one.id), entries[-1].words) == ("closed", f"copy {number} is collected")
    with refused(BadBlockerFact, f"{number} is collected already"):
        handling.raise_blocker(vault, pat, wanted(number))
    with refused(BadBlockerFact, "C-000999 was never handed out"):
        handling.raise_blocker(vault, pat, wanted("C-999"))
    with refused(BadBlockerFact, "write it as C-000012"):
        handling.raise_blocker(vault, pat, wanted("the old one"))


def test_an_outside_process_closes_when_the_pieces_are_taken_back(serial: Any) -> None:
    """Sent, and late; what waits for them at that step closes, what waits elsewhere does not."""
    vault, pat = serial.vault, serial.pat
    stations.add(vault, pat, "saw-1", outside=True, vendor="Sawmill", days=3)
    serial.job("J-1")
    starting.start(vault, serial.otto, "J-1", 10)

    def away(seq: int | None) -> Any:
        told = Wanted("outside process", "pat", "two days late", "J-1", seq)
        return handling.raise_blocker(vault, pat, told).id

    here, there, whole = away(10), away(20), away(None)
    stopping.finish(vault, serial.otto, "J-1", 10)
    assert [state(serial, one) for one in (here, there, whole)] == ["closed", "open", "open"]
