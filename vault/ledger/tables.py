# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tables of the vault's part of the ledger; migrations build them, a test compares the two.

Whole numbers, text and floats only, so that a row reads the same in every
database and its seal (see ``vault.ledger.seals``) can be computed anywhere.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Integer, MetaData, Table, Text

from vault.ledger.columns import key, of, some_texts, texts, wholes

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)

event = Table(
    "event",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    *texts("at", "actor", "device", "kind", "subject", "facts", "seals", "prev_hash", "hash"),
    Index("ix_event_subject_seq", "subject", "seq"),
)

event_head = Table(
    "event_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    *wholes("seq"),
    *texts("hash"),
    CheckConstraint("id = 1", name="only_row"),
)

person = Table(
    "person",
    metadata,
    Column("name", Text, primary_key=True),
    *texts("full_name", "email", "roles"),
    *wholes("disabled"),
    *some_texts("password_hash", "pin_hash"),
    *texts("added_at"),
)

token = Table(
    "token",
    metadata,
    key(),
    *texts("hash", unique=True),
    of("person.name"),
    *texts("scope", "issued_at", "issued_by", "expires_at"),
    *some_texts("revoked_at"),
    Index("ix_token_person", "person"),
)

# The three below are working memory, not record: their rows come and go without an event.

attempt = Table(
    "attempt",
    metadata,
    Column("key", Text, primary_key=True),
    *wholes("failures"),
    *texts("until"),
    Index("ix_attempt_until", "until"),
)

session = Table(
    "session",
    metadata,
    Column("hash", Text, primary_key=True),
    of("person.name"),
    *texts("device", "opened_at", "seen_at", "expires_at"),
    Index("ix_session_person", "person"),
    Index("ix_session_expires_at", "expires_at"),
)

answered = Table(
    "answered",
    metadata,
    Column("key", Text, primary_key=True),
    *texts("request", "answer", "at"),
    Index("ix_answered_at", "at"),
)
