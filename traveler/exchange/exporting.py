# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes back to an ERP: the state of jobs, completions, times and shipments, with a cursor.

A cursor is the number of an event.  Whoever asks again with the one they got last is told what
happened since then, nothing twice and nothing left out, because events have one order.
"""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler import csv_table, flow, job_records, operation_records, series
from traveler.exchange import records as kept
from traveler.exchange.errors import CursorAhead, NothingToExport
from traveler.exchange.records import Stretch
from traveler.job_records import Job
from traveler.operation_records import Operation
from traveler.shipping import records as shipping
from traveler.shipping.records import Shipment
from vault import clock
from vault.home import Vault
from vault.ledger.engine import Ledger
from vault.ledger.events import Event
from vault.ledger.tables import event_head

_HEAD: Final = ("job", "source", "external_id", "split_from", "item", "rev", "order")
_CHANGED: Final = ("job.%", "operation.%", "blocker.%", "erp.%")
_COUNTED: Final[Mapping[str, str]] = {
    "operation.pause": "counted", "operation.leave": "counted", "operation.finish": "counted",
    "operation.written_off": "written off", "operation.taken_back": "taken back",
    "job.rework": "rework", "job.moved": "moved",
}  # fmt: skip
"""What changes how many pieces are good or scrap, and what an ERP is told that it was."""
_STOPPED: Final = ("operation.pause", "operation.leave", "operation.finish")
_CLOSED: Final = ("job.closed", "job.cancelled")
_LEFT: Final = ("shipment.%", "certificate.signed")
_AT_ONCE: Final = 500
One = TypeVar("One")


@dataclass(frozen=True, slots=True)
class Export:
    """Rows for an ERP, their columns in order, and the cursor to ask with the next time.

    The rows are read from the ledger as they are taken, once; so years of them need no more memory
    than a day.
    """

    what: str
    columns: tuple[str, ...]
    rows: Iterator[Mapping[str, Any]]
    cursor: int

    def json_parts(self) -> Iterator[bytes]:
        """Yield the file for a program that reads JSON, a row on a line."""
        yield f'{{"what": "{self.what}", "cursor": {self.cursor}, "rows": ['.encode()
        between = "\n"
        for some in _batches(self.rows):
            lines = (json.dumps(one, ensure_ascii=False) for one in some)
            yield (between + ",\n".join(lines)).encode()
            between = ",\n"
        yield b"\n]}\n"

    def csv_parts(self) -> Iterator[bytes]:
        """Yield the file for a program, or a person, that reads CSV (RFC 4180, UTF-8)."""
        return csv_table.parts(self.columns, self.rows)


def export(vault: Vault, what: str, since: int = 0) -> Export:
    """Return what happened after the event ``since``.

    Each part is read as the ledger stands when it is taken; what has happened after the cursor by
    then is told again the next time.  Raises NothingToExport for an unknown kind, CursorAhead for
    an event that has not happened.
    """
    name = "jobs" if what == "status" else what
    made = _KINDS.get(name)
    if made is None:
        raise NothingToExport(what=what, known=", ".join(_KINDS))
    columns, gather = made
    with vault.ledger.reading() as connection:
        until = int(connection.execute(sa.select(event_head.c.seq)).scalar_one())
    if since > until:  # an older ledger: what is missing must not look like nothing new
        raise CursorAhead(since=since, until=until)
    return Export(name, columns, gather(vault.ledger, since, until), until)


def kinds() -> tuple[str, ...]:
    """Return what can be exported."""
    return tuple(_KINDS)


Gather = Callable[[Ledger, int, int], Iterator[dict[str, Any]]]


def _by_event(
    ledger: Ledger,
    since: int,
    until: int,
    kinds: Sequence[str],
    told: Callable[[Connection, Sequence[Event]], list[dict[str, Any]]],
) -> Iterator[dict[str, Any]]:
    """Yield the rows of some events at a time; nobody waits for the ledger while they are taken."""
    at = since
    while at < until:
        with ledger.reading() as connection:
            found = kept.said_since(connection, at, until, kinds, _AT_ONCE)
            rows = told(connection, found)
        yield from rows
        at = found[-1].seq if len(found) == _AT_ONCE else until


def _jobs(ledger: Ledger, since: int, until: int) -> Iterator[dict[str, Any]]:
    with ledger.reading() as connection:
        subjects = kept.subjects_since(connection, since, until, _CHANGED)
    for some in _batches(filter(None, map(_job_of, subjects))):
        with ledger.reading() as connection:
            heads, operations = _heads(connection, some), _operations(connection, some)
            jobs = job_records.jobs_named(connection, some)
        by_number = {one.number: one for one in jobs}
        yield from (_job(heads[one], by_number[one], operations[one]) for one in some)


def _job(head: Mapping[str, Any], job: Job, steps: Sequence[Operation]) -> dict[str, Any]:
    step = next((one for one in steps if one.state not in {"done", "skipped"}), None)
    return {
        **head, "qty": job.qty, "due": job.due, "state": job.state,
        "good": flow.out(job, steps), "scrap": flow.spoiled(steps),
        "operations": len(steps), "done": sum(one.state == "done" for one in steps),
        "at_operation": step.seq if step else "", "at_station": step.station if step else "",
        "released_at": job.released_at or "", "closed_at": job.closed_at or "",
    }  # fmt: skip


def _completions(ledger: Ledger, since: int, until: int) -> Iterator[dict[str, Any]]:
    """Yield every change of the counts; added up for an operation they are what its job says.

    What is not counted but decided (a write-off, what is brought back, rework of pieces that were
    good, a move to another route) is told by signed numbers and by its ``what``.
    """
    return _by_event(ledger, since, until, tuple(_COUNTED), _counts)


def _counts(connection: Connection, found: Sequence[Event]) -> list[dict[str, Any]]:
    heads = _heads(connection, list({_job_of(one.subject) for one in found}))
    steps = {
        (job, one.seq): one
        for job, several in _operations(connection, list(heads)).items()
        for one in several
    }
    rows = []
    for one in found:
        job = _job_of(one.subject)
        told = [one.facts] if one.kind in _STOPPED else one.facts.get("counts", ())
        for counts in told:
            step = steps.get((job, counts["seq"]))
            rows.append(
                {
                    **heads[job], "event": one.seq, "at": one.facts.get("done_at", one.at),
                    "what": _COUNTED[one.kind], "operation": counts["seq"],
                    "station": (step.machine or step.station) if step else "",
                    **{name: counts.get(name, 0) for name in ("good", "scrap", "rework")},
                    "finished": one.kind == "operation.finish", "person": one.actor,
                }
            )  # fmt: skip
    return rows


def _times(ledger: Ledger, since: int, until: int) -> Iterator[dict[str, Any]]:
    """Yield every stretch of work that ended; one that nobody ended has ended with its job."""
    before: set[int] = set()
    """What the events just before told, among which those of one moment stand."""

    def told(connection: Connection, found: Sequence[Event]) -> list[dict[str, Any]]:
        stretches = _ended(connection, found, before)
        before.clear()
        before.update(stretches)
        heads = _heads(connection, list({one.job for _, one in stretches.values()}))
        rows = [
            {
                **heads[one.job], "event": seq, "operation": one.seq,
                "station": one.station, "person": one.person, "started_at": one.started_at,
                "ended_at": one.ended_at, "minutes": _minutes(one.started_at, one.ended_at),
                "good": one.good, "scrap": one.scrap,
            }
            for seq, one in stretches.values()
        ]  # fmt: skip
        return sorted(rows, key=lambda row: int(row["event"]))

    return _by_event(ledger, since, until, (*_STOPPED, *_CLOSED), told)


def _ended(
    connection: Connection, found: Sequence[Event], before: Collection[int]
) -> dict[int, tuple[int, Stretch]]:
    """Return the stretches of work some events ended, by their numbers, each with its event."""
    by = {stint: one.seq for one in found for stint in one.facts.get("stints", ())}
    ended = {one.id: (by[one.id], one) for one in kept.stints(connection, sorted(by))}
    for one in found:
        job = _job_of(one.subject)
        if one.kind in _CLOSED:
            for row in kept.stints_left(connection, job):
                ended[row.id] = one.seq, replace(row, ended_at=max(one.at, row.started_at))
        elif "stints" not in one.facts:  # recorded before the numbers were: then by the moment
            at = one.facts.get("done_at", one.at)
            for row in kept.stints_at(connection, job, one.facts["seq"], at):
                if row.id not in before:
                    ended.setdefault(row.id, (one.seq, row))
    return ended


def _shipments(ledger: Ledger, since: int, until: int) -> Iterator[dict[str, Any]]:
    """Yield the shipments that changed, each as it stands; a job that leaves in parts has several."""
    last: dict[int, int] = {}

    def noted(_connection: Connection, found: Sequence[Event]) -> list[dict[str, Any]]:
        last.update((series.SHIPMENT.number(one.facts["shipment"]) or 0, one.seq) for one in found)
        return []

    yield from _by_event(ledger, since, until, _LEFT, noted)
    for some in _batches(iter(sorted(last))):
        with ledger.reading() as connection:
            found = shipping.several(connection, some)
            papers = shipping.certified(connection, some)
            heads = _heads(connection, list(dict.fromkeys(one.job for one in found)))
        yield from (
            _shipment(heads[one.job], last[one.id], one, papers.get(one.id, "")) for one in found
        )


def _shipment(head: Mapping[str, Any], seq: int, one: Shipment, paper: str) -> dict[str, Any]:
    return {
        **head, "event": seq, "shipment": one.number, "state": one.state,
        "pieces": one.facts.qty, "serials": one.facts.pieces, "boxes": one.facts.boxes,
        "to": one.facts.to, "carrier": one.facts.carrier, "tracking": one.facts.tracking,
        "packed_at": one.facts.packed_at, "packed_by": one.facts.packed_by,
        "shipped_at": one.facts.shipped_at, "shipped_by": one.facts.shipped_by,
        "received_on": one.facts.received_on, "received_by": one.facts.received_by,
        "certificate": paper,
    }  # fmt: skip


def _heads(connection: Connection, numbers: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return what names each job; one that was split off goes by the line of the order it is of."""
    found = {}
    for some in _batches(iter(numbers)):
        jobs = {one.number: one for one in job_records.jobs_named(connection, some)}
        roots = {one.split_from or number for number, one in jobs.items()}
        names = kept.names(connection, sorted(roots))
        for number, job in jobs.items():
            source, external = names.get(job.split_from or number, ("", ""))
            found[number] = {
                "job": number, "source": source, "external_id": external,
                "split_from": job.split_from, "item": job.item, "rev": job.rev,
                "order": job.order,
            }  # fmt: skip
    return found


def _operations(connection: Connection, numbers: Sequence[str]) -> dict[str, list[Operation]]:
    found: defaultdict[str, list[Operation]] = defaultdict(list)
    for some in _batches(iter(numbers)):
        found.update(operation_records.operations_of(connection, some))
    return found


def _batches(found: Iterator[One]) -> Iterator[list[One]]:
    """Yield so many at a time as one statement takes, however many there are."""
    while some := list(itertools.islice(found, _AT_ONCE)):
        yield some


def _job_of(subject: str) -> str:
    kind, _slash, number = subject.partition("/")
    return number if kind == "job" else ""


def _minutes(started: str, ended: str) -> float:
    return round((clock.moment(ended) - clock.moment(started)).total_seconds() / 60, 2)


_KINDS: Final[Mapping[str, tuple[tuple[str, ...], Gather]]] = {
    "jobs": (
        (*_HEAD, "qty", "due", "state", "good", "scrap", "operations", "done", "at_operation",
         "at_station", "released_at", "closed_at"),
        _jobs,
    ),
    "completions": (
        (*_HEAD, "event", "at", "what", "operation", "station", "good", "scrap", "rework", "finished",
         "person"),
        _completions,
    ),
    "times": (
        (*_HEAD, "event", "operation", "station", "person", "started_at", "ended_at", "minutes",
         "good", "scrap"),
        _times,
    ),
    "shipments": (
        (*_HEAD, "event", "shipment", "state", "pieces", "serials", "boxes", "to", "carrier",
         "tracking", "packed_at", "packed_by", "shipped_at", "shipped_by", "received_on",
         "received_by", "certificate"),
        _shipments,
    ),
}  # fmt: skip
