# SPDX-License-Identifier: AGPL-3.0-or-later
"""Distribution lists: who has to acknowledge a released revision before working on it.

The names stand in the release log's entry of the change order, so that they are as little to be
changed afterwards as the release itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from release.log import ReleaseLog, order_path
from vault import canonical
from vault.home import Vault
from vault.names import fold

Lists = Mapping[tuple[str, str], tuple[str, ...]]
"""Readers by the folded number and the label of a revision."""

_ORDERS: Final = "orders"
_KEPT: Final = 4096  # folders of a hundred orders each
_read: dict[str, Lists] = {}  # by the folder's own object name, which says all that is in it


def readers(vault: Vault, log: ReleaseLog, number: str, rev: str) -> tuple[str, ...]:
    """Return who has to acknowledge a revision; raises NoSuchRevision."""
    if log.tip is None:
        return ()
    data = vault.history.blob(log.tip, order_path(log.revision(number, rev).change))
    return () if data is None else _readers(data)


def all_lists(vault: Vault, log: ReleaseLog) -> Lists:
    """Return the readers of every revision that has any.

    A released order is never written again, so a folder of a hundred of them is read once.
    """
    found: dict[tuple[str, str], tuple[str, ...]] = {}
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
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for entry in vault.history.folder_of(oid).values():
        data = vault.history.blob_of(entry.oid)
        if names := _readers(data):
            for one in canonical.loads(data)["items"]:
                found[fold(one["number"]), one["rev"]] = names
    return found


def _readers(data: bytes) -> tuple[str, ...]:
    return tuple(canonical.loads(data).get("readers", ()))
