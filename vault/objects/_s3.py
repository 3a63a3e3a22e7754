# SPDX-License-Identifier: AGPL-3.0-or-later
"""Objects in an S3 bucket, in the layout of a DVC remote: ``files/md5/ab/cdef…``.

A put goes only where nothing is yet (``If-None-Match: *``) and carries its SHA-256, which the
server computes too before it keeps the bytes and says again in its answer; only then is a put
acknowledged.  What comes back is hashed here every time: checksum and metadata are claims.

``_bucket`` is imported when the network is first needed, since its web client costs 60 ms.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import hashlib
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from vault.errors import (
    AddressTaken,
    DamagedObject,
    MissingObject,
    StoreUnwritable,
)
from vault.objects.address import Address
from vault.objects.store import (
    CHUNK,
    Digest,
    Readable,
    called,
    difference,
    is_address,
    named,
    take_in,
)

if TYPE_CHECKING:
    from vault.objects._bucket import Bucket

FILES: Final = "files/md5/"
PART: Final = 16 * CHUNK  # bytes; a larger object is sent in parts of this size
SMALL: Final = 8 * CHUNK  # bytes; what is smaller waits in memory while it is under way
DAYS_OF_A_YEAR: Final = 365.2425

_README = b"""\
The bytes of every file of a Titleblock vault, by digest, in the layout of a DVC remote.
Never change, rename or delete anything in files/.
"""


class S3Store:
    """An object store in a bucket, which stock ``dvc pull`` can use as its remote."""

    def __init__(self, address: Address, hold_years: int = 0) -> None:
        """Remember the address; the network is asked when something is first put or read."""
        self.address = address
        self._hold_years = hold_years

    @classmethod
    def create(cls, address: Address, hold_years: int = 0) -> S3Store:
        """Begin a store in a bucket that exists, which proves that it can be written.

        Raises NoBucket, StoreForbidden, StoreAway or StoreUnwritable.
        """
        store = cls(address, hold_years)
        store.bucket.must_exist()
        store._send_small("README", _README, only_new=False)
        return store

    @cached_property
    def bucket(self) -> Bucket:
        """Return the talk with the bucket."""
        from vault.objects import _bucket  # noqa: PLC0415 - see the top of the file

        return _bucket.Bucket(self.address)

    def put(self, source: Path | Readable, name: str = "") -> Digest:
        """Keep the bytes of a file or stream; see ``ObjectStore.put``."""
        with named(source, name) as readable, _spool() as file:
            digest = take_in(readable, file)
            self.send(file, digest, name)
        return digest

    def send(self, file: BinaryIO, digest: Digest, name: str = "") -> None:
        """Keep bytes that were hashed already and lie in a file of ours; else like ``put``."""
        for _ in range(3):
            if self._sent(file, digest, only_new=True) or self._is_there(digest):
                return
            try:
                found = self.identify(digest.md5, name)
            except MissingObject:
                continue  # somebody removed it between two answers
            except DamagedObject:
                self._sent(file, digest, only_new=False)
                return
            if found != digest:
                raise AddressTaken(name=called(name, digest.md5), md5=digest.md5)
            return
        raise StoreUnwritable(where=self.bucket.where, why="what is put there does not stay")

    def adopt(self, data: memoryview, md5: str) -> Digest | None:
        """Keep bytes that are said to have an md5, where the server can prove that they have.

        It compares their SHA-256 and their md5 before it keeps them, so they are hashed once here
        instead of twice.  None where that is not so: something lies there, they are other bytes, or
        the server does not say enough.  Then ``put`` tells which.
        """
        sha256 = hashlib.sha256(data)
        digest = Digest(md5, sha256.hexdigest(), len(data))
        checksum = _written(sha256.digest())
        told = {"x-amz-meta-sha256": digest.sha256, "content-md5": _written(bytes.fromhex(md5))}
        reply = self.bucket.send(self._key(md5), data, told, checksum=checksum, only_new=True)
        if reply is None or reply.checksum != checksum:
            return None
        right = reply.tag == md5 or hashlib.md5(data, usedforsecurity=False).hexdigest() == md5
        return digest if right else None

    def has(self, md5: str) -> bool:
        """Tell whether there is an object at an address."""
        return is_address(md5) and self.bucket.facts(self._key(md5)) is not None

    def read(self, digest: Digest, name: str = "") -> bytes:
        """Return the bytes, size and SHA-256 compared; raises MissingObject, DamagedObject."""
        with self.open(digest, name) as file:
            return file.read()

    def open(self, digest: Digest, name: str = "") -> BinaryIO:
        """Return a copy that was compared to its end; raises MissingObject, DamagedObject."""
        file = _spool()
        try:
            self.receive(file, digest, name)
        except BaseException:
            file.close()
            raise
        return file

    def receive(self, file: BinaryIO, digest: Digest, name: str = "") -> None:
        """Write the compared bytes into an empty file and go back to its start.

        Raises MissingObject, and DamagedObject after at most one byte more than there should be.
        """
        self._fetch(file, digest.md5, name, digest.size)
        size = file.tell()
        file.seek(0)
        why = difference(digest, hashlib.file_digest(file, "sha256").hexdigest(), size)  # type: ignore[arg-type]
        if why:
            raise DamagedObject(name=called(name, digest.md5), why=why)
        file.seek(0)

    def path(self, digest: Digest, name: str = "") -> Path:
        """Return a file with the bytes, fetched anew; raises MissingObject, DamagedObject."""
        with tempfile.NamedTemporaryFile(dir=self._files, delete=False) as file:
            try:
                self.receive(cast("BinaryIO", file), digest, name)
            except BaseException:
                Path(file.name).unlink()
                raise
        Path(file.name).chmod(0o444)
        return Path(file.name).replace(self._files / digest.sha256)

    def identify(self, md5: str, name: str = "") -> Digest:
        """Return the digest of the bytes at an address; raises MissingObject, DamagedObject."""
        with _spool() as file:
            return self.found(file, md5, name)

    def take_out(self, md5: str, name: str = "") -> tuple[Digest, BinaryIO]:
        """Return what ``identify`` does, and the bytes; see ``ObjectStore.take_out``."""
        file = _spool()
        try:
            digest = self.found(file, md5, name)
            file.seek(0)
        except BaseException:
            file.close()
            raise
        return digest, file

    def found(self, file: BinaryIO, md5: str, name: str = "") -> Digest:
        """Write the bytes at an address into an empty file and return their digest.

        Raises MissingObject, and DamagedObject where they do not have that md5.
        """
        self._fetch(file, md5, name, None)
        file.seek(0)
        digest = take_in(file)
        if digest.md5 != md5:
            raise DamagedObject(name=called(name, md5), why=f"their md5 is {digest.md5}")
        return digest

    def fault(self, digest: Digest) -> str | None:
        """Return why the bytes cannot be given out, or None where they can; raises StoreAway."""
        try:
            self.open(digest).close()
        except MissingObject:
            return "it is missing"
        except DamagedObject as fault:
            return str(fault.facts["why"])
        return None

    def digests(self) -> Iterator[str]:
        """Yield the md5 of everything kept; what else lies in the folder is passed over."""
        for md5, _size in self.sizes():
            yield md5

    def sizes(self) -> Iterator[tuple[str, int]]:
        """Yield the md5 and the size in bytes of everything kept, a thousand an answer."""
        start = self.address.key(FILES)
        for key, size in self.bucket.keys(start):
            shard, _slash, rest = key.removeprefix(start).partition("/")
            if len(shard) == 2 and is_address(shard + rest):
                yield shard + rest, size

    def hold(self, digest: Digest) -> None:
        """Let nobody delete these bytes for the years of the settings, where the bucket can."""
        if not self._hold_years or not self.bucket.can_lock():
            return
        facts = self.bucket.facts(self._key(digest.md5))
        if facts is None:
            raise MissingObject(name=called("", digest.md5), md5=digest.md5)
        if not self._is_there(digest) and self.identify(digest.md5) != digest:
            raise DamagedObject(name=called("", digest.md5), why="they are other bytes of that md5")
        now = dt.datetime.now(dt.UTC).replace(microsecond=0)
        until = now + dt.timedelta(days=round(self._hold_years * DAYS_OF_A_YEAR))
        self.bucket.hold(self._key(digest.md5), facts.version, until)

    # --- inside --------------------------------------------------------------

    def _key(self, md5: str) -> str:
        return self.address.key(f"{FILES}{md5[:2]}/{md5[2:]}")

    def _fetch(self, file: BinaryIO, md5: str, name: str, most: int | None) -> None:
        from vault.objects._bucket import Absent  # noqa: PLC0415 - see the top of the file

        try:
            if not is_address(md5):
                raise Absent
            self.bucket.receive(self._key(md5), file, most)
        except Absent:
            raise MissingObject(name=called(name, md5), md5=md5) from None

    def _sent(self, file: BinaryIO, digest: Digest, *, only_new: bool) -> bool:
        """Send bytes; False where some are there already and only new ones were to be sent."""
        key = self._key(digest.md5)
        meta = {"x-amz-meta-sha256": digest.sha256}
        if digest.size > PART:
            return self._sent_in_parts(key, file, digest, only_new=only_new)
        checksum = _written(bytes.fromhex(digest.sha256))
        reply = self.bucket.send(
            key, (file, 0, digest.size), meta, checksum=checksum, only_new=only_new
        )
        if reply is not None and reply.checksum != checksum:
            self._compare(digest)
        return reply is not None

    def _sent_in_parts(self, key: str, file: BinaryIO, digest: Digest, *, only_new: bool) -> bool:
        if only_new and self.bucket.facts(key) is not None:
            return False  # the condition is judged at the end, after all bytes were sent
        begun = self.bucket.call(
            "create_multipart_upload", Key=key, ChecksumAlgorithm="SHA256",
            Metadata={"sha256": digest.sha256},
        )  # fmt: skip
        which = {"Key": key, "UploadId": begun["UploadId"]}
        try:
            parts = [
                self.bucket.send_part(key, begun["UploadId"], number, file, at, size, checksum)
                for number, (at, size, checksum) in enumerate(_parts(file, digest.size), 1)
            ]
            condition = {"IfNoneMatch": "*"} if only_new else {}
            self.bucket.call(
                "complete_multipart_upload", MultipartUpload={"Parts": parts}, **which, **condition
            )
        except BaseException as fault:
            with contextlib.suppress(Exception):
                self.bucket.call("abort_multipart_upload", **which)
            if isinstance(fault, StoreUnwritable) and "PreconditionFailed" in str(fault):
                return False
            raise
        if not self._is_there(digest, file):
            self._compare(digest)
        return True

    def _is_there(self, digest: Digest, file: BinaryIO | None = None) -> bool:
        """Tell whether the server computed our SHA-256 when it took in what it has there."""
        facts = self.bucket.facts(self._key(digest.md5))
        if facts is None or facts.size != digest.size or not facts.checksum:
            return False
        if "-" not in facts.checksum:
            return facts.checksum == _written(bytes.fromhex(digest.sha256))
        if file is None:
            return False
        return facts.checksum == _written_of_parts(file, digest.size)

    def _compare(self, digest: Digest) -> None:
        """Read back what was put, for a server that does not say its checksum."""
        if self.identify(digest.md5) != digest:
            raise StoreUnwritable(
                where=self.bucket.where, why="it keeps other bytes than were sent"
            )

    def _send_small(self, path: str, data: bytes, *, only_new: bool) -> None:
        checksum = _written(hashlib.sha256(data).digest())
        with _spool() as file:
            file.write(data)
            self.bucket.send(
                self.address.key(path),
                (file, 0, len(data)),
                {},
                checksum=checksum,
                only_new=only_new,
            )

    @cached_property
    def _files(self) -> Path:
        """Return a folder of this process for those who need a path, gone with the store."""
        folder = tempfile.mkdtemp(prefix="titleblock-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return Path(folder)


def _spool() -> BinaryIO:
    """Return an empty file without a name, in memory while it is small."""
    return cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=SMALL))


def _written(sha256: bytes) -> str:
    return base64.b64encode(sha256).decode()


def _parts(file: BinaryIO, size: int) -> Iterator[tuple[int, int, str]]:
    """Yield where each part begins, its size in bytes and its SHA-256 as S3 writes it."""
    for begin in range(0, size, PART):
        file.seek(begin)
        sha256, left = hashlib.sha256(), PART
        while left and (data := file.read(min(left, CHUNK))):
            sha256.update(data)
            left -= len(data)
        yield begin, PART - left, _written(sha256.digest())


def _written_of_parts(file: BinaryIO, size: int) -> str:
    """Return what S3 writes for an object sent in our parts: a digest of their digests."""
    digests = [base64.b64decode(checksum) for _begin, _size, checksum in _parts(file, size)]
    return f"{_written(hashlib.sha256(b''.join(digests)).digest())}-{len(digests)}"
