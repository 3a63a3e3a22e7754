# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words of two sheets compared by what they say and where they stand.

A dimension that changed is a word that went and a word that came at nearly the same place.  What
stands where it stood is not told; what only moved is told as moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

Kind = Literal["number", "words", "moved"]

SAME_MM: Final = 1.0
"""A word that stands this near to where it stood has not moved."""
NEAR_MM: Final = 8.0
"""The same word this near is the same note pushed aside."""
PLACE_MM: Final = 15.0
"""How far apart a word that went and the one that replaced it may stand."""
GAP: Final = 1.6
"""Words of one line with a gap of more heights of type between them are cells beside each other."""
FAR_MM: Final = 150.0
"""How far away the same word is looked for, once nothing else explains it."""
_ORDER: Final = {"number": 0, "words": 1, "moved": 2}


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or words beside each other, and its box in millimetres from the upper left corner.

    ``line`` tells which words stand in one line of text.
    """

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    line: int = 0

    @property
    def x(self) -> float:
        """Return its middle from the left."""
        return (self.x0 + self.x1) / 2

    @property
    def y(self) -> float:
        """Return its middle from the top."""
        return (self.y0 + self.y1) / 2

    def distance(self, other: Word) -> float:
        """Return how far the middles are apart."""
        return float(((self.x - other.x) ** 2 + (self.y - other.y) ** 2) ** 0.5)

    def joined(self, other: Word) -> Word:
        """Return both as one, in this order."""
        return Word(
            f"{self.text} {other.text}".strip(), min(self.x0, other.x0), min(self.y0, other.y0),
            max(self.x1, other.x1), max(self.y1, other.y1), self.line,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """Words that went, words that came, or both; ``kind`` is ``number`` where one has a digit."""

    kind: Kind
    before: Word | None
    after: Word | None

    @property
    def boxes(self) -> tuple[Word, ...]:
        """Return where something went or came."""
        return tuple(one for one in (self.before, self.after) if one is not None)

    @property
    def place(self) -> tuple[float, float]:
        """Return where people should look: where it is now, else where it was."""
        one = self.after or self.before
        return (one.x, one.y) if one else (0.0, 0.0)


def changes(before: Sequence[Word], after: Sequence[Word]) -> list[Change]:
    """Return what differs: numbers first, then other words, then what moved; each from the top."""
    _, went, came = _same(before, after, SAME_MM)
    moved, lines_went, lines_came = _same(
        _phrases(before, went), _phrases(after, came), NEAR_MM
    )  # a whole note that was pushed aside, before its words are looked at one by one
    more, went, came = _same(_apart(before, went, lines_went), _apart(after, came, lines_came),
                             NEAR_MM)  # fmt: skip
    replaced, gone, new = _replaced(_phrases(before, went), _phrases(after, came))
    further, gone, new = _same(gone, new, FAR_MM)
    found = [Change("moved", old, now) for old, now in moved + more + further]
    found += [
        Change(_kind(old, now) if old.text != now.text else "moved", old, now)
        for old, now in replaced
    ]
    found += [Change(_kind(old), old, None) for old in gone]
    found += [Change(_kind(now), None, now) for now in new]
    return sorted(found, key=_order)


def _order(one: Change) -> tuple[int, int, float, float]:
    """Numbers first, and of each kind what was replaced before what came or went alone."""
    return _ORDER[one.kind], 2 - len(one.boxes), one.place[1], one.place[0]


Pairs = list[tuple[Word, Word]]


def _same(
    before: Sequence[Word], after: Sequence[Word], within: float
) -> tuple[Pairs, list[Word], list[Word]]:
    """Pair equal words nearest first; returns the pairs, and what is left of both.

    Only fields around a word are looked into, so that a sheet of ten thousand words takes no longer
    for each of them than a sheet of ten.
    """
    fields: dict[tuple[str, int, int], list[int]] = {}
    for place, word in enumerate(after):
        fields.setdefault((word.text, *_field(word, within)), []).append(place)
    near = []
    for at, word in enumerate(before):
        column, row = _field(word, within)
        near += [
            (distance, at, place)
            for across in (column - 1, column, column + 1)
            for down in (row - 1, row, row + 1)
            for place in fields.get((word.text, across, down), ())
            if (distance := word.distance(after[place])) <= within
        ]
    return _taken(before, after, ((at, place) for _distance, at, place in sorted(near)))


def _field(word: Word, side: float) -> tuple[int, int]:
    return int(word.x // side), int(word.y // side)


def _taken(
    before: Sequence[Word], after: Sequence[Word], wanted: Iterable[tuple[int, int]]
) -> tuple[Pairs, list[Word], list[Word]]:
    """Make each pair whose words are both free still."""
    went, came, pairs = set(range(len(before))), set(range(len(after))), []
    for at, place in wanted:
        if at in went and place in came:
            went.discard(at)
            came.discard(place)
            pairs.append((before[at], after[place]))
    return pairs, [before[at] for at in sorted(went)], [after[place] for place in sorted(came)]


def _phrases(words: Sequence[Word], left: Sequence[Word]) -> list[Word]:
    """Join the words that are left where they follow each other in one line, without a gap."""
    wanted = {id(one) for one in left}
    phrases: list[Word] = []
    last: Word | None = None
    for word in words:
        if id(word) not in wanted:
            last = None
            continue
        if last is not None and last.line == word.line and _gap(last, word) < GAP:
            phrases[-1] = phrases[-1].joined(word)
        else:
            phrases.append(word)
        last = word
    return phrases


def _gap(word: Word, following: Word) -> float:
    """Return how far two words of a line are apart, in heights of their type."""
    height = min(word.x1 - word.x0, word.y1 - word.y0, following.x1 - following.x0,
                 following.y1 - following.y0)  # fmt: skip
    apart = max(following.x0 - word.x1, word.x0 - following.x1,
                following.y0 - word.y1, word.y0 - following.y1)  # fmt: skip
    return apart / max(height, 0.5)


def _apart(words: Sequence[Word], left: Sequence[Word], phrases: Sequence[Word]) -> list[Word]:
    """Return the words that are left and belong to one of these phrases still."""
    kept = {id(word) for word in left}
    among = [word for word in words if id(word) in kept]
    return [
        word for word in among
        if any(one.line == word.line and one.x0 <= word.x <= one.x1 and one.y0 <= word.y <= one.y1
               for one in phrases)
    ]  # fmt: skip


def _replaced(went: Sequence[Word], came: Sequence[Word]) -> tuple[Pairs, list[Word], list[Word]]:
    """Pair what went with what came at its place, those that look alike first."""
    near = sorted(
        (distance - PLACE_MM / 2 * _likeness(old.text, now.text), at, place)
        for at, old in enumerate(went)
        for place, now in enumerate(came)
        if (distance := _distance(old, now)) <= PLACE_MM
    )
    return _taken(went, came, ((at, place) for _cost, at, place in near))


def _distance(old: Word, now: Word) -> float:
    """Return the distance of two phrases, by the nearer of their middles and their beginnings."""
    begun = ((old.x0 - now.x0) ** 2 + (old.y0 - now.y0) ** 2) ** 0.5
    return float(min(old.distance(now), begun))


def _likeness(old: str, now: str) -> float:
    if _has_digit(old) != _has_digit(now):
        return 0.0
    return SequenceMatcher(None, old[:80], now[:80], autojunk=False).ratio()


def _kind(*said: Word) -> Kind:
    return "number" if any(_has_digit(one.text) for one in said) else "words"


def _has_digit(text: str) -> bool:
    return any(sign.isdigit() for sign in text)
