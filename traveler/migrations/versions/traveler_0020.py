# SPDX-License-Identifier: AGPL-3.0-or-later
"""Photos of what blocks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "traveler_0020"
down_revision: str | None = "traveler_0019"
branch_labels: tuple[str, ...] | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Build the table."""
    op.create_table(
        "blocker_photo",
        *(sa.Column(name, sa.Integer(), nullable=False)
          for name in ("id", "blocker", "photo", "entry", "size", "wide", "high")),
        *(sa.Column(name, sa.Text(), nullable=False)
          for name in ("role", "name", "media", "md5", "sha256")),
        sa.PrimaryKeyConstraint("id", name="pk_blocker_photo"),
        sa.ForeignKeyConstraint(["blocker"], ["blocker.id"], name="fk_blocker_photo_blocker"),
        sa.UniqueConstraint("blocker", "photo", "role", name="uq_blocker_photo_blocker_photo_role"),
    )  # fmt: skip
