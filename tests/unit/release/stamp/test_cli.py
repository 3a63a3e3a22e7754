# SPDX-License-Identifier: AGPL-3.0-or-later
"""The stamping engine on the command line, without any vault."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import click
import pymupdf
import pytest
from click.testing import CliRunner, Result

from release.errors import UnstampableFile
from release.stamp import cli as stamp_cli


@pytest.fixture
def run(tmp_path: Path) -> Any:
    """A function that calls the verb and returns what it said."""
    trunk = click.Group()
    stamp_cli.hang(trunk)

    def call(*words: str) -> Result:
        return CliRunner().invoke(trunk, ["stamp", *words], catch_exceptions=True)

    return call


def test_a_file_is_stamped_and_described_as_json(run: Any, put: Any, sheets: Any) -> None:
    """Values by --set, a QR by --qr, an own label; the answer holds the digest of the file."""
    source, out = put(sheets.cases["form"]), put(b"", "out.pdf")
    result = run(
        str(source), "-o", str(out), "--state", "superseded", "--set", "number=10-1",
        "--set", "rev=C", "--set", "Superseded by=D", "--qr", sheets.url, "--json",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert said["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert (said["pages"], said["how"], said["removed"]) == (1, "in place", ["submit"])
    with pymupdf.open(out) as document:
        words = document[0].get_text()
    for word in ("SUPERSEDED", "10-1", "Rev. C", "Superseded by", "D"):
        assert word in words


def test_people_are_told_what_is_unusual(run: Any, put: Any, sheets: Any) -> None:
    """Odd ways, covered ground and removed content are said in plain sentences."""
    out = str(put(b"", "out.pdf"))
    odd = run(str(put(sheets.cases["too many Q"])), "-o", out, "--state", "review").output
    assert "not stamped in place but rewritten" in odd
    full = run(str(put(sheets.cases["full of lines"])), "-o", out, "--state", "review").output
    assert "No white space was found on page 1" in full
    script = run(str(put(sheets.cases["javascript"])), "-o", out, "--state", "review").output
    assert "Left out of the copy: javascript." in script


def test_misuse_is_told_apart_from_refusal(run: Any, put: Any, sheets: Any) -> None:
    """A wrong option is wrong use, exit code 2; a file that cannot be stamped is a refusal."""
    good, out = str(put(sheets.cases["a4"])), str(put(b"", "out.pdf"))
    assert run(good, "-o", out, "--state", "approved").exit_code == 2
    assert run(good, "-o", out, "--state", "review", "--set", "number").exit_code == 2
    assert run("missing.pdf", "-o", out, "--state", "review").exit_code == 2
    tiny = str(put(sheets.written([sheets.page("[0 0 4 4]", content="")]), "tiny.pdf"))
    refused = run(tiny, "-o", out, "--state", "review")
    assert isinstance(refused.exception, UnstampableFile)
    assert "tiny.pdf cannot be stamped: page 1 is" in str(refused.exception)


def test_the_password_of_a_locked_file_comes_from_standard_input(
    put: Any, sheets: Any, tmp_path: Path
) -> None:
    """Never from an argument; the copy opens without one."""
    trunk = click.Group()
    stamp_cli.hang(trunk)
    source, out = put(sheets.cases["user's password"]), tmp_path / "out.pdf"
    words = ["stamp", str(source), "-o", str(out), "--state", "review", "--password-stdin"]
    wrong = CliRunner().invoke(trunk, words, input="guess\n")
    assert "the password does not open it" in str(wrong.exception)
    told = CliRunner().invoke(trunk, words, input="open sesame\n")
    assert told.exit_code == 0, told.output
    with pymupdf.open(out) as document:
        assert not document.needs_pass
        assert "IN REVIEW" in document[0].get_text()


def test_the_templates_of_a_rules_file_are_tried(
    run: Any, put: Any, sheets: Any, tmp_path: Path
) -> None:
    """With the pictures beside it; what the rules would refuse is refused here."""
    rules, out = tmp_path / "rules.toml", tmp_path / "out.pdf"
    rules.write_text('[stamps]\nlanguage = "de"\nmark = "mark.svg"\n')
    (tmp_path / "mark.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
    )
    source = str(put(sheets.cases["a4"]))
    words = (source, "-o", str(out), "--state", "released", "--templates", str(rules))
    assert run(*words).exit_code == 0
    with pymupdf.open(out) as document:
        assert "FREIGEGEBEN" in document[0].get_text()
    rules.write_text('[stamps]\nlanguage = "xx"\n')
    assert "is none of" in str(run(*words).exception)
