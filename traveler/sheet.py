# SPDX-License-Identifier: AGPL-3.0-or-later
"""The traveler: the job's paper, with a QR for the job and one for each operation.

This side gathers what is true now and issues the codes; the drawing is done in the worker process,
because no PDF library runs in the server.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from release.log import ReleaseLog, Revision
from release.printed.placing import placed
from release.stamp import qr
from traveler import gate, job_records, jobs, lots, route, station_records, tokens
from traveler.errors import JobCannot
from traveler.memory import desk as memory
from traveler.memory.desk import JobMemory
from traveler.memory.rules import worth_printing
from traveler.quality.proof import Asked, Line
from traveler.tokens import Code
from traveler.views import JobView, OperationView
from vault import clock, item, worker
from vault.codes import qr_address
from vault.home import Vault
from vault.ledger.people import Person, require

_OURS = {item.FILE, route.FILE}  # what they say stands on the sheet itself
_STANDS = {"have": "given", "waived": "waived"}
REMEMBERED = 2  # of what earlier jobs say, at a step; the rest is on the screen
_GROUP = 5  # signs; a code is typed in groups when no camera is at hand


@dataclass(frozen=True, slots=True)
class Printed:
    """A traveler on paper: where the PDF is, how many pages, and each QR's address."""

    job: str
    print: int
    path: Path
    pages: int
    addresses: tuple[tuple[int | None, str], ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            "job": self.job,
            "print": self.print,
            "file": str(self.path),
            "pages": self.pages,
            "qr": [{"seq": seq, "address": address} for seq, address in self.addresses],
        }


def print_traveler(
    vault: Vault, actor: Person, number: str, out: Path, paper: str = "", withdraw: bool = False,
    lot: int | None = None,
) -> Printed:  # fmt: skip
    """Write a job's traveler as PDF, with new codes; earlier prints stay valid unless withdrawn.

    ``paper`` is A4 or Letter, by default the vault's; with a ``lot`` it counts for that part of
    the job.  Raises RoleNeeded, NoSuchJob, NoSuchLot, JobCannot, RevisionRecalled, or WorkerGaveUp.
    """
    require(actor, "planner")
    view = jobs.show(vault, number)
    if view.job.ended:
        raise JobCannot(job=view.job.number, state=view.job.state, act="printed for the floor",
                        way="make a new job for more pieces")  # fmt: skip
    if view.standing.state == "recalled" and not view.ground.workable:
        raise gate.recalled(view.job.item, view.job.rev, view.standing)
    printed, codes = _issue(vault, actor, view, withdraw, lot)
    base = vault.settings.public_url
    addresses = tuple((code.seq, qr_address(base, "t", code.code)) for code in codes)
    facts = _facts(vault, view, codes, addresses, printed)
    if lot is not None:
        with vault.ledger.reading() as connection:
            part = lots.lot(connection, view.job.number, lot)
        facts["cells"]["Quantity"] = f"{part.qty} of {view.job.qty}, lot {part.number}"
    pages = _draw(out, paper or vault.settings.paper, facts)
    return Printed(view.job.number, printed, out, pages, addresses)


def _issue(
    vault: Vault, actor: Person, view: JobView, withdraw_earlier: bool, lot: int | None
) -> tuple[int, list[Code]]:
    operations = [one.operation for one in view.operations]
    with vault.ledger.writing(actor.name) as writing:
        if lot is not None:
            lots.lot(writing.connection, view.job.number, lot)
        number, codes = tokens.issue(writing, view.job, operations, lot)
        withdrawn = tokens.revoke(writing, view.job, before=number) if withdraw_earlier else 0
        writing.record(
            "traveler.printed", job_records.subject(view.job.number), print=number, codes=len(codes),
            withdrawn=withdrawn, **({} if lot is None else {"lot": lot}),
        )  # fmt: skip
    return number, codes


def _draw(out: Path, paper: str, facts: dict[str, Any]) -> int:
    with placed(out) as aside:
        answer = worker.shared().call(
            "traveler.sheet_draw:draw", name=out.name, out=aside, paper_name=paper, facts=facts
        )
    return int(answer["pages"])


def _facts(
    vault: Vault,
    view: JobView,
    codes: Sequence[Code],
    addresses: Sequence[tuple[int | None, str]],
    printed: int,
) -> dict[str, Any]:
    log = ReleaseLog(vault)
    revision = log.revision(view.job.item, view.job.rev)
    matrices = {seq: rows_of(address) for seq, address in addresses}
    typed = {one.seq: grouped(one.code) for one in codes}
    names = _station_names(vault)
    before = memory.of_job(vault, view.job.number)
    return {
        "shop": vault.settings.shop_name,
        "job": view.job.number,
        "standing": warning(view),
        "cells": _cells(log, revision, view),
        "files": [file.name for file in revision.files if file.name not in _OURS],
        "kit": [f"{one.item.qty} × {one.item.item} {one.item.rev}" for one in view.ground.kit],
        "qr": matrices[None],
        "code": typed[None],
        "host": vault.settings.host,
        "print": printed,
        "printed": clock.now(),
        "operations": [
            _operation(one, view.job.qty, names, matrices, typed)
            | _before(before, one.operation.seq)
            for one in view.operations
        ],
        **_before(before, None),
        "owes": [_owed(one) for one in view.ground.proof.lines if one.required.seq is None],
    }


def _cells(log: ReleaseLog, revision: Revision, view: JobView) -> dict[str, str]:
    job = view.job
    return {
        "Item": job.item,
        "Revision": job.rev,
        "Quantity": str(job.qty),
        "Due": job.due,
        "Title": job.title,
        "Material": _material(log, revision),
        "Customer": job.customer,
        "Order": job.order,
        "Change order": revision.change,
        "Released": revision.released_at[:10],
        "Approval owner": revision.owner,
    }


def _material(log: ReleaseLog, revision: Revision) -> str:
    if not any(file.name == item.FILE for file in revision.files):
        return ""
    manifest = item.parse(log.read(revision, item.FILE), item.FILE)
    return str(manifest.metadata.get("material", ""))


def warning(view: JobView) -> str:
    """Return what paper says of a revision that is not current, empty for one that is."""
    if view.standing.state == "current":
        return _kit_warning(view)
    allowed = view.ground.deviation
    if allowed is not None:
        return f"Revision {view.job.rev} is {view.standing.state}: {allowed.sentence} ({allowed.person})."
    instead = f": {view.standing.current} is current" if view.standing.current else ""
    return f"Revision {view.job.rev} is {view.standing.state}{instead}. Ask before you start."


def _kit_warning(view: JobView) -> str:
    for one in view.ground.kit:
        if one.standing.state == "current":
            continue
        said = f"{one.item.item} {one.item.rev} in the kit is {one.standing.state}"
        if one.deviation is not None:
            return f"{said}: {one.deviation.sentence} ({one.deviation.person})."
        return f"{said}. Ask before you start."
    return ""


def _before(told: JobMemory, seq: int | None) -> dict[str, Any]:
    """Return the few things earlier jobs say at a step, or of the whole job, and how many more."""
    few, more = worth_printing(told.at(seq), REMEMBERED)
    return {"before": list(few), "more": more}


def _owed(line: Line) -> str:
    """Return a proof as the paper asks for it; what was given or waived by now says so."""
    said = str(Asked(line.required.kind, line.required.before))
    return said if line.state == "missing" else f"{said} ({_STANDS[line.state]})"


def _operation(
    view: OperationView,
    qty: int,
    names: dict[str, str],
    matrices: dict[int | None, list[str]],
    typed: dict[int | None, str],
) -> dict[str, Any]:
    one = view.operation
    return {
        "seq": one.seq,
        "station": one.station,
        "station_name": names.get(one.station, one.station),
        "title": one.title,
        "setup": one.setup_minutes,
        "run": one.run_minutes,
        "planned": one.setup_minutes + one.run_minutes * qty,
        "notes": one.notes,
        "left_out": f"LEFT OUT, go past it: {view.skipped.why}" if view.skipped else "",
        "files": list(one.files),
        "proof": [_owed(line) for line in view.proof.lines],
        "parallel": one.parallel,
        "qr": matrices[one.seq],
        "code": typed[one.seq],
    }


def _station_names(vault: Vault) -> dict[str, str]:
    with vault.ledger.reading() as connection:
        return {one.code: one.name for one in station_records.stations(connection)}


def rows_of(address: str) -> list[str]:
    """Return the QR of an address as rows of 1 and 0, as the pen draws it."""
    return ["".join("1" if dark else "0" for dark in row) for row in qr.matrix(address)]


def grouped(code: str) -> str:
    """Return a code in groups, as it is typed where no camera is at hand."""
    return " ".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))
