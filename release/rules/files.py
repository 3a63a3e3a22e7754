# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checks of an item's files: are they sound, are all there, do their names say the right letter."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Final

from release.finding import Finding
from release.rules import letters
from release.rules.case import NOBODY, Case, Need, found, listed
from release.rules.condition import ALWAYS, When, matches
from vault import item

FAULTS: Final = frozenset[Need]({"faults"})
NOTHING: Final = frozenset[Need]()
Alternatives = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FilesIntact:
    """Every file is in the store with its recorded sha256, and every PDF opens."""

    check: ClassVar[str] = "files intact"
    name: str = check
    may_override: frozenset[str] = NOBODY
    when: When = ALWAYS
    needs: frozenset[Need] = field(default=FAULTS, init=False)

    def judge(self, case: Case) -> Finding:
        """Return unsatisfied with the first fault, and how many there are."""
        faults = case.known.faults
        if not faults:
            return found(self, case, "satisfied", f"{len(case.item.files)} files, all readable")
        name, why = min(faults.items())
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        return found(self, case, "unsatisfied", f"{name}: {why}{more}",
                     f"check in a sound {name} again")  # fmt: skip


@dataclass(frozen=True, slots=True)
class SomethingToRelease:
    """There is at least one file beside the manifest; a release of nothing is a mistake."""

    check: ClassVar[str] = "something to release"
    name: str = check
    may_override: frozenset[str] = NOBODY
    when: When = ALWAYS
    needs: frozenset[Need] = field(default=NOTHING, init=False)

    def judge(self, case: Case) -> Finding:
        """Return unsatisfied where only the manifest is there."""
        if any(one.name != item.FILE for one in case.item.files):
            return found(self, case, "satisfied", "the item has files")
        return found(self, case, "unsatisfied", "the item has no files",
                     f"titleblock checkin {case.item.number} FILE…")  # fmt: skip


@dataclass(frozen=True, slots=True)
class DiffersFromRelease:
    """The item is not what is released already; a letter is never spent on nothing."""

    check: ClassVar[str] = "differs from its release"
    name: str = check
    may_override: frozenset[str] = NOBODY
    when: When = ALWAYS
    needs: frozenset[Need] = field(default=NOTHING, init=False)

    def judge(self, case: Case) -> Finding:
        """Return not applicable for a first release."""
        if case.item.from_rev is None:
            return found(self, case, "not applicable", "this is its first release")
        if case.item.tree == case.released_tree:
            return found(self, case, "unsatisfied", f"it is the same as {case.item.from_rev}",
                         "check in the change first")  # fmt: skip
        return found(self, case, "satisfied", f"it differs from {case.item.from_rev}")


@dataclass(frozen=True, slots=True)
class RequiredFiles:
    """For each pattern there is a file; a list in the list names alternatives."""

    check: ClassVar[str] = "required files"
    name: str = check
    files: tuple[Alternatives, ...] = ()
    may_override: frozenset[str] = NOBODY
    when: When = ALWAYS
    needs: frozenset[Need] = field(default=NOTHING, init=False)

    def judge(self, case: Case) -> Finding:
        """Return unsatisfied naming every pattern no file has."""
        names = [one.name for one in case.item.files]
        lacking = [
            any_of for any_of in self.files
            if not any(matches(pattern, name) for pattern in any_of for name in names)
        ]  # fmt: skip
        if not lacking:
            return found(self, case, "satisfied", f"{listed(_shown(self.files))} are there")
        return found(self, case, "unsatisfied", f"there is no {listed(_shown(tuple(lacking)))}",
                     f"titleblock checkin {case.item.number} FILE…")  # fmt: skip


@dataclass(frozen=True, slots=True)
class FileNamesAgree:
    """Where a file's name states a letter, it is the one this release gives."""

    check: ClassVar[str] = "file names agree"
    name: str = check
    pattern: str = ""
    required: bool = False
    may_override: frozenset[str] = NOBODY
    when: When = ALWAYS
    needs: frozenset[Need] = field(default=NOTHING, init=False)

    def judge(self, case: Case) -> Finding:
        """Return not applicable where no name states a letter, unless one is required to."""
        told = stated_letters(case, self.pattern)
        wrong = {name: letter for name, letter in told.items()
                 if not letters.same(letter, case.letter)}  # fmt: skip
        if wrong:
            name, letter = min(wrong.items())
            more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
            return found(self, case, "unsatisfied",
                         f"{name} says {letter}{more}, and this will be {case.letter}",
                         f"check in the file of {case.letter}, or rename it")  # fmt: skip
        if told:
            return found(self, case, "satisfied", f"{listed(sorted(told))} say {case.letter}")
        if self.required:
            return found(self, case, "unsatisfied", "no file name states a revision",
                         f"name a file {case.item.number}_{case.letter}…")  # fmt: skip
        return found(self, case, "not applicable", "no file name states a revision")


def stated_letters(case: Case, pattern: str = "") -> dict[str, str]:
    """Return for each file whose name states a letter which."""
    told = {
        one.name: letters.stated(one.name, case.item.number, case.scheme, pattern)
        for one in case.item.files
    }  # fmt: skip
    return {name: letter for name, letter in told.items() if letter is not None}


def _shown(files: tuple[Alternatives, ...]) -> list[str]:
    return [" or ".join(any_of) for any_of in files]
