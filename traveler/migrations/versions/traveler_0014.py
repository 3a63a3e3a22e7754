# SPDX-License-Identifier: AGPL-3.0-or-later
"""Logins of customers: whose orders they see, every look, what they asked and what they were told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "traveler_0014"
down_revision: str | None = "traveler_0013"
branch_labels: tuple[str, ...] | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Build the tables."""
    op.create_table(
        "customer_tie",
        *_whole("id"),
        *_text("login", "customer", "act", "why", "at", "person"),
        sa.PrimaryKeyConstraint("id", name="pk_customer_tie"),
    )
    op.create_index("ix_customer_tie_login", "customer_tie", ["login"])
    op.create_index("ix_customer_tie_customer", "customer_tie", ["customer"])
    op.create_table(
        "customer_look",
        *_whole("id"),
        *_text("login", "what", "at", "device"),
        sa.Column("job", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_customer_look"),
        sa.ForeignKeyConstraint(["job"], ["job.number"], name="fk_customer_look_job"),
    )
    op.create_index("ix_customer_look_login_job", "customer_look", ["login", "job"])
    op.create_index("ix_customer_look_job", "customer_look", ["job"])
    _questions()
    _messages()


def _questions() -> None:
    op.create_table(
        "question",
        *_whole("id", "entries"),
        *_text("job", "customer", "state", "asked_at"),
        sa.Column("share", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_question"),
        sa.ForeignKeyConstraint(["job"], ["job.number"], name="fk_question_job"),
        sa.ForeignKeyConstraint(["share"], ["share.id"], name="fk_question_share"),
    )
    op.create_index("ix_question_job", "question", ["job"])
    op.create_index("ix_question_state", "question", ["state"])
    op.create_table(
        "question_entry",
        *_whole("id", "question", "number"),
        *_text("act", "side", "words", "state", "at", "person", "device"),
        sa.Column("corrects", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_question_entry"),
        sa.UniqueConstraint("question", "number", name="uq_question_entry_question_number"),
        sa.ForeignKeyConstraint(["question"], ["question.id"], name="fk_question_entry_question"),
    )


def _messages() -> None:
    op.create_table(
        "customer_message",
        *_whole("id"),
        *_text("customer", "words", "facts", "at", "person", "device"),
        sa.Column("job", sa.Text(), nullable=True),
        sa.Column("corrects", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_customer_message"),
        sa.ForeignKeyConstraint(["job"], ["job.number"], name="fk_customer_message_job"),
        sa.ForeignKeyConstraint(
            ["corrects"], ["customer_message.id"], name="fk_customer_message_corrects"
        ),
    )
    op.create_index("ix_customer_message_job", "customer_message", ["job"])
    op.create_index("ix_customer_message_customer", "customer_message", ["customer"])


def _whole(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]
