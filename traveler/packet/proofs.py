# SPDX-License-Identifier: AGPL-3.0-or-later
"""What quality has on record of a job, as sections and files of its packet, before anything is hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.engine import Connection

from release.log import ReleaseLog
from release.rules.packets import Template
from traveler import csv_table, series
from traveler.firstarticle import records as first_articles
from traveler.firstarticle.records import Article
from traveler.job_records import Job
from traveler.nonconformance import records as nonconformances
from traveler.nonconformance.records import Filter, Nonconformance, Outside
from traveler.packet import enclosing, judging, signed
from traveler.packet import records as packet_records
from traveler.packet.records import Let
from traveler.packet.redaction import Redaction
from traveler.packet.sections import (
    Block,
    Enclosed,
    Facts,
    Finding,
    Grid,
    Held,
    Picture,
    Section,
    Text,
)
from traveler.quality import views
from traveler.quality.evidence_records import Evidence
from traveler.quality.measurement_records import Measurement
from traveler.quality.proof import ProofState
from traveler.quality.views import CharacteristicResults, JobResults
from traveler.shipping import records as shipping
from traveler.shipping.records import Certificate, Shipment
from traveler.shipping.rules import OUT
from vault import clock
from vault.home import Vault

_COLUMNS: Final = (
    "balloon", "requirement", "nominal", "lower", "upper", "unit", "piece", "result", "result unit",
    "verdict", "out by", "gauge", "at", "by",
)  # fmt: skip
_MOST: Final = 12
"""Results of a characteristic that stand on paper one by one; beyond that the range does, and the
table in the zip has them all."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What the ledger has of a job, read in one transaction."""

    results: JobResults
    kept: tuple[Evidence, ...]
    found: tuple[Nonconformance, ...]
    unnamed: tuple[Outside, ...]
    certificates: tuple[Certificate, ...]
    articles: tuple[Article, ...]
    sent: tuple[Shipment, ...]
    let: Mapping[int, Let]

    @property
    def inside(self) -> list[Evidence]:
        """Return the evidence the shop keeps to itself."""
        return [one for one in self.kept if one.internal]

    @property
    def parts(self) -> set[str]:
        """Return the parts that are files, as far as there are any."""
        found = {"photos" if one.kind == "photo" else "documents" for one in self.kept}
        approved = any(one.state == "approved" for one in self.articles)
        return found | ({"first article"} if approved else set())

    @property
    def signers(self) -> set[str]:
        """Return who signed something that is in it, and is therefore named."""
        found = {one.person for one in self.certificates}
        for article in self.articles:
            found |= {article.facts.verified_by, article.facts.approved_by}
        for one in self.found:
            found |= {one.facts.disposed_by, one.facts.approved_by}
        return found


@dataclass(frozen=True, slots=True)
class Proven:
    """What is on record: ``certificate`` stands first, ``exceptions`` are said again at the end.

    ``faults`` are files that cannot go in, and words that stand where they must not.
    """

    certificate: tuple[Section, ...] = ()
    sections: tuple[Section, ...] = ()
    exceptions: tuple[str, ...] = ()
    files: tuple[Enclosed, ...] = ()
    texts: Mapping[str, bytes] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    faults: tuple[str, ...] = ()
    held: tuple[Held, ...] = ()
    let: tuple[tuple[int, str], ...] = ()


def basis(log: ReleaseLog, connection: Connection, job: Job) -> Basis:
    """Return what there is of a job; evidence that was taken back, and shipments that were, are not."""
    certificates = shipping.certificates(connection, job.number)
    kept = [one for one in views.evidence_in(connection, job) if not one.withdrawn]
    return Basis(
        views.results_in(log, connection, job), tuple(kept),
        tuple(nonconformances.listed(connection, Filter(job=job.number))[::-1]),
        tuple(nonconformances.outside(connection, job.number)),
        tuple(one for one in certificates if one.replaced is None),
        tuple(first_articles.listed(connection, job.number)),
        tuple(one for one in shipping.shipments(connection, job.number) if one.state in OUT),
        packet_records.let_of(connection, [one.root for one in kept]),
    )  # fmt: skip


def proven(
    vault: Vault, of: Basis, proof: ProofState, template: Template, hidden: Redaction
) -> Proven:
    """Return its sections, files and findings; raises what reading damaged bytes raises."""
    shown = [one for one in of.kept if not one.internal]
    if template.hides("notes"):
        shown = [one for one in shown if one.kind != "note"]
    files = enclosing.enclose(vault, _wanted(shown, template), hidden, of.let)
    approved = [one for one in of.articles if one.state == "approved"]
    forms = signed.forms(vault, approved) if "first article" not in template.leave_out else []
    sections = [
        *_results(of.results),
        *_evidence(shown, files.by),
        *_nonconformances(of.found, template),
        *signed.first_articles(approved, forms),
        *signed.shipments(of.sent),
        *_proof(proof),
    ]
    return Proven(
        certificate=tuple(signed.certificates(of.certificates)),
        sections=tuple(sections),
        exceptions=(*_exceptions(proof, of.found), *(said for _root, said in files.let)),
        held=files.held,
        let=files.let,
        files=(*files.by.values(), *forms),
        texts={"results.csv": _csv(of.results, hidden)} if of.results.characteristics else {},
        findings=(
            *judging.of_proof(of.results, proof, of.found, of.unnamed),
            *judging.of_articles(of.articles),
        ),
        faults=(*files.faults, *signed.signed_faults(approved, template, hidden)),
    )


def _wanted(kept: Sequence[Evidence], template: Template) -> list[Evidence]:
    return [
        one for one in kept
        if ("photos" if one.kind == "photo" else "documents") not in template.leave_out
    ]  # fmt: skip


# --- results ----------------------------------------------------------------


def _results(results: JobResults) -> Iterator[Section]:
    if not results.characteristics:
        return
    heads = ("No.", "Requirement", "Limits", "Pieces", "Results", "Gauge", "")
    rows = [_result_row(row) for row in results.characteristics]
    marks = [row.state if row.state in {"pass", "fail"} else "" for row in results.characteristics]
    blocks: list[Block] = [
        Text(f"By the characteristics released with {results.plan.item} {results.plan.rev}."),
        Grid(heads, rows, (0.6, 2.6, 1.7, 0.8, 3, 1.3, 0.9), marks),
    ]
    out = [one for row in results.characteristics for one in row.outside]
    if out:
        blocks.append(Text(f"{len(out)} results are out of tolerance; see the nonconformances."))
    yield Section("Inspection results", blocks, "results", True)


def _result_row(row: CharacteristicResults) -> tuple[str, ...]:
    one = row.characteristic
    limits = (
        f"{one.lower or '–'} to {one.upper or '–'} {one.unit}" if not one.is_attribute else one.unit
    )
    gauges = ", ".join(dict.fromkeys(each.gauge for each in row.results if each.gauge))
    return (
        one.balloon, one.requirement, limits, f"{len(row.results)} of {row.needed}",
        _told(row.results), gauges or "–", {"pass": "pass", "fail": "FAIL"}.get(row.state, "missing"),
    )  # fmt: skip


def _told(results: Sequence[Measurement]) -> str:
    said = [
        one.text if one.passes else f"{one.text} OUT{f', {one.by} {one.verdict}' if one.by else ''}"
        for one in results
    ]
    if len(said) <= _MOST:
        return ", ".join(said) or "–"
    out = [text for text, one in zip(said, results, strict=True) if not one.passes]
    return ", ".join([*said[:_MOST], *out, f"and {len(said) - _MOST} more in results.csv"])


def _csv(results: JobResults, hidden: Redaction) -> bytes:
    rows = []
    for row in results.characteristics:
        one = row.characteristic
        for each in row.results:
            values = (
                one.balloon, one.requirement, one.nominal, one.lower, one.upper, one.unit, each.piece,
                each.text, each.unit, each.verdict, each.by, each.gauge, each.at, hidden.said(each.person),
            )  # fmt: skip
            rows.append(dict(zip(_COLUMNS, values, strict=True)))
    return csv_table.whole(_COLUMNS, rows)


# --- evidence ---------------------------------------------------------------


def _evidence(kept: Sequence[Evidence], files: Mapping[int, Enclosed]) -> Iterator[Section]:
    photos = [one for one in kept if one.kind == "photo" and one.id in files]
    others = [one for one in kept if one.kind != "photo"]
    if others:
        heads = ("Kind", "About", "What", "File", "By", "When")
        rows = [
            (
                one.kind, _about(one), f"{one.words}{f' heat {one.heat}' if one.heat else ''}".strip(),
                files[one.id].name if one.id in files else "–", one.person, _minute(one.at),
            )
            for one in others
        ]  # fmt: skip
        grid = Grid(heads, rows, (1, 1.2, 3, 2.4, 1, 1.5))
        yield Section("Certificates, documents and notes", [grid], "documents")
    if photos:
        yield Section("Photos", [_photo(one, files[one.id]) for one in photos], "photos")


def _photo(one: Evidence, file: Enclosed) -> Picture:
    said = (
        f"{_about(one)}: {one.words or 'no words'} ({one.person}, {_minute(one.at)}; {file.name})"
    )
    if one.marks:
        said += f". Marked by {one.marked[0]}, {_minute(one.marked[1])}; the file is without marks."
    shown = one.file("shown")
    wide, high = (shown.wide, shown.high) if shown else (0, 0)
    return Picture(file.path, said, wide, high, file.name, one.marks, one.marked)


def _about(one: Evidence) -> str:
    parts = [
        f"step {one.seq}" if one.seq is not None else "",
        f"characteristic {one.balloon}" if one.balloon else "",
        series.NONCONFORMANCE.name(one.nonconformance) if one.nonconformance else "",
    ]
    return ", ".join(part for part in parts if part) or "the job"


# --- what went wrong, and what is owed --------------------------------------


def _nonconformances(found: Sequence[Nonconformance], template: Template) -> Iterator[Section]:
    if not found:
        return
    blocks: list[Block] = []
    for one in found:
        facts = one.facts
        blocks.append(Text(one.sentence, loud=True))
        rows = [
            ("State", one.state), ("Pieces", str(facts.qty)), ("What", facts.what),
            ("Containment", facts.containment), ("Disposition", facts.disposition),
            ("Decided by", signed.by(facts.disposed_by, facts.disposed_at)),
            ("Approved by", signed.by(facts.approved_by, facts.approved_at)),
        ]  # fmt: skip
        if not template.hides("causes"):
            rows += [("Cause", facts.cause), ("Action", facts.action)]
        blocks.append(Facts([(name, value) for name, value in rows if value not in {"", "–"}]))
    yield Section("Nonconformances and what was decided", blocks)


def _proof(proof: ProofState) -> Iterator[Section]:
    if not proof.lines:
        return
    rows = [
        (one.required.sentence, one.required.source, one.state,
         one.given[-1].person if one.given else one.waiver.person if one.waiver else "–",
         one.waiver.why if one.state == "waived" and one.waiver else "")
        for one in proof.lines
    ]  # fmt: skip
    heads = ("Proof", "Asked by", "", "By", "Why waived")
    yield Section("Proof that was asked for", [Grid(heads, rows, (3, 1, 1, 1, 3))], "proof")


def _exceptions(proof: ProofState, found: Sequence[Nonconformance]) -> Iterator[str]:
    for line in proof.waived:
        yield f"Waived: {line.sentence}"
    for one in found:
        if one.facts.owned:
            yield f"Accepted though not as drawn: {one.sentence}"


def _minute(stored: str) -> str:
    return f"{clock.moment(stored):%Y-%m-%d %H:%M}Z"
