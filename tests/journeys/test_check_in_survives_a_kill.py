# SPDX-License-Identifier: AGPL-3.0-or-later
"""A check-in of several files that is killed is there whole, or not at all; the next one works."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")

FEW = 14
FILES = ("a.step", "b.step", "notes.txt")
NURSERY = """
import os, signal, sys, threading
from pathlib import Path
from vault import checkin, following, home
from vault.history.repository import History
from vault.ledger import people

root, folder, wanted = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
steps, guard = [], threading.Lock()

def step(what):
    with guard:
        steps.append(what)
        if len(steps) == wanted:
            os.kill(os.getpid(), signal.SIGKILL)

def told(name, given):
    if name == "open" and isinstance(given[0], str) and given[2] & (os.O_WRONLY | os.O_RDWR):
        step("open")
    elif name in ("os.rename", "os.remove", "os.mkdir", "os.link"):
        step(name)

def around(kind, name):
    real = getattr(kind, name)
    def wrapped(*given, **more):
        step("before " + name)
        done = real(*given, **more)
        step("after " + name)
        return done
    setattr(kind, name, wrapped)

vault = home.open_vault(root)
eli = people.get(vault.ledger, "eli")
around(os, "fsync")
around(History, "_move")
around(following, "_take_in")
around(type(vault.catalogue), "set_cursor")
sys.addaudithook(told)
files = {path.name: path for path in sorted(folder.iterdir())}
checkin.check_in(vault, eli, "10-0042", files, "killed")
print(len(steps))
"""


def run(root: Path, folder: Path, wanted: int) -> subprocess.CompletedProcess[str]:
    """Check in with a process that dies before a step; 0 lets it live."""
    words = [sys.executable, "-c", NURSERY, str(root), str(folder), str(wanted)]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_killed_before_each_step_a_check_in_is_whole_or_not_there(
    vault: Vault, people: dict[str, Person], tmp_path: Path
) -> None:
    """All three files are in one commit that git and `verify` find in order, or none is."""
    from release import audit, desk, shelf
    from vault import home

    desk.add_item(vault, people["eli"], "10-0042", "Bracket", "mchen")
    folder = tmp_path / "given"
    folder.mkdir()
    for name in FILES:
        (folder / name).write_bytes(name.encode() * 5000)
    root = vault.root
    vault.close()
    shutil.copytree(root, tmp_path / "whole")
    count = int(run(tmp_path / "whole", folder, 0).stdout)
    assert count > 20
    seen = set()
    few = {1 + one * (count - 1) // (FEW - 1) for one in range(FEW)}
    for place in sorted(few | set(range(count - 4, count + 1))):  # the commit is near the end
        here = tmp_path / f"killed-{place}"
        shutil.copytree(root, here)
        if run(here, folder, place).returncode != -9:
            assert place > 0.8 * count  # threads share folders more or less often
            continue
        again = home.open_vault(here)
        there = {one["name"] for one in shelf.files(again, "10-0042", None)} - {"item.toml"}
        assert there in (set(), set(FILES)), place
        assert audit.verify(again).faults == (), place
        again.close()
        seen.add(bool(there))
        if not there:
            assert run(here, folder, 0).returncode == 0, place
        shutil.rmtree(here)
    assert seen == {False, True}
