# SPDX-License-Identifier: AGPL-3.0-or-later
"""The record cannot be changed quietly: every edit, removal, move and cut is named."""

from __future__ import annotations

import hashlib
import itertools
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from vault import canonical
from vault.ledger import events, people, seals
from vault.ledger.append_only import SQLITE
from vault.ledger.engine import Ledger

FILLED = 12
COLUMNS = ("at", "actor", "device", "kind", "subject", "facts", "seals", "prev_hash", "hash")


@pytest.fixture(scope="session")
def filled_file(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a ledger of twelve events: the upgrade, a person, and ten of jobs."""
    place = tmp_path_factory.mktemp("filled") / "ledger.db"
    shutil.copyfile(migrated, place)
    ledger = Ledger(f"sqlite:///{place}")
    people.add(ledger, "ada", "ada", ["admin"], email="ada@shop.example")
    for count in range(FILLED - 2):
        with ledger.writing("ada", "tablet") as writing:
            writing.record("test.counted", f"job/J-{count % 2}", count=count)
    ledger.close()
    return place


@pytest.fixture
def filled(filled_file: Path, ledger_file: Path) -> Iterator[Ledger]:
    """Return an opened copy of that ledger."""
    shutil.copyfile(filled_file, ledger_file)
    opened = Ledger(f"sqlite:///{ledger_file}")
    yield opened
    opened.close()


@pytest.fixture
def tamper(filled: Ledger, ledger_file: Path) -> Iterator[Callable[..., None]]:
    """Return a function that runs SQL with the triggers taken away and put back."""
    plain = sqlite3.connect(ledger_file, isolation_level=None)

    def run(*statements: str) -> None:
        for name in SQLITE:
            plain.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            plain.execute(statement)
        for sql in SQLITE.values():
            plain.execute(sql)

    yield run
    plain.close()


def _named(ledger: Ledger, **known: Any) -> list[tuple[str, str]]:
    return [(fault.kind, fault.where) for fault in events.verify(ledger, **known)]


def test_a_sound_ledger_has_no_faults(filled: Ledger) -> None:
    """Nothing is reported where nothing happened."""
    assert _named(filled, witnesses=[events.head(filled)]) == []


def test_events_tell_who_what_and_when(filled: Ledger) -> None:
    """The events of a subject come oldest first, newest kept, with facts as they were given."""
    told = events.of(filled, "job/J-1", limit=3)
    assert [one.facts["count"] for one in told] == [5, 7, 9]
    assert {(one.actor, one.device, one.kind) for one in told} == {
        ("ada", "tablet", "test.counted")
    }
    assert [one.seq for one in events.latest(filled, limit=2, before=5)] == [3, 4]


def test_a_link_can_be_computed_without_us(filled: Ledger) -> None:
    """The hash is what the document says: SHA-256 of the canonical JSON of all other columns."""
    with filled.reading() as connection:
        row = dict(
            connection.execute(sa.text("SELECT * FROM event WHERE seq = 4")).mappings().one()
        )
    kept = row.pop("hash")
    assert hashlib.sha256(canonical.dumps(row)).hexdigest() == kept


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET actor = 'eve' WHERE seq = 3",
        "DELETE FROM event WHERE seq = 3",
        "INSERT OR REPLACE INTO event SELECT * FROM event WHERE seq = 3",
        f"INSERT INTO event SELECT seq + 100, {', '.join(COLUMNS)} FROM event WHERE seq = 3",
        "DELETE FROM event_head",
    ],
)
def test_the_database_itself_refuses_to_change_an_event(filled: Ledger, statement: str) -> None:
    """Triggers stop a change through the ledger's own connection."""
    with pytest.raises(IntegrityError), filled.writing("eve") as writing:
        writing.execute(sa.text(statement))
    assert _named(filled) == []


@pytest.mark.parametrize("seq", range(1, FILLED + 1))
@pytest.mark.parametrize("column", COLUMNS)
def test_an_edit_of_any_column_of_any_event_is_named(
    filled: Ledger, tamper: Callable[..., None], column: str, seq: int
) -> None:
    """One sign more in any cell, and the event is named as altered."""
    tamper(f"UPDATE event SET {column} = {column} || ' ' WHERE seq = {seq}")
    assert ("altered", f"event {seq}") in _named(filled)


@pytest.mark.parametrize("seq", range(1, FILLED + 1))
def test_the_removal_of_any_event_is_named(
    filled: Ledger, tamper: Callable[..., None], seq: int
) -> None:
    """A gap in the numbers is named by the missing ones, at the end as well."""
    tamper(f"DELETE FROM event WHERE seq = {seq}")
    gone = f"event {seq}" if seq < FILLED else f"event {seq} to {seq}"
    assert ("deleted", gone) in _named(filled)


@pytest.mark.parametrize("first", range(1, FILLED))
def test_events_that_changed_places_are_named_with_their_own(
    filled: Ledger, tamper: Callable[..., None], first: int
) -> None:
    """Two neighbours with swapped numbers are both named, each with the place it came from."""
    tamper(
        f"UPDATE event SET seq = 1000 WHERE seq = {first}",
        f"UPDATE event SET seq = {first} WHERE seq = {first + 1}",
        f"UPDATE event SET seq = {first + 1} WHERE seq = 1000",
    )
    told = {fault.where: fault.what for fault in events.verify(filled) if fault.kind == "reordered"}
    assert told == {
        f"event {first}": f"it was written as event {first + 1}",
        f"event {first + 1}": f"it was written as event {first}",
    }


def test_an_event_rewritten_with_a_fresh_hash_is_named(
    filled: Ledger, tamper: Callable[..., None], ledger_file: Path
) -> None:
    """Whoever computes the hash anew is betrayed by the next event."""
    plain = sqlite3.connect(ledger_file)
    plain.row_factory = sqlite3.Row
    row = dict(plain.execute("SELECT * FROM event WHERE seq = 5").fetchone())
    plain.close()
    row["actor"] = "eve"
    tamper(f"UPDATE event SET actor = 'eve', hash = '{seals.link(row)}' WHERE seq = 5")
    assert _named(filled) == [("altered", "event 5")]


def test_a_chain_cut_with_its_head_is_named_by_an_outside_witness(
    filled: Ledger, tamper: Callable[..., None]
) -> None:
    """Cut off the end and move the head back: inside all is well, a kept head says otherwise."""
    witness = events.head(filled)
    cut = FILLED - 3
    tamper(
        f"DELETE FROM event WHERE seq > {cut}",
        f"UPDATE event_head SET seq = {cut}, hash = (SELECT hash FROM event WHERE seq = {cut})",
    )
    assert _named(filled) == []
    assert _named(filled, witnesses=[witness]) == [("deleted", f"event {cut + 1} to {FILLED}")]


def test_a_whole_chain_made_anew_is_named_by_an_outside_witness(
    filled: Ledger, tamper: Callable[..., None], ledger_file: Path
) -> None:
    """A forger who recomputes every link from the edit on cannot reproduce a kept head."""
    witness = events.head(filled)
    plain = sqlite3.connect(ledger_file)
    plain.row_factory = sqlite3.Row
    rows = [dict(row) for row in plain.execute("SELECT * FROM event ORDER BY seq")]
    plain.close()
    rows[3]["facts"] = '{"count":99}'
    statements = []
    for before, row in itertools.pairwise(rows[2:]):
        row["prev_hash"] = before["hash"]
        row["hash"] = seals.link(row)
        statements.append(
            f"UPDATE event SET facts = '{row['facts']}', prev_hash = '{row['prev_hash']}',"
            f" hash = '{row['hash']}' WHERE seq = {row['seq']}"
        )
    tamper(*statements, f"UPDATE event_head SET hash = '{rows[-1]['hash']}'")
    assert _named(filled) == []
    assert _named(filled, witnesses=[witness]) == [("altered", f"event {FILLED}")]


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE person SET roles = 'admin quality'", ("altered", "person/ada")),
        ("UPDATE person SET password_hash = 'x'", ("altered", "person/ada")),
        ("DELETE FROM person", ("deleted", "person/ada")),
        (
            "INSERT INTO person VALUES ('eve', '', '', 'admin', 0, NULL, NULL, '')",
            ("added", "person/eve"),
        ),
    ],
)
def test_a_row_edited_by_hand_is_named(
    filled: Ledger, tamper: Callable[..., None], statement: str, fault: tuple[str, str]
) -> None:
    """Rows of other tables are sealed by events, so a change past the program is found."""
    tamper(statement)
    assert _named(filled) == [fault]


@pytest.mark.parametrize("name", SQLITE)
def test_a_missing_trigger_is_named(filled: Ledger, ledger_file: Path, name: str) -> None:
    """A table rebuilt by a tool loses its triggers silently; the check says so."""
    plain = sqlite3.connect(ledger_file)
    plain.execute(f"DROP TRIGGER {name}")
    plain.close()
    assert _named(filled) == [("trigger", f"trigger {name}")]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.text(max_size=8), st.text() | st.integers() | st.none(), max_size=4))
def test_any_facts_survive_the_chain(ledger: Ledger, facts: dict[str, Any]) -> None:
    """Facts of any text come back as they were given, and the chain holds."""
    with ledger.writing("ada") as writing:
        writing.record("test.told", "test/any", told=facts)
    assert events.of(ledger, "test/any", 1)[0].facts == {"told": facts}
    assert _named(ledger) == []
