# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rows figures are added up from, in a local SQLite file beside the catalogue.

Nothing in it is the truth: all of it is counted from the ledger and may be lost at any time.  It
stands outside the ledger so that a page which is only read may bring it up to date.
"""

# ruff: noqa: S608 - names of tables and columns come from the facts' own classes, values are bound
from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any, Final

from traveler.performance.facts import (
    BlockerFact,
    DeliveryFact,
    Facts,
    JobFact,
    StepFact,
    StintFact,
)
from traveler.performance.measures import Figures
from traveler.performance.reading import Head
from vault.home import Vault
from vault.rebuildable import RebuildableFile

FILE: Final = "performance.db"
VERSION: Final = 1
"""Raised whenever a definition changes, so that everything is counted anew."""

_TABLES: Final[Mapping[str, tuple[type, str]]] = {
    "step": (StepFact, "operation, round"),
    "stint": (StintFact, "stint"),
    "job": (JobFact, "job"),
    "delivery": (DeliveryFact, "job"),
    "blocker": (BlockerFact, "blocker, number"),
}
_KINDS: Final = {"str": "TEXT NOT NULL", "int": "INTEGER NOT NULL", "float": "REAL NOT NULL",
                 "int | None": "INTEGER"}  # fmt: skip
_STEP_SUMS: Final = {
    "steps": "count(*)", "timed": "sum(timed)", "planned": "sum(planned * timed)",
    "spent": "sum(actual * timed)", "worked": "sum(actual)", "labour": "sum(labour)",
    "good": "sum(good)", "scrap": "sum(scrap)", "aside": "sum(aside)",
}  # fmt: skip
_STINT_SUMS: Final = {
    "steps": "count(DISTINCT operation)", "timed": "sum(timed)", "planned": "sum(planned)",
    "spent": "sum(minutes * timed)", "labour": "sum(minutes)", "good": "sum(good)",
    "scrap": "sum(scrap)", "aside": "sum(aside)",
}  # fmt: skip
_JOB_SUMS: Final = {
    "jobs": "sum(outcome = 'finished')", "in_time": "sum(in_time)", "started": "sum(started)",
    "first_pass": "sum(first_pass)", "lead": "sum(lead)", "led": "sum(led)",
    "short": "sum(outcome = 'short')", "cancelled": "sum(outcome = 'cancelled')",
}  # fmt: skip
_DELIVERY_SUMS: Final = {
    "due": "sum(outcome IN ('complete', 'short') OR outcome = 'open' AND due < :today)",
    "kept": "sum(kept)", "first_kept": "sum(first_kept)",
    "unrecorded": "sum(outcome = 'unrecorded')",
}  # fmt: skip
_SUMS: Final = {
    "step": _STEP_SUMS, "stint": _STINT_SUMS, "job": _JOB_SUMS, "delivery": _DELIVERY_SUMS,
}  # fmt: skip
_DAY: Final = {"step": "day", "stint": "day", "job": "day", "delivery": "due"}
_INDEXES: Final = (
    (
        "CREATE INDEX step_day ON step (day, station, item, customer, timed, planned, actual, labour,"
        " good, scrap, aside)"
    ),
    "CREATE INDEX step_station ON step (station, day)",
    "CREATE INDEX step_item ON step (item, day)",
    "CREATE INDEX step_customer ON step (customer, day)",
    "CREATE INDEX step_job ON step (job)",
    "CREATE INDEX stint_day ON stint (day)",
    "CREATE INDEX stint_person ON stint (person, day)",
    "CREATE INDEX stint_job ON stint (job)",
    "CREATE INDEX job_day ON job (day)",
    "CREATE INDEX job_item ON job (item, day)",
    "CREATE INDEX job_customer ON job (customer, day)",
    "CREATE INDEX delivery_due ON delivery (due)",
    "CREATE INDEX delivery_item ON delivery (item, due)",
    "CREATE INDEX delivery_customer ON delivery (customer, due)",
    "CREATE INDEX blocker_until ON blocker (until)",
    "CREATE INDEX blocker_job ON blocker (job)",
)


@dataclass(frozen=True, slots=True)
class Place:
    """How far is counted: up to which event, in which time zone, through which job at the start.

    ``through`` is None once every job was counted once; until then ``counted`` of them are.
    """

    head: Head
    zone: str
    through: str | None
    counted: int


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rows: days from and to, both counted, and what they are about; empty does not restrict."""

    first: str
    last: str
    today: str
    item: str = ""
    station: str = ""
    customer: str = ""
    person: str = ""


def schema() -> list[str]:
    """Return the statements that make the file."""
    made = [("CREATE TABLE place (only INTEGER PRIMARY KEY CHECK (only = 1), seq INTEGER NOT NULL,"
            " hash TEXT NOT NULL, zone TEXT NOT NULL, through TEXT, counted INTEGER NOT NULL)")]  # fmt: skip
    for name, (kind, key) in _TABLES.items():
        columns = ", ".join(f'"{one.name}" {_KINDS[str(one.type)]}' for one in fields(kind))
        made.append(f'CREATE TABLE "{name}" ({columns}, PRIMARY KEY ({key})) WITHOUT ROWID')
    return [*made, *_INDEXES]


class Book:
    """The kept rows of one vault."""

    def __init__(self, file: RebuildableFile) -> None:
        """Stand for a file that is ready."""
        self.file = file

    def place(self) -> Place | None:
        """Return how far is counted, None where nothing ever was."""
        for seq, digest, zone, through, counted in self.file.execute(
            "SELECT seq, hash, zone, through, counted FROM place"
        ):
            return Place(Head(seq, digest), zone, through, counted)
        return None

    def move(self, place: Place) -> None:
        """Remember how far is counted."""
        self.file.execute("DELETE FROM place")
        values = (place.head.seq, place.head.hash, place.zone, place.through, place.counted)
        self.file.execute("INSERT INTO place VALUES (1, ?, ?, ?, ?, ?)", values)

    def put_jobs(self, numbers: Sequence[str], facts: Iterable[Facts]) -> None:
        """Let the rows of some jobs be these, and no others."""
        for number in numbers:
            for table in ("step", "stint", "job"):
                self.file.execute(f'DELETE FROM "{table}" WHERE job = ?', (number,))
        for one in facts:
            for table, rows in (("step", one.steps), ("stint", one.stints), ("job", one.jobs)):
                self._insert(table, rows)

    def put_deliveries(self, roots: Iterable[str], rows: Iterable[DeliveryFact]) -> None:
        """Let the deliveries of some jobs be these, and no others."""
        for number in roots:
            self.file.execute("DELETE FROM delivery WHERE job = ?", (number,))
        self._insert("delivery", rows)

    def put_blockers(
        self, numbers: Iterable[str], ids: Iterable[int], rows: Iterable[BlockerFact]
    ) -> None:
        """Let the rows of the blockers of some jobs, and of some blockers, be these."""
        for number in numbers:
            self.file.execute("DELETE FROM blocker WHERE job = ?", (number,))
        for key in ids:
            self.file.execute("DELETE FROM blocker WHERE blocker = ?", (key,))
        self._insert("blocker", rows)

    def sums(self, table: str, by: str, choice: Choice) -> dict[str, Figures]:
        """Return what one kind of rows adds up to, by a column of theirs."""
        named = _SUMS[table]
        where, values = _conditions(table, choice)
        said = ", ".join(named.values())
        rows = self.file.execute(
            f'SELECT "{by}", {said} FROM "{table}" WHERE {where} GROUP BY 1'.replace(
                ":today", "?" if ":today" in said else ""
            ),
            ([choice.today] if ":today" in said else []) + values,
        )
        return {
            str(row[0]): Figures(**dict(zip(named, row[1:], strict=True))) for row in rows
        }  # fmt: skip

    def steps(self, choice: Choice) -> list[tuple[Any, ...]]:
        """Return item, number, title and station of the steps there were, with their sums."""
        where, values = _conditions("step", choice)
        return self.file.execute(
            f"SELECT item, seq, title, station, {', '.join(_STEP_SUMS.values())} FROM step"
            f" WHERE {where} GROUP BY 1, 2, 3, 4", values,
        )  # fmt: skip

    def newest(self, choice: Choice, most: int) -> list[StepFact]:
        """Return the operations counted last."""
        where, values = _conditions("step", choice)
        rows = self.file.execute(
            f"SELECT * FROM step WHERE {where} ORDER BY day DESC, operation DESC LIMIT ?",
            [*values, most],
        )
        return [StepFact(*row) for row in rows]

    def of_job(self, number: str) -> list[StepFact]:
        """Return the counted operations of a job, in its order."""
        rows = self.file.execute("SELECT * FROM step WHERE job = ? ORDER BY seq, round", (number,))
        return [StepFact(*row) for row in rows]

    def deliveries(self, choice: Choice, most: int) -> list[DeliveryFact]:
        """Return the deliveries that were due, the newest first."""
        where, values = _conditions("delivery", choice)
        rows = self.file.execute(
            f"SELECT * FROM delivery WHERE {where} ORDER BY due DESC, job LIMIT ?", [*values, most]
        )
        return [DeliveryFact(*row) for row in rows]

    def blockers(self, choice: Choice, since: int, until: int) -> list[BlockerFact]:
        """Return the stretches of blockers that reach into a time."""
        asked = {"item": choice.item, "station": choice.station, "customer": choice.customer}
        named = {name: value for name, value in asked.items() if value}
        more = "".join(f" AND {name} = ?" for name in named)
        rows = self.file.execute(
            f"SELECT * FROM blocker WHERE (until > ? OR until IS NULL) AND since < ?{more}",
            [since, until, *named.values()],
        )
        return [BlockerFact(*row) for row in rows]

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """Return all rows of a table in their order, to be compared with others."""
        return self.file.execute(f'SELECT * FROM "{table}" ORDER BY {_TABLES[table][1]}')

    def first_day(self) -> str:
        """Return the first day anything was counted on, empty where nothing ever was."""
        found = self.file.execute(
            "SELECT min(day) FROM (SELECT min(day) AS day FROM step UNION ALL"
            " SELECT min(day) FROM job UNION ALL SELECT min(due) FROM delivery)"
        )
        return str(found[0][0] or "")

    def _insert(self, table: str, rows: Iterable[Any]) -> None:
        for row in rows:
            values = astuple(row)
            self.file.execute(
                f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(values))})', values
            )


TABLES: Final = tuple(_TABLES)


@contextlib.contextmanager
def opened(vault: Vault) -> Iterator[Book]:
    """Give the book of a vault, made where there is none."""
    file = file_of(vault.root / FILE)
    file.make_ready()
    try:
        yield Book(file)
    finally:
        file.close()


def file_of(path: Path) -> RebuildableFile:
    """Return the file of a book, not opened yet."""
    return RebuildableFile(path, VERSION, schema)


def _conditions(table: str, choice: Choice) -> tuple[str, list[Any]]:
    day = _DAY[table]
    asked = {"item": choice.item, "customer": choice.customer}
    if table in {"step", "stint"}:
        asked["station"] = choice.station
    if table == "stint":
        asked["person"] = choice.person
    named = {name: value for name, value in asked.items() if value}
    more = "".join(f" AND {name} = ?" for name in named)
    return f"{day} >= ? AND {day} <= ?{more}", [choice.first, choice.last, *named.values()]
