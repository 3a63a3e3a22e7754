# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the ledger keeps of blockers, read as frozen values; all selects on them are here.

A blocker is one row that says where it belongs, and an entry for every act on it.  The newest
entry tells how it stands; earlier ones stay as they were, so a correction is a newer record.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler import lifecycle, station_records, tables
from traveler.blockers import kinds
from traveler.job_records import Job
from traveler.operation_records import Operation
from vault import canonical, clock
from vault.names import fold

ACTIVE = frozenset({"open", "acknowledged", "resolved"})
"""The states in which a blocker still wants something of somebody."""

_ROW, _ENTRY = tables.blocker, tables.blocker_entry
_THERE = tables.station.alias("there")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a resolution path, and who ticked it when."""

    text: str
    done_by: str = ""
    done_at: str = ""


@dataclass(frozen=True, slots=True)
class Blocker:
    """A blocker as it stands: where, what, whose, and the way out of it.

    Without ``operation`` and ``station`` it holds the whole job; a ``station`` without a job holds
    all work there.  ``until`` is the day work can go on, as far as anybody knows; ``cause`` is
    what the system watches, empty where only people know when the reason is gone.  ``also`` are
    the further stations that stand still with the one it is at, and ``group`` is the group of that
    one (``_reaching``).  Once its step is done or left out (``step_over``) it holds nothing, and may
    still be worth seeing to; a step that is ``step_outside`` is done at a vendor's.
    """

    id: int
    kind: str
    job: str | None
    operation: int | None
    seq: int | None
    station: str | None
    cause: Mapping[str, Any]
    raised_at: str
    raised_by: str
    state: str
    owner: str
    what: str
    steps: tuple[Step, ...]
    facts: Mapping[str, str]
    until: str
    next_check: str
    escalate_hours: int
    escalate_to: str
    entries: int
    changed_at: str
    changed_by: str
    also: frozenset[str] = frozenset()
    group: str = ""
    step_over: bool = False
    step_outside: bool = False

    @property
    def blocking(self) -> bool:
        """Say whether it keeps work from starting."""
        return self.state in lifecycle.BLOCKING

    @property
    def decides(self) -> bool:
        """Say whether it only asks for a decision on a job, and closes with that."""
        return "decides" in self.cause

    @property
    def about(self) -> str:
        """Return the item of the kit for which it asks for a decision, empty for the job's own."""
        asked: Mapping[str, str] = self.cause.get("decides", {})
        return asked.get("item", "")

    @property
    def follows(self) -> bool:
        """Say whether it follows a nonconformance, and so closes with that and never by hand."""
        return "nonconformance" in self.cause

    @property
    def expected(self) -> str:
        """Return the day on which work is expected to go on, empty where nobody knows."""
        return self.until or kinds.ending(kinds.KINDS[self.kind], self.facts)

    @property
    def sentence(self) -> str:
        """Return it in one line: ``material: bar 40 mm, until 2027-03-01 (blocker 12, pat)``."""
        until = f", until {self.expected}" if self.expected else ""
        return f"{self.kind}: {self.what}{until} (blocker {self.id}, {self.owner})"

    @property
    def subject(self) -> str:
        """Return the name in the record of events of what it belongs to."""
        return f"job/{self.job}" if self.job else f"station/{self.station}"

    def escalated(self, at: str) -> bool:
        """Say whether it has blocked for so long at a moment that it is somebody else's too."""
        if not self.escalate_to or not self.blocking:
            return False
        return clock.moment(at) >= self.escalates_at

    @property
    def escalates_at(self) -> datetime:
        """Return when it becomes somebody else's too, counted from when it was raised."""
        return clock.moment(self.raised_at) + timedelta(hours=self.escalate_hours)

    @property
    def places(self) -> frozenset[str]:
        """Return the codes of the stations that stand still, none where it names no station."""
        return frozenset({self.station}) | self.also if self.station else frozenset()

    def holds(self, job: Job, operation: Operation, machine: str = "") -> bool:
        """Say whether it keeps this operation of this job from starting, or from that machine."""
        return (
            self.blocking
            and self.job in {None, job.number}
            and self.operation in {None, operation.id}
            and (not self.station or bool({operation.station, machine} & self.places))
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """One act on a blocker: who, when, from where, in which words, and what it left."""

    number: int
    at: str
    person: str
    device: str
    act: str
    words: str
    state: str
    owner: str
    what: str
    facts: Mapping[str, str]
    steps: tuple[Step, ...] = ()
    until: str = ""
    next_check: str = ""
    escalate_hours: int = 0
    escalate_to: str = ""


@dataclass(frozen=True, slots=True)
class BlockerFilter:
    """Which blockers to list; an empty field does not restrict, ``states`` at first to active."""

    job: str = ""
    station: str = ""
    owner: str = ""
    kind: str = ""
    states: frozenset[str] = ACTIVE


def blocker(connection: Connection, number: int) -> Blocker | None:
    """Return a blocker by its number."""
    found = _found(connection, [_ROW.c.id == number])
    return found[0] if found else None


def listed(
    connection: Connection, wanted: BlockerFilter, limit: int, offset: int = 0
) -> list[Blocker]:
    """Return the blockers that fit, the oldest first."""
    return _found(connection, _conditions(wanted), limit, offset)


def count(connection: Connection, wanted: BlockerFilter) -> int:
    """Return how many blockers fit."""
    chosen = sa.select(sa.func.count()).select_from(_ROW).where(*_conditions(wanted))
    return int(connection.execute(chosen).scalar_one())


def concerning(
    connection: Connection, jobs: Sequence[str], stations: Iterable[str]
) -> list[Blocker]:
    """Return the blockers of these jobs and, where they block, of whole stations; oldest first."""
    asked = {"jobs": jobs, "stations": list(stations)}
    return _reaching(connection, [_blocker(row) for row in connection.execute(_CONCERNING, asked)])


def entries(connection: Connection, number: int) -> list[Entry]:
    """Return all that was done about a blocker, oldest first."""
    chosen = sa.select(_ENTRY).where(_ENTRY.c.blocker == number).order_by(_ENTRY.c.number)
    return [
        Entry(
            row.number, row.at, row.person, row.device, row.act, row.words, row.state, row.owner,
            row.what, _loaded(row.facts), tuple(Step(**one) for one in _loaded(row.steps)),
            row.until, row.next_check, row.escalate_hours, row.escalate_to,
        )
        for row in connection.execute(chosen)
    ]  # fmt: skip


def asked_about(connection: Connection) -> set[str]:
    """Return the jobs on which a question for a decision stands."""
    chosen = sa.select(_ROW.c.job).where(
        _ROW.c.kind == "approval", _ROW.c.state.in_(ACTIVE), _ROW.c.cause.contains('"decides"')
    )
    return set(connection.execute(chosen).scalars())


def moments(connection: Connection, since: str) -> list[sa.Row[Any]]:
    """Return kind, owner, act and moment of the entries of blockers, for counting over time.

    Of those that were raised after a moment, and those that block, however old.
    """
    chosen = sa.select(
        _ROW.c.id, _ROW.c.kind, _ROW.c.state, _ROW.c.owner, _ROW.c.raised_at, _ENTRY.c.act,
        _ENTRY.c.at,
    ).join(_ENTRY, _ENTRY.c.blocker == _ROW.c.id)  # fmt: skip
    chosen = chosen.where(sa.or_(_ROW.c.raised_at >= since, _ROW.c.state.in_(lifecycle.BLOCKING)))
    return list(connection.execute(chosen.order_by(_ROW.c.id, _ENTRY.c.number)))


def _found(
    connection: Connection,
    conditions: Sequence[sa.ColumnElement[bool]],
    limit: int | None = None,
    offset: int = 0,
) -> list[Blocker]:
    chosen = _newest(conditions).limit(limit).offset(offset)
    return _reaching(connection, [_blocker(row) for row in connection.execute(chosen)])


def _reaching(connection: Connection, found: list[Blocker]) -> list[Blocker]:
    """Return blockers with what stands still besides the station each is at.

    A group's members stand still with it; a group does once every member of it stands still.
    """
    if not any(one.station for one in found):
        return found
    stations = station_records.stations(connection)
    group = {one.code: one.group for one in stations}
    members: defaultdict[str, set[str]] = defaultdict(set)
    for one in stations:
        if one.group and not one.retired:
            members[one.group].add(one.code)
    still = {one.station for one in found if one.station and one.job is None and one.blocking}
    shut = {code for code, those in members.items() if those <= still}
    reached = []
    for each in found:
        own = group.get(each.station or "", "")
        also = members.get(each.station or "", set()) | (shut & {own})
        reached.append(replace(each, also=frozenset(also), group=own) if each.station else each)
    return reached


_NOW = ("at", "person", "what", "steps", "facts", "until", "next_check", "escalate_hours",
        "escalate_to")  # fmt: skip


def _newest(conditions: Sequence[sa.ColumnElement[bool]]) -> sa.Select[Any]:
    """Return the question for blockers as their newest entry has them, the oldest first."""
    newest = sa.and_(_ENTRY.c.blocker == _ROW.c.id, _ENTRY.c.number == _ROW.c.entries)
    return (
        sa.select(
            _ROW,
            tables.operation.c.seq,
            tables.operation.c.state.label("step"),
            _THERE.c.outside,
            *(_ENTRY.c[name].label(name) for name in _NOW),
        )
        .join(_ENTRY, newest)
        .outerjoin(tables.operation, tables.operation.c.id == _ROW.c.operation)
        .outerjoin(_THERE, _THERE.c.code == tables.operation.c.station)
        .where(*conditions)
        .order_by(_ROW.c.raised_at, _ROW.c.id)
    )


_OF_JOBS: Final = sa.and_(
    _ROW.c.job.in_(sa.bindparam("jobs", expanding=True)), _ROW.c.state.in_(ACTIVE)
)
_ASKED: Final[sa.BindParameter[Any]] = sa.bindparam("stations", expanding=True)
_STATION: Final = tables.station
_OF_STATIONS: Final = sa.and_(
    _ROW.c.job.is_(None),
    sa.or_(
        _ROW.c.station.in_(_ASKED),
        _ROW.c.station.in_(sa.select(_STATION.c.code).where(_STATION.c.group_code.in_(_ASKED))),
        _ROW.c.station.in_(sa.select(_STATION.c.group_code).where(_STATION.c.code.in_(_ASKED))),
    ),
    _ROW.c.state.in_(lifecycle.BLOCKING),
)
_CONCERNING: Final = _newest([sa.or_(_OF_JOBS, _OF_STATIONS)])
"""Made once: every look of a tablet asks it."""


def _conditions(wanted: BlockerFilter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.states:
        found.append(_ROW.c.state.in_(wanted.states))
    for column, value in ((_ROW.c.owner, wanted.owner), (_ROW.c.kind, wanted.kind)):
        if value:
            found.append(column == value)
    if wanted.job:
        named = sa.select(tables.job.c.number).where(tables.job.c.fold == fold(wanted.job))
        found.append(_ROW.c.job.in_(named))
    if wanted.station:
        at = _with_group(fold(wanted.station))
        steps = sa.select(tables.operation.c.id).where(tables.operation.c.station.in_(at))
        found.append(sa.or_(_ROW.c.station.in_(at), _ROW.c.operation.in_(steps)))
    return found


def _with_group(folded: str) -> sa.Select[Any]:
    """Return the question for a station, its group, or its members: what stops one may stop another."""
    code, group, named = _STATION.c.code, _STATION.c.group_code, _STATION.c.fold == folded
    own, above = sa.select(code).where(named), sa.select(group).where(named)
    return sa.select(code).where(sa.or_(named, code.in_(above), group.in_(own)))


def _blocker(row: Any) -> Blocker:
    return Blocker(
        id=row.id, kind=row.kind, job=row.job, operation=row.operation, seq=row.seq,
        station=row.station, cause=_loaded(row.cause), raised_at=row.raised_at,
        raised_by=row.raised_by, state=row.state, owner=row.owner, what=row.what,
        steps=tuple(Step(**one) for one in _loaded(row.steps)), facts=_loaded(row.facts),
        until=row.until, next_check=row.next_check, escalate_hours=row.escalate_hours,
        escalate_to=row.escalate_to, entries=row.entries, changed_at=row.at, changed_by=row.person,
        step_over=row.step in lifecycle.OVER, step_outside=bool(row.outside),
    )  # fmt: skip


def _loaded(text: str) -> Any:
    return canonical.loads(text.encode())
