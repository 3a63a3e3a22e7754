# SPDX-License-Identifier: AGPL-3.0-or-later
"""Blockers close by themselves when a copy is back, when pieces come home, and when a shipment left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from traveler import clearing, stations
from traveler.blockers import handling
from traveler.blockers.errors import BadBlockerFact
from traveler.blockers.handling import Wanted
from traveler.copies import issuing, register
from traveler.floor import starting, stopping
from traveler.shipping import desk as shipping


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


ROUTE = """
[[operation]]
seq = 10
station = "mill"
title = "Mill"

[[operation]]
seq = 20
station = "plater"
title = "Anodise"
"""


def of_shipping(shop: Any, **more: Any) -> int:
    """Raise a blocker of shipping on J-1."""
    told = Wanted(**{"kind": "shipping", "owner": "pat", "what": "no papers", "job": "J-1", **more})
    return int(handling.raise_blocker(shop.vault, shop.pat, told).id)


def words(shop: Any, number: int) -> str:
    """Return how the last act on a blocker was put."""
    return str(handling.show(shop.vault, number)[1][-1].words)


def test_a_blocker_of_shipping_closes_when_what_it_holds_has_left(
    shop: Any, refused: Callable[..., Any]
) -> None:
    """That of a shipment with it, that of a job with the last piece; no other type, no other job."""
    vault, pat = shop.vault, shop.pat
    shop.release("10-0042", route__toml=ROUTE)
    shop.job("J-1")
    shop.job("J-2")
    for seq in (10, 20):
        starting.start(vault, shop.otto, "J-1", seq)
        stopping.finish(vault, shop.otto, "J-1", seq)
    first, second = (shipping.pack(vault, pat, "J-1", qty).number for qty in (2, 3))
    whole = of_shipping(shop)
    named = of_shipping(shop, facts={"shipment": first.lower()})
    other = of_shipping(shop, job="J-2")
    seen = of_shipping(shop, kind="inspection")
    with refused(BadBlockerFact, f"{first} is of job J-1"):
        of_shipping(shop, job="J-2", facts={"shipment": first})
    assert clearing.said(handling.show(vault, named)[0].blocker) == f"{first} has left"
    assert clearing.said(handling.show(vault, whole)[0].blocker) == "all of job J-1 has left"
    shipping.ship(vault, pat, first, carrier="Brenning")
    assert [state(shop, one) for one in (named, whole)] == ["closed", "open"]
    assert words(shop, named) == f"{first} has left"
    with refused(BadBlockerFact, f"{first} is shipped already"):
        of_shipping(shop, facts={"shipment": first})
    shipping.ship(vault, pat, second, carrier="Brenning")
    assert [state(shop, one) for one in (whole, other, seen)] == ["closed", "open", "open"]
    assert words(shop, whole) == f"all of job J-1 has left, the last with {second}"


def test_a_blocker_of_a_shipment_that_is_unpacked_closes_too(shop: Any) -> None:
    """It does not leave any more; the job's own stays, and pieces still to be made keep it open."""
    vault, pat = shop.vault, shop.pat
    shop.release("10-0042", route__toml=ROUTE)
    shop.job("J-1")
    starting.start(vault, shop.otto, "J-1", 10)
    stopping.finish(vault, shop.otto, "J-1", 10)
    starting.start(vault, shop.otto, "J-1", 20)
    stopping.pause(vault, shop.otto, "J-1", 20, 3)
    packed = shipping.pack(vault, pat, "J-1", 3).number
    whole, named = of_shipping(shop), of_shipping(shop, facts={"shipment": packed})
    shipping.cancel(vault, pat, packed, "wrong box")
    assert (state(shop, named), words(shop, named)) == ("closed", f"{packed} was unpacked")
    again = shipping.pack(vault, pat, "J-1", 3).number
    shipping.ship(vault, pat, again, carrier="Brenning")
    assert state(shop, whole) == "open"  # two pieces are still at the plater


def test_papers_for_the_way_to_a_vendor_are_there_once_the_pieces_are_on_their_way(
    shop: Any,
) -> None:
    """A planner who sends them past the blocker has sent them; what holds another step stays."""
    vault, pat = shop.vault, shop.pat
    shop.release("10-0042", route__toml=ROUTE)
    stations.add(vault, pat, "plater", outside=True, vendor="Norden", days=5)
    shop.job("J-1")
    starting.start(vault, shop.otto, "J-1", 10)
    mill = of_shipping(shop, seq=10)
    stopping.finish(vault, shop.otto, "J-1", 10)
    there = of_shipping(shop, seq=20)
    seen = handling.show(vault, there)[0].blocker
    assert clearing.said(seen) == "the pieces of step 20 are on their way"
    starting.start(vault, pat, "J-1", 20, override="the driver has them")
    assert [state(shop, one) for one in (there, mill)] == ["closed", "open"]
    assert words(shop, there) == "the pieces of step 20 are on their way to Norden"
