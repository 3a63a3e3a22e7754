# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is remembered, and where it matters next time; pure, on frozen values.

Routes are numbered anew and drawings are revised, so what was said of a step is told at the step of
the same title, and what was said of a characteristic at the one of the same requirement or balloon.
What finds no place any more is told for the job as a whole: nothing is lost silently.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from traveler.quality.characteristics import Characteristic

NOTE, NONCONFORMANCE, RESULT = "note", "nonconformance", "result"
SCRAP, REWORK, BLOCKER = "scrap", "rework", "blocker"
KINDS: Final = (NOTE, NONCONFORMANCE, RESULT, REWORK, SCRAP, BLOCKER)
PRINTED: Final = (NONCONFORMANCE, NOTE, RESULT, REWORK, SCRAP)
"""What is worth ink at a step, what says most first; a blocker that is over is not."""
_AGAIN: Final = " (again)"


@dataclass(frozen=True, slots=True)
class Dismissal:
    """Who set something aside, when, and why it need not be told any more."""

    person: str
    at: str
    why: str


@dataclass(frozen=True, slots=True)
class Remembered:
    """Something that went wrong, or was noted, on an earlier job of the item.

    ``ref`` names the record it is read from, ``nc/3``; ``rev`` the revision the job was on then;
    ``times`` how often the same was said, of which this is the newest.
    """

    ref: str
    kind: str
    item: str
    rev: str
    job: str
    words: str
    at: str
    person: str
    seq: int | None = None
    title: str = ""
    station: str = ""
    balloons: tuple[str, ...] = ()
    requirement: str = ""
    more: str = ""
    dismissal: Dismissal | None = None
    times: int = 1

    @property
    def source(self) -> str:
        """Return where it comes from: ``J-2041, revision B``."""
        return f"{self.job}, revision {self.rev}"

    @property
    def printed(self) -> str:
        """Return it as paper says it: ``J-2041 B: Slot 5.94; rework; cause: end mill worn``."""
        said = "; ".join(part for part in (self.words, self.more) if part)
        return " ".join(f"{self.job} {self.rev}: {said}".split())

    def other(self, rev: str) -> bool:
        """Say whether it was said of another revision than the one asked about."""
        return self.rev != rev

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        gone = self.dismissal
        return {
            "ref": self.ref, "kind": self.kind, "number": self.item, "rev": self.rev,
            "job": self.job, "op": self.seq, "title": self.title or None,
            "station": self.station or None, "balloons": list(self.balloons),
            "requirement": self.requirement or None, "words": self.words,
            "more": self.more or None, "times": self.times, "at": self.at, "by": self.person,
            "dismissed": gone and {"by": gone.person, "at": gone.at, "why": gone.why},
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """What the rule has to know of a step: its number, title and station."""

    seq: int
    title: str
    station: str


def step_of(one: Remembered, steps: Sequence[Place]) -> int | None:
    """Return the step something is told at: of that title, else of that number and station."""
    if one.seq is None:
        return None
    title, seq = _plain(one.title), one.seq
    same = [step for step in steps if title and _plain(step.title) == title]
    here = [step for step in same if step.station == one.station] or same
    if here:
        return min(here, key=lambda step: abs(step.seq - seq)).seq
    return next(
        (step.seq for step in steps if step.seq == seq and step.station == one.station), None
    )


def about(one: Remembered, told: Characteristic) -> bool:
    """Say whether something was said of a characteristic: of its requirement, else its balloon."""
    if one.requirement and _plain(one.requirement) == _plain(told.requirement):
        return True
    return told.balloon.casefold() in {balloon.casefold() for balloon in one.balloons}


def placed(
    found: Iterable[Remembered], steps: Sequence[Place]
) -> dict[int | None, tuple[Remembered, ...]]:
    """Return what is told by step; under None what belongs to no step there is."""
    told: dict[int | None, list[Remembered]] = {}
    for one in found:
        told.setdefault(step_of(one, steps), []).append(one)
    return {seq: tuple(rows) for seq, rows in told.items()}


def gathered(found: Iterable[Remembered]) -> tuple[Remembered, ...]:
    """Return the same things once, with how often they were said; the newest stands for all."""
    first: dict[tuple[str, str, str, tuple[str, ...]], Remembered] = {}
    for one in found:
        same = (one.kind, _plain(one.words), _plain(one.title), one.balloons)
        known = first.get(same)
        first[same] = replace(known, times=known.times + 1) if known else one
    return tuple(first.values())


def worth_printing(found: Iterable[Remembered], most: int) -> tuple[tuple[str, ...], int]:
    """Return the few that matter most as paper says them, and how many more there are."""
    told = [one for one in found if one.kind in PRINTED]
    told.sort(key=lambda one: PRINTED.index(one.kind))  # the newest of each kind stays first
    return tuple(one.printed for one in told[:most]), max(0, len(told) - most)


def _plain(text: str) -> str:
    return " ".join(text.casefold().removesuffix(_AGAIN).split())
