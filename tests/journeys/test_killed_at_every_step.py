# SPDX-License-Identifier: AGPL-3.0-or-later
"""Release, recall and a new key, killed before each thing they do: nothing or everything.

The steps are not listed here: a first run notes whatever the code opens for writing, renames,
removes, flushes, starts and commits, and then one run after another is killed before each of them.
``SOAK=1`` takes every step; else an even choice of them is taken.
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
NURSERY = r"""
import json, os, signal, sys
from pathlib import Path
import sqlite3, subprocess
from release import desk, keys, settling, audit, transaction
from vault import home, durable
from vault.history import ciphers
from vault.ledger import people
from sqlalchemy import event
from sqlalchemy.engine import Engine

steps, wanted = [], 0

def step(what):
    steps.append(what)
    if len(steps) == wanted:
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
        step("start " + " ".join(w for w in words[1:] if w and w[0] not in "-/" and "=" not in w)[:30])

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
        step("commit of the ledger")
    from contextlib import contextmanager
    kind = type(vault.catalogue)
    whole = kind.transaction
    @contextmanager
    def transaction(self):
        with whole(self):
            yield
            step("commit of the catalogue")
    kind.transaction = transaction
    sys.addaudithook(told)
    if verb == "release":
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

    def run(verb: str, root: Path, change: str, kill: int = 0) -> dict[str, Any]:
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
    return vault.root, both


def outcome(vault: Vault, change: str) -> dict[str, tuple[Any, ...]]:
    """Return for each verb what it would leave: all of it is there, or nothing."""
    from release import keys, orders
    from release.log import ReleaseLog
    from vault.ledger import events

    log = ReleaseLog(vault)
    kinds = [event.kind for event in events.latest(vault.ledger, 1000)]
    known = keys.listing(vault)
    released = [log.current(number) is not None for number in ("10-0001", "10-0002")]
    return {
        "release": (*released, orders.load(vault, change).order.state == "released",
                    kinds.count("revision.released") == 3),
        "recall": (log.standing("10-0009", "A") == "recalled", "revision.recalled" in kinds),
        "rotate": (len(known) == 3, known[-1].signs and len(known) == 3,
                   kinds.count("key.rotated") == 2),
        "revoke": (known[0].revoked, "key.revoked" in kinds),
    }  # fmt: skip


def chosen(count: int) -> list[int]:
    """Return the steps to be killed before: every one, or a few spread evenly over all."""
    if os.environ.get("SOAK"):
        return list(range(1, count + 1))
    return sorted({1 + place * (count - 1) // (FEW - 1) for place in range(FEW)})


@pytest.mark.parametrize("verb", ["release", "recall", "rotate", "revoke"])
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
    assert any(one.startswith("start update-ref") for one in steps)
    seen = set()
    for place in chosen(len(steps)):
        here = tmp_path / f"killed-{place}"
        shutil.copytree(root, here)
        if not nursery(verb, here, change, place)["killed"]:
            assert place > 0.85 * len(steps)  # new objects of git share folders more or less often
            continue
        vault = home.open_vault(here)
        settling.settle(vault)
        left = outcome(vault, change)[verb]
        assert len(set(left)) == 1, (place, steps[place - 1], left)
        vault.close()
        if not left[0]:
            assert not nursery(verb, here, change)["killed"]
        vault = home.open_vault(here)
        assert set(outcome(vault, change)[verb]) == {True}, (place, steps[place - 1])
        faults = [one for one in audit.verify(vault).faults if verb != "revoke"]
        assert faults == [], (place, steps[place - 1])
        vault.close()
        shutil.rmtree(here)
        seen.add(left[0])
    assert seen == {False, True}, "the commit point was not among the steps"
    sys.stderr.write(f"\n{verb}: killed before {len(chosen(len(steps)))} of {len(steps)} steps\n")
