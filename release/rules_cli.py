# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rules of release on the command line: read, tried out, saved, and who they ask."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vault import terminal
from vault.terminal import say, session

if TYPE_CHECKING:
    from release.rules.reach import Reached
    from release.rules.trial import Outcome

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
CLASSES = click.Choice(["major", "minor", "administrative"])


def hang(trunk: click.Group) -> None:
    """Hang these verbs on the trunk."""
    trunk.add_command(rules)


@click.group()
def rules() -> None:
    """The rules of release: who signs, what is required."""


@rules.command()
@click.option("--for", "number", help="Which rules apply to this item, and who can sign today.")
@click.option("--class", "change_class", type=CLASSES, default="major", show_default=True,
              help="With --for: in an order of this class.")  # fmt: skip
@click.option(
    "--example", is_flag=True, help="Print rules that ask for all there is, to copy from."
)
@terminal.reads
def show(number: str | None, change_class: str, example: bool) -> None:
    """Print the rules in force, or which of them apply to an item."""
    if example:
        from release.rules.example import EXAMPLE

        say({"rules": EXAMPLE}, EXAMPLE.rstrip())
        return
    from release import rulebook

    if number is not None:
        from release.rules import reach

        found = reach.reached(session().vault, number, change_class)
        told = {"number": number, "class": change_class, "rules": [one.told() for one in found]}
        say(told, [_reached(one) for one in found])
        return
    text, blob = rulebook.text(session().vault)
    say({"rules": text, "blob": blob}, text.rstrip())


@rules.command()
@click.argument("file", type=FILE)
@terminal.reads
def check(file: Path) -> None:
    """Read a file as rules, save nothing, and say what is odd about them."""
    from release.rules import grammar, reach

    told = grammar.read(_text(file))
    warned = reach.warnings(session().vault, told)
    names = [one.name for one in told.requirements]
    say({"requirements": names, "warnings": warned},
        [f"It can be read: {', '.join(names)}.", *(f"  ! {one}" for one in warned)])  # fmt: skip


@rules.command()
@click.argument("file", type=FILE)
@click.option("-m", "why", default="", help="Why; it stands in the history of the rules.")
@terminal.reads
def edit(file: Path, why: str) -> None:
    """Save a file as the new rules; the history keeps the old ones."""
    from release import rulebook
    from release.rules import reach

    here = session()
    told = rulebook.edit(here.vault, here.actor, _text(file), why)
    warned = reach.warnings(here.vault, told)
    names = [one.name for one in told.requirements]
    say({"blob": told.blob, "requirements": names, "warnings": warned},
        [f"Saved. In force: {', '.join(names)}.", *(f"  ! {one}" for one in warned)])  # fmt: skip


@rules.command()
@click.argument("file", type=FILE)
@click.option("--since", default="", help="Only orders opened on this day or later (2026-11-20).")
@click.option(
    "--all", "everything", is_flag=True, help="Show orders nothing would change for, too."
)
@terminal.reads
def test(file: Path, since: str, everything: bool) -> None:
    """Say what a file of rules would have decided on past and open orders."""
    from release import rulebook
    from release.rules import grammar, reach, trial

    vault = session().vault
    new = grammar.read(_text(file))
    warned = reach.warnings(vault, new)
    changes = trial.candidates(vault, since)
    with terminal.progress("judging", len(changes)) as step:
        done = trial.run(vault, rulebook.current(vault), new, changes, progress=step)
    shown = done.outcomes if everything else done.differing
    lines = [line for one in shown for line in _outcome(one)]
    head = (f"{done.tried} orders judged again; {len(done.differing)} would be judged differently."
            f" {done.of_whom}")  # fmt: skip
    told = {**done.told(everything=everything), "warnings": warned}
    say(told, [head, *lines, *(f"  ! {one}" for one in warned)])


@rules.command()
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@terminal.reads
def history(limit: int) -> None:
    """Show who changed the rules, when, why, and what."""
    from itertools import islice

    from release import rulebook

    found = list(islice(rulebook.story(session().vault), limit))
    lines = [
        line for one in found
        for line in (f"{one.at}  {one.by}  {one.why or 'no reason given'}",
                     *(f"  {changed}" for changed in one.difference), "")
    ]  # fmt: skip
    say([one.told() for one in found], lines)


def _text(file: Path) -> str:
    from release.errors import BadRules

    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as fault:
        raise BadRules(where=file.name, why="it is not UTF-8") from fault


def _reached(one: Reached) -> str:
    if not one.applies:
        return f"  – {one.requirement}: does not apply, {one.why}"
    if one.readers:
        return f"  • {one.requirement}: to be read by {', '.join(one.readers)}"
    if not one.count:
        return f"  • {one.requirement}"
    able = ", ".join(one.signers) or "nobody"
    mark, fault = ("✗", f"; {one.why}") if one.why else ("✓", "")
    return f"  {mark} {one.requirement}: {one.count} of {one.asks}; today {able} can sign{fault}"


def _outcome(one: Outcome) -> list[str]:
    turn = f"still {one.after}" if one.before == one.after else f"{one.before} → {one.after}"
    return [
        f"{one.change}  {one.state}  {one.at[:10]}  {turn}",
        *(f"  {each.item}  {each.requirement}: {each.before} → {each.after}: {each.reason}"
          for each in one.differences),
    ]  # fmt: skip
