# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes back to an ERP: the state of jobs, completions, times and shipments, with a cursor.

A cursor is the number of an event.  Whoever asks again with the one they got last is told what
happened since then, nothing twice and nothing left out, because events have one order.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler import job_records, operation_records
from traveler.exchange import records as kept
from traveler.exchange.errors import NothingToExport
from traveler.shipping import records as shipping
from traveler.shipping import rules
from traveler.shipping.records import Shipment
from vault import clock
from vault.home import Vault
from vault.ledger.events import Event
from vault.ledger.tables import event_head

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_HEAD: Final = ("job", "source", "external_id", "item", "rev", "order")
_CHANGED: Final = ("job.%", "operation.%", "blocker.%", "erp.%")
_ENDED: Final = ("operation.pause", "operation.finish")
_LEFT: Final = ("shipment.%", "certificate.signed")
_AT_ONCE: Final = 500


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
    """Return what happened after the event ``since``; raises NothingToExport for an unknown kind."""
    made = _KINDS.get(what)
    if made is None:
        raise NothingToExport(what=what, known=", ".join(_KINDS))
    columns, gather = made
    with vault.ledger.reading() as connection:
        until = int(connection.execute(sa.select(event_head.c.seq)).scalar_one())
        rows = gather(connection, min(since, until), until)
    return Export(what, columns, tuple(rows), until)


def kinds() -> tuple[str, ...]:
    """Return what can be exported."""
    return tuple(_KINDS)


Gather = Callable[[Connection, int, int], list[dict[str, Any]]]


def _jobs(connection: Connection, since: int, until: int) -> list[dict[str, Any]]:
    found = kept.said_since(connection, since, until, _CHANGED)
    numbers = list(dict.fromkeys(_job_of(one) for one in found if _job_of(one)))
    heads = _heads(connection, numbers)
    operations = operation_records.operations_of(connection, numbers)
    rows = []
    for number in numbers:
        job = job_records.job(connection, number)
        if job is None:
            continue
        steps = operations[number]
        step = next((one for one in steps if one.state not in {"done", "skipped"}), None)
        rows.append(
            {
                **heads[number], "qty": job.qty, "due": job.due, "state": job.state,
                "good": steps[-1].good if steps else 0,
                "scrap": sum(one.scrap for one in steps),
                "operations": len(steps), "done": sum(one.state == "done" for one in steps),
                "at_operation": step.seq if step else "", "at_station": step.station if step else "",
                "released_at": job.released_at or "", "closed_at": job.closed_at or "",
            }
        )  # fmt: skip
    return rows


def _completions(connection: Connection, since: int, until: int) -> list[dict[str, Any]]:
    found = kept.said_since(connection, since, until, _ENDED)
    heads = _heads(connection, list({_job_of(one) for one in found}))
    steps = {
        (job, one.seq): one
        for job, several in operation_records.operations_of(connection, list(heads)).items()
        for one in several
    }
    rows = []
    for one in found:
        step = steps.get((_job_of(one), one.facts["seq"]))
        rows.append(
            {
                **heads[_job_of(one)], "event": one.seq, "at": one.at, "operation": one.facts["seq"],
                "station": step.station if step else "", "good": one.facts.get("good", 0),
                "scrap": one.facts.get("scrap", 0), "finished": one.kind == "operation.finish",
                "person": one.actor,
            }
        )  # fmt: skip
    return rows


def _times(connection: Connection, since: int, until: int) -> list[dict[str, Any]]:
    found = kept.said_since(connection, since, until, _ENDED)
    told = {(one.at, _job_of(one), one.facts["seq"]): one.seq for one in found}
    ended = kept.stints_ended(connection, sorted({one.at for one in found}))
    heads = _heads(connection, list({_job_of(one) for one in found}))
    return [
        {
            **heads[row.job], "event": told[row.ended_at, row.job, row.seq], "operation": row.seq,
            "station": row.station, "person": row.person, "started_at": row.started_at,
            "ended_at": row.ended_at, "minutes": _minutes(row.started_at, row.ended_at),
            "good": row.good, "scrap": row.scrap,
        }
        for row in ended
        if (row.ended_at, row.job, row.seq) in told
    ]  # fmt: skip


def _shipments(connection: Connection, since: int, until: int) -> list[dict[str, Any]]:
    """Return the shipments that changed, each as it stands; a job that leaves in parts has several."""
    told = kept.said_since(connection, since, until, _LEFT)
    last = {rules.number(one.facts["shipment"]) or 0: one.seq for one in told}
    found: list[Shipment] = []
    papers: dict[int, str] = {}
    numbers = sorted(last)
    for start in range(0, len(numbers), _AT_ONCE):
        some = numbers[start : start + _AT_ONCE]
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
    names = kept.names(connection, numbers)
    found = {}
    for number in numbers:
        job = job_records.job(connection, number)
        source, external = names.get(number, ("", ""))
        found[number] = {
            "job": number, "source": source, "external_id": external,
            "item": job.item if job else "", "rev": job.rev if job else "",
            "order": job.order if job else "",
        }  # fmt: skip
    return found


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
        (*_HEAD, "event", "at", "operation", "station", "good", "scrap", "finished", "person"),
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
