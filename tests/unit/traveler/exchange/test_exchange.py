# SPDX-License-Identifier: AGPL-3.0-or-later
"""Orders come in, once and whatever is good of them; what happened goes out, nothing twice."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

HEADS = "external_id,job,item,rev,qty,due,customer,order,price\n"
ROWS = (
    "4711-1,J-1,10-0042,,5,2027-03-01,Acme,PO 1,9.50\n"
    "4711-2,J-2,10-0042,A,7,2027-03-02,Acme,PO 1,9.50\n"
)


def take(shop: Any, text: str, **more: Any) -> Any:
    """Take a file over as the planner."""
    from traveler.exchange import importing
    from traveler.exchange.mapping import Map

    return importing.take_over(shop.vault, shop.pat, (HEADS + text).encode(), "f.csv", Map(**more))


def verdicts(found: Any) -> list[str]:
    """Return the verdict of each row."""
    return [one.verdict for one in found.rows]


def test_orders_become_jobs_once(shop: Any) -> None:
    """The first time makes them, the second changes nothing and writes nothing."""
    from traveler import jobs
    from vault.ledger import events

    assert verdicts(take(shop, ROWS)) == ["new", "new"]
    assert jobs.show(shop.vault, "J-2").job.customer == "Acme"
    head = events.head(shop.vault.ledger)
    again = take(shop, ROWS)
    assert verdicts(again) == ["same", "same"]
    assert again.unread == ("price",)
    assert events.head(shop.vault.ledger) == head


def test_a_preview_says_the_same_and_does_nothing(shop: Any) -> None:
    """What it shows is what the take-over then does, row by row, refusals too."""
    from traveler.exchange import importing
    from traveler.exchange.mapping import Map
    from vault.ledger import events

    shop.job("J-9")
    text = (
        ROWS
        + "x1,J-9,10-0042,,1,2027-01-01,,,\nx2,J-3,99-9999,,1,2027-01-01,,,\n"
        + "x3,J-4,10-0042,Z,1,2027-01-01,,,\nx4,J-5,10-0042,,0,2027-01-01,,,\n"
        + "x5,J/6,10-0042,,1,2027-01-01,,,\n4711-1,J-7,10-0042,,1,2027-01-01,,,\n"
        + "x6,j-2,10-0042,,1,2027-01-01,,,\n"
    )
    head = events.head(shop.vault.ledger)
    data = (HEADS + text).encode()
    seen = importing.preview(shop.vault, shop.pat, data, "f.csv", Map())
    assert events.head(shop.vault.ledger) == head
    assert not seen.done
    done = take(shop, text)
    assert [(one.verdict, one.field, one.why) for one in seen.rows] == [
        (one.verdict, one.field, one.why) for one in done.rows
    ]
    assert verdicts(done) == ["new", "new"] + ["refused"] * 7
    assert [one.field for one in done.of("refused")] == [
        "job", "item", "rev", "qty", "job", "external_id", "job",
    ]  # fmt: skip


def test_a_changed_line_changes_its_job(shop: Any) -> None:
    """Day, customer and order follow; before and after stand in the history with whose word it was."""
    from traveler import jobs

    take(shop, ROWS)
    found = take(shop, "4711-1,J-1,10-0042,,6,2027-04-01,Acme Ltd,PO 1,\n")
    assert found.rows[0].changes == {
        "qty": (5, 6), "due": ("2027-03-01", "2027-04-01"), "customer": ("Acme", "Acme Ltd")
    }  # fmt: skip
    job = jobs.show(shop.vault, "J-1").job
    assert (job.qty, job.due, job.customer) == (6, "2027-04-01", "Acme Ltd")
    told = [one for one in jobs.history(shop.vault, "J-1") if one.kind == "job.amended"]
    assert told[0].facts["before"]["due"] == "2027-03-01"
    assert told[0].facts["why"] == "as erp says"


def test_what_the_floor_changed_stays_until_the_erp_says_otherwise(shop: Any) -> None:
    """A planner's new day is not set back by a file that says what it said before."""
    from traveler import amending, jobs

    take(shop, ROWS)
    amending.amend(shop.vault, shop.pat, "J-1", due="2027-05-05", why="promised")
    assert verdicts(take(shop, ROWS)) == ["same", "same"]
    assert jobs.show(shop.vault, "J-1").job.due == "2027-05-05"


def test_the_quantity_of_released_work_stays(shop: Any) -> None:
    """The refusal says what to do; the row's other changes wait with it, other rows land."""
    from traveler import jobs

    take(shop, ROWS)
    jobs.release_job(shop.vault, shop.pat, "J-1")
    changed = "4711-1,J-1,10-0042,,9,2027-04-01,Acme,PO 1,\n4711-2,J-2,10-0042,A,8,2027-03-02,Acme,PO 1,\n"
    found = take(shop, changed)
    assert verdicts(found) == ["refused", "changed"]
    assert found.rows[0].field == "qty"
    assert "4 more" in found.rows[0].why
    assert jobs.show(shop.vault, "J-1").job.due == "2027-03-01"


@pytest.mark.parametrize(
    "row", ["4711-1,J-8,10-0042,,5,2027-03-01,,,\n", "4711-1,J-1,10-0043,,5,2027-03-01,,,\n",
            "4711-1,J-1,10-0042,B,5,2027-03-01,,,\n"],
)  # fmt: skip
def test_a_line_cannot_become_another_job(shop: Any, row: str) -> None:
    """Job, item and revision are pinned: a changed revision is a decision, never a side effect."""
    take(shop, ROWS)
    found = take(shop, row)
    assert verdicts(found) == ["refused"]
    assert "the job was made with" in found.rows[0].why


def test_two_sources_do_not_meet(shop: Any) -> None:
    """The same external id of another program is another line."""
    take(shop, ROWS, source="one")
    found = take(shop, "4711-1,J-5,10-0042,,5,2027-03-01,,,\n", source="two")
    assert verdicts(found) == ["new"]


def test_only_a_planner_takes_over(shop: Any) -> None:
    """The gate is in the verb, for the preview too."""
    from traveler.exchange import importing
    from traveler.exchange.mapping import Map
    from vault.ledger.errors import RoleNeeded

    for verb in (importing.preview, importing.take_over):
        with pytest.raises(RoleNeeded):
            verb(shop.vault, shop.otto, (HEADS + ROWS).encode(), "f.csv", Map())


def test_a_closed_job_is_not_changed(shop: Any) -> None:
    """The sentence says how to go on."""
    from traveler import amending, jobs
    from traveler.errors import JobCannot

    shop.job("J-1")
    jobs.close(shop.vault, shop.pat, "J-1", "not needed")
    with pytest.raises(JobCannot, match="make a new job"):
        amending.amend(shop.vault, shop.pat, "J-1", due="2027-05-05")


def test_no_sign_in_a_cell_breaks_more_than_its_row(shop: Any) -> None:
    """Zeros, bells and signs that turn the direction: each row is refused by its field, the rest lands."""
    text = ROWS + "".join(
        f"x{one},{job},{item},{rev},1,2027-01-01,{customer},{order},\n"
        for one, (job, item, rev, customer, order) in enumerate((
            ("J-\0", "10-0042", "", "", ""), ("J-4", "10-\0", "", "", ""),
            ("J-5", "10-0042", "A\0", "", ""), ("J-6", "10-0042", "", "A\0", ""),
            ("J-7", "10-0042", "", "", "\u202eB"), ("J-8", "../../x", "", "", ""),
        ))
    ) + "x" * 2000 + ",J-9,10-0042,,1,2027-01-01,,,\n"  # fmt: skip
    done = take(shop, text)
    assert verdicts(done)[:2] == ["new", "new"]
    assert verdicts(done)[2:] == ["refused"] * 7
    assert [one.field for one in done.of("refused")] == [
        "job", "item", "rev", "customer", "order", "item", "external_id",
    ]  # fmt: skip


def test_a_preview_promises_no_change_that_is_then_refused(shop: Any) -> None:
    """A closed job stays as it was; one that was brought to the number by hand needs no change."""
    from traveler import amending, jobs
    from traveler.exchange import importing
    from traveler.exchange.mapping import Map

    take(shop, ROWS)
    jobs.close(shop.vault, shop.pat, "J-1", "not needed")
    amending.amend(shop.vault, shop.pat, "J-2", qty=9)
    jobs.release_job(shop.vault, shop.pat, "J-2")
    text = ROWS.replace("2027-03-01", "2027-04-01").replace("A,7,", "A,9,")
    seen = importing.preview(shop.vault, shop.pat, (HEADS + text).encode(), "f.csv", Map())
    done = take(shop, text)
    assert verdicts(seen) == verdicts(done) == ["refused", "changed"]
    assert [(one.field, one.why) for one in seen.rows] == [
        (one.field, one.why) for one in done.rows
    ]
    assert seen.rows[0].field == "job"
    assert "make a new job" in seen.rows[0].why


def test_exports_tell_everything_once(shop: Any) -> None:
    """Asking again with the cursor tells what happened since, and nothing when nothing did."""
    from traveler import jobs
    from traveler.exchange import exporting
    from traveler.floor import starting, stopping

    take(shop, ROWS)
    jobs.release_job(shop.vault, shop.pat, "J-1")
    first = exporting.export(shop.vault, "jobs")
    assert [(one["job"], one["external_id"], one["state"]) for one in first.rows] == [
        ("J-1", "4711-1", "released"), ("J-2", "4711-2", "planned"),
    ]  # fmt: skip
    assert list(exporting.export(shop.vault, "jobs", first.cursor).rows) == []
    starting.start(shop.vault, shop.otto, "J-1", 10)
    stopping.finish(shop.vault, shop.otto, "J-1", 10, 4, 1)
    second = exporting.export(shop.vault, "completions", first.cursor)
    (done,) = second.rows
    assert (done["operation"], done["good"], done["scrap"], done["finished"]) == (10, 4, 1, True)
    (time,) = exporting.export(shop.vault, "times", first.cursor).rows
    assert (time["person"], time["station"], time["good"]) == ("otto", "saw-1", 4)
    assert time["event"] == done["event"]
    for what in exporting.kinds():
        assert list(exporting.export(shop.vault, what, second.cursor).rows) == []


def test_shipments_are_told_in_parts_and_again_when_they_change(shop: Any, tmp_path: Path) -> None:
    """Two parts of a job: packed, shipped, received, one unpacked; each change once by the cursor."""
    from click.testing import CliRunner

    from traveler.exchange import exporting
    from traveler.shipping import desk
    from vault import cli

    take(shop, "4711-1,J-1,10-0050,,5,2027-03-01,Acme,PO 1,\n")
    sent = desk.pack(shop.vault, shop.otto, "J-1", 3, boxes="1 carton", pieces="S1-S3", to="=Acme")
    first = exporting.export(shop.vault, "shipments")
    (row,) = first.rows
    told = {name: row[name] for name in ("job", "external_id", "order", "shipment", "state",
                                         "pieces", "serials", "boxes", "carrier")}  # fmt: skip
    assert told == {"job": "J-1", "external_id": "4711-1", "order": "PO 1", "shipment": "SH-0001",
                    "state": "packed", "pieces": 3, "serials": "S1-S3", "boxes": "1 carton",
                    "carrier": ""}  # fmt: skip
    desk.ship(shop.vault, shop.otto, sent.number, carrier="Hermes", tracking="H 77")
    desk.pack(shop.vault, shop.otto, "J-1", 2)
    second = exporting.export(shop.vault, "shipments", first.cursor)
    rows = list(second.rows)
    assert [(one["shipment"], one["state"], one["pieces"]) for one in rows] == [
        ("SH-0001", "shipped", 3), ("SH-0002", "packed", 2),
    ]  # fmt: skip
    assert rows[0]["tracking"] == "H 77"
    assert rows[0]["shipped_at"]
    desk.receive(shop.vault, shop.pat, sent.number, "C. Steen", "2026-12-01")
    desk.certify(shop.vault, shop.quinn, sent.number, "correct horse 7")
    desk.cancel(shop.vault, shop.otto, "SH-0002", "wrong box")
    third = exporting.export(shop.vault, "shipments", second.cursor)
    assert [(one["shipment"], one["state"], one["received_by"], one["certificate"])
            for one in third.rows] == [
        ("SH-0001", "received", "C. Steen", "CC-0001"), ("SH-0002", "cancelled", "", ""),
    ]  # fmt: skip
    assert list(exporting.export(shop.vault, "shipments", third.cursor).rows) == []
    out = tmp_path / "shipments.csv"
    given = ["--vault", str(shop.vault.root), "--as", "pat", "erp", "export", "shipments", "-o",
             str(out), "--json"]  # fmt: skip
    done = CliRunner().invoke(cli.trunk(), given)
    assert json.loads(done.stdout)["rows"] == 2
    (one, _other) = csv.DictReader(io.StringIO(out.read_bytes().decode("utf-8-sig")))
    assert (one["to"], one["received_on"]) == ("'=Acme", "2026-12-01")


def test_wherever_it_is_cut_nothing_is_lost_and_nothing_comes_twice(
    shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few events at a time, and asked again from any cursor: the same rows as at once."""
    from traveler import jobs
    from traveler.exchange import exporting
    from traveler.floor import starting, stopping
    from traveler.shipping import desk

    for number in range(1, 6):
        shop.job(f"J-{number}", 5)
        starting.start(shop.vault, shop.otto, f"J-{number}", 10)
        if number % 2:
            stopping.finish(shop.vault, shop.otto, f"J-{number}", 10, 4, 1)
    jobs.close(shop.vault, shop.pat, "J-2", "not needed")
    for number in ("J-8", "J-9"):
        jobs.add(shop.vault, shop.pat, number, "10-0050", 5, "2027-03-01")
        desk.pack(shop.vault, shop.otto, number, 2)
    for what in exporting.kinds():
        found = exporting.export(shop.vault, what)
        whole = list(found.rows)
        assert whole
        monkeypatch.setattr(exporting, "_AT_ONCE", 2)
        assert list(exporting.export(shop.vault, what).rows) == whole
        parts = json.loads(b"".join(exporting.export(shop.vault, what).json_parts()))
        assert parts == {"what": what, "cursor": found.cursor, "rows": whole}
        monkeypatch.undo()
        for cut in range(found.cursor + 1):
            later = list(exporting.export(shop.vault, what, cut).rows)
            if "event" in found.columns:
                assert later == [one for one in whole if one["event"] > cut]
            else:
                assert {one["job"] for one in later} <= {one["job"] for one in whole}


def test_an_export_reads_few_events_at_a_time(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Years of events cost the memory of a day: none is read before the rows before it are gone."""
    from traveler.exchange import exporting, records
    from traveler.floor import starting, stopping

    for number in range(4):
        starting.start(shop.vault, shop.otto, shop.job(f"J-{number}", 5), 10)
        stopping.pause(shop.vault, shop.otto, f"J-{number}", 10)
    asked: list[int] = []
    real = records.said_since

    def counted(*given: Any) -> Any:
        found = real(*given)
        asked.append(len(found))
        return found

    monkeypatch.setattr(records, "said_since", counted)
    monkeypatch.setattr(exporting, "_AT_ONCE", 1)
    for what in ("completions", "times"):
        asked.clear()
        rows = exporting.export(shop.vault, what).rows
        assert asked == []
        assert next(rows)["job"] == "J-0"
        assert asked == [1]
        assert len(list(rows)) == 3


def test_an_export_nobody_knows_is_refused(shop: Any) -> None:
    """The sentence lists what there is."""
    from traveler.exchange import exporting
    from traveler.exchange.errors import NothingToExport

    with pytest.raises(NothingToExport, match="jobs, completions, times, shipments"):
        exporting.export(shop.vault, "prices")


def test_a_cursor_of_a_later_ledger_is_refused(shop: Any) -> None:
    """After a restore the ERP is ahead: what was lost must not look like nothing new."""
    from traveler.exchange import exporting
    from traveler.exchange.errors import CursorAhead

    cursor = exporting.export(shop.vault, "jobs").cursor
    assert list(exporting.export(shop.vault, "jobs", cursor).rows) == []
    with pytest.raises(CursorAhead, match="if a backup was restored, ask from 0"):
        exporting.export(shop.vault, "jobs", cursor + 1)


def test_no_cell_of_an_export_is_a_formula(shop: Any) -> None:
    """What a customer is called cannot compute in a spreadsheet."""
    from traveler import jobs
    from traveler.exchange import exporting

    jobs.add(shop.vault, shop.pat, "J-1", "10-0042", 1, "2027-01-01", order="=cmd|'/c calc'!A1")
    text = b"".join(exporting.export(shop.vault, "jobs").csv_parts()).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["order"] == "'=cmd|'/c calc'!A1"


def test_the_command_lists_bad_rows_and_lands_good_ones(shop: Any, tmp_path: Path) -> None:
    """Exit code 1, and the JSON says row, field and why; the files it writes are read back."""
    from click.testing import CliRunner

    from vault import cli

    def run(*words: str) -> Any:
        given = ["--vault", str(shop.vault.root), "--as", "pat", *words, "--json"]
        return CliRunner().invoke(cli.trunk(), given)

    place = tmp_path / "orders.csv"
    place.write_text(HEADS + ROWS + "x,J-3,10-0042,,many,2027-01-01,,,\n")
    dry = run("erp", "import", str(place), "--dry-run")
    assert (dry.exit_code, json.loads(dry.stdout)["new"]) == (1, 2)
    done = run("erp", "import", str(place))
    told = json.loads(done.stdout)
    assert (done.exit_code, told["new"], told["refused"]) == (1, 2, 1)
    bad = next(one for one in told["rows"] if one["verdict"] == "refused")
    assert (bad["row"], bad["field"]) == (4, "qty")
    assert run("job", "amend", "J-1", "--due", "2027-06-01", "-m", "asked for").exit_code == 0
    out = tmp_path / "jobs.json"
    cursor = json.loads(run("erp", "export", "jobs", "-o", str(out)).stdout)["cursor"]
    rows = json.loads(out.read_bytes())["rows"]
    assert {one["job"]: one["due"] for one in rows} == {"J-1": "2027-06-01", "J-2": "2027-03-02"}
    since = run("erp", "export", "jobs", "-o", str(out), "--since", str(cursor))
    assert json.loads(since.stdout)["rows"] == 0
