# SPDX-License-Identifier: AGPL-3.0-or-later
"""How fast a thousand objects reach a bucket, beside boto3 in a loop and `dvc push`.

Run as ``python tests/benchmarks/bench_s3.py [FILES] [FOLDER]``.  All of it goes to one SeaweedFS
on this machine, in turns.  Ours and DVC are whole commands, their start included, each with its
modules compiled before; ours also proves each object by its SHA-256.  The *floor* writes requests
that were signed and hashed before into bare sockets: what the server alone takes.  DVC needs its S3
plug-in, which Titleblock does without: name a program that has it in ``BENCH_DVC``.

The server shares the processor, so its own time is told apart from that of whoever sends.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import resource
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

from measuring import Goal, comparison, in_turns, judged, ratio, show, world

from vault import founding, home, settings
from vault.objects import _signing as signing
from vault.objects import moving
from vault.objects.opening import open_bare
from vault.terminal import table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import seaweed

SIZE = 200_000  # bytes
ROUNDS = 5
OURS = "titleblock objects move"
DVC = "dvc push"
FLOOR = "floor: bare sockets, 16 threads"
PROGRAM = Path(sys.executable).with_name("titleblock")
NEEDED = 1.8
NOTHING_S = 0.3


class Ours:
    """The whole command, from a folder into an empty place of the bucket."""

    def __init__(self, root: Path, server: Any) -> None:
        self.root = root
        self.server = server
        self.url = ""

    def prepare(self, turn: int) -> None:
        """Point the vault at its folder again."""
        settings.write(self.root / settings.FILE, storage="objects")
        self.url = f"s3://shop/ours-{turn}-{secrets.token_hex(3)}?endpoint={self.server.endpoint}"

    def run(self) -> None:
        """Move everything."""
        words = [PROGRAM, "--vault", self.root, "--as", "ada", "objects", "move", self.url]
        subprocess.run(words, check=True, capture_output=True)


class Again(Ours):
    """The whole command again, when everything is there."""

    def __init__(self, before: Ours) -> None:
        super().__init__(before.root, before.server)
        self.before = before

    def prepare(self, _turn: int) -> None:
        """Leave everything as the last move left it: the vault keeps its objects there."""
        self.url = self.before.url


class Loop:
    """What anybody writes first: ``put_object`` for each file."""

    def __init__(self, files: list[Path], server: Any, threads: int) -> None:
        self.files = files
        self.client = server.client()
        self.threads = threads
        self.place = ""

    def prepare(self, turn: int) -> None:
        """Take an empty place."""
        self.place = f"loop-{turn}-{secrets.token_hex(3)}"

    def run(self) -> None:
        """Put each file."""
        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(self._put, self.files))

    def _put(self, path: Path) -> None:
        key = f"{self.place}/{path.parent.name}{path.name}"
        self.client.put_object(Bucket="shop", Key=key, Body=path.read_bytes())


class Floor:
    """The least that can be done: everything prepared off the clock, nothing read but a status."""

    def __init__(self, files: list[Path], server: Any, threads: int) -> None:
        self.files = files
        self.server = server
        self.threads = threads
        self.requests: list[bytes] = []

    def prepare(self, turn: int) -> None:
        """Sign and write down each request."""
        place = f"/shop/floor-{turn}-{secrets.token_hex(3)}/files/md5"
        self.requests = [self._request(place, path) for path in self.files]

    def run(self) -> None:
        """Send them."""
        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(self._send, [self.requests[at :: self.threads]
                                       for at in range(self.threads)]))  # fmt: skip

    def _request(self, place: str, path: Path) -> bytes:
        data = path.read_bytes()
        key = f"{place}/{path.parent.name}/{path.name}"
        keys = signing.Keys(seaweed.ACCESS, seaweed.SECRET, "", "us-east-1")
        host, sha256 = f"127.0.0.1:{self.server.port}", hashlib.sha256(data)
        told = {"x-amz-checksum-sha256": b64encode(sha256.digest()).decode(), "if-none-match": "*"}
        at = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        told = signing.signed("PUT", host, key, "", told, sha256.hexdigest(), keys, at)
        lines = "".join(f"{name}: {one}\r\n" for name, one in told.items())
        head = f"PUT {key} HTTP/1.1\r\ncontent-length: {len(data)}\r\n{lines}\r\n"
        return head.encode() + data

    def _send(self, requests: list[bytes]) -> None:
        with socket.create_connection(("127.0.0.1", self.server.port)) as line:
            for one in requests:
                line.sendall(one)
                assert line.recv(65536).startswith(b"HTTP/1.1 200")


class Timed:
    """A way with the processor time of each round: the server's, and everybody else's."""

    def __init__(self, way: Any, server: Any) -> None:
        self.way = way
        self.server = server
        self.taken: list[tuple[float, float]] = []

    def prepare(self, turn: int) -> None:
        """Make what a turn needs, and give the server a moment to finish with the last."""
        self.way.prepare(turn)
        time.sleep(0.5)

    def run(self) -> None:
        """Do the job, and note what it took."""
        theirs, ours = self._server_ms(), _client_ms()
        self.way.run()
        self.taken.append((self._server_ms() - theirs, _client_ms() - ours))

    def _server_ms(self) -> float:
        told = Path(f"/proc/{self.server.process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, told[11:13])) * 1000 / os.sysconf("SC_CLK_TCK")


class Dvc:
    """Stock DVC with its plug-in for S3, from a cache that has everything."""

    def __init__(self, program: str, files: list[Path], place: Path, server: Any) -> None:
        self.program = program
        self.work = place / "dvc"
        self.server = server
        (self.work / "data").mkdir(parents=True)
        for number, path in enumerate(files):
            shutil.copy(path, self.work / "data" / f"{number}.step")
        self._call("init", "-q", "--no-scm")
        self._call("add", "-q", "data")

    def prepare(self, turn: int) -> None:
        """Take an empty place, and forget what was known of the last one."""
        shutil.rmtree(self.work / ".dvc" / "tmp", ignore_errors=True)
        url = f"s3://shop/dvc-{turn}-{secrets.token_hex(3)}"
        self._call("remote", "add", "-q", "-f", "-d", "shop", url)
        self._call("remote", "modify", "shop", "endpointurl", self.server.endpoint)

    def run(self) -> None:
        """Push everything."""
        self._call("push", "-q")

    def _call(self, *words: str) -> None:
        site = {"DVC_SITE_CACHE_DIR": str(self.work / "site"), "DVC_NO_ANALYTICS": "1"}
        subprocess.run([self.program, *words], cwd=self.work, check=True, capture_output=True,
                       env=os.environ | site)  # fmt: skip


class DvcAgain:
    """`dvc push` when everything is there."""

    def __init__(self, before: Dvc) -> None:
        self.before = before

    def prepare(self, _turn: int) -> None:
        """Leave everything as the last push left it."""

    def run(self) -> None:
        """Push nothing."""
        self.before.run()


def _client_ms() -> float:
    """Return the processor time of this process and of all it has waited for."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    told = [resource.getrusage(kind) for kind in kinds]
    return sum(one.ru_utime + one.ru_stime for one in told) * 1000


def dvc_with_s3() -> str | None:
    """Return a DVC that speaks S3, or None."""
    own = Path(sys.executable).with_name("dvc")
    named = os.environ.get("BENCH_DVC")
    return named or (str(own) if importlib.util.find_spec("dvc_s3") else None)


def asked_again(root: Path, url: str) -> float:
    """Return the seconds in which a running program learns that nothing is to be done."""
    source, target = open_bare("objects", root), open_bare(url, root)
    next(iter(target.digests()))  # boto3 is loaded
    begun = time.perf_counter()
    assert moving.plan(source, target, moving.journal(root, url)).open == ()
    return time.perf_counter() - begun


def filled(root: Path, files: int) -> list[Path]:
    """Found a vault with so many objects and return their paths."""
    vault: home.Vault = founding.found(root, "ada")
    with vault.objects.together() as batch:  # type: ignore[attr-defined]
        for number in range(files):
            source = root / "source"
            source.write_bytes(os.urandom(SIZE))
            batch.put(source, str(number))
    vault.close()
    return sorted(path for path in (root / "objects/files/md5").rglob("*") if path.is_file())


def main(files: int, folder: Path) -> int:
    """Measure, print the tables, and say whether the promises hold."""
    place = Path(tempfile.mkdtemp(prefix="bench-s3-", dir=folder))
    server = seaweed.Seaweed(place / "seaweed")
    os.environ.update(server.credentials())
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else we compile at every start, and DVC not
    try:
        server.start()
        paths = filled(place / "vault", files)
        program = dvc_with_s3()
        ours = Ours(place / "vault", server)
        ways: dict[str, Any] = {OURS: ours, "boto3, a loop": Loop(paths, server, 1),
                                "boto3, 8 threads": Loop(paths, server, 8),
                                FLOOR: Floor(paths, server, 16)}  # fmt: skip
        if program is not None:
            ways[DVC] = Dvc(program, paths, place, server)
        show(f"{files} objects of {SIZE // 1000} kB to one SeaweedFS; {world(folder)}\n")
        timed = {name: Timed(way, server) for name, way in ways.items()}
        taken = in_turns(timed, ROUNDS)
        show(comparison(taken, OURS))
        paces = [
            (name, f"{files / median(taken[name]) * 1000:.0f}",
             *(f"{median(one[at] for one in way.taken[1:]):.0f}" for at in (0, 1)))
            for name, way in timed.items()
        ]  # fmt: skip
        show(table(["WAY", "OBJECTS/S", "SERVER'S PROCESSOR ms", "SENDER'S ms"], paces))
        again: dict[str, Any] = {OURS: Again(ours)}
        if program is not None:
            again[DVC] = DvcAgain(ways[DVC])
        show("\nWith nothing to do, the whole command:\n")
        idle = in_turns(again, ROUNDS)
        show(comparison(idle, OURS))
        for name, ms in idle.items():
            apart = files / (median(taken[name]) - median(ms)) * 1000
            show(f"{name}: {apart:.0f} objects/s, the start of the command apart")
        faster = ratio(taken[DVC], taken[OURS]) if program is not None else None
        return judged([
            Goal("times as fast as dvc push", faster, NEEDED, least=True),
            Goal("s of a command that finds nothing to do", median(idle[OURS]) / 1000, NOTHING_S),
            Goal("s of that in a running program", asked_again(ours.root, ours.url), NOTHING_S),
        ])  # fmt: skip
    finally:
        server.stop()
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    given = sys.argv[1:]
    sys.exit(main(int(given[0]) if given else 1000,
                  Path(given[1]) if len(given) > 1 else Path(tempfile.gettempdir())))  # fmt: skip
