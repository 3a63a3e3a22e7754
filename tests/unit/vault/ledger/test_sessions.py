# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sign-ins of browsers end when they should, on the server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vault import clock
from vault.ledger import people, sessions
from vault.ledger.engine import Ledger
from vault.ledger.errors import RoleNeeded
from vault.ledger.people import Person


@pytest.fixture
def otto(ledger: Ledger) -> Person:
    """Return an operator in a ledger that has an administrator too."""
    people.add(ledger, "ada", "ada", ["admin"])
    return people.add(ledger, "ada", "otto", ["operator"])


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Return a function that sets the clock so far after the start of the test."""
    start = datetime.now(UTC)

    def set_clock(after: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: clock.text(start + after))

    return set_clock


def test_a_session_knows_its_person_and_device(ledger: Ledger, otto: Person) -> None:
    """The secret of the cookie leads to the person; another secret leads to nobody."""
    secret = sessions.open_session(ledger, otto, "tablet 3")
    found = sessions.session(ledger, secret)
    assert found is not None
    assert (found.person, found.device) == (otto, "tablet 3")
    assert sessions.session(ledger, secret + "x") is None
    assert sessions.session(ledger, "") is None


def test_the_secret_is_not_in_the_ledger(ledger: Ledger, otto: Person, ledger_file: Path) -> None:
    """A copy of the ledger signs nobody in."""
    secret = sessions.open_session(ledger, otto)
    ledger.close()
    assert secret.encode() not in ledger_file.read_bytes()


def test_a_session_ends_when_nobody_uses_it(
    ledger: Ledger, otto: Person, at: Callable[[timedelta], None]
) -> None:
    """Four idle hours end it; use in between keeps it."""
    used, idle = sessions.open_session(ledger, otto), sessions.open_session(ledger, otto)
    at(timedelta(hours=3))
    assert sessions.session(ledger, used) is not None
    at(timedelta(hours=5))
    assert sessions.session(ledger, used) is not None
    assert sessions.session(ledger, idle) is None


def test_a_session_ends_for_good_after_a_shift(
    ledger: Ledger, otto: Person, at: Callable[[timedelta], None]
) -> None:
    """However much it is used, fourteen hours are the end."""
    secret = sessions.open_session(ledger, otto)
    for hours in range(1, 14):
        at(timedelta(hours=hours))
        assert sessions.session(ledger, secret) is not None
    at(timedelta(hours=14, seconds=1))
    assert sessions.session(ledger, secret) is None


def test_a_session_ends_with_its_person(ledger: Ledger, otto: Person) -> None:
    """Disabling somebody ends what they have open at once."""
    secret = sessions.open_session(ledger, otto)
    people.disable(ledger, "ada", "otto")
    assert sessions.session(ledger, secret) is None


def test_signing_out_ends_one_and_closing_all_the_rest(ledger: Ledger, otto: Person) -> None:
    """One browser leaves the others; all can be ended by their owner or an administrator only."""
    first, second, third = (sessions.open_session(ledger, otto) for _ in range(3))
    sessions.close(ledger, first)
    sessions.close(ledger, first)
    assert sessions.session(ledger, first) is None
    assert sessions.session(ledger, second) is not None
    people.add(ledger, "ada", "eve", ["operator"])
    with pytest.raises(RoleNeeded):
        sessions.close_all(ledger, "eve", "otto")
    assert sessions.close_all(ledger, otto, "otto") == 2
    assert sessions.session(ledger, third) is None


def test_ended_sessions_are_swept_out(
    ledger: Ledger, otto: Person, at: Callable[[timedelta], None]
) -> None:
    """The table does not grow with every sign-in for ever."""
    for _ in range(3):
        sessions.open_session(ledger, otto)
    at(timedelta(hours=15))
    sessions.open_session(ledger, otto)
    with ledger.reading() as connection:
        assert len(connection.execute(sessions.sa.select(sessions.sessions)).all()) == 1
