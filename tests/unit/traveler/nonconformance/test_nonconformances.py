# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nonconformances: the lifecycle is one table, the owner signs, and what must wait waits."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from traveler import jobs, lifecycle
from traveler.blockers import handling
from traveler.blockers.errors import BlockerFollows
from traveler.errors import JobCannot, NoSuchJob, NoSuchOperation, OperationBlocked
from traveler.floor import starting, stopping
from traveler.nonconformance import closing, disposing, filing, opening, records, rules
from traveler.nonconformance import views as nc_views
from traveler.nonconformance.disposing import Rework
from traveler.nonconformance.errors import (
    BadHold,
    DispositionNeedsReason,
    NonconformanceCannot,
    NonconformanceMoved,
    NonconformanceOpen,
    NoReworkHere,
    NoSuchDisposition,
    NoSuchNonconformance,
    NotExplained,
    NotTheirDisposition,
    ReworkNeedsOperation,
    ReworkNeedsSteps,
    ReworkUndone,
    TooManyNonconforming,
)
from traveler.nonconformance.opening import Wanted
from traveler.nonconformance.rules import NONCONFORMANCE, Facts
from traveler.route import Step
from vault.ledger import events
from vault.ledger.errors import RoleNeeded, WrongPassword

WORD = "correct horse 7"
FACTS = Facts(1, "too deep")


def _opened(shop: Any, **more: Any) -> records.Nonconformance:
    shop.job("J-1")
    starting.start(shop.vault, shop.otto, "J-1", 10)
    return opening.open_new(shop.vault, shop.otto, Wanted("J-1", "cut too short", 2, 10, **more))


@pytest.mark.parametrize("state", lifecycle.states(NONCONFORMANCE))
@pytest.mark.parametrize("deed", sorted({deed for _, deed in NONCONFORMANCE}))
def test_what_is_not_in_the_table_is_refused(state: str, deed: str) -> None:
    """Every pair of state and act is walked."""
    one = records.Nonconformance(1, "J-1", 10, 1, "10-0042", "A", "", "", state, 1, "", "", FACTS)
    if (state, deed) in NONCONFORMANCE:
        assert filing.allowed(one, deed) == NONCONFORMANCE[state, deed]
        return
    with pytest.raises(NonconformanceCannot, match=f"NC-0001 is {state}"):
        filing.allowed(one, deed)


@pytest.mark.parametrize(
    ("pieces", "qty", "taken"),
    [
        ("", 2, (1, 2)), ("3", 1, (1,)), ("P3, 7", 1, (2,)), ("3;7", 2, (1, 2)),
        ("red tray", 2, ()), ("9", 2, ()), ("", 1, ()), ("3 7", 1, ()),
    ],
)  # fmt: skip
def test_who_names_balloons_means_the_results_out_of_tolerance(
    pieces: str, qty: int, taken: tuple[int, ...]
) -> None:
    """Those of the pieces named, or all where none is; never of others, nor of more than reported."""
    found = [(1, "2a", "3"), (2, "2A", "7"), (4, "9", "3")]
    assert rules.meant(found, ["2A"], pieces, qty) == taken
    assert rules.meant(found, ["5"], pieces, qty) == ()


def test_what_does_not_conform_holds_the_steps_after_it(shop: Any) -> None:
    """The blocker names it, nobody resolves it by hand, and it closes by itself."""
    one = _opened(shop)
    assert (one.number, one.facts.place) == ("NC-0001", "saw-1, step 10")
    stopping.finish(shop.vault, shop.otto, "J-1", 10)
    with pytest.raises(OperationBlocked, match="NC-0001: cut too short"):
        starting.start(shop.vault, shop.otto, "J-1", 20)
    (held,) = nc_views.show(shop.vault, one.number).blockers
    with pytest.raises(BlockerFollows, match="closes with it"):
        handling.resolve(shop.vault, shop.pat, held, "gone")
    disposing.dispose(shop.vault, shop.quinn, one.number, "scrap", "no stock left")
    with pytest.raises(OperationBlocked):
        starting.start(shop.vault, shop.otto, "J-1", 20)
    opening.explain(shop.vault, shop.quinn, one.number, cause="stop slipped", action="stop pinned")
    closed = closing.close(shop.vault, shop.quinn, one.number)
    assert (closed.state, nc_views.show(shop.vault, one.number).blockers) == ("closed", ())
    assert starting.start(shop.vault, shop.otto, "J-1", 20).state == "running"
    assert list(events.verify(shop.vault.ledger)) == []


def test_rework_goes_into_the_job_and_has_to_be_done(shop: Any) -> None:
    """Its steps become operations; the nonconformance closes only behind them."""
    one = _opened(shop)
    work = Rework([Step(1, "bench", "Weld on and recut")], repeat=[10])
    done = disposing.dispose(shop.vault, shop.quinn, one.number, "rework", "can be saved", work)
    steps = {
        seq: (title, state) for seq, title, state in nc_views.show(shop.vault, one.number).steps
    }
    assert tuple(steps) == done.facts.rework
    assert [title for title, _ in steps.values()] == ["Weld on and recut", "Cut bar (again)"]
    assert nc_views.show(shop.vault, one.number).blockers == ()
    opening.explain(shop.vault, shop.quinn, one.number, cause="stop slipped", action="stop pinned")
    with pytest.raises(ReworkUndone, match="Weld on and recut"):
        closing.close(shop.vault, shop.quinn, one.number)
    with pytest.raises(ReworkUndone):
        disposing.reconsider(shop.vault, shop.quinn, one.number, "scrap them")
    for seq in done.facts.rework:
        starting.start(shop.vault, shop.otto, "J-1", seq)
        stopping.finish(shop.vault, shop.otto, "J-1", seq)
    assert closing.close(shop.vault, shop.quinn, one.number).state == "closed"
    assert "nonconformance.close" in [one.kind for one in jobs.history(shop.vault, "J-1")]


def test_use_as_is_takes_the_approval_owner_with_the_password(shop: Any) -> None:
    """Quality only proposes it; another approver cannot sign, and a wrong password does not."""
    one = _opened(shop)
    done = disposing.dispose(
        shop.vault, shop.quinn, one.number, "use-as-is", "edge is machined off"
    )
    assert (done.state, done.facts.approved_by) == ("proposed", "")
    with pytest.raises(NotTheirDisposition, match="mchen, who owns the approval of 10-0042"):
        disposing.approve(shop.vault, shop.quinn, one.number, WORD)
    with pytest.raises(WrongPassword):
        disposing.approve(shop.vault, shop.mchen, one.number, "guess")
    signed = disposing.approve(shop.vault, shop.mchen, one.number, WORD, "measured myself")
    assert (signed.state, signed.facts.approved_by) == ("disposed", "mchen")


def test_the_approval_owner_decides_alone(shop: Any) -> None:
    """With the password use as is holds at once; without it, it waits like any other proposal."""
    one = _opened(shop)
    signed = disposing.dispose(
        shop.vault, shop.mchen, one.number, "use as is", "no function there", password=WORD
    )
    assert (signed.state, signed.facts.disposed_by, signed.facts.approved_by) == (
        "disposed", "mchen", "mchen",
    )  # fmt: skip


def test_a_proposal_can_be_turned_down_and_falls_with_a_correction(shop: Any) -> None:
    """What was judged changed, so nothing that was decided holds."""
    one = _opened(shop)
    disposing.dispose(shop.vault, shop.quinn, one.number, "use as is", "fine")
    turned = disposing.refuse(shop.vault, shop.mchen, one.number, "not fine")
    assert (turned.state, turned.facts.disposition) == ("open", "")
    disposing.dispose(shop.vault, shop.quinn, one.number, "use as is", "fine")
    fixed = opening.correct(shop.vault, shop.quinn, one.number, "counted again", qty=3)
    assert (fixed.state, fixed.facts.qty, fixed.facts.disposition) == ("open", 3, "")


def test_repair_signed_by_the_owner_puts_its_steps_into_the_job(shop: Any) -> None:
    """Nothing is inserted while it is only proposed."""
    one = _opened(shop)
    work = Rework([Step(1, "bench", "Weld on")])
    waits = disposing.dispose(shop.vault, shop.quinn, one.number, "repair", "weld", work)
    assert (waits.state, waits.facts.rework) == ("proposed", ())
    signed = disposing.approve(shop.vault, shop.mchen, one.number, WORD)
    assert len(signed.facts.rework) == 1


def test_a_deputy_signs_for_the_owner(shop: Any) -> None:
    """Whom the rules name as deputy may, and nobody else."""
    from release import rulebook

    one = _opened(shop)
    disposing.dispose(shop.vault, shop.quinn, one.number, "use as is", "fine")
    text, _blob = rulebook.text(shop.vault)
    rulebook.edit(shop.vault, shop.ada, text + '\n[deputies]\nmchen = ["quinn"]\n')
    assert disposing.approve(shop.vault, shop.quinn, one.number, WORD).facts.approved_by == "quinn"


def test_it_closes_with_cause_and_action_only(shop: Any) -> None:
    """And an operator neither disposes nor closes."""
    one = _opened(shop)
    with pytest.raises(RoleNeeded):
        disposing.dispose(shop.vault, shop.otto, one.number, "scrap", "bad")
    disposing.dispose(shop.vault, shop.quinn, one.number, "scrap", "bad")
    with pytest.raises(RoleNeeded):
        closing.close(shop.vault, shop.otto, one.number)
    with pytest.raises(NotExplained, match="its cause and its action"):
        closing.close(shop.vault, shop.quinn, one.number)
    opening.explain(shop.vault, shop.otto, one.number, cause="slipped")
    with pytest.raises(NotExplained, match="without its action"):
        closing.close(shop.vault, shop.quinn, one.number)


def test_nothing_leaves_while_one_is_open(shop: Any) -> None:
    """The gate of shipping names it, and is silent once it is closed; reopening shuts it again."""
    one = _opened(shop, holds="nothing")
    assert nc_views.show(shop.vault, one.number).blockers == ()
    with shop.vault.ledger.reading() as connection:
        refusal = nc_views.refusal(connection, "J-1", "Shipping job J-1")
    assert isinstance(refusal, NonconformanceOpen)
    assert "Shipping job J-1 waits for NC-0001" in str(refusal)
    disposing.dispose(shop.vault, shop.quinn, one.number, "return", "supplier's fault")
    opening.explain(shop.vault, shop.quinn, one.number, cause="bad bar", action="new mill")
    closing.close(shop.vault, shop.quinn, one.number)
    with shop.vault.ledger.reading() as connection:
        assert nc_views.refusal(connection, "J-1", "Shipping job J-1") is None
    assert closing.reopen(shop.vault, shop.otto, one.number, "again").state == "open"


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        (Wanted("J-9", "bad"), NoSuchJob),
        (Wanted("J-1", "bad", 1, 99), NoSuchOperation),
        (Wanted("J-1", "bad", 6), TooManyNonconforming),
        (Wanted("J-1", "bad", holds="maybe"), BadHold),
        (Wanted("J-2", "bad"), JobCannot),
    ],
)
def test_one_that_cannot_be_is_refused(shop: Any, wanted: Wanted, refusal: type[Exception]) -> None:
    """Each in one sentence, and nothing is written."""
    shop.job("J-1")
    shop.job("J-2", released=False)
    before = events.head(shop.vault.ledger)
    with pytest.raises(refusal):
        opening.open_new(shop.vault, shop.otto, wanted)
    assert events.head(shop.vault.ledger) == before


def test_a_disposition_that_cannot_be_is_refused(shop: Any) -> None:
    """Unknown, without reason, rework without steps, steps without rework, or none to start from."""
    number = _opened(shop).number
    call = disposing.dispose
    with pytest.raises(NoSuchDisposition):
        call(shop.vault, shop.quinn, number, "hide", "why")
    with pytest.raises(DispositionNeedsReason):
        call(shop.vault, shop.quinn, number, "scrap", "  ")
    with pytest.raises(ReworkNeedsSteps):
        call(shop.vault, shop.quinn, number, "rework", "why")
    with pytest.raises(NoReworkHere):
        call(shop.vault, shop.quinn, number, "scrap", "why", Rework([Step(1, "bench", "x")]))
    with pytest.raises(NonconformanceMoved):
        call(shop.vault, shop.quinn, number, "scrap", "why", seen=7)
    with pytest.raises(NoSuchNonconformance):
        call(shop.vault, shop.quinn, "NC-0099", "scrap", "why")
    other = opening.open_new(shop.vault, shop.otto, Wanted("J-1", "somewhere", 1))
    with pytest.raises(ReworkNeedsOperation):
        call(shop.vault, shop.quinn, other.number, "rework", "why", Rework([Step(1, "bench", "x")]))


def test_results_out_of_tolerance_propose_one(shop: Any) -> None:
    """Until one names them; a corrected result proposes nothing any more."""
    from traveler.quality import measurements

    listed = "balloon,requirement,nominal,lower,upper,unit,gauge\n1,Bore,20,19.9,20.1,mm,\n"
    shop.release("10-0042", characteristics__csv=listed)
    shop.job("J-1")
    readings = [measurements.Reading("1", "1", "20.2"), measurements.Reading("1", "2", "20.0")]
    measurements.record(shop.vault, shop.otto, "J-1", 40, readings)
    (found,) = nc_views.proposed(shop.vault, "J-1")
    assert (found.balloon, found.piece, found.text) == ("1", "1", "20.2")
    opening.open_new(shop.vault, shop.otto, Wanted("J-1", "bore", 1, 40, results=[found.id]))
    assert nc_views.proposed(shop.vault, "J-1") == []
    again = [measurements.Reading("1", "3", "20.3"), measurements.Reading("1", "4", "19")]
    measurements.record(shop.vault, shop.otto, "J-1", 40, again)
    both = opening.open_new(shop.vault, shop.otto, Wanted("J-1", "x", 2, 40, balloons=["1"]))
    assert len(both.facts.results) == 2
    assert nc_views.proposed(shop.vault, "J-1") == []


def test_one_is_told_once_however_often_it_is_sent(shop: Any) -> None:
    """The same key leaves one."""
    shop.job("J-1")
    wanted = Wanted("J-1", "scratch")
    first = opening.open_new(shop.vault, shop.otto, wanted, idempotency_key="n" * 26)
    again = opening.open_new(shop.vault, shop.otto, wanted, idempotency_key="n" * 26)
    assert first.number == again.number
    assert len(nc_views.listing(shop.vault)) == 1


def test_the_command_line_opens_disposes_and_closes(shop: Any) -> None:
    """With the verbs the interface names."""
    from vault.cli import trunk

    shop.job("J-1")

    def run(who: str, *words: str, stdin: str = "") -> Any:
        given = ["--vault", str(shop.vault.root), "--as", who, "nc", *words, "--json"]
        done = CliRunner().invoke(trunk(), given, input=stdin)
        if done.exception is not None:
            raise done.exception
        return json.loads(done.output)

    assert run("otto", "open", "J-1", "--op", "10", "-m", "burr", "--qty", "2")["state"] == "open"
    waits = run("quinn", "dispose", "NC-0001", "use-as-is", "-m", "not seen")
    assert waits["state"] == "proposed"
    run("mchen", "approve", "NC-0001", "--password-stdin", stdin=f"{WORD}\n")
    run("quinn", "explain", "NC-0001", "--cause", "dull tool", "--action", "tool life set")
    assert run("quinn", "close", "NC-0001")["approved_by"] == "mchen"
    assert run("quinn", "list") == []
    assert [one["act"] for one in run("quinn", "show", "NC-0001")["history"]] == [
        "open", "propose", "approve", "explain", "close",
    ]  # fmt: skip


def test_of_a_job_given_up_only_what_was_made_can_be_wrong(shop: Any) -> None:
    """It holds nothing back, since nothing waits; where nothing was made a note is the way."""
    for number in ("J-1", "J-2"):
        shop.job(number)
    starting.start(shop.vault, shop.otto, "J-1", 10)
    for number in ("J-1", "J-2"):
        jobs.cancel(shop.vault, shop.pat, number, "order withdrawn")
    with pytest.raises(JobCannot, match="nothing was made of it; what others should know goes"):
        opening.open_new(shop.vault, shop.otto, Wanted("J-2", "bent", 1, 10))
    made = opening.open_new(shop.vault, shop.otto, Wanted("J-1", "bent", 1, 10))
    assert made.state == "open"
    assert not jobs.show(shop.vault, "J-1").ground.blockers
