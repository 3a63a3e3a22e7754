# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lanes, groups, vendors and hours of stations; child jobs, kits and lots; rework and skips.

Columns that are added may be empty, so that the seals of older rows still hold.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "traveler_0007"
down_revision: str | None = "traveler_0006"
branch_labels: tuple[str, ...] | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the columns and build the tables."""
    _stations()
    _calendars()
    _jobs()
    _operations()
    _rework()


def _text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _whole(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _primary(table: str, column: str = "id") -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(column, name=f"pk_{table}")


def _foreign(table: str, column: str, there: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [there], name=f"fk_{table}_{column}")


def _refer(table: str, column: str, there: str, key: str) -> None:
    """Add a column that names a row elsewhere; SQLite takes the reference only along with it."""
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN {column} TEXT "
        f"CONSTRAINT fk_{table}_{column} REFERENCES {there} ({key})"
    )


def _stations() -> None:
    _refer("station", "group_code", "station", "code")
    for column in (_whole("lanes", True), _whole("outside", True), _text("sent_to", True),
                   _whole("days", True)):  # fmt: skip
        op.add_column("station", column)
    op.create_index("ix_station_group_code", "station", ["group_code"])


def _calendars() -> None:
    op.create_table(
        "hours",
        _whole("id"),
        _text("station", nullable=True),
        *(_text(name) for name in ("week", "at", "person")),
        _primary("hours"),
        _foreign("hours", "station", "station.code"),
    )
    op.create_index("ix_hours_station", "hours", ["station"])
    op.create_table(
        "special_day",
        _whole("id"),
        _text("station", nullable=True),
        _text("day"),
        _text("shifts", nullable=True),
        *(_text(name) for name in ("name", "at", "person")),
        _primary("special_day"),
        _foreign("special_day", "station", "station.code"),
    )
    op.create_index("ix_special_day_station_day", "special_day", ["station", "day"])


def _jobs() -> None:
    for name in ("parent", "lot_of"):
        _refer("job", name, "job", "number")
        op.create_index(f"ix_job_{name}", "job", [name])
    for name in ("parent_seq", "first_seq"):
        op.add_column("job", _whole(name, nullable=True))
    op.create_table(
        "job_item",
        _whole("id"),
        *(_text(name) for name in ("job", "item", "rev", "title")),
        _whole("qty"),
        _primary("job_item"),
        _foreign("job_item", "job", "job.number"),
        sa.UniqueConstraint("job", "item", name="uq_job_item_job_item"),
        sa.CheckConstraint("qty > 0", name="ck_job_item_qty"),
    )
    op.create_index("ix_job_item_item_rev", "job_item", ["item", "rev"])


def _operations() -> None:
    _refer("operation", "machine", "station", "code")
    for name in ("rework", "split", "days"):
        op.add_column("operation", _whole(name, nullable=True))
    for name in ("sent_to", "slip", "expected"):
        op.add_column("operation", _text(name, nullable=True))
    op.add_column("stint", _whole("rework", nullable=True))
    op.create_table(
        "operation_skip",
        *(_whole(name) for name in ("id", "operation")),
        *(_text(name) for name in ("act", "why", "at", "person")),
        _primary("operation_skip"),
        _foreign("operation_skip", "operation", "operation.id"),
    )
    op.create_index("ix_operation_skip_operation", "operation_skip", ["operation"])


def _rework() -> None:
    op.create_table(
        "rework",
        _whole("id"),
        _text("job"),
        _whole("source"),
        _whole("back", nullable=True),
        _whole("qty"),
        _text("why"),
        _text("nonconformance", nullable=True),
        *(_text(name) for name in ("at", "person")),
        _primary("rework"),
        _foreign("rework", "job", "job.number"),
        _foreign("rework", "source", "operation.id"),
        _foreign("rework", "back", "operation.id"),
        sa.CheckConstraint("qty > 0", name="ck_rework_qty"),
    )
    op.create_index("ix_rework_job", "rework", ["job"])
    op.create_table(
        "rework_step",
        *(_whole(name) for name in ("operation", "rework")),
        _primary("rework_step", "operation"),
        _foreign("rework_step", "operation", "operation.id"),
        _foreign("rework_step", "rework", "rework.id"),
    )
    op.create_index("ix_rework_step_rework", "rework_step", ["rework"])
