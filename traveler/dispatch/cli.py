# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line of dispatch: what needs action now, pins, and what-if."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from vault.terminal import needed_why, reads, say, session, table

if TYPE_CHECKING:
    from traveler.dispatch.board import Board, Wanted
    from traveler.dispatch.whatif import Outcome

TITLES = {
    "late": "LATE", "at_risk": "DUE AT RISK", "blocked": "BLOCKED", "ready": "READY",
    "next": "NEXT ACTION",
}  # fmt: skip


def hang(trunk: click.Group) -> None:
    """Hang dispatch on the trunk."""
    trunk.add_command(dispatch)


@click.group(invoke_without_command=True)
@click.option("--station", default="", help="What concerns one station.")
@click.option("--customer", default="", help="What is for one customer.")
@click.option("--person", default="", help="What somebody works on or has to see to.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=20, show_default=True,
              help="Rows of each list on the screen; --json has all.")  # fmt: skip
@click.option("--what-if", is_flag=True, help="Show what --pin or --ranking would change.")
@click.option("--pin", "pins", multiple=True, metavar="JOB=PLACE",
              help="For --what-if: give a job its turn; place 0 takes a pin back.")  # fmt: skip
@click.option("--ranking", metavar="RULES", help='For --what-if: other rules, as "pinned, due".')
@reads
@click.pass_context
def dispatch(
    context: click.Context, station: str, customer: str, person: str, limit: int, what_if: bool,
    pins: tuple[str, ...], ranking: str | None,
) -> None:  # fmt: skip
    """What needs action now, with the reason in a sentence.

    \b
    titleblock dispatch --station MILL-2
    titleblock dispatch --what-if --pin J-2041=1
    titleblock dispatch pin J-2041 -m "the customer waits at the gate"
    """
    if context.invoked_subcommand is not None:
        return
    from traveler import stations
    from traveler.dispatch import desk, rules, whatif
    from traveler.dispatch.board import Wanted

    vault = session().vault
    if what_if and not pins and ranking is None:
        raise click.UsageError(
            "--what-if needs something to try: --pin JOB=PLACE or --ranking RULES"
        )
    if what_if or pins or ranking is not None:
        tried = None if ranking is None else rules.split(ranking)
        outcome = whatif.run(vault, whatif.Trial(whatif.parse(pins), tried))
        say(outcome.as_json(), _tried(outcome, limit))
        return
    code = stations.get(vault, station).code if station else ""
    wanted = Wanted(station=code, customer=customer, person=person)
    with desk.undisturbed():
        found = desk.board(vault)
        say(lambda: found.as_json(wanted), _shown(found, wanted, limit))


@dispatch.command("pin")
@click.argument("job")
@click.option("--place", type=int, default=1, show_default=True, help="Among the pinned jobs.")
@needed_why
@reads
def dispatch_pin(job: str, place: int, why: str) -> None:
    """Give a job its turn by hand."""
    from traveler.dispatch import pins

    made = pins.pin(session().vault, session().actor, job, place, why)
    told = {"job": made.job, "place": made.position, "by": made.person, "why": made.why}
    say(told, f"{made.job} is pinned at place {made.position}.")


@dispatch.command("unpin")
@click.argument("job")
@needed_why
@reads
def dispatch_unpin(job: str, why: str) -> None:
    """Take a pin back."""
    from traveler.dispatch import pins

    pins.unpin(session().vault, session().actor, job, why)
    say({"job": job, "place": None}, f"{job} is not pinned any more.")


def _shown(board: Board, wanted: Wanted, limit: int) -> Iterator[str]:
    for name, title in TITLES.items():
        found = board.section(name, wanted)  # type: ignore[arg-type]
        rows = [
            (one.line.number, "" if one.seq is None else one.seq, one.station or "",
             one.line.facts.job.due, one.why)
            for one in found[:limit]
        ]  # fmt: skip
        more = f", the first {limit}" if len(found) > limit else ""
        yield f"{title} ({len(found)}{more})"
        if rows:
            yield table(("job", "step", "station", "due", "why"), rows)
        yield ""
    yield "LOAD"
    loads = [one for one in board.loads if not wanted.station or one.code == wanted.station]
    yield table(("station", "next 10 days"), [(one.code, one.why) for one in loads])


def _tried(outcome: Outcome, limit: int) -> Iterator[str]:
    yield outcome.sentence
    if outcome.moved:
        yield table(
            ("job", "what changes"), [(one.job, one.sentence) for one in outcome.moved[:limit]]
        )
    if len(outcome.moved) > limit:
        yield f"and {len(outcome.moved) - limit} more; --limit shows them"
