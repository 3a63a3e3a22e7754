# SPDX-License-Identifier: AGPL-3.0-or-later
"""What our hooks add to a push, and what HTTP adds to git's own ways, as the vault grows.

Run as ``python tests/benchmarks/bench_push.py [FILES…]``; in each round the same push is made with
and without hooks, by path and over HTTP, so that what else the machine does meets all alike.  Clones
go into memory, where the disk does not hide what HTTP costs; above 10,000 files none is made.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from measuring import Goal, in_memory, judged, show, world

from vault import following, founding, home
from vault.ledger import people
from web.serving import free_port

ROUNDS = 9
CLONES = 11
FILES_OF_AN_ITEM = 4
BARE = "--receive-pack=git -c core.hooksPath=/dev/null receive-pack"
ITEM = 'number = "{number}"\ntitle = "Part {number}"\nkind = "part"\nowner = "ada"\n'
BUDGET_MS = 250
HTTP_MS = 20
CLONE_RATIO = 1.1
MOST_CLONED = 10_000  # files
TIME = "/usr/bin/time"


def fill(vault: home.Vault, files: int) -> None:
    """Put items of small files on main in one commit, past the hooks."""
    tip = vault.history.tip("refs/heads/main")
    feed = subprocess.Popen(
        ["git", "--git-dir", str(vault.root / "vault.git"), "-c", "core.hooksPath=/dev/null",
         "fast-import", "--quiet"], stdin=subprocess.PIPE,
    )  # fmt: skip
    assert feed.stdin is not None
    feed.stdin.write(
        b"commit refs/heads/main\ncommitter ada <ada@localhost> 1700000000 +0000\ndata 4\nfill\n"
        + f"from {tip}\n".encode()
    )
    for path, data in _files(files):
        feed.stdin.write(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
    feed.communicate(b"\n")
    assert feed.returncode == 0
    following.follow(vault)


def _files(count: int) -> Iterator[tuple[str, bytes]]:
    for serial in range(count // FILES_OF_AN_ITEM):
        number = f"{serial // 1000:02d}-{serial:06d}"
        folder = f"items/{number[:2]}/{number[:5]}/{number}"
        yield f"{folder}/item.toml", ITEM.format(number=number).encode()
        for one in range(FILES_OF_AN_ITEM - 1):
            yield f"{folder}/note{one}.txt", (f"{number} {one} " * 25).encode()


def git(place: Path, *words: str) -> None:
    """Run git, quietly."""
    subprocess.run(["git", *words], cwd=place, check=True, capture_output=True,
                   env=os.environ | {"TITLEBLOCK_USER": "ada", "GIT_TERMINAL_PROMPT": "0"})  # fmt: skip


def timed(work: Callable[[], None]) -> float:
    """Return how many milliseconds something takes."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def measure(files: int, place: Path) -> list[Goal]:
    """Measure one size of vault, print its rows and return what was promised of them."""
    port = free_port("127.0.0.1")
    vault = founding.found(place / "vault", "ada", public_url=f"http://127.0.0.1:{port}")
    fill(vault, files)
    secret = people.issue_token(vault.ledger, "ada", "ada", "git")
    vault.close()
    by_path = place / "vault" / "vault.git"
    by_http = f"http://ada:{secret}@127.0.0.1:{port}/vault.git"
    server = subprocess.Popen(
        [Path(sys.executable).with_name("titleblock"), "--vault", place / "vault", "serve", "--port",
         str(port)], stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait(port)
        goals = _pushes(files, place, by_path, by_http)
        return goals + (_clones(files, by_path, by_http) if files <= MOST_CLONED else [])
    finally:
        server.terminate()
        server.wait(20)


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError


def _pushes(files: int, place: Path, by_path: Path, by_http: str) -> list[Goal]:
    git(place, "clone", "-q", "--no-checkout", str(by_path), "work")
    work = place / "work"
    note = work / next(path for path, _data in _files(files) if path.endswith("note0.txt"))
    git(work, "sparse-checkout", "set", str(note.parent.relative_to(work)))
    git(work, "checkout", "-q", "main")
    ways = {
        "path, no hooks": ["push", "-q", BARE, str(by_path), "main"],
        "path, hooks": ["push", "-q", str(by_path), "main"],
        "http, hooks": ["push", "-q", by_http, "main"],
    }
    took: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(ROUNDS + 1):
        for name, words in ways.items():
            note.write_text(f"{turn} {name}")
            git(work, "commit", "-q", "-am", "work")
            spent = timed(lambda words=words: git(work, *words))  # type: ignore[misc]
            if turn:
                took[name].append(spent)
    usual = {name: statistics.median(spent) for name, spent in took.items()}
    share = statistics.median(
        a - b for a, b in zip(took["path, hooks"], took["path, no hooks"], strict=True)
    )
    more = statistics.median(
        a - b for a, b in zip(took["http, hooks"], took["path, hooks"], strict=True)
    )
    show(
        f"{files:>7} files  push by path {usual['path, no hooks']:5.0f} ms, with hooks "
        f"{usual['path, hooks']:5.0f} ms: hooks add {share:5.0f} ms;  "
        f"over HTTP {usual['http, hooks']:5.0f} ms: {more:+5.0f} ms"
    )
    _memory(files, work, note, by_path)
    return [
        Goal(f"ms all hooks add to a push, {files} files", share, BUDGET_MS),
        Goal(f"ms HTTP adds to a push, {files} files", more, HTTP_MS),
    ]


def _memory(files: int, work: Path, note: Path, by_path: Path) -> None:
    """Push once more with each hook's memory on record."""
    if not Path(TIME).exists():
        return
    told = work.parent / "memory.txt"
    for name in ("pre-receive", "post-receive"):
        hook = by_path / "hooks" / name
        hook.write_text(hook.read_text().replace("exec ", f"exec {TIME} -a -o {told} -f '%M' "))
    note.write_text("memory")
    git(work, "commit", "-q", "-am", "work")
    git(work, "push", "-q", str(by_path), "main")
    most = max(int(one) for one in re.findall(r"\d+", told.read_text())) / 1024
    show(f"{files:>7} files  memory of the larger hook {most:5.1f} MiB")


def _clones(files: int, by_path: Path, by_http: str) -> list[Goal]:
    ways = {"file://": f"file://{by_path}", "http": by_http}
    took: dict[str, list[float]] = {name: [] for name in ways}
    with tempfile.TemporaryDirectory(dir=in_memory(by_path)) as folder:
        place = Path(folder)
        for turn in range(CLONES + 1):
            for name, address in ways.items():
                spent = timed(lambda address=address: git(place, "clone", "-q", address, "c"))  # type: ignore[misc]
                shutil.rmtree(place / "c")
                if turn:
                    took[name].append(spent)
    ratio = statistics.median(a / b for a, b in zip(took["http"], took["file://"], strict=True))
    usual = {name: statistics.median(spent) for name, spent in took.items()}
    show(
        f"{files:>7} files  clone by file:// {usual['file://']:6.0f} ms, over HTTP "
        f"{usual['http']:6.0f} ms: ratio {ratio:4.2f}"
    )
    if files < MOST_CLONED:
        return []  # what HTTP costs is no part of the files, so few of them say nothing of a ratio
    return [Goal(f"times `git clone` by file://, {files} files", ratio, CLONE_RATIO)]


def main(sizes: list[int]) -> int:
    """Measure each size in a vault of its own."""
    show(world(Path(tempfile.gettempdir())))
    goals: list[Goal] = []
    for files in sizes:
        place = Path(tempfile.mkdtemp(prefix="bench-push-"))
        try:
            os.environ["HOME"] = str(place)
            (place / ".gitconfig").write_text("[user]\n\tname = Ada\n\temail = ada@localhost\n")
            goals += measure(files, place)
        finally:
            shutil.rmtree(place, ignore_errors=True)
    return judged(goals)


if __name__ == "__main__":
    sys.exit(main([int(size) for size in sys.argv[1:]] or [1000, 10_000, 100_000]))
