# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proof on a real ledger: the gate of a finish, vouching, waiving, asking, and taking back."""

from __future__ import annotations

from typing import Any

import pytest

from traveler import jobs, sheet
from traveler.errors import NoReason, NoSuchJob, NoSuchOperation, OutsideTraveler, ProofOwed
from traveler.floor import starting, stopping
from traveler.quality import proof_desk
from traveler.quality.errors import (
    BadProofKind,
    BadProofMoment,
    NoSuchDemand,
    NoSuchWaiver,
    NoSuchWord,
    OwnWorkInspected,
    ProofNeedsRecord,
    ProofNotOwed,
    ProofOfWhom,
    ProofThere,
)
from vault.codes import parse_qr
from vault.ledger import events
from vault.ledger.errors import RoleNeeded

ROUTE = """
[[operation]]
seq = 10
station = "mill"
title = "Mill"
proof = ["first piece"]

[[operation]]
seq = 20
station = "qc"
title = "Inspect"
proof = ["inspector", "certificate before shipping"]
"""

MEASURED = """
[[operation]]
seq = 10
station = "qc"
title = "Inspect"
proof = ["measurement", "note"]
"""


@pytest.fixture
def job(shop: Any) -> str:
    """Return a job whose steps owe somebody's word."""
    shop.release("10-0042", route__toml=ROUTE)
    return str(shop.job("J-9", customer="Halvard Robotics"))


def test_a_step_that_owes_proof_cannot_be_finished(shop: Any, job: str) -> None:
    """The refusal names what is owed and how to give it; pausing is never refused; then it goes."""
    starting.start(shop.vault, shop.otto, job, 10)
    with pytest.raises(ProofOwed) as refusal:
        stopping.finish(shop.vault, shop.otto, job, 10)
    assert "owes proof before it can be finished: first piece at step 10" in str(refusal.value)
    assert f'with `titleblock proof give {job} "first piece" --op 10`.' in str(refusal.value)
    assert jobs.show(shop.vault, job).operations[0].acts == ("pause",)
    stopping.pause(shop.vault, shop.otto, job, 10)
    starting.start(shop.vault, shop.otto, job, 10)
    given = proof_desk.vouch(shop.vault, shop.otto, job, "First Piece", seq=10, said="bore 21.01")
    assert (given.kind, given.seq, given.words) == ("first piece", 10, "bore 21.01")
    assert stopping.finish(shop.vault, shop.otto, job, 10).state == "done"


def test_what_a_job_owes_is_told_everywhere(shop: Any, job: str) -> None:
    """Job, floor page, board and JSON say the same of it."""
    view = jobs.show(shop.vault, job)
    told = view.as_json()
    assert [one["kind"] for one in told["proof"]["missing"]] == [
        "first piece", "inspector", "certificate",
    ]  # fmt: skip
    assert told["operations"][0]["owes"] == ["first piece"]
    owed = {one.operation.seq: one.proof.missing for one in view.operations}
    assert {seq: [one.required.kind for one in missing] for seq, missing in owed.items()} == {
        10: ["first piece"], 20: ["inspector", "certificate"],
    }  # fmt: skip


def test_an_inspector_is_of_quality_and_did_not_do_the_step(shop: Any, job: str) -> None:
    """An operator cannot inspect, and quality cannot inspect its own work."""
    with pytest.raises(RoleNeeded):
        proof_desk.vouch(shop.vault, shop.otto, job, "inspector", seq=20)
    proof_desk.vouch(shop.vault, shop.otto, job, "first piece")
    starting.start(shop.vault, shop.otto, job, 10)
    stopping.finish(shop.vault, shop.otto, job, 10)
    starting.start(shop.vault, shop.quinn, job, 20)
    with pytest.raises(OwnWorkInspected, match="somebody else of quality"):
        proof_desk.vouch(shop.vault, shop.quinn, job, "inspector", seq=20)
    with pytest.raises(ProofOwed):
        stopping.finish(shop.vault, shop.quinn, job, 20)


def test_a_word_is_given_once_however_often_it_is_sent(shop: Any, job: str) -> None:
    """The same key leaves one record, and what is taken back is owed again."""
    for _ in range(2):
        proof_desk.vouch(shop.vault, shop.otto, job, "first piece", idempotency_key="k" * 26)
    (line,) = proof_desk.show(shop.vault, job).have
    assert len(line.given) == 1
    number = int(line.given[0].ref.partition("/")[2])
    with pytest.raises(RoleNeeded):
        proof_desk.take_back(shop.vault, shop.otto, number, "wrong part")
    proof_desk.take_back(shop.vault, shop.quinn, number, "wrong part")
    assert proof_desk.show(shop.vault, job).have == ()
    with pytest.raises(NoSuchWord):
        proof_desk.take_back(shop.vault, shop.quinn, number, "again")


def test_nobodys_word_stands_for_a_file_or_a_result(shop: Any, job: str, refused: Any) -> None:
    """A certificate is a paper and a measurement a number."""
    with refused(ProofNeedsRecord, f"titleblock evidence add {job}"):
        proof_desk.vouch(shop.vault, shop.quinn, job, "certificate")
    shop.job("J-1")
    with refused(ProofNotOwed, "owes no measurement at step 10"):
        proof_desk.vouch(shop.vault, shop.quinn, "J-1", "measurements", seq=10)


def test_another_papers_step_is_not_vouched_for(shop: Any, job: str, tmp_path: Any) -> None:
    """A code of step 20 opens nothing at step 10."""
    printed = sheet.print_traveler(shop.vault, shop.pat, job, tmp_path / "t.pdf")
    codes = {seq: parse_qr(address)[1] for seq, address in printed.addresses}
    with pytest.raises(OutsideTraveler):
        proof_desk.vouch(shop.vault, shop.otto, job, "first piece", seq=10, token=codes[20])
    proof_desk.vouch(shop.vault, shop.otto, job, "first piece", seq=10, token=codes[10])


def test_a_waiver_is_by_whom_the_rules_let_and_stays(shop: Any, job: str) -> None:
    """Quality waives with a reason; it is on the job and in its history, and can be withdrawn."""
    with pytest.raises(RoleNeeded):
        proof_desk.waive(shop.vault, shop.otto, job, "first piece", "no time")
    with pytest.raises(NoReason):
        proof_desk.waive(shop.vault, shop.quinn, job, "first piece", "  ")
    made = proof_desk.waive(shop.vault, shop.quinn, job, "first piece", "repeat of J-2041", seq=10)
    (line,) = proof_desk.show(shop.vault, job).waived
    assert line.sentence == "first piece at step 10: waived by quinn (repeat of J-2041)"
    with pytest.raises(ProofThere):
        proof_desk.waive(shop.vault, shop.quinn, job, "first piece", "twice")
    starting.start(shop.vault, shop.otto, job, 10)
    proof_desk.withdraw(shop.vault, shop.quinn, made.id, "was another fixture")
    with pytest.raises(ProofOwed):
        stopping.finish(shop.vault, shop.otto, job, 10)
    with pytest.raises(NoSuchWaiver):
        proof_desk.withdraw(shop.vault, shop.quinn, made.id, "again")
    kinds = [one.kind for one in jobs.history(shop.vault, job)]
    assert {"proof.waived", "proof.waiver_withdrawn"} <= set(kinds)
    assert list(events.verify(shop.vault.ledger)) == []


def test_the_rules_say_who_may_waive(shop: Any, job: str) -> None:
    """A shop that lets its planner waive says so in the rules, and only then he may."""
    from release import rulebook

    with pytest.raises(RoleNeeded):
        proof_desk.waive(shop.vault, shop.pat, job, "first piece", "repeat")
    text, _blob = rulebook.text(shop.vault)
    rulebook.edit(shop.vault, shop.ada, text + '\n[quality]\nmay_waive = ["planner"]\n')
    proof_desk.waive(shop.vault, shop.pat, job, "first piece", "repeat")
    with pytest.raises(RoleNeeded):
        proof_desk.waive(shop.vault, shop.quinn, job, "inspector", "no")


def test_a_customer_asks_for_more_than_the_route(shop: Any, job: str) -> None:
    """It is owed by every job of that customer, whatever the case, and by no other."""
    asked = proof_desk.ask(shop.vault, shop.quinn, "photo", customer="HALVARD Robotics", why="PO")
    photo = next(one for one in proof_desk.show(shop.vault, job).missing
                 if one.required.kind == "photo")  # fmt: skip
    assert (photo.required.seq, photo.required.source) == (20, "customer")
    shop.job("J-10", customer="Orrin")
    assert "photo" not in [one.required.kind for one in proof_desk.show(shop.vault, "J-10").lines]
    proof_desk.ask(shop.vault, shop.pat, "kit list", job="J-10", before="packet")
    assert [one.kind for one in proof_desk.demands(shop.vault, job="J-10")] == ["kit list"]
    proof_desk.drop(shop.vault, shop.quinn, asked.id, "contract changed")
    assert [one.job for one in proof_desk.demands(shop.vault)] == ["J-10"]


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"kind": "photo"}, ProofOfWhom),
        ({"kind": "photo", "customer": "A", "job": "J-9"}, ProofOfWhom),
        ({"kind": " ", "job": "J-9"}, BadProofKind),
        ({"kind": "x" * 41, "job": "J-9"}, BadProofKind),
        ({"kind": "photo before shipping", "job": "J-9"}, BadProofKind),
        ({"kind": "photo", "before": "lunch", "job": "J-9"}, BadProofMoment),
        ({"kind": "photo", "job": "J-77"}, NoSuchJob),
        ({"kind": "photo", "job": "J-9", "seq": 99}, NoSuchOperation),
    ],
)
def test_a_demand_nobody_could_meet_is_refused(
    shop: Any, job: str, given: dict[str, Any], refusal: type[Exception]
) -> None:
    """Each says in one sentence what is wrong, and nothing is written."""
    before = events.head(shop.vault.ledger)
    with pytest.raises(refusal):
        proof_desk.ask(shop.vault, shop.quinn, given.pop("kind"), **given)
    assert events.head(shop.vault.ledger) == before


def test_a_demand_that_is_not_there_cannot_be_dropped(shop: Any, job: str) -> None:
    """And an operator asks for nothing."""
    with pytest.raises(NoSuchDemand):
        proof_desk.drop(shop.vault, shop.quinn, 5, "gone")
    with pytest.raises(RoleNeeded):
        proof_desk.ask(shop.vault, shop.otto, "photo", job=job)


def test_the_command_line_tells_and_waives(shop: Any, job: str) -> None:
    """`proof JOB --json` has have, missing and waived, as other programs read it."""
    import json

    from click.testing import CliRunner

    from vault.cli import trunk

    def call(*words: str) -> Any:
        done = CliRunner().invoke(
            trunk(), ["--vault", str(shop.vault.root), "--as", "quinn", *words, "--json"],
            catch_exceptions=False,
        )  # fmt: skip
        assert done.exit_code == 0, done.output
        return json.loads(done.output)

    call("proof", "waive", job, "certificate", "-m", "customer material")
    call("proof", "give", job, "inspector", "--op", "20")
    told = call("proof", job)
    assert {key: [one["kind"] for one in told[key]] for key in ("have", "missing", "waived")} == {
        "have": ["inspector"], "missing": ["first piece"], "waived": ["certificate"],
    }  # fmt: skip


def test_evidence_and_results_answer_what_is_owed(shop: Any) -> None:
    """A photo and a result at the step let it finish; taken back, they are owed again."""
    from traveler.quality import evidence, measurements

    listed = "balloon,requirement,nominal,lower,upper,unit,gauge\n1,Bore,20,19.9,20.1,mm,\n"
    shop.release("10-0042", route__toml=MEASURED, characteristics__csv=listed)
    shop.job("J-5")
    starting.start(shop.vault, shop.otto, "J-5", 10)
    readings = [measurements.Reading("1", str(piece), "20.02") for piece in range(1, 6)]
    measurements.record(shop.vault, shop.otto, "J-5", 10, readings)
    with pytest.raises(ProofOwed, match="finished: note at step 10;"):
        stopping.finish(shop.vault, shop.otto, "J-5", 10)
    (note,) = evidence.add(
        shop.vault, shop.otto, evidence.Wanted("note", "J-5", 10, words="edges are broken")
    )
    owed = proof_desk.show(shop.vault, "J-5")
    assert [(one.required.kind, one.given[0].count) for one in owed.have] == [
        ("measurement", 5), ("note", 1),
    ]  # fmt: skip
    evidence.withdraw(shop.vault, shop.otto, note.id, "was another job")
    assert [one.required.kind for one in proof_desk.show(shop.vault, "J-5").missing] == ["note"]
    evidence.add(shop.vault, shop.otto, evidence.Wanted("note", "J-5", words="no step named"))
    with pytest.raises(ProofOwed):
        stopping.finish(shop.vault, shop.otto, "J-5", 10)
    evidence.add(shop.vault, shop.otto, evidence.Wanted("note", "J-5", 10, words="looked again"))
    assert stopping.finish(shop.vault, shop.otto, "J-5", 10).state == "done"


SAMPLED = """
[[operation]]
seq = 10
station = "mill"
title = "Mill"

[[operation]]
seq = 20
station = "qc"
title = "Look at it"
proof = ["measurement"]

[[operation]]
seq = 30
station = "qc"
title = "Inspect"
proof = ["measurement"]
"""
PLAN = (
    "balloon,requirement,nominal,lower,upper,unit,gauge,sampling,operation\n"
    "1,Bore,20,19.9,20.1,mm,,aql 1.0,20\n"
    "2,Height,5,4.9,5.1,mm,,first,10\n"
    "3,Slot,6,5.9,6.1,mm,,3,\n"
    "4,Edge,,,,visual,,all,99\n"
)


@pytest.fixture
def sampled(shop: Any) -> Any:
    """Return the shop with a job of 40 pieces whose plan samples in four ways, milled."""
    shop.release("10-0042", route__toml=SAMPLED, characteristics__csv=PLAN)
    shop.job("J-6", 40)
    starting.start(shop.vault, shop.otto, "J-6", 10)
    stopping.finish(shop.vault, shop.otto, "J-6", 10)
    starting.start(shop.vault, shop.otto, "J-6", 20)
    return shop


def _measure(shop: Any, balloon: str, text: str, count: int, seq: int | None = 20) -> None:
    from traveler.quality.measurements import Reading, record

    pieces = [Reading(balloon, str(piece), text) for piece in range(1, count + 1)]
    record(shop.vault, shop.otto, "J-6", seq, pieces)


def test_a_step_owes_every_result_of_its_plan(sampled: Any) -> None:
    """The AQL sample of the lot, not the first result; how many are there is said in words."""
    _measure(sampled, "1", "20.0", 12)
    with pytest.raises(ProofOwed) as refusal:
        stopping.finish(sampled.vault, sampled.otto, "J-6", 20)
    assert "measurement at step 20 (12 of 14, 1 Bore still 1, 2 Height still 1)" in str(
        refusal.value
    )
    assert "with `titleblock measure J-6 --op 20 FILE`." in str(refusal.value)
    line = jobs.show(sampled.vault, "J-6").ground.proof.missing[0]
    assert [(one["needed"], one["measured"]) for one in line.as_json()["results"]] == [
        (13, 12), (1, 0),
    ]  # fmt: skip
    _measure(sampled, "1", "20.0", 13)  # those twelve again, and one more: thirteen pieces
    _measure(sampled, "2", "5.0", 1, None)
    assert stopping.finish(sampled.vault, sampled.otto, "J-6", 20).state == "done"


def test_what_names_no_step_or_a_lost_one_is_owed_at_the_last(sampled: Any) -> None:
    """A characteristic of a step that is not in the route is not dropped silently."""
    owed = jobs.show(sampled.vault, "J-6").ground.proof
    assert [one.owed for one in owed.missing] == [
        "measurement at step 20 (0 of 14, 1 Bore still 13, 2 Height still 1)",
        "measurement at step 30 (0 of 43, 3 Slot still 3, 4 Edge still 40)",
    ]


def test_scrapped_pieces_need_no_result(sampled: Any) -> None:
    """Neither those of steps before, nor those scrapped by the very act that ends the step."""
    _measure(sampled, "1", "20.0", 13)
    _measure(sampled, "2", "5.0", 1)
    stopping.finish(sampled.vault, sampled.otto, "J-6", 20, 38, 2)
    starting.start(sampled.vault, sampled.otto, "J-6", 30)
    _measure(sampled, "3", "6.0", 3, 30)
    _measure(sampled, "4", "pass", 37, 30)
    with pytest.raises(ProofOwed, match=r"\(40 of 41, 4 Edge still 1\)"):
        stopping.finish(sampled.vault, sampled.otto, "J-6", 30)
    assert stopping.finish(sampled.vault, sampled.otto, "J-6", 30, 37, 1).state == "done"
    assert jobs.show(sampled.vault, "J-6").ground.proof.missing == ()
    from traveler.quality import views

    assert views.results_of(sampled.vault, "J-6").state == "pass"


def test_a_result_taken_back_is_owed_again(sampled: Any) -> None:
    """And a second result of the same piece is no second piece."""
    from traveler.quality import measurement_records, measurements

    _measure(sampled, "2", "5.0", 1)
    _measure(sampled, "2", "5.01", 1)
    _measure(sampled, "1", "20.0", 13)
    assert jobs.show(sampled.vault, "J-6").operations[1].owing == ()
    with sampled.vault.ledger.reading() as connection:
        one = measurement_records.measurements(connection, "J-6")[0]
    measurements.withdraw(sampled.vault, sampled.otto, "J-6", one.id, "wrong drawing")
    (line,) = jobs.show(sampled.vault, "J-6").operations[1].owing
    assert line.counted == "13 of 14, 2 Height still 1"


def test_rework_owes_a_result_of_each_of_its_pieces(sampled: Any) -> None:
    """A loop that repeats a measured step is not proved by what was measured before it."""
    from traveler import rework
    from traveler.quality.measurements import Reading, record

    _measure(sampled, "1", "20.0", 13)
    _measure(sampled, "2", "5.0", 1)
    steps = rework.plan(sampled.vault, sampled.pat, "J-6", 20, "burr", qty=2, repeat=[20])
    starting.start(sampled.vault, sampled.otto, "J-6", steps[0])
    record(sampled.vault, sampled.otto, "J-6", steps[0], [Reading("1", "7", "20.0")])
    with pytest.raises(ProofOwed, match=r"\(1 of 2, pieces of rework still 1\)"):
        stopping.finish(sampled.vault, sampled.otto, "J-6", steps[0])
    record(sampled.vault, sampled.otto, "J-6", steps[0], [Reading("1", "8", "20.0")])
    assert stopping.finish(sampled.vault, sampled.otto, "J-6", steps[0]).state == "done"
