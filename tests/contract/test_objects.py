# SPDX-License-Identifier: AGPL-3.0-or-later
"""The contract of every object store: one file of tests, run over all of them."""

from __future__ import annotations

import hashlib
import io
import os
import re
import resource
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vault import errors
from vault.objects._cached import CachedStore
from vault.objects._folder import FolderStore
from vault.objects._memory import MemoryStore
from vault.objects._s3 import S3Store
from vault.objects.opening import open_bare, open_store
from vault.objects.store import CHUNK, Digest, ObjectStore

TWIN = bytes.fromhex(
    "d131dd02c5e6eec4693d9a0698aff95c2fcab58712467eab4004583eb8fb7f8955ad340609f4b30283e488832571415a"
    "085125e8f7cdc99fd91dbdf280373c5bd8823e3156348f5bae6dacd436c919c6dd53e2b487da03fd02396306d248cda0"
    "e99f33420f577ee8ce54b67080a80d1ec69821bcb6a8839396f9652b6ff72a70"
)
"""The first published pair of different bytes with one md5 (Wang and Yu, 2005)."""
OTHER = bytearray(TWIN)
for place in (19, 45, 59, 83, 109, 123):
    OTHER[place] ^= 0x80
DRAWING = b"%PDF-1.7 drawing\n" * 1000
DIGEST = Digest(hashlib.md5(DRAWING).hexdigest(), hashlib.sha256(DRAWING).hexdigest(), len(DRAWING))


def overwrite(store: ObjectStore, md5: str, data: bytes | None) -> None:
    """Change or remove what lies at an address behind the store's back."""
    if isinstance(store, MemoryStore):
        store._kept.pop(md5) if data is None else store._kept.update({md5: data})
        return
    if isinstance(store, CachedStore):
        shutil.rmtree(store.cache.root, ignore_errors=True)  # right bytes at hand are right bytes
        store = store.far
    if isinstance(store, S3Store):
        store.bucket.call("delete_object", Key=store._key(md5))
        if data is not None:
            store.bucket.call("put_object", Key=store._key(md5), Body=data)
        return
    assert isinstance(store, FolderStore)
    place = store.root / "files/md5" / md5[:2] / md5[2:]
    place.parent.mkdir(exist_ok=True)
    place.unlink(missing_ok=True)
    if data is not None:
        place.write_bytes(data)


@pytest.fixture(params=["memory", "folder", "s3", "s3 with copies"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    """Return an empty store of each kind; those in a bucket are in a real one."""
    if request.param == "memory":
        return MemoryStore()
    if request.param == "folder":
        return FolderStore.create(tmp_path / "objects")
    url = request.getfixturevalue("s3_url")
    return (open_store if request.param == "s3 with copies" else open_bare)(url, tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> FolderStore:
    """Return an empty store in a folder."""
    return FolderStore.create(tmp_path / "objects")


# --- every store --------------------------------------------------------------------------


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=200) | st.sampled_from([b"", b"x" * CHUNK, b"y" * (CHUNK + 1)]))
def test_what_is_put_comes_back(store: ObjectStore, data: bytes) -> None:
    """Any bytes come back by every way of reading, and their digest is right."""
    digest = store.put(io.BytesIO(data))
    assert digest == Digest(
        hashlib.md5(data).hexdigest(), hashlib.sha256(data).hexdigest(), len(data)
    )
    assert store.read(digest) == data
    with store.open(digest) as stream:
        assert stream.read() == data
    assert store.path(digest).read_bytes() == data
    assert store.identify(digest.md5) == digest
    found, stream = store.take_out(digest.md5)
    with stream:
        assert (found, stream.read()) == (digest, data)
    assert store.has(digest.md5)
    assert store.fault(digest) is None


def test_a_file_is_copied_and_never_linked(store: ObjectStore, tmp_path: Path) -> None:
    """CAD programs write into their files in place; what is kept must not change with them."""
    source = tmp_path / "drawing.pdf"
    source.write_bytes(DRAWING)
    assert store.put(source) == DIGEST
    with source.open("r+b") as file:
        file.write(b"changed")
    assert store.read(DIGEST) == DRAWING
    assert source.stat().st_nlink == 1
    assert store.path(DIGEST).stat().st_nlink == 1


def test_a_stream_may_give_less_than_it_was_asked_for(store: ObjectStore) -> None:
    """Uploads arrive in pieces of any size."""

    class Dripping(io.BytesIO):
        def read(self, _size: int | None = -1, /) -> bytes:
            return super().read(7)

    assert store.put(Dripping(DRAWING)) == DIGEST


def test_putting_again_changes_nothing(store: ObjectStore) -> None:
    """The same bytes twice are one object."""
    assert store.put(io.BytesIO(DRAWING)) == store.put(io.BytesIO(DRAWING)) == DIGEST
    assert list(store.digests()) == [DIGEST.md5]


def test_everything_kept_is_listed(store: ObjectStore) -> None:
    """The list has every address once and nothing else."""
    kept = {store.put(io.BytesIO(bytes([one]))).md5 for one in range(50)}
    listed = list(store.digests())
    assert set(listed) == kept
    assert len(listed) == 50


@pytest.mark.parametrize(
    "md5", [DIGEST.md5, "", "..", "../../README", "/etc/passwd", "A" * 32, "é" * 32]
)
def test_what_is_not_there_is_missing(store: ObjectStore, md5: str) -> None:
    """An unknown address, or none at all, is refused by the name people know."""
    digest = Digest(md5, DIGEST.sha256, DIGEST.size)
    for give in (store.read, store.open, store.path):
        with pytest.raises(errors.MissingObject, match=r"plate\.pdf"):
            give(digest, "plate.pdf")
    with pytest.raises(errors.MissingObject):
        store.identify(md5)
    assert not store.has(md5)
    assert store.fault(digest) == "it is missing"


@pytest.mark.parametrize(
    "data",
    [b"", DRAWING[:-1], DRAWING + b"x", DRAWING.replace(b"7", b"8", 1), b"x" * len(DRAWING)],
    ids=["emptied", "cut", "grown", "one bit", "other"],
)
def test_damaged_bytes_are_never_given_out(store: ObjectStore, data: bytes) -> None:
    """Whatever changed, every way of reading refuses, naming the file and the difference."""
    store.put(io.BytesIO(DRAWING))
    overwrite(store, DIGEST.md5, data)
    for give in (store.read, store.open, store.path):
        with pytest.raises(errors.DamagedObject, match=r"plate\.pdf .* instead of ") as refusal:
            give(DIGEST, "plate.pdf")
        assert refusal.value.exit_code == 5
    for find in (store.identify, store.take_out):
        with pytest.raises(errors.DamagedObject):
            find(DIGEST.md5)
    assert "instead of" in str(store.fault(DIGEST))
    assert store.has(DIGEST.md5)


@pytest.mark.parametrize("data", [None, b"", b"rubbish"])
def test_the_right_bytes_heal_a_damaged_object(store: ObjectStore, data: bytes | None) -> None:
    """A check-in of the same file repairs what was lost."""
    store.put(io.BytesIO(DRAWING))
    overwrite(store, DIGEST.md5, data)
    store.put(io.BytesIO(DRAWING))
    assert store.fault(DIGEST) is None


def test_an_md5_twin_is_refused_and_replaces_nothing(store: ObjectStore) -> None:
    """Two different files of one md5 exist; the second is refused and the first stays."""
    first = store.put(io.BytesIO(TWIN))
    assert hashlib.md5(OTHER).hexdigest() == first.md5
    with pytest.raises(errors.AddressTaken, match=r"evil\.pdf"):
        store.put(io.BytesIO(OTHER), "evil.pdf")
    assert store.read(first) == TWIN


def test_an_md5_twin_put_in_from_outside_is_not_given_out(store: ObjectStore) -> None:
    """DVC would call it up to date; here the SHA-256 tells."""
    first = store.put(io.BytesIO(TWIN))
    overwrite(store, first.md5, bytes(OTHER))
    assert store.identify(first.md5) != first
    with pytest.raises(errors.DamagedObject, match="sha256"):
        store.read(first)


@pytest.mark.parametrize("kind", ["missing", "folder"])
def test_a_source_that_cannot_be_read_is_named(
    store: ObjectStore, tmp_path: Path, kind: str
) -> None:
    """The refusal speaks of the file, not of the store."""
    with pytest.raises(errors.UnreadableFile, match=r"plate\.pdf"):
        store.put(tmp_path if kind == "folder" else tmp_path / "none", "plate.pdf")
    assert list(store.digests()) == []


def test_a_source_that_breaks_off_leaves_nothing(store: ObjectStore) -> None:
    """An upload that ends in the middle is no object."""

    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell():
                raise OSError(5, "Input/output error")
            return super().read(10)

    with pytest.raises(errors.UnreadableFile, match="Input/output error"):
        store.put(Broken(DRAWING), "plate.pdf")
    assert list(store.digests()) == []


def test_many_threads_put_and_read_at_once(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight threads put the same ten objects; every answer is right and nothing is left over."""
    from vault.objects import _bucket, _talk

    # a busy machine answers late, which is not the matter here; each is set where it is read
    monkeypatch.setattr(_talk, "CONNECT_S", 60.0)
    monkeypatch.setattr(_talk, "ANSWER_S", 60.0)
    monkeypatch.setattr(_bucket, "ALTOGETHER_S", 120.0)
    monkeypatch.setattr(_bucket, "STILL_FAST_S", 60.0)
    contents = [os.urandom(2000) for _ in range(10)]
    start = threading.Barrier(8)

    def work(_number: int) -> set[Digest]:
        start.wait()
        digests = [store.put(io.BytesIO(data)) for data in contents]
        assert [store.read(digest) for digest in digests] == contents
        return set(digests)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(work, range(8)))
    assert all(answer == answers[0] for answer in answers)
    assert len(set(store.digests())) == 10


# --- the bucket ---------------------------------------------------------------------------


def test_a_long_list_comes_in_pages(
    s3_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More keys than an answer holds are all listed, once each, with the size of their bytes."""
    from vault.objects import _bucket

    monkeypatch.setattr(_bucket, "KEYS_AT_ONCE", 7)
    store = open_bare(f"{s3_url.replace('?', '/a b+ü?')}", tmp_path)
    kept = {store.put(io.BytesIO(bytes(one))).md5: one for one in range(1, 30)}
    assert sorted(store.sizes()) == sorted(kept.items())


def test_a_large_object_goes_in_parts(
    s3_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each part is proved by its own digest; again it changes nothing; a wrong one is healed."""
    from vault.objects import _s3

    monkeypatch.setattr(_s3, "PART", 5 * CHUNK)  # the least S3 takes
    data = os.urandom(11 * CHUNK + 1)
    store = open_bare(s3_url, tmp_path)
    assert isinstance(store, S3Store)
    digest = store.put(io.BytesIO(data))
    facts = store.bucket.facts(store._key(digest.md5))
    assert facts is not None
    assert facts.checksum.endswith("-3")
    assert store.put(io.BytesIO(data)) == digest
    assert store.read(digest) == data
    overwrite(store, digest.md5, data[:-1])
    assert store.put(io.BytesIO(data)) == digest
    assert store.fault(digest) is None
    assert "Uploads" not in store.bucket.call("list_multipart_uploads")


# --- the folder ---------------------------------------------------------------------------


def test_the_layout_is_that_of_a_dvc_remote(folder: FolderStore) -> None:
    """``files/md5/ab/cdef…``, read-only, with a README that says what may be touched."""
    digest = folder.put(io.BytesIO(DRAWING))
    place = folder.root / "files" / "md5" / digest.md5[:2] / digest.md5[2:]
    assert place.read_bytes() == DRAWING
    assert place.stat().st_mode & 0o777 == 0o444
    assert "never change" in (folder.root / "README").read_text()
    assert list((folder.root / "tmp").iterdir()) == []


def test_strangers_in_the_folders_are_passed_over(folder: FolderStore) -> None:
    """What a DVC client left half-written is no object."""
    folder.put(io.BytesIO(DRAWING))
    shard = next((folder.root / "files/md5").iterdir())
    (shard / ".x81Z.tmp").touch()
    (shard / "short").touch()
    (folder.root / "files/md5/zz").mkdir()
    (folder.root / "files/md5/notes.txt").touch()
    assert not folder.has(f"{shard.name}short")
    assert list(folder.digests()) == [DIGEST.md5]


def test_a_store_that_is_not_there_is_not_made_silently(tmp_path: Path) -> None:
    """A disk that is not mounted must not be mistaken for an empty store."""
    with pytest.raises(errors.NoStore):
        open_store("objects", tmp_path)
    assert not (tmp_path / "objects").exists()
    open_store("objects", tmp_path, create=True).put(io.BytesIO(DRAWING))
    assert open_store("objects", tmp_path).read(DIGEST) == DRAWING
    assert open_store((tmp_path / "objects").as_uri(), Path("/")).read(DIGEST) == DRAWING
    assert isinstance(open_store("memory://", tmp_path), MemoryStore)
    with pytest.raises(errors.BadSettings, match="ftp"):
        open_store("ftp://x/y", tmp_path)


def test_reading_needs_nothing_of_dvc() -> None:
    """Opening a store costs no start-up time of dvc_data, which only putting imports."""
    told = _python("import sys, vault.objects.opening; print('dvc_objects' in sys.modules)")
    assert told.stdout.strip() == "False"


def test_a_full_disk_is_said_and_leaves_nothing(folder: FolderStore) -> None:
    """A limit on the size of files stands for the full disk; the refusal is a sentence."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(errors.StoreUnwritable, match="too large"):
            folder.put(io.BytesIO(DRAWING))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(folder.digests()) == []
    assert list((folder.root / "tmp").iterdir()) == []


PUTTING = """
import sys; from pathlib import Path; from vault.objects._folder import FolderStore
print(FolderStore(Path(sys.argv[1])).put(sys.stdin.buffer).sha256, flush=True)
"""


def test_processes_put_the_same_bytes_at_once(folder: FolderStore) -> None:
    """Four processes put the same bytes; all are answered alike and one object stands."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PUTTING, str(folder.root)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        for _ in range(4)
    ]  # fmt: skip
    for process in running:
        assert process.stdin
        process.stdin.write(DRAWING)
    answers = [process.communicate(timeout=60)[0].decode().strip() for process in running]
    assert answers == [DIGEST.sha256] * 4
    assert list(folder.digests()) == [DIGEST.md5]
    assert list((folder.root / "tmp").iterdir()) == []


def test_litter_is_removed_only_when_its_writer_is_dead(folder: FolderStore) -> None:
    """A start sweeps what a killed process left, and nothing a living one is writing."""
    process = subprocess.Popen(
        [sys.executable, "-c", PUTTING, str(folder.root)], stdin=subprocess.PIPE
    )
    assert process.stdin
    process.stdin.write(b"x" * 3 * CHUNK)
    process.stdin.flush()
    litter = _wait_for(folder.root / "tmp")
    FolderStore(folder.root)
    assert litter.exists()
    process.kill()
    process.wait()
    process.stdin.close()
    assert litter.exists()
    FolderStore(folder.root)
    assert not litter.exists()
    assert list(folder.digests()) == []


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_bytes_are_on_disk_before_they_have_a_name(folder: FolderStore) -> None:
    """File flushed, then renamed, then its folder flushed; a new folder's own name as well."""
    lines = _traced(folder, "-e", "trace=fsync,rename,mkdir", "-y").stderr.splitlines()
    shard = re.escape(str(folder.root / "files/md5" / DIGEST.md5[:2]))
    expected = [
        rf"mkdir\(\"{shard}\"",
        rf"fsync\(\d+<{re.escape(str(folder.root / 'files/md5'))}>\)",
        r"fsync\(\d+<.*\.aside>\)",
        rf"rename\(\".*\.aside\", \"{shard}/",
        rf"fsync\(\d+<{shard}>\)",
    ]
    found = [
        next((at for at, line in enumerate(lines) if re.search(one, line)), -1) for one in expected
    ]
    assert -1 not in found, lines
    assert found[2] < found[3] < found[4]
    assert found[0] < found[1]


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
@pytest.mark.parametrize("call", ["openat", "write", "fsync", "rename", "mkdir", "flock", "unlink"])
def test_killed_at_any_step_nothing_is_half_done(folder: FolderStore, call: str) -> None:
    """Killed at each of the last calls of a kind: no object or the whole one, no lasting litter."""
    everything = _traced(folder, "-e", f"trace={call}").stderr
    count = len(re.findall(rf"^{call}\(", everything, re.MULTILINE))
    assert count
    for number in range(max(1, count - 5), count + 1):
        shutil.rmtree(folder.root)
        store = FolderStore.create(folder.root)
        killed = _traced(store, "-e", f"inject={call}:signal=KILL:when={number}")
        again = FolderStore(folder.root)
        assert list((folder.root / "tmp").iterdir()) == []
        if killed.stdout:
            assert again.read(DIGEST) == DRAWING
        kept = [again.identify(md5) for md5 in again.digests()]
        assert kept in ([], [DIGEST])
        assert all(again.path(one).stat().st_mode & 0o777 == 0o444 for one in kept)
        assert again.put(io.BytesIO(DRAWING)) == DIGEST


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_stock_dvc_pulls_the_original_bytes(folder: FolderStore, tmp_path: Path) -> None:
    """A real client in a real git repository fetches from the store's folder by our pointers."""
    from vault.pointer import Pointer, write

    clone = tmp_path / "clone"
    clone.mkdir()
    _run(clone, "git", "init", "-q")
    _run(clone, sys.executable, "-m", "dvc", "init", "-q")
    _run(clone, sys.executable, "-m", "dvc", "remote", "add", "-q", "-d", "vault", str(folder.root))
    contents = {"图纸+载带.pdf": DRAWING, "plate, left (2).step": os.urandom(300_000)}
    for name, data in contents.items():
        digest = folder.put(io.BytesIO(data))
        pointer = Pointer(name, digest.md5, digest.size, digest.sha256)
        (clone / f"{name}.dvc").write_bytes(write(pointer))
    _run(clone, sys.executable, "-m", "dvc", "pull", "-q")
    assert {name: (clone / name).read_bytes() for name in contents} == contents
    assert "up to date" in _run(clone, sys.executable, "-m", "dvc", "status")
    (clone / "new.step").write_bytes(b"made by an engineer")
    _run(clone, sys.executable, "-m", "dvc", "add", "-q", "new.step")
    _run(clone, sys.executable, "-m", "dvc", "push", "-q")
    pushed = hashlib.md5(b"made by an engineer").hexdigest()
    assert folder.read(folder.identify(pushed)) == b"made by an engineer"


def _wait_for(folder: Path) -> Path:
    """Return the first file with bytes in a folder, waiting for it."""
    for _ in range(2000):
        found = [path for path in folder.iterdir() if path.stat().st_size]
        if found:
            return found[0]
        threading.Event().wait(0.01)
    raise AssertionError("no file appeared")


def _python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a few lines in another interpreter."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )


def _traced(store: FolderStore, *options: str) -> subprocess.CompletedProcess[str]:
    """Put the drawing in a process whose system calls are traced or broken."""
    python = [sys.executable, "-c", PUTTING, str(store.root)]
    return subprocess.run(
        ["strace", "-f", *options, *python],
        input=DRAWING.decode(), capture_output=True, text=True, check=False,
    )  # fmt: skip


def _run(folder: Path, *command: str) -> str:
    """Run a client in a folder; what it says on failure is the failure of the test."""
    told = subprocess.run(
        command, cwd=folder, env={**os.environ, "DVC_NO_ANALYTICS": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    return told.stdout
