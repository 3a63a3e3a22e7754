# SPDX-License-Identifier: AGPL-3.0-or-later
"""The catalogue follows ``main``: what changed since it last looked, and no more."""

from __future__ import annotations

from vault import canonical, item, names, pushes
from vault.catalogue import ItemRow, IterationRow
from vault.errors import BadManifest
from vault.history.repository import MAIN, Commit
from vault.home import Vault


def follow(vault: Vault) -> str:
    """Bring the catalogue up to the tip of ``main`` and return that tip.

    With nothing new this reads one ref and one row.
    """
    tip = vault.history.tip(MAIN)
    if tip is None:  # founding writes the first commit, so this is no vault of ours
        raise BadManifest(where=MAIN, why="it has no commit")
    seen = vault.catalogue.cursor(MAIN)
    if seen == tip:
        return tip
    with vault.catalogue.transaction():
        seen = vault.catalogue.cursor(MAIN)
        for commit, by in pushes.between(vault.history, seen, tip):
            _take_in(vault, commit, by)
        vault.catalogue.set_cursor(MAIN, tip)
    return tip


def _take_in(vault: Vault, commit: Commit, by: str) -> None:
    before = commit.parents[0] if commit.parents else None
    for folder in sorted({_item_folder(vault, commit.oid, before, path)
                          for path in vault.history.changed(before, commit.oid)} - {""}):  # fmt: skip
        data = vault.history.blob(commit.oid, f"{folder}/{item.FILE}")
        if data is None:
            gone = vault.catalogue.item_at(folder)
            if gone is not None:
                vault.catalogue.drop_item(gone.number)
            continue
        try:
            told = item.parse(data, f"{folder}/{item.FILE}")
        except BadManifest:
            continue  # verify names it; a broken manifest is no item and hides none
        tree = vault.history.tree(commit.oid, folder) or ""
        merged = any(vault.history.tree(one, folder) == tree for one in commit.parents[1:])
        if merged and (known := vault.catalogue.item_at(folder)) and known.tree == tree:
            continue  # a merge that took over what is here already is no iteration of it
        vault.catalogue.put_item(
            ItemRow(
                number=told.number, fold=names.fold(told.number), title=told.title, kind=told.kind,
                owner=told.owner, path=folder, tree=tree,
                metadata=canonical.dumps(dict(told.metadata)).decode(),
                changed_at=commit.at, changed_by=by,
            )
        )  # fmt: skip
        vault.catalogue.put_iteration(
            IterationRow(told.number, commit.oid, tree, commit.at, by, commit.subject)
        )


def _item_folder(vault: Vault, commit: str, before: str | None, path: str) -> str:
    """Return the folder of the item a changed path belongs to, or nothing."""
    folder = path.rpartition("/")[0]
    while folder:
        if path == f"{folder}/{item.FILE}" or vault.history.blob(commit, f"{folder}/{item.FILE}"):
            return folder
        if before is not None and vault.history.blob(before, f"{folder}/{item.FILE}"):
            return folder
        folder = folder.rpartition("/")[0]
    return ""
