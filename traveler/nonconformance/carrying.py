# SPDX-License-Identifier: AGPL-3.0-or-later
"""Doing to the job what a disposition says: steps put in, pieces written off, or brought back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy.engine import Connection

from traveler import flow, job_records, operation_records, rework, spoiling
from traveler.nonconformance import filing, records, rules
from traveler.nonconformance.errors import PiecesLeft, ReworkUndone
from traveler.nonconformance.records import Nonconformance
from traveler.nonconformance.rules import Facts, Part
from traveler.route import Step
from traveler.shipping import records as shipments
from vault.ledger.engine import Writing

_OVER = frozenset({"done", "skipped", "dropped"})


def carried_out(writing: Writing, before: Nonconformance, part: Part) -> Part:
    """Put the steps of a part into the job, or write its pieces off, if that is not done yet."""
    if before.seq is None:
        return part
    if part.wanted and not part.rework:
        numbers = rework.insert(
            writing, before.job, before.seq, _steps(part.wanted),
            f"{part.disposition} of {before.number}", before.number, qty=part.qty,
            repeat=[one["repeat"] for one in part.wanted if "repeat" in one],
            back_to=next((one["back_to"] for one in part.wanted if "back_to" in one), None),
        )  # fmt: skip
        operations = operation_records.operations(writing.connection, before.job)
        ids = tuple(one.id for one in operations if one.seq in numbers)
        return replace(part, rework=tuple(numbers), rework_ids=ids)
    job = job_records.job(writing.connection, before.job)
    if part.disposition not in rules.GONE or part.counted or part.booked:
        return part
    if job is None or job.ended:
        return part
    why = f"{part.disposition} of {before.number}: {part.why}"
    done = spoiling.write_off(writing, job.number, before.seq, part.qty, why, before.number)
    return replace(part, booked={key: each for key, each in asdict(done).items() if each})


def taken_back(writing: Writing, before: Nonconformance, why: str) -> None:
    """Bring back what was written off, while the job is still in the shop."""
    job = job_records.job(writing.connection, before.job)
    if job is None or job.ended:
        return
    for one in before.facts.parts:
        if one.booked:
            done = spoiling.WrittenOff(**one.booked)
            spoiling.take_back(writing, job.number, done, why, before.number)


def still_packed(connection: Connection, before: Nonconformance, facts: Facts) -> None:
    """Refuse to write off what is packed or gone: those pieces cannot be in the bin as well."""
    if not any(one.booked for one in facts.parts):
        return
    job = job_records.known(connection, before.job)
    packed = sum(one.facts.qty for one in shipments.shipments(connection, before.job)
                 if one.state != "cancelled")  # fmt: skip
    left = flow.out(job, operation_records.operations(connection, job.number))
    if packed > left:
        raise PiecesLeft(number=before.number, job=before.job, seq=before.seq, packed=packed,
                         out=left)  # fmt: skip


def steps_done(connection: Connection, one: Nonconformance) -> None:
    """Refuse where steps that a disposition put into the job are not done; raises ReworkUndone."""
    left = [
        f"{seq} {title} ({state})"
        for seq, title, state in records.steps(connection, one.facts.rework_ids)
        if state not in _OVER
    ]
    if left:
        raise ReworkUndone(number=one.number, job=one.job, steps=", ".join(left))


def hold_again(writing: Writing, one: Nonconformance) -> None:
    """Raise the blocker of what must wait anew, unless one stands or the job is closed."""
    job = job_records.job(writing.connection, one.job)
    if job is None or job.ended or filing.holding(writing.connection, one):
        return
    operations = operation_records.operations(writing.connection, one.job)
    filing.hold(writing, one, operations, job.added_by)


def _steps(wanted: Sequence[Mapping[str, Any]]) -> list[Step]:
    return [
        Step(
            seq=place, station=one["station"], title=one["title"],
            setup_minutes=float(one["setup_minutes"]), run_minutes=float(one["run_minutes"]),
            notes=one["notes"], proof=tuple(one["proof"]),
        )
        for place, one in enumerate((it for it in wanted if "station" in it), 1)
    ]  # fmt: skip
