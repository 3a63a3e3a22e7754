# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is kept of customers: links and logins with every use, what was asked, and what was told.

``customer`` in a row is the customer as a job names it, letter for letter; a question and a message
keep whom they were for, so that a job that later goes to somebody else takes none of it along.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from traveler.tables import metadata

share = Table(
    "share",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("job", Text, ForeignKey("job.number"), nullable=False),
    Column("passcode_hash", Text),
    Column("dates", Integer, nullable=False),
    Column("whom", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("revoked_at", Text),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Index("ix_share_job", "job"),
)

share_look = Table(
    "share_look",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("share", Integer, ForeignKey("share.id"), nullable=False),
    Column("what", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("device", Text, nullable=False),
    Index("ix_share_look_share", "share"),
)

customer_tie = Table(
    "customer_tie",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("login", Text, nullable=False),
    Column("customer", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Index("ix_customer_tie_login", "login"),
    Index("ix_customer_tie_customer", "customer"),
)

customer_look = Table(
    "customer_look",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("login", Text, nullable=False),
    Column("job", Text, ForeignKey("job.number")),
    Column("what", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("device", Text, nullable=False),
    Index("ix_customer_look_login_job", "login", "job"),
    Index("ix_customer_look_job", "job"),
)

question = Table(
    "question",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job", Text, ForeignKey("job.number"), nullable=False),
    Column("customer", Text, nullable=False),
    Column("share", Integer, ForeignKey("share.id")),
    Column("state", Text, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("asked_at", Text, nullable=False),
    Index("ix_question_job", "job"),
    Index("ix_question_state", "state"),
)

question_entry = Table(
    "question_entry",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("question", Integer, ForeignKey("question.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("act", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("corrects", Integer),
    Column("state", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("device", Text, nullable=False),
    UniqueConstraint("question", "number"),
)

customer_message = Table(
    "customer_message",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job", Text, ForeignKey("job.number")),
    Column("customer", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("corrects", Integer, ForeignKey("customer_message.id")),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("device", Text, nullable=False),
    Index("ix_customer_message_job", "job"),
    Index("ix_customer_message_customer", "customer"),
)
