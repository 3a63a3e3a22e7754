# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which results a step owes: every one of the plan's sampling, not the first that comes.

Pure functions on frozen values.  A characteristic is owed at the first step that asks for
measurements at or after its own; one that names no step, or none that still asks, at the last, so
that none is dropped silently.  A loop of rework owes a result of each of its pieces.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from traveler.quality.characteristics import Characteristic

_TOLD: Final = 3

Key = tuple[str, str, str, str, str, str]
"""What a result answers: balloon, requirement, nominal, limits and unit, whatever the revision."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many pieces of one characteristic are measured, of those its sampling asks for."""

    balloon: str
    requirement: str
    needed: int
    measured: int

    @property
    def open(self) -> int:
        """Return how many results are still owed."""
        return max(self.needed - self.measured, 0)

    @property
    def sentence(self) -> str:
        """Return what is still owed: ``3 Bore still 2``."""
        return f"{self.balloon} {self.requirement} still {self.open}".strip()

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {"balloon": self.balloon or None, "requirement": self.requirement,
                "needed": self.needed, "measured": self.measured, "open": self.open}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """What a job is measured by, and how many different pieces stand with a result.

    ``pieces`` counts by requirement, ``here`` by the step the results were given at.
    """

    plan: tuple[Characteristic, ...] = ()
    pieces: Mapping[Key, int] = field(default_factory=dict)
    here: Mapping[int | None, int] = field(default_factory=dict)


def key(one: Characteristic) -> Key:
    """Return what a result has to answer to count for a characteristic."""
    return (one.balloon, one.requirement, one.nominal, one.lower, one.upper, one.unit)


def step_of(one: Characteristic, asking: Sequence[int]) -> int | None:
    """Return the step that owes a characteristic, of those that ask for measurements."""
    own = int(one.operation) if one.operation else None
    later = [seq for seq in sorted(asking) if own is not None and seq >= own]
    return later[0] if later else max(asking, default=None)


def sample(one: Characteristic, lot: int) -> int:
    """Return how many of a lot are measured; nothing is left to measure of a lot of none."""
    return one.sample.plan(lot).size if lot > 0 else 0


def counts(
    found: Measured, asking: Iterable[int], lots: Mapping[int | None, int],
    loops: Iterable[int] = (),
) -> dict[int | None, tuple[Count, ...]]:  # fmt: skip
    """Return what each step owes that asks for measurements, and under None the whole job.

    ``lots`` says how many pieces a step has to answer for; ``loops`` are steps of rework.
    """
    looped = set(loops)
    wanted = sorted(set(asking))
    route = [seq for seq in wanted if seq not in looped]
    owed: dict[int | None, list[Count]] = {None: []}
    for one in found.plan:
        at = step_of(one, route)
        needed = sample(one, lots.get(at, 0))
        told = Count(one.balloon, one.requirement, needed, found.pieces.get(key(one), 0))
        owed[None].append(told)
        if at is not None:
            owed.setdefault(at, []).append(told)
    for seq in looped & set(wanted):
        pieces = "piece of rework" if lots.get(seq, 0) == 1 else "pieces of rework"
        owed[seq] = [Count("", pieces, lots.get(seq, 0), found.here.get(seq, 0))]
    return {seq: tuple(rows) for seq, rows in owed.items()}


def told(rows: Sequence[Count]) -> str:
    """Return how many results are there, and which are owed: ``12 of 13, 3 Bore still 1``."""
    have = sum(min(one.measured, one.needed) for one in rows)
    still = [one.sentence for one in rows if one.open]
    more = [f"and {len(still) - _TOLD} more"] if len(still) > _TOLD else []
    return ", ".join([f"{have} of {sum(one.needed for one in rows)}", *still[:_TOLD], *more])
