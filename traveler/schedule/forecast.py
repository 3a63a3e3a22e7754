# SPDX-License-Identifier: AGPL-3.0-or-later
"""The forecast: when each operation will be done, with the people, hours and queues there are.

Work that runs is booked first; then job after job, by rank, each operation takes the first room
its station has once the one before it is over and its blockers are gone.  A job's forecast hence
depends on what ranks higher and on itself alone: capacity is never booked twice, and a blocker
never makes its own operation earlier, nor its job unless operations side by side contend for one
station.  (The serial schedule generation scheme of project scheduling;
see Kolisch, *European Journal of Operational Research* 90, 1996.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from traveler.schedule.clock import NEVER, Clock
from traveler.schedule.lane import Lane
from traveler.schedule.plan import Load, Resource, Task


@dataclass(frozen=True, slots=True)
class Slot:
    """When an operation is expected to begin and to end; NEVER where nobody can say.

    ``queued`` are the manned minutes it waits because its station has something else to do.
    """

    start: int
    finish: int
    queued: int = 0

    @property
    def is_known(self) -> bool:
        """Say whether there is a date at all."""
        return self.finish < NEVER


UNKNOWN = Slot(NEVER, NEVER)


class Shop:
    """The bookings of every station from a moment on, filled by ``place`` in the order of rank."""

    def __init__(
        self, resources: Iterable[Resource], clocks: Mapping[str, Clock], now: int
    ) -> None:
        """Begin with empty lanes."""
        self._resources = {one.code: one for one in resources}
        self._lanes = {
            code: [Lane(clocks[code]) for _ in range(one.lanes)]
            for code, one in self._resources.items()
            if not one.outside
        }
        self._now = now
        self._bookings: dict[str, list[tuple[Lane, int, int]]] = {}

    def place(self, load: Load, running: Mapping[int, Slot]) -> dict[int, Slot]:
        """Book what is left of a job and return a slot for each operation still to do.

        ``running`` holds the slots of operations that ``place_running`` booked before.
        """
        slots: dict[int, Slot] = {}
        ready = self._now
        for _group, tasks in groupby(load.tasks, key=lambda task: task.group):
            latest = ready
            for task in tasks:
                slot = running.get(task.seq) or self._placed(load.job, task, ready)
                slots[task.seq] = slot
                latest = max(latest, slot.finish)
            ready = latest
        return slots

    def place_running(self, load: Load) -> dict[int, Slot]:
        """Book the operations of a job that are being worked on: they have their machine already."""
        return {
            task.seq: self._placed(load.job, task, self._now) for task in load.tasks if task.running
        }

    def lift(self, job: str) -> None:
        """Take back every booking of a job, so that it can be placed anew."""
        for lane, start, work in self._bookings.pop(job, ()):
            lane.free(start, work)

    def lanes(self, code: str) -> list[Lane]:
        """Return the lanes of a resource; an outside one has none."""
        return self._lanes.get(code, [])

    def _placed(self, job: str, task: Task, ready: int) -> Slot:
        if task.undated or ready == NEVER:
            return UNKNOWN
        ready = max(ready, task.not_before)
        if self._resources[task.resource].outside:
            return Slot(ready, ready + task.minutes)
        if task.minutes <= 0:
            return Slot(ready, ready)
        lanes = self._lanes[task.resource]
        after = lanes[0].clock.worked(ready)
        lane, start = self._first_lane(lanes, after, task.minutes)
        finish = lane.clock.done(start + task.minutes)
        if finish == NEVER:
            return UNKNOWN
        lane.book(start, task.minutes)
        self._bookings.setdefault(job, []).append((lane, start, task.minutes))
        return Slot(lane.clock.begins(start), finish, start - after)

    @staticmethod
    def _first_lane(lanes: list[Lane], after: int, work: int) -> tuple[Lane, int]:
        best, start = lanes[0], lanes[0].first_fit(after, work)
        for lane in lanes[1:]:
            if start == after:
                break
            other = lane.first_fit(after, work)
            if other < start:
                best, start = lane, other
        return best, start


def forecast(shop: Shop, ranked: Iterable[Load]) -> dict[str, dict[int, Slot]]:
    """Return the slots of every operation of every job; ``ranked`` goes from first to last."""
    loads = list(ranked)
    running = {
        load.job: shop.place_running(load)
        for load in loads
        if any(task.running for task in load.tasks)
    }
    return {load.job: shop.place(load, running.get(load.job, {})) for load in loads}


def done(slots: Mapping[int, Slot]) -> int | None:
    """Return the moment a job is expected to be done, or None where nobody can say."""
    latest = max((slot.finish for slot in slots.values()), default=0)
    return None if latest >= NEVER else latest
