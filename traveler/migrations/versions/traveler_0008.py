# SPDX-License-Identifier: AGPL-3.0-or-later
"""Evidence with its files, gauges with their calibrations, and measurements."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "traveler_0008"
down_revision: str | None = "traveler_0007"
branch_labels: tuple[str, ...] | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Build the tables."""
    _evidence()
    _files()
    _gauges()
    _characteristics()
    _measurements()


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def _whole(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=nullable) for name in names]


def _real(*names: str, nullable: bool = False) -> list[sa.Column[float]]:
    return [sa.Column(name, sa.Float(), nullable=nullable) for name in names]


def _primary(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*(columns or ("id",)), name=f"pk_{table}")


def _foreign(table: str, column: str, there: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [there], name=f"fk_{table}_{column}")


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=f"uq_{table}_{'_'.join(columns)}")


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def _evidence() -> None:
    op.create_table(
        "evidence",
        *_whole("id"),
        *_text("kind", "job"),
        *_whole("operation", nullable=True),
        *_text("balloon"),
        *_whole("nonconformance", nullable=True),
        *_text("words", "heat", "act", "why"),
        *_whole("root", "replaces", nullable=True),
        *_text("at", "person", "device"),
        _primary("evidence"),
        _foreign("evidence", "job", "job.number"),
        _foreign("evidence", "operation", "operation.id"),
        _foreign("evidence", "root", "evidence.id"),
        _foreign("evidence", "replaces", "evidence.id"),
        _unique("evidence", "replaces"),
    )
    for column in ("job", "nonconformance", "heat"):
        _index("evidence", column)


def _files() -> None:
    op.create_table(
        "evidence_file",
        *_whole("id", "evidence"),
        *_text("role", "name", "media", "md5", "sha256"),
        *_whole("size", "wide", "high"),
        _primary("evidence_file"),
        _foreign("evidence_file", "evidence", "evidence.id"),
        _unique("evidence_file", "evidence", "role"),
    )
    _index("evidence_file", "sha256")
    op.create_table(
        "evidence_mark",
        *_whole("id", "evidence"),
        *_text("marks", "at", "person", "device"),
        _primary("evidence_mark"),
        _foreign("evidence_mark", "evidence", "evidence.id"),
    )
    _index("evidence_mark", "evidence")


def _gauges() -> None:
    op.create_table(
        "gauge",
        *_text("code", "fold", "name", "kind", "due"),
        *_whole("retired"),
        *_text("added_at", "added_by"),
        _primary("gauge", "code"),
        _unique("gauge", "fold"),
    )
    op.create_table(
        "gauge_calibration",
        *_whole("id"),
        *_text("gauge", "day", "due"),
        *_whole("fit"),
        *_text("certificate", "note", "at", "person"),
        _primary("gauge_calibration"),
        _foreign("gauge_calibration", "gauge", "gauge.code"),
    )
    _index("gauge_calibration", "gauge")


def _characteristics() -> None:
    op.create_table(
        "characteristic",
        *_whole("id"),
        *_text("item", "rev", "plan", "balloon", "requirement", "nominal", "lower", "upper"),
        *_text("unit", "gauge", "sampling", "operation", "location", "designator"),
        _primary("characteristic"),
        _unique("characteristic", "item", "rev", "balloon"),
    )


def _measurements() -> None:
    op.create_table(
        "measuring",
        *_whole("id"),
        *_text("job"),
        *_whole("operation", "source", nullable=True),
        *_text("at", "person", "device"),
        _primary("measuring"),
        _foreign("measuring", "job", "job.number"),
        _foreign("measuring", "operation", "operation.id"),
        _foreign("measuring", "source", "evidence.id"),
    )
    _index("measuring", "job")
    _index("measuring", "source")
    op.create_table(
        "measurement",
        *_whole("id", "measuring", "characteristic"),
        *_text("piece", "text", "unit"),
        *_real("value", nullable=True),
        *_text("verdict", "by"),
        *_text("gauge", nullable=True),
        *_whole("replaces", nullable=True),
        *_text("why"),
        _primary("measurement"),
        _foreign("measurement", "measuring", "measuring.id"),
        _foreign("measurement", "characteristic", "characteristic.id"),
        _foreign("measurement", "gauge", "gauge.code"),
        _foreign("measurement", "replaces", "measurement.id"),
        _unique("measurement", "replaces"),
    )
    _index("measurement", "measuring")
    _index("measurement", "characteristic", "id")
    _index("measurement", "characteristic", "value")
    _index("measurement", "gauge")
    op.create_table(
        "measurement_tally",
        *_whole("characteristic", "step", "count"),
        *_real("total", "squares", "least", "most"),
        *_whole("outside"),
        _primary("measurement_tally", "characteristic", "step"),
        _foreign("measurement_tally", "characteristic", "characteristic.id"),
    )
