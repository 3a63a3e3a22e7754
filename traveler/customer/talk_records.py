# SPDX-License-Identifier: AGPL-3.0-or-later
"""What customers asked and what they were told, as the ledger keeps it; all selects of it are here."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler.customer.tables import customer_message as messages_table
from traveler.customer.tables import question as question_table
from traveler.customer.tables import question_entry as entry_table
from traveler.customer.tables import question_file as file_table
from vault import canonical
from vault.objects.store import Digest

CUSTOMER, SHOP = "customer", "shop"
"""The two sides of a talk."""
_WRITTEN: Final = re.compile(r"(?:Q-?)?0*(\d{1,9})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that went with something said: as it came, and as the other side gets it."""

    id: int
    entry: int
    name: str
    media: str
    given: Digest
    sent: Digest

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {"file": self.id, "name": self.name, "size": self.sent.size,
                "sha256": self.sent.sha256, "given_sha256": self.given.sha256}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing said: by whom, on which side, and which earlier entry it corrects, 0 for none."""

    number: int
    act: str
    side: str
    words: str
    corrects: int
    state: str
    at: str
    person: str
    device: str
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """An entry as it reads today: its newest words and whose they are, and what stood there before."""

    first: Entry
    words: str
    at: str
    by: str
    before: tuple[Entry, ...] = ()
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A question on an order with all that was said; ``share`` is the link it came by, 0 for a login.

    ``state`` is ``open`` while the shop owes an answer.
    """

    id: int
    job: str
    customer: str
    share: int
    state: str
    asked_at: str
    entries: tuple[Entry, ...]

    @property
    def label(self) -> str:
        """Return its number as it is written, ``Q-0007``."""
        return written(self.id)

    @property
    def waits_since(self) -> str:
        """Return since when the shop owes an answer: from the first word after its last one."""
        since = ""
        for one in self.entries:
            since = "" if one.state != "open" else since or one.at
        return since

    @property
    def said(self) -> tuple[Said, ...]:
        """Return what was said in its order, each with its newest words."""
        versions: dict[int, list[Entry]] = {}
        for one in self.entries:
            versions.setdefault(one.corrects or one.number, []).append(one)
        return tuple(
            Said(
                all_[0],
                all_[-1].words,
                all_[-1].at,
                all_[-1].person,
                tuple(all_[:-1]),
                tuple(file for one in all_ for file in one.files),
            )
            for all_ in versions.values()
        )

    @property
    def words(self) -> str:
        """Return what was asked first, as it reads today."""
        return self.said[0].words

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            "question": self.label, "job": self.job, "customer": self.customer,
            "link": self.share or None, "state": self.state, "asked_at": self.asked_at,
            "waits_since": self.waits_since or None,
            "entries": [
                {"number": one.number, "act": one.act, "side": one.side, "words": one.words,
                 "corrects": one.corrects or None, "at": one.at, "by": one.person,
                 "files": [file.as_json() for file in one.files]}
                for one in self.entries
            ],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Message:
    """What the shop told a customer: the words as sent, and the facts that stood when it was sent.

    Without ``job`` it is about all orders of the customer.  ``replaced`` names the newer one that
    corrects it, 0 for none.
    """

    id: int
    job: str
    customer: str
    words: str
    facts: tuple[dict[str, str], ...]
    corrects: int
    at: str
    person: str
    replaced: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            "message": self.id, "job": self.job or None, "customer": self.customer,
            "words": self.words, "facts": list(self.facts), "corrects": self.corrects or None,
            "replaced_by": self.replaced or None, "at": self.at, "by": self.person,
        }  # fmt: skip


def written(number: int) -> str:
    """Return a question's number as it is written."""
    return f"Q-{number:04d}"


def read(text: str) -> int | None:
    """Return which question people mean by ``Q-0007`` or ``7``; None where they mean none."""
    found = _WRITTEN.fullmatch(text.strip())
    return int(found[1]) if found else None


def question(connection: Connection, number: int) -> Question | None:
    """Return a question by its number."""
    found = _questions(connection, [question_table.c.id == number])
    return found[0] if found else None


def questions_of(connection: Connection, jobs: Sequence[str]) -> defaultdict[str, list[Question]]:
    """Return the questions on some jobs, by job, oldest first."""
    found: defaultdict[str, list[Question]] = defaultdict(list)
    for one in _questions(connection, [question_table.c.job.in_(jobs)]):
        found[one.job].append(one)
    return found


def open_questions(connection: Connection, limit: int | None = None) -> list[Question]:
    """Return the questions the shop owes an answer, oldest first."""
    return _questions(connection, [question_table.c.state == "open"], limit)


def answered_questions(connection: Connection, limit: int) -> list[Question]:
    """Return the questions that were answered, the newest first."""
    newest = (
        sa.select(question_table.c.id).where(question_table.c.state == "answered")
        .order_by(question_table.c.id.desc()).limit(limit)
    )  # fmt: skip
    ids = list(connection.execute(newest).scalars())
    return _questions(connection, [question_table.c.id.in_(ids)])[::-1]


def open_count(connection: Connection) -> int:
    """Return how many questions the shop owes an answer."""
    chosen = sa.select(sa.func.count()).where(question_table.c.state == "open")
    return int(connection.execute(chosen).scalar_one())


def asked_since(connection: Connection, job: str, since: str) -> int:
    """Return how often the customer's side wrote on a job since a moment."""
    chosen = (
        sa.select(sa.func.count()).select_from(entry_table)
        .join(question_table, question_table.c.id == entry_table.c.question)
        .where(question_table.c.job == job, entry_table.c.side == CUSTOMER, entry_table.c.at >= since)
    )  # fmt: skip
    return int(connection.execute(chosen).scalar_one())


def question_with(connection: Connection, file: int) -> Question | None:
    """Return the question a file belongs to."""
    chosen = sa.select(file_table.c.question).where(file_table.c.id == file)
    found = connection.execute(chosen).scalar_one_or_none()
    return question(connection, found) if found is not None else None


def sent_since(connection: Connection, job: str, since: str) -> int:
    """Return how many bytes the customer's side sent on a job since a moment."""
    same = sa.and_(entry_table.c.question == file_table.c.question,
                   entry_table.c.number == file_table.c.entry)  # fmt: skip
    chosen = (
        sa.select(sa.func.sum(file_table.c.given_size)).join(entry_table, same)
        .join(question_table, question_table.c.id == entry_table.c.question)
        .where(question_table.c.job == job, entry_table.c.side == CUSTOMER, entry_table.c.at >= since)
    )  # fmt: skip
    return int(connection.execute(chosen).scalar_one() or 0)


def files_after(connection: Connection, last: int, most: int) -> list[tuple[str, Attachment]]:
    """Return files in the order they were sent, after the one with a number, each with its job."""
    chosen = (
        sa.select(file_table, question_table.c.job)
        .join(question_table, question_table.c.id == file_table.c.question)
        .where(file_table.c.id > last).order_by(file_table.c.id).limit(most)
    )  # fmt: skip
    return [
        (f"{row.job}, {written(row.question)}", _file(row)) for row in connection.execute(chosen)
    ]


def message(connection: Connection, number: int) -> Message | None:
    """Return a message by its number."""
    found = _messages(connection, messages_table.c.id == number)
    return found[0] if found else None


def messages_to(
    connection: Connection, customers: Sequence[str], jobs: Sequence[str] | None = None
) -> list[Message]:
    """Return what some customers were told, oldest first.

    About all their orders, or about these jobs.
    """
    theirs = messages_table.c.customer.in_(customers)
    about = messages_table.c.job.is_(None) if jobs is None else messages_table.c.job.in_(jobs)
    return _messages(connection, sa.and_(theirs, about))


def last_told(connection: Connection, customer: str, jobs: Sequence[str]) -> dict[str, Message]:
    """Return what a customer was last told of each job; "" stands for all their orders."""
    about = sa.or_(messages_table.c.job.is_(None), messages_table.c.job.in_(jobs))
    newest = (
        sa.select(sa.func.max(messages_table.c.id))
        .where(messages_table.c.customer == customer, about).group_by(messages_table.c.job)
    )  # fmt: skip
    return {one.job: one for one in _messages(connection, messages_table.c.id.in_(newest))}


def _questions(
    connection: Connection, conditions: Sequence[sa.ColumnElement[bool]], limit: int | None = None
) -> list[Question]:
    chosen = sa.select(question_table).where(*conditions).order_by(question_table.c.id).limit(limit)
    rows = connection.execute(chosen).all()
    entries = _entries(connection, [row.id for row in rows])
    return [
        Question(row.id, row.job, row.customer, row.share or 0, row.state, row.asked_at,
                 tuple(entries[row.id]))
        for row in rows
    ]  # fmt: skip


def _entries(connection: Connection, questions: Sequence[int]) -> defaultdict[int, list[Entry]]:
    found: defaultdict[int, list[Entry]] = defaultdict(list)
    files = _files(connection, questions)
    chosen = sa.select(entry_table).where(entry_table.c.question.in_(questions))
    for row in connection.execute(chosen.order_by(entry_table.c.question, entry_table.c.number)):
        found[row.question].append(
            Entry(row.number, row.act, row.side, row.words, row.corrects or 0, row.state, row.at,
                  row.person, row.device, tuple(files[row.question, row.number]))
        )  # fmt: skip
    return found


def _files(
    connection: Connection, questions: Sequence[int]
) -> defaultdict[tuple[int, int], list[Attachment]]:
    found: defaultdict[tuple[int, int], list[Attachment]] = defaultdict(list)
    chosen = sa.select(file_table).where(file_table.c.question.in_(questions))
    for row in connection.execute(chosen.order_by(file_table.c.id)):
        found[row.question, row.entry].append(_file(row))
    return found


def _file(row: Any) -> Attachment:
    return Attachment(
        row.id, row.entry, row.name, row.media,
        Digest(row.given_md5, row.given_sha256, row.given_size),
        Digest(row.sent_md5, row.sent_sha256, row.sent_size),
    )  # fmt: skip


def _messages(connection: Connection, condition: sa.ColumnElement[bool]) -> list[Message]:
    newer = messages_table.alias("newer")
    joined = messages_table.outerjoin(newer, newer.c.corrects == messages_table.c.id)
    chosen = sa.select(messages_table, newer.c.id.label("newer")).select_from(joined)
    return [
        Message(row.id, row.job or "", row.customer, row.words,
                tuple(canonical.loads(row.facts.encode())), row.corrects or 0, row.at, row.person,
                row.newer or 0)
        for row in connection.execute(chosen.where(condition).order_by(messages_table.c.id))
    ]  # fmt: skip
