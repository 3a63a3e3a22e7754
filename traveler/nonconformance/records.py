# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the ledger keeps of nonconformances, read as frozen values; all selects on them are here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler import series
from traveler import tables as floor_tables
from traveler.nonconformance import rules, tables
from traveler.nonconformance.rules import Facts, Part
from traveler.quality.tables import characteristic, measurement, measuring
from vault import canonical

_ROW, _ENTRY = tables.nonconformance, tables.nonconformance_entry
_AT_ONCE = 500
_LISTS = ("balloons", "results")
_PART_LISTS = ("wanted", "rework", "rework_ids")
_ONE = {"disposition": "disposition", "disposed_why": "why", "disposed_by": "by",
        "disposed_at": "at", "approved_by": "approved_by", "approved_at": "approved_at",
        "wanted": "wanted", "rework": "rework", "rework_ids": "rework_ids"}  # fmt: skip
"""How facts were kept when a nonconformance had one disposition for all of its pieces."""


@dataclass(frozen=True, slots=True)
class Nonconformance:
    """A nonconformance as it stands: where it was found, what is known, what was decided."""

    id: int
    job: str
    seq: int | None
    operation: int | None
    item: str
    rev: str
    raised_at: str
    raised_by: str
    state: str
    entries: int
    changed_at: str
    changed_by: str
    facts: Facts

    @property
    def number(self) -> str:
        """Return it as people write it, ``NC-0001``."""
        return series.NONCONFORMANCE.name(self.id)

    @property
    def open(self) -> bool:
        """Say whether it still wants something."""
        return self.state in rules.OPEN

    @property
    def sentence(self) -> str:
        """Return it in one line: ``NC-0001: bore 21.08, 3 pieces, rework (quinn)``."""
        count = f"{self.facts.qty} piece{'s' if self.facts.qty != 1 else ''}"
        decided = f", {self.facts.disposition} ({self.facts.disposed_by})" if (
            self.facts.disposition) else ""  # fmt: skip
        return f"{self.number}: {self.facts.what}, {count}{decided}"

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        one = self.facts
        told = {
            "what": one.what, "qty": one.qty, "found_at": one.place, "pieces": one.pieces,
            "containment": one.containment, "disposition": one.disposition,
            "disposed_by": one.disposed_by, "disposed_at": one.disposed_at,
            "disposed_why": one.disposed_why, "approved_by": one.approved_by,
            "approved_at": one.approved_at, "cause": one.cause, "action": one.action,
            "change": one.change, "recall": one.recall,
        }  # fmt: skip
        return {
            "nonconformance": self.number, "job": self.job, "op": self.seq, "number": self.item,
            "rev": self.rev, "state": self.state, "raised_at": self.raised_at,
            "raised_by": self.raised_by, "balloons": list(one.balloons),
            "results": list(one.results), "rework": list(one.rework), "holds": one.holds,
            "parts": [part.as_json() for part in one.parts],
            **{key: value or None for key, value in told.items()},
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One act on a nonconformance: who, when, from where, in which words, and what it left."""

    number: int
    at: str
    person: str
    device: str
    act: str
    words: str
    state: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Filter:
    """Which nonconformances to list; an empty field does not restrict."""

    job: str = ""
    item: str = ""
    states: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Outside:
    """A result that stands, is out of tolerance, and no nonconformance names."""

    id: int
    job: str
    seq: int | None
    balloon: str
    requirement: str
    piece: str
    text: str
    unit: str
    by: str
    verdict: str

    @property
    def sentence(self) -> str:
        """Return it as the words of a nonconformance: ``Balloon 2 Bore: 21.08 mm, 0.03 over``."""
        over = f", {self.by} {self.verdict}" if self.by else ""
        return f"Balloon {self.balloon} {self.requirement}: {self.text} {self.unit}".strip() + over


def one(connection: Connection, number: int) -> Nonconformance | None:
    """Return a nonconformance by its number."""
    found = _found(connection, [_ROW.c.id == number])
    return found[0] if found else None


def listed(
    connection: Connection, wanted: Filter, limit: int | None = None, offset: int = 0
) -> list[Nonconformance]:
    """Return those that fit, the newest first."""
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.job:
        conditions.append(_ROW.c.job == wanted.job)
    if wanted.item:
        conditions.append(_ROW.c.item == wanted.item)
    if wanted.states:
        conditions.append(_ROW.c.state.in_(wanted.states))
    return _found(connection, conditions, limit, offset)


def linked(
    connection: Connection, items: Sequence[str], change: str = "", recall: str = ""
) -> list[Nonconformance]:
    """Return those of some items that name a change order or a recalled revision, newest first."""
    found = [
        one
        for start in range(0, len(items), _AT_ONCE)
        for one in _found(connection, [_ROW.c.item.in_(items[start : start + _AT_ONCE])])
    ]
    return [
        one for one in found
        if (change and one.facts.change == change) or (recall and one.facts.recall == recall)
    ]  # fmt: skip


def open_of(connection: Connection, jobs: Sequence[str]) -> dict[str, list[Nonconformance]]:
    """Return what still wants something of these jobs, by job, the oldest first."""
    found: dict[str, list[Nonconformance]] = {job: [] for job in jobs}
    conditions = [_ROW.c.job.in_(jobs), _ROW.c.state.in_(rules.OPEN)]
    for each in reversed(_found(connection, conditions)):
        found[each.job].append(each)
    return found


def entries(connection: Connection, number: int) -> list[Entry]:
    """Return all that was done about it, oldest first."""
    chosen = sa.select(_ENTRY).where(_ENTRY.c.nonconformance == number).order_by(_ENTRY.c.number)
    return [
        Entry(row.number, row.at, row.person, row.device, row.act, row.words, row.state,
              facts_of(row.facts))
        for row in connection.execute(chosen)
    ]  # fmt: skip


def outside(connection: Connection, job: str) -> list[Outside]:
    """Return the standing results of a job that are out of tolerance and that nothing names yet."""
    later = measurement.alias("later")
    chosen = (
        sa.select(
            measurement.c.id, measurement.c.piece, measurement.c.text, measurement.c.unit,
            measurement.c.by, measurement.c.verdict, characteristic.c.balloon,
            characteristic.c.requirement, measuring.c.job, floor_tables.operation.c.seq,
        )
        .join(measuring, measuring.c.id == measurement.c.measuring)
        .join(characteristic, characteristic.c.id == measurement.c.characteristic)
        .outerjoin(floor_tables.operation, floor_tables.operation.c.id == measuring.c.operation)
        .outerjoin(later, later.c.replaces == measurement.c.id)
        .where(
            measuring.c.job == job, later.c.id.is_(None),
            measurement.c.verdict.not_in(["pass", "withdrawn"]),
        )
        .order_by(measurement.c.id)
    )  # fmt: skip
    rows = [
        Outside(row.id, row.job, row.seq, row.balloon, row.requirement, row.piece, row.text,
                row.unit, row.by, row.verdict)
        for row in connection.execute(chosen)
    ]  # fmt: skip
    known = [each.facts.results for each in listed(connection, Filter(job=job))]
    left = {number for number, _ in rules.overlooked([(r.id, r.balloon) for r in rows], known)}
    return [row for row in rows if row.id in left]


def steps(connection: Connection, ids: Iterable[int]) -> list[tuple[int, str, str]]:
    """Return number, title and state of operations by their ids, in order."""
    table = floor_tables.operation.c
    chosen = sa.select(table.seq, table.title, table.state).where(table.id.in_(list(ids)))
    return [
        (row.seq, row.title, row.state) for row in connection.execute(chosen.order_by(table.seq))
    ]


def facts_of(text: str) -> Facts:
    """Return facts as they were stored."""
    told: dict[str, Any] = canonical.loads(text.encode())
    lists: dict[str, Any] = {key: tuple(told.pop(key)) for key in _LISTS if key in told}
    one = {_ONE[key]: told.pop(key) for key in list(told) if key in _ONE}
    parts = told.pop("parts", None) or ([{"qty": told["qty"], **one}] if one else [])
    return Facts(**told, **lists, parts=tuple(_part(part) for part in parts))


def _part(told: dict[str, Any]) -> Part:
    lists: dict[str, Any] = {key: tuple(told.pop(key)) for key in _PART_LISTS if key in told}
    return Part(**told, **lists)


def _found(
    connection: Connection, conditions: Sequence[sa.ColumnElement[bool]],
    limit: int | None = None, offset: int = 0,
) -> list[Nonconformance]:  # fmt: skip
    newest = sa.and_(_ENTRY.c.nonconformance == _ROW.c.id, _ENTRY.c.number == _ROW.c.entries)
    chosen = (
        sa.select(_ROW, floor_tables.operation.c.seq, _ENTRY.c.at, _ENTRY.c.person, _ENTRY.c.facts)
        .join(_ENTRY, newest)
        .outerjoin(floor_tables.operation, floor_tables.operation.c.id == _ROW.c.operation)
        .where(*conditions)
        .order_by(_ROW.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [
        Nonconformance(
            row.id, row.job, row.seq, row.operation, row.item, row.rev, row.raised_at,
            row.raised_by, row.state, row.entries, row.at, row.person, facts_of(row.facts),
        )
        for row in connection.execute(chosen)
    ]  # fmt: skip
