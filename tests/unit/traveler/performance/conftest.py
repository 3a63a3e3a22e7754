# SPDX-License-Identifier: AGPL-3.0-or-later
"""Jobs as values, worked by hand: what they leave behind is reckoned on paper first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest


def at(text: str) -> int:
    """Return ``2026-03-02 07:00`` (UTC) as seconds since 1970."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def job(**told: Any) -> Any:
    """Return a job of ten pieces for a customer, finished unless told otherwise."""
    from traveler.job_records import Job

    plain = Job(
        "J-1", "10-0042", "A", "Bracket", 10, "2026-03-10", "Halvard", "PO 7", "released",
        "2026-03-01T06:00:00Z", "pat", "2026-03-01T07:00:00Z", None,
    )  # fmt: skip
    return replace(plain, **told)


def operation(key: int, seq: int, **told: Any) -> Any:
    """Return an operation: 30 minutes of setup, 4 a piece, ten good pieces, done."""
    from traveler.operation_records import Operation

    plain = Operation(
        key, "J-1", seq, "mill-2", f"Step {seq}", 30.0, 4.0, "", (), (), False, "done", 10, 0,
        "2026-03-02T07:00:00Z", "2026-03-02T08:10:00Z",
    )  # fmt: skip
    return plain._replace(**told)


def work(key: int, step: int, begin: str, end: str | None, **told: Any) -> Any:
    """Return a stretch of otto's work."""
    from traveler.performance.facts import Work

    plain = Work(key, step, "otto", at(begin), at(end) if end else None, 0, 0, 0)
    return replace(plain, **told)


def known(own: Any, operations: Any, works: Any = (), **told: Any) -> Any:
    """Return all that is kept of a job, the moments of its operations read from them."""
    from traveler.performance.facts import Known
    from traveler.performance.reading import seconds

    told.setdefault("released", at("2026-03-01 07:00"))
    every = [*operations, *told.get("gone", ())]
    return Known(
        own, tuple(operations), work=tuple(works),
        begun={one.id: seconds(one.started_at) for one in every if one.started_at},
        finished={one.id: seconds(one.finished_at) for one in every if one.finished_at}, **told,
    )  # fmt: skip


@pytest.fixture
def day() -> Callable[[int], str]:
    """Return the day of a moment in a shop that lives by UTC."""
    from traveler.performance.periods import days_in

    return days_in(UTC)


@pytest.fixture
def paper() -> Any:
    """Return the makers of values above."""
    from types import SimpleNamespace

    return SimpleNamespace(at=at, job=job, operation=operation, work=work, known=known)
