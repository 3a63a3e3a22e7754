# SPDX-License-Identifier: AGPL-3.0-or-later
"""A far store with copies at hand, so that released drawings open while it is away.

The copies lie in a folder of the vault, named by their SHA-256 and hashed again at every reading,
so a wrong one is dropped and fetched anew.  Nothing counts as kept because a copy is here: a put
is in the far store first.  The folder stays below a size; what was not used for longest goes first.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from vault import durable
from vault.errors import StoreUnwritable
from vault.objects._s3 import S3Store
from vault.objects.store import Digest, Readable, named, take_in
from vault.trimming import Budget, touch, trim

SHA256_SIGNS: Final = 64

_BINARY = getattr(os, "O_BINARY", 0)


class Cache:
    """Copies in a folder; may be deleted at any time, also while it is in use."""

    def __init__(self, root: Path, limit: int) -> None:
        """Remember the folder and its size limit in bytes; it is made when first needed."""
        self.root = root
        self.limit = limit
        self._budget = Budget(limit, self._make_room)

    def opened(self, digest: Digest) -> BinaryIO | None:
        """Return the copy, compared to its end, or None where there is no right one."""
        place = self.place(digest.sha256)
        try:
            file = place.open("rb")
        except OSError:
            return None
        told = os.fstat(file.fileno())
        right = told.st_size == digest.size and (
            hashlib.file_digest(file, "sha256").hexdigest() == digest.sha256
        )
        if not right:
            file.close()
            with contextlib.suppress(OSError):
                place.unlink()
            return None
        touch(place, told)
        file.seek(0)
        return file

    @contextlib.contextmanager
    def aside(self) -> Iterator[tuple[Path, BinaryIO]]:
        """Give a new file in the folder, which is removed unless ``keep`` took it."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            path = self.root / f"{secrets.token_hex(12)}.aside"
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _BINARY, 0o644)
        except OSError as fault:
            raise StoreUnwritable(where=self.root, why=fault.strerror or fault) from fault
        try:
            with os.fdopen(handle, "w+b") as file:
                yield path, file
        except OSError as fault:
            raise StoreUnwritable(where=self.root, why=fault.strerror or fault) from fault
        finally:
            path.unlink(missing_ok=True)

    def keep(self, aside: Path, file: BinaryIO, digest: Digest) -> Path:
        """Make a compared file the copy of its bytes, on disk under its name; return its path."""
        file.flush()
        os.fsync(file.fileno())
        place = self.place(digest.sha256)
        if not place.parent.is_dir():
            place.parent.mkdir(exist_ok=True)
            durable.fsync_folder(self.root)
        if os.name == "nt":
            file.close()  # Windows renames no open file
        aside.replace(place)
        durable.fsync_folder(place.parent)
        self._budget.count(digest.size)
        return place

    def place(self, sha256: str) -> Path:
        """Return where the copy of some bytes lies, if there is one."""
        return self.root / sha256[:2] / sha256

    def _make_room(self) -> None:
        trim([self.root], self.limit, lambda name: len(name) == SHA256_SIGNS)


class CachedStore:
    """An S3 store that opens what it has a copy of without asking the network.

    What asks whether the *store* is in order (``has``, ``identify``, ``fault``, ``digests``)
    always asks the store itself.
    """

    def __init__(self, far: S3Store, cache: Cache) -> None:
        """Put copies of a store's objects into a folder."""
        self.far = far
        self.cache = cache

    def put(self, source: Path | Readable, name: str = "") -> Digest:
        """Keep the bytes of a file or stream; see ``ObjectStore.put``."""
        with named(source, name) as readable, self.cache.aside() as (aside, file):
            digest = take_in(readable, file)
            self.far.send(file, digest, name)
            with contextlib.suppress(OSError):  # it is kept: a copy more or less is no failure
                self.cache.keep(aside, file, digest)
        return digest

    def has(self, md5: str) -> bool:
        """Tell whether there is an object at an address of the far store."""
        return self.far.has(md5)

    def read(self, digest: Digest, name: str = "") -> bytes:
        """Return the bytes, size and SHA-256 compared; raises MissingObject, DamagedObject."""
        with self.open(digest, name) as file:
            return file.read()

    def open(self, digest: Digest, name: str = "") -> BinaryIO:
        """Return the copy, fetched if need be and compared; raises MissingObject, DamagedObject."""
        file = self.cache.opened(digest)
        return file if file is not None else self._fetched(digest, name).open("rb")

    def path(self, digest: Digest, name: str = "") -> Path:
        """Return the path of the copy, as ``open``; never write to it."""
        file = self.cache.opened(digest)
        if file is None:
            return self._fetched(digest, name)
        file.close()
        return self.cache.place(digest.sha256)

    def identify(self, md5: str, name: str = "") -> Digest:
        """Return the digest of the bytes in the far store; raises MissingObject, DamagedObject."""
        with self.cache.aside() as (aside, file):
            digest = self.far.found(file, md5, name)
            self.cache.keep(aside, file, digest)
        return digest

    def take_out(self, md5: str, name: str = "") -> tuple[Digest, BinaryIO]:
        """Return what the far store has at an address; no copy is made, for nobody opens it."""
        return self.far.take_out(md5, name)

    def fault(self, digest: Digest) -> str | None:
        """Return why the far store cannot give the bytes out, or None where it can."""
        return self.far.fault(digest)

    def digests(self) -> Iterator[str]:
        """Yield the md5 of everything the far store keeps."""
        return self.far.digests()

    def sizes(self) -> Iterator[tuple[str, int]]:
        """Yield the md5 and the size in bytes of everything the far store keeps."""
        return self.far.sizes()

    def hold(self, digest: Digest) -> None:
        """Let nobody delete these bytes in the far store; see ``ObjectStore.hold``."""
        self.far.hold(digest)

    def _fetched(self, digest: Digest, name: str) -> Path:
        with self.cache.aside() as (aside, file):
            self.far.receive(file, digest, name)
            return self.cache.keep(aside, file, digest)
