# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an ERP adds up is what the job says: counted, written off, brought back, sent round again."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from traveler import job_records, jobs, operation_records, rework, splitting
from traveler.decisions import deciding
from traveler.exchange import exporting
from traveler.floor import starting, stopping
from traveler.nonconformance import disposing, opening
from traveler.nonconformance.opening import Wanted
from traveler.route import Step
from traveler.tablet.sending import Sent

Sums = dict[tuple[str, int], tuple[int, int, int]]


def added_up(vault: Any, since: int = 0) -> Sums:
    """Return good, scrap and set aside of each operation, as the rows add up that are exported."""
    sums: dict[tuple[str, int], Counter[str]] = {}
    for row in exporting.export(vault, "completions", since).rows:
        one = sums.setdefault((row["job"], row["operation"]), Counter())
        one.update({name: row[name] for name in ("good", "scrap", "rework")})
    counts = {key: (one["good"], one["scrap"], one["rework"]) for key, one in sums.items()}
    return {key: one for key, one in counts.items() if any(one)}


def as_the_job_says(vault: Any) -> Sums:
    """Return the same as it stands on the operations."""
    with vault.ledger.reading() as connection:
        numbers = job_records.numbers(connection, job_records.JobFilter(), 100)
        operations = operation_records.operations_of(connection, numbers)
    counts = {
        (number, one.seq): (one.good, one.scrap, one.rework)
        for number in numbers for one in operations[number]
    }  # fmt: skip
    return {key: one for key, one in counts.items() if any(one)}


def made(shop: Any, seq: int, *count: int, **more: Any) -> None:
    """Start and finish an operation."""
    starting.start(shop.vault, shop.otto, "J-1", seq)
    stopping.finish(shop.vault, shop.otto, "J-1", seq, *count, **more)


def test_pieces_written_off_and_brought_back_reach_the_erp(serial: Any) -> None:
    """The write-off takes them from the good ones, the correction gives them back; both are told."""
    serial.job("J-1", 10)
    made(serial, 10)
    first = exporting.export(serial.vault, "completions")
    opening.open_new(serial.vault, serial.otto, Wanted("J-1", "burr", 6, 10))
    disposing.dispose(serial.vault, serial.quinn, "NC-0001", "scrap", "too deep")
    second = exporting.export(serial.vault, "completions", first.cursor)
    (row,) = second.rows
    assert (row["what"], row["good"], row["scrap"], row["person"]) == (
        "written off",
        -6,
        6,
        "quinn",
    )
    assert added_up(serial.vault) == as_the_job_says(serial.vault) == {("J-1", 10): (4, 6, 0)}
    disposing.reconsider(serial.vault, serial.quinn, "NC-0001", "measured anew: two are good")
    (row,) = exporting.export(serial.vault, "completions", second.cursor).rows
    assert (row["what"], row["good"], row["scrap"]) == ("taken back", 6, -6)
    assert added_up(serial.vault) == as_the_job_says(serial.vault)
    (job,) = exporting.export(serial.vault, "jobs").rows
    assert (job["good"], job["scrap"]) == (0, 0)


def test_operations_side_by_side_lose_the_same_pieces(shop: Any) -> None:
    """A write-off of good pieces is told of each of them."""
    shop.job("J-1", 10)
    made(shop, 10)
    for seq in (20, 30):
        made(shop, seq)
    opening.open_new(shop.vault, shop.otto, Wanted("J-1", "burr", 2, 30))
    disposing.dispose(shop.vault, shop.quinn, "NC-0001", "scrap", "too deep")
    sums = added_up(shop.vault)
    assert sums == as_the_job_says(shop.vault)
    assert (sums["J-1", 20], sums["J-1", 30]) == ((8, 2, 0), (8, 2, 0))


def test_who_leaves_while_another_goes_on_is_counted(serial: Any) -> None:
    """Two at one operation: the pieces and the minutes of both are told, each once."""
    serial.job("J-1", 10)
    starting.start(serial.vault, serial.otto, "J-1", 10)
    starting.start(serial.vault, serial.pat, "J-1", 10)
    stopping.pause(serial.vault, serial.otto, "J-1", 10, 3, 1)
    first = exporting.export(serial.vault, "times")
    assert [(one["person"], one["good"]) for one in first.rows] == [("otto", 3)]
    stopping.finish(serial.vault, serial.pat, "J-1", 10, 6)
    second = exporting.export(serial.vault, "times", first.cursor)
    assert [(one["person"], one["good"]) for one in second.rows] == [("pat", 6)]
    assert added_up(serial.vault) == as_the_job_says(serial.vault) == {("J-1", 10): (9, 1, 0)}


def test_what_a_tablet_sent_late_is_told_with_the_moment_it_was_done(serial: Any) -> None:
    """Twenty minutes without contact: the minutes reach the ERP, and end when the button was pressed."""
    serial.job("J-1", 10)
    starting.start(serial.vault, serial.otto, "J-1", 10, sent=Sent(ago=3600))
    stopping.finish(serial.vault, serial.otto, "J-1", 10, sent=Sent(ago=1200))
    (time,) = exporting.export(serial.vault, "times").rows
    (done,) = exporting.export(serial.vault, "completions").rows
    assert time["minutes"] == pytest.approx(40, abs=0.1)  # the two are sent in turn
    assert done["at"] == time["ended_at"]


def test_work_that_nobody_ended_ends_with_its_job(serial: Any) -> None:
    """A job that is closed while somebody is on it: the minutes until then are told, once."""
    serial.job("J-1", 10)
    starting.start(serial.vault, serial.otto, "J-1", 10, sent=Sent(ago=600))
    first = exporting.export(serial.vault, "times")
    assert list(first.rows) == []
    jobs.close(serial.vault, serial.pat, "J-1", "not needed")
    second = exporting.export(serial.vault, "times", first.cursor)
    (time,) = second.rows
    assert (time["person"], time["good"]) == ("otto", 0)
    assert 10 <= time["minutes"] < 11
    assert list(exporting.export(serial.vault, "times", second.cursor).rows) == []


def test_rework_split_and_a_move_add_up(serial: Any) -> None:
    """Good pieces that go round again, pieces split off, operations begun anew on another revision."""
    vault = serial.vault
    serial.job("J-1", 10)
    made(serial, 10, 9, 1)
    rework.plan(vault, serial.quinn, "J-1", 10, "burr", qty=2, steps=[Step(1, "bench", "File")])
    assert added_up(vault)["J-1", 10] == (7, 1, 2)
    made(serial, 11)
    splitting.split(vault, serial.pat, "J-1", 4, "half goes first")
    made(serial, 20)
    assert added_up(vault) == as_the_job_says(vault)
    told = {one["job"]: one for one in exporting.export(vault, "jobs").rows}
    assert [(told[name]["split_from"], told[name]["qty"]) for name in ("J-1", "J-1.2")] == [
        ("", 6), ("J-1", 4),
    ]  # fmt: skip
    serial.release("10-0042", setup__txt="Second jaws.")
    deciding.move(vault, serial.pat, "J-1", "few made yet")
    assert added_up(vault) == as_the_job_says(vault)
    assert "moved" in {one["what"] for one in exporting.export(vault, "completions").rows}


def test_a_split_job_goes_by_the_line_of_its_order(serial: Any) -> None:
    """The ERP knows one line of ten pieces; both jobs that it became say so."""
    from traveler.exchange import importing
    from traveler.exchange.mapping import Map

    text = (
        "external_id,job,item,rev,qty,due,customer,order\n4711-1,J-1,10-0042,,10,2027-03-01,,PO 1\n"
    )
    importing.take_over(serial.vault, serial.pat, text.encode(), "f.csv", Map())
    jobs.release_job(serial.vault, serial.pat, "J-1")
    splitting.split(serial.vault, serial.pat, "J-1", 4, "half goes first")
    rows = list(exporting.export(serial.vault, "jobs").rows)
    assert {(one["job"], one["external_id"], one["qty"]) for one in rows} == {
        ("J-1", "4711-1", 6), ("J-1.2", "4711-1", 4),
    }  # fmt: skip
