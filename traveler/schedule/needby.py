# SPDX-License-Identifier: AGPL-3.0-or-later
"""Need-by dates: when each operation has to be done at the latest, counted back from the due date.

They take no queue and no blocker into account and therefore stay put while the forecast moves:
a date that slips with reality never screams.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from traveler.schedule.clock import Clock
from traveler.schedule.plan import Load, Resource, Task


@dataclass(frozen=True, slots=True)
class NeedBy:
    """The latest moments to begin and to end an operation."""

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
    finish = load.due
    for _group, tasks in groupby(reversed(load.tasks), key=lambda task: task.group):
        earliest = finish
        for task in tasks:
            start = _begun(task, finish, resources, clocks)
            found[task.seq] = NeedBy(start, finish)
            earliest = min(earliest, start)
        finish = earliest
    return found


def _begun(
    task: Task, finish: int, resources: Mapping[str, Resource], clocks: Mapping[str, Clock]
) -> int:
    if resources[task.resource].outside:
        return finish - task.minutes
    return clocks[task.resource].back(finish, task.minutes)
