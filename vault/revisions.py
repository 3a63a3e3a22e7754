# SPDX-License-Identifier: AGPL-3.0-or-later
"""Revision labels: how they are spelled and which one comes next.

A scheme knows nothing of any item; the order of releases is the order of the release log and
never that of labels.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from vault.errors import BadRevision, NoSuchScheme, RevisionsExhausted

ASME = "asme-y14.35"
NUMERIC = "numeric"


class Scheme(Protocol):
    """A numbering of revisions: positions from 1 upwards, each with exactly one label."""

    @property
    def name(self) -> str:
        """Return the name that stands in the rules."""
        ...

    def label(self, position: int) -> str:
        """Return the label at a position; raises RevisionsExhausted past the last one."""
        ...

    def parse(self, label: str) -> int:
        """Return the position of a label; raises BadRevision."""
        ...

    def first(self) -> str:
        """Return the label of a first release."""
        ...

    def after(self, label: str) -> str:
        """Return the label of the next release; raises BadRevision, RevisionsExhausted."""
        ...


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters of ASME Y14.35: A to Y, then AA to YY, never I O Q S X Z, in either place.

    The standard allows no third letter, so an item has at most 420 revisions.
    """

    name: str = ASME

    LETTERS = "ABCDEFGHJKLMNPRTUVWY"

    def label(self, position: int) -> str:
        """Return the label at a position; raises RevisionsExhausted after YY."""
        count = len(self.LETTERS)
        if not 1 <= position <= count + count * count:
            raise RevisionsExhausted(scheme=self.name, last="YY")
        tens, ones = divmod(position - 1, count)
        return (self.LETTERS[tens - 1] if tens else "") + self.LETTERS[ones]

    def parse(self, label: str) -> int:
        """Return the position of a label; raises BadRevision."""
        if not re.fullmatch(f"[{self.LETTERS}]{{1,2}}", label):
            raise BadRevision(
                label=label,
                scheme=self.name,
                expected="it has one or two capital letters, never I O Q S X Z",
            )
        position = 0
        for letter in label:
            position = position * len(self.LETTERS) + self.LETTERS.index(letter) + 1
        return position

    def first(self) -> str:
        """Return ``A``; the dash of an initial release is never given."""
        return self.label(1)

    def after(self, label: str) -> str:
        """Return the next label: ``Y`` is followed by ``AA``; raises BadRevision."""
        return self.label(self.parse(label) + 1)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Plain numbers from 1, without leading zeros."""

    name: str = NUMERIC

    LAST = 999_999

    def label(self, position: int) -> str:
        """Return the label at a position; raises RevisionsExhausted past 999999."""
        if not 1 <= position <= self.LAST:
            raise RevisionsExhausted(scheme=self.name, last=self.LAST)
        return str(position)

    def parse(self, label: str) -> int:
        """Return the position of a label; raises BadRevision."""
        if not re.fullmatch("[1-9][0-9]{0,5}", label):
            raise BadRevision(
                label=label,
                scheme=self.name,
                expected="it has one to six digits and starts with 1 to 9",
            )
        return int(label)

    def first(self) -> str:
        """Return ``1``."""
        return self.label(1)

    def after(self, label: str) -> str:
        """Return the next number; raises BadRevision."""
        return self.label(self.parse(label) + 1)


SCHEMES: dict[str, Scheme] = {scheme.name: scheme for scheme in (Letters(), Numbers())}


def scheme(name: str) -> Scheme:
    """Return the scheme the rules name; raises NoSuchScheme."""
    try:
        return SCHEMES[name]
    except KeyError:
        raise NoSuchScheme(scheme=name, known=", ".join(sorted(SCHEMES))) from None
