# SPDX-License-Identifier: AGPL-3.0-or-later
"""A release that is killed at any step leaves nothing or everything, and heals without a hand."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person

KILLED = """
import os, signal, sys
from importlib import import_module
from pathlib import Path
module, owner, name, when, nth, root, change = sys.argv[1:]
holder = import_module(module)
holder = getattr(holder, owner) if owner else holder
real, calls = getattr(holder, name), 0
def killed(*args, **kwargs):
    global calls
    calls += 1
    if calls == int(nth) and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    answer = real(*args, **kwargs)
    if calls == int(nth):
        os.kill(os.getpid(), signal.SIGKILL)
    return answer
setattr(holder, name, killed)
from vault import home
from vault.ledger import people
from release import desk
vault = home.open_vault(Path(root))
desk.release(vault, people.get(vault.ledger, "eli"), change)
"""
# module, class, function, call that is killed, and whether the release exists afterwards
STEPS = [
    ("release.stamp.press", "", "stamp", "before", 1, False),
    ("release.stamp.press", "", "stamp", "after", 2, False),
    ("vault.objects._batch", "Batch", "put", "after", 1, False),
    ("vault.objects._batch", "Batch", "put", "before", 2, False),
    ("vault.objects._folder", "FolderStore", "_place_one", "after", 1, False),
    ("vault.history.repository", "History", "written_tree", "after", 1, False),
    ("vault.history.signing", "Signer", "commit", "before", 1, False),
    ("vault.history.signing", "Signer", "commit", "after", 1, False),
    ("vault.history.signing", "Signer", "move", "before", 1, False),
    ("vault.history.signing", "Signer", "move", "after", 1, True),
    ("vault.history.signing", "Signer", "tags", "before", 1, True),
    ("vault.history.signing", "Signer", "_created", "after", 1, True),
    ("vault.history.signing", "Signer", "tags", "after", 1, True),
    ("vault.catalogue", "Catalogue", "put_revision", "before", 1, True),
    ("vault.catalogue", "Catalogue", "put_revision", "after", 1, True),
    ("release.settling", "", "_tell_released", "before", 1, True),
    ("vault.ledger.engine", "Writing", "record", "after", 1, True),
    ("release.settling", "", "_tell_released", "after", 1, True),
    ("release.orders", "", "append", "before", 1, True),
    ("release.orders", "", "append", "after", 1, True),
    ("vault.catalogue", "Catalogue", "set_cursor", "before", 1, True),
]


@pytest.fixture
def signed_order(
    vault: Vault, people: dict[str, Person], draw: Callable[..., Path], password: str
) -> str:
    """Return a signed order of two items with a drawing each."""
    from release import desk

    numbers = ["10-0001", "10-0002"]
    for number in numbers:
        desk.add_item(vault, people["eli"], number, f"Part {number}", "mchen")
        desk.check_in(vault, people["eli"], number, {"a.pdf": draw("a.pdf", number)}, "drawn")
    change = desk.open_change(vault, people["eli"], numbers, "together").order.change
    desk.sign(vault, people["mchen"], password, change)
    return change


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")
@pytest.mark.parametrize(("module", "owner", "name", "when", "nth", "exists"), STEPS)
def test_a_kill_leaves_nothing_or_everything(
    vault: Vault, people: dict[str, Person], signed_order: str, password: str,
    module: str, owner: str, name: str, when: str, nth: int, exists: bool,
) -> None:  # fmt: skip
    """Both items are released or neither is; the next call completes what was begun, once."""
    from release import audit, desk, settling
    from release.log import ReleaseLog

    killed = subprocess.run(
        [sys.executable, "-c", KILLED, module, owner, name, when, str(nth), str(vault.root),
         signed_order],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    settling.settle(vault)
    log = ReleaseLog(vault)
    current = [log.current(number) for number in ("10-0001", "10-0002")]
    assert [one is not None for one in current] == [exists, exists]
    assert desk.judge(vault, signed_order).order.state == ("released" if exists else "open")
    if not exists:
        desk.release(vault, people["eli"], signed_order)
    assert audit.verify(vault).faults == ()
    assert len(ReleaseLog(vault).revisions("10-0001")) == 1
