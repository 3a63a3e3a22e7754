# SPDX-License-Identifier: AGPL-3.0-or-later
"""Items on the command line: add, check in, look at."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from release import structure_cli
from vault import terminal
from vault.terminal import say, session, table

if TYPE_CHECKING:
    from release.onday import LogEntry, Shop, Then
    from vault.catalogue_rows import ItemRow
    from vault.home import Vault

FILE = click.Path(path_type=Path)
WHEN = "What was current then, by the release log: a day (its end), or 2026-11-01T12:00Z."


def hang(trunk: click.Group) -> None:
    """Hang these verbs on the trunk."""
    for command in (items, checkin):
        trunk.add_command(command)
    structure_cli.hang(items)


@click.group("item")
def items() -> None:
    """Parts and documents: add one, look at one, list them."""


@items.command("add")
@click.argument("number")
@click.option("--title", required=True)
@click.option("--owner", required=True, metavar="USER", help="The approval owner.")
@click.option("--kind", default="part", show_default=True,
              help="part, assembly, drawing, fixture, program or procedure.")  # fmt: skip
@click.option("--path", "folder", metavar="FOLDER", help="Its folder in the vault [by number].")
@click.option("--set", "further", multiple=True, metavar="KEY=VALUE", help="Further metadata.")
@terminal.reads
def add(
    number: str, title: str, owner: str, kind: str, folder: str | None, further: tuple[str, ...]
) -> None:
    """Add an item."""
    from release import desk

    metadata = dict(_pair(one) for one in further)
    here = session()
    made = desk.add_item(here.vault, here.actor, number, title, owner, kind, folder, metadata)
    row = here.vault.catalogue.item(made.number)
    path = row.path if row else ""
    say(
        {"number": made.number, "title": made.title, "owner": made.owner, "path": path},
        f"{made.number} {made.title}, in {path}. Next: titleblock checkin {made.number} FILE…",
    )


@items.command("list")
@click.option("--limit", default=200, show_default=True)
@click.option("--after", metavar="NUMBER", help="Go on after this number.")
@click.option("--on", "--at", "moment", metavar="WHEN", help=WHEN)
@terminal.reads
def list_items(limit: int, after: str | None, moment: str | None) -> None:
    """List items with their current revision."""
    from release import onday, settling

    vault = session().vault
    if moment:
        _listed_then(onday.items(vault, moment, after, limit))
        return
    settling.settle(vault)
    _listed(vault, vault.catalogue.items(after=after, limit=limit))


@items.command()
@click.argument("number")
@click.option("--on", "--at", "moment", metavar="WHEN", help=WHEN)
@terminal.reads
def show(number: str, moment: str | None) -> None:
    """Show an item, its current revision and every earlier one."""
    from release import onday, shelf

    if moment:
        _shown_then(onday.item(session().vault, number, moment))
        return
    told = shelf.item(session().vault, number)
    say(
        told,
        [
            f"{told['number']}  {told['title']}",
            f"{told['kind']}, approval owner {told['owner']}, current: {told['current'] or 'none'}",
            "",
            table(
                ["REV", "STATE", "CHANGE", "RELEASED"],
                [(r["rev"], r["state"], r["change"], r["released_at"]) for r in told["revisions"]],
            ),
        ],
    )


@items.command()
@click.argument("number")
@click.option("--rev", metavar="R", help="A released revision [what is on main].")
@terminal.reads
def files(number: str, rev: str | None) -> None:
    """List the files of an item with size and sha256."""
    from release import shelf

    told = shelf.files(session().vault, number, rev)
    say(
        told,
        table(["FILE", "BYTES", "SHA256"], [(f["name"], f["size"], f["sha256"]) for f in told]),
    )


@items.command()
@click.argument("number")
@click.option("--limit", default=100, show_default=True)
@terminal.reads
def history(number: str, limit: int) -> None:
    """Show who checked in what, and what was released, the newest first."""
    from release import shelf

    told = shelf.story(session().vault, number, limit)
    rows = [
        (e["at"], e["by"] if e.get("author", e["by"]) == e["by"] else f"{e['by']} for {e['author']}",
         e["commit"][:10], e["what"])
        for e in told
    ]  # fmt: skip
    say(told, table(["WHEN", "WHO", "COMMIT", "WHAT"], rows))


@items.command()
@click.argument("number")
@click.argument("commit")
@click.option("-m", "why", required=True, help="Why it goes back.")
@terminal.reads
def restore(number: str, commit: str, why: str) -> None:
    """Make the files of an item what they were at an earlier COMMIT, as a new iteration."""
    from release import desk

    here = session()
    made = desk.restore(here.vault, here.actor, number, commit, why)
    say(
        {"number": made.number, "commit": made.commit},
        f"{made.number} is as it was at {commit}, checked in as {made.commit[:10]}.",
    )


@click.command()
@click.argument("number")
@click.argument("files", nargs=-1, type=FILE)
@click.option("-m", "message", default="", help="What changed.")
@click.option("--remove", multiple=True, metavar="NAME", help="Remove this file from the item.")
@terminal.reads
def checkin(number: str, files: tuple[Path, ...], message: str, remove: tuple[str, ...]) -> None:
    """Add or replace files of an item as one commit."""
    from release import arriving

    if not files and not remove:
        raise click.UsageError("name at least one FILE, or one to --remove")
    by_name: dict[str, Path] = {}
    for file in files:
        if file.name in by_name:
            raise click.UsageError(f"two files are called {file.name}")
        by_name[file.name] = file
    here = session()
    made = arriving.check_in(here.vault, here.standing, number, by_name, message, remove)
    told = [{"name": f.name, "sha256": f.sha256, "size": f.size} for f in made.files]
    say(
        {"number": made.number, "commit": made.commit, "files": told},
        [f"{made.number}: {len(told)} files checked in as {made.commit[:10]}.",
         f"Next: titleblock change open {made.number} -m NOTES"],
    )  # fmt: skip


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise click.UsageError(f"--set takes KEY=VALUE, not “{text}”")
    return key.strip(), value


def _shown_then(then: Then) -> None:
    one = then.revision
    told: dict[str, Any] = {
        "number": then.number,
        "at": then.at,
        "entry": asdict(then.entry),
        "rev": one.rev if one else None,
        "now": then.now or None,
        "revisions": [
            {"rev": was.rev, "state": state, "change": was.change, "released_at": was.released_at}
            for was, state in then.revisions
        ],
    }
    if one is not None:
        told |= {"title": one.title, "change": one.change, "released_at": one.released_at,
                 "released_by": one.released_by}  # fmt: skip
        since = "and still is" if then.now == one.rev else f"now it is {then.now or 'none'}"
        text = (f"{one.number} {one.rev}, {one.title}, released {one.released_at} with"
                f" {one.change}, was current at {then.at}; {since}.")  # fmt: skip
    else:
        text = f"{then.number}: nothing was current at {then.at}."
        if then.recall is not None:
            text += f" {then.recall.rev} was recalled at {then.recall.at}: {then.recall.reason}"
    rows = [(r["rev"], r["state"], r["change"], r["released_at"]) for r in told["revisions"]]
    further = ["", table(["REV", "STATE THEN", "CHANGE", "RELEASED"], rows)] if rows else []
    say(told, [text, _by_entry(then.entry), *further])


def _by_entry(entry: LogEntry) -> str:
    if not entry.sequence:
        return "The release log had no entry yet."
    return f"By entry {entry.sequence} of the release log, {entry.commit[:10]}, made {entry.at}."


def _listed_then(found: Shop) -> None:
    told = [
        {"number": one.number, "title": one.title, "kind": one.kind, "owner": one.owner,
         "current": one.rev, "change": one.change, "released_at": one.released_at}
        for one in found.revisions
    ]  # fmt: skip
    rows = [(t["number"], t["current"], t["change"], t["released_at"], t["title"]) for t in told]
    heads = ["NUMBER", "CURRENT", "CHANGE", "RELEASED", "TITLE"]
    say(told, [table(heads, rows), "", f"As of {found.at}. {_by_entry(found.entry)}"])


def _listed(vault: Vault, rows: list[ItemRow]) -> None:
    told: list[dict[str, Any]] = []
    for row in rows:
        newest = vault.catalogue.revisions(row.number)
        current = next((one.rev for one in newest if one.state == "current"), None)
        told.append({"number": row.number, "title": row.title, "kind": row.kind, "owner": row.owner,
                     "current": current, "path": row.path})  # fmt: skip
    say(
        told,
        table(
            ["NUMBER", "CURRENT", "KIND", "OWNER", "TITLE"],
            [(t["number"], t["current"] or "–", t["kind"], t["owner"], t["title"]) for t in told],
        ),
    )
