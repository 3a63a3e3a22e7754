# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lots of a job with travelers of their own, badges that are scanned, and who stands at a tablet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "traveler_0004"
down_revision: str | None = "traveler_0003"
branch_labels: tuple[str, ...] | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Build the tables, and let stints and codes say for which lot they are."""
    op.create_table(
        "lot",
        _whole("id"),
        _text("job"),
        _whole("number"),
        _whole("qty"),
        *(_text(name) for name in ("made_at", "made_by")),
        _primary("lot"),
        sa.ForeignKeyConstraint(["job"], ["job.number"], name="fk_lot_job"),
        sa.UniqueConstraint("job", "number", name="uq_lot_job_number"),
        sa.CheckConstraint("qty > 0", name="ck_lot_qty"),
    )
    op.create_table(
        "badge",
        _whole("id"),
        *(_text(name) for name in ("hash", "person", "issued_at", "issued_by")),
        _text("revoked_at", nullable=True),
        _primary("badge"),
        sa.UniqueConstraint("hash", name="uq_badge_hash"),
    )
    op.create_index("ix_badge_person", "badge", ["person"])
    op.create_table(
        "presence",
        *(_text(name) for name in ("hash", "person", "device", "since", "until")),
        _primary("presence", "hash"),
    )
    op.create_index("ix_presence_until", "presence", ["until"])
    op.add_column("stint", _whole("lot", nullable=True))
    op.add_column("traveler_token", _whole("lot", nullable=True))


def _text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _whole(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _primary(table: str, column: str = "id") -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(column, name=f"pk_{table}")
