# SPDX-License-Identifier: AGPL-3.0-or-later
"""Objects in a folder, in the layout of a DVC remote: ``files/md5/ab/cdef…``.

DVC's own object database does the storing; two things are changed about how it copies.  Bytes
arrive in ``tmp`` of the same store, are hashed on the way and are on disk before they are renamed
to their address, so that a crash leaves no half object; and folders are flushed after the rename,
because a power cut loses the name of a file whose bytes are safe.

``dvc_objects`` is imported when the first object is put: it costs every start 100 ms, and reading
needs nothing of it.  DVC's own file systems would cost a command 100 ms more for one rename.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from io import BufferedReader, FileIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from vault import durable
from vault.errors import (
    AddressTaken,
    DamagedObject,
    MissingObject,
    NoStore,
    Refusal,
    StoreUnwritable,
)
from vault.objects._batch import ENDING, Batch, Taken
from vault.objects.store import Digest, Readable, called, difference, is_address, named, take_in

if TYPE_CHECKING:
    from dvc_objects.db import ObjectDB

if os.name == "posix":
    import fcntl

FILES = "files/md5"
ASIDE = "tmp"

_BINARY = getattr(os, "O_BINARY", 0)
_ASIDE_MODE = 0o644 if os.name == "nt" else 0o444  # read-only from birth, its writer apart

_README = """\
The bytes of every file of a Titleblock vault, by digest, in the layout of a DVC remote.
Copy this folder as you like; never change, rename or delete anything in files/.
tmp/ holds uploads that are under way; what a crash leaves there is removed at the next start.
"""


class FolderStore:
    """An object store in a local folder, which stock ``dvc pull`` can use as its remote."""

    def __init__(self, root: Path) -> None:
        """Open the store, removing what a crash left; raises NoStore where the folder is none."""
        self.root = root
        self._files = root / FILES
        self._aside = root / ASIDE
        if not self._files.is_dir():
            raise NoStore(where=root)
        _sweep(self._aside)

    @classmethod
    def create(cls, root: Path) -> FolderStore:
        """Make an empty store in a folder, or open the one that is there."""
        (root / FILES).mkdir(parents=True, exist_ok=True)
        (root / ASIDE).mkdir(exist_ok=True)
        if not (root / "README").exists():
            durable.write(root / "README", _README.encode())
        for folder in (root / FILES, root / "files", root, root.parent):
            durable.fsync_folder(folder)
        return cls(root)

    def put(self, source: Path | Readable, name: str = "") -> Digest:
        """Keep the bytes of a file or stream; see ``ObjectStore.put``."""
        with self._writing(), named(source, name) as readable, self._new_file() as (aside, file):
            digest = take_in(readable, file)
            file.flush()
            os.fsync(file.fileno())
            if os.name == "nt":
                file.close()  # Windows renames no open file
            self._hand_over(aside, digest, name)
        return digest

    @contextlib.contextmanager
    def together(self) -> Iterator[Batch]:
        """Give a way to put many objects; they are kept, all of them, when the block has ended.

        Raises StoreUnwritable; an exception in the block, and a crash, keep none of them.
        """
        with contextlib.ExitStack() as last:
            with self._writing():
                made = self._aside / secrets.token_hex(12)
                made.mkdir()
                last.enter_context(durable.locked(made))
                folder = made.rename(made.with_suffix(ENDING))  # only what is locked is called so
                last.callback(shutil.rmtree, folder, ignore_errors=True)
                batch = Batch(folder, _ASIDE_MODE, self._is_kept)
                last.callback(batch.close)
            yield batch
            with self._writing():
                self._settle(batch)

    def _settle(self, batch: Batch) -> None:
        shards: dict[Path, list[Taken]] = {}
        for taken in batch.flushed():
            shards.setdefault(self._place(taken.digest.md5).parent, []).append(taken)
        fresh = [shard for shard in shards if not shard.is_dir()]
        for shard in fresh:
            shard.mkdir(exist_ok=True)
        for shard, arrived in shards.items():
            with durable.locked(shard):
                for taken in arrived:
                    self._place_one(taken.aside, taken.digest, taken.name)
        durable.fsync_folders([*shards, *([self._files] if fresh else ())])

    def _is_kept(self, digest: Digest, name: str) -> bool:
        if not self.has(digest.md5):
            return False
        try:
            found = self.identify(digest.md5, name)
        except (MissingObject, DamagedObject):
            return False
        if found != digest:
            raise AddressTaken(name=called(name, digest.md5), md5=digest.md5)
        durable.fsync_file(self._place(digest.md5))
        return True

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as fault:
            raise StoreUnwritable(where=self.root, why=fault.strerror or fault) from fault

    def has(self, md5: str) -> bool:
        """Tell whether there is a file at an address."""
        return (
            is_address(md5)
            and os.path.isfile(  # noqa: PTH113 - asked of every file imported
                f"{self._files}/{md5[:2]}/{md5[2:]}"
            )
        )

    def read(self, digest: Digest, name: str = "") -> bytes:
        """Return the bytes, size and SHA-256 compared; raises MissingObject, DamagedObject."""
        with _giving(name, digest.md5), self._opened(digest.md5, name) as file:
            _check_size(file, digest, name)
            data = file.read()
        why = difference(digest, hashlib.sha256(data).hexdigest(), len(data))
        if why:
            raise DamagedObject(name=called(name, digest.md5), why=why)
        return data

    def open(self, digest: Digest, name: str = "") -> BinaryIO:
        """Return a stream that was compared to its end; raises MissingObject, DamagedObject."""
        file = self._opened(digest.md5, name)
        try:
            with _giving(name, digest.md5):
                _check_size(file, digest, name)
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
                why = difference(digest, sha256, file.tell())
                file.seek(0)
            if why:
                raise DamagedObject(name=called(name, digest.md5), why=why)
        except BaseException:
            file.close()
            raise
        return file

    def path(self, digest: Digest, name: str = "") -> Path:
        """Return the object's own file, compared just now; raises MissingObject, DamagedObject."""
        self.open(digest, name).close()
        return self._place(digest.md5)

    def identify(self, md5: str, name: str = "") -> Digest:
        """Return the digest of the bytes at an address; raises MissingObject, DamagedObject."""
        digest, file = self.take_out(md5, name)
        file.close()
        return digest

    def take_out(self, md5: str, name: str = "") -> tuple[Digest, BinaryIO]:
        """Return what ``identify`` does, and the bytes; see ``ObjectStore.take_out``."""
        file = self._opened(md5, name)
        try:
            with _giving(name, md5):
                found = take_in(file)
                file.seek(0)
            if found.md5 != md5:
                raise DamagedObject(name=called(name, md5), why=f"their md5 is {found.md5}")
        except BaseException:
            file.close()
            raise
        return found, file

    def unproved(self, md5: str, room: memoryview) -> memoryview | None:
        """Read what lies at an address, for who has it proved elsewhere; None where it is larger.

        It is read into a room that is used again: to fetch memory from the system for each would
        cost more than reading it.  Raises MissingObject, DamagedObject.
        """
        if not is_address(md5):
            raise MissingObject(name=called("", md5), md5=md5)
        with _giving("", md5), FileIO(f"{self._files}/{md5[:2]}/{md5[2:]}") as file:
            moved = 0
            while more := file.readinto(room[moved:]):
                moved += more
            return room[:moved] if moved < len(room) else None

    def fault(self, digest: Digest) -> str | None:
        """Return why the bytes cannot be given out, or None where they can."""
        try:
            self.open(digest).close()
        except MissingObject:
            return "it is missing"
        except Refusal as fault:
            return str(fault.facts["why"])
        return None

    def digests(self) -> Iterator[str]:
        """Yield the md5 of everything kept; what else lies in the folders is passed over."""
        for shard in sorted(self._files.glob("[0-9a-f][0-9a-f]")):
            for name in sorted(os.listdir(shard)):  # noqa: PTH208 - names, not 100,000 paths
                if is_address(shard.name + name):
                    yield shard.name + name

    def sizes(self) -> Iterator[tuple[str, int]]:
        """Yield the md5 and the size in bytes of everything kept."""
        for shard in sorted(self._files.glob("[0-9a-f][0-9a-f]")):
            with os.scandir(shard) as entries:  # a path of each would cost more than its size
                found = sorted(
                    (one.name, one) for one in entries if is_address(shard.name + one.name)
                )
            for name, one in found:
                with contextlib.suppress(FileNotFoundError):
                    yield shard.name + name, one.stat().st_size

    def hold(self, digest: Digest) -> None:
        """Do nothing: who may write into a folder may delete in it, so rights and backups guard it."""

    def _hand_over(self, aside: Path, digest: Digest, name: str) -> None:
        shard = self._shard(digest.md5)
        with durable.locked(shard):
            self._place_one(aside, digest, name)
            durable.fsync_folder(shard)

    def _place_one(self, aside: Path | str, digest: Digest, name: str) -> None:
        if not self._is_kept(digest, name):
            self._store(aside, digest.md5)

    def _shard(self, md5: str) -> Path:
        shard = self._place(md5).parent
        if not shard.is_dir():
            shard.mkdir(exist_ok=True)
            durable.fsync_folder(self._files)
        return shard

    def _place(self, md5: str) -> Path:
        return self._files / md5[:2] / md5[2:]

    def _opened(self, md5: str, name: str) -> BufferedReader:
        if not is_address(md5):
            raise MissingObject(name=called(name, md5), md5=md5)
        with _giving(name, md5):
            return self._place(md5).open("rb")

    @contextlib.contextmanager
    def _new_file(self) -> Iterator[tuple[Path, BinaryIO]]:
        """Give a new file in ``tmp``, locked while this process lives, removed if still there."""
        while True:
            path = self._aside / f"{secrets.token_hex(12)}.aside"
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, _ASIDE_MODE)
            with os.fdopen(handle, "wb") as file:
                if not _lock(file.fileno(), wait=True) or not os.fstat(file.fileno()).st_nlink:
                    continue  # another start swept it away before it was locked
                try:
                    yield path, file
                finally:
                    path.unlink(missing_ok=True)
                return

    def _store(self, aside: Path | str, md5: str) -> None:
        if os.name == "nt" and self.has(md5):
            self._place(md5).chmod(0o644)  # Windows replaces no read-only file
        self._odb.add_bytes(md5, _Moved(aside))  # type: ignore[arg-type]

    @cached_property
    def _odb(self) -> ObjectDB:
        """Return DVC's object database of this folder, which renames where it would copy."""
        from dvc_objects.db import ObjectDB  # noqa: PLC0415

        return ObjectDB(_Here(), str(self._files))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class _Moved:
    """A file that is given away by its path."""

    path: Path | str


class _Here:
    """What DVC's object database asks of a file system to add one object, and no more."""

    def join(self, *parts: str) -> str:
        return os.path.join(*parts)  # noqa: PTH118 - DVC counts in strings

    def name(self, path: str) -> str:
        return os.path.basename(path)  # noqa: PTH119

    def ls(self, path: str, *, detail: bool) -> list[str]:
        assert not detail  # noqa: S101 - DVC asks for names only
        return os.listdir(path)  # noqa: PTH208

    def makedirs(self, path: str) -> None:
        os.makedirs(path, exist_ok=True)  # noqa: PTH103

    def put_file(self, source: _Moved, path: str, size: int | None) -> None:
        del size
        os.replace(source.path, path)  # noqa: PTH105


@contextlib.contextmanager
def _giving(name: str, md5: str) -> Iterator[None]:
    """Say of a file that cannot be read what it is to the vault: missing or damaged."""
    try:
        yield
    except FileNotFoundError:
        raise MissingObject(name=called(name, md5), md5=md5) from None
    except OSError as fault:
        raise DamagedObject(name=called(name, md5), why=fault.strerror) from None


def _check_size(file: BinaryIO, digest: Digest, name: str) -> None:
    """Refuse by size before a byte is read, so that a grown file cannot fill the memory."""
    size = os.fstat(file.fileno()).st_size
    if size != digest.size:
        why = difference(digest, digest.sha256, size)
        raise DamagedObject(name=called(name, digest.md5), why=why)


def _lock(handle: int, *, wait: bool) -> bool:
    """Lock an open file for this process; the system lets go of it when the process dies."""
    if os.name != "posix":
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def _sweep(aside: Path) -> None:
    """Remove the files of writers that are dead, which the lock they no longer hold proves."""
    for folder in aside.glob(f"*{ENDING}"):
        with contextlib.suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)  # refused on Windows, where nothing is swept here
            try:
                if _lock(handle, wait=False):
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(handle)
    for path in aside.glob("*.aside"):
        with contextlib.suppress(OSError), path.open("rb") as file:
            if os.name == "posix" and _lock(file.fileno(), wait=False):
                path.unlink()
        if os.name == "nt":
            with contextlib.suppress(OSError):
                path.unlink()  # refused while anybody has it open
