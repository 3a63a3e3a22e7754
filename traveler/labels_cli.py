# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line of labels: for stations, and for the bins of a job."""

from __future__ import annotations

from pathlib import Path

# Imports inside functions: `--help` must not wait for the database and git.
import click

from vault.terminal import reads, say, session

PRINTER = click.option(
    "--dpi", type=click.Choice(["203", "300", "600"]), default="203", show_default=True,
    help="What a label printer prints, for ZPL.",
)  # fmt: skip
LABELS = click.option(
    "-o", "out", type=click.Path(dir_okay=False, path_type=Path), required=True,
    metavar="OUT.pdf|OUT.zpl",
)  # fmt: skip
DOTS = {"203": 8, "300": 12, "600": 24}


def hang(station: click.Group, job: click.Group) -> None:
    """Hang these verbs on the branches of stations and of jobs."""
    station.add_command(station_label)
    job.add_command(job_label)


@click.command("label")
@click.argument("codes", nargs=-1, metavar="[CODE]...")
@LABELS
@PRINTER
@reads
def station_label(codes: tuple[str, ...], out: Path, dpi: str) -> None:
    """Print labels of 100 x 50 mm for stations [all in use]: scanned, they show what is next."""
    from traveler import labels

    made = labels.of_stations(session().vault, codes, out, DOTS[dpi])
    say(made.as_json(), f"{out}: {made.count} label{'s' if made.count > 1 else ''}.")


@click.command("label")
@click.argument("job_number", metavar="JOB")
@LABELS
@click.option("--count", type=int, default=1, show_default=True, help="How many bins there are.")
@PRINTER
@reads
def job_label(job_number: str, out: Path, count: int, dpi: str) -> None:
    """Print labels of 100 x 50 mm for a job's bins, with a code of their own."""
    from traveler import labels

    here = session()
    made = labels.of_job(here.vault, here.actor, job_number, out, count, DOTS[dpi])
    say(made.as_json(), f"{out}: {made.count} label{'s' if made.count > 1 else ''}.")
