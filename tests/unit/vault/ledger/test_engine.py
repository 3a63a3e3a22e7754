# SPDX-License-Identifier: AGPL-3.0-or-later
"""The engine keeps its promises: durable, serial, told by an event, or not done at all."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from vault.ledger import _sqlite, chains, engine, events
from vault.ledger.engine import Ledger
from vault.ledger.errors import (
    DamagedLedger,
    LedgerBusy,
    LedgerExists,
    LedgerFromLater,
    LedgerNotDurable,
    LedgerNotSpoken,
    LedgerOutdated,
    NoLedger,
)
from vault.ledger.tables import attempt, person


def _settings(ledger: Ledger) -> dict[str, object]:
    with ledger.reading() as connection:
        return {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers")
        }


def test_every_connection_is_durable_and_checks_foreign_keys(ledger: Ledger) -> None:
    """Several connections at once, each its own, all have WAL, FULL, and foreign keys."""
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}
    found: list[dict[str, object]] = []
    barrier = threading.Barrier(3)

    def look() -> None:
        with ledger.reading():  # holds a connection, so that each thread gets another one
            barrier.wait()
            found.append(_settings(ledger))

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [wanted] * 3


def test_a_ledger_that_cannot_be_durable_is_refused() -> None:
    """A database in memory cannot keep a write-ahead log, so it is refused by name."""
    ledger = Ledger("sqlite:///:memory:")
    with pytest.raises(LedgerNotDurable, match="journal_mode is memory, wanted wal"):
        ledger.reading().__enter__()


def test_a_transaction_that_fails_leaves_nothing(ledger: Ledger) -> None:
    """An exception inside the transaction takes the event back too."""
    before = events.head(ledger)

    def fail() -> None:
        with ledger.writing("ada") as writing:
            writing.record("test.tried", "test/1")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert events.head(ledger) == before


def test_a_change_nobody_tells_is_refused(ledger: Ledger) -> None:
    """A row of the record cannot be written without an event in the same transaction."""
    with (
        pytest.raises(RuntimeError, match="changed without an event: person/zoe"),
        ledger.writing("ada") as writing,
    ):
        writing.insert(
            person, name="zoe", full_name="", email="", roles="admin", disabled=0,
            added_at=writing.at,
        )  # fmt: skip
    with ledger.reading() as connection:
        assert connection.execute(sa.select(person)).all() == []


def test_what_is_read_stays_one_moment(ledger: Ledger) -> None:
    """A reader does not see what is written after it began to read."""
    with ledger.reading() as connection:
        seen = connection.execute(sa.text("SELECT seq FROM event_head")).scalar()
        with ledger.writing("ada") as writing:
            writing.record("test.done", "test/1")
        assert connection.execute(sa.text("SELECT seq FROM event_head")).scalar() == seen
    assert events.head(ledger)[0] == seen + 1


def test_writers_that_read_first_do_not_fail_each_other(ledger: Ledger) -> None:
    """Four threads that read a row and then write it lose no count: the lock is taken at begin."""
    with ledger.writing("") as writing:
        writing.execute(sa.insert(attempt).values(key="k", failures=0, until="2099"))

    def count() -> None:
        for _ in range(25):
            with ledger.writing("") as writing:
                failures = writing.execute(sa.select(attempt.c.failures)).scalar_one()
                writing.execute(sa.update(attempt).values(failures=failures + 1))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with ledger.reading() as connection:
        assert connection.execute(sa.select(attempt.c.failures)).scalar_one() == 100


def test_a_writer_that_waits_too_long_is_told(
    ledger_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When another writer does not let go, the wait ends with a sentence, not a bug."""
    monkeypatch.setitem(_sqlite._PRAGMAS, "busy_timeout", ("50", 50))
    hasty = Ledger(f"sqlite:///{ledger_file}")
    with hasty.writing("ada") as writing, pytest.raises(LedgerBusy, match="close it and try again"):
        hasty.writing("eli").__enter__()
    assert writing.untold() == []
    hasty.close()


def test_a_ledger_is_not_made_over_another(ledger_file: Path) -> None:
    """Creating where there is a ledger already is refused and leaves it as it was."""
    before = ledger_file.read_bytes()
    with pytest.raises(LedgerExists, match="There is a ledger at"):
        engine.create(f"sqlite:///{ledger_file}")
    assert ledger_file.read_bytes() == before


def test_a_missing_ledger_is_not_made_by_looking(tmp_path: Path) -> None:
    """Opening what is not there says so, and does not leave an empty database behind."""
    with pytest.raises(NoLedger, match="restore it from a backup"):
        engine.open_ledger(f"sqlite:///{tmp_path}/ledger.db")
    assert list(tmp_path.iterdir()) == []


def test_another_kind_of_file_is_called_damaged(tmp_path: Path) -> None:
    """A file that is no database is named, not reported as a bug."""
    place = tmp_path / "ledger.db"
    place.write_bytes(b"this is no database at all, but long enough to look like one" * 20)
    with pytest.raises(DamagedLedger, match="is not a database"):
        engine.open_ledger(f"sqlite:///{place}")


@pytest.mark.parametrize(
    "url", ["", "ledger.db", "mysql://x/y", "sqlite://", "sqlite:///a?mode=ro"]
)
def test_an_address_of_another_kind_is_refused(url: str) -> None:
    """Only a plain SQLite file is spoken so far, and the sentence shows the form."""
    with pytest.raises(LedgerNotSpoken, match="of the form sqlite:////path"):
        engine.open_ledger(url)


def _stand_at(place: Path, *revisions: str) -> None:
    with sqlite3.connect(place) as plain:
        plain.execute("DELETE FROM alembic_version")
        plain.executemany("INSERT INTO alembic_version VALUES (?)", [(one,) for one in revisions])
    plain.close()


def test_an_older_ledger_says_how_to_upgrade(ledger_file: Path) -> None:
    """A ledger that lacks a floor's migration is refused with the command that brings it."""
    _stand_at(ledger_file, chains.VAULT.head)
    with pytest.raises(LedgerOutdated, match="titleblock ledger upgrade"):
        engine.open_ledger(f"sqlite:///{ledger_file}")


def test_a_ledger_of_a_later_release_is_left_alone(ledger_file: Path) -> None:
    """A revision this code does not know means a newer program wrote it."""
    others = [one.head for one in chains.chains() if one.name != "vault"]
    _stand_at(ledger_file, "vault_9999", *others)
    with pytest.raises(LedgerFromLater, match="install that release"):
        engine.open_ledger(f"sqlite:///{ledger_file}")


def test_opening_never_imports_alembic(ledger_file: Path) -> None:
    """Alembic costs half a second, so opening, writing and reading do without it."""
    code = (
        "import sys; from vault.ledger import engine, events, people, sessions\n"
        f"ledger = engine.open_ledger('sqlite:///{ledger_file}')\n"
        "with ledger.writing('ada') as writing: writing.record('test.done', 'test/1')\n"
        "assert not list(events.verify(ledger)); assert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
