# SPDX-License-Identifier: AGPL-3.0-or-later
"""The judgement of a push: every fault at once, and nothing is judged by what is being pushed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hooks import contents, items, pushed, refs, tree_names
from hooks.errors import (
    MainMovesForward,
    MainStays,
    NotACommit,
    OneAtATime,
    RefNotOpen,
    SteeringFile,
)
from hooks.pushed import Trees, Update, changed
from vault import errors, following
from vault.errors import Refusal
from vault.history.record import MAIN
from vault.home import Vault
from vault.ledger.glance import Standing


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that is wrong with a push, and the items it changes on ``main``."""

    faults: list[Refusal]
    numbers: list[str]


def judge(vault: Vault, pusher: Standing, updates: Sequence[Update]) -> Verdict:
    """Return what is to be said of a push, by somebody who may push at all."""
    found = Verdict([*_together(updates)], [])
    for update in updates:
        found.faults.extend(_of_ref(vault, pusher, update, found.numbers))
    return found


def goes_to_main(update: Update) -> bool:
    """Say whether what is pushed here becomes work in progress on ``main``."""
    return update.ref == MAIN or update.ref.startswith(refs.FOR_RELEASE)


def _together(updates: Sequence[Update]) -> Iterator[Refusal]:
    orders = [one for one in updates if one.ref.startswith(refs.FOR_RELEASE)]
    for one in orders[:1]:
        for other in updates:
            if other is not one and goes_to_main(other):
                yield OneAtATime(ref=one.ref, other=other.ref)


def _of_ref(
    vault: Vault, pusher: Standing, update: Update, numbers: list[str]
) -> Iterator[Refusal]:
    why = refs.fault(update.ref, pusher.name)
    if why is not None:
        yield RefNotOpen(ref=update.ref, why=why, name=pusher.name)
        return
    if update.new is None:
        if update.ref == MAIN:
            yield MainStays()
        elif goes_to_main(update):
            yield RefNotOpen(ref=update.ref, why="there is nothing to delete", name=pusher.name)
        return
    if not _is_commit(vault, update.new):
        yield NotACommit(ref=update.ref, oid=update.new)
        return
    yield from _of_commits(vault, pusher, update, update.new, numbers)


def _is_commit(vault: Vault, oid: str) -> bool:
    try:
        return vault.history.peeled(oid) == oid
    except errors.DamagedHistory:
        return False


def _of_commits(
    vault: Vault, pusher: Standing, update: Update, new: str, numbers: list[str]
) -> Iterator[Refusal]:
    history, trees = vault.history, Trees(vault.history)
    main = following.follow(vault)
    known = [main] if update.old in {None, main} else [main, str(update.old)]
    yield from tree_names.faults(history, pushed.brought(history, trees, new, known))
    if not goes_to_main(update) or history.contains(main, new):
        if update.ref == MAIN and new != main:
            yield MainMovesForward(new=new[:12], old=main[:12])
        return
    if not history.contains(new, main):
        yield MainMovesForward(new=new[:12], old=main[:12])
        return
    yield from _of_items(vault, pusher, trees, main, new, numbers)


def _of_items(
    vault: Vault, pusher: Standing, trees: Trees, main: str, new: str, numbers: list[str]
) -> Iterator[Refusal]:
    old_tree, new_tree = (vault.history.commit_at(one).tree for one in (main, new))
    changes = changed(trees, old_tree, new_tree)
    told = items.manifests(vault.history, changes)
    for change in changes:
        if change.now is None and tree_names.steers(change.path):
            yield SteeringFile(path=change.path, commit=new[:12])
        if contents.is_pointer(change.path) or items.folder_of(trees, new_tree, change.path):
            yield from contents.faults(
                vault.history, trees, new_tree, change, lambda: vault.objects
            )
    yield from items.nesting(trees, new_tree, changes)
    yield from items.faults(vault, told)
    touched = items.touched(vault, trees, old_tree, new_tree, changes, told)
    numbers.extend(touched)
    yield from items.locked(vault, touched, pusher.name)
