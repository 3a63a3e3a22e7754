# SPDX-License-Identifier: AGPL-3.0-or-later
"""People on the command line: secrets never stand in an argument, roles are taken as written."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from vault.cli import trunk
from vault.ledger import people as ledger_people
from vault.ledger.errors import NoSuchRole, RoleNeeded, WrongPassword

if TYPE_CHECKING:
    from vault.home import Vault

Run = Callable[..., Any]


@pytest.fixture
def run(vault: Vault) -> Run:
    """Return a function that runs one command as ada, or as another, and returns its JSON."""
    line = trunk()

    def invoke(*words: str, who: str = "ada", given: str | None = None) -> Any:
        call = ["--vault", str(vault.root), "--as", who, *words, "--json"]
        result = CliRunner().invoke(line, call, input=given)
        if result.exception is not None:
            raise result.exception
        return json.loads(result.output)

    return invoke


@pytest.mark.parametrize(
    "roles",
    [
        ["--role", "operator", "--role", "quality"],
        ["--role", "operator", "quality"],
        ["--role", "operator,quality"],
    ],
)
def test_a_person_is_added_with_several_roles(run: Run, vault: Vault, roles: list[str]) -> None:
    """However the roles are written, they are the ones the person has."""
    assert run("user", "add", "zoe", *roles, "--email", "zoe@shop.example")["user"] == "zoe"
    assert ledger_people.get(vault.ledger, "zoe").roles == {"operator", "quality"}
    with pytest.raises(NoSuchRole):
        run("user", "add", "yan", "--role", "king")


def test_secrets_come_from_standard_input(run: Run, vault: Vault) -> None:
    """Password and PIN are read as one line, and work at once."""
    run("user", "password", "otto", "--password-stdin", given="another horse 8\n")
    run("user", "pin", "otto", "--password-stdin", given="1357")
    assert ledger_people.check_password(vault.ledger, "otto", "another horse 8").name == "otto"
    assert ledger_people.check_pin(vault.ledger, "otto", "1357").name == "otto"
    with pytest.raises(RoleNeeded):
        run("user", "password", "ada", "--password-stdin", who="otto", given="another horse 8\n")


def test_tokens_are_issued_listed_and_revoked(run: Run, vault: Vault) -> None:
    """The secret is shown once; the list shows the rest."""
    made = run("user", "token", "eli", "--scope", "git", "--expires", "30d")
    assert made["user"] == "eli"
    assert ledger_people.check_token(vault.ledger, made["token"], "git").name == "eli"
    (listed,) = run("user", "token", "eli")
    assert (listed["scope"], listed["live"], "token" in listed) == ("git", True, False)
    run("user", "token", "eli", "--revoke", str(listed["id"]))
    assert run("user", "token", "eli")[0]["live"] is False


def test_people_are_listed_disabled_and_unlocked(run: Run, vault: Vault) -> None:
    """The list shows who has what; a disabled person stays on it."""
    listed = {one["user"]: one for one in run("user", "list")}
    assert listed["otto"]["has_pin"]
    assert not listed["pat"]["has_pin"]
    assert run("user", "disable", "otto")["disabled"]
    with pytest.raises(WrongPassword):
        ledger_people.check_password(vault.ledger, "otto", "correct horse 7")
    assert not run("user", "disable", "otto", "--enable")["disabled"]
    assert run("user", "unlock", "otto") == {"user": "otto"}
    assert run("user", "role", "otto", "operator", "planner")["roles"] == ["operator", "planner"]


def test_an_upgrade_of_a_current_ledger_says_so(vault: Vault) -> None:
    """The command works without opening the vault, which an outdated ledger would refuse."""
    result = CliRunner().invoke(trunk(), ["--vault", str(vault.root), "ledger", "upgrade"])
    assert result.exit_code == 0
    assert "is up to date" in result.output
