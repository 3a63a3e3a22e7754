# SPDX-License-Identifier: AGPL-3.0-or-later
"""Change orders and releases on the command line."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from release.change import CLASSES, IN_PROCESS, STOCK
from release.lifecycle import STATES
from vault import terminal
from vault.terminal import out_pdf, say, session, table

if TYPE_CHECKING:
    from release.gate import Judgement
    from release.scope import LeftOut
    from release.terms import Terms

Command = TypeVar("Command", bound=Callable[..., Any])
MARKS = {
    "satisfied": "✓",
    "overridden": "!",
    "not applicable": "–",
    "unsatisfied": "✗",
    "error": "✗",
}


def hang(trunk: click.Group) -> None:
    """Hang these verbs on the trunk."""
    for command in (changes, release):
        trunk.add_command(command)


@click.group("change")
def changes() -> None:
    """Change orders: what is released together, why, and who signed."""


def on_terms(command: Command) -> Command:
    """Give a command the options that say what an order is beside its items."""
    for option in reversed((
        click.option("--class", "change_class", type=click.Choice(CLASSES), default=None,
                     help="What kind of change it is; the rules ask more of a major one."),
        click.option("--note", "item_notes", multiple=True, metavar="NUMBER=TEXT",
                     help="What changed in one item."),
        click.option("--stock", multiple=True, metavar="NUMBER=WHAT",
                     help=f"What becomes of finished pieces: {', '.join(filter(None, STOCK))}."),
        click.option("--in-process", multiple=True, metavar="NUMBER=WHAT",
                     help="What is proposed for jobs in process: "
                          f"{', '.join(filter(None, IN_PROCESS))}."),
        click.option("--observer", "observers", multiple=True, metavar="USER",
                     help="Who sees it and comments on it, but cannot act."),
        click.option("--reader", "readers", multiple=True, metavar="USER",
                     help="Who has to read the new revisions before working on them."),
    )):  # fmt: skip
        command = option(command)
    return command


def choosing(command: Command) -> Command:
    """Give a command the ways to choose items beside their numbers."""
    for option in reversed((
        click.option("--folder", "folders", multiple=True, metavar="PATH",
                     help="All items under a folder of the vault."),
        click.option("--differing", is_flag=True,
                     help="All items that differ from their release."),
        click.option("--with-children", is_flag=True,
                     help="Also the unreleased children of assemblies, on all levels."),
        click.option("--leave-out", is_flag=True,
                     help="Leave out items of other open orders instead of refusing."),
    )):  # fmt: skip
        command = option(command)
    return command


@changes.command("open")
@click.argument("numbers", nargs=-1)
@click.option("-m", "notes", required=True, help="Why: the revision note.")
@choosing
@on_terms
@click.option("--dry-run", is_flag=True, help="Only show what the order would be.")
@terminal.reads
def open_change(numbers: tuple[str, ...], notes: str, dry_run: bool, **told: Any) -> None:
    """Open a change order for items as they are on main now."""
    from release import desk, scope

    here = session()
    wanted = scope.Wanted(numbers, told["folders"], told["differing"], told["with_children"],
                          told["leave_out"])  # fmt: skip
    if wanted == scope.Wanted(leave_out=wanted.leave_out):
        raise click.UsageError("name items, or choose them with --folder or --differing")
    found = scope.chosen(here.vault, wanted)
    verb = desk.propose if dry_run else desk.open_change
    judged = verb(here.vault, here.actor, found.numbers, notes, _terms(told))
    say_judgement(judged, found.left_out, dry_run=dry_run)


@changes.command()
@click.argument("change")
@terminal.reads
def show(change: str) -> None:
    """Show an order: items, letters to be, findings, sign-offs."""
    from release import desk

    here = session()
    say_judgement(desk.judge(here.vault, change, here.actor if here.user else None))


@changes.command("sheet")
@click.argument("change")
@out_pdf
@click.option("--paper", type=click.Choice(["A4", "Letter"]), help="[the vault's setting]")
@terminal.reads
def order_sheet(change: str, out: Path, paper: str | None) -> None:
    """Print an order as PDF to be filed: items, signatures, findings, bytes, story."""
    from release.printed import order

    here = session()
    made = order.print_order(
        here.vault, here.actor if here.user else None, change, out, paper or ""
    )
    say(made.as_json(), f"{out}: {made.pages} pages of {made.change}.")


@changes.command("list")
@click.option("--state", type=click.Choice(STATES))
@terminal.reads
def list_changes(state: str | None) -> None:
    """List change orders, the newest first."""
    from release import desk, settling

    vault = session().vault
    settling.settle(vault)
    found = desk.listing(vault, state)
    told = [{"change": one.change, "state": one.state, "class": one.change_class,
             "author": one.author, "notes": one.notes,
             "opened_at": one.opened_at, "items": [item.number for item in one.items]}
            for one in found]  # fmt: skip
    rows = [(one.change, one.state, one.author, ", ".join(i.number for i in one.items), one.notes)
            for one in found]  # fmt: skip
    say(told, table(["CHANGE", "STATE", "AUTHOR", "ITEMS", "NOTES"], rows))


@changes.command()
@click.argument("change")
@click.option("-m", "notes", default="", help="A new revision note.")
@click.option("--add", multiple=True, metavar="NUMBER", help="Take an item into the order.")
@click.option("--remove", multiple=True, metavar="NUMBER", help="Take an item out of it.")
@on_terms
@terminal.reads
def amend(change: str, notes: str, add: tuple[str, ...], remove: tuple[str, ...],
          **told: Any) -> None:  # fmt: skip
    """Take an order up with what is on main now, or with other items and on other terms.

    It goes on after a rejection or a withdrawal too.  Observers and readers replace those named
    before; an empty name leaves nobody.
    """
    from release import desk

    here = session()
    say_judgement(desk.amend(here.vault, here.actor, change, notes, _terms(told), add, remove))


@changes.command()
@click.argument("change")
@click.option("-m", "reason", required=True, help="Why it is taken back.")
@terminal.reads
def withdraw(change: str, reason: str) -> None:
    """Take your order back to work; its sign-offs are void, and amending resubmits it."""
    from release import desk, review

    here = session()
    review.withdraw(here.vault, here.actor, change, reason)
    say_judgement(desk.judge(here.vault, change))


@changes.command()
@click.argument("change")
@click.option("-m", "reason", required=True, help="Why it is cancelled.")
@terminal.reads
def cancel(change: str, reason: str) -> None:
    """Cancel an order; it stays on record."""
    from release import desk

    here = session()
    say_judgement(desk.cancel(here.vault, here.actor, change, reason))


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
    told = [{"number": one.number, "rev": one.rev, "covered": one.covered} for one in made]
    say({"change": change.upper(), "released": told}, [f"{one.number} {one.rev}" for one in made])
    for one in made:
        for said in one.covered:
            click.echo(f"  {one.number} {one.rev}: {said}", err=True)
    if any(one.supersedes for one in made):
        click.echo("  titleblock recalls: copies and jobs on what this supersedes", err=True)


def say_judgement(
    judgement: Judgement, left_out: Sequence[LeftOut] = (), *, dry_run: bool = False
) -> None:
    """Print an order with its letters to be, every finding and what comes next."""
    order = judgement.order
    told = {**judgement.told(), "left_out": [{"number": o.number, "why": o.why} for o in left_out]}
    head = f"{order.change}  {order.state}  {order.change_class}  by {order.author}: {order.notes}"
    if dry_run:
        head = (
            f"Nothing was opened. It would be {order.change}, {order.change_class}: {order.notes}"
        )
    say(told, [head, *_items(judgement), *_findings(judgement),
               *(f"  – {one.number} stays out: {one.why}" for one in left_out),
               *([f"ready: titleblock release {order.change}"] if judgement.passes else ())])  # fmt: skip


def _items(judgement: Judgement) -> Iterator[str]:
    for one in judgement.order.items:
        letter = judgement.next.get(one.number)
        will = f"will be {letter}" if letter else judgement.order.state
        yield f"  {one.number}  {one.from_rev or 'new'} → {will}  {one.title}"
        if one.notes:
            yield f"      {one.notes}"
        if asked := judgement.lists.get(one.number):
            yield f"      to be read by {', '.join(f'{a.person} ({a.by})' for a in asked)}"
        decided = [f"{what}: {said}" for what, said in (("stock", one.stock),
                   ("in process", one.in_process)) if said]  # fmt: skip
        if decided:
            yield f"      {', '.join(decided)}"


def _findings(judgement: Judgement) -> Iterator[str]:
    for one in judgement.findings:
        remedy = f"  → {one.remedy}" if one.remedy and not one.passes else ""
        yield f"  {MARKS[one.verdict]} {one.item}  {one.requirement}: {one.reason}{remedy}"


def _terms(told: Mapping[str, Any]) -> Terms:
    from release import terms

    return terms.Terms(
        change_class=told["change_class"] or "", notes=terms.pairs(told["item_notes"], "--note"),
        stock=terms.pairs(told["stock"], "--stock"),
        in_process=terms.pairs(told["in_process"], "--in-process"),
        observers=told["observers"] or None, readers=told["readers"] or None,
    )  # fmt: skip
