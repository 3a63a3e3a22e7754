# SPDX-License-Identifier: AGPL-3.0-or-later
"""Issuing and withdrawing packets: quality's word, given once everything in it was checked.

What was drawn and packed is stored, and those bytes are the record: they are sent as they are for
ever and never rendered again.  The row in the ledger is the commit point; a crash before it leaves
bytes nobody knows of, and no packet.
"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any, Final, NoReturn

from sqlalchemy.engine import Connection

from traveler import job_records, sheet
from traveler.packet import gathering, packing, pictures, records
from traveler.packet.errors import (
    NoSuchPacket,
    NoSuchPacketCode,
    PacketIsRevoked,
    PacketNeedsReason,
    PacketNotReady,
    PacketOvertaken,
    PacketRevoked,
)
from traveler.packet.pictures import Progress
from traveler.packet.records import Packet
from traveler.packet.sections import Gathered
from traveler.packet.tables import packet as packet_table
from traveler.packet.tables import packet_act
from traveler.words import line, lines
from vault import canonical, clock, codes, worker
from vault.errors import BadCode
from vault.home import Vault
from vault.ledger import events
from vault.ledger.engine import Writing
from vault.ledger.people import Person, require
from vault.objects.store import Digest
from vault.worker import Limits

ISSUERS: Final = ("quality",)
READERS: Final = ("engineer", "approver", "planner", "quality")
LIMITS: Final = Limits(cpu=60, wall=90)


def check(vault: Vault, job: str) -> Gathered:
    """Return what a packet of a job would hold and every finding; raises NoSuchJob."""
    return gathering.gather(vault, job)


def issue(
    vault: Vault, actor: Person, job: str, why: str = "", device: str = "",
    progress: Progress = lambda _points: None,
) -> Packet:  # fmt: skip
    """Make the packet of a job, store it and give it a number; quality answers for it by name.

    A job that has a packet gets its next revision, with the reason.  Raises RoleNeeded, NoSuchJob,
    PacketNotReady naming all that is open, PacketNeedsReason, PacketOvertaken, and what reading
    damaged bytes raises.
    """
    require(actor, *ISSUERS)
    why = line("reason", why, 500)
    gathered = gathering.gather(vault, job)
    if gathered.open:
        said = "; ".join(f"{one.requirement}: {one.reason}" for one in gathered.open)
        raise PacketNotReady(job=gathered.cover["Job"], open=said)
    progress(15)
    with vault.ledger.reading() as connection:
        number, rev = _next(connection, gathered.cover["Job"], why)
    code = codes.new_code()
    vault.cache.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="packet-", dir=vault.cache) as folder:
        at = clock.now()
        told = _told(vault, actor, gathered, number, rev, at, code)
        gathered, told["marked"] = pictures.drawn(vault, gathered, Path(folder), progress)
        pdf, zipped = Path(folder) / packing.PDF, Path(folder) / "packet.zip"
        pages, begins = _draw(vault, told, gathered, pdf, code)
        progress(15)
        name = f"{told['packet']}-{rev}"
        packing.pack(vault, zipped, name, told, pdf, gathered.files, gathered.texts)
        progress(10)
        kept = {"pdf": vault.objects.put(pdf, packing.PDF), "zip": vault.objects.put(zipped, name)}
    return _commit(vault, actor, gathered, device, {
        "number": number, "rev": rev, "job": told["job"], "item": told["number"],
        "item_rev": told["item_rev"], "reason": why, "code_hash": codes.hashed(code),
        "name": f"{name}.zip", "pages": pages, "contents": canonical.dumps(begins).decode(),
        "template": gathered.template,
        "left_out": canonical.dumps(list(gathered.left_out)).decode(),
        **_digests(kept["zip"], ""), **_digests(kept["pdf"], "pdf_"),
    })  # fmt: skip


def revoke(vault: Vault, actor: Person, packet: str, why: str, device: str = "") -> Packet:
    """Withdraw a packet at once and for ever; raises RoleNeeded, BadWords, NoSuchPacket, PacketIsRevoked."""
    require(actor, *ISSUERS)
    reason = lines("reason", why, 500)
    with vault.ledger.writing(actor.name, device) as writing:
        found = wanted(writing.connection, packet)
        if found.state == "revoked":
            raise PacketIsRevoked(packet=found.label, person=found.ended_by, why=found.why)
        writing.insert(
            packet_act, packet=found.id, act="revoke", why=reason, at=writing.at,
            person=writing.actor, device=writing.device,
        )  # fmt: skip
        writing.record("packet.revoked", job_records.subject(found.job), packet=found.label,
                       rev=found.rev, why=reason)  # fmt: skip
        return wanted(writing.connection, f"{found.label} {found.rev}")


def show(vault: Vault, packet: str) -> Packet:
    """Return a packet, its newest revision unless one is named; raises NoSuchPacket."""
    with vault.ledger.reading() as connection:
        return wanted(connection, packet)


def by_code(vault: Vault, code: str) -> Packet:
    """Return the packet a scanned or typed code is of; raises NoSuchPacketCode."""
    try:
        digest = codes.hashed(code)
    except BadCode:
        raise NoSuchPacketCode from None
    with vault.ledger.reading() as connection:
        found = records.by_code(connection, digest)
    if found is None:
        raise NoSuchPacketCode
    return found


def listing(vault: Vault, job: str = "", limit: int = 200, skip: int = 0) -> list[Packet]:
    """Return packets, the newest first, of one job where it is named."""
    with vault.ledger.reading() as connection:
        if job:
            return records.of_job(connection, job)[::-1]
        return records.newest(connection, limit, skip)


def find_valid(vault: Vault, job: str, packet: str = "") -> Packet | None:
    """Return the valid packet of a job, by its label where it is named; None where it has no such one.

    Raises PacketRevoked where there is one and it was withdrawn, so that an open page says so.
    """
    with vault.ledger.reading() as connection:
        found = [
            one for one in records.of_job(connection, job) if not packet or one.label == packet
        ]
    if found and found[-1].state == "revoked":
        _refuse(found[-1])
    return next((one for one in reversed(found) if one.state == "valid"), None)


def standing(vault: Vault, job: str) -> str:
    """Return a word for which packets of a job count now: it changes whenever one of them does."""
    with vault.ledger.reading() as connection:
        found = [one for one in records.of_job(connection, job) if one.state == "valid"]
    told = " ".join(f"{one.label} {one.rev}" for one in found)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def file_of(vault: Vault, packet: Packet, *, pdf: bool = False) -> Path:
    """Return the stored bytes of a packet, checked; raises PacketRevoked, MissingObject, DamagedObject."""
    if packet.state == "revoked":
        _refuse(packet)
    return vault.objects.path(packet.pdf if pdf else packet.zip, packet.name)


def _refuse(packet: Packet) -> NoReturn:
    raise PacketRevoked(packet=packet.label, at=packet.ended_at[:16], why=packet.why)


def wanted(connection: Connection, text: str) -> Packet:
    """Return the packet people mean by ``PP-0007`` or ``PP-0007 2``; raises NoSuchPacket."""
    told = records.read(text)
    found = records.find(connection, *told) if told else None
    if found is None:
        raise NoSuchPacket(packet=text)
    return found


def _next(connection: Connection, job: str, why: str) -> tuple[int, int]:
    earlier = records.of_job(connection, job)
    if not earlier:
        return records.highest(connection) + 1, 1
    last = earlier[-1]
    if not why:
        raise PacketNeedsReason(job=job, packet=last.label)
    return last.number, last.rev + 1


def _told(
    vault: Vault, actor: Person, gathered: Gathered, number: int, rev: int, at: str, code: str
) -> dict[str, Any]:
    with vault.ledger.reading() as connection:
        job = job_records.job(connection, gathered.cover["Job"])
    assert job is not None  # noqa: S101 - gathered a moment ago, and no job is ever removed
    return {
        "packet": records.written(number), "rev": rev, "job": job.number, "number": job.item,
        "item_rev": job.rev, "title": gathered.cover["Title"], "qty": job.qty, "customer": job.customer,
        "order": job.order, "issued_at": at, "issued_by": actor.full_name or actor.name,
        "ask": f"{vault.settings.public_url.rstrip('/')}/p/{code.lower()}",
        "ledger": {"event": gathered.head[0], "hash": gathered.head[1]},
        "template": gathered.template, "complete": not gathered.left_out,
        "left_out": list(gathered.left_out),
        "findings": [one.as_json() | {"reason": gathered.said(one.reason)}
                     for one in gathered.findings],
    }  # fmt: skip


def _draw(
    vault: Vault, told: dict[str, Any], gathered: Gathered, pdf: Path, code: str
) -> tuple[int, list[str]]:
    label = f"{told['packet']}, revision {told['rev']}"
    cover = [*gathered.cover.items(), ("Issued", f"{told['issued_at'][:16].replace('T', ' ')} UTC"),
             ("Approved by", f"{told['issued_by']}, quality")]  # fmt: skip
    seq, digest = gathered.head
    facts = {
        "shop": vault.settings.shop_name or "Titleblock", "packet": label, "cover": cover,
        "title": f"Proof packet {label}", "foot": f"{label}, job {told['job']}, {told['ask']}",
        "qr": sheet.rows_of(codes.qr_address(vault.settings.public_url, "p", code)),
        "check": [
            "Is it still valid? Scan the code, or open the address below it.",
            told["ask"],
            f"The ledger of the shop stood at event {seq} with hash {digest[:32]}….",
            "verify.py in the ZIP checks every file without a network.",
        ],
        "sections": [one.as_json() for one in gathered.sections],
    }  # fmt: skip
    answer = worker.shared().call(
        "traveler.packet.draw:draw", limits=LIMITS, name=label, out=pdf, paper_name=vault.settings.paper,
        facts=facts,
    )  # fmt: skip
    return int(answer["pages"]), [str(title) for title, _page in answer["sections"]]


def _digests(digest: Digest, prefix: str) -> dict[str, Any]:
    return {f"{prefix}{name}": getattr(digest, name) for name in ("md5", "sha256", "size")}


def _commit(
    vault: Vault, actor: Person, gathered: Gathered, device: str, row: dict[str, Any]
) -> Packet:
    with vault.ledger.writing(actor.name, device) as writing:
        _still(writing, gathered, row)
        made = writing.insert(
            packet_table, **row, head_seq=gathered.head[0], head_hash=gathered.head[1],
            at=writing.at, person=writing.actor, device=writing.device,
        )  # fmt: skip
        writing.record(
            "packet.issued", job_records.subject(row["job"]),
            packet=records.written(row["number"]), rev=row["rev"], sha256=row["sha256"],
            pdf_sha256=row["pdf_sha256"], **({"why": row["reason"]} if row["reason"] else {}),
        )  # fmt: skip
        return wanted(writing.connection, f"{records.written(made['number'])} {made['rev']}")


def _still(writing: Writing, gathered: Gathered, row: dict[str, Any]) -> None:
    """Raise PacketOvertaken where the job or the numbers moved on while the packet was made."""
    newest = events.newest_of(writing.connection, job_records.subject(row["job"]))
    number, rev = _next(writing.connection, row["job"], row["reason"] or "first")
    if newest != gathered.moved or (number, rev) != (row["number"], row["rev"]):
        raise PacketOvertaken(job=row["job"])
