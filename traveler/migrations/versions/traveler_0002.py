# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbered copies of released drawings, what became of them, and who read a revision."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "traveler_0002"
down_revision: str | None = "traveler_0001"
branch_labels: tuple[str, ...] | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Build the tables."""
    _copies()
    _acts()
    _acknowledgements()


def _text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _whole(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _copies() -> None:
    op.create_table(
        "drawing_copy",
        _whole("id"),
        *(_text(name) for name in ("hash", "item", "rev", "file", "marked")),
        _text("job", nullable=True),
        _whole("seq", nullable=True),
        _text("station"),
        _whole("qty", nullable=True),
        *(_text(name) for name in ("person", "device", "at", "sha256")),
        _whole("size"),
        _text("state"),
        sa.PrimaryKeyConstraint("id", name="pk_drawing_copy"),
        sa.UniqueConstraint("hash", name="uq_drawing_copy_hash"),
        sa.ForeignKeyConstraint(["job"], ["job.number"], name="fk_drawing_copy_job"),
    )
    op.create_index("ix_drawing_copy_item_rev", "drawing_copy", ["item", "rev"])
    for name in ("job", "person", "state"):
        op.create_index(f"ix_drawing_copy_{name}", "drawing_copy", [name])


def _acts() -> None:
    op.create_table(
        "copy_act",
        *(_whole(name) for name in ("id", "copy")),
        *(_text(name) for name in ("act", "at", "person", "device", "note")),
        sa.PrimaryKeyConstraint("id", name="pk_copy_act"),
        sa.ForeignKeyConstraint(["copy"], ["drawing_copy.id"], name="fk_copy_act_copy"),
    )
    op.create_index("ix_copy_act_copy", "copy_act", ["copy"])


def _acknowledgements() -> None:
    op.create_table(
        "acknowledgement",
        _whole("id"),
        *(_text(name) for name in ("item", "rev", "person", "at", "device")),
        sa.PrimaryKeyConstraint("id", name="pk_acknowledgement"),
        sa.UniqueConstraint("item", "rev", "person", name="uq_acknowledgement_item_rev_person"),
    )
    op.create_index("ix_acknowledgement_person", "acknowledgement", ["person"])
