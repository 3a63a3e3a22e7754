# SPDX-License-Identifier: AGPL-3.0-or-later
"""Questions of customers and the shop's answers: asked on an order, by login or by link.

Nothing said is changed or taken away: a correction is a newer entry that names the one it corrects,
and both sides see that.  A question keeps for whom it was asked and is shown to nobody else, whoever
the job belongs to later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final

from sqlalchemy.engine import Connection

from release import rulebook
from traveler import job_records
from traveler.customer import attachments, orders, talk_records
from traveler.customer.attachments import Given
from traveler.customer.errors import (
    NoSuchQuestion,
    NotAnswerable,
    NotYourWords,
    TooManyQuestions,
)
from traveler.customer.tables import question as question_table
from traveler.customer.tables import question_entry
from traveler.customer.talk_records import CUSTOMER, SHOP, Attachment, Entry, Question
from traveler.job_records import Job
from traveler.lifecycle import Table
from traveler.words import lines
from vault import clock
from vault.home import Vault
from vault.ledger import idempotency
from vault.ledger.engine import Writing
from vault.ledger.people import Person, require

QUESTION: Table = MappingProxyType(
    {
        ("", "ask"): "open",
        ("open", "add"): "open",
        ("answered", "add"): "open",
        ("open", "reword"): "open",
        ("answered", "reword"): "open",
        ("open", "answer"): "answered",
        ("answered", "answer"): "answered",
        ("open", "correct"): "open",
        ("answered", "correct"): "answered",
    }
)
"""``add`` and ``reword`` are the customer's and want an answer; ``answer`` and ``correct`` the shop's."""
LONGEST: Final = 2000
A_DAY: Final = 40
"""So often may the customer's side write on one order within a day."""
READERS: Final = ("engineer", "approver", "planner", "quality")


# --- the customer's side ----------------------------------------------------------------------


def ask(
    vault: Vault, viewer: Person, job: str, words: str, *, device: str = "", key: str = "",
    files: Mapping[str, Path] | None = None,
) -> Question:  # fmt: skip
    """Ask something on one's own order, perhaps with files.

    Raises RoleNeeded, NoSuchOrder, BadWords, TooManyQuestions, AttachmentNotTaken,
    TooManyAttachments or TooMuchAttached.
    """
    require(viewer, "customer")
    with vault.ledger.reading() as connection:  # before any work is done on the files
        own = orders.own(connection, viewer, job)
    kept = kept_for(vault, own, files)
    with vault.ledger.writing(viewer.name, device) as writing:
        own = orders.own(writing.connection, viewer, job)
        return asked(writing, own, words, key=key, files=kept)


def add(
    vault: Vault, viewer: Person, question: int, words: str, *, corrects: int = 0,
    device: str = "", key: str = "", files: Mapping[str, Path] | None = None,
) -> Question:  # fmt: skip
    """Say more on a question of one's own orders, or say one's own words better.

    Raises NoSuchQuestion, NotYourWords, and what ``ask`` does.
    """
    require(viewer, "customer")
    with vault.ledger.reading() as connection:
        own = orders.own(connection, viewer, known(connection, question).job)
    kept = kept_for(vault, own, files)
    with vault.ledger.writing(viewer.name, device) as writing:
        found = known(writing.connection, question)
        job = orders.own(writing.connection, viewer, found.job)
        return added(writing, job, question, words, corrects=corrects, key=key, files=kept)


def asked(
    writing: Writing, job: Job, words: str, *, share: int = 0, key: str = "",
    files: Sequence[Given] = (),
) -> Question:  # fmt: skip
    """Ask inside a transaction that has seen whose order it is."""
    said = lines("question", words, LONGEST)
    request = {"act": "ask", "job": job.number, "words": said, "share": share,
               **_named(files)}  # fmt: skip
    if earlier := idempotency.earlier(writing, key, request):
        return known(writing.connection, int(earlier["question"]))
    _not_too_often(writing.connection, job, writing.at, sum(one.given.size for one in files))
    row = writing.insert(
        question_table, job=job.number, customer=job.customer, share=share or None,
        state=QUESTION["", "ask"], entries=1, asked_at=writing.at,
    )  # fmt: skip
    made = Question(int(row["id"]), job.number, job.customer, share, row["state"], writing.at, ())
    _enter(writing, made, "ask", CUSTOMER, said, 0, files)
    idempotency.keep(writing, key, request, {"question": made.id})
    return known(writing.connection, made.id)


def added(
    writing: Writing, job: Job, question: int, words: str, *, share: int = 0, corrects: int = 0,
    key: str = "", files: Sequence[Given] = (),
) -> Question:  # fmt: skip
    """Say more inside a transaction that has seen whose order it is; the question must be of it."""
    said = lines("question", words, LONGEST)
    found = known(writing.connection, question)
    if (found.job, found.customer) != (job.number, job.customer):
        raise NoSuchQuestion(question=question)
    request = {"act": "add", "question": question, "words": said, "corrects": corrects,
               **_named(files)}  # fmt: skip
    if idempotency.earlier(writing, key, request):
        return found
    _not_too_often(writing.connection, job, writing.at, sum(one.given.size for one in files))
    if corrects:
        old = _entry(found, corrects)
        mine = old.person == writing.actor and found.share == share
        if old.side != CUSTOMER or not mine:
            raise NotYourWords
    _act(writing, found, "reword" if corrects else "add", CUSTOMER, said, corrects, files)
    idempotency.keep(writing, key, request, {"question": question})
    return known(writing.connection, question)


def kept_for(vault: Vault, job: Job, files: Mapping[str, Path] | None) -> list[Given]:
    """Keep the files a customer sends on an order, where there is room for them today.

    Whoever sends more than that fills no disk by it.
    """
    if not files:
        return []
    size = sum(path.stat().st_size for path in files.values())
    with vault.ledger.reading() as connection:
        _not_too_often(connection, job, clock.now(), size)
    return attachments.from_customer(vault, files)


def theirs(found: Sequence[Question], job: Job) -> tuple[Question, ...]:
    """Return those questions that were asked for the customer a job has now."""
    return tuple(one for one in found if one.customer == job.customer)


# --- the shop's side --------------------------------------------------------------------------


def answer(
    vault: Vault, actor: Person, question: int, words: str, *, corrects: int = 0, device: str = "",
    key: str = "", files: Mapping[str, Path] | None = None,
) -> Question:  # fmt: skip
    """Answer, or correct an answer by a newer one, as whoever the rules let speak for the shop.

    Raises RoleNeeded, NoSuchQuestion, NotAnswerable where the job went to another customer, BadWords,
    NotYourWords for words of the other side, or AttachmentNotTaken for a file that must not leave.
    """
    require(actor, *rulebook.current(vault).customer.may_answer)
    said = lines("answer", words, LONGEST)
    with vault.ledger.reading() as connection:
        about = job_records.known(connection, known(connection, question).job)
    kept = attachments.from_shop(vault, about, files or {})
    request = {"act": "answer", "question": question, "words": said, "corrects": corrects,
               **_named(kept)}  # fmt: skip
    with vault.ledger.writing(actor.name, device) as writing:
        found = known(writing.connection, question)
        if idempotency.earlier(writing, key, request):
            return found
        job = job_records.known(writing.connection, found.job)
        if job.customer != found.customer:
            raise NotAnswerable(question=found.label, job=found.job, customer=found.customer)
        if corrects and _entry(found, corrects).side != SHOP:
            raise NotYourWords
        _act(writing, found, "correct" if corrects else "answer", SHOP, said, corrects, kept)
        idempotency.keep(writing, key, request, {"question": question})
        return known(writing.connection, question)


def fetched(
    vault: Vault, actor: Person, question: int, file: int, device: str = ""
) -> tuple[Attachment, Path]:
    """Return a file of a question with its harmless bytes, and write down who took it.

    Raises RoleNeeded, NoSuchQuestion, NoSuchAttachment, and what reading damaged bytes raises.
    """
    require(actor, *READERS)
    with vault.ledger.writing(actor.name, device) as writing:
        found = known(writing.connection, question)
        one = attachments.one_of(found, file)
        path = attachments.path(vault, one)
        writing.record("question.fetched", f"question/{found.id}", job=found.job, file=one.name,
                       sha256=one.sent.sha256)  # fmt: skip
    return one, path


def show(vault: Vault, actor: Person, question: int) -> Question:
    """Return a question with all that was said; raises RoleNeeded or NoSuchQuestion."""
    require(actor, *READERS)
    with vault.ledger.reading() as connection:
        return known(connection, question)


def waiting(vault: Vault, actor: Person, limit: int | None = None) -> list[Question]:
    """Return the questions the shop owes an answer, oldest first; raises RoleNeeded."""
    require(actor, *READERS)
    with vault.ledger.reading() as connection:
        return talk_records.open_questions(connection, limit)


def answered(vault: Vault, actor: Person, limit: int = 50) -> list[Question]:
    """Return the questions that were answered, the newest first; raises RoleNeeded."""
    require(actor, *READERS)
    with vault.ledger.reading() as connection:
        return talk_records.answered_questions(connection, limit)


def count(vault: Vault) -> int:
    """Return how many questions the shop owes an answer."""
    with vault.ledger.reading() as connection:
        return talk_records.open_count(connection)


def of_job(vault: Vault, actor: Person, job: str) -> list[Question]:
    """Return every question on a job, for whomever it was asked; raises RoleNeeded."""
    require(actor, *READERS)
    with vault.ledger.reading() as connection:
        return talk_records.questions_of(connection, [job])[job]


def may_answer(vault: Vault, actor: Person) -> bool:
    """Say whether somebody may speak for the shop."""
    return bool(actor.roles & {"admin", *rulebook.current(vault).customer.may_answer})


def number(text: str) -> int:
    """Return which question people mean by ``Q-0007`` or ``7``; raises NoSuchQuestion."""
    found = talk_records.read(text)
    if found is None:
        raise NoSuchQuestion(question=text)
    return found


def known(connection: Connection, question: int) -> Question:
    """Return a question by its number; raises NoSuchQuestion."""
    found = talk_records.question(connection, question)
    if found is None:
        raise NoSuchQuestion(question=question)
    return found


# --- inside -----------------------------------------------------------------------------------


def _not_too_often(connection: Connection, job: Job, at: str, size: int) -> None:
    since = clock.text(clock.moment(at) - timedelta(days=1))
    if talk_records.asked_since(connection, job.number, since) >= A_DAY:
        raise TooManyQuestions(count=A_DAY)
    attachments.not_too_much(connection, job, size, since)


def _entry(question: Question, number: int) -> Entry:
    found = next(
        (one for one in question.entries if one.number == number and not one.corrects), None
    )
    if found is None:
        raise NotYourWords
    return found


def _act(
    writing: Writing, question: Question, act: str, side: str, words: str, corrects: int,
    files: Sequence[Given],
) -> None:  # fmt: skip
    state = QUESTION[question.state, act]
    writing.update(question_table, question.id, state=state, entries=len(question.entries) + 1)
    _enter(writing, question, act, side, words, corrects, files)


def _enter(
    writing: Writing, question: Question, act: str, side: str, words: str, corrects: int,
    files: Sequence[Given],
) -> None:  # fmt: skip
    number = len(question.entries) + 1
    state = QUESTION[question.state if act != "ask" else "", act]
    writing.insert(
        question_entry, question=question.id, number=number, act=act, side=side, words=words,
        corrects=corrects or None, state=state, at=writing.at, person=writing.actor,
        device=writing.device,
    )  # fmt: skip
    sent = attachments.note(writing, question.id, number, files)
    writing.record(f"question.{act}", f"question/{question.id}", job=question.job, number=number,
                   words=words, **({"corrects": corrects} if corrects else {}),
                   **({"files": sent} if sent else {}))  # fmt: skip


def _named(files: Sequence[Given]) -> dict[str, list[str]]:
    """Return how a request names its files; one without any is as it always was."""
    return {"files": [one.given.sha256 for one in files]} if files else {}
