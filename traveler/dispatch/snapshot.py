# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shop at one moment of the ledger: open jobs with the ground they stand on, and stations.

Read in a few statements, however many jobs there are, and turned into what the arithmetic of
``traveler.schedule`` works on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, tzinfo
from math import ceil
from typing import Final, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.engine import Connection

from release.log import ReleaseLog
from traveler import calendars, flow, ground, kit_records, lifecycle, station_records
from traveler.blockers import records as blocker_records
from traveler.blockers.records import Blocker, BlockerFilter
from traveler.decisions import records as decision_records
from traveler.decisions import rules as decision_rules
from traveler.dispatch import records
from traveler.dispatch.records import AtWork, Pin
from traveler.gate import Ground, Standing
from traveler.job_records import Job
from traveler.operation_records import Operation
from traveler.quality import plan, proof_records
from traveler.schedule.clock import DAY, Calendar, Clock, moment
from traveler.schedule.plan import Load, Resource, Task
from traveler.standing import standing
from traveler.station_records import Station
from vault import clock

_ALL: Final = 1_000_000
_AT_ONCE: Final = 5000
Kept = TypeVar("Kept")
One = TypeVar("One")
_EPOCH: Final = date(1970, 1, 1).toordinal()

"""How a revision stands; whoever counts often keeps what the log said."""


class Stand:
    """How revisions stand in a log, each looked up once, and by what their pieces are measured."""

    def __init__(self, log: ReleaseLog) -> None:
        """Look at the log as it is now."""
        self.plan = plan.finder(log)
        self._log = log
        self._known: dict[tuple[str, str], Standing] = {}

    def __call__(self, item: str, rev: str) -> Standing:
        """Return how a revision stands."""
        if (item, rev) not in self._known:
            self._known[item, rev] = standing(self._log, item, rev)
        return self._known[item, rev]


@dataclass(frozen=True, slots=True)
class Facts:
    """An open job with its operations, what it stands on, and who is at work on it."""

    job: Job
    operations: tuple[Operation, ...]
    ground: Ground
    at_work: Mapping[int, Sequence[AtWork]]

    @property
    def left(self) -> tuple[Operation, ...]:
        """Return the operations that are not finished, in order."""
        return tuple(one for one in self.operations if not one.over)

    @property
    def undecided(self) -> bool:
        """Say whether somebody has to decide about its revision before work goes on."""
        return self.ground.undecided

    def held(self, operation: Operation) -> tuple[Blocker, ...]:
        """Return the blockers that keep an operation from starting."""
        return self.ground.on(self.job, operation) if self.ground.blockers else ()


@dataclass(frozen=True, slots=True)
class Floor:
    """The stations as the arithmetic sees them, and their names for people.

    Stations of a group are one resource with the lanes of all of them, under the group's code, so
    that work routed to one of them and work routed to any of them never take the same hour.
    ``place`` names the resource of each station.
    """

    resources: Mapping[str, Resource]
    names: Mapping[str, str]
    place: Mapping[str, str]
    blockers: tuple[Blocker, ...] = ()
    """Those of whole stations, whatever the job."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, as the shop's wall clock shows it: the minute, the day as text, and the time zone.

    ``at`` is the same as it is stored.
    """

    minute: int
    day: str
    zone: tzinfo
    at: str

    def of(self, stored: str) -> int:
        """Return a stored moment (UTC) as a minute of the wall clock."""
        return moment(clock.moment(stored).astimezone(self.zone).replace(tzinfo=None))


def now(time_zone: str) -> Moment:
    """Return the present moment in the shop."""
    try:
        zone: tzinfo = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = UTC
    shown = clock.instant().astimezone(zone)
    return Moment(moment(shown.replace(tzinfo=None)), shown.date().isoformat(), zone,
                  clock.text(shown))  # fmt: skip


def day_number(text: str) -> int:
    """Return a stored day as calendars count it."""
    return date.fromisoformat(text).toordinal() - _EPOCH


# --- reading ----------------------------------------------------------------------------------


def floor(connection: Connection) -> Floor:
    """Return the stations with their hours, and the blockers that hold whole stations."""
    stations = station_records.stations(connection)
    holding = tuple(one for one in _blockers(connection) if one.job is None and one.blocking)
    place = {one.code: one.group or one.code for one in stations}
    resources = _resources(stations, calendars.calendars(connection), holding)
    names = {one.code: one.name for one in stations if not one.retired}
    return Floor(resources, names, place, holding)


def jobs(
    connection: Connection, stand: Stand, day: str, numbers: Collection[str] | None = None
) -> list[Facts]:
    """Return the open jobs, or those of some that are open, as one moment of the ledger has them."""
    found = records.open_jobs(connection, numbers)
    names = [one.number for one in found]
    operations = records.operations(connection, None if numbers is None else names)
    work = records.at_work(connection, None if numbers is None else names)
    stations = {one.station for steps in operations.values() for one in steps}
    blockers_of = (
        _blockers(connection) if numbers is None
        else blocker_records.concerning(connection, names, stations)
    )  # fmt: skip
    by_job, by_station = _by_place(one for one in blockers_of if one.blocking)
    below = _in_parts(lambda some: ground.children(connection, some).items(), found)
    kits = _in_parts(lambda some: kit_records.items(connection, some).items(), names)
    pairs = {(one.item, one.rev) for one in found}
    pairs |= {(one.item, one.rev) for items in kits.values() for one in items}
    stands = {pair: stand(*pair) for pair in pairs}
    doubtful = [
        one.number for one in found
        if any(
            stands[each.item, each.rev].state != "current"
            for each in (one, *kits.get(one.number, ()))
        )
    ]  # fmt: skip
    decided = decision_records.decisions(connection, doubtful) if doubtful else {}
    plain = {pair: Ground(now) for pair, now in stands.items()}
    facts = []
    for job in found:
        steps = tuple(operations.get(job.number, ()))
        pair, number = (job.item, job.rev), job.number
        waited = below.get(job.split_from or number, ())
        blockers = [*by_job.get(number, ())]
        if by_station:
            here = {one.station for one in steps if not one.over}
            at = {one.id: one for code in here for one in by_station.get(code, ())}
            blockers += at.values()
        stood = plain[pair]
        if blockers or waited or number in decided or number in kits:
            made = decided.get(number, ())
            stood = Ground(
                stands[pair], decision_rules.in_force(made, job, stands[pair], day),
                tuple(blockers), waited,
                ground.kit(kits.get(number, ()), stands, made, job, day),
            )  # fmt: skip
        facts.append(Facts(job, steps, stood, _theirs(work, steps)))
    return _with_proof(connection, facts, stand, whole=numbers is None)


def _with_proof(
    connection: Connection, facts: list[Facts], stand: Stand, *, whole: bool
) -> list[Facts]:
    """Return the jobs with the proof owed where a step is asked for it.

    That is a finish, so where something runs, and the start after a step that was done with its
    proof and owes some again.  Of a whole shop only those are looked at where that can have happened.
    """
    done = [one for one in facts if any(step.state == "done" for step in one.operations)]
    if whole:
        again = proof_records.reopened(connection, [one.job for one in done])
        done = [one for one in done if one.job.number in again]
    asked = {
        one.job.number: one for one in facts
        if any(step.state == "running" for step in one.operations)
    }  # fmt: skip
    asked |= {one.job.number: one for one in done}
    if not asked:
        return facts
    steps = {number: one.operations for number, one in asked.items()}
    owed = proof_records.states(
        connection, [one.job for one in asked.values()], steps, stand.plan
    )  # fmt: skip
    return [
        replace(one, ground=replace(one.ground, proof=owed[one.job.number]))
        if one.job.number in owed
        else one
        for one in facts
    ]


def _in_parts(
    ask: Callable[[Sequence[One]], Iterable[tuple[str, Kept]]], asked: Sequence[One]
) -> dict[str, Kept]:
    """Return what is known of jobs, asked for some thousands at a time: more no statement takes."""
    found: dict[str, Kept] = {}
    for start in range(0, len(asked), _AT_ONCE):
        found.update(ask(asked[start : start + _AT_ONCE]))
    return found


def standings(log: ReleaseLog) -> Stand:
    """Return how revisions stand in a log, each looked up once."""
    return Stand(log)


def _blockers(connection: Connection) -> list[Blocker]:
    return blocker_records.listed(connection, BlockerFilter(states=lifecycle.BLOCKING), _ALL)


def _by_place(
    blockers: Iterable[Blocker],
) -> tuple[dict[str, list[Blocker]], dict[str, list[Blocker]]]:
    by_job: dict[str, list[Blocker]] = defaultdict(list)
    by_station: dict[str, list[Blocker]] = defaultdict(list)
    for one in blockers:
        if one.job is not None:
            by_job[one.job].append(one)
        for code in one.places if one.job is None else ():
            by_station[code].append(one)
    return by_job, by_station


def _theirs(
    work: Mapping[int, list[AtWork]], steps: Sequence[Operation]
) -> Mapping[int, Sequence[AtWork]]:
    if not work:
        return {}
    return {one.id: work[one.id] for one in steps if one.id in work}


def _resources(
    stations: Sequence[Station], hours: Mapping[str, Calendar], holding: Collection[Blocker]
) -> dict[str, Resource]:
    """Return the stations as the arithmetic sees them.

    A member of a group that stands still for nobody knows how long is no lane of it; one with a
    day is, since most of the work planned there comes later.
    """
    members: dict[str, int] = defaultdict(int)
    still = {one.station for one in holding if not one.expected}
    for one in stations:
        if one.group and not one.retired:
            members[one.group] += 0 if one.code in still else one.lanes
    return {
        one.code: Resource(
            one.code, hours[one.code], members.get(one.code, one.lanes) or 1, one.outside
        )
        for one in stations
        if not one.group
    }


# --- what is left to do -------------------------------------------------------------------------


def load(facts: Facts, floor: Floor, now: Moment, pin: Pin | None) -> Load:
    """Return what is left of a job, with what stands in its way, as the arithmetic sees it."""
    job = facts.job
    stopped = job.state == "held" or facts.undecided or bool(facts.ground.overtaken)
    looped = any(one.loop for one in facts.operations)
    free = not (facts.ground.children or facts.ground.blockers)
    tasks: list[Task] = []
    group, here_open, earlier_open = 0, False, False
    for place, one in enumerate(facts.operations):
        if not (one.parallel and place):
            group += 1
            earlier_open, here_open = earlier_open or here_open, False
        if one.over:
            continue
        here_open = True
        running = one.state == "running"
        until, undated = (0, stopped) if running or free else _held(facts, one, now, stopped)
        awaits = () if running or free else _awaits(facts, one)
        there = floor.place[one.station]
        if one.outside:
            minutes, unknown = _outside(one, now)
            undated = undated or unknown
        else:
            came = _came(facts, one, looped, earlier_open)
            minutes = _minutes(facts, one, came, floor.resources[there], now)
        tasks.append(Task(one.seq, there, minutes, group, running, until, undated, awaits))
    return Load(
        job.number, (day_number(job.due) + 1) * DAY, tuple(tasks), job.customer, job.added_at,
        pin.position if pin else 0,
    )  # fmt: skip


def _outside(one: Operation, now: Moment) -> tuple[int, bool]:
    """Return the minutes until a lot comes back, and whether nobody knows when that is."""
    if one.state == "running" and one.expected:
        left = (day_number(one.expected) + 1) * DAY - now.minute
        return max(1, left), left <= 0
    return one.days * DAY, not one.days


def planned_minutes(job: Job, operation: Operation, pieces: int, *, setup: bool) -> int:
    """Return the planned minutes for so many pieces, at least one where there is anything to do."""
    work = operation.run_minutes * pieces + (operation.setup_minutes if setup else 0)
    return max(1, ceil(work)) if pieces > 0 else 0


def _came(facts: Facts, one: Operation, looped: bool, earlier_open: bool) -> int:
    """Return how many pieces an operation has to do: those that came, or those that will."""
    if not looped:
        if earlier_open:
            return facts.job.qty  # what others scrap before it is not known yet
        return flow.arrived(facts.job, facts.operations, one)
    if all(x.over for x in flow.before(facts.operations, one)):
        return flow.arrived(facts.job, facts.operations, one)
    return one.loop.qty if one.loop else facts.job.qty


def _minutes(facts: Facts, one: Operation, came: int, resource: Resource, now: Moment) -> int:
    job = facts.job
    pieces = max(0, came - one.counted)
    minutes = planned_minutes(job, one, pieces, setup=one.state == "waiting")
    if one.state != "running" or not (work := facts.at_work.get(one.id, ())):
        return minutes
    since = now.of(work[0].since)
    passed = _worked(resource, since, now.minute)
    return max(1, minutes - passed)


def _worked(resource: Resource, since: int, until: int) -> int:
    if since >= until:
        return 0
    if resource.outside:
        return until - since
    counted = Clock(resource.calendar, since)
    return counted.worked(until) - counted.worked(since)


def _held(facts: Facts, one: Operation, now: Moment, stopped: bool) -> tuple[int, bool]:
    """Return from when an operation can start as far as is known, and whether nobody knows.

    A day that has passed while the blocker still blocks says nothing any more, and a child job
    that was given up never comes.
    """
    latest, undated = 0, stopped
    if any(child.state == "cancelled" for child in facts.ground.waits(one)):
        undated = True
    for held in facts.held(one):
        expected = held.expected
        if not expected or expected < now.day:
            undated = True
        else:
            latest = max(latest, day_number(expected) * DAY)
    return latest, undated


def _awaits(facts: Facts, one: Operation) -> tuple[str, ...]:
    """Return the child jobs an operation waits for, by number."""
    return tuple(child.job for child in facts.ground.waits(one) if child.state != "cancelled")
