# SPDX-License-Identifier: AGPL-3.0-or-later
"""Trees of git, touched only where they change: rewriting paths, and finding what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pygit2
from pygit2.enums import FileMode

Blob = tuple[pygit2.Oid, FileMode]


def rewritten(
    repository: pygit2.Repository, base: pygit2.Tree | None, blobs: Mapping[str, Blob | None]
) -> pygit2.Oid:
    """Write ``base`` with some files set or, where None, removed; return the new tree.

    Only the folders on the given paths are read and written.  A folder that loses
    its last file disappears, as git has no empty ones.
    """
    builder = repository.TreeBuilder(base) if base is not None else repository.TreeBuilder()
    below: dict[str, dict[str, Blob | None]] = {}
    for path, blob in blobs.items():
        name, _, rest = path.partition("/")
        if rest:
            below.setdefault(name, {})[rest] = blob
        elif blob is not None:
            builder.insert(name, *blob)
        elif builder.get(name) is not None:
            builder.remove(name)
    for name, inner in below.items():
        old = builder.get(name)
        tree = repository[old.id] if isinstance(old, pygit2.Tree) else None
        written = rewritten(repository, tree if isinstance(tree, pygit2.Tree) else None, inner)
        if len(repository[written].peel(pygit2.Tree)):
            builder.insert(name, written, FileMode.TREE)
        elif old is not None:
            builder.remove(name)
    return builder.write()


def differing(
    before: pygit2.Tree | None, after: pygit2.Tree | None, under: str = ""
) -> Iterator[str]:
    """Yield the paths of files that differ; equal trees are never opened."""
    if before is not None and after is not None and before.id == after.id:
        return
    old = {} if before is None else {one.name: one for one in before}
    new = {} if after is None else {one.name: one for one in after}
    for name in old.keys() | new.keys():
        was, now = old.get(name), new.get(name)
        if was is not None and now is not None and was.id == now.id:
            continue
        path = f"{under}{name}"
        was_tree = was if isinstance(was, pygit2.Tree) else None
        now_tree = now if isinstance(now, pygit2.Tree) else None
        if was_tree is not None or now_tree is not None:
            yield from differing(was_tree, now_tree, f"{path}/")
        if (was is not None and was_tree is None) or (now is not None and now_tree is None):
            yield path
