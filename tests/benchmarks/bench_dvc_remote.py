# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stock DVC against the vault's HTTP remote and against a plain folder: 400 files of 200 kB.

The folder remote is DVC's fastest, on the same disk, and neither flushes nor records anything.  A
push to the vault is hashed, flushed and on record; a pull is compared before it is sent.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import vaults
from measuring import Goal, comparison, in_turns, judged, ratio, show, world

COUNT = 400
SIZE = 200_000  # bytes
BIN = Path(sys.executable).parent


def dvc(place: Path, *words: str) -> None:
    """Run stock DVC to its good end."""
    subprocess.run([BIN / "dvc", *words], cwd=place, check=True, capture_output=True)


class Remote:
    """A clone with one DVC remote; ``push`` and ``pull`` are its two ways."""

    def __init__(self, place: Path, config: dict[str, str]) -> None:
        """Make the clone."""
        self.place = place
        place.mkdir()
        subprocess.run(["git", "init", "-q", place], check=True)
        dvc(place, "init", "-q")
        dvc(place, "config", "core.analytics", "false")
        dvc(place, "remote", "add", "-d", "vault", config.pop("url"))
        for key, told in config.items():
            dvc(place, "remote", "modify", "--local", "vault", key, told)

    def fill(self) -> None:
        """Add files nobody has yet."""
        for name in [f"{i:03}.step" for i in range(COUNT)]:
            (self.place / name).write_bytes(os.urandom(SIZE))
        dvc(self.place, "add", "-q", *sorted(one.name for one in self.place.glob("*.step")))

    def forget(self) -> None:
        """Remove what a pull would bring."""
        shutil.rmtree(self.place / ".dvc" / "cache", ignore_errors=True)
        for one in self.place.glob("*.step"):
            one.unlink()


class Push:
    """The first push of new files."""

    def __init__(self, remote: Remote) -> None:
        """Bind to a clone."""
        self.remote = remote

    def prepare(self, _turn: int) -> None:
        """Make new files."""
        self.remote.fill()

    def run(self) -> None:
        """Push them."""
        dvc(self.remote.place, "push", "-q")


class Pull(Push):
    """A pull into an empty clone."""

    def prepare(self, _turn: int) -> None:
        """Forget the bytes."""
        self.remote.forget()

    def run(self) -> None:
        """Bring them."""
        dvc(self.remote.place, "pull", "-q")


def served(folder: Path) -> tuple[subprocess.Popen[bytes], str, str]:
    """Found a vault and serve it; return the process, its address and a token."""
    from vault import founding
    from vault.ledger import people
    from web.serving import free_port

    vault = founding.found(folder / "vault", "ada")
    token = people.issue_token(vault.ledger, "ada", "ada", "git")
    vault.close()
    port = free_port("127.0.0.1")
    process = subprocess.Popen(
        [BIN / "titleblock", "--vault", folder / "vault", "serve", "--port", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            break
    return process, url, token


def main(rounds: int, folder: Path) -> int:
    """Measure pushes, then pulls, in turns, and print both tables."""
    with tempfile.TemporaryDirectory(dir=folder) as made:
        here = Path(made)
        process, url, token = served(here)
        try:
            ours = Remote(here / "ours", {"url": f"{url}/dvc", "auth": "custom", "password": token,
                                          "custom_auth_header": "X-Vault-Token"})  # fmt: skip
            plain = Remote(here / "plain", {"url": str(here / "remote")})
            show(f"{COUNT} files of {SIZE // 1000} kB, {world(here)}\n")
            pushed = in_turns({"vault push": Push(ours), "folder push": Push(plain)}, rounds, 0)
            show(comparison(pushed, "vault push") + "\n")
            pulled = in_turns({"vault pull": Pull(ours), "folder pull": Pull(plain)}, rounds, 0)
            show(comparison(pulled, "vault pull") + "\n")
        finally:
            process.terminate()
            process.wait()
    return judged([
        Goal("push, times the folder remote", ratio(pushed["vault push"], pushed["folder push"]), 3),
        Goal("pull, times the folder remote", ratio(pulled["vault pull"], pulled["folder pull"]), 3),
    ])  # fmt: skip


if __name__ == "__main__":
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--rounds", type=int, default=3)
    given.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    told = given.parse_args()
    vaults.isolate()
    sys.exit(main(told.rounds, told.folder))
