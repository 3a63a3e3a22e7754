# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was taken over from an ERP: every line of an order as it came, newest last."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from traveler.tables import metadata

erp_line = Table(
    "erp_line",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("job", Text, ForeignKey("job.number"), nullable=False),
    Column("said", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Index("ix_erp_line_source_external_id", "source", "external_id"),
    Index("ix_erp_line_job", "job"),
)
