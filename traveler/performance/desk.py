# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verbs behind the pages: a report over a range, about everything or about one thing."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from traveler import words
from traveler.performance import counting, periods, reading, rules
from traveler.performance.book import Book, Choice, opened
from traveler.performance.counting import Standing
from traveler.performance.facts import DeliveryFact, StepFact
from traveler.performance.manned import Places
from traveler.performance.measures import Figures
from traveler.performance.periods import Period, Range
from vault import clock
from vault.home import Vault
from vault.ledger import people
from vault.ledger.people import Person

NEWEST: Final = 200
"""Operations and deliveries a report lists."""
_BY: Final = ("station", "item", "customer")
PARTS: Final = ("periods", "stations", "items", "customers", "blockers", "steps", "newest",
                "deliveries")  # fmt: skip
"""What a report can have; ``report`` leaves out what nobody looks at."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which figures: days as people write them, the grouping, and what they are about."""

    first: str = ""
    last: str = ""
    by: str = ""
    item: str = ""
    station: str = ""
    customer: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one thing: a period, a station, an item."""

    name: str
    figures: Figures
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A step of an item over all jobs in the range."""

    item: str
    seq: int
    title: str
    station: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Report:
    """All that is told of a range; ``first_day`` is the first anything was counted on at all."""

    wanted: Wanted
    range: Range
    standing: Standing
    first_day: str
    total: Figures
    periods: tuple[Row, ...]
    stations: tuple[Row, ...] = ()
    items: tuple[Row, ...] = ()
    customers: tuple[Row, ...] = ()
    people: tuple[Row, ...] = ()
    kinds: tuple[Row, ...] = ()
    owners: tuple[Row, ...] = ()
    steps: tuple[Step, ...] = ()
    newest: tuple[StepFact, ...] = ()
    deliveries: tuple[DeliveryFact, ...] = ()

    @property
    def why_empty(self) -> str:
        """Return why there is nothing to see, empty where there is something."""
        if not self.total.is_empty or self.deliveries:
            return ""
        if self.standing.is_first:
            return "The records are being counted for the first time; look again in a moment."
        if not self.first_day:
            return (
                "No operation was finished and no job has ended yet, so there is nothing to count."
            )
        said = f"Nothing was counted from {self.range.first} to {self.range.last}"
        if any((self.wanted.item, self.wanted.station, self.wanted.customer)):
            return f"{said} for what was chosen."
        return f"{said}; the first day with figures is {self.first_day}."


def report(vault: Vault, wanted: Wanted, parts: Collection[str] = PARTS) -> Report:
    """Return the figures of a range about everything, an item, a station or a customer.

    ``parts`` are those somebody looks at; each costs a walk through the rows of the range.  Those of
    people are not among them.  Raises BadPeriod or BadGrouping.
    """
    standing = counting.advance(vault)
    asked, choice = _asked(vault, replace(wanted, person=""))
    with opened(vault) as book, book.file.snapshot():
        blocked = _blocked(vault, book, asked, choice) if "blockers" in parts else _NOTHING
        days = _by(book, choice, "day") if "periods" in parts else {}
        rows = {name: _rows(_by(book, choice, name)) if f"{name}s" in parts else () for name in _BY}
        total = _total([*_fullest(days, rows), *(one.figures for one in blocked.kinds)])
        return Report(
            wanted, asked, standing, book.first_day(), total,
            _periods(asked, days, blocked.periods) if "periods" in parts else (),
            **{f"{name}s": found for name, found in rows.items()},
            kinds=blocked.kinds, owners=blocked.owners,
            steps=_steps(book, choice) if "steps" in parts else (),
            newest=tuple(book.newest(choice, NEWEST)) if "newest" in parts else (),
            deliveries=tuple(book.deliveries(choice, NEWEST))
            if "deliveries" in parts and not wanted.station else (),
        )  # fmt: skip


def of_person(vault: Vault, actor: Person, wanted: Wanted) -> Report:
    """Return the figures of one person; raises FiguresOfOthers, NoSuchPerson, BadPeriod."""
    rules.require_sight(vault, actor, wanted.person)
    people.get(vault.ledger, wanted.person)
    standing = counting.advance(vault)
    asked, choice = _asked(vault, wanted)
    with opened(vault) as book, book.file.snapshot():
        days = book.sums("stint", "day", choice)
        return Report(
            wanted, asked, standing, book.first_day(), _total(days.values()),
            _periods(asked, days, {}), _rows(book.sums("stint", "station", choice)),
            _rows(book.sums("stint", "item", choice)),
        )  # fmt: skip


def of_people(vault: Vault, actor: Person, wanted: Wanted) -> Report:
    """Return the figures of everybody this person may see, by name; raises BadPeriod."""
    standing = counting.advance(vault)
    asked, choice = _asked(vault, wanted)
    if not rules.sees_people(vault, actor):
        choice = replace(choice, person=actor.name)
    with opened(vault) as book, book.file.snapshot():
        found = book.sums("stint", "person", choice)
        return Report(
            wanted, asked, standing, book.first_day(), _total(found.values()), (),
            people=_rows(found),
        )  # fmt: skip


# --- inside -----------------------------------------------------------------


def _asked(vault: Vault, wanted: Wanted) -> tuple[Range, Choice]:
    """Return the range and what it is about; without a first day not before there are figures."""
    today = words.today(vault.settings.time_zone)
    asked = periods.read(wanted.first, wanted.last, wanted.by, date.fromisoformat(today))
    if not wanted.first:
        with opened(vault) as book:
            begun = book.first_day()
        if asked.first.isoformat() < begun <= asked.last.isoformat():
            start = periods.start(date.fromisoformat(begun), asked.by)
            asked = replace(asked, first=max(asked.first, start))
    choice = Choice(
        asked.first.isoformat(), asked.last.isoformat(), today, wanted.item, wanted.station,
        wanted.customer, wanted.person,
    )  # fmt: skip
    return asked, choice


def _fullest(days: Mapping[str, Figures], rows: Mapping[str, Sequence[Row]]) -> Iterable[Figures]:
    """Return figures that are the whole of the range together: those of its days, else of a list."""
    if days:
        return days.values()
    return next(([one.figures for one in some] for some in rows.values() if some), [])


def _by(book: Book, choice: Choice, column: str) -> dict[str, Figures]:
    """Return what steps, jobs and deliveries add up to by a column; a station has steps alone."""
    found = book.sums("step", column, choice)
    if choice.station or column == "station":
        return found
    for table in ("job", "delivery"):
        name = "due" if (table, column) == ("delivery", "day") else column
        for key, figures in book.sums(table, name, choice).items():
            found[key] = found[key] + figures if key in found else figures
    return found


def _periods(
    asked: Range, days: Mapping[str, Figures], more: Mapping[str, Figures]
) -> tuple[Row, ...]:
    found = dict.fromkeys((one.key for one in asked.periods), Figures())
    for day, figures in days.items():
        found_key = periods.key(date.fromisoformat(day), asked.by)
        found[found_key] = found[found_key] + figures
    return tuple(
        Row(one.key, found[one.key] + more.get(one.key, Figures()), one) for one in asked.periods
    )


def _rows(found: Mapping[str, Figures]) -> tuple[Row, ...]:
    """Return rows with the most work first."""
    rows = (Row(name, figures) for name, figures in found.items() if not figures.is_empty)
    weigh = [(-one.figures.labour, -one.figures.jobs, one.name, one) for one in rows]
    return tuple(one for *_, one in sorted(weigh, key=lambda row: row[:3]))


def _steps(book: Book, choice: Choice) -> tuple[Step, ...]:
    names = ("steps", "timed", "planned", "spent", "worked", "labour", "good", "scrap", "aside")
    return tuple(
        Step(item, seq, title, station, Figures(**dict(zip(names, sums, strict=True))))
        for item, seq, title, station, *sums in book.steps(choice)
    )


def _total(found: Iterable[Figures]) -> Figures:
    total = Figures()
    for one in found:
        total = total + one
    return total


@dataclass(frozen=True, slots=True)
class _Blocked:
    """The time blockers held work: by period, type and owner."""

    periods: Mapping[str, Figures]
    kinds: tuple[Row, ...]
    owners: tuple[Row, ...]


_NOTHING: Final = _Blocked({}, (), ())


def _blocked(vault: Vault, book: Book, asked: Range, choice: Choice) -> _Blocked:
    shop = periods.zone(vault.settings.time_zone)
    now = int(clock.instant().timestamp())
    first = periods.midnight(asked.first, shop)
    last = min(now, periods.midnight(asked.last + timedelta(days=1), shop))
    found = book.blockers(choice, first, last)
    if not found:
        return _NOTHING
    with vault.ledger.reading() as connection:
        places = Places(reading.told_hours(connection), first, shop)
    spans = [(one.key, periods.midnight(one.first, shop)) for one in asked.periods]
    starts = [begin for _, begin in spans]
    kinds, owners, parts = _Times(), _Times(), _Times()
    for one in found:
        since, until = max(one.since, first), min(last if one.until is None else one.until, last)
        for place in range(bisect_right(starts, since) - 1, bisect_left(starts, until)):
            begin = max(since, starts[place])
            end = min(until, starts[place + 1]) if place + 1 < len(starts) else until
            time = (end - begin) / 60, places.between(one.station, begin, end)
            for counted, name in ((kinds, one.kind), (owners, one.owner), (parts, spans[place][0])):
                counted.add(name, one.blocker, *time)
    by_period = {one.name: replace(one.figures, blockers=0) for one in parts.rows()}
    return _Blocked(by_period, kinds.rows(), owners.rows())


class _Times:
    """Blocked time by a name; a blocker of which several stretches belong to it counts once."""

    def __init__(self) -> None:
        self._sums: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        self._seen: defaultdict[str, set[int]] = defaultdict(set)

    def add(self, name: str, blocker: int, blocked: float, manned: float) -> None:
        """Add minutes by the clock and of work."""
        sums = self._sums[name]
        sums[0] += blocked
        sums[1] += manned
        self._seen[name].add(blocker)

    def rows(self) -> tuple[Row, ...]:
        """Return the rows, the longest first."""
        rows = [
            Row(name, Figures(blockers=len(self._seen[name]), blocked=blocked, manned=manned))
            for name, (blocked, manned) in self._sums.items()
        ]
        return tuple(
            sorted(rows, key=lambda one: (-one.figures.manned, -one.figures.blocked, one.name))
        )
