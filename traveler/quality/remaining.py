# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is still to be measured at a step: of each characteristic how many, and which piece is next.

Somebody with a gauge in hand is asked for one result at a time, so nothing is read here of results
but of which pieces they are; how they came out is ``traveler.quality.views``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from sqlalchemy.engine import Connection

from release.log import ReleaseLog
from traveler import job_records, operation_records
from traveler.job_records import Job
from traveler.quality import measurement_records, plan, proof_records, views
from traveler.quality.characteristics import Characteristic
from traveler.quality.plan import Plan
from vault.home import Vault


@dataclass(frozen=True, slots=True)
class ToMeasure:
    """A characteristic: of how many pieces it is measured, and of which it was."""

    characteristic: Characteristic
    needed: int
    measured: frozenset[str]

    @property
    def open(self) -> int:
        """Return how many pieces still have to be measured."""
        return max(self.needed - len(self.measured), 0)

    def wants(self, piece: str) -> bool:
        """Say whether a piece is one of those that may still be measured."""
        return bool(self.open) and piece not in self.measured


@dataclass(frozen=True, slots=True)
class Remaining:
    """What a step of a job still asks for; ``pieces`` are those of the job, in the order they are taken."""

    job: Job
    plan: Plan
    rows: tuple[ToMeasure, ...]
    pieces: tuple[str, ...]

    @property
    def open(self) -> int:
        """Return how many results still have to come."""
        return sum(row.open for row in self.rows)

    @property
    def next(self) -> tuple[ToMeasure, str] | None:
        """Return what is to be measured next: piece by piece, each through all its balloons."""
        piece = next(self._open(), None)
        if piece is None:
            return None
        return next(row for row in self.rows if row.wants(piece)), piece

    def ahead(self, most: int) -> list[str]:
        """Return the next pieces of which something is still to be measured."""
        return list(islice(self._open(), most))

    def row(self, balloon: str) -> ToMeasure:
        """Return a row by its balloon, whatever the case; raises NoSuchBalloon."""
        told = self.plan.find(balloon)
        return next(
            (one for one in self.rows if one.characteristic == told), ToMeasure(told, 0, _NONE)
        )

    def _open(self) -> Iterator[str]:
        return (piece for piece in self.pieces if any(row.wants(piece) for row in self.rows))


_NONE: frozenset[str] = frozenset()


def at(vault: Vault, job: str, seq: int | None) -> Remaining:
    """Return what is still to be measured at a step, of the whole job without one; NoSuchJob."""
    log = ReleaseLog(vault)
    with vault.ledger.reading() as connection:
        return _found(log, connection, job_records.known(connection, job), seq)


def columns(needed: int, named: Collection[str]) -> list[str]:
    """Return the pieces of a job in order: those that are counted, then others by their names.

    A job of which no counted piece has a result goes by serial numbers.
    """
    counted = [str(number) for number in range(1, needed + 1)]
    known = set(counted)
    if named and known.isdisjoint(named):
        counted, known = [], set()
    return [*counted, *sorted(set(named) - known, key=views.in_order)]


def _found(log: ReleaseLog, connection: Connection, job: Job, seq: int | None) -> Remaining:
    pinned = plan.of_revision(log, job.item, job.rev)
    if not pinned.characteristics:
        return Remaining(job, pinned, (), ())
    operations = operation_records.operations(connection, job.number)
    lots = proof_records.lots(connection, job, operations, pinned)
    needed = {
        one.balloon: one.sample.plan(lots[one.balloon]).size if lots[one.balloon] else 0
        for one in pinned.characteristics
    }
    alike = defaultdict[tuple[str, ...], list[int]](list)
    for judged in measurement_records.planned(connection, job.item):
        alike[views.asks(judged.characteristic)].append(judged.id)
    here = {one.balloon: alike[views.asks(one)] for one in pinned.at(seq)}
    measured = defaultdict[int, set[str]](set)
    for number, piece in measurement_records.pieces(
        connection, job.number, list(chain.from_iterable(here.values()))
    ):
        measured[number].add(piece)
    rows = tuple(
        ToMeasure(
            one, needed[one.balloon], _NONE.union(*(measured[at] for at in here[one.balloon]))
        )
        for one in pinned.at(seq)
    )
    named = measurement_records.piece_names(connection, job.number)
    return Remaining(job, pinned, rows, tuple(columns(max(needed.values()), named)))
