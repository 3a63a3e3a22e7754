# SPDX-License-Identifier: AGPL-3.0-or-later
"""Places in the queue that a person gave a job by hand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "traveler_0005"
down_revision: str | None = "traveler_0004"
branch_labels: tuple[str, ...] | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Build the table."""
    op.create_table(
        "dispatch_pin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("place", sa.Float(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("at", "person", "device", "why")),
        sa.PrimaryKeyConstraint("id", name="pk_dispatch_pin"),
        sa.ForeignKeyConstraint(["job"], ["job.number"], name="fk_dispatch_pin_job"),
    )
    op.create_index("ix_dispatch_pin_job", "dispatch_pin", ["job"])
