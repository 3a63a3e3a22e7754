# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checks of what an item consists of and of what the order says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final, Literal

from release.finding import Finding
from release.rules.case import NOBODY, Case, Child, Need, found, listed
from release.rules.condition import ALWAYS, When, matches
from vault import bom

ROUTE: Final = "route.toml"
CHARACTERISTICS: Final = "characteristics.csv"
MANIFESTS: Final = frozenset[Need]({"manifests"})
TOLD: Final = 3  # children named in one finding
_WHY: Final[Mapping[str, str]] = {
    "recalled": "its last revision is recalled", "never released": "it was never released",
    "unknown": "it is not in the vault",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChildrenReleased:
    """Every item of the bill of materials has a current release, or is in the same order."""

    check: ClassVar[str] = "children released"
    name: str = check
    levels: Literal["direct", "all"] = "direct"
    ignore: tuple[str, ...] = ()
    required: bool = False
    may_override: frozenset[str] = NOBODY
    when: When = ALWAYS
    needs: frozenset[Need] = field(default=frozenset[Need]({"children"}), init=False)

    def judge(self, case: Case) -> Finding:
        """Return unsatisfied naming the children that have no release, and why not."""
        children = case.known.children
        if not children:
            why = f"it has no {bom.FILE}" if children is None else f"its {bom.FILE} names nothing"
            if self.required:
                return found(self, case, "unsatisfied", why,
                             f"titleblock checkin {case.item.number} {bom.FILE}")  # fmt: skip
            return found(self, case, "not applicable", why)
        asked = [one for one in children
                 if self.levels == "all" or one.parent == case.item.number]  # fmt: skip
        asked = [one for one in asked
                 if not any(matches(pattern, one.number) for pattern in self.ignore)]  # fmt: skip
        lacking = [one for one in asked if one.standing not in {"current", "in order"}]
        if lacking:
            more = f" and {len(lacking) - TOLD} more" if len(lacking) > TOLD else ""
            return found(self, case, "unsatisfied",
                         "; ".join(_lacking(one, case) for one in lacking[:TOLD]) + more,
                         f"release {lacking[0].number} first, or in the same order")  # fmt: skip
        along = sum(one.standing == "in order" for one in asked)
        with_it = f", {along} of them with this order" if along else ""
        return found(self, case, "satisfied", f"{len(asked)} children are released{with_it}")


def _lacking(child: Child, case: Case) -> str:
    where = "" if child.parent == case.item.number else f" (in {child.parent})"
    return f"{child.number}{where}: {_WHY[child.standing]}"


@dataclass(frozen=True, slots=True)
class HasRoute:
    """There is a route for the floor, and it can be read."""

    check: ClassVar[str] = "route"
    name: str = check
    required: bool = True
    may_override: frozenset[str] = NOBODY
    when: When = ALWAYS
    needs: frozenset[Need] = field(default=MANIFESTS, init=False)

    def judge(self, case: Case) -> Finding:
        """Return unsatisfied where it is missing or broken."""
        return _text_file(self, case, ROUTE, self.required)


@dataclass(frozen=True, slots=True)
class HasCharacteristics:
    """There is a list of characteristics to measure, and it can be read."""

    check: ClassVar[str] = "characteristics"
    name: str = check
    required: bool = True
    may_override: frozenset[str] = NOBODY
    when: When = ALWAYS
    needs: frozenset[Need] = field(default=MANIFESTS, init=False)

    def judge(self, case: Case) -> Finding:
        """Return unsatisfied where it is missing or broken."""
        return _text_file(self, case, CHARACTERISTICS, self.required)


def _text_file(
    rule: HasRoute | HasCharacteristics, case: Case, name: str, required: bool
) -> Finding:
    fault = case.known.manifests.get(name)
    if fault is None and required:
        return found(rule, case, "unsatisfied", f"there is no {name}",
                     f"titleblock checkin {case.item.number} {name}")  # fmt: skip
    if fault is None:
        return found(rule, case, "not applicable", f"there is no {name}")
    if fault:
        return found(rule, case, "unsatisfied", fault, f"put {name} right and check it in again")
    return found(rule, case, "satisfied", f"{name} is there and can be read")


@dataclass(frozen=True, slots=True)
class NotLocked:
    """Nobody else holds the item: a release must not overtake work that is under way."""

    check: ClassVar[str] = "no open lock"
    name: str = check
    may_override: frozenset[str] = NOBODY
    when: When = ALWAYS
    needs: frozenset[Need] = field(default=frozenset[Need]({"lock"}), init=False)

    def judge(self, case: Case) -> Finding:
        """Return unsatisfied naming who holds it; the order's author may."""
        lock = case.known.lock
        if lock is None:
            return found(self, case, "satisfied", "nobody holds it")
        if lock.by == case.order.author:
            return found(self, case, "satisfied", f"only its author {lock.by} holds it")
        return found(self, case, "unsatisfied", f"{lock.by} holds it since {lock.at}",
                     f"{lock.by} runs titleblock unlock {case.item.number}")  # fmt: skip


@dataclass(frozen=True, slots=True)
class SaysMetadata:
    """The manifest says these keys; an empty value says nothing."""

    check: ClassVar[str] = "metadata"
    name: str = check
    keys: tuple[str, ...] = ()
    may_override: frozenset[str] = NOBODY
    when: When = ALWAYS
    needs: frozenset[Need] = field(default=frozenset[Need](), init=False)

    def judge(self, case: Case) -> Finding:
        """Return unsatisfied naming every key that is missing."""
        told = (case.about[0].metadata if case.about else None) or {}
        lacking = [key for key in self.keys if str(told.get(key, "")).strip() == ""]
        if lacking:
            return found(self, case, "unsatisfied", f"item.toml does not say {listed(lacking)}",
                         f"add {listed(lacking)} to item.toml")  # fmt: skip
        return found(self, case, "satisfied", f"item.toml says {listed(list(self.keys))}")


@dataclass(frozen=True, slots=True)
class Explained:
    """The order says what changed in this item."""

    check: ClassVar[str] = "item notes"
    name: str = check
    may_override: frozenset[str] = NOBODY
    when: When = ALWAYS
    needs: frozenset[Need] = field(default=frozenset[Need](), init=False)

    def judge(self, case: Case) -> Finding:
        """Return not applicable for a first release."""
        if case.item.from_rev is None:
            return found(self, case, "not applicable", "this is its first release")
        if case.item.notes.strip():
            return found(self, case, "satisfied", "the order says what changed in it")
        return found(self, case, "unsatisfied", "nobody has said what changed in it",
                     f"titleblock change amend {case.order.change}")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Disposed:
    """The order says what becomes of pieces made to the old revision, finished and in process."""

    check: ClassVar[str] = "dispositions"
    name: str = check
    may_override: frozenset[str] = NOBODY
    when: When = ALWAYS
    needs: frozenset[Need] = field(default=frozenset[Need](), init=False)

    def judge(self, case: Case) -> Finding:
        """Return not applicable for a first release: nothing was made to an older one."""
        if case.item.from_rev is None:
            return found(self, case, "not applicable", "this is its first release")
        said = (("stock", case.item.stock), ("jobs in process", case.item.in_process))
        open_ones = [what for what, told in said if not told]
        if open_ones:
            return found(self, case, "unsatisfied", f"nobody has said what becomes of {listed(open_ones)}",
                         f"titleblock change amend {case.order.change}")  # fmt: skip
        return found(self, case, "satisfied",
                     f"stock: {case.item.stock}; jobs in process: {case.item.in_process}")  # fmt: skip
