# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lifecycle of a nonconformance and the dispositions; pure, on frozen values.

What does not conform is contained at once and disposed of by somebody with the right to it (ISO
9001 8.7).  Repair and use as is change what the drawing asks for, so they are proposed first and
hold only once the approval owner of the item has signed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from traveler.lifecycle import Table

NONCONFORMANCE: Table = MappingProxyType(
    {
        ("open", "correct"): "open",
        ("open", "explain"): "open",
        ("open", "dispose"): "disposed",
        ("open", "propose"): "proposed",
        ("open", "approve"): "disposed",
        ("proposed", "explain"): "proposed",
        ("proposed", "correct"): "open",
        ("proposed", "approve"): "disposed",
        ("proposed", "refuse"): "open",
        ("disposed", "explain"): "disposed",
        ("disposed", "reconsider"): "open",
        ("disposed", "close"): "closed",
        ("closed", "reopen"): "open",
    }
)
"""``explain`` adds cause and action; ``correct`` changes what was judged, so a proposal falls."""

REWORK, REPAIR, AS_IS, SCRAP, RETURN = "rework", "repair", "use as is", "scrap", "return"
DISPOSITIONS: Final = (REWORK, REPAIR, AS_IS, SCRAP, RETURN)
OWNERS: Final = frozenset({REPAIR, AS_IS})
"""The dispositions only the approval owner of the item can make."""
WORKED: Final = frozenset({REWORK, REPAIR})
"""The dispositions that put steps into the job."""
GONE: Final = frozenset({SCRAP, RETURN})
"""The dispositions whose pieces do not come back into the job."""
HOLDS: Final = ("rest", "job", "nothing")
"""What waits meanwhile: the steps after it, the whole job, or nothing but shipping."""
OPEN: Final = frozenset({"open", "proposed", "disposed"})
"""The states in which it still wants something, so that nothing of the job leaves."""


def disposition(text: str) -> str | None:
    """Return a disposition as it is spelled, however its words are joined; None for any other."""
    tidy = " ".join(text.casefold().replace("-", " ").replace("_", " ").split())
    return tidy if tidy in DISPOSITIONS else None


@dataclass(frozen=True, slots=True)
class Part:
    """What becomes of some of the pieces, by whom and why, and what it made of the job.

    ``approved_by`` is the approval owner's signature on a repair or use as is; ``booked`` tells
    where pieces that do not come back were written off; ``counted`` that a step had counted them.
    """

    qty: int
    disposition: str
    why: str = ""
    by: str = ""
    at: str = ""
    approved_by: str = ""
    approved_at: str = ""
    counted: bool = False
    booked: Mapping[str, int] = field(default_factory=dict)
    wanted: tuple[Mapping[str, Any], ...] = ()
    rework: tuple[int, ...] = ()
    rework_ids: tuple[int, ...] = ()

    @property
    def signed(self) -> bool:
        """Say whether nobody's signature is missing."""
        return self.disposition not in OWNERS or bool(self.approved_by)

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            "qty": self.qty, "disposition": self.disposition, "why": self.why or None,
            "by": self.by, "at": self.at, "approved_by": self.approved_by or None,
            "approved_at": self.approved_at or None, "rework": list(self.rework),
            "counted_before": self.counted, "written_off_at": self.booked.get("seq"),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of a nonconformance at one moment; what nobody knows yet is empty.

    ``place`` is where it was found; ``balloons`` and ``results`` the characteristics and results
    out of tolerance; ``parts`` what becomes of how many pieces, which together are all of them;
    ``change`` and ``recall`` what followed.
    """

    qty: int
    what: str
    place: str = ""
    pieces: str = ""
    balloons: tuple[str, ...] = ()
    results: tuple[int, ...] = ()
    containment: str = ""
    holds: str = "rest"
    cause: str = ""
    action: str = ""
    change: str = ""
    recall: str = ""
    parts: tuple[Part, ...] = ()

    @property
    def owned(self) -> bool:
        """Say whether some of it only the approval owner can decide: repair or use as is."""
        return any(one.disposition in OWNERS for one in self.parts)

    @property
    def disposition(self) -> str:
        """Return what was decided: ``scrap``, or ``3 rework, 1 scrap``; empty before."""
        if len(self.parts) == 1:
            return self.parts[0].disposition
        return ", ".join(f"{one.qty} {one.disposition}" for one in self.parts)

    @property
    def disposed_by(self) -> str:
        """Return who decided, empty before."""
        return self.parts[0].by if self.parts else ""

    @property
    def disposed_at(self) -> str:
        """Return when it was decided, empty before."""
        return self.parts[0].at if self.parts else ""

    @property
    def disposed_why(self) -> str:
        """Return why, each reason once."""
        return "; ".join(dict.fromkeys(one.why for one in self.parts))

    @property
    def approved_by(self) -> str:
        """Return the approval owner who signed; empty while a signature is missing or none needed."""
        return self._signature[0]

    @property
    def approved_at(self) -> str:
        """Return when the approval owner signed."""
        return self._signature[1]

    @property
    def _signature(self) -> tuple[str, str]:
        owned = [one for one in self.parts if one.disposition in OWNERS]
        if not owned or not all(one.signed for one in owned):
            return "", ""
        return owned[0].approved_by, owned[0].approved_at

    @property
    def rework(self) -> tuple[int, ...]:
        """Return the steps that were put into the job."""
        return tuple(seq for one in self.parts for seq in one.rework)

    @property
    def rework_ids(self) -> tuple[int, ...]:
        """Return the rows of those steps, which keep their identity when a route is numbered anew."""
        return tuple(number for one in self.parts for number in one.rework_ids)


def overlooked(
    found: Iterable[tuple[int, str]], known: Iterable[Sequence[int]]
) -> tuple[tuple[int, str], ...]:
    """Return the results out of tolerance, with their balloons, that no nonconformance names."""
    named = {one for results in known for one in results}
    return tuple((number, balloon) for number, balloon in found if number not in named)


def meant(
    found: Iterable[tuple[int, str, str]], balloons: Iterable[str], pieces: str, qty: int
) -> tuple[int, ...]:
    """Return which results, told by number, balloon and piece, somebody means who names balloons.

    They are those of the pieces that are named, or all where no piece is.  None is taken where
    they are of more pieces than the report is about: what nobody clearly named stays to be
    reported.
    """
    wanted = {one.casefold() for one in balloons}
    near = [one for one in found if one[1].casefold() in wanted]
    named = {word.casefold() for word in re.split(r"[\s,;]+", pieces) if word}
    chosen = [one for one in near if not named or one[2].casefold() in named]
    return tuple(one[0] for one in chosen) if len({one[2] for one in chosen}) <= qty else ()
