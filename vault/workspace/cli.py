# SPDX-License-Identifier: AGPL-3.0-or-later
"""The branch of the command line for an engineer's clone: clone, pull, push, status."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for git, the database and DVC.
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vault import terminal
from vault.terminal import say, session, table

if TYPE_CHECKING:
    from vault.workspace.place import Workspace

PROGRAM = "from vault.cli import main; main()"


def hang(trunk: click.Group) -> None:
    """Hang these verbs on the trunk."""
    for command in (clone, pull, push, status):
        trunk.add_command(command)


@click.command()
@click.argument("url")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--token-stdin", is_flag=True, help="Read the token (scope git) from standard input.")
@click.option("--without-files", is_flag=True, help="Only history now; `titleblock pull` later.")
@terminal.reads
def clone(url: str, folder: Path, token_stdin: bool, without_files: bool) -> None:
    """Make a workspace from a vault: its address (http://…), or the folder it is in.

    Git, DVC, the token and the hooks are set up; files are read-only until you lock their item.
    """
    from vault.workspace import cloning, verbs

    origin = cloning.source(url, session().user or "")
    token = (
        terminal.secret("token", token_stdin, option="--token-stdin") if origin.over_http else ""
    )
    made = cloning.clone(origin, folder, token.strip())
    hooks = _hooks(made)
    count = 0
    if not without_files:
        with terminal.status() as show:
            count = len(verbs.pull(made, show).added)
    say(
        {"workspace": str(made.root), "user": made.user, "files": count, "hooks": hooks},
        f"{made.root} is ready: {count} files. Next: titleblock lock NUMBER, work, titleblock push.",
    )


@click.command()
@terminal.reads
def pull() -> None:
    """Bring what others pushed into this workspace."""
    from vault.workspace import verbs

    with terminal.status() as show:
        moved = verbs.pull(_here(), show)
    lines = [f"{word} {path}" for word, paths in
             (("new", moved.added), ("changed", moved.changed), ("gone", moved.removed))
             for path in paths]  # fmt: skip
    say(
        {"added": moved.added, "changed": moved.changed, "removed": moved.removed},
        lines or "Everything here is as it is in the vault.",
    )


@click.command()
@click.option("-m", "message", default="", metavar="MESSAGE", help="What changed, and why.")
@terminal.reads
def push(message: str) -> None:
    """Check in what changed in this workspace: the bytes, then one commit."""
    from vault.workspace import verbs

    with terminal.status() as show:
        done = verbs.push(_here(), message, show)
    say(
        {"files": done.files, "objects": done.objects, "commit": done.commit},
        [*done.files, f"Pushed as {done.commit[:10]}, {done.objects} files of bytes sent."],
    )


@click.command()
@click.option("--all", "everything", is_flag=True, help="Also list what is synced and free.")
@terminal.reads
def status(everything: bool) -> None:
    """Show each file of this workspace: synced, modified, new, missing, outdated; locked by whom."""
    from vault.workspace import verbs

    told = verbs.status(_here())
    shown = [
        one for one in told.files if everything or one.state != "synced" or one.locked_by
    ]  # fmt: skip
    synced = sum(one.state == "synced" for one in told.files)
    moves = f"{told.ahead} commits to push, {told.behind} to pull"
    lines = [f"{synced} of {len(told.files)} files synced; {moves}."]
    if not told.asked:
        lines.append("The vault does not answer; this is as of the last contact.")
    if shown:
        rows = [(one.state, one.path, one.locked_by) for one in shown]
        lines.append(table(["STATE", "FILE", "LOCKED BY"], rows))
    say(
        {
            "files": [{"path": one.path, "state": one.state, "locked_by": one.locked_by}
                      for one in told.files],
            "ahead": told.ahead, "behind": told.behind, "asked": told.asked,
        },
        lines,
    )  # fmt: skip


def _here() -> Workspace:
    from vault.workspace import place

    return place.find(Path.cwd())


def _hooks(made: Workspace) -> bool:
    """Install the early warnings of the vault's rules; they are a floor above, so by its command."""
    words = [sys.executable, "-I", "-c", PROGRAM, "hooks", "install", str(made.root)]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0
