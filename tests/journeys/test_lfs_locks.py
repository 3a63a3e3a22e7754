# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two engineers with stock git-lfs: lock, see who holds what, unlock, files read-only meanwhile."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person

pytestmark = pytest.mark.skipif(
    shutil.which("git-lfs") is None, reason="git-lfs is not installed here"
)
FOLDER = "items/10/10-00/10-0042"
DRAWING = f"{FOLDER}/bracket, left.pdf.dvc"
MODEL = f"{FOLDER}/bracket.pdf.dvc"
OTHER = "items/10/10-00/10-0043/plate.pdf.dvc"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def stocked(vault: Vault, people: dict[str, Person], draw: Callable[..., Path]) -> Vault:
    """Return a vault with two items and a second engineer, ann."""
    from release import desk
    from vault.ledger import people as ledger_people

    people["ann"] = ledger_people.add(vault.ledger, "ada", "ann", ["engineer"], "Ann")
    eli = people["eli"]
    desk.add_item(vault, eli, "10-0042", "Bracket", "mchen")
    desk.add_item(vault, eli, "10-0043", "Plate", "mchen")
    files = {"bracket, left.pdf": draw("l.pdf", "L"), "bracket.pdf": draw("b.pdf")}
    desk.check_in(vault, eli, "10-0042", files, "drawn")
    desk.check_in(vault, eli, "10-0043", {"plate.pdf": draw("p.pdf", "P")}, "drawn")
    return vault


@pytest.fixture
def engineer(
    stocked: Vault, server: Any, token: Callable[..., str], tmp_path: Path
) -> Callable[[str], Run]:
    """Return a maker of clones with git-lfs set up for the vault's locks; returns what runs git."""

    def made(name: str) -> Run:
        place = tmp_path / name

        def git(*words: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                ["git", *words], cwd=place, capture_output=True, text=True, check=False
            )

        subprocess.run(["git", "init", "-q", place], check=True)
        git("lfs", "install", "--local")
        git("remote", "add", "origin", str(stocked.root / "vault.git"))
        git("fetch", "-q")
        netrc = Path(os.environ["HOME"]) / f"store-{name}"
        netrc.write_text(f"http://{name}:{token(name)}@127.0.0.1:{server.port}\n")
        git("config", "credential.helper", f"store --file={netrc}")
        git("config", "lfs.url", f"{server.url}/vault.git/info/lfs")
        git("config", f"lfs.{server.url}/vault.git/info/lfs.locksverify", "true")
        assert git("checkout", "-q", "main").returncode == 0
        return git

    return made


def writable(tmp_path: Path, name: str, path: str) -> bool:
    """Say whether the file in somebody's clone has its write bit."""
    return bool((tmp_path / name / path).stat().st_mode & 0o200)


def listed(git: Run) -> dict[str, str]:
    """Return what ``git lfs locks`` lists: path and holder."""
    told = git("lfs", "locks", "--json")
    assert told.returncode == 0, told
    return {one["path"]: one["owner"]["name"] for one in json.loads(told.stdout)}


def test_stock_git_lfs_locks_items(
    stocked: Vault, engineer: Callable[[str], Run], tmp_path: Path
) -> None:
    """One takes, the other is refused by name; both see it; it is given back."""
    from vault import locks

    eli, ann = engineer("eli"), engineer("ann")
    assert not writable(tmp_path, "eli", DRAWING), "read-only until locked"
    taken = eli("lfs", "lock", DRAWING)
    assert taken.returncode == 0, taken
    assert writable(tmp_path, "eli", DRAWING)
    held = locks.held(stocked, "10-0042")
    assert held is not None
    assert held.by == "eli"
    refused = ann("lfs", "lock", MODEL)
    assert refused.returncode != 0
    assert "locked by eli" in refused.stdout + refused.stderr
    item = {DRAWING: "eli", MODEL: "eli", f"{FOLDER}/item.toml": "eli"}
    assert listed(ann) == listed(eli) == item, "the lock on an item holds all its files"
    assert ann("lfs", "lock", OTHER).returncode == 0
    assert listed(eli)[OTHER] == "ann"
    back = eli("lfs", "unlock", DRAWING)
    assert back.returncode == 0, back
    assert not writable(tmp_path, "eli", DRAWING)
    assert locks.held(stocked, "10-0042") is None
    assert ann("lfs", "lock", MODEL).returncode == 0


def test_a_lock_of_the_web_is_one_of_git_lfs_and_the_other_way_round(
    stocked: Vault, engineer: Callable[[str], Run], people: dict[str, Person]
) -> None:
    """There is one lock on an item, whatever program took it."""
    from vault import locks
    from vault.errors import LockedBy

    git = engineer("ann")
    locks.take(stocked, people["eli"], "10-0042", "in the browser")
    refused = git("lfs", "lock", DRAWING)
    assert "in the browser" in refused.stdout + refused.stderr
    locks.release(stocked, people["eli"], "10-0042")
    assert git("lfs", "lock", DRAWING).returncode == 0
    with pytest.raises(LockedBy, match="ann"):
        locks.take(stocked, people["eli"], "10-0042")
    lock = json.loads(git("lfs", "locks", "--json").stdout)[0]["id"]
    assert git("lfs", "unlock", "--id", lock).returncode == 0
    assert locks.listing(stocked) == []


def test_only_who_may_break_a_lock_forces_it(
    stocked: Vault, engineer: Callable[[str], Run], people: dict[str, Person]
) -> None:
    """``--force`` of another engineer is refused; the administrator's is on record."""
    from vault import locks
    from vault.ledger import events

    locks.take(stocked, people["eli"], "10-0042")
    ann, ada = engineer("ann"), engineer("ada")
    assert ann("lfs", "unlock", DRAWING).returncode != 0
    forced = ann("lfs", "unlock", "--force", DRAWING)
    assert (forced.returncode != 0, "mchen" in forced.stdout + forced.stderr) == (True, True)
    assert locks.held(stocked, "10-0042") is not None
    assert ada("lfs", "unlock", "--force", DRAWING).returncode == 0
    told = events.of(stocked.ledger, "item/10-0042")[-1]
    assert (told.kind, told.actor, told.facts["holder"]) == ("lock.broken", "ada", "eli")


def test_git_lfs_stops_a_push_of_what_another_holds(
    stocked: Vault, engineer: Callable[[str], Run], people: dict[str, Person], tmp_path: Path
) -> None:
    """Before anything is sent: the client asks for the locks of others and refuses by itself."""
    from vault import locks
    from vault.history.repository import MAIN

    git = engineer("ann")
    path = tmp_path / "ann" / MODEL
    path.chmod(0o644)
    path.write_text(path.read_text().replace("size: ", "size: 1"))
    git("commit", "-q", "-am", "change what is not mine")
    locks.take(stocked, people["eli"], "10-0042")
    before = stocked.history.tip(MAIN)
    git("config", "lfs.locksverify", "true")
    pushed = git("push", "-q", "origin", "main")
    assert pushed.returncode != 0, pushed
    assert "lock" in pushed.stderr.lower()
    assert stocked.history.tip(MAIN) == before


def test_what_belongs_to_no_item_cannot_be_locked(
    stocked: Vault, engineer: Callable[[str], Run]
) -> None:
    """The refusal says so; nothing is locked."""
    refused = engineer("eli")("lfs", "lock", "README.md")
    assert refused.returncode != 0
    assert "belongs to no item" in refused.stdout + refused.stderr
