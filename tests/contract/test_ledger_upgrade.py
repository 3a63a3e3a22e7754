# SPDX-License-Identifier: AGPL-3.0-or-later
"""A ledger of the first release is brought to today's tables with all that it holds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command

from traveler import (
    calendars,
    flow,
    job_records,
    operation_records,
    rework,
    station_records,
    tables,
    work_records,
)
from traveler.chain import TRAVELER
from traveler.route import Step
from traveler.schedule.clock import weekdays
from vault.ledger import engine, events, upgrading
from vault.ledger.errors import LedgerOutdated

FIRST = ("vault_0001", "traveler_0001")
JOB = {
    "number": "J-1", "fold": "j-1", "item": "10-0042", "rev": "A", "title": "Bracket", "qty": 3,
    "due": "2027-03-01", "customer": "", "order_number": "", "state": "released",
    "added_at": "2026-01-01T00:00:00Z", "added_by": "pat",
}  # fmt: skip


@pytest.fixture
def first(tmp_path: Path) -> str:
    """Return the address of a ledger as the first release made it, with one job and its event."""
    url = f"sqlite:///{tmp_path}/ledger.db"
    ledger = engine.Ledger(url)
    with ledger.writing("titleblock") as writing:
        made = upgrading.config()
        made.attributes["connection"] = writing.connection
        for revision in FIRST:
            command.upgrade(made, revision)
        writing.record("ledger.upgraded", "ledger", found=[], now=sorted(FIRST))
    with ledger.writing("pat") as writing:
        columns = sa.inspect(writing.connection).get_columns("job")
        job = sa.table("job", *(sa.column(one["name"]) for one in columns))
        writing.execute(sa.insert(job).values(JOB))
        writing.record("job.added", "job/J-1")
    ledger.close()
    return url


def test_the_history_of_a_ledger_survives_its_upgrade(first: str) -> None:
    """Every row and event is there afterwards, the chain holds, and a copy can refer to the job."""
    with pytest.raises(LedgerOutdated):
        engine.open_ledger(first)
    engine.upgrade(first).close()
    ledger = engine.open_ledger(first)
    with ledger.reading() as connection:
        found = connection.execute(sa.select(tables.job)).mappings().one()
    assert {key: found[key] for key in JOB} == JOB
    assert [one.kind for one in events.latest(ledger)] == [
        "ledger.upgraded", "job.added", "ledger.upgraded",
    ]  # fmt: skip
    facts = {"item": "10-0042", "rev": "A", "file": "a.pdf", "marked": "released", "station": "",
             "person": "eli", "device": "", "at": "2026-01-02T00:00:00Z", "sha256": "", "size": 0,
             "state": "reserved"}  # fmt: skip
    with ledger.writing("eli") as writing:
        writing.insert(tables.drawing_copy, hash="x", job="J-1", **facts)
        writing.record("copy.reserved", "copy/C-000001")
    assert list(events.verify(ledger)) == []
    with pytest.raises(sa.exc.IntegrityError), ledger.writing("eli") as writing:
        writing.insert(tables.drawing_copy, hash="y", job="J-9", **facts)
    with pytest.raises(sa.exc.IntegrityError), ledger.writing("eli") as writing:
        writing.insert(tables.drawing_copy, hash="x", job="J-1", **facts)
    ledger.close()


OPERATION = {
    "job": "J-1", "seq": 10, "station": "saw", "title": "Cut", "setup_minutes": 5.0,
    "run_minutes": 0.5, "notes": "", "files": "[]", "proof": "[]", "parallel": 0,
    "state": "running", "good": 1, "scrap": 0, "started_at": "2026-01-01T00:00:00Z",
    "finished_at": None,
}  # fmt: skip
STATION = {"code": "saw", "fold": "saw", "name": "Saw", "minutes_per_day": 480, "retired": 0,
           "added_at": "2026-01-01T00:00:00Z"}  # fmt: skip
STINT = {"operation": 1, "person": "otto", "device": "", "good": 0, "scrap": 0,
         "started_at": "2026-01-01T00:00:00Z", "ended_at": None, "ended_by": None}  # fmt: skip
EARLIER = tuple(f"traveler_{number:04}" for number in range(1, int(TRAVELER.head[-4:])))


@pytest.mark.parametrize(
    ("dialect", "earlier"),
    [*(("sqlite", one) for one in EARLIER), ("postgresql", EARLIER[0])],
)
def test_a_running_job_of_any_earlier_release_goes_on(
    dialect: str, earlier: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Rows that were sealed before the upgrade still match, and are read as they were meant.

    On PostgreSQL from the first release alone: on its way up it goes through all of them.
    """
    url = f"sqlite:///{tmp_path}/ledger.db"
    if dialect == "postgresql":
        url = request.getfixturevalue("postgres").database()
    ledger = engine.Ledger(url)
    with ledger.writing("titleblock") as writing:
        made = upgrading.config()
        made.attributes["connection"] = writing.connection
        for revision in ("vault@head", earlier):
            command.upgrade(made, revision)
        writing.record("ledger.upgraded", "ledger", found=[], now=[earlier])
    with ledger.writing("pat") as writing:
        for name, row in (
            ("station", STATION),
            ("job", JOB),
            ("operation", OPERATION),
            ("stint", STINT),
        ):
            table = sa.Table(name, sa.MetaData(), autoload_with=writing.connection)
            writing.insert(table, **row)
        writing.record("job.added", "job/J-1")
    ledger.close()
    ledger = engine.upgrade(url)
    assert list(events.verify(ledger)) == []
    with ledger.reading() as connection:
        job = job_records.job(connection, "J-1")
        (operation,) = operation_records.operations(connection, "J-1")
        assert station_records.station(connection, "SAW") == station_records.Station(
            "saw", "Saw", 480, retired=False
        )
        assert [one.person for one in work_records.open_stints(connection, 1)] == ["otto"]
        assert calendars.calendars(connection)["saw"] == weekdays(480)
    assert job is not None
    assert (job.parent, job.split_from, job.ended) == ("", "", False)
    assert (operation.rework, operation.split, operation.outside, operation.loop) == (
        0,
        0,
        False,
        None,
    )
    assert flow.left(job, [operation], operation) == 2
    with ledger.writing("pat") as writing:
        rework.insert(writing, "J-1", 10, [Step(1, "saw", "File")], "burr", qty=1)
    assert list(events.verify(ledger)) == []
    ledger.close()


def test_a_person_acknowledges_a_revision_once(first: str) -> None:
    """The table itself keeps a second receipt out, whoever writes it."""
    ledger = engine.upgrade(first)
    facts = {"item": "10-0042", "rev": "B", "person": "otto", "at": "2026-01-02T00:00:00Z"}
    with ledger.writing("otto") as writing:
        writing.insert(tables.acknowledgement, device="", **facts)
        writing.record("revision.read", "item/10-0042", rev="B")
    with pytest.raises(sa.exc.IntegrityError), ledger.writing("otto") as writing:
        writing.insert(tables.acknowledgement, device="other", **facts)
    ledger.close()


NO_RECORD = frozenset({"alembic_version", "event", "event_head"})
"""Tables of the chain itself, which the ledger fills."""


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
@pytest.mark.parametrize("earlier", EARLIER)
def test_a_row_of_every_table_of_any_earlier_release_is_kept(
    earlier: str, dialect: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Whatever a table held is there afterwards as it was, under its seal, and no table is left out."""
    url = f"sqlite:///{tmp_path}/ledger.db"
    if dialect == "postgresql":
        url = request.getfixturevalue("postgres").database()
    ledger = engine.Ledger(url)
    with ledger.writing("titleblock") as writing:
        made = upgrading.config()
        made.attributes["connection"] = writing.connection
        for revision in ("vault@head", earlier):
            command.upgrade(made, revision)
        writing.record("ledger.upgraded", "ledger", found=[], now=[earlier])
    before: dict[str, Mapping[str, Any]] = {}
    with ledger.writing("pat") as writing:
        found = sa.MetaData()
        found.reflect(writing.connection)
        for table in found.sorted_tables:
            if table.name not in NO_RECORD:
                before[table.name] = writing.insert(table, **_row(table, before))
                writing.record("probe", table.name)
    ledger.close()
    assert {"job", "stint", "person"} <= before.keys()
    ledger = engine.upgrade(url)
    assert list(events.verify(ledger)) == []
    with ledger.reading() as connection:
        now = sa.MetaData()
        now.reflect(connection)
        for name, row in before.items():
            (kept,) = connection.execute(sa.select(now.tables[name])).mappings()
            assert {column: kept[column] for column in row} == row, name
    ledger.close()


def _row(table: sa.Table, before: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return a row for a table: what refers to another table refers to the row that is there."""
    row: dict[str, Any] = {}
    for column in table.columns:
        target = next(iter(column.foreign_keys), None)
        if target is not None and target.column.table is not table:
            row[column.name] = before[target.column.table.name][target.column.name]
        elif target is None and not (column.primary_key and column.autoincrement is True):
            kind = column.type.python_type
            row[column.name] = f"{column.name} of it" if kind is str else kind(1)
    return row
