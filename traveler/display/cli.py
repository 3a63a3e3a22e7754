# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line of screens on the wall: ``titleblock display …``."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database.
import click

from vault.terminal import reads, say, session, table


def hang(trunk: click.Group) -> None:
    """Hang the branch ``display`` on the trunk."""
    trunk.add_command(display)


@click.group()
def display() -> None:
    """Screens on the wall: what a station or the shop is at, without a sign-in."""


@display.command("make")
@click.option("--station", default="", help="The station it shows; the whole shop without.")
@click.option("--days", type=int, default=365, show_default=True, help="How long it lasts.")
@click.option("--place", default="", help="Where it hangs, as people remember it.")
@reads
def make(station: str, days: int, place: str) -> None:
    """Make the address of a screen; it is shown this once."""
    from traveler.display import links

    made, address = links.make(session().vault, session().actor, station, days=days, place=place)
    shows = f"station {made.station}" if made.station else "the shop"
    said = [address, f"Screen {made.id} shows {shows}, until {made.expires_at[:10]}."]
    say({**made.as_json(), "address": address}, said)


@display.command("list")
@reads
def show_all() -> None:
    """List all screens and whether their addresses still show anything."""
    from traveler.display import links

    found = links.listing(session().vault)
    rows = [(one.id, one.state, one.station or "the shop", one.place, one.expires_at[:10],
             one.person) for one in found]  # fmt: skip
    heads = ("screen", "state", "shows", "place", "until", "made by")
    say([one.as_json() for one in found], table(heads, rows))


@display.command("withdraw")
@click.argument("number", type=int)
@reads
def withdraw(number: int) -> None:
    """Make the address of screen NUMBER useless at once."""
    from traveler.display import links

    one = links.withdraw(session().vault, session().actor, number)
    say(one.as_json(), f"Screen {one.id} shows nothing any more.")
