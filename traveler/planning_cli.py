# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line of a job's planning: split jobs, rework, steps left out, kits."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
import click

from traveler.jobs_cli import say_job
from vault.terminal import needed_why, reads, say, session, why


def hang(job: click.Group) -> None:
    """Hang these verbs on the branch of jobs."""
    for command in (job_split, job_skip, job_cancel, job_kit, job_rework):
        job.add_command(command)


@click.command("split")
@click.argument("job_number", metavar="JOB")
@click.option("--qty", type=int, required=True, help="How many pieces go.")
@needed_why
@reads
def job_split(job_number: str, qty: int, why: str) -> None:
    """Split pieces off a job where it is now; they go on as a job of their own."""
    from traveler import splitting

    say_job(splitting.split(session().vault, session().actor, job_number, qty, why))


@click.command("skip")
@click.argument("job_number", metavar="JOB")
@click.argument("seq", type=int)
@needed_why
@click.option("--back", is_flag=True, help="Take it back into the route.")
@reads
def job_skip(job_number: str, seq: int, why: str, back: bool) -> None:
    """Leave operation SEQ out; it stays visible with the reason."""
    from traveler import skipping

    act = skipping.restore if back else skipping.skip
    say_job(act(session().vault, session().actor, job_number, seq, why))


@click.command("cancel")
@click.argument("job_number", metavar="JOB")
@needed_why
@reads
def job_cancel(job_number: str, why: str) -> None:
    """Give a job up."""
    from traveler import jobs

    say_job(jobs.cancel(session().vault, session().actor, job_number, why))


@click.command("kit")
@click.argument("job_number", metavar="JOB")
@click.argument("number")
@why
@reads
def job_kit(job_number: str, number: str, why: str) -> None:
    """Take the current revision of the further item NUMBER into a kit.

    The same as `titleblock job decide JOB move --item NUMBER`.
    """
    from traveler.decisions import deciding

    now = deciding.renew(session().vault, session().actor, job_number, number, why)
    told = {"job": now.job, "number": now.item, "rev": now.current}
    say(told, f"Job {now.job} {now.sentence}.")


@click.command("rework")
@click.argument("job_number", metavar="JOB")
@click.argument("seq", type=int)
@click.option("--qty", type=int, help="How many pieces [all set aside there].")
@click.option("--step", "steps", multiple=True, metavar="STATION=TITLE",
              help="A step of the rework, in order; minutes a piece as STATION=TITLE=5.")  # fmt: skip
@click.option("--again", type=int, multiple=True, metavar="SEQ",
              help="An operation of the job that is done again after the steps.")  # fmt: skip
@click.option("--back-to", type=int, metavar="SEQ", help="Where they join again [the next].")
@click.option("--nc", default="", help="The nonconformance it comes from.")
@needed_why
@reads
def job_rework(
    job_number: str, seq: int, qty: int | None, steps: tuple[str, ...],
    again: tuple[int, ...], back_to: int | None, nc: str, why: str,
) -> None:  # fmt: skip
    """Send pieces at operation SEQ through steps of rework, and back into the flow."""
    from traveler import rework

    made = rework.plan(
        session().vault, session().actor, job_number, seq, why, qty=qty,
        steps=[rework.step(one) for one in steps], repeat=again, back_to=back_to,
        nonconformance=nc or None,
    )  # fmt: skip
    shown = ", ".join(str(one) for one in made)
    say({"job": job_number, "operations": list(made)},
        f"Job {job_number} has rework after operation {seq}: {shown}.")  # fmt: skip
