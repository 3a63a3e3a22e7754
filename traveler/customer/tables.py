# SPDX-License-Identifier: AGPL-3.0-or-later
"""Links that were given to customers, and every time one was used."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from traveler.tables import metadata

share = Table(
    "share",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("job", Text, ForeignKey("job.number"), nullable=False),
    Column("passcode_hash", Text),
    Column("dates", Integer, nullable=False),
    Column("whom", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("revoked_at", Text),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Index("ix_share_job", "job"),
)

share_look = Table(
    "share_look",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("share", Integer, ForeignKey("share.id"), nullable=False),
    Column("what", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("device", Text, nullable=False),
    Index("ix_share_look_share", "share"),
)
