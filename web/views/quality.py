# SPDX-License-Identifier: AGPL-3.0-or-later
"""Quality of a job: what was measured, piece by piece, and the evidence that hangs on it."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from flask import Response, jsonify, make_response, render_template, request, url_for

from traveler import job_records, jobs
from traveler.job_records import JobFilter
from traveler.memory import desk as memory
from traveler.memory.rules import Remembered
from traveler.nonconformance import views as nonconformances
from traveler.quality import (
    evidence,
    gauges,
    importing,
    measurement_records,
    measurements,
    remaining,
    views,
)
from traveler.quality.evidence import Wanted
from traveler.quality.importing import ReadAs
from traveler.quality.measurement_records import Measurement
from traveler.quality.measurements import Reading
from traveler.quality.remaining import Remaining, ToMeasure
from traveler.quality.views import CharacteristicResults, JobResults
from vault import codes
from vault.errors import Refusal
from web import forms, uploads
from web.errors import NotReadable
from web.forms import Answer
from web.visitor import device, has_role, me, vault

PIECES: Final = 12
"""Columns of the grid at once; more pieces are on further pages."""
TABS: Final = (
    ("released", "On the floor"), ("held", "On hold"), ("closed", "Closed"), ("", "All"),
)  # fmt: skip
DONE: Final = {
    "evidence": "It is on record.",
    "measured": "The results are on record.",
    "imported": "The results of the file are on record, and the file beside them.",
    "corrected": "Corrected; the first value stays on record.",
    "withdrawn": "Withdrawn; the record stays.",
}
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the grid: what stands there, or what was typed before it was refused."""

    name: str
    typed: str
    stands: Measurement | None


class JobRow(NamedTuple):
    """A job in the list, with how many results stand and how many of them are out of tolerance."""

    job: str
    number: str
    rev: str
    title: str
    state: str
    due: str
    results: int
    outside: int


@dataclass(frozen=True, slots=True)
class Row:
    """A characteristic with its cells."""

    of: CharacteristicResults
    cells: tuple[Cell, ...]


def listing() -> str:
    """Show the jobs on the floor with what was measured on them, and gauges to be calibrated.

    Words are looked for among all jobs, because who searches seldom knows which have ended.
    """
    words, skipped = forms.asked("q"), forms.number_asked("skip")
    state = forms.asked("state", "" if words else "released")
    if state not in dict(TABS):
        state = ""
    size = forms.rows_asked()
    found = jobs.listing(vault(), JobFilter(state=state, words=words), size + 1, skipped)
    more = url_for("quality.listing", q=words or None, state=state, skip=skipped + size,
                   rows=size if size > forms.ROWS else None)  # fmt: skip
    with vault().ledger.reading() as connection:
        numbers = measurement_records.counts(connection, [one.job.number for one in found])
    due = [
        (one, state) for one, state in gauges.listing(vault()) if state not in {"ready", "retired"}
    ]
    rows = [
        JobRow(job.number, job.item, job.rev, job.title, job.state, job.due,
               *numbers.get(job.number, (0, 0)))
        for job in (one.job for one in found[:size])
    ]  # fmt: skip
    return render_template(
        "quality.html", rows=rows, due=due, query=words, tabs=TABS, chosen=state, first=skipped + 1,
        more=more if len(found) > size else "",
    )  # fmt: skip


def api_results(job: str) -> Response:
    """Return what was measured on a job by the plan of its revision, with every verdict."""
    return jsonify(views.results_of(vault(), job).as_json())


def api_evidence(job: str) -> Response:
    """Return the evidence of a job, withdrawn pieces too, oldest first."""
    found = views.evidence_of(vault(), job)
    return jsonify({"job": job, "evidence": [one.as_json() for one in found]})


def page(job: str) -> Answer:
    """Show a job's results and evidence, or record some."""

    def acted() -> Response:
        views.results_of(vault(), job)
        done = _acted(job, forms.text("act"))
        if isinstance(done, str):
            return forms.gone_on(url_for("quality.page", job=job, done=done, **_narrow()))
        return done

    return forms.answered(acted, lambda refusal: _shown(job, refusal))


def enter(job: str) -> Answer:
    """Ask for one result, big, for a tablet; the next one follows by itself."""

    def entered() -> Response:
        balloon = forms.needed("balloon", "The characteristic")
        piece = forms.needed("piece", "The piece")
        reading = Reading(balloon, piece, forms.needed("result", "The result"),
                          gauge=forms.text("gauge"))  # fmt: skip
        done = measurements.record(vault(), me(), job, _seq(), [reading], device=device(),
                                   idempotency_key=forms.text("key"))  # fmt: skip
        said = done.outside[0].id if done.outside else 0
        return forms.gone_on(
            url_for("quality.enter", job=job, op=_seq(), said=said or None, ok=None if said else 1,
                    gauge=forms.text("gauge") or None, of=balloon, last=piece)
        )  # fmt: skip

    return forms.answered(entered, lambda refusal: _asking(job, refusal))


def table(job: str) -> Response:
    """Send every standing result as a table that no spreadsheet runs anything of."""
    found = views.results_of(vault(), job)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("balloon", "requirement", "lower", "upper", "unit", "piece", "result",
                     "result unit", "verdict", "by", "gauge", "op", "at", "person"))  # fmt: skip
    for row in found.characteristics:
        told = row.characteristic
        for one in row.results:
            writer.writerow([_plain(cell) for cell in (
                told.balloon, told.requirement, told.lower, told.upper, told.unit, one.piece,
                one.text, one.unit, one.verdict, one.by, one.gauge, str(one.seq or ""), one.at,
                one.person,
            )])  # fmt: skip
    answer = make_response(out.getvalue().encode("utf-8-sig"))
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.job.number}-results.csv"'
    return answer


# --- inside -----------------------------------------------------------------


def _plain(cell: str) -> str:
    """Return a cell no spreadsheet takes for a formula; a number stays a number."""
    if cell.startswith(_FORMULA):
        try:
            float(cell)
        except ValueError:
            return f"'{cell}"
    return cell


def _acted(job: str, act: str) -> Response | str:
    key = forms.text("key")
    if act == "evidence":
        with uploads.sent("files") as files:
            evidence.add(vault(), me(), _wanted(job), files, device=device(), idempotency_key=key)
        return "evidence"
    if act == "grid":
        readings = _typed_readings(views.results_of(vault(), job))
        measurements.record(vault(), me(), job, _seq(), readings, device=device(),
                            idempotency_key=key)  # fmt: skip
        return "measured"
    if act == "preview":
        return make_response(_previewed(job))
    if act == "take":
        digest, name = forms.needed("sha256", "The file"), forms.needed("name", "Its name")
        importing.take(vault(), me(), job, _seq(), uploads.held(digest), name, _read_as(),
                       device=device(), idempotency_key=key)  # fmt: skip
        uploads.let_go(digest)
        return "imported"
    if act not in {"correct", "withdraw"}:
        raise NotReadable(why="the form does not say what to do")
    number = forms.whole("result", "The result")
    if act == "correct":
        measurements.correct(vault(), me(), job, number, forms.needed("text", "The value"),
                             forms.text("why"), gauge=forms.text("gauge"), device=device())  # fmt: skip
        return "corrected"
    measurements.withdraw(vault(), me(), job, number, forms.text("why"), device=device())
    return "withdrawn"


def _wanted(job: str) -> Wanted:
    return Wanted(
        kind=forms.needed("kind", "The kind"), job=job, seq=_seq(), balloon=forms.text("balloon"),
        nonconformance=forms.whole("nonconformance", "The nonconformance", 0) or None,
        words=forms.text("words"), heat=forms.text("heat"),
    )  # fmt: skip


def _seq() -> int | None:
    told = forms.text("op") or forms.asked("op")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 5 else None


def _read_as() -> ReadAs:
    return ReadAs(forms.text("gauge"), forms.text("balloon"))


def _narrow() -> dict[str, Any]:
    told = {"op": _seq(), "from": forms.number_asked("from") or None}
    return {name: value for name, value in told.items() if value is not None}


def _previewed(job: str) -> str:
    with uploads.sent("file") as files:
        if len(files) != 1:
            raise NotReadable(why="no file was chosen")
        ((name, path),) = files.items()
        found = importing.preview(vault(), job, _seq(), path, name, _read_as())
        digest = uploads.hold(path)
    return render_template(
        "quality_import.html", job=job, found=found, sha256=digest, seq=_seq() or "",
        gauge=forms.text("gauge"), balloon=forms.text("balloon"), key=codes.new_code(),
    )  # fmt: skip


def _typed_readings(found: JobResults) -> list[Reading]:
    """Return what was typed into cells of the grid and does not stand there already."""
    readings = []
    for row in found.characteristics:
        told = row.characteristic
        for name, value in request.form.items():
            kind, _, rest = name.partition(":")
            balloon, _, piece = rest.partition(":")
            stands = row.of(piece)
            text = value.strip()[:80]
            if kind == "r" and balloon == told.balloon and text and (
                stands is None or text != stands.text
            ):  # fmt: skip
                readings.append(Reading(balloon, piece, text, gauge=forms.text("gauge")))
    return readings


def _grid(found: JobResults, rows: tuple[CharacteristicResults, ...], first: int) -> list[Row]:
    return [
        Row(row, tuple(
            Cell(name := f"r:{row.characteristic.balloon}:{piece}",
                 forms.text(name) or (stands.text if (stands := row.of(piece)) else ""),
                 row.of(piece))
            for piece in columns(found)[first : first + PIECES]
        ))
        for row in rows
    ]  # fmt: skip


def columns(found: JobResults) -> list[str]:
    """Return the pieces of the grid: those of the job by number, then others by their names."""
    most = max((row.needed for row in found.characteristics), default=0)
    return remaining.columns(most, found.pieces)


def _shown(job: str, refusal: Refusal | None) -> str:
    found = views.results_of(vault(), job)
    view = jobs.show(vault(), job)
    seq = _seq()
    first = forms.number_asked("from")
    pieces = columns(found)
    first = first if first < len(pieces) else 0
    rows = found.at(seq)
    return render_template(
        "quality_job.html", job=found.job, found=found, rows=_grid(found, rows, first),
        pieces=pieces[first : first + PIECES], first=first, count=len(pieces), step=PIECES,
        operations=[one.operation for one in view.operations], seq=seq,
        kept=views.evidence_of(vault(), job), kinds=evidence.KINDS, gauges=_usable(),
        refusal=str(refusal) if refusal else None, done=DONE.get(forms.asked("done")),
        may_measure=has_role(*measurements.STAFF), may_add=has_role(*evidence.STAFF),
        closed=measurements.measured_refusal(found.job), key=forms.text("key") or codes.new_code(),
        typed=forms.typed("kind", "words", "heat", "balloon", "gauge"),
        unnamed={one.id for one in nonconformances.proposed(vault(), found.job.number)},
    )  # fmt: skip


def _usable() -> list[tuple[Any, str]]:
    return [(one, state) for one, state in gauges.listing(vault()) if state != "retired"]


def _asking(job: str, refusal: Refusal | None) -> str:
    seq = _seq()
    found = remaining.at(vault(), job, seq)
    chosen = asked_for(found)
    return render_template(
        "quality_enter.html", job=found.job, found=found, seq=seq, chosen=chosen, left=found.open,
        said=_said(found.job.number), ok=forms.asked("ok"), last=forms.asked("last"),
        last_of=forms.asked("of"), gauges=_usable(),
        gauge=forms.text("gauge") or forms.asked("gauge"), typed=forms.typed("result"),
        refusal=str(refusal) if refusal else None, key=forms.text("key") or codes.new_code(),
        before=said_before(found.job.number, chosen),
    )  # fmt: skip


def asked_for(found: Remaining) -> tuple[ToMeasure, str] | None:
    """Return which result is asked for: the one that is named, else the next one."""
    balloon = forms.text("balloon") or forms.asked("balloon")
    if not balloon:
        return found.next
    return found.row(balloon), forms.text("piece") or forms.asked("piece") or "1"


def said_before(job: str, chosen: tuple[ToMeasure, str] | None) -> tuple[Remembered, ...]:
    """Return what earlier jobs tell of the characteristic that is asked for."""
    return memory.of_job(vault(), job).about(chosen[0].characteristic) if chosen else ()


def _said(job: str) -> Measurement | None:
    """Return the result just recorded, where it was out of tolerance."""
    number = forms.number_asked("said")
    if not number:
        return None
    with vault().ledger.reading() as connection:
        return out_of(connection, job, number)


def out_of(connection: Any, job: str, number: int) -> Measurement | None:
    """Return a result of a job by its number, and nothing for one of another job."""
    within = job_records.job(connection, job)
    found = measurement_records.measurement(connection, number)
    if within is None or found is None or found.job != within.number:
        return None
    return found
