# SPDX-License-Identifier: AGPL-3.0-or-later
"""Need-by dates: when each operation has to be done at the latest, counted back from the due date.

They take no queue and no blocker into account and therefore stay put while the forecast moves:
a date that slips with reality never screams.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from traveler.schedule.clock import Clock
from traveler.schedule.plan import Load, Resource, Task


class NeedBy(NamedTuple):
    """The latest moments to begin and to end an operation; a tuple, as there are so many."""

    start: int
    finish: int


def need_by(
    load: Load, resources: Mapping[str, Resource], clocks: Mapping[str, Clock]
) -> dict[int, NeedBy]:
    """Return, for the number of every operation still to do, when it is needed.

    The last operations are needed by the due date, each one before by the earliest start of
    those that wait for it.
    """
    found: dict[int, NeedBy] = {}
    finish = earliest = load.due
    group: int | None = None
    for task in reversed(load.tasks):
        if task.group != group:
            group, finish = task.group, earliest
        start = _begun(task, finish, resources, clocks)
        found[task.seq] = NeedBy(start, finish)
        earliest = min(earliest, start)
    return found


def _begun(
    task: Task, finish: int, resources: Mapping[str, Resource], clocks: Mapping[str, Clock]
) -> int:
    if resources[task.resource].outside:
        return finish - task.minutes
    return clocks[task.resource].back(finish, task.minutes)
