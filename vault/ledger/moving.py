# SPDX-License-Identifier: AGPL-3.0-or-later
"""Moving a ledger to another database, row by row, with its chain: a file outgrown, or back.

The copy is one transaction at its target and is checked before it counts: the same head, no fault
of the chain or of a sealed row, or nothing was moved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from vault.ledger import backing, checking, upgrading
from vault.ledger.engine import Ledger
from vault.ledger.errors import DamagedLedger, LedgerExists
from vault.ledger.tables import event, event_head

_BATCH: Final = 1000
_MADE_HERE: Final = frozenset({"alembic_version", event_head.name})
"""What the migrations and the triggers of the target write themselves."""

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied: rows of all tables, and the head both chains end with."""

    rows: int
    seq: int
    hash: str


def copy(source: Ledger, url: str, progress: Progress = lambda _rows: None) -> Copied:
    """Make a ledger at ``url`` that holds all that another holds at this moment.

    ``progress`` is told how many rows came since it was last told.  Raises LedgerExists where
    there is one, DamagedLedger where what came out has a fault, naming the first; then nothing is
    there.
    """
    kept, parsed = backing.of(url)
    if kept.is_there(parsed):
        raise LedgerExists(where=kept.where(parsed))
    kept.clear_the_way(parsed)
    target = Ledger(url)
    try:
        with source.reading() as read, target.writing("titleblock") as writing:
            upgrading.migrate(writing.connection)
            rows = _copy_rows(read, writing.connection, progress)
            head = read.execute(sa.select(event_head.c.seq, event_head.c.hash)).one()
            _check(writing.connection, target.where, (int(head.seq), str(head.hash)))
    finally:
        target.close()
    kept.settle(parsed)
    return Copied(rows, int(head.seq), str(head.hash))


def count(source: Ledger) -> int:
    """Return how many rows there are to copy."""
    with source.reading() as connection:
        tables = _tables(connection)
        counts = [sa.select(sa.func.count()).select_from(one) for one in tables]
        return sum(connection.execute(one).scalar_one() for one in counts)


def _copy_rows(read: Connection, write: Connection, progress: Progress) -> int:
    total = 0
    found = _tables(read)
    into = {one.name: one for one in _tables(write)}
    for table in reversed(found):
        if table.name != event.name:  # it only grows, and is empty
            write.execute(sa.delete(into[table.name]))
    for table in found:
        for batch in _batches(read, table):
            write.execute(sa.insert(into[table.name]), batch)
            total += len(batch)
            progress(len(batch))
        if write.dialect.name == "postgresql":
            _count_on(write, into[table.name])
    return total


def _tables(connection: Connection) -> Sequence[sa.Table]:
    """Return the tables to copy, what others refer to first."""
    found = sa.MetaData()
    found.reflect(connection)
    return [one for one in found.sorted_tables if one.name not in _MADE_HERE]


def _batches(read: Connection, table: sa.Table) -> Iterator[list[dict[str, Any]]]:
    primary = list(table.primary_key.columns)
    rows = read.execution_options(yield_per=_BATCH).execute(sa.select(table).order_by(*primary))
    parts = rows.mappings().partitions(_BATCH)
    own = [key.parent for key in table.foreign_keys if key.column.table is table]
    if not own:
        yield from ([dict(row) for row in part] for part in parts)
        return
    waiting = [dict(row) for part in parts for row in part]
    there: set[Any] = {None}
    while waiting:  # a row may only refer to one that came before it
        ready = [row for row in waiting if all(row[column.name] in there for column in own)]
        if not ready:
            raise DamagedLedger(
                where=f"table {table.name}", what="rows refer to rows that are gone"
            )
        yield ready
        there |= {row[primary[0].name] for row in ready}
        waiting = [row for row in waiting if row[primary[0].name] not in there]


def _count_on(write: Connection, table: sa.Table) -> None:
    """Let a server's own counting go on after the numbers that were brought along."""
    asked = sa.text("SELECT pg_get_serial_sequence(:table, :column)")
    for column in table.primary_key.columns:
        given = {"table": table.name, "column": column.name}
        sequence = write.execute(asked, given).scalar_one()
        if sequence:
            highest = write.execute(sa.select(sa.func.max(column))).scalar_one()
            write.execute(sa.select(sa.func.setval(sequence, highest or 1, highest is not None)))


def _check(connection: Connection, where: str, head: tuple[int, str]) -> None:
    found = connection.execute(sa.select(event_head.c.seq, event_head.c.hash)).one()
    if (found.seq, found.hash) != head:
        raise DamagedLedger(where=where, what="the chain that was copied ends elsewhere")
    fault = next(checking.faults(connection, {head[0]: head[1]} if head[0] else {}), None)
    if fault:
        raise DamagedLedger(where=f"{where}, {fault.where}", what=fault.what)
