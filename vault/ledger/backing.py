# SPDX-License-Identifier: AGPL-3.0-or-later
"""What stands behind a ledger: a SQLite file, or a database of a PostgreSQL server.

Both keep the same tables and promise the same: what was acknowledged survives a power cut, one
writer at a time, a reader sees one moment, and the event table only grows.  How each is brought
to promise that stands in its own file; a contract test runs over both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from vault.errors import Refusal
from vault.ledger import _postgresql, _sqlite
from vault.ledger.errors import LedgerNotSpoken

BUSY_SECONDS = 30
"""How long a writer waits for the one before it."""


@dataclass(frozen=True, slots=True)
class Backing:
    """One kind of database, as the ledger uses it.

    ``is_there`` says whether a ledger was made at an address, ``clear_the_way`` and ``settle``
    stand around its making, ``told`` turns what the driver raised into a refusal where it knows
    one.  ``fence_faults`` names the triggers that are not there as they were made, ``soundness``
    what the database itself finds wrong with its pages.
    """

    connect: Callable[[URL, int], Engine]
    is_there: Callable[[URL], bool]
    clear_the_way: Callable[[URL], None]
    settle: Callable[[URL], None]
    told: Callable[[DBAPIError, str, int], Refusal | None]
    where: Callable[[URL], str]
    fence_faults: Callable[[Connection], Iterator[tuple[str, str]]]
    soundness: Callable[[Connection], Iterator[str]]


def _backing(module: object) -> Backing:
    return Backing(**{name: getattr(module, name) for name in Backing.__slots__})


_KNOWN: Mapping[str, Backing] = {
    "sqlite": _backing(_sqlite),
    "postgresql": _backing(_postgresql),
}


def of(url: str) -> tuple[Backing, URL]:
    """Return what keeps the ledger at an address, and the address read; raises LedgerNotSpoken."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise LedgerNotSpoken(url=url) from error
    found = _KNOWN.get(parsed.get_backend_name())
    if found is None or not parsed.database or (found is _KNOWN["sqlite"] and parsed.query):
        raise LedgerNotSpoken(url=parsed.render_as_string(hide_password=True))
    return found, parsed


def behind(connection: Connection) -> Backing:
    """Return what keeps the ledger that a connection is to."""
    return _KNOWN[connection.dialect.name]
