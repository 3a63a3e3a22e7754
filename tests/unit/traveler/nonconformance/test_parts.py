# SPDX-License-Identifier: AGPL-3.0-or-later
"""Several dispositions of one nonconformance, and what they do to the counts of the job."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from release.errors import NoSuchChange
from traveler import jobs
from traveler.errors import NothingToWriteOff
from traveler.floor import starting, stopping
from traveler.nonconformance import disposing, opening, records
from traveler.nonconformance import views as nc_views
from traveler.nonconformance.disposing import Rework, Share
from traveler.nonconformance.errors import (
    DispositionNeedsReason,
    NonconformanceCannot,
    NoReworkHere,
    PartsDoNotAddUp,
    PiecesLeft,
)
from traveler.nonconformance.opening import Wanted
from traveler.nonconformance.rules import DISPOSITIONS, Facts
from traveler.route import Step
from traveler.shipping import desk as shipping
from vault import canonical
from vault.ledger import events
from vault.ledger.errors import RoleNeeded

WORD = "correct horse 7"
WORK = Rework([Step(1, "bench", "Dress the edge")])


def counts(shop: Any, seq: int = 10, job: str = "J-1") -> tuple[int, int, int]:
    """Return good, scrap and set aside at a step."""
    one = next(
        it.operation for it in jobs.show(shop.vault, job).operations if it.operation.seq == seq
    )
    return one.good, one.scrap, one.rework


@pytest.fixture
def six(serial: Any) -> Any:
    """Return a shop where six of ten pieces do not conform at a step that is done."""
    serial.job("J-1", 10)
    starting.start(serial.vault, serial.otto, "J-1", 10)
    stopping.finish(serial.vault, serial.otto, "J-1", 10)
    opening.open_new(serial.vault, serial.otto, Wanted("J-1", "burr", 6, 10))
    return serial


def test_six_pieces_go_three_ways_and_every_one_is_counted(six: Any) -> None:
    """Rework becomes steps, scrap leaves the count, and nothing holds before the owner signed."""
    done = disposing.dispose_parts(six.vault, six.quinn, "NC-0001", [
        Share("rework", 3, "stock left", WORK), Share("scrap", 1, "too deep"),
        Share("use as is", 2, "not on a seal"),
    ])  # fmt: skip
    assert (done.state, done.facts.disposition) == ("proposed", "3 rework, 1 scrap, 2 use as is")
    assert counts(six) == (10, 0, 0)
    signed = disposing.approve(six.vault, six.mchen, "NC-0001", WORD)
    assert [one.approved_by for one in signed.facts.parts] == ["", "", "mchen"]
    assert (signed.facts.approved_by, len(signed.facts.rework)) == ("mchen", 1)
    assert counts(six) == (6, 1, 3)
    assert signed.facts.parts[1].booked == {"seq": 10, "good": 1}
    told = [one.kind for one in jobs.history(six.vault, "J-1")]
    assert told.count("operation.written_off") == 1
    with pytest.raises(NonconformanceCannot):
        disposing.approve(six.vault, six.mchen, "NC-0001", WORD)
    assert counts(six) == (6, 1, 3)
    assert list(events.verify(six.vault.ledger)) == []


@pytest.mark.parametrize("shares", [
    [Share("scrap", 5)], [Share("scrap", 4), Share("return", 3)], [Share("scrap"), Share("return", 6)],
    [Share("scrap", 6), Share("return")],
])  # fmt: skip
def test_parts_that_do_not_add_up_are_refused(six: Any, shares: list[Share]) -> None:
    """Every piece is decided on once, and nothing is written."""
    before = events.head(six.vault.ledger)
    with pytest.raises(PartsDoNotAddUp, match="NC-0001 is about 6 pieces"):
        disposing.dispose_parts(six.vault, six.quinn, "NC-0001", shares, "too deep")
    assert events.head(six.vault.ledger) == before


def test_each_part_needs_its_reason_its_right_and_its_steps(six: Any) -> None:
    """What one disposition asks for, each of several asks for."""
    with pytest.raises(DispositionNeedsReason):
        disposing.dispose_parts(
            six.vault, six.quinn, "NC-0001", [Share("scrap", 1, "x"), Share("return", 5)]
        )
    with pytest.raises(RoleNeeded):
        disposing.dispose_parts(six.vault, six.otto, "NC-0001", [Share("scrap", 6)], "too deep")
    with pytest.raises(RoleNeeded):  # owning the approval gives no right to scrap
        disposing.dispose_parts(six.vault, six.mchen, "NC-0001", [Share("scrap", 4), Share("repair", 2)],
                           "x", password=WORD)  # fmt: skip
    with pytest.raises(NoReworkHere):
        disposing.dispose_parts(
            six.vault, six.quinn, "NC-0001", [Share("scrap", 6, work=WORK)], "x"
        )


def test_scrap_is_written_off_once_and_comes_back_when_decided_anew(six: Any) -> None:
    """The correction is a newer record, and the pieces are good again as they were."""
    disposing.dispose(six.vault, six.quinn, "NC-0001", "scrap", "too deep")
    assert counts(six) == (4, 6, 0)
    disposing.reconsider(six.vault, six.quinn, "NC-0001", "measured anew: two are good")
    assert counts(six) == (10, 0, 0)
    disposing.dispose(six.vault, six.quinn, "NC-0001", "return", "the supplier takes them back")
    assert counts(six) == (4, 6, 0)
    kinds = [one.kind for one in jobs.history(six.vault, "J-1")]
    assert kinds.count("operation.written_off") == 2
    assert kinds.count("operation.taken_back") == 1


def test_pieces_that_are_counted_already_are_not_counted_twice(serial: Any) -> None:
    """The operator threw them away and reported them: one count."""
    serial.job("J-1", 10)
    starting.start(serial.vault, serial.otto, "J-1", 10)
    stopping.finish(serial.vault, serial.otto, "J-1", 10, 8, 2)
    opening.open_new(serial.vault, serial.otto, Wanted("J-1", "burr", 2, 10))
    done = disposing.dispose(
        serial.vault, serial.quinn, "NC-0001", "scrap", "too deep", counted=True
    )
    assert counts(serial) == (8, 2, 0)
    assert (done.facts.parts[0].counted, done.facts.parts[0].booked) == (True, {})


def test_pieces_that_went_on_are_written_off_where_they_are(six: Any) -> None:
    """Found at step 10, but through step 20 by now: that is where the count changes."""
    opening.explain(six.vault, six.quinn, "NC-0001", cause="c", action="a")
    six.job("J-2", 4)
    for seq in (10, 20):
        starting.start(six.vault, six.otto, "J-2", seq)
        stopping.finish(six.vault, six.otto, "J-2", seq)
    opening.open_new(six.vault, six.otto, Wanted("J-2", "crack", 1, 10, holds="nothing"))
    done = disposing.dispose(six.vault, six.quinn, "NC-0002", "scrap", "cracked")
    assert done.facts.parts[0].booked == {"seq": 20, "good": 1}
    assert (counts(six, 10, "J-2"), counts(six, 20, "J-2")) == ((4, 0, 0), (3, 1, 0))


def test_pieces_that_are_nowhere_cannot_be_written_off(serial: Any) -> None:
    """All are scrap already and nobody says that these are the ones."""
    serial.job("J-1", 3)
    starting.start(serial.vault, serial.otto, "J-1", 10)
    stopping.finish(serial.vault, serial.otto, "J-1", 10, 1, 2)
    opening.open_new(serial.vault, serial.otto, Wanted("J-1", "burr", 2, 10))
    with pytest.raises(NothingToWriteOff, match="Only 1 of the 2 pieces"):
        disposing.dispose(serial.vault, serial.quinn, "NC-0001", "scrap", "too deep")
    assert nc_views.show(serial.vault, "NC-0001").one.state == "open"


def test_what_is_packed_is_not_scrapped_behind_the_customers_back(serial: Any) -> None:
    """Unpack first: a piece is in the carton or in the bin."""
    serial.job("J-1", 2)
    for seq in (10, 20, 30, 40):
        starting.start(serial.vault, serial.otto, "J-1", seq)
        stopping.finish(serial.vault, serial.otto, "J-1", seq)
    shipping.pack(serial.vault, serial.pat, "J-1", 2, boxes="1 carton", pieces="1 and 2")
    opening.open_new(serial.vault, serial.otto, Wanted("J-1", "dent", 1, 40, holds="nothing"))
    with pytest.raises(PiecesLeft, match="2 are packed"):
        disposing.dispose(serial.vault, serial.quinn, "NC-0001", "scrap", "dented")
    assert counts(serial, 40) == (2, 0, 0)


def test_without_a_step_nothing_is_written_off_and_it_says_so(serial: Any) -> None:
    """Nobody knows where such pieces would be taken from."""
    serial.job("J-1", 2)
    opening.open_new(serial.vault, serial.otto, Wanted("J-1", "bent", 1))
    done = disposing.dispose(serial.vault, serial.quinn, "NC-0001", "scrap", "bent")
    assert done.facts.parts[0].booked == {}
    assert done.as_json()["parts"][0]["written_off_at"] is None


def test_the_command_line_decides_on_parts(six: Any) -> None:
    """`nc dispose NC-0001 4=scrap 2=rework` is what a script says."""

    def run(*words: str, code: int = 0) -> Any:
        done = CliRunner().invoke(
            trunk(), ["--vault", str(six.vault.root), "--as", "quinn", "nc", *words, "--json"]
        )
        assert done.exit_code == code, done.output
        return json.loads(done.output) if not code else done.output

    from vault.cli import trunk

    run("dispose", "NC-0001", "x=scrap", "2=rework", "-m", "burr", code=2)
    told = run("dispose", "NC-0001", "4=scrap", "2=rework", "-m", "burr", "--step", "bench=Dress")
    assert told["disposition"] == "4 scrap, 2 rework"
    assert [(one["qty"], one["disposition"]) for one in told["parts"]] == [
        (4, "scrap"),
        (2, "rework"),
    ]
    assert counts(six) == (4, 4, 2)


@given(st.sampled_from(DISPOSITIONS), st.integers(1, 99))
def test_what_was_kept_before_there_were_parts_reads_as_one(disposition: str, qty: int) -> None:
    """A record of one disposition for all its pieces stays what it was."""
    kept = {"qty": qty, "what": "burr", "disposition": disposition, "disposed_by": "quinn",
            "disposed_at": "2026-01-01T00:00:00Z", "disposed_why": "so", "approved_by": "mchen",
            "rework": [31], "rework_ids": [9], "wanted": [{"station": "B"}]}  # fmt: skip
    found = records.facts_of(canonical.dumps(kept).decode())
    (part,) = found.parts
    assert (part.qty, part.why, part.rework, part.rework_ids) == (qty, "so", (31,), (9,))
    assert (found.disposition, found.disposed_by) == (disposition, "quinn")
    assert records.facts_of(canonical.dumps({"qty": qty, "what": "x"}).decode()) == Facts(qty, "x")


def test_a_change_order_and_a_recall_know_what_led_to_them(six: Any) -> None:
    """The link is read from both ends, and by no other item or order."""
    six.check_in("10-0042", note__txt="chamfer added")
    from release import desk as release_desk

    order = release_desk.open_change(six.vault, six.eli, ["10-0042"], "chamfer").order
    with pytest.raises(NoSuchChange):
        opening.explain(six.vault, six.quinn, "NC-0001", change="CO-9999")
    opening.explain(six.vault, six.quinn, "NC-0001", change=order.change.lower(), recall="B")
    told = [one.number for one in nc_views.behind(six.vault, ["10-0042"], change=order.change)]
    assert told == ["NC-0001"]
    assert [one.number for one in nc_views.behind(six.vault, ["10-0042"], recall="B")] == [
        "NC-0001"
    ]
    assert nc_views.behind(six.vault, ["10-0042"], change="CO-9999") == []
    assert nc_views.behind(six.vault, ["10-0050"], change=order.change) == []
    assert nc_views.behind(six.vault, ["10-0042"]) == []
