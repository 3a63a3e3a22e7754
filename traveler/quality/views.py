# SPDX-License-Identifier: AGPL-3.0-or-later
"""What screens, packets and gates are told of a job's quality: evidence, and results by piece.

Nothing is decided here but what counting says: which pieces were measured, which of them pass,
and whether that is as many as the plan's sampling asks for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy.engine import Connection

from release.log import ReleaseLog
from traveler import job_records, operation_records
from traveler.job_records import Job
from traveler.quality import evidence_records, measurement_records, plan, proof_records, sampling
from traveler.quality.characteristics import Characteristic
from traveler.quality.evidence_records import Evidence
from traveler.quality.measurement_records import Measurement, Planned
from traveler.quality.plan import Plan
from vault.home import Vault

State = Literal["missing", "fail", "pass"]


@dataclass(frozen=True, slots=True)
class CharacteristicResults:
    """One characteristic of a job: what its plan asks, and what stands for each piece.

    ``needed`` pieces are to be measured, of which ``accept`` may be out of tolerance.
    """

    characteristic: Characteristic
    needed: int
    accept: int
    results: tuple[Measurement, ...]

    @property
    def outside(self) -> tuple[Measurement, ...]:
        """Return the results that are out of tolerance."""
        return tuple(one for one in self.results if not one.passes)

    @property
    def open(self) -> int:
        """Return how many pieces still have to be measured."""
        return max(self.needed - len(self.results), 0)

    @property
    def state(self) -> State:
        """Return ``fail`` as soon as too many are out, ``missing`` until enough are measured."""
        if len(self.outside) > self.accept:
            return "fail"
        return "missing" if self.open else "pass"

    def of(self, piece: str) -> Measurement | None:
        """Return what stands for a piece."""
        return next((one for one in self.results if one.piece == piece), None)

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        one = self.characteristic
        return {
            "balloon": one.balloon, "requirement": one.requirement, "nominal": one.nominal,
            "lower": one.lower, "upper": one.upper, "unit": one.unit, "op": one.operation or None,
            "sampling": one.sampling or "all", "needed": self.needed, "accept": self.accept,
            "measured": len(self.results), "outside": len(self.outside), "state": self.state,
            "results": [
                {"id": each.id, "piece": each.piece, "result": each.text, "unit": each.unit,
                 "verdict": each.verdict, "by": each.by or None, "gauge": each.gauge or None,
                 "at": each.at, "person": each.person, "op": each.seq}
                for each in self.results
            ],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class JobResults:
    """All that was measured on a job, by the plan of its revision.

    ``elsewhere`` are standing results the plan does not ask for: of a revision the job was on
    before, where the requirement was another one.
    """

    job: Job
    plan: Plan
    characteristics: tuple[CharacteristicResults, ...]
    elsewhere: tuple[Measurement, ...] = ()

    @property
    def pieces(self) -> tuple[str, ...]:
        """Return every piece with a result, numbers in their order."""
        found = {one.piece for row in self.characteristics for one in row.results}
        return tuple(sorted(found, key=in_order))

    @property
    def state(self) -> State:
        """Return ``fail`` where one characteristic fails, ``pass`` only where all pass."""
        states = {row.state for row in self.characteristics}
        if "fail" in states:
            return "fail"
        return "missing" if "missing" in states or not states else "pass"

    def at(self, seq: int | None) -> tuple[CharacteristicResults, ...]:
        """Return what is measured at a step."""
        here = self.plan.at(seq)
        return tuple(row for row in self.characteristics if row.characteristic in here)

    def passes(self, piece: str) -> bool | None:
        """Say whether a piece is good in all that was measured of it; None where nothing was."""
        found = [one for row in self.characteristics if (one := row.of(piece)) is not None]
        return all(one.passes for one in found) if found else None

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            "job": self.job.number, "number": self.plan.item, "rev": self.plan.rev,
            "plan": self.plan.sha256, "state": self.state, "pieces": list(self.pieces),
            "characteristics": [row.as_json() for row in self.characteristics],
            "elsewhere": [one.id for one in self.elsewhere],
        }  # fmt: skip


def evidence_of(vault: Vault, job: str) -> list[Evidence]:
    """Return the evidence of a job as it stands, oldest first; raises NoSuchJob."""
    with vault.ledger.reading() as connection:
        return evidence_in(connection, job_records.known(connection, job))


def evidence_in(connection: Connection, job: Job) -> list[Evidence]:
    """Return the same inside a transaction, for gates; withdrawn pieces are among them."""
    return evidence_records.evidence(connection, job.number)


def results_of(vault: Vault, job: str) -> JobResults:
    """Return what was measured on a job, by the plan of its revision; raises NoSuchJob."""
    log = ReleaseLog(vault)
    with vault.ledger.reading() as connection:
        return results_in(log, connection, job_records.known(connection, job))


def results_in(log: ReleaseLog, connection: Connection, job: Job) -> JobResults:
    """Return the same inside a transaction, for gates that judge what they are about to change."""
    pinned = plan.of_revision(log, job.item, job.rev)
    standing = [
        one for one in measurement_records.measurements(connection, job.number) if not one.withdrawn
    ]
    judged_by = measurement_records.planned_of(connection, {one.characteristic for one in standing})
    operations = operation_records.operations(connection, job.number)
    lots = proof_records.lots(connection, job, operations, pinned)
    rows, counted = [], set()
    for told in pinned.characteristics:
        own = _own(told, standing, judged_by)
        counted |= {one.id for one in own}
        lot = lots[told.balloon]
        sample = told.sample.plan(lot) if lot else sampling.Plan(0)
        rows.append(CharacteristicResults(told, sample.size, sample.accept, own))
    elsewhere = tuple(one for one in standing if one.id not in counted)
    return JobResults(job, pinned, tuple(rows), elsewhere)


def _own(
    told: Characteristic, standing: Sequence[Measurement], judged_by: dict[int, Planned]
) -> tuple[Measurement, ...]:
    """Return the results judged by this very requirement, the newest for each piece.

    A job that moved to another revision keeps what was measured where the requirement is the same.
    """
    same = {number for number, one in judged_by.items() if asks(one.characteristic) == asks(told)}
    newest: dict[str, Measurement] = {}
    for one in standing:
        if one.characteristic in same:
            newest[one.piece] = one
    return tuple(sorted(newest.values(), key=lambda one: in_order(one.piece)))


def asks(one: Characteristic) -> tuple[str, ...]:
    """Return what a characteristic asks for; where it is the same, so is what a result says of it."""
    return (one.balloon, one.requirement, one.nominal, one.lower, one.upper, one.unit)


def in_order(piece: str) -> tuple[int, int, str]:
    """Return what sorts pieces: numbers by their size, then names."""
    return (0, int(piece), "") if piece.isascii() and piece.isdigit() else (1, 0, piece)
