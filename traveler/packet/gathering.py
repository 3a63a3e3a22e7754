# SPDX-License-Identifier: AGPL-3.0-or-later
"""Gathering a packet: what was made, how, on which revision, what was found, and what set aside.

Every part comes from the records of its own room; here it is only said in sections, and what is not
right yet is said as a finding.  Nothing is left out because it looks bad: overrides, waivers and
deviations have a section of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy.engine import Connection

from release import rulebook
from release.log import ReleaseLog, Revision
from release.rules.packets import HIDDEN, NAMES, Template
from traveler import csv_table, following, job_records, jobs, station_records, work_records
from traveler.packet import choosing, judging, proofs, redaction
from traveler.packet import records as packet_records
from traveler.packet.choosing import Parts
from traveler.packet.redaction import Redaction
from traveler.packet.sections import (
    Block,
    Enclosed,
    Facts,
    Gathered,
    Grid,
    Pages,
    Section,
    Text,
)
from traveler.views import JobView, OperationView
from vault import clock
from vault.home import Vault
from vault.ledger import events, people
from vault.ledger.events import Event

_HEADS: Final = ("Step", "Station", "What", "Began", "Ended", "By", "Good", "Scrap")
_HARMLESS: Final = frozenset({
    "seq", "good", "scrap", "qty", "rev", "item", "packet", "balloon", "count", "shipment",
    "certificate", "nonconformance", "disposition", "due",
})  # fmt: skip
"""What events say that tells nothing of the inside of the shop; any other fact stays there."""
_WIDTHS: Final = (0.6, 1.6, 3, 1.5, 1.5, 1.6, 0.8, 0.8)


def gather(vault: Vault, number: str) -> Gathered:
    """Return all that goes into the packet of a job now, and whether it may; raises NoSuchJob.

    The template of the rules for its customer says what that is; what stays in the shop is said too.
    """
    following.follow(vault)
    log = ReleaseLog(vault)
    view = jobs.show(vault, number)
    revision = log.revision(view.job.item, view.job.rev)
    head = events.head(vault.ledger)
    history = events.of(vault.ledger, job_records.subject(view.job.number), 100_000)
    template = rulebook.current(vault).packet_templates.of(view.job.customer)
    with vault.ledger.reading() as connection:
        job = job_records.known(connection, number)
        basis = proofs.basis(log, connection, job)
        stints = _work(connection, view)
    hidden = _hidden(vault, view, revision, template, basis)
    proven = proofs.proven(vault, basis, view.ground.proof, template, hidden)
    drawings, files = _drawings(log, revision)
    made = Section("How it was made", [*_made(view, stints, template)], "making")
    whole = Parts(
        (*proven.certificate, made, *proven.sections,
         _exceptions(view, history, proven.exceptions), *drawings),
        (*files, *proven.files),
        {"history.csv": _history(history, template, hidden), **proven.texts},
    )  # fmt: skip
    chosen = whole.of(template)
    copies = [one for one in chosen.files if one.cleaned]
    left = choosing.left_out(template, whole.names | basis.parts, basis.inside, copies)
    shown = [hidden.section(one) for one in (_summary(view, revision), *chosen.sections)]
    faults = [*proven.faults, *choosing.spoken(vault, chosen, hidden)]
    return Gathered(
        cover={name: hidden.titled(value) for name, value in _cover(view, left).items()},
        sections=(shown[0], choosing.section(left, template), *shown[1:]),
        files=chosen.files, texts=chosen.texts, head=head, moved=history[-1].seq if history else 0,
        findings=(
            *judging.of_work(view), *proven.findings,
            *choosing.findings(template, view.ground.proof, basis.inside, faults,
                [said for _root, said in proven.let]),
        ),
        held=proven.held, let=proven.let,
        template=template.name, left_out=left, said=hidden.said,
    )  # fmt: skip


def _hidden(
    vault: Vault, view: JobView, revision: Revision, template: Template, basis: proofs.Basis
) -> Redaction:
    signers = {str(one["by"]) for one in revision.signoffs} | basis.signers
    with vault.ledger.reading() as connection:
        stations = [
            word
            for one in station_records.stations(connection)
            for word in (one.code, one.name)
            if word
        ]
        others = packet_records.other_customers(connection, view.job.customer)
    everybody = people.everybody(vault.ledger)
    return redaction.of(template, everybody, signers, stations, others, view.job.customer)


def _cover(view: JobView, left: Sequence[str]) -> dict[str, str]:
    job = view.job
    return {
        "Customer": job.customer, "Order": job.order, "Job": job.number,
        "Item": f"{job.item} revision {job.rev}", "Title": job.title,
        "Quantity": f"{_good(view)} good of {job.qty}",
        "Extent": f"An extract: see “{choosing.TITLE}”" if left else "All that is on record",
    }  # fmt: skip


def _good(view: JobView) -> int:
    return view.operations[-1].operation.good if view.operations else 0


def _summary(view: JobView, revision: Revision) -> Section:
    job = view.job
    signed = "; ".join(
        f"{one.get('full_name') or one['by']}, {one['meaning']}, {_day(one['at'])}"
        for one in revision.signoffs
    )
    rows = [
        ("Job", f"{job.number}, {job.qty} pieces, due {job.due}"),
        ("Customer and order", f"{job.customer or '–'}, {job.order or '–'}"),
        ("Made from", f"{job.item} revision {job.rev}, {revision.title}"),
        ("Released", f"{_day(revision.released_at)} with {revision.change}"),
        ("Approved by", signed or "–"),
        ("Entry of the release log", str(revision.sequence)),
        ("Good pieces", str(_good(view))),
        ("Scrapped pieces", str(sum(one.operation.scrap for one in view.operations))),
    ]
    rows += [(f"File {file.name}", f"sha256 {file.sha256}") for file in revision.files]
    return Section("What was made", [Facts(rows, fixed=True)])


def _work(connection: Connection, view: JobView) -> dict[int, list[work_records.Stint]]:
    found: dict[int, list[work_records.Stint]] = {}
    for one in work_records.stints(connection, view.job.number):
        found.setdefault(one.operation, []).append(one)
    return found


def _made(
    view: JobView, stints: dict[int, list[work_records.Stint]], template: Template
) -> Iterator[Block]:
    rows = [_row(one, stints.get(one.operation.id, [])) for one in view.operations]
    shown = [
        at for at, head in enumerate(_HEADS) if head != "Station" or not template.hides("stations")
    ]
    yield Grid(
        [_HEADS[at] for at in shown], [[row[at] for at in shown] for row in rows],
        [_WIDTHS[at] for at in shown], fixed=frozenset({shown.index(_HEADS.index("What"))}),
    )  # fmt: skip
    notes = (
        []
        if template.hides("notes")
        else [
            (f"Step {one.operation.seq}", f"{note.words} ({note.person}, {_minute(note.at)})")
            for one in view.operations
            for note in one.notes
        ]
    )
    if notes:
        yield Text("What was noted on the floor:")
        yield Facts(notes)


def _row(one: OperationView, work: Sequence[work_records.Stint]) -> tuple[str, ...]:
    step = one.operation
    people = ", ".join(dict.fromkeys(stint.person for stint in work))
    began, ended = _minute(step.started_at or ""), _minute(step.finished_at or "")
    return (
        str(step.seq), step.station, step.title, began, ended or step.state, people or "–",
        str(step.good), str(step.scrap),
    )  # fmt: skip


def _exceptions(view: JobView, history: Sequence[Event], told: Sequence[str]) -> Section:
    """Return what was done otherwise than planned, by whom and why; that nothing was, too."""
    said = [f"{one.sentence} ({one.person}: {one.why})" for one in view.decisions]
    said += [
        f"Step {one.seq} was started past blocker {', '.join(map(str, one.blockers))} by "
        f"{one.person}, {_minute(one.at)}: {one.why}"
        for one in view.overrides
    ]
    said += [
        f"Step {one.facts['seq']} was finished with pieces missing by {one.actor}, "
        f"{_minute(one.at)}: {one.facts['why']}"
        for one in history
        if one.kind == "operation.finish" and one.facts.get("why")
    ]
    said += [
        f"{one.facts.get('what', one.kind)} by {one.actor}, {_minute(one.at)}: {one.facts['why']}"
        for one in history
        if one.kind in {"operation.skip", "operation.skipped", "job.rework", "job.split"}
        and one.facts.get("why")
    ]
    said += told
    blocks: list[Block] = [Text(one, loud=True) for one in said]
    return Section("Deviations, waivers and overrides", blocks or [Text("None.")])


def _drawings(log: ReleaseLog, revision: Revision) -> tuple[list[Section], list[Enclosed]]:
    sections, files = [], []
    for file in revision.files:
        if file.stamped is None:
            continue
        path = log.path(revision, file.name, stamped=True)
        title = f"Drawing {file.name}, revision {revision.rev}, as released"
        sections.append(Section(title, [Pages(path, file.name)], "drawings", fixed=True))
        files.append(Enclosed(f"drawing/{file.name}", path, file.stamped.sha256, "drawings"))
    return sections, files


def _history(history: Sequence[Event], template: Template, hidden: Redaction) -> bytes:
    """Return the events of a job; of what each says only what is harmless, unless all is shown.

    What photos of blockers are called stays in the shop as they do.
    """
    whole = template.show == HIDDEN.keys() and template.people == NAMES
    rows = [
        {"event": one.seq, "at": one.at, "by": hidden.said(one.actor), "what": one.kind,
         "facts": hidden.said("; ".join(f"{name}={value}" for name, value in one.facts.items()
                                        if name != "photos" and (whole or name in _HARMLESS)))}
        for one in history
    ]  # fmt: skip
    return csv_table.whole(("event", "at", "by", "what", "facts"), rows)


def _day(stored: str) -> str:
    return stored[:10]


def _minute(stored: str) -> str:
    return f"{clock.moment(stored):%Y-%m-%d %H:%M}Z" if stored else ""
