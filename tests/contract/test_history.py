# SPDX-License-Identifier: AGPL-3.0-or-later
"""History read by libgit2 and history read by git itself give the same answers and refusals."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from vault import errors
from vault.history import repository
from vault.history.light import LightHistory
from vault.history.repository import MAIN, Author, History

ELI = Author("eli", "eli@shop.example")
MISSING = "12" * 20


def git(place: Path, *words: str, given: bytes = b"") -> str:
    """Run stock git in a folder and return what it says."""
    told = ["git", "-c", "user.name=Zoë Ünal", "-c", "user.email=zoe@shop.example", *words]
    done = subprocess.run(told, cwd=place, input=given, capture_output=True, check=True)
    return done.stdout.decode().strip()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a repository with merges, tags, packed and loose refs, and people of other habits."""
    work = tmp_path / "work"
    git(tmp_path, "init", "-q", "-b", "main", str(work))
    for name in (
        "items/10/item.toml",
        "items/10/图纸 (a), b.txt",
        "items/11/item.toml",
        "a-b",
        "a/b",
    ):
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_text(f"{name}\n")
    (work / "link").symlink_to("a-b")
    git(work, "add", ".")
    git(work, "commit", "-q", "-m", "\n\nfirst\n\nbody, über")
    git(work, "switch", "-q", "-c", "side")
    (work / "items/11/item.toml").write_text("other\n")
    git(work, "commit", "-q", "-am", "side")
    git(work, "switch", "-q", "main")
    (work / "items/10/item.toml").unlink()
    (work / "items/10/item.toml").mkdir()
    (work / "items/10/item.toml/now.txt").write_text("a folder\n")
    git(work, "add", "-A")
    git(work, "commit", "-q", "--allow-empty-message", "-m", "")
    git(work, "merge", "-q", "--no-ff", "-m", "merge", "side")
    git(work, "-c", "i18n.commitEncoding=latin1", "commit", "-q", "--allow-empty", "-F", "-",
        given="geändert".encode("latin1"))  # fmt: skip
    git(work, "tag", "-a", "-m", "a tag", "v1", "HEAD~1")
    git(work, "pack-refs", "--all")
    (work / "a-b").write_text("more\n")
    git(work, "commit", "-q", "-am", "loose again")
    return work / ".git"


def said(ask: Callable[[], Any]) -> Any:
    """Return an answer, or the kind of refusal."""
    try:
        return ask()
    except errors.Refusal as refusal:
        return type(refusal)


def test_the_last_file_is_removed_and_the_history_goes_on(tmp_path: Path) -> None:
    """Git knows the empty tree without having it; a commit on top of one is like any other."""
    git(tmp_path, "init", "-q", "--bare", str(tmp_path / "vault.git"))
    history = History(tmp_path / "vault.git")
    tip = None
    for changes in ({"a/b": b"1"}, {"a/b": None}, {"c": b"2"}):
        tip = history.commit(MAIN, changes, message="m", author=ELI, expect=tip)
        left = [name for name, data in changes.items() if data is not None]
        assert git(history.git_dir, "ls-tree", "-r", "--name-only", tip).split() == left
        assert sorted(LightHistory(history.git_dir).changed(None, tip)) == left
    assert sorted(history.changed(tip, history.commit_at(tip).parents[0])) == ["c"]
    assert git(history.git_dir, "fsck", "--strict") == ""


def test_both_say_the_same_of_every_object_and_ref(place: Path) -> None:
    """Commits, trees, blobs, tags, sizes, refs and comparisons, the missing ones too."""
    full, light = History(place), LightHistory(place)
    listed = git(place, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split()
    commits = git(place, "rev-list", "--all").split()
    for oid in [*listed, MISSING]:
        for ask in ("commit_at", "peeled", "blob_of", "raw_tree", "size", "has"):
            one = said(partial(getattr(full, ask), oid))
            other = said(partial(getattr(light, ask), oid))
            assert one == other, (ask, oid)
    paths = ("", "items", "items/10", "items/10/item.toml", "items/10/图纸 (a), b.txt", "a", "a/b",
             "a-b/c", "link", "nothing/here")  # fmt: skip
    for commit in commits:
        for path in paths:
            for ask in ("tree", "folder", "blob"):
                one, other = (getattr(which, ask)(commit, path) for which in (full, light))
                assert one == other, (ask, commit, path)
        for before in [None, *commits]:
            assert full.changed(before, commit) == light.changed(before, commit)
            known = [] if before is None else [before]
            assert {one.oid for one in full.beyond(known, commit)} == {
                one.oid for one in light.beyond(known, commit)
            }
            if before:
                assert full.contains(commit, before) == light.contains(commit, before)
    for ref in (MAIN, "refs/heads/side", "refs/tags/v1", "refs/heads/none", "refs/tags/v", "refs"):
        assert full.tip(ref) == light.tip(ref), ref


def test_commits_between_come_oldest_first(place: Path) -> None:
    """A parent is never told after its child."""
    light = LightHistory(place)
    told = [one.oid for one in light.between(None, light.tip(MAIN) or "")]
    for commit in light.between(None, light.tip(MAIN) or ""):
        assert all(told.index(parent) < told.index(commit.oid) for parent in commit.parents)


def test_both_write_the_same_commit(tmp_path: Path) -> None:
    """The tree of a commit and its text are equal, and git has nothing to complain about."""
    made = []
    kinds: tuple[type[Any], ...] = (History, LightHistory)
    for number, kind in enumerate(kinds):
        git_dir = repository.create(tmp_path / f"{number}.git").git_dir
        history = kind(git_dir)
        tip = history.commit(
            MAIN, {"a/b": b"1", "a-b": b"2"}, message="m\n", author=ELI, expect=None
        )
        tip = history.commit(
            MAIN, {"a/b": None, "c/d": b"3"}, message="n\n", author=ELI, expect=tip
        )
        made.append(
            (history.tree(tip), history.commit_at(tip).author, history.commit_at(tip).message)
        )
        assert git(git_dir, "fsck", "--full", "--strict") == ""
        assert history.tip(MAIN) == tip
        for expect in (None, history.commit_at(tip).parents[0]):
            with pytest.raises(errors.MovedOn):
                history.commit(MAIN, {"x": b"y"}, message="m\n", author=ELI, expect=expect)
        assert history.tip(MAIN) == tip
    assert made[0] == made[1]


def test_a_broken_object_is_a_refusal(place: Path) -> None:
    """What git cannot read is named, and the talk goes on with nobody fooled."""
    oid = git(place, "hash-object", "-w", "--stdin", given=b"bytes nobody has")
    file = place / "objects" / oid[:2] / oid[2:]
    file.chmod(0o644)
    file.write_bytes(b"rubbish")
    with pytest.raises(errors.DamagedHistory):
        LightHistory(place).blob_of(oid)


def test_objects_in_quarantine_are_read(place: Path, tmp_path: Path) -> None:
    """What a push brings lies in a folder of its own, and is seen only by whoever was told of it."""
    aside = tmp_path / "aside.git"
    git(tmp_path, "init", "-q", "--bare", str(aside))
    oid = git(aside, "hash-object", "-w", "--stdin", given=b"pushed")
    assert LightHistory(place, [aside / "objects"]).blob_of(oid) == b"pushed"
    assert not LightHistory(place).has(oid)


def test_what_is_not_quick_goes_to_the_whole_history(place: Path) -> None:
    """A hook can ask anything a history answers."""
    light = LightHistory(place)
    assert light.head() == History(place).head()
    assert dict(light.refs("refs/tags/")) == dict(History(place).refs("refs/tags/"))
