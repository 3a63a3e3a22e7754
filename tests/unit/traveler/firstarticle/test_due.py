# SPDX-License-Identifier: AGPL-3.0-or-later
"""When a first article is due: new, a changed part, a changed making, a lapse; and who waives it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner

from traveler import skipping, stations
from traveler.errors import NoSuchJob
from traveler.firstarticle import desk, due, process, rules
from traveler.firstarticle.errors import (
    FullShowsAll,
    ReasonAsked,
    ReasonNotDue,
    ReasonWaived,
    WaiverNeedsReason,
)
from traveler.firstarticle.process import Answer, Made, Process
from traveler.nonconformance import closing, disposing, opening
from traveler.nonconformance.opening import Wanted
from traveler.quality import measurements, proof_desk
from traveler.quality.characteristics import Characteristic
from traveler.quality.errors import NoSuchBalloon, ProofNeedsRecord
from traveler.quality.measurements import Reading
from vault.cli import trunk
from vault.ledger import events
from vault.ledger.errors import RoleNeeded

WORD = "correct horse 7"
ROUTE = """
[[operation]]
seq = 10
station = "mill-1"
title = "Mill"
program = "O1001"
files = ["mill.nc"]

[[operation]]
seq = 20
station = "qc"
title = "Inspect"
"""
HEADS = "balloon,requirement,nominal,lower,upper,unit,gauge,operation\n"
PLAN = HEADS + "1,Bore,20,19.9,20.1,mm,Plug gauge,20\n2,Break edges,,,,note,,10\n"


# --- what differs, on values ------------------------------------------------

BORE = Characteristic("1", "Bore", "20", "19.9", "20.1", gauge="Plug gauge", operation="20")
EDGE = Characteristic("2", "Break edges", unit="note", operation="10")
MILL = Made(10, "Mill", "MILL", files={"mill.nc": "aa"}, told={"program": "O1001"})
COAT = Made(15, "Anodize", "OUT", vendor="Brightcoat")
LOOK = Made(20, "Inspect", "QC")
WAS = Process("J-1", "A", (MILL, COAT, LOOK), "6061-T6", (BORE, EDGE))


@pytest.mark.parametrize(
    ("now", "kind", "words", "balloons"),
    [
        (replace(WAS, steps=(replace(MILL, place="HAND"), COAT, LOOK)), "location",
         "step 10 Mill is made at HAND instead of MILL", ("1", "2")),
        (replace(WAS, steps=(MILL, replace(COAT, vendor="Other"), LOOK)), "source",
         "step 15 Anodize is done by Other instead of by Brightcoat", ("1",)),
        (replace(WAS, steps=(replace(MILL, vendor="Other"), COAT, LOOK)), "source",
         "step 10 Mill is done by Other instead of in the shop", ("1", "2")),
        (replace(WAS, steps=(replace(MILL, files={"mill.nc": "bb"}), COAT, LOOK)),
         "control program", "step 10 Mill: mill.nc is another one", ("1", "2")),
        (replace(WAS, steps=(replace(MILL, told={"program": "O2"}), COAT, LOOK)),
         "control program", "step 10 Mill: program O2 instead of O1001", ("1", "2")),
        (replace(WAS, steps=(replace(MILL, told={"program": "O1001", "fixture": "90-1"}), COAT, LOOK)),
         "tooling", "step 10 Mill: fixture 90-1 instead of nothing named", ("1", "2")),
        (replace(WAS, steps=(MILL, Made(12, "Deburr", "HAND"), COAT, LOOK)), "process",
         "step 12 Deburr is new", ("1",)),
        (replace(WAS, steps=(MILL, LOOK)), "process", "step 15 Anodize is not made any more", ("1",)),
        (replace(WAS, steps=(replace(COAT, seq=5), MILL, LOOK)), "process",
         "the steps come in another order: 5, 10, 20", ("1", "2")),
        (replace(WAS, material="7075-T6"), "material",
         "the material is 7075-T6 instead of 6061-T6", ("1", "2")),
        (replace(WAS, plan=(replace(BORE, gauge="CMM"), EDGE)), "inspection method",
         "balloon 1 is inspected with CMM instead of Plug gauge", ("1",)),
    ],
)  # fmt: skip
def test_every_change_of_the_making_is_named_with_what_it_can_have_touched(
    now: Process, kind: str, words: str, balloons: tuple[str, ...]
) -> None:
    """One reason each, in the standard's word; a step touches what is measured at it or after."""
    (found,) = process.changes([WAS], now)
    assert (found.kind, found.sentence, found.balloons) == (kind, words, balloons)


@pytest.mark.parametrize(
    "now",
    [
        WAS,
        replace(WAS, steps=(replace(MILL, seq=30), replace(COAT, seq=35), replace(LOOK, seq=40))),
        replace(WAS, steps=(replace(MILL, files={"mill.nc": "aa", "A.PDF": "x"}), COAT, LOOK)),
        replace(WAS, plan=(BORE, EDGE, Characteristic("3", "Slot", "6", "5.9", "6.1"))),
    ],
)
def test_what_is_no_change_of_the_making_asks_for_nothing(now: Process) -> None:
    """Steps that are only numbered anew, the drawing at a step, a new dimension: not the making."""
    assert process.changes([WAS], now) == ()


def test_what_an_earlier_first_article_was_made_by_was_inspected() -> None:
    """Back to the machine of the first: nothing new; to a third one: new, against the last."""
    moved = replace(WAS, steps=(replace(MILL, place="MILL-9"), COAT, LOOK))
    third = replace(WAS, steps=(replace(MILL, place="MILL-3"), COAT, LOOK))
    assert process.changes([WAS, moved], WAS) == ()
    (found,) = process.changes([WAS, moved], third)
    assert found.sentence == "step 10 Mill is made at MILL-3 instead of MILL-9"
    assert process.changes([], third) == ()


def test_a_step_of_another_name_under_the_same_number_is_told_as_one_change() -> None:
    """Neither lost nor told twice."""
    now = replace(WAS, steps=(MILL, replace(COAT, title="Chromate"), LOOK))
    (found,) = process.changes([WAS], now)
    assert found.sentence == "step 15 is Chromate instead of Anodize"


def test_an_action_touches_its_balloons_or_all() -> None:
    """What a nonconformance led to is a reason of its own."""
    one, other = process.answered([Answer("NC-0001", "new insert", ("1",)), Answer("NC-0002", "tray")],
                                  (BORE, EDGE))  # fmt: skip
    assert (one.sentence, one.balloons) == ("NC-0001 led to an action: new insert", ("1",))
    assert other.balloons == ("1", "2")


# --- on a shop ----------------------------------------------------------------


@pytest.fixture
def made(shop: Any) -> str:
    """Return a job of which a full first article is approved, before the next one."""
    stations.add(shop.vault, shop.pat, "mills")
    for code in ("mill-1", "mill-2"):
        stations.add(shop.vault, shop.pat, code, group="mills")
    shop.release("10-0042", route__toml=ROUTE, characteristics__csv=PLAN, mill__nc="G0")
    number = str(shop.job("J-1", 1))
    _approve(shop, number)
    shop.job("J-2", 1)
    return "J-2"


def _approve(shop: Any, job: str, scope: str = "full", **more: Any) -> str:
    readings = [Reading("1", "1", "20.0"), Reading("2", "1", "pass")]
    measurements.record(shop.vault, shop.quinn, job, 20, readings)
    one = desk.open_new(shop.vault, shop.quinn, job, scope, "as proposed", **more)
    desk.verify(shop.vault, shop.quinn, one.number, WORD)
    return desk.approve(shop.vault, shop.mchen, one.number, WORD).number


def _again(shop: Any, number: str, route: str = ROUTE, plan: str = PLAN, nc: str = "G0") -> None:
    shop.release("10-0042", route__toml=route, characteristics__csv=plan, mill__nc=nc)
    shop.job(number, 1)


def test_an_item_that_was_never_inspected_owes_a_full_one(shop: Any) -> None:
    """Without a baseline there is nothing a partial one could refer to; it can be waived too."""
    job = shop.job("J-1", 1)
    found = due.owed(shop.vault, job)
    assert (found.scope, found.baseline) == ("full", "")
    assert found.why == "nothing of this item was ever inspected as a first article"
    assert found.sentence == "a full one would answer it"
    done = due.waive(shop.vault, shop.quinn, job, "new", "the customer asks for none")
    assert done.open == ()
    assert due.owed(shop.vault, shop.job("J-9", 1)).open == ()


def test_the_same_making_owes_nothing_and_equal_machines_are_the_same(shop: Any, made: str) -> None:
    """A repeat job is quiet, also where its route names another machine of the group."""
    assert due.owed(shop.vault, made).reasons == ()
    _again(shop, "J-3", ROUTE.replace("mill-1", "mill-2"))
    found = due.owed(shop.vault, "J-3")
    assert [one.kind for one in found.reasons] == ["design"]
    assert found.sentence == "no characteristic differs from FA-0001, which was made for B"


def test_a_changed_route_proposes_a_partial_one_with_its_reasons(shop: Any, made: str) -> None:
    """Opening what is proposed confirms it; once approved nothing is due any more."""
    _again(shop, "J-3", ROUTE.replace("mill-1", "lathe-4").replace("O1001", "O1002"), nc="G1")
    found = due.owed(shop.vault, "J-3")
    assert [one.kind for one in found.open] == [
        "design", "location", "control program", "control program",
    ]  # fmt: skip
    assert "step 10 Mill is made at lathe-4 instead of mills" in found.why
    assert (found.scope, found.baseline, found.balloons) == ("partial", "FA-0001", ("1", "2"))
    assert [one.job for one in due.in_process(shop.vault)] == ["J-3"]
    _approve(shop, "J-3", found.scope, baseline=found.baseline, balloons=found.balloons)
    assert due.owed(shop.vault, "J-3").reasons == ()
    shop.job("J-4", 1)
    assert due.owed(shop.vault, "J-4").reasons == ()


def test_a_first_article_shows_what_it_says_it_shows(shop: Any, made: str) -> None:
    """A full one all of it; a partial one no balloon that is not there, which would be left out."""
    with pytest.raises(FullShowsAll):
        desk.open_new(shop.vault, shop.quinn, made, "full", "again", balloons=["1"])
    with pytest.raises(NoSuchBalloon, match="has no characteristic “99”; its plan has 1, 2"):
        desk.open_new(shop.vault, shop.quinn, made, "partial", "tool", baseline="FA-0001",
                      balloons=["1", "99"])  # fmt: skip
    assert desk.listing(shop.vault, made) == []


def test_a_first_article_under_way_is_named(shop: Any, made: str) -> None:
    """So that nobody opens a second one for the same reason."""
    _again(shop, "J-3", ROUTE.replace("mill-1", "lathe-4"))
    one = desk.open_new(shop.vault, shop.quinn, "J-3", "full", "another machine")
    assert due.owed(shop.vault, "J-3").under_way == (one.number,)
    desk.cancel(shop.vault, shop.quinn, one.number, "not needed")
    assert due.owed(shop.vault, "J-3").under_way == ()


def test_a_skipped_step_is_a_reason_and_a_corrective_action_may_be_one(
    shop: Any, made: str
) -> None:
    """The route is the same; what is left out of it is not.  What was changed since, a person weighs."""
    skipping.skip(shop.vault, shop.pat, made, 10, "made on the last job")
    opened = opening.open_new(shop.vault, shop.quinn, Wanted(
        made, "Bore tapered", 1, 20, balloons=["1"]))  # fmt: skip
    disposing.dispose(shop.vault, shop.quinn, opened.number, "scrap", "too far out")
    opening.explain(
        shop.vault, shop.quinn, opened.number, cause="worn", action="change at 50 pieces"
    )
    closing.close(shop.vault, shop.quinn, opened.number)
    found = due.owed(shop.vault, made)
    assert [(one.kind, one.balloons) for one in found.open] == [("process", ("1", "2"))]
    assert [(one.sentence, one.balloons) for one in found.perhaps] == [
        ("NC-0001 led to an action: change at 50 pieces", ("1",)),
    ]  # fmt: skip
    assert "NC-0001" not in found.why
    done = due.waive(shop.vault, shop.quinn, made, "action/NC-0001", "the same tool as before")
    assert done.perhaps == ()


def test_a_lapse_asks_for_a_full_one() -> None:
    """Two years from the later of approval and last making; on the day itself not yet."""
    earlier = [rules.Earlier("FA-0001", "A", "2024-03-01T10:00:00Z")]
    assert rules.due("A", earlier, "", "2026-03-01") == ()
    (found,) = rules.due("A", earlier, "", "2026-03-02")
    assert (found.kind, found.whole) == ("lapse", True)
    assert rules.due("A", earlier, "2025-01-01", "2026-03-02") == ()


def test_who_sets_a_reason_aside_says_why_and_it_is_not_asked_on_further_jobs(
    shop: Any, made: str
) -> None:
    """On record in the ledger, with name and job; asked again with a reason too."""
    _again(shop, "J-3", ROUTE.replace("mill-1", "lathe-4"))
    design, place = due.owed(shop.vault, "J-3").open
    with pytest.raises(RoleNeeded):
        due.waive(shop.vault, shop.otto, "J-3", place.ref, "no")
    with pytest.raises(WaiverNeedsReason):
        due.waive(shop.vault, shop.quinn, "J-3", place.ref, "  ")
    with pytest.raises(ReasonNotDue, match="No first article is due on J-3 for “place/other”"):
        due.waive(shop.vault, shop.quinn, "J-3", "place/other", "why not")
    with pytest.raises(ReasonAsked):
        due.ask(shop.vault, shop.quinn, "J-3", place.ref, "why not")
    assert due.waive(shop.vault, shop.quinn, "J-3", place.ref, "same spindle").open == (design,)
    with pytest.raises(ReasonWaived, match="by quinn on J-3"):
        due.waive(shop.vault, shop.quinn, "J-3", place.ref, "again")
    assert due.waive(shop.vault, shop.quinn, "J-3", design.ref, "text only").why == ""
    shop.job("J-4", 1)
    assert due.owed(shop.vault, "J-4").open == ()
    assert due.in_process(shop.vault) == ()
    assert due.ask(shop.vault, shop.quinn, "J-4", place.ref, "spindle rebuilt").open == (place,)
    assert due.owed(shop.vault, "J-4").open == (place,)
    assert [one.kind for one in events.of(shop.vault.ledger, "job/J-3")][-2:] == [
        "first_article.waived", "first_article.waived",
    ]  # fmt: skip
    assert list(events.verify(shop.vault.ledger)) == []


def test_the_command_line_names_each_reason_and_waives_it(shop: Any, made: str) -> None:
    """With JSON, with and without a job."""

    def call(*words: str) -> Any:
        done = CliRunner().invoke(
            trunk(), ["--vault", str(shop.vault.root), "--as", "quinn", "fai", *words],
            catch_exceptions=False,
        )  # fmt: skip
        assert done.exit_code == 0, done.output
        return json.loads(done.output) if "--json" in words else done.output

    assert "No first article is due on any job in process." in call("due")
    plan = PLAN.replace("19.9,20.1", "19.95,20.05")
    _again(shop, "J-3", plan=plan)
    told = call("due", "J-3", "--json")
    assert told["partial"] == {"baseline": "FA-0001", "balloons": ["1"]}
    said = call("due", "J-3")
    assert "A partial one with baseline FA-0001 (B) would show balloon 1." in said
    assert "revision/C: design" in said
    assert [one["job"] for one in call("due", "--json")] == ["J-3"]
    assert "J-3" in call("due")
    assert "set aside by quinn on J-3: agreed" in call("waive", "J-3", "revision/C", "-m", "agreed")
    assert call("ask", "J-3", "REVISION/c", "-m", "taken back", "--json")["due"]


def test_a_job_that_is_not_there_is_named(shop: Any) -> None:
    """Nothing is judged that is not there."""
    with pytest.raises(NoSuchJob):
        due.owed(shop.vault, "J-77")


def test_a_first_article_that_is_asked_as_proof_is_answered_by_an_approved_one_alone(
    shop: Any, made: str
) -> None:
    """Of the revision, on whichever job; nobody's word does, and a draft or another revision not."""
    proof_desk.ask(shop.vault, shop.quinn, "FAI", before="shipping", job=made, why="AS9102")
    (line,) = proof_desk.show(shop.vault, made).have
    assert line.sentence == "first article before shipping: given by mchen"
    assert line.given[0].words == "FA-0001"
    _again(shop, "J-3", ROUTE.replace("mill-1", "lathe-4"))
    proof_desk.ask(shop.vault, shop.quinn, "first article", before="shipping", job="J-3", why="x")
    with pytest.raises(
        ProofNeedsRecord, match="`titleblock fai open J-3` and a second person's approval"
    ):
        proof_desk.vouch(shop.vault, shop.quinn, "J-3", "first article")
    assert [str(one.required.kind) for one in proof_desk.show(shop.vault, "J-3").missing] == [
        "first article",
    ]  # fmt: skip
    found = due.owed(shop.vault, "J-3")
    _approve(shop, "J-3", found.scope, baseline=found.baseline, balloons=found.balloons)
    assert proof_desk.show(shop.vault, "J-3").missing == ()
