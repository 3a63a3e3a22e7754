# SPDX-License-Identifier: AGPL-3.0-or-later
"""Objects in memory: the same contract without a disk, for tries and for tests."""

from __future__ import annotations

import hashlib
import io
import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from vault.errors import AddressTaken, DamagedObject, MissingObject, Refusal
from vault.objects.store import Digest, Readable, called, difference, named, take_in


class MemoryStore:
    """An object store that lasts as long as this process."""

    def __init__(self) -> None:
        """Begin empty."""
        self._kept: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def put(self, source: Path | Readable, name: str = "") -> Digest:
        """Keep the bytes of a file or stream; see ``ObjectStore.put``."""
        sink = io.BytesIO()
        with named(source, name) as readable:
            digest = take_in(readable, sink)
        with self._lock:
            there = self._kept.get(digest.md5)
            if there is not None and there != sink.getvalue():
                found = take_in(io.BytesIO(there))
                if found.md5 == digest.md5:
                    raise AddressTaken(name=called(name, digest.md5), md5=digest.md5)
            self._kept[digest.md5] = sink.getvalue()
        return digest

    def has(self, md5: str) -> bool:
        """Tell whether there are bytes at an address."""
        return md5 in self._kept

    def read(self, digest: Digest, name: str = "") -> bytes:
        """Return the bytes, size and SHA-256 compared; raises MissingObject, DamagedObject."""
        data = self._at(digest.md5, name)
        why = difference(digest, hashlib.sha256(data).hexdigest(), len(data))
        if why:
            raise DamagedObject(name=called(name, digest.md5), why=why)
        return data

    def open(self, digest: Digest, name: str = "") -> BinaryIO:
        """Return the compared bytes as a stream; raises MissingObject, DamagedObject."""
        return io.BytesIO(self.read(digest, name))

    def path(self, digest: Digest, name: str = "") -> Path:
        """Return a file with the bytes, written anew; raises MissingObject, DamagedObject."""
        data = self.read(digest, name)
        with tempfile.NamedTemporaryFile(dir=self._files, delete=False) as file:
            file.write(data)
        Path(file.name).chmod(0o444)
        return Path(file.name).replace(self._files / digest.sha256)

    def identify(self, md5: str, name: str = "") -> Digest:
        """Return the digest of the bytes at an address; raises MissingObject, DamagedObject."""
        found = take_in(io.BytesIO(self._at(md5, name)))
        if found.md5 != md5:
            raise DamagedObject(name=called(name, md5), why=f"their md5 is {found.md5}")
        return found

    def take_out(self, md5: str, name: str = "") -> tuple[Digest, BinaryIO]:
        """Return what ``identify`` does, and the bytes; see ``ObjectStore.take_out``."""
        return self.identify(md5, name), io.BytesIO(self._at(md5, name))

    def fault(self, digest: Digest) -> str | None:
        """Return why the bytes cannot be given out, or None where they can."""
        try:
            self.read(digest)
        except MissingObject:
            return "it is missing"
        except Refusal as fault:
            return str(fault.facts["why"])
        return None

    def digests(self) -> Iterator[str]:
        """Yield the md5 of everything kept."""
        yield from sorted(self._kept)

    def sizes(self) -> Iterator[tuple[str, int]]:
        """Yield the md5 and the size in bytes of everything kept."""
        yield from ((md5, len(data)) for md5, data in sorted(self._kept.items()))

    def hold(self, digest: Digest) -> None:
        """Do nothing: memory forgets everything."""

    @cached_property
    def _files(self) -> Path:
        """Return a folder of this process for those who need a path, gone with the store."""
        folder = tempfile.mkdtemp(prefix="titleblock-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return Path(folder)

    def _at(self, md5: str, name: str) -> bytes:
        try:
            return self._kept[md5]
        except KeyError:
            raise MissingObject(name=called(name, md5), md5=md5) from None
