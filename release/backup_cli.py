# SPDX-License-Identifier: AGPL-3.0-or-later
"""Backup and restore on the command line; a restored vault is verified before it is praised."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from pathlib import Path

import click

from release.verify_cli import DAMAGED
from vault import terminal
from vault.terminal import say, session, status

FOLDER = click.Path(path_type=Path)


def hang(trunk: click.Group) -> None:
    """Hang these verbs on the trunk."""
    trunk.add_command(backup)
    trunk.add_command(restore)


@click.command()
@click.argument("dest", type=FOLDER)
@terminal.reads
def backup(dest: Path) -> None:
    """Copy the vault into a folder while it works; a later backup there copies what is new.

    The copy holds the signing key: keep it as safe as the vault.  Bytes the vault has lost are named,
    one line each, and the rest is saved; the command then ends with 5.
    """
    from dataclasses import asdict

    from release.references import references
    from vault import backup as copying

    with status() as show:
        made = copying.back_up(session().vault, dest, show, references(session().vault))
    lines = [f"object: {one.where}: {one.what} (md5 {one.md5})" for one in made.lost]
    if lines:
        lines.append(f"{len(lines)} objects are not in the vault as they were; the rest is saved.")
    say(
        asdict(made),
        [
            *lines,
            f"{dest}: {made.objects} objects ({made.copied} new), {made.refs} refs, at {made.made_at}.",
            "It holds the signing key; keep it safe.",
        ],
    )
    if made.lost:
        click.get_current_context().exit(DAMAGED)


@click.command()
@click.argument("source", metavar="SRC", type=FOLDER)
@click.argument("folder", metavar="DIR", type=FOLDER)
@terminal.reads
def restore(source: Path, folder: Path) -> None:
    """Make a vault of a backup in an empty folder, and verify it."""
    from release import audit, settling
    from vault import backup as copying

    with status() as show:
        vault = copying.restore(source.absolute(), folder.absolute(), show)
        show("catalogue")
        settling.rebuild(vault)
        report = audit.verify(vault, progress=show)
    vault.close()
    counted = ", ".join(f"{count} {kind}" for kind, count in report.checked.items())
    lines = [f"{one.kind}: {one.where}: {one.what}" for one in report.faults]
    say(
        {"vault": str(folder), **report.told()},
        [*lines, f"{folder}: {'good' if report.ok else f'{len(lines)} faults'}: {counted}."],
    )
    if not report.ok:
        click.get_current_context().exit(DAMAGED)
