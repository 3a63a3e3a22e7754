# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which items an order holds: named, in a folder, all that differ, an assembly with its children.

Whatever way they are chosen, an item joins an order only as it lies on ``main``, with something
to release, and in no other open order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from release import gate, lifecycle, settling, structure
from release.change import Order, OrderItem
from release.errors import (
    InAnotherChange,
    InOtherChanges,
    NothingChanged,
    NothingChosen,
    NothingToRelease,
)
from release.log import ReleaseLog
from vault import errors, item
from vault.catalogue_rows import ItemRow, OrderRow
from vault.home import Vault

PAGE: Final = 1000
TOLD: Final = 12


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asked for: any of the ways, all together.

    ``leave_out`` leaves items of other open orders where they are instead of refusing.
    """

    numbers: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    differing: bool = False
    with_children: bool = False
    leave_out: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An item that was met and does not join the order, and why."""

    number: str
    why: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """The items of an order to be, and those that stay out of it."""

    numbers: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()


def chosen(vault: Vault, wanted: Wanted) -> Chosen:
    """Return the items a person asked for; those met in passing need something to release.

    Items named by number are refused one by one where they join the order.  Raises NoSuchItem,
    InOtherChanges or NothingChosen.
    """
    main = settling.settle(vault)
    named = {_row(vault, number).number: None for number in wanted.numbers}
    met: dict[str, None] = {}
    for folder in wanted.folders:
        met |= dict.fromkeys(_below(vault, folder))
    if wanted.differing:
        met |= dict.fromkeys(row.number for row in _everything(vault))
    left_out = []
    log = ReleaseLog(vault)
    for number in [one for one in met if one not in named]:
        why = _nothing_to_release(vault, log, main, number)
        if not why:
            named[number] = None
        elif not wanted.differing:
            left_out.append(LeftOut(number, why))
    if wanted.with_children:
        named |= dict.fromkeys(_children(vault, list(named)))
    free, busy = _parted(vault, list(named))
    if busy and not wanted.leave_out:
        _refuse(busy)
    left_out += [LeftOut(number, f"in {row.change} of {row.author}") for number, row in busy]
    if not free:
        why = "; ".join(f"{one.number} is {one.why}" for one in left_out[:5])
        raise NothingChosen(where=_where(wanted), why=why or "no item differs from its release")
    return Chosen(tuple(free), tuple(left_out))


def joining(vault: Vault, log: ReleaseLog, main: str, number: str) -> OrderItem:
    """Return an item as it joins an order now.

    Raises NoSuchItem, InAnotherChange, NothingChanged or NothingToRelease.
    """
    row = _row(vault, number)
    refuse_taken(vault, [row.number])
    one = gate.gathered(vault, log, row, main)
    released = log.current(row.number)
    if released is not None and released.tree == one.tree:
        raise NothingChanged(number=row.number, rev=released.rev)
    if all(file.name == item.FILE for file in one.files):
        raise NothingToRelease(number=row.number)
    return one


def refuse_taken(vault: Vault, numbers: Sequence[str]) -> None:
    """Refuse an item that is in an open order; raises InAnotherChange, which names that order."""
    for number in numbers:
        for other in vault.catalogue.orders(lifecycle.OPEN_STATES, number=number):
            raise InAnotherChange(number=number, change=other.change, author=other.author)


def refreshed(vault: Vault, order: Order) -> tuple[Order, list[str]]:
    """Return an order with its items as they lie on ``main`` now, and which of them changed."""
    main = settling.settle(vault)
    log = ReleaseLog(vault)
    changed, items = [], []
    for one in order.items:
        row = _row(vault, one.number)
        if row.tree == one.tree and log.latest(one.number) == one.from_rev:
            items.append(one)
            continue
        fresh = gate.gathered(vault, log, row, main)
        items.append(replace(fresh, notes=one.notes, stock=one.stock, in_process=one.in_process))
        if row.tree != one.tree:
            changed.append(one.number)
    return replace(order, items=tuple(items)), changed


def _row(vault: Vault, number: str) -> ItemRow:
    row = vault.catalogue.item(number)
    if row is None:
        raise errors.NoSuchItem(number=number)
    return row


def _everything(vault: Vault) -> Iterator[ItemRow]:
    page = vault.catalogue.items(limit=PAGE)
    while page:
        yield from page
        page = vault.catalogue.items(after=page[-1].number, limit=PAGE)


def _below(vault: Vault, folder: str) -> list[str]:
    """Return the items in a folder and below it; raises NothingChosen where there is none."""
    place = folder.strip().strip("/")
    found = [
        row.number for row in _everything(vault)
        if not place or row.path == place or row.path.startswith(f"{place}/")
    ]  # fmt: skip
    if not found:
        raise NothingChosen(where=f"in {folder}", why="no item lies there")
    return found


def _nothing_to_release(vault: Vault, log: ReleaseLog, main: str, number: str) -> str:
    """Return why an item met in passing has nothing to release, or nothing."""
    row = _row(vault, number)
    released = log.current(number)
    if released is not None and released.tree == row.tree:
        return f"the same as {released.rev}"
    if set(vault.history.folder(main, row.path)) <= {item.FILE}:
        return "without files"
    return ""


def _children(vault: Vault, numbers: Sequence[str]) -> Iterator[str]:
    """Yield the children, on all levels, that no release of theirs can stand in for."""
    for number in numbers:
        for part in structure.bom(vault, number, "working").lines:
            if part.note == "unknown":
                raise errors.NoSuchItem(number=part.number)
            if not part.now:
                yield part.number


def _parted(vault: Vault, numbers: Sequence[str]) -> tuple[list[str], list[tuple[str, OrderRow]]]:
    free, busy = [], []
    for number in numbers:
        held = vault.catalogue.orders(lifecycle.OPEN_STATES, number=number, limit=1)
        if held:
            busy.append((number, held[0]))
        else:
            free.append(number)
    return free, busy


def _refuse(busy: Sequence[tuple[str, OrderRow]]) -> None:
    if len(busy) == 1:
        number, row = busy[0]
        raise InAnotherChange(number=number, change=row.change, author=row.author)
    told = ", ".join(f"{number} ({row.change} of {row.author})" for number, row in busy[:TOLD])
    told += f" and {len(busy) - TOLD} more" if len(busy) > TOLD else ""
    raise InOtherChanges(items=told)


def _where(wanted: Wanted) -> str:
    return f"in {', '.join(wanted.folders)}" if wanted.folders else "here"
