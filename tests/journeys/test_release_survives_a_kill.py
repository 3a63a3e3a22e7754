# SPDX-License-Identifier: AGPL-3.0-or-later
"""A release that is killed at any step leaves nothing or everything, and heals without a hand."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person

NURSERY = """
import json, os, signal, sys
from importlib import import_module
from pathlib import Path
from vault import home
from vault.ledger import people
from release import desk

def release(module, owner, name, when, nth, root, change):
    holder = import_module(module)
    holder = getattr(holder, owner) if owner else holder
    real, calls = getattr(holder, name), 0
    def killed(*args, **kwargs):
        nonlocal calls
        calls += 1
        if calls == nth and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = real(*args, **kwargs)
        if calls == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer
    setattr(holder, name, killed)
    vault = home.open_vault(Path(root))
    desk.release(vault, people.get(vault.ledger, "eli"), change)

for line in sys.stdin:
    child = os.fork()
    if not child:
        try:
            release(*json.loads(line))
        finally:
            os._exit(1)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
NUMBERS, CHANGE = ["10-0001", "10-0002"], "CO-0001"
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


@pytest.fixture(scope="module")
def nursery() -> Iterator[Callable[..., int]]:
    """Return what releases in a fresh process that has everything loaded, and says how it ended."""
    process = subprocess.Popen(
        [sys.executable, "-c", NURSERY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    stdin, stdout = process.stdin, process.stdout
    assert stdin is not None
    assert stdout is not None

    def run(*told: object) -> int:
        stdin.write(json.dumps(told) + "\n")
        stdin.flush()
        return int(stdout.readline())

    yield run
    process.communicate(timeout=30)


@pytest.fixture(scope="module")
def signed(founded: Path, password: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a vault with a signed order of two items with a drawing each; it is only copied."""
    import pymupdf

    from release import desk
    from vault import home
    from vault.ledger import people

    place = tmp_path_factory.mktemp("signed")
    shutil.copytree(founded, place / "vault", symlinks=True)
    vault = home.open_vault(place / "vault")
    eli, mei = (people.get(vault.ledger, name) for name in ("eli", "mchen"))
    for number in NUMBERS:
        with pymupdf.open() as sheet:
            sheet.new_page(width=1191, height=842).insert_text((820, 740), number, fontsize=14)
            sheet.save(place / "a.pdf", no_new_id=True)
        desk.add_item(vault, eli, number, f"Part {number}", "mchen")
        desk.check_in(vault, eli, number, {"a.pdf": place / "a.pdf"}, "drawn")
    change = desk.open_change(vault, eli, NUMBERS, "together").order.change
    desk.sign(vault, mei, password, change)
    vault.close()
    assert change == CHANGE
    return place / "vault"


@pytest.fixture
def vault(signed: Path, tmp_path: Path) -> Iterator[Vault]:
    """Return a copy of that vault."""
    from vault import home

    shutil.copytree(signed, tmp_path / "vault", symlinks=True)
    opened = home.open_vault(tmp_path / "vault")
    yield opened
    opened.close()


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")
@pytest.mark.parametrize(("module", "owner", "name", "when", "nth", "exists"), STEPS)
def test_a_kill_leaves_nothing_or_everything(
    vault: Vault, people: dict[str, Person], nursery: Callable[..., int],
    module: str, owner: str, name: str, when: str, nth: int, exists: bool,
) -> None:  # fmt: skip
    """Both items are released or neither is; the next call completes what was begun, once."""
    from release import audit, desk, settling
    from release.log import ReleaseLog

    killed = nursery(module, owner, name, when, nth, str(vault.root), CHANGE)
    assert killed == -signal.SIGKILL
    settling.settle(vault)
    log = ReleaseLog(vault)
    current = [log.current(number) for number in NUMBERS]
    assert [one is not None for one in current] == [exists, exists]
    assert desk.judge(vault, CHANGE).order.state == ("released" if exists else "open")
    if not exists:
        desk.release(vault, people["eli"], CHANGE)
    assert audit.verify(vault).faults == ()
    assert len(ReleaseLog(vault).revisions("10-0001")) == 1
