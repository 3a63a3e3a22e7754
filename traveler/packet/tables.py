# SPDX-License-Identifier: AGPL-3.0-or-later
"""Packets that were issued, and what became of them; the bytes are in the objects."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from traveler.tables import metadata

packet = Table(
    "packet",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("rev", Integer, nullable=False),
    Column("job", Text, ForeignKey("job.number"), nullable=False),
    Column("item", Text, nullable=False),
    Column("item_rev", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("code_hash", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("md5", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("pdf_md5", Text, nullable=False),
    Column("pdf_sha256", Text, nullable=False),
    Column("pdf_size", Integer, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("contents", Text, nullable=False),
    Column("head_seq", Integer, nullable=False),
    Column("head_hash", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("template", Text),
    Column("left_out", Text),
    UniqueConstraint("number", "rev"),
    Index("ix_packet_job", "job"),
)

packet_act = Table(
    "packet_act",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("packet", Integer, ForeignKey("packet.id"), nullable=False),
    Column("act", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("device", Text, nullable=False),
    Index("ix_packet_act_packet", "packet"),
)
