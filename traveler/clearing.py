# SPDX-License-Identifier: AGPL-3.0-or-later
"""Blockers that close by themselves, because the ledger knows that their reason is gone.

Each is called in the transaction that makes it so: what was measured passes, a copy is back, pieces
came home, a shipment left.  A release is followed in ``traveler.following``, a nonconformance closes
its own.  That a step is done closes nothing: a machine that was loud all through it still is.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy.engine import Connection

from release.log import ReleaseLog
from traveler.blockers import filing, records
from traveler.blockers.fitting import BACK
from traveler.blockers.records import Blocker, BlockerFilter
from traveler.copies.records import Copy
from traveler.job_records import Job
from traveler.lifecycle import BLOCKING
from traveler.operation_records import Operation
from traveler.quality import views
from traveler.quality.views import JobResults
from vault.home import Vault
from vault.ledger.engine import Writing

AWAITS: Final = "awaits"
"""The key under which a blocker says what the ledger watches for it."""
RESULTS: Final = "results"
_EVERY: Final = 100_000


def awaited(vault: Vault, connection: Connection, kind: str, job: Job | None, seq: int | None
            ) -> dict[str, Any]:  # fmt: skip
    """Return what a new blocker waits for: an inspection for results that do not all pass yet."""
    if kind != "inspection" or job is None:
        return {}
    found = views.results_in(ReleaseLog(vault), connection, job)
    rows = _due(found, seq)
    return {AWAITS: RESULTS} if rows and not _passed(found, seq) else {}


def inspected(vault: Vault, writing: Writing, job: Job) -> None:
    """Close the blockers of a job that waited for inspection, where all that is due now passes."""
    waiting = [
        one for one in records.concerning(writing.connection, [job.number], ())
        if one.blocking and one.cause.get(AWAITS) == RESULTS
    ]  # fmt: skip
    if not waiting:
        return
    found = views.results_in(ReleaseLog(vault), writing.connection, job)
    for one in waiting:
        if _passed(found, one.seq):
            count = len(_due(found, one.seq))
            filing.clear(writing, one, f"inspection passed: {count} characteristics in tolerance")


def collected(writing: Writing, copy: Copy) -> None:
    """Close the blockers that waited until a copy is out of everybody's hands."""
    if copy.state not in BACK:
        return
    for one in records.listed(writing.connection, BlockerFilter(states=BLOCKING), _EVERY):
        if one.facts.get("copy") == copy.number:
            filing.clear(writing, one, f"copy {copy.number} is {copy.state}")


def came_back(writing: Writing, operation: Operation) -> None:
    """Close the blockers of an outside operation whose pieces were taken back."""
    for one in records.concerning(writing.connection, [operation.job], ()):
        if one.blocking and one.kind == "outside process" and one.operation == operation.id:
            filing.clear(writing, one, f"step {operation.seq} came back")


def went_out(writing: Writing, operation: Operation, vendor: str) -> None:
    """Close the blockers of shipping of an outside operation whose pieces are on their way."""
    for one in records.concerning(writing.connection, [operation.job], ()):
        if one.blocking and one.kind == "shipping" and one.operation == operation.id:
            to = f" to {vendor}" if vendor else ""
            filing.clear(writing, one, f"the pieces of step {operation.seq} are on their way{to}")


def left(writing: Writing, job: str, shipment: str, *, whole: bool) -> None:
    """Close the blockers of shipping of what has left: a shipment, or with ``whole`` all of a job.

    While pieces of the job are still here, one that names no shipment stays: they may lack the
    same papers.
    """
    for one in _of_shipping(writing, job):
        if one.facts.get("shipment") == shipment:
            filing.clear(writing, one, f"{shipment} has left")
        elif whole and not one.facts.get("shipment"):
            filing.clear(writing, one, f"all of job {job} has left, the last with {shipment}")


def unpacked(writing: Writing, job: str, shipment: str) -> None:
    """Close the blockers of a shipment that was unpacked again: it does not leave any more."""
    for one in _of_shipping(writing, job):
        if one.facts.get("shipment") == shipment:
            filing.clear(writing, one, f"{shipment} was unpacked")


def said(one: Blocker) -> str:
    """Return what closes a blocker by itself, in words; empty where only people know."""
    if "since" in one.cause:
        return f"{one.facts.get('change') or one.facts.get('item')} is released"
    if one.cause.get(AWAITS) == RESULTS:
        upto = f" up to step {one.seq}" if one.seq is not None else ""
        return f"all that is to be measured{upto} passes"
    if one.facts.get("copy"):
        return f"copy {one.facts['copy']} is collected or destroyed"
    if one.kind == "outside process" and one.operation is not None:
        return f"the pieces of step {one.seq} are taken back"
    if one.kind == "shipping" and one.facts.get("shipment"):
        return f"{one.facts['shipment']} has left"
    if one.kind == "shipping" and one.step_outside:
        return f"the pieces of step {one.seq} are on their way"
    if one.kind == "shipping" and one.job and one.operation is None:
        return f"all of job {one.job} has left"
    return ""


def _of_shipping(writing: Writing, job: str) -> list[Blocker]:
    found = records.concerning(writing.connection, [job], ())
    return [one for one in found if one.blocking and one.kind == "shipping"]


def _due(found: JobResults, seq: int | None) -> list[views.CharacteristicResults]:
    """Return what is measured before a step may go on: at it, before it, and what names no step."""
    if seq is None:
        return list(found.characteristics)
    return [
        row for row in found.characteristics
        if not row.characteristic.operation or int(row.characteristic.operation) <= seq
    ]  # fmt: skip


def _passed(found: JobResults, seq: int | None) -> bool:
    rows = _due(found, seq)
    return all(row.state == "pass" for row in rows) and any(row.needed for row in rows)
