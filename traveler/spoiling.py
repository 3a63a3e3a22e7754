# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pieces that leave the flow because somebody decided so, and how such a decision is taken back.

A step counts as scrap what its operator throws away.  What is only later found not to conform is
written off here, by whoever decides on it: at the step it was found, or where the pieces are now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from traveler import flow, operation_records, tables
from traveler.errors import NothingToWriteOff
from traveler.job_records import Job, subject
from traveler.operation_records import Operation
from vault.ledger.engine import Writing


@dataclass(frozen=True, slots=True)
class WrittenOff:
    """Pieces written off at a step: of the good ones, of those set aside, and of those uncounted."""

    seq: int
    good: int = 0
    aside: int = 0
    open: int = 0

    @property
    def qty(self) -> int:
        """Return how many pieces they are."""
        return self.good + self.aside + self.open


def write_off(writing: Writing, job: str, seq: int, qty: int, why: str, cause: str) -> WrittenOff:
    """Count pieces of a job as scrap, at a step or where they went from there; who may was asked.

    Those set aside there go first, then those nobody counted yet, then good ones that nothing
    after it has counted.  Raises NoSuchJob, NoSuchOperation or NothingToWriteOff.
    """
    found, operations, source = operation_records.found(writing.connection, job, seq)
    place = next(
        (one for one in _places(operations, source) if _have(found, operations, one) >= qty), None
    )
    if place is None:
        raise NothingToWriteOff(
            job=found.number, seq=seq, wanted=qty, counted=source.scrap,
            have=max(_have(found, operations, one) for one in _places(operations, source)),
        )  # fmt: skip
    aside = min(qty, flow.pending(operations, place))
    uncounted = min(qty - aside, flow.uncounted(found, operations, place))
    done = WrittenOff(place.seq, qty - aside - uncounted, aside, uncounted)
    _move(writing, operations, place, done, 1)
    writing.record(
        "operation.written_off", subject(found.number), **_told(done), why=why, cause=cause,
        counts=_recounted(writing, found, operations),
    )  # fmt: skip
    return done


def take_back(writing: Writing, job: str, done: WrittenOff, why: str, cause: str) -> None:
    """Bring pieces back that were written off; what nobody had counted is good where the step ended.

    Raises NoSuchJob or NoSuchOperation.
    """
    found, operations, place = operation_records.found(writing.connection, job, done.seq)
    back = done
    if place.over and done.open:
        back = WrittenOff(done.seq, done.good + done.open, done.aside)
    _move(writing, operations, place, back, -1)
    writing.record(
        "operation.taken_back", subject(found.number), **_told(done), why=why, cause=cause,
        counts=_recounted(writing, found, operations),
    )  # fmt: skip


def _places(operations: Sequence[Operation], source: Operation) -> Iterator[Operation]:
    """Yield the step itself, then those its pieces go to, in their order."""
    yield source
    found, place = flow.row(operations, source)
    for group in found[place + 1 :]:
        yield group[0]


def _have(job: Job, operations: Sequence[Operation], one: Operation) -> int:
    return (
        flow.pending(operations, one)
        + flow.uncounted(job, operations, one)
        + flow.gone_on(job, operations, one)
    )


def _move(
    writing: Writing, operations: Sequence[Operation], place: Operation, done: WrittenOff, sign: int
) -> None:
    """Move counts into scrap, or back; operations side by side see the same good pieces."""
    group, at = flow.row(operations, place)
    for one in group[at]:
        here = one.seq == place.seq
        scrap = done.good + (done.aside + done.open if here else 0)
        if not scrap:
            continue
        told: dict[str, Any] = {"scrap": one.scrap + sign * scrap}
        if one.state != "skipped":
            told["good"] = one.good - sign * done.good
        if here and done.aside:
            told["rework"] = one.rework - sign * done.aside
        writing.update(tables.operation, one.id, **told)


def _recounted(
    writing: Writing, job: Job, before: Sequence[Operation]
) -> list[dict[str, int]]:  # fmt: skip
    return flow.recounted(before, operation_records.operations(writing.connection, job.number))


def _told(done: WrittenOff) -> Mapping[str, Any]:
    return {**asdict(done), "scrap": done.qty}
