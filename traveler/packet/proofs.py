# SPDX-License-Identifier: AGPL-3.0-or-later
"""What quality has on record of a job, as sections, files and findings of its packet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from sqlalchemy.engine import Connection

from release.log import ReleaseLog
from traveler.exchange.exporting import as_csv
from traveler.firstarticle import records as first_articles
from traveler.firstarticle.records import Article
from traveler.nonconformance import records as nonconformances
from traveler.nonconformance.records import Filter, Nonconformance, Outside
from traveler.packet.sections import (
    Block,
    Enclosed,
    Facts,
    Finding,
    Grid,
    Picture,
    Section,
    Text,
)
from traveler.quality import views
from traveler.quality.proof import PACKET, ProofState
from traveler.quality.records import Evidence, EvidenceFile, Measurement
from traveler.quality.views import CharacteristicResults, JobResults
from traveler.records import Job
from traveler.shipping import records as shipping
from traveler.shipping.certifying import FIELDS
from traveler.shipping.records import Certificate, Shipment
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
class Proven:
    """What is on record: ``certificate`` stands first, ``exceptions`` are said again at the end."""

    certificate: tuple[Section, ...] = ()
    sections: tuple[Section, ...] = ()
    exceptions: tuple[str, ...] = ()
    files: tuple[Enclosed, ...] = ()
    texts: Mapping[str, bytes] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def proven(
    vault: Vault, log: ReleaseLog, connection: Connection, job: Job, proof: ProofState
) -> Proven:
    """Return what there is of a job; raises what reading damaged bytes raises."""
    results = views.results_in(log, connection, job)
    kept = [one for one in views.evidence_in(connection, job) if not one.withdrawn]
    found = nonconformances.listed(connection, Filter(job=job.number))[::-1]
    names = _Names()
    enclosed = [
        (one, Enclosed(names.given(one, file), vault.objects.path(file.digest), file.digest.sha256))
        for one in kept
        if (file := _file(one)) is not None
    ]
    papers = shipping.certificates(connection, job.number)
    sections = [
        *_results(results),
        *_evidence(kept, {one.id: file for one, file in enclosed}),
        *_nonconformances(found),
        *_first_articles(first_articles.listed(connection, job.number)),
        *_shipments(shipping.shipments(connection, job.number)),
        *_proof(proof),
    ]
    return Proven(
        certificate=tuple(_certificates([one for one in papers if one.replaced is None])),
        sections=tuple(sections),
        exceptions=tuple(_exceptions(proof, found)),
        files=tuple(file for _one, file in enclosed),
        texts={"results.csv": _csv(results)} if results.characteristics else {},
        findings=tuple(
            _findings(results, proof, found, nonconformances.outside(connection, job.number))
        ),
    )


# --- papers -----------------------------------------------------------------


def _certificates(papers: Sequence[Certificate]) -> Iterator[Section]:
    for one in papers:
        rows = [(f"{number}. {name}", one.fields.get(number, "")) for number, name in FIELDS]
        yield Section(f"Certificate of conformance {one.number}", [Facts(rows)])


def _shipments(sent: Sequence[Shipment]) -> Iterator[Section]:
    if not sent:
        return
    rows = [
        (one.number, one.state, str(one.facts.qty), one.facts.to, one.facts.carrier,
         one.facts.tracking)
        for one in sent
    ]  # fmt: skip
    heads = ("Shipment", "State", "Pieces", "To", "Carrier", "Tracking")
    yield Section("Shipments", [Grid(heads, rows, (1, 1, 0.8, 3, 1.5, 2))])


def _first_articles(found: Sequence[Article]) -> Iterator[Section]:
    if not found:
        return
    rows = [
        (one.number, f"{one.item} {one.rev}", one.facts.scope, one.state,
         _by(one.facts.verified_by, one.facts.verified_at),
         _by(one.facts.approved_by, one.facts.approved_at))
        for one in found
    ]  # fmt: skip
    heads = ("First article", "Item", "Scope", "State", "Verified by", "Approved by")
    yield Section(
        "First article inspection (AS9102)", [Grid(heads, rows, (1.1, 1.4, 0.8, 1, 2, 2))]
    )


def _by(name: str, at: str) -> str:
    return f"{name}, {at[:10]}" if name else "–"


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
    yield Section("Inspection results", blocks)


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
        one.text if one.passes else f"{one.text} OUT{f' by {one.by}' if one.by else ''}"
        for one in results
    ]
    if len(said) <= _MOST:
        return ", ".join(said) or "–"
    out = [text for text, one in zip(said, results, strict=True) if not one.passes]
    return ", ".join([*said[:_MOST], *out, f"and {len(said) - _MOST} more in results.csv"])


def _csv(results: JobResults) -> bytes:
    rows = []
    for row in results.characteristics:
        one = row.characteristic
        for each in row.results:
            values = (
                one.balloon, one.requirement, one.nominal, one.lower, one.upper, one.unit, each.piece,
                each.text, each.unit, each.verdict, each.by, each.gauge, each.at, each.person,
            )  # fmt: skip
            rows.append(dict(zip(_COLUMNS, values, strict=True)))
    return as_csv(_COLUMNS, rows)


# --- evidence ---------------------------------------------------------------


class _Names:
    """Names in the zip, each once whatever the files were called."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def given(self, one: Evidence, file: EvidenceFile) -> str:
        """Return the name of a file of evidence, its number before the name it came with."""
        folder = "photos" if one.kind == "photo" else "documents"
        name = f"{folder}/{one.id:04d}-{PurePosixPath(file.name).name}"
        while name.casefold() in self._taken:
            name = f"{folder}/x-{name.rpartition('/')[2]}"
        self._taken.add(name.casefold())
        return name


def _file(one: Evidence) -> EvidenceFile | None:
    """Return what a customer gets: a photo as drawn anew, anything else as it came."""
    return one.file("shown") if one.kind == "photo" else one.file("original")


def _evidence(kept: Sequence[Evidence], files: Mapping[int, Enclosed]) -> Iterator[Section]:
    photos = [one for one in kept if one.kind == "photo" and one.id in files]
    others = [one for one in kept if one not in photos]
    if others:
        heads = ("Kind", "About", "What", "File", "By", "When")
        rows = [
            (
                one.kind, _about(one), f"{one.words}{f' heat {one.heat}' if one.heat else ''}".strip(),
                files[one.id].name if one.id in files else "–", one.person, _minute(one.at),
            )
            for one in others
        ]  # fmt: skip
        yield Section(
            "Certificates, documents and notes", [Grid(heads, rows, (1, 1.2, 3, 2.4, 1, 1.5))]
        )
    if photos:
        yield Section("Photos", [
            Picture(files[one.id].path, f"{_about(one)}: {one.words or 'no words'} ({one.person}, "
                                        f"{_minute(one.at)}; {files[one.id].name})")
            for one in photos
        ])  # fmt: skip


def _about(one: Evidence) -> str:
    parts = [
        f"step {one.seq}" if one.seq is not None else "",
        f"characteristic {one.balloon}" if one.balloon else "",
        f"NC-{one.nonconformance:04d}" if one.nonconformance else "",
    ]
    return ", ".join(part for part in parts if part) or "the job"


# --- what went wrong, and what is owed --------------------------------------


def _nonconformances(found: Sequence[Nonconformance]) -> Iterator[Section]:
    if not found:
        return
    blocks: list[Block] = []
    for one in found:
        facts = one.facts
        blocks.append(Text(one.sentence, loud=True))
        rows = [
            ("State", one.state), ("Pieces", str(facts.qty)), ("What", facts.what),
            ("Containment", facts.containment), ("Disposition", facts.disposition),
            ("Decided by", _by(facts.disposed_by, facts.disposed_at)),
            ("Approved by", _by(facts.approved_by, facts.approved_at)),
            ("Cause", facts.cause), ("Action", facts.action),
        ]  # fmt: skip
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
    yield Section("Proof that was asked for", [Grid(heads, rows, (3, 1, 1, 1, 3))])


def _exceptions(proof: ProofState, found: Sequence[Nonconformance]) -> Iterator[str]:
    for line in proof.waived:
        yield f"Waived: {line.sentence}"
    for one in found:
        if one.facts.disposition in {"use as is", "repair"}:
            yield f"Accepted though not as drawn: {one.sentence}"


def _findings(
    results: JobResults,
    proof: ProofState,
    found: Sequence[Nonconformance],
    unnamed: Sequence[Outside],
) -> Iterator[Finding]:
    owed = proof.owed(PACKET)
    said = "; ".join(one.owed for one in owed)
    yield _finding("proof", not owed, f"{len(proof.lines)} asked for, none missing",
                   f"{said}; give it, or have it waived")  # fmt: skip
    still = [one for one in found if one.open]
    said = "; ".join(one.sentence for one in still)
    yield _finding("nonconformances", not still, "none is open", f"{said}; close it")
    if not results.characteristics:
        yield Finding("results", "not applicable", "the revision has no characteristics")
        return
    waived = any(one.required.kind == "measurement" for one in proof.waived)
    failing = [row.characteristic.balloon for row in results.characteristics if row.state == "fail"]
    missing = [
        row.characteristic.balloon for row in results.characteristics if row.state == "missing"
    ]
    if failing and unnamed:  # a nonconformance about something else decides nothing here
        why = f"characteristic {', '.join(failing)} is out of tolerance; open a nonconformance"
        yield Finding("results", "unsatisfied", why)
    elif missing and waived:
        yield Finding("results", "waived", f"characteristic {', '.join(missing)} is not measured")
    elif missing:
        why = f"characteristic {', '.join(missing)} is not measured as often as the plan asks"
        yield Finding("results", "unsatisfied", f"{why}; measure it, or have it waived")
    else:
        said = "all are measured and within limits, or decided"
        yield Finding("results", "satisfied", said)


def _finding(name: str, good: bool, yes: str, no: str) -> Finding:
    return Finding(name, "satisfied" if good else "unsatisfied", yes if good else no)


def _minute(stored: str) -> str:
    return f"{clock.moment(stored):%Y-%m-%d %H:%M}Z"
