# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line of figures over time: ``titleblock performance``."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vault import terminal
from vault.terminal import reads, say, session

if TYPE_CHECKING:
    from traveler.performance.counting import Standing
    from traveler.performance.desk import Report, Wanted
    from traveler.performance.telling import Table

OVERVIEW = ("periods", "stations", "items", "customers", "blocker-types", "blocker-owners")
SHOWN = 25


def hang(trunk: click.Group) -> None:
    """Hang figures over time on the trunk."""
    trunk.add_command(performance)


@click.group(invoke_without_command=True)
@click.option("--from", "first", default="", metavar="DAY", help="[twelve months back]")
@click.option("--to", "last", default="", metavar="DAY", help="[today]")
@click.option("--by", default="month", show_default=True, help="week, month or year.")
@click.option("--item", default="", metavar="NUMBER", help="Of one item, with its steps.")
@click.option("--station", default="", help="Of one station.")
@click.option("--customer", default="", help="Of one customer.")
@click.option("--person", default="", help="Of one person; others than oneself by the rules only.")
@click.option("--table", "name", default="", metavar="TABLE",
              help="One table alone: periods, stations, items, customers, blocker-types, "
              "blocker-owners, steps, operations, deliveries, people.")  # fmt: skip
@click.option("-o", "out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.csv",
              help="Write that table as CSV.")  # fmt: skip
@reads
@click.pass_context
def performance(
    context: click.Context, first: str, last: str, by: str, item: str, station: str, customer: str,
    person: str, name: str, out: Path | None,
) -> None:  # fmt: skip
    """On-time delivery, yield, scrap, planned and actual time, blocked time, over months and years.

    \b
    titleblock performance --by year --from 2020-01-01
    titleblock performance --station MILL-2 --table operations -o mill-2.csv
    """
    if context.invoked_subcommand is not None:
        return
    from traveler.performance import telling
    from traveler.performance.desk import Wanted
    from vault import durable

    if name:
        telling.parts(name)
    wanted = Wanted(first, last, by, item, station, customer, person)
    found = _report(wanted, name)
    if out is not None:
        made = telling.table(found, name or "periods")
        durable.write(out, made.csv_bytes())
        say({"table": made.name, "file": str(out), "rows": len(made.rows)},
            f"{out}: {len(made.rows)} rows.")  # fmt: skip
        return
    names = (name,) if name else _names(found)
    say(telling.as_json(found, names), _said(found, [telling.table(found, one) for one in names]))


@performance.command("recount")
@click.option("--check", is_flag=True, help="Only compare what is kept with a recount.")
@reads
def recount(check: bool) -> None:
    """Count all figures anew from the ledger; they are derived from it and may be lost."""
    from traveler.performance import counting

    vault = session().vault
    with _progress() as tell:
        if check:
            count = counting.check(vault, tell)
            say({"rows": count, "differ": 0}, f"{count} rows, each as a recount has it.")
            return
        done = counting.recount(vault, tell)
    say({"jobs": done.counted}, f"{done.counted} jobs counted anew.")


def _report(wanted: Wanted, name: str) -> Report:
    from traveler.performance import counting, desk, telling

    vault = session().vault
    with _progress() as tell:
        counting.catch_up(vault, tell)
    if name == "people":
        return desk.of_people(vault, session().actor, wanted)
    if wanted.person:
        return desk.of_person(vault, session().actor, wanted)
    return desk.report(vault, wanted, telling.parts(name) if name else desk.PARTS)


def _names(found: Report) -> tuple[str, ...]:
    if found.wanted.person:
        return ("periods", "stations", "items")
    more = ("steps",) if found.wanted.item or found.wanted.station else ()
    return (*OVERVIEW, *more)


def _said(found: Report, tables: list[Table]) -> Iterator[str]:
    yield f"From {found.range.first} to {found.range.last}, by {found.range.by}"
    if found.why_empty:
        yield found.why_empty
        return
    for one in tables:
        if not one.rows:
            continue
        more = f", the first {SHOWN} of {len(one.rows)}" if len(one.rows) > SHOWN else ""
        yield ""
        yield f"{one.title.upper()}{more}"
        heads = [column.head for column in one.shown]
        limit = len(one.rows) if one.name == "periods" else SHOWN
        yield terminal.table(
            heads, [[row.get(column.key) for column in one.shown] for row in one.rows[:limit]]
        )


@contextmanager
def _progress() -> Iterator[Callable[[Standing], None]]:
    """Show how far counting is, where there is more to count than a moment's work."""
    with terminal.status() as show:

        def tell(now: Standing) -> None:
            if now.is_first:
                show(f"Counting: {now.counted} of {now.of} jobs")
            elif now.behind:
                show(f"Counting: {now.behind} events to go")

        yield tell
