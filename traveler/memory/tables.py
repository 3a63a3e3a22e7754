# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of what was set aside: the memory itself is read from the records that made it."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text

from traveler.tables import metadata

memory_mark = Table(
    "memory_mark",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("item", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("device", Text, nullable=False),
    Index("ix_memory_mark_item", "item"),
)
"""``dismiss`` or ``restore`` of what ``ref`` names; the newest row of a ref holds."""
