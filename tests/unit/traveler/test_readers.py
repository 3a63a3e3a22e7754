# SPDX-License-Identifier: AGPL-3.0-or-later
"""Read receipts: whoever is on a revision's list says that they read it before they work on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def listed(drawn: Any) -> Any:
    """Return the shop with 10-0042 C, which otto and quinn have to read, and job J-9 on it."""
    from release.terms import Terms

    drawn.release_drawing("THIRD", terms=Terms(readers=("otto", "quinn")))
    drawn.job("J-9")
    return drawn


def unread(shop: Any, who: str) -> list[str]:
    """Return what somebody still has to read."""
    from traveler import readers

    found = readers.to_read(shop.vault, shop.people[who])
    return [f"{one.number} {one.rev}" for one in found]


def test_a_start_waits_for_the_acknowledgement(listed: Any, refused: Callable[..., Any]) -> None:
    """Who is on the list cannot start before saying so; who is not can; pausing asks nothing."""
    from traveler import floor, readers
    from traveler.errors import NotRead

    with refused(NotRead, "otto has to acknowledge 10-0042 C before working on it"):
        floor.start(listed.vault, listed.otto, "J-9", 10)
    floor.start(listed.vault, listed.pat, "J-9", 10)
    floor.pause(listed.vault, listed.otto, "J-9", 10)
    readers.acknowledge(listed.vault, listed.otto, "10-0042", "C", "tablet")
    assert floor.start(listed.vault, listed.otto, "J-9", 10).state == "running"


def test_a_receipt_is_kept_once_and_for_ever(listed: Any) -> None:
    """The first time counts; the event names who and which, and the chain holds."""
    from traveler import readers
    from vault.ledger import events

    assert [unread(listed, who) for who in ("otto", "quinn", "pat")] == [
        ["10-0042 C"], ["10-0042 C"], [],
    ]  # fmt: skip
    first = readers.acknowledge(listed.vault, listed.otto, "10-0042", "C")
    assert readers.acknowledge(listed.vault, listed.otto, "10-0042", "C") == first
    assert [unread(listed, who) for who in ("otto", "quinn")] == [[], ["10-0042 C"]]
    told = readers.receipts(listed.vault, "10-0042", "C")
    assert [(one.person, bool(one.at)) for one in told] == [("otto", True), ("quinn", False)]
    found = events.of(listed.vault.ledger, "item/10-0042", limit=1000)
    assert [one.actor for one in found if one.kind == "revision.read"] == ["otto"]
    assert list(events.verify(listed.vault.ledger)) == []


def test_a_list_of_an_older_revision_asks_nobody_any_more(listed: Any) -> None:
    """A release without readers ends what the one before asked for; a recall too."""
    listed.release_drawing("FOURTH")
    assert unread(listed, "otto") == []
    from release.terms import Terms

    listed.release_drawing("FIFTH", terms=Terms(readers=("otto",)))
    assert unread(listed, "otto") == ["10-0042 E"]
    listed.recall("10-0042", "E")
    assert unread(listed, "otto") == []


def test_what_cannot_be_acknowledged_is_refused(listed: Any, refused: Callable[..., Any]) -> None:
    """Somebody not on the list, a revision without one, an old one, an unknown one, a customer."""
    from release.errors import NoSuchRevision
    from traveler import readers
    from traveler.errors import NotAReader, NotTheOneToRead
    from vault.ledger.errors import RoleNeeded

    def acknowledge(who: str, rev: str, number: str = "10-0042") -> None:
        readers.acknowledge(listed.vault, listed.people[who], number, rev)

    with refused(NotAReader, "its readers are otto, quinn"):
        acknowledge("pat", "C")
    with refused(NotAReader, "it asks nobody"):
        acknowledge("pat", "A", "10-0050")
    with refused(
        NotTheOneToRead, "10-0042 B is superseded, so there is nothing to acknowledge; read C"
    ):
        acknowledge("otto", "B")
    with pytest.raises(NoSuchRevision):
        acknowledge("otto", "Q")
    with pytest.raises(RoleNeeded):
        acknowledge("cora", "C")
    listed.recall("10-0042", "C")
    with refused(NotTheOneToRead, "ask its approval owner"):
        acknowledge("otto", "C")


def test_the_lists_stand_in_the_signed_log(listed: Any) -> None:
    """They are read from the log's entry of the order, not from the order that could go on changing."""
    from release import distribution
    from release.log import ReleaseLog

    log = ReleaseLog(listed.vault)
    assert distribution.readers(listed.vault, log, "10-0042", "C") == ("otto", "quinn")
    assert distribution.readers(listed.vault, log, "10-0042", "A") == ()
    assert distribution.all_lists(listed.vault, log) == {("10-0042", "C"): ("otto", "quinn")}
