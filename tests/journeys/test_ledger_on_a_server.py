# SPDX-License-Identifier: AGPL-3.0-or-later
"""A shop whose ledger is on a real PostgreSQL server: everything works, and it moves both ways."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa


@pytest.fixture
def url(postgres: Any) -> str:
    """Return the address of an empty database."""
    made: str = postgres.database()
    return made


def _titleblock(*words: str | Path, given: str = "") -> subprocess.CompletedProcess[str]:
    program = [Path(sys.executable).with_name("titleblock"), *(str(word) for word in words)]
    return subprocess.run(program, input=given, capture_output=True, text=True, check=False)


def _rows(url: str) -> dict[str, set[tuple[Any, ...]]]:
    """Return every row of a ledger, whole floats as integers, as its seals see them."""
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    found = sa.MetaData()
    with engine.connect() as connection:
        found.reflect(connection)
        rows = {
            table.name: {
                tuple(int(one) if isinstance(one, float) and one.is_integer() else one
                      for one in row)
                for row in connection.execute(sa.select(*sorted(table.columns, key=lambda c: c.name)))
            }
            for table in found.tables.values()
        }  # fmt: skip
    engine.dispose()
    return rows


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a demo vault with its ledger in a file, everything that the product does in it."""
    from web import demo

    root = tmp_path_factory.mktemp("demo") / "vault"
    demo.build(root, "http://127.0.0.1:8000", lambda _text: None).close()
    return root


@pytest.mark.slow
def test_a_ledger_moves_to_a_server_and_back_with_all_it_holds(demo: Path, url: str) -> None:
    """Every row of every table is the same there, the chain holds, and work goes on in both."""
    from vault import home

    before = _rows(f"sqlite:///{demo}/ledger.db")
    moved = _titleblock("--vault", demo, "--as", "ada", "ledger", "move", url, "--json")
    assert moved.returncode == 0, moved.stderr
    told = json.loads(moved.stdout)
    assert told["rows"] == sum(
        len(rows) for name, rows in before.items() if name not in {"alembic_version", "event_head"}
    )
    after = _rows(url)
    grown = {"event", "event_head"}
    assert {k: v for k, v in after.items() if k not in grown} == {
        k: v for k, v in before.items() if k not in grown
    }
    assert before["event"] < after["event"]
    verified = _titleblock("--vault", demo, "verify", "--json")
    assert json.loads(verified.stdout)["faults"] == []
    added = _titleblock("--vault", demo, "--as", "ada", "user", "add", "zoe", "--role", "operator")
    assert added.returncode == 0, added.stderr
    vault = home.open_vault(demo)
    noted = vault.ledger.where
    vault.close()
    assert noted.startswith("postgresql://")
    copy = demo.parent / "backup"
    assert _titleblock("--vault", demo, "--as", "ada", "backup", copy).returncode == 0
    assert _rows(f"sqlite:///{copy}/ledger.db")["person"] == _rows(url)["person"]
    back = _titleblock("--vault", demo, "--as", "ada", "ledger", "move", "sqlite:///back.db")
    assert back.returncode == 0, back.stderr
    assert json.loads(_titleblock("--vault", demo, "verify", "--json").stdout)["faults"] == []
    assert "zoe" in _titleblock("--vault", demo, "user", "list").stdout


@pytest.mark.slow
def test_a_whole_shop_is_founded_on_a_server(tmp_path: Path, url: str, monkeypatch: Any) -> None:
    """The demo's story, from first drawing to recall, is told with the ledger on a server."""
    from vault import founding
    from web import demo

    found = founding.found
    monkeypatch.setattr(founding, "found", lambda *given, **more: found(*given, ledger=url, **more))
    vault = demo.build(tmp_path / "vault", "http://127.0.0.1:8000", lambda _text: None)
    assert vault.ledger.engine.dialect.name == "postgresql"
    vault.close()
    checked = _titleblock("--vault", tmp_path / "vault", "verify", "--json")
    assert json.loads(checked.stdout)["faults"] == [], checked.stderr


def test_a_database_that_sorts_by_language_is_refused(postgres: Any, tmp_path: Path) -> None:
    """The refusal says what is wrong and how to make one that is right."""
    url = postgres.database(locale_provider="icu", icu_locale="en-US")
    made = _titleblock("init", tmp_path / "vault", "--ledger", url)
    assert made.returncode == 1
    assert "collation is ICU, and has to be C" in made.stderr
    assert "createdb" in made.stderr


def test_a_database_that_forgets_is_refused(postgres: Any, url: str, tmp_path: Path) -> None:
    """A database that acknowledges before it has written keeps no ledger."""
    postgres.ask(f"ALTER DATABASE {url.rpartition('/')[2]} SET synchronous_commit = off")
    made = _titleblock("init", tmp_path / "vault", "--ledger", url)
    assert made.returncode == 1
    assert "synchronous_commit is off, and has to be on" in made.stderr
    assert not (tmp_path / "vault").exists()


def test_a_server_that_is_away_is_named_without_the_password(tmp_path: Path) -> None:
    """Nobody listens at the discard port; the sentence names the place and keeps the secret."""
    url = "postgresql://u:s3cret@127.0.0.1:9/shop"
    made = _titleblock("init", tmp_path / "vault", "--ledger", url)
    assert made.returncode == 1
    assert "127.0.0.1:9/shop cannot be used now" in made.stderr
    assert "s3cret" not in made.stderr
    assert "Traceback" not in made.stderr


def test_a_server_that_was_stopped_is_found_again(postgres: Any, url: str) -> None:
    """While it is down each act is refused with a sentence; afterwards the same program goes on."""
    from vault.ledger import engine, events
    from vault.ledger.errors import LedgerAway

    ledger = engine.create(url)
    with ledger.writing("ada") as writing:
        writing.record("test.counted", "test/1")
    postgres.stop("-QUIT")
    try:
        with pytest.raises(LedgerAway), ledger.writing("ada") as writing:
            writing.record("test.counted", "test/2")
        with pytest.raises(LedgerAway):
            events.head(ledger)
    finally:
        postgres.start()
    assert events.head(ledger)[0] == 2
    with ledger.writing("ada") as writing:
        writing.record("test.counted", "test/3")
    assert list(events.verify(ledger)) == []
    ledger.close()


def test_a_copy_into_a_database_with_a_ledger_is_refused(postgres: Any, url: str) -> None:
    """What is there is somebody's; it is named and stays."""
    from vault.ledger import engine, moving
    from vault.ledger.errors import LedgerExists

    source = engine.create(postgres.database())
    engine.create(url).close()
    with pytest.raises(LedgerExists):
        moving.copy(source, url)
    source.close()


def test_a_damaged_ledger_is_not_moved(tmp_path: Path, url: str) -> None:
    """One edited row stops the move; it is named, and nothing is at the target."""
    from vault.ledger import engine, moving, people
    from vault.ledger.errors import DamagedLedger, NoLedger

    source = engine.create(f"sqlite:///{tmp_path}/ledger.db")
    people.add(source, "ada", "ada", ["admin"])
    plain = sa.create_engine(source.url)
    with plain.begin() as connection:
        connection.execute(sa.text("UPDATE person SET email = 'eve@example.com'"))
    plain.dispose()
    with pytest.raises(DamagedLedger, match="person/ada"):
        moving.copy(source, url)
    with pytest.raises(NoLedger):
        engine.open_ledger(url)
    source.close()
