# SPDX-License-Identifier: AGPL-3.0-or-later
"""The gate's own law: every requirement becomes a finding, and none is passed by an accident.

A requirement that raises is an *error* and hides no other; one that does not apply says why; an
item no sign-off rule applies to is open; an override counts only from whom the rules let.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from release.change import Override, Signoff
from release.finding import Finding
from release.rules.case import NOBODY, Case, Need, Requirement, found, listed
from release.rules.condition import ALWAYS, When
from vault.errors import Refusal

APPROVED: Final = "approved"
REJECTED: Final = "rejected"
REVIEWED: Final = "reviewed"
MEANINGS: Final = (APPROVED, REVIEWED)
UNGUARDED: Final = "sign-off"
"""The requirement every gate has: that some sign-off rule applies to each item."""
NO_RULES: Final = "rules"
OWNER: Final = "owner"


@dataclass(frozen=True, slots=True)
class SignedOff:
    """Enough of the right people have approved, or reviewed, exactly these bytes.

    ``by`` names them: ``owner`` (the approval owner), ``role:NAME``, ``group:NAME`` or
    ``person:NAME``, any of several; ``roles`` narrows them to those who have one of these roles.
    Deputies stand in for the people they are named for on the day they sign, and with
    ``delegation`` so does whom one of them asked to on this very order.
    """

    name: str
    by: tuple[str, ...]
    count: int = 1
    meaning: str = APPROVED
    roles: frozenset[str] = NOBODY
    delegation: bool = False
    author_may_sign: bool = False
    may_override: frozenset[str] = NOBODY
    when: When = ALWAYS
    needs: frozenset[Need] = field(default=frozenset(), init=False)

    def judge(self, case: Case) -> Finding:
        """Return satisfied once ``count`` of them have signed, naming them."""
        signed = self.signed(case)
        if len(signed) >= self.count:
            shown = [self._printed(case, one) for one in signed]
            return found(self, case, "satisfied", f"{self._done()} by {listed(shown)}")
        able = self.able(case)
        if len(able | {one.by for one in signed}) < self.count:
            return found(self, case, "unsatisfied", f"nobody can satisfy this rule: {self.fault(case)}",
                         "an administrator gives somebody the role approver, names a deputy in the"
                         " rules, or makes somebody else the approval owner")  # fmt: skip
        missing = self.count - len(signed)
        waits = " or ".join(sorted(able - {one.by for one in signed}))
        return found(self, case, "unsatisfied",
                     f"{missing} of {self.count} {self._wanted()} missing, waits for {waits}",
                     f"{waits} signs {case.order.change}")  # fmt: skip

    def asked(self, case: Case, at: str = "") -> frozenset[str]:
        """Return the people the rule names for a case at a moment, whether they may sign or not."""
        if case.refused_by(self.when) is not None:
            return NOBODY
        moment = at or case.now
        named = frozenset().union(*(_named(by, case) for by in self.by))
        named |= {
            deputy.name for one in named for deputy in case.deputies.get(one, ())
            if deputy.stands_in(moment[:10])
        }  # fmt: skip
        if self.delegation:
            named |= {one.to for one in case.order.delegations
                      if one.by in named & case.approvers.keys() - case.authors
                      and one.holds(at)}  # fmt: skip
        return named

    def able(self, case: Case, at: str = "") -> frozenset[str]:
        """Return those of them who may sign this item: active approvers, and not its authors."""
        barred = NOBODY if self.author_may_sign else case.authors
        return frozenset(
            one for one in self.asked(case, at) - barred
            if one in case.approvers and (not self.roles or case.approvers[one] & self.roles)
        )  # fmt: skip

    def signed(self, case: Case) -> list[Signoff]:
        """Return the signatures that count, one of each person, by name.

        What a person said last of these bytes counts, so a rejection takes back an approval.
        """
        last: dict[str, Signoff] = {}
        for one in case.order.signoffs:
            if one.covers(case.item) and one.meaning in {self.meaning, REJECTED}:
                last[one.by] = one
        return [
            last[name] for name in sorted(last)
            if last[name].meaning == self.meaning and name in self.able(case, last[name].at)
        ]  # fmt: skip

    def fault(self, case: Case) -> str:
        """Return why too few people are able to sign."""
        asked, able = self.asked(case), self.able(case)
        if not asked:
            return f"nobody is {self.whom()}"
        own = [] if self.author_may_sign else sorted(asked & case.authors)
        if own and len(asked - set(own)) < self.count:
            return f"{listed(own)} made this change and so cannot approve it, and nobody else may"
        lacking = sorted(asked - case.approvers.keys())
        if lacking:
            return f"{listed(lacking)} is not an active person with the role approver"
        return f"only {len(able)} of {self.count} needed people may sign"

    def whom(self) -> str:
        """Return in words who is asked."""
        shown = ("its approval owner" if by == OWNER else by.replace(":", " ") for by in self.by)
        narrowed = f" with the role {' or '.join(sorted(self.roles))}" if self.roles else ""
        return " or ".join(shown) + narrowed

    def _done(self) -> str:
        return "reviewed" if self.meaning == REVIEWED else "signed"

    def _wanted(self) -> str:
        return "reviews" if self.meaning == REVIEWED else "sign-offs"

    def _printed(self, case: Case, one: Signoff) -> str:
        direct = frozenset().union(*(_named(by, case) for by in self.by))
        stands = "" if one.by in direct else f", standing in for {' or '.join(sorted(direct))}"
        return f"{one.full_name or one.by} ({one.by}, {one.at}{stands})"


def judged(requirements: tuple[Requirement, ...], case: Case) -> tuple[Finding, ...]:
    """Return every finding of a case; overrides are applied and stay visible.

    A gate without a requirement stays shut: it reports an error of its own.
    """
    number, tree = case.item.number, case.item.tree
    if not requirements:
        return (
            Finding(NO_RULES, number, tree, "error", "no rule is configured",
                    "an administrator saves rules with `titleblock rules edit`"),
        )  # fmt: skip
    findings = tuple(_one(requirement, case) for requirement in requirements)
    if any(isinstance(rule, SignedOff) and finding.verdict != "not applicable"
           for rule, finding in zip(requirements, findings, strict=True)):  # fmt: skip
        return findings
    return (
        *findings,
        Finding(UNGUARDED, number, tree, "unsatisfied",
                "no sign-off rule applies to it, and nothing is released unsigned",
                "an administrator adds a [[sign-off]] for such items to the rules"),
    )  # fmt: skip


def _one(requirement: Requirement, case: Case) -> Finding:
    """Return the finding of one requirement, whatever happens inside it."""
    try:
        refused = case.refused_by(requirement.when)
        if refused is not None:
            return found(requirement, case, "not applicable", refused)
        unmet = [case.known.unknown[need] for need in sorted(requirement.needs)
                 if need in case.known.unknown]  # fmt: skip
        finding = (
            found(requirement, case, "error", unmet[0], _REMEDY) if unmet
            else requirement.judge(case)
        )  # fmt: skip
    except Refusal as refusal:
        finding = found(requirement, case, "error", str(refusal), _REMEDY)
    except Exception as fault:  # noqa: BLE001 - one broken rule must not hide what the others say
        why = f"it could not be judged: {type(fault).__name__}: {fault}"
        finding = found(requirement, case, "error", why, _REMEDY)
    return _overridden(requirement, finding, case)


_REMEDY: Final = "put right what stands in the way; an error never passes by itself"


def _overridden(requirement: Requirement, finding: Finding, case: Case) -> Finding:
    if finding.passes:
        return finding
    for one in case.order.overrides:
        if one.requirement != requirement.name or one.trees.get(case.item.number) != finding.tree:
            continue
        why = _uncounted(requirement, one, case)
        if why is None:
            return found(requirement, case, "overridden", f"by {one.by} on {one.at}: {one.reason}")
        finding = found(requirement, case, finding.verdict,
                        f"{finding.reason}; the override by {one.by} does not count: {why}",
                        finding.remedy)  # fmt: skip
    return finding


def _uncounted(requirement: Requirement, one: Override, case: Case) -> str | None:
    """Return why an override does not count: the rules and the people are asked again each time."""
    if not requirement.may_override & case.people.get(one.by, NOBODY):
        return "the rules do not let their role, or not any more"
    alone = isinstance(requirement, SignedOff) and not requirement.author_may_sign
    if alone and one.by in case.authors:
        return "they made this change, and setting its sign-off aside would be approving it"
    return None


def _named(by: str, case: Case) -> frozenset[str]:
    kind, _, whom = by.partition(":")
    if kind == OWNER:
        owner = case.released_owner or case.item.owner
        return frozenset({owner}) if owner else NOBODY
    if kind == "role":
        return frozenset(one for one, roles in case.approvers.items() if whom in roles)
    return case.groups.get(whom, NOBODY) if kind == "group" else frozenset({whom})
