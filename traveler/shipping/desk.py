# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verbs of shipping: pack, attach photos, ship, receive, cancel, certify.

Nothing leaves while a nonconformance is open, while proof is owed before shipping, or while the
job's revision may not be worked from; certificate and shipment pass the same gate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from sqlalchemy.engine import Connection

from release import rulebook
from release.log import ReleaseLog
from traveler import clearing, job_records, operation_records, series, words
from traveler import ground as grounds
from traveler.errors import NoReason
from traveler.job_records import Job, subject
from traveler.nonconformance import views as nc_views
from traveler.operation_records import Operation
from traveler.quality import evidence, proof, taking
from traveler.shipping import certifying, records, rules, tables
from traveler.shipping.errors import (
    CarrierMissing,
    ConfirmedAlready,
    NoSuchCertificate,
    NoSuchShipment,
    NotSoMany,
    ReceiverMissing,
    RevisionMayNotLeave,
    ShipmentCannot,
    ShippingOwesProof,
    UpdateNeedsReason,
)
from traveler.shipping.records import Certificate, Entry, Shipment
from traveler.shipping.rules import Facts
from vault import canonical
from vault.errors import Refusal
from vault.home import Vault
from vault.ledger import idempotency, people
from vault.ledger.engine import Writing
from vault.ledger.people import Person, require

SHIPPERS: Final = ("planner", "quality", "operator")
_LONGEST: Final = {"to": 300, "carrier": 80, "tracking": 80, "boxes": 80, "pieces": 200}


@dataclass(frozen=True, slots=True)
class Leaving:
    """What a job has to ship: finished, still to be packed, and why it may not leave, if so."""

    job: Job
    finished: int
    left: int
    refusal: str
    shipments: tuple[Shipment, ...]
    certificates: tuple[Certificate, ...]


def look(vault: Vault, number: str) -> Leaving:
    """Return what a job has to ship and what has left; raises NoSuchJob."""
    with vault.ledger.reading() as connection:
        job, operations = _job(connection, number)
        sent = records.shipments(connection, job.number)
        out = [one.facts.qty for one in sent if one.state in rules.OUT]
        why = gate(vault, connection, job, operations, f"Job {job.number}")
        return Leaving(
            job, rules.finished(job, operations), rules.left(job, operations, out),
            str(why) if why else "", tuple(sent),
            tuple(records.certificates(connection, job.number)),
        )  # fmt: skip


def pack(
    vault: Vault, actor: Person, number: str, qty: int, *, device: str = "",
    idempotency_key: str = "", **told: str,
) -> Shipment:  # fmt: skip
    """Pack pieces of a job: all of them, or a part; raises NotSoMany, NoSuchJob, BadQuantity."""
    require(actor, *SHIPPERS)
    request = {"act": "pack", "job": number, "qty": qty}
    facts = _told(Facts(words.pieces(qty, least=1)), told)
    with vault.ledger.writing(actor.name, device) as writing:
        if earlier := idempotency.earlier(writing, idempotency_key, request):
            return known(writing.connection, series.SHIPMENT.name(earlier["shipment"]))
        job, operations = _job(writing.connection, number)
        _enough(writing.connection, job, operations, facts.qty)
        facts = replace(facts, packed_by=writing.actor, packed_at=writing.at,
                        to=facts.to or job.customer)  # fmt: skip
        row = writing.insert(tables.shipment, job=job.number, qty=facts.qty, state="packed",
                             entries=1)  # fmt: skip
        made = Shipment(row["id"], job.number, "packed", 1, writing.at, writing.actor, facts)
        _enter(writing, made, "pack", "")
        idempotency.keep(writing, idempotency_key, request, {"shipment": made.id})
    return made


def correct(vault: Vault, actor: Person, number: str, why: str, **told: str) -> Shipment:
    """Correct where to, carrier, tracking, boxes or pieces; what was said before stays."""
    require(actor, *SHIPPERS)
    reason = words.reason_for("correction", why)
    with vault.ledger.writing(actor.name) as writing:
        before = known(writing.connection, number)
        return _act(writing, before, "correct", reason, _told(before.facts, told))


def attach(
    vault: Vault, actor: Person, number: str, files: Mapping[str, Path], said: str = "", *,
    device: str = "",
) -> Shipment:  # fmt: skip
    """Keep photos of the packing, or the receipt as photo or PDF, with a shipment and its job.

    Raises FileNotTaken, and nothing is kept then.
    """
    require(actor, *SHIPPERS)
    with vault.ledger.reading() as connection:
        before = known(connection, number)
        _allowed(before, "attach")
    told = f"{before.number}: {said}" if said else f"{before.number}: packing"
    pictures = {name: path for name, path in files.items() if taking.is_picture(name, path)}
    papers = {name: path for name, path in files.items() if name not in pictures}
    kept = []
    for kind, given in (("photo", pictures), ("document", papers)):  # a photo may still be damaged
        if given or (kind == "photo" and not papers):
            wanted = evidence.Wanted(kind, before.job, words=told)
            kept += evidence.add(vault, actor, wanted, given, device=device)
    with vault.ledger.writing(actor.name, device) as writing:
        before = known(writing.connection, number)
        photos = (*before.facts.photos, *(one.root for one in kept))
        return _act(writing, before, "attach", said, replace(before.facts, photos=photos))


def ship(
    vault: Vault, actor: Person, number: str, *, carrier: str = "", tracking: str = "",
    device: str = "",
) -> Shipment:  # fmt: skip
    """Let a shipment leave.

    Raises NonconformanceOpen, ShippingOwesProof, RevisionMayNotLeave, CarrierMissing or
    ShipmentCannot.
    """
    require(actor, *SHIPPERS)
    with vault.ledger.writing(actor.name, device) as writing:
        before = known(writing.connection, number)
        _allowed(before, "ship")
        told = {"carrier": carrier, "tracking": tracking}
        facts = _told(before.facts, {key: one for key, one in told.items() if one})
        if not facts.carrier:
            raise CarrierMissing(number=before.number)
        job, operations = _job(writing.connection, before.job)
        if why := gate(vault, writing.connection, job, operations, before.number):
            raise why
        facts = replace(facts, shipped_by=writing.actor, shipped_at=writing.at)
        gone = _act(writing, before, "ship", "", facts)
        states = [(one.state, one.facts.qty) for one in
                  records.shipments(writing.connection, job.number)]  # fmt: skip
        clearing.left(writing, job.number, gone.number,
                      whole=rules.all_left(job, operations, states))  # fmt: skip
        return gone


def receive(
    vault: Vault, actor: Person, number: str, by: str, on: str = "", said: str = ""
) -> Shipment:
    """Write down who took a shipment at the other end, and on which day."""
    require(actor, *SHIPPERS)
    day = words.day(on) if on else words.today(vault.settings.time_zone)
    taker = words.line("receiver", by, 120)
    if not taker:
        raise NoReason(what="receipt")
    with vault.ledger.writing(actor.name) as writing:
        before = known(writing.connection, number)
        facts = replace(before.facts, received_by=taker, received_on=day)
        return _act(writing, before, "receive", words.line("remark", said, 500), facts)


def confirm(writing: Writing, job: Job, number: str, by: str, said: str, today: str) -> Shipment:
    """Write down the customer's own word that a shipment arrived, once, inside a transaction.

    It must have seen whose order ``job`` is.  Raises NoSuchShipment for one of another job,
    ReceiverMissing, ConfirmedAlready or ShipmentCannot.
    """
    before = known(writing.connection, number)
    if before.job != job.number:
        raise NoSuchShipment(number=number)
    facts = before.facts
    if facts.confirmed_by:
        raise ConfirmedAlready(number=before.number, by=facts.confirmed_by,
                               day=facts.confirmed_at[:10])  # fmt: skip
    taker = words.line("receiver", by, 120)
    if not taker:
        raise ReceiverMissing(number=before.number)
    facts = replace(
        facts, confirmed_by=taker, confirmed_at=writing.at,
        received_by=facts.received_by or taker, received_on=facts.received_on or today,
    )  # fmt: skip
    return _act(writing, before, "confirm", said, facts)


def cancel(vault: Vault, actor: Person, number: str, why: str) -> Shipment:
    """Unpack what has not left, with the reason; its pieces are there again."""
    require(actor, *SHIPPERS)
    reason = words.reason_for("cancelled shipment", why)
    with vault.ledger.writing(actor.name) as writing:
        before = known(writing.connection, number)
        gone = _act(writing, before, "cancel", reason, before.facts)
        clearing.unpacked(writing, gone.job, gone.number)
        return gone


def certify(
    vault: Vault, actor: Person, number: str, password: str, *, remarks: str = "",
    shelf_life: str = "", why: str = "",
) -> Certificate:  # fmt: skip
    """Sign the certificate of conformance of a shipment, with the password again.

    A second one replaces the first and says why.  Raises RoleNeeded, WrongPassword,
    UpdateNeedsReason, and what the gate of shipping refuses.
    """
    require(actor, *rulebook.current(vault).quality.may_certify)
    people.check_password(vault.ledger, actor.name, password)
    given = {"remarks": words.line("remarks", remarks, 500),
             "shelf_life": words.line("shelf life", shelf_life, 120),
             "why": words.line("reason", why, 300)}  # fmt: skip
    with vault.ledger.writing(actor.name) as writing:
        sent = known(writing.connection, number)
        if sent.state not in rules.OUT:
            raise ShipmentCannot(number=sent.number, state=sent.state, act="certify")
        job, operations = _job(writing.connection, sent.job)
        if refusal := gate(vault, writing.connection, job, operations, sent.number):
            raise refusal
        earlier = next((one for one in records.certificates(writing.connection, shipment_id=sent.id)
                        if one.replaced is None), None)  # fmt: skip
        if earlier is not None and not given["why"]:
            raise UpdateNeedsReason(number=sent.number, earlier=earlier.number)
        row = writing.insert(
            tables.certificate, job=job.number, shipment=sent.id,
            replaces=earlier.id if earlier else None, at=writing.at, person=writing.actor,
            fields="{}",
        )  # fmt: skip
        fields = certifying.fields(
            vault, writing.connection, job, sent, actor, series.CERTIFICATE.name(row["id"]),
            writing.at, given,
        )  # fmt: skip
        writing.update(tables.certificate, row["id"], fields=canonical.dumps(fields).decode())
        writing.record("certificate.signed", subject(job.number), shipment=sent.number,
                       certificate=series.CERTIFICATE.name(row["id"]), why=given["why"])  # fmt: skip
        return next(one for one in records.certificates(writing.connection, shipment_id=sent.id)
                    if one.id == row["id"])  # fmt: skip


def show(vault: Vault, number: str) -> tuple[Shipment, list[Entry], list[Certificate]]:
    """Return a shipment with all that was done with it; raises NoSuchShipment."""
    with vault.ledger.reading() as connection:
        one = known(connection, number)
        found = records.certificates(connection, shipment_id=one.id)
        return one, records.entries(connection, one.id), found


def certificate(vault: Vault, number: str) -> Certificate:
    """Return a certificate by ``CC-0001``; raises NoSuchCertificate."""
    which = series.CERTIFICATE.number(number)
    with vault.ledger.reading() as connection:
        found = [one for one in records.certificates(connection) if one.id == which]
    if not found:
        raise NoSuchCertificate(number=number)
    return found[0]


def known(connection: Connection, number: str) -> Shipment:
    """Return a shipment by ``SH-0001``; raises NoSuchShipment."""
    which = series.SHIPMENT.number(number)
    found = records.shipment(connection, which) if which is not None else None
    if found is None:
        raise NoSuchShipment(number=number)
    return found


def gate(
    vault: Vault, connection: Connection, job: Job, operations: list[Operation], what: str
) -> Refusal | None:
    """Return why nothing of a job may leave or be certified now, or None where it may."""
    day = words.today(vault.settings.time_zone)
    stand = grounds.ground(ReleaseLog(vault), connection, job, operations, day)
    if not stand.workable:
        return RevisionMayNotLeave(number=job.item, rev=job.rev, standing=stand.standing.state,
                                   job=job.number)  # fmt: skip
    for part in stand.overtaken:
        return RevisionMayNotLeave(number=part.item.item, rev=part.item.rev,
                                   standing=part.standing.state, job=job.number)  # fmt: skip
    if open_one := nc_views.refusal(connection, job.number, what):
        return open_one
    if owed := stand.proof.owed(proof.SHIPPING):
        return ShippingOwesProof(what=what, owed=proof.told(owed), job=job.number)
    return None


# --- inside -----------------------------------------------------------------


def _enough(connection: Connection, job: Job, operations: list[Operation], qty: int) -> None:
    sent = records.shipments(connection, job.number)
    out = [one.facts.qty for one in sent if one.state in rules.OUT]
    there = rules.left(job, operations, out)
    if qty > there:
        raise NotSoMany(left=there, job=job.number, qty=qty)


def _told(facts: Facts, told: Mapping[str, str]) -> Facts:
    tidy: dict[str, Any] = {
        name: words.line(name, value, _LONGEST[name]) for name, value in told.items()
    }
    return replace(facts, **tidy)


def _allowed(before: Shipment, deed: str) -> str:
    after = rules.SHIPMENT.get((before.state, deed))
    if after is None:
        raise ShipmentCannot(number=before.number, state=before.state, act=deed)
    return after


def _act(writing: Writing, before: Shipment, deed: str, said: str, facts: Facts) -> Shipment:
    now = replace(before, state=_allowed(before, deed), entries=before.entries + 1, facts=facts,
                  changed_at=writing.at, changed_by=writing.actor)  # fmt: skip
    writing.update(tables.shipment, now.id, state=now.state, entries=now.entries)
    _enter(writing, now, deed, said)
    return now


def _enter(writing: Writing, now: Shipment, deed: str, said: str) -> None:
    facts = {key: one for key, one in asdict(now.facts).items() if one not in ("", ())}
    writing.insert(
        tables.shipment_entry, shipment=now.id, number=now.entries, at=writing.at,
        person=writing.actor, device=writing.device, act=deed, words=said, state=now.state,
        facts=canonical.dumps(facts).decode(),
    )  # fmt: skip
    told = {"words": said} if said else {}
    writing.record(f"shipment.{deed}", subject(now.job), shipment=now.number, qty=now.facts.qty,
                   carrier=now.facts.carrier, tracking=now.facts.tracking, **told)  # fmt: skip


def _job(connection: Connection, number: str) -> tuple[Job, list[Operation]]:
    job = job_records.known(connection, number)
    return job, operation_records.operations(connection, job.number)
