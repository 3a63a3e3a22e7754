# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the arithmetic works on: stations with their hours, and jobs with the work still to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from traveler.schedule.clock import Calendar


@dataclass(frozen=True, slots=True)
class Resource:
    """A station, or a group of equal ones: ``lanes`` pieces of work at a time, in the same hours.

    An ``outside`` resource is somebody else's shop: it takes any number of lots at once, and its
    work is counted in days of the calendar on the wall.
    """

    code: str
    calendar: Calendar
    lanes: int = 1
    outside: bool = False


class Task(NamedTuple):
    """The work left of one operation; a tuple, as there are so many.

    ``minutes`` are manned minutes (plain ones where the resource is outside), ``group`` rises
    along the route and is the same for operations that run side by side.  ``not_before`` is the
    moment the last dated blocker is expected to be gone; an ``undated`` one has none, and nobody
    can say when this will be done.  ``awaits`` are the jobs whose pieces go into this one.
    """

    seq: int
    resource: str
    minutes: int
    group: int
    running: bool = False
    not_before: int = 0
    undated: bool = False
    awaits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Load:
    """A job as the schedule sees it: when it is due, and its tasks in the order of the route.

    ``pin`` is the place a person gave it by hand, from 1; 0 where nobody did.
    """

    job: str
    due: int
    tasks: tuple[Task, ...]
    customer: str = ""
    added: str = ""
    pin: int = 0

    @property
    def minutes(self) -> int:
        """Return the work left in it, in minutes."""
        return sum(task.minutes for task in self.tasks)
