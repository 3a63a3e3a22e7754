# SPDX-License-Identifier: AGPL-3.0-or-later
"""Early warnings in an engineer's clone: the rules of the vault that need nothing but the clone.

The server judges again; locks, numbers elsewhere and bytes in the store only it can know.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hooks import contents, items, pushed, tree_names
from hooks.pushed import Trees
from vault.errors import Refusal
from vault.history.repository import History

CALLED = "to be"


def of_commits(git_dir: Path, new: str, known: Sequence[str]) -> list[Refusal]:
    """Return what is wrong with the commits that are not in the past of the known ones."""
    history = History(git_dir)
    trees = Trees(history)
    there = [one for one in known if history.has(one)]
    found = list(tree_names.faults(history, pushed.brought(history, trees, new, there)))
    old = history.commit_at(there[0]).tree if there else None
    return found + _of_items(history, trees, old, history.commit_at(new).tree)


def of_index(git_dir: Path, index: Path) -> list[Refusal]:
    """Return what is wrong with what is staged."""
    history = History(git_dir)
    trees = Trees(history)
    tree, head = history.staged(index), history.head()
    old = history.commit_at(head).tree if head else None
    found = list(tree_names.faults(history, pushed.staged(trees, tree, old, CALLED)))
    return found + _of_items(history, trees, old, tree)


def _of_items(history: History, trees: Trees, old: str | None, new: str) -> list[Refusal]:
    changes = pushed.changed(trees, old, new)
    found: list[Refusal] = []
    for change in changes:
        if contents.is_pointer(change.path) or items.folder_of(trees, new, change.path):
            found += contents.faults(history, trees, new, change, None)
    return found + list(items.nesting(trees, new, changes))
