# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line of tablets and travelers: badges, lots of a job, prints and their end."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from pathlib import Path

import click

from vault.terminal import out_pdf, reads, say, session, table


def hang(trunk: click.Group, job: click.Group) -> None:
    """Hang these verbs on the trunk and on the branch of jobs."""
    trunk.add_command(badge)
    for command in (job_lot, job_lots, job_travelers, job_withdraw):
        job.add_command(command)


# --- badges -----------------------------------------------------------------


@click.group()
def badge() -> None:
    """Badges: codes that say on a tablet who it is; the PIN proves it."""


@badge.command("issue")
@click.argument("name")
@out_pdf
@reads
def badge_issue(name: str, out: Path) -> None:
    """Print a new badge for NAME; its code is known only on the card."""
    from traveler.tablet import card

    here = session()
    made = card.print_badge(here.vault, here.actor, name, out)
    say(
        {**made.badge.as_json(), "file": str(out), "address": made.address},
        f"{out}: badge {made.badge.id} of {made.badge.person}.",
    )


@badge.command("list")
@click.argument("name", default="")
@reads
def badge_list(name: str) -> None:
    """List the badges that were issued, of NAME where it is given."""
    from traveler.tablet import badges

    found = badges.listing(session().vault, name)
    rows = [
        (one.id, one.person, one.issued_at, one.issued_by, one.revoked_at or "in use")
        for one in found
    ]
    say(
        [one.as_json() for one in found],
        table(("badge", "person", "issued", "by", "revoked"), rows),
    )


@badge.command("revoke")
@click.argument("number", type=int)
@reads
def badge_revoke(number: int) -> None:
    """Make badge NUMBER useless at once."""
    from traveler.tablet import badges

    gone = badges.revoke(session().vault, session().actor, number)
    say(gone.as_json(), f"Badge {gone.id} of {gone.person} is revoked.")


# --- lots and prints --------------------------------------------------------


@click.command("lot")
@click.argument("job_number", metavar="JOB")
@click.option("--qty", type=int, required=True, help="How many of the job's pieces.")
@reads
def job_lot(job_number: str, qty: int) -> None:
    """Take so many pieces of a job as its next lot, which travels by itself."""
    from traveler import lots

    made = lots.make(session().vault, session().actor, job_number, qty)
    say(made.as_json(), f"Lot {made.number} of job {made.job}: {made.qty} pieces.")


@click.command("lots")
@click.argument("job_number", metavar="JOB")
@reads
def job_lots(job_number: str) -> None:
    """List the lots of a job."""
    from traveler import jobs, lots

    job = jobs.show(session().vault, job_number).job
    with session().vault.ledger.reading() as connection:
        found = lots.of_job(connection, job.number)
    rows = [(one.number, one.qty, one.made_at, one.made_by) for one in found]
    say([one.as_json() for one in found], table(("lot", "qty", "made", "by"), rows))


@click.command("travelers")
@click.argument("job_number", metavar="JOB")
@reads
def job_travelers(job_number: str) -> None:
    """List the travelers printed of a job, and which of them still open it."""
    from traveler import jobs, tokens

    job = jobs.show(session().vault, job_number).job
    with session().vault.ledger.reading() as connection:
        found = tokens.prints(connection, job.number)
    rows = [
        (one.number, one.lot or "", one.issued_at, one.issued_by, one.expires_at[:10], one.state)
        for one in found
    ]
    heads = ("print", "lot", "printed", "by", "until", "state")
    say([one.as_json() for one in found], table(heads, rows))


@click.command("withdraw")
@click.argument("job_number", metavar="JOB")
@click.option("--print", "number", type=int, help="One print alone [all of them].")
@reads
def job_withdraw(job_number: str, number: int | None) -> None:
    """Make the travelers of a job useless at once, whoever still holds the paper."""
    from traveler import tokens

    count = tokens.withdraw(session().vault, session().actor, job_number, number)
    say({"job": job_number, "codes": count}, f"{count} codes of job {job_number} are withdrawn.")
