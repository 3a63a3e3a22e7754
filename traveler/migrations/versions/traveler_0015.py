# SPDX-License-Identifier: AGPL-3.0-or-later
"""What stays in the shop of the evidence, and what a packet left out by which template."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "traveler_0015"
down_revision: str | None = "traveler_0014"
branch_labels: tuple[str, ...] | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Build the table, and the columns; packets of before were issued without a template."""
    op.create_table(
        "evidence_reach",
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("id", "evidence", "internal")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("why", "at", "person", "device")),
        sa.PrimaryKeyConstraint("id", name="pk_evidence_reach"),
        sa.ForeignKeyConstraint(["evidence"], ["evidence.id"], name="fk_evidence_reach_evidence"),
    )
    op.create_index("ix_evidence_reach_evidence", "evidence_reach", ["evidence"])
    for name in ("template", "left_out"):
        op.add_column("packet", sa.Column(name, sa.Text(), nullable=True))
