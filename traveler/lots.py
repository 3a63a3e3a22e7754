# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lots: parts of a job that travel by themselves, each with a traveler of its own.

A lot is a number and so many of the job's pieces; pieces that go on as a job of their own are a
split job (``traveler.splitting``).  What is counted by a lot's traveler is counted
for the job as ever, and never more for the lot than it has pieces.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler import job_records, tables
from traveler.errors import JobCannot, LotOverfull, LotTooLarge, NoSuchLot
from traveler.job_records import Job
from traveler.operation_records import Operation
from traveler.words import pieces
from vault.home import Vault
from vault.ledger.people import Person, require


@dataclass(frozen=True, slots=True)
class Lot:
    """A part of a job: its number within the job and its pieces."""

    job: str
    number: int
    qty: int
    made_at: str
    made_by: str

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {"lot": self.number, **{k: v for k, v in asdict(self).items() if k != "number"}}


def make(vault: Vault, actor: Person, number: str, qty: int) -> Lot:
    """Take so many of a job's pieces as its next lot; raises LotTooLarge, JobCannot, NoSuchJob."""
    require(actor, "planner")
    wanted = pieces(qty, least=1)
    with vault.ledger.writing(actor.name) as writing:
        job = job_records.known(writing.connection, number)
        if job.ended:
            raise JobCannot(job=job.number, state=job.state, act="taken apart into lots",
                            way="make a new job for more pieces")  # fmt: skip
        there = of_job(writing.connection, job.number)
        given = sum(one.qty for one in there)
        if given + wanted > job.qty:
            raise LotTooLarge(job=job.number, qty=job.qty, given=given, wanted=wanted,
                              left=job.qty - given)  # fmt: skip
        row = writing.insert(
            tables.lot, job=job.number, number=len(there) + 1, qty=wanted, made_at=writing.at,
            made_by=writing.actor,
        )  # fmt: skip
        writing.record("lot.made", job_records.subject(job.number), lot=row["number"], qty=wanted)
    return _lot(row)


def of_job(connection: Connection, job: str) -> list[Lot]:
    """Return the lots of a job, by number."""
    chosen = sa.select(tables.lot).where(tables.lot.c.job == job).order_by(tables.lot.c.number)
    return [_lot(row._asdict()) for row in connection.execute(chosen)]


def lot(connection: Connection, job: str, number: int) -> Lot:
    """Return a lot of a job; raises NoSuchLot."""
    there = of_job(connection, job)
    for one in there:
        if one.number == number:
            return one
    shown = ", ".join(str(one.number) for one in there) or "none"
    raise NoSuchLot(job=job, lot=number, lots=shown)


_COUNTED = tables.stint.c.good + tables.stint.c.scrap + sa.func.coalesce(tables.stint.c.rework, 0)


def within(connection: Connection, job: Job, operation: Operation, number: int, more: int) -> None:
    """Refuse to count more pieces for a lot than it has; raises LotOverfull."""
    told = counted(connection, operation, number) + more
    held = lot(connection, job.number, number)
    if told > held.qty:
        raise LotOverfull(lot=number, job=job.number, qty=held.qty, counted=told,
                          seq=operation.seq)  # fmt: skip


def counted(connection: Connection, operation: Operation, number: int) -> int:
    """Return how many pieces of a lot are counted at an operation."""
    mine = tables.stint.c.operation == operation.id, tables.stint.c.lot == number
    summed = sa.select(sa.func.coalesce(sa.func.sum(_COUNTED), 0))
    return int(connection.execute(summed.where(*mine)).scalar_one())


def _lot(row: Any) -> Lot:
    return Lot(row["job"], row["number"], row["qty"], row["made_at"], row["made_by"])
