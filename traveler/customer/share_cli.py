# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line of links to customers: ``titleblock share …``."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database.
import sys

import click

from vault.terminal import reads, say, session, table


def hang(trunk: click.Group) -> None:
    """Hang the branch ``share`` on the trunk."""
    trunk.add_command(share)


@click.group()
def share() -> None:
    """Links for customers: where an order is, and its proof packet."""


@share.command("make")
@click.argument("job")
@click.option("--days", type=int, default=90, show_default=True, help="How long it lasts.")
@click.option("--whom", default="", help="For whom it is, as people remember it.")
@click.option("--dates", is_flag=True, help="Let it show when the order is expected to be done.")
@click.option("--passcode-stdin", is_flag=True, help="Ask for this passcode, read from here.")
@reads
def make(job: str, days: int, whom: str, dates: bool, passcode_stdin: bool) -> None:
    """Make a link to the order that JOB is; its address is shown this once."""
    from traveler.customer import shares

    passcode = sys.stdin.readline().rstrip("\r\n") if passcode_stdin else ""
    made, address = shares.make(
        session().vault, session().actor, job, days=days, passcode=passcode, dates=dates, whom=whom
    )
    said = [address, f"Link {made.id} to job {made.job}, until {made.expires_at[:10]}."]
    say({**made.as_json(), "address": address}, said)


@share.command("list")
@click.argument("job")
@reads
def show_all(job: str) -> None:
    """List the links to JOB and every use of each."""
    from traveler.customer import shares

    found = shares.listing(session().vault, job)
    told = [
        {
            **one.as_json(),
            "looks": [{"what": x.what, "at": x.at, "device": x.device} for x in looks],
        }
        for one, looks in found
    ]
    rows = [
        (
            one.id,
            one.state,
            one.whom,
            one.expires_at[:10],
            len(looks),
            looks[-1].at[:16] if looks else "",
        )
        for one, looks in found
    ]
    say(told, table(("link", "state", "for", "until", "uses", "last"), rows))


@share.command("withdraw")
@click.argument("number", type=int)
@reads
def withdraw(number: int) -> None:
    """Make link NUMBER useless at once."""
    from traveler.customer import shares

    one = shares.withdraw(session().vault, session().actor, number)
    say(one.as_json(), f"Link {one.id} to job {one.job} opens nothing any more.")
