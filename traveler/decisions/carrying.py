# SPDX-License-Identifier: AGPL-3.0-or-later
"""What becomes of rework and of split-off pieces when a job moves to another revision's route.

Rework of an operation that is done again is void: its pieces are among those done again.  Pieces
that went into another lot were gone before anything is done again, so they are taken off there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from traveler import lifecycle, operation_records, tables
from traveler.decisions.comparison import Compared
from traveler.job_records import Job
from traveler.operation_records import Operation
from vault.ledger.engine import Writing


def make_room(
    writing: Writing, operations: Sequence[Operation], steps: Sequence[Compared]
) -> None:  # fmt: skip
    """Give operations of rework whose numbers the new route takes numbers behind all others."""
    wanted = {one.seq for one in steps if one.step is not None}
    free = max([*wanted, *(one.seq for one in operations)], default=0) + 1
    for one in operations:
        if one.loop is not None and one.seq in wanted:
            writing.update(tables.operation, one.id, seq=free)
            free += 1


def carry(
    writing: Writing, job: Job, operations: Sequence[Operation], steps: Sequence[Compared],
    kept: Collection[int],
) -> dict[str, Any]:  # fmt: skip
    """Void rework and move split-off pieces as the new route wants; returns what to tell of it."""
    anew = {one.seq for one in steps if one.seq not in kept}
    void = [one for one in operations if one.loop is not None and one.loop.source in anew]
    for one in void:
        after = lifecycle.REROUTE[one.state, "drop"]
        writing.update(tables.operation, one.id, state=after)
    _move_splits(writing, job, steps, anew)
    return {"rework_void": [one.seq for one in void]} if void else {}


def _move_splits(
    writing: Writing, job: Job, steps: Sequence[Compared], anew: Collection[int]
) -> None:  # fmt: skip
    away = {one.operation.seq: one.operation.split for one in steps if one.operation is not None}
    if not any(away.values()):
        return
    route = [one.seq for one in steps if one.step is not None]
    if not route:
        return
    first = min((seq for seq in route if seq in anew), default=None)
    found: dict[int, int] = dict.fromkeys(route, 0)
    for seq, count in away.items():
        place = seq if first is None else min(seq, first)
        target = next((one for one in route if one >= place), route[-1])
        found[target] += count
    for one in operation_records.operations(writing.connection, job.number):
        if one.loop is None and one.split != found.get(one.seq, 0):
            writing.update(tables.operation, one.id, split=found.get(one.seq, 0))
