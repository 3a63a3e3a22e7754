# SPDX-License-Identifier: AGPL-3.0-or-later
"""A ledger in a database of a PostgreSQL server, for shops that run several servers or have one.

Writers take turns by an advisory lock, as SQLite's do by its file: every write transaction appends
to one chain, so that two at once could only ever wait or fail.  It is read committed, since a
snapshot taken before the wait would not show what the writer before left; readers are repeatable.
What the server must be set to is looked at on each connection, because a ledger that acknowledges
what a power cut takes back is worse than none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError

from vault.errors import Refusal
from vault.ledger.append_only import POSTGRESQL
from vault.ledger.errors import (
    LedgerAway,
    LedgerBusy,
    LedgerDriverMissing,
    LedgerServerUnfit,
)

DRIVER: Final = "postgresql+psycopg"
WRITING: Final = 0x7174_6C62  # one lock for the chain of one database
_LOCK_NOT_AVAILABLE: Final = "55P03"
_NO_ROOM: Final = frozenset({"25006", "53100", "57P01", "57P02", "57P03"})
"""A standby that only reads, a full disk, a server that goes down or comes up."""
_SETTINGS: Final = {"fsync": "on", "full_page_writes": "on", "server_encoding": "UTF8"}
_SYNCHRONOUS: Final = frozenset({"on", "remote_apply", "remote_write"})
_COLLATION: Final = """
SELECT CASE WHEN to_jsonb(d)->>'datlocprovider' = 'i' THEN 'ICU' ELSE datcollate END
FROM pg_database d WHERE datname = current_database()
"""
_FENCE: Final = """
SELECT t.tgname AS name, t.tgenabled::text AS enabled, p.prosrc AS body,
       pg_get_triggerdef(t.oid, true) AS told
FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE t.tgrelid IN (to_regclass('event'), to_regclass('event_head')) AND NOT t.tgisinternal
"""


def where(url: URL) -> str:
    """Return the address as people know it, without any password."""
    return url.render_as_string(hide_password=True)


def is_there(url: URL) -> bool:
    """Say whether the database holds a ledger; raises LedgerAway."""
    engine = connect(url, 5)
    try:
        with engine.connect() as connection:
            return sa.inspect(connection).has_table("event")
    except DBAPIError as error:
        raise told(error, where(url), 5) or error from error
    finally:
        engine.dispose()


def clear_the_way(_url: URL) -> None:
    """Do nothing: the database is made by whoever keeps the server."""


def settle(_url: URL) -> None:
    """Do nothing: what the server has committed is on its disk."""


def told(error: DBAPIError, place: str, patience: int) -> Refusal | None:
    """Return the refusal for what the server or the way to it raised, where there is one."""
    state = getattr(error.orig, "sqlstate", None)
    if state == _LOCK_NOT_AVAILABLE:
        return LedgerBusy(seconds=patience)
    lost = error.connection_invalidated or (
        isinstance(error, sa.exc.OperationalError) and not state
    )
    if lost or state in _NO_ROOM or (state or "").startswith(("08", "28", "3D")):
        return LedgerAway(where=place, why=" ".join(str(error.orig).split())[:200] or "no answer")
    return None


def connect(url: URL, patience: int) -> Engine:
    """Return an engine whose connections keep the promises; ``patience`` in seconds.

    Raises LedgerDriverMissing; what the server is set to is refused when it is first spoken to.
    """
    options = f"-c lock_timeout={patience * 1000} -c client_encoding=UTF8 -c timezone=UTC"
    try:
        engine = sa.create_engine(
            url.set(drivername=DRIVER), pool_pre_ping=True, isolation_level="REPEATABLE READ",
            connect_args={"options": options, "connect_timeout": 5},
        )  # fmt: skip
    except ModuleNotFoundError as error:
        raise LedgerDriverMissing(where=where(url)) from error

    @sa.event.listens_for(engine, "connect")
    def promise(dbapi: Any, _record: object) -> None:
        dbapi.autocommit = True
        with dbapi.cursor() as cursor:
            _fit(cursor, where(url))
        dbapi.autocommit = False

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("titleblock_write"):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITING})")

    return engine


def fence_faults(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield the name of each trigger that is not as it was made, and what became of it."""
    found = {row.name: row for row in connection.execute(sa.text(_FENCE))}
    for name, sql in POSTGRESQL.items():
        row = found.get(name)
        if row is None:
            yield name, "is missing"
        elif row.enabled != "O":
            yield name, "was switched off"
        elif row.body.strip() not in sql or _head(row.told) not in sql:
            yield name, "was changed"


def soundness(_connection: Connection) -> Iterator[str]:
    """Yield nothing: a server checks its own pages (``pg_amcheck``, data checksums)."""
    yield from ()


def _head(told_trigger: str) -> str:
    """Return what a trigger is before the call of its function, as it was written."""
    return told_trigger.partition(" FOR EACH")[0].replace(" ON public.", " ON ")


def _fit(cursor: Any, place: str) -> None:
    for name, wanted in _SETTINGS.items():
        cursor.execute(f"SHOW {name}")
        found = cursor.fetchone()[0]
        if found != wanted:
            raise LedgerServerUnfit(where=place, setting=name, found=found, wanted=wanted)
    cursor.execute("SHOW synchronous_commit")
    if (found := cursor.fetchone()[0]) not in _SYNCHRONOUS:
        raise LedgerServerUnfit(where=place, setting="synchronous_commit", found=found, wanted="on")
    cursor.execute(_COLLATION)
    if (found := cursor.fetchone()[0]) not in {"C", "POSIX", "C.UTF-8", "C.utf8"}:
        raise LedgerServerUnfit(where=place, setting="collation", found=found, wanted="C")
