# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which words a customer must not read, and what stands in their place: pure.

Words are taken out, not covered.  What people typed on the floor is changed; what was released or
signed is not, it is only looked through, and a packet that would say too much is refused.  *Firm*
words name one thing for sure: a full name, a machine with a number, another customer.  *Loose* ones,
as a first name or the station ``bench``, are taken out of what was typed and nowhere else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

from release.rules.packets import INITIALS, NAMES, Template
from traveler.packet.sections import Block, Facts, Grid, Picture, Section, Text
from vault.ledger.people import Person

OFFICE: Final = frozenset({"admin", "engineer", "approver", "planner", "quality"})
"""Who decides and signs, and is named; everybody else worked at the machines."""
STATION: Final = "a station"
OTHER: Final = "another customer"
ACTIVE: Final = "what acts by itself"
"""Scripts and actions of a PDF, formulas in a table: nobody who opens a packet runs any."""
PROPERTIES: Final = "what its properties say"
"""Author, company and title of an office file: emptied in the copy that leaves."""
SHORTEST: Final = 3
"""Signs of a word below which it is no name anybody could tell from others."""


@dataclass(frozen=True)
class Redaction:
    """The words that do not leave, by what stands instead; ``own`` are left alone where they stand."""

    firm: Mapping[str, str] = field(default_factory=dict)
    loose: Mapping[str, str] = field(default_factory=dict)
    own: frozenset[str] = frozenset()

    def said(self, text: str) -> str:
        """Return what somebody typed, without any of the words."""
        return self._all.sub(self._instead, nfc(text))

    def titled(self, text: str) -> str:
        """Return words of a release, as the title of a step, without the firm ones."""
        return self._firm.sub(self._instead, nfc(text))

    def found(self, text: str) -> list[str]:
        """Return the firm words in a text, each once."""
        found = (one[0] for one in self._firm.finditer(nfc(text)) if not self._is_own(one[0]))
        return list(dict.fromkeys(" ".join(one.split()) for one in found))

    def all_found(self, text: str) -> list[str]:
        """Return every word in a text that was typed by somebody, each once."""
        text = nfc(text)
        return list(dict.fromkeys(" ".join(text[a:b].split()) for a, b in self.spans(text)))

    def of_others(self, words: Iterable[str]) -> list[str]:
        """Return those of the words that name another customer."""
        return [one for one in words if self._folded.get(_folded(one)) == OTHER]

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where the words begin and end in a text."""
        return [one.span() for one in self._all.finditer(text) if not self._is_own(one[0])]

    def named(self, name: str) -> bool:
        """Say whether a file's name has one of the words in it."""
        return bool(self.spans(nfc(name)))

    def section(self, one: Section) -> Section:
        """Return a section as the customer reads it."""
        if one.fixed:
            return one
        return replace(
            one, title=self.titled(one.title), blocks=[self._block(b) for b in one.blocks]
        )

    def as_json(self) -> dict[str, Any]:
        """Return it for the worker process."""
        return {"firm": dict(self.firm), "loose": dict(self.loose), "own": sorted(self.own)}

    def _block(self, one: Block) -> Block:
        if isinstance(one, Text):
            return replace(one, words=self.said(one.words))
        if isinstance(one, Facts):
            change = self.titled if one.fixed else self.said
            return replace(one, rows=[(name, change(value)) for name, value in one.rows])
        if isinstance(one, Grid):
            return replace(one, rows=[
                [self.titled(cell) if at in one.fixed else self.said(cell)
                 for at, cell in enumerate(row)]
                for row in one.rows
            ])  # fmt: skip
        if isinstance(one, Picture):
            marks = tuple(
                {**mark, "words": self.said(mark["words"])} if "words" in mark else mark
                for mark in one.marks
            )
            marked = (self.said(one.marked[0]), one.marked[1])
            return replace(one, caption=self.said(one.caption), marks=marks, marked=marked)
        return one

    @cached_property
    def _all(self) -> re.Pattern[str]:
        return pattern([*self.firm, *self.loose, *self.own])

    @cached_property
    def _firm(self) -> re.Pattern[str]:
        return pattern([*self.firm, *self.own])

    @cached_property
    def _folded(self) -> dict[str, str]:
        return {_folded(word): said for word, said in {**self.loose, **self.firm}.items()}

    def _is_own(self, text: str) -> bool:
        return _folded(text) in {_folded(one) for one in self.own}

    def _instead(self, found: re.Match[str]) -> str:
        return found[0] if self._is_own(found[0]) else self._folded.get(_folded(found[0]), "–")


def pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Return what finds any of the words as a whole, the longest first; spaces may be line ends."""
    ordered = sorted({nfc(one) for one in words if one.strip()}, key=lambda one: (-len(one), one))
    if not ordered:
        return re.compile(r"(?!)")
    told = "|".join(r"\s+".join(re.escape(part) for part in one.split()) for one in ordered)
    return re.compile(rf"(?<![^\W_])(?:{told})(?![^\W_])", re.IGNORECASE)


def read(told: Mapping[str, Any]) -> Redaction:
    """Return it in the worker process."""
    return Redaction(told["firm"], told["loose"], frozenset(told["own"]))


def of(
    template: Template,
    people: Iterable[Person],
    signers: Iterable[str],
    stations: Iterable[str],
    others: Iterable[str],
    customer: str,
) -> Redaction:
    """Return what a template hides of a shop; names of other customers always."""
    firm: dict[str, str] = {}
    loose: dict[str, str] = {}
    kept = set(signers)
    if template.people != NAMES:
        for one in people:
            if not one.roles & OFFICE and one.name not in kept:
                _hide_person(one, template, firm, loose)
    if template.hides("stations"):
        for word in stations:
            kind = firm if any(sign.isdigit() for sign in word) else loose
            kind[word] = STATION
    firm |= dict.fromkeys(others, OTHER)
    own = frozenset({customer} if customer else ())
    return Redaction(_long(firm), _long(loose), own)


def alias(one: Person, template: Template) -> str:
    """Return how somebody is named in place of the name."""
    if template.people == INITIALS:
        parts = (one.full_name or one.name).replace("-", " ").split()
        return "".join(f"{part[0].upper()}." for part in parts)
    return min(one.roles, default="") or "a worker"


def _hide_person(
    one: Person, template: Template, firm: dict[str, str], loose: dict[str, str]
) -> None:
    said = alias(one, template)
    loose[one.name] = said
    parts = one.full_name.split()
    if len(parts) > 1:
        firm[one.full_name] = firm[f"{parts[-1]}, {' '.join(parts[:-1])}"] = said
    loose.update((part, said) for part in parts if part[0].isupper())
    if one.email:
        firm[one.email] = said


def _long(words: Mapping[str, str]) -> dict[str, str]:
    return {word: said for word, said in words.items() if len(word.strip()) >= SHORTEST}


def nfc(text: str) -> str:
    """Return a text with its accents joined to their letters, as the words are looked for."""
    return unicodedata.normalize("NFC", text)


def _folded(text: str) -> str:
    return " ".join(nfc(text).split()).casefold()
