# SPDX-License-Identifier: AGPL-3.0-or-later
"""The floor's command line says what INTERFACE promises, to people and to programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from traveler.errors import OperationCannot
from vault.cli import trunk
from vault.errors import NoActor, NotFound

Run = Callable[..., Any]


@pytest.fixture
def run(shop: Any) -> Run:
    """Return a function that runs one command as somebody and returns its JSON, or its text."""
    line = trunk()

    def invoke(who: str, *words: str, text: bool = False) -> Any:
        given = ["--vault", str(shop.vault.root), *(["--as", who] if who else []), *words]
        result = CliRunner().invoke(line, [*given, *([] if text else ["--json"])])
        if result.exception is not None:
            raise result.exception
        return result.output if text else json.loads(result.output)

    return invoke


def test_a_job_is_run_from_the_command_line(run: Run, tmp_path: Path) -> None:
    """Add, release, start, pause, finish, note, print, show: with the keys programs rely on."""
    added = run("pat", "job", "add", "J-1", "10-0042", "--qty", "5", "--due", "2027-03-01")
    assert (added["job"], added["number"], added["rev"], added["state"]) == (
        "J-1", "10-0042", "A", "planned",
    )  # fmt: skip
    assert run("pat", "job", "release", "J-1")["state"] == "released"
    assert run("otto", "op", "start", "J-1", "10")["state"] == "running"
    assert run("otto", "op", "pause", "J-1", "10", "--qty", "2")["good"] == 2
    run("otto", "op", "start", "J-1", "10")
    done = run("otto", "op", "finish", "J-1", "10", "--qty", "2", "--scrap", "1")
    assert (done["state"], done["good"], done["scrap"]) == ("done", 4, 1)
    run("otto", "op", "note", "J-1", "10", "-m", "Bar 3 was bent.")
    shown = run("", "job", "show", "J-1")
    assert {"job", "number", "rev", "state", "blockers", "proof", "need_by", "forecast"} <= set(
        shown
    )
    first = shown["operations"][0]
    assert (first["seq"], first["station"], first["state"]) == (10, "saw-1", "done")
    assert first["notes"][0]["note"] == "Bar 3 was bent."
    out = tmp_path / "t.pdf"
    printed = run("pat", "job", "traveler", "J-1", "-o", str(out))
    assert out.read_bytes().startswith(b"%PDF")
    assert [one["seq"] for one in printed["qr"]] == [None, 10, 20, 30, 40]
    assert run("pat", "job", "hold", "J-1", "-m", "late")["state"] == "held"
    assert run("pat", "job", "close", "J-1", "-m", "cancelled")["state"] == "closed"


def test_lists_and_histories(run: Run) -> None:
    """Jobs by filter, the history of a job by events, the history of an item by jobs."""
    run("pat", "job", "add", "J-1", "10-0042", "--qty", "5", "--due", "2027-03-01")
    run("pat", "job", "add", "J-2", "10-0050", "--qty", "5", "--due", "2027-01-01")
    assert [one["job"] for one in run("", "job", "list")] == ["J-2", "J-1"]
    assert [one["job"] for one in run("", "job", "list", "--item", "10-0042")] == ["J-1"]
    assert [one["what"] for one in run("", "job", "history", "J-1")["events"]] == ["job.added"]
    assert [one["job"] for one in run("", "job", "history", "10-0042")["jobs"]] == ["J-1"]
    with pytest.raises(NotFound):
        run("", "job", "history", "nothing")


def test_routes_and_stations(run: Run) -> None:
    """The released route, and stations added, changed and listed."""
    route = run("", "route", "show", "10-0042")
    assert (route["rev"], [one["seq"] for one in route["operations"]]) == ("A", [10, 20, 30, 40])
    assert run("pat", "station", "add", "saw-1", "--name", "Band saw")["minutes_per_day"] == 480
    assert run("pat", "station", "set", "SAW-1", "--minutes", "900")["minutes_per_day"] == 900
    (listed,) = run("", "station", "list")
    wanted = {"station": "saw-1", "name": "Band saw", "minutes_per_day": 900, "retired": False}
    assert {name: listed[name] for name in wanted} == wanted
    assert (listed["lanes"], listed["outside"], listed["hours"]) == (
        1,
        False,
        "Mon-Fri 07:00-22:00",
    )


def test_people_read_tables_and_sentences(run: Run) -> None:
    """Without --json there is text that says the same, and what to watch."""
    said = run(
        "pat", "job", "add", "J-1", "10-0042", "--qty", "5", "--due", "2027-03-01", text=True
    )
    assert said == "Job J-1: 5 of 10-0042 A, due 2027-03-01.\n"
    shown = run("", "job", "show", "J-1", text=True)
    assert "5 × 10-0042 A  Bracket  planned" in shown
    assert "Mill first side" in shown
    assert "saw-1" in run("", "job", "list", text=True)
    assert "Cut bar" in run("", "route", "show", "10-0042", text=True)


def test_acting_needs_a_name_and_refusals_come_through(run: Run) -> None:
    """Nobody acts anonymously; the verb's own sentence is what the terminal says."""
    with pytest.raises(NoActor):
        run("", "job", "add", "J-1", "10-0042", "--qty", "5", "--due", "2027-03-01")
    run("pat", "job", "add", "J-1", "10-0042", "--qty", "5", "--due", "2027-03-01")
    with pytest.raises(OperationCannot, match="Operation 10 of job J-1 is waiting"):
        run("otto", "op", "finish", "J-1", "10")
