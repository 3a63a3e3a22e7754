# SPDX-License-Identifier: AGPL-3.0-or-later
"""block, unblock, blockers and job decide, as INTERFACE promises them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click
import pytest
from click.testing import CliRunner

from traveler.blockers.errors import BlockerNowhere
from traveler.decisions.errors import BadChoice
from traveler.errors import OperationBlocked, RevisionUndecided
from vault.cli import trunk

Run = Callable[..., Any]


@pytest.fixture
def run(shop: Any) -> Run:
    """Return a function that runs one command as somebody and returns its JSON, or its text."""
    line = trunk()

    def invoke(who: str, *words: str, text: bool = False, given: str = "") -> Any:
        said = ["--vault", str(shop.vault.root), *(["--as", who] if who else []), *words]
        result = CliRunner().invoke(line, [*said, *([] if text else ["--json"])], input=given)
        if result.exception is not None:
            raise result.exception
        return result.output if text else json.loads(result.output)

    return invoke


def test_a_blocker_is_raised_and_resolved_from_the_command_line(run: Run, shop: Any) -> None:
    """The line of INTERFACE, then ack, step, correct, unblock, close, reopen, show."""
    shop.job("J-1")
    made = run("otto", "block", "J-1", "--type", "material", "--owner", "pat", "-m", "no bar Ø40",
               "--path", "call the mill", "--until", "2027-02-01", "--set", "po=PO 9")  # fmt: skip
    assert (made["type"], made["job"], made["until"], made["facts"], made["missing"]) == (
        "material", "J-1", "2027-02-01", {"po": "PO 9"}, ["Expected on"],
    )  # fmt: skip
    number = str(made["id"])
    assert run("", "job", "show", "J-1")["blockers"][0]["id"] == made["id"]
    with pytest.raises(OperationBlocked):
        run("otto", "op", "start", "J-1", "10")
    assert run("pat", "block", "ack", number)["state"] == "acknowledged"
    assert run("pat", "block", "step", number, "1")["path"][0]["done_by"] == "pat"
    changed = run("pat", "block", "correct", number, "-m", "called", "--set", "eta=2027-02-03")
    assert changed["facts"] == {"po": "PO 9", "eta": "2027-02-03"}
    assert run("pat", "op", "start", "J-1", "10", "--override", "enough")["state"] == "running"
    assert run("pat", "unblock", number, "-m", "came")["state"] == "resolved"
    assert run("otto", "block", "close", number)["state"] == "closed"
    assert run("quinn", "block", "reopen", number, "-m", "bent")["state"] == "open"
    shown = run("", "block", "show", number)
    assert [one["act"] for one in shown["history"]] == [
        "raise", "acknowledge", "step", "correct", "resolve", "close", "reopen",
    ]  # fmt: skip
    assert "x 1. call the mill" in run("", "block", "show", number, text=True)
    text = run("", "job", "show", "J-1", text=True)
    assert "BLOCKED material: no bar Ø40" in text
    assert f"was started past blocker {number} by pat: enough" in text


def test_blockers_are_listed_filtered_and_counted(run: Run, shop: Any) -> None:
    """By job, station, owner, type, state; ``--stats`` counts them."""
    shop.job("J-1")
    run("otto", "block", "--station", "mill-2", "--type", "machine", "--owner", "eli", "-m", "loud")
    run(
        "otto",
        "block",
        "J-1",
        "--op",
        "20",
        "--type",
        "outside-process",
        "--owner",
        "pat",
        "-m",
        "away",
    )
    assert len(run("", "blockers")) == 2
    assert [one["what"] for one in run("", "blockers", "--job", "J-1")] == ["away"]
    assert [one["what"] for one in run("", "blockers", "--station", "mill-2")] == ["loud", "away"]
    assert [one["what"] for one in run("", "blockers", "--owner", "eli")] == ["loud"]
    assert [one["what"] for one in run("", "blockers", "--type", "outside")] == ["away"]
    assert run("", "blockers", "--state", "closed") == []
    assert "all jobs at mill-2" in run("", "blockers", text=True)
    counts = run("", "blockers", "--stats")
    assert [one["blocking"] for one in counts["types"]] == [1, 1]
    assert "up to a day" in run("", "blockers", "--stats", text=True)


def test_wrong_words_are_told(run: Run, shop: Any) -> None:
    """No place, a pair without a sign, a choice nobody knows; ``block --help`` still helps."""
    shop.job("J-1")
    with pytest.raises(BlockerNowhere):
        run("otto", "block", "--type", "machine", "--owner", "eli", "-m", "loud")
    with pytest.raises((SystemExit, click.UsageError)):
        run("otto", "block", "J-1", "--type", "machine", "--owner", "eli", "-m", "x", "--set", "po")
    with pytest.raises(BadChoice):
        run("pat", "job", "decide", "J-1", "dance", "-m", "x")
    assert "reopen" in run("", "block", "--help", text=True)


def test_a_job_is_decided_from_the_command_line(run: Run, shop: Any) -> None:
    """First shown with both routes, then a deviation by password, then moved."""
    shop.job("J-1")
    shop.release("10-0042", setup__txt="Other jaws.")
    with pytest.raises(RevisionUndecided):
        run("otto", "op", "start", "J-1", "10")
    asked = run("", "job", "decide", "J-1")
    assert (asked["open"], asked["files"], [one["choice"] for one in asked["options"]]) == (
        True, ["setup.txt"], ["deviation", "move", "hold"],
    )  # fmt: skip
    assert "setup.txt changed" in run("", "job", "decide", "J-1", text=True)
    made = run("mchen", "job", "decide", "J-1", "deviation", "-m", "jaws are tooling", "--qty", "3",
               "--password-stdin", given="correct horse 7\n")  # fmt: skip
    assert (made["choice"], made["pieces"]) == ("deviation", 3)
    assert run("otto", "op", "start", "J-1", "10")["state"] == "running"
    run("otto", "op", "pause", "J-1", "10", "--qty", "3")
    assert run("pat", "job", "decide", "J-1", "hold", "-m", "wait")["choice"] == "hold"
    moved = run("pat", "job", "decide", "J-1", "move", "-m", "after all", "--again", "10")
    assert moved["differences"][-1].endswith("is done again (3 good, 0 scrap before)")
    assert run("", "job", "show", "J-1")["rev"] == "B"
