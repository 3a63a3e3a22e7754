# SPDX-License-Identifier: AGPL-3.0-or-later
"""Counting: the book follows the ledger event by event, and can be counted anew from nothing.

What an event touches is counted again whole (one job, its delivery, its blockers), so a record
that corrects another needs no rule of its own.  The first count goes job by job in parts, so that
no page and no release waits for ten years; events that come meanwhile are taken in afterwards.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sqlalchemy.engine import Connection

from traveler.performance import facts, reading
from traveler.performance.book import FILE, TABLES, Book, Place, file_of, opened
from traveler.performance.errors import FiguresDiffer
from traveler.performance.facts import Day
from traveler.performance.periods import days_in, zone
from traveler.performance.reading import Head
from vault.home import Vault

PART: Final = 200
"""Jobs counted in one part of the first count."""
EVENTS: Final = 2000
"""Events taken in at once."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the figures are: ``counted`` jobs of the first count, ``behind`` events."""

    counted: int
    of: int
    behind: int
    is_first: bool

    @property
    def is_whole(self) -> bool:
        """Say whether everything that happened is in the figures."""
        return not self.behind and not self.is_first


Tell = Callable[[Standing], None]


def keep_up(vault: Vault) -> None:
    """Take in one part of what is not counted yet; what a server does beside its pages."""
    advance(vault)


def advance(vault: Vault) -> Standing:
    """Take in one part of what is not counted yet, and return how far that is.

    With nothing new this reads one row of the book and two of the ledger.
    """
    with opened(vault) as book:
        return _advance(vault, book)


def catch_up(vault: Vault, tell: Tell = lambda standing: None) -> Standing:
    """Take in all that is not counted yet, telling after each part how far that is."""
    with opened(vault) as book:
        return _whole(vault, book, tell)


def recount(vault: Vault, tell: Tell = lambda standing: None) -> Standing:
    """Count everything anew aside, and let that take the place of what was kept."""
    with opened(vault) as book:
        with book.file.remade() as fresh:
            _whole(vault, Book(fresh), tell)
        return _whole(vault, book, tell)


def check(vault: Vault, tell: Tell = lambda standing: None) -> int:
    """Compare the kept rows with a recount and return how many there are; raises FiguresDiffer."""
    with tempfile.TemporaryDirectory(prefix=".performance-", dir=vault.root) as folder:
        aside = file_of(Path(folder) / FILE)
        aside.make_ready()
        try:
            with opened(vault) as kept:
                fresh = Book(aside)
                _whole(vault, fresh, tell)
                _whole(vault, kept, tell)
                while _head(kept) != _head(fresh):  # somebody works meanwhile
                    _whole(vault, fresh, tell)
                    _whole(vault, kept, tell)
                return compared(kept, fresh)
        finally:
            aside.close()


def compared(kept: Book, fresh: Book) -> int:
    """Return how many rows both books have; raises FiguresDiffer where they are not the same."""
    count, differing = 0, []
    for table in TABLES:
        here, there = kept.rows(table), fresh.rows(table)
        count += len(there)
        differing += [f"{table} {one[:2]}" for one in set(here) ^ set(there)]
    if differing:
        raise FiguresDiffer(count=len(differing), where=min(differing))
    return count


# --- inside -----------------------------------------------------------------


def _whole(vault: Vault, book: Book, tell: Tell) -> Standing:
    while True:
        now = _advance(vault, book)
        tell(now)
        if now.is_whole:
            return now


def _advance(vault: Vault, book: Book) -> Standing:
    # The book is read before the ledger, whose moment then is the later one of the two.
    place = book.place()
    with vault.ledger.reading() as connection:
        head = reading.head(connection)
        sound = _sound(vault, place, connection)
    if sound is not None and sound.through is None and sound.head.seq >= head.seq:
        return Standing(sound.counted, sound.counted, 0, is_first=False)
    with book.file.transaction():
        place = book.place()
        with vault.ledger.reading() as connection:
            head = reading.head(connection)
            sound = _sound(vault, place, connection)
            if sound is None:
                book.file.forget()
                sound = Place(head, vault.settings.time_zone, "", 0)
            part = _events if sound.through is None else _first_part
            now = part(book, connection, sound, days_in(zone(sound.zone)))
            of = reading.job_count(connection) if now.through is not None else now.counted
        book.move(now)
    behind = max(0, head.seq - now.head.seq)
    return Standing(min(now.counted, of), of, behind, is_first=now.through is not None)


def _head(book: Book) -> Head | None:
    place = book.place()
    return place.head if place else None


def _sound(vault: Vault, place: Place | None, connection: Connection) -> Place | None:
    """Return how far is counted; None where that is of another ledger, or of another time zone."""
    if place is None or place.zone != vault.settings.time_zone:
        return None
    return place if reading.is_there(connection, place.head) else None


def _first_part(book: Book, connection: Connection, place: Place, day: Day) -> Place:
    found = reading.jobs_after(connection, place.through or "", PART)
    numbers = [number for number, _ in found]
    if numbers:
        _jobs(book, connection, numbers, day)
        return replace(place, through=found[-1][1], counted=place.counted + len(numbers))
    _blockers(book, connection, (), reading.station_blockers(connection))
    return replace(place, through=None)


def _events(book: Book, connection: Connection, place: Place, day: Day) -> Place:
    touched = reading.touched(connection, place.head.seq, EVENTS)
    for start in range(0, len(touched.jobs), PART):
        _jobs(book, connection, touched.jobs[start : start + PART], day)
    if touched.blockers:
        _blockers(book, connection, (), touched.blockers)
    head = touched.head if touched.head.hash else place.head
    return replace(place, head=Head(head.seq, head.hash))


def _jobs(book: Book, connection: Connection, numbers: Sequence[str], day: Day) -> None:
    kin = reading.families(connection, numbers)
    every = list(dict.fromkeys([*numbers, *(one for family in kin.values() for one in family)]))
    known = reading.known(connection, every)
    own = [known[number] for number in numbers if number in known]
    book.put_jobs(numbers, [facts.of_job(one, day) for one in own])
    roots = list(kin)
    made = [
        facts.of_delivery([known[one] for one in family if one in known], day)
        for root, family in kin.items() if root in known
    ]  # fmt: skip
    book.put_deliveries(roots, [one for one in made if one is not None])
    _blockers(book, connection, numbers, ())


def _blockers(
    book: Book, connection: Connection, numbers: Sequence[str], ids: Sequence[int]
) -> None:
    rows = []
    if numbers:
        rows += reading.blockers(connection, numbers=numbers)
    if ids:
        rows += reading.blockers(connection, ids=ids)
    made = [part for where, turns in rows for part in facts.of_blocker(where, turns)]
    book.put_blockers(numbers, ids, made)
