# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a wall shows of a shop with more stations than have room on it, read from ten metres.

Every station stands in a map, green or red, at its own place, and that never turns.  Beside it few
are told large, with the reason: those that are red before all others.  Where they are more than
have room, pages turn and a mark says so; no red one is ever out of sight.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from traveler.dispatch.board import AtStation

WHOLE: Final = 12
"""So many stations are all told large, on one page."""
PLACES: Final = 8
"""How many are told large at once where there are more."""
STAYING: Final = 6
"""So many red ones stay while the green ones turn; more than that, and the red ones turn alone."""
MAPPED: Final = 60
"""How many places the map has; a larger shop's names the red ones and counts the others."""


@dataclass(frozen=True, slots=True)
class Told:
    """A page of stations told large; ``said`` is its mark, the first ``staying`` stand on each."""

    stations: tuple[AtStation, ...]
    said: str
    staying: int = 0


@dataclass(frozen=True, slots=True)
class Wall:
    """The pages, the map, and how many red and green stations the map has no place for."""

    pages: tuple[Told, ...]
    map: tuple[AtStation, ...] = ()
    more_red: int = 0
    more_green: int = 0


def laid_out(seen: Sequence[AtStation]) -> Wall:
    """Return what the wall shows of these stations."""
    if len(seen) <= WHOLE:
        return Wall((Told(tuple(seen), ""),))
    red = [one for one in seen if one.red]
    pages = tuple(_pages(red, [one for one in seen if not one.red and (one.running or one.ready)]))
    if len(seen) <= MAPPED:
        return Wall(pages, tuple(seen))
    mapped = red[:MAPPED]
    return Wall(pages, tuple(mapped), len(red) - len(mapped), len(seen) - len(red))


def _pages(red: Sequence[AtStation], at_work: Sequence[AtStation]) -> Iterator[Told]:
    if len(red) > STAYING:
        for start in range(0, len(red), PLACES):
            some = tuple(red[start : start + PLACES])
            whole = len(red) <= PLACES
            yield Told(
                some, "" if whole else f"red {start + 1} to {start + len(some)} of {len(red)}"
            )
        return
    room = PLACES - len(red)
    count = max(1, -(-len(at_work) // room))
    for page in range(count):
        some = tuple(at_work[page * room : (page + 1) * room])
        yield Told((*red, *some), f"page {page + 1} of {count}" if count > 1 else "", len(red))
