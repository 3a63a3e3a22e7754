# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proof that is asked for beyond the routes, vouched for, or waived."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "traveler_0010"
down_revision: str | None = "traveler_0009"
branch_labels: tuple[str, ...] | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Build the tables."""
    op.create_table(
        "proof_demand",
        _whole("id"),
        *(_text(name) for name in ("customer", "fold")),
        _text("job", nullable=True),
        _whole("seq", nullable=True),
        *(_text(name) for name in ("kind", "before", "at", "person", "why")),
        *(_text(f"dropped_{name}", nullable=True) for name in ("at", "by", "why")),
        sa.PrimaryKeyConstraint("id", name="pk_proof_demand"),
        sa.ForeignKeyConstraint(["job"], ["job.number"], name="fk_proof_demand_job"),
        sa.CheckConstraint("job IS NOT NULL OR customer <> ''", name="ck_proof_demand_whose"),
    )
    op.create_index("ix_proof_demand_job", "proof_demand", ["job"])
    op.create_index("ix_proof_demand_fold", "proof_demand", ["fold"])
    op.create_table(
        "proof_waiver",
        _whole("id"),
        _text("job"),
        _whole("seq", nullable=True),
        *(_text(name) for name in ("kind", "before", "at", "person", "device", "why")),
        *(_text(f"withdrawn_{name}", nullable=True) for name in ("at", "by", "why")),
        sa.PrimaryKeyConstraint("id", name="pk_proof_waiver"),
        sa.ForeignKeyConstraint(["job"], ["job.number"], name="fk_proof_waiver_job"),
    )
    op.create_index("ix_proof_waiver_job", "proof_waiver", ["job"])
    op.create_table(
        "proof_word",
        _whole("id"),
        _text("job"),
        _whole("operation", nullable=True),
        *(_text(name) for name in ("kind", "words", "at", "person", "device")),
        *(_text(f"withdrawn_{name}", nullable=True) for name in ("at", "by", "why")),
        sa.PrimaryKeyConstraint("id", name="pk_proof_word"),
        sa.ForeignKeyConstraint(["job"], ["job.number"], name="fk_proof_word_job"),
        sa.ForeignKeyConstraint(["operation"], ["operation.id"], name="fk_proof_word_operation"),
    )
    op.create_index("ix_proof_word_job", "proof_word", ["job"])


def _text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _whole(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)
