# SPDX-License-Identifier: AGPL-3.0-or-later
"""A change order as pages show it: items with their files, findings in groups, signatures.

Two hundred items have a thousand findings, most of them the same sentence; people are shown each
sentence once, with the items it is said of, what is open first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from flask import url_for

from release.change import FileFact, Order, OrderItem, Signoff
from release.errors import NoSuchRevision
from release.finding import Finding
from release.gate import Judgement
from release.log import ReleasedFile, ReleaseLog, Revision
from web import drawings
from web.visitor import vault

AT_ONCE: Final = 6
"""Orders of so many items are shown with everything open; longer ones as lines to be opened."""
NAMED: Final = 8
COVER_PX: Final = 960


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file of an order, and how it differs from the release before: new, changed, removed."""

    name: str
    size: int
    sha256: str
    change: str
    href: str


@dataclass(frozen=True, slots=True)
class Cover:
    """The first page of an item's drawing, fetched only once it is looked at."""

    src: str
    href: str
    alt: str


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item of an order: ``next`` is the letter it will be given, or was; ``open`` counts.

    ``covered`` says where the stamp found no white space.
    """

    number: str
    title: str
    owner: str
    tree: str
    from_rev: str | None
    next: str
    released: bool
    notes: str
    stock: str
    in_process: str
    files: list[FileLine]
    cover: Cover | None
    open: int
    covered: tuple[str, ...] = ()

    @property
    def changed(self) -> str:
        """Return in a word or two what is different in its files."""
        counts = [
            f"{count} {word}" for word in ("new", "changed", "removed")
            if (count := sum(1 for one in self.files if one.change == word))
        ]  # fmt: skip
        return ", ".join(counts) or "no file differs"


@dataclass(frozen=True, slots=True)
class Group:
    """One sentence of the gate and the items it is said of."""

    requirement: str
    verdict: str
    reason: str
    remedy: str
    passes: bool
    items: tuple[str, ...]

    @property
    def named(self) -> str:
        """Return the items in words: the first few, and how many more."""
        return named(self.items)


@dataclass(frozen=True, slots=True)
class Asking:
    """Who has to read new revisions, each with the list or order that asks them, and of which items."""

    people: tuple[tuple[str, str], ...]
    items: str


@dataclass(frozen=True, slots=True)
class Signature:
    """A sign-off as it is read: who, meaning, when, for what; where it is void, why.

    ``standing`` counts the items it still covers.
    """

    by: str
    full_name: str
    meaning: str
    at: str
    comment: str
    executed: str
    items: tuple[str, ...]
    void: tuple[tuple[str, str], ...]
    standing: int

    @property
    def stands(self) -> bool:
        """Say whether it still counts for anything."""
        return self.standing > 0


def items_of(judgement: Judgement) -> list[ItemLine]:
    """Return the items of an order, those with open findings first."""
    log = ReleaseLog(vault())
    made = log.made_by(judgement.order.change) if judgement.order.state == "released" else {}
    opened: dict[str, int] = {}
    for finding in judgement.open:
        opened[finding.item] = opened.get(finding.item, 0) + 1
    lines = [
        _item(log, judgement, one, made.get(one.number), opened.get(one.number, 0))
        for one in judgement.order.items
    ]
    return lines if len(lines) <= AT_ONCE else sorted(lines, key=lambda one: not one.open)


def groups_of(findings: Iterable[Finding]) -> list[Group]:
    """Return findings by sentence, what is open first, then overrides, then what is met."""
    found: dict[tuple[str, str, str, str], list[Finding]] = {}
    for one in findings:
        found.setdefault((one.requirement, one.verdict, one.reason, one.remedy), []).append(one)
    groups = [
        Group(*key, passes=same[0].passes, items=tuple(one.item for one in same))
        for key, same in found.items()
    ]
    return sorted(groups, key=lambda one: (one.passes, one.verdict != "overridden"))


def lists_of(judgement: Judgement) -> list[Asking]:
    """Return who has to read what, the same people said once for all items they are asked of."""
    found: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for number, asked in judgement.lists.items():
        if asked:
            found.setdefault(tuple((one.person, one.by) for one in asked), []).append(number)
    return [Asking(people, named(numbers)) for people, numbers in found.items()]


def signatures_of(order: Order) -> list[Signature]:
    """Return the sign-offs of an order, oldest first."""
    return [_signature(order, one) for one in order.signoffs]


def named(numbers: Sequence[str], most: int = NAMED) -> str:
    """Return numbers in words: the first few, and how many more."""
    more = f" and {len(numbers) - most} more" if len(numbers) > most else ""
    return ", ".join(numbers[:most]) + more


def seen(order: Order) -> str:
    """Return the trees a page shows, as a hidden field carries them to the signature."""
    return " ".join(f"{one.number}={one.tree}" for one in order.items)


def trees_seen(text: str) -> dict[str, str]:
    """Return what ``seen`` wrote; whatever is not of it is not there."""
    return {number: tree for number, sign, tree in
            (one.rpartition("=") for one in text.split()) if sign}  # fmt: skip


def _signature(order: Order, one: Signoff) -> Signature:
    why: dict[str, list[str]] = {}
    for number, reason in one.voided.items():
        why.setdefault(reason, []).append(number)
    standing = sum(one.covers(item) for item in order.items)
    return Signature(
        one.by, one.full_name or one.by, one.meaning, one.at, one.comment, one.executed,
        tuple(sorted(one.items)),
        tuple((named(numbers), reason) for reason, numbers in why.items()), standing,
    )  # fmt: skip


def _item(
    log: ReleaseLog, judgement: Judgement, one: OrderItem, made: Revision | None, opened: int
) -> ItemLine:
    order = judgement.order
    before = _revision(log, one.number, made.supersedes if made else one.from_rev)
    rev = made.rev if made else "working"
    shown = order.state in {"new", "open", "rejected", "withdrawn"} or made is not None
    return ItemLine(
        number=one.number, title=one.title, owner=one.owner, tree=one.tree,
        from_rev=made.supersedes if made else one.from_rev,
        next=made.rev if made else judgement.next.get(one.number, "–"), released=made is not None,
        notes=one.notes, stock=one.stock, in_process=one.in_process,
        files=_files(one, before, rev if shown else ""),
        cover=_cover(one.number, rev, made.files if made else one.files) if shown else None,
        open=opened, covered=tuple(made.covered) if made else (),
    )  # fmt: skip


def _cover(
    number: str, rev: str, files: Sequence[FileFact] | Sequence[ReleasedFile]
) -> Cover | None:
    file = drawings.drawing_of(number, files)
    if file is None or not file.md5:
        return None
    src = url_for("files.picture", number=number, rev=rev, name=file.name, page=1, w=COVER_PX)
    href = url_for("items.revision", number=number, rev=rev)
    return Cover(src, href, f"{number} {rev}: {file.name}, first page")


def _files(one: OrderItem, before: Revision | None, rev: str) -> list[FileLine]:
    old = {file.name: file for file in before.files} if before else {}
    base = url_for("items.revision", number=one.number, rev=rev) if rev else ""
    lines = []
    for file in one.files:
        was = old.pop(file.name, None)
        change = "new" if was is None else "same" if was.sha256 == file.sha256 else "changed"
        href = f"{base}/files/{quote(file.name)}" if rev else ""
        lines.append(FileLine(file.name, file.size, file.sha256, change, href))
    lines += [FileLine(name, was.size, was.sha256, "removed", "") for name, was in old.items()]
    return lines


def _revision(log: ReleaseLog, number: str, rev: str | None) -> Revision | None:
    try:
        return log.revision(number, rev) if rev else None
    except NoSuchRevision:
        return None
