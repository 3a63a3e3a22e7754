# SPDX-License-Identifier: AGPL-3.0-or-later
"""Blockers with their entries, starts past a blocker, decisions on jobs, and what was followed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "traveler_0003"
down_revision: str | None = "traveler_0002"
branch_labels: tuple[str, ...] | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Build the tables."""
    _blockers()
    _entries()
    _overrides()
    _decisions()
    op.create_table("followed", _text("name"), _text("place"), _primary("followed", "name"))


def _text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _whole(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _primary(table: str, column: str = "id") -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(column, name=f"pk_{table}")


def _foreign(table: str, column: str, there: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [there], name=f"fk_{table}_{column}")


def _blockers() -> None:
    op.create_table(
        "blocker",
        _whole("id"),
        _text("kind"),
        _text("job", nullable=True),
        _whole("operation", nullable=True),
        _text("station", nullable=True),
        *(_text(name) for name in ("cause", "raised_at", "raised_by", "state", "owner")),
        _whole("entries"),
        _primary("blocker"),
        _foreign("blocker", "job", "job.number"),
        _foreign("blocker", "operation", "operation.id"),
        _foreign("blocker", "station", "station.code"),
        sa.CheckConstraint("job IS NOT NULL OR station IS NOT NULL", name="ck_blocker_somewhere"),
    )
    op.create_index("ix_blocker_state_owner", "blocker", ["state", "owner"])
    op.create_index("ix_blocker_job_state", "blocker", ["job", "state"])
    op.create_index("ix_blocker_station_state", "blocker", ["station", "state"])


def _entries() -> None:
    op.create_table(
        "blocker_entry",
        *(_whole(name) for name in ("id", "blocker", "number")),
        *(_text(name) for name in ("at", "person", "device", "act", "words", "state", "owner")),
        *(_text(name) for name in ("what", "steps", "facts", "until", "next_check")),
        _whole("escalate_hours"),
        _text("escalate_to"),
        _primary("blocker_entry"),
        _foreign("blocker_entry", "blocker", "blocker.id"),
        sa.UniqueConstraint("blocker", "number", name="uq_blocker_entry_blocker_number"),
    )


def _overrides() -> None:
    op.create_table(
        "start_override",
        *(_whole(name) for name in ("id", "operation")),
        *(_text(name) for name in ("at", "person", "device", "why", "blockers")),
        _primary("start_override"),
        _foreign("start_override", "operation", "operation.id"),
    )
    op.create_index("ix_start_override_operation", "start_override", ["operation"])


def _decisions() -> None:
    op.create_table(
        "job_decision",
        _whole("id"),
        *(_text(name) for name in ("job", "rev", "standing", "current", "choice")),
        *(_text(name) for name in ("at", "person", "why")),
        _whole("pieces", nullable=True),
        *(_text(name) for name in ("until", "differences")),
        _primary("job_decision"),
        _foreign("job_decision", "job", "job.number"),
    )
    op.create_index("ix_job_decision_job", "job_decision", ["job"])
