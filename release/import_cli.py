# SPDX-License-Identifier: AGPL-3.0-or-later
"""Import on the command line: say what would happen, then do it."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from pathlib import Path

import click

from vault import terminal
from vault.terminal import progress, say, session, table


def hang(trunk: click.Group) -> None:
    """Hang this verb on the trunk."""
    trunk.add_command(import_)


@click.command("import")
@click.argument("source", metavar="DIR_OR_REPO", type=click.Path(exists=True, path_type=Path))
@click.option("--owner", default="", metavar="USER",
              help="Approval owner of items whose folder has no item.toml.")  # fmt: skip
@click.option("--kind", default="part", show_default=True, help="Kind of such items.")
@click.option("--dry-run", is_flag=True, help="Only say what would be imported.")
@terminal.reads
def import_(source: Path, owner: str, kind: str, dry_run: bool) -> None:
    """Import a tree of item folders, or a git repository with its past.

    A folder with an item.toml is an item; else its name must start with the number.  Nothing is
    released by it.
    """
    from release import desk
    from vault import importing

    here = session()
    made = importing.plan(here.vault, source, owner or "", kind)
    told = {
        "items": [{"number": one.item.number, "title": one.item.title, "new": one.is_new,
                   "from": one.source, "path": one.path, "files": len(one.files)}
                  for one in made.items],
        "files": made.files, "commits": made.commits,
        "faults": [{"where": where, "what": what} for where, what in made.faults],
    }  # fmt: skip
    rows = [(one.item.number, "new" if one.is_new else "known", len(one.files), one.item.title)
            for one in made.items]  # fmt: skip
    lines = [table(["NUMBER", "", "FILES", "TITLE"], rows),
             *(f"✗ {where}: {what}" for where, what in made.faults)]  # fmt: skip
    if dry_run:
        say(told, [*lines, f"{len(made.items)} items, {made.files} files; nothing was imported."])
        return
    total = made.files if not importing.is_repository(source) else made.commits
    with progress("Importing", total) as step:
        done = desk.import_tree(here.vault, here.actor, source, made, step)
    left = [*made.faults, *done.left_out]
    say(
        {**told, "commit": done.commit, "imported": done.files,
         "left_out": [{"where": where, "what": what} for where, what in left]},
        [*(f"✗ {where}: {what}" for where, what in left),
         f"{done.items} items, {done.files} files in {done.commits} commits; {len(left)} left out."],
    )  # fmt: skip
