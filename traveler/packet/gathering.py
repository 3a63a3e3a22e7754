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

from release.log import ReleaseLog, Revision
from traveler import following, jobs, records
from traveler.errors import NoSuchJob
from traveler.exchange.exporting import as_csv
from traveler.packet import proofs
from traveler.packet.sections import (
    Block,
    Enclosed,
    Facts,
    Finding,
    Gathered,
    Grid,
    Pages,
    Section,
    Text,
)
from traveler.views import JobView, OperationView
from vault import clock
from vault.home import Vault
from vault.ledger import events
from vault.ledger.events import Event

_WIDTHS: Final = (0.6, 1.6, 3, 1.5, 1.5, 1.6, 0.8, 0.8)


def gather(vault: Vault, number: str) -> Gathered:
    """Return all that goes into the packet of a job now, and whether it may; raises NoSuchJob."""
    following.follow(vault)
    log = ReleaseLog(vault)
    view = jobs.show(vault, number)
    revision = log.revision(view.job.item, view.job.rev)
    head = events.head(vault.ledger)
    history = events.of(vault.ledger, records.subject(view.job.number), 100_000)
    with vault.ledger.reading() as connection:
        job = records.job(connection, number)
        if job is None:  # it was there a moment ago, and no job is ever removed
            raise NoSuchJob(number=number)
        proven = proofs.proven(vault, log, connection, job, view.ground.proof)
        stints = _work(connection, view)
    sections = [
        _summary(view, revision),
        *proven.certificate,
        Section("How it was made", [*_made(view, stints)]),
        *proven.sections,
        _exceptions(view, history, proven.exceptions),
    ]
    drawings, files = _drawings(log, revision)
    texts = {"history.csv": _history(history), **proven.texts}
    return Gathered(
        cover=_cover(view), sections=(*sections, *drawings), files=(*files, *proven.files),
        texts=texts, findings=(*_findings(view), *proven.findings), head=head,
        moved=history[-1].seq if history else 0,
    )  # fmt: skip


def _cover(view: JobView) -> dict[str, str]:
    job = view.job
    return {
        "Customer": job.customer, "Order": job.order, "Job": job.number,
        "Item": f"{job.item} revision {job.rev}", "Title": job.title,
        "Quantity": f"{_good(view)} good of {job.qty}",
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
    return Section("What was made", [Facts(rows)])


def _work(connection: Connection, view: JobView) -> dict[int, list[records.Stint]]:
    found: dict[int, list[records.Stint]] = {}
    for one in records.stints(connection, view.job.number):
        found.setdefault(one.operation, []).append(one)
    return found


def _made(view: JobView, stints: dict[int, list[records.Stint]]) -> Iterator[Block]:
    heads = ("Step", "Station", "What", "Began", "Ended", "By", "Good", "Scrap")
    rows = [_row(one, stints.get(one.operation.id, [])) for one in view.operations]
    yield Grid(heads, rows, _WIDTHS)
    notes = [
        (f"Step {one.operation.seq}", f"{note.words} ({note.person}, {_minute(note.at)})")
        for one in view.operations
        for note in one.notes
    ]
    if notes:
        yield Text("What was noted on the floor:")
        yield Facts(notes)


def _row(one: OperationView, work: Sequence[records.Stint]) -> tuple[str, ...]:
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
        sections.append(Section(title, [Pages(path, file.name)]))
        files.append(Enclosed(f"drawing/{file.name}", path, file.stamped.sha256))
    return sections, files


def _history(history: Sequence[Event]) -> bytes:
    rows = [
        {"event": one.seq, "at": one.at, "by": one.actor, "what": one.kind,
         "facts": "; ".join(f"{name}={value}" for name, value in one.facts.items())}
        for one in history
    ]  # fmt: skip
    return as_csv(("event", "at", "by", "what", "facts"), rows)


def _findings(view: JobView) -> Iterator[Finding]:
    open_steps = [
        str(one.operation.seq)
        for one in view.operations
        if one.operation.state not in {"done", "skipped"}
    ]
    yield _finding("operations done", not open_steps, "all are done",
                   f"step {', '.join(open_steps)} is not done; finish it")  # fmt: skip
    good = bool(_good(view)) or not view.operations
    yield _finding("good pieces", good, f"{_good(view)} are good", "no good piece came out")
    stand = view.standing
    if stand.state == "current":
        yield Finding("revision", "satisfied", f"{view.job.item} {view.job.rev} is current")
    elif view.ground.deviation is not None:
        yield Finding("revision", "waived", view.ground.deviation.sentence)
    else:
        way = "decide it with `titleblock job decide`"
        yield Finding("revision", "unsatisfied", f"{view.job.rev} is {stand.state}; {way}")
    blocking = [one for one in view.blockers if one.blocker.blocking]
    blocking = [one for one in blocking if one.blocker.kind != "shipping"]
    said = "; ".join(one.blocker.sentence for one in blocking)
    yield _finding("blockers", not blocking, "none is open", f"{said}; resolve it")


def _finding(name: str, good: bool, yes: str, no: str) -> Finding:
    return Finding(name, "satisfied" if good else "unsatisfied", yes if good else no)


def _day(stored: str) -> str:
    return stored[:10]


def _minute(stored: str) -> str:
    return f"{clock.moment(stored):%Y-%m-%d %H:%M}Z" if stored else ""
