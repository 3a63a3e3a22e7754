# SPDX-License-Identifier: AGPL-3.0-or-later
"""Distribution lists: who has to acknowledge a released revision before working on it.

An order names readers itself, and the rules have lists (``release.rules.distributed``).  Whom they
asked at the moment of the release stands in the release log's entry of the order, so that it is as
little to be changed afterwards as the release itself: whoever joins a list later is asked from the
next release on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from release.change import Order
from release.log import ReleaseLog, order_path
from release.rules.distributed import Asked
from vault import canonical
from vault.home import Vault
from vault.names import fold

Lists = Mapping[tuple[str, str], tuple[Asked, ...]]
"""Who is asked by the folded number and the label of a revision."""

_ORDERS: Final = "orders"
_KEPT: Final = 4096  # folders of a hundred orders each
_read: dict[str, Lists] = {}  # by the folder's own object name, which says all that is in it


def readers(vault: Vault, log: ReleaseLog, number: str, rev: str) -> tuple[Asked, ...]:
    """Return who has to acknowledge a revision; raises NoSuchRevision."""
    if log.tip is None:
        return ()
    revision = log.revision(number, rev)
    data = vault.history.blob(log.tip, order_path(revision.change))
    found = {} if data is None else _readers(data)
    return found.get((fold(revision.number), revision.rev), ())


def of_order(vault: Vault, order: Order) -> dict[str, tuple[Asked, ...]]:
    """Return who was asked by a released order, by its items; nobody by one that is not released."""
    log = ReleaseLog(vault)
    data = None if log.tip is None else vault.history.blob(log.tip, order_path(order.change))
    if data is None:
        return {}
    by_fold = {number: asked for (number, _rev), asked in _readers(data).items()}
    return {one.number: by_fold.get(fold(one.number), ()) for one in order.items}


def all_lists(vault: Vault, log: ReleaseLog) -> Lists:
    """Return the readers of every revision that has any.

    A released order is never written again, so a folder of a hundred of them is read once.
    """
    found: dict[tuple[str, str], tuple[Asked, ...]] = {}
    if log.tip is None:
        return found
    for entry in vault.history.folder(log.tip, _ORDERS).values():
        known = _read.get(entry.oid)
        if known is None:
            if len(_read) >= _KEPT:
                _read.clear()
            known = _read[entry.oid] = _of_folder(vault, entry.oid)
        found.update(known)
    return found


def _of_folder(vault: Vault, oid: str) -> Lists:
    found: dict[tuple[str, str], tuple[Asked, ...]] = {}
    for entry in vault.history.folder_of(oid).values():
        found |= _readers(vault.history.blob_of(entry.oid))
    return found


def _readers(data: bytes) -> dict[tuple[str, str], tuple[Asked, ...]]:
    """Return whom an entry asks; one from before there were lists names readers of all its items."""
    told = canonical.loads(data)
    named = {name: str(told["change"]) for name in told.get("readers", ())}
    lists = {(fold(one["number"]), str(one["rev"])): _asked(named, one) for one in told["items"]}
    return {key: asked for key, asked in lists.items() if asked}


def _asked(named: Mapping[str, str], told: Mapping[str, Any]) -> tuple[Asked, ...]:
    both = {**told.get("readers", {}), **named}
    return tuple(Asked(name, str(by)) for name, by in both.items())
