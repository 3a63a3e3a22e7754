# SPDX-License-Identifier: AGPL-3.0-or-later
"""Packets as the ledger keeps them, read as frozen values; all selects of them are here."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler.packet.tables import evidence_let, packet_act
from traveler.packet.tables import packet as packet_table
from traveler.tables import job as job_table
from vault import canonical
from vault.names import fold
from vault.objects.store import Digest

_WRITTEN = re.compile(r"(?:PP-?)?0*(\d{1,9})(?:[ ./-]+(?:rev ?)?(\d{1,4}))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet as it was issued: number and revision, for which job, which bytes, by whom.

    ``state`` is ``valid``, ``replaced`` by a later revision, or ``revoked`` with ``why`` and by whom;
    ``zip`` and ``pdf`` are the digests of the stored bytes, ``head`` the ledger's when it was made.
    """

    id: int
    number: int
    rev: int
    job: str
    item: str
    item_rev: str
    reason: str
    name: str
    zip: Digest
    pdf: Digest
    pages: int
    contents: tuple[str, ...]
    head: tuple[int, str]
    at: str
    person: str
    state: str
    why: str = ""
    ended_at: str = ""
    ended_by: str = ""
    customer: str = ""
    template: str = ""
    left_out: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Return the number as it is written, ``PP-0007``."""
        return written(self.number)

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            "packet": self.label, "rev": self.rev, "job": self.job, "number": self.item,
            "item_rev": self.item_rev, "state": self.state, "why": self.why, "reason": self.reason,
            "sha256": self.zip.sha256, "size": self.zip.size, "pdf_sha256": self.pdf.sha256,
            "pages": self.pages, "contents": list(self.contents), "issued_at": self.at,
            "issued_by": self.person, "revoked_at": self.ended_at or None,
            "revoked_by": self.ended_by or None, "head": list(self.head), "file": self.name,
            "template": self.template or None, "left_out": list(self.left_out),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Let:
    """That a file of evidence may leave with what lies in it: with what exactly, by whom, and why."""

    what: tuple[str, ...]
    why: str
    person: str
    at: str


def let_of(connection: Connection, roots: Sequence[int]) -> dict[int, Let]:
    """Return which of these pieces of evidence may leave with what lies in them."""
    table, found = evidence_let, dict[int, Let]()
    chosen = sa.select(table).where(table.c.evidence.in_(roots)).order_by(table.c.id)
    for row in connection.execute(chosen):
        found.pop(row.evidence, None)
        if row.act == "let":
            what = tuple(canonical.loads(row.what.encode()))
            found[row.evidence] = Let(what, row.why, row.person, row.at)
    return found


def written(number: int) -> str:
    """Return a packet's number as it is written."""
    return f"PP-{number:04d}"


def read(text: str) -> tuple[int, int | None] | None:
    """Return number and revision of a packet as people write it: ``PP-0007``, ``7``, ``pp-7 2``."""
    match = _WRITTEN.fullmatch(text.strip())
    return None if match is None else (int(match[1]), int(match[2]) if match[2] else None)


def find(connection: Connection, number: int, rev: int | None = None) -> Packet | None:
    """Return a packet, its newest revision where none is named."""
    chosen = _chosen().where(packet_table.c.number == number)
    if rev is not None:
        chosen = chosen.where(packet_table.c.rev == rev)
    found = _packets(connection, chosen.order_by(packet_table.c.rev.desc()).limit(1))
    return found[0] if found else None


def by_code(connection: Connection, digest: str) -> Packet | None:
    """Return the packet whose code has this hash."""
    found = _packets(connection, _chosen().where(packet_table.c.code_hash == digest))
    return found[0] if found else None


def by_sha256(connection: Connection, sha256: str) -> Packet | None:
    """Return the packet whose zip has this sha256."""
    found = _packets(connection, _chosen().where(packet_table.c.sha256 == sha256))
    return found[0] if found else None


def of_job(connection: Connection, job: str) -> list[Packet]:
    """Return every revision of every packet of a job, oldest first."""
    chosen = _chosen().where(packet_table.c.job == job)
    return _packets(connection, chosen.order_by(packet_table.c.id))


def of_jobs(connection: Connection, jobs: Sequence[str]) -> defaultdict[str, list[Packet]]:
    """Return every revision of the packets of several jobs, by job, oldest first."""
    found: defaultdict[str, list[Packet]] = defaultdict(list)
    chosen = _chosen().where(packet_table.c.job.in_(jobs)).order_by(packet_table.c.id)
    for one in _packets(connection, chosen):
        found[one.job].append(one)
    return found


def newest(
    connection: Connection, limit: int, skip: int = 0, customers: Sequence[str] | None = None
) -> list[Packet]:
    """Return packets, the newest first; of some customers only where they are named."""
    chosen = _chosen()
    if customers is not None:
        chosen = chosen.where(job_table.c.customer.in_(customers))
    ordered = chosen.order_by(packet_table.c.id.desc())
    return _packets(connection, ordered.limit(limit).offset(skip))


def other_customers(connection: Connection, customer: str) -> list[str]:
    """Return the names of everybody else anything was ever made for."""
    named = sa.select(job_table.c.customer).distinct()
    found = [str(one) for one in connection.execute(named).scalars() if one]
    return sorted(one for one in found if fold(one) != fold(customer))


def after(connection: Connection, last: int, most: int) -> list[Packet]:
    """Return packets in the order they were issued, after the one with a row's number."""
    chosen = _chosen().where(packet_table.c.id > last)
    return _packets(connection, chosen.order_by(packet_table.c.id).limit(most))


def highest(connection: Connection) -> int:
    """Return the highest number given so far."""
    found = connection.execute(sa.select(sa.func.max(packet_table.c.number))).scalar_one()
    return int(found or 0)


def _chosen() -> sa.Select[Any]:
    return sa.select(packet_table, job_table.c.customer).join(
        job_table, job_table.c.number == packet_table.c.job
    )


def _packets(connection: Connection, chosen: sa.Select[Any]) -> list[Packet]:
    rows = connection.execute(chosen).all()
    ended = _ended(connection, [row.id for row in rows])
    last = _last(connection, {row.number for row in rows})
    return [_packet(row, ended.get(row.id), last[row.number]) for row in rows]


def _ended(connection: Connection, ids: Sequence[int]) -> dict[int, Any]:
    chosen = sa.select(packet_act).where(packet_act.c.packet.in_(ids), packet_act.c.act == "revoke")
    return {row.packet: row for row in connection.execute(chosen)}


def _last(connection: Connection, numbers: set[int]) -> dict[int, int]:
    chosen = sa.select(packet_table.c.number, sa.func.max(packet_table.c.rev).label("rev"))
    chosen = chosen.where(packet_table.c.number.in_(numbers)).group_by(packet_table.c.number)
    return {row.number: row.rev for row in connection.execute(chosen)}


def _packet(row: Any, ended: Any, last: int) -> Packet:
    state = "revoked" if ended is not None else "replaced" if row.rev < last else "valid"
    why = ended.why if ended is not None else f"by revision {last}" if state == "replaced" else ""
    return Packet(
        row.id, row.number, row.rev, row.job, row.item, row.item_rev, row.reason, row.name,
        Digest(row.md5, row.sha256, row.size), Digest(row.pdf_md5, row.pdf_sha256, row.pdf_size),
        row.pages, tuple(canonical.loads(row.contents.encode())), (row.head_seq, row.head_hash),
        row.at, row.person, state, why, ended.at if ended is not None else "",
        ended.person if ended is not None else "", row.customer, row.template or "",
        tuple(canonical.loads((row.left_out or "[]").encode())),
    )  # fmt: skip
