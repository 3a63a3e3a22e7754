# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a clone is, what it was cloned from, and git in it, as the engineer's own configuration says.

Unlike in the vault itself, the person's own git is wanted here: their name, their helpers, their ssh.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vault.workspace.errors import GitFailed, NoWorkspace

SOURCE: Final = "titleblock.source"
USER: Final = "titleblock.user"
BRANCH: Final = "origin/main"
CREDENTIALS: Final = "titleblock-credentials"


@dataclass(frozen=True, slots=True)
class Workspace:
    """A clone: its folder, and where the vault is (a base address, or a folder on this machine)."""

    root: Path
    source: str
    user: str

    @property
    def over_http(self) -> bool:
        """Say whether the vault is behind a server."""
        return self.source.startswith(("http://", "https://"))

    @property
    def token(self) -> str:
        """Return the token the clone was made with, empty where it needs none."""
        kept = self.root / ".git" / CREDENTIALS
        if not kept.is_file():
            return ""
        return kept.read_text("ascii").partition("://")[2].partition("@")[0].partition(":")[2]

    def git(self, *words: str) -> str:
        """Run git here and return what it says; raises GitFailed.

        A vault in a folder has no token to know people by: its hooks are told the name.
        """
        return git(self.root, *words, user=self.user)

    def listed(self, *words: str) -> list[str]:
        """Run a verb of git that lists paths, each ended by a NUL, and return them."""
        return [path for path in self.git(*words).split("\0") if path]


def find(start: Path) -> Workspace:
    """Return the clone a folder is in; raises NoWorkspace."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / ".git").is_dir():
            source = _config(folder, SOURCE)
            if source:
                return Workspace(folder, source, _config(folder, USER))
    raise NoWorkspace(where=start)


def git(folder: Path, *words: str, user: str = "") -> str:
    """Run git in a folder and return what it says on its standard output; raises GitFailed."""
    named = {"TITLEBLOCK_USER": user} if user else {}
    steady = {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    done = subprocess.run(
        ["git", *words], cwd=folder, env={**os.environ, **steady, **named},
        capture_output=True, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    if done.returncode:
        verb = next((word for word in words if word.isalpha()), "")
        raise GitFailed(verb=verb, why=_why(done.stderr.decode("utf-8", "replace")))
    return done.stdout.decode("utf-8", "surrogateescape")


def _why(complaint: str) -> str:
    """Return what the vault's hooks said, all of it, else the end of what git said."""
    lines = [line.strip() for line in complaint.splitlines() if not line.startswith("hint:")]
    remote = [line.removeprefix("remote:").strip() for line in lines if line.startswith("remote:")]
    return " ".join(line for line in remote or lines[-4:] if line) or "it gave no reason"


def _config(folder: Path, key: str) -> str:
    done = subprocess.run(
        ["git", "config", "--local", "--get", key], cwd=folder, capture_output=True, check=False
    )
    return done.stdout.decode().strip()
