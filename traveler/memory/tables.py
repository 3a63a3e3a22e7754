# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of what was set aside: the memory itself is read from the records that made it."""

from __future__ import annotations

from sqlalchemy import Index, Table

from traveler.tables import metadata
from vault.ledger.columns import key, texts

memory_mark = Table(
    "memory_mark",
    metadata,
    key(),
    *texts("item", "ref", "act", "why", "at", "person", "device"),
    Index("ix_memory_mark_item", "item"),
)
"""``dismiss`` or ``restore`` of what ``ref`` names; the newest row of a ref holds."""
