# SPDX-License-Identifier: AGPL-3.0-or-later
"""Results on the pieces of a job: recorded, corrected, withdrawn; judged at once, kept for good.

A result is pinned to the characteristic of the plan that was released with the job's revision.
Whatever is released later, and whatever somebody measures afterwards, it stays what it was: a
second result of the same piece is a newer record that names the one it replaces.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import sqlalchemy as sa

from release.log import ReleaseLog
from traveler import clearing
from traveler.job_records import Job, subject
from traveler.quality import (
    gauge_records,
    gauges,
    measurement_records,
    place,
    plan,
    quantity,
    tables,
    tally,
    tolerance,
)
from traveler.quality.characteristics import Characteristic
from traveler.quality.errors import (
    BadPiece,
    CorrectionNeedsReason,
    JobNotMeasured,
    MeasurementReplaced,
    NoResults,
    NoSuchMeasurement,
    TooManyResults,
)
from traveler.quality.gauge_records import Gauge
from traveler.quality.measurement_records import Measurement
from traveler.quality.place import Place
from traveler.quality.plan import Plan
from traveler.quality.tally import Sums
from traveler.tablet import pressed, sending
from traveler.tablet.errors import ActStale
from traveler.tablet.sending import DIRECT, Sent
from traveler.words import line, today
from vault.errors import Refusal
from vault.home import Vault
from vault.ledger import idempotency
from vault.ledger.engine import Writing
from vault.ledger.people import Person, require
from vault.names import fold

STAFF: Final = ("engineer", "planner", "operator", "quality")
MOST: Final = 200_000
_LONGEST_PIECE: Final = 40
_PIECE_SIGNS: Final = frozenset("._-/# ")
_WITHDRAWN: Final = "withdrawn"
_TOLD: Final = 50


@dataclass(frozen=True, slots=True)
class Reading:
    """One result as it was read off: balloon, piece, text, and the gauge if one was named.

    Without ``unit`` the text names it or means that of the plan; ``where`` is its place in a file.
    """

    balloon: str
    piece: str
    text: str
    unit: str = ""
    gauge: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded at once: how many results, and those that are out of tolerance."""

    job: str
    seq: int | None
    measuring: int
    count: int
    outside: tuple[Measurement, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            "job": self.job, "op": self.seq, "count": self.count,
            "outside": [
                {"id": one.id, "piece": one.piece, "result": one.text, "unit": one.unit,
                 "verdict": one.verdict, "by": one.by}
                for one in self.outside
            ],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judging:
    """A reading held against its plan: what is stored of it, or why it is refused."""

    reading: Reading
    characteristic: Characteristic
    piece: str
    text: str
    unit: str
    value: float
    verdict: str
    by: str
    gauge: str | None


def record(
    vault: Vault, actor: Person, job: str, seq: int | None, readings: Sequence[Reading], *,
    device: str = "", idempotency_key: str = "", token: str = "", sent: Sent = DIRECT,
) -> Recorded:  # fmt: skip
    """Record results on a job, all of them or none; raises what is wrong with the first bad one.

    ``sent`` tells how they came from a tablet: what was kept there while somebody else measured
    the same piece is asked about.  Raises ActStale, RoleNeeded, NoSuchJob, NoSuchOperation,
    OutsideTraveler, JobNotMeasured, NothingToMeasure, NoSuchBalloon, BadPiece, BadQuantityText,
    OtherUnit, NoSuchGauge, GaugeOverdue, GaugeNotCalibrated, GaugeRetired, GaugeNeeded, NoResults
    or TooManyResults.
    """
    require(actor, *STAFF)
    request = {"act": "measure", "job": job, "seq": seq, "readings": [asdict(r) for r in readings]}
    with vault.ledger.writing(actor.name, device) as writing:
        earlier = idempotency.earlier(writing, idempotency_key, request)
        if earlier is not None:
            return _recorded_before(writing, earlier)
        where = place.found(writing.connection, job, seq, token)
        told = pressed.facts(vault, writing, sent, where.job)
        judge = judging(vault, writing, where)
        judged = [judge.of(one) for one in readings]
        if (
            sent.late
            and not sent.sure
            and (since := _since(writing, where, judge.plan, judged, sent))
        ):
            raise ActStale(what=since)
        done = write(writing, where, judge.plan, judged, **told)
        clearing.inspected(vault, writing, where.job)
        kept = {"job": done.job, "seq": done.seq, "measuring": done.measuring, "count": done.count,
                "outside": [one.id for one in done.outside]}  # fmt: skip
        idempotency.keep(writing, idempotency_key, request, kept)
    return done


def correct(
    vault: Vault, actor: Person, job: str, number: int, text: str, why: str, *, unit: str = "",
    gauge: str = "", device: str = "",
) -> Measurement:  # fmt: skip
    """Put another value in the place of a result, with a reason; the first one stays on record.

    It is judged by the plan the first one was judged by.  Raises NoSuchMeasurement,
    MeasurementReplaced, CorrectionNeedsReason, and what ``record`` raises of a reading.
    """
    require(actor, *STAFF)
    reason = line("reason", why, 500)
    if not reason:
        raise CorrectionNeedsReason(what="result", act="corrected")
    with vault.ledger.writing(actor.name, device) as writing:
        before, where = _standing(writing, job, number)
        pinned = measurement_records.planned_of(writing.connection, [before.characteristic])
        told = pinned[before.characteristic].characteristic
        judge = Judge(_gauges(writing), today(vault.settings.time_zone))
        reading = Reading(told.balloon, before.piece, text, unit, gauge or before.gauge)
        row = _row(judge.against(told, reading), before.characteristic)
        now = _replaced(writing, where, before, {**row, "why": reason}, told, "corrected")
        clearing.inspected(vault, writing, where.job)
        return now


def withdraw(
    vault: Vault, actor: Person, job: str, number: int, why: str, *, device: str = ""
) -> Measurement:
    """Take a result back, with a reason: the piece counts as not measured, the record stays."""
    require(actor, *STAFF)
    reason = line("reason", why, 500)
    if not reason:
        raise CorrectionNeedsReason(what="result", act=_WITHDRAWN)
    with vault.ledger.writing(actor.name, device) as writing:
        before, where = _standing(writing, job, number)
        pinned = measurement_records.planned_of(writing.connection, [before.characteristic])
        told = pinned[before.characteristic].characteristic
        row = {
            "characteristic": before.characteristic, "piece": before.piece, "text": "",
            "unit": "", "value": None, "verdict": _WITHDRAWN, "by": "", "gauge": None,
            "why": reason,
        }  # fmt: skip
        return _replaced(writing, where, before, row, told, _WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Judge:
    """What a reading is held against: the shop's gauges on this day, and the plan if there is one."""

    gauges: Mapping[str, Gauge]
    today: str
    plan: Plan = Plan("", "", "", ())  # noqa: RUF009 - it is frozen

    def of(self, reading: Reading) -> Judging:
        """Return a reading judged by its balloon in the plan; raises what is wrong with it."""
        return self.against(self.plan.find(reading.balloon), reading)

    def against(self, told: Characteristic, reading: Reading) -> Judging:
        """Return a reading judged by a characteristic; raises what is wrong with it."""
        if found := gauges.refusal(self.gauges, reading.gauge, told, self.today):
            raise found
        gauge = self.gauges[fold(reading.gauge)].code if reading.gauge else None
        piece = _piece(reading.piece)
        if told.is_attribute:
            judged = tolerance.judge(told, reading.text)
            text = "pass" if judged.passes else "fail"
            value = 0.0 if judged.passes else 1.0
            return Judging(reading, told, piece, text, "", value, judged.verdict, "", gauge)
        read = quantity.read(reading.text, reading.unit or told.unit)
        judged = tolerance.judge_quantity(told, read)
        by = "" if judged.passes else f"{judged.by.normalize():f}"
        value = float(read.into(told.unit))
        return Judging(reading, told, piece, read.text, read.unit, value, judged.verdict, by, gauge)


def judging(vault: Vault, writing: Writing, where: Place) -> Judge:
    """Return what results of a job are held against; raises JobNotMeasured, NothingToMeasure."""
    if found := measured_refusal(where.job):
        raise found
    pinned = plan.needed(ReleaseLog(vault), where.job.item, where.job.rev)
    return Judge(_gauges(writing), today(vault.settings.time_zone), pinned)


def measured_refusal(job: Job) -> Refusal | None:
    """Return why nothing is measured on a job: it is not in the shop yet, or not any more."""
    if job.state == "planned":
        way = f"`titleblock job release {job.number}` first"
    elif job.state in {"closed", "cancelled"}:
        way = "a result recorded before can still be corrected"
    else:
        return None
    return JobNotMeasured(job=job.number, state=job.state, way=way)


def write(
    writing: Writing, where: Place, pinned: Plan, judged: Sequence[Judging],
    source: int | None = None, **facts: object,
) -> Recorded:  # fmt: skip
    """Write judged readings as one act; each replaces what stood for its piece before."""
    if not judged:
        raise NoResults
    if len(judged) > MOST:
        raise TooManyResults(count=len(judged), most=MOST)
    ids = _pinned(writing, pinned, {one.characteristic.balloon for one in judged})
    stood = {
        (one.characteristic, one.piece): one
        for one in measurement_records.measurements(writing.connection, where.job.number)
    }
    act = _act(writing, where, source)
    rows, gone = [], []
    for one in judged:
        row = _row(one, ids[one.characteristic.balloon])
        before = stood.get((row["characteristic"], one.piece))
        if before is not None:
            gone.append(before)
        rows.append({**row, "measuring": act, "why": "",
                     "replaces": before.id if before else None})  # fmt: skip
    made = writing.insert_all(tables.measurement, rows)
    told = {ids[one.characteristic.balloon]: one.characteristic for one in judged}
    _tally(writing, told, made, _values(writing, gone))
    outside = [row["id"] for row in made if row["verdict"] != "pass"]
    writing.record(
        "measurement.recorded", subject(where.job.number), measuring=act, results=len(made),
        outside=len(outside), balloons=sorted({one.characteristic.balloon for one in judged})[:_TOLD],
        **({"seq": where.operation.seq} if where.operation else {}), **facts,
    )  # fmt: skip
    found = [
        measurement_records.measurement(writing.connection, number) for number in outside[:_TOLD]
    ]
    return Recorded(
        where.job.number, where.operation.seq if where.operation else None, act, len(made),
        tuple(one for one in found if one is not None),
    )  # fmt: skip


def _since(
    writing: Writing, where: Place, pinned: Plan, judged: Sequence[Judging], sent: Sent
) -> str:
    """Return what somebody else measured of these pieces after this was read off, in words."""
    planned = measurement_records.planned(writing.connection, pinned.item, pinned.rev)
    balloons = {one.id: one.characteristic.balloon for one in planned}
    asked = {(one.characteristic.balloon, one.piece) for one in judged}
    read_at = sending.moment(sent, writing.at, ())
    for one in measurement_records.measurements(writing.connection, where.job.number):
        balloon = balloons.get(one.characteristic, "")
        if (balloon, one.piece) in asked and one.at > read_at and one.person != writing.actor:
            return f"{one.person} has measured piece {one.piece} at balloon {balloon} since"
    return ""


def _recorded_before(writing: Writing, kept: Mapping[str, Any]) -> Recorded:
    found = [
        measurement_records.measurement(writing.connection, number) for number in kept["outside"]
    ]
    outside = tuple(one for one in found if one is not None)
    return Recorded(kept["job"], kept["seq"], kept["measuring"], kept["count"], outside)


def _standing(writing: Writing, job: str, number: int) -> tuple[Measurement, Place]:
    where = place.found(writing.connection, job, None)
    before = measurement_records.measurement(writing.connection, number)
    if before is None or before.job != where.job.number:
        raise NoSuchMeasurement(job=where.job.number, number=number)
    newer = measurement_records.replaced_by(writing.connection, number)
    if newer is not None:
        raise MeasurementReplaced(number=number, person=newer.person)
    operation = next((one for one in where.operations if one.seq == before.seq), None)
    return before, Place(where.job, where.operations, operation)


def _replaced(
    writing: Writing, where: Place, before: Measurement, row: Mapping[str, Any],
    told: Characteristic, act: str,
) -> Measurement:  # fmt: skip
    done = {**row, "measuring": _act(writing, where, before.source), "replaces": before.id}
    made = writing.insert(tables.measurement, **done)
    counted = [] if made["verdict"] == _WITHDRAWN else [made]
    _tally(writing, {before.characteristic: told}, counted, _values(writing, [before]))
    writing.record(
        f"measurement.{act}", subject(before.job), balloon=told.balloon, piece=before.piece,
        was=before.id, now=made["id"], result=made["text"], why=made["why"],
    )  # fmt: skip
    found = measurement_records.measurement(writing.connection, made["id"])
    if found is None:
        raise NoSuchMeasurement(job=before.job, number=made["id"])
    return found


def _act(writing: Writing, where: Place, source: int | None) -> int:
    row = writing.insert(
        tables.measuring, job=where.job.number,
        operation=where.operation.id if where.operation else None, source=source, at=writing.at,
        person=writing.actor, device=writing.device,
    )  # fmt: skip
    return int(row["id"])


def _row(one: Judging, characteristic: int) -> dict[str, Any]:
    return {
        "characteristic": characteristic, "piece": one.piece, "text": one.text, "unit": one.unit,
        "value": one.value, "verdict": one.verdict, "by": one.by, "gauge": one.gauge,
    }  # fmt: skip


def _pinned(writing: Writing, pinned: Plan, balloons: Iterable[str]) -> dict[str, int]:
    """Return the rows of characteristics, written when the first result needs them."""
    found = {
        one.characteristic.balloon: one.id
        for one in measurement_records.planned(writing.connection, pinned.item, pinned.rev)
    }
    for balloon in sorted(set(balloons) - found.keys()):
        row = writing.insert(
            tables.characteristic, item=pinned.item, rev=pinned.rev, plan=pinned.sha256,
            **asdict(pinned.find(balloon)),
        )  # fmt: skip
        found[balloon] = row["id"]
    return found


def _gauges(writing: Writing) -> dict[str, Gauge]:
    return {fold(one.code): one for one in gauge_records.gauges(writing.connection)}


def _piece(text: str) -> str:
    told = line("piece", text, 200)
    if not told:
        raise BadPiece(piece=text, why="it is empty")
    if len(told) > _LONGEST_PIECE:
        raise BadPiece(piece=text, why="it is longer than 40 signs")
    if not all(sign.isalnum() or sign in _PIECE_SIGNS for sign in told):
        raise BadPiece(piece=text, why="it has other signs")
    return told


# --- the tally --------------------------------------------------------------


def _values(writing: Writing, gone: Sequence[Measurement]) -> list[tuple[int, float]]:
    """Return characteristic and value of results that no longer stand."""
    table = tables.measurement.c
    wanted = [one.id for one in gone]
    found: list[tuple[int, float]] = []
    for at in range(0, len(wanted), 500):
        chosen = sa.select(table.characteristic, table.value).where(
            table.id.in_(wanted[at : at + 500]), table.value.is_not(None)
        )
        found += [(row.characteristic, row.value) for row in writing.execute(chosen)]
    return found


def _tally(
    writing: Writing, told: Mapping[int, Characteristic], made: Sequence[Mapping[str, Any]],
    gone: Sequence[tuple[int, float]],
) -> None:  # fmt: skip
    """Keep the tally up: add what came; count the steps anew that something was taken from."""
    grids = {number: tally.grid(one) for number, one in told.items()}
    again = {(number, grids[number].bin(value)) for number, value in gone}
    sums: dict[tuple[int, int], Sums] = {}
    for row in made:
        grid = grids[row["characteristic"]]
        key = (row["characteristic"], grid.bin(row["value"]))
        if key not in again:
            sums.setdefault(key, Sums()).take(row["value"], grid, outside=row["verdict"] != "pass")
    there = {
        (one.characteristic, one.bin): Sums(
            one.count, one.total, one.squares, one.least, one.most, one.outside
        )
        for one in measurement_records.tallies(writing.connection, list(grids))
    }
    for key, more in sums.items():
        if key in there:
            more.add(there[key])
    for number, bin_ in again:
        sums[number, bin_] = _counted(writing, number, bin_, grids[number])
    _store(writing, sums, there.keys())


def _counted(writing: Writing, number: int, bin_: int, grid: tally.Grid) -> Sums:
    found = Sums()
    since, until = grid.around(bin_)
    for value, verdict in measurement_records.values_in(writing.connection, number, since, until):
        if grid.bin(value) == bin_:
            found.take(value, grid, outside=verdict != "pass")
    return found


def _store(
    writing: Writing, sums: Mapping[tuple[int, int], Sums], there: Iterable[tuple[int, int]]
) -> None:
    table, known = tables.measurement_tally, set(there)
    fresh = []
    for (number, bin_), one in sums.items():
        here = sa.and_(table.c.characteristic == number, table.c.step == bin_)
        if not one.count:
            writing.execute(sa.delete(table).where(here))
        elif (number, bin_) in known:
            writing.execute(sa.update(table).where(here).values(asdict(one)))
        else:
            fresh.append({"characteristic": number, "step": bin_, **asdict(one)})
    if fresh:
        writing.execute(sa.insert(table), fresh)
