# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the ledger keeps of first article inspections, read as frozen values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler import series
from traveler import tables as floor_tables
from traveler.firstarticle import tables
from traveler.firstarticle.rules import Facts, Waiver
from vault import canonical

_ROW, _ENTRY = tables.first_article, tables.first_article_entry
_WAIVER = tables.first_article_waiver


@dataclass(frozen=True, slots=True)
class Article:
    """A first article inspection as it stands."""

    id: int
    job: str
    item: str
    rev: str
    state: str
    entries: int
    changed_at: str
    changed_by: str
    facts: Facts

    @property
    def number(self) -> str:
        """Return the FAIR identifier, ``FA-0001``."""
        return series.FIRST_ARTICLE.name(self.id)

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        one = self.facts
        return {
            "fai": self.number, "job": self.job, "number": self.item, "rev": self.rev,
            "state": self.state, "scope": one.scope, "reason": one.reason,
            "baseline": one.baseline or None, "balloons": list(one.balloons),
            "detail": one.detail, "serial": one.serial or None,
            "customer_approval": one.customer or None,
            "verified_by": one.verified_by or None, "verified_at": one.verified_at or None,
            "approved_by": one.approved_by or None, "approved_at": one.approved_at or None,
            "forms": dict(one.forms) or None,
        }  # fmt: skip


def article(connection: Connection, number: int) -> Article | None:
    """Return one by its number."""
    found = _found(connection, [_ROW.c.id == number])
    return found[0] if found else None


def listed(connection: Connection, job: str = "", item: str = "") -> list[Article]:
    """Return those of a job or an item, oldest first."""
    conditions = [column == value for column, value in ((_ROW.c.job, job), (_ROW.c.item, item))
                  if value]  # fmt: skip
    return _found(connection, conditions)


def last_made(connection: Connection, item: str, before: str) -> str:
    """Return when work on an item last ended, on any job but one; empty where it never did."""
    operation, job = floor_tables.operation.c, floor_tables.job.c
    chosen = (
        sa.select(sa.func.max(operation.finished_at))
        .join(floor_tables.job, job.number == operation.job)
        .where(job.item == item, job.number != before)
    )
    return connection.execute(chosen).scalar() or ""


def waivers(connection: Connection, item: str) -> dict[str, Waiver]:
    """Return the reasons of an item that were set aside and still are, by what names them."""
    found: dict[str, Waiver] = {}
    chosen = sa.select(_WAIVER).where(_WAIVER.c.item == item).order_by(_WAIVER.c.id)
    for row in connection.execute(chosen):
        found.pop(row.ref, None)
        if row.act == "waive":
            found[row.ref] = Waiver(row.person, row.at, row.job, row.why)
    return found


def inspected(connection: Connection) -> frozenset[str]:
    """Return the items of which any first article was ever approved."""
    chosen = sa.select(_ROW.c.item).where(_ROW.c.state == "approved").distinct()
    return frozenset(connection.execute(chosen).scalars())


def _found(connection: Connection, conditions: Sequence[sa.ColumnElement[bool]]) -> list[Article]:
    newest = sa.and_(_ENTRY.c.first_article == _ROW.c.id, _ENTRY.c.number == _ROW.c.entries)
    chosen = sa.select(_ROW, _ENTRY.c.at, _ENTRY.c.person, _ENTRY.c.facts).join(_ENTRY, newest)
    return [
        Article(row.id, row.job, row.item, row.rev, row.state, row.entries, row.at, row.person,
                _facts(row.facts))
        for row in connection.execute(chosen.where(*conditions).order_by(_ROW.c.id))
    ]  # fmt: skip


def _facts(text: str) -> Facts:
    told: dict[str, Any] = canonical.loads(text.encode())
    lists: dict[str, Any] = {
        key: tuple(told.pop(key)) for key in ("balloons", "index", "materials") if key in told
    }
    return Facts(**told, **lists)
