# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verification finds every kind of tampering, names it, and exits with 5."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person


def verified(vault: Vault, *, deep: bool = False) -> tuple[int, dict[str, Any]]:
    """Verify a vault opened anew, and return the exit code that follows and what was said."""
    from release import audit, verify_cli
    from vault import home

    opened = home.open_vault(vault.root)
    report = audit.verify(opened, deep=deep)
    opened.close()
    return 0 if report.ok else verify_cli.DAMAGED, report.told()


def git(vault: Vault, *words: str) -> str:
    """Run git on the vault's repository as somebody with a shell would."""
    run = subprocess.run(
        ["git", f"--git-dir={vault.root / 'vault.git'}", *words],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return run.stdout.strip()


@pytest.fixture
def released(
    vault: Vault, people: dict[str, Person], draw: Callable[..., Path], password: str
) -> Vault:
    """Return a vault with two released items and a recall."""
    from release import desk

    for number in ("10-0001", "10-0002"):
        desk.add_item(vault, people["eli"], number, f"Part {number}", "mchen")
        desk.check_in(vault, people["eli"], number, {"a.pdf": draw("a.pdf", number)}, "drawn")
        change = desk.open_change(vault, people["eli"], [number], "first").order.change
        desk.sign(vault, people["mchen"], password, change)
        desk.release(vault, people["eli"], change)
    desk.recall(vault, people["mchen"], "10-0002", "A", "wrong material")
    return vault


def test_a_sound_vault_is_good_and_deep_verification_stamps_the_same_bytes(released: Vault) -> None:
    """Exit code 0, nothing found, and the stamps were really made again."""
    code, told = verified(released, deep=True)
    assert (code, told["ok"], told["faults"]) == (0, True, [])
    assert told["checked"]["stamps made again"] == 2
    assert told["checked"]["tags"] == 3


def test_one_flipped_byte_in_any_object_is_named(released: Vault) -> None:
    """Source or stamped file, each object in turn: the fault names its address."""
    objects = sorted((released.root / "objects" / "files").rglob("*"))
    files = [path for path in objects if path.is_file()]
    assert len(files) == 4
    for path in files:
        whole = path.read_bytes()
        path.chmod(0o644)
        path.write_bytes(whole[:100] + bytes([whole[100] ^ 1]) + whole[101:])
        code, told = verified(released)
        assert code == 5
        assert any(path.parent.name + path.name in str(fault) for fault in told["faults"]), told
        path.write_bytes(whole)
    assert verified(released)[0] == 0


def test_the_command_line_exits_with_5_and_prints_a_line_for_each_fault(released: Vault) -> None:
    """Scripts see the code, people the sentence, programs the JSON."""
    command = [sys.executable, "-c", "from vault.cli import main; main()", "--vault",
               str(released.root), "verify"]  # fmt: skip
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    next(p for p in (released.root / "objects" / "files").rglob("*") if p.is_file()).unlink()
    people = subprocess.run(command, capture_output=True, text=True, check=False)
    programs = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False)
    assert (people.returncode, programs.returncode) == (5, 5)
    told = json.loads(programs.stdout)
    assert told["ok"] is False
    assert len(people.stdout.splitlines()) == len(told["faults"]) + 1


def test_a_missing_object_is_named(released: Vault) -> None:
    """What is gone is a fault of the released file and of the pointer on main."""
    path = next(p for p in (released.root / "objects" / "files").rglob("*") if p.is_file())
    path.unlink()
    code, told = verified(released)
    assert code == 5
    assert any(path.parent.name + path.name in str(fault) for fault in told["faults"])


def test_a_moved_a_missing_and_an_invented_tag_are_named(released: Vault) -> None:
    """Tags are derived from the log, and each disagreement is a fault of its own."""
    ref = "refs/tags/release/10-0001/A"
    was = git(released, "rev-parse", ref)
    git(released, "update-ref", ref, git(released, "rev-parse", "refs/heads/main~2"))
    code, told = verified(released)
    assert (code, told["faults"][0]["kind"], told["faults"][0]["where"]) == (5, "tag", ref)
    git(released, "update-ref", "-d", ref)
    assert ref in str(verified(released)[1]["faults"])
    git(released, "update-ref", ref, was)
    git(released, "update-ref", "refs/tags/release/10-0001/Z", was)
    code, told = verified(released)
    assert code == 5
    assert "refs/tags/release/10-0001/Z" in str(told["faults"])


def test_a_rewritten_release_log_is_named(released: Vault) -> None:
    """Cutting the last entry off leaves tags, orders, ledger and catalogue that contradict it."""
    tip = git(released, "rev-parse", "refs/meta/releases~1")
    git(released, "update-ref", "refs/meta/releases", tip)
    code, told = verified(released)
    assert code == 5
    assert {"tag", "catalogue"} <= {fault["kind"] for fault in told["faults"]}


def test_an_unsigned_entry_in_the_log_is_named(released: Vault) -> None:
    """Whoever can write refs but has not the key cannot append."""
    tip = git(released, "rev-parse", "refs/meta/releases")
    tree = git(released, "rev-parse", f"{tip}^{{tree}}")
    forged = git(released, "-c", "user.name=x", "-c", "user.email=x@x", "commit-tree", tree, "-p",
                 tip, "-m", "Release nothing")  # fmt: skip
    git(released, "update-ref", "refs/meta/releases", forged)
    code, told = verified(released)
    assert code == 5
    assert any(fault["kind"] == "signature" for fault in told["faults"])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET actor = 'pat' WHERE seq = 3",
        "DELETE FROM event WHERE seq = 4",
        "UPDATE person SET roles = 'admin engineer' WHERE name = 'eli'",
        "DELETE FROM event WHERE kind = 'revision.released'",
    ],
)
def test_an_edited_row_of_the_ledger_is_named(released: Vault, statement: str) -> None:
    """Even with the triggers dropped first, chain and seals tell."""
    released.ledger.close()
    with sqlite3.connect(released.root / "ledger.db") as raw:
        triggers = raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        kept = triggers.fetchall()
        for name, _sql in kept:
            raw.execute(f"DROP TRIGGER {name}")
        assert raw.execute(statement).rowcount > 0
        for _name, sql in kept:
            raw.execute(sql)
    code, told = verified(released)
    assert code == 5
    assert any(fault["kind"] == "ledger" for fault in told["faults"])


def test_a_catalogue_that_lies_is_named_and_made_again(released: Vault) -> None:
    """The catalogue is no truth, but a wrong one is said to be wrong, and rebuilding mends it."""
    from release import audit, settling

    released.catalogue.close()
    with sqlite3.connect(released.root / "catalogue.db") as raw:
        raw.execute("UPDATE revision SET state = 'current'")
    assert {fault.kind for fault in audit.verify(released).faults} == {"catalogue"}
    settling.rebuild(released)
    assert audit.verify(released).faults == ()
    assert [row.state for row in released.catalogue.revisions("10-0002")] == ["recalled"]


def test_stock_git_verifies_a_release_tag_from_a_clone(released: Vault, tmp_path: Path) -> None:
    """A clone and the exported key are enough; another key is not."""
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(released.root / "vault.git"), str(clone)], check=True)
    signers = released.root / "keys" / "allowed_signers"
    stock = ["git", "-C", str(clone), "-c", "gpg.format=ssh"]
    good = subprocess.run(
        [*stock, "-c", f"gpg.ssh.allowedSignersFile={signers}", "verify-tag", "release/10-0001/A"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert good.returncode == 0
    assert 'Good "git" signature' in good.stderr
    other = tmp_path / "other"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(other)], check=True)
    kind, key, *_ = other.with_suffix(".pub").read_text().split()
    (tmp_path / "strangers").write_text(f"titleblock@localhost {kind} {key}\n")
    bad = subprocess.run(
        [*stock, "-c", f"gpg.ssh.allowedSignersFile={tmp_path / 'strangers'}", "verify-tag",
         "release/10-0001/A"],
        capture_output=True, check=False,
    )  # fmt: skip
    assert bad.returncode != 0
