# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line of routes: the steps that were released with a drawing."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from vault.terminal import reads, say, session, table

if TYPE_CHECKING:
    from traveler.route import Step


def hang(trunk: click.Group) -> None:
    """Hang the branch on the trunk."""
    trunk.add_command(route)


@click.group()
def route() -> None:
    """Routes: the steps released with a drawing."""


@route.command("show")
@click.argument("number")
@click.option("--rev", help="A released revision [the current one].")
@reads
def route_show(number: str, rev: str | None) -> None:
    """Show the route of a released revision."""
    from release.log import ReleaseLog
    from traveler import route as grammar

    log = ReleaseLog(session().vault)
    revision = log.wanted(number, rev)
    data = log.read(revision, grammar.FILE)
    steps = grammar.parse(data, f"{revision.number} {revision.rev} {grammar.FILE}").steps
    say(
        {
            "number": revision.number,
            "rev": revision.rev,
            "operations": [_step(step) for step in steps],
        },
        [
            f"{revision.number} {revision.rev}  {revision.title}",
            table(
                ("seq", "station", "title", "setup", "a piece", "needs", "proof"),
                [
                    (
                        step.seq,
                        step.station,
                        f"{step.title} (beside the one before)" if step.parallel else step.title,
                        f"{step.setup_minutes:g} min",
                        f"{step.run_minutes:g} min",
                        ", ".join(step.needs),
                        ", ".join(step.proof),
                    )
                    for step in steps
                ],
            ),
        ],
    )


def _step(step: Step) -> dict[str, Any]:
    told = asdict(step)
    return {**told.pop("metadata"), **told}
