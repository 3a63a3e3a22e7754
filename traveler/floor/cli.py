# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line of the floor: operations started, paused, finished, noted, sent away."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from vault.terminal import reads, say, session

if TYPE_CHECKING:
    from traveler.floor.acting import Progress


def hang(trunk: click.Group) -> None:
    """Hang the branch on the trunk."""
    trunk.add_command(op)


@click.group()
def op() -> None:
    """Operations of a job: start, pause, finish, note."""


@op.command("start")
@click.argument("job_number", metavar="JOB")
@click.argument("seq", type=int)
@click.option(
    "--override",
    metavar="WHY",
    default="",
    help="Past its blockers, by a planner, for this reason.",
)
@click.option("--machine", default="", metavar="STATION", help="Which station of its group.")
@reads
def op_start(job_number: str, seq: int, override: str, machine: str) -> None:
    """Begin, go on with, or join operation SEQ."""
    from traveler.floor import starting

    vault, actor = session().vault, session().actor
    _say_progress(starting.start(vault, actor, job_number, seq, override=override, machine=machine))


@op.command("pause")
@click.argument("job_number", metavar="JOB")
@click.argument("seq", type=int)
@click.option("--qty", type=int, default=0, help="Good pieces made since the start.")
@click.option("--scrap", type=int, default=0, help="Scrapped pieces since the start.")
@click.option("--rework", type=int, default=0, help="Pieces set aside to be worked on again.")
@reads
def op_pause(job_number: str, seq: int, qty: int, scrap: int, rework: int) -> None:
    """Interrupt operation SEQ, counting what was made; others on it go on."""
    from traveler.floor import stopping

    vault, actor = session().vault, session().actor
    _say_progress(stopping.pause(vault, actor, job_number, seq, qty, scrap, rework=rework))


@op.command("finish")
@click.argument("job_number", metavar="JOB")
@click.argument("seq", type=int)
@click.option("--qty", type=int, help="Good pieces since the start [all that are left].")
@click.option("--scrap", type=int, default=0, help="Scrapped pieces since the start.")
@click.option("--rework", type=int, default=0, help="Pieces set aside to be worked on again.")
@click.option("-m", "why", metavar="WHY", default="", help="Why pieces are missing, if any are.")
@reads
def op_finish(
    job_number: str, seq: int, qty: int | None, scrap: int, rework: int, why: str
) -> None:
    """End operation SEQ; every piece that came is good, scrap, for rework, or missing with a reason."""
    from traveler.floor import stopping

    vault, actor = session().vault, session().actor
    _say_progress(
        stopping.finish(vault, actor, job_number, seq, qty, scrap, rework=rework, why=why)
    )


@op.command("note")
@click.argument("job_number", metavar="JOB")
@click.argument("seq", type=int)
@click.option("-m", "words", metavar="WORDS", required=True)
@reads
def op_note(job_number: str, seq: int, words: str) -> None:
    """Write down something about operation SEQ."""
    from traveler.floor import noting

    done = noting.note(session().vault, session().actor, job_number, seq, words)
    say(asdict(done), f"Noted at operation {done.seq} of {done.job}, which is {done.state}.")


@op.command("send")
@click.argument("job_number", metavar="JOB")
@click.argument("seq", type=int)
@click.option("--to", "vendor", default="", metavar="VENDOR", help="[the station's own]")
@click.option("--expected", default="", metavar="DATE", help="The day they should be back.")
@click.option("--slip", default="", help="The number of the packing slip.")
@reads
def op_send(job_number: str, seq: int, vendor: str, expected: str, slip: str) -> None:
    """Send the pieces of operation SEQ to the vendor of its outside station."""
    from traveler.floor import starting

    trip = starting.Trip(vendor, slip, expected)
    _say_progress(starting.start(session().vault, session().actor, job_number, seq, trip=trip))


@op.command("back")
@click.argument("job_number", metavar="JOB")
@click.argument("seq", type=int)
@click.option("--qty", type=int, help="Good pieces that came back [all that are left].")
@click.option("--scrap", type=int, default=0)
@click.option("--rework", type=int, default=0)
@click.option("--part", is_flag=True, help="The others are still there.")
@click.option("-m", "why", metavar="WHY", default="", help="Why pieces are missing.")
@reads
def op_back(
    job_number: str, seq: int, qty: int | None, scrap: int, rework: int, part: bool, why: str
) -> None:
    """Take the pieces of an outside operation back."""
    from traveler.floor import stopping

    vault, actor = session().vault, session().actor
    if part:
        done = stopping.pause(vault, actor, job_number, seq, qty or 0, scrap, rework=rework)
    else:
        done = stopping.finish(
            vault, actor, job_number, seq, qty, scrap, rework=rework, why=why
        )  # fmt: skip
    _say_progress(done)


def _say_progress(done: Progress) -> None:
    counted = f"{done.good} good, {done.scrap} scrap"
    counted += f", {done.rework} for rework" if done.rework else ""
    say(asdict(done), f"Operation {done.seq} of {done.job} is {done.state}: {counted}.")
