# SPDX-License-Identifier: AGPL-3.0-or-later
"""A lock that a killed git left goes by itself; one that somebody holds stays."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from vault.home import Vault

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
MAIN = "refs/heads/main"


def left(git_dir: Path, age_s: float) -> Path:
    """Leave the lock a killed git leaves."""
    lock = git_dir / f"{MAIN}.lock"
    lock.write_bytes(b"")
    os.utime(lock, (time.time() - age_s,) * 2)
    return lock


def test_a_left_lock_blocks_no_writer(vault: Vault) -> None:
    """A commit, a signed move and a push go through although git was killed while main moved."""
    from vault.history import signing
    from vault.history.repository import Author

    git_dir, eli = vault.root / "vault.git", Author("eli", "eli@localhost")
    lock = left(git_dir, 10)
    first = vault.history.commit(MAIN, {"a.txt": b"1"}, message="1\n", author=eli,
                                 expect=vault.history.tip(MAIN))  # fmt: skip
    assert not lock.exists()
    signer = signing.Signer(vault.history, signing.key_in(vault.keys))
    second = signer.commit(vault.history.tree(first) or "", first, message="2\n", author=eli)
    lock = left(git_dir, 10)
    signer.move(MAIN, second, first)
    assert not lock.exists()
    assert vault.history.tip(MAIN) == second


def test_a_lock_somebody_may_hold_stays(vault: Vault) -> None:
    """While a git works on this very repository nothing is taken from it."""
    from vault.history import stale

    git_dir = vault.root / "vault.git"
    lock = left(git_dir, 10)
    wait = "import sys; print(1, flush=True); sys.stdin.read()"
    busy = subprocess.Popen([sys.executable, "-c", wait, "receive-pack"], cwd=git_dir,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip
    assert busy.stdout is not None
    assert busy.stdout.readline()
    try:
        assert not stale.clear(git_dir, MAIN)
        assert lock.exists()
    finally:
        busy.communicate(b"")
    assert stale.clear(git_dir, MAIN)
    assert not lock.exists()


def test_a_young_lock_is_waited_for(vault: Vault) -> None:
    """A writer that is at work has its time."""
    from vault.history import stale

    lock = left(vault.root / "vault.git", stale.YOUNG_S - 0.5)
    began = time.monotonic()
    assert stale.clear(vault.root / "vault.git", MAIN)
    assert 0.3 < time.monotonic() - began < stale.YOUNG_S
    assert not lock.exists()
