# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proof packets, and what became of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "traveler_0009"
down_revision: str | None = "traveler_0008"
branch_labels: tuple[str, ...] | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Build the tables."""
    op.create_table(
        "packet",
        *_whole("id", "number", "rev", "size", "pdf_size", "pages", "head_seq"),
        *_text(
            "job", "item", "item_rev", "reason", "code_hash", "name", "md5", "sha256", "pdf_md5"
        ),
        *_text("pdf_sha256", "contents", "head_hash", "at", "person", "device"),
        sa.PrimaryKeyConstraint("id", name="pk_packet"),
        sa.UniqueConstraint("code_hash", name="uq_packet_code_hash"),
        sa.UniqueConstraint("number", "rev", name="uq_packet_number_rev"),
        sa.ForeignKeyConstraint(["job"], ["job.number"], name="fk_packet_job"),
    )
    op.create_index("ix_packet_job", "packet", ["job"])
    op.create_table(
        "packet_act",
        *_whole("id", "packet"),
        *_text("act", "why", "at", "person", "device"),
        sa.PrimaryKeyConstraint("id", name="pk_packet_act"),
        sa.ForeignKeyConstraint(["packet"], ["packet.id"], name="fk_packet_act_packet"),
    )
    op.create_index("ix_packet_act_packet", "packet_act", ["packet"])


def _whole(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]
