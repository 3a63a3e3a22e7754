# SPDX-License-Identifier: AGPL-3.0-or-later
"""Messages to customers: drafted from what the ledger knows, edited and sent by a person.

The draft says only what happened since they were last told and how it stands, sentence by sentence
with its source.  What is kept is the text as it was sent, by whom and when, and the facts at that
moment.  What changed while somebody wrote is shown before it is sent.  Nothing is mailed:
the text appears on the customer's page, and can be copied into whatever the shop writes letters with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.engine import Connection

from release import rulebook
from traveler import job_records
from traveler.customer import facts, knowing, records, talk_records
from traveler.customer.errors import (
    DraftOvertaken,
    MessageCorrected,
    NobodyToTell,
    NoCustomerNamed,
    NoSuchMessage,
)
from traveler.customer.facts import Fact
from traveler.customer.knowing import Known
from traveler.customer.tables import customer_message
from traveler.customer.talk_records import Message
from traveler.customer.wording import pieces
from traveler.job_records import Job
from traveler.words import line, lines
from vault import canonical
from vault.home import Vault
from vault.ledger import idempotency, people
from vault.ledger.people import Person, require

LONGEST: Final = 20_000
MOST: Final = 200
"""So many open orders of a customer are told of in one draft."""
READERS: Final = ("engineer", "approver", "planner", "quality")


@dataclass(frozen=True, slots=True)
class Draft:
    """What may be said to a customer now: the facts, and a text made of them to begin with.

    ``mark`` is the facts' digest, ``since`` when they were last told, ``to`` the addresses of those
    who sign in for them.
    """

    customer: str
    job: str
    order: str
    since: str
    facts: tuple[Fact, ...]
    text: str
    mark: str
    to: tuple[str, ...]


def draft(vault: Vault, actor: Person, *, job: str = "", customer: str = "") -> Draft:
    """Return a draft about one order, or about all orders of a customer that are under way.

    Raises RoleNeeded, NoSuchJob, NobodyToTell for a job without a customer, or NoCustomerNamed.
    """
    require(actor, *READERS)
    name, jobs = _about(vault, job, customer)
    known = knowing.known(vault, jobs)
    with vault.ledger.reading() as connection:
        told = talk_records.last_told(connection, name, list(known))
        tied = [one.login for one in records.ties(connection, customer=name)]
    last = {number: [told[name] for name in (number, "") if name in told] for number in known}
    since = {number: max((one.at for one in all_), default="") for number, all_ in last.items()}
    found = {number: _facts(one, last[number], since[number]) for number, one in known.items()}
    said = tuple(fact for one in found.values() for fact in one)
    everybody = {one.name: one for one in people.everybody(vault.ledger)}
    to = tuple(everybody[one].email for one in tied if one in everybody and everybody[one].email)
    one = jobs[0] if job else None
    return Draft(
        name, one.number if one else "", one.order if one else "", max(since.values(), default=""), said,
        _text(vault, actor, [(known[number], said) for number, said in found.items()]),
        facts.mark(said), to,
    )  # fmt: skip


def send(
    vault: Vault, actor: Person, words: str, *, job: str = "", customer: str = "", mark: str = "",
    corrects: int = 0, device: str = "", key: str = "",
) -> Message:  # fmt: skip
    """Tell a customer something and keep it word for word, with the facts as they stand now.

    ``mark`` is the draft's, so that facts which changed meanwhile are seen first.  Raises RoleNeeded,
    BadWords, DraftOvertaken, NoSuchMessage or MessageCorrected besides what ``draft`` does.
    """
    require(actor, *rulebook.current(vault).customer.may_answer)
    said = lines("message", words, LONGEST)
    now = draft(vault, actor, job=job, customer=customer)
    request = {"act": "tell", "job": now.job, "customer": now.customer, "words": said}
    with vault.ledger.writing(actor.name, device) as writing:
        if earlier := idempotency.earlier(writing, key, request):
            return _known(talk_records.message(writing.connection, int(earlier["message"])), 0)
        if mark and mark != now.mark:
            raise DraftOvertaken
        if now.job:
            _still(writing.connection, now)
        if corrects:
            old = _known(talk_records.message(writing.connection, corrects), corrects)
            if (old.job, old.customer) != (now.job, now.customer):
                raise NoSuchMessage(message=corrects)
            if old.replaced:
                raise MessageCorrected(message=corrects, newer=old.replaced)
        row = writing.insert(
            customer_message, job=now.job or None, customer=now.customer, words=said,
            facts=canonical.dumps([one.as_json() for one in now.facts]).decode(),
            corrects=corrects or None, at=writing.at, person=writing.actor, device=writing.device,
        )  # fmt: skip
        writing.record("message.sent", f"message/{row['id']}", job=now.job, customer=now.customer,
                       words=said, corrects=corrects)  # fmt: skip
        idempotency.keep(writing, key, request, {"message": row["id"]})
        return _known(talk_records.message(writing.connection, int(row["id"])), 0)


def told(vault: Vault, actor: Person, *, job: str = "", customer: str = "") -> list[Message]:
    """Return what a customer was told, of a job or of all their orders, the newest first."""
    require(actor, *READERS)
    with vault.ledger.reading() as connection:
        if job:
            found = job_records.known(connection, job)
            return talk_records.messages_to(connection, [found.customer], [found.number])[::-1]
        return talk_records.messages_to(connection, [customer])[::-1]


def _still(connection: Connection, now: Draft) -> None:
    """Raise DraftOvertaken where the job went to another customer a moment ago."""
    if job_records.known(connection, now.job).customer != now.customer:
        raise DraftOvertaken


def _about(vault: Vault, job: str, customer: str) -> tuple[str, list[Job]]:
    with vault.ledger.reading() as connection:
        if job:
            found = job_records.known(connection, job)
            if not found.customer or found.parent:
                raise NobodyToTell(job=found.number)
            return found.customer, [found]
        name = line("customer", customer, 80)
        if not name:
            raise NoCustomerNamed
        return name, job_records.of_customers(connection, [name], ended=False, limit=MOST)


def _facts(known: Known, last: Sequence[Message], since: str) -> list[Fact]:
    told = {(one["kind"], one["where"], one["at"]) for message in last for one in message.facts
            if one["job"] == known.job.number}  # fmt: skip
    news = (one for one in facts.happened(known, since)
            if (one.kind, one.where, one.at) not in told)  # fmt: skip
    return [*news, *facts.standing(known, dates=known.rules.forecast)]


def _text(vault: Vault, actor: Person, about: Sequence[tuple[Known, Sequence[Fact]]]) -> str:
    shop = vault.settings.shop_name or "Titleblock"
    parts = ["Hello,"]
    for known, said in about:
        job = known.job
        order = f"Your order {job.order}" if job.order else f"Our job {job.number}"
        head = f"{order}, {job.title}, {pieces(job.qty)}:"
        parts.append("\n".join([head, *(f"- {one.words}" for one in said)]))
    if not about:
        parts.append("No order of yours is under way.")
    return "\n\n".join([*parts, f"{actor.shown}\n{shop}"])


def _known(found: Message | None, number: int) -> Message:
    if found is None:
        raise NoSuchMessage(message=number)
    return found
