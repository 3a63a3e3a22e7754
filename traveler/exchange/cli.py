# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line between the floor and an ERP: ``titleblock erp …`` and ``job amend``."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vault import terminal
from vault.terminal import reads, say, session, table, why

if TYPE_CHECKING:
    from traveler.exchange.importing import Import, RowPlan
    from traveler.exchange.mapping import Map

_file = click.Path(exists=True, dir_okay=False, path_type=Path)


def hang(trunk: click.Group, job: click.Group) -> None:
    """Hang the branch ``erp`` on the trunk, and what it shares with people on ``job``."""
    trunk.add_command(erp)
    job.add_command(amend)


@click.command("amend")
@click.argument("job_number", metavar="JOB")
@click.option("--qty", type=int, help="How many pieces; only before the job is released.")
@click.option("--due", metavar="DATE", help="As 2027-03-01.")
@click.option("--customer")
@click.option("--order", help="The customer's order number.")
@why
@reads
def amend(
    job_number: str,
    qty: int | None,
    due: str | None,
    customer: str | None,
    order: str | None,
    why: str,
) -> None:
    """Change what was ordered; what was there before stays in the job's history."""
    from traveler import amending

    view = amending.amend(
        session().vault, session().actor, job_number, qty=qty, due=due, customer=customer,
        order=order, why=why,
    )  # fmt: skip
    one = view.job
    say(view.as_json(), f"Job {one.number}: {one.qty} of {one.item} {one.rev}, due {one.due}.")


@click.group()
def erp() -> None:
    """Orders from an ERP, and back to it what the floor did; prices and stock stay there."""


@erp.command("map")
def show_map() -> None:
    """Print a map to begin with: which columns mean what."""
    from traveler.exchange import mapping

    click.echo(mapping.EXAMPLE, nl=False)


@erp.command("import")
@click.argument("file", type=_file)
@click.option("--map", "map_file", type=_file, metavar="MAP.toml", help="Which columns mean what.")
@click.option("--source", default="", help="Whose numbers these are, where no map says so.")
@click.option("--dry-run", is_flag=True, help="Only say what would be made and changed.")
@reads
def import_orders(file: Path, map_file: Path | None, source: str, dry_run: bool) -> None:
    """Take over the orders of a CSV or JSON file as jobs.

    The same file again changes nothing. Bad rows are listed with row, field and remedy, and good
    ones land; the exit code is 1 where any row was refused.
    """
    from traveler.exchange import importing, rows

    told = _map(map_file, source)
    rows.small_enough(file.stat().st_size, file.name)
    vault, actor, data = session().vault, session().actor, file.read_bytes()
    if dry_run:
        found = importing.preview(vault, actor, data, file.name, told)
    else:
        with terminal.progress("Taking over", data.count(b"\n")) as advance:
            found = importing.take_over(vault, actor, data, file.name, told, advance)
    say(found.as_json(), _told(found))
    if found.of("refused"):
        click.get_current_context().exit(1)


@erp.command("export")
@click.argument("what")
@click.option(
    "-o", "out", type=click.Path(dir_okay=False, path_type=Path), required=True,
    metavar="FILE.csv|json", help="CSV unless it ends with .json.",
)  # fmt: skip
@click.option("--since", type=click.IntRange(0), default=0, metavar="CURSOR", help="From the last.")
@reads
def export(what: str, out: Path, since: int) -> None:
    """Write what happened since a cursor: WHAT is jobs, completions, times or shipments.

    The answer names the cursor to ask with the next time.  The file is written as a whole or not at
    all, so after an interruption the same cursor is asked again.
    """
    from dataclasses import replace

    from traveler.exchange import exporting
    from vault import durable

    found = exporting.export(session().vault, what, since)
    count = 0

    def counted() -> Iterator[Mapping[str, Any]]:
        nonlocal count
        for row in found.rows:
            count += 1
            yield row

    made = replace(found, rows=counted())
    is_json = out.suffix.lower() == ".json"
    durable.write(out, made.json_parts() if is_json else made.csv_parts())
    told = {"what": found.what, "file": str(out), "rows": count, "cursor": found.cursor}
    say(told, f"{out}: {count} rows; the next time ask --since {found.cursor}.")


def _map(place: Path | None, source: str) -> Map:
    from traveler.exchange import mapping

    told = mapping.parse(place.read_bytes(), place.name) if place else mapping.Map()
    return mapping.named(told, source)


def _told(found: Import) -> list[str]:
    verbs = ("made", "changed") if found.done else ("would be made", "would be changed")
    new, changed, same, refused = (
        found.of(one) for one in ("new", "changed", "same", "refused")
    )  # fmt: skip
    counts = f"{_jobs(new)} {verbs[0]}, {len(changed)} {verbs[1]}"
    rows_refused = f"{len(refused)} row{'' if len(refused) == 1 else 's'} refused"
    lines = [f"{counts}, {len(same)} as they were, {rows_refused}."]
    rows = [(one.row, one.verdict, one.job, _what(one)) for one in (*new, *changed)][:200]
    if rows:
        lines += ["", table(("row", "", "job", "what"), rows)]
    if refused:
        bad = [(one.row, one.field, one.job, one.why) for one in refused]
        lines += ["", "Refused; correct these and run it again:",
                  table(("row", "field", "job", "why"), bad)]  # fmt: skip
    if found.unread:
        lines += ["", f"Not read, they stay in the ERP: {', '.join(found.unread)}."]
    return lines


def _jobs(plans: list[RowPlan]) -> str:
    return f"{len(plans)} job{'' if len(plans) == 1 else 's'}"


def _what(plan: RowPlan) -> str:
    if plan.verdict == "changed":
        return ", ".join(f"{name} {old} → {new}" for name, (old, new) in plan.changes.items())
    line = plan.line
    return f"{line.qty} × {line.item} {line.rev}".rstrip() + f", due {line.due}" if line else ""
