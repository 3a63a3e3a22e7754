# SPDX-License-Identifier: AGPL-3.0-or-later
"""Memory of the shop: what earlier jobs tell, where it matters, and what was set aside."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from release.errors import NeverReleased
from traveler import rework
from traveler.blockers import handling
from traveler.errors import NoSuchJob
from traveler.floor import noting, starting, stopping
from traveler.memory import desk, records, rules
from traveler.memory.errors import (
    DismissalNeedsReason,
    DismissedAlready,
    NotDismissed,
    NotRemembered,
)
from traveler.memory.rules import Place, Remembered
from traveler.nonconformance import disposing, opening
from traveler.nonconformance import views as nc_views
from traveler.quality import evidence, measurements
from traveler.quality.characteristics import Characteristic
from traveler.quality.measurements import Reading
from vault.cli import trunk
from vault.ledger import events
from vault.ledger.errors import RoleNeeded

ROUTE = """
[[operation]]
seq = 10
station = "mill"
title = "Mill first side"

[[operation]]
seq = 20
station = "qc"
title = "Inspect"
"""
MOVED = """
[[operation]]
seq = 10
station = "saw"
title = "Cut bar"

[[operation]]
seq = 15
station = "mill"
title = "Mill first side"

[[operation]]
seq = 30
station = "cmm"
title = "Measure"
"""
PLAN = "balloon,requirement,nominal,lower,upper,unit,gauge\n1,Bore,20,19.9,20.1,mm,\n2,Slot,6,5.9,6.1,mm,\n"


@pytest.fixture
def before(shop: Any) -> Any:
    """Return the shop after a job on which all went wrong that can, and a repeat of it."""
    shop.release("10-0042", route__toml=ROUTE, characteristics__csv=PLAN)
    shop.job("J-1", 10)
    vault, otto = shop.vault, shop.otto
    starting.start(vault, otto, "J-1", 10)
    noting.note(vault, otto, "J-1", 10, "Clamp low, or the wall rings.")
    evidence.add(vault, otto, evidence.Wanted("note", "J-1", 10, "2", words="Slot runs small."))
    measurements.record(vault, otto, "J-1", 10, [
        Reading("1", "1", "20.2"), Reading("1", "2", "20.3"), Reading("2", "1", "6.0"),
    ])  # fmt: skip
    stopping.pause(vault, otto, "J-1", 10, 5, 2, rework=1)
    rework.plan(vault, shop.pat, "J-1", 10, "burr left", qty=1, repeat=[10])
    held = handling.raise_blocker(vault, otto, handling.Wanted(
        kind="machine", owner="pat", what="end mill 6 broke", job="J-1", seq=10))  # fmt: skip
    handling.resolve(vault, shop.pat, held.id, "two spares in the drawer")
    shop.job("J-2", 4)
    return shop


def told(rows: Any) -> list[tuple[str, str]]:
    """Return kind and words of what is told, in an order of its own."""
    return sorted((one.kind, one.words) for one in rows)


def test_a_repeat_job_is_told_what_went_wrong_at_its_step(before: Any) -> None:
    """Notes, results, rework, scrap and blockers, each with its source; nothing at other steps."""
    found = desk.of_job(before.vault, "J-2")
    assert told(found.at(10)) == [
        ("blocker", "machine: end mill 6 broke"),
        ("note", "Clamp low, or the wall rings."),
        ("note", "Slot runs small."),
        ("result", "Bore: 2 results out of tolerance, the last 20.3 mm (0.2 over)"),
        ("rework", "1 into rework: burr left"),
        ("scrap", "2 of 7 scrapped"),
    ]
    assert found.at(20) == ()
    assert found.elsewhere == ()
    assert {one.source for one in found.told} == {"J-1, revision B"}
    blocker = next(one for one in found.told if one.kind == "blocker")
    assert blocker.more == "then: two spares in the drawer"


def test_a_job_is_not_told_its_own_troubles(before: Any) -> None:
    """Those stand on its page anyway."""
    assert desk.of_job(before.vault, "J-1").told == ()


def test_each_characteristic_has_its_own_memory(before: Any) -> None:
    """Where the bore is measured, the bore's results are told, and at the slot the slot's note."""
    found = desk.of_job(before.vault, "J-2")
    assert [one.kind for one in found.about(Characteristic("1", "Bore"))] == ["result"]
    assert [one.words for one in found.about(Characteristic("2", "Slot"))] == ["Slot runs small."]
    assert [one.kind for one in found.about(Characteristic("9", "bore"))] == ["result"]
    assert found.about(Characteristic("7", "Edge")) == ()


def test_a_nonconformance_is_told_with_cause_and_action_and_its_results_once(before: Any) -> None:
    """What it names is not told a second time as results, nor its blocker, nor its scrap."""
    vault, outside = before.vault, nc_views.proposed(before.vault, "J-1")
    made = opening.open_new(vault, before.otto, opening.Wanted(
        "J-1", "Bore too big", 2, 10, balloons=["1"], results=[one.id for one in outside]))  # fmt: skip
    disposing.dispose(vault, before.quinn, made.number, "scrap", "no material left")
    opening.explain(vault, before.quinn, made.number, cause="reamer worn", action="change every 50")
    found = desk.of_job(vault, "J-2").at(10)
    assert [kind for kind, _ in told(found)] == [
        "blocker", "nonconformance", "note", "note", "rework",
    ]  # fmt: skip
    one = next(one for one in found if one.kind == "nonconformance")
    assert (one.ref, one.words) == (f"nc/{made.number}", "Bore too big (2 pieces)")
    assert one.more == "scrap; cause: reamer worn; since then: change every 50"


def test_over_revisions_it_is_told_at_the_step_of_that_title_and_marked(before: Any) -> None:
    """A note made on B is shown on C at the renumbered step, and says that it was made on B."""
    before.release("10-0042", route__toml=MOVED)
    before.job("J-3", 4)
    found = desk.of_job(before.vault, "J-3")
    assert found.rev == "C"
    assert len(found.at(15)) == 6
    assert all(one.other("C") and not one.other("B") for one in found.told)


def test_what_belongs_to_no_step_any_more_is_told_for_the_job(before: Any) -> None:
    """A route without that step loses nothing silently."""
    noting.note(before.vault, before.quinn, "J-1", 20, "Use the long stylus.")
    before.release("10-0042", route__toml=MOVED)
    before.job("J-3", 4)
    assert [one.words for one in desk.of_job(before.vault, "J-3").elsewhere] == [
        "Use the long stylus."
    ]


def test_set_aside_with_a_reason_it_is_told_no_more_until_it_is_brought_back(before: Any) -> None:
    """The record stays, and so does who set it aside and why; events tell both."""
    vault = before.vault
    note = next(one for one in desk.of_item(vault, "10-0042") if one.words.startswith("Clamp"))
    desk.dismiss(vault, before.pat, "10-0042", note.ref, "new fixture 90-0007")
    assert note.ref not in [one.ref for one in desk.of_job(vault, "J-2").told]
    kept = next(one for one in desk.of_item(vault, "10-0042") if one.ref == note.ref)
    assert kept.dismissal is not None
    assert (kept.dismissal.person, kept.dismissal.why) == ("pat", "new fixture 90-0007")
    with pytest.raises(DismissedAlready, match="pat"):
        desk.dismiss(vault, before.quinn, "10-0042", note.ref, "again")
    desk.restore(vault, before.quinn, "10-0042", note.ref, "it still rings")
    assert note.ref in [one.ref for one in desk.of_job(vault, "J-2").told]
    with pytest.raises(NotDismissed):
        desk.restore(vault, before.quinn, "10-0042", note.ref, "again")
    assert list(events.verify(vault.ledger)) == []


def test_what_cannot_be_set_aside_is_refused_in_a_sentence(before: Any) -> None:
    """Nobody else's role, no reason, no such thing, no such item, no such job."""
    vault, ref = before.vault, desk.of_item(before.vault, "10-0042")[0].ref
    with pytest.raises(RoleNeeded):
        desk.dismiss(vault, before.otto, "10-0042", ref, "I know that")
    with pytest.raises(DismissalNeedsReason):
        desk.dismiss(vault, before.pat, "10-0042", ref, "  ")
    with pytest.raises(NotRemembered, match="note/999"):
        desk.dismiss(vault, before.pat, "10-0042", "note/999", "gone")
    with pytest.raises(NeverReleased):
        desk.dismiss(vault, before.pat, "77-7777", ref, "gone")
    with pytest.raises(NoSuchJob):
        desk.of_job(vault, "J-77")
    assert desk.of_item(vault, "10-0050") == ()


def test_results_out_of_tolerance_are_found_by_their_own_index(before: Any) -> None:
    """A million results within tolerance cost the memory nothing."""
    seen: list[str] = []
    with before.vault.ledger.reading() as connection:

        def note(_c: Any, _cursor: Any, sql: str, told: Any, *_more: Any) -> None:
            seen.append((sql, told))  # type: ignore[arg-type]

        sa.event.listen(connection, "before_cursor_execute", note)
        records.of_item(connection, "10-0042")
        sa.event.remove(connection, "before_cursor_execute", note)
        sql, values = next(one for one in seen if "NOT IN ('pass'" in one[0])
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all()
    how = " | ".join(str(row[-1]) for row in plan)
    assert "ix_measurement_outside" in how
    assert "SCAN measurement" not in how
    assert len(seen) <= 10


def test_the_command_line_shows_and_sets_aside(before: Any) -> None:
    """`memory show --json` is what other programs read."""

    def call(*words: str) -> Any:
        done = CliRunner().invoke(
            trunk(), ["--vault", str(before.vault.root), "--as", "pat", "memory", *words, "--json"],
            catch_exceptions=False,
        )  # fmt: skip
        assert done.exit_code == 0, done.output
        return json.loads(done.output)

    rows = call("show", "10-0042")
    assert len(rows) == 6
    gone = call("dismiss", "10-0042", rows[0]["ref"], "-m", "mended")
    assert gone["dismissed"]["by"] == "pat"
    assert len(call("show", "10-0042")) == 5
    assert len(call("show", "10-0042", "--all")) == 6
    assert len(call("show", "10-0042", "--job", "J-2")["steps"]["10"]) == 5
    call("restore", "10-0042", rows[0]["ref"], "-m", "not mended")
    assert len(call("show", "10-0042")) == 6


def test_who_plans_a_repeat_job_is_told_at_once(before: Any) -> None:
    """The command line says how much earlier jobs have to say, and where it stands."""
    done = CliRunner().invoke(trunk(), [
        "--vault", str(before.vault.root), "--as", "pat", "job", "add", "J-9", "10-0042", "--qty",
        "2", "--due", "2027-03-01",
    ])  # fmt: skip
    assert "Earlier jobs say 6 things about it" in done.output
    assert "`titleblock memory show 10-0042 --job J-9`" in done.output


def _one(**more: Any) -> Remembered:
    known: dict[str, Any] = {"ref": "note/1", "kind": "note", "item": "A", "rev": "A", "job": "J",
                             "words": "w", "at": "2026", "person": "otto"}  # fmt: skip
    return Remembered(**(known | more))


@pytest.mark.parametrize(
    ("seq", "title", "station", "at"),
    [
        (20, "Mill", "M1", 30),  # the nearest of that title at that station
        (20, "mill  (again)", "M1", 30),  # rework repeats a step and says so
        (20, "Turn", "L1", None),  # no such title, and another station at that number
        (20, "Turn", "SAW", 20),  # the number and the station are the same
        (5, "Saw", "M9", 20),  # the title alone
        (None, "", "", None),  # the whole job
    ],
)
def test_a_step_is_found_again_by_title_and_station(
    seq: int | None, title: str, station: str, at: int | None
) -> None:
    """Numbers change with every revision; titles seldom do."""
    steps = [Place(20, "Saw", "SAW"), Place(30, "Mill", "M1"), Place(60, "Mill", "M1")]
    assert rules.step_of(_one(seq=seq, title=title, station=station), steps) == at


def test_the_same_trouble_is_told_once_and_counted() -> None:
    """Eleven jobs without material are one line, told by the newest of them."""
    rows = [_one(ref=f"blocker/{at}", kind="blocker", words=words, job=f"J-{at}", title=title)
            for at, (words, title) in enumerate([("No bar", "Saw"), ("no  bar", "Saw (again)"),
                                                 ("No bar", "Mill"), ("Late", "Saw")])]  # fmt: skip
    assert [(one.ref, one.times) for one in rules.gathered(rows)] == [
        ("blocker/0", 2), ("blocker/2", 1), ("blocker/3", 1),
    ]  # fmt: skip
