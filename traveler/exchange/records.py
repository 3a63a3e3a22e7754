# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was taken over before, and what of the floor an ERP may want to know: all selects of it."""

from __future__ import annotations

from collections.abc import Sequence
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


def said_since(connection: Connection, since: int, until: int, kinds: Sequence[str]) -> list[Event]:
    """Return the events of some kinds, or families of them (``job.%``), after one and up to one."""
    wanted = sa.or_(*(event.c.kind.like(kind) for kind in kinds))
    chosen = sa.select(event).where(event.c.seq > since, event.c.seq <= until, wanted)
    return [
        Event(
            row.seq, row.at, row.actor, row.device, row.kind, row.subject,
            canonical.loads(row.facts.encode()), row.hash,
        )
        for row in connection.execute(chosen.order_by(event.c.seq))
    ]  # fmt: skip


def stints_ended(connection: Connection, moments: Sequence[str]) -> list[sa.Row[Any]]:
    """Return every stretch of work that ended at one of these moments, with its operation."""
    stint, operation = tables.stint, tables.operation
    joined = sa.select(stint, operation.c.job, operation.c.seq, operation.c.station).join(
        operation, operation.c.id == stint.c.operation
    )
    found: list[sa.Row[Any]] = []
    for start in range(0, len(moments), _AT_ONCE):
        chosen = joined.where(stint.c.ended_at.in_(moments[start : start + _AT_ONCE]))
        found += connection.execute(chosen.order_by(stint.c.ended_at, stint.c.id))
    return found
