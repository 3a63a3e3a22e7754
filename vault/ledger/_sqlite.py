# SPDX-License-Identifier: AGPL-3.0-or-later
"""A ledger in a SQLite file: nothing to run, and enough for a shop on one machine.

SQLite in write-ahead mode with ``synchronous=FULL`` loses nothing it acknowledged, but
``synchronous`` is not stored in the file: it holds for one connection only, so each connection
sets it and reads it back.  Writers begin with ``BEGIN IMMEDIATE``; a transaction that reads first
and asks for the write lock later is refused by SQLite without waiting.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool

from vault.errors import Refusal
from vault.ledger.append_only import SQLITE
from vault.ledger.errors import DamagedLedger, LedgerBusy, LedgerNotDurable

_PRAGMAS: Mapping[str, tuple[str, object]] = {
    "journal_mode": ("WAL", "wal"),
    "synchronous": ("FULL", 2),
    "foreign_keys": ("ON", 1),
    "recursive_triggers": ("ON", 1),  # else INSERT OR REPLACE slips past the delete trigger
    "trusted_schema": ("OFF", 0),
}


def where(url: URL) -> str:
    """Return the place of the ledger as people know it."""
    return str(url.database)


def is_there(url: URL) -> bool:
    """Say whether there is a file with anything in it."""
    path = Path(str(url.database))
    return path.is_file() and path.stat().st_size > 0


def clear_the_way(url: URL) -> None:
    """Make the folder of a new ledger."""
    Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)


def settle(url: URL) -> None:
    """Have a new file, and its name in the folder, on disk."""
    path = Path(str(url.database))
    for place in (path, path.parent):
        _fsync(place)


def told(error: DBAPIError, place: str, patience: int) -> Refusal | None:
    """Return the refusal for what SQLite raised, where there is one that says it better."""
    said = str(error.orig)
    if "locked" in said or "busy" in said:
        return LedgerBusy(seconds=patience)
    if "malformed" in said or "not a database" in said:
        return DamagedLedger(where=place, what=said)
    return None


def connect(url: URL, patience: int) -> Engine:
    """Return an engine whose connections keep the promises; ``patience`` in seconds."""
    engine = sa.create_engine(url, poolclass=QueuePool, connect_args={"check_same_thread": False})
    pragmas = {"busy_timeout": (str(patience * 1000), patience * 1000), **_PRAGMAS}

    @sa.event.listens_for(engine, "connect")
    def promise(dbapi: Any, _record: object) -> None:
        dbapi.isolation_level = None  # the driver's own idea of transactions stays out of it
        for name, (wanted, kept) in pragmas.items():
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


def fence_faults(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield the name of each trigger that is not as it was made, and what became of it."""
    asked = sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    found = {row.name: row.sql for row in connection.execute(asked)}
    for name, sql in SQLITE.items():
        if found.get(name) != sql:
            yield name, "is missing" if name not in found else "was changed"


def soundness(connection: Connection) -> Iterator[str]:
    """Yield what SQLite finds wrong with the file."""
    for said in connection.exec_driver_sql("PRAGMA integrity_check(20)").scalars():
        if said != "ok":
            yield str(said)


def _fsync(place: Path) -> None:
    if place.is_dir() and os.name == "nt":  # Windows has no handle on a folder to flush
        return
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
