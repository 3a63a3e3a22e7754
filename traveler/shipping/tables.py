# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tables of shipping: shipments with their entries, and certificates as they were signed."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from traveler.tables import metadata

shipment = Table(
    "shipment",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job", Text, ForeignKey("job.number"), nullable=False),
    Column("qty", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("entries", Integer, nullable=False),
    Index("ix_shipment_job", "job"),
)

shipment_entry = Table(
    "shipment_entry",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("shipment", Integer, ForeignKey("shipment.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("facts", Text, nullable=False),
    UniqueConstraint("shipment", "number"),
)

certificate = Table(
    "certificate",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job", Text, ForeignKey("job.number"), nullable=False),
    Column("shipment", Integer, ForeignKey("shipment.id"), nullable=False),
    Column("replaces", Integer, ForeignKey("certificate.id"), unique=True),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Index("ix_certificate_shipment", "shipment"),
    Index("ix_certificate_job", "job"),
)
"""``fields`` are the fourteen of AS9163 as they were signed, canonical JSON, never made again."""
