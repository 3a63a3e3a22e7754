# SPDX-License-Identifier: AGPL-3.0-or-later
"""How an act came from a tablet: on what it was pressed, how long ago, and at which station.

A tablet without contact keeps what was pressed and sends it later.  What was pressed on something
that is not so any more is asked about, never done in silence; what was pressed at another station
than the planned one is asked about too.  Pure functions: the verbs raise what they return.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from traveler.gate import Ground
from traveler.job_records import Job
from traveler.operation_records import Operation
from traveler.tablet.errors import ActStale, WrongStation
from vault import canonical, clock
from vault.errors import Refusal

LONGEST: Final = 8 * 3600
"""Seconds after which even what is still so is asked about: a shift later nobody expects it."""
LATE: Final = 5
"""Seconds from which the record says that an act was sent later than it was pressed."""


@dataclass(frozen=True, slots=True)
class Sent:
    """How an act came: the mark of what was seen, the seconds since, the tablet's station.

    ``sure`` says that the person was asked and wants it all the same.
    """

    seen: str = ""
    ago: int = 0
    stations: frozenset[str] = frozenset()
    sure: bool = False

    @property
    def late(self) -> bool:
        """Say whether it waited at the tablet before it came."""
        return self.ago >= LATE


DIRECT: Final = Sent()
"""An act that was not pressed on a tablet."""


def mark(job: Job, operations: Sequence[Operation], ground: Ground) -> str:
    """Return the mark of what an act on a job rests on; it changes when one of these does.

    Revision, how it stands, the job's state, the route and the kit; not the counts, which others
    add to while one works.
    """
    route = [(one.id, one.seq, one.station, one.title, one.notes) for one in operations]
    digest = hashlib.sha256(canonical.dumps([list(one) for one in route])).hexdigest()[:12]
    allowed = "deviation" if ground.deviation is not None else ""
    kit = ", ".join(
        f"{one.item.item} {one.item.rev} {one.standing.state}{' by deviation' if one.deviation else ''}"
        for one in ground.kit
    )
    return f"{job.rev}|{ground.standing.state}|{allowed}|{job.state}|{digest}|{kit}"


def refusal(sent: Sent, now: str, job: Job, operation: Operation, act: str) -> Refusal | None:
    """Return what has to be asked before an act is carried out, None where nothing has."""
    if sent.sure:
        return None
    if old := stale(sent, now):
        return old
    if sent.stations and act == "start" and operation.station not in sent.stations:
        here = ", ".join(sorted(sent.stations))
        return WrongStation(here=here, seq=operation.seq, job=job.number, station=operation.station)
    return None


def stale(sent: Sent, now: str) -> Refusal | None:
    """Return the question about what is not so any more, or is a shift old; None where it fits."""
    if sent.sure:
        return None
    changes = _changes(sent.seen, now) if sent.seen and sent.seen != now else []
    if sent.ago > LONGEST:
        changes.append(f"it is {sent.ago // 3600} hours old")
    return ActStale(what=", and ".join(changes)) if changes else None


def moment(sent: Sent, now: str, earlier: Iterable[str | None]) -> str:
    """Return when an act was done: so many seconds ago, never before what came before it."""
    done = clock.text(clock.moment(now) - timedelta(seconds=max(sent.ago, 0)))
    return min(now, max((done, *(one for one in earlier if one))))


def facts(sent: Sent, now: str, done_at: str, operation: Operation) -> dict[str, object]:
    """Return what the record says besides: the moment it was done, the place, what was waived."""
    found: dict[str, object] = {}
    if sent.late:
        found["done_at"] = done_at
    if sent.stations and operation.station not in sent.stations:
        found["at_station"] = ", ".join(sorted(sent.stations))
    return found | waived(sent, now)


def waived(sent: Sent, now: str) -> dict[str, object]:
    """Return what had changed and was passed over by somebody who was asked."""
    if sent.sure and sent.seen and sent.seen != now:
        return {"in_spite_of": ", and ".join(_changes(sent.seen, now))}
    return {}


def _changes(seen: str, now: str) -> list[str]:
    before, after = seen.split("|"), now.split("|")
    if len(before) != len(after):
        return ["the page it was pressed on is from another version of Titleblock"]
    found = []
    if before[0] != after[0]:
        found.append(f"the job was moved from revision {before[0]} to {after[0]}")
    if before[1] != after[1]:
        found.append(f"revision {after[0]} is {after[1]} now")
    elif before[2] != after[2]:
        found.append(f"a deviation for the job was {'given' if after[2] else 'taken back'}")
    if before[3] != after[3]:
        found.append(f"the job is {after[3]} now")
    if before[4] != after[4]:
        found.append("the route was changed")
    if before[5] != after[5]:
        found.append(f"the kit has {after[5] or 'no further items'} now")
    return found
