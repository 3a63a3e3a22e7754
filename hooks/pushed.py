# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a push changes, found by comparing trees: equal folders are never opened.

What enters history for ever (names, modes, sizes) is judged in every new commit;
what counts (manifests, pointers, locks) at the tip.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from vault.history import raw
from vault.history.raw import Node

if TYPE_CHECKING:
    from vault.history.repository import History

NOTHING: Final = "0" * 40
PLAIN: Final = frozenset({raw.FILE, raw.PROGRAM})


class Update(NamedTuple):
    """One ref a push wants to move; None where it makes or deletes it."""

    old: str | None
    new: str | None
    ref: str


class Addition(NamedTuple):
    """A file no parent of a new commit has: where, what, in which commit."""

    path: str
    node: Node
    commit: str


class Crowd(NamedTuple):
    """A folder that got a new name: all names in it, of which ``fresh`` are new."""

    path: str
    names: tuple[str, ...]
    fresh: frozenset[str]
    commit: str


class Change(NamedTuple):
    """A file that differs between two trees; None where it is not there."""

    path: str
    was: Node | None
    now: Node | None


def updates(lines: Iterable[str]) -> list[Update]:
    """Return what git tells a hook on its standard input, a line for each ref."""
    found = []
    for line in lines:
        old, new, ref = line.rstrip("\n").split(" ", 2)
        found.append(Update(_oid(old), _oid(new), ref))
    return found


def _oid(text: str) -> str | None:
    return None if text == NOTHING else text


class Trees:
    """Trees of one history, each read once."""

    def __init__(self, history: History) -> None:
        """Begin with nothing read."""
        self._history = history
        self._read: dict[str, dict[str, Node]] = {}

    def nodes(self, tree: str) -> dict[str, Node]:
        """Return what a tree holds, by name."""
        found = self._read.get(tree)
        if found is None:
            found = self._read[tree] = raw.nodes(self._history.raw_tree(tree), tree)
        return found

    def node(self, tree: str, path: str) -> Node | None:
        """Return what lies at a path, or None."""
        steps = path.split("/")
        for step in steps[:-1]:
            found = self.nodes(tree).get(step)
            if found is None or not found.is_folder:
                return None
            tree = found.oid
        return self.nodes(tree).get(steps[-1])

    def blob(self, tree: str, path: str) -> bytes | None:
        """Return the bytes of the file at a path, or None where there is no plain file."""
        found = self.node(tree, path)
        if found is None or found.mode not in {raw.FILE, raw.PROGRAM}:
            return None
        return self._history.blob_of(found.oid)

    def changes(self, old: str | None, new: str | None, under: str = "") -> Iterator[Change]:
        """Yield the files that differ between two trees."""
        if old == new:
            return
        was_here = self.nodes(old) if old else {}
        now_here = self.nodes(new) if new else {}
        for name in was_here.keys() | now_here.keys():
            was, now = was_here.get(name), now_here.get(name)
            if was == now:
                continue
            path = f"{under}{name}"
            was_tree = was.oid if was and was.is_folder else None
            now_tree = now.oid if now and now.is_folder else None
            if was_tree or now_tree:
                yield from self.changes(was_tree, now_tree, f"{path}/")
            was_file = None if was_tree else was
            now_file = None if now_tree else now
            if was_file or now_file:
                yield Change(path, was_file, now_file)


def changed(trees: Trees, old: str | None, new: str) -> list[Change]:
    """Return the plain files that differ; what is no plain file is refused by its kind."""
    found = [Change(one.path, _plain(one.was), _plain(one.now)) for one in trees.changes(old, new)]
    return sorted((one for one in found if one.was or one.now), key=lambda one: one.path)


def _plain(node: Node | None) -> Node | None:
    return node if node is not None and node.mode in PLAIN else None


def brought(
    history: History, trees: Trees, new: str, known: Sequence[str]
) -> Iterator[Addition | Crowd]:
    """Yield what the commits that are not in the past of ``known`` add, by paths in order.

    A merge adds only what none of its parents has; what is yielded was never judged before.
    """
    seen: set[tuple[str, str]] = set()
    for commit in history.beyond(known, new):
        parents = tuple(history.commit_at(one).tree for one in commit.parents)
        yield from _added(trees, commit.tree, parents, "", commit.oid, seen)


def staged(trees: Trees, tree: str, before: str | None, called: str) -> Iterator[Addition | Crowd]:
    """Yield what a tree that is no commit yet adds to another one."""
    yield from _added(trees, tree, (before,) if before else (), "", called, set())


def _added(
    trees: Trees,
    tree: str,
    parents: tuple[str, ...],
    under: str,
    commit: str,
    seen: set[tuple[str, str]],
) -> Iterator[Addition | Crowd]:
    if tree in parents or (under, tree) in seen:
        return
    seen.add((under, tree))
    here = trees.nodes(tree)
    before = [trees.nodes(one) for one in parents]
    fresh = frozenset.intersection(*(frozenset(here.keys() - one.keys()) for one in before)) \
        if before else frozenset(here)  # fmt: skip
    if len(here) > 1 and all(here.keys() - one.keys() for one in before):
        yield Crowd(under, tuple(sorted(here)), fresh, commit)
    for name in sorted(here):
        node = here[name]
        if any(one.get(name) == node for one in before):
            continue
        path = f"{under}{name}"
        if not node.is_folder:
            yield Addition(path, node, commit)
            continue
        if not trees.nodes(node.oid):
            yield Addition(path, node, commit)
        folders = tuple(one[name].oid for one in before if name in one and one[name].is_folder)
        yield from _added(trees, node.oid, folders, f"{path}/", commit, seen)
