# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a blocker is told: its age, what is overdue, what is unknown, who has it now.

Nothing is stored for this: a check that is late and an escalation that is due are read off the
clock, so no program has to run for them to be true.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from traveler.blockers.kinds import KINDS, Form, Kind
from traveler.blockers.photos import Photo
from traveler.blockers.records import Blocker, Entry
from vault import clock


@dataclass(frozen=True, slots=True)
class BlockerView:
    """A blocker at a moment (``now``, UTC) of a day (``today``, as the shop counts)."""

    blocker: Blocker
    now: str
    today: str
    every_photo: tuple[Photo, ...] = ()

    @property
    def photos(self) -> tuple[Photo, ...]:
        """Return the photos that show what blocks: those nobody withdrew."""
        return tuple(one for one in self.every_photo if one.taken is None)

    @property
    def withdrawn(self) -> tuple[Photo, ...]:
        """Return the photos that were withdrawn."""
        return tuple(one for one in self.every_photo if one.taken is not None)

    @property
    def kind(self) -> Kind:
        """Return the kind with its facts."""
        return KINDS[self.blocker.kind]

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the labels of the facts nobody has given."""
        return () if self.blocker.decides else self.kind.missing(self.blocker.facts)

    @property
    def known(self) -> tuple[tuple[str, str, Form], ...]:
        """Return label, value and form of each fact that is known."""
        return tuple(
            (one.label, self.blocker.facts[one.key], one.form)
            for one in self.kind.facts
            if self.blocker.facts.get(one.key)
        )

    @property
    def place(self) -> str:
        """Return where it holds, in words: job, step, station."""
        one = self.blocker
        over = " (over)" if one.step_over else ""
        step = f"step {one.seq}{over}" if one.seq is not None else ""
        station = f"at {one.station}" if one.station else ""
        return " ".join(part for part in (one.job or "all jobs", step, station) if part)

    @property
    def hours(self) -> float:
        """Return its age in hours."""
        return (_moment(self.now) - _moment(self.blocker.raised_at)).total_seconds() / 3600

    @property
    def age(self) -> str:
        """Return its age in words: ``12 min``, ``3 h``, ``4 d``."""
        return span(_moment(self.now) - _moment(self.blocker.raised_at))

    @property
    def check(self) -> str:
        """Return when somebody has to look after it, in words, empty where no day was set."""
        one = self.blocker
        if not one.next_check or not one.blocking:
            return ""
        days = (date.fromisoformat(one.next_check) - date.fromisoformat(self.today)).days
        if days < 0:
            return f"check is {-days} d overdue"
        return "check today" if days == 0 else f"check in {days} d"

    @property
    def overdue(self) -> bool:
        """Say whether the day of the next check has passed."""
        return self.check.endswith("overdue")

    @property
    def escalates(self) -> str:
        """Return to whom it went or will go and when, in words, empty where nobody is named."""
        one = self.blocker
        if not one.escalate_to or not one.blocking:
            return ""
        left = one.escalates_at - _moment(self.now)
        if left <= timedelta():
            return f"escalated to {one.escalate_to} {span(-left)} ago"
        return f"goes to {one.escalate_to} too in {span(left)}"

    @property
    def late(self) -> bool:
        """Say whether the day it should have ended has passed."""
        expected = self.blocker.expected
        return self.blocker.blocking and bool(expected) and expected < self.today

    @property
    def escalated(self) -> bool:
        """Say whether it has blocked for so long that it is somebody else's too."""
        return self.blocker.escalated(self.now)

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        one = self.blocker
        return {
            "id": one.id, "type": one.kind, "state": one.state, "blocking": one.blocking,
            "job": one.job, "op": one.seq, "station": one.station, "what": one.what,
            "owner": one.owner,
            "path": [
                {"step": step.text, "done_by": step.done_by or None, "done_at": step.done_at or None}
                for step in one.steps
            ],
            "facts": dict(one.facts), "missing": list(self.missing),
            "until": one.expected or None, "next_check": one.next_check or None,
            "overdue": self.overdue, "escalate_hours": one.escalate_hours or None,
            "escalate_to": one.escalate_to or None, "escalated": self.escalated,
            "raised_at": one.raised_at, "raised_by": one.raised_by, "hours": round(self.hours, 1),
            "changed_at": one.changed_at, "decides": one.decides, "entries": one.entries,
            "photos": [photo.as_json() for photo in self.photos],
            "withdrawn_photos": [photo.as_json() for photo in self.withdrawn],
        }  # fmt: skip


def seen(blocker: Blocker, today: str, photos: tuple[Photo, ...] = ()) -> BlockerView:
    """Return a blocker as it is at this moment."""
    return BlockerView(blocker, clock.now(), today, photos)


@dataclass(frozen=True, slots=True)
class Change:
    """What an act changed of what was known: in words, what was said before, and what now."""

    label: str
    before: str
    now: str

    @property
    def sentence(self) -> str:
        """Return it in a line: ``Expected on: 2027-03-04, before 2027-03-01``."""
        before = f", before {self.before}" if self.before else ""
        return f"{self.label}: {self.now or 'nothing'}{before}"


def changes(kind: Kind, entries: Sequence[Entry]) -> dict[int, tuple[Change, ...]]:
    """Return what each correction changed and each tick was of, by the number of its entry."""
    found = {}
    for before, now in pairwise(entries):
        if now.act == "step":
            ticked = (step.text for step in now.steps if step.done_by and step not in before.steps)
            found[now.number] = tuple(Change("Done", "", text) for text in ticked)
        if now.act == "correct":
            was, said = _known(kind, before), _known(kind, now)
            found[now.number] = tuple(
                Change(label, was[label], said[label])
                for label in said
                if was[label] != said[label]
            )
    return found


def history_json(kind: Kind, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Return all that was done about a blocker as programs read it."""
    changed = changes(kind, entries)
    return [
        {
            "number": one.number, "at": one.at, "by": one.person, "act": one.act,
            "words": one.words, "state": one.state, "owner": one.owner, "what": one.what,
            "changed": [asdict(each) for each in changed.get(one.number, ())],
        }
        for one in entries
    ]  # fmt: skip


def _known(kind: Kind, one: Entry) -> dict[str, str]:
    escalation = f"after {one.escalate_hours} h to {one.escalate_to}" if one.escalate_to else ""
    return {
        "What": one.what, "Owner": one.owner,
        **{fact.label: one.facts.get(fact.key, "") for fact in kind.facts},
        "The way out": "; ".join(step.text for step in one.steps),
        "Work goes on": one.until, "Next check": one.next_check, "Escalation": escalation,
    }  # fmt: skip


def span(passed: timedelta) -> str:
    """Return a stretch of time in the one unit people would say: ``12 min``, ``3 h``, ``4 d``."""
    minutes = max(int(passed.total_seconds() // 60), 0)
    if minutes < 90:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} d"


def _moment(stored: str) -> datetime:
    return clock.moment(stored)
