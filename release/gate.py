# SPDX-License-Identifier: AGPL-3.0-or-later
"""The gate: gathers what is known of every item of an order and lets the rules judge it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from release import rulebook
from release.change import FileFact, Order, OrderItem
from release.finding import Finding, all_pass
from release.inquiry import APPROVER, Inquiry
from release.log import ReleaseLog
from release.rules.distributed import Asked
from vault import errors, item, names, pointer
from vault.catalogue_rows import ItemRow
from vault.home import Vault

__all__ = ["APPROVER", "Judgement", "gathered", "judge", "judged_by"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """An order and every finding on it; ``next`` are the letters a release would give.

    ``lists`` says of each item who has to acknowledge the new revision before working on it.
    """

    order: Order
    findings: tuple[Finding, ...]
    next: dict[str, str]
    lists: Mapping[str, tuple[Asked, ...]] = field(default_factory=dict)

    @property
    def passes(self) -> bool:
        """Say whether the order may be released now."""
        return self.order.state == "open" and all_pass(self.findings)

    @property
    def open(self) -> list[Finding]:
        """Return the findings that stand in the way."""
        return [one for one in self.findings if not one.passes]

    def told(self) -> dict[str, Any]:
        """Return what ``--json`` says of an order."""
        order = self.order
        return {
            "change": order.change,
            "state": order.state,
            "class": order.change_class,
            "notes": order.notes,
            "author": order.author,
            "opened_at": order.opened_at,
            "observers": list(order.observers),
            "readers": list(order.readers),
            "items": [
                {"number": one.number, "title": one.title, "next": self.next.get(one.number),
                 "from": one.from_rev, "tree": one.tree, "notes": one.notes, "stock": one.stock,
                 "in_process": one.in_process,
                 "to_be_read_by": [asdict(a) for a in self.lists.get(one.number, ())],
                 "files": [{"name": f.name, "size": f.size, "sha256": f.sha256} for f in one.files]}
                for one in order.items
            ],
            "findings": [one.told() for one in self.findings],
            "signoffs": [
                {"by": s.by, "full_name": s.full_name, "meaning": s.meaning, "at": s.at,
                 "comment": s.comment, "executed": s.executed, "items": sorted(s.items),
                 "voided": dict(s.voided)}
                for s in order.signoffs
            ],
            "overrides": [asdict(one) for one in order.overrides],
            "delegations": [asdict(one) for one in order.delegations],
            "events": [asdict(one) for one in order.events],
        }  # fmt: skip


def judge(vault: Vault, order: Order) -> Judgement:
    """Return what the rules in force say of an order, item by item."""
    return judged_by(Inquiry(vault, rulebook.current(vault)), order)


def judged_by(inquiry: Inquiry, order: Order) -> Judgement:
    """Return what an inquiry finds of an order, item by item."""
    letters = {one.number: inquiry.next_label(one.number) for one in order.items}
    findings = tuple(
        finding for one in order.items
        for finding in inquiry.judged(order, one, letters[one.number])
    )  # fmt: skip
    lists = {
        one.number: inquiry.asked_to_read(order, one, letters[one.number]) for one in order.items
    }
    return Judgement(order, findings, letters if order.state != "released" else {}, lists)


def gathered(vault: Vault, log: ReleaseLog, row: ItemRow, main: str) -> OrderItem:
    """Return an item as it lies on ``main`` now, every file with its sha256.

    A pointer's own sha256 is a claim, so the bytes are hashed; raises MissingObject,
    DamagedObject or BadPointer.
    """
    released = log.current(row.number)
    tree = vault.history.tree(main, row.path) or ""
    data = vault.history.blob(main, f"{row.path}/{item.FILE}") or b""
    told = item.parse(data, f"{row.path}/{item.FILE}")
    return OrderItem(
        number=told.number, title=told.title, kind=told.kind, owner=told.owner, path=row.path,
        commit=main, tree=tree, from_rev=log.latest(row.number),
        files=_files(vault, main, row.path),
        contributors=_contributors(vault, row.number, released.tree if released else None),
    )  # fmt: skip


def _files(vault: Vault, main: str, folder: str) -> tuple[FileFact, ...]:
    found = []
    for name, entry in vault.history.folder(main, folder).items():
        if entry.kind != "blob" or name == names.IGNORED:
            continue
        data = vault.history.blob_of(entry.oid)
        if not name.endswith(names.POINTER):
            found.append(FileFact(name, len(data), hashlib.sha256(data).hexdigest()))
            continue
        told = pointer.parse(data, f"{folder}/{name}")
        digest = vault.objects.identify(told.md5, told.name)
        if (told.sha256 or digest.sha256, told.size) != (digest.sha256, digest.size):
            raise errors.DamagedObject(
                name=told.name, why="its sha256 or size is not the pointer's"
            )
        found.append(FileFact(told.name, digest.size, digest.sha256, digest.md5))
    return tuple(sorted(found, key=lambda file: file.name))


def _contributors(vault: Vault, number: str, released_tree: str | None) -> tuple[str, ...]:
    """Return who brought and who wrote the changes since a release: neither may approve them."""
    found: set[str] = set()
    for one in vault.catalogue.iterations(number):
        if released_tree is not None and one.tree == released_tree:
            break
        found |= {one.by, vault.history.commit_at(one.commit).author}
    return tuple(sorted(found))
