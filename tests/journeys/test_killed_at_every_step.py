# SPDX-License-Identifier: AGPL-3.0-or-later
"""Check-in, release, recall and a new key, killed before each thing they do: nothing or everything.

The steps are not listed here: a first run notes whatever the code opens for writing, renames,
removes, flushes, starts and commits, and then one run after another is killed before each of them.
A step is named by the last landmark before it and how far behind that it is, because new objects
share folders more or less often; where a stretch ends early, its end is where the run is killed.
``SOAK=1`` takes every step; else an even choice of them is taken, and what stands around the move
of a ref.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows"),
    pytest.mark.timeout(1800),
]
FEW = 12
FILES = ("a.step", "b.step", "notes.txt")
Place = list[int]
"""The number of a landmark, and of a step behind it."""
NURSERY = r"""
import json, os, signal, sys, threading
from pathlib import Path
import sqlite3, subprocess
from release import desk, keys, settling, audit, transaction
from vault import checkin, home, durable
from vault.history import ciphers
from vault.history.repository import History
from vault.ledger import people
from sqlalchemy import event
from sqlalchemy.engine import Engine

steps, wanted, place, guard = [], None, [0, 0], threading.Lock()

def step(what, landmark=False):
    global place
    with guard:
        place = [place[0] + 1, 0] if landmark else [place[0], place[1] + 1]
        steps.append([place, what])
        if wanted and (place == wanted or place[0] > wanted[0]):
            os.kill(os.getpid(), signal.SIGKILL)

def told(name, given):
    if name == "open":
        path, mode, flags = given
        if isinstance(path, str) and flags & (os.O_WRONLY | os.O_RDWR) and path != os.devnull:
            step("open " + Path(path).name[:12])
    elif name in ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link"):
        step(name[3:] + " " + Path(os.fsdecode(given[0])).name[:12])
    elif name == "subprocess.Popen":
        words = [os.fsdecode(word) for word in given[1]]
        step("start " + " ".join(w for w in words[1:] if w and w[0] not in "-/" and "=" not in w)[:30],
             landmark=True)

def run(verb, root, change):
    vault = home.open_vault(Path(root))
    person = {one: people.get(vault.ledger, one) for one in ("ada", "eli", "mchen")}
    real = os.fsync
    def fsync(handle):
        step("fsync")
        return real(handle)
    os.fsync = fsync
    @event.listens_for(Engine, "commit")
    def committing(connection):
        step("commit of the ledger", landmark=True)
    from contextlib import contextmanager
    kind = type(vault.catalogue)
    whole = kind.transaction
    @contextmanager
    def transaction(self):
        with whole(self):
            yield
            step("commit of the catalogue", landmark=True)
    kind.transaction = transaction
    move = History._move
    def moved(*given):
        step("before the move", landmark=True)
        move(*given)
        step("after the move", landmark=True)
    History._move = moved
    sys.addaudithook(told)
    if verb == "check in":
        files = {path.name: path for path in sorted((Path(root).parent / "given").iterdir())}
        checkin.check_in(vault, person["eli"], "10-0001", files, "killed")
    elif verb == "release":
        desk.release(vault, person["eli"], change)
    elif verb == "recall":
        desk.recall(vault, person["mchen"], "10-0009", "A", "wrong material")
    elif verb == "rotate":
        keys.rotate(vault, person["ada"], "yearly")
    elif verb == "revoke":
        keys.revoke(vault, person["ada"], keys.listing(vault)[0].fingerprint, "2020-01-01", "lost")

for line in sys.stdin:
    asked = json.loads(line)
    out, into = os.pipe()
    child = os.fork()
    if not child:
        wanted = asked["kill"]
        os.close(out)
        try:
            run(asked["verb"], asked["root"], asked["change"])
            os.write(into, json.dumps(steps).encode())
        except BaseException as fault:
            os.write(into, json.dumps(["failed: " + repr(fault)]).encode())
        os._exit(0)
    os.close(into)
    with os.fdopen(out, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    print(json.dumps({"killed": killed, "steps": json.loads(said or b"[]")}), flush=True)
"""


@pytest.fixture(scope="module")
def nursery() -> Iterator[Callable[..., dict[str, Any]]]:
    """Return a way to run a verb in a fresh process that has everything loaded already."""
    process = subprocess.Popen(
        [sys.executable, "-c", NURSERY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )

    def run(verb: str, root: Path, change: str, kill: Place | None = None) -> dict[str, Any]:
        asked = {"verb": verb, "root": str(root), "change": change, "kill": kill}
        stdin, stdout = pipes(process)
        stdin.write(json.dumps(asked) + "\n")
        stdin.flush()
        answer: dict[str, Any] = json.loads(stdout.readline())
        return answer

    yield run
    process.communicate(timeout=30)


def pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    """Return both ends of what a process is told and says."""
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout


@pytest.fixture
def ready(
    vault: Vault, people: dict[str, Person], password: str, tmp_path: Path
) -> tuple[Path, str]:
    """Return a vault with a release, a replaced key, and a signed order of two items."""
    from release import desk, keys

    model = tmp_path / "model.step"
    for number in ("10-0009", "10-0001", "10-0002"):
        model.write_text(number)
        desk.add_item(vault, people["eli"], number, "Part", "mchen")
        desk.check_in(vault, people["eli"], number, {"model.step": model}, "drawn")
    first = desk.open_change(vault, people["eli"], ["10-0009"], "first").order.change
    desk.sign(vault, people["mchen"], password, first)
    desk.release(vault, people["eli"], first)
    keys.rotate(vault, people["ada"], "yearly")
    both = desk.open_change(vault, people["eli"], ["10-0001", "10-0002"], "both").order.change
    desk.sign(vault, people["mchen"], password, both)
    vault.close()
    (tmp_path / "given").mkdir()
    for name in FILES:
        (tmp_path / "given" / name).write_bytes(name.encode() * 5000)
    return vault.root, both


def outcome(vault: Vault, change: str) -> dict[str, tuple[Any, ...]]:
    """Return for each verb what it would leave: all of it is there, or nothing."""
    from release import keys, orders, shelf
    from release.log import ReleaseLog
    from vault.ledger import events

    log = ReleaseLog(vault)
    kinds = [event.kind for event in events.latest(vault.ledger, 1000)]
    known = keys.listing(vault)
    there = {one["name"] for one in shelf.files(vault, "10-0001", None)}
    released = [log.current(number) is not None for number in ("10-0001", "10-0002")]
    return {
        "check in": tuple(name in there for name in FILES),
        "release": (*released, orders.load(vault, change).order.state == "released",
                    kinds.count("revision.released") == 3),
        "recall": (log.standing("10-0009", "A") == "recalled", "revision.recalled" in kinds),
        "rotate": (len(known) == 3, known[-1].signs and len(known) == 3,
                   kinds.count("key.rotated") == 2),
        "revoke": (known[0].revoked, "key.revoked" in kinds),
    }  # fmt: skip


def chosen(steps: list[tuple[Place, str]]) -> list[tuple[Place, str]]:
    """Return the steps to be killed before: every one, or a few spread over all and around a move."""
    if os.environ.get("SOAK"):
        return steps
    few = {place * (len(steps) - 1) // (FEW - 1) for place in range(FEW)}
    return [one for at, one in enumerate(steps) if at in few or one[1].endswith(" the move")]


@pytest.mark.parametrize("verb", ["check in", "release", "recall", "rotate", "revoke"])
def test_killed_before_each_step_nothing_or_everything(
    ready: tuple[Path, str], nursery: Callable[..., dict[str, Any]], verb: str, tmp_path: Path
) -> None:
    """Without a hand: the next start completes or has nothing, and the verb then works."""
    from release import audit, settling
    from vault import home

    root, change = ready
    shutil.copytree(root, tmp_path / "whole")
    steps = nursery(verb, tmp_path / "whole", change)["steps"]
    assert len(steps) > 20, steps
    assert verb == "check in" or any(what.startswith("start update-ref") for _place, what in steps)
    seen = set()
    for place, what in chosen(steps):
        here = tmp_path / "killed"
        shutil.copytree(root, here)
        if not nursery(verb, here, change, place)["killed"]:
            assert place[0] == steps[-1][0][0]  # behind the last landmark it had less to do
            shutil.rmtree(here)
            continue
        vault = home.open_vault(here)
        if verb != "check in":  # that leaves nothing to be completed
            settling.settle(vault)
        left = outcome(vault, change)[verb]
        assert len(set(left)) == 1, (place, what, left)
        if not left[0]:
            assert verb != "check in" or audit.verify(vault).faults == (), (place, what)
            vault.close()
            assert not nursery(verb, here, change)["killed"]
            vault = home.open_vault(here)
        assert set(outcome(vault, change)[verb]) == {True}, (place, what)
        faults = [one for one in audit.verify(vault).faults if verb != "revoke"]
        assert faults == [], (place, what)
        vault.close()
        shutil.rmtree(here)
        seen.add(left[0])
    assert seen == {False, True}, "the commit point was not among the steps"
    sys.stderr.write(f"\n{verb}: killed before {len(chosen(steps))} of {len(steps)} steps\n")
