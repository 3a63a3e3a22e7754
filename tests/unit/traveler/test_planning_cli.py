# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lots, rework, steps left out, kits, outside work and calendars from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner

from traveler.decisions.errors import NothingToDecide
from vault.cli import trunk

Run = Callable[..., Any]


@pytest.fixture
def run(serial: Any) -> Run:
    """Return a function that runs one command as somebody and returns its JSON, or its text."""
    line = trunk()

    def invoke(who: str, *words: str, text: bool = False) -> Any:
        given = ["--vault", str(serial.vault.root), "--as", who, *words]
        result = CliRunner().invoke(line, [*given, *([] if text else ["--json"])])
        if result.exception is not None:
            raise result.exception
        return result.output if text else json.loads(result.output)

    return invoke


def test_a_job_is_split_reworked_and_cut_short(run: Run) -> None:
    """What planners do with a running job, and what ``job show`` then says to people."""
    run(
        "pat",
        "job",
        "add",
        "J-1",
        "10-0042",
        "--qty",
        "9",
        "--due",
        "2027-03-01",
        "--with",
        "10-0050*4",
    )
    run("pat", "job", "release", "J-1")
    run("otto", "op", "start", "J-1", "10")
    run("otto", "op", "finish", "J-1", "10", "--qty", "7", "--scrap", "1", "--rework", "1")
    made = run("pat", "job", "rework", "J-1", "10", "--step", "bench=File the edge=3",
               "--again", "10", "-m", "burr")  # fmt: skip
    assert made["operations"] == [11, 12]
    lot = run("pat", "job", "split", "J-1", "--qty", "3", "-m", "first delivery")
    assert (lot["job"], lot["qty"], lot["split_off"]) == ("J-1.2", 3, "J-1")
    run("pat", "job", "skip", "J-1", "30", "-m", "no burr there")
    shown = run("pat", "job", "show", "J-1", text=True)
    for said in ("split job J-1.2: 3 pieces", "with 4 × 10-0050 A", "(rework of 10)",
                 "operation 30 is left out (pat: no burr there)"):  # fmt: skip
        assert said in shown
    told = run("pat", "job", "show", "J-1")
    assert [one["qty"] for one in told["kit"]] == [4]
    assert told["operations"][1]["loop"]["back_to"] == 20
    assert run("pat", "job", "skip", "J-1", "30", "--back", "-m", "there is")["job"] == "J-1"
    with pytest.raises(NothingToDecide, match="10-0050 A, which is current"):
        run("pat", "job", "kit", "J-1", "10-0050", "-m", "newest")
    assert run("pat", "job", "cancel", "J-1.2", "-m", "order withdrawn")["state"] == "cancelled"
    kinds = [one["what"] for one in run("pat", "job", "history", "J-1")["events"]]
    assert {"job.rework", "job.split", "operation.skip", "operation.restore"} <= set(kinds)


def test_work_is_sent_out_and_taken_back(run: Run) -> None:
    """An outside station has a vendor and days; the pieces go with a slip and come back in parts."""
    run("pat", "station", "add", "saw-1", "--outside", "--sent-to", "Sawmill", "--days", "3")
    run("pat", "job", "add", "J-1", "10-0042", "--qty", "5", "--due", "2027-03-01")
    run("pat", "job", "release", "J-1")
    assert run("otto", "op", "send", "J-1", "10", "--slip", "LS 1")["state"] == "running"
    assert "at Sawmill until" in run("pat", "job", "show", "J-1", text=True)
    assert run("otto", "op", "back", "J-1", "10", "--part", "--qty", "2")["good"] == 2
    run("otto", "op", "send", "J-1", "10", "--slip", "LS 2")
    assert run("otto", "op", "back", "J-1", "10")["good"] == 5


def test_hours_and_holidays_are_told(run: Run) -> None:
    """The shop's week, a station's own, holidays, and a day that is ordinary again."""
    run("pat", "station", "add", "oven", "--lanes", "2", "--group", "ovens")
    assert run("pat", "shop", "hours", "Mon-Fri 06:00-14:00")["hours"] == "Mon-Fri 06:00-14:00"
    run("pat", "station", "hours", "oven", "Mon-Sun", "00:00-24:00")
    assert run("pat", "station", "hours", "oven")["hours"] == "Mon-Sun 00:00-24:00"
    assert run("pat", "shop", "hours")["hours"] == "Mon-Fri 06:00-14:00"
    run("pat", "shop", "holiday", "2027-12-24", "--until", "2027-12-26", "--name", "Christmas")
    run("pat", "station", "day", "oven", "2027-12-24", "06:00-12:00")
    run("pat", "shop", "day", "2027-12-26", "ordinary")
    told = run("pat", "shop", "calendar")
    assert [(one["day"], one["station"], one["hours"]) for one in told] == [
        ("2027-12-24", None, "closed"), ("2027-12-24", "oven", "06:00-12:00"),
        ("2027-12-25", None, "closed"),
    ]  # fmt: skip
    run("pat", "station", "holiday", "oven", "2027-12-27")
    by_code = {one["station"]: one for one in run("pat", "station", "list")}
    assert (by_code["oven"]["lanes"], by_code["oven"]["group"]) == (2, "ovens")
    assert by_code["ovens"]["hours"] == "Mon-Fri 06:00-14:00"
