# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which page of one document is which page of another.

By number alone an inserted sheet would make every sheet after it look changed; so pages are
matched by number and by likeness, in order, and a page without a like one was inserted or removed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

ALIKE: Final = 0.4
"""From this likeness on, two pages may be the same sheet."""
SURE: Final = 0.6
"""Where every page is at least this much like the one of its number, nobody looks further."""
SAME_NUMBER: Final = 0.02
"""What the same number is worth, where likeness alone cannot decide."""
STRESS: Final = 4
"""The power of likeness that counts: sheets of one set are all alike, the very same one is more."""
FEW_WORDS: Final = 5


@dataclass(frozen=True, slots=True)
class Look:
    """What a page is recognised by: its words, and its ink on a coarse grid, 0 to 255 a field."""

    words: frozenset[str]
    ink: bytes


@dataclass(frozen=True, slots=True)
class Match:
    """A page before and a page after, counted from 1; None on one side: inserted or removed."""

    before: int | None
    after: int | None


def match(before: Sequence[Look], after: Sequence[Look]) -> list[Match]:
    """Return the pages of both in reading order; no page is left out or told twice."""
    if len(before) == len(after) and (
        len(before) == 1
        or all(likeness(old, now) >= SURE for old, now in zip(before, after, strict=True))
    ):
        return [Match(page, page) for page in range(1, len(before) + 1)]
    return list(_swapped(_aligned(before, after)))


def likeness(old: Look, now: Look) -> float:
    """Return how alike two pages are, 0 to 1; words tell more than ink, where there are some."""
    ink = _ink_likeness(old.ink, now.ink)
    every = old.words | now.words
    if len(every) < FEW_WORDS:
        return ink
    return 0.6 * len(old.words & now.words) / len(every) + 0.4 * ink


def _ink_likeness(old: bytes, now: bytes) -> float:
    every = sum(old) + sum(now)
    if not every or len(old) != len(now):
        return float(len(old) == len(now))
    return 1 - sum(abs(one - other) for one, other in zip(old, now, strict=True)) / every


def _aligned(before: Sequence[Look], after: Sequence[Look]) -> list[Match]:
    """Return the matching in order that has the greatest likeness in sum."""
    rows, columns = len(before), len(after)
    worth = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    paired = [[0.0] * columns for _ in range(rows)]
    for row in range(rows - 1, -1, -1):
        for column in range(columns - 1, -1, -1):
            alike = likeness(before[row], after[column])
            value = alike**STRESS + SAME_NUMBER * (row == column) if alike >= ALIKE else -1.0
            paired[row][column] = value
            worth[row][column] = max(
                worth[row + 1][column], worth[row][column + 1], value + worth[row + 1][column + 1]
            )
    found, row, column = [], 0, 0
    while row < rows and column < columns:
        if worth[row][column] == paired[row][column] + worth[row + 1][column + 1]:
            found.append(Match(row + 1, column + 1))
            row, column = row + 1, column + 1
        elif worth[row][column] == worth[row + 1][column]:
            found.append(Match(row + 1, None))
            row += 1
        else:
            found.append(Match(None, column + 1))
            column += 1
    found += [Match(page + 1, None) for page in range(row, rows)]
    found += [Match(None, page + 1) for page in range(column, columns)]
    return found


def _swapped(found: Sequence[Match]) -> Iterator[Match]:
    """Yield the matches; as many removed as inserted at one place are sheets drawn anew."""
    gone: list[int] = []
    new: list[int] = []
    for one in (*found, None):
        if one is not None and one.before is None and one.after is not None:
            new.append(one.after)
        elif one is not None and one.after is None and one.before is not None:
            gone.append(one.before)
        else:
            yield from _told(gone, new)
            gone, new = [], []
            if one is not None:
                yield one


def _told(gone: Sequence[int], new: Sequence[int]) -> Iterator[Match]:
    if len(gone) == len(new):
        for old, now in zip(gone, new, strict=True):
            yield Match(old, now)
        return
    for old in gone:
        yield Match(old, None)
    for now in new:
        yield Match(None, now)
