# SPDX-License-Identifier: AGPL-3.0-or-later
"""Commits written by our own hand are what git itself would have written, and on disk in order."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from vault import errors
from vault.history import repository
from vault.history.repository import MAIN, Author, History

ELI = Author("eli", "eli@shop.example")


@pytest.fixture
def history(tmp_path: Path) -> History:
    """Return an empty history."""
    return repository.create(tmp_path / "vault.git")


def git(history: History, *words: str, given: bytes = b"") -> bytes:
    """Run stock git on the repository and return what it says."""
    told = ["git", f"--git-dir={history.git_dir}", *words]
    return subprocess.run(told, input=given, capture_output=True, check=True).stdout


def test_git_finds_nothing_to_complain_about(history: History) -> None:
    """Names that sort apart as file and folder, non-Latin names, removal, an emptied folder."""
    tip = history.commit(
        MAIN,
        {"a/b": b"1", "a.b": b"2", "a-b/c": b"3", "ab": b"4", "图纸/载带.txt": b"5", "x/y/z": b"6"},
        message="first\n", author=ELI, expect=None,
    )  # fmt: skip
    tip = history.commit(MAIN, {"x/y/z": None, "a": b"now a file", "ab/c": b"now a folder"},
                         message="second\n", author=ELI, expect=tip)  # fmt: skip
    assert git(history, "fsck", "--full", "--strict") == b""
    told = git(history, "ls-tree", "-r", "--name-only", "-z", tip).decode().split("\0")[:-1]
    assert told == ["a", "a-b/c", "a.b", "ab/c", "图纸/载带.txt"]
    assert git(history, "rev-list", "--count", tip) == b"2\n"


def test_git_writes_the_same_tree_and_commit(history: History) -> None:
    """Object names are equal to those of git mktree and commit-tree, byte for byte."""
    tip = history.commit(MAIN, {"10-0042/item.toml": b"x\n", "10-0042.txt": b"y\n"},
                         message="grüße\n\nbody\n", author=ELI, expect=None)  # fmt: skip
    tree = history.tree(tip) or ""
    assert git(history, "mktree", given=git(history, "ls-tree", tree)).decode().strip() == tree
    again = git(history, "hash-object", "-t", "commit", "--stdin",
                given=git(history, "cat-file", "commit", tip))  # fmt: skip
    assert again.decode().strip() == tip
    commit = history.commit_at(tip)
    assert (commit.author, commit.email, commit.message) == (
        *(ELI.name, ELI.email),
        "grüße\n\nbody\n",
    )


def test_a_name_cannot_write_lines_of_the_commit(history: History) -> None:
    """A line break in a name stays one name."""
    tip = history.commit(MAIN, {"a": b"1"}, message="m\n", expect=None,
                         author=Author("eli\nparent 1234", "e@x\ntree 5"))  # fmt: skip
    assert history.commit_at(tip).parents == ()
    assert git(history, "fsck", "--full", "--strict") == b""


@pytest.mark.parametrize("path", ["a//b", "../b", "a/./b", ".git/config", "a/.GIT/x", ""])
def test_names_git_never_takes_are_refused(history: History, path: str) -> None:
    """The last line of defence, should a caller forget the policy of names."""
    with pytest.raises(errors.BadFileName):
        history.commit(MAIN, {path: b"x"}, message="m\n", author=ELI, expect=None)
    assert history.tip(MAIN) is None


def test_who_is_second_is_told(history: History) -> None:
    """A ref that moved, appeared or is gone is never overwritten."""
    one = history.commit(MAIN, {"a": b"1"}, message="m\n", author=ELI, expect=None)
    two = history.commit(MAIN, {"a": b"2"}, message="m\n", author=ELI, expect=one)
    for expect in (one, None):
        with pytest.raises(errors.MovedOn):
            history.commit(MAIN, {"a": b"3"}, message="m\n", author=ELI, expect=expect)
    with pytest.raises(errors.MovedOn):
        history.commit("refs/heads/other", {"a": b"3"}, message="m\n", author=ELI, expect=two)
    assert history.tip(MAIN) == two


def test_bytes_that_only_share_a_name_are_refused(history: History) -> None:
    """The object that is there decides: planted other bytes are found, not taken for ours."""
    oid = str(history.kept(b"drawing"))
    place = history.git_dir / "objects" / oid[:2] / oid[2:]
    other = history.git_dir / "objects" / (name := history.kept(b"another"))[:2] / name[2:]
    place.chmod(0o644)
    place.write_bytes(other.read_bytes())
    with pytest.raises(errors.DamagedHistory):
        history.kept(b"drawing")


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_every_object_is_on_disk_before_its_name_and_before_the_ref(
    history: History, tmp_path: Path
) -> None:
    """Each object file is flushed, then renamed, its folder flushed, and the ref moves last."""
    program = (
        "import sys; from pathlib import Path\n"
        "from vault.history.repository import History, Author, MAIN\n"
        "History(Path(sys.argv[1])).commit(MAIN, {'a/b/c': b'1', 'd': b'2'}, message='m',"
        " author=Author('e', 'e@x'), expect=None)\n"
    )
    out = tmp_path / "trace"
    subprocess.run(
        ["strace", "-f", "-y", "-o", out, "-e", "trace=fsync,rename,link", sys.executable, "-c", program,
         history.git_dir],
        check=True,
    )  # fmt: skip
    lines = [line for line in out.read_text().splitlines() if "resumed" not in line]

    def at(*words: str) -> list[int]:
        return [place for place, line in enumerate(lines) if all(word in line for word in words)]

    flushed, renamed = at("fsync(", "/tmp_obj_"), at("rename(", "/tmp_obj_")
    ref = at("refs/heads/main.lock", 'refs/heads/main"')
    assert len(flushed) == len(renamed) == 6  # two blobs, three trees, one commit
    assert max(flushed) < min(renamed)
    folders = [place for place in at("fsync(", "/objects/") if place > max(renamed)]
    assert len(folders) >= 2
    assert len(ref) == 1
    assert max(folders) < ref[0]
