# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the ledger tells about proof: demands, waivers, and the evidence and results that answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler import flow, series, tables
from traveler.firstarticle import tables as article_tables
from traveler.job_records import Job
from traveler.nonconformance.tables import nonconformance
from traveler.operation_records import Operation
from traveler.quality import owing, proof, proof_tables
from traveler.quality.owing import Measured
from traveler.quality.plan import Plan
from traveler.quality.proof import Basis, Demand, Given, ProofState, Step, Waiver
from traveler.quality.tables import characteristic, evidence, measurement, measuring
from vault.names import fold

_DEMAND, _WAIVER = proof_tables.proof_demand, proof_tables.proof_waiver
_WORD = proof_tables.proof_word
_JOBS: Final[sa.BindParameter[str]] = sa.bindparam("jobs", expanding=True)
_CUSTOMERS: Final[sa.BindParameter[str]] = sa.bindparam("customers", expanding=True)
_DEMANDS: Final = (
    sa.select(_DEMAND)
    .where(
        _DEMAND.c.dropped_at.is_(None),
        sa.or_(_DEMAND.c.job.in_(_JOBS), _DEMAND.c.fold.in_(_CUSTOMERS)),
    )
    .order_by(_DEMAND.c.id)
)
_WAIVERS: Final = (
    sa.select(_WAIVER)
    .where(_WAIVER.c.job.in_(_JOBS), _WAIVER.c.withdrawn_at.is_(None))
    .order_by(_WAIVER.c.id)
)
_REOPENED: Final = (
    sa.select(evidence.c.job).where(evidence.c.replaces.is_not(None)).distinct(),
    sa.select(measuring.c.job)
    .join(measurement, measurement.c.measuring == measuring.c.id)
    .where(measurement.c.replaces.is_not(None))
    .distinct(),
    sa.select(_WORD.c.job).where(_WORD.c.withdrawn_at.is_not(None)).distinct(),
    sa.select(_WAIVER.c.job).where(_WAIVER.c.withdrawn_at.is_not(None)).distinct(),
    sa.select(tables.job_decision.c.job).distinct(),
    sa.select(nonconformance.c.job).distinct(),
)
"""The jobs where proof was taken back or corrected, pieces came back, or a revision was decided on."""

Plans = Callable[[str, str], Plan]
"""Finds the plan of a released revision."""


def states(
    connection: Connection, jobs: Sequence[Job], operations: Mapping[str, Sequence[Operation]],
    plans: Plans,
) -> dict[str, ProofState]:  # fmt: skip
    """Return how the proof of these jobs stands, by job; a few selects however many there are.

    Jobs that owe nothing cost no search for evidence, those that owe no results none for plans.
    """
    demands = _demands_of(connection, jobs)
    steps = {job.number: _steps(job, operations[job.number]) for job in jobs}
    wanted = {number: proof.required(told, demands[number]) for number, told in steps.items()}
    owing_ = [number for number, told in wanted.items() if told]
    given, waivers = _given(connection, owing_), _waivers(connection, owing_)
    _add_first_articles(connection, [
        job for job in jobs if any(one.kind == proof.FIRST_ARTICLE for one in wanted[job.number])
    ], given)  # fmt: skip
    measured = _measured(
        connection, plans,
        [job for job in jobs if any(one.kind == proof.MEASURED for one in wanted[job.number])],
    )  # fmt: skip
    return {
        job.number: Basis(
            tuple(demands[job.number]), tuple(given[job.number]), tuple(waivers[job.number]),
            measured.get(job.number, Measured()),
            max(0, job.qty - flow.spoiled(operations[job.number])),
        ).state(steps[job.number])
        for job in jobs
    }  # fmt: skip


def reopened(connection: Connection, jobs: Sequence[Job]) -> frozenset[str]:
    """Return those of these jobs where a step that is done may owe proof that it had.

    Something was corrected, withdrawn or asked for since, pieces came back, or it has another
    revision.  All others owe at done steps nothing, as none is finished without its proof.
    """
    demanded = demands(connection)
    customers = {fold(one.customer) for one in demanded if not one.job}
    found = {one.job for one in demanded}
    for chosen in _REOPENED:
        found.update(connection.execute(chosen).scalars())
    return frozenset(
        one.number for one in jobs if one.number in found or fold(one.customer) in customers
    )


def lots(
    connection: Connection, job: Job, operations: Sequence[Operation], plan: Plan
) -> dict[str, int]:
    """Return of how many pieces each characteristic of a job is measured, by balloon."""
    wanted = proof.required(_steps(job, operations), _demands_of(connection, [job])[job.number])
    at = {one.seq: one for one in operations}
    route = [seq for seq in proof.asking(wanted) if not at[seq].loop]
    whole = max(0, job.qty - flow.spoiled(operations))
    found = {}
    for one in plan.characteristics:
        seq = owing.step_of(one, route)
        found[one.balloon] = whole if seq is None else flow.lot(job, operations, at[seq])
    return found


def demand(connection: Connection, number: int) -> Demand | None:
    """Return a demand that still holds, by its number."""
    chosen = sa.select(_DEMAND).where(_DEMAND.c.id == number, _DEMAND.c.dropped_at.is_(None))
    row = connection.execute(chosen).one_or_none()
    return None if row is None else _demand(row)


def demands(connection: Connection, customer: str = "", job: str = "") -> list[Demand]:
    """Return the demands that hold, of one customer or job where it is named, oldest first."""
    chosen = sa.select(_DEMAND).where(_DEMAND.c.dropped_at.is_(None)).order_by(_DEMAND.c.id)
    if customer:
        chosen = chosen.where(_DEMAND.c.fold == fold(customer))
    if job:
        chosen = chosen.where(_DEMAND.c.job == job)
    return [_demand(row) for row in connection.execute(chosen)]


def word(connection: Connection, number: int) -> tuple[str, str] | None:
    """Return job and kind of what somebody vouched for and did not take back."""
    chosen = sa.select(_WORD).where(_WORD.c.id == number, _WORD.c.withdrawn_at.is_(None))
    row = connection.execute(chosen).one_or_none()
    return None if row is None else (row.job, row.kind)


def worked(connection: Connection, operation: int, person: str) -> bool:
    """Say whether somebody worked on an operation themselves."""
    chosen = sa.select(tables.stint.c.id).where(
        tables.stint.c.operation == operation, tables.stint.c.person == person
    )
    return connection.execute(chosen.limit(1)).first() is not None


def waiver(connection: Connection, number: int) -> tuple[str, Waiver] | None:
    """Return a waiver that holds, with its job."""
    chosen = sa.select(_WAIVER).where(_WAIVER.c.id == number, _WAIVER.c.withdrawn_at.is_(None))
    row = connection.execute(chosen).one_or_none()
    return None if row is None else (row.job, _waiver(row))


# --- inside -----------------------------------------------------------------


def _steps(job: Job, operations: Sequence[Operation]) -> list[Step]:
    return [
        Step(one.seq, one.proof, one.state == "done", flow.lot(job, operations, one),
             one.loop is not None)
        for one in operations
    ]  # fmt: skip


def _measured(connection: Connection, plans: Plans, jobs: Sequence[Job]) -> dict[str, Measured]:
    """Return by what each of these jobs is measured, and of how many pieces results stand."""
    if not jobs:
        return {}
    numbers = [job.number for job in jobs]
    columns = (
        characteristic.c.balloon, characteristic.c.requirement, characteristic.c.nominal,
        characteristic.c.lower, characteristic.c.upper, characteristic.c.unit,
    )  # fmt: skip
    pieces = sa.func.count(sa.distinct(measurement.c.piece)).label("pieces")
    asked = (
        _standing(sa.select(measuring.c.job, *columns, pieces), numbers)
        .join(characteristic, characteristic.c.id == measurement.c.characteristic)
        .group_by(measuring.c.job, *columns)
    )  # fmt: skip
    by_key: defaultdict[str, dict[owing.Key, int]] = defaultdict(dict)
    for row in connection.execute(asked):
        by_key[row.job][row[1], row[2], row[3], row[4], row[5], row[6]] = row.pieces
    here: defaultdict[str, dict[int | None, int]] = defaultdict(dict)
    seq = tables.operation.c.seq
    at = _standing(sa.select(measuring.c.job, seq, pieces), numbers).group_by(measuring.c.job, seq)
    for row in connection.execute(at):
        here[row.job][row.seq] = row.pieces
    return {
        job.number: Measured(
            plans(job.item, job.rev).characteristics, by_key[job.number], here[job.number]
        )
        for job in jobs
    }


def _standing(chosen: sa.Select[Any], numbers: Sequence[str]) -> sa.Select[Any]:
    """Return a select over the results of some jobs that neither were replaced nor taken back."""
    later = measurement.alias("later")
    return (
        chosen.select_from(measurement)
        .join(measuring, measuring.c.id == measurement.c.measuring)
        .outerjoin(tables.operation, tables.operation.c.id == measuring.c.operation)
        .outerjoin(later, later.c.replaces == measurement.c.id)
        .where(measuring.c.job.in_(numbers), later.c.id.is_(None),
               measurement.c.verdict != "withdrawn")
    )  # fmt: skip


def _demands_of(connection: Connection, jobs: Sequence[Job]) -> defaultdict[str, list[Demand]]:
    """Return what is asked of these jobs by their customers and on their own account."""
    customers = {fold(job.customer) for job in jobs if job.customer}
    asked = {"jobs": [job.number for job in jobs], "customers": list(customers)}
    found: defaultdict[str, list[Demand]] = defaultdict(list)
    for row in connection.execute(_DEMANDS, asked):
        for job in jobs:
            if row.job == job.number or (row.fold and row.fold == fold(job.customer)):
                found[job.number].append(_demand(row))
    return found


def _waivers(connection: Connection, numbers: Sequence[str]) -> defaultdict[str, list[Waiver]]:
    found: defaultdict[str, list[Waiver]] = defaultdict(list)
    for row in connection.execute(_WAIVERS, {"jobs": numbers}) if numbers else ():
        found[row.job].append(_waiver(row))
    return found


def _given(connection: Connection, numbers: Sequence[str]) -> defaultdict[str, list[Given]]:
    """Return what proves something on these jobs: standing evidence, and standing results."""
    found: defaultdict[str, list[Given]] = defaultdict(list)
    if numbers:
        _add_evidence(connection, numbers, found)
        _add_results(connection, numbers, found)
        _add_words(connection, numbers, found)
    return found


def _add_evidence(
    connection: Connection, numbers: Sequence[str], found: defaultdict[str, list[Given]]
) -> None:
    later = evidence.alias("later")
    chosen = (
        sa.select(evidence, tables.operation.c.seq)
        .outerjoin(tables.operation, tables.operation.c.id == evidence.c.operation)
        .outerjoin(later, later.c.replaces == evidence.c.id)
        .where(evidence.c.job.in_(numbers), later.c.id.is_(None), evidence.c.act != "withdraw")
        .order_by(evidence.c.id)
    )
    for row in connection.execute(chosen):
        kind = proof.named(row.kind)
        found[row.job].append(Given(kind, row.seq, f"evidence/{row.id}", row.person, row.at))


def _add_results(
    connection: Connection, numbers: Sequence[str], found: defaultdict[str, list[Given]]
) -> None:
    """Count the standing results of each step; who entered the last of them stands for all."""
    seq = tables.operation.c.seq
    chosen = _standing(
        sa.select(
            measuring.c.job, seq, sa.func.count().label("count"),
            sa.func.max(measuring.c.id).label("last"),
        ), numbers,
    ).group_by(measuring.c.job, seq)  # fmt: skip
    rows = connection.execute(chosen).all()
    entered = sa.select(measuring.c.id, measuring.c.person, measuring.c.at).where(
        measuring.c.id.in_([row.last for row in rows])
    )
    who = {row.id: row for row in connection.execute(entered)}
    for row in rows:
        last = who[row.last]
        found[row.job].append(
            Given(proof.MEASURED, row.seq, f"measuring/{row.last}", last.person, last.at, row[2])
        )


def _add_words(
    connection: Connection, numbers: Sequence[str], found: defaultdict[str, list[Given]]
) -> None:
    chosen = (
        sa.select(_WORD, tables.operation.c.seq)
        .outerjoin(tables.operation, tables.operation.c.id == _WORD.c.operation)
        .where(_WORD.c.job.in_(numbers), _WORD.c.withdrawn_at.is_(None))
        .order_by(_WORD.c.id)
    )
    for row in connection.execute(chosen):
        found[row.job].append(
            Given(row.kind, row.seq, f"word/{row.id}", row.person, row.at, words=row.words)
        )


def _add_first_articles(
    connection: Connection, jobs: Sequence[Job], found: defaultdict[str, list[Given]]
) -> None:
    """Add the approved first articles of the revision each of these jobs is on, of any job."""
    if not jobs:
        return
    row, entry = article_tables.first_article, article_tables.first_article_entry
    chosen = (
        sa.select(row.c.id, row.c.item, row.c.rev, entry.c.person, entry.c.at)
        .join(entry, entry.c.first_article == row.c.id)
        .where(row.c.item.in_({job.item for job in jobs}), row.c.state == "approved",
               entry.c.act == "approve")
        .order_by(row.c.id)
    )  # fmt: skip
    for one in connection.execute(chosen).all():
        name = series.FIRST_ARTICLE.name(one.id)
        for job in jobs:
            if (job.item, job.rev) == (one.item, one.rev):
                found[job.number].append(Given(
                    proof.FIRST_ARTICLE, None, f"first article/{name}", one.person, one.at, words=name
                ))  # fmt: skip


def _demand(row: Any) -> Demand:
    return Demand(
        row.id, row.kind, row.before, row.seq, row.customer, row.job or "", row.person, row.at,
        row.why,
    )  # fmt: skip


def _waiver(row: Any) -> Waiver:
    return Waiver(row.id, row.kind, row.before, row.seq, row.person, row.at, row.why)
