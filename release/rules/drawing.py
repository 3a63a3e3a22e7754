# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checks of what a drawing says of itself: its title block against what is being released.

The most common real fault is a drawing of one letter beside a model of another.  What cannot be
read from a PDF is said to be so: not applicable with the reason, or open where it is required.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar, Final

from release.finding import Finding
from release.rules import letters
from release.rules.case import NOBODY, Block, Case, Need, found, listed
from release.rules.condition import ALWAYS, When, matches
from release.rules.files import stated_letters

FIELDS: Final = ("number", "revision", "date", "title")
PDFS: Final = ("*.pdf",)
BLOCKS: Final = frozenset[Need]({"blocks"})
_MONTHS: Final = {
    name: place
    for place, names in enumerate(
        ("jan janvier enero gen", "feb fev fevrier febrero", "mar maerz marz mrz mars marzo",
         "apr avr avril abril", "may mai mayo mag", "jun juin junio giu", "jul juil juillet julio lug",
         "aug aout agosto ago", "sep sept set", "oct okt ott", "nov", "dec dez dic"), 1)
    for name in names.split()
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TitleBlockAgrees:
    """What the title blocks of the drawings say is what is being released."""

    check: ClassVar[str] = "title block agrees"
    name: str = check
    fields: tuple[str, ...] = ("number", "revision")
    files: tuple[str, ...] = PDFS
    required: bool = False
    may_override: frozenset[str] = NOBODY
    when: When = ALWAYS
    needs: frozenset[Need] = field(default=BLOCKS, init=False)

    def judge(self, case: Case) -> Finding:
        """Return unsatisfied where a sheet says something else, and name what cannot be told."""
        blocks = _blocks(case, self.files)
        wrong = [fault for name, block in blocks for one in self.fields
                 for fault in _disagreements(case, name, block, one)]  # fmt: skip
        if wrong:
            more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
            return found(self, case, "unsatisfied", f"{wrong[0]}{more}",
                         "put the drawing right and check it in again")  # fmt: skip
        told = [
            one for one in self.fields if any(_said(case, block, one) for _name, block in blocks)
        ]
        silent = [one for one in self.fields if one not in told]
        if not silent:
            return found(self, case, "satisfied", f"{listed(told)} agree")
        why = _why_silent(blocks, silent)
        if self.required:
            return found(self, case, "unsatisfied", f"cannot tell: {why}",
                         "export the PDF with its text instead of outlines, or have the rule"
                         " overridden after a look at it")  # fmt: skip
        if told:
            return found(self, case, "satisfied", f"{listed(told)} agree; cannot tell: {why}")
        return found(self, case, "not applicable", f"cannot tell: {why}")


@dataclass(frozen=True, slots=True)
class LettersAgree:
    """Drawings and models state one and the same letter, in title blocks and file names."""

    check: ClassVar[str] = "letters agree"
    name: str = check
    required: bool = False
    may_override: frozenset[str] = NOBODY
    when: When = ALWAYS
    needs: frozenset[Need] = field(default=BLOCKS, init=False)

    def judge(self, case: Case) -> Finding:
        """Return unsatisfied where two files state two letters, naming both."""
        told = [(name, letter) for name, letter in stated_letters(case).items()]
        told += [(f"the title block of {name}", letter) for name, block in _blocks(case, PDFS)
                 for letter in _said(case, block, "revision")]  # fmt: skip
        other = next((one for one in told if not letters.same(one[1], told[0][1])), None)
        if other is not None:
            (first, one), (second, two) = told[0], other
            return found(self, case, "unsatisfied", f"{first} says {one}, {second} says {two}",
                         f"check in drawing and model of {case.letter} together")  # fmt: skip
        if len(told) > 1:
            return found(self, case, "satisfied", f"all that state a letter say {told[0][1]}")
        if self.required:
            return found(self, case, "unsatisfied", "fewer than two files state a letter",
                         "state it in the title block and in the names of the files")  # fmt: skip
        return found(self, case, "not applicable", "fewer than two files state a letter")


def _blocks(case: Case, patterns: tuple[str, ...]) -> list[tuple[str, Block]]:
    return [(name, block) for name, block in sorted(case.known.blocks.items())
            if any(matches(pattern, name) for pattern in patterns)]  # fmt: skip


def _said(case: Case, block: Block, name: str) -> list[str]:
    """Return what the sheets say of a field.

    A table of changes speaks only where it has the letter to be: it may have been read in part.
    """
    told = []
    for sheet in block.sheets:
        value = sheet.get(name)
        if value is None and name == "revision":
            value = next((one for one in sheet.get("table", ()) if _same_letter(case, one)), None)
        if isinstance(value, str):
            told.append(value)
    return told


def _disagreements(case: Case, name: str, block: Block, asked: str) -> Iterator[str]:
    wanted, agrees = _WANTED[asked]
    for value in dict.fromkeys(_said(case, block, asked)):
        if not agrees(case, value):
            yield f"{name} says {asked} {value}, and {wanted(case)}"


def _same_number(case: Case, value: str) -> bool:
    return _plain(value) == _plain(case.item.number)


def _same_letter(case: Case, value: str) -> bool:
    return letters.same(value, case.letter)


def _same_title(case: Case, value: str) -> bool:
    said, wanted = _plain(value), _plain(case.item.title)
    return bool(said) and (wanted in said or said in wanted)


def _day_not_ahead(case: Case, value: str) -> bool:
    """Say whether a date is one, in any order of its parts, and not after tomorrow's."""
    latest = _today(case) + timedelta(days=1)  # it is tomorrow somewhere
    return any(day <= latest for day in days(value))


def _today(case: Case) -> date:
    return date.fromisoformat(case.now[:10]) if case.now else datetime.now(UTC).date()


_WANTED: Final[dict[str, tuple[Callable[[Case], str], Callable[[Case, str], bool]]]] = {
    "number": (lambda case: f"this is {case.item.number}", _same_number),
    "revision": (lambda case: f"this will be {case.letter}", _same_letter),
    "date": (lambda case: f"today is {_today(case)}", _day_not_ahead),
    "title": (lambda case: f"its title is {case.item.title}", _same_title),
}


def days(text: str) -> list[date]:
    """Return every day a text may mean; ``03/04/26`` may mean two."""
    plain = _ascii(text)
    numbers = [int(one) for one in re.findall(r"\d+", plain)]
    month = next((_MONTHS[word[:size]] for word in re.findall("[a-z]{3,}", plain)
                  for size in (len(word), 4, 3) if word[:size] in _MONTHS), None)  # fmt: skip
    if month is not None and len(numbers) == 2:
        orders = [(numbers[1], month, numbers[0]), (numbers[0], month, numbers[1])]
    elif month is None and len(numbers) == 3:
        one, two, three = numbers
        orders = [(one, two, three)] if one > 99 else [(three, two, one), (three, one, two)]
    else:
        return []
    return [day for order in orders if (day := _day(*order)) is not None]


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None


def _why_silent(blocks: list[tuple[str, Block]], silent: list[str]) -> str:
    if not blocks:
        return "there is no PDF to read"
    bare = [name for name, block in blocks if not block.words]
    if len(bare) == len(blocks):
        return f"{listed(bare)} has no text, only outlines or a picture"
    return f"no {listed(silent).replace(' and ', ' or ')} found in {listed([name for name, _ in blocks])}"


def _plain(text: str) -> str:
    return "".join(sign for sign in _ascii(text) if sign.isalnum())


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))
