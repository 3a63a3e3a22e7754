# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is kept of customers: links and logins with every use, what was asked, and what was told.

``customer`` in a row is the customer as a job names it, letter for letter; a question and a message
keep whom they were for, so that a job that later goes to somebody else takes none of it along.
"""

from __future__ import annotations

from sqlalchemy import Index, Table, UniqueConstraint

from traveler.tables import metadata
from vault.ledger.columns import key, of, of_some, some_texts, some_wholes, texts, wholes

share = Table(
    "share",
    metadata,
    key(),
    *texts("hash", unique=True),
    of("job.number"),
    *some_texts("passcode_hash"),
    *wholes("dates"),
    *texts("whom", "expires_at"),
    *some_texts("revoked_at"),
    *texts("at", "person"),
    Index("ix_share_job", "job"),
)

share_look = Table(
    "share_look",
    metadata,
    key(),
    of("share.id"),
    *texts("what", "at", "device"),
    Index("ix_share_look_share", "share"),
)

customer_tie = Table(
    "customer_tie",
    metadata,
    key(),
    *texts("login", "customer", "act", "why", "at", "person"),
    Index("ix_customer_tie_login", "login"),
    Index("ix_customer_tie_customer", "customer"),
)

customer_look = Table(
    "customer_look",
    metadata,
    key(),
    *texts("login"),
    of_some("job.number"),
    *texts("what", "at", "device"),
    Index("ix_customer_look_login_job", "login", "job"),
    Index("ix_customer_look_job", "job"),
)

question = Table(
    "question",
    metadata,
    key(),
    of("job.number"),
    *texts("customer"),
    of_some("share.id"),
    *texts("state"),
    *wholes("entries"),
    *texts("asked_at"),
    Index("ix_question_job", "job"),
    Index("ix_question_state", "state"),
)

question_entry = Table(
    "question_entry",
    metadata,
    key(),
    of("question.id"),
    *wholes("number"),
    *texts("act", "side", "words"),
    *some_wholes("corrects"),
    *texts("state", "at", "person", "device"),
    UniqueConstraint("question", "number"),
)

question_file = Table(
    "question_file",
    metadata,
    key(),
    of("question.id"),
    *wholes("entry"),
    *texts("name", "media", "given_md5", "given_sha256"),
    *wholes("given_size"),
    *texts("sent_md5", "sent_sha256"),
    *wholes("sent_size"),
    Index("ix_question_file_question", "question"),
)
"""``given`` is the file as it came, ``sent`` what the other side gets: harmless, often the same."""

customer_message = Table(
    "customer_message",
    metadata,
    key(),
    of_some("job.number"),
    *texts("customer", "words", "facts"),
    of_some("customer_message.id", "corrects"),
    *texts("at", "person", "device"),
    Index("ix_customer_message_job", "job"),
    Index("ix_customer_message_customer", "customer"),
)
