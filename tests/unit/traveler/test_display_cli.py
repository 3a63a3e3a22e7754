# SPDX-License-Identifier: AGPL-3.0-or-later
"""``titleblock display``: a screen is made, listed and withdrawn; every refusal is a sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from vault.errors import Refusal


def run(shop: Any, who: str, *words: str) -> Any:
    """Run the command as somebody."""
    from vault import cli

    given = ["--vault", str(shop.vault.root), "--as", who, "display", *words]
    return CliRunner().invoke(cli.trunk(), given)


def test_a_screen_from_the_terminal(shop: Any) -> None:
    """The address comes once, the list never has it; withdrawn it opens nothing."""
    from traveler.display import links
    from traveler.display.errors import DisplayEnded

    shop.job()
    made = json.loads(run(shop, "pat", "make", "--station", "SAW-1", "--json").stdout)
    assert (made["display"], made["station"], made["state"]) == (1, "saw-1", "live")
    code = made["address"].rpartition("/")[2]
    assert links.look(shop.vault, code.upper()).station == "saw-1"
    listed = run(shop, "otto", "list", "--json").stdout
    assert json.loads(listed)[0]["display"] == 1
    assert code not in listed
    assert "the shop" in run(shop, "ada", "make", "--place", "hall 2").stdout
    assert run(shop, "pat", "withdraw", "1").exit_code == 0
    with pytest.raises(DisplayEnded, match="is withdrawn"):
        links.look(shop.vault, code)


@pytest.mark.parametrize(("who", "words", "code", "said"), [
    ("otto", ["make"], 1, "planner"), ("eli", ["withdraw", "1"], 1, "planner"),
    ("pat", ["make", "--station", "none"], 3, "none"), ("pat", ["make", "--days", "0"], 1, "1 to 1830"),
    ("pat", ["withdraw", "7"], 3, "There is no screen 7"),
])  # fmt: skip
def test_every_refusal_of_a_screen_is_a_sentence(
    shop: Any, who: str, words: list[str], code: int, said: str
) -> None:
    """With the exit code of its kind."""
    done = run(shop, who, *words)
    assert isinstance(done.exception, Refusal)
    assert done.exception.exit_code == code
    assert said in str(done.exception)
