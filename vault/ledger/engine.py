# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ledger's engine: connections that keep their promises, and transactions that leave a record.

SQLite in write-ahead mode with ``synchronous=FULL`` loses nothing it acknowledged, but
``synchronous`` is not stored in the file: it holds for one connection only, so each connection
sets it and reads it back.  Writers begin with ``BEGIN IMMEDIATE``; a transaction that reads first
and asks for the write lock later is refused by SQLite without waiting.
"""

from __future__ import annotations

# One import stands inside `upgrade`: Alembic costs half a second, and few calls a year need it.
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, CursorResult, Engine, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from vault import clock
from vault.ledger import chains, events, seals
from vault.ledger.errors import (
    DamagedLedger,
    LedgerBusy,
    LedgerExists,
    LedgerFromLater,
    LedgerNotDurable,
    LedgerNotSpoken,
    LedgerOutdated,
    NoLedger,
)

BUSY_SECONDS = 30
TROUBLE: Final = (SQLAlchemyError, sqlite3.Error)
"""What a database raises where no refusal of ours says it better; whoever can wait tries again."""

_PRAGMAS: dict[str, tuple[str, object]] = {
    "busy_timeout": (str(BUSY_SECONDS * 1000), BUSY_SECONDS * 1000),
    "journal_mode": ("WAL", "wal"),
    "synchronous": ("FULL", 2),
    "foreign_keys": ("ON", 1),
    "recursive_triggers": ("ON", 1),  # else INSERT OR REPLACE slips past the delete trigger
    "trusted_schema": ("OFF", 0),
}


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
        return self._sealed(table, sa.insert(table).values(values).returning(*table.columns))

    def update(self, table: sa.Table, key: object, **values: object) -> Mapping[str, Any]:
        """Change the row of that primary key and return it whole, sealed into the next event."""
        (primary,) = table.primary_key.columns
        change = sa.update(table).where(primary == key).values(values)
        return self._sealed(table, change.returning(*table.columns))

    def record(self, kind: str, subject: str, **facts: object) -> int:
        """Append the event that tells what was done, and return its number."""
        touched, self._touched = self._touched, {}
        return events.append(
            self.connection, self.at, self.actor, self.device, kind, subject, facts, touched
        )

    def untold(self) -> list[str]:
        """Return the rows that were changed and are not told by any event yet."""
        return sorted(self._touched)

    def _sealed(self, table: sa.Table, statement: sa.Executable) -> Mapping[str, Any]:
        row = dict(self.connection.execute(statement).mappings().one())
        primary = [row[column.name] for column in table.primary_key.columns]
        self._touched[seals.key(table.name, primary)] = seals.seal(row)
        return row


class Ledger:
    """An opened ledger; safe to share between threads, never between processes."""

    def __init__(self, url: str) -> None:
        """Prepare connections to the database at ``url``; nothing is opened yet."""
        self.url = url
        self.engine = _engine(_parsed(url))
        self._writer = self.engine.execution_options(titleblock_write=True)  # the same pool

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one unchanging moment of the ledger."""
        with self._connected(self.engine) as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, actor: str, device: str = "") -> Iterator[Writing]:
        """Give a write transaction; it is on disk when this ends, or nothing has happened.

        Raises LedgerBusy when another writer holds the ledger for half a minute.
        """
        with self._connected(self._writer) as connection, connection.begin():
            writing = Writing(connection, actor, device)
            yield writing
            if untold := writing.untold():
                raise RuntimeError(f"changed without an event: {', '.join(untold)}")

    @contextmanager
    def _connected(self, engine: Engine) -> Iterator[Connection]:
        try:
            with engine.connect() as connection:
                yield connection
        except OperationalError as error:
            if "locked" in str(error.orig) or "busy" in str(error.orig):
                raise LedgerBusy(seconds=BUSY_SECONDS) from error
            raise
        except DatabaseError as error:
            if "malformed" in str(error.orig) or "not a database" in str(error.orig):
                raise DamagedLedger(where=self.where, what=str(error.orig)) from error
            raise

    @property
    def where(self) -> str:
        """Return the place of the ledger as people know it, without any password."""
        parsed = make_url(self.url)
        return parsed.database or parsed.render_as_string(hide_password=True)

    def close(self) -> None:
        """Close every connection; the write-ahead file is folded in by the last one."""
        self.engine.dispose()


def create(url: str, actor: str = "titleblock") -> Ledger:
    """Make a new ledger by its migrations alone and return it opened; raises LedgerExists."""
    path = _file(url)
    if path.exists() and path.stat().st_size:
        raise LedgerExists(where=path)
    path.parent.mkdir(parents=True, exist_ok=True)
    upgrade(url, actor).close()  # first: closing a handle drops the locks this process holds
    for place in (path, path.parent):
        _fsync(place)
    return open_ledger(url)


def upgrade(url: str, actor: str = "titleblock") -> Ledger:
    """Bring a ledger to this release's tables, in one transaction with the event that says so."""
    from vault.ledger import upgrading  # noqa: PLC0415 - see the top of the file

    ledger = Ledger(url)
    with ledger.writing(actor) as writing:
        upgrading.upgrade(writing)
    return ledger


def open_ledger(url: str) -> Ledger:
    """Open a ledger; raises NoLedger, LedgerOutdated or LedgerFromLater.

    The stored revisions are compared with constants of the code, which costs one small select.
    """
    path = _file(url)
    if not path.is_file():
        raise NoLedger(where=path)
    ledger = Ledger(url)
    found, wanted = _stored(ledger), chains.heads()
    if found == wanted:
        return ledger
    ledger.close()
    said = {"where": path, "found": ", ".join(sorted(found)) or "nothing"}
    if chains.later(found):
        raise LedgerFromLater(**said)
    raise LedgerOutdated(**said, wanted=", ".join(sorted(wanted)))


def _stored(ledger: Ledger) -> frozenset[str]:
    try:
        with ledger.reading() as connection:
            rows = connection.execute(sa.text("SELECT version_num FROM alembic_version"))
            return frozenset(row[0] for row in rows)
    except OperationalError as error:
        if "no such table" in str(error.orig):
            return frozenset()
        raise


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise LedgerNotSpoken(url=url) from error
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.query:
        raise LedgerNotSpoken(url=url)
    return parsed


def _file(url: str) -> Path:
    return Path(str(_parsed(url).database))


def _engine(url: URL) -> Engine:
    engine = sa.create_engine(url, poolclass=QueuePool, connect_args={"check_same_thread": False})

    @sa.event.listens_for(engine, "connect")
    def promise(dbapi: Any, _record: object) -> None:
        dbapi.isolation_level = None  # the driver's own idea of transactions stays out of it
        for name, (wanted, kept) in _PRAGMAS.items():
            dbapi.execute(f"PRAGMA {name}={wanted}")
            found = dbapi.execute(f"PRAGMA {name}").fetchone()[0]
            if found != kept:
                raise LedgerNotDurable(where=url.database, setting=name, found=found, wanted=kept)

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("titleblock_write")
        driver: Any = connection.connection.driver_connection  # past SQLAlchemy: 60 µs each time
        try:
            driver.execute("BEGIN IMMEDIATE" if write else "BEGIN")
        except driver.OperationalError as error:
            raise OperationalError("BEGIN", None, error) from error

    return engine


def _fsync(place: Path) -> None:
    if place.is_dir() and os.name == "nt":  # Windows has no handle on a folder to flush
        return
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
