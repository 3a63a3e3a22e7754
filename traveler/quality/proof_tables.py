# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tables of proof: what is asked for beyond the routes, what was vouched for, what waived.

Nothing is ever deleted: what is dropped, taken back or withdrawn says by whom and why.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text

from traveler.tables import metadata

proof_demand = Table(
    "proof_demand",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("customer", Text, nullable=False),
    Column("fold", Text, nullable=False),
    Column("job", Text, ForeignKey("job.number")),
    Column("seq", Integer),
    Column("kind", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("dropped_at", Text),
    Column("dropped_by", Text),
    Column("dropped_why", Text),
    CheckConstraint("job IS NOT NULL OR customer <> ''", name="whose"),
    Index("ix_proof_demand_job", "job"),
    Index("ix_proof_demand_fold", "fold"),
)
"""``fold`` is the customer without regard to case, empty where the demand is a job's own."""

proof_waiver = Table(
    "proof_waiver",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job", Text, ForeignKey("job.number"), nullable=False),
    Column("seq", Integer),
    Column("kind", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("withdrawn_at", Text),
    Column("withdrawn_by", Text),
    Column("withdrawn_why", Text),
    Index("ix_proof_waiver_job", "job"),
)

proof_word = Table(
    "proof_word",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job", Text, ForeignKey("job.number"), nullable=False),
    Column("operation", Integer, ForeignKey("operation.id")),
    Column("kind", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("withdrawn_at", Text),
    Column("withdrawn_by", Text),
    Column("withdrawn_why", Text),
    Index("ix_proof_word_job", "job"),
)
"""Somebody's word for what no file shows: the first piece is right, the inspector has seen it."""
