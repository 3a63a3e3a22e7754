# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a push brings is found by comparing trees, in every new commit, and nothing else is read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hooks import pushed
from hooks.pushed import Addition, Trees

if TYPE_CHECKING:
    from vault.history.repository import History


@pytest.fixture
def history(tmp_path: Path) -> History:
    """Return an empty history."""
    from vault.history import repository

    return repository.create(tmp_path / "vault.git")


def commit(history: History, **files: str | None) -> str:
    """Commit files (``__`` for a slash, None removes) on main."""
    from vault.history.repository import MAIN, Author

    changes = {path.replace("__", "/"): None if text is None else text.encode()
               for path, text in files.items()}  # fmt: skip
    return history.commit(MAIN, changes, message="x\n", author=Author("eli", "e@x"),
                          expect=history.tip(MAIN))  # fmt: skip


def added(history: History, new: str, *known: str) -> list[str]:
    """Return the paths a push adds."""
    found = pushed.brought(history, Trees(history), new, known)
    return [one.path for one in found if isinstance(one, Addition)]


def test_only_what_is_new_is_looked_at(history: History) -> None:
    """A file that was there, and a folder that did not change, are never opened."""
    old = commit(history, **{f"d{n}__{m}": "x" for n in range(20) for m in range(20)})
    new = commit(history, d3__new="y")
    trees = Trees(history)
    found = [one.path for one in pushed.brought(history, trees, new, [old])]
    assert found == ["d3/", "d3/new"]
    assert len(trees._read) == 4  # two roots, two of d3


def test_what_one_commit_adds_and_the_next_removes_is_seen(history: History) -> None:
    """It stays in history, so it is judged."""
    old = commit(history, a="1")
    commit(history, bad="2")
    new = commit(history, bad=None)
    assert added(history, new, old) == ["bad"]
    trees = [history.commit_at(one).tree for one in (old, new)]
    assert list(Trees(history).changes(*trees)) == []


def test_a_folder_that_moved_brings_all_its_paths(history: History) -> None:
    """The bytes are known, the paths are not: they may be too deep or too long now."""
    old = commit(history, a__x="1", a__y="2")
    new = commit(history, a__x=None, a__y=None, b__a__x="1", b__a__y="2")
    assert added(history, new, old) == ["b/a/x", "b/a/y"]


def test_a_crowd_is_told_where_a_name_is_new(history: History) -> None:
    """Changing a file makes no new neighbours; adding one does, with all who live there."""
    old = commit(history, d__a="1", d__b="1")
    changed = commit(history, d__a="2")
    assert [
        type(one).__name__ for one in pushed.brought(history, Trees(history), changed, [old])
    ] == ["Addition"]
    new = commit(history, d__A="1")
    crowd = next(iter(pushed.brought(history, Trees(history), new, [changed])))
    assert isinstance(crowd, pushed.Crowd)
    assert (crowd.path, crowd.names, crowd.fresh) == ("d/", ("A", "a", "b"), frozenset("A"))


def test_changes_name_what_was_and_is(history: History) -> None:
    """A file that became a folder is one that went and others that came."""
    old = commit(history, a="1", b="1")
    new = commit(history, a=None, a__x="2", b="2")
    trees = [history.commit_at(one).tree for one in (old, new)]
    found = {one.path: (bool(one.was), bool(one.now)) for one in Trees(history).changes(*trees)}
    assert found == {"a": (True, False), "a/x": (False, True), "b": (True, True)}
