# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tables of quality: evidence with its files, gauges, and what was measured.

Every row but the tally's is record and is written once: a correction or a withdrawal is a newer
row that names the one it replaces.  The tally is working memory, and can be counted again.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Float, Index, Integer, Table, Text, UniqueConstraint, text

from traveler.tables import metadata
from vault.ledger.columns import floats, key, of, of_some, some_wholes, texts, wholes

evidence = Table(
    "evidence",
    metadata,
    key(),
    *texts("kind"),
    of("job.number"),
    of_some("operation.id"),
    *texts("balloon"),
    *some_wholes("nonconformance"),
    *texts("words", "heat", "act", "why"),
    of_some("evidence.id", "root"),
    of_some("evidence.id", "replaces", unique=True),
    *texts("at", "person", "device"),
    Index("ix_evidence_job", "job"),
    Index("ix_evidence_nonconformance", "nonconformance"),
    Index("ix_evidence_heat", "heat"),
)
"""``root`` is the first row of something corrected; files and marks hang on that one."""

evidence_file = Table(
    "evidence_file",
    metadata,
    key(),
    of("evidence.id"),
    *texts("role", "name", "media", "md5", "sha256"),
    *wholes("size", "wide", "high"),
    UniqueConstraint("evidence", "role"),
    Index("ix_evidence_file_sha256", "sha256"),
)

evidence_mark = Table(
    "evidence_mark",
    metadata,
    key(),
    of("evidence.id"),
    *texts("marks", "at", "person", "device"),
    Index("ix_evidence_mark_evidence", "evidence"),
)

evidence_reach = Table(
    "evidence_reach",
    metadata,
    key(),
    of("evidence.id"),
    *wholes("internal"),
    *texts("why", "at", "person", "device"),
    Index("ix_evidence_reach_evidence", "evidence"),
)
"""Whether evidence stays in the shop; the newest row counts."""

gauge = Table(
    "gauge",
    metadata,
    Column("code", Text, primary_key=True),
    *texts("fold", unique=True),
    *texts("name", "kind", "due"),
    *wholes("retired"),
    *texts("added_at", "added_by"),
)

gauge_calibration = Table(
    "gauge_calibration",
    metadata,
    key(),
    of("gauge.code"),
    *texts("day", "due"),
    *wholes("fit"),
    *texts("certificate", "note", "at", "person"),
    Index("ix_gauge_calibration_gauge", "gauge"),
)

characteristic = Table(
    "characteristic",
    metadata,
    key(),
    *texts("item", "rev", "plan", "balloon", "requirement", "nominal", "lower", "upper", "unit"),
    *texts("gauge", "sampling", "operation", "location", "designator"),
    UniqueConstraint("item", "rev", "balloon"),
)
"""The requirement a result was judged by, as its released plan said; ``plan`` is its SHA-256."""

measuring = Table(
    "measuring",
    metadata,
    key(),
    of("job.number"),
    of_some("operation.id"),
    of_some("evidence.id", "source"),
    *texts("at", "person", "device"),
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
    key(),
    of("measuring.id"),
    of("characteristic.id"),
    *texts("piece", "text", "unit"),
    Column("value", Float),
    *texts("verdict", "by"),
    of_some("gauge.code"),
    of_some("measurement.id", "replaces", unique=True),
    *texts("why"),
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
    of("characteristic.id", primary_key=True),
    Column("step", Integer, primary_key=True),
    *wholes("count"),
    *floats("total", "squares", "least", "most"),
    *wholes("outside"),
)
"""Working memory: standing results by sixtieths of the tolerance, so that no chart reads them all."""
