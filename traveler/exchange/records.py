# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was taken over before, and what of the floor an ERP may want to know: all selects of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler import tables
from traveler.exchange.tables import erp_line
from vault import canonical
from vault.ledger.events import Event
from vault.ledger.tables import event

_AT_ONCE = 500


def last_said(connection: Connection, source: str, external: str) -> tuple[str, Any] | None:
    """Return the job a line of an ERP became, and what the line said when it was last taken."""
    chosen = sa.select(erp_line.c.job, erp_line.c.said).where(
        erp_line.c.source == source, erp_line.c.external_id == external
    )
    row = connection.execute(chosen.order_by(erp_line.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else (row.job, canonical.loads(row.said.encode()))


def names(connection: Connection, numbers: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return source and external id of those jobs that came from an ERP."""
    chosen = sa.select(erp_line.c.job, erp_line.c.source, erp_line.c.external_id)
    rows = connection.execute(chosen.where(erp_line.c.job.in_(numbers)).order_by(erp_line.c.id))
    return {row.job: (row.source, row.external_id) for row in rows}


def said_since(
    connection: Connection, since: int, until: int, kinds: Sequence[str], most: int
) -> list[Event]:
    """Return the first events of some kinds, or families (``job.%``), after one and up to one."""
    chosen = sa.select(event).where(*_between(since, until, kinds))
    return [
        Event(
            row.seq, row.at, row.actor, row.device, row.kind, row.subject,
            canonical.loads(row.facts.encode()), row.hash,
        )
        for row in connection.execute(chosen.order_by(event.c.seq).limit(most))
    ]  # fmt: skip


def subjects_since(
    connection: Connection, since: int, until: int, kinds: Sequence[str]
) -> Iterator[str]:
    """Return what the events of some kinds are about, each once, what was touched first in front."""
    chosen = sa.select(event.c.subject).where(*_between(since, until, kinds))
    first = sa.func.min(event.c.seq)
    return iter(connection.scalars(chosen.group_by(event.c.subject).order_by(first)).all())


def _between(since: int, until: int, kinds: Sequence[str]) -> tuple[sa.ColumnElement[bool], ...]:
    family = sa.or_(*(event.c.kind.like(kind) for kind in kinds))
    return event.c.seq > since, event.c.seq <= until, family


@dataclass(frozen=True, slots=True)
class Stretch:
    """A person's stretch of work, and where it was done."""

    id: int
    job: str
    seq: int
    station: str
    person: str
    started_at: str
    ended_at: str
    good: int
    scrap: int


def stints(connection: Connection, ids: Sequence[int]) -> list[Stretch]:
    """Return stretches of work by their numbers."""
    found: list[Stretch] = []
    for start in range(0, len(ids), _AT_ONCE):
        found += _stretches(connection, tables.stint.c.id.in_(ids[start : start + _AT_ONCE]))
    return found


def stints_at(connection: Connection, job: str, seq: int, moment: str) -> list[Stretch]:
    """Return the stretches of work on an operation that ended at a moment."""
    operation = tables.operation.c
    at = tables.stint.c.ended_at == moment
    return _stretches(connection, operation.job == job, operation.seq == seq, at)


def stints_left(connection: Connection, job: str) -> list[Stretch]:
    """Return the stretches of work on a job that nobody ended."""
    return _stretches(connection, tables.operation.c.job == job, tables.stint.c.ended_at.is_(None))


def _stretches(connection: Connection, *conditions: sa.ColumnElement[bool]) -> list[Stretch]:
    stint, operation = tables.stint, tables.operation
    place = sa.func.coalesce(operation.c.machine, operation.c.station).label("station")
    chosen = sa.select(
        stint.c.id, operation.c.job, operation.c.seq, place, stint.c.person, stint.c.started_at,
        sa.func.coalesce(stint.c.ended_at, "").label("ended_at"), stint.c.good, stint.c.scrap,
    ).join(operation, operation.c.id == stint.c.operation)  # fmt: skip
    rows = connection.execute(chosen.where(*conditions).order_by(stint.c.id))
    return [Stretch(*row) for row in rows]
