# SPDX-License-Identifier: AGPL-3.0-or-later
"""Copies at hand: right or not given, within their room, never a proof that something is kept."""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from vault import errors
from vault.objects._cached import Cache
from vault.objects.store import Digest
from vault.trimming import STILL_IN_USE_S


def digest_of(data: bytes) -> Digest:
    """Return the digest of some bytes."""
    return Digest(hashlib.md5(data).hexdigest(), hashlib.sha256(data).hexdigest(), len(data))


def keep(cache: Cache, data: bytes, age_s: float = 0) -> Digest:
    """Put a copy in, used so many seconds ago."""
    digest = digest_of(data)
    with cache.aside() as (path, file):
        file.write(data)
        place = cache.keep(path, file, digest)
    with contextlib.suppress(FileNotFoundError):  # another thread made room
        os.utime(place, (time.time() - age_s,) * 2)
    return digest


def held(cache: Cache) -> int:
    """Return how many bytes lie in the folder."""
    return sum(path.stat().st_size for path in cache.root.rglob("*") if path.is_file())


def test_a_copy_is_named_by_its_sha256_and_given_back(tmp_path: Path) -> None:
    """What was kept opens at its start; nothing else is left in the folder."""
    cache = Cache(tmp_path / "cache/objects", 10**6)
    digest = keep(cache, b"drawing")
    with cache.opened(digest) or pytest.fail("no copy") as file:
        assert file.read() == b"drawing"
    assert [path.name for path in cache.root.rglob("*") if path.is_file()] == [digest.sha256]


@pytest.mark.parametrize("data", [b"", b"Drawing", b"drawing ", b"drawin"])
def test_a_wrong_copy_is_dropped(tmp_path: Path, data: bytes) -> None:
    """One changed byte, or one more or less, and it is no copy any more."""
    cache = Cache(tmp_path, 10**6)
    digest = keep(cache, b"drawing")
    cache.place(digest.sha256).write_bytes(data)
    assert cache.opened(digest) is None
    assert not cache.place(digest.sha256).exists()


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    """The folder stays below its limit, and reading a copy makes it young again."""
    cache = Cache(tmp_path, 100_000)
    digests = [keep(cache, bytes([n]) * 10_000, 10_000 - n * STILL_IN_USE_S) for n in range(9)]
    with cache.opened(digests[0]) or pytest.fail("no copy"):
        pass
    for number in range(9, 12):
        keep(cache, bytes([number]) * 10_000)
    there = [cache.place(digest.sha256).exists() for digest in digests]
    assert there[0]
    assert not there[1]
    assert there[-1]
    assert held(cache) <= 100_000


def test_a_copy_somebody_was_just_given_stays(tmp_path: Path) -> None:
    """A path that was handed out is not removed before it can be opened, limit or not."""
    cache = Cache(tmp_path, 15_000)
    digests = [keep(cache, bytes([number]) * 10_000) for number in range(5)]
    assert all(cache.place(digest.sha256).exists() for digest in digests)


def test_the_litter_of_a_crash_goes_when_room_is_made(tmp_path: Path) -> None:
    """A half-written file of yesterday is removed, one of now is not."""
    cache = Cache(tmp_path, 10**6)
    for name, age in (("old", 2 * 24 * 3600), ("new", 0)):
        (tmp_path / f"{name}.aside").write_bytes(b"x" * 1000)
        os.utime(tmp_path / f"{name}.aside", (time.time() - age,) * 2)
    keep(cache, b"drawing")
    assert [path.name for path in tmp_path.glob("*.aside")] == ["new.aside"]


def test_the_folder_may_vanish_at_any_time(tmp_path: Path) -> None:
    """Deleted under our hands, it is made again."""
    import shutil

    cache = Cache(tmp_path / "objects", 10**6)
    digest = keep(cache, b"drawing")
    shutil.rmtree(cache.root)
    assert cache.opened(digest) is None
    with cache.opened(keep(cache, b"drawing")) or pytest.fail("no copy") as file:
        assert file.read() == b"drawing"


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """The sentence names the folder, and there is no half copy."""
    (tmp_path / "objects").write_text("a file where the folder should be")
    with pytest.raises(errors.StoreUnwritable, match="objects"):
        keep(Cache(tmp_path / "objects", 10**6), b"drawing")


def test_threads_share_it(tmp_path: Path) -> None:
    """Eight threads keep and open the same copies while the oldest are removed."""
    cache = Cache(tmp_path, 50_000)

    def work(number: int) -> None:
        for at in range(50):
            data = bytes([at % 20, number % 2]) * 2_000
            keep(cache, data, 2 * STILL_IN_USE_S)
            found = cache.opened(digest_of(data))
            if found is not None:
                with found:
                    assert found.read() == data

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))


def test_nothing_loads_boto3_before_the_network_is_needed(tmp_path: Path) -> None:
    """Opening a vault whose bytes are in a bucket, and reading a copy, costs no 0.7 s."""
    program = """
import sys
from pathlib import Path
from vault.objects.opening import open_store
open_store("s3://bucket/folder", Path(sys.argv[1]))
print({"boto3", "botocore", "urllib3"} & set(sys.modules))
"""
    told = subprocess.run(
        [sys.executable, "-c", program, tmp_path], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "set()"
