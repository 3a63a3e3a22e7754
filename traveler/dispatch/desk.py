# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board of a process: counted once, then carried on from event to event.

Every server process counts for itself and remembers at which event it stands; whoever asks is
told the truth of the ledger's newest one, whichever process wrote it.  What an event touches is
counted anew: one job where it is about a job, the whole shop where it may concern everybody.  In
a large shop a job that was counted alone is marked provisional, and the whole is counted again
beside the pages that are being answered.
"""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
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
from vault.ledger.engine import TROUBLE, Ledger

DAYS_SHOWN: Final = 10
"""Days of load that are counted for each station."""
QUICK_S: Final = 0.05
"""A shop that is counted in less than this is always counted whole."""
AGED_MIN: Final = 5
"""Minutes after which time alone has changed so much that the shop is counted again."""
REST_S: Final = 20.0
"""The pause between two counts beside the pages, so that they never take more than a twentieth."""
MANY: Final = 200
"""So many new events are not followed one by one."""

_JOB: Final = "job/"
_ORDER: Final = frozenset({"job.pinned", "job.unpinned"})
"""What changes whose turn it is and so concerns every job."""
_ELSEWHERE: Final = ("person/", "item/", "change/", "copy/", "session/", "token/", "packet/")
"""Subjects whose events move no date; one nobody thought of here has the shop counted anew."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Count:
    """One count of the shop, to be carried on: all that was read, and what came of it."""

    head: int
    marks: tuple[str, ...]
    now: Moment
    floor: Floor
    names: tuple[str, ...]
    facts: dict[str, Facts]
    pins: dict[str, Pin]
    found: Outlook
    lines: dict[str, judging.Line]
    took: float
    began: float

    def load(self, facts: Facts) -> Load:
        """Return what is left of a job."""
        pin = self.pins.get(facts.job.number)
        return snapshot.load(facts, self.floor, self.now, pin)

    def board(self) -> Board:
        """Return it as a value."""
        loads = tuple(_station_load(self, code) for code in self.floor.resources)
        return Board(
            self.head, self.now.minute, self.now.minute, self.names, dict(self.lines),
            self.floor.resources, self.floor.names, self.floor.place, _stopped(self.floor), loads,
        )  # fmt: skip


class Desk:
    """The board of one vault in this process; safe to ask from any thread."""

    def __init__(self, vault: Vault) -> None:
        """Count nothing yet."""
        self._ledger = vault.ledger
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
            marks = self._marks(vault, now)
            head = records.head(connection)
            count = self._count
            if count is None or count.marks != marks:
                return self._taken(self._counted(vault, connection, head, marks, now))
            if head != count.head:
                return self._followed(vault, connection, head, marks, now)
            if now.minute - count.now.minute >= AGED_MIN:
                if count.took < QUICK_S:
                    return self._taken(self._counted(vault, connection, head, marks, now))
                self._soon(vault)
            assert self._board is not None  # noqa: S101 - it is made with every count
            return self._board

    def again(self, vault: Vault) -> Board:
        """Return the board after counting the whole shop, however recent the last count is."""
        following.follow(vault)
        with self._lock, vault.ledger.reading() as connection:
            now = snapshot.now(vault.settings.time_zone)
            head = records.head(connection)
            marks = self._marks(vault, now)
            return self._taken(self._counted(vault, connection, head, marks, now))

    def settled(self, patience: float = 60.0) -> None:
        """Wait until no count runs beside; for tests and measurements."""
        beside = self._beside
        if beside is not None:
            beside.join(patience)

    # --- the whole shop -------------------------------------------------------

    def _counted(
        self, vault: Vault, connection: Connection, head: int, marks: tuple[str, ...], now: Moment
    ) -> Count:
        began = time.perf_counter()
        with undisturbed():
            stand = self._stands(vault, marks[0])
            facts = {
                one.job.number: one for one in snapshot.jobs(connection, stand, now.day)
            }  # fmt: skip
            floor = snapshot.floor(connection)
            pins = {one.job: one for one in records.pins(connection)}
            count = count_shop(floor, facts, pins, rules.names(vault), now, head, marks)
        count.took, count.began = time.perf_counter() - began, began
        return count

    def _taken(self, count: Count) -> Board:
        self._count = count
        self._rested = time.monotonic()
        self._board = count.board()
        return self._board

    def _stands(self, vault: Vault, tip: str) -> Stand:
        if self._stand is None or self._stand[0] != tip:
            self._stand = tip, snapshot.standings(ReleaseLog(vault, at=tip or None))
        return self._stand[1]

    @staticmethod
    def _marks(vault: Vault, now: Moment) -> tuple[str, ...]:
        """Return what a count rests on beside the events: the release log, the rules, the day."""
        history = vault.history
        return history.tip(RELEASES) or "", history.tip(RULES) or "", now.day

    # --- from event to event --------------------------------------------------

    def _followed(
        self, vault: Vault, connection: Connection, head: int, marks: tuple[str, ...], now: Moment
    ) -> Board:
        count = self._count
        assert count is not None  # noqa: S101 - asked only where there is one
        touched = _touched(records.since(connection, count.head, MANY), head, count.head)
        if touched is None or (touched and count.took < QUICK_S):
            return self._taken(self._counted(vault, connection, head, marks, now))
        if touched:
            stand = self._stands(vault, marks[0])
            touched |= _parents(count, touched)
            facts = snapshot.jobs(connection, stand, now.day, sorted(touched))
            if any(
                step.station not in count.floor.names for one in facts for step in one.operations
            ):
                return self._taken(self._counted(vault, connection, head, marks, now))
            revise(count, facts, touched)
            self._soon(vault)
        count.head = head
        self._board = count.board()
        return self._board

    def _soon(self, vault: Vault) -> None:
        """Have the whole shop counted beside, unless that is being done or was just done."""
        if self._beside is not None and self._beside.is_alive():
            return
        if time.monotonic() - self._rested < REST_S:
            return
        self._beside = threading.Thread(
            target=self._count_beside, args=(vault,), name="dispatch", daemon=True
        )
        self._beside.start()

    def _count_beside(self, vault: Vault) -> None:
        try:
            with vault.ledger.reading() as connection:
                now = snapshot.now(vault.settings.time_zone)
                head, marks = records.head(connection), self._marks(vault, now)
                count = self._counted(vault, connection, head, marks, now)
            with self._lock:
                self._taken(count)  # what happened meanwhile is followed by whoever asks next
        except TROUBLE:
            _log.warning("the shop was not counted again; the next look tries", exc_info=True)


_DESKS: Final[WeakKeyDictionary[Ledger, Desk]] = WeakKeyDictionary()
_MAKING: Final = threading.Lock()


def desk(vault: Vault) -> Desk:
    """Return the desk of a vault in this process."""
    with _MAKING:
        found = _DESKS.get(vault.ledger)
        if found is None:
            found = _DESKS[vault.ledger] = Desk(vault)
        return found


def board(vault: Vault) -> Board:
    """Return the board as it is after the newest event."""
    return desk(vault).board(vault)


def count_shop(
    floor: Floor,
    facts: Mapping[str, Facts],
    pins: Mapping[str, Pin],
    names: tuple[str, ...],
    now: Moment,
    head: int = 0,
    marks: tuple[str, ...] = (),
) -> Count:
    """Count a shop that was read."""
    loads = [
        snapshot.load(one, floor, now, pins.get(number))
        for number, one in facts.items()
    ]  # fmt: skip
    resources = list(floor.resources.values())
    found = outlook(loads, resources, now.minute, ranking.read(names))
    lines = {
        number: judging.line(one, found.jobs[number], pins.get(number), now.minute)
        for number, one in facts.items()
    }
    return Count(head, marks, now, floor, names, dict(facts), dict(pins), found, lines, 0.0, 0.0)


def revise(count: Count, facts: Iterable[Facts], touched: frozenset[str]) -> None:
    """Count jobs anew after something happened to them, and drop those that are not open now."""
    left = set(touched)
    for one in facts:
        number = one.job.number
        left.discard(number)
        count.facts[number] = one
        found = count.found.revise(count.load(one))
        pin = count.pins.get(number)
        count.lines[number] = judging.line(one, found, pin, count.now.minute)
    for number in left:
        count.found.drop(number)
        count.facts.pop(number, None)
        count.lines.pop(number, None)


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


def _touched(happened: list[records.Happened], head: int, seen: int) -> frozenset[str] | None:
    """Return the jobs some events are about, None where they may concern the whole shop."""
    if head < seen or len(happened) >= MANY or (not happened and head != seen):
        return None
    touched = set()
    for one in happened:
        if one.kind in _ORDER:
            return None
        if one.subject.startswith(_JOB):
            touched.add(one.subject.removeprefix(_JOB))
        elif not one.subject.startswith(_ELSEWHERE):
            return None
    return frozenset(touched)


def _parents(count: Count, touched: frozenset[str]) -> frozenset[str]:
    """Return the jobs that wait for some jobs, so far as they were known before."""
    known = (count.facts[number].job for number in touched if number in count.facts)
    return frozenset(one.parent for one in known if one.parent)


def _stopped(floor: Floor) -> dict[str, tuple[Blocker, ...]]:
    codes = {one.station for one in floor.blockers if one.station}
    return {code: tuple(b for b in floor.blockers if b.station == code) for code in codes}


def _station_load(count: Count, code: str) -> StationLoad:
    days = count.found.days(code, DAYS_SHOWN)
    here = tuple(one for one in count.floor.blockers if one.station == code)
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
    return StationLoad(code, name, days, booked, here, why)
