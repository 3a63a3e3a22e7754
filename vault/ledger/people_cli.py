# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line of people: ``titleblock user …``."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database.
from typing import TYPE_CHECKING, Any

import click

from vault.terminal import reads, say, secret, session, table

if TYPE_CHECKING:
    from vault.ledger.people import Person

ROLES = "admin engineer approver planner operator quality customer"


def hang(trunk: click.Group) -> None:
    """Hang the branch ``user`` on the trunk."""
    trunk.add_command(user)


@click.group()
def user() -> None:
    """People: who may act here, and how they show that it is them."""


@user.command("add")
@click.argument("name")
@click.option("--role", "roles", multiple=True, required=True, metavar="ROLE…", help=ROLES)
@click.argument("more_roles", nargs=-1, metavar="")
@click.option("--email", default="")
@click.option("--full-name", default="")
@reads
def add(
    name: str, roles: tuple[str, ...], more_roles: tuple[str, ...], email: str, full_name: str
) -> None:
    """Add a person with one role or several."""
    from vault.ledger import people

    given = [role for part in (*roles, *more_roles) for role in part.split(",") if role]
    made = people.add(session().vault.ledger, session().actor, name, given, full_name, email)
    say(_told(made), f"{made.name} is added as {_roles(made)}; give a password next.")


@user.command("list")
@reads
def show_all() -> None:
    """List everybody, and what they have to sign in with."""
    from vault.ledger import people

    everybody = people.everybody(session().vault.ledger)
    say(
        [_told(one) for one in everybody],
        table(
            ("name", "full name", "roles", "password", "PIN", "state"),
            [
                (
                    one.name,
                    one.full_name,
                    _roles(one),
                    "yes" if one.has_password else "no",
                    "yes" if one.has_pin else "no",
                    "disabled" if one.disabled else "",
                )
                for one in everybody
            ],
        ),
    )


@user.command("role")
@click.argument("name")
@click.argument("roles", nargs=-1, required=True)
@reads
def set_roles(name: str, roles: tuple[str, ...]) -> None:
    """Give a person exactly these roles."""
    from vault.ledger import people

    changed = people.set_roles(session().vault.ledger, session().actor, name, roles)
    say(_told(changed), f"{changed.name} is now {_roles(changed)}.")


@user.command("password")
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Read it from standard input.")
@reads
def password(name: str, password_stdin: bool) -> None:
    """Set a password: your own, or anybody's as an administrator."""
    from vault.ledger import people

    given = secret(f"New password of {name}", password_stdin, confirm=True)
    people.set_password(session().vault.ledger, session().actor, name, given)
    say({"user": name}, f"The password of {name} is set.")


@user.command("pin")
@click.argument("name")
@click.option("--password-stdin", "from_stdin", is_flag=True, help="Read it from standard input.")
@reads
def pin(name: str, from_stdin: bool) -> None:
    """Set the PIN a person acts with on the floor, 4 to 8 digits."""
    from vault.ledger import people

    given = secret(f"New PIN of {name}", from_stdin, confirm=True)
    people.set_pin(session().vault.ledger, session().actor, name, given)
    say({"user": name}, f"The PIN of {name} is set.")


@user.command("disable")
@click.argument("name")
@click.option("--enable", is_flag=True, help="Give the right to act back.")
@reads
def disable(name: str, enable: bool) -> None:
    """Take from a person the right to act; what they did stays theirs."""
    from vault.ledger import people

    changed = people.disable(session().vault.ledger, session().actor, name, disabled=not enable)
    say(_told(changed), f"{name} is {'disabled' if changed.disabled else 'enabled'}.")


@user.command("unlock")
@click.argument("name")
@reads
def unlock(name: str) -> None:
    """Forget somebody's wrong passwords and PINs, so that they can try again at once."""
    from vault.ledger import people

    people.unlock(session().vault.ledger, session().actor, name)
    say({"user": name}, f"{name} can try again.")


@user.command("token")
@click.argument("name")
@click.option("--scope", help="git, api or read.")
@click.option("--expires", metavar="WHEN", help="A day (2027-03-01) or a time (90d) [90d].")
@click.option("--revoke", type=int, metavar="ID", help="Make a token useless at once.")
@reads
def token(name: str, scope: str | None, expires: str | None, revoke: int | None) -> None:
    """Issue a token for a program (--scope), revoke one (--revoke), or list them."""
    from vault.ledger import people

    ledger = session().vault.ledger
    if revoke is not None:
        people.revoke_token(ledger, session().actor, name, revoke)
        say({"user": name, "revoked": revoke}, f"Token {revoke} of {name} is revoked.")
    elif scope is None:
        _list_tokens(name)
    else:
        made = people.issue_token(ledger, session().actor, name, scope, expires)
        say({"user": name, "token": made, "scope": scope}, made)


def _list_tokens(name: str) -> None:
    from vault.ledger import people

    found = people.tokens_of(session().vault.ledger, people.get(session().vault.ledger, name).name)
    keys = ("id", "scope", "issued_at", "issued_by", "expires_at", "live")
    say(
        [{key: getattr(one, key) for key in keys} for one in found],
        table(
            ("id", "scope", "issued", "by", "expires", "live"),
            [[getattr(one, key) for key in keys] for one in found],
        ),
    )


def _told(person: Person) -> dict[str, Any]:
    return {
        "user": person.name,
        "full_name": person.full_name,
        "email": person.email,
        "roles": sorted(person.roles),
        "disabled": person.disabled,
        "has_password": person.has_password,
        "has_pin": person.has_pin,
    }


def _roles(person: Person) -> str:
    return ", ".join(sorted(person.roles))
