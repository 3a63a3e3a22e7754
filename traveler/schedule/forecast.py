# SPDX-License-Identifier: AGPL-3.0-or-later
"""The forecast: the shop played forward, with the people, hours and queues there are.

Whenever a machine is free and manned it takes, of what has arrived, what ranks highest: no
machine waits for work that is not there yet.  (The parallel schedule generation scheme of project
scheduling; see Kolisch, *European Journal of Operational Research* 90, 1996.)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from heapq import heapify, heappop, heappush
from itertools import groupby
from typing import NamedTuple

from traveler.schedule.clock import NEVER, Clock
from traveler.schedule.lane import Lane
from traveler.schedule.plan import Load, Resource, Task


class Slot(NamedTuple):
    """When an operation is expected to begin and to end; NEVER where nobody can say.

    ``arrived`` is when it could have begun had its station had nothing else to do, by whose
    ``clock`` the wait is counted when somebody asks; slots by two clocks may be equal.  A tuple,
    as there are so many.
    """

    start: int
    finish: int
    arrived: int = NEVER
    clock: Clock | None = None

    def __eq__(self, other: object) -> bool:
        """Say whether another one has the same moments."""
        return isinstance(other, Slot) and self[:3] == other[:3]

    def __ne__(self, other: object) -> bool:
        """Say whether another one has other moments: a tuple's own answer would ask the clock."""
        return not self == other

    def __hash__(self) -> int:
        """Return the same for the same moments."""
        return hash(self[:3])

    @property
    def queued(self) -> int:
        """Return the manned minutes it waits because its station has something else to do."""
        if self.clock is None or self.arrived >= self.start:
            return 0
        return self.clock.worked(self.start) - self.clock.worked(self.arrived)

    @property
    def is_known(self) -> bool:
        """Say whether there is a date at all."""
        return self.finish < NEVER


UNKNOWN = Slot(NEVER, NEVER)


_Event = tuple[int, int, int, int]
"""When, the rank of the job, the place of the task in it, and what: a lane that becomes free, or:"""
_ARRIVES, _ENDS, _WAKES = -1, -2, -3


class _Station:
    """A station: its lanes, which of them are free, and what waits there by rank."""

    __slots__ = ("clock", "free", "lanes", "outside", "waiting", "wakes")

    def __init__(self, resource: Resource, clock: Clock) -> None:
        self.clock = clock
        self.outside = resource.outside
        self.lanes = [Lane(clock) for _ in range(0 if resource.outside else resource.lanes)]
        self.free = list(range(len(self.lanes)))
        self.waiting: list[tuple[bool, int, int, int]] = []
        self.wakes = -1


class Shop:
    """Every station with its bookings from a moment on: played once, then revised job by job."""

    def __init__(
        self, resources: Iterable[Resource], clocks: Mapping[str, Clock], now: int
    ) -> None:
        """Begin with empty lanes."""
        self.stations = {one.code: _Station(one, clocks[one.code]) for one in resources}
        self._now = now
        self._bookings: dict[str, list[tuple[Lane, int, int]]] = {}

    def lanes(self, code: str) -> list[Lane]:
        """Return the lanes of a resource; an outside one has none."""
        return self.stations[code].lanes

    # --- the whole shop ------------------------------------------------------

    def play(self, ranked: Iterable[Load]) -> dict[str, dict[int, Slot]]:
        """Return the slots of every operation of every job, which come from first to last.

        Operations that run have their machine and come before everything that waits.
        """
        return _Play(self, list(ranked), self._now).run()

    def booked(self, job: str, lane: Lane, start: int, work: int) -> None:
        """Note that a job has ``work`` manned minutes of a lane from ``start`` on."""
        lane.book(start, work)
        known = self._bookings.get(job)
        if known is None:
            known = self._bookings[job] = []
        known.append((lane, start, work))

    # --- one job -------------------------------------------------------------

    def place(self, load: Load, ends: Callable[[str], int]) -> dict[int, Slot]:
        """Book what is left of one job in the room that the others leave, and return its slots.

        ``ends`` says when another job will be done, NEVER where nobody knows.  A blocker never
        makes an operation earlier here, since the first room after a later moment is never an
        earlier one.
        """
        slots = {
            task.seq: self._placed(load.job, task, self._now) for task in load.tasks if task.running
        }
        ready = self._now
        for _group, tasks in groupby(load.tasks, key=lambda task: task.group):
            latest = ready
            for task in tasks:
                came = max([ready, *map(ends, task.awaits)])
                slot = slots.get(task.seq) or self._placed(load.job, task, came)
                slots[task.seq] = slot
                latest = max(latest, slot.finish)
            ready = latest
        return slots

    def lift(self, job: str) -> None:
        """Take back every booking of a job, so that it can be placed anew."""
        for lane, start, work in self._bookings.pop(job, ()):
            lane.free(start, work)

    def _placed(self, job: str, task: Task, ready: int) -> Slot:
        if task.undated or ready == NEVER:
            return UNKNOWN
        ready = max(ready, task.not_before)
        station = self.stations[task.resource]
        if station.outside or task.minutes <= 0:
            return Slot(ready, ready + max(0, task.minutes))
        after = station.clock.worked(ready)
        start, place = min(
            (lane.first_fit(after, task.minutes), place) for place, lane in enumerate(station.lanes)
        )
        finish = station.clock.done(start + task.minutes)
        if finish == NEVER:
            return UNKNOWN
        self.booked(job, station.lanes[place], start, task.minutes)
        return Slot(station.clock.begins(start), finish, ready, station.clock)


class _Play:
    """One run of the shop: events by time, and at each moment the choices they allow."""

    def __init__(self, shop: Shop, loads: list[Load], now: int) -> None:
        self.shop = shop
        self.loads = loads
        self.now = now
        self.codes = list(shop.stations)
        self.slots: list[dict[int, Slot]] = [{} for _ in loads]
        self.group = [-1] * len(loads)
        self.groups = [_groups(load.tasks) for load in loads]
        self.group_of = [
            [number for number, group in enumerate(groups) for _ in group] for groups in self.groups
        ]
        self.left = [[len(group) for group in groups] for groups in self.groups]
        self.events: list[_Event] = []
        self.open = {load.job for load in loads}
        self.parked: dict[str, list[tuple[int, int]]] = defaultdict(list)

    def run(self) -> dict[str, dict[int, Slot]]:
        for rank, load in enumerate(self.loads):
            for place, task in enumerate(load.tasks):
                if task.running and not task.undated:
                    self.events.append((max(self.now, task.not_before), rank, place, _ARRIVES))
            self._go_on(rank, self.now)
        heapify(self.events)
        while self.events:
            at = self.events[0][0]
            touched: dict[str, None] = {}
            while self.events and self.events[0][0] == at:
                touched[self._happens(heappop(self.events))] = None
            for code in touched:
                self._choose(code, at)
        for load, slots in zip(self.loads, self.slots, strict=True):
            if len(slots) < len(load.tasks):
                for task in load.tasks:
                    slots.setdefault(task.seq, UNKNOWN)
        return {load.job: slots for load, slots in zip(self.loads, self.slots, strict=True)}

    def _happens(self, event: _Event) -> str:
        """Take in an event and return the station that may have a choice now."""
        at, rank, place, what = event
        if what == _WAKES:
            return self.codes[place]
        task = self.loads[rank].tasks[place]
        station = self.shop.stations[task.resource]
        if what == _ARRIVES:
            if station.outside or task.minutes <= 0:
                finish = at + max(0, task.minutes)
                self.slots[rank][task.seq] = Slot(at, finish)
                heappush(self.events, (finish, rank, place, _ENDS))
            else:
                heappush(station.waiting, (not task.running, rank, place, at))
            return task.resource
        if what != _ENDS:
            heappush(station.free, what)
        group = self.group_of[rank][place]
        self.left[rank][group] -= 1
        if group == self.group[rank]:
            self._go_on(rank, at)
        return task.resource

    def _go_on(self, rank: int, at: int) -> None:
        """Let the next group of a job arrive, and the one after it where nothing is left of that."""
        tasks, left = self.loads[rank].tasks, self.left[rank]
        while self.group[rank] < 0 or not left[self.group[rank]]:
            self.group[rank] += 1
            if self.group[rank] == len(left):
                self.group[rank] -= 1
                self._is_over(self.loads[rank].job, at)
                return
            for place in self.groups[rank][self.group[rank]]:
                task = tasks[place]
                if not task.running and not task.undated:
                    self._arrive(rank, place, at)

    def _arrive(self, rank: int, place: int, at: int) -> None:
        """Let a task arrive as soon as the jobs it waits for are over, each looked at in turn."""
        task = self.loads[rank].tasks[place]
        for job in task.awaits:
            if job in self.open:
                self.parked[job].append((rank, place))
                return
        heappush(self.events, (max(at, task.not_before), rank, place, _ARRIVES))

    def _is_over(self, job: str, at: int) -> None:
        self.open.discard(job)
        for rank, place in self.parked.pop(job, ()):
            self._arrive(rank, place, at)

    def _choose(self, code: str, at: int) -> None:
        """Give the free lanes of a station what waits there, the best first."""
        station = self.shop.stations[code]
        if not station.waiting or not station.free:
            return
        clock = station.clock
        work, opens = clock.manned(at)
        if opens > at:
            if opens not in {station.wakes, NEVER}:
                station.wakes = opens
                heappush(self.events, (opens, 0, self.codes.index(code), _WAKES))
            return
        while station.waiting and station.free:
            _, rank, place, arrived = heappop(station.waiting)
            task = self.loads[rank].tasks[place]
            finish = clock.done(work + task.minutes)
            self.slots[rank][task.seq] = Slot(at, finish, arrived, clock)
            if finish == NEVER:
                continue
            lane = heappop(station.free)
            self.shop.booked(self.loads[rank].job, station.lanes[lane], work, task.minutes)
            heappush(self.events, (finish, rank, place, lane))


def _groups(tasks: tuple[Task, ...]) -> list[range]:
    """Return the places of the tasks that run side by side, group after group."""
    found, first = [], 0
    for place in range(1, len(tasks) + 1):
        if place == len(tasks) or tasks[place].group != tasks[first].group:
            found.append(range(first, place))
            first = place
    return found


def done(slots: Mapping[int, Slot]) -> int | None:
    """Return the moment a job is expected to be done, or None where nobody can say."""
    latest = 0
    for slot in slots.values():
        latest = max(latest, slot.finish)
    return None if latest >= NEVER else latest
