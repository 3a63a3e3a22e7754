# SPDX-License-Identifier: AGPL-3.0-or-later
"""Decisions about a further item of a kit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "traveler_0018"
down_revision: str | None = "traveler_0017"
branch_labels: tuple[str, ...] | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("job_decision", sa.Column("item", sa.Text(), nullable=True))
