# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which store an address of the settings means."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from vault.errors import BadSettings
from vault.objects._folder import FolderStore
from vault.objects._memory import MemoryStore
from vault.objects.store import ObjectStore


def open_store(url: str, root: Path, *, create: bool = False) -> ObjectStore:
    """Return the store at an address: a folder counted from the vault's, ``file://``, ``memory://``.

    Only a new vault creates its store; later a missing folder is a disk that is not mounted, and
    raises NoStore.  Raises BadSettings for an address no store of this version has.
    """
    scheme, separator, _rest = url.partition("://")
    if separator and scheme == "memory":
        return MemoryStore()
    if separator and scheme != "file":
        raise BadSettings(where=root, why=f"there is no object store for {scheme}://")
    folder = _place(url) if separator else root / url
    return FolderStore.create(folder) if create else FolderStore(folder)


def _place(url: str) -> Path:
    from urllib.request import url2pathname  # noqa: PLC0415 - it brings http, which few stores need

    return Path(url2pathname(urlsplit(url).path))
