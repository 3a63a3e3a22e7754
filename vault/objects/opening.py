# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which store an address of the settings means."""

from __future__ import annotations

# urllib.request is imported for addresses with file:// only: it brings a web client along.
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from vault.errors import BadSettings
from vault.objects import address
from vault.objects._batch import Batch
from vault.objects._cached import Cache, CachedStore
from vault.objects._folder import FolderStore
from vault.objects._memory import MemoryStore
from vault.objects._s3 import S3Store
from vault.objects.address import HOLD_YEARS, LARGEST_CACHE
from vault.objects.store import ObjectStore

COPIES: Final = "cache/objects"
TO_A_FOLDER: Final = 2
TO_A_BUCKET: Final = 8


def open_store(
    url: str, root: Path, *, create: bool = False, largest_cache: int = LARGEST_CACHE,
    hold_years: int = HOLD_YEARS,
) -> ObjectStore:  # fmt: skip
    """Return the store at an address: a folder, counted from the vault's, or a URL.

    The schemes are ``file``, ``s3`` and ``memory``.

    Only a new vault creates its store; later a missing folder is a disk that is not mounted, and
    raises NoStore.  A bucket is not asked before something is put or read, so that copies open
    while it is away.  Raises BadSettings for an address no store of this version has.
    """
    store = open_bare(url, root, create=create, hold_years=hold_years)
    if isinstance(store, S3Store):
        return CachedStore(store, Cache(root / COPIES, largest_cache))
    return store


def open_bare(
    url: str, root: Path, *, create: bool = False, hold_years: int = HOLD_YEARS
) -> FolderStore | MemoryStore | S3Store:
    """Return the store at an address without copies at hand; else like ``open_store``."""
    scheme, separator, _rest = url.partition("://")
    if separator and scheme == "memory":
        return MemoryStore()
    if separator and scheme == address.SCHEME:
        try:
            where = address.parse(url)
        except ValueError as fault:
            raise BadSettings(where=root, why=f"storage {fault}") from None
        return S3Store.create(where, hold_years) if create else S3Store(where, hold_years)
    if separator and scheme != "file":
        raise BadSettings(where=root, why=f"there is no object store for {scheme}://")
    folder = _path(url) if separator else root / url
    return FolderStore.create(folder) if create else FolderStore(folder)


@contextmanager
def together(store: ObjectStore) -> Iterator[ObjectStore | Batch]:
    """Give where many objects are put; when the block has ended, all of them are kept.

    A folder flushes its disk once for all of them; other stores keep each one as it comes, so many
    should be put there at once, see ``at_once``.
    """
    if isinstance(store, FolderStore):
        with store.together() as batch:
            yield batch
    else:
        yield store


def at_once(store: ObjectStore | FolderStore | MemoryStore) -> int:
    """Return how many threads put best: a disk and two cores are soon busy, a network waits."""
    return TO_A_BUCKET if isinstance(store, S3Store | CachedStore) else TO_A_FOLDER


def handed_over(store: ObjectStore | FolderStore | MemoryStore, dozens: int) -> int:
    """Return how many files a thread gets at a time.

    On a disk handing one over costs as much as hashing it, so they come by dozens; to a bucket each
    goes alone, else an import of few files would go through one connection.
    """
    return 1 if at_once(store) == TO_A_BUCKET else dozens


def _path(url: str) -> Path:
    from urllib.request import url2pathname  # noqa: PLC0415 - see the top of the file

    return Path(url2pathname(urlsplit(url).path))
