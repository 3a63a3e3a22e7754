# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which content the files of an item have on ``main``, and had before."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from vault import names, pointer
from vault.catalogue_rows import ItemRow
from vault.home import Vault


@dataclass(frozen=True, slots=True)
class Version:
    """A file of an item as it lies on ``main``: its name there, its content, its name in git."""

    name: str
    sha256: str
    in_git: str


def current(vault: Vault, row: ItemRow) -> dict[str, Version]:
    """Return the files of an item by folded name."""
    found = {}
    for in_git, entry in vault.history.folder_of(row.tree).items():
        if entry.kind == "blob":
            name, sha256 = _content(vault, in_git, vault.history.blob_of(entry.oid))
            found[names.fold(name)] = Version(name, sha256, in_git)
    return found


def earlier(vault: Vault, row: ItemRow, now: Version, sha256: str) -> str:
    """Return when a file had this content before the one it has now (UTC), or nothing."""
    for iteration in vault.catalogue.iterations(row.number):
        data = vault.history.blob(iteration.commit, f"{row.path}/{now.in_git}")
        if data is not None and _content(vault, now.in_git, data)[1] == sha256:
            return iteration.at
    return ""


def _content(vault: Vault, in_git: str, data: bytes) -> tuple[str, str]:
    if not in_git.endswith(names.POINTER):
        return in_git, hashlib.sha256(data).hexdigest()
    told = pointer.parse(data, in_git)
    return told.name, told.sha256 or vault.objects.identify(told.md5, told.name).sha256
