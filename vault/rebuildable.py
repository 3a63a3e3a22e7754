# SPDX-License-Identifier: AGPL-3.0-or-later
"""A SQLite file that may be lost, because all of it can be made again from elsewhere.

A file that is missing, broken or of another version is begun anew.  A power cut may cost the last
transactions (``synchronous=NORMAL``), which is why whoever fills the file keeps his place in it.
"""

# ruff: noqa: S608 - names of tables come from the schema, values are always bound
from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
import threading
import weakref
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from vault import durable
from vault.errors import CatalogueDamaged, CatalogueUnusable

PATIENCE = 20.0  # seconds to wait for another writer

_DROPPABLE = """
SELECT type, name FROM main.sqlite_master
WHERE type IN ('table', 'trigger', 'view') AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%_fts_%'
ORDER BY type = 'table', name NOT LIKE '%_fts'
"""
_FILLED = """
SELECT name FROM main.sqlite_master
WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%_fts%'
"""
_PASSING = {
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM,
}  # fmt: skip


class RebuildableFile:
    """One file.  Each thread has a connection of its own; processes may share the file."""

    def __init__(self, path: Path, version: int, schema: Callable[[], list[str]]) -> None:
        """Stand for the file; nothing is opened before it is asked.

        ``schema`` is asked for the statements that make version ``version``, only when needed.
        """
        self.path = path
        self._version = version
        self._schema = schema
        self._local = threading.local()
        self._open: weakref.WeakSet[_Connection] = weakref.WeakSet()
        self._of_parents: list[_Connection] = []  # closing one here would end its parent's locks

    def make_ready(self) -> None:
        """Begin the file anew where it is missing, broken or of another version."""
        try:
            if not self._is_ready():
                self._begin()
        except CatalogueDamaged:
            self._mend()

    def execute(self, sql: str, values: Collection[Any] = ()) -> list[tuple[Any, ...]]:
        """Run one statement and return all its rows; raises CatalogueDamaged, CatalogueUnusable."""
        try:
            return self._connection().execute(sql, tuple(values)).fetchall()
        except sqlite3.DatabaseError as fault:
            raise self._refusal(fault) from fault

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Do all that is within, or nothing; within another transaction it becomes part of that.

        It takes the writer's lock before the first reading, so what was read is still so when it
        is written.
        """
        nested = self._connection().in_transaction
        begin, commit, back = _NESTED if nested else _OUTERMOST
        self.execute(begin)
        try:
            yield
        except BaseException:
            if self._connection().in_transaction:
                for statement in back:
                    self.execute(statement)
            raise
        self.execute(commit)

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let several readings see one state, whatever others write meanwhile."""
        if self._connection().in_transaction:
            yield
            return
        self.execute("BEGIN")
        try:
            yield
        finally:
            self.execute("COMMIT")

    def forget(self) -> None:
        """Begin anew, in one transaction, so that others see all of before or nothing."""
        if not self._connection().in_transaction:
            self._mend()
        with self.transaction():
            self.execute("PRAGMA user_version = 0")
            self._begin()

    @contextlib.contextmanager
    def remade(self) -> Iterator[RebuildableFile]:
        """Give an empty file to be filled aside, and take over all of it in one transaction.

        Whoever reads meanwhile sees what was here before, until everything new is in; an exception
        leaves what was here.
        """
        with tempfile.TemporaryDirectory(prefix=".catalogue-", dir=self.path.parent) as folder:
            fresh = RebuildableFile(Path(folder) / "fresh.db", self._version, self._schema)
            fresh.forget()
            try:
                yield fresh
            finally:
                fresh.close()
            self._mend()
            self.execute("ATTACH ? AS fresh", (str(fresh.path),))
            try:
                with self.transaction():
                    self.forget()
                    for (table,) in self.execute(_FILLED):
                        self.execute(f'INSERT INTO main."{table}" SELECT * FROM fresh."{table}"')
            finally:
                self.execute("DETACH fresh")

    def close(self) -> None:
        """Close every connection, those of other threads too, but none of a forked parent."""
        while self._open:
            connection = self._open.pop()
            if connection.process == os.getpid():
                connection.close()
        self._local = threading.local()

    def _is_ready(self) -> bool:
        return self.execute("PRAGMA user_version") == [(self._version,)]

    def _begin(self) -> None:
        """Make the schema, unless another process was first."""
        statements = self._schema()
        with self.transaction():
            if self._is_ready():
                return
            for kind, name in self.execute(_DROPPABLE):
                self.execute(f'DROP {kind} IF EXISTS "{name}"')
            for statement in statements:
                self.execute(statement)
            self.execute(f"PRAGMA user_version = {self._version}")

    def _mend(self) -> None:
        """Put an empty file in the place of a damaged one; sound ones are left alone."""
        with durable.locked(self.path.parent):
            try:
                self.execute("PRAGMA user_version")
                sound = self.execute("PRAGMA quick_check(1)") == [("ok",)]
            except CatalogueDamaged:
                sound = False
            if not sound:
                self.close()
                for ending in ("", "-wal", "-shm"):
                    self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
        self._begin()

    def _connection(self) -> sqlite3.Connection:
        """Return this thread's connection, a new one in a process that was forked."""
        known: _Connection | None = getattr(self._local, "known", None)
        if known is None or known.process != os.getpid():
            if known is not None:
                self._of_parents.append(known)
            try:
                known = _connect(self.path)
            except sqlite3.DatabaseError as fault:
                raise self._refusal(fault) from fault
            self._local.known = known
            self._open.add(known)
        return known

    def _refusal(self, fault: sqlite3.DatabaseError) -> Exception:
        """Return what a fault of SQLite means to people, or itself where it is a fault of ours."""
        code = getattr(fault, "sqlite_errorcode", 0) & 0xFF  # the rest tells variants apart
        if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            return CatalogueDamaged(where=self.path, why=fault)
        if code in _PASSING:
            return CatalogueUnusable(where=self.path, why=fault)
        return fault


_OUTERMOST = ("BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",))
_NESTED = ("SAVEPOINT part", "RELEASE part", ("ROLLBACK TO part", "RELEASE part"))


class _Connection(sqlite3.Connection):
    """A connection that knows its process, and ends with the thread it was made for."""

    process = 0


def _connect(path: Path) -> _Connection:
    connection = sqlite3.connect(
        path, timeout=PATIENCE, isolation_level=None, check_same_thread=False, factory=_Connection
    )
    connection.process = os.getpid()
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA recursive_triggers = ON")
    return connection
