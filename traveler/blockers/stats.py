# SPDX-License-Identifier: AGPL-3.0-or-later
"""Blockers counted: by type, by age, by owner, and how long it takes until they are resolved.

Pure counting over moments; a blocker that was reopened counts until it was resolved for good.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any, Final

from traveler import following, lifecycle
from traveler.blockers import kinds, records, telling
from vault import clock
from vault.home import Vault

AGES: Final = ((24, "up to a day"), (72, "1 to 3 days"), (168, "3 to 7 days"))
OLDEST: Final = "more than a week"
YEAR: Final = timedelta(days=365)
COLUMNS: Final = ("by", "name", "blocking", "raised", "median_hours", "oldest_hours")


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it counts, how many block now, how many were raised, typical hours to a resolution."""

    name: str
    blocking: int
    raised: int = 0
    hours: float | None = None
    oldest_hours: float = 0.0

    @property
    def takes(self) -> str:
        """Return the typical time to a resolution in words, empty where none was resolved."""
        return "" if self.hours is None else telling.span(timedelta(hours=self.hours))

    @property
    def oldest(self) -> str:
        """Return the age of the oldest one that blocks, in words, empty where none does."""
        return telling.span(timedelta(hours=self.oldest_hours)) if self.blocking else ""


@dataclass(frozen=True, slots=True)
class Stats:
    """The three countings; ``ages`` of what blocks now, from young to old."""

    types: tuple[Bar, ...]
    ages: tuple[Bar, ...]
    owners: tuple[Bar, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            "types": [
                {"type": one.name, "blocking": one.blocking, "raised": one.raised,
                 "median_hours": one.hours}
                for one in self.types
            ],
            "ages": [{"age": one.name, "blocking": one.blocking} for one in self.ages],
            "owners": [
                {"owner": one.name, "blocking": one.blocking, "raised": one.raised,
                 "oldest_hours": round(one.oldest_hours, 1)}
                for one in self.owners
            ],
        }  # fmt: skip

    def rows(self) -> list[dict[str, Any]]:
        """Return the three countings below one another, as a table; its columns are ``COLUMNS``."""
        counted = (("type", self.types), ("age", self.ages), ("owner", self.owners))
        return [
            dict(zip(COLUMNS, (by, *_cells(by, bar)), strict=True))
            for by, bars in counted for bar in bars
        ]  # fmt: skip


def _cells(by: str, bar: Bar) -> tuple[str, int, int | None, float | None, float | None]:
    if by == "age":  # of what blocks now alone
        return bar.name, bar.blocking, None, None, None
    oldest = round(bar.oldest_hours, 1) if bar.blocking else None
    return bar.name, bar.blocking, bar.raised, bar.hours, oldest


@dataclass(slots=True)
class Life:
    """One blocker's life so far, in hours."""

    kind: str
    owner: str
    state: str
    raised_at: str
    resolved_at: str = ""

    def hours(self, until: str) -> float:
        """Return how long it has lasted at a moment."""
        passed = clock.moment(until) - clock.moment(self.raised_at)
        return max(passed.total_seconds() / 3600, 0.0)


def counted(vault: Vault) -> Stats:
    """Return the statistics of a vault's blockers: what blocks now, and the last year."""
    following.follow(vault)
    now = clock.now()
    since = clock.text(clock.moment(now) - YEAR)
    with vault.ledger.reading() as connection:
        lives = _lives(records.moments(connection, since))
    return of(lives, now)


def of(lives: Iterable[Life], now: str) -> Stats:
    """Return the statistics of these lives at a moment."""
    every = list(lives)
    blocking = [one for one in every if one.state in lifecycle.BLOCKING]
    types = (_bar(name, [one for one in every if one.kind == name], now) for name in kinds.NAMES)
    owners: defaultdict[str, list[Life]] = defaultdict(list)
    for one in every:
        owners[one.owner].append(one)
    found = [_bar(name, those, now) for name, those in owners.items()]
    return Stats(
        types=tuple(one for one in types if one.raised),
        ages=_ages([one.hours(now) for one in blocking]),
        owners=tuple(sorted(found, key=lambda one: (-one.blocking, -one.oldest_hours, one.name))),
    )


def _bar(name: str, lives: list[Life], now: str) -> Bar:
    blocking = [one.hours(now) for one in lives if one.state in lifecycle.BLOCKING]
    took = [one.hours(one.resolved_at) for one in lives if one.resolved_at]
    typical = round(median(took), 1) if took else None
    return Bar(name, len(blocking), len(lives), typical, max(blocking, default=0.0))


def _ages(hours: list[float]) -> tuple[Bar, ...]:
    found, before = [], 0.0
    for limit, name in AGES:
        found.append(Bar(name, sum(before <= one < limit for one in hours)))
        before = limit
    return (*found, Bar(OLDEST, sum(one >= before for one in hours)))


def _lives(rows: Iterable[Any]) -> list[Life]:
    found: dict[int, Life] = {}
    for row in rows:
        life = found.setdefault(row.id, Life(row.kind, row.owner, row.state, row.raised_at))
        if row.act in {"resolve", "clear"}:
            life.resolved_at = life.resolved_at or row.at
        elif row.act == "reopen":
            life.resolved_at = ""
    return list(found.values())
