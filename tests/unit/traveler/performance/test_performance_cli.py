# SPDX-License-Identifier: AGPL-3.0-or-later
"""Figures at the terminal: tables, one table as CSV, JSON, and every refusal."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
SPRING = ("--from", "2026-01-01", "--to", "2026-12-31")


@pytest.fixture
def run(shop: Any) -> Run:
    """Return a caller of ``titleblock`` on the shop, where a job was cancelled in March."""
    from datetime import UTC, datetime

    from click.testing import CliRunner

    from traveler import jobs
    from vault import cli, clock

    with clock.standing_at(datetime(2026, 3, 2, 8, tzinfo=UTC)):
        shop.job("J-1", customer="=HYPERLINK(1)")
        jobs.cancel(shop.vault, shop.pat, "J-1", "customer went away")

    def call(*words: str, who: str = "pat") -> Any:
        root = ["--vault", str(shop.vault.root), "--as", who]
        return CliRunner().invoke(cli.trunk(), [*root, "performance", *words])

    return call


def test_the_range_is_told_in_tables(run: Run) -> None:
    """Periods and customers; what is empty is left out."""
    said = run(*SPRING).output
    assert "From 2026-01-01 to 2026-12-31, by month" in said
    assert "Mar 2026" in said
    assert "BY CUSTOMER" in said
    assert "BY STATION" not in said


def test_an_empty_range_says_why(run: Run) -> None:
    """And exits as done: nothing is wrong."""
    done = run("--from", "2020-01-01", "--to", "2020-12-31")
    assert "the first day with figures is 2026-03-02" in done.output
    assert done.exit_code == 0


def test_a_program_reads_the_same(run: Run) -> None:
    """Total, tables, definitions."""
    told = json.loads(run(*SPRING, "--by", "year", "--json").output)
    assert (told["from"], told["by"], told["whole"]) == ("2026-01-01", "year", True)
    assert told["total"]["cancelled"] == 1
    assert told["total"]["on_time_percent"] is None
    assert [one["period"] for one in told["periods"]] == ["2026"]
    assert "On-time delivery" in told["definitions"]


def test_a_table_becomes_a_file_no_spreadsheet_runs_anything_of(run: Run, tmp_path: Path) -> None:
    """A customer called like a formula stays a name."""
    out = tmp_path / "customers.csv"
    done = run(*SPRING, "--table", "customers", "-o", str(out), "--json")
    assert json.loads(done.output) == {"table": "customers", "file": str(out), "rows": 1}
    rows = list(csv.DictReader(out.read_text("utf-8-sig").splitlines()))
    assert [(one["customer"], one["cancelled"]) for one in rows] == [("'=HYPERLINK(1)", "1")]


REFUSED = [
    (("--table", "profits"), 3, "There is no table “profits” here; there are periods, stations"),
    (("--by", "moon"), 1, "Figures cannot be grouped by “moon”"),
    (("--from", "yesterday"), 1, "“yesterday” is no range of days: it is no day"),
    (("--person", "otto"), 1, "Figures of a person are seen by that person"),
]


@pytest.mark.parametrize(("words", "code", "said"), REFUSED)
def test_what_cannot_be_told_is_refused(run: Run, words: Any, code: int, said: str) -> None:
    """In one sentence with what to do."""
    done = run(*words)
    assert said in str(done.exception)
    assert getattr(done.exception, "exit_code", 0) == code


def test_ones_own_figures_are_told(run: Run) -> None:
    """Otto has none yet, and that is no refusal."""
    done = run(*SPRING, "--person", "otto", who="otto")
    assert "Nothing was counted" in done.output
    assert done.exit_code == 0


def test_a_recount_is_made_and_compared(run: Run, shop: Any) -> None:
    """What differs is named and damages nothing."""
    from traveler.performance.book import opened

    assert "1 jobs counted anew" in run("recount").output
    assert "each as a recount has it" in run("recount", "--check").output
    with opened(shop.vault) as book:
        book.file.execute("DELETE FROM job")
    done = run("recount", "--check")
    assert "differ from a recount in 1 rows, first job" in str(done.exception)
    assert getattr(done.exception, "exit_code", 0) == 5
