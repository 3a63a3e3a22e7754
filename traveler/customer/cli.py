# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line of customers: ``titleblock customer …``."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database.
import click

from vault.terminal import needed_why, reads, say, session, table


def hang(trunk: click.Group) -> None:
    """Hang the branch ``customer`` on the trunk."""
    trunk.add_command(customer)


@click.group()
def customer() -> None:
    """Customers: who signs in for them, and what they looked at.

    A customer is the name on a job, letter for letter; two spellings are two customers.
    """


@customer.command("list")
@reads
def show_all() -> None:
    """List every customer, their jobs, and who sees them by signing in."""
    from traveler.customer import logins

    found = logins.listing(session().vault, session().actor)
    told = [
        {"customer": one.name, "open": one.open, "jobs": one.jobs, "logins": list(one.logins)}
        for one in found
    ]
    rows = [(one.name, one.open, one.jobs, ", ".join(one.logins)) for one in found]
    say(told, table(("customer", "under way", "jobs", "sign in"), rows))


@customer.command("tie")
@click.argument("login")
@click.argument("name", metavar="CUSTOMER")
@needed_why
@reads
def tie(login: str, name: str, why: str) -> None:
    """Let LOGIN, who has the role customer, see the orders of CUSTOMER, as jobs name them."""
    from traveler.customer import logins

    made = logins.tie(session().vault, session().actor, login, name, why)
    say(made.as_json(), f"{login} sees the orders of {made.customer} from now on.")


@customer.command("untie")
@click.argument("login")
@click.argument("name", metavar="CUSTOMER")
@needed_why
@reads
def untie(login: str, name: str, why: str) -> None:
    """Let LOGIN see the orders of CUSTOMER no longer, at once."""
    from traveler.customer import logins

    made = logins.untie(session().vault, session().actor, login, name, why)
    say(made.as_json(), f"{login} sees the orders of {made.customer} no longer.")


@customer.command("looks")
@click.argument("name", metavar="[CUSTOMER]", default="")
@click.option("--job", default="", help="Of this job only.")
@reads
def looks(name: str, job: str) -> None:
    """List what people signed in for CUSTOMER looked at and downloaded, the newest first."""
    from traveler.customer import logins

    found = logins.looks(session().vault, session().actor, job=job, customer=name)
    rows = [(one.at[:16], one.login, one.job, one.what, one.device) for one in found]
    say([one.as_json() for one in found], table(("at", "who", "job", "what", "device"), rows))
