# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lifecycle of a first article inspection, and when one is due; pure, on frozen values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from traveler.lifecycle import Table
from traveler.quality.characteristics import Characteristic
from traveler.quality.owing import key

ARTICLE: Table = MappingProxyType(
    {
        ("draft", "list"): "draft",
        ("draft", "index"): "draft",
        ("draft", "describe"): "draft",
        ("draft", "verify"): "verified",
        ("draft", "cancel"): "cancelled",
        ("verified", "approve"): "approved",
        ("verified", "reject"): "draft",
        ("approved", "accept"): "approved",
    }
)
"""An approved one is never altered (AS9102 C): what changed since is a new, partial one.  Only the
customer's own approval, fields 24 and 25, comes after it, once."""
DETAIL, ASSEMBLY = "detail", "assembly"
FULL, PARTIAL = "full", "partial"
LAPSE_YEARS: Final = 2


@dataclass(frozen=True, slots=True)
class Facts:
    """What is said of a first article: its scope, why, its materials, and its forms once verified.

    ``materials`` are the lines of form 2 and ``index`` those of fields 15 to 18, by field number;
    ``forms`` the three forms as they were verified, which are signed and never made again.
    ``customer`` is ``wanted`` where fields 24 and 25 wait for the customer.
    """

    scope: str
    reason: str
    baseline: str = ""
    serial: str = ""
    detail: str = "detail"
    balloons: tuple[str, ...] = ()
    process: str = ""
    comments: str = ""
    changes: str = ""
    supplier: str = ""
    drawing: str = ""
    customer: str = ""
    index: tuple[Mapping[str, str], ...] = ()
    materials: tuple[Mapping[str, str], ...] = ()
    verified_by: str = ""
    verified_at: str = ""
    approved_by: str = ""
    approved_at: str = ""
    forms: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Earlier:
    """An approved first article of the item: its revision, and when it was approved."""

    number: str
    rev: str
    approved_at: str


@dataclass(frozen=True, slots=True)
class Waiver:
    """Who set a reason for a first article aside, when, on which job, and why."""

    person: str
    at: str
    job: str
    why: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a first article is due, and whether that was set aside; ``ref`` names it for good.

    ``whole`` asks for a full one; else ``balloons`` are what a partial one has to show.  One that is
    not ``certain`` is only told: a person says whether it asks for a first article.
    """

    ref: str
    kind: str
    sentence: str
    balloons: tuple[str, ...] = ()
    whole: bool = False
    certain: bool = True
    waiver: Waiver | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        gone = self.waiver
        return {
            "ref": self.ref, "kind": self.kind, "why": self.sentence,
            "balloons": list(self.balloons), "scope": FULL if self.whole else PARTIAL,
            "certain": self.certain,
            "waived": gone and {"by": gone.person, "at": gone.at, "job": gone.job, "why": gone.why},
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Owed:
    """Whether a first article is due on a job, why, and which one would answer it.

    ``baseline`` is the last approved one of the item, ``made_for`` its revision, ``under_way`` those
    of this job that nobody has approved yet.
    """

    job: str
    item: str
    rev: str
    reasons: tuple[Reason, ...] = ()
    baseline: str = ""
    made_for: str = ""
    plan: tuple[str, ...] = ()
    under_way: tuple[str, ...] = ()

    @property
    def open(self) -> tuple[Reason, ...]:
        """Return the reasons nobody has set aside."""
        return tuple(one for one in self.reasons if one.certain and one.waiver is None)

    @property
    def perhaps(self) -> tuple[Reason, ...]:
        """Return what may ask for one as well, which nobody has set aside."""
        return tuple(one for one in self.reasons if not one.certain and one.waiver is None)

    @property
    def why(self) -> str:
        """Return why one is due, empty where none is."""
        return "; ".join(one.sentence for one in self.open)

    @property
    def balloons(self) -> tuple[str, ...]:
        """Return what a partial one would have to show, in the order of the plan."""
        named = {balloon.casefold() for one in self.open for balloon in one.balloons}
        return tuple(one for one in self.plan if one.casefold() in named)

    @property
    def scope(self) -> str:
        """Return which one is proposed: a partial one only where a baseline and balloons are named."""
        part = self.baseline and self.balloons and not any(one.whole for one in self.open)
        return PARTIAL if part else FULL

    @property
    def sentence(self) -> str:
        """Return what is proposed, empty where none is due."""
        if not self.open:
            return ""
        if self.scope == PARTIAL:
            return (f"a partial one with baseline {self.baseline} ({self.made_for}) would show "
                    f"balloon {', '.join(self.balloons)}")  # fmt: skip
        if self.baseline and not self.balloons and not any(one.whole for one in self.open):
            return (f"no characteristic differs from {self.baseline}, which was made for "
                    f"{self.made_for}")  # fmt: skip
        return "a full one would answer it"

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        part = self.scope == PARTIAL
        return {
            "job": self.job, "number": self.item, "rev": self.rev, "due": bool(self.open),
            "why": self.why or None, "reasons": [one.as_json() for one in self.reasons],
            "scope": self.scope if self.open else None,
            "partial": {"baseline": self.baseline, "balloons": list(self.balloons)}
            if part else None,
            "under_way": list(self.under_way),
        }  # fmt: skip


def changed(before: Sequence[Characteristic], now: Sequence[Characteristic]) -> tuple[str, ...]:
    """Return the balloons that are new or ask for something else than before."""
    asked = {key(one) for one in before}
    return tuple(one.balloon for one in now if key(one) not in asked)


def due(
    rev: str, approved: Sequence[Earlier], last_made: str, today: str,
    balloons: tuple[str, ...] = (),
) -> tuple[Reason, ...]:  # fmt: skip
    """Return why a first article of a revision is due by its age: new, new revision, or lapse.

    ``last_made`` is the day the item was last worked on before, empty where it never was;
    ``balloons`` what the revision asks for that the one of the last first article did not.
    """
    if not approved:
        told = "nothing of this item was ever inspected as a first article"
        return (Reason("new", "new part", told, whole=True),)
    last = approved[-1]
    if rev not in {one.rev for one in approved}:
        told = f"revision {rev} is new since {last.number}, which was made for {last.rev}"
        return (Reason(f"revision/{rev}", "design", told, balloons),)
    since = max(last.approved_at[:10], last_made[:10])
    limit = f"{int(since[:4]) + LAPSE_YEARS:04d}{since[4:]}"
    if limit < today:
        told = f"nothing was made for {LAPSE_YEARS} years, since {since}"
        return (Reason(f"lapse/{since}", "lapse", told, whole=True),)
    return ()
