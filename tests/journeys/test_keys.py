# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing keys over the years: replaced, revoked, backed up, and never a gap in what verifies."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person

Release = Callable[[str], str]


@pytest.fixture
def release(vault: Vault, people: dict[str, Person], password: str, tmp_path: Path) -> Release:
    """Return a function that makes an item and releases it."""
    from release import desk

    def released(number: str) -> str:
        desk.add_item(vault, people["eli"], number, "Part", "mchen")
        model = tmp_path / "model.step"
        model.write_text(number)
        desk.check_in(vault, people["eli"], number, {"model.step": model}, "drawn")
        change = desk.open_change(vault, people["eli"], [number], "first").order.change
        desk.sign(vault, people["mchen"], password, change)
        desk.release(vault, people["eli"], change)
        return change

    return released


def git_verifies(vault: Vault, oid: str, *more: str, kind: str = "commit") -> bool:
    """Ask stock git with the list of keys beside the vault, in a foreign time zone."""
    return subprocess.run(
        ["git", f"--git-dir={vault.root / 'vault.git'}", "-c",
         f"gpg.ssh.allowedSignersFile={vault.keys / 'allowed_signers'}", *more, f"verify-{kind}", oid],
        capture_output=True, check=False, env={**os.environ, "TZ": "America/New_York"},
    ).returncode == 0  # fmt: skip


def entries(vault: Vault) -> list[str]:
    """Return the commits of the release log, the first one first."""
    from vault.history.repository import RELEASES

    return [entry.oid for entry in vault.history.chain(RELEASES)][::-1]


def test_a_replaced_key_keeps_what_it_signed_and_the_new_one_goes_on(
    vault: Vault, people: dict[str, Person], release: Release
) -> None:
    """Verify is clean, stock git too, the entry is signed by the old key, whose half is gone."""
    from release import audit, keys

    release("10-0001")
    old_private = (vault.keys / "release").read_bytes()
    first = keys.listing(vault)[0].fingerprint
    made = keys.rotate(vault, people["ada"], "yearly")
    release("10-0002")
    keys.rotate(vault, people["ada"], "somebody left")
    release("10-0003")
    told = keys.listing(vault)
    assert [one.signs for one in told] == [False, False, True]
    assert (told[0].fingerprint, told[1].fingerprint) == (first, made.fingerprint)
    assert told[0].until >= told[1].since != ""
    assert audit.verify(vault, stock=True).faults == ()
    assert all(git_verifies(vault, oid) for oid in entries(vault))
    assert git_verifies(vault, "release/10-0001/A", kind="tag")
    assert (vault.keys / "release").stat().st_mode & 0o077 == 0
    assert old_private not in [path.read_bytes() for path in vault.keys.iterdir()]
    assert not (vault.keys / "next").exists()


def test_a_replaced_key_signs_no_more(
    vault: Vault, people: dict[str, Person], release: Release, tmp_path: Path
) -> None:
    """Whoever kept the old half cannot append, not even with a clock put back."""
    from release import audit, keys
    from vault.history import signing
    from vault.history.repository import RELEASES, Author

    release("10-0001")
    shutil.copytree(vault.keys, tmp_path / "kept")
    keys.rotate(vault, people["ada"], "yearly")
    tip = vault.history.tip(RELEASES)
    assert tip is not None
    thief = signing.Signer(vault.history, signing.key_in(tmp_path / "kept"))
    tree = vault.history.tree(tip) or ""
    for at in ("2031-01-01T00:00:00Z", "2020-01-01T00:00:00Z"):
        forged = thief.commit_at(
            at, tree, tip, message="Release nothing\n", author=Author("x", "x")
        )
        thief.move(RELEASES, forged, vault.history.tip(RELEASES))
        kinds = {one.kind for one in audit.verify(vault).faults}
        assert "key" in kinds, kinds
        assert ("signature" in kinds) == at.startswith("2031")
        thief.move(RELEASES, tip, forged)


def test_what_a_revoked_key_signed_after_the_moment_is_named(
    vault: Vault, people: dict[str, Person], release: Release
) -> None:
    """With the reason; what it signed before keeps counting; stock git says the same."""
    from release import audit, keys
    from vault import clock, errors

    release("10-0001")
    before = entries(vault)[-1]
    moment = vault.history.commit_at(before).at
    end = clock.moment(moment).timestamp() + 2
    while clock.moment(clock.now()).timestamp() < end:  # moments are whole seconds
        threading.Event().wait(0.1)
    release("10-0002")
    after = entries(vault)[-1]
    old = keys.listing(vault)[0].fingerprint
    with pytest.raises(errors.KeyInUse, match="keys rotate"):
        keys.revoke(vault, people["ada"], old, moment, "stolen")
    keys.rotate(vault, people["ada"], "stolen")
    with pytest.raises(errors.NoSuchKey):
        keys.revoke(vault, people["ada"], "SHA256:nobody", moment, "stolen")
    told = keys.revoke(vault, people["ada"], old, moment, "stolen laptop")
    assert (told.revoked, told.until, told.reason) == (True, moment, "stolen laptop")
    faults = audit.verify(vault).faults
    named = " ".join(f"{one.where} {one.what}" for one in faults)
    assert after[:10] in named
    assert before[:10] not in named
    assert "stolen laptop" in named
    assert {one.kind for one in faults} == {"signature", "tag", "change order"}
    assert (git_verifies(vault, before), git_verifies(vault, after)) == (True, False)


def test_only_an_administrator_with_a_reason(vault: Vault, people: dict[str, Person]) -> None:
    """Nobody else replaces or revokes a key."""
    from release import keys
    from release.errors import NoNotes
    from vault.errors import NotAllowed

    for name in set(people) - {"ada"}:
        with pytest.raises(NotAllowed):
            keys.rotate(vault, people[name], "because")
        with pytest.raises(NotAllowed):
            keys.revoke(vault, people[name], "SHA256:x", "2026-01-01", "because")
    with pytest.raises(NoNotes):
        keys.rotate(vault, people["ada"], " ")
    assert len(keys.listing(vault)) == 1


def test_a_backup_and_an_older_vaults_list_hold_after_a_new_key(
    vault: Vault, people: dict[str, Person], release: Release, tmp_path: Path
) -> None:
    """Keys made before there was an export purpose stay readable; the restored vault signs on."""
    from release import audit, keys, settling
    from vault import backup

    signers = vault.keys / "allowed_signers"
    signers.write_text(signers.read_text().replace("git,titleblock-export", "git"))
    release("10-0001")
    backup.back_up(vault, tmp_path / "copy", lambda _line: None)
    keys.rotate(vault, people["ada"], "yearly")
    release("10-0002")
    backup.back_up(vault, tmp_path / "copy", lambda _line: None)
    restored = backup.restore(tmp_path / "copy", tmp_path / "again", lambda _line: None)
    settling.rebuild(restored)
    assert audit.verify(restored).faults == ()
    assert (restored.keys / "release").stat().st_mode & 0o077 == 0
    keys.rotate(restored, people["ada"], "after the fire")
    assert audit.verify(restored).faults == ()
    assert len(keys.listing(restored)) == 3
    restored.close()


def test_people_release_while_keys_are_replaced(
    vault: Vault, people: dict[str, Person], release: Release
) -> None:
    """Nothing is signed by a key whose time is over, however the two fall together."""
    from release import audit, keys

    def rotating() -> None:
        for count in range(4):
            keys.rotate(vault, people["ada"], f"turn {count}")

    with ThreadPoolExecutor(1) as pool:
        rotated = pool.submit(rotating)
        for count in range(6):
            release(f"10-010{count}")
        rotated.result()
    assert audit.verify(vault).faults == ()
    assert len(entries(vault)) == 10
