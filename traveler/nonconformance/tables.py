# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tables of nonconformances: one row that says where, and an entry for every act on it."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from traveler.tables import metadata

nonconformance = Table(
    "nonconformance",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job", Text, ForeignKey("job.number"), nullable=False),
    Column("operation", Integer, ForeignKey("operation.id")),
    Column("item", Text, nullable=False),
    Column("rev", Text, nullable=False),
    Column("raised_at", Text, nullable=False),
    Column("raised_by", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("entries", Integer, nullable=False),
    Index("ix_nonconformance_job_state", "job", "state"),
    Index("ix_nonconformance_item", "item"),
    Index("ix_nonconformance_state", "state"),
)

nonconformance_entry = Table(
    "nonconformance_entry",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("nonconformance", Integer, ForeignKey("nonconformance.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("facts", Text, nullable=False),
    UniqueConstraint("nonconformance", "number"),
)
"""The newest entry tells how it stands; ``facts`` is all that was known then, as canonical JSON."""
