# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the ledger remembers of an item, read from the records themselves; all selects are here.

Every select goes by an index of the item or of its newest jobs, and has an end: what is asked on
every look at a floor page costs the same after ten years.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler import tables
from traveler.memory.rules import (
    BLOCKER,
    NONCONFORMANCE,
    NOTE,
    RESULT,
    REWORK,
    SCRAP,
    Dismissal,
    Remembered,
)
from traveler.memory.tables import memory_mark
from traveler.nonconformance import records as nonconformances
from traveler.nonconformance.records import Filter, Nonconformance
from traveler.quality.tables import OUTSIDE, characteristic, evidence, measurement, measuring
from vault import canonical

JOBS: Final = 200
"""How many of the newest jobs of an item are remembered."""
MOST: Final = 200
"""How much of each kind is read."""

_JOB, _STEP = tables.job, tables.operation


def of_item(connection: Connection, item: str, but: str = "") -> list[Remembered]:
    """Return what is remembered of an item, the newest first, without what job ``but`` says."""
    jobs = _jobs(connection, item, but)
    ncs = [one for one in nonconformances.listed(connection, Filter(item=item), MOST)
           if one.job != but]  # fmt: skip
    steps = _steps(connection, [one.operation for one in ncs if one.operation is not None])
    found = [
        *(_nonconformance(one, steps) for one in ncs),
        *_outside(connection, item, but, {number for one in ncs for number in one.facts.results}),
        *_floor_notes(connection, jobs),
        *_noted(connection, jobs),
        *_rework(connection, jobs),
        *_scrap(connection, jobs, {one.operation for one in ncs}),
        *_blockers(connection, jobs),
    ]
    gone = _dismissed(connection, item)
    marked = [replace(one, dismissal=gone[one.ref]) if one.ref in gone else one for one in found]
    return sorted(marked, key=lambda one: (one.at, one.ref), reverse=True)


def _jobs(connection: Connection, item: str, but: str) -> list[str]:
    return list(connection.execute(_NEWEST, {"item": item, "but": but}).scalars())


def _dismissed(connection: Connection, item: str) -> dict[str, Dismissal]:
    found: dict[str, Dismissal] = {}
    for row in connection.execute(_MARKS, {"item": item}):
        found.pop(row.ref, None)
        if row.act == "dismiss":
            found[row.ref] = Dismissal(row.person, row.at, row.why)
    return found


# --- nonconformances and results --------------------------------------------


def _steps(connection: Connection, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    wanted = list(ids)
    rows = connection.execute(_TITLES, {"steps": wanted}) if wanted else ()
    return {row.id: (row.title, row.station) for row in rows}


def _nonconformance(one: Nonconformance, steps: dict[int, tuple[str, str]]) -> Remembered:
    title, station = steps.get(one.operation or 0, ("", ""))
    facts = one.facts
    said = [facts.disposition, facts.cause and f"cause: {facts.cause}",
            facts.action and f"since then: {facts.action}"]  # fmt: skip
    pieces = f"{facts.qty} piece{'s' if facts.qty != 1 else ''}"
    return Remembered(
        f"nc/{one.number}", NONCONFORMANCE, one.item, one.rev, one.job, f"{facts.what} ({pieces})",
        one.raised_at, one.raised_by, one.seq, title, station, facts.balloons,
        more="; ".join(part for part in said if part),
    )  # fmt: skip


def _outside(connection: Connection, item: str, but: str, named: set[int]) -> Iterator[Remembered]:
    """Yield results out of tolerance by job, step and characteristic, those no nonconformance names."""
    groups: dict[tuple[Any, ...], list[Any]] = {}
    for row in connection.execute(_RESULTS, {"item": item, "but": but}):
        if row.id not in named:
            groups.setdefault((row.job, row.seq, row.characteristic), []).append(row)
    for (job, seq, number), rows in groups.items():
        last = rows[0]
        how = f"{last.by} {last.verdict}" if last.by else last.verdict
        many = f"{len(rows)} results" if len(rows) > 1 else "1 result"
        value = " ".join(part for part in (last.text, last.unit) if part)
        yield Remembered(
            f"result/{job}/{seq or 0}/{number}", RESULT, last.item, last.rev, job,
            f"{last.requirement}: {many} out of tolerance, the last {value} ({how})", last.at,
            last.person, seq, last.title or "", last.station or "", (last.balloon,),
            last.requirement,
        )  # fmt: skip


def _results() -> sa.Select[Any]:
    """Return the question for results out of tolerance, by the very words of their index."""
    later = measurement.alias("later")
    return (
        sa.select(
            measurement.c.id, measurement.c.text, measurement.c.unit, measurement.c.by,
            measurement.c.verdict, measurement.c.characteristic, measuring.c.job, measuring.c.at,
            measuring.c.person, characteristic.c.item, characteristic.c.rev,
            characteristic.c.balloon, characteristic.c.requirement, _STEP.c.seq, _STEP.c.title,
            _STEP.c.station,
        )
        .join(measuring, measuring.c.id == measurement.c.measuring)
        .join(characteristic, characteristic.c.id == measurement.c.characteristic)
        .outerjoin(_STEP, _STEP.c.id == measuring.c.operation)
        .where(
            characteristic.c.item == _ITEM, sa.text(OUTSIDE),
            measuring.c.job != _BUT,
            ~sa.select(later.c.id).where(later.c.replaces == measurement.c.id).exists(),
        )
        .order_by(measurement.c.id.desc())
        .limit(MOST)
    )  # fmt: skip


# --- what was said and done on the jobs ---------------------------------------


def _floor_notes(connection: Connection, jobs: list[str]) -> Iterator[Remembered]:
    for row in connection.execute(_FLOOR_NOTES, {"jobs": jobs}).all():
        yield _of(row, f"note/{row.id}", NOTE, row.words, row.at, row.person)


def _noted(connection: Connection, jobs: list[str]) -> Iterator[Remembered]:
    """Yield the notes that were kept as evidence, of a step, a characteristic or the whole job."""
    for row in connection.execute(_KEPT_NOTES, {"jobs": jobs}):
        yield Remembered(
            f"evidence/{row.root or row.id}", NOTE, row.item, row.rev, row.job, row.words, row.at,
            row.person, row.seq, row.title or "", row.station or "",
            (row.balloon,) if row.balloon else (),
        )  # fmt: skip


def _kept_notes() -> sa.Select[Any]:
    later = evidence.alias("later")
    return (
        sa.select(evidence, _JOB.c.item, _JOB.c.rev, _STEP.c.seq, _STEP.c.title, _STEP.c.station)
        .join(_JOB, _JOB.c.number == evidence.c.job)
        .outerjoin(_STEP, _STEP.c.id == evidence.c.operation)
        .where(
            evidence.c.job.in_(_JOBS), evidence.c.kind == NOTE, evidence.c.act != "withdraw",
            ~sa.select(later.c.id).where(later.c.replaces == evidence.c.id).exists(),
        )
        .order_by(evidence.c.id.desc())
        .limit(MOST)
    )  # fmt: skip


def _rework(connection: Connection, jobs: list[str]) -> Iterator[Remembered]:
    """Yield rework that no nonconformance tells of already."""
    for row in connection.execute(_REWORK, {"jobs": jobs}):
        words = f"{row.qty} into rework: {row.why}"
        yield _of(row, f"rework/{row.id}", REWORK, words, row.at, row.person)


def _scrap(connection: Connection, jobs: list[str], told: set[int | None]) -> Iterator[Remembered]:
    """Yield what was scrapped at steps of which no nonconformance tells."""
    for row in connection.execute(_SCRAP, {"jobs": jobs}):
        if row.id not in told:
            words = f"{row.scrap} of {row.scrap + row.good} scrapped"
            at = row.finished_at or row.added_at
            yield _of(row, f"scrap/{row.id}", SCRAP, words, at, "")


def _blockers(connection: Connection, jobs: list[str]) -> Iterator[Remembered]:
    """Yield what kept work from going on, but for what only follows something else."""
    for row in connection.execute(_BLOCKED, {"jobs": jobs}):
        if canonical.loads(row.cause.encode()):
            continue  # the system watches its reason: a nonconformance, a revision, a recall
        solved = f"then: {row.words}" if row.words and row.stands in {"resolved", "closed"} else ""
        yield _of(row, f"blocker/{row.id}", BLOCKER, f"{row.kind}: {row.what}", row.raised_at,
                  row.raised_by, solved)  # fmt: skip


def _blocked() -> sa.Select[Any]:
    table, entry = tables.blocker, tables.blocker_entry
    newest = sa.and_(entry.c.blocker == table.c.id, entry.c.number == table.c.entries)
    return (
        sa.select(table.c.id, table.c.kind, table.c.cause, table.c.raised_at, table.c.raised_by,
                  entry.c.what, entry.c.words, entry.c.state.label("stands"), *_where())
        .join(entry, newest)
        .join(_JOB, _JOB.c.number == table.c.job)
        .outerjoin(_STEP, _STEP.c.id == table.c.operation)
        .where(table.c.job.in_(_JOBS))
        .order_by(table.c.id.desc())
        .limit(MOST)
    )  # fmt: skip


def _where() -> tuple[sa.ColumnElement[Any], ...]:
    return (_JOB.c.number.label("job"), _JOB.c.item, _JOB.c.rev, _STEP.c.seq, _STEP.c.title,
            _STEP.c.station)  # fmt: skip


def _on_jobs(chosen: sa.Select[Any]) -> sa.Select[Any]:
    return (
        chosen.select_from(_STEP)
        .join(_JOB, _JOB.c.number == _STEP.c.job)
        .where(_STEP.c.job.in_(_JOBS))
    )


def _of(
    row: Any, ref: str, kind: str, words: str, at: str, person: str, more: str = ""
) -> Remembered:
    return Remembered(
        ref, kind, row.item, row.rev, row.job, words, at, person, row.seq, row.title or "",
        row.station or "", more=more,
    )  # fmt: skip


# Every look at a floor page asks all of these, so they are made once.
_ITEM: Final[sa.BindParameter[str]] = sa.bindparam("item")
_BUT: Final[sa.BindParameter[str]] = sa.bindparam("but")
_JOBS: Final[sa.BindParameter[str]] = sa.bindparam("jobs", expanding=True)
_NOTE, _LOOP = tables.floor_note, tables.rework
_NEWEST: Final = (
    sa.select(_JOB.c.number)
    .where(_JOB.c.item == _ITEM, _JOB.c.number != _BUT)
    .order_by(_JOB.c.added_at.desc())
    .limit(JOBS)
)
_MARKS: Final = sa.select(memory_mark).where(memory_mark.c.item == _ITEM).order_by(memory_mark.c.id)
_TITLES: Final = sa.select(_STEP.c.id, _STEP.c.title, _STEP.c.station).where(
    _STEP.c.id.in_(sa.bindparam("steps", expanding=True))
)
_RESULTS: Final = _results()
_FLOOR_NOTES: Final = (
    _on_jobs(sa.select(_NOTE.c.id, _NOTE.c.words, _NOTE.c.at, _NOTE.c.person, *_where()))
    .join(_NOTE, _NOTE.c.operation == _STEP.c.id)
    .order_by(_NOTE.c.id.desc())
    .limit(MOST)
)
_KEPT_NOTES: Final = _kept_notes()
_REWORK: Final = (
    _on_jobs(sa.select(_LOOP.c.id, _LOOP.c.qty, _LOOP.c.why, _LOOP.c.at, _LOOP.c.person, *_where()))
    .join(_LOOP, _LOOP.c.source == _STEP.c.id)
    .where(_LOOP.c.nonconformance.is_(None))
    .order_by(_LOOP.c.id.desc())
    .limit(MOST)
)
_SCRAP: Final = (
    _on_jobs(
        sa.select(_STEP.c.id, _STEP.c.scrap, _STEP.c.good, _STEP.c.finished_at, _JOB.c.added_at,
                  _JOB.c.added_by, *_where())
    )
    .where(_STEP.c.scrap > 0)
    .order_by(_STEP.c.id.desc())
    .limit(MOST)
)  # fmt: skip
_BLOCKED: Final = _blocked()
