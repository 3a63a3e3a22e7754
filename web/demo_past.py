# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo's past: eight months in which the shop was late, lost pieces, and got better.

It is lived through with the verbs people use, each at its own moment, so that figures over time
have something to tell.  The same in every demo: a spring with a bad batch of bar and late material,
a fixture in summer that brings the mills down to their planned time.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from traveler import jobs, rework
from traveler.blockers import handling
from traveler.blockers.handling import Wanted
from traveler.floor import starting, stopping
from traveler.operation_records import Operation
from traveler.route import Step
from traveler.shipping import desk
from vault import clock
from vault.home import Vault
from vault.ledger.people import Person
from web import demo_given

FOUNDED: Final = 300
"""Days ago on which the shop began to use the vault."""
PRESENT: Final = 120
"""Days ago since when the story is told as of today: jobs it finds in work are still there."""
BEGAN, ENDED, EVERY = 245, 24, 6
"""Jobs began from so many days ago until so many days ago, one in so many days."""
BAD_BATCH: Final = (205, 165)
FIXTURE: Final = 150
"""Days ago: bar that broke out, and the fixture since which the mills are quick."""
OPENS, CLOSES = 6, 14
DEVICES: Final = {"otto": "tablet at the saw", "nadia": "tablet at the mills",
                  "sam": "tablet at the bench"}  # fmt: skip
ORDERS: Final = (
    ("11-0011", "Kestrel Tooling", 8), ("10-0041", "Halvard Robotics", 6),
    ("10-0047", "Orrin Automation", 24), ("11-0013", "Kestrel Tooling", 12),
    ("10-0050", "Halvard Robotics", 10),
)  # fmt: skip
AT: Final = {"SAW": "otto", "MILL-1": "nadia", "MILL-2": "nadia", "LATHE-1": "otto"}


@dataclass(frozen=True, slots=True)
class Plan:
    """One job of the past, and what happened to it."""

    job: str
    item: str
    customer: str
    qty: int
    days_ago: int
    slack: int
    missing: bool
    twice: bool


class Past:
    """Lives through the past job by job, in the order of moments, as far as it is asked to."""

    def __init__(self, vault: Vault, who: Mapping[str, Person]) -> None:
        """Plan what happens; nothing has happened yet."""
        self.vault = vault
        self.who = who
        self.chance = random.Random(40)  # noqa: S311 - the same past in every demo, no secret
        self._held: dict[str, int] = {}
        self._next: list[tuple[datetime, int, Iterator[datetime]]] = []
        for place, plan in enumerate(self._plans()):
            life = self._life(plan)
            heapq.heappush(self._next, (next(life), place, life))

    def until(self, days_ago: float) -> None:
        """Let everything happen that happened up to so many days ago."""
        end = _morning(days_ago)
        while self._next and self._next[0][0] < end:
            moment, place, life = heapq.heappop(self._next)
            with clock.standing_at(moment):
                following = next(life, None)
            if following is not None:
                heapq.heappush(self._next, (max(following, moment), place, life))

    @contextmanager
    def on(self, days_ago: float) -> Iterator[None]:
        """Let it be a day of the past, all before it having happened; a later one is today."""
        if days_ago < PRESENT:
            self.until(0)
            yield
            return
        self.until(days_ago)
        with at(days_ago):
            yield

    def _plans(self) -> Iterator[Plan]:
        for place, days in enumerate(range(BEGAN, ENDED, -EVERY)):
            item, customer, qty = ORDERS[place % len(ORDERS)]
            early = days > FIXTURE
            slack = self.chance.choice((-1, 0, 1, 3, 5) if early else (1, 2, 4, 5, 6))
            yield Plan(f"J-{1001 + place}", item, customer, qty, days, slack,
                       missing=place % (4 if early else 9) == 1,
                       twice=place % 5 == 2)  # fmt: skip

    def _life(self, plan: Plan) -> Iterator[datetime]:
        """Yield the moments at which something happens to a job, and do it when asked to go on."""
        vault, pat = self.vault, self.who["pat"]
        moment = _shift(_morning(plan.days_ago))
        yield moment
        promised = moment + timedelta(days=7 + plan.slack)
        jobs.add(vault, pat, plan.job, plan.item, plan.qty, promised.date().isoformat(),
                 customer=plan.customer)  # fmt: skip
        view = jobs.release_job(vault, pat, plan.job)
        moment += timedelta(minutes=30)
        if plan.missing:
            yield moment
            moment = self._wait(plan, moment)
            yield moment
            handling.resolve(vault, pat, self._held[plan.job], "it came; booked in")
        came = plan.qty
        for operation in [one.operation for one in view.operations]:
            wait = timedelta(hours=self.chance.choice((0.2, 3, 20)))
            yield (moment := _shift(moment + wait))
            moment, came = yield from self._work(plan, operation, came, moment)
        yield (moment := _shift(moment + timedelta(hours=2)))
        packed = desk.pack(vault, pat, plan.job, came, carrier="Norden Cargo")
        desk.ship(vault, pat, packed.number, device="office")
        yield _shift(moment + timedelta(hours=5))
        jobs.close(vault, pat, plan.job)

    def _wait(self, plan: Plan, moment: datetime) -> datetime:
        """Raise a blocker and return when it is resolved."""
        days = self.chance.randint(2, 5)
        eta = (moment + timedelta(days=days)).date().isoformat()
        made = handling.raise_blocker(self.vault, self.who["otto"], Wanted(
            kind="material", owner="pat", what="Bar is not in the rack", job=plan.job, seq=10,
            facts={"po": f"PO {7000 + plan.days_ago}", "eta": eta},
        ), device=DEVICES["otto"])  # fmt: skip
        self._held[plan.job] = made.id
        return _shift(moment + timedelta(days=days))

    def _work(
        self, plan: Plan, operation: Operation, came: int, moment: datetime
    ) -> Generator[datetime, None, tuple[datetime, int]]:
        """Work on an operation, over the end of shifts; return when it is done and what goes on."""
        first = AT.get(operation.station, "sam")
        names = [first]
        left = timedelta(minutes=self._minutes(plan, operation, came))
        if plan.twice and operation.station.startswith("MILL"):
            names, left = ["otto", first], left * 0.6
        self._each(starting.start, names, plan.job, operation.seq)
        while moment + left > _end(moment):
            left -= _end(moment) - moment
            yield (moment := _end(moment))
            self._each(stopping.pause, names, plan.job, operation.seq)
            yield (moment := _shift(moment + timedelta(hours=1)))
            self._each(starting.start, names, plan.job, operation.seq)
        yield (moment := moment + left)
        lost, again = self._lost(plan, operation), self._again(operation)
        demo_given.give(self.vault, first, plan.job, operation.seq)
        stopping.finish(self.vault, self.who[first], plan.job, operation.seq, came - lost - again,
                     lost, rework=again, device=DEVICES[first])  # fmt: skip
        if again:
            moment = yield from self._rework(plan, operation, moment)
        return moment, came - lost

    def _each(self, act: Callable[..., object], names: Sequence[str], job: str, seq: int) -> None:
        for name in names:
            act(self.vault, self.who[name], job, seq, device=DEVICES[name])

    def _rework(
        self, plan: Plan, operation: Operation, moment: datetime
    ) -> Generator[datetime, None, datetime]:
        steps = [Step(1, "BENCH", "Hone", run_minutes=12.0)]
        (seq,) = rework.plan(self.vault, self.who["quinn"], plan.job, operation.seq,
                             "burr in the bore", steps=steps)  # fmt: skip
        yield (moment := _shift(moment + timedelta(minutes=20)))
        self._each(starting.start, ["sam"], plan.job, seq)
        yield (moment := moment + timedelta(minutes=15))
        self._each(stopping.finish, ["sam"], plan.job, seq)
        return moment

    def _minutes(self, plan: Plan, operation: Operation, came: int) -> float:
        planned = operation.setup_minutes + operation.run_minutes * came
        slow = operation.station.startswith("MILL") and plan.days_ago > FIXTURE
        least, most = (1.2, 1.5) if slow else (0.88, 1.12)
        return planned * self.chance.uniform(least, most)

    def _lost(self, plan: Plan, operation: Operation) -> int:
        if not operation.station.startswith(("MILL", "LATHE")):
            return 0
        bad = BAD_BATCH[0] >= plan.days_ago >= BAD_BATCH[1]
        return int(self.chance.random() < (0.6 if bad else 0.06))

    def _again(self, operation: Operation) -> int:
        return int(operation.seq == 20 and self.chance.random() < 0.15)


def at(days_ago: float, hour: int = OPENS) -> AbstractContextManager[None]:
    """Let it be the morning of so many days ago."""
    return clock.standing_at(_morning(days_ago) + timedelta(hours=hour - OPENS))


def worth_opening() -> list[tuple[str, str]]:
    """Return the pages that tell the past."""
    return [
        (
            "/performance",
            "eight months in figures: late, scrapped, blocked, and better since summer",
        ),
        (
            "/performance/stations/MILL-2",
            "planned and actual time of a mill, before and after a fixture",
        ),
        ("/jobs/J-1003/history", "who did what on a job, when, where, from which device"),
    ]


# --- inside -----------------------------------------------------------------


def _morning(days_ago: float) -> datetime:
    day = datetime.now(UTC) - timedelta(days=days_ago)
    return day.replace(hour=OPENS, minute=0, second=0, microsecond=0)


def _shift(moment: datetime) -> datetime:
    """Return a moment, or the beginning of the next shift where it lies outside of one."""
    if moment >= _end(moment):
        moment = (moment + timedelta(days=1)).replace(hour=OPENS, minute=0)
    if moment.hour < OPENS:
        moment = moment.replace(hour=OPENS, minute=0)
    while moment.weekday() > 4:
        moment = (moment + timedelta(days=1)).replace(hour=OPENS, minute=0)
    return moment


def _end(moment: datetime) -> datetime:
    return moment.replace(hour=CLOSES, minute=0)
