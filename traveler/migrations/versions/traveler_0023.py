# SPDX-License-Identifier: AGPL-3.0-or-later
"""Photos of blockers that were withdrawn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "traveler_0023"
down_revision: str | None = "traveler_0022"
branch_labels: tuple[str, ...] | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Build the table."""
    op.create_table(
        "blocker_photo_withdrawal",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("blocker", "photo", "entry")),
        sa.PrimaryKeyConstraint("id", name="pk_blocker_photo_withdrawal"),
        sa.ForeignKeyConstraint(
            ["blocker"], ["blocker.id"], name="fk_blocker_photo_withdrawal_blocker"
        ),
        sa.UniqueConstraint("blocker", "photo", name="uq_blocker_photo_withdrawal_blocker_photo"),
    )
