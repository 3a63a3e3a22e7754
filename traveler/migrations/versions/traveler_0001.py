# SPDX-License-Identifier: AGPL-3.0-or-later
"""The first tables of the floor: stations, jobs, operations, stints, notes, travelers' tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "traveler_0001"
down_revision: str | None = None
branch_labels = ("traveler",)
depends_on: str | None = None  # a dependency would hide the vault's own revision in the ledger


def upgrade() -> None:
    """Build the tables."""
    _stations()
    _jobs()
    _operations()
    _floor()
    _tokens()


def _text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _whole(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _stations() -> None:
    op.create_table(
        "station",
        *(_text(name) for name in ("code", "fold", "name")),
        *(_whole(name) for name in ("minutes_per_day", "retired")),
        _text("added_at"),
        sa.PrimaryKeyConstraint("code", name="pk_station"),
        sa.UniqueConstraint("fold", name="uq_station_fold"),
    )


def _jobs() -> None:
    op.create_table(
        "job",
        *(_text(name) for name in ("number", "fold", "item", "rev", "title")),
        _whole("qty"),
        *(_text(name) for name in ("due", "customer", "order_number", "state")),
        *(_text(name) for name in ("added_at", "added_by")),
        *(_text(name, nullable=True) for name in ("released_at", "closed_at")),
        sa.PrimaryKeyConstraint("number", name="pk_job"),
        sa.UniqueConstraint("fold", name="uq_job_fold"),
        sa.CheckConstraint("qty > 0", name="ck_job_qty"),
    )
    op.create_index("ix_job_state_due", "job", ["state", "due"])
    op.create_index("ix_job_item_rev", "job", ["item", "rev"])
    op.create_index("ix_job_customer", "job", ["customer"])


def _operations() -> None:
    op.create_table(
        "operation",
        _whole("id"),
        _text("job"),
        _whole("seq"),
        *(_text(name) for name in ("station", "title")),
        sa.Column("setup_minutes", sa.Float(), nullable=False),
        sa.Column("run_minutes", sa.Float(), nullable=False),
        *(_text(name) for name in ("notes", "files", "proof")),
        _whole("parallel"),
        _text("state"),
        *(_whole(name) for name in ("good", "scrap")),
        *(_text(name, nullable=True) for name in ("started_at", "finished_at")),
        sa.PrimaryKeyConstraint("id", name="pk_operation"),
        sa.ForeignKeyConstraint(["job"], ["job.number"], name="fk_operation_job"),
        sa.ForeignKeyConstraint(["station"], ["station.code"], name="fk_operation_station"),
        sa.UniqueConstraint("job", "seq", name="uq_operation_job_seq"),
        sa.CheckConstraint("good >= 0", name="ck_operation_good"),
        sa.CheckConstraint("scrap >= 0", name="ck_operation_scrap"),
    )
    op.create_index("ix_operation_station_state", "operation", ["station", "state"])


def _floor() -> None:
    op.create_table(
        "stint",
        *(_whole(name) for name in ("id", "operation")),
        *(_text(name) for name in ("person", "device", "started_at")),
        *(_text(name, nullable=True) for name in ("ended_at", "ended_by")),
        *(_whole(name) for name in ("good", "scrap")),
        sa.PrimaryKeyConstraint("id", name="pk_stint"),
        sa.ForeignKeyConstraint(["operation"], ["operation.id"], name="fk_stint_operation"),
    )
    op.create_index("ix_stint_operation", "stint", ["operation"])
    op.create_table(
        "floor_note",
        *(_whole(name) for name in ("id", "operation")),
        *(_text(name) for name in ("at", "person", "words")),
        sa.PrimaryKeyConstraint("id", name="pk_floor_note"),
        sa.ForeignKeyConstraint(["operation"], ["operation.id"], name="fk_floor_note_operation"),
    )
    op.create_index("ix_floor_note_operation", "floor_note", ["operation"])


def _tokens() -> None:
    op.create_table(
        "traveler_token",
        _whole("id"),
        *(_text(name) for name in ("hash", "job")),
        _whole("operation", nullable=True),
        _whole("print"),
        *(_text(name) for name in ("issued_at", "issued_by", "expires_at")),
        _text("revoked_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_traveler_token"),
        sa.UniqueConstraint("hash", name="uq_traveler_token_hash"),
        sa.ForeignKeyConstraint(["job"], ["job.number"], name="fk_traveler_token_job"),
        sa.ForeignKeyConstraint(
            ["operation"], ["operation.id"], name="fk_traveler_token_operation"
        ),
    )
    op.create_index("ix_traveler_token_job", "traveler_token", ["job"])
