# SPDX-License-Identifier: AGPL-3.0-or-later
"""The two sides of a redline: a revision, what is proposed in a change order, what lies on main."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from release import orders, settling, shelf
from release.change import FileFact, Order
from release.errors import NoSuchRevision
from release.log import ReleaseLog, Revision
from vault import derived, durable, errors, trimming
from vault.home import Vault
from vault.objects.store import Digest

WORKING: Final = "working"
NOTHING: Final = "nothing"


@dataclass(frozen=True, slots=True)
class Side:
    """The files of an item at one moment, with the commit and folder its small texts live in."""

    number: str
    label: str
    commit: str
    folder: str
    files: tuple[FileFact, ...]

    def file(self, name: str) -> FileFact | None:
        """Return a file by name, None where this side has none of it."""
        return next((one for one in self.files if one.name == name), None)

    def path(self, vault: Vault, name: str) -> Path:
        """Return where the checked bytes of a file lie; raises NoSuchFile, DamagedObject."""
        file = self.file(name)
        if file is None:
            raise errors.NoSuchFile(where=f"{self.number} {self.label}", name=name)
        if file.md5:
            return vault.objects.path(Digest(file.md5, file.sha256, file.size), name)
        place: Path = vault.cache / "text" / file.sha256
        if not trimming.used(place):
            data = vault.history.blob(self.commit, f"{self.folder}/{name}")
            if data is None or hashlib.sha256(data).hexdigest() != file.sha256:
                raise errors.DamagedObject(name=name, why="its sha256 differs from the record")
            place.parent.mkdir(parents=True, exist_ok=True)
            durable.write(place, data)
            derived.added(vault.root, place)
        return place


@dataclass(frozen=True, slots=True)
class Sides:
    """What is compared: ``before`` is None where nothing was released before."""

    number: str
    title: str
    before: Side | None
    after: Side

    @property
    def from_label(self) -> str:
        """Return what the side before is called."""
        return self.before.label if self.before else NOTHING

    def names(self) -> list[str]:
        """Return the names of all files, those that differ first."""
        old = self.before.files if self.before else ()
        every = {one.name for one in (*old, *self.after.files)}
        return sorted(every, key=lambda name: (self.change(name) == "same", name))

    def change(self, name: str) -> str:
        """Return how a file differs: new, removed, changed, or same, which means byte for byte."""
        old = self.before.file(name) if self.before else None
        now = self.after.file(name)
        if old is None:
            return "new"
        if now is None:
            return "removed"
        return "same" if old.sha256 == now.sha256 else "changed"


def of_order(vault: Vault, change: str, number: str) -> Sides:
    """Return what an order changes in an item: its last release, and what the order proposes.

    For an order that was released both are revisions.  Raises NoSuchChange, NoSuchItem.
    """
    return in_order(vault, orders.load(vault, change).order, number)


def all_of_order(vault: Vault, change: str, number: str | None = None) -> list[Sides]:
    """Return both sides of every item of an order, or of one; raises NoSuchChange, NoSuchItem."""
    order = orders.load(vault, change).order
    return [
        in_order(vault, order, one.number)
        for one in (order.items if number is None else (order.item(number),))
    ]


def in_order(vault: Vault, order: Order, number: str) -> Sides:
    """Return the two sides of one item of an order; raises NoSuchItem."""
    item, log = order.item(number), ReleaseLog(vault)
    made = None
    if order.state == "released":
        made = next((one for one in log.revisions(number) if one.change == order.change), None)
    before = _found(log, number, made.supersedes if made else item.from_rev)
    proposed = Side(number, order.change, item.commit, item.path, item.files)
    return Sides(
        number, item.title, released(before) if before else None,
        released(made) if made else proposed,
    )  # fmt: skip


def between(vault: Vault, number: str, before: str | None, after: str | None) -> Sides:
    """Return two revisions of an item, or what lies on main where one is ``working``.

    Without names: what is released now, and what lies on main.  Raises NoSuchItem, NoSuchRevision,
    NeverReleased.
    """
    settling.settle(vault)
    row = vault.catalogue.item(number)
    if row is None:
        raise errors.NoSuchItem(number=number)
    log = ReleaseLog(vault)
    if before is None:
        current = log.current(row.number)
        old = released(current) if current else None
    else:
        old = None if before == NOTHING else _side(vault, log, row.number, before)
    return Sides(row.number, row.title, old, _side(vault, log, row.number, after or WORKING))


def before(vault: Vault, number: str, rev: str) -> str | None:
    """Return what a revision is compared with where nobody says: what it replaced.

    None is the current release, for what lies on main, and nothing for a first revision.
    """
    if rev == WORKING:
        return None
    settling.settle(vault)
    row = vault.catalogue.item(number)
    if row is None:
        raise errors.NoSuchItem(number=number)
    return ReleaseLog(vault).wanted(row.number, rev).supersedes or NOTHING


def released(revision: Revision) -> Side:
    """Return a released revision as a side, its files as they were signed, without the stamp."""
    files = tuple(FileFact(one.name, one.size, one.sha256, one.md5) for one in revision.files)
    return Side(revision.number, revision.rev, revision.source_commit, revision.path, files)


def _side(vault: Vault, log: ReleaseLog, number: str, label: str) -> Side:
    if label != WORKING:
        return released(log.wanted(number, label))
    main = settling.settle(vault)
    row = vault.catalogue.item(number)
    if row is None:
        raise errors.NoSuchItem(number=number)
    files = tuple(FileFact(**told) for told in shelf.files(vault, number, None))
    return Side(number, WORKING, main, row.path, files)


def _found(log: ReleaseLog, number: str, rev: str | None) -> Revision | None:
    try:
        return log.revision(number, rev) if rev else None
    except NoSuchRevision:
        return None
