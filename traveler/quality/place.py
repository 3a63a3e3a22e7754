# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where evidence and results belong: a job, perhaps a step of it, and the paper in somebody's hand."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.engine import Connection

from traveler import job_records, operation_records, tokens
from traveler.errors import NoSuchJob, NoSuchOperation, OutsideTraveler
from traveler.job_records import Job
from traveler.operation_records import Operation


@dataclass(frozen=True, slots=True)
class Place:
    """A job with its operations, and the one of them that is meant, if one is."""

    job: Job
    operations: tuple[Operation, ...]
    operation: Operation | None


def found(connection: Connection, number: str, seq: int | None, token: str = "") -> Place:
    """Return a place; raises NoSuchJob, NoSuchOperation, and OutsideTraveler for other paper."""
    job = job_records.job(connection, number)
    if job is None:
        raise NoSuchJob(number=number)
    operations = operation_records.operations(connection, job.number)
    operation = next((one for one in operations if one.seq == seq), None)
    if seq is not None and operation is None:
        shown = ", ".join(str(one.seq) for one in operations) or "none"
        raise NoSuchOperation(job=job.number, seq=seq, operations=shown)
    if token:
        _within(connection, token, job, operation)
    return Place(job, tuple(operations), operation)


def _within(connection: Connection, code: str, job: Job, operation: Operation | None) -> None:
    token = tokens.find(connection, code)
    own = token.operation
    if token.job == job.number and (own is None or operation is None or operation.id == own):
        return
    steps = operation_records.operations(connection, token.job)
    told = next((one.seq for one in steps if one.id == own), "any")
    raise OutsideTraveler(job=token.job, own=told, seq=operation.seq if operation else "any")
