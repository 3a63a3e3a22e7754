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
HOLDS: Final = ("rest", "job", "nothing")
"""What waits meanwhile: the steps after it, the whole job, or nothing but shipping."""
OPEN: Final = frozenset({"open", "proposed", "disposed"})
"""The states in which it still wants something, so that nothing of the job leaves."""

_NUMBER: Final = re.compile(r"NC-([1-9][0-9]{3,8}|0[0-9]{3})", re.IGNORECASE)


def name(number: int) -> str:
    """Return the number of a nonconformance as people write it, ``NC-0001``."""
    return f"NC-{number:04d}"


def number(text: str) -> int | None:
    """Return which one a text names, whatever its case; None where it names none."""
    found = _NUMBER.fullmatch(text.strip())
    return int(found[1]) or None if found else None


def disposition(text: str) -> str | None:
    """Return a disposition as it is spelled, however its words are joined; None for any other."""
    tidy = " ".join(text.casefold().replace("-", " ").replace("_", " ").split())
    return tidy if tidy in DISPOSITIONS else None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of a nonconformance at one moment; what nobody knows yet is empty.

    ``place`` is where it was found; ``balloons`` and ``results`` the characteristics and results
    out of tolerance; ``rework`` the steps put into the job; ``change`` and ``recall`` what followed.
    """

    qty: int
    what: str
    place: str = ""
    pieces: str = ""
    balloons: tuple[str, ...] = ()
    results: tuple[int, ...] = ()
    containment: str = ""
    holds: str = "rest"
    disposition: str = ""
    disposed_by: str = ""
    disposed_at: str = ""
    disposed_why: str = ""
    approved_by: str = ""
    approved_at: str = ""
    cause: str = ""
    action: str = ""
    rework: tuple[int, ...] = ()
    rework_ids: tuple[int, ...] = ()
    change: str = ""
    recall: str = ""
    wanted: tuple[Mapping[str, Any], ...] = field(default_factory=tuple)


def overlooked(
    found: Iterable[tuple[int, str]], known: Iterable[Sequence[int]]
) -> tuple[tuple[int, str], ...]:
    """Return the results out of tolerance, with their balloons, that no nonconformance names."""
    named = {one for results in known for one in results}
    return tuple((number, balloon) for number, balloon in found if number not in named)
