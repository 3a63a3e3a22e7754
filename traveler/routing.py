# SPDX-License-Identifier: AGPL-3.0-or-later
"""Routes between the two stores: read from a release, written as the rows of a job's operations."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from release.log import ReleaseLog, Revision
from traveler import route, stations
from traveler.errors import FileNotReleased
from traveler.operation_records import Operation
from traveler.route import Step
from vault import canonical
from vault.ledger.engine import Writing


def released(log: ReleaseLog, revision: Revision) -> tuple[Step, ...]:
    """Return the steps released with a revision; raises BadRoute or FileNotReleased."""
    names = {file.name for file in revision.files}
    if route.FILE not in names:
        return ()
    where = f"{revision.number} {revision.rev} {route.FILE}"
    steps = _steps(log.read(revision, route.FILE), where)
    for step in steps:
        for name in step.files:
            if name not in names:
                raise FileNotReleased(
                    seq=step.seq, name=name, number=revision.number, rev=revision.rev
                )
    return steps


@lru_cache(maxsize=256)
def _steps(data: bytes, where: str) -> tuple[Step, ...]:
    """Return the steps in a file; ten thousand orders of a night name few routes."""
    return route.parse(data, where).steps


def copied(operation: Operation) -> dict[str, Any]:
    """Return what an operation of one job tells of the same step in another, as it is stored."""
    return {
        "seq": operation.seq, "station": operation.station, "title": operation.title,
        "setup_minutes": operation.setup_minutes, "run_minutes": operation.run_minutes,
        "notes": operation.notes, "files": canonical.dumps(operation.files).decode(),
        "proof": canonical.dumps(operation.proof).decode(), "parallel": int(operation.parallel),
        "days": operation.days or None,
    }  # fmt: skip


def columns(writing: Writing, step: Step) -> dict[str, Any]:
    """Return what a step tells of an operation, as it is stored; a new station comes into being."""
    return {
        "station": stations.known(writing, step.station), "title": step.title,
        "setup_minutes": step.setup_minutes, "run_minutes": step.run_minutes, "notes": step.notes,
        "files": canonical.dumps(step.files).decode(),
        "proof": canonical.dumps(step.proof).decode(), "parallel": int(step.parallel),
        "days": step.days or None,
    }  # fmt: skip
