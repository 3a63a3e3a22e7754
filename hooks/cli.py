# SPDX-License-Identifier: AGPL-3.0-or-later
"""The branch of the command line that puts git's hooks in place."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for git.
from pathlib import Path

import click

from vault import terminal
from vault.terminal import say, session


def hang(trunk: click.Group) -> None:
    """Hang these verbs on the trunk."""
    trunk.add_command(hooks)


@click.group()
def hooks() -> None:
    """Guard a vault, or be warned in a clone before the push."""


@hooks.command()
@click.argument("repo", required=False, type=click.Path(path_type=Path, exists=True))
@terminal.reads
def install(repo: Path | None) -> None:
    """Write git's hooks into REPO: a vault, its vault.git, or a clone [the vault].

    In a vault they judge every push, whatever way it comes. In a clone they warn of the same
    faults before the commit and before the push. Hooks that are there already stay and run first.
    """
    from hooks import install as installing

    made = installing.into(repo.absolute() if repo else session().vault.root)
    kind = (
        "This vault now judges every push" if made.guards_a_vault else "This clone now warns early"
    )
    say(
        {"hooks": list(made.names), "folder": str(made.folder), "vault": made.guards_a_vault},
        f"{kind}: {', '.join(made.names)} in {made.folder}.",
    )
