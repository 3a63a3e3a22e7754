# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tables of first article inspections: one row, an entry for every act, and what was waived."""

from __future__ import annotations

from sqlalchemy import Index, Table, UniqueConstraint

from traveler.tables import metadata
from vault.ledger.columns import key, of, texts, wholes

first_article = Table(
    "first_article",
    metadata,
    key(),
    of("job.number"),
    *texts("item", "rev", "state"),
    *wholes("entries"),
    Index("ix_first_article_job", "job"),
    Index("ix_first_article_item", "item"),
)

first_article_entry = Table(
    "first_article_entry",
    metadata,
    key(),
    of("first_article.id"),
    *wholes("number"),
    *texts("at", "person", "act", "words", "state", "facts"),
    UniqueConstraint("first_article", "number"),
)

first_article_waiver = Table(
    "first_article_waiver",
    metadata,
    key(),
    *texts("item", "ref", "act", "why"),
    of("job.number"),
    *texts("at", "person", "device"),
    Index("ix_first_article_waiver_item", "item"),
)
"""``waive`` or ``ask`` for one reason of an item; the newest row of a ref holds."""
