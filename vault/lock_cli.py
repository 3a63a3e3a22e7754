# SPDX-License-Identifier: AGPL-3.0-or-later
"""Locks on the command line: take one, give it back, break one, see who holds what."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vault import terminal
from vault.terminal import say, session, table

if TYPE_CHECKING:
    from vault.workspace.place import Workspace


def hang(trunk: click.Group) -> None:
    """Hang these verbs on the trunk."""
    for command in (lock, unlock, listing):
        trunk.add_command(command)


@click.command()
@click.argument("number")
@click.option("-m", "why", default="", metavar="WHY", help="Why, for those who find it locked.")
@terminal.reads
def lock(number: str, why: str) -> None:
    """Lock an item, so that nobody else checks in to it until you unlock it."""
    from vault import locks

    here = session()
    clone = _clone()
    if clone is not None:
        from vault.workspace import verbs

        folder = verbs.take(clone, number, why)
        say({"number": number, "by": clone.user, "folder": folder}, f"{folder} is yours to change.")
        return
    taken = locks.take(here.vault, here.actor, number, why)
    say(
        {"number": taken.number, "by": taken.by, "at": taken.at, "why": taken.why,
         "since": taken.since},
        f"{taken.number} is yours since {taken.at}. Give it back: titleblock unlock {taken.number}",
    )  # fmt: skip


@click.command()
@click.argument("number")
@click.option("--break", "broken", is_flag=True, help="End the lock of somebody else.")
@click.option("-m", "why", default="", metavar="WHY", help="Why it is broken.")
@terminal.reads
def unlock(number: str, broken: bool, why: str) -> None:
    """Give a lock back, or break the one of somebody else with a reason."""
    from vault import locks

    here = session()
    clone = _clone()
    if clone is not None and not broken:
        from vault.workspace import verbs

        folder = verbs.give_back(clone, number)
        say({"number": number, "by": clone.user, "folder": folder}, f"{folder} is free.")
        return
    if broken:
        ended = locks.break_(here.vault, here.actor, number, why)
        text = f"The lock of {ended.by} on {ended.number} is broken."
    else:
        ended = locks.release(here.vault, here.actor, number)
        text = f"{ended.number} is free."
    say({"number": ended.number, "by": ended.by, "at": ended.at, "broken": broken}, text)


@click.command("locks")
@terminal.reads
def listing() -> None:
    """List who holds which item, since when and why."""
    from vault import locks

    clone = _clone()
    if clone is not None:
        from vault.workspace import desk

        held = sorted(desk.of(clone).held().values(), key=lambda one: one.folder)
        say(
            [{"folder": one.folder, "by": one.by, "at": one.at, "why": one.why} for one in held],
            table(["FOLDER", "BY", "SINCE", "WHY"], [(o.folder, o.by, o.at, o.why) for o in held]),
        )
        return
    found = locks.listing(session().vault)
    say(
        [{"number": one.number, "by": one.by, "at": one.at, "why": one.why, "since": one.since}
         for one in found],
        table(["NUMBER", "BY", "SINCE", "WHY"], [(o.number, o.by, o.at, o.why) for o in found]),
    )  # fmt: skip


def _clone() -> Workspace | None:
    """Return the clone one stands in, where no vault was named: its own vault is meant then."""
    from vault.workspace import place
    from vault.workspace.errors import NoWorkspace

    if session().named_vault:
        return None
    try:
        return place.find(Path.cwd())
    except NoWorkspace:
        return None
