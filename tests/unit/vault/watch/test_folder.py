# SPDX-License-Identifier: AGPL-3.0-or-later
"""The watched folder on a real disk."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def folder(tmp_path: Path) -> Any:
    """Return a folder with a drawing in it."""
    from vault.watch.folder import Folder

    root = tmp_path.resolve() / "cad"
    (root / "sub").mkdir(parents=True)
    (root / "sub" / "a.pdf").write_bytes(b"drawing")
    return Folder(root)


def test_it_walks_without_temporaries_and_links(folder: Any, tmp_path: Path) -> None:
    """Links to files and folders, pipes and hidden folders are not looked into."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.pdf").write_bytes(b"secret")
    (folder.root / "link.pdf").symlink_to(tmp_path / "outside" / "secret.pdf")
    (folder.root / "linked").symlink_to(tmp_path / "outside")
    (folder.root / "round").symlink_to(folder.root)
    (folder.root / "~$a.SLDPRT").write_bytes(b"lock")
    (folder.root / ".git").mkdir()
    (folder.root / ".git" / "config").write_bytes(b"x")
    os.mkfifo(folder.root / "pipe.pdf")
    looks, unread = folder.walk()
    assert (set(looks), unread) == ({"sub/a.pdf"}, [])
    assert [folder.look(one) for one in ("link.pdf", "linked/secret.pdf", "pipe.pdf", "no")] == [
        None
    ] * 4


def test_a_file_is_taken_whole_or_not_at_all(folder: Any, tmp_path: Path) -> None:
    """A look that is not true any more takes nothing."""
    look = folder.look("sub/a.pdf")
    into = tmp_path / "copy"
    assert folder.take("sub/a.pdf", look, into) == hashlib.sha256(b"drawing").hexdigest()
    assert into.read_bytes() == b"drawing"
    (folder.root / "sub" / "a.pdf").write_bytes(b"another")
    assert folder.take("sub/a.pdf", look, into) is None


def test_a_file_that_changes_while_it_is_read_is_not_taken(
    folder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read may be half old and half new, though it looked right at first."""
    place, read = folder.root / "sub" / "a.pdf", os.read

    def changing(handle: int, size: int) -> bytes:
        place.write_bytes(b"another one")
        return read(handle, size)

    look = folder.look("sub/a.pdf")
    monkeypatch.setattr(os, "read", changing)
    assert folder.take("sub/a.pdf", look, tmp_path / "copy") is None


def test_same_size_and_time_do_not_hide_a_change(folder: Any) -> None:
    """A program that sets the old time again is found out by the time of change."""
    place = folder.root / "sub" / "a.pdf"
    look, before = folder.look("sub/a.pdf"), place.stat()
    place.write_bytes(b"DRAWING")
    os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert folder.look("sub/a.pdf") != look


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_a_file_open_for_writing_is_told_from_one_open_for_reading(folder: Any) -> None:
    """And asking leaves no signal behind that ends the process."""
    place = folder.root / "sub" / "a.pdf"
    with place.open("rb"):
        assert not folder.is_held("sub/a.pdf")
    with place.open("r+b"):
        assert folder.is_held("sub/a.pdf")
    for _ in range(200):
        assert not folder.is_held("sub/a.pdf")
        place.open("ab").close()


def test_a_folder_that_may_not_be_read_says_nothing_of_its_files(folder: Any) -> None:
    """It is named instead, so that its files do not count as deleted."""
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    (folder.root / "sub").chmod(0)
    assert folder.walk() == ({}, ["sub"])
    (folder.root / "sub").chmod(0o755)


def test_a_vault_is_not_watched(vault: Any, tmp_path: Path) -> None:
    """Neither itself, nor what is in it, nor what is around it, by whatever name."""
    from vault.errors import UnwatchableFolder
    from vault.watch import folder as folders

    (tmp_path / "beside").mkdir()
    (tmp_path / "link").symlink_to(vault.root / "objects")
    for place in (vault.root, vault.root / "objects", tmp_path, tmp_path / "link", tmp_path / "no"):
        with pytest.raises(UnwatchableFolder):
            folders.chosen(vault, place)
    assert folders.chosen(vault, tmp_path / "beside").root == (tmp_path / "beside").resolve()
