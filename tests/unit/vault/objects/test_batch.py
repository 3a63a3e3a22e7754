# SPDX-License-Identifier: AGPL-3.0-or-later
"""Many objects put together: kept at the end and not before, all or none, and no litter."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from vault import errors
from vault.objects import _batch, opening
from vault.objects._folder import FolderStore
from vault.objects._memory import MemoryStore
from vault.objects.store import Digest

THINGS = [f"drawing {count}".encode() * (count + 1) for count in range(40)]
KILLED = """
import io, os, signal, sys
from pathlib import Path
from vault.objects._folder import FolderStore
store = FolderStore(Path(sys.argv[1]))
with store.together() as batch:
    for count in range(20):
        batch.put(io.BytesIO(b"drawing %d" % count))
    if sys.argv[2] == "settling":
        real = os.replace
        def replace(*given):
            os.kill(os.getpid(), signal.SIGKILL)
        os.rename = os.replace = replace
        Path.replace = lambda one, other: replace(one, other)
    else:
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    """Return an empty store."""
    return FolderStore.create(tmp_path / "objects")


def digest(data: bytes) -> Digest:
    """Return the digest of bytes."""
    return Digest(hashlib.md5(data).hexdigest(), hashlib.sha256(data).hexdigest(), len(data))


@pytest.mark.parametrize("at_once", [True, False], ids=["syncfs", "each file flushed"])
def test_all_are_kept_at_the_end(
    store: FolderStore, at_once: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both ways to flush; twice the same bytes are one object; nothing is left in tmp."""
    if not at_once:
        monkeypatch.setattr(_batch, "_LINUX_TELLS", (999, 0))
    with opening.together(store) as batch:
        told = [batch.put(io.BytesIO(one)) for one in [*THINGS, THINGS[0]]]
        assert list(store.digests()) == []
    assert told == [digest(one) for one in [*THINGS, THINGS[0]]]
    assert [store.read(one) for one in told[:-1]] == THINGS
    assert len(list(store.digests())) == len(THINGS)
    assert list((store.root / "tmp").iterdir()) == []
    assert store.path(told[0]).stat().st_mode & 0o777 == 0o444


def test_an_exception_keeps_none_of_them(store: FolderStore) -> None:
    """What the block raises comes out as it is, and the store is as before."""

    def stop() -> None:
        with store.together() as batch:
            batch.put(io.BytesIO(b"drawing"))
            raise KeyError("stop")

    with pytest.raises(KeyError, match="stop"):
        stop()
    assert list(store.digests()) == []
    assert list((store.root / "tmp").iterdir()) == []


def test_what_is_kept_is_not_kept_again_and_damage_is_healed(store: FolderStore) -> None:
    """Sound bytes stay the same file; damaged ones are replaced."""
    sound, damaged = store.put(io.BytesIO(b"sound")), store.put(io.BytesIO(b"damaged"))
    before = store.path(sound).stat().st_ino
    place = store.path(damaged)
    place.chmod(0o644)
    place.write_bytes(b"DAMAGED")
    with store.together() as batch:
        batch.put(io.BytesIO(b"sound"))
        batch.put(io.BytesIO(b"damaged"))
    assert store.path(sound).stat().st_ino == before
    assert store.read(damaged) == b"damaged"


def test_other_bytes_of_one_md5_are_refused_by_name(store: FolderStore, tmp_path: Path) -> None:
    """Within a batch the second is refused, and the first is kept."""
    twin = bytearray.fromhex(
        "d131dd02c5e6eec4693d9a0698aff95c2fcab58712467eab4004583eb8fb7f8955ad340609f4b30283e488832571"
        "415a085125e8f7cdc99fd91dbdf280373c5bd8823e3156348f5bae6dacd436c919c6dd53e2b487da03fd02396306"
        "d248cda0e99f33420f577ee8ce54b67080a80d1ec69821bcb6a8839396f9652b6ff72a70"
    )
    first = bytes(twin)
    for place in (19, 45, 59, 83, 109, 123):
        twin[place] ^= 0x80
    with store.together() as batch:
        kept = batch.put(io.BytesIO(first))
        with pytest.raises(errors.AddressTaken, match=r"second\.step"):
            batch.put(io.BytesIO(bytes(twin)), "second.step")
    assert store.read(kept) == first
    with store.together() as batch, pytest.raises(errors.AddressTaken, match=r"second\.step"):
        batch.put(io.BytesIO(bytes(twin)), "second.step")


def test_other_stores_keep_each_one_as_it_comes() -> None:
    """The same way in works for a store that has nothing to flush."""
    store = MemoryStore()
    with opening.together(store) as batch:
        told = batch.put(io.BytesIO(b"drawing"))
        assert store.read(told) == b"drawing"


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")
@pytest.mark.parametrize("when", ["arriving", "settling"])
def test_a_kill_keeps_none_and_the_next_start_sweeps(store: FolderStore, when: str) -> None:
    """Litter of a dead batch is removed, that of a living one is not."""
    words = [sys.executable, "-c", KILLED, str(store.root), when]
    assert subprocess.run(words, check=False).returncode == -signal.SIGKILL
    assert list((store.root / "tmp").iterdir()) != []
    with store.together() as batch:
        batch.put(io.BytesIO(b"alive"))
        again = FolderStore(store.root)
        assert len(list((store.root / "tmp").iterdir())) == 1
    assert list(again.digests()) == [digest(b"alive").md5]
    assert list((store.root / "tmp").iterdir()) == []


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_bytes_are_on_disk_before_their_names(store: FolderStore, tmp_path: Path) -> None:
    """The one flush comes before the first rename to an address, the folders are flushed after."""
    program = (
        "import io, sys; from pathlib import Path; from vault.objects._folder import FolderStore\n"
        "with FolderStore(Path(sys.argv[1])).together() as batch:\n"
        "    [batch.put(io.BytesIO(b'%d' % n)) for n in range(5)]\n"
    )
    out = tmp_path / "trace"
    subprocess.run(
        ["strace", "-f", "-y", "-o", out, "-e", "trace=syncfs,fsync,rename", sys.executable, "-c",
         program, store.root],
        check=True,
    )  # fmt: skip
    lines = out.read_text().splitlines()
    renames = [at for at, line in enumerate(lines) if "rename(" in line and "/files/md5/" in line]
    flushes = [at for at, line in enumerate(lines) if "syncfs(" in line]
    folders = [at for at, line in enumerate(lines) if "fsync(" in line and "/files/md5" in line]
    assert len(renames) == 5
    assert flushes
    assert flushes[0] < renames[0]
    assert len([at for at in folders if at > renames[-1]]) >= 5
