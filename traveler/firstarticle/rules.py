# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lifecycle of a first article inspection, and when one is due; pure, on frozen values."""

from __future__ import annotations

import re
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
_NUMBER: Final = re.compile(r"FA-([1-9][0-9]{3,8}|0[0-9]{3})", re.IGNORECASE)


def name(number: int) -> str:
    """Return the FAIR identifier as people write it, ``FA-0001``."""
    return f"FA-{number:04d}"


def number(text: str) -> int | None:
    """Return which one a text names; None where it names none."""
    found = _NUMBER.fullmatch(text.strip())
    return int(found[1]) or None if found else None


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
class Partial:
    """What a partial first article would have to show: what differs from an approved one."""

    baseline: str
    rev: str
    balloons: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """Return it as people read it."""
        if not self.balloons:
            return f"no characteristic differs from {self.baseline}, which was made for {self.rev}"
        return (f"a partial one with baseline {self.baseline} ({self.rev}) would show "
                f"balloon {', '.join(self.balloons)}")  # fmt: skip


def changed(before: Sequence[Characteristic], now: Sequence[Characteristic]) -> tuple[str, ...]:
    """Return the balloons that are new or ask for something else than before."""
    asked = {key(one) for one in before}
    return tuple(one.balloon for one in now if key(one) not in asked)


def due(rev: str, approved: Sequence[Earlier], last_made: str, today: str) -> str:
    """Return why a first article of a revision is due, empty where it is not.

    ``last_made`` is the day the item was last worked on before, empty where it never was.
    """
    if not approved:
        return "nothing of this item was ever inspected as a first article"
    last = approved[-1]
    if rev not in {one.rev for one in approved}:
        return f"revision {rev} is new since {last.number}, which was made for {last.rev}"
    since = max(last.approved_at[:10], last_made[:10])
    limit = f"{int(since[:4]) + LAPSE_YEARS:04d}{since[4:]}"
    if limit < today:
        return f"nothing was made for {LAPSE_YEARS} years, since {since}"
    return ""
