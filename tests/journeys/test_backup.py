# SPDX-License-Identifier: AGPL-3.0-or-later
"""Backup and restore: a second vault of the same content, and nothing else taken for one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from vault import errors

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person


@pytest.fixture
def worked(
    vault: Vault, people: dict[str, Person], draw: Callable[..., Path], password: str
) -> Callable[[str], None]:
    """Return a function that releases one more revision of an item."""
    from release import desk

    desk.add_item(vault, people["eli"], "10-0001", "Part", "mchen")

    def released(text: str) -> None:
        desk.check_in(vault, people["eli"], "10-0001", {"a.pdf": draw("a.pdf", text)}, text)
        change = desk.open_change(vault, people["eli"], ["10-0001"], text).order.change
        desk.sign(vault, people["mchen"], password, change)
        desk.release(vault, people["eli"], change)

    released("ONE")
    return released


def test_a_restored_vault_is_the_same_and_verifies(
    vault: Vault, worked: Callable[[str], None], tmp_path: Path
) -> None:
    """Releases, people, events and bytes are there; the old token of trust, the key, too."""
    from release import audit, settling
    from release.log import ReleaseLog
    from vault import backup
    from vault.ledger import events

    backup.back_up(vault, tmp_path / "copy", lambda _line: None)
    restored = backup.restore(tmp_path / "copy", tmp_path / "again", lambda _line: None)
    settling.rebuild(restored)
    assert audit.verify(restored).faults == ()
    assert ReleaseLog(restored).current("10-0001") == ReleaseLog(vault).current("10-0001")
    assert events.head(restored.ledger) == events.head(vault.ledger)
    assert (restored.keys / "release").read_bytes() == (vault.keys / "release").read_bytes()
    assert (restored.keys / "release").stat().st_mode & 0o077 == 0
    restored.close()


def test_a_later_backup_copies_only_what_is_new(
    vault: Vault, worked: Callable[[str], None], tmp_path: Path
) -> None:
    """Two more objects after one more release: source and stamped file."""
    from vault import backup

    first = backup.back_up(vault, tmp_path / "copy", lambda _line: None)
    worked("TWO")
    second = backup.back_up(vault, tmp_path / "copy", lambda _line: None)
    assert (first.copied, second.copied, second.objects) == (2, 2, 4)


def test_history_newer_than_the_ledger_is_told_to_it_again(
    vault: Vault, worked: Callable[[str], None], tmp_path: Path
) -> None:
    """A backup of mixed age heals at its first use: the release is not lost, and verify is clean."""
    from release import audit, settling
    from vault import backup, home
    from vault.ledger import events

    backup.back_up(vault, tmp_path / "old", lambda _line: None)
    worked("TWO")
    backup.back_up(vault, tmp_path / "new", lambda _line: None)
    (tmp_path / "new" / "ledger.db").write_bytes((tmp_path / "old" / "ledger.db").read_bytes())
    mixed = home.open_vault(tmp_path / "new")
    settling.rebuild(mixed)
    assert audit.verify(mixed).faults == ()
    told = [event.facts["rev"] for event in events.of(mixed.ledger, "item/10-0001")]
    assert told == ["A", "B"]
    mixed.close()


def test_one_flipped_byte_in_the_backup_is_found_when_restoring(
    vault: Vault, worked: Callable[[str], None], tmp_path: Path
) -> None:
    """The restore stops with the object's name, and leaves nothing that looks like a vault."""
    from vault import backup

    backup.back_up(vault, tmp_path / "copy", lambda _line: None)
    path = next(p for p in (tmp_path / "copy" / "objects" / "files").rglob("*") if p.is_file())
    path.chmod(0o644)
    path.write_bytes(b"x" + path.read_bytes()[1:])
    with pytest.raises(errors.DamagedObject):
        backup.restore(tmp_path / "copy", tmp_path / "again", lambda _line: None)
    assert not (tmp_path / "again").exists()


def test_what_the_vault_has_lost_is_named_and_the_rest_saved(
    vault: Vault, worked: Callable[[str], None], tmp_path: Path
) -> None:
    """One object gone, one damaged, one gone that an earlier backup has: each named, with exit 5."""
    from click.testing import CliRunner

    from release.log import ReleaseLog
    from vault.cli import trunk

    def backup(place: str) -> tuple[int, str]:
        words = ["--vault", str(vault.root), "--as", "ada", "backup", str(tmp_path / place)]
        done = CliRunner().invoke(trunk(), words)
        return done.exit_code, done.output

    def place(md5: str) -> Path:
        return vault.root / "objects" / "files" / "md5" / md5[:2] / md5[2:]

    code, said = backup("early")
    assert (code, "missing" in said) == (0, False), said
    first = ReleaseLog(vault).revision("10-0001", "A").file("a.pdf")
    worked("TWO")
    second = ReleaseLog(vault).revision("10-0001", "B").file("a.pdf")
    assert first.stamped
    place(first.md5).unlink()
    place(first.stamped.md5).chmod(0o644)
    place(first.stamped.md5).write_bytes(b"other bytes")
    place(second.md5).unlink()

    code, said = backup("late")
    assert code == 5
    assert f"object: 10-0001 A a.pdf: its bytes are missing (md5 {first.md5})" in said
    assert "object: 10-0001 A a.pdf, stamped: their md5 is" in said
    assert f"object: 10-0001 B a.pdf: its bytes are missing (md5 {second.md5})" in said
    assert "3 objects are not in the vault as they were; the rest is saved." in said
    assert "late: 1 objects (1 new)" in said
    code, said = backup("early")
    assert code == 5
    assert "10-0001 A a.pdf: its bytes are missing in the vault; this backup has them" in said
    assert f"10-0001 B a.pdf: its bytes are missing (md5 {second.md5})" in said
    assert "stamped" not in said  # the good bytes are in the backup from before

    words = ["--vault", str(vault.root), "restore", str(tmp_path / "late"), str(tmp_path / "again")]
    done = CliRunner().invoke(trunk(), words)
    assert done.exit_code == 5
    assert done.output.count("10-0001 A") >= 2
    assert (tmp_path / "again" / "vault.git").is_dir()


def test_what_is_no_backup_and_what_is_in_the_way_are_refused(
    vault: Vault, worked: Callable[[str], None], tmp_path: Path
) -> None:
    """An unfinished backup, a folder with other things, the vault itself."""
    from vault import backup

    with pytest.raises(errors.NoBackup):
        backup.restore(tmp_path, tmp_path / "again", lambda _line: None)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("x")
    for place in (tmp_path / "full", vault.root, vault.root / "inside"):
        with pytest.raises(errors.VaultExists):
            backup.back_up(vault, place, lambda _line: None)
    backup.back_up(vault, tmp_path / "copy", lambda _line: None)
    with pytest.raises(errors.VaultExists):
        backup.restore(tmp_path / "copy", tmp_path / "full", lambda _line: None)
