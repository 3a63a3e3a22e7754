# SPDX-License-Identifier: AGPL-3.0-or-later
"""Links to customers: one order each, expiring, perhaps with a passcode, withdrawn at once.

The code in the link is 130 random bits, kept as a hash.  Opening is an act and written down, as is
every wrong passcode and every download; the page behind the bare link says nothing yet.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.engine import Connection

from traveler import job_records
from traveler.customer import attachments, questions, receipts, records
from traveler.customer.errors import (
    BadPasscode,
    BadShareLife,
    NoPacketYet,
    NoSuchShare,
    NoSuchShareNumber,
    PasscodeFirst,
    PasscodeLocked,
    ShareEnded,
    WrongPasscode,
)
from traveler.customer.orders import Order, seen
from traveler.customer.records import Share
from traveler.customer.tables import share as share_table
from traveler.customer.tables import share_look
from traveler.customer.talk_records import Attachment, Question
from traveler.job_records import Job
from traveler.packet import issuing
from traveler.packet.records import Packet
from traveler.shipping.records import Shipment
from traveler.words import line
from vault import clock, codes
from vault.errors import BadCode
from vault.home import Vault
from vault.ledger import attempts, passwords
from vault.ledger.engine import Writing
from vault.ledger.people import Person, require

MAKERS: Final = ("planner", "quality")
DAYS: Final = 90
LONGEST: Final = 730
LIMIT: Final = attempts.Limit(tries=5, minutes=15)
NOBODY: Final = "customer"
"""Who acts where a link is used: whoever holds it."""


def make(
    vault: Vault,
    actor: Person,
    job: str,
    *,
    days: int = DAYS,
    passcode: str = "",
    dates: bool = False,
    whom: str = "",
) -> tuple[Share, str]:
    """Make a link to a job and return it with its address, which is shown this once.

    ``dates`` lets it show when the order is expected to be done.  Raises RoleNeeded, NoSuchJob,
    BadShareLife, BadPasscode or BadWords.
    """
    require(actor, *MAKERS)
    if not 1 <= days <= LONGEST:
        raise BadShareLife(days=days)
    if passcode and not 6 <= len(passcode) <= 60:
        raise BadPasscode
    whom = line("recipient", whom, 120)
    code = codes.new_code()
    with vault.ledger.writing(actor.name) as writing:
        found = job_records.known(writing.connection, job)
        row = writing.insert(
            share_table, hash=codes.hashed(code), job=found.number, dates=int(dates), whom=whom,
            passcode_hash=passwords.hash_passcode(passcode) if passcode else None,
            expires_at=clock.text(clock.moment(writing.at) + timedelta(days=days)),
            at=writing.at, person=writing.actor,
        )  # fmt: skip
        writing.record("share.made", job_records.subject(found.number), share=row["id"], whom=whom,
                       days=days, passcode=bool(passcode))  # fmt: skip
        made = _known(writing.connection, int(row["id"]))
    return made, f"{vault.settings.public_url.rstrip('/')}/s/{code.lower()}"


def withdraw(vault: Vault, actor: Person, share: int) -> Share:
    """Make a link useless at once; raises RoleNeeded, NoSuchShareNumber or ShareEnded."""
    require(actor, *MAKERS)
    with vault.ledger.writing(actor.name) as writing:
        found = _known(writing.connection, share)
        if found.revoked_at is not None:
            raise ShareEnded(share=share)
        writing.update(share_table, share, revoked_at=writing.at)
        writing.record("share.withdrawn", job_records.subject(found.job), share=share)
        return _known(writing.connection, share)


def listing(vault: Vault, job: str) -> list[tuple[Share, list[records.Look]]]:
    """Return the links to a job with every use of each, the newest first."""
    with vault.ledger.reading() as connection:
        return [(one, records.looks(connection, one.id)) for one in records.of_job(connection, job)]


def look(vault: Vault, code: str) -> Share:
    """Return the live link of a code, which shows nothing yet; raises NoSuchShare."""
    with vault.ledger.reading() as connection:
        return _live(connection, code)


def ticket(share: Share, code: str) -> str:
    """Return what an opened page shows when it asks again: nobody makes it without the passcode.

    It is made of the hash of the passcode, which never leaves the ledger, so that a page asks every
    few seconds without a passcode being tried each time.  Empty where the link has none.
    """
    if share.passcode_hash is None:
        return ""
    key = share.passcode_hash.encode()
    return hmac.new(key, code.casefold().encode(), hashlib.sha256).hexdigest()


def standing(vault: Vault, code: str, seen: str) -> str:
    """Return a word that changes when a packet of a link's order begins or ends to count.

    ``seen`` is the ticket of the opened page: when a packet was issued, replaced or withdrawn is news
    of the order, and a bare link tells none.  Raises NoSuchShare or PasscodeFirst.
    """
    share = look(vault, code)
    if not hmac.compare_digest(ticket(share, code).encode(), seen.encode()):
        raise PasscodeFirst
    return issuing.standing(vault, share.job)


def opened(vault: Vault, code: str, passcode: str, device: str) -> Order:
    """Open a link and write that down; raises NoSuchShare, WrongPasscode or PasscodeLocked."""
    share = _passed(vault, code, passcode, device)
    job = _written(vault, code, share, "opened", device)
    return seen(vault, [job], dates=share.dates)[0]


def asked(
    vault: Vault, code: str, passcode: str, device: str, words: str, *, question: int = 0,
    corrects: int = 0, key: str = "", files: Mapping[str, Path] | None = None,
) -> Question:  # fmt: skip
    """Ask something through a link, or say more on a question; written down like every use.

    Raises what ``opened`` does, BadWords, NoSuchQuestion, NotYourWords or TooManyQuestions.
    """
    share = _passed(vault, code, passcode, device)
    with vault.ledger.reading() as connection:
        about = job_records.known(connection, share.job)
    kept = questions.kept_for(vault, about, files)
    with vault.ledger.writing(NOBODY, device) as writing:
        _live(writing.connection, code)
        job = job_records.known(writing.connection, share.job)
        if question:
            made = questions.added(writing, job, question, words, share=share.id,
                                   corrects=corrects, key=key, files=kept)  # fmt: skip
        else:
            made = questions.asked(writing, job, words, share=share.id, key=key, files=kept)
        _noted(writing, share, f"asked {made.label}")
        return made


def attachment(
    vault: Vault, code: str, passcode: str, device: str, file: int
) -> tuple[Attachment, Path]:
    """Return a file that was said something with on a link's order, and write the download down.

    Raises what ``opened`` does, NoSuchAttachment, and what reading damaged bytes raises.
    """
    share = _passed(vault, code, passcode, device)
    with vault.ledger.writing(NOBODY, device) as writing:
        _live(writing.connection, code)
        job = job_records.known(writing.connection, share.job)
        question, one = attachments.theirs(writing.connection, job, file)
        path = attachments.path(vault, one)
        _noted(writing, share, f"{question.label} file {one.name}")
    return one, path


def confirmed(
    vault: Vault, code: str, passcode: str, device: str, shipment: str, by: str, wrong: str = ""
) -> Shipment:
    """Confirm through a link that a shipment of its order arrived; written down like every use.

    Raises what ``opened`` does, and what ``receipts.confirm`` does.
    """
    share = _passed(vault, code, passcode, device)
    with vault.ledger.writing(NOBODY, device) as writing:
        _live(writing.connection, code)
        job = job_records.known(writing.connection, share.job)
        made = receipts.confirmed(vault, writing, job, shipment, by, wrong, share=share.id)
        _noted(writing, share, f"confirmed {made.number}")
        return made


def fetched(
    vault: Vault, code: str, passcode: str, device: str, *, pdf: bool
) -> tuple[Packet, Path]:
    """Return the valid packet of a link's order with its bytes, and write the download down.

    Raises what ``opened`` does, NoPacketYet, PacketRevoked, and what reading damaged bytes raises.
    """
    share = _passed(vault, code, passcode, device)
    one = issuing.find_valid(vault, share.job)
    if one is None:
        raise NoPacketYet
    path = issuing.file_of(vault, one, pdf=pdf)
    _written(vault, code, share, f"{one.label} {one.rev} {'pdf' if pdf else 'zip'}", device)
    return one, path


def _passed(vault: Vault, code: str, passcode: str, device: str) -> Share:
    share = look(vault, code)
    if share.passcode_hash is None:
        return share
    key = f"share/{share.id}"
    counted = attempts.count(vault.ledger, key, LIMIT)
    if counted.locked_minutes:
        raise PasscodeLocked(minutes=counted.locked_minutes)
    if not passwords.matches(share.passcode_hash, passcode):
        _written(vault, code, share, "wrong passcode", device)
        raise WrongPasscode(left=counted.left)
    attempts.forgive(vault.ledger, key)
    return share


def _written(vault: Vault, code: str, share: Share, what: str, device: str) -> Job:
    with vault.ledger.writing(NOBODY, device) as writing:
        _live(writing.connection, code)  # withdrawn a moment ago is withdrawn
        _noted(writing, share, what)
        return job_records.known(writing.connection, share.job)


def _noted(writing: Writing, share: Share, what: str) -> None:
    writing.insert(share_look, share=share.id, what=what, at=writing.at, device=writing.device)
    writing.record("share.used", f"share/{share.id}", what=what, job=share.job)


def _live(connection: Connection, code: str) -> Share:
    try:
        found = records.by_hash(connection, codes.hashed(code))
    except BadCode:
        found = None
    if found is None or found.state != "live":
        raise NoSuchShare
    return found


def _known(connection: Connection, number: int) -> Share:
    found = records.by_id(connection, number)
    if found is None:
        raise NoSuchShareNumber(share=number)
    return found
