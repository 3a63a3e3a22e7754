# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes back to an ERP: the state of jobs, completions, times and shipments, with a cursor.

A cursor is the number of an event.  Whoever asks again with the one they got last is told what
happened since then, nothing twice and nothing left out, because events have one order.
"""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler import flow, job_records, operation_records, series
from traveler.exchange import records as kept
from traveler.exchange.errors import CursorAhead, NothingToExport
from traveler.operation_records import Operation
from traveler.shipping import records as shipping
from traveler.shipping.records import Shipment
from vault import clock
from vault.home import Vault
from vault.ledger.events import Event
from vault.ledger.tables import event_head

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
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
    """Rows for an ERP, their columns in order, and the cursor to ask with the next time."""

    what: str
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]
    cursor: int

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {"what": self.what, "cursor": self.cursor, "rows": [dict(one) for one in self.rows]}

    def json_bytes(self) -> bytes:
        """Return the file for a program that reads JSON."""
        return (json.dumps(self.as_json(), ensure_ascii=False, indent=1) + "\n").encode()

    def csv_bytes(self) -> bytes:
        """Return the file for a program, or a person, that reads CSV (RFC 4180, UTF-8)."""
        return as_csv(self.columns, self.rows)


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return rows as CSV in which no cell is taken for a formula by a spreadsheet."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in columns])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def export(vault: Vault, what: str, since: int = 0) -> Export:
    """Return what happened after the event ``since``.

    Raises NothingToExport for an unknown kind, CursorAhead for an event that has not happened.
    """
    made = _KINDS.get(what)
    if made is None:
        raise NothingToExport(what=what, known=", ".join(_KINDS))
    columns, gather = made
    with vault.ledger.reading() as connection:
        until = int(connection.execute(sa.select(event_head.c.seq)).scalar_one())
        if since > until:  # an older ledger: what is missing must not look like nothing new
            raise CursorAhead(since=since, until=until)
        rows = gather(connection, since, until)
    return Export(what, columns, tuple(rows), until)


def kinds() -> tuple[str, ...]:
    """Return what can be exported."""
    return tuple(_KINDS)


Gather = Callable[[Connection, int, int], list[dict[str, Any]]]


def _jobs(connection: Connection, since: int, until: int) -> list[dict[str, Any]]:
    found = kept.said_since(connection, since, until, _CHANGED)
    numbers = list(dict.fromkeys(_job_of(one) for one in found if _job_of(one)))
    heads, operations = _heads(connection, numbers), _operations(connection, numbers)
    jobs = {
        one.number: one
        for some in _parts(numbers)
        for one in job_records.jobs_named(connection, some)
    }
    rows = []
    for number in numbers:
        job, steps = jobs[number], operations[number]
        step = next((one for one in steps if one.state not in {"done", "skipped"}), None)
        rows.append(
            {
                **heads[number], "qty": job.qty, "due": job.due, "state": job.state,
                "good": flow.out(job, steps), "scrap": flow.spoiled(steps),
                "operations": len(steps), "done": sum(one.state == "done" for one in steps),
                "at_operation": step.seq if step else "", "at_station": step.station if step else "",
                "released_at": job.released_at or "", "closed_at": job.closed_at or "",
            }
        )  # fmt: skip
    return rows


def _completions(connection: Connection, since: int, until: int) -> list[dict[str, Any]]:
    """Return every change of the counts; added up for an operation they are what its job says.

    What is not counted but decided (a write-off, what is brought back, rework of pieces that were
    good, a move to another route) is told by signed numbers and by its ``what``.
    """
    found = kept.said_since(connection, since, until, tuple(_COUNTED))
    heads = _heads(connection, list({_job_of(one) for one in found}))
    steps = {
        (job, one.seq): one
        for job, several in _operations(connection, list(heads)).items()
        for one in several
    }
    rows = []
    for one in found:
        told = [one.facts] if one.kind in _STOPPED else one.facts.get("counts", ())
        for counts in told:
            step = steps.get((_job_of(one), counts["seq"]))
            rows.append(
                {
                    **heads[_job_of(one)], "event": one.seq, "at": one.facts.get("done_at", one.at),
                    "what": _COUNTED[one.kind], "operation": counts["seq"],
                    "station": (step.machine or step.station) if step else "",
                    **{name: counts.get(name, 0) for name in ("good", "scrap", "rework")},
                    "finished": one.kind == "operation.finish", "person": one.actor,
                }
            )  # fmt: skip
    return rows


def _times(connection: Connection, since: int, until: int) -> list[dict[str, Any]]:
    """Return every stretch of work that ended; one that nobody ended has ended with its job."""
    stopped = kept.said_since(connection, since, until, _STOPPED)
    told = {stint: one.seq for one in stopped for stint in one.facts.get("stints", ())}
    ended = kept.stints(connection, sorted(told))
    for one in stopped:
        if "stints" not in one.facts:  # recorded before the numbers were: then by the moment
            at = one.facts.get("done_at", one.at)
            by_moment = kept.stints_at(connection, _job_of(one), one.facts["seq"], at)
            ended += [row for row in by_moment if row.id not in told]
            told |= dict.fromkeys((row.id for row in by_moment), one.seq)
    for one in kept.said_since(connection, since, until, _CLOSED):
        left = kept.stints_left(connection, _job_of(one))
        told |= dict.fromkeys((row.id for row in left), one.seq)
        ended += [replace(row, ended_at=max(one.at, row.started_at)) for row in left]
    heads = _heads(connection, list({row.job for row in ended}))
    rows = [
        {
            **heads[row.job], "event": told[row.id], "operation": row.seq,
            "station": row.station, "person": row.person, "started_at": row.started_at,
            "ended_at": row.ended_at, "minutes": _minutes(row.started_at, row.ended_at),
            "good": row.good, "scrap": row.scrap,
        }
        for row in ended
    ]  # fmt: skip
    return sorted(rows, key=lambda row: int(row["event"]))


def _shipments(connection: Connection, since: int, until: int) -> list[dict[str, Any]]:
    """Return the shipments that changed, each as it stands; a job that leaves in parts has several."""
    told = kept.said_since(connection, since, until, _LEFT)
    last = {series.SHIPMENT.number(one.facts["shipment"]) or 0: one.seq for one in told}
    found: list[Shipment] = []
    papers: dict[int, str] = {}
    numbers = sorted(last)
    for some in _parts(numbers):
        found += shipping.several(connection, some)
        papers |= shipping.certified(connection, some)
    heads = _heads(connection, list(dict.fromkeys(one.job for one in found)))
    return [
        {
            **heads[one.job], "event": last[one.id], "shipment": one.number, "state": one.state,
            "pieces": one.facts.qty, "serials": one.facts.pieces, "boxes": one.facts.boxes,
            "to": one.facts.to, "carrier": one.facts.carrier, "tracking": one.facts.tracking,
            "packed_at": one.facts.packed_at, "packed_by": one.facts.packed_by,
            "shipped_at": one.facts.shipped_at, "shipped_by": one.facts.shipped_by,
            "received_on": one.facts.received_on, "received_by": one.facts.received_by,
            "certificate": papers.get(one.id, ""),
        }
        for one in found
    ]  # fmt: skip


def _heads(connection: Connection, numbers: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return what names each job; one that was split off goes by the line of the order it is of."""
    found = {}
    for some in _parts(numbers):
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
    for some in _parts(numbers):
        found.update(operation_records.operations_of(connection, some))
    return found


def _parts(numbers: Sequence[One]) -> Iterator[Sequence[One]]:
    """Yield so many at a time as one statement takes, however many there are."""
    for start in range(0, len(numbers), _AT_ONCE):
        yield numbers[start : start + _AT_ONCE]


def _job_of(event: Event) -> str:
    kind, _slash, number = event.subject.partition("/")
    return number if kind == "job" else ""


def _minutes(started: str, ended: str) -> float:
    return round((clock.moment(ended) - clock.moment(started)).total_seconds() / 60, 2)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text


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
