# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nonconformances with their entries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "traveler_0011"
down_revision: str | None = "traveler_0010"
branch_labels: tuple[str, ...] | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Build the tables."""
    op.create_table(
        "nonconformance",
        _whole("id"),
        _text("job"),
        _whole("operation", nullable=True),
        *(_text(name) for name in ("item", "rev", "raised_at", "raised_by", "state")),
        _whole("entries"),
        sa.PrimaryKeyConstraint("id", name="pk_nonconformance"),
        sa.ForeignKeyConstraint(["job"], ["job.number"], name="fk_nonconformance_job"),
        sa.ForeignKeyConstraint(
            ["operation"], ["operation.id"], name="fk_nonconformance_operation"
        ),
    )
    op.create_index("ix_nonconformance_job_state", "nonconformance", ["job", "state"])
    op.create_index("ix_nonconformance_item", "nonconformance", ["item"])
    op.create_index("ix_nonconformance_state", "nonconformance", ["state"])
    op.create_table(
        "nonconformance_entry",
        *(_whole(name) for name in ("id", "nonconformance", "number")),
        *(_text(name) for name in ("at", "person", "device", "act", "words", "state", "facts")),
        sa.PrimaryKeyConstraint("id", name="pk_nonconformance_entry"),
        sa.ForeignKeyConstraint(
            ["nonconformance"],
            ["nonconformance.id"],
            name="fk_nonconformance_entry_nonconformance",
        ),
        sa.UniqueConstraint(
            "nonconformance", "number", name="uq_nonconformance_entry_nonconformance_number"
        ),
    )


def _text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _whole(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)
