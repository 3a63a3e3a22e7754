# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tags are packed without one being lost, by the verb for it and by nothing else."""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from vault.home import Vault
    from vault.ledger.people import Person

NUMBERS = [f"10-{serial:04}" for serial in range(6)]


@pytest.fixture
def released(
    vault: Vault, people: dict[str, Person], password: str, draw: Callable[..., Path]
) -> Vault:
    """Return a vault with six released items."""
    from release import desk

    for number in NUMBERS:
        desk.add_item(vault, people["eli"], number, "Bracket", "mchen")
        desk.check_in(vault, people["eli"], number, {"a.pdf": draw(f"{number}.pdf", number)}, "x")
    order = desk.open_change(vault, people["eli"], NUMBERS, "first").order.change
    desk.sign(vault, people["mchen"], password, order)
    desk.release(vault, people["eli"], order)
    return vault


def git(vault: Vault, *words: str) -> subprocess.CompletedProcess[str]:
    """Run stock git on the vault's history, hooks and all."""
    words = ("git", "-C", str(vault.root / "vault.git"), *words)
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_tags_are_packed_and_verify_finds_all_good(
    released: Vault, people: dict[str, Person], password: str, terminal: Any
) -> None:
    """All tags stand where they stood, none has a file any more, and releasing goes on."""
    from release import audit, desk

    before = git(released, "for-each-ref", "refs/tags").stdout
    settings = git(released, "config", "gc.packRefs").stdout
    told = terminal("--as", "ada", "tidy")
    assert "6 tags" in told
    assert git(released, "for-each-ref", "refs/tags").stdout == before
    assert not list((released.root / "vault.git/refs/tags").rglob("A"))
    assert git(released, "config", "gc.packRefs").stdout == settings == "false\n"
    assert audit.verify(released).faults == ()
    desk.recall(released, people["mchen"], NUMBERS[0], "A", "cracks")
    assert audit.verify(released).faults == ()
    assert "7 tags" in terminal("--as", "ada", "tidy")


def test_packed_tags_are_still_kept(released: Vault, terminal: Any) -> None:
    """Neither git itself nor its housekeeping removes or moves a tag, packed or not."""
    terminal("--as", "ada", "tidy")
    before = git(released, "for-each-ref").stdout
    tag = f"release/{NUMBERS[0]}/A"
    assert git(released, "tag", "-d", tag).returncode != 0
    assert git(released, "tag", "-f", tag, "main").returncode != 0
    assert git(released, "update-ref", "-d", f"refs/tags/{tag}").returncode != 0
    assert git(released, "gc", "-q").returncode == 0
    assert git(released, "for-each-ref").stdout == before


def test_tags_made_while_packing_are_not_lost(released: Vault) -> None:
    """Others create refs meanwhile; every one of them is there afterwards."""
    from vault.history.packing import pack_tags

    made: list[str] = []

    def make() -> None:
        for serial in range(60):
            words = ("-c", "core.hooksPath=/dev/null", "-c", "core.filesRefLockTimeout=5000")
            git(released, *words, "update-ref", f"refs/tags/release/20-{serial}/A", "main")
            made.append(f"refs/tags/release/20-{serial}/A")

    maker = threading.Thread(target=make)
    maker.start()
    while maker.is_alive():
        pack_tags(released.history)
    pack_tags(released.history)
    there = dict(released.history.refs("refs/tags/"))
    assert set(made) <= set(there)
    assert len(there) == len(NUMBERS) + 60


@pytest.fixture
def terminal(vault: Vault) -> Any:
    """Return a runner of commands in the vault that succeed."""
    import sys

    def run(*words: str) -> str:
        program = [sys.executable, "-c", "from vault.cli import main; main()"]
        done = subprocess.run([*program, "--vault", str(vault.root), *words], text=True,
                              env=os.environ, capture_output=True, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
