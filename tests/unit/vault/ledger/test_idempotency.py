# SPDX-License-Identifier: AGPL-3.0-or-later
"""A request that is sent twice is answered twice and done once."""

from __future__ import annotations

import pytest

from vault.ledger import idempotency
from vault.ledger.engine import Ledger
from vault.ledger.errors import KeyUsedBefore


def test_a_kept_answer_comes_back_for_the_same_request(ledger: Ledger) -> None:
    """The answer is the first one, for this actor and this request."""
    with ledger.writing("otto") as writing:
        assert idempotency.earlier(writing, "k1", {"seq": 10}) is None
        idempotency.keep(writing, "k1", {"seq": 10}, {"good": 5})
    with ledger.writing("otto") as writing:
        assert idempotency.earlier(writing, "k1", {"seq": 10}) == {"good": 5}


def test_a_key_used_for_something_else_is_refused(ledger: Ledger) -> None:
    """The second request was never carried out, and its sender has to know."""
    with ledger.writing("otto") as writing:
        idempotency.keep(writing, "k1", {"seq": 10}, {})
        with pytest.raises(KeyUsedBefore):
            idempotency.earlier(writing, "k1", {"seq": 20})


def test_keys_of_two_people_do_not_meet(ledger: Ledger) -> None:
    """Nobody is answered with what another did."""
    with ledger.writing("otto") as writing:
        idempotency.keep(writing, "k1", {"seq": 10}, {"by": "otto"})
    with ledger.writing("pat") as writing:
        assert idempotency.earlier(writing, "k1", {"seq": 10}) is None


def test_without_a_key_nothing_is_kept(ledger: Ledger) -> None:
    """An empty key asks for no protection."""
    with ledger.writing("otto") as writing:
        idempotency.keep(writing, "", {"seq": 10}, {})
        assert idempotency.earlier(writing, "", {"seq": 10}) is None


def test_old_answers_are_forgotten(ledger: Ledger) -> None:
    """Thirty days are enough for any phone to come back into contact."""
    with ledger.writing("otto") as writing:
        writing.at = "2027-01-01T00:00:00Z"
        idempotency.keep(writing, "k1", {"seq": 10}, {})
        writing.at = "2027-02-01T00:00:00Z"
        idempotency.keep(writing, "k2", {"seq": 10}, {})
        assert idempotency.earlier(writing, "k1", {"seq": 99}) is None
