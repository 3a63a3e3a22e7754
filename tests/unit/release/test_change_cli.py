# SPDX-License-Identifier: AGPL-3.0-or-later
"""Change orders at the terminal: the same verbs and findings, exit codes, and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person

Run = Callable[..., Any]


@pytest.fixture
def run(vault: Vault, people: dict[str, Person], draw: Callable[..., Path], password: str) -> Run:
    """Return a way to run a command as somebody, in a vault with two items."""
    from click.testing import CliRunner

    from release import desk
    from vault.cli import trunk

    for number in ("10-0001", "10-0002"):
        desk.add_item(
            vault, people["eli"], number, f"Part {number}", "mchen", path=f"vise/{number}"
        )
        desk.check_in(vault, people["eli"], number, {"a.pdf": draw("a.pdf", number)}, "first")

    def call(who: str, *words: str) -> Any:
        given = ["--vault", str(vault.root), "--as", who, "change", *words]
        return CliRunner().invoke(trunk(), given, input=f"{password}\n")

    return call


def test_a_dry_run_shows_what_would_be_opened_and_opens_nothing(vault: Vault, run: Run) -> None:
    """Letters *will be*, every finding is there, and the number stays free."""
    shown = run("eli", "open", "--folder", "vise", "-m", "all", "--dry-run")
    assert shown.exit_code == 0, shown.output
    assert "Nothing was opened. It would be CO-0001, major: all" in shown.output
    assert "10-0001  new → will be A" in shown.output
    assert "waits for mchen" in shown.output
    assert vault.history.tip("refs/changes/CO-0001") is None
    assert run("eli", "open", "-m", "nothing named").exit_code == 2


def test_an_order_is_opened_on_terms_and_told_as_json(run: Run) -> None:
    """What the options say comes back by its own names."""
    said = run("eli", "open", "10-0001", "-m", "why", "--class", "minor", "--note", "10-0001=slot",
               "--stock", "10-0001=scrap", "--observer", "pat", "--json")  # fmt: skip
    told = json.loads(said.output)
    assert (told["change"], told["class"], told["observers"]) == ("CO-0001", "minor", ["pat"])
    assert (told["items"][0]["notes"], told["items"][0]["stock"]) == ("slot", "scrap")
    assert run("eli", "amend", "CO-0001", "--add", "10-0002").exit_code == 0
    assert "pat: When?" in run("pat", "comment", "CO-0001", "-m", "When?").output
    assert "withdrawn" in run("eli", "withdraw", "CO-0001", "-m", "hole").output
    assert "CO-0001" in run("eli", "list", "--state", "withdrawn").output


def test_several_are_signed_at_once_and_the_one_that_cannot_be_is_told(run: Run) -> None:
    """Both orders stand signed, the third is named, and the exit code says that not all were."""
    for number in ("10-0001", "10-0002"):
        run("eli", "open", number, "-m", number)
    done = run("mchen", "sign", "CO-0001", "co-0002", "CO-0009", "--password-stdin", "--json")
    told = json.loads(done.stdout[done.stdout.index("{") : done.stdout.rindex("}") + 1])
    assert {one["change"]: one["signed"] for one in told["orders"]} == {
        "CO-0001": True, "CO-0002": True, "CO-0009": False,
    }  # fmt: skip
    assert done.exit_code != 0
    for change in ("CO-0001", "CO-0002"):
        shown = json.loads(run("eli", "show", change, "--json").output)
        assert [one["by"] for one in shown["signoffs"]] == ["mchen"]
