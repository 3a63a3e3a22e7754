# SPDX-License-Identifier: AGPL-3.0-or-later
"""The record of what was done: an append-only table in which every event binds the one before.

The hash of an event covers the canonical JSON of all its columns and the hash of its predecessor,
so that nothing in the middle can be edited, removed or moved without a trace.  What was cut off
at the *end* leaves no trace inside, which is why heads are also kept outside: in the release log
and on every packet (see ``verify(witnesses=…)``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.sql.elements import ClauseElement

from vault import canonical
from vault.ledger import seals
from vault.ledger.checking import Fault, faults
from vault.ledger.tables import event, event_head

if TYPE_CHECKING:
    from vault.ledger.engine import Ledger

_HEAD = sa.select(event_head.c.seq, event_head.c.hash)
_PAGE = 5000
_APPEND = sa.insert(event)
_COLUMNS = tuple(event.columns.keys())


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that was done: when, by whom, from which device, to what, with which facts."""

    seq: int
    at: str
    actor: str
    device: str
    kind: str
    subject: str
    facts: Mapping[str, Any]
    hash: str


def append(
    connection: Connection,
    at: str,
    actor: str,
    device: str,
    kind: str,
    subject: str,
    facts: Mapping[str, object],
    touched: Mapping[str, str],
) -> int:
    """Append one event to the chain and return its number; only ``Writing.record`` calls this."""
    last, prev_hash = connection.exec_driver_sql(_spoken(connection.dialect, _HEAD)).one()
    row: dict[str, Any] = {
        "seq": last + 1,
        "at": at,
        "actor": actor,
        "device": device,
        "kind": kind,
        "subject": subject,
        "facts": canonical.dumps(facts).decode(),
        "seals": canonical.dumps(touched).decode(),
        "prev_hash": prev_hash,
    }
    row["hash"] = seals.link(row)
    given = tuple(row[name] for name in _COLUMNS) if connection.dialect.positional else row
    connection.exec_driver_sql(_spoken(connection.dialect, _APPEND), given)
    return int(last) + 1


@cache
def _spoken(dialect: Dialect, statement: ClauseElement) -> str:
    """Return a statement as its database reads it, compiled once.

    SQLAlchemy's own cache still costs 40 µs a statement, on the one path that every act takes.
    """
    return str(statement.compile(dialect=dialect))


def head(ledger: Ledger) -> tuple[int, str]:
    """Return the number and hash of the newest event, what packets print and the log keeps."""
    with ledger.reading() as connection:
        seq, digest = connection.execute(_HEAD).one()
        return int(seq), str(digest)


def of(ledger: Ledger, subject: str, limit: int = 100) -> list[Event]:
    """Return the newest events of one subject, oldest first."""
    chosen = sa.select(event).where(event.c.subject == subject)
    with ledger.reading() as connection:
        return _told(connection, chosen, limit)


def newest_of(connection: Connection, subject: str) -> int:
    """Return the number of the newest event of a subject, 0 where there is none."""
    found = connection.execute(
        sa.select(sa.func.max(event.c.seq)).where(event.c.subject == subject)
    )
    return int(found.scalar_one() or 0)


def of_kinds(ledger: Ledger, kinds: Iterable[str]) -> Iterator[Event]:
    """Yield every event of some kinds, oldest first, a page at a time."""
    after = 0
    while True:
        chosen = sa.select(event).where(event.c.kind.in_(tuple(kinds)), event.c.seq > after)
        with ledger.reading() as connection:
            rows = connection.execute(chosen.order_by(event.c.seq).limit(_PAGE)).all()
        for row in rows:
            yield _event(row)
        if len(rows) < _PAGE:
            return
        after = rows[-1].seq


def latest(ledger: Ledger, limit: int = 100, before: int | None = None) -> list[Event]:
    """Return the newest events of all subjects, oldest first; ``before`` pages backwards."""
    chosen = sa.select(event)
    if before is not None:
        chosen = chosen.where(event.c.seq < before)
    with ledger.reading() as connection:
        return _told(connection, chosen, limit)


def _told(connection: Connection, chosen: sa.Select[Any], limit: int) -> list[Event]:
    rows = connection.execute(chosen.order_by(event.c.seq.desc()).limit(limit)).all()
    return [_event(row) for row in reversed(rows)]


def _event(row: sa.Row[Any]) -> Event:
    return Event(
        row.seq, row.at, row.actor, row.device, row.kind, row.subject,
        canonical.loads(row.facts.encode()), row.hash,
    )  # fmt: skip


def verify(ledger: Ledger, witnesses: Iterable[tuple[int, str]] = ()) -> Iterator[Fault]:
    """Yield every fault of the ledger: chain, seals, triggers, and heads known from outside.

    ``witnesses`` are pairs of number and hash from packets or the release log; without one, a
    chain cut off at its end together with the kept head cannot be told from a younger one.
    """
    with ledger.reading() as connection:
        yield from faults(connection, dict(witnesses))
