# SPDX-License-Identifier: AGPL-3.0-or-later
"""Counting tries: kept in the ledger, so that neither a restart nor a second process forgives any.

A try is counted *before* the secret is looked at and forgiven when it was right; counting after
would let a hundred tries at once all find the counter at zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import ceil

import sqlalchemy as sa

from vault import clock
from vault.ledger.engine import Ledger, Writing
from vault.ledger.tables import attempt


@dataclass(frozen=True, slots=True)
class Limit:
    """How many tries in a row are free, and for how many minutes the next ones are refused."""

    tries: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Counted:
    """A counted try: how many more are left, and, where it was refused, for how many minutes."""

    left: int
    locked_minutes: int = 0


def count(ledger: Ledger, key: str, limit: Limit) -> Counted:
    """Count one try under ``key``; a refused one is not counted and prolongs nothing."""
    with ledger.writing("") as writing:
        _forget_old(writing)
        chosen = sa.select(attempt).where(attempt.c.key == key)
        row = writing.execute(chosen).one_or_none()
        failures = row.failures if row else 0
        if row and failures >= limit.tries:
            return Counted(0, _minutes_until(row.until, writing.at))
        _keep(writing, key, failures + 1, limit, known=row is not None)
        return Counted(limit.tries - failures - 1)


def forgive(ledger: Ledger, *keys: str) -> None:
    """Forget the tries counted under these keys."""
    with ledger.writing("") as writing:
        writing.execute(sa.delete(attempt).where(attempt.c.key.in_(keys)))


def _forget_old(writing: Writing) -> None:
    writing.execute(sa.delete(attempt).where(attempt.c.until <= writing.at))


def _keep(writing: Writing, key: str, failures: int, limit: Limit, known: bool) -> None:
    until = clock.text(clock.moment(writing.at) + timedelta(minutes=limit.minutes))
    values = {"failures": failures, "until": until}
    if known:
        writing.execute(sa.update(attempt).where(attempt.c.key == key).values(values))
    else:
        writing.execute(sa.insert(attempt).values(key=key, **values))


def _minutes_until(until: str, at: str) -> int:
    seconds = (clock.moment(until) - clock.moment(at)).total_seconds()
    return max(1, ceil(seconds / 60))
