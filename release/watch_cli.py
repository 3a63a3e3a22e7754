# SPDX-License-Identifier: AGPL-3.0-or-later
"""The watched folder and its inbox on the command line."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
import json
import signal
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vault import terminal
from vault.terminal import say, session, table, wants_json

if TYPE_CHECKING:
    from release.watch_desk import Line

LEFT_WAITING = 1


def hang(trunk: click.Group) -> None:
    """Hang these verbs on the trunk."""
    trunk.add_command(watch)
    trunk.add_command(inbox)


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--quiet-seconds", default=3.0, show_default=True, type=click.FloatRange(0.1, 3600),
              help="How long a file must not change before it is taken.")  # fmt: skip
@click.option("--polling", is_flag=True,
              help="Look through the folder again and again; network shares are found out.")  # fmt: skip
@click.option("--once", is_flag=True, help="Take what is there now and end; 1 if any stays out.")
@terminal.reads
def watch(folder: Path, quiet_seconds: float, polling: bool, once: bool) -> None:
    """Check in what is saved in a folder, as soon as it has stopped changing.

    A file belongs to the item whose item.toml lies beside it, whose number its folder or its own
    name starts with, or that alone has a file of this name.  What belongs to none waits in the
    inbox.  Nothing is deleted, released or overwritten that somebody else changed.
    """
    from release import watching
    from release.watching import Orders
    from vault.watch import folder as folders
    from vault.watch.patience import Pace

    here = session()
    chosen = folders.chosen(here.vault, folder)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if not wants_json():
        how = "looking again and again" if polling or chosen.is_network else "listening"
        _tell_people(f"Watching {chosen.root} as {here.actor.name}, {how}; Ctrl+C ends it.")
    orders = Orders(Pace(quiet_seconds), polling, once)
    try:
        done = watching.watch(here.vault, here.actor, chosen, orders, _tell)
    except KeyboardInterrupt:
        if not wants_json():
            _tell_people("Stopped; what was not checked in yet is found at the next start.")
        return
    if not done:
        raise click.exceptions.Exit(LEFT_WAITING)


@click.group(invoke_without_command=True)
@terminal.reads
@click.pass_context
def inbox(context: click.Context) -> None:
    """List files of watched folders that belong to no item yet; file or drop them."""
    from vault import inbox as store

    if context.invoked_subcommand is not None:
        return
    found = store.waiting(session().vault)
    say(
        [asdict(one) for one in found],
        table(
            ["ID", "FILE", "PERHAPS", "WHY", "BY", "SINCE"],
            [(one.id, one.name, one.guess or "–", one.why, one.by, one.at) for one in found],
        ),
    )


@inbox.command("file")
@click.argument("entry", metavar="ID")
@click.argument("number")
@terminal.reads
def file(entry: str, number: str) -> None:
    """Check a file of the inbox in to an item; later saves of it go there by themselves."""
    from release import intake

    here = session()
    filed = intake.file(here.vault, here.actor, entry, number)
    told = {"id": filed.entry.id, "name": filed.entry.name, "number": filed.number,
            "commit": filed.commit}  # fmt: skip
    how = f"checked in as {filed.commit[:10]}" if filed.commit else "there already, byte for byte"
    say(told, f"{filed.number}: {filed.entry.name} {how}.")


@inbox.command()
@click.argument("entry", metavar="ID")
@click.option("-m", "why", default="", metavar="WHY", help="Why nobody needs it in the vault.")
@terminal.reads
def drop(entry: str, why: str) -> None:
    """Take a file out of the inbox without keeping it; the one in its folder is not touched."""
    from vault import inbox as store

    here = session()
    dropped = store.drop(here.vault, here.actor, entry, why)
    say(asdict(dropped), f"{dropped.id} ({dropped.name}) is dropped.")


def _tell(line: Line) -> None:
    if wants_json():
        click.echo(json.dumps(asdict(line), ensure_ascii=True))
        return
    _tell_people(line.sentence)


def _tell_people(sentence: str) -> None:
    from vault import clock
    from vault.errors import printable

    click.echo(f"{clock.now()[11:19]}  {printable(sentence)}")
