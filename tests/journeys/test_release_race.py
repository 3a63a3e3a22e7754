# SPDX-License-Identifier: AGPL-3.0-or-later
"""Many processes release one order at once: one wins, the others are told who did."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person

RACER = """
import sys
from pathlib import Path
from vault import home
from vault.errors import Refusal
from vault.ledger import people
from release import desk
vault = home.open_vault(Path(sys.argv[1]))
eli = people.get(vault.ledger, "eli")
sys.stdin.readline()
try:
    desk.release(vault, eli, sys.argv[2])
    print("won")
except Refusal as refusal:
    print(type(refusal).__name__, refusal)
"""


def test_one_of_six_racing_releases_wins_and_the_letter_is_given_once(
    vault: Vault, people: dict[str, Person], draw: Callable[..., Path], password: str
) -> None:
    """Exactly one winner; each loser gets a refusal that names the order, and nothing is doubled."""
    from release import audit, desk
    from release.log import ReleaseLog

    desk.add_item(vault, people["eli"], "10-0001", "Raced", "mchen")
    desk.check_in(vault, people["eli"], "10-0001", {"a.pdf": draw("a.pdf")}, "drawn")
    change = desk.open_change(vault, people["eli"], ["10-0001"], "race").order.change
    desk.sign(vault, people["mchen"], password, change)
    racers = [
        subprocess.Popen([sys.executable, "-c", RACER, str(vault.root), change],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(6)
    ]  # fmt: skip
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    said = [racer.communicate(timeout=120)[0].strip() for racer in racers]
    assert said.count("won") == 1, said
    assert all(change in line or "10-0001" in line for line in said if line != "won"), said
    assert [one.rev for one in ReleaseLog(vault).revisions("10-0001")] == ["A"]
    assert audit.verify(vault).faults == ()
