# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line of a job's planning: split jobs, rework, steps left out, kits, work sent away."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from typing import TYPE_CHECKING

import click

from vault.terminal import needed_why, reads, say, session, why

if TYPE_CHECKING:
    from collections.abc import Callable

    from traveler.floor.acting import Progress
    from traveler.views import JobView


def hang(
    job: click.Group, op: click.Group, told: Callable[[JobView], None],
    progress: Callable[[Progress], None],
) -> None:  # fmt: skip
    """Hang the branches on those of jobs and operations; ``told`` and ``progress`` say the outcome."""

    @job.command("split")
    @click.argument("job_number", metavar="JOB")
    @click.option("--qty", type=int, required=True, help="How many pieces go.")
    @needed_why
    @reads
    def job_split(job_number: str, qty: int, why: str) -> None:
        """Split pieces off a job where it is now; they go on as a job of their own."""
        from traveler import splitting

        told(splitting.split(session().vault, session().actor, job_number, qty, why))

    @job.command("skip")
    @click.argument("job_number", metavar="JOB")
    @click.argument("seq", type=int)
    @needed_why
    @click.option("--back", is_flag=True, help="Take it back into the route.")
    @reads
    def job_skip(job_number: str, seq: int, why: str, back: bool) -> None:
        """Leave operation SEQ out; it stays visible with the reason."""
        from traveler import skipping

        act = skipping.restore if back else skipping.skip
        told(act(session().vault, session().actor, job_number, seq, why))

    @job.command("cancel")
    @click.argument("job_number", metavar="JOB")
    @needed_why
    @reads
    def job_cancel(job_number: str, why: str) -> None:
        """Give a job up."""
        from traveler import jobs

        told(jobs.cancel(session().vault, session().actor, job_number, why))

    @job.command("kit")
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
        told_now = {"job": now.job, "number": now.item, "rev": now.current}
        say(told_now, f"Job {now.job} {now.sentence}.")

    _hang_rework(job)
    _hang_sending(op, progress)


def _hang_rework(job: click.Group) -> None:
    @job.command("rework")
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


def _hang_sending(op: click.Group, progress: Callable[[Progress], None]) -> None:
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
        progress(starting.start(session().vault, session().actor, job_number, seq, trip=trip))

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
        progress(done)
