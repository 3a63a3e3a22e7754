# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of screens on the wall."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Table, Text

from traveler.tables import metadata

display = Table(
    "display",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("station", Text, ForeignKey("station.code")),
    Column("place", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("revoked_at", Text),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
)
"""Without a ``station`` a screen shows the whole shop."""
