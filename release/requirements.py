# SPDX-License-Identifier: AGPL-3.0-or-later
"""Requirements: small frozen rules that look at one item of an order and report a finding.

They are pure: everything they may know stands in the ``Case``.  None of them
answers yes because something is missing; nobody to ask means *unsatisfied*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from release.change import Order, OrderItem, Signoff
from release.finding import Finding, Verdict

APPROVED: Final = "approved"
REJECTED: Final = "rejected"


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of one item when it is judged.

    ``approvers`` are the people who may approve at all, with their roles;
    ``released_owner`` is the approval owner the current release names, since
    authority is read from what is released and not from what is being judged.
    ``faults`` holds, for each file that cannot be released, why not.
    """

    order: Order
    item: OrderItem
    approvers: Mapping[str, frozenset[str]]
    deputies: Mapping[str, tuple[str, ...]]
    released_owner: str | None
    released_tree: str | None
    faults: Mapping[str, str]

    def signed_by(self, name: str) -> Signoff | None:
        """Return the approval of a person that still covers this item's bytes."""
        for signoff in self.order.signoffs:
            if signoff.by == name and signoff.meaning == APPROVED and signoff.covers(self.item):
                return signoff
        return None

    @property
    def authors(self) -> frozenset[str]:
        """Return who made this change: they cannot approve it."""
        return frozenset({self.order.author, *self.item.contributors})


class Requirement(Protocol):
    """One rule of the gate."""

    @property
    def name(self) -> str:
        """Return the name people see and overrides are given for."""

    @property
    def may_override(self) -> frozenset[str]:
        """Return the roles that may set this requirement aside; empty: nobody."""

    def judge(self, case: Case) -> Finding:
        """Return what this rule says of a case."""


@dataclass(frozen=True, slots=True)
class SignedOff:
    """Enough of the right people have approved exactly these bytes.

    ``by`` is ``owner`` (the approval owner), ``role:NAME`` or ``person:NAME``;
    deputies stand in for the people they are named for.
    """

    name: str
    by: str
    count: int = 1
    author_may_sign: bool = False
    may_override: frozenset[str] = field(default_factory=frozenset)

    def judge(self, case: Case) -> Finding:
        """Return satisfied once ``count`` of them have signed, naming them."""
        asked = self.asked(case)
        able = self.able(case)
        signed = [one for one in sorted(able) if case.signed_by(one) is not None]
        if len(signed) >= self.count:
            return _found(self, case, "satisfied", f"signed by {_and(_printed(case, signed))}")
        if not asked:
            return _found(self, case, "unsatisfied", f"nobody is {self._whom()}",
                          "name an approval owner in item.toml who has the role approver")  # fmt: skip
        if len(able) < self.count:
            return _found(self, case, "unsatisfied", self._nobody(case, asked, able),
                          "an administrator gives somebody else the role, or names a deputy in the"
                          " rules")  # fmt: skip
        missing = self.count - len(signed)
        waits = _and(sorted(able - set(signed)))
        return _found(self, case, "unsatisfied",
                      f"{missing} of {self.count} sign-offs missing, waits for {waits}",
                      f"{waits} signs {case.order.change}")  # fmt: skip

    def asked(self, case: Case) -> frozenset[str]:
        """Return the people the rule names for a case, whether they may sign or not."""
        if self.by == "owner":
            owner = case.released_owner or case.item.owner
            named = frozenset({owner}) if owner else frozenset()
        elif self.by.startswith("role:"):
            role = self.by.removeprefix("role:")
            named = frozenset(one for one, roles in case.approvers.items() if role in roles)
        else:
            named = frozenset({self.by.removeprefix("person:")})
        return named | {deputy for one in named for deputy in case.deputies.get(one, ())}

    def able(self, case: Case) -> frozenset[str]:
        """Return those of them who may sign this item: approvers, and not its authors."""
        barred = frozenset() if self.author_may_sign else case.authors
        return frozenset(one for one in self.asked(case) if one in case.approvers) - barred

    def _whom(self) -> str:
        return "its approval owner" if self.by == "owner" else self.by.replace(":", " ")

    def _nobody(self, case: Case, asked: frozenset[str], able: frozenset[str]) -> str:
        own = sorted(asked & case.authors) if not self.author_may_sign else []
        if own:
            return f"{_and(own)} made this change and so cannot approve it, and nobody else may"
        lacking = sorted(asked - set(case.approvers))
        if lacking:
            return f"{_and(lacking)} is not an active person with the role approver"
        return f"only {len(able)} of {self.count} needed people may sign"


@dataclass(frozen=True, slots=True)
class FilesIntact:
    """Every file is in the store with its recorded sha256, and every PDF opens."""

    name: str = "files intact"
    may_override: frozenset[str] = field(default_factory=frozenset)

    def judge(self, case: Case) -> Finding:
        """Return unsatisfied with the first fault, and how many there are."""
        if not case.faults:
            return _found(self, case, "satisfied", f"{len(case.item.files)} files, all readable")
        name, why = min(case.faults.items())
        more = f" (and {len(case.faults) - 1} more)" if len(case.faults) > 1 else ""
        return _found(self, case, "unsatisfied", f"{name}: {why}{more}",
                      f"check in a sound {name} again")  # fmt: skip


@dataclass(frozen=True, slots=True)
class HasDrawing:
    """There is at least one file beside the manifest; a release of nothing is a mistake."""

    name: str = "something to release"
    may_override: frozenset[str] = field(default_factory=frozenset)

    def judge(self, case: Case) -> Finding:
        """Return unsatisfied where only the manifest is there."""
        if any(one.name != "item.toml" for one in case.item.files):
            return _found(self, case, "satisfied", "the item has files")
        return _found(self, case, "unsatisfied", "the item has no files",
                      f"titleblock checkin {case.item.number} FILE…")  # fmt: skip


@dataclass(frozen=True, slots=True)
class DiffersFromRelease:
    """The item is not what is released already; a letter is never spent on nothing."""

    name: str = "differs from its release"
    may_override: frozenset[str] = field(default_factory=frozenset)

    def judge(self, case: Case) -> Finding:
        """Return not applicable for a first release."""
        if case.item.from_rev is None:
            return _found(self, case, "not applicable", "this is its first release")
        if case.item.tree == case.released_tree:
            return _found(self, case, "unsatisfied", f"it is the same as {case.item.from_rev}",
                          "check in the change first")  # fmt: skip
        return _found(self, case, "satisfied", f"it differs from {case.item.from_rev}")


def judged(requirements: tuple[Requirement, ...], case: Case) -> tuple[Finding, ...]:
    """Return every finding of a case; overrides are applied and stay visible.

    A gate without a requirement stays shut: it reports an error of its own.
    """
    if not requirements:
        return (
            Finding("rules", case.item.number, case.item.tree, "error", "no rule is configured",
                    "an administrator saves rules with `titleblock rules edit`"),
        )  # fmt: skip
    return tuple(_overridden(one, one.judge(case), case) for one in requirements)


def _overridden(requirement: Requirement, finding: Finding, case: Case) -> Finding:
    if finding.passes:
        return finding
    for one in case.order.overrides:
        if one.requirement == requirement.name and one.trees.get(case.item.number) == finding.tree:
            return _found(requirement, case, "overridden", f"by {one.by} on {one.at}: {one.reason}")
    return finding


def _found(
    requirement: Requirement, case: Case, verdict: Verdict, reason: str, remedy: str = ""
) -> Finding:
    return Finding(requirement.name, case.item.number, case.item.tree, verdict, reason, remedy)


def _printed(case: Case, names: list[str]) -> list[str]:
    found = [case.signed_by(name) for name in names]
    return [f"{one.full_name or one.by} ({one.by}, {one.at})" for one in found if one is not None]


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
