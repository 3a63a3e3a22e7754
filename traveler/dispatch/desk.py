# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board of a process: counted once, then carried on from event to event.

Every server process counts for itself and remembers at which event it stands; whoever asks is
told the truth of the ledger's newest one, whichever process wrote it.  What an event touches is
counted anew: one job where it is about a job, the whole shop where it may concern everybody.
Where events come faster than the whole can be counted, a job that was counted alone is marked
provisional; the whole follows within a moment, in a large shop beside the pages that are being
answered.
"""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Connection

from release.log import ReleaseLog
from traveler import following
from traveler.blockers.records import Blocker
from traveler.dispatch import judging, records, rules, snapshot, wording
from traveler.dispatch.board import Board, StationLoad
from traveler.dispatch.records import Pin
from traveler.dispatch.snapshot import Facts, Floor, Moment, Stand
from traveler.schedule import ranking
from traveler.schedule.outlook import Outlook, outlook
from traveler.schedule.plan import Load
from vault.history.repository import RELEASES, RULES
from vault.home import Vault
from vault.ledger.engine import Ledger

DAYS_SHOWN: Final = 10
"""Days of load that are counted for each station."""
QUICK_S: Final = 0.05
"""A shop that is counted in less than this is counted whole by whoever asks."""
FREE_S: Final = 0.005
"""So much of a count is made at every event, however many there are."""
SHARE: Final = 20
"""Beyond that a shop is counted whole in a twentieth of the time at most; between, job by job."""
AGED_MIN: Final = 5
"""Minutes after which time alone has changed so much that the shop is counted again."""
REST_S = 20.0
"""The pause between two counts beside the pages, so that they never take more than a twentieth."""
MANY: Final = 200
"""So many new events are not followed one by one."""

_JOB: Final = "job/"
_ORDER: Final = frozenset({"job.pinned", "job.unpinned"})
"""What changes whose turn it is and so concerns every job."""
_FLOOR: Final = frozenset({"station.added", "station.changed", "hours.told", "day.told"})
"""What changes stations and their hours, and so the dates of every job."""
_ELSEWHERE: Final = (
    "person/", "item/", "change/", "copy/", "session/", "token/", "packet/", "gauge/", "word/",
    "share/", "question/", "message/", "certificate/", "rules", "ledger", "vault",
)  # fmt: skip
"""Subjects whose events move no date; one nobody thought of here has the shop counted anew."""


@dataclass(slots=True)
class Count:
    """One count of the shop, to be carried on: all that was read, and what came of it.

    ``marks`` are what it rests on beside the events: the release log, the rules, the day.
    """

    head: int
    marks: tuple[str, str, str]
    now: Moment
    floor: Floor
    names: tuple[str, ...]
    facts: dict[str, Facts]
    turns: dict[str, tuple[judging.Step, ...]]
    loads: dict[str, Load]
    pins: dict[str, Pin]
    found: Outlook
    lines: dict[str, judging.Line]
    shown: dict[str, StationLoad] = field(default_factory=dict)
    took: float = 0.0
    revised: bool = False

    def take_in(self, facts: Iterable[Facts]) -> None:
        """Keep what was read of jobs, and what follows for each alone."""
        for one in facts:
            number = one.job.number
            self.facts[number] = one
            self.turns[number] = judging.turns(one, self.now.minute)
            self.loads[number] = self.load(one)

    def drop(self, numbers: Iterable[str]) -> None:
        """Forget jobs that are not open any more."""
        for number in numbers:
            for kept in (self.facts, self.turns, self.loads, self.lines):
                kept.pop(number, None)

    def play(self, now: Moment) -> None:
        """Count the whole shop from what was read: need-by, forecast and rank of every job."""
        began = time.thread_time()  # not the clock: another program's turn is no work of ours
        self.now = now
        with undisturbed():
            for number, one in self.facts.items():
                pin = self.pins.get(number)
                if one.at_work or self.loads[number].pin != (pin.position if pin else 0):
                    self.loads[number] = self.load(one)
            resources = list(self.floor.resources.values())
            rules_read = ranking.read(self.names)
            loads = list(self.loads.values())
            self.found = outlook(loads, resources, now.minute, rules_read, self.found)
            self.lines = {number: self._line(number) for number in self.facts}
            self.shown = {code: _station_load(self, code) for code in self.floor.resources}
        self.took = time.thread_time() - began
        self.revised = False

    def revise(self, facts: Iterable[Facts], touched: frozenset[str]) -> None:
        """Count some jobs alone, in the room the others leave; drop those that are not open."""
        known = {one.job.number: one for one in facts}
        booked = self._stations(touched)
        self.take_in(known.values())
        for number in touched - known.keys():
            self.found.drop(number)
        self.drop(touched - known.keys())
        for number in sorted(known, key=lambda one: bool(known[one].ground.children)):
            self.found.revise(self.loads[number])  # what goes into a job before the job
            self.lines[number] = self._line(number)
        for code in booked | self._stations(touched):
            self.shown[code] = _station_load(self, code)
        self.revised = True

    def _stations(self, numbers: Iterable[str]) -> set[str]:
        loads = (self.loads[number] for number in numbers if number in self.loads)
        return {task.resource for one in loads for task in one.tasks}

    def copied(self) -> Count:
        """Return a count of the same facts that can be played while this one is read."""
        return replace(
            self, facts=dict(self.facts), turns=dict(self.turns), loads=dict(self.loads),
            pins=dict(self.pins), lines=dict(self.lines), shown=dict(self.shown),
        )  # fmt: skip

    def board(self) -> Board:
        """Return it as a value."""
        loads = tuple(self.shown.values())
        return Board(
            self.head, self.now.minute, self.now.minute, self.names, dict(self.lines),
            self.floor.resources, self.floor.names, self.floor.place, _stopped(self.floor), loads,
            self.revised,
        )  # fmt: skip

    def load(self, facts: Facts) -> Load:
        """Return what is left of a job."""
        return snapshot.load(facts, self.floor, self.now, self.pins.get(facts.job.number))

    def _line(self, number: str) -> judging.Line:
        return judging.Line(
            self.facts[number], self.found.jobs[number], self.pins.get(number),
            self.turns[number], self.now.minute, self.now.at,
        )  # fmt: skip


class Desk:
    """The board of one vault in this process; safe to ask from any thread."""

    def __init__(self) -> None:
        """Count nothing yet."""
        self._lock = threading.Lock()
        self._count: Count | None = None
        self._board: Board | None = None
        self._stand: tuple[str, Stand] | None = None
        self._beside: threading.Thread | None = None
        self._rested = 0.0

    def board(self, vault: Vault) -> Board:
        """Return the board after the newest event; raises what reading the vault refuses."""
        following.follow(vault)
        with self._lock, vault.ledger.reading() as connection:
            now = snapshot.now(vault.settings.time_zone)
            marks = _marks(vault, now)
            head = records.head(connection)
            count = self._count
            if count is None or self._board is None or _read_anew(count, marks):
                return self._taken(self._read(vault, connection, head, marks, now))
            if head != count.head or marks != count.marks:
                return self._followed(vault, connection, head, marks, now)
            if count.revised or now.minute - count.now.minute >= AGED_MIN:
                self._caught_up(count, now)
            return self._board

    def whole(self, vault: Vault) -> Board:
        """Return the board after reading and counting the whole shop, however new the last is."""
        following.follow(vault)
        with self._lock, vault.ledger.reading() as connection:
            now = snapshot.now(vault.settings.time_zone)
            marks, head = _marks(vault, now), records.head(connection)
            return self._taken(self._read(vault, connection, head, marks, now))

    def settled(self, patience: float = 60.0) -> None:
        """Wait until no count runs beside; for tests and measurements."""
        beside = self._beside
        if beside is not None:
            beside.join(patience)

    # --- inside ---------------------------------------------------------------

    def _read(
        self, vault: Vault, connection: Connection, head: int, marks: tuple[str, str, str],
        now: Moment,
    ) -> Count:  # fmt: skip
        _sweep()
        with undisturbed():
            floor = snapshot.floor(connection)
            pins = {one.job: one for one in records.pins(connection)}
            facts = snapshot.jobs(connection, self._stands(vault, marks[0]), now.day)
            return count_shop(floor, facts, pins, rules.names(vault), now, head, marks)

    def _taken(self, count: Count) -> Board:
        self._count = count
        self._rested = time.monotonic()
        self._board = count.board()
        if count.took >= QUICK_S:
            gc.freeze()  # a page after it would wait 300 ms while half a million values are walked
        return self._board

    def _stands(self, vault: Vault, tip: str) -> Stand:
        if self._stand is None or self._stand[0] != tip:
            self._stand = tip, snapshot.standings(ReleaseLog(vault, at=tip or None))
        return self._stand[1]

    def _followed(
        self, vault: Vault, connection: Connection, head: int, marks: tuple[str, str, str],
        now: Moment,
    ) -> Board:  # fmt: skip
        count = self._count
        assert count is not None  # noqa: S101 - asked only where there is one
        news = _news(records.since(connection, count.head, MANY), head, count.head)
        touched = news.jobs | _parents(count, news.jobs)
        facts = []
        if touched:
            stand = self._stands(vault, marks[0])
            facts = snapshot.jobs(connection, stand, now.day, sorted(touched))
        if news.all or any(not _has_stations(count, one) for one in facts):
            return self._taken(self._read(vault, connection, head, marks, now))
        counted = news.order or news.floor or marks != count.marks
        if news.floor:
            count.floor = snapshot.floor(connection)
            count.loads = {number: count.load(one) for number, one in count.facts.items()}
        if counted:
            count.pins = {one.job: one for one in records.pins(connection)}
            count.names = rules.names(vault)
        count.head, count.marks = head, marks
        if counted or (touched and self._at_once(count)):
            count.take_in(facts)
            count.drop(touched - {one.job.number for one in facts})
            count.play(now)
            return self._taken(count)
        if touched:
            count.revise(facts, touched)
            if count.took >= QUICK_S:
                self._soon(now)
        self._board = count.board()
        return self._board

    def _at_once(self, count: Count) -> bool:
        """Say whether whoever asks has the whole shop counted: it is quick and not just done."""
        rest = max(0.0, count.took - FREE_S) * SHARE
        return count.took < QUICK_S and time.monotonic() - self._rested >= rest

    def _caught_up(self, count: Count, now: Moment) -> None:
        """Count whole again what was counted job by job or has aged, where it is time for that."""
        if count.took >= QUICK_S:
            self._soon(now)
        elif self._at_once(count):
            count.play(now)
            self._taken(count)

    def _soon(self, now: Moment) -> None:
        """Have the whole shop counted beside, unless that is being done or was just done."""
        if self._count is None or (self._beside is not None and self._beside.is_alive()):
            return
        if time.monotonic() - self._rested < REST_S:
            return
        copied = self._count.copied()
        self._beside = threading.Thread(
            target=self._play_beside, args=(copied, now), name="dispatch", daemon=True
        )
        self._beside.start()

    def _play_beside(self, count: Count, now: Moment) -> None:
        _sweep()
        count.play(now)
        with self._lock:
            self._taken(count)  # what happened meanwhile is followed by whoever asks next


_DESKS: Final[WeakKeyDictionary[Ledger, Desk]] = WeakKeyDictionary()
_MAKING: Final = threading.Lock()


def desk(vault: Vault) -> Desk:
    """Return the desk of a vault in this process."""
    with _MAKING:
        found = _DESKS.get(vault.ledger)
        if found is None:
            found = _DESKS[vault.ledger] = Desk()
        return found


def board(vault: Vault) -> Board:
    """Return the board as it is after the newest event."""
    return desk(vault).board(vault)


def count_shop(
    floor: Floor,
    facts: Iterable[Facts],
    pins: Mapping[str, Pin],
    names: tuple[str, ...],
    now: Moment,
    head: int = 0,
    marks: tuple[str, str, str] = ("", "", ""),
) -> Count:
    """Return the count of a shop that was read."""
    nothing = outlook([], list(floor.resources.values()), now.minute, ranking.read(names))
    count = Count(head, marks, now, floor, names, {}, {}, {}, dict(pins), nothing, {})
    count.take_in(facts)
    count.play(now)
    return count


@contextmanager
def undisturbed() -> Iterator[None]:
    """Keep the garbage collector from walking through half a million values while they are made."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _sweep() -> None:
    """Collect what is garbage before a large count is set aside from collection with all else."""
    if gc.get_freeze_count():
        gc.collect()


@dataclass(frozen=True, slots=True)
class News:
    """What some events concern: jobs, whose turn it is, stations and hours, or all of it."""

    jobs: frozenset[str] = frozenset()
    order: bool = False
    floor: bool = False
    all: bool = False


def _news(happened: list[records.Happened], head: int, seen: int) -> News:
    """Return what events concern; what nobody thought of here concerns all."""
    if head < seen or len(happened) >= MANY or (not happened and head != seen):
        return News(all=True)
    jobs, order, floor = set(), False, False
    for one in happened:
        if one.subject.startswith(_JOB):
            jobs.add(one.subject.removeprefix(_JOB))
            order = order or one.kind in _ORDER
        elif one.kind in _FLOOR:
            floor = True
        elif not one.subject.startswith(_ELSEWHERE):
            return News(all=True)
    return News(frozenset(jobs), order, floor)


def _marks(vault: Vault, now: Moment) -> tuple[str, str, str]:
    history = vault.history
    return history.tip(RELEASES) or "", history.tip(RULES) or "", now.day


def _read_anew(count: Count, marks: tuple[str, str, str]) -> bool:
    """Say whether what was read may not hold any more: a release was made, or a day has passed."""
    return (count.marks[0], count.marks[2]) != (marks[0], marks[2])


def _has_stations(count: Count, facts: Facts) -> bool:
    return all(one.station in count.floor.place for one in facts.operations)


def _parents(count: Count, touched: frozenset[str]) -> frozenset[str]:
    """Return the jobs that wait for some jobs, and their lots, so far as they were known before."""
    known = (count.facts[number].job for number in touched if number in count.facts)
    above = frozenset(one.parent for one in known if one.parent)
    if not above:
        return above
    jobs = (one.job for one in count.facts.values())
    return above | {one.number for one in jobs if one.split_from in above}


def _stopped(floor: Floor) -> dict[str, tuple[Blocker, ...]]:
    codes = {code for one in floor.blockers for code in one.places}
    return {code: tuple(b for b in floor.blockers if code in b.places) for code in codes}


def _station_load(count: Count, code: str) -> StationLoad:
    days = count.found.days(code, DAYS_SHOWN)
    here = tuple(one for one in count.floor.blockers if code in one.places)
    capacity, booked = sum(one.capacity for one in days), sum(one.booked for one in days)
    name = count.floor.names.get(code, code)
    if here:
        why = f"{name} stands still: {wording.held(here[0], count.now.minute)}"
    elif count.floor.resources[code].outside:
        why = f"{name} is outside and takes any number of lots"
    elif not capacity:
        why = f"{name} is not manned in the next {DAYS_SHOWN} days"
    else:
        full = next((one for one in days if one.capacity and one.booked < one.capacity), None)
        share = 100 * booked // capacity
        until = (
            f"free from {wording.day(full.day, count.now.minute)}" if full
            else f"full for {DAYS_SHOWN} days"
        )  # fmt: skip
        why = f"{name}: {wording.hours(booked)} of {wording.hours(capacity)}, {share} %, {until}"
    if parts := () if here else tuple(one for one in count.floor.blockers if one.group == code):
        told = ", ".join(f"{one.station} ({wording.held(one, count.now.minute)})" for one in parts)
        why = f"{why}; not at {told}"
    return StationLoad(code, name, days, here, why)
