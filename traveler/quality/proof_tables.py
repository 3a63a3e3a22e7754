# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tables of proof: what is asked for beyond the routes, what was vouched for, what waived.

Nothing is ever deleted: what is dropped, taken back or withdrawn says by whom and why.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, Table

from traveler.tables import metadata
from vault.ledger.columns import key, of, of_some, some_texts, some_wholes, texts

proof_demand = Table(
    "proof_demand",
    metadata,
    key(),
    *texts("customer", "fold"),
    of_some("job.number"),
    *some_wholes("seq"),
    *texts("kind", "before", "at", "person", "why"),
    *some_texts("dropped_at", "dropped_by", "dropped_why"),
    CheckConstraint("job IS NOT NULL OR customer <> ''", name="whose"),
    Index("ix_proof_demand_job", "job"),
    Index("ix_proof_demand_fold", "fold"),
)
"""``fold`` is the customer without regard to case, empty where the demand is a job's own."""

proof_waiver = Table(
    "proof_waiver",
    metadata,
    key(),
    of("job.number"),
    *some_wholes("seq"),
    *texts("kind", "before", "at", "person", "device", "why"),
    *some_texts("withdrawn_at", "withdrawn_by", "withdrawn_why"),
    Index("ix_proof_waiver_job", "job"),
)

proof_word = Table(
    "proof_word",
    metadata,
    key(),
    of("job.number"),
    of_some("operation.id"),
    *texts("kind", "words", "at", "person", "device"),
    *some_texts("withdrawn_at", "withdrawn_by", "withdrawn_why"),
    Index("ix_proof_word_job", "job"),
)
"""Somebody's word for what no file shows: the first piece is right, the inspector has seen it."""
