# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was taken over from an ERP."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "traveler_0006"
down_revision: str | None = "traveler_0005"
branch_labels: tuple[str, ...] | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Build the table."""
    op.create_table(
        "erp_line",
        sa.Column("id", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("source", "external_id", "job", "said", "at", "person")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_erp_line"),
        sa.ForeignKeyConstraint(["job"], ["job.number"], name="fk_erp_line_job"),
    )
    op.create_index("ix_erp_line_source_external_id", "erp_line", ["source", "external_id"])
    op.create_index("ix_erp_line_job", "erp_line", ["job"])
