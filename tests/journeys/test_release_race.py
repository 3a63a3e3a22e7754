# SPDX-License-Identifier: AGPL-3.0-or-later
"""Many processes release one order at once: one wins, the others are told who did.

Ten rounds of sixteen processes, two hundred with ``SOAK=1``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person

pytestmark = pytest.mark.timeout(3600)
RACERS = 16
ROUNDS = 200 if os.environ.get("SOAK") else 10
RACER = """
import sys
from pathlib import Path
from vault import home
from vault.errors import Conflict, Refusal
from vault.ledger import people
from release import desk
vault = home.open_vault(Path(sys.argv[1]))
eli = people.get(vault.ledger, "eli")
print("ready", flush=True)
for line in sys.stdin:
    change, start = line.split()
    import time
    while time.time() < float(start):
        pass
    try:
        desk.release(vault, eli, change)
        print("won", flush=True)
    except Refusal as refusal:
        kind = "conflict" if refusal.exit_code == Conflict.exit_code else type(refusal).__name__
        print(kind, refusal.exit_code, " ".join(str(refusal).split()), flush=True)
"""


@pytest.fixture
def racers(vault: Vault) -> Iterator[list[subprocess.Popen[str]]]:
    """Return sixteen processes that have the vault open and wait for the name of an order."""
    started = [
        subprocess.Popen([sys.executable, "-c", RACER, str(vault.root)], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, text=True)
        for _ in range(RACERS)
    ]  # fmt: skip
    for one in started:
        assert pipes(one)[1].readline() == "ready\n"
    yield started
    for one in started:
        one.communicate(timeout=60)


def pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    """Return both ends of what a process is told and says."""
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout


def test_one_of_sixteen_racing_releases_wins_and_the_letter_is_given_once(
    vault: Vault, people: dict[str, Person], password: str, tmp_path: Path,
    draw: Callable[..., Path], racers: list[subprocess.Popen[str]],
) -> None:  # fmt: skip
    """In every round exactly one winner; each loser gets a conflict that names what was released."""
    from release import audit, desk
    from release.log import ReleaseLog

    desk.add_item(vault, people["eli"], "10-0001", "Raced", "mchen")
    model, told = tmp_path / "model.step", Counter[str]()
    for count in range(ROUNDS):
        model.write_text(f"round {count}")
        files = {"model.step": model} | ({"a.pdf": draw("a.pdf")} if not count else {})
        desk.check_in(vault, people["eli"], "10-0001", files, "drawn")
        change = desk.open_change(vault, people["eli"], ["10-0001"], "race").order.change
        desk.sign(vault, people["mchen"], password, change)
        start = time.time() + 0.05
        for one in racers:
            stdin, _stdout = pipes(one)
            stdin.write(f"{change} {start}\n")
            stdin.flush()
        said = [pipes(one)[1].readline().strip() for one in racers]
        lost = [line for line in said if line != "won"]
        assert len(lost) == RACERS - 1, said
        assert all(line.startswith("conflict 4 ") for line in lost), said
        assert all("10-0001 " in line and "refs/" not in line for line in lost), said
        told.update(line.split(change)[0][:60] for line in lost)
    revisions = ReleaseLog(vault).revisions("10-0001")
    assert len({one.rev for one in revisions}) == len(revisions) == ROUNDS
    assert audit.verify(vault).faults == ()
    sys.stderr.write(f"\n{ROUNDS} rounds of {RACERS}: one winner each; {dict(told)}\n")


def test_what_was_released_since_it_was_judged_is_not_released_again(
    vault: Vault, people: dict[str, Person], password: str, tmp_path: Path
) -> None:
    """The winner has appended to the log and not yet closed the order: the second one has lost."""
    from release import desk, gate, orders, rulebook, transaction
    from release.errors import ReleaseLost
    from release.log import ReleaseLog

    model = tmp_path / "model.step"
    model.write_text("drawn")
    desk.add_item(vault, people["eli"], "10-0001", "Raced", "mchen")
    desk.check_in(vault, people["eli"], "10-0001", {"model.step": model}, "drawn")
    change = desk.open_change(vault, people["eli"], ["10-0001"], "race").order.change
    desk.sign(vault, people["mchen"], password, change)
    filed, rules = orders.load(vault, change), rulebook.current(vault).blob
    judgement = gate.judge(vault, filed.order)
    assert judgement.passes

    def releases() -> None:
        transaction.release(vault, people["eli"], filed, judgement, rules, {}, lambda _line: None)

    releases()
    with pytest.raises(ReleaseLost, match=change):
        releases()
    assert ReleaseLog(vault).head().sequence == 1
