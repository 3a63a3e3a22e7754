# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where evidence and results belong: a job, perhaps a step of it, and the paper in somebody's hand."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.engine import Connection

from traveler import job_records, operation_records, tokens
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
    job = job_records.known(connection, number)
    operations = operation_records.operations(connection, job.number)
    operation = None if seq is None else operation_records.step(operations, job.number, seq)
    if token:
        tokens.within(connection, token, job, operation)
    return Place(job, tuple(operations), operation)
