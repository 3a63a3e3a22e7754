# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verbs behind the pages: a report over a range, about everything or about one thing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from traveler import words
from traveler.performance import counting, periods, reading, rules
from traveler.performance.book import Book, Choice, opened
from traveler.performance.counting import Standing
from traveler.performance.facts import BlockerFact, DeliveryFact, StepFact
from traveler.performance.manned import Places
from traveler.performance.measures import Figures
from traveler.performance.periods import Period, Range
from vault import clock
from vault.home import Vault
from vault.ledger import people
from vault.ledger.people import Person

NEWEST: Final = 200
"""Operations and deliveries a report lists."""


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
        if not self.total.is_empty:
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


def report(vault: Vault, wanted: Wanted) -> Report:
    """Return the figures of a range about everything, an item, a station or a customer.

    Those of people are not among them.  Raises BadPeriod or BadGrouping.
    """
    asked, choice = _asked(vault, replace(wanted, person=""))
    standing = counting.advance(vault)
    with opened(vault) as book, book.file.snapshot():
        blocked = _blocked(vault, book, asked, choice)
        summed = _summed(book, choice)
        days = summed("day")
        total = _total([*days.values(), *(one.figures for one in blocked.all)])
        about_one = wanted.item or wanted.station
        return Report(
            wanted, asked, standing, book.first_day(), total,
            _periods(asked, days, blocked.periods),
            _rows(summed("station")), _rows(summed("item")), _rows(summed("customer")), (),
            blocked.kinds, blocked.owners, _steps(book, choice) if about_one else (),
            tuple(book.newest(choice, NEWEST)) if about_one else (),
            () if wanted.station else tuple(book.deliveries(choice, NEWEST)),
        )  # fmt: skip


def of_person(vault: Vault, actor: Person, wanted: Wanted) -> Report:
    """Return the figures of one person; raises FiguresOfOthers, NoSuchPerson, BadPeriod."""
    rules.require_sight(vault, actor, wanted.person)
    people.get(vault.ledger, wanted.person)
    asked, choice = _asked(vault, wanted)
    standing = counting.advance(vault)
    with opened(vault) as book, book.file.snapshot():
        days = book.sums("stint", "day", choice)
        return Report(
            wanted, asked, standing, book.first_day(), _total(days.values()),
            _periods(asked, days, {}), _rows(book.sums("stint", "station", choice)),
            _rows(book.sums("stint", "item", choice)),
        )  # fmt: skip


def of_people(vault: Vault, actor: Person, wanted: Wanted) -> Report:
    """Return the figures of everybody this person may see, by name; raises BadPeriod."""
    asked, choice = _asked(vault, wanted)
    if not rules.sees_people(vault, actor):
        choice = replace(choice, person=actor.name)
    standing = counting.advance(vault)
    with opened(vault) as book, book.file.snapshot():
        found = book.sums("stint", "person", choice)
        return Report(
            wanted, asked, standing, book.first_day(), _total(found.values()), (),
            people=_rows(found),
        )  # fmt: skip


def steps_of_job(vault: Vault, number: str) -> list[StepFact]:
    """Return what each counted operation of a job took against its plan."""
    counting.advance(vault)
    with opened(vault) as book:
        return book.of_job(number)


# --- inside -----------------------------------------------------------------


def _asked(vault: Vault, wanted: Wanted) -> tuple[Range, Choice]:
    today = words.today(vault.settings.time_zone)
    asked = periods.read(wanted.first, wanted.last, wanted.by, date.fromisoformat(today))
    choice = Choice(
        asked.first.isoformat(), asked.last.isoformat(), today, wanted.item, wanted.station,
        wanted.customer, wanted.person,
    )  # fmt: skip
    return asked, choice


def _summed(book: Book, choice: Choice) -> Callable[[str], dict[str, Figures]]:
    """Return what adds up steps, jobs and deliveries by a column; a station has steps alone."""

    def by(column: str) -> dict[str, Figures]:
        found = book.sums("step", column, choice)
        if choice.station or column == "station":
            return found
        for table in ("job", "delivery"):
            name = "due" if (table, column) == ("delivery", "day") else column
            for key, figures in book.sums(table, name, choice).items():
                found[key] = found[key] + figures if key in found else figures
        return found

    return by


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
    """The time blockers held work, in three orders; ``all`` is what it adds up to."""

    all: tuple[Row, ...]
    periods: Mapping[str, Figures]
    kinds: tuple[Row, ...]
    owners: tuple[Row, ...]


def _blocked(vault: Vault, book: Book, asked: Range, choice: Choice) -> _Blocked:
    shop = periods.zone(vault.settings.time_zone)
    now = int(clock.moment(clock.now()).timestamp())
    first = periods.midnight(asked.first, shop)
    last = min(now, periods.midnight(asked.last + timedelta(days=1), shop))
    found = book.blockers(choice, first, last)
    if not found:
        return _Blocked((), {}, (), ())
    with vault.ledger.reading() as connection:
        places = Places(reading.told_hours(connection), first, shop)
    spans = [(one.key, periods.midnight(one.first, shop),
              periods.midnight(one.last + timedelta(days=1), shop)) for one in asked.periods]  # fmt: skip
    kinds, owners = _Counted(), _Counted()
    parts: dict[str, Figures] = {}
    for one in found:
        since, until = max(one.since, first), min(last if one.until is None else one.until, last)
        whole = Figures()
        for key, begin, end in spans:
            if since < end and until > begin:
                piece = _time(places, one, max(since, begin), min(until, end))
                parts[key] = parts.get(key, Figures()) + piece
                whole = whole + piece
        kinds.add(one.kind, one.blocker, whole)
        owners.add(one.owner, one.blocker, whole)
    return _Blocked(kinds.rows(), parts, kinds.rows(), owners.rows())


def _time(places: Places, one: BlockerFact, since: int, until: int) -> Figures:
    return Figures(
        blocked=(until - since) / 60, manned=float(places.between(one.station, since, until))
    )


class _Counted:
    """Blocked time by a name; a blocker that several stretches belong to counts once."""

    def __init__(self) -> None:
        self._sums: dict[str, Figures] = {}
        self._seen: dict[str, set[int]] = {}

    def add(self, name: str, blocker: int, time: Figures) -> None:
        """Add a stretch of a blocker."""
        self._sums[name] = self._sums.get(name, Figures()) + time
        self._seen.setdefault(name, set()).add(blocker)

    def rows(self) -> tuple[Row, ...]:
        """Return the rows, the longest first."""
        rows = [Row(name, sums + Figures(blockers=len(self._seen[name])))
                for name, sums in self._sums.items()]  # fmt: skip
        return tuple(sorted(rows, key=lambda one: (-one.figures.manned, -one.figures.blocked,
                                                   one.name)))  # fmt: skip
