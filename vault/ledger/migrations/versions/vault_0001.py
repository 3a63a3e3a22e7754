# SPDX-License-Identifier: AGPL-3.0-or-later
"""The first tables: events with their head, people, tokens, attempts, sessions, answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from vault.ledger.append_only import BY_DIALECT
from vault.ledger.seals import GENESIS

revision = "vault_0001"
down_revision: str | None = None
branch_labels = ("vault",)
depends_on: str | None = None


def upgrade() -> None:
    """Build the tables, the empty chain and its triggers."""
    _events()
    _people()
    _working_memory()


def _text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _events() -> None:
    op.create_table(
        "event",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        *(_text(name) for name in ("at", "actor", "device", "kind", "subject", "facts", "seals")),
        *(_text(name) for name in ("prev_hash", "hash")),
        sa.PrimaryKeyConstraint("seq", name="pk_event"),
    )
    op.create_index("ix_event_subject_seq", "event", ["subject", "seq"])
    head = op.create_table(
        "event_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        _text("hash"),
        sa.PrimaryKeyConstraint("id", name="pk_event_head"),
        sa.CheckConstraint("id = 1", name="ck_event_head_only_row"),
    )
    op.bulk_insert(head, [{"id": 1, "seq": 0, "hash": GENESIS}])
    for trigger in BY_DIALECT[op.get_context().dialect.name].values():
        op.execute(sa.text(trigger))


def _people() -> None:
    op.create_table(
        "person",
        *(_text(name) for name in ("name", "full_name", "email", "roles")),
        sa.Column("disabled", sa.Integer(), nullable=False),
        _text("password_hash", nullable=True),
        _text("pin_hash", nullable=True),
        _text("added_at"),
        sa.PrimaryKeyConstraint("name", name="pk_person"),
    )
    op.create_table(
        "token",
        sa.Column("id", sa.Integer(), nullable=False),
        *(_text(name) for name in ("hash", "person", "scope", "issued_at", "issued_by")),
        _text("expires_at"),
        _text("revoked_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_token"),
        sa.UniqueConstraint("hash", name="uq_token_hash"),
        sa.ForeignKeyConstraint(["person"], ["person.name"], name="fk_token_person"),
    )
    op.create_index("ix_token_person", "token", ["person"])


def _working_memory() -> None:
    op.create_table(
        "attempt",
        _text("key"),
        sa.Column("failures", sa.Integer(), nullable=False),
        _text("until"),
        sa.PrimaryKeyConstraint("key", name="pk_attempt"),
    )
    op.create_index("ix_attempt_until", "attempt", ["until"])
    op.create_table(
        "session",
        *(_text(name) for name in ("hash", "person", "device", "opened_at", "seen_at")),
        _text("expires_at"),
        sa.PrimaryKeyConstraint("hash", name="pk_session"),
        sa.ForeignKeyConstraint(["person"], ["person.name"], name="fk_session_person"),
    )
    op.create_index("ix_session_person", "session", ["person"])
    op.create_index("ix_session_expires_at", "session", ["expires_at"])
    op.create_table(
        "answered",
        *(_text(name) for name in ("key", "request", "answer", "at")),
        sa.PrimaryKeyConstraint("key", name="pk_answered"),
    )
    op.create_index("ix_answered_at", "answered", ["at"])
