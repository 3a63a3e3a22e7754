# SPDX-License-Identifier: AGPL-3.0-or-later
"""Change orders and releases on the command line."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vault import terminal
from vault.terminal import say, secret, session, table

if TYPE_CHECKING:
    from release.gate import Judgement

PASSWORD = click.option("--password-stdin", is_flag=True, help="Read the password from stdin.")
MARKS = {
    "satisfied": "✓",
    "overridden": "!",
    "not applicable": "–",
    "unsatisfied": "✗",
    "error": "✗",
}


def hang(trunk: click.Group) -> None:
    """Hang these verbs on the trunk."""
    for command in (changes, release, recall, rules):
        trunk.add_command(command)


@click.group("change")
def changes() -> None:
    """Change orders: what is released together, why, and who signed."""


@changes.command("open")
@click.argument("numbers", nargs=-1, required=True)
@click.option("-m", "notes", required=True, help="Why: the revision note.")
@terminal.reads
def open_change(numbers: tuple[str, ...], notes: str) -> None:
    """Open a change order for items as they are on main now."""
    from release import desk

    here = session()
    _say(desk.open_change(here.vault, here.actor, numbers, notes))


@changes.command()
@click.argument("change")
@terminal.reads
def show(change: str) -> None:
    """Show an order: items, letters to be, findings, sign-offs."""
    from release import desk

    _say(desk.judge(session().vault, change))


@changes.command("list")
@click.option("--state", type=click.Choice(["open", "rejected", "released", "cancelled"]))
@terminal.reads
def list_changes(state: str | None) -> None:
    """List change orders, the newest first."""
    from release import desk, settling

    vault = session().vault
    settling.settle(vault)
    found = desk.listing(vault, state)
    told = [{"change": one.change, "state": one.state, "author": one.author, "notes": one.notes,
             "opened_at": one.opened_at, "items": [item.number for item in one.items]}
            for one in found]  # fmt: skip
    rows = [(one.change, one.state, one.author, ", ".join(i.number for i in one.items), one.notes)
            for one in found]  # fmt: skip
    say(told, table(["CHANGE", "STATE", "AUTHOR", "ITEMS", "NOTES"], rows))


@changes.command()
@click.argument("change")
@click.option("-m", "comment", default="", help="A comment that stands beside the signature.")
@PASSWORD
@terminal.reads
def sign(change: str, comment: str, password_stdin: bool) -> None:
    """Approve an order as an approval owner, with your password."""
    from release import desk

    here = session()
    seen = {one.number: one.tree for one in desk.judge(here.vault, change).order.items}
    password = secret(f"Password of {here.actor.name}", password_stdin)
    _say(desk.sign(here.vault, here.actor, password, change, comment, seen))


@changes.command()
@click.argument("change")
@click.option("-m", "comment", required=True, help="Why it is rejected.")
@PASSWORD
@terminal.reads
def reject(change: str, comment: str, password_stdin: bool) -> None:
    """Reject an order, with your password and the reason."""
    from release import desk

    here = session()
    password = secret(f"Password of {here.actor.name}", password_stdin)
    _say(desk.reject(here.vault, here.actor, password, change, comment))


@changes.command()
@click.argument("change")
@click.argument("requirement")
@click.option("-m", "reason", required=True, help="Why; printed on the stamp for ever.")
@PASSWORD
@terminal.reads
def override(change: str, requirement: str, reason: str, password_stdin: bool) -> None:
    """Set one requirement aside, where the rules let your role do that."""
    from release import desk

    here = session()
    password = secret(f"Password of {here.actor.name}", password_stdin)
    _say(desk.override(here.vault, here.actor, password, change, requirement, reason))


@changes.command()
@click.argument("change")
@click.option("-m", "notes", default="", help="A new revision note.")
@terminal.reads
def amend(change: str, notes: str) -> None:
    """Take an order up again with what is on main now, after a rejection too."""
    from release import desk

    here = session()
    _say(desk.amend(here.vault, here.actor, change, notes))


@changes.command()
@click.argument("change")
@click.option("-m", "reason", required=True, help="Why it is cancelled.")
@terminal.reads
def cancel(change: str, reason: str) -> None:
    """Cancel an order; it stays on record."""
    from release import desk

    here = session()
    _say(desk.cancel(here.vault, here.actor, change, reason))


@click.command()
@click.argument("change")
@terminal.reads
def release(change: str) -> None:
    """Release a change order: all of its items, or none."""
    from release import desk

    here = session()
    made = desk.release(
        here.vault, here.actor, change, lambda line: click.echo(f"  {line}", err=True)
    )
    told = [{"number": one.number, "rev": one.rev} for one in made]
    say({"change": change.upper(), "released": told}, [f"{one.number} {one.rev}" for one in made])


@click.command()
@click.argument("number")
@click.argument("rev")
@click.option("-m", "reason", required=True, help="Why; shown to whoever scans a copy.")
@terminal.reads
def recall(number: str, rev: str, reason: str) -> None:
    """Withdraw a released revision, with a reason."""
    from release import desk

    here = session()
    made = desk.recall(here.vault, here.actor, number, rev, reason)
    say(
        {"number": made.number, "rev": made.rev, "state": "recalled", "reason": made.reason},
        f"{made.number} {made.rev} is recalled: {made.reason}",
    )


@click.group()
def rules() -> None:
    """The rules of release: who signs, what is required."""


@rules.command("show")
@terminal.reads
def show_rules() -> None:
    """Print the rules in force."""
    from release import rulebook

    text, blob = rulebook.text(session().vault)
    say({"rules": text, "blob": blob}, text.rstrip())


@rules.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@terminal.reads
def edit(file: Path) -> None:
    """Save a file as the new rules; the history keeps the old ones."""
    from release import rulebook

    here = session()
    told = rulebook.edit(here.vault, here.actor, file.read_text("utf-8"))
    names = [one.name for one in told.requirements]
    say({"blob": told.blob, "requirements": names}, f"Saved. In force: {', '.join(names)}.")


def _say(judgement: Judgement) -> None:
    order = judgement.order
    letters = [
        f"  {one.number}  {one.from_rev or 'new'} → "
        f"{judgement.next.get(one.number) or order.state}  {one.title}"
        for one in order.items
    ]
    findings = [
        f"  {MARKS[one.verdict]} {one.item}  {one.requirement}: {one.reason}"
        + (f"  → {one.remedy}" if one.remedy and not one.passes else "")
        for one in judgement.findings
    ]
    verdict = "ready: titleblock release " + order.change if judgement.passes else ""
    say(
        judgement.told(),
        [f"{order.change}  {order.state}  by {order.author}: {order.notes}", *letters, *findings,
         *([verdict] if verdict else [])],
    )  # fmt: skip
