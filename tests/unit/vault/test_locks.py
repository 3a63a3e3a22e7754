# SPDX-License-Identifier: AGPL-3.0-or-later
"""Locks: one holder an item, enforced at check-in, given back or broken on the record."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person

RACER = """
import sys
from pathlib import Path
from vault import home, locks
from vault.errors import LockedBy
from vault.ledger import people
vault = home.open_vault(Path(sys.argv[1]))
me = people.get(vault.ledger, sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
try:
    locks.take(vault, me, "10-0042", "mine")
    print("won", me.name)
except LockedBy as refusal:
    print("lost to", refusal.facts["holder"])
"""


@pytest.fixture
def bracket(vault: Vault, people: dict[str, Person]) -> Vault:
    """Return a vault with the item 10-0042 and a second engineer, ann."""
    from release import desk
    from vault.ledger import people as ledger_people

    people["ann"] = ledger_people.add(vault.ledger, "ada", "ann", ["engineer"], "Ann")
    desk.add_item(vault, people["eli"], "10-0042", "Bracket", "mchen")
    return vault


def kinds(vault: Vault) -> list[str]:
    """Return the kinds of the events of the item."""
    from vault.ledger import events

    return [one.kind for one in events.of(vault.ledger, "item/10-0042")]


def test_a_lock_names_who_when_why_and_from_where(
    bracket: Vault, people: dict[str, Person]
) -> None:
    """What is taken is what is read back, in any case of the number, and one event tells it."""
    from vault import locks
    from vault.history.repository import MAIN

    taken = locks.take(bracket, people["eli"], "10-0042", "slot  moves\nleft")
    assert (taken.by, taken.why) == ("eli", "slot moves left")
    assert taken.since == bracket.history.tip(MAIN)
    assert locks.held(bracket, "10-0042") == taken
    assert locks.listing(bracket) == [taken]
    assert kinds(bracket)[-1] == "lock.taken"


def test_numbers_that_differ_in_case_share_one_lock(
    bracket: Vault, people: dict[str, Person]
) -> None:
    """Nobody gets round a lock by spelling the number otherwise."""
    from release import desk
    from vault import locks
    from vault.errors import LockedBy

    desk.add_item(bracket, people["eli"], "Ab-7", "Case", "mchen")
    assert locks.take(bracket, people["eli"], "aB-7").number == "Ab-7"
    with pytest.raises(LockedBy):
        locks.take(bracket, people["ann"], "AB-7")


def test_the_second_is_told_who_was_first(bracket: Vault, people: dict[str, Person]) -> None:
    """The refusal names the holder, since when and why; taking one's own lock again changes nothing."""
    from vault import locks
    from vault.errors import LockedBy

    taken = locks.take(bracket, people["eli"], "10-0042", "job 2231")
    with pytest.raises(LockedBy, match=f"eli since {taken.at}.*job 2231"):
        locks.take(bracket, people["ann"], "10-0042")
    assert locks.take(bracket, people["eli"], "10-0042", "another reason") == taken
    assert kinds(bracket).count("lock.taken") == 1


def test_others_cannot_check_in_what_is_locked(
    bracket: Vault, people: dict[str, Person], draw: Callable[..., Path]
) -> None:
    """The holder checks in and keeps the lock; somebody else is refused, then not once it is free."""
    from release import desk
    from vault import locks
    from vault.errors import LockedBy
    from vault.history.repository import MAIN

    locks.take(bracket, people["eli"], "10-0042")
    desk.check_in(bracket, people["eli"], "10-0042", {"a.pdf": draw("a.pdf")}, "mine")
    before = bracket.history.tip(MAIN)
    with pytest.raises(LockedBy):
        desk.check_in(bracket, people["ann"], "10-0042", {"b.pdf": draw("b.pdf", "B")}, "not mine")
    assert bracket.history.tip(MAIN) == before
    assert locks.held(bracket, "10-0042") is not None, "a check-in does not end the lock"
    locks.release(bracket, people["eli"], "10-0042")
    desk.check_in(bracket, people["ann"], "10-0042", {"b.pdf": draw("b.pdf", "B")}, "my turn")
    assert kinds(bracket)[-1] == "lock.released"


def test_only_the_holder_gives_a_lock_back(bracket: Vault, people: dict[str, Person]) -> None:
    """Others are told who holds it; what is not locked cannot be given back."""
    from vault import locks
    from vault.errors import NotLocked, NotYourLock

    with pytest.raises(NotLocked):
        locks.release(bracket, people["eli"], "10-0042")
    locks.take(bracket, people["eli"], "10-0042")
    for name in ("ann", "ada", "mchen"):
        with pytest.raises(NotYourLock, match="eli"):
            locks.release(bracket, people[name], "10-0042")
    locks.release(bracket, people["eli"], "10-0042")
    assert locks.listing(bracket) == []


@pytest.mark.parametrize("name", ["ada", "mchen"])
def test_a_lock_is_broken_with_a_reason_that_stays_on_record(
    name: str, bracket: Vault, people: dict[str, Person]
) -> None:
    """The administrator and the approval owner may; the event names both people and the reason."""
    from vault import locks
    from vault.errors import NoReasonToBreak
    from vault.ledger import events

    locks.take(bracket, people["eli"], "10-0042")
    with pytest.raises(NoReasonToBreak):
        locks.break_(bracket, people[name], "10-0042", "  ")
    locks.break_(bracket, people[name], "10-0042", "eli is on leave")
    told = events.of(bracket.ledger, "item/10-0042")[-1]
    assert (told.kind, told.actor) == ("lock.broken", name)
    assert told.facts["holder"] == "eli"
    assert told.facts["why"] == "eli is on leave"
    assert locks.take(bracket, people["ann"], "10-0042").by == "ann"


@pytest.mark.parametrize("name", ["ann", "eli", "quinn", "otto"])
def test_nobody_else_breaks_a_lock(name: str, bracket: Vault, people: dict[str, Person]) -> None:
    """Neither another engineer nor the floor, whatever the reason; nothing is recorded."""
    from vault import locks
    from vault.errors import MayNotBreak

    taken = locks.take(bracket, people["eli"], "10-0042")
    with pytest.raises(MayNotBreak, match="mchen"):
        locks.break_(bracket, people[name], "10-0042", "because")
    assert locks.held(bracket, "10-0042") == taken
    assert "lock.broken" not in kinds(bracket)


@pytest.mark.parametrize("name", ["mchen", "otto", "cora"])
def test_only_engineers_take_locks(name: str, bracket: Vault, people: dict[str, Person]) -> None:
    """Who cannot check in cannot keep others from it."""
    from vault import locks
    from vault.ledger.errors import RoleNeeded

    with pytest.raises(RoleNeeded):
        locks.take(bracket, people[name], "10-0042")


def test_what_is_no_item_cannot_be_locked(bracket: Vault, people: dict[str, Person]) -> None:
    """No ref is made for a number nobody has, nor for one that would lead elsewhere."""
    from vault import locks
    from vault.errors import BadItemNumber, NoSuchItem

    with pytest.raises(NoSuchItem):
        locks.take(bracket, people["eli"], "10-9999")
    for number in ("../heads/main", "a..b", "x.lock"):
        with pytest.raises(BadItemNumber):
            locks.held(bracket, number)
    assert locks.listing(bracket) == []


def test_a_lock_that_was_taken_anew_is_not_ended_by_an_old_decision(
    bracket: Vault, people: dict[str, Person]
) -> None:
    """Who decided to break one lock cannot end the next one by it: the ref is compared."""
    from vault import locks
    from vault.errors import MovedOn

    first = locks.take(bracket, people["eli"], "10-0042", "first")
    locks.release(bracket, people["eli"], "10-0042")
    second = locks.take(bracket, people["ann"], "10-0042", "second")
    with pytest.raises(MovedOn):
        locks._end(bracket, people["ada"], first, "lock.broken")
    assert locks.held(bracket, "10-0042") == second
    assert "lock.broken" not in kinds(bracket), "an act that failed is not on record"


def test_of_eight_racers_one_gets_the_lock(bracket: Vault, people: dict[str, Person]) -> None:
    """Eight processes, two people: one winner, and every loser is told who it is."""
    racers = [
        subprocess.Popen([sys.executable, "-c", RACER, str(bracket.root), ("eli", "ann")[i % 2]],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for i in range(8)
    ]  # fmt: skip
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    said = [racer.communicate(timeout=60)[0].strip() for racer in racers]
    winners = {line.split()[-1] for line in said}
    assert len(winners) == 1, said
    assert said.count(f"won {winners.pop()}") == 4, said  # once taken, three more times given back
    assert kinds(bracket).count("lock.taken") == 1


def test_of_eight_racing_refs_one_is_made_without_the_ledger_in_between(bracket: Vault) -> None:
    """The ref alone decides: sixteen threads of git, and exactly one creates it."""
    from concurrent.futures import ThreadPoolExecutor

    from vault import locks
    from vault.errors import MovedOn

    signer = locks._signer(bracket)
    blobs = [bracket.history.kept(str(i).encode()) for i in range(16)]

    def take(blob: str) -> bool:
        try:
            signer.move("refs/locks/raced", blob, None)
        except MovedOn:
            return False
        return True

    with ThreadPoolExecutor(16) as racers:
        won = list(racers.map(take, blobs))
    assert won.count(True) == 1
    assert bracket.history.tip("refs/locks/raced") == blobs[won.index(True)]


def test_a_ref_that_is_no_lock_is_named_as_damage(bracket: Vault) -> None:
    """Whatever stands at a lock's ref and is not this item's lock frees nobody's way."""
    from vault import canonical, locks
    from vault.errors import DamagedHistory

    told = {"number": "10-0001", "by": "eli", "at": "2026-01-01T00:00:00Z", "why": "", "since": ""}
    for data in (b"no json", b"[]", b"{}", canonical.dumps(told),
                 canonical.dumps({**told, "number": "10-0042", "by": 7})):  # fmt: skip
        signer = locks._signer(bracket)
        signer.move("refs/locks/10-0042", bracket.history.kept(data), None)
        with pytest.raises(DamagedHistory):
            locks.held(bracket, "10-0042")
        signer.forget("refs/locks/10-0042", bracket.history.tip("refs/locks/10-0042") or "")


def test_the_command_line_locks_lists_and_unlocks(bracket: Vault) -> None:
    """The three verbs, their JSON and their exit codes."""
    command = [str(Path(sys.executable).with_name("titleblock")), "--vault", str(bracket.root)]

    def run(user: str, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, "--as", user, *words], capture_output=True, text=True, check=False
        )

    assert json.loads(run("eli", "lock", "10-0042", "-m", "slot", "--json").stdout)["by"] == "eli"
    second = run("ann", "lock", "10-0042")
    assert (second.returncode, "eli since" in second.stderr) == (4, True)
    assert [one["why"] for one in json.loads(run("ann", "locks", "--json").stdout)] == ["slot"]
    assert run("ann", "unlock", "10-0042").returncode == 1
    assert run("mchen", "unlock", "10-0042", "--break").returncode == 1
    broken = run("mchen", "unlock", "10-0042", "--break", "-m", "needed now")
    assert (broken.returncode, "eli" in broken.stdout) == (0, True)
    assert run("eli", "unlock", "10-0042").returncode == 3
    assert json.loads(run("eli", "locks", "--json").stdout) == []
