# SPDX-License-Identifier: AGPL-3.0-or-later
"""Structures on the command line: what an item is made of, and what uses it."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from dataclasses import asdict
from typing import Final

import click

from vault import terminal
from vault.terminal import say, session, table

LEVELS: Final = click.IntRange(1, 20)
CUT: Final = "There are more lines than this; ask with fewer --levels."


def hang(items: click.Group) -> None:
    """Hang these verbs on ``item``."""
    items.add_command(bom)
    items.add_command(where_used)


@click.command("bom")
@click.argument("number")
@click.option("--rev", metavar="R", help="A released revision, or “working” [the current one].")
@click.option("--levels", type=LEVELS, default=20, show_default=True, help="How far down.")
@terminal.reads
def bom(number: str, rev: str | None, levels: int) -> None:
    """Show what an item is made of, down to the last part.

    Children have the revision that was current when the item was released; NOW is another one
    where that has changed since.
    """
    from release import structure

    told = structure.bom(session().vault, number, rev, levels)
    heads = ["LEVEL", "FIND", "NUMBER", "QTY", "REV", "NOW", "TITLE", "NOTE"]
    rows = [
        ("." * (one.level - 1) + str(one.level), one.find, one.number, one.qty, one.rev or "–",
         (one.now or "none") if one.now != one.rev else "", one.title, one.note)
        for one in told.lines
    ]  # fmt: skip
    lines = [f"{told.number} {told.rev or 'as it lies on main'}", "", table(heads, rows)]
    say(asdict(told), lines if told.whole else [*lines, CUT])


@click.command("where-used")
@click.argument("number")
@click.option("--rev", metavar="R", help="Only what was released with this revision of it.")
@click.option("--levels", type=LEVELS, default=20, show_default=True, help="How far up.")
@terminal.reads
def where_used(number: str, rev: str | None, levels: int) -> None:
    """Show what uses an item, up to the products: current revisions, and work in progress."""
    from release import structure

    told = structure.where_used(session().vault, number, rev, levels)
    heads = ["LEVEL", "NUMBER", "REV", "STANDS", "QTY", "OF", "FIND", "TITLE", "NOTE"]
    rows = [
        ("." * (one.level - 1) + str(one.level), one.number, one.rev or "–", one.standing,
         one.qty, one.child, one.find, one.title, one.note)
        for one in told.lines
    ]  # fmt: skip
    lines = [f"{told.number} {told.rev or 'in any revision'} is used in:", "", table(heads, rows)]
    say(asdict(told), lines if told.whole else [*lines, CUT])
