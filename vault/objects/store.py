# SPDX-License-Identifier: AGPL-3.0-or-later
"""The contract of every object store: bytes go in once, and come out as they went in or not at all.

The md5 is only an address, because DVC's layout is built on it and two different PDFs of one md5
exist; the proof is the SHA-256 and the size, and nothing is given out before both were compared.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from vault.errors import UnreadableFile

CHUNK = 1024 * 1024  # bytes

_MD5 = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Digest:
    """What identifies bytes: md5 (the address), sha256 (the proof), size in bytes."""

    md5: str
    sha256: str
    size: int


class Puts(Protocol):
    """Where bytes are put: an object store, or what gathers many for one."""

    def put(self, source: Path | Readable, name: str = "") -> Digest:
        """Keep the bytes of a file or stream, see ``ObjectStore.put``."""
        ...


class ObjectStore(Protocol):
    """Bytes by digest.  ``name`` is what a refusal calls them, for nobody knows a digest by heart.

    Every method may be called from several threads and processes at once.
    """

    def put(self, source: Path | Readable, name: str = "") -> Digest:
        """Keep the bytes of a file or stream and return their digest once they are on disk.

        Putting the same bytes again changes nothing, and heals them where they were damaged.
        Raises AddressTaken where other bytes of the same md5 are kept, UnreadableFile where the
        source cannot be read, StoreUnwritable where the store cannot be written.
        """
        ...

    def has(self, md5: str) -> bool:
        """Tell whether there are bytes at an address, be they right or wrong."""
        ...

    def read(self, digest: Digest, name: str = "") -> bytes:
        """Return the bytes, size and SHA-256 compared; raises MissingObject, DamagedObject."""
        ...

    def open(self, digest: Digest, name: str = "") -> BinaryIO:
        """Return the bytes as a stream that was compared to its end before it is given out.

        Raises MissingObject, DamagedObject.
        """
        ...

    def path(self, digest: Digest, name: str = "") -> Path:
        """Return a local file with the bytes, compared just now; never write to it.

        Raises MissingObject, DamagedObject.
        """
        ...

    def identify(self, md5: str, name: str = "") -> Digest:
        """Return the digest of the bytes at an address, for pointers that name no SHA-256.

        Raises MissingObject, and DamagedObject where the bytes do not have that md5.
        """
        ...

    def take_out(self, md5: str, name: str = "") -> tuple[Digest, BinaryIO]:
        """Return what ``identify`` does, and a stream of those very bytes at its start.

        One reading instead of two for who carries everything elsewhere.  Raises what
        ``identify`` raises.
        """
        ...

    def fault(self, digest: Digest) -> str | None:
        """Return why the bytes cannot be given out, or None where they can."""
        ...

    def digests(self) -> Iterator[str]:
        """Yield the md5 of everything kept, in no order."""
        ...

    def sizes(self) -> Iterator[tuple[str, int]]:
        """Yield the md5 and the size in bytes of everything kept, in no order, right or wrong."""
        ...

    def hold(self, digest: Digest) -> None:
        """Let nobody delete bytes that were released, where the store can see to that.

        Raises MissingObject or DamagedObject where it can, and what it should hold is not there.
        """
        ...


class Readable(Protocol):
    """Anything bytes can be read from: a file, a request's body, a member of an archive."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes, none at the end."""
        ...


def take_in(source: Readable, sink: BinaryIO | None = None) -> Digest:
    """Read a stream to its end once, hash it both ways, copy it to a sink, return its digest."""
    md5, sha256, size = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        md5.update(chunk)
        sha256.update(chunk)
        size += len(chunk)
        if sink is not None:
            sink.write(chunk)
    return Digest(md5.hexdigest(), sha256.hexdigest(), size)


@contextlib.contextmanager
def named(source: Path | Readable, name: str) -> Iterator[Readable]:
    """Open a source that is not ours, so that its failures are told from those of the store.

    Raises UnreadableFile, with the name, from opening and from every reading.
    """
    if not isinstance(source, Path):
        yield _Named(source, name or "the upload")
        return
    try:
        file = source.open("rb")
    except OSError as fault:
        raise UnreadableFile(name=name or source.name, reason=fault.strerror) from None
    with file:
        yield _Named(file, name or source.name)


@dataclass(frozen=True, slots=True)
class _Named:
    source: Readable
    name: str

    def read(self, size: int, /) -> bytes:
        try:
            return self.source.read(size)
        except OSError as fault:
            reason = fault.strerror or str(fault)
            raise UnreadableFile(name=self.name, reason=reason) from fault


def difference(wanted: Digest, sha256: str, size: int) -> str | None:
    """Return in words how bytes differ from the ones recorded, or None where they do not."""
    if size != wanted.size:
        return f"{size} bytes instead of {wanted.size}"
    if sha256 != wanted.sha256:
        return f"sha256 {sha256[:12]}… instead of {wanted.sha256[:12]}…"
    return None


def called(name: str, md5: str) -> str:
    """Return what a refusal calls bytes: their name, else their address."""
    return name or f"the object {md5}"


def is_address(md5: str) -> bool:
    """Tell whether a text is an md5 in lower case, for nothing else may become part of a path."""
    return bool(_MD5.fullmatch(md5))
