# SPDX-License-Identifier: AGPL-3.0-or-later
"""The check-in of the command line: the desk's, without loading the desk where nobody signed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from vault import errors

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person

People = dict[str, "Person"]
LOADED = """
import sys
from pathlib import Path
from vault import home
from vault.ledger import glance
from release import arriving
vault = home.open_vault(Path(sys.argv[1]), later=True)
eli = glance.standing(vault, "eli")
print(arriving.check_in(vault, eli, "10-0042", {"a.step": Path(sys.argv[2])}, "").commit)
vault.close()
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.fixture
def step(tmp_path: Path) -> Path:
    """Return a model."""
    path = tmp_path / "a.step"
    path.write_bytes(b"ISO-10303-21;\n")
    return path


def test_without_an_order_nothing_heavy_is_loaded(vault: Vault, people: People, step: Path) -> None:
    """Neither the ledger's engine, nor GitPython, nor DVC's file systems."""
    from release import desk

    desk.add_item(vault, people["eli"], "10-0042", "Bracket", "mchen")
    words = [sys.executable, "-c", LOADED, str(vault.root), str(step)]
    told = subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()
    assert vault.history.tip("refs/heads/main") == told[0]
    assert {"sqlalchemy", "git", "dvc_data", "dvc", "pymupdf"} & set(told) == set()


def test_sign_offs_become_void_as_at_the_desk(
    vault: Vault, people: People, step: Path, password: str, draw: Callable[..., Path]
) -> None:
    """With an open order on the item the order says that it was overtaken."""
    from release import arriving, desk, orders

    desk.add_item(vault, people["eli"], "10-0042", "Bracket", "mchen")
    desk.check_in(vault, people["eli"], "10-0042", {"a.pdf": draw("a.pdf")}, "")
    change = desk.open_change(vault, people["eli"], ["10-0042"], "first").order.change
    desk.sign(vault, people["mchen"], password, change)
    assert orders.load(vault, change).order.signoffs
    arriving.check_in(vault, people["eli"], "10-0042", {"a.step": step}, "one more")
    events = [event.act for event in orders.load(vault, change).order.events]
    assert "void" in events


def test_the_same_people_are_refused(vault: Vault, people: People, step: Path) -> None:
    """A planner may not check in, whichever way."""
    from release import arriving, desk

    desk.add_item(vault, people["eli"], "10-0042", "Bracket", "mchen")
    with pytest.raises(errors.NotAllowed):
        arriving.check_in(vault, people["pat"], "10-0042", {"a.step": step}, "")
