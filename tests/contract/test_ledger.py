# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every ledger promises: made by migrations alone, upgraded whole, shared by processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

import traveler.tables as floor_tables
import vault.ledger.tables as vault_tables
from vault.ledger import chains, engine, events, upgrading
from vault.ledger.append_only import TRIGGERS

ALL = [vault_tables.metadata, floor_tables.metadata]


def _url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/ledger.db"


def test_migrations_from_nothing_build_exactly_the_tables_of_the_code(tmp_path: Path) -> None:
    """Tables, columns, types, indexes and constraints agree, both ways."""
    ledger = engine.create(_url(tmp_path))
    with ledger.reading() as connection:
        found = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(found, ALL) == []
        inspector = sa.inspect(connection)
        for table in (table for metadata in ALL for table in metadata.tables.values()):
            checks = {check["name"] for check in inspector.get_check_constraints(table.name)}
            wanted = {
                str(one.name) for one in table.constraints if isinstance(one, sa.CheckConstraint)
            }
            assert checks == wanted
    ledger.close()


def test_the_heads_the_code_names_are_the_heads_of_the_migrations() -> None:
    """The constants compared at every start are what Alembic would find out in half a second."""
    script = ScriptDirectory.from_config(upgrading.config())
    assert set(script.get_heads()) == set(chains.heads())
    assert {one.name for one in chains.chains()} == {"vault", "traveler"}


def test_a_new_ledger_records_its_own_making(tmp_path: Path) -> None:
    """The first event says which revisions the tables were made at."""
    ledger = engine.create(_url(tmp_path), actor="ada")
    (first,) = events.latest(ledger)
    assert (first.seq, first.actor, first.kind) == (1, "ada", "ledger.upgraded")
    assert first.facts == {"found": [], "now": sorted(chains.heads())}
    assert list(events.verify(ledger)) == []
    ledger.close()


def test_upgrading_twice_changes_nothing(tmp_path: Path) -> None:
    """A ledger that is up to date is left as it is, and no event pretends otherwise."""
    engine.create(_url(tmp_path)).close()
    ledger = engine.upgrade(_url(tmp_path))
    assert events.head(ledger)[0] == 1
    ledger.close()


def test_a_migration_that_fails_leaves_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A break in the middle takes back the tables already made, the stamp and the event."""
    real = op.create_table

    def breaking(name: str, *given: Any, **more: Any) -> Any:
        if name == "person":
            raise OSError("no space left")
        return real(name, *given, **more)

    monkeypatch.setattr(op, "create_table", breaking)
    with pytest.raises(OSError, match="no space left"):
        engine.upgrade(_url(tmp_path))
    monkeypatch.undo()
    assert sa.inspect(sa.create_engine(_url(tmp_path))).get_table_names() == []
    ledger = engine.upgrade(_url(tmp_path))
    assert list(events.verify(ledger)) == []
    ledger.close()


def test_the_tables_carry_the_triggers_of_the_code(tmp_path: Path) -> None:
    """Each trigger is in the database word for word."""
    ledger = engine.create(_url(tmp_path))
    with ledger.reading() as connection:
        asked = sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        assert {row.name: row.sql for row in connection.execute(asked)} == TRIGGERS
    ledger.close()


WRITER = """
import sys
from vault.ledger import engine
ledger = engine.open_ledger(sys.argv[1])
for count in range(int(sys.argv[3])):
    with ledger.writing(sys.argv[2]) as writing:
        writing.record("test.counted", "test/" + sys.argv[2], count=count)
"""


def test_several_processes_lose_nothing_and_the_chain_holds(tmp_path: Path) -> None:
    """Four processes append sixty events each, all at once: every one is there, in its order."""
    ledger = engine.create(_url(tmp_path))
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, _url(tmp_path), f"p{number}", "60"])
        for number in range(4)
    ]
    assert [writer.wait(timeout=120) for writer in writers] == [0] * 4
    assert list(events.verify(ledger)) == []
    assert events.head(ledger)[0] == 1 + 4 * 60
    for number in range(4):
        told = events.of(ledger, f"test/p{number}", limit=100)
        assert [one.facts["count"] for one in told] == list(range(60))
    ledger.close()


def test_a_new_ledger_is_held_against_other_processes(tmp_path: Path) -> None:
    """Whoever comes and goes meanwhile does not take the write-ahead file from under it.

    A process loses its locks on a file when it closes any handle on it, one for fsync too; the
    next to leave then believes to be the last, and what the first one reads is damaged.
    """
    ledger = engine.create(_url(tmp_path))
    subprocess.run([sys.executable, "-c", WRITER, _url(tmp_path), "p", "3"], check=True)
    assert (tmp_path / "ledger.db-wal").exists()
    ledger.close()


UPGRADER = "import sys; from vault.ledger import engine; engine.upgrade(sys.argv[1]).close()"


def test_several_processes_upgrade_at_once(tmp_path: Path) -> None:
    """Programs that start together after an update all succeed, and one of them did the work."""
    upgraders = [
        subprocess.Popen([sys.executable, "-c", UPGRADER, _url(tmp_path)]) for _ in range(3)
    ]
    assert [one.wait(timeout=120) for one in upgraders] == [0] * 3
    ledger = engine.open_ledger(_url(tmp_path))
    assert [one.kind for one in events.latest(ledger)] == ["ledger.upgraded"]
    ledger.close()


KILLED = """
import os, sys
from vault.ledger import engine
ledger = engine.open_ledger(sys.argv[1])
while True:
    with ledger.writing("p") as writing:
        seq = writing.record("test.counted", "test/p")
    os.write(1, f"{seq}\\n".encode())
"""


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    """A writer killed in full run has every event it acknowledged in a chain that holds."""
    engine.create(_url(tmp_path)).close()
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, _url(tmp_path)], stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        acknowledged = [int(writer.stdout.readline()) for _ in range(100)]
        writer.kill()
        acknowledged += [int(line) for line in writer.stdout.read().splitlines()]
    ledger = engine.open_ledger(_url(tmp_path))
    assert list(events.verify(ledger)) == []
    assert events.head(ledger)[0] >= max(acknowledged)
    ledger.close()
