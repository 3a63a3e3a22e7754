# SPDX-License-Identifier: AGPL-3.0-or-later
"""One characteristic over all jobs: the newest results in their order, and what all of them say.

Results of several revisions belong together where the requirement is word for word the same.  The
statistics come out of the tally, so that a million results cost what a hundred do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from release.log import ReleaseLog
from traveler.quality import measurement_records, plan, tally
from traveler.quality.capability import Bar, Capability
from traveler.quality.characteristics import Characteristic
from traveler.quality.measurement_records import Measurement, Planned
from traveler.quality.quantity import Quantity
from traveler.quality.tally import Grid, Sums
from vault.home import Vault

NEWEST: Final = 150
"""Results a run chart shows; more of them are a smear."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What all standing results of a characteristic say; ``capability`` is None where none are."""

    characteristic: Characteristic
    capability: Capability | None

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        one, found = self.characteristic, self.capability
        told = {} if found is None else {
            "mean": found.mean, "smallest": found.smallest, "largest": found.largest,
            "spread": found.spread, "cp": found.cp, "cpk": found.cpk, "outside": found.outside,
        }  # fmt: skip
        return {"balloon": one.balloon, "requirement": one.requirement, "unit": one.unit,
                "count": found.count if found else 0, **told}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Point:
    """One result of a run chart; ``value`` in the unit of the characteristic, for drawing only."""

    measurement: Measurement
    value: float


@dataclass(frozen=True, slots=True)
class Chart:
    """All that is drawn of one characteristic."""

    item: str
    rev: str
    summary: Summary
    grid: Grid
    run: tuple[Point, ...]
    bars: tuple[Bar, ...]


def of_item(vault: Vault, number: str, rev: str | None = None) -> tuple[str, str, list[Summary]]:
    """Return number and label of a revision, and a summary for each of its characteristics.

    The current revision where none is named; raises NeverReleased or NoSuchRevision.
    """
    log = ReleaseLog(vault)
    revision = log.wanted(number, rev)
    pinned = plan.of_revision(log, revision.number, revision.rev)
    with vault.ledger.reading() as connection:
        known = measurement_records.planned(connection, revision.number)
        steps = _by_step(connection, [one.id for one in known])
    found = []
    for told in pinned.characteristics:
        sums = [steps[one.id] for one in known if _same(one, told) and one.id in steps]
        whole = tally.added_up(each for one in sums for each in one.values())
        found.append(Summary(told, tally.capability_of(tally.grid(told), whole)))
    return revision.number, revision.rev, found


def of_characteristic(vault: Vault, number: str, balloon: str, rev: str | None = None) -> Chart:
    """Return what is drawn of one characteristic; raises NoSuchBalloon beside ``of_item``."""
    log = ReleaseLog(vault)
    revision = log.wanted(number, rev)
    told = plan.of_revision(log, revision.number, revision.rev).find(balloon)
    grid = tally.grid(told)
    with vault.ledger.reading() as connection:
        ids = [
            one.id
            for one in measurement_records.planned(connection, revision.number)
            if _same(one, told)
        ]
        steps = _by_step(connection, ids)
        newest = measurement_records.newest_of(connection, ids, NEWEST) if ids else []
    by_step: dict[int, Sums] = {}
    for one in steps.values():
        for place, sums in one.items():
            by_step.setdefault(place, Sums()).add(sums)
    whole = tally.added_up(by_step.values())
    return Chart(
        revision.number, revision.rev, Summary(told, tally.capability_of(grid, whole)), grid,
        tuple(Point(one, _value(one, told)) for one in newest if not one.withdrawn),
        tally.bars(grid, sorted(by_step.items())),
    )  # fmt: skip


def _by_step(connection: Any, ids: list[int]) -> dict[int, dict[int, Sums]]:
    found: dict[int, dict[int, Sums]] = {}
    for one in measurement_records.tallies(connection, ids):
        sums = Sums(one.count, one.total, one.squares, one.least, one.most, one.outside)
        found.setdefault(one.characteristic, {})[one.bin] = sums
    return found


def _same(one: Planned, told: Characteristic) -> bool:
    mine, theirs = one.characteristic, told
    return (mine.balloon, mine.requirement, mine.nominal, mine.lower, mine.upper, mine.unit) == (
        theirs.balloon, theirs.requirement, theirs.nominal, theirs.lower, theirs.upper, theirs.unit,
    )  # fmt: skip


def _value(one: Measurement, told: Characteristic) -> float:
    if told.is_attribute:
        return 0.0 if one.passes else 1.0
    return float(Quantity(one.text, one.unit).into(told.unit))
