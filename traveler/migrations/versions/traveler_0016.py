# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was set aside of the memory of the shop, and an index of the results out of tolerance."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "traveler_0016"
down_revision: str | None = "traveler_0015"
branch_labels: tuple[str, ...] | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Build the table and the index."""
    op.create_table(
        "memory_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False)
          for name in ("item", "ref", "act", "why", "at", "person", "device")),
        sa.PrimaryKeyConstraint("id", name="pk_memory_mark"),
    )  # fmt: skip
    op.create_index("ix_memory_mark_item", "memory_mark", ["item"])
    outside = sa.text("verdict NOT IN ('pass', 'withdrawn')")
    op.create_index("ix_measurement_outside", "measurement", ["characteristic", "id"],
                    sqlite_where=outside, postgresql_where=outside)  # fmt: skip
