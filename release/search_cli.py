# SPDX-License-Identifier: AGPL-3.0-or-later
"""Searching on the command line, and making the search index again."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import click

from vault import terminal
from vault.terminal import say, session, table

if TYPE_CHECKING:
    from vault.catalogue_rows import Hit
    from vault.home import Vault

PATIENCE_S: Final = 1.0
"""How long a search first reads drawings that wait to be read."""
STATES: Final = ("released", "recalled", "never released")


def hang(trunk: click.Group) -> None:
    """Hang these verbs on the trunk."""
    trunk.add_command(search)
    trunk.add_command(catalogue)


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", default=50, show_default=True)
@click.option("--kind", help="Only parts, assemblies, …")
@click.option("--owner", metavar="USER", help="Only items of this approval owner.")
@click.option("--state", type=click.Choice(STATES), help="Only items that stand so.")
@click.option("--material", help="Only items of this material.")
@click.option("--facets", is_flag=True, help="Also count kinds, states, owners and materials.")
@terminal.reads
def search(
    words: tuple[str, ...],
    limit: int,
    kind: str | None,
    owner: str | None,
    state: str | None,
    material: str | None,
    facets: bool,
) -> None:
    """Search items by number, title, metadata and the text of their drawings."""
    from release import settling
    from vault import words as reading

    vault = session().vault
    settling.settle(vault)
    left = reading.read_pending(vault, PATIENCE_S).left
    wanted = " ".join(words)
    narrowed = {"kind": kind, "owner": owner, "state": state, "material": material}
    hits = vault.catalogue.search(wanted, limit=limit, **narrowed)
    told = [_told(vault, hit) for hit in hits]
    if left:
        click.echo(f"The drawings of {left} items are not read yet; ask again, or run "
                   "`titleblock catalogue rebuild --words`.", err=True)  # fmt: skip
    heads = ["NUMBER", "CURRENT", "KIND", "OWNER", "TITLE", "FOUND"]
    rows = [(one["number"], one["current"] or "–", one["kind"], one["owner"], one["title"],
             one["found"]) for one in told]  # fmt: skip
    if not facets:
        say(told, table(heads, rows))
        return
    counted = asdict(vault.catalogue.facets(wanted, **narrowed))
    partial = counted.pop("partial")
    lines = [
        f"{name}: {', '.join(f'{value} {count}' for value, count in values) or '–'}"
        for name, values in counted.items()
    ]
    lines += ["Only the first finds are counted."] if partial else []
    say({"items": told, "facets": {**counted, "partial": partial}, "unread": left},
        [table(heads, rows), "", *lines])  # fmt: skip


@click.group()
def catalogue() -> None:
    """The search index, which is made from history and may be made again."""


@catalogue.command()
@click.option(
    "--words", "all_words", is_flag=True, help="Read every drawing that was not read yet."
)
@terminal.reads
def rebuild(all_words: bool) -> None:
    """Make the catalogue again from history; words that were read before are not read again."""
    from release import settling
    from vault import words as reading

    vault = session().vault
    with terminal.status() as show:
        show("Making the catalogue again from history …")
        counts = settling.rebuild(vault)
    if all_words and (waiting := vault.catalogue.unread_count()):
        with terminal.progress("Reading drawings", waiting) as told:
            reading.read_pending(vault, told=told)
    counts["unread"] = vault.catalogue.unread_count()
    say(counts, ", ".join(f"{count} {what}" for what, count in counts.items()))


def _told(vault: Vault, hit: Hit) -> dict[str, Any]:
    row = hit.item
    newest = vault.catalogue.revisions(row.number)
    text = "".join(piece.text for piece in hit.snippet)
    return {
        "number": row.number, "title": row.title, "kind": row.kind, "owner": row.owner,
        "current": next((one.rev for one in newest if one.state == "current"), None),
        "path": row.path, "file": hit.file,
        "found": f"{hit.file}: …{text}…" if hit.file else text,
    }  # fmt: skip
