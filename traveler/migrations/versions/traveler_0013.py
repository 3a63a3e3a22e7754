# SPDX-License-Identifier: AGPL-3.0-or-later
"""Links that were given to customers, and every time one was used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "traveler_0013"
down_revision: str | None = "traveler_0012"
branch_labels: tuple[str, ...] | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Build the tables."""
    op.create_table(
        "share",
        *_whole("id", "dates"),
        *_text("hash", "job", "whom", "expires_at", "at", "person"),
        sa.Column("passcode_hash", sa.Text(), nullable=True),
        sa.Column("revoked_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_share"),
        sa.UniqueConstraint("hash", name="uq_share_hash"),
        sa.ForeignKeyConstraint(["job"], ["job.number"], name="fk_share_job"),
    )
    op.create_index("ix_share_job", "share", ["job"])
    op.create_table(
        "share_look",
        *_whole("id", "share"),
        *_text("what", "at", "device"),
        sa.PrimaryKeyConstraint("id", name="pk_share_look"),
        sa.ForeignKeyConstraint(["share"], ["share.id"], name="fk_share_look_share"),
    )
    op.create_index("ix_share_look_share", "share_look", ["share"])


def _whole(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]
