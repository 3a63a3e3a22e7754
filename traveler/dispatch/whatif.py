# SPDX-License-Identifier: AGPL-3.0-or-later
"""What if: the shop counted a second time with other pins or other rules, beside the first.

Nothing is written.  What is shown are the jobs whose end moves, and which of them come late by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from release.log import ReleaseLog
from traveler import job_records
from traveler.dispatch import desk as desks
from traveler.dispatch import records, rules, snapshot, wording
from traveler.dispatch.errors import BadTrial
from traveler.dispatch.pins import between
from traveler.dispatch.records import Pin
from traveler.errors import NoSuchJob
from traveler.schedule import ranking
from traveler.schedule.outlook import JobOutlook, outlook
from vault.home import Vault
from vault.names import fold

WORTH_TELLING: Final = 15
"""Minutes by which an end has to move before it is told."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried: jobs with their places (0 takes a pin back), and another ranking."""

    pins: Mapping[str, int]
    ranking: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """A job whose end would move: by how many minutes, and what it would be called then."""

    job: str
    before: JobOutlook
    after: JobOutlook
    now: int

    @property
    def minutes(self) -> int | None:
        """Return by how much later it would be done, less than 0 for earlier; None: no date."""
        if self.before.finish is None or self.after.finish is None:
            return None
        return self.after.finish - self.before.finish

    @property
    def worse(self) -> bool:
        """Say whether it would come late by this."""
        return self.before.verdict == "on time" and self.after.verdict != "on time"

    @property
    def better(self) -> bool:
        """Say whether it would be in time by this."""
        return self.before.verdict != "on time" and self.after.verdict == "on time"

    @property
    def sentence(self) -> str:
        """Return it in one line: ``2 d later, done 14 Dec instead of 12 Dec: comes late``."""
        turn = f"turn {self.after.rank} instead of {self.before.rank}"
        if self.minutes is None or self.after.finish is None or self.before.finish is None:
            return turn
        far = wording.span(abs(self.minutes))
        way = "later" if self.minutes > 0 else "earlier"
        end = wording.when(self.after.finish, self.now)
        was = wording.when(self.before.finish, self.now)
        dates = f", done {end} instead of {was}" if end != was else f", done {end} still"
        return f"{far} {way}{dates}" + (
            ": would come late" if self.worse else ": would be in time" if self.better else ""
        )

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        ends = (self.before.finish, self.after.finish)
        before, after = (None if one is None else wording.stamp(one) for one in ends)
        return {
            "job": self.job, "why": self.sentence, "minutes": self.minutes,
            "before": before, "after": after, "verdict_before": self.before.verdict,
            "verdict_after": self.after.verdict, "rank_before": self.before.rank,
            "rank_after": self.after.rank,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a trial would change: the jobs that move, those that come late first."""

    ranking: tuple[str, ...]
    moved: tuple[Moved, ...]

    @property
    def sentence(self) -> str:
        """Return it in one line."""
        if not self.moved:
            return "No job would be done earlier or later."
        earlier = sum((one.minutes or 0) < 0 for one in self.moved)
        later = sum((one.minutes or 0) > 0 for one in self.moved)
        worse = sum(one.worse for one in self.moved)
        better = sum(one.better for one in self.moved)
        jobs = "job" if earlier == 1 else "jobs"
        parts = [f"{earlier} {jobs} would be done earlier, {later} later"]
        parts += [f"{worse} would come late that now {_are(worse)} in time"] if worse else []
        parts += [f"{better} would be in time that now {_come(better)} late"] if better else []
        return "; ".join(parts) + "."

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            "why": self.sentence, "ranking": list(self.ranking),
            "moved": [one.as_json() for one in self.moved],
        }  # fmt: skip


def parse(texts: tuple[str, ...]) -> dict[str, int]:
    """Return the pins of ``JOB=PLACE`` texts; raises BadTrial."""
    found: dict[str, int] = {}
    for text in texts:
        job, equals, place = text.rpartition("=")
        if not equals or not job.strip():
            raise BadTrial(text=text, why="it names no job and place")
        if not place.strip().isascii() or not place.strip().isdigit() or len(place.strip()) > 4:
            raise BadTrial(text=text, why="the place is no number from 0 on")
        found[job.strip()] = int(place)
    return found


def run(vault: Vault, trial: Trial) -> Outcome:
    """Count the shop as it is and as it would be, and tell the difference.

    Raises NoSuchJob, BadPlace or BadRanking.
    """
    with vault.ledger.reading() as connection, desks.undisturbed():
        now = snapshot.now(vault.settings.time_zone)
        stand = snapshot.standings(ReleaseLog(vault))
        facts = {one.job.number: one for one in snapshot.jobs(connection, stand, now.day)}
        floor = snapshot.floor(connection)
        pins = records.pins(connection)
        known = {fold(number): number for number in facts}
        for number in trial.pins:
            if fold(number) not in known:
                found = job_records.job(connection, number)
                raise NoSuchJob(number=number if found is None else f"{found.number} (closed)")
        wished = {known[fold(number)]: place for number, place in trial.pins.items()}
        names = rules.names(vault)
        tried = names if trial.ranking is None else rules.read({"ranking": list(trial.ranking)})
        ends = []
        for order, chosen in ((pins, names), (_with(pins, wished), tried)):
            by_job = {one.job: one for one in order}
            loads = [
                snapshot.load(one, floor, now, by_job.get(number)) for number, one in facts.items()
            ]
            resources = list(floor.resources.values())
            ends.append(outlook(loads, resources, now.minute, ranking.read(chosen)).jobs)
    moved = [
        Moved(number, ends[0][number], ends[1][number], now.minute)
        for number in facts
        if _differs(ends[0][number], ends[1][number])
    ]
    moved.sort(key=lambda one: (not one.worse, -abs(one.minutes or 0), one.job))
    return Outcome(tried, tuple(moved))


def _with(pins: list[Pin], wished: Mapping[str, int]) -> list[Pin]:
    """Return the pins as they would stand, each place counted as ``pins.pin`` counts it."""
    standing = list(pins)
    for job, place in wished.items():
        standing = [one for one in standing if one.job != job]
        if place:
            spot = between(standing, place)
            standing = sorted([Pin(job, spot, 0, "", "", ""), *standing], key=lambda one: one.place)
    return [replace(one, position=number) for number, one in enumerate(standing, 1)]


def _differs(before: JobOutlook, after: JobOutlook) -> bool:
    if before.finish is None or after.finish is None:
        return before.finish != after.finish
    return abs(after.finish - before.finish) >= WORTH_TELLING or before.verdict != after.verdict


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _come(count: int) -> str:
    return "comes" if count == 1 else "come"
