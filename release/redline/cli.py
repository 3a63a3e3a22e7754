# SPDX-License-Identifier: AGPL-3.0-or-later
"""The branch of the command line for redlines: one item, or a whole change order."""

from __future__ import annotations

# Imports inside the command: `--help` must not wait for the database and git.
from pathlib import Path

import click

from vault.terminal import reads, say, session, status


def hang(trunk: click.Group) -> None:
    """Hang ``redline`` on the trunk."""
    trunk.add_command(redline)


@click.command
@click.argument("number", required=False)
@click.argument("before", required=False, metavar="[FROM]")
@click.argument("after", required=False, metavar="[TO]")
@click.option("--order", "change", metavar="CO", help="Every item of a change order.")
@click.option(
    "-o", "--out", metavar="OUT.pdf", type=click.Path(dir_okay=False, path_type=Path),
    help="Write a PDF: the lists and tables, then each sheet in colours.",
)  # fmt: skip
@reads
def redline(
    number: str | None, before: str | None, after: str | None, change: str | None, out: Path | None
) -> None:
    """Show what differs between two revisions of an item, file by file.

    FROM and TO are revisions, `current` or `working` [the current release, what is on main].
    With --order, NUMBER narrows to one item of the order.
    """
    from release.redline import sides, telling

    if change is None and number is None:
        raise click.UsageError("name an item NUMBER, or a change order with --order")
    if change is not None and before is not None:
        raise click.UsageError("--order compares with the last release; leave FROM and TO out")
    vault = session().vault
    if change is not None:
        wanted, title = sides.all_of_order(vault, change, number), f"Redline of {change}"
    else:
        one = sides.between(vault, str(number), before, after)
        wanted, title = [one], f"Redline of {one.number}, {one.from_label} to {one.after.label}"
    with status() as show:
        every = [(one, telling.whole(vault, one, show)) for one in wanted]
        pages = telling.bind(vault, title, every, out) if out else 0
    items = [telling.data(one, told) for one, told in every]
    told_to = {"out": str(out) if out else None, "pages": pages}
    lines = [line for one, told in every for line in telling.lines(one, told)]
    if out:
        lines.append(f"{out}: {pages} pages.")
    say({"change": change, "items": items, **told_to} if change else {**items[0], **told_to}, lines)
