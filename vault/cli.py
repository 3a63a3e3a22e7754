# SPDX-License-Identifier: AGPL-3.0-or-later
"""The trunk of the command line; each floor hangs its own branch on it by an entry point.

The branches are loaded for a verb the trunk has not, and to list them all: looking for them and
loading them takes 50 ms, which no verb of this floor waits for.
"""

from __future__ import annotations

# Entry points are imported where the branches grow: to look for them costs 15 ms.
import os
import sys
import tempfile
import traceback
from pathlib import Path

import click

from vault import lock_cli, objects_cli, setup_cli
from vault.errors import Refusal
from vault.ledger import ledger_cli, people_cli
from vault.terminal import Session
from vault.workspace import cli as workspace_cli

BUG = 70
OWN = setup_cli, people_cli, ledger_cli, lock_cli, workspace_cli, objects_cli


class Trunk(click.Group):
    """The verbs of this floor, and those of the others once somebody asks for them.

    A branch adds verbs of its own and changes none of these, so each is found with or without.
    """

    grown = False

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a verb, of a branch where the trunk has none of that name."""
        if cmd_name not in self.commands:
            self.grow()
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all verbs."""
        self.grow()
        return super().list_commands(ctx)

    def grow(self) -> Trunk:
        """Hang every installed branch on the trunk and return it."""
        from importlib.metadata import entry_points

        if not self.grown:
            for branch in sorted(entry_points(group="titleblock.cli"), key=lambda one: one.name):
                branch.load()(self)
            self.grown = True
        return self


@click.group(
    cls=Trunk,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 refused by a rule, 2 wrong use, 3 not found, "
    "4 somebody was first, 5 damaged data, 70 a bug.",
)
@click.version_option(package_name="titleblock", prog_name="titleblock")
@click.option(
    "--vault", "vault_dir", metavar="DIR", help="The vault [TITLEBLOCK_VAULT, else upwards]."
)
@click.option("--as", "user", metavar="USER", help="Who acts [TITLEBLOCK_USER].")
@click.pass_context
def titleblock(context: click.Context, vault_dir: str | None, user: str | None) -> None:
    """Keep drawings under release control, and the shop floor on the released ones."""
    context.obj = session = Session(vault_dir, user)
    context.call_on_close(session.close)


for own in OWN:
    own.hang(titleblock)


def trunk() -> click.Group:
    """Return the whole command line, with every installed branch hung on it."""
    return titleblock.grow()


def main() -> None:
    """Run one command; a refusal is one sentence on stderr and an exit code."""
    try:
        code = titleblock.main(standalone_mode=False)
        sys.stdout.flush()
    except Refusal as refusal:
        click.echo(f"titleblock: {refusal}", err=True)
        code = refusal.exit_code
    except click.exceptions.Exit as leaving:
        code = leaving.exit_code
    except click.ClickException as misuse:
        misuse.show()
        code = misuse.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("titleblock: stopped; nothing more was done.", err=True)
        code = 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception:  # noqa: BLE001 - the last line of defence: a bug is kept for its report
        click.echo(
            f"titleblock: this is a bug in Titleblock; the details are in {_keep()}.", err=True
        )
        code = BUG
    sys.exit(code if isinstance(code, int) else 0)


def _keep() -> Path:
    handle, name = tempfile.mkstemp(prefix="titleblock-bug-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as kept:
        kept.write(traceback.format_exc())
    return Path(name)
