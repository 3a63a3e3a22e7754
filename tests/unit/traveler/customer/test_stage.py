# SPDX-License-Identifier: AGPL-3.0-or-later
"""How far an order is, in words: shipped in parts and whole, ended early, and when no day is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from release.rules.customer import Customers
from traveler.customer import facts
from traveler.customer.knowing import Known
from traveler.customer.stage import PROVED, stage
from traveler.customer.wording import day_words
from traveler.job_records import Job
from traveler.operation_records import Operation
from traveler.shipping.records import Shipment
from traveler.shipping.rules import Facts
from traveler.views import Dates

JOB = Job("J-1", "10-0042", "A", "Bracket", 6, "2026-12-04", "Halvard", "PO 1", "released", "", "",
          "2026-11-20T08:00:00Z", None)  # fmt: skip
TODAY = "2026-12-01"


def step(seq: int, state: str, good: int = 0, finished: str = "") -> Operation:
    """Return an operation of a route, as far as it is."""
    return Operation(seq, "J-1", seq, "mill-2", f"Mill {seq}", 5, 1, "", (), (), False, state, good, 0,
                     "2026-11-30T08:00:00Z" if state != "waiting" else None, finished or None)  # fmt: skip


def sent(qty: int, at: str = "2026-11-30T15:00:00Z", state: str = "shipped") -> Shipment:
    """Return a shipment that left."""
    told = Facts(qty, carrier="UPS", tracking="1Z <9>", shipped_at=at)
    return Shipment(1, "J-1", state, 2, at, "pat", told)


def known(*operations: Operation, job: Job = JOB, **more: Any) -> Known:
    """Return what is known of an order, with a forecast that could be told."""
    dates = Dates("2026-12-02T08:00", "2026-12-03T15:00", "on time", "MILL-2 is free")
    told = {"blockers": (), "packets": (), "shipments": (), "rules": Customers(forecast=True),
            "dates": dates, **more}  # fmt: skip
    return Known(job, operations, today=TODAY, **told)


DONE = step(10, "done", 6, "2026-11-30T09:00:00Z"), step(20, "done", 6, "2026-11-30T10:00:00Z")
HALF = step(10, "done", 6, "2026-11-30T09:00:00Z"), step(20, "running", 2)


@pytest.mark.parametrize(
    ("one", "name", "sentence"),
    [
        (known(*DONE, shipments=(sent(6),)), "Shipped", "All 6 pieces are on their way."),
        (known(*DONE, shipments=(sent(4, state="received"), sent(2))), "Shipped",
         "All 6 pieces left, and 4 of them arrived."),
        (known(*DONE, shipments=(sent(6, state="received"),)), "Shipped", "All 6 pieces arrived."),
        (known(*HALF, shipments=(sent(2, state="received"),)), "In work",
         "Step 2 of 2: Mill 20. 2 pieces left, and 2 of them arrived."),
        (known(*DONE, shipments=(sent(4),)), "Made",
         "All steps are done; what proves the parts is being put together. 4 of 6 pieces are on their way."),
        (known(*HALF, shipments=(sent(2),)), "In work", "Step 2 of 2: Mill 20. 2 pieces are on their way."),
        (known(*HALF, rules=Customers(steps=False)), "In work", "Step 2 of 2."),
        (known(*HALF, job=replace(JOB, state="cancelled")), "In work",
         "The order was cancelled; ask the shop if that surprises you."),
        (known(*HALF, job=replace(JOB, state="closed")), "Made", "The shop has closed the order."),
        (known(*HALF, job=replace(JOB, state="held")), "In work",
         "Step 2 of 2: Mill 20. Work is on hold at the moment."),
    ],
)  # fmt: skip
def test_the_stage_says_what_left_and_what_ended(one: Known, name: str, sentence: str) -> None:
    """One sentence, and the place in the bar that goes with it."""
    assert (one.stage.name, one.stage.sentence) == (name, sentence)


def test_shipped_without_a_packet_is_not_shown_as_proved() -> None:
    """The bar leaves that place empty: nobody proved it."""
    left = known(*DONE, shipments=(sent(6),)).stage
    assert [left.tone(place) for place in range(5)] == ["past", "past", "past", "", "now"]
    proved = stage(JOB, DONE, [], proved=True, made=6, gone=6)
    assert proved.tone(PROVED) == "past"


@pytest.mark.parametrize(
    "one",
    [known(*DONE), known(*DONE, shipments=(sent(6),)), known(*HALF, job=replace(JOB, state="closed")),
     known(*HALF, job=replace(JOB, state="cancelled"))],
)  # fmt: skip
def test_no_day_is_expected_of_what_is_over(one: Known) -> None:
    """Done, shipped, closed or cancelled: nothing more is expected, and no fact speaks of a day."""
    assert one.forecast(allowed=True) == ("", "")
    assert not [fact for fact in facts.standing(one, dates=True) if fact.kind == "forecast"]


def test_facts_are_the_customers_and_in_the_order_they_happened() -> None:
    """What was finished, what left, what is next; never a station, a name or a reason of the shop."""
    one = known(*HALF, shipments=(sent(2),))
    said = [fact.words for fact in facts.happened(one, "2026-11-30T09:30:00Z")]
    assert said == ["2 pieces left yesterday with UPS, tracking 1Z <9>."]
    first = next(fact.words for fact in facts.happened(one, ""))
    assert first == "Step 10 (Mill 10) was finished yesterday."
    standing = [fact.words for fact in facts.standing(one, dates=True)]
    assert standing == [
        "Step 20 (Mill 20) is being worked on.",
        "We expect all of it to be done on Thursday 3 December. That is in time for Friday 4 December.",
    ]
    assert "MILL-2" not in repr(standing)
    assert [fact.kind for fact in facts.standing(one, dates=False)] == ["step"]


def test_a_mark_changes_with_any_fact() -> None:
    """The draft that was read is the one that is sent."""
    one = known(*HALF)
    before = facts.mark(facts.standing(one, dates=True))
    assert before == facts.mark(facts.standing(one, dates=True))
    assert before != facts.mark(facts.standing(replace(one, today="2026-12-02"), dates=True)[:1])
    assert before != facts.mark(facts.standing(known(*DONE), dates=True))


@pytest.mark.parametrize(
    ("day", "words"),
    [("2026-11-30", "yesterday"), ("2026-12-01", "today"), ("2026-12-02", "tomorrow"),
     ("2026-12-03", "Thursday 3 December"), ("2027-01-01", "Friday 1 January 2027")],
)  # fmt: skip
def test_days_are_said_as_people_say_them(day: str, words: str) -> None:
    """Near ones by name, others with weekday and date, another year with its number."""
    assert day_words(day, TODAY) == words
