# SPDX-License-Identifier: AGPL-3.0-or-later
"""Objects move from a folder into a bucket, and on: resumed after a kill, proved, switched once."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from vault import errors, settings
from vault.objects import moving
from vault.objects._folder import FolderStore
from vault.objects.opening import open_bare
from vault.objects.store import ObjectStore

if TYPE_CHECKING:
    from vault.home import Vault

COUNT = 60


def told(root: Path, *words: str, code: int = 0) -> Any:
    """Run a command as the administrator and return what it says as JSON, or its refusal."""
    done = subprocess.run(
        [Path(sys.executable).with_name("titleblock"), "--vault", root, "--as", "ada", *words],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == code, done.stderr + done.stdout
    return json.loads(done.stdout) if code == 0 else done.stderr


@pytest.fixture
def root(vault: Vault) -> Path:
    """Return a closed vault with some objects in its folder."""
    for number in range(COUNT):
        vault.objects.put(io.BytesIO(bytes([number]) * 50_000))
    vault.close()
    return vault.root


def kept(store: ObjectStore) -> set[str]:
    """Return every address of a store, each proved by reading it back."""
    return {store.identify(md5).md5 for md5 in store.digests()}


def digest_of(folder: Path) -> str:
    """Return one digest over every name and byte below a folder."""
    whole = hashlib.sha256()
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        whole.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return whole.hexdigest()


def test_objects_move_to_a_bucket_and_back(root: Path, s3_url: str) -> None:
    """Plan, move, switch, verify, status; the old store is untouched; a folder can take over."""
    before = digest_of(root / "objects")
    planned = told(root, "objects", "move", s3_url, "--dry-run", "--json")
    assert (planned["objects"], planned["open"]) == (COUNT, COUNT)
    assert settings.load(root / settings.FILE).storage == "objects"
    assert list(open_bare(s3_url, root).digests()) == []

    moved = told(root, "objects", "move", s3_url, "--json")
    assert (moved["objects"], moved["sent"], moved["old"]) == (COUNT, COUNT, "objects")
    assert settings.load(root / settings.FILE).storage == s3_url
    assert digest_of(root / "objects") == before
    assert kept(open_bare(s3_url, root)) == kept(FolderStore(root / "objects"))
    status = told(root, "objects", "status", "--json")
    assert status == {
        "store": s3_url, "reachable": True, "why": "", "objects": COUNT, "bytes": COUNT * 50_000,
    }  # fmt: skip
    assert told(root, "item", "list", "--json") == []
    assert told(root, "verify", "--json")["ok"]
    assert told(root, "objects", "move", s3_url, "--json")["sent"] == 0

    back = told(root, "objects", "move", "elsewhere", "--json")
    assert back["sent"] == COUNT
    assert kept(FolderStore(root / "elsewhere")) == kept(FolderStore(root / "objects"))


def test_the_same_command_again_finds_nothing_to_do_and_loads_neither_ledger_nor_settings(
    root: Path, s3_url: str, seaweed: Any
) -> None:
    """It compares the bucket's list with the proofs, says so and changes nothing; what is gone is told."""
    told(root, "objects", "move", s3_url, "--json")
    before = (root / "titleblock.toml").read_bytes(), (root / "ledger.db").read_bytes()
    again = told(root, "objects", "move", s3_url, "--json")
    assert (again["objects"], again["proved"], again["sent"]) == (COUNT, COUNT, 0)
    assert ((root / "titleblock.toml").read_bytes(), (root / "ledger.db").read_bytes()) == before
    script = (
        "import sys; from vault.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted(n for n in ('sqlalchemy', 'tomlkit', 'boto3', 'pygit2') if n in sys.modules))"
    )
    words = ["--vault", str(root), "--as", "ada", "objects", "move", s3_url]
    done = subprocess.run(
        [sys.executable, "-c", script, *words], capture_output=True, text=True, check=True
    )
    assert "Nothing to do: the vault keeps its 60 objects" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"
    lost = next(iter(open_bare(s3_url, root).digests()))
    place = s3_url.removeprefix("s3://shop/").partition("?")[0]
    seaweed.client().delete_object(Bucket="shop", Key=f"{place}/files/md5/{lost[:2]}/{lost[2:]}")
    assert lost in told(root, "objects", "move", s3_url, code=5)


def test_nobody_keeps_writing_to_the_old_store(root: Path, s3_url: str) -> None:
    """While another program has the vault open everything is copied, and nothing is switched."""
    from vault import home

    busy = home.open_vault(root)
    try:
        said = told(root, "objects", "move", s3_url, code=4)
        assert f"{COUNT} objects are in the new store" in said
        assert "titleblock serve" in said
        late = busy.objects.put(io.BytesIO(b"checked in while it moved"))
    finally:
        busy.close()
    assert settings.load(root / settings.FILE).storage == "objects"
    assert told(root, "objects", "move", s3_url, "--json")["sent"] == 1
    assert open_bare(s3_url, root).read(late) == b"checked in while it moved"


class Gate:
    """A way to the server that lets some puts through and stops the others in their middle."""

    def __init__(self, port: int) -> None:
        self._behind = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._left = 0
        self._counting = threading.Lock()
        self.shut, self._ended = threading.Event(), threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def open(self, puts: int) -> None:
        """Let so many puts through from now on; each further one is held in its middle."""
        self._left = puts
        self.shut.clear()

    def close(self) -> None:
        """Take no connection any more."""
        self._ended.set()
        self._listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near = self._listening.accept()[0]
                far = socket.create_connection(("127.0.0.1", self._behind))
                for way in ((near, far, True), (far, near, False)):
                    threading.Thread(target=self._pass, args=way, daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, asked: bool) -> None:
        with contextlib.suppress(OSError), source, target:
            while data := source.recv(8_000):
                if asked and data.startswith(b"PUT ") and not self._let_in():
                    target.sendall(data[: len(data) // 2])
                    self.shut.set()
                    self._ended.wait()
                    return
                target.sendall(data)

    def _let_in(self) -> bool:
        with self._counting:
            self._left -= 1
            return self._left >= 0


@pytest.fixture
def gate(seaweed: Any) -> Iterator[Gate]:
    """Return a gate before the S3 server."""
    made = Gate(seaweed.port)
    yield made
    made.close()


def test_killed_while_moving_it_goes_on_where_it_was(root: Path, s3_url: str, gate: Gate) -> None:
    """Killed at three moments, each in the middle of puts: nothing is switched, then it ends."""
    words = [Path(sys.executable).with_name("titleblock"), "--vault", root, "--as", "ada"]
    target, before = open_bare(s3_url, root), 0
    behind = s3_url.partition("?")[0] + f"?endpoint=http://127.0.0.1:{gate.port}"
    for puts in (10, 15, 15):
        gate.open(puts)
        running = subprocess.Popen([*words, "objects", "move", behind])
        assert gate.shut.wait(30)
        until = time.monotonic() + 30
        while len(list(target.digests())) == before and time.monotonic() < until:
            time.sleep(0.01)
        running.kill()
        assert running.wait() == -signal.SIGKILL
        assert settings.load(root / settings.FILE).storage == "objects"
        assert before < len(kept(target)) < COUNT, "all of them whole, each proved by reading it"
        before = len(kept(target))
    gate.open(COUNT)
    done = told(root, "objects", "move", behind, "--json")
    assert done["sent"] == COUNT - before
    assert kept(target) == kept(FolderStore(root / "objects"))
    assert settings.load(root / settings.FILE).storage == behind


def test_what_was_there_before_is_proved_and_healed(root: Path, s3_url: str) -> None:
    """Objects found at the new place are read back; a wrong one is replaced by the right bytes."""
    source, target = FolderStore(root / "objects"), open_bare(s3_url, root)
    first, second, *_rest = sorted(source.digests())
    for md5 in (first, second):
        target.put(source.path(source.identify(md5)))
    target.bucket.call("put_object", Key=target._key(second), Body=b"rot")  # type: ignore[union-attr]
    done = moving.move(source, target, moving.journal(root, s3_url))
    assert (done.objects, done.sent, done.found) == (COUNT, COUNT - 1, 1)
    assert kept(target) == kept(source)
    assert moving.plan(source, target, moving.journal(root, s3_url)).open == ()


def test_a_journal_is_only_a_help(root: Path, s3_url: str) -> None:
    """Torn, wrong or deleted, it can cost time, never an object."""
    source, target = FolderStore(root / "objects"), open_bare(s3_url, root)
    moving.move(source, target, moving.journal(root, s3_url))
    path = moving.journal(root, s3_url).path
    lines = path.read_text().split()
    path.write_text(path.read_text()[:-20])
    assert len(moving.plan(source, target, moving.journal(root, s3_url)).open) == 1
    (gone,) = list(target.digests())[:1]
    target.bucket.call("delete_object", Key=target._key(gone))  # type: ignore[union-attr]
    assert gone in moving.plan(source, target, moving.journal(root, s3_url)).open
    path.write_bytes(b"\xff\xfe rubbish\n" + os.urandom(500))
    assert len(moving.plan(source, target, moving.journal(root, s3_url)).open) == COUNT
    shutil.rmtree(path.parent)
    done = moving.move(source, target, moving.journal(root, s3_url))
    assert (done.sent, done.found) == (1, COUNT - 1)
    assert lines


def test_damage_in_the_old_store_is_named_and_nothing_is_switched(root: Path, s3_url: str) -> None:
    """All else is moved; the sentence names the object; restored, the same command ends it."""
    victim = next(path for path in (root / "objects/files/md5").rglob("*") if path.is_file())
    right = victim.read_bytes()
    victim.chmod(0o644)
    victim.write_bytes(b"rot")
    said = told(root, "objects", "move", s3_url, code=5)
    assert "1 objects could not be moved" in said
    assert victim.parent.name + victim.name in said
    assert settings.load(root / settings.FILE).storage == "objects"
    victim.write_bytes(right)
    assert told(root, "objects", "move", s3_url, "--json")["sent"] == 1


def test_only_an_administrator_moves_and_only_to_a_store_that_lasts(
    root: Path, s3_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other roles, memory, an unknown scheme and a setting that hides the new one are refused."""
    program = [Path(sys.executable).with_name("titleblock"), "--vault", root]
    done = subprocess.run(
        [*program, "--as", "eli", "objects", "move", s3_url], capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "admin" in done.stderr
    for url in ("memory://", "ftp://x/y", "s3://key@bucket", "s3://b"):
        assert "cannot be used" in told(root, "objects", "move", url, code=1)
    monkeypatch.setenv("TITLEBLOCK_STORAGE", "objects")
    assert "TITLEBLOCK_STORAGE" in told(root, "objects", "move", s3_url, code=2)


def test_a_bucket_that_is_away_is_said_by_status(root: Path, s3_url: str) -> None:
    """`objects status` exits 1 with the sentence, and its JSON says why it cannot be reached."""
    settings.write(root / settings.FILE, storage="s3://shop/x?endpoint=http://127.0.0.1:9")
    assert "cannot be reached" in told(root, "objects", "status", code=1)


def test_a_new_vault_may_begin_in_a_bucket(s3_url: str, tmp_path: Path) -> None:
    """`init --storage` proves that it can write there; a missing bucket leaves no vault behind."""
    program = [Path(sys.executable).with_name("titleblock")]
    for url, code in ((s3_url.replace("s3://shop/", "s3://none-such/"), 1), (s3_url, 0)):
        done = subprocess.run(
            [*program, "init", tmp_path / "new", "--admin", "ada", "--storage", url],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        assert (tmp_path / "new" / "titleblock.toml").exists() == (code == 0)
    assert told(tmp_path / "new", "verify", "--json")["ok"]  # before anything else was done
    with pytest.raises(errors.MissingObject):
        open_bare(s3_url, tmp_path).identify("0" * 32)
