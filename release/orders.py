# SPDX-License-Identifier: AGPL-3.0-or-later
"""Change orders where they are kept: ``refs/changes/<CO>``, one signed commit for each event."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from release import change
from release.change import Order
from release.errors import NoSuchChange
from release.log import order_path
from vault import canonical, errors
from vault.catalogue_rows import OrderRow
from vault.checkin import author
from vault.history import signing
from vault.history.repository import CHANGES, RELEASES
from vault.history.signing import Signer
from vault.home import Vault
from vault.ledger.people import Person

if os.name == "posix":
    import fcntl

TRIES: Final = 50


@dataclass(frozen=True, slots=True)
class Filed:
    """An order and the commit it was read from: what an act on it must still find there."""

    order: Order
    commit: str


def signer(vault: Vault) -> Signer:
    """Return the vault's signer; making one costs nothing."""
    return Signer(vault.history, signing.key_in(vault.keys))


def load(vault: Vault, name: str) -> Filed:
    """Return an order as it stands; raises NoSuchChange."""
    name = change.change_name(name)
    commit = vault.history.tip(CHANGES + name)
    if commit is None:
        raise NoSuchChange(change=name)
    return Filed(_read(vault, commit, name), commit)


def story(vault: Vault, name: str) -> list[tuple[str, Order]]:
    """Return every state of an order with its commit, oldest first; for verification."""
    name = change.change_name(name)
    commits = list(vault.history.chain(CHANGES + name))
    return [(one.oid, _read(vault, one.oid, name)) for one in reversed(commits)]


@contextlib.contextmanager
def taking_items(vault: Vault) -> Iterator[None]:
    """Take items into an order while nobody else does, so that no item is in two open orders.

    Whoever comes second sees the first one's order in the catalogue, and so is told of it.  An
    order whose maker was killed before the catalogue knew of it is taken in first.  The lock is
    on the repository's folder; where there is no ``flock`` (Windows) nothing is locked, and the
    release itself still refuses the second of two.
    """
    if os.name != "posix":
        yield
        return
    handle = os.open(vault.history.git_dir, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        newest = _next_serial(vault) - 1
        if newest and vault.catalogue.order(change.numbered(newest)) is None:
            filed = load(vault, change.numbered(newest))
            put_in_catalogue(vault, filed.order, filed.commit)
        yield
    finally:
        os.close(handle)


def open_new(vault: Vault, actor: Person, make: Callable[[str], Order]) -> Filed:
    """File a new order under the next free number; creating the ref is taking the number."""
    serial = _next_serial(vault)
    for attempt in range(TRIES):
        order = make(change.numbered(serial + attempt))
        try:
            return append(vault, actor, None, order)
        except errors.MovedOn:
            continue
    raise errors.MovedOn(ref=CHANGES, now=change.numbered(serial + TRIES))


def next_name(vault: Vault) -> str:
    """Return the name the next order would get; nobody holds it until the order is filed."""
    return change.numbered(_next_serial(vault))


def append(
    vault: Vault, actor: Person, before: Filed | None, order: Order, *, guard: bool = True
) -> Filed:
    """File the next state of an order and return it; raises MovedOn where somebody was first.

    With ``guard`` the release log is locked where it was read and must not hold the order, so
    that an order can never be cancelled or voided while it is being released.
    """
    event = order.events[-1]
    parent = None if before is None else before.commit
    tree = vault.history.written_tree(parent, {change.FILE: change.written(order)})
    message = f"{order.change}: {event.act} by {event.by}\n\n{event.text}\n"
    commit = signer(vault).commit(tree, parent, message=message, author=author(actor))
    for _ in range(TRIES):
        log = vault.history.tip(RELEASES)
        if guard and log is not None and vault.history.blob(log, order_path(order.change)):
            raise errors.MovedOn(ref=RELEASES, now=log)  # released meanwhile, not closed yet
        try:
            seen: Mapping[str, str | None] = {RELEASES: log} if guard else {}
            signer(vault).move(CHANGES + order.change, commit, parent, seen)
            break
        except errors.MovedOn as moved:
            if moved.facts["ref"] != RELEASES:
                raise
    else:
        raise errors.MovedOn(ref=RELEASES, now=vault.history.tip(RELEASES) or "nothing")
    put_in_catalogue(vault, order, commit)
    return Filed(order, commit)


def put_in_catalogue(vault: Vault, order: Order, commit: str) -> None:
    """Let lists of orders find this one; the order itself stays the truth."""
    vault.catalogue.put_order(
        OrderRow(
            change=order.change, state=order.state, author=order.author,
            opened_at=order.opened_at, notes=order.notes,
            items=canonical.dumps([one.number for one in order.items]).decode(), commit=commit,
        )
    )  # fmt: skip


def _read(vault: Vault, commit: str, name: str) -> Order:
    data = vault.history.blob(commit, change.FILE)
    if data is None:
        raise errors.DamagedHistory(where=CHANGES + name, why=f"it has no {change.FILE}")
    return change.read(data, CHANGES + name)


def _next_serial(vault: Vault) -> int:
    """Return the first free serial number by doubling and halving: no list of refs is read."""
    taken, free = 0, 1
    while vault.history.tip(CHANGES + change.numbered(free)) is not None:
        taken, free = free, free * 2
    while free - taken > 1:
        middle = (taken + free) // 2
        if vault.history.tip(CHANGES + change.numbered(middle)) is None:
            free = middle
        else:
            taken = middle
    return free
