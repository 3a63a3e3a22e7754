# SPDX-License-Identifier: AGPL-3.0-or-later
"""How well forecasts come true: generated shops, played out minute by minute by a plain simulation.

The simulation knows what the forecast does not: real times vary by a third, and a machine that
is free takes what has arrived.  A forecast has to be nearer to what happens than the sum of the
work alone, which is what a shop without one goes by.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

import pytest

from traveler.schedule import ranking
from traveler.schedule.clock import DAY, Clock, weekdays
from traveler.schedule.outlook import Outlook, outlook
from traveler.schedule.plan import Load, Resource, Task

NOW = 20_000 * DAY + 8 * 60
CALENDAR = weekdays(480)


@dataclass(frozen=True, slots=True)
class Shop:
    """A generated shop: its stations and the jobs in it."""

    resources: tuple[Resource, ...]
    loads: tuple[Load, ...]


def generated(seed: int, jobs: int = 120) -> Shop:
    """Return a shop of eight stations, one of them a bottleneck, and jobs of three to six steps."""
    chance = random.Random(seed)
    resources = tuple(Resource(f"S{n}", CALENDAR, 1 + (n % 3 == 0)) for n in range(8))
    loads = []
    for number in range(jobs):
        steps = [f"S{chance.choices(range(8), [3, 1, 1, 1, 1, 1, 1, 1])[0]}"
                 for _ in range(chance.randint(3, 6))]  # fmt: skip
        tasks = tuple(Task(10 * place, station, chance.randint(20, 240), place)
                      for place, station in enumerate(steps, 1))  # fmt: skip
        loads.append(Load(f"J-{number}", NOW + chance.randint(2, 40) * DAY, tasks))
    return Shop(resources, tuple(loads))


def played(shop: Shop, seed: int, ranks: Mapping[str, int]) -> dict[str, int]:
    """Return when each job really ends, where free machines take the best-ranked that has arrived."""
    chance = random.Random(seed)
    clock = Clock(CALENDAR, NOW)
    free = {one.code: one.lanes for one in shop.resources}
    queues: dict[str, list[tuple[int, str, int]]] = {one.code: [] for one in shop.resources}
    tasks = {one.job: one.tasks for one in shop.loads}
    ends: dict[str, int] = {}
    events: list[tuple[int, int, str, int]] = [
        (clock.worked(NOW), 1, one.job, 0) for one in shop.loads
    ]
    heapq.heapify(events)
    while events:
        at, arrives, job, place = heapq.heappop(events)
        station = tasks[job][place].resource
        if arrives:
            heapq.heappush(queues[station], (ranks[job], job, place))
        else:
            free[station] += 1
            if place + 1 < len(tasks[job]):
                heapq.heappush(events, (at, 1, job, place + 1))
            else:
                ends[job] = at
        if events and events[0][0] == at:
            continue  # everything that happens at this minute comes before any choice
        for code, queue in queues.items():
            while queue and free[code]:
                _rank, taken, step = heapq.heappop(queue)
                free[code] -= 1
                real = max(1, round(tasks[taken][step].minutes * chance.uniform(0.67, 1.33)))
                heapq.heappush(events, (at + real, 0, taken, step))
    return ends


def counted(shop: Shop) -> Outlook:
    """Return the outlook of a shop."""
    return outlook(shop.loads, shop.resources, NOW, ranking.read(ranking.DEFAULT))


@pytest.mark.parametrize("seed", range(12))
def test_forecasts_come_nearer_to_what_happens_than_the_work_alone(seed: int) -> None:
    """The mean miss, in manned minutes, is less than half of that of adding up the work."""
    shop = generated(seed)
    found = counted(shop)
    real = played(shop, seed + 1000, {name: one.rank for name, one in found.jobs.items()})
    clock = Clock(CALENDAR, NOW)
    start = clock.worked(NOW)
    ours = fmean(
        abs(clock.worked(one.finish or 0) - real[name]) for name, one in found.jobs.items()
    )
    plain = fmean(abs(start + one.minutes - real[one.job]) for one in shop.loads)
    assert ours < plain / 2


def test_what_is_called_at_risk_ends_late_and_what_is_called_on_time_does_not() -> None:
    """Over ten shops: nine of ten warnings come true, and one of ten jobs is late unwarned."""
    warned: list[bool] = []
    calm: list[bool] = []
    clock = Clock(CALENDAR, NOW)
    for seed in range(10):
        shop = generated(seed, jobs=200)
        found = counted(shop)
        real = played(shop, seed + 2000, {name: one.rank for name, one in found.jobs.items()})
        for load in shop.loads:
            late = clock.done(real[load.job]) > load.due
            (warned if found.jobs[load.job].verdict == "at risk" else calm).append(late)
    assert min(len(warned), len(calm)) > 200
    assert fmean(warned) > 0.9
    assert fmean(calm) < 0.1
