# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files of evidence that may leave with what lies in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "traveler_0022"
down_revision: str | None = "traveler_0021"
branch_labels: tuple[str, ...] | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Build the table."""
    op.create_table(
        "evidence_let",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False)
          for name in ("act", "what", "why", "at", "person", "device")),
        sa.PrimaryKeyConstraint("id", name="pk_evidence_let"),
        sa.ForeignKeyConstraint(["evidence"], ["evidence.id"], name="fk_evidence_let_evidence"),
    )  # fmt: skip
    op.create_index("ix_evidence_let_evidence", "evidence_let", ["evidence"])
