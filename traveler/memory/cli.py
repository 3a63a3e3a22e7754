# SPDX-License-Identifier: AGPL-3.0-or-later
"""The memory of the shop on the command line: show, dismiss, restore."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from vault.terminal import DEVICE, needed_why, reads, say, session, table

if TYPE_CHECKING:
    from traveler.memory.rules import Remembered


def hang(trunk: click.Group) -> None:
    """Hang the memory of the shop on the trunk."""
    trunk.add_command(memory)


@click.group()
def memory() -> None:
    """Memory of the shop: what went wrong with an item before, and what was noted."""


@memory.command("show")
@click.argument("item")
@click.option("--job", default="", help="As that job is told it, by its steps.")
@click.option("--all", "all_", is_flag=True, help="Also what was set aside.")
@reads
def memory_show(item: str, job: str, all_: bool) -> None:
    """Say what earlier jobs of ITEM tell: notes, nonconformances, results, rework, scrap."""
    from traveler.memory import desk

    if job:
        found = desk.of_job(session().vault, job)
        say(found.as_json(), _table(found.told))
        return
    rows = desk.of_item(session().vault, item, dismissed=all_)
    say([one.as_json() for one in rows], _table(rows))


@memory.command("dismiss")
@click.argument("item")
@click.argument("ref")
@needed_why
@reads
def memory_dismiss(item: str, ref: str, why: str) -> None:
    """Tell REF of ITEM no more, as the reason is gone; the record stays."""
    from traveler.memory import desk

    one = desk.dismiss(session().vault, session().actor, item, ref, why, DEVICE)
    said = f"{one.ref} of {one.item} is told no more; `titleblock memory restore` brings it back."
    say(one.as_json(), said)


@memory.command("restore")
@click.argument("item")
@click.argument("ref")
@needed_why
@reads
def memory_restore(item: str, ref: str, why: str) -> None:
    """Tell REF of ITEM again, though it was set aside."""
    from traveler.memory import desk

    one = desk.restore(session().vault, session().actor, item, ref, why, DEVICE)
    say(one.as_json(), f"{one.ref} of {one.item} is told again.")


def _table(rows: Sequence[Remembered]) -> str:
    if not rows:
        return "Nothing is remembered of it."
    heads = ("ref", "when", "job", "rev", "step", "what")
    return table(heads, [
        (one.ref, one.at[:10], one.job, one.rev, one.seq if one.seq is not None else "–",
         one.words + (f" [{one.more}]" if one.more else "")
         + (" (set aside)" if one.dismissal else ""))
        for one in rows
    ])  # fmt: skip
