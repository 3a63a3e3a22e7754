# SPDX-License-Identifier: AGPL-3.0-or-later
"""The catalogue follows ``main``: what changed since it last looked, and no more."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from vault import bom, canonical, item, names, pushes, words
from vault.catalogue_rows import ItemRow, IterationRow
from vault.errors import BadManifest
from vault.history.record import MAIN, Commit
from vault.home import Vault
from vault.uses import WORKING

if TYPE_CHECKING:
    from vault.history.repository import History


def follow(vault: Vault) -> str:
    """Bring the catalogue up to the tip of ``main`` and return that tip.

    With nothing new this reads one ref and one row.  Where ``main`` does not go on from what is in
    the catalogue, because an older ``vault.git`` was restored, the catalogue is begun anew.
    """
    tip = vault.history.tip(MAIN)
    if tip is None:  # founding writes the first commit, so this is no vault of ours
        raise BadManifest(where=MAIN, why="it has no commit")
    seen = vault.catalogue.cursor(MAIN)
    if seen == tip:
        return tip
    with vault.catalogue.transaction():
        seen = vault.catalogue.cursor(MAIN)
        if seen is not None and has_drifted(vault, seen, tip):
            vault.catalogue.forget()
            seen = None
        for commit, by in pushes.between(vault.history, seen, tip):
            _take_in(vault, commit, by)
        vault.catalogue.set_cursor(MAIN, tip)
    return tip


def has_drifted(vault: Vault, seen: str, tip: str) -> bool:
    """Say whether a ref stands at a commit that does not have the one it stood at before."""
    history = vault.history
    if seen == tip or seen in history.commit_at(tip).parents:
        return False
    return not history.has(seen) or not history.contains(tip, seen)


def _take_in(vault: Vault, commit: Commit, by: str) -> None:
    before = commit.parents[0] if commit.parents else None
    changed = _changed(vault.history, before, commit.oid)
    for folder in sorted(changed):
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
        known = vault.catalogue.item(told.number)
        is_new = known is None or known.path != folder
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
        if is_new or any(words.has_words(name) for name in changed[folder]):
            vault.catalogue.queue_reading(told.number, tree)
        if is_new or bom.FILE in changed[folder]:
            text = vault.history.blob(commit.oid, f"{folder}/{bom.FILE}")
            if known is not None or text is not None:
                vault.catalogue.uses.put(told.number, WORKING, lines_of(text))


def lines_of(data: bytes | None) -> tuple[bom.Line, ...]:
    """Return the lines of a bill of materials; none where it is missing or cannot be read."""
    if data is None:
        return ()
    try:
        return bom.parse(data)
    except BadManifest:
        return ()  # it came before there was a grammar; check-in refuses it now


def _changed(history: History, before: str | None, commit: str) -> dict[str, set[str]]:
    """Return the folders of items a commit touched, each with the paths in it that changed."""

    @cache
    def home(folder: str) -> str:
        """Return the nearest folder at or above that is or was an item's, or nothing."""
        if not folder or any(
            history.blob(at, f"{folder}/{item.FILE}") for at in (commit, before) if at is not None
        ):
            return folder
        return home(folder.rpartition("/")[0])

    found: dict[str, set[str]] = {}
    for path in history.changed(before, commit):
        folder, _, name = path.rpartition("/")
        owner = folder if name == item.FILE else home(folder)
        if owner:
            found.setdefault(owner, set()).add(path.removeprefix(f"{owner}/"))
    return found
