# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every ledger promises: made by migrations alone, upgraded whole, shared by processes.

Each promise is asked of a SQLite file and of a database on a real PostgreSQL server.
"""

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

import traveler.customer.tables
import traveler.display.tables
import traveler.exchange.tables
import traveler.firstarticle.tables
import traveler.memory.tables
import traveler.nonconformance.tables
import traveler.packet.tables
import traveler.quality.proof_tables
import traveler.quality.tables
import traveler.shipping.tables  # noqa: F401 - hangs its tables on the floor's
import traveler.tables as floor_tables
import vault.ledger.tables as vault_tables
from vault.ledger import chains, engine, events, upgrading
from vault.ledger.append_only import BY_DIALECT
from vault.ledger.errors import LedgerBusy, LedgerExists, NoLedger

ALL = [vault_tables.metadata, floor_tables.metadata]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of a place for a ledger, where none is yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/ledger.db"
    made: str = request.getfixturevalue("postgres").database()
    return made


def _plain(url: str) -> sa.Engine:
    """Return an engine of SQLAlchemy's own, without any promise of ours."""
    return sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))


def test_migrations_from_nothing_build_exactly_the_tables_of_the_code(url: str) -> None:
    """Tables, columns, types, indexes and constraints agree, both ways."""
    ledger = engine.create(url)
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


def test_a_new_ledger_records_its_own_making(url: str) -> None:
    """The first event says which revisions the tables were made at."""
    ledger = engine.create(url, actor="ada")
    (first,) = events.latest(ledger)
    assert (first.seq, first.actor, first.kind) == (1, "ada", "ledger.upgraded")
    assert first.facts == {"found": [], "now": sorted(chains.heads())}
    assert list(events.verify(ledger)) == []
    ledger.close()


def test_every_act_has_a_device(url: str) -> None:
    """A verb that is not told takes the one at work; what is told counts; the program has none."""
    from vault import device

    ledger = engine.create(url)
    device.be("office")
    for actor, told in (("pat", ""), ("otto", "tablet"), (engine.ITSELF, "")):
        with ledger.writing(actor, told) as writing:
            writing.record("probe", "nothing")
    device.be("")
    assert [one.device for one in events.latest(ledger)][1:] == ["office", "tablet", ""]
    ledger.close()


def test_upgrading_twice_changes_nothing(url: str) -> None:
    """A ledger that is up to date is left as it is, and no event pretends otherwise."""
    engine.create(url).close()
    ledger = engine.upgrade(url)
    assert events.head(ledger)[0] == 1
    ledger.close()


def test_a_migration_that_fails_leaves_no_trace(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A break in the middle takes back the tables already made, the stamp and the event."""
    real = op.create_table

    def breaking(name: str, *given: Any, **more: Any) -> Any:
        if name == "person":
            raise OSError("no space left")
        return real(name, *given, **more)

    monkeypatch.setattr(op, "create_table", breaking)
    with pytest.raises(OSError, match="no space left"):
        engine.upgrade(url)
    monkeypatch.undo()
    plain = _plain(url)
    assert sa.inspect(plain).get_table_names() == []
    plain.dispose()
    ledger = engine.upgrade(url)
    assert list(events.verify(ledger)) == []
    ledger.close()


def test_the_event_table_only_grows(url: str) -> None:
    """Editing, deleting, emptying, or an event that does not continue the chain is refused."""
    ledger = engine.create(url)
    rows = "SELECT seq + 5, at, actor, device, kind, subject, facts, seals, hash, hash FROM event"
    attempts = ["UPDATE event SET actor = 'eve'", "DELETE FROM event", "DELETE FROM event_head",
                f"INSERT INTO event {rows}"]  # fmt: skip
    if ledger.engine.dialect.name == "postgresql":
        attempts += ["TRUNCATE event", "TRUNCATE event_head"]
    for attempt in attempts:
        plain = _plain(url)
        with pytest.raises(sa.exc.DBAPIError), plain.begin() as connection:
            connection.execute(sa.text(attempt))
        plain.dispose()
    assert list(events.verify(ledger)) == []
    ledger.close()


def test_a_fence_that_was_taken_down_is_named(url: str) -> None:
    """Each trigger that is gone, or on a server switched off, is a fault of the check."""
    ledger = engine.create(url)
    name = ledger.engine.dialect.name
    plain = _plain(url)
    for trigger in BY_DIALECT[name]:
        table = "event_head" if "event_head" in trigger else "event"
        gone = {"sqlite": f"DROP TRIGGER {trigger}",
                "postgresql": f"ALTER TABLE {table} DISABLE TRIGGER {trigger}"}  # fmt: skip
        with plain.begin() as connection:
            connection.execute(sa.text(gone[name]))
        assert f"trigger {trigger}" in {one.where for one in events.verify(ledger)}
    plain.dispose()
    ledger.close()


def test_an_edited_row_is_named_in_either(url: str) -> None:
    """A row changed behind the ledger's back is not what its event left."""
    from vault.ledger import people

    ledger = engine.create(url)
    people.add(ledger, "ada", "ada", ["admin"])
    plain = _plain(url)
    with plain.begin() as connection:
        connection.execute(sa.text("UPDATE person SET email = 'eve@example.com'"))
    assert [(one.kind, one.where) for one in events.verify(ledger)] == [("altered", "person/ada")]
    plain.dispose()
    ledger.close()


def test_a_reader_sees_one_moment(url: str) -> None:
    """What is written meanwhile is not seen by who began to read before."""
    ledger = engine.create(url)
    with ledger.reading() as connection:
        count = sa.select(sa.func.count()).select_from(vault_tables.event)
        assert connection.execute(count).scalar_one() == 1
        with ledger.writing("ada") as writing:
            writing.record("test.counted", "test/1")
        assert connection.execute(count).scalar_one() == 1
    with ledger.reading() as connection:
        assert connection.execute(count).scalar_one() == 2
    ledger.close()


def test_making_a_ledger_where_one_is_is_refused(url: str) -> None:
    """The first stays as it is."""
    engine.create(url, actor="ada").close()
    with pytest.raises(LedgerExists):
        engine.create(url, actor="eve")
    ledger = engine.open_ledger(url)
    assert [one.actor for one in events.latest(ledger)] == ["ada"]
    ledger.close()


def test_opening_nothing_is_refused(url: str) -> None:
    """There is no ledger before one is made, and asking makes none."""
    for _ in range(2):
        with pytest.raises(NoLedger):
            engine.open_ledger(url)


def test_a_writer_that_never_ends_is_named(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits longer than the patience of the ledger is told so."""
    engine.create(url).close()
    monkeypatch.setattr(engine, "BUSY_SECONDS", 1)
    ledger = engine.open_ledger(url)
    with ledger.writing("ada") as first:
        first.record("test.counted", "test/1")
        with pytest.raises(LedgerBusy), ledger.writing("eli"):
            pass
    ledger.close()


WRITER = """
import sys
from vault.ledger import engine
ledger = engine.open_ledger(sys.argv[1])
for count in range(int(sys.argv[3])):
    with ledger.writing(sys.argv[2]) as writing:
        writing.record("test.counted", "test/" + sys.argv[2], count=count)
"""


def test_several_processes_lose_nothing_and_the_chain_holds(url: str) -> None:
    """Four processes append sixty events each, all at once: every one is there, in its order."""
    ledger = engine.create(url)
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, url, f"p{number}", "60"])
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
    url = f"sqlite:///{tmp_path}/ledger.db"
    ledger = engine.create(url)
    subprocess.run([sys.executable, "-c", WRITER, url, "p", "3"], check=True)
    assert (tmp_path / "ledger.db-wal").exists()
    ledger.close()


UPGRADER = "import sys; from vault.ledger import engine; engine.upgrade(sys.argv[1]).close()"


def test_several_processes_upgrade_at_once(url: str) -> None:
    """Programs that start together after an update all succeed, and one of them did the work."""
    upgraders = [subprocess.Popen([sys.executable, "-c", UPGRADER, url]) for _ in range(3)]
    assert [one.wait(timeout=120) for one in upgraders] == [0] * 3
    ledger = engine.open_ledger(url)
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


def test_what_was_acknowledged_survives_a_kill(url: str) -> None:
    """A writer killed in full run has every event it acknowledged in a chain that holds."""
    engine.create(url).close()
    with subprocess.Popen([sys.executable, "-c", KILLED, url], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        acknowledged = [int(writer.stdout.readline()) for _ in range(100)]
        writer.kill()
        acknowledged += [int(line) for line in writer.stdout.read().splitlines()]
    ledger = engine.open_ledger(url)
    assert list(events.verify(ledger)) == []
    assert events.head(ledger)[0] >= max(acknowledged)
    ledger.close()
