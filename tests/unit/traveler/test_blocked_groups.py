# SPDX-License-Identifier: AGPL-3.0-or-later
"""Blockers at one station of a group of equal ones, and at the group."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from traveler import jobs, stations
from traveler.blockers import handling
from traveler.blockers.handling import Wanted
from traveler.blockers.records import BlockerFilter
from traveler.errors import OperationBlocked
from traveler.floor import starting, stopping
from traveler.tablet.sending import Sent


def test_a_blocked_station_of_a_group_leaves_the_others_to_it(
    serial: Any, refused: Callable[..., Any]
) -> None:
    """Work starts at the group and at the free one; with both blocked, or the group, nowhere."""
    vault, pat, otto = serial.vault, serial.pat, serial.otto
    for code in ("saw-a", "saw-b"):
        stations.add(vault, pat, code, group="saw-1")
    serial.job("J-1")

    def block(station: str) -> int:
        told = Wanted("machine", "pat", f"{station} is loud", station=station)
        return int(handling.raise_blocker(vault, pat, told).id)

    def held() -> tuple[list[int], int]:
        view = jobs.show(vault, "J-1")
        return [one.blocker.id for one in view.operations[0].held], jobs.listing(vault)[0].held

    first = block("saw-a")
    for code in ("saw-a", "SAW-1"):
        found = handling.listing(vault, BlockerFilter(station=code))
        assert [one.blocker.id for one in found] == [first]
    assert handling.listing(vault, BlockerFilter(station="saw-b")) == []
    assert held() == ([], 0)
    for sent in ({"machine": "SAW-A"}, {"sent": Sent(stations=frozenset({"saw-a"}))}):
        with refused(OperationBlocked, "saw-a is loud"):
            starting.start(vault, otto, "J-1", 10, **sent)
    starting.start(vault, otto, "J-1", 10, machine="saw-b")
    stopping.pause(vault, otto, "J-1", 10)
    starting.start(vault, pat, "J-1", 10, machine="saw-a", override="slowly")
    assert jobs.show(vault, "J-1").overrides[0].blockers == (first,)
    stopping.pause(vault, pat, "J-1", 10)
    second = block("saw-b")
    assert held() == ([first, second], 2)
    with refused(OperationBlocked, "saw-a is loud"):
        starting.start(vault, otto, "J-1", 10)
    handling.resolve(vault, pat, first, "oiled")
    assert held() == ([], 0)
    handling.resolve(vault, pat, second, "oiled")
    whole = block("saw-1")
    assert held() == ([whole], 1)
    with refused(OperationBlocked, "saw-1 is loud"):
        starting.start(vault, otto, "J-1", 10, machine="saw-b")
