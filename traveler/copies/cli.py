# SPDX-License-Identifier: AGPL-3.0-or-later
"""Copies on the command line: take released files out, account for copies, recall, acknowledge."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vault import terminal
from vault.terminal import DEVICE, reads, say, session, table

if TYPE_CHECKING:
    from traveler.copies.records import Copy
    from traveler.recalls import Task, Withdrawal

INSTRUCTIONS = ("stop", "finish lot", "scrap", "ask")
NOTE = click.option("-m", "note", default="", metavar="NOTE", help="What is to be known about it.")


def hang(trunk: click.Group) -> None:
    """Hang these verbs on the trunk."""
    for command in (get, copies, recall, recalls, read):
        trunk.add_command(command)


# --- taking files out -------------------------------------------------------


@click.command()
@click.argument("number")
@click.option("--rev", metavar="R", help="A released revision [the current one].")
@click.option("--working", is_flag=True, help="What is on main: not released, not for the floor.")
@click.option("--original", is_flag=True, help="PDFs as they were checked in, without the stamp.")
@click.option("--job", default="", metavar="JOB", help="The job the drawings are for.")
@click.option("--op", "seq", type=int, metavar="SEQ", help="The operation of that job.")
@click.option("-o", "out", type=click.Path(path_type=Path), required=True,
              help="The folder to write to.")  # fmt: skip
@reads
def get(
    number: str, rev: str | None, working: bool, original: bool, job: str, seq: int | None,
    out: Path,
) -> None:  # fmt: skip
    """Take the released files of an item out, each stamped PDF as a numbered copy of yours."""
    from release import shelf

    if working and rev:
        raise click.UsageError("--working and --rev exclude each other")
    if job and (working or original):
        raise click.UsageError("--job is for stamped copies, not with --working or --original")
    if seq is not None and not job:
        raise click.UsageError("--op needs a --job")
    vault = session().vault
    if working:
        taken = shelf.take_working(vault, number, out)
    elif original:
        taken = shelf.take(vault, number, rev, out, stamped=False)
    else:
        taken = _copies_of(number, rev, out, job, seq)
    numbers = {one["file"]: one["copy"] for one in taken.get("copies", [])}
    say(taken, [f"{taken['number']} {taken['rev']}: {name}"
                + (f", copy {numbers[name]}" if name in numbers else "")
                for name in taken["files"]])  # fmt: skip


def _copies_of(
    number: str, rev: str | None, out: Path, job: str, seq: int | None
) -> dict[str, Any]:
    from traveler.copies import issuing, taking
    from vault.ledger.people import require

    here = session()
    person = terminal.login_name()  # whoever sits at the vault's own machine and names nobody
    if here.user:
        require(here.actor, *issuing.STAFF)
        person = here.actor.name
    return taking.take(here.vault, person, number, rev, out, job, seq, DEVICE)


# --- the register -----------------------------------------------------------


class _Register(click.Group):
    """The register lists whatever follows that is no verb: ``copies 10-0042 B``."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a verb, else the list."""
        return super().get_command(ctx, cmd_name) or super().get_command(ctx, "list")

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the verb and what follows it; where there is none all of it is for the list."""
        if args[0] in self.commands:
            return args[0], self.commands[args[0]], args[1:]
        return "list", self.commands["list"], args


@click.group(cls=_Register, subcommand_metavar="[NUMBER [REV] | COMMAND …]", no_args_is_help=True)
def copies() -> None:
    """Numbered copies of released drawings: who has which, and what became of each."""


@copies.command("list")
@click.argument("number", required=False, default="")
@click.argument("rev", required=False, default="")
@click.option("--job", default="", metavar="JOB")
@click.option("--person", default="", metavar="USER")
@click.option("--state", default="", help="open, collected, destroyed or missing.")
@click.option("--to-collect", is_flag=True, help="Only what is out and superseded or recalled.")
@reads
def list_copies(number: str, rev: str, job: str, person: str, state: str, to_collect: bool) -> None:
    """List copies of an item, or of one revision, the newest first."""
    from traveler.copies import register
    from traveler.copies.records import CopyFilter

    vault = session().vault
    if number:
        from release import shelf

        number = shelf.item(vault, number)["number"]
    wanted = CopyFilter(number, rev, job, person, state)
    found = register.to_collect(vault, wanted) if to_collect else register.listing(vault, wanted)
    say([one.as_json() for one in found], _table(found))


@copies.command("show")
@click.argument("copy", metavar="ID")
@reads
def show_copy(copy: str) -> None:
    """Show a copy by its number, its code or the address in its QR, and all that was done with it."""
    from traveler.copies import register

    view = register.look(session().vault, copy)
    done = [
        {"at": one.at, "by": one.person, "what": register.SAID[one.act], "note": one.note}
        for one in view.acts
    ]
    one = view.copy
    say(
        {**one.as_json(), "standing": view.standing, "acts": done},
        [
            f"{one.number}  {one.item} {one.rev} ({view.standing})  {one.file}  {one.state}",
            f"for {one.work or 'no job'}, {one.person}, {one.at}",
            f"sha256 {one.sha256}",
            table(
                ("when", "who", "what", "note"),
                [(a["at"], a["by"], a["what"], a["note"]) for a in done],
            ),
        ],
    )


@copies.command("close")
@click.argument("copy", metavar="ID")
@click.option("--collected", "how", flag_value="collect", help="It was brought back.")
@click.option("--destroyed", "how", flag_value="destroy", help="It does not exist any more.")
@click.option("--missing", "how", flag_value="miss", help="It cannot be found; needs a note.")
@NOTE
@reads
def close_copy(copy: str, how: str | None, note: str) -> None:
    """Put on record what became of a copy, by its number or its code."""
    if how is None:
        raise click.UsageError("say --collected, --destroyed or --missing")
    _act(copy, how, note)


@copies.command("correct")
@click.argument("copy", metavar="ID")
@NOTE
@reads
def correct_copy(copy: str, note: str) -> None:
    """Put right a copy that was closed by mistake: it is out again, and both stay on record."""
    _act(copy, "correct", note)


def _act(copy: str, how: str, note: str) -> None:
    from traveler.copies import register

    now = register.act(session().vault, session().actor, copy, how, note, DEVICE)
    say(now.as_json(), f"{now.number}, {now.item} {now.rev}: {register.SAID[how]}.")


def _table(found: Sequence[Copy]) -> str:
    rows = [
        (one.number, f"{one.item} {one.rev}", one.file, one.work, one.person, one.at, one.state)
        for one in found
    ]
    return table(("copy", "item", "file", "for", "who", "when", "state"), rows)


# --- recalls ----------------------------------------------------------------


@click.command()
@click.argument("number")
@click.argument("rev")
@click.option("-m", "reason", required=True, help="Why; shown to whoever scans a copy.")
@click.option("--instruction", type=click.Choice(INSTRUCTIONS), default=INSTRUCTIONS[0],
              show_default=True, help="What the floor does with what is in work.")  # fmt: skip
@click.option("--ask", default="", metavar="USER", help="Whom the floor asks.")
@reads
def recall(number: str, rev: str, reason: str, instruction: str, ask: str) -> None:
    """Withdraw a released revision, and list the copies and jobs this leaves to account for."""
    from release import desk
    from traveler import recalls as recall_tasks

    here = session()
    made = desk.recall(here.vault, here.actor, number, rev, reason, instruction, ask)
    left = recall_tasks.of(here.vault, made.number, made.rev)
    say(
        {"number": made.number, "rev": made.rev, "state": "recalled", "reason": made.reason,
         "instruction": made.instruction, "ask": made.ask or None,
         "tasks": [one.as_json() for one in left.open]},
        [f"{made.number} {made.rev} is recalled: {made.reason}", made.order, *_left(left)],
    )  # fmt: skip


@click.command()
@click.argument("number", required=False)
@click.argument("rev", required=False)
@click.option("--all", "closed", is_flag=True, help="Those of which all is done, too.")
@reads
def recalls(number: str | None, rev: str | None, closed: bool) -> None:
    """Show what recalls and supersessions still leave to do: copies to collect, jobs to decide."""
    from traveler import recalls as recall_tasks

    vault = session().vault
    if number and rev:
        one = recall_tasks.of(vault, number, rev)
        say(one.as_json(), [_head(one), *([one.order] if one.order else []), *_left(one)])
        return
    found = [
        one for one in recall_tasks.listing(vault, closed=closed) if number in {None, one.number}
    ]
    rows = [
        (f"{one.number} {one.rev}", one.standing, one.at, one.state,
         f"{len(one.open)} of {len(one.tasks)}", one.reason)
        for one in found
    ]  # fmt: skip
    heads = ("revision", "standing", "since", "state", "still open", "why")
    say([one.as_json() for one in found], table(heads, rows))


def _head(one: Withdrawal) -> str:
    instead = f"; {one.current} is current" if one.current else ""
    return f"{one.number} {one.rev} is {one.standing}{instead}: {one.reason} ({one.state})"


def _left(one: Withdrawal) -> list[str]:
    if not one.tasks:
        return ["No copy of it is out and no job is on it."]
    return [_task(task) for task in sorted(one.tasks, key=lambda task: task.done)]


def _task(one: Task) -> str:
    mark = "✓" if one.done else "✗"
    said = f"  {mark} {one.kind} {one.name}  {one.where or 'no job'}  {one.who}, {one.since}"
    if one.done:
        return f"{said}: {one.outcome}{f' by {one.done_by}' if one.done_by else ''}"
    way = "copies close" if one.kind == "copy" else "job decide"
    return f"{said}  → titleblock {way} {one.name}"


# --- read receipts ----------------------------------------------------------


@click.command()
@click.argument("number", required=False)
@click.argument("rev", required=False)
@reads
def read(number: str | None, rev: str | None) -> None:
    """Acknowledge a new revision; without NUMBER and REV, list what you still have to read."""
    from traveler import readers

    here = session()
    if number and rev:
        done = readers.acknowledge(here.vault, here.actor, number, rev, DEVICE)
        say(done.as_json(), f"{done.person} has read {done.number} {done.rev}.")
        return
    if number:
        raise click.UsageError("name the revision too: titleblock read NUMBER REV")
    found = readers.to_read(here.vault, here.actor)
    rows = [(one.number, one.rev, one.released_at, one.change, one.notes) for one in found]
    say(
        [{"number": one.number, "rev": one.rev, "change": one.change, "notes": one.notes}
         for one in found],
        table(("number", "rev", "released", "change", "why"), rows),
    )  # fmt: skip
