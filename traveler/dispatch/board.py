# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board: every open job once counted, and the lists people look at.

A board is a value: it says from which event and at which minute it was counted, and never changes
while somebody reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

from traveler.blockers.records import Blocker
from traveler.dispatch import wording
from traveler.dispatch.judging import Line, Step
from traveler.operation_records import Operation
from traveler.schedule.clock import NEVER
from traveler.schedule.outlook import DayLoad
from traveler.schedule.plan import Resource
from vault.names import fold

SECTIONS: Final = ("late", "blocked", "ready", "at_risk", "next")
Section = Literal["late", "blocked", "ready", "at_risk", "next"]
COMING: Final = 30
_HOW: Final = {"blocked": "is ", "waits": ""}
"""What goes before the reason of a step that cannot start, by how that begins."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to see; an empty field does not restrict."""

    station: str = ""
    customer: str = ""
    person: str = ""
    words: str = ""

    def __bool__(self) -> bool:
        """Say whether anything is restricted."""
        return any((self.station, self.customer, self.person, self.words))

    def fits(self, line: Line, step: Step | None) -> bool:
        """Say whether a job fits, by the step it is listed for where it is for one."""
        job = line.facts.job
        if self.station:
            at = step.operation if step else line.at
            if at is None or fold(at.station) != fold(self.station):
                return False
        if self.customer and self.customer.casefold() not in job.customer.casefold():
            return False
        if self.person and self.person not in line.people:
            return False
        text = f"{job.number} {job.item} {job.title} {job.customer} {job.order}".casefold()
        return all(word in text for word in self.words.casefold().split())


@dataclass(frozen=True, slots=True)
class Entry:
    """A job in one of the lists, and the step it stands there for where it does for one."""

    line: Line
    step: Step | None
    section: str = ""

    @property
    def why(self) -> str:
        """Return the sentence that says why it is there."""
        line, step = self.line, self.step
        if self.section == "next":
            who = f"{line.who}: " if line.who else ""
            return f"{who}{line.act}. {line.why}" if line.act else line.why
        if step is None or (self.section == "ready" and line.at == step.operation):
            return line.why
        if self.section == "blocked":
            how = next((how for how in _HOW if step.why.startswith(how)), "")
            return f"{step.operation.title} {_HOW.get(how, 'waits: ')}{step.why}{line.escalated}"
        if self.section == "coming":
            return step.why
        said = f"{step.operation.title}: {step.why}"
        need = line.found.needs.get(step.operation.seq)
        return f"{said}, needed by {wording.when(need.finish, line.now)}" if need else said

    @property
    def seq(self) -> int | None:
        """Return the number of the step."""
        if self.step:
            return self.step.operation.seq
        return self.line.at.seq if self.line.at else None

    @property
    def station(self) -> str | None:
        """Return the station of the step."""
        if self.step:
            return self.step.operation.station
        return self.line.at.station if self.line.at else None

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        line, job = self.line, self.line.facts.job
        need, slot = line.dates(self.seq) if self.seq is not None else (None, None)
        finish = line.found.finish
        return {
            "job": job.number, "op": self.seq, "station": self.station, "why": self.why,
            "number": job.item, "rev": job.rev, "customer": job.customer, "qty": job.qty,
            "due": job.due, "rank": line.found.rank, "verdict": line.found.verdict,
            "need_by": wording.stamp(need.finish) if need else None,
            "op_forecast": wording.stamp(slot.finish) if slot and slot.is_known else None,
            "forecast": wording.stamp(finish) if finish is not None else None,
            "act": line.act, "who": line.who or None,
            "pin": line.pin.position if line.pin else None,
            "provisional": line.found.provisional,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class StationLoad:
    """What is booked on a station day by day, what stops it, and a sentence about it."""

    code: str
    name: str
    days: tuple[DayLoad, ...]
    blockers: tuple[Blocker, ...]
    why: str

    @property
    def booked(self) -> int:
        """Return the minutes booked over all days shown."""
        return sum(one.booked for one in self.days)

    @property
    def capacity(self) -> int:
        """Return the minutes it can work over all days shown."""
        return sum(one.capacity for one in self.days)

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            "job": None, "op": None, "station": self.code, "why": self.why, "name": self.name,
            "booked_minutes": self.booked, "capacity_minutes": self.capacity,
            "days": [
                {"day": wording.stamp(one.day * 1440)[:10], "booked_minutes": one.booked,
                 "capacity_minutes": one.capacity}
                for one in self.days
            ],
        }  # fmt: skip


@dataclass(frozen=True)
class Board:
    """All open jobs by number, as they stood after event ``head`` at a minute of the wall clock.

    ``counted`` is when the whole shop was counted last; jobs revised since are provisional.
    ``names`` has the stations in use, ``place`` the resource each counts for, ``stopped`` the
    blockers of whole stations, ``revised`` says whether single jobs were counted since.
    """

    head: int
    now: int
    counted: int
    ranking: tuple[str, ...]
    lines: Mapping[str, Line]
    resources: Mapping[str, Resource]
    names: Mapping[str, str]
    place: Mapping[str, str]
    stopped: Mapping[str, tuple[Blocker, ...]]
    loads: tuple[StationLoad, ...]
    revised: bool = False

    @property
    def version(self) -> str:
        """Return what changes whenever anything on it may have.

        The whole follows what was revised job by job within the same minute and without another
        event; a screen that was not told would show what was provisional for good.
        """
        return f"{self.head}-{self.counted}{'-revised' if self.revised else ''}"

    @cached_property
    def ranked(self) -> tuple[Line, ...]:
        """Return the jobs in the order in which they get their turn."""
        return tuple(sorted(self.lines.values(), key=lambda one: one.found.rank))

    @cached_property
    def _sections(self) -> dict[str, list[Entry]]:
        return {name: list(entries(self.ranked)) for name, entries in _SECTIONS.items()}

    def section(self, name: Section, wanted: Wanted | None = None) -> list[Entry]:
        """Return one of the lists, the most urgent first."""
        found = self._sections[name]
        if not wanted:
            return found
        return [one for one in found if wanted.fits(one.line, one.step)]

    def counts(self) -> dict[str, int]:
        """Return how many stand in each list."""
        return {name: len(found) for name, found in self._sections.items()}

    def pinned(self) -> list[Line]:
        """Return the jobs a person gave their turn, in that order."""
        found = [one for one in self.lines.values() if one.pin]
        return sorted(found, key=lambda one: one.pin.position if one.pin else 0)

    def load(self, code: str) -> StationLoad | None:
        """Return the load of a station, that of its group where it has one."""
        there = self.place.get(code, code)
        return next((one for one in self.loads if one.code == there), None)

    def shown_at(self, operation: Operation) -> tuple[str, ...]:
        """Return the stations where an operation is to be seen.

        Its own and that of its group; as long as it is not begun at one of them, all of a group
        that may take it.
        """
        at = operation.machine or operation.station
        group = self.place.get(at, at)
        if at != operation.station or at != group:
            return at, group
        return at, *(code for code, there in self.place.items() if there == at != code)

    def as_json(self, wanted: Wanted | None = None, limit: int | None = None) -> dict[str, Any]:
        """Return it as programs read it."""
        told: dict[str, Any] = {
            name: [one.as_json() for one in self.section(name, wanted)[:limit]] for name in SECTIONS
        }
        station = fold(wanted.station) if wanted and wanted.station else ""
        told["load"] = [
            one.as_json() for one in self.loads if not station or fold(one.code) == station
        ]
        return {
            **told, "head": self.head, "counted_at": wording.stamp(self.counted),
            "ranking": list(self.ranking), "jobs": len(self.lines),
        }  # fmt: skip


# --- one station --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AtStation:
    """What runs at a station, what can start there, what is kept from it, and what comes."""

    code: str
    name: str
    running: tuple[Entry, ...]
    ready: tuple[Entry, ...]
    blocked: tuple[Entry, ...]
    coming: tuple[Entry, ...]
    load: StationLoad | None
    red: bool
    reason: str

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        lists = {"now": self.running, "next": self.ready, "blocked": self.blocked,
                 "coming": self.coming}  # fmt: skip
        return {
            "station": self.code, "name": self.name, "red": self.red, "reason": self.reason,
            **{name: [one.as_json() for one in all_] for name, all_ in lists.items()},
            "load": self.load.as_json() if self.load else None,
        }  # fmt: skip


def at_station(board: Board, code: str, limit: int = COMING) -> AtStation:
    """Return what is to be seen at a station, in the order of the ranking."""
    return next(iter(at_stations(board, [code], limit)))


def at_stations(board: Board, codes: Sequence[str], limit: int = COMING) -> Iterator[AtStation]:
    """Yield what is to be seen at several stations, all found in one walk through the jobs."""
    lists: dict[str, dict[str, list[Entry]]] = {code: {} for code in codes}
    for line in board.ranked:
        for step in line.steps:
            entry = Entry(line, step, "station")
            for code in board.shown_at(step.operation):
                if code in lists:
                    lists[code].setdefault(step.state, []).append(entry)
        for one in _still_to_come(line):
            for code in board.shown_at(one):
                if code in lists and len(lists[code].get("coming", ())) < limit:
                    step = _waiting(line, one)
                    lists[code].setdefault("coming", []).append(Entry(line, step, "coming"))
    for code in codes:
        yield _judged(board, code, lists[code], limit)


def _still_to_come(line: Line) -> list[Operation]:
    """Return the steps of a job on the floor that do not have their turn yet."""
    if line.facts.job.state != "released":
        return []
    turn = {one.operation.seq for one in line.steps}
    return [one for one in line.facts.left if one.seq not in turn]


def _judged(board: Board, code: str, lists: Mapping[str, list[Entry]], limit: int) -> AtStation:
    running, ready, blocked = (lists.get(name, []) for name in ("running", "ready", "blocked"))
    coming = sorted(lists.get("coming", []), key=_arrives)
    red, reason = _light(board, code, running, ready, blocked)
    return AtStation(
        code, board.names.get(code, code), tuple(running), tuple(ready[:limit]),
        tuple(blocked[:limit]), tuple(coming[:limit]), board.load(code), red, reason,
    )  # fmt: skip


def _light(
    board: Board, code: str, running: list[Entry], ready: list[Entry], blocked: list[Entry]
) -> tuple[bool, str]:
    """Return whether a station shows red, and the reason."""
    if reason := _red(board, code, running, ready, blocked):
        return True, reason
    if running:
        names = ", ".join(one.line.number for one in running[:3])
        return False, f"{names} in work"
    if ready:
        return False, f"{ready[0].line.number} can start"
    return False, "No work waits here"


def _red(
    board: Board, code: str, running: list[Entry], ready: list[Entry], blocked: list[Entry]
) -> str:
    """Return why a station shows red, empty where it does not: the first rule that says so."""
    if stopped := board.stopped.get(code):
        return f"Stopped, {wording.held(stopped[0], board.now)}: {stopped[0].what}"
    if late := next(filter(_behind, running), None):
        return f"{late.line.number}: {late.line.why}"
    if running:
        waits = next(filter(_behind, ready), None)
        return (
            f"{waits.line.number}: {_lateness(waits)}, and other work goes first" if waits else ""
        )
    if ready:
        return _idle(ready[0], board.now)
    if blocked and blocked[0].step:
        said = blocked[0].step.why
        return f"{said[:1].upper()}{said[1:]} ({blocked[0].line.number})"
    return ""


def _idle(first: Entry, now: int) -> str:
    """Return what should run already where nothing does, empty where there is time."""
    number, step = first.line.number, first.step
    need = first.line.found.needs.get(first.seq or 0)
    if need is None or need.start >= now:
        return ""
    if step and step.operation.state == "paused":
        return f"Idle: {number} is paused, needed by {wording.when(need.finish, now)}"
    return f"Idle: {number} should have started {wording.span(now - need.start)} ago"


def _behind(entry: Entry) -> bool:
    """Say whether a station loses time of a job: what comes too late elsewhere is not its fault."""
    found, seq = entry.line.found, entry.seq
    if found.verdict == "on time" or seq is None or seq not in found.needs:
        return False
    return found.slots[seq].finish > found.needs[seq].finish


def _lateness(entry: Entry) -> str:
    found, seq, title = entry.line.found, entry.seq or 0, entry.step and entry.step.operation.title
    if not found.slots[seq].is_known:
        return f"{title} has no date"
    behind = wording.span(found.slots[seq].finish - found.needs[seq].finish)
    return f"{title} is {behind} behind need-by"


def _waiting(line: Line, one: Operation) -> Step:
    before = line.steps[0].operation if line.steps else None
    where = f"is at {before.station}: {before.title}" if before else "waits"
    return Step(one, "waiting", where, "")


def _arrives(entry: Entry) -> int:
    slot = entry.line.found.slots.get(entry.seq or 0)
    return NEVER if slot is None else slot.start


# --- the lists ----------------------------------------------------------------------------------


def _late(lines: Iterable[Line]) -> Iterator[Entry]:
    return (Entry(one, None) for one in lines if one.found.verdict == "late")


def _at_risk(lines: Iterable[Line]) -> Iterator[Entry]:
    return (Entry(one, None) for one in lines if one.found.verdict in {"at risk", "unknown"})


def _blocked(lines: Iterable[Line]) -> Iterator[Entry]:
    for one in lines:
        for step in one.steps:
            if step.state == "blocked":
                yield Entry(one, step, "blocked")


def _ready(lines: Iterable[Line]) -> Iterator[Entry]:
    for one in lines:
        for step in one.steps:
            if step.state == "ready":
                yield Entry(one, step, "ready")


def _next(lines: Iterable[Line]) -> Iterator[Entry]:
    """Yield what somebody has to do, the late jobs first."""
    order = {"late": 0, "at risk": 1, "unknown": 2, "on time": 3}
    wanted = [one for one in lines if one.waits]
    for one in sorted(wanted, key=lambda line: order[line.found.verdict]):
        yield Entry(one, None, "next")


_SECTIONS: Final[Mapping[str, Callable[[Iterable[Line]], Iterator[Entry]]]] = {
    "late": _late, "blocked": _blocked, "ready": _ready, "at_risk": _at_risk, "next": _next,
}  # fmt: skip
