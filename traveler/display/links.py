# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses for screens on the wall, which nobody signs in at: made, listed, withdrawn.

The code in an address is 130 random bits, kept as a hash.  It shows what the wall shows, of one
station or of the shop, and is good for nothing else: no page and no act knows it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy.engine import Connection

from traveler import station_records
from traveler.display import records
from traveler.display.errors import (
    BadDisplayLife,
    DisplayEnded,
    DisplayUnknown,
    DisplayWithdrawn,
    NoSuchDisplay,
)
from traveler.display.records import Display
from traveler.display.tables import display as table
from traveler.words import line
from vault import clock, codes
from vault.errors import BadCode
from vault.home import Vault
from vault.ledger.people import Person, require

MAKERS: Final = ("planner",)
DAYS: Final = 365
LONGEST: Final = 1830


def make(
    vault: Vault, actor: Person, station: str = "", *, days: int = DAYS, place: str = ""
) -> tuple[Display, str]:
    """Make the address of a screen and return it, which is shown this once.

    Raises RoleNeeded, NoSuchStation, BadDisplayLife or BadWords.
    """
    require(actor, *MAKERS)
    if not 1 <= days <= LONGEST:
        raise BadDisplayLife(days=days, most=LONGEST)
    where, code = line("place", place, 120), codes.new_code()
    with vault.ledger.writing(actor.name) as writing:
        shown = _station(writing.connection, station)
        row = writing.insert(
            table, hash=codes.hashed(code), station=shown, place=where, at=writing.at,
            expires_at=clock.text(clock.moment(writing.at) + timedelta(days=days)),
            person=writing.actor,
        )  # fmt: skip
        writing.record("display.made", _subject(row["id"]), station=shown, place=where, days=days)
        made = _known(writing.connection, int(row["id"]))
    return made, f"{vault.settings.public_url.rstrip('/')}/d/{code.lower()}"


def withdraw(vault: Vault, actor: Person, number: int) -> Display:
    """Make an address useless at once; raises RoleNeeded, NoSuchDisplay or DisplayWithdrawn."""
    require(actor, *MAKERS)
    with vault.ledger.writing(actor.name) as writing:
        if _known(writing.connection, number).revoked_at is not None:
            raise DisplayWithdrawn(display=number)
        writing.update(table, number, revoked_at=writing.at)
        writing.record("display.withdrawn", _subject(number))
        return _known(writing.connection, number)


def listing(vault: Vault) -> list[Display]:
    """Return all screens, the newest first."""
    with vault.ledger.reading() as connection:
        return records.everything(connection)


def look(vault: Vault, code: str) -> Display:
    """Return the live screen of an address; raises DisplayUnknown or DisplayEnded."""
    with vault.ledger.reading() as connection:
        try:
            found = records.by_hash(connection, codes.hashed(code))
        except BadCode:
            found = None
    if found is None:
        raise DisplayUnknown
    if found.state != "live":
        raise DisplayEnded(why="withdrawn" if found.revoked_at else "out of date")
    return found


def _station(connection: Connection, code: str) -> str | None:
    if not code:
        return None
    found = station_records.known(connection, code)
    return found.code


def _known(connection: Connection, number: int) -> Display:
    found = records.by_id(connection, number)
    if found is None:
        raise NoSuchDisplay(display=number)
    return found


def _subject(number: int) -> str:
    return f"display/{number}"
