# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a push does to items as a whole: numbers, released ones, nesting, owners, locks."""

from __future__ import annotations

# The locks' module is imported when there is a lock, since it signs refs and costs 150 ms; the
# release log when an item is removed.
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from hooks.errors import ItemInItem, ItemStays, NoSuchOwner, NumberChanged, NumberTwice
from hooks.pushed import Change, Trees
from release import lifecycle
from vault import item, names
from vault.errors import BadManifest, LockedBy, Refusal
from vault.history.record import LOCKS
from vault.home import Vault
from vault.item import Item
from vault.ledger import glance

if TYPE_CHECKING:
    from vault.history.repository import History

_ROOT: Final = "it would make the whole vault one item, so put it into a folder"


@dataclass
class Manifests:
    """Every ``item.toml`` a push changes: items that come, go, and how they were."""

    now: dict[str, Item] = field(default_factory=dict)
    was: dict[str, Item] = field(default_factory=dict)

    @property
    def gone(self) -> dict[str, Item]:
        """Return the items whose folder is none any more, or another item's."""
        return {
            folder: one for folder, one in self.was.items()
            if folder not in self.now or self.now[folder].number != one.number
        }  # fmt: skip


def folder_of(trees: Trees, tree: str, path: str) -> str:
    """Return the folder of the item a path belongs to in a tree, or nothing."""
    folder = path.rpartition("/")[0]
    while folder:
        if trees.node(tree, f"{folder}/{item.FILE}") is not None:
            return folder
        folder = folder.rpartition("/")[0]
    return ""


def manifests(history: History, changes: Iterable[Change]) -> Manifests:
    """Return the manifests among changes; those that cannot be read are told of elsewhere."""
    found = Manifests()
    for change in changes:
        folder, _, name = change.path.rpartition("/")
        if name != item.FILE:
            continue
        for node, where in ((change.was, found.was), (change.now, found.now)):
            if node is None:
                continue
            try:
                where[folder] = item.parse(history.blob_of(node.oid), change.path)
            except BadManifest:
                continue
    return found


def nesting(trees: Trees, tree: str, changes: Sequence[Change]) -> Iterator[Refusal]:
    """Yield items that lie within items; only folders that became one are looked at."""
    for change in changes:
        folder, _, name = change.path.rpartition("/")
        if name != item.FILE or change.now is None or change.was is not None:
            continue
        if not folder:
            yield BadManifest(where=item.FILE, why=_ROOT)
            continue
        outer = folder_of(trees, tree, folder)
        if outer:
            yield ItemInItem(path=folder, outer=outer)
        inner = _item_below(trees, tree, folder)
        if inner:
            yield ItemInItem(path=inner, outer=folder)


def _item_below(trees: Trees, tree: str, folder: str) -> str:
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        node = trees.node(tree, here)
        for one in trees.nodes(node.oid).values() if node else ():
            if one.is_folder:
                waiting.append(f"{here}/{one.name}")
            elif one.name == item.FILE and here != folder:
                return here
    return ""


def faults(vault: Vault, told: Manifests) -> Iterator[Refusal]:
    """Yield what is wrong with the numbers and owners of items that come, change or go."""
    seen: dict[str, str] = {}
    for folder, one in sorted(told.now.items()):
        before = told.was.get(folder)
        if before is not None and before.number != one.number:
            yield NumberChanged(path=f"{folder}/{item.FILE}", number=before.number, now=one.number)
        elif other := seen.get(names.fold(one.number)) or _elsewhere(vault, told, folder, one):
            yield NumberTwice(path=folder, other=other, number=one.number)
        seen.setdefault(names.fold(one.number), folder)
        owner_is_new = before is None or before.owner != one.owner
        if owner_is_new and glance.standing(vault, one.owner) is None:
            yield NoSuchOwner(path=f"{folder}/{item.FILE}", owner=one.owner)
    for folder, one in sorted(told.gone.items()):
        if names.fold(one.number) not in seen and folder not in told.now:
            why = _why_it_stays(vault, one.number)
            if why:
                yield ItemStays(path=folder, number=one.number, why=why)


def _elsewhere(vault: Vault, told: Manifests, folder: str, one: Item) -> str:
    row = vault.catalogue.item(one.number)
    if row is None or row.path == folder or row.path in told.gone:
        return ""
    return row.path


def _why_it_stays(vault: Vault, number: str) -> str:
    from release.log import ReleaseLog  # noqa: PLC0415 - see the top of the file

    rev = ReleaseLog(vault).latest(number)
    if rev is not None:
        return f"released as {rev}"
    for order in vault.catalogue.orders(lifecycle.OPEN_STATES, number=number):
        return f"in the open change order {order.change}"
    return ""


def touched(
    vault: Vault, trees: Trees, old: str, new: str, changes: Iterable[Change], told: Manifests
) -> dict[str, str]:
    """Return the numbers of the items a push touches, each with its folder."""
    folders = {
        folder
        for change in changes
        for tree in (old, new)
        if (folder := folder_of(trees, tree, change.path))
    }
    found = {one.number: folder for folder, one in [*told.was.items(), *told.now.items()]}
    for folder in folders - set(found.values()):
        row = vault.catalogue.item_at(folder)
        if row is not None:
            found[row.number] = folder
    return found


def lock_of(number: str) -> str:
    """Return the ref that is the lock of an item."""
    return LOCKS + names.fold(number)


def locked(vault: Vault, numbers: Iterable[str], pusher: str) -> Iterator[Refusal]:
    """Yield the locks of others on items a push touches."""
    for number in sorted(numbers):
        if vault.history.tip(lock_of(number)) is None:
            continue
        from vault import locks  # noqa: PLC0415 - see the top of the file

        lock = locks.held_in(vault.history, number)
        if lock is not None and lock.by != pusher:
            yield LockedBy(number=number, holder=lock.by, at=lock.at, why=lock.reason)
