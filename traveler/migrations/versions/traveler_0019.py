# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reasons for a first article that somebody set aside."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "traveler_0019"
down_revision: str | None = "traveler_0018"
branch_labels: tuple[str, ...] | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Build the table."""
    op.create_table(
        "first_article_waiver",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False)
          for name in ("item", "ref", "act", "why", "job", "at", "person", "device")),
        sa.PrimaryKeyConstraint("id", name="pk_first_article_waiver"),
        sa.ForeignKeyConstraint(["job"], ["job.number"], name="fk_first_article_waiver_job"),
    )  # fmt: skip
    op.create_index("ix_first_article_waiver_item", "first_article_waiver", ["item"])
