# SPDX-License-Identifier: AGPL-3.0-or-later
"""Items on the command line: add, check in, look at, take released files out, search."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vault import terminal
from vault.terminal import say, session, table

if TYPE_CHECKING:
    from vault.catalogue import ItemRow
    from vault.home import Vault

FILE = click.Path(path_type=Path)


def hang(trunk: click.Group) -> None:
    """Hang these verbs on the trunk."""
    for command in (items, checkin, get, search, catalogue):
        trunk.add_command(command)


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
@terminal.reads
def list_items(limit: int, after: str | None) -> None:
    """List items with their current revision."""
    from release import settling

    vault = session().vault
    settling.settle(vault)
    _listed(vault, vault.catalogue.items(after=after, limit=limit))


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", default=50, show_default=True)
@terminal.reads
def search(words: tuple[str, ...], limit: int) -> None:
    """Search items by number, title and metadata."""
    from release import settling

    vault = session().vault
    settling.settle(vault)
    _listed(vault, vault.catalogue.items(words=" ".join(words), limit=limit))


@items.command()
@click.argument("number")
@terminal.reads
def show(number: str) -> None:
    """Show an item, its current revision and every earlier one."""
    from release import shelf

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
    rows = [(e["at"], e["by"], e["commit"][:10], e["what"]) for e in told]
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
    from release import desk

    if not files and not remove:
        raise click.UsageError("name at least one FILE, or one to --remove")
    by_name: dict[str, Path] = {}
    for file in files:
        if file.name in by_name:
            raise click.UsageError(f"two files are called {file.name}")
        by_name[file.name] = file
    here = session()
    made = desk.check_in(here.vault, here.actor, number, by_name, message, remove)
    told = [{"name": f.name, "sha256": f.sha256, "size": f.size} for f in made.files]
    say(
        {"number": made.number, "commit": made.commit, "files": told},
        [f"{made.number}: {len(told)} files checked in as {made.commit[:10]}.",
         f"Next: titleblock change open {made.number} -m NOTES"],
    )  # fmt: skip


@click.command()
@click.argument("number")
@click.option("--rev", metavar="R", help="A released revision [the current one].")
@click.option("--working", is_flag=True, help="What is on main: not released, not for the floor.")
@click.option("--original", is_flag=True, help="PDFs as they were checked in, without the stamp.")
@click.option("-o", "out", type=FILE, required=True, help="The folder to write to.")
@terminal.reads
def get(number: str, rev: str | None, working: bool, original: bool, out: Path) -> None:
    """Take the released files of an item out, PDFs stamped."""
    from release import shelf

    if working and rev:
        raise click.UsageError("--working and --rev exclude each other")
    vault = session().vault
    if working:
        taken = shelf.take_working(vault, number, out)
    else:
        taken = shelf.take(vault, number, rev, out, stamped=not original)
    say(taken, [f"{taken['number']} {taken['rev']}: {name}" for name in taken["files"]])


@click.group()
def catalogue() -> None:
    """The search index, which is made from history and may be made again."""


@catalogue.command()
@terminal.reads
def rebuild() -> None:
    """Make the catalogue again from history."""
    from release import settling

    counts = settling.rebuild(session().vault)
    say(counts, ", ".join(f"{count} {what}" for what, count in counts.items()))


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise click.UsageError(f"--set takes KEY=VALUE, not “{text}”")
    return key.strip(), value


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
