# SPDX-License-Identifier: AGPL-3.0-or-later
"""evidence, measure and gauge, as INTERFACE promises them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from traveler.quality.errors import GaugeOverdue
from vault.cli import trunk


def run(shop: Any, *words: str, who: str = "quinn", code: int = 0) -> Any:
    """Run one command and return its JSON; ``code`` is the exit code it has to end with."""
    line: click.Group = trunk()
    said = ["--vault", str(shop.vault.root), "--as", who, *words, "--json"]
    result = CliRunner().invoke(line, said)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code
    return json.loads(result.output)


def test_results_are_imported_entered_corrected_and_shown(shop: Any, tmp_path: Path) -> None:
    """Good rows land and bad ones end in exit code 1; a dry run lands nothing."""
    table = tmp_path / "lot.csv"
    table.write_text("balloon,piece,result\n1,1,12.030\n1,2,12.001\n9,1,1\n")
    tried = run(shop, "measure", "J-1", "--op", "40", str(table), "--dry-run")
    assert (tried["good"], tried["outside"], len(tried["bad"])) == (2, 1, 1)
    assert run(shop, "measure", "show", "J-1")["pieces"] == []
    done = run(shop, "measure", "J-1", "--op", "40", str(table), code=1)
    assert (done["count"], done["outside"][0]["by"], done["bad"][0]["name"]) == (2, "0.012", "9")
    run(shop, "measure", "enter", "J-1", "12.002", "12.003", "--balloon", "1", "--piece", "3")
    wrong = str(done["outside"][0]["id"])
    assert (
        run(shop, "measure", "correct", "J-1", wrong, "12.003", "-m", "misread")["verdict"]
        == "pass"
    )
    bore = run(shop, "measure", "show", "J-1")["characteristics"][0]
    assert [one["piece"] for one in bore["results"]] == ["1", "2", "3", "4"]
    gone = str(bore["results"][3]["id"])
    run(shop, "measure", "withdraw", "J-1", gone, "-m", "other part")
    bore = run(shop, "measure", "show", "J-1")["characteristics"][0]
    assert (bore["measured"], bore["needed"], bore["state"]) == (3, 5, "missing")


def test_evidence_and_gauges_from_the_command_line(shop: Any, tmp_path: Path) -> None:
    """What INTERFACE says, and an overdue gauge refused here as everywhere."""
    paper = tmp_path / "mill.txt"
    paper.write_text("heat H-1")
    made = run(shop, "evidence", "add", "J-1", str(paper), "--kind", "certificate", "--op", "10",
               "--heat", "H-1", "-m", "3.1")  # fmt: skip
    assert (made[0]["heat"], made[0]["op"], made[0]["file"]["name"]) == ("H-1", 10, "mill.txt")
    number = str(made[0]["id"])
    run(shop, "evidence", "correct", number, "--heat", "H-2", "-m", "read again")
    assert run(shop, "evidence", "list", "J-1")[0]["heat"] == "H-2"
    got = run(shop, "evidence", "get", number, "-o", str(tmp_path / "out"))
    assert Path(got["files"][0]["file"]).read_bytes() == b"heat H-1"
    assert run(shop, "evidence", "withdraw", number, "-m", "wrong job")[0]["withdrawn"]
    run(shop, "gauge", "add", "MIC-1", "--kind", "Micrometer", "--due", "2020-01-01")
    assert run(shop, "gauge", "list")[0]["state"] == "overdue"
    with pytest.raises(GaugeOverdue):
        run(shop, "measure", "enter", "J-1", "12.0", "--balloon", "1", "--gauge", "MIC-1")
    told = run(shop, "gauge", "calibrated", "MIC-1", "--due", "2149-01-01", "--certificate", "K-1")
    assert (told["state"], run(shop, "gauge", "show", "MIC-1")["calibrations"][0]["fit"]) == (
        "ready", True,
    )  # fmt: skip
    assert run(shop, "gauge", "retire", "MIC-1")[0]["state"] == "retired"
