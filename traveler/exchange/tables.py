# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was taken over from an ERP: every line of an order as it came, newest last."""

from __future__ import annotations

from sqlalchemy import Index, Table

from traveler.tables import metadata
from vault.ledger.columns import key, of, texts

erp_line = Table(
    "erp_line",
    metadata,
    key(),
    *texts("source", "external_id"),
    of("job.number"),
    *texts("said", "at", "person"),
    Index("ix_erp_line_source_external_id", "source", "external_id"),
    Index("ix_erp_line_job", "job"),
)
