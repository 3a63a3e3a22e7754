# SPDX-License-Identifier: AGPL-3.0-or-later
"""Read receipts: whoever is on a revision's list says that they read it before they work on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from release.rules.distributed import Asked


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
    from traveler import readers
    from traveler.errors import NotRead
    from traveler.floor import starting, stopping

    with refused(NotRead, "otto has to acknowledge 10-0042 C before working on it"):
        starting.start(listed.vault, listed.otto, "J-9", 10)
    starting.start(listed.vault, listed.pat, "J-9", 10)
    stopping.pause(listed.vault, listed.otto, "J-9", 10)
    readers.acknowledge(listed.vault, listed.otto, "10-0042", "C", "tablet")
    assert starting.start(listed.vault, listed.otto, "J-9", 10).state == "running"


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
    asked = (Asked("otto", "CO-0004"), Asked("quinn", "CO-0004"))
    assert distribution.readers(listed.vault, log, "10-0042", "C") == asked
    assert distribution.readers(listed.vault, log, "10-0042", "A") == ()
    assert distribution.all_lists(listed.vault, log) == {("10-0042", "C"): asked}


def test_a_list_of_the_rules_asks_by_folder_kind_metadata_and_station(
    drawn: Any, refused: Callable[..., Any]
) -> None:
    """Whom the rules ask at the release cannot start before they read; the log says which list.

    Whoever gets the role later is asked from the next release on, and who is disabled is not asked.
    """
    from release import distribution, rulebook
    from release.log import ReleaseLog
    from traveler import readers
    from traveler.errors import NotRead
    from traveler.floor import starting
    from vault.ledger import people

    text, _blob = rulebook.text(drawn.vault)
    rulebook.edit(
        drawn.vault,
        drawn.ada,
        text
        + """
[[distribution]]
name = "millers"
to = ["role:operator", "person:quinn"]
when = { item = "10-*", kind = "part", station = "MILL-*" }

[[distribution]]
name = "lathe"
to = "role:planner"
when = { station = "lathe-*" }
""",
    )
    people.disable(drawn.vault.ledger, "ada", "quinn")
    drawn.release_drawing("THIRD")
    people.add(drawn.vault.ledger, "ada", "nadia", ["operator"])
    asked = distribution.readers(drawn.vault, ReleaseLog(drawn.vault), "10-0042", "C")
    assert asked == (Asked("otto", "millers"),)
    drawn.job("J-9")
    with refused(NotRead, "otto has to acknowledge 10-0042 C before working on it"):
        starting.start(drawn.vault, drawn.otto, "J-9", 10)
    assert readers.acknowledge(drawn.vault, drawn.otto, "10-0042", "C").by == "millers"
    assert starting.start(drawn.vault, drawn.otto, "J-9", 10).state == "running"
    assert [one.as_json()["asked_by"] for one in readers.receipts(drawn.vault, "10-0042", "C")] == [
        "millers"
    ]


def test_a_list_that_reaches_nobody_keeps_an_order_from_being_released(
    drawn: Any, refused: Callable[..., Any]
) -> None:
    """What was to be read by somebody, and reaches nobody, is open, is named, and may be set aside."""
    from release import desk, rulebook
    from release.errors import RequirementsOpen
    from release.rules import reach

    text, _blob = rulebook.text(drawn.vault)
    rules = rulebook.edit(
        drawn.vault,
        drawn.ada,
        text
        + """
[[distribution]]
name = "lathe"
to = "group:lathe"
may_override = ["admin"]

[groups]
lathe = ["gone"]
""",
    )
    assert any("“lathe”: nobody can be asked" in one for one in reach.warnings(drawn.vault, rules))
    with refused(RequirementsOpen, "nobody can be asked to read it: group lathe is no active"):
        drawn.release_drawing("THIRD")
    change = desk.listing(drawn.vault, "open")[0].change
    desk.override(drawn.vault, drawn.ada, "correct horse 7", change, "lathe", "they left")
    assert desk.release(drawn.vault, drawn.eli, change)[0].rev == "C"


def test_a_route_nobody_can_read_leaves_a_station_rule_open(drawn: Any) -> None:
    """It cannot be told whether the list is for the item: an error, which never passes."""
    from release import gate, orders
    from release.inquiry import Inquiry
    from release.rules import grammar
    from release.rules.example import DEFAULT

    rules = grammar.read(
        DEFAULT
        + """
[[distribution]]
name = "millers"
to = "role:operator"
when = { station = "mill-*" }
"""
    )
    drawn.check_in("10-0060", note__txt="Ready.")
    from release import desk

    change = desk.open_change(drawn.vault, drawn.eli, ["10-0060"], "first").order.change
    order = orders.load(drawn.vault, change).order
    inquiry = Inquiry(drawn.vault, rules)
    inquiry._stations = lambda _route: None  # type: ignore[method-assign]
    judged = gate.judged_by(inquiry, order)
    (finding,) = [one for one in judged.findings if one.requirement == "millers"]
    assert (finding.verdict, finding.passes) == ("error", False)
    assert "its route could not be read" in finding.reason
    assert judged.lists == {"10-0060": ()}
    (plain,) = [one for one in gate.judged_by(Inquiry(drawn.vault, rules), order).findings
                if one.requirement == "millers"]  # fmt: skip
    assert (plain.verdict, "the route names none" in plain.reason) == ("not applicable", True)
