# SPDX-License-Identifier: AGPL-3.0-or-later
"""Screens on the wall, and who is at work, found at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "traveler_0017"
down_revision: str | None = "traveler_0016"
branch_labels: tuple[str, ...] | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Build the table and the index."""
    op.create_table(
        "display",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False)
          for name in ("hash", "place", "expires_at", "at", "person")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("station", "revoked_at")),
        sa.PrimaryKeyConstraint("id", name="pk_display"),
        sa.UniqueConstraint("hash", name="uq_display_hash"),
        sa.ForeignKeyConstraint(["station"], ["station.code"], name="fk_display_station"),
    )  # fmt: skip
    at_work = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_stint_at_work", "stint", ["person"], sqlite_where=at_work, postgresql_where=at_work
    )
