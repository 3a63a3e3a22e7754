# SPDX-License-Identifier: AGPL-3.0-or-later
"""The outlook: need-by against forecast for every operation, and what that means for its job.

Two dates stand side by side.  Need-by comes from the due date and stays put; the forecast moves
with the shop.  The first operation whose forecast crosses its need-by is the one that used up
the time, and it is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from traveler.schedule import ranking
from traveler.schedule.clock import DAY, NEVER, Clock
from traveler.schedule.forecast import Shop, Slot, done
from traveler.schedule.needby import NeedBy, need_by
from traveler.schedule.plan import Load, Resource
from traveler.schedule.ranking import Rule, Standing

Verdict = Literal["late", "at risk", "unknown", "on time"]
LOOKBACK = 400
"""Days before the earliest due date that need-by dates may reach back."""


@dataclass(frozen=True, slots=True)
class JobOutlook:
    """What is expected of a job.

    ``late`` means its due date has passed; ``at risk`` that its forecast lies behind it;
    ``unknown`` that a blocker without a date stands in the way.  ``crossing`` is the number of
    the first operation that will not be done when it is needed.  ``provisional`` marks an
    outlook that was revised alone, before the whole shop was counted again.
    """

    load: Load
    rank: int
    needs: Mapping[int, NeedBy]
    slots: Mapping[int, Slot]
    finish: int | None
    verdict: Verdict
    crossing: int | None
    provisional: bool = False

    @property
    def behind(self) -> int:
        """Return by how many minutes the forecast misses the due date; 0 where it does not."""
        return 0 if self.finish is None else max(0, self.finish - self.load.due)


@dataclass(frozen=True, slots=True)
class DayLoad:
    """What is booked on a resource on one day, against what it can do, in manned minutes."""

    day: int
    booked: int
    capacity: int


class Outlook:
    """All jobs by rank, and how full every station is; one job can be revised in place."""

    def __init__(
        self, now: int, resources: Sequence[Resource], clocks: Mapping[str, Clock]
    ) -> None:
        """Begin with a shop that has nothing to do."""
        self.now = now
        self.jobs: dict[str, JobOutlook] = {}
        self._resources = {one.code: one for one in resources}
        self._clocks = clocks
        self._shop = Shop(resources, clocks, now)

    def fill(
        self, loads: Sequence[Load], rules: Sequence[Rule], before: Outlook | None = None
    ) -> None:
        """Count every job of the shop, in the order the rules give.

        ``before`` is an earlier count with the same hours: need-by dates do not move while the
        forecast does, so those of a load that is still the same are taken from there.
        """
        kept = before.jobs if before is not None else {}
        needs = {
            load.job: one.needs
            if (one := kept.get(load.job)) is not None and one.load is load
            else self._needs(load)
            for load in loads
        }
        standings = [Standing(load, _start_by(load, needs[load.job]), self.now) for load in loads]
        order = ranking.ranked(standings, rules)
        slots = self._shop.play(order)
        self.jobs = {
            load.job: _judged(load, rank, needs[load.job], slots[load.job], self.now)
            for rank, load in enumerate(order, 1)
        }

    def revise(self, load: Load) -> JobOutlook:
        """Count one job anew after something happened to it, in the room the others leave.

        The others keep their bookings, so it is marked provisional until the whole shop is
        counted again; it costs the size of one job.  A new blocker never makes it earlier.
        """
        self._shop.lift(load.job)
        slots = self._shop.place(load, self._ends)
        before = self.jobs.get(load.job)
        rank = before.rank if before else len(self.jobs) + 1
        found = replace(_judged(load, rank, self._needs(load), slots, self.now), provisional=True)
        self.jobs[load.job] = found
        return found

    def drop(self, job: str) -> None:
        """Forget a job that is finished or was closed."""
        self._shop.lift(job)
        self.jobs.pop(job, None)

    def days(self, resource: str, count: int) -> tuple[DayLoad, ...]:
        """Return the load of a resource for ``count`` days from today; none where it is outside."""
        lanes = self._shop.lanes(resource)
        found = []
        for day in range(self.now // DAY, self.now // DAY + count if lanes else 0):
            since, until = max(self.now, day * DAY), (day + 1) * DAY
            edges = [(lane, lane.clock.worked(since), lane.clock.worked(until)) for lane in lanes]
            booked = sum(lane.busy(start, end) for lane, start, end in edges)
            found.append(DayLoad(day, booked, sum(end - start for _, start, end in edges)))
        return tuple(found)

    def _ends(self, job: str) -> int:
        """Return when a job will be done, now where it is not open, NEVER where nobody knows."""
        found = self.jobs.get(job)
        if found is None:
            return self.now
        return NEVER if found.finish is None else found.finish

    def _needs(self, load: Load) -> dict[int, NeedBy]:
        return need_by(load, self._resources, self._clocks)


def outlook(
    loads: Sequence[Load], resources: Sequence[Resource], now: int, rules: Sequence[Rule],
    before: Outlook | None = None,
) -> Outlook:  # fmt: skip
    """Return what is to be expected of the jobs that are open at a moment.

    Every resource a task names must be among ``resources``; ``before`` as for ``fill``.
    """
    first = min([now, *(load.due for load in loads)]) - LOOKBACK * DAY
    shared = {id(one.calendar): Clock(one.calendar, first) for one in resources}
    found = Outlook(now, resources, {one.code: shared[id(one.calendar)] for one in resources})
    found.fill(loads, rules, before)
    return found


def _start_by(load: Load, needs: Mapping[int, NeedBy]) -> int:
    return needs[load.tasks[0].seq].start if load.tasks else load.due


def _judged(
    load: Load, rank: int, needs: Mapping[int, NeedBy], slots: Mapping[int, Slot], now: int
) -> JobOutlook:
    finish = done(slots) if slots else now
    verdict: Verdict = "on time"
    if load.due < now:
        verdict = "late"
    elif finish is None:
        verdict = "unknown"
    elif finish > load.due:
        verdict = "at risk"
    crossing = None
    for task in load.tasks:
        if slots[task.seq].finish > needs[task.seq].finish:
            crossing = task.seq
            break
    return JobOutlook(load, rank, needs, slots, finish, verdict, crossing)
