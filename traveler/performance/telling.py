# SPDX-License-Identifier: AGPL-3.0-or-later
"""Figures as tables: the same rows for a page, a terminal, a program and a spreadsheet.

Shares are in percent, times in hours; what nobody can know is empty.  One definition of columns
serves all four, so that no two of them can tell a figure differently.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from traveler import csv_table
from traveler.performance.desk import Report, Row
from traveler.performance.errors import NoSuchFigures
from traveler.performance.facts import DeliveryFact, StepFact
from traveler.performance.measures import DEFINITIONS, Figures

Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name for programs, its head for people, what is in it, whether pages show it."""

    key: str
    head: str
    kind: str = "count"
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns, with a name to ask for them by."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, Value], ...]

    @property
    def shown(self) -> tuple[Column, ...]:
        """Return the columns pages and terminals show."""
        return tuple(one for one in self.columns if one.shown)

    def csv_bytes(self) -> bytes:
        """Return it as CSV, no cell of which a spreadsheet takes for a formula."""
        return csv_table.whole([one.key for one in self.columns], self.rows)


_MEASURES: Final = (
    Column("due", "Due"), Column("on_time", "On time"),
    Column("on_time_percent", "On time %", "percent"),
    Column("on_time_first_percent", "By the first date %", "percent", shown=False),
    Column("unrecorded", "Not shipped", shown=False),
    Column("jobs", "Jobs"), Column("in_time", "Finished in time", shown=False),
    Column("lead_days", "Lead time, d", "days"),
    Column("first_pass_percent", "First pass %", "percent"),
    Column("closed_short", "Closed short", shown=False),
    Column("cancelled", "Cancelled", shown=False),
)  # fmt: skip
_WORK: Final = (
    Column("operations", "Operations"), Column("timed", "Timed", shown=False),
    Column("planned_hours", "Planned h", "hours"), Column("actual_hours", "Actual h", "hours"),
    Column("plan_percent", "Planned / actual", "percent"),
    Column("worked_hours", "All hours", "hours", shown=False),
    Column("people_hours", "People’s hours", "hours", shown=False),
    Column("good", "Good"), Column("scrap", "Scrap"), Column("rework", "Rework"),
    Column("yield_percent", "Yield at the step", "percent"),
    Column("scrap_percent", "Scrap %", "percent"),
    Column("rework_percent", "Rework %", "percent", shown=False),
)  # fmt: skip
_TELLING: Final = frozenset({"due", "on_time_percent", "jobs", "lead_days", "first_pass_percent",
                             "operations", "planned_hours", "actual_hours", "plan_percent", "scrap",
                             "scrap_percent"})  # fmt: skip
"""What a list of items or customers shows of all that its CSV has."""
_BOTH: Final = tuple(replace(one, shown=one.key in _TELLING) for one in (*_MEASURES, *_WORK))
_BLOCKED: Final = (
    Column("blockers", "Blockers"), Column("working_hours", "Working hours", "hours"),
    Column("clock_hours", "Clock hours", "hours"),
)  # fmt: skip
_STEP: Final = (
    Column("item", "Item", "item"), Column("seq", "Step"), Column("title", "What", "text"),
    Column("station", "Station", "station"), Column("operations", "Times done"),
    Column("planned_hours", "Planned h", "hours"), Column("actual_hours", "Actual h", "hours"),
    Column("plan_percent", "Planned / actual", "percent"), Column("good", "Good"),
    Column("scrap", "Scrap"), Column("rework", "Rework"),
    Column("yield_percent", "Yield", "percent"),
)  # fmt: skip
_OPERATION: Final = (
    Column("day", "Day", "day"), Column("job", "Job", "job"), Column("item", "Item", "item"),
    Column("customer", "Customer", "text", shown=False), Column("seq", "Step"),
    Column("title", "What", "text"), Column("station", "Station", "station"),
    Column("planned_minutes", "Planned min", "minutes"),
    Column("actual_minutes", "Actual min", "minutes"),
    Column("plan_percent", "Planned / actual", "percent"),
    Column("people_minutes", "People’s min", "minutes", shown=False), Column("good", "Good"),
    Column("scrap", "Scrap"), Column("rework", "Rework"),
)  # fmt: skip
_DELIVERY: Final = (
    Column("job", "Job", "job"), Column("item", "Item", "item"),
    Column("customer", "Customer", "customer"), Column("due", "Due", "day"),
    Column("first_due", "First date", "day", shown=False), Column("left", "Left", "day"),
    Column("outcome", "Outcome", "outcome"),
)  # fmt: skip

PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "periods": ("periods", "blockers"), "blocker-types": ("blockers",),
    "blocker-owners": ("blockers",), "operations": ("newest",),
}  # fmt: skip
"""Which parts of a report a table needs, where that is not the one of its name."""


def parts(name: str) -> tuple[str, ...]:
    """Return the parts of a report a table is made of; raises NoSuchFigures."""
    if name not in KNOWN:
        raise NoSuchFigures(name=name, known=", ".join(KNOWN))
    return PARTS.get(name, (name,))


def table(report: Report, name: str) -> Table:
    """Return one of the tables of a report; raises NoSuchFigures."""
    parts(name)
    title, columns, rows = _MADE[name]
    return Table(name, title, columns, tuple(rows(report)))


def operations(rows: Iterable[StepFact]) -> Table:
    """Return single operations with what was planned and what they took."""
    return Table("operations", "Operations", _OPERATION, tuple(map(_operation, rows)))


def figures(of: Figures) -> dict[str, Value]:
    """Return sums and measures by the names programs read them under."""
    return {
        "due": of.due, "on_time": of.kept, "on_time_percent": percent(of.on_time),
        "on_time_first_percent": percent(of.on_time_first), "unrecorded": of.unrecorded,
        "jobs": of.jobs, "in_time": of.in_time,
        "lead_days": None if of.lead_days is None else round(of.lead_days, 1),
        "first_pass_percent": percent(of.first_pass_yield), "closed_short": of.short,
        "cancelled": of.cancelled, "operations": of.steps, "timed": of.timed,
        "planned_hours": _hours(of.planned), "actual_hours": _hours(of.spent),
        "plan_percent": percent(of.plan_ratio), "worked_hours": _hours(of.worked),
        "people_hours": _hours(of.labour), "good": of.good, "scrap": of.scrap, "rework": of.aside,
        "yield_percent": percent(of.step_yield), "scrap_percent": percent(of.scrap_ratio),
        "rework_percent": percent(of.rework_ratio), "blockers": of.blockers,
        "working_hours": _hours(of.manned), "clock_hours": _hours(of.blocked),
    }  # fmt: skip


def as_json(report: Report, names: Sequence[str]) -> dict[str, Any]:
    """Return a report as programs read it: its total, and the tables asked for."""
    tables = {name.replace("-", "_"): table(report, name) for name in names}
    return {
        "from": report.range.first.isoformat(), "to": report.range.last.isoformat(),
        "by": report.range.by, "item": report.wanted.item or None,
        "station": report.wanted.station or None, "customer": report.wanted.customer or None,
        "whole": report.standing.is_whole, "why_empty": report.why_empty or None,
        "total": figures(report.total),
        **{name: [{one.key: row.get(one.key) for one in made.columns} for row in made.rows]
           for name, made in tables.items()},
        "definitions": dict(DEFINITIONS),
    }  # fmt: skip


def percent(share: float | None) -> float | None:
    """Return a share in percent with one digit."""
    return None if share is None else round(100 * share, 1)


def _hours(minutes: float) -> float:
    return round(minutes / 60, 2)


def _rows(key: str, rows: Iterable[Row]) -> Iterator[Mapping[str, Value]]:
    for one in rows:
        yield {key: one.name, **figures(one.figures)}


def _steps(report: Report) -> Iterator[Mapping[str, Value]]:
    for one in report.steps:
        yield {
            **figures(one.figures), "item": one.item, "seq": one.seq, "title": one.title,
            "station": one.station,
        }  # fmt: skip


def _period(row: Row) -> Mapping[str, Value]:
    told: dict[str, Value] = {"period": row.name}
    if row.period is not None:
        told = {"period": row.period.label, "first": row.period.first.isoformat(),
                "last": row.period.last.isoformat()}  # fmt: skip
    return {**told, **figures(row.figures)}


def _operation(one: StepFact) -> Mapping[str, Value]:
    timed = bool(one.timed)
    return {
        "day": one.day, "job": one.job, "item": one.item, "customer": one.customer, "seq": one.seq,
        "title": one.title, "station": one.station,
        "planned_minutes": round(one.planned, 1) if timed else None,
        "actual_minutes": round(one.actual, 1) if timed else None,
        "plan_percent": percent(one.planned / one.actual) if timed else None,
        "people_minutes": round(one.labour, 1), "good": one.good, "scrap": one.scrap,
        "rework": one.aside,
    }  # fmt: skip


def _delivery(one: DeliveryFact) -> Mapping[str, Value]:
    outcome = one.outcome
    if outcome == "complete":
        outcome = "on time" if one.kept else "late"
    return {
        "job": one.job, "item": one.item, "customer": one.customer, "due": one.due,
        "first_due": one.first_due, "left": one.left or None, "outcome": outcome,
    }  # fmt: skip


Rows = Callable[[Report], Iterable[Mapping[str, Value]]]
_PERIOD: Final = (
    Column("period", "Period", "text"), Column("first", "From", "day", shown=False),
    Column("last", "To", "day", shown=False), *_MEASURES, *_WORK, *_BLOCKED[1:],
)  # fmt: skip
_MADE: Final[Mapping[str, tuple[str, tuple[Column, ...], Rows]]] = {
    "periods": ("By period", _PERIOD, lambda told: map(_period, told.periods)),
    "stations": ("By station", (Column("station", "Station", "station"), *_WORK),
                 lambda told: _rows("station", told.stations)),
    "items": ("By item", (Column("item", "Item", "item"), *_BOTH),
              lambda told: _rows("item", told.items)),
    "customers": ("By customer", (Column("customer", "Customer", "customer"), *_BOTH),
                  lambda told: _rows("customer", told.customers)),
    "people": ("By person", (Column("person", "Person", "person"), *_WORK),
               lambda told: _rows("person", told.people)),
    "blocker-types": ("Blocked time by type", (Column("type", "Type", "text"), *_BLOCKED),
                      lambda told: _rows("type", told.kinds)),
    "blocker-owners": ("Blocked time by owner", (Column("owner", "Owner", "text"), *_BLOCKED),
                       lambda told: _rows("owner", told.owners)),
    "steps": ("Steps", _STEP, _steps),
    "operations": ("Operations", _OPERATION, lambda told: map(_operation, told.newest)),
    "deliveries": ("Deliveries", _DELIVERY, lambda told: map(_delivery, told.deliveries)),
}  # fmt: skip
KNOWN: Final = tuple(_MADE)
