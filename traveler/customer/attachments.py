# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that go with a question or an answer: kept as they came, handed out only harmless.

What somebody sent stays in the store unchanged, with its sha256.  What the other side gets is a
copy that neither acts by itself nor knows where a picture was taken; where a file needs no change,
the copy is the file.  What leaves the shop names no other customer and carries no hidden words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy.engine import Connection

from traveler.customer import talk_records
from traveler.customer.errors import (
    AttachmentNotTaken,
    NoSuchAttachment,
    TooManyAttachments,
    TooMuchAttached,
)
from traveler.customer.tables import question_file
from traveler.customer.talk_records import Attachment, Question
from traveler.job_records import Job
from traveler.packet import enclosing, redaction
from traveler.packet import records as packet_records
from traveler.packet.redaction import Redaction
from traveler.quality import taking
from traveler.quality.errors import FileNotTaken
from traveler.quality.evidence_records import EvidenceFile
from vault.errors import UnreadableFile, WorkerGaveUp
from vault.home import Vault
from vault.ledger.engine import Writing
from vault.objects.store import Digest

MOST: Final = 5
"""Files with one question or answer."""
LARGEST: Final = 25_000_000
"""Bytes of one of them."""
A_DAY: Final = 200_000_000
"""So many bytes may the customer's side send on one order within a day."""


@dataclass(frozen=True, slots=True)
class Given:
    """A file that is in the store and not on record yet: as it came, and as the other side gets it."""

    name: str
    media: str
    given: Digest
    sent: Digest


def from_customer(vault: Vault, files: Mapping[str, Path]) -> list[Given]:
    """Keep what a customer sends; raises AttachmentNotTaken or TooManyAttachments."""
    return _kept(vault, files, Redaction(), outward=False)


def from_shop(vault: Vault, job: Job, files: Mapping[str, Path]) -> list[Given]:
    """Keep what the shop sends to a customer; refuses also what names another one or hides words."""
    with vault.ledger.reading() as connection:
        others = packet_records.other_customers(connection, job.customer)
    own = frozenset({job.customer} if job.customer else ())
    firm = {one: redaction.OTHER for one in others if len(one.strip()) >= redaction.SHORTEST}
    return _kept(vault, files, Redaction(firm, {}, own), outward=True)


def note(writing: Writing, question: int, entry: int, files: Sequence[Given]) -> list[str]:
    """Put files on record with something that was said; returns their sha256, for the event."""
    for one in files:
        writing.insert(
            question_file, question=question, entry=entry, name=one.name, media=one.media,
            **_columns("given", one.given), **_columns("sent", one.sent),
        )  # fmt: skip
    return [one.given.sha256 for one in files]


def not_too_much(connection: Connection, job: Job, size: int, since: str) -> None:
    """Raise TooMuchAttached where the customer's side sends too many bytes within a day."""
    if size and talk_records.sent_since(connection, job.number, since) + size > A_DAY:
        raise TooMuchAttached(most=A_DAY // 1_000_000)


def theirs(connection: Connection, job: Job, number: int) -> tuple[Question, Attachment]:
    """Return a file on an order, asked or answered for the customer the job has now.

    Raises NoSuchAttachment for one of another order or of an earlier customer, as for none at all.
    """
    found = talk_records.question_with(connection, number)
    if found is None or (found.job, found.customer) != (job.number, job.customer):
        raise NoSuchAttachment(number=number)
    return found, one_of(found, number)


def one_of(question: Question, number: int) -> Attachment:
    """Return a file of a question; raises NoSuchAttachment."""
    for entry in question.entries:
        for one in entry.files:
            if one.id == number:
                return one
    raise NoSuchAttachment(number=number)


def path(vault: Vault, one: Attachment) -> Path:
    """Return the harmless bytes of a file, checked; raises MissingObject or DamagedObject."""
    return vault.objects.path(one.sent, one.name)


# --- inside -----------------------------------------------------------------


def _kept(
    vault: Vault, files: Mapping[str, Path], hidden: Redaction, *, outward: bool
) -> list[Given]:
    if len(files) > MOST:
        raise TooManyAttachments(most=MOST, count=len(files))
    return [_one(vault, name, place, hidden, outward=outward) for name, place in files.items()]


def _one(vault: Vault, name: str, place: Path, hidden: Redaction, *, outward: bool) -> Given:
    if place.stat().st_size > min(LARGEST, vault.settings.largest_file):
        raise AttachmentNotTaken(name=name, why=f"it is larger than {LARGEST // 1_000_000} MB")
    try:
        original, what = taking.original(vault, name, place)
        if what.picture:
            shown, _thumb = taking.drawn(vault, original, place)
            return Given(shown.name, shown.media, original.digest, shown.digest)
        sent = _harmless(vault, original, hidden, outward=outward)
    except FileNotTaken as fault:
        raise AttachmentNotTaken(name=fault.facts["name"], why=fault.facts["why"]) from fault
    except (UnreadableFile, WorkerGaveUp) as fault:
        why = fault.facts.get("reason") or f"reading it ended at {fault.facts.get('limit')}"
        raise AttachmentNotTaken(name=name, why=str(why)) from fault
    return Given(original.name, original.media, original.digest, sent)


def _harmless(vault: Vault, file: EvidenceFile, hidden: Redaction, *, outward: bool) -> Digest:
    place = vault.objects.path(file.digest, file.name)
    said, unseen = enclosing.unseen_in(vault, place, file, hidden) if outward else ([], [])
    if said:
        why = f"it says {', '.join(f'“{one}”' for one in said)}, which this customer must not see"
        raise AttachmentNotTaken(name=file.name, why=why)
    if unseen:
        why = f"unseen in it: {'; '.join(unseen)}; take it out, or send it as PDF or CSV"
        raise AttachmentNotTaken(name=file.name, why=why)
    made = enclosing.harmless(vault, place, file)
    return file.digest if made == place else vault.objects.put(made, file.name)


def _columns(kind: str, digest: Digest) -> dict[str, str | int]:
    return {f"{kind}_md5": digest.md5, f"{kind}_sha256": digest.sha256, f"{kind}_size": digest.size}
