# SPDX-License-Identifier: AGPL-3.0-or-later
"""What our hooks add to a push, and what HTTP adds to git's own ways, as the vault grows.

Run as ``python tests/benchmarks/bench_push.py [FILES…]``; in each round the same push is made with
and without hooks, by path and over HTTP, so that what else the machine does meets all alike.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from vault import following, founding, home
from vault.ledger import people
from web.serving import free_port

ROUNDS = 9
CLONES = 5
FILES_OF_AN_ITEM = 4
BARE = "--receive-pack=git -c core.hooksPath=/dev/null receive-pack"
ITEM = 'number = "{number}"\ntitle = "Part {number}"\nkind = "part"\nowner = "ada"\n'
BUDGET_MS = 250


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


def measure(files: int, place: Path) -> None:
    """Measure one size of vault and print its rows."""
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
        _pushes(files, place, by_path, by_http)
        _clones(files, place, by_path, by_http)
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


def _pushes(files: int, place: Path, by_path: Path, by_http: str) -> None:
    git(place, "clone", "-q", str(by_path), "work")
    work = place / "work"
    note = next(work.rglob("note0.txt"))
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
    sys.stdout.write(
        f"{files:>7} files  push by path {usual['path, no hooks']:5.0f} ms, with hooks "
        f"{usual['path, hooks']:5.0f} ms: hooks add {share:5.0f} ms (at most {BUDGET_MS});  "
        f"over HTTP {usual['http, hooks']:5.0f} ms: {more:+5.0f} ms\n"
    )


def _clones(files: int, place: Path, by_path: Path, by_http: str) -> None:
    ways = {"file://": f"file://{by_path}", "http": by_http}
    took: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(CLONES + 1):
        for name, address in ways.items():
            spent = timed(lambda address=address: git(place, "clone", "-q", address, "c"))  # type: ignore[misc]
            shutil.rmtree(place / "c")
            if turn:
                took[name].append(spent)
    ratio = statistics.median(a / b for a, b in zip(took["http"], took["file://"], strict=True))
    usual = {name: statistics.median(spent) for name, spent in took.items()}
    sys.stdout.write(
        f"{files:>7} files  clone by file:// {usual['file://']:6.0f} ms, over HTTP {usual['http']:6.0f} ms: "
        f"ratio {ratio:4.2f} (at most 1.10)\n"
    )


def main(sizes: list[int]) -> None:
    """Measure each size in a vault of its own."""
    for files in sizes:
        place = Path(tempfile.mkdtemp(prefix="bench-push-"))
        try:
            os.environ["HOME"] = str(place)
            (place / ".gitconfig").write_text("[user]\n\tname = Ada\n\temail = ada@localhost\n")
            measure(files, place)
        finally:
            shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [1000, 10_000])
