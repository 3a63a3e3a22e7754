# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that go with questions and answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "traveler_0021"
down_revision: str | None = "traveler_0020"
branch_labels: tuple[str, ...] | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Build the table."""
    op.create_table(
        "question_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False)
          for name in ("entry", "given_size", "sent_size")),
        *(sa.Column(name, sa.Text(), nullable=False)
          for name in ("name", "media", "given_md5", "given_sha256", "sent_md5", "sent_sha256")),
        sa.PrimaryKeyConstraint("id", name="pk_question_file"),
        sa.ForeignKeyConstraint(["question"], ["question.id"], name="fk_question_file_question"),
    )  # fmt: skip
    op.create_index("ix_question_file_question", "question_file", ["question"])
