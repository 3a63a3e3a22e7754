# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line of the ledger itself: ``titleblock ledger upgrade`` and ``move``."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database.
import os
from pathlib import Path

import click

from vault import terminal
from vault.terminal import reads, say, session


def hang(trunk: click.Group) -> None:
    """Hang the branch ``ledger`` on the trunk."""
    trunk.add_command(ledger)


@click.group()
def ledger() -> None:
    """The ledger itself: bringing it up to date, moving it to another database."""


@ledger.command("upgrade")
@click.pass_context
def upgrade(context: click.Context) -> None:
    """Bring the ledger of a vault to this release's tables; make a backup first."""
    from vault import home, settings
    from vault.ledger import engine

    given = context.find_root().params.get("vault_dir") or os.environ.get("TITLEBLOCK_VAULT")
    root = home.find(Path(given).resolve() if given else Path.cwd())
    url = home.ledger_url(settings.load(root / settings.FILE).ledger, root)
    opened = engine.upgrade(url)
    opened.close()
    say({"ledger": opened.where}, f"The ledger {opened.where} is up to date.")


@ledger.command("move")
@click.argument("url", metavar="URL")
@click.option("--dry-run", is_flag=True, help="Only say what would be copied.")
@reads
def move(url: str, dry_run: bool) -> None:
    """Copy the ledger to another database, check the copy, and use it from then on.

    URL is postgresql://USER@HOST/DATABASE, an empty database made with `createdb -T template0
    -E UTF8 -l C NAME` (the password comes from PGPASSWORD or the password file, not from here), or
    sqlite:///FILE, counted from the vault's folder.  Stop `titleblock serve` and `watch` first; the
    old ledger is not changed.
    """
    from vault import home, settings
    from vault.ledger import moving, people
    from vault.ledger.engine import Ledger
    from vault.ledger.errors import LedgerInUse

    vault = session().vault
    people.require(session().actor, "admin")
    settings.checked(vault.root / settings.FILE, ledger=url)
    rows = moving.count(vault.ledger)
    if dry_run:
        told = {"ledger": url, "rows": rows, "old": vault.settings.ledger}
        say(told, f"{rows} rows would be copied to {url}.")
        return
    with vault.presence.alone() as alone:
        if not alone:
            raise LedgerInUse
        with terminal.progress("Copying", rows) as advance:
            place = home.ledger_url(url, vault.root)
            done = moving.copy(vault.ledger, place, advance)
        settings.write(vault.root / settings.FILE, ledger=url)
    kept = Ledger(place)
    with kept.writing(session().actor.name) as writing:
        writing.record("ledger.moved", "ledger", old=vault.ledger.where, new=kept.where,
                       rows=done.rows, head=done.hash)  # fmt: skip
    kept.close()
    say(
        {"ledger": kept.where, "rows": done.rows, "events": done.seq, "old": vault.ledger.where},
        [
            f"{done.rows} rows are in {kept.where}, the chain of {done.seq} events with them.",
            "From now on the vault keeps its ledger there.",
            f"The old one, {vault.ledger.where}, is untouched; put it away safely.",
        ],
    )
