# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tables of quality: evidence with its files, gauges, and what was measured.

Every row but the tally's is record and is written once: a correction or a withdrawal is a newer
row that names the one it replaces.  The tally is working memory, and can be counted again.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from traveler.tables import metadata

evidence = Table(
    "evidence",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("job", Text, ForeignKey("job.number"), nullable=False),
    Column("operation", Integer, ForeignKey("operation.id")),
    Column("balloon", Text, nullable=False),
    Column("nonconformance", Integer),
    Column("words", Text, nullable=False),
    Column("heat", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("root", Integer, ForeignKey("evidence.id")),
    Column("replaces", Integer, ForeignKey("evidence.id"), unique=True),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("device", Text, nullable=False),
    Index("ix_evidence_job", "job"),
    Index("ix_evidence_nonconformance", "nonconformance"),
    Index("ix_evidence_heat", "heat"),
)
"""``root`` is the first row of something corrected; files and marks hang on that one."""

evidence_file = Table(
    "evidence_file",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("evidence", Integer, ForeignKey("evidence.id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("media", Text, nullable=False),
    Column("md5", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("wide", Integer, nullable=False),
    Column("high", Integer, nullable=False),
    UniqueConstraint("evidence", "role"),
    Index("ix_evidence_file_sha256", "sha256"),
)

evidence_mark = Table(
    "evidence_mark",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("evidence", Integer, ForeignKey("evidence.id"), nullable=False),
    Column("marks", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("device", Text, nullable=False),
    Index("ix_evidence_mark_evidence", "evidence"),
)

evidence_reach = Table(
    "evidence_reach",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("evidence", Integer, ForeignKey("evidence.id"), nullable=False),
    Column("internal", Integer, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("device", Text, nullable=False),
    Index("ix_evidence_reach_evidence", "evidence"),
)
"""Whether evidence stays in the shop; the newest row counts."""

gauge = Table(
    "gauge",
    metadata,
    Column("code", Text, primary_key=True),
    Column("fold", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("due", Text, nullable=False),
    Column("retired", Integer, nullable=False),
    Column("added_at", Text, nullable=False),
    Column("added_by", Text, nullable=False),
)

gauge_calibration = Table(
    "gauge_calibration",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("gauge", Text, ForeignKey("gauge.code"), nullable=False),
    Column("day", Text, nullable=False),
    Column("due", Text, nullable=False),
    Column("fit", Integer, nullable=False),
    Column("certificate", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Index("ix_gauge_calibration_gauge", "gauge"),
)

characteristic = Table(
    "characteristic",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("item", Text, nullable=False),
    Column("rev", Text, nullable=False),
    Column("plan", Text, nullable=False),
    Column("balloon", Text, nullable=False),
    Column("requirement", Text, nullable=False),
    Column("nominal", Text, nullable=False),
    Column("lower", Text, nullable=False),
    Column("upper", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("gauge", Text, nullable=False),
    Column("sampling", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("designator", Text, nullable=False),
    UniqueConstraint("item", "rev", "balloon"),
)
"""The requirement a result was judged by, as its released plan said; ``plan`` is its SHA-256."""

measuring = Table(
    "measuring",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job", Text, ForeignKey("job.number"), nullable=False),
    Column("operation", Integer, ForeignKey("operation.id")),
    Column("source", Integer, ForeignKey("evidence.id")),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("device", Text, nullable=False),
    Index("ix_measuring_job", "job"),
    Index("ix_measuring_source", "source"),
)
"""One act of entering or importing; its results say once where, when and by whom."""

OUTSIDE: Final = "measurement.verdict NOT IN ('pass', 'withdrawn')"
"""The condition of the index that holds nothing but results out of tolerance, in its very words."""
_OUTSIDE = text(OUTSIDE.removeprefix("measurement."))

measurement = Table(
    "measurement",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("measuring", Integer, ForeignKey("measuring.id"), nullable=False),
    Column("characteristic", Integer, ForeignKey("characteristic.id"), nullable=False),
    Column("piece", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("value", Float),
    Column("verdict", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("gauge", Text, ForeignKey("gauge.code")),
    Column("replaces", Integer, ForeignKey("measurement.id"), unique=True),
    Column("why", Text, nullable=False),
    Index("ix_measurement_measuring", "measuring"),
    Index("ix_measurement_characteristic_id", "characteristic", "id"),
    Index("ix_measurement_characteristic_value", "characteristic", "value"),
    Index("ix_measurement_gauge", "gauge"),
    Index(
        "ix_measurement_outside",
        "characteristic",
        "id",
        sqlite_where=_OUTSIDE,
        postgresql_where=_OUTSIDE,
    ),
)
"""``text`` and ``unit`` are what was read off; ``value`` is that in the unit of the characteristic,
for statistics alone: no verdict is ever taken from it."""

measurement_tally = Table(
    "measurement_tally",
    metadata,
    Column("characteristic", Integer, ForeignKey("characteristic.id"), primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("total", Float, nullable=False),
    Column("squares", Float, nullable=False),
    Column("least", Float, nullable=False),
    Column("most", Float, nullable=False),
    Column("outside", Integer, nullable=False),
)
"""Working memory: standing results by sixtieths of the tolerance, so that no chart reads them all."""
