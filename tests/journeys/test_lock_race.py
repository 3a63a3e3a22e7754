# SPDX-License-Identifier: AGPL-3.0-or-later
"""A lock stops what had not landed before it, however short the time between the two is."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from vault.history.repository import MAIN, History

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person


class Interrupted(History):
    """A history in which something happens after everything was judged, before ``main`` moves."""

    def __init__(self, git_dir: Path, meanwhile: Callable[[], Any]) -> None:
        """Take what happens, once."""
        super().__init__(git_dir)
        self._meanwhile: Callable[[], Any] | None = meanwhile

    def commit(self, ref: str, *given: Any, **told: Any) -> str:
        """Let it happen before a commit of ``main``."""
        if ref == MAIN and self._meanwhile is not None:
            happens, self._meanwhile = self._meanwhile, None
            happens()
        return super().commit(ref, *given, **told)


@pytest.fixture
def bracket(vault: Vault, people: dict[str, Person]) -> Vault:
    """Return a vault with the item 10-0042 and a second engineer, ann."""
    from release import desk
    from vault.ledger import people as ledger_people

    people["ann"] = ledger_people.add(vault.ledger, "ada", "ann", ["engineer"], "Ann")
    desk.add_item(vault, people["eli"], "10-0042", "Bracket", "mchen")
    return vault


def test_a_check_in_is_stopped_by_a_lock_taken_after_it_was_judged(
    bracket: Vault, people: dict[str, Person], tmp_path: Path
) -> None:
    """Ann takes the lock when eli's check-in has only to move ``main``: it does not move."""
    from vault import errors, home, locks
    from vault.checkin import check_in

    def lock() -> None:
        second = home.open_vault(bracket.root)
        locks.take(second, people["ann"], "10-0042", "mine")
        second.close()

    (tmp_path / "notes.txt").write_text("late\n")
    tip = bracket.history.tip(MAIN)
    vars(bracket.doors)["history"] = Interrupted(bracket.history.git_dir, lock)
    with pytest.raises(errors.LockedBy) as refused:
        check_in(bracket, people["eli"], "10-0042", {"notes.txt": tmp_path / "notes.txt"}, "late")
    assert refused.value.facts["holder"] == "ann"
    assert bracket.history.tip(MAIN) == tip


def test_a_lock_given_back_meanwhile_stops_nobody(
    bracket: Vault, people: dict[str, Person], tmp_path: Path
) -> None:
    """What eli holds and gives back while checking in is judged again, and lands."""
    from vault import locks
    from vault.checkin import check_in

    locks.take(bracket, people["eli"], "10-0042")
    (tmp_path / "notes.txt").write_text("in time\n")
    vars(bracket.doors)["history"] = Interrupted(
        bracket.history.git_dir, lambda: locks.release(bracket, people["eli"], "10-0042")
    )
    made = check_in(
        bracket, people["eli"], "10-0042", {"notes.txt": tmp_path / "notes.txt"}, "in time"
    )
    assert bracket.history.tip(MAIN) == made.commit


def test_a_lock_waits_for_whoever_is_moving_main(bracket: Vault, people: dict[str, Person]) -> None:
    """While somebody has ``main`` locked nobody gets the lock of an item, and then starts there."""
    from vault import home, locks

    held = bracket.history.git_dir / f"{MAIN}.lock"
    held.touch()
    taken: list[locks.Lock] = []

    def take() -> None:
        second = home.open_vault(bracket.root)
        taken.append(locks.take(second, people["ann"], "10-0042"))
        second.close()

    taker = threading.Thread(target=take)
    taker.start()
    time.sleep(0.4)
    assert (taken, locks.held(bracket, "10-0042")) == ([], None)
    held.unlink()
    taker.join(20)
    assert [one.since for one in taken] == [bracket.history.tip(MAIN)]


@pytest.mark.parametrize("packed", [False, True])
def test_a_push_is_stopped_by_a_lock_taken_after_it_was_judged(
    bracket: Vault, tmp_path: Path, packed: bool
) -> None:
    """Between ``pre-receive`` and the moving of ``main`` ann takes the lock: the push is refused."""
    clone, address = tmp_path / "clone", bracket.root / "vault.git"
    subprocess.run(["git", "clone", "-q", str(address), str(clone)], check=True)
    note = next(clone.rglob("item.toml")).with_name("notes.txt")
    hook = address / "hooks" / "pre-receive"
    own = hook.read_text()
    program = shlex.quote(str(Path(sys.executable).with_name("titleblock")))
    pack = f"git --git-dir={shlex.quote(str(address))} -c core.hooksPath=/dev/null pack-refs --all"
    hook.write_text(
        own.replace("exec ", "", 1) + "judged=$?\n"
        f"unset GIT_DIR GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES\n"
        f"{program} --vault {shlex.quote(str(bracket.root))} --as ann lock 10-0042 >/dev/null\n"
        f"{pack if packed else ':'}\nexit $judged\n"
    )
    told = os.environ | {"TITLEBLOCK_USER": "eli"}

    def pushed(text: str) -> subprocess.CompletedProcess[str]:
        note.write_text(text)
        subprocess.run(["git", "add", "-A"], cwd=clone, check=True)
        subprocess.run(["git", "commit", "-q", "-m", text], cwd=clone, check=True)
        return subprocess.run(["git", "push", "origin", "main"], cwd=clone, env=told, text=True,
                              capture_output=True, check=False)  # fmt: skip

    tip = bracket.history.tip(MAIN)
    late = pushed("late")
    assert late.returncode != 0
    assert "refs/locks/10-0042 was taken or ended this very moment" in late.stderr
    assert bracket.history.tip(MAIN) == tip
    hook.write_text(own)
    again = pushed("again")
    assert "locked by ann" in " ".join(again.stderr.split()) or "ann" in again.stderr
    assert bracket.history.tip(MAIN) == tip
    assert list((address / "pushing").iterdir()) == []


def test_a_push_of_what_one_has_locked_lands(bracket: Vault, tmp_path: Path) -> None:
    """The holder's own lock, loose or packed, does not stop the holder."""
    from vault import locks
    from vault.ledger import people

    address, clone = bracket.root / "vault.git", tmp_path / "clone"
    locks.take(bracket, people.get(bracket.ledger, "eli"), "10-0042")
    subprocess.run(["git", "clone", "-q", str(address), str(clone)], check=True)
    git = ["git", f"--git-dir={address}", "-c", "core.hooksPath=/dev/null"]
    for turn in range(2):
        next(clone.rglob("item.toml")).with_name("notes.txt").write_text(f"{turn}")
        subprocess.run(["git", "add", "-A"], cwd=clone, check=True)
        subprocess.run(["git", "commit", "-q", "-m", "mine"], cwd=clone, check=True)
        subprocess.run(["git", "push", "-q", "origin", "main"], cwd=clone, check=True,
                       env=os.environ | {"TITLEBLOCK_USER": "eli"})  # fmt: skip
        subprocess.run([*git, "pack-refs", "--all"], check=True)
