# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ledger's engine: connections that keep their promises, and transactions that leave a record.

A ledger is a SQLite file or a database of a PostgreSQL server (``vault.ledger.backing``); whoever
reads or writes it does not notice which.
"""

from __future__ import annotations

# One import stands inside `upgrade`: Alembic costs half a second, and few calls a year need it.
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, CursorResult, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from vault import clock
from vault.device import here
from vault.ledger import backing, chains, events, seals
from vault.ledger.backing import BUSY_SECONDS
from vault.ledger.errors import LedgerExists, LedgerFromLater, LedgerOutdated, NoLedger

TROUBLE: Final = (SQLAlchemyError, sqlite3.Error)
"""What a database raises where no refusal of ours says it better; whoever can wait tries again."""

ITSELF: Final = "titleblock"
"""Who acts where nobody does: the program, of itself."""
_WRITER: Final[Mapping[str, Mapping[str, Any]]] = {
    "sqlite": {"titleblock_write": True},
    "postgresql": {"titleblock_write": True, "isolation_level": "READ COMMITTED"},
}
"""What tells a connection, of the same pool, that its transaction writes."""


class Writing:
    """One write transaction: by whom, from which device, at which moment.

    Rows that count as record are written by ``insert`` and ``update``, and every change has to be
    told by ``record`` before the transaction ends; leaving without that is a bug and rolls back.
    """

    __slots__ = ("_touched", "actor", "at", "connection", "device")

    def __init__(self, connection: Connection, actor: str, device: str) -> None:
        """Begin at the present moment; one transaction has one time."""
        self.connection = connection
        self.actor = actor
        self.device = device
        self.at = clock.now()
        self._touched: dict[str, str] = {}

    def execute(
        self, statement: sa.Executable, parameters: Mapping[str, Any] | Sequence[Any] | None = None
    ) -> CursorResult[Any]:
        """Run a statement: any select, or a change to working memory that is no record."""
        result: CursorResult[Any] = self.connection.execute(statement, parameters)
        return result

    def insert(self, table: sa.Table, **values: object) -> Mapping[str, Any]:
        """Add a row and return it whole, sealed into the next event."""
        return self._sealed(table, _inserted(table), values)

    def insert_all(
        self, table: sa.Table, rows: Sequence[Mapping[str, object]]
    ) -> list[Mapping[str, Any]]:
        """Add many rows and return them whole, in order, each sealed into the next event."""
        if not rows:
            return []
        statement = sa.insert(table).returning(*table.columns, sort_by_parameter_order=True)
        found = [dict(one) for one in self.connection.execute(statement, rows).mappings()]
        primary = [column.name for column in table.primary_key.columns]
        for row in found:
            self._touched[seals.key(table.name, [row[name] for name in primary])] = seals.seal(row)
        return list(found)

    def update(self, table: sa.Table, key: object, **values: object) -> Mapping[str, Any]:
        """Change the row of that primary key and return it whole, sealed into the next event."""
        return self._sealed(table, _updated(table), {_KEY: key, **values})

    def record(self, kind: str, subject: str, **facts: object) -> int:
        """Append the event that tells what was done, and return its number."""
        touched, self._touched = self._touched, {}
        return events.append(
            self.connection, self.at, self.actor, self.device, kind, subject, facts, touched
        )

    def untold(self) -> list[str]:
        """Return the rows that were changed and are not told by any event yet."""
        return sorted(self._touched)

    def _sealed(
        self, table: sa.Table, statement: sa.Executable, values: Mapping[str, object]
    ) -> Mapping[str, Any]:
        row = dict(self.connection.execute(statement, values).mappings().one())
        primary = [row[column.name] for column in table.primary_key.columns]
        self._touched[seals.key(table.name, primary)] = seals.seal(row)
        return row


_KEY: Final = "key of the row"  # the name of no column


@cache
def _inserted(table: sa.Table) -> sa.Insert:
    """Return the statement that adds a row; made once, for making it takes as long as running it."""
    return sa.insert(table).returning(*table.columns)


@cache
def _updated(table: sa.Table) -> sa.Update:
    """Return the statement that changes the row of a primary key."""
    (primary,) = table.primary_key.columns
    return sa.update(table).where(primary == sa.bindparam(_KEY)).returning(*table.columns)


class Ledger:
    """An opened ledger; safe to share between threads, never between processes."""

    def __init__(self, url: str) -> None:
        """Prepare connections to the database at ``url``; nothing is opened yet."""
        self.url = url
        self._backing, self._parsed = backing.of(url)
        self.engine = self._backing.connect(self._parsed, BUSY_SECONDS)
        self._writer = self.engine.execution_options(**_WRITER[self.engine.dialect.name])

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one unchanging moment of the ledger."""
        with self._connected(self.engine) as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, actor: str, device: str = "") -> Iterator[Writing]:
        """Give a write transaction; it is on disk when this ends, or nothing has happened.

        Without a device it is the one that is at work, but for what the program does of itself.

        Raises LedgerBusy when another writer holds the ledger for half a minute.
        """
        with self._connected(self._writer) as connection, connection.begin():
            at = "" if actor == ITSELF else here()
            writing = Writing(connection, actor, device or at)
            yield writing
            if untold := writing.untold():
                raise RuntimeError(f"changed without an event: {', '.join(untold)}")

    @contextmanager
    def _connected(self, engine: Engine) -> Iterator[Connection]:
        try:
            with engine.connect() as connection:
                yield connection
        except DBAPIError as error:
            refusal = self._backing.told(error, self.where, BUSY_SECONDS)
            if refusal is None:
                raise
            raise refusal from error

    @property
    def where(self) -> str:
        """Return the place of the ledger as people know it, without any password."""
        return self._backing.where(self._parsed)

    @property
    def is_there(self) -> bool:
        """Say whether a ledger was made there at all."""
        return self._backing.is_there(self._parsed)

    def close(self) -> None:
        """Close every connection; the write-ahead file is folded in by the last one."""
        self.engine.dispose()


def create(url: str, actor: str = ITSELF) -> Ledger:
    """Make a new ledger by its migrations alone and return it opened; raises LedgerExists."""
    kept, parsed = backing.of(url)
    if kept.is_there(parsed):
        raise LedgerExists(where=kept.where(parsed))
    kept.clear_the_way(parsed)
    upgrade(url, actor).close()  # first: closing a handle drops the locks this process holds
    kept.settle(parsed)
    return open_ledger(url)


def upgrade(url: str, actor: str = ITSELF) -> Ledger:
    """Bring a ledger to this release's tables, in one transaction with the event that says so."""
    from vault.ledger import upgrading  # noqa: PLC0415 - see the top of the file

    ledger = Ledger(url)
    try:
        with ledger.writing(actor) as writing:
            upgrading.upgrade(writing)
    except BaseException:
        ledger.close()
        raise
    return ledger


def open_ledger(url: str) -> Ledger:
    """Open a ledger; raises NoLedger, LedgerOutdated or LedgerFromLater.

    The stored revisions are compared with constants of the code, which costs one small select.
    """
    ledger = Ledger(url)
    if not ledger.is_there:
        ledger.close()
        raise NoLedger(where=ledger.where)
    found, wanted = stored(ledger), chains.heads()
    if found == wanted:
        return ledger
    ledger.close()
    said = {"where": ledger.where, "found": ", ".join(sorted(found)) or "nothing"}
    if chains.later(found):
        raise LedgerFromLater(**said)
    raise LedgerOutdated(**said, wanted=", ".join(sorted(wanted)))


def stored(ledger: Ledger) -> frozenset[str]:
    """Return the revisions of the tables that are there, none where there are no tables."""
    with ledger.reading() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return frozenset()
        rows = connection.execute(sa.text("SELECT version_num FROM alembic_version"))
        return frozenset(row[0] for row in rows)
