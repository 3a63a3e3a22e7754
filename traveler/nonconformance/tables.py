# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tables of nonconformances: one row that says where, and an entry for every act on it."""

from __future__ import annotations

from sqlalchemy import Index, Table, UniqueConstraint

from traveler.tables import metadata
from vault.ledger.columns import key, of, of_some, texts, wholes

nonconformance = Table(
    "nonconformance",
    metadata,
    key(),
    of("job.number"),
    of_some("operation.id"),
    *texts("item", "rev", "raised_at", "raised_by", "state"),
    *wholes("entries"),
    Index("ix_nonconformance_job_state", "job", "state"),
    Index("ix_nonconformance_item", "item"),
    Index("ix_nonconformance_state", "state"),
)

nonconformance_entry = Table(
    "nonconformance_entry",
    metadata,
    key(),
    of("nonconformance.id"),
    *wholes("number"),
    *texts("at", "person", "device", "act", "words", "state", "facts"),
    UniqueConstraint("nonconformance", "number"),
)
"""The newest entry tells how it stands; ``facts`` is all that was known then, as canonical JSON."""
