# SPDX-License-Identifier: AGPL-3.0-or-later
"""The orders of whoever signs in as a customer: theirs alone, and every look and download on record.

Whose they are is asked of the ledger at every step, in the transaction that writes the look down;
an order of somebody else is answered like one that never was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.engine import Connection

from traveler import job_records
from traveler.customer import attachments, facts, knowing, records, talk_records
from traveler.customer.errors import NoSuchOrder, NoSuchOrderPacket
from traveler.customer.knowing import Known
from traveler.customer.stage import Stage
from traveler.customer.tables import customer_look
from traveler.customer.talk_records import SHOP, Attachment, Message, Question
from traveler.job_records import Job
from traveler.packet import issuing
from traveler.packet.records import Packet
from traveler.shipping.records import Shipment
from vault import clock
from vault.home import Vault
from vault.ledger.engine import Writing
from vault.ledger.people import Person, require

VISIT: Final = timedelta(minutes=30)
"""Looks that follow each other within this time are one visit; news counts from the one before."""
PAGE: Final = 50
TOLD: Final = 5
"""So many messages about all orders stand above the list."""


@dataclass(frozen=True, slots=True)
class Order:
    """An order as its customer sees it: what was ordered, how far it is, what can be fetched.

    ``forecast`` is empty where no day may be told, ``honest`` the word about it; ``since`` is the
    last visit before this one, empty at the first.
    """

    job: str
    order: str
    customer: str
    item: str
    rev: str
    title: str
    qty: int
    due: str
    made: int
    stage: Stage
    forecast: str
    honest: str
    packets: tuple[Packet, ...]
    shipments: tuple[Shipment, ...]
    questions: tuple[Question, ...] = ()
    messages: tuple[Message, ...] = ()
    since: str = ""
    news: tuple[str, ...] = ()

    @property
    def waits(self) -> bool:
        """Say whether a question of the customer waits for the shop's answer."""
        return any(one.state == "open" for one in self.questions)


@dataclass(frozen=True, slots=True)
class Orders:
    """A page of orders: of which customers, and whether there are more."""

    customers: tuple[str, ...]
    rows: tuple[Order, ...]
    more: bool
    messages: tuple[Message, ...] = ()


def listing(
    vault: Vault, viewer: Person, device: str, *, ended: bool = False, words: str = "", skip: int = 0
) -> Orders:  # fmt: skip
    """Return the orders of whoever looks, and write the look down; raises RoleNeeded.

    A login that is tied to nobody gets an empty page that says so, and never everybody's orders.
    """
    require(viewer, "customer")
    with vault.ledger.writing(viewer.name, device) as writing:
        customers = records.customers_of(writing.connection, viewer.name)
        found = job_records.of_customers(
            writing.connection, customers, ended=ended, words=words, limit=PAGE + 1, offset=skip
        )
        told = talk_records.messages_to(writing.connection, customers)
        noted(writing, None, "list of orders")
    rows = seen(vault, found[:PAGE], viewer=viewer)
    return Orders(customers, tuple(rows), len(found) > PAGE, tuple(told[-TOLD:]))


def look(vault: Vault, viewer: Person, job: str, device: str) -> Order:
    """Return an order of whoever looks, and write the look down; raises RoleNeeded or NoSuchOrder."""
    require(viewer, "customer")
    with vault.ledger.writing(viewer.name, device) as writing:
        found = own(writing.connection, viewer, job)
        noted(writing, found.number, "order")
    return seen(vault, [found], viewer=viewer)[0]


def fetched(
    vault: Vault, viewer: Person, job: str, packet: str, device: str, *, pdf: bool
) -> tuple[Packet, Path]:
    """Return a valid packet of one's own order with its bytes, and write the download down.

    Raises RoleNeeded, NoSuchOrder, NoSuchOrderPacket, PacketRevoked, and what reading damaged bytes raises.
    """
    require(viewer, "customer")
    with vault.ledger.reading() as connection:
        own(connection, viewer, job)
    one = issuing.find_valid(vault, job, packet)
    if one is None:
        raise NoSuchOrderPacket(packet=packet)
    path = issuing.file_of(vault, one, pdf=pdf)
    with vault.ledger.writing(viewer.name, device) as writing:
        found = own(writing.connection, viewer, job)  # withdrawn a moment ago is withdrawn
        noted(writing, found.number, f"{one.label} {one.rev} {'pdf' if pdf else 'zip'}")
    return one, path


def attachment(
    vault: Vault, viewer: Person, job: str, file: int, device: str
) -> tuple[Attachment, Path]:
    """Return a file that was said something with on one's own order, and write the download down.

    Raises RoleNeeded, NoSuchOrder, NoSuchAttachment, and what reading damaged bytes raises.
    """
    require(viewer, "customer")
    with vault.ledger.writing(viewer.name, device) as writing:
        found = own(writing.connection, viewer, job)
        question, one = attachments.theirs(writing.connection, found, file)
        path = attachments.path(vault, one)
        noted(writing, found.number, f"{question.label} file {one.name}")
    return one, path


def standing(vault: Vault, viewer: Person, job: str) -> str:
    """Return a word that changes when a packet of one's own order begins or ends to count."""
    require(viewer, "customer")
    with vault.ledger.reading() as connection:
        found = own(connection, viewer, job)
    return issuing.standing(vault, found.number)


def own(connection: Connection, viewer: Person, number: str) -> Job:
    """Return a job that is an order of somebody tied to its customer; raises NoSuchOrder."""
    job = job_records.job(connection, number)
    theirs = records.customers_of(connection, viewer.name)
    if job is None or job.parent or not job.customer or job.customer not in theirs:
        raise NoSuchOrder(job=number)
    return job


def seen(
    vault: Vault, jobs: Sequence[Job], *, viewer: Person | None = None, dates: bool | None = None
) -> list[Order]:
    """Return the outside of orders: for whoever signed in, or behind a link that allows dates or not.

    News are told to somebody who was here before, so not at a link, which nobody owns.
    """
    known = knowing.known(vault, jobs)
    last = _visits(vault, viewer, list(known)) if viewer else {}
    with vault.ledger.reading() as connection:
        asked = talk_records.questions_of(connection, list(known))
        told = talk_records.messages_to(
            connection, sorted({one.customer for one in jobs}), list(known)
        )
    return [
        _order(
            one, one.rules.forecast if dates is None else dates, last.get(number, ""),
            tuple(q for q in asked[number] if q.customer == one.job.customer),
            tuple(m for m in told if (m.job, m.customer) == (number, one.job.customer)),
        )
        for number, one in known.items()
    ]  # fmt: skip


def _order(
    known: Known, dates: bool, since: str, questions: tuple[Question, ...],
    messages: tuple[Message, ...],
) -> Order:  # fmt: skip
    job = known.job
    forecast, honest = known.forecast(allowed=dates)
    return Order(
        job.number, job.order, job.customer, job.item, job.rev, job.title, job.qty, job.due,
        known.made, known.stage, forecast, honest, known.packets, known.shipments, questions,
        messages, since, _news(known, since, questions, messages) if since else (),
    )  # fmt: skip


def _news(
    known: Known, since: str, questions: Sequence[Question], messages: Sequence[Message]
) -> tuple[str, ...]:
    found = [(one.at, one.words) for one in facts.happened(known, since)]
    found += [(one.at, "There is a message for you.") for one in messages if one.at >= since]
    found += [
        (said.at, f"{one.label} was answered.")
        for one in questions for said in one.entries if said.side == SHOP and said.at >= since
    ]  # fmt: skip
    return tuple(dict.fromkeys(words for _at, words in sorted(found)))


def _visits(vault: Vault, viewer: Person, jobs: Sequence[str]) -> dict[str, str]:
    before = clock.text(clock.moment(clock.now()) - VISIT)
    with vault.ledger.reading() as connection:
        return records.last_looks(connection, viewer.name, jobs, before)


def noted(writing: Writing, job: str | None, what: str) -> None:
    """Write down what somebody signed in as a customer looked at, fetched or did."""
    writing.insert(customer_look, login=writing.actor, job=job, what=what, at=writing.at,
                   device=writing.device)  # fmt: skip
    told = {"job": job} if job else {}
    writing.record("customer.looked", f"person/{writing.actor}", what=what, **told)
