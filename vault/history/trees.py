# SPDX-License-Identifier: AGPL-3.0-or-later
"""Trees of git, touched only where they change: rewriting paths, and finding what differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from vault.errors import BadFileName
from vault.history import raw
from vault.history.loose import Loose
from vault.history.raw import Node

EMPTY = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_NEVER = frozenset(["", ".", "..", ".git"])

Read = Callable[[str], bytes]
"""How a tree is read, as git stores it; raises DamagedHistory."""


def rewritten(read: Read, base: str | None, files: Mapping[str, str | None], into: Loose) -> str:
    """Make the tree ``base`` with some files set or, where None, removed; return the new tree.

    Files are given by path and object.  Only the folders on these paths are read and made anew.
    A folder that loses its last file disappears, as git has no empty ones.
    """
    nodes = {} if base is None else raw.nodes(read(base), base)
    below: dict[str, dict[str, str | None]] = {}
    for path, oid in files.items():
        name, _, rest = path.partition("/")
        if name.lower() in _NEVER:  # the policy of names refused it long before
            raise BadFileName(name=path, why="no file can be called so")
        if rest:
            below.setdefault(name, {})[rest] = oid
        elif oid is not None:
            nodes[name] = Node(name, raw.FILE, oid)
        else:
            nodes.pop(name, None)
    for name, inner in below.items():
        old = nodes.pop(name, None)
        under = old.oid if old is not None and old.is_folder else None
        tree = rewritten(read, under, inner, into)
        if tree != EMPTY:
            nodes[name] = Node(name, raw.FOLDER, tree)
    if not nodes:
        return EMPTY  # every git knows it, see `History.raw_tree`
    return into.add("tree", raw.tree(nodes.values()))


def differing(read: Read, before: str | None, after: str | None, under: str = "") -> Iterator[str]:
    """Yield the paths of files that differ; equal trees are never opened."""
    if before == after:
        return
    old = {} if before is None else raw.nodes(read(before), before)
    new = {} if after is None else raw.nodes(read(after), after)
    for name in old.keys() | new.keys():
        was, now = old.get(name), new.get(name)
        if was is not None and now is not None and was.oid == now.oid:
            continue
        path = f"{under}{name}"
        was_tree = was.oid if was is not None and was.is_folder else None
        now_tree = now.oid if now is not None and now.is_folder else None
        if was_tree is not None or now_tree is not None:
            yield from differing(read, was_tree, now_tree, f"{path}/")
        if (was is not None and was_tree is None) or (now is not None and now_tree is None):
            yield path
