# SPDX-License-Identifier: AGPL-3.0-or-later
"""Copies, recalls and read receipts at the terminal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result


@pytest.fixture
def run(drawn: Any) -> Callable[..., Result]:
    """Return a function that runs a command on the shop: ``run("copies", "10-0042", who="pat")``."""
    from vault import cli

    def call(*words: str, who: str = "") -> Result:
        acting = ["--as", who] if who else []
        return CliRunner().invoke(cli.trunk(), ["--vault", str(drawn.vault.root), *acting, *words])

    return call


def code(result: Result) -> int:
    """Return the exit code a shell would see; the trunk itself turns refusals into theirs."""
    from vault.errors import Refusal

    refusal = result.exception
    return refusal.exit_code if isinstance(refusal, Refusal) else result.exit_code


def told(result: Result) -> Any:
    """Return the JSON a command printed."""
    assert result.exit_code == 0, result.output + str(result.exception)
    return json.loads(result.stdout)


def test_get_hands_out_a_numbered_copy(run: Any, drawn: Any, tmp_path: Path) -> None:
    """The PDF that was written is the one on record, to whoever acts, for the job that is named."""
    from traveler.copies import register

    out = tmp_path / "out"
    got = told(
        run("get", "10-0042", "-o", str(out), "--job", "J-1", "--op", "20", "--json", who="eli")
    )
    (copy,) = got["copies"]
    assert (got["number"], got["rev"], copy["copy"]) == ("10-0042", "B", "C-000001")
    assert set(got["files"]) == {path.name for path in out.iterdir()}
    assert hashlib.sha256((out / "bracket.pdf").read_bytes()).hexdigest() == copy["sha256"]
    record = register.look(drawn.vault, "C-000001").copy
    assert (record.person, record.work) == ("eli", "J-1 step 20, mill-2")
    plain = run("get", "10-0042", "-o", str(out), who="eli")
    assert "10-0042 B: bracket.pdf, copy C-000002" in plain.stdout


def test_get_without_a_name_is_on_record_by_the_login(
    run: Any, drawn: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sits at the vault's own machine need not say who they are; the system knows."""
    from traveler.copies import register

    monkeypatch.setenv("LOGNAME", "Workshop PC")
    assert code(run("get", "10-0042", "-o", str(tmp_path / "out"))) == 0
    assert register.look(drawn.vault, "C-000001").copy.person == "workshoppc"


def test_get_of_originals_and_working_files_makes_no_copy(
    run: Any, drawn: Any, tmp_path: Path
) -> None:
    """They carry no stamp; options that contradict each other are wrong use."""
    for words in (("--original",), ("--working",), ("--rev", "A")):
        got = told(run("get", "10-0042", "-o", str(tmp_path / "out"), *words, "--json", who="eli"))
        assert got.get("copies", []) == []
    for words in (("--working", "--rev", "B"), ("--job", "J-1", "--original"), ("--op", "10")):
        assert code(run("get", "10-0042", "-o", str(tmp_path), *words, who="eli")) == 2
    assert told(run("copies", "10-0042", "--json")) == []


def test_get_of_a_recalled_revision_writes_nothing(run: Any, drawn: Any, tmp_path: Path) -> None:
    """Not even the files beside the drawing; a customer gets no copy either."""
    out = tmp_path / "out"
    assert code(run("get", "10-0042", "-o", str(out), who="cora")) == 1
    drawn.recall("10-0042", "B")
    refused = run("get", "10-0042", "--rev", "B", "-o", str(out), who="eli")
    assert (code(refused), out.exists()) == (1, False)
    assert code(run("get", "10-0042", "-o", str(out), who="eli")) == 3


def test_copies_are_listed_shown_closed_and_put_right(run: Any, tmp_path: Path) -> None:
    """The whole life of a copy at the terminal, with the exit code of each refusal."""
    run("get", "10-0042", "-o", str(tmp_path / "out"), "--job", "J-1", who="eli")
    (one,) = told(run("copies", "10-0042", "B", "--json"))
    assert (one["copy"], one["job"], one["state"], one["closed"]) == (
        "C-000001",
        "J-1",
        "open",
        None,
    )
    assert "C-000001" in run("copies", "10-0042").stdout
    assert told(run("copies", "list", "--to-collect", "--json")) == []
    assert code(run("copies", "close", "C-000001", who="pat")) == 2
    assert code(run("copies", "close", "C-000009", "--destroyed", who="pat")) == 3
    assert code(run("copies", "close", "C-000001", "--missing", who="pat")) == 1
    assert code(run("copies", "close", "C-000001", "--destroyed", who="")) == 2
    done = told(
        run("copies", "close", "c-000001", "--destroyed", "-m", "shredded", "--json", who="pat")
    )
    assert (done["state"], done["closed"]["by"], done["closed"]["note"]) == (
        "destroyed",
        "pat",
        "shredded",
    )
    assert code(run("copies", "close", "C-000001", "--collected", who="quinn")) == 4
    assert (
        told(run("copies", "correct", "C-000001", "-m", "typo", "--json", who="pat"))["state"]
        == "open"
    )
    shown = told(run("copies", "show", "C-000001", "--json"))
    assert [act["what"] for act in shown["acts"]] == [
        "handed out", "destroyed", "put back to being out",
    ]  # fmt: skip
    assert code(run("copies", "none")) == 3


def test_a_recall_lists_what_it_leaves_to_do(run: Any, tmp_path: Path) -> None:
    """Copies and jobs with the command for each, and the same again until nothing is left."""
    run("get", "10-0042", "-o", str(tmp_path / "out"), who="eli")
    said = run("recall", "10-0042", "B", "-m", "hole", "--instruction", "scrap", "--ask", "quinn",
               who="mchen")  # fmt: skip
    for line in ("10-0042 B is recalled: hole", "Scrap what was made from it. Ask quinn.",
                 "titleblock copies close C-000001", "titleblock job decide J-1"):  # fmt: skip
        assert line in said.stdout, line
    (left,) = told(run("recalls", "--json"))
    assert (left["number"], left["state"], left["open"]) == ("10-0042", "open", 2)
    run("copies", "close", "C-000001", "--collected", who="pat")
    one = run("recalls", "10-0042", "B").stdout
    assert "✓ copy C-000001" in one
    assert "✗ job J-1" in one
    assert code(run("recalls", "10-0042", "A")) == 0  # superseded by B
    assert code(run("recalls", "10-0050", "A")) == 3
    assert (
        run("recall", "10-0042", "B", "-m", "x", "--instruction", "burn", who="mchen").exit_code
        == 2
    )


def test_a_revision_is_read_at_the_terminal(run: Any, drawn: Any) -> None:
    """What is to be read is listed, acknowledged once, and then is gone from the list."""
    from release.terms import Terms

    drawn.release_drawing("THIRD", terms=Terms(readers=("otto",)))
    (due,) = told(run("read", "--json", who="otto"))
    assert (due["number"], due["rev"]) == ("10-0042", "C")
    assert "otto has read 10-0042 C." in run("read", "10-0042", "C", who="otto").stdout
    assert told(run("read", "--json", who="otto")) == []
    assert code(run("read", "10-0042", "C", who="pat")) == 1
    assert code(run("read", "10-0042", who="otto")) == 2
