# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tables of shipping: shipments with their entries, and certificates as they were signed."""

from __future__ import annotations

from sqlalchemy import Index, Table, UniqueConstraint

from traveler.tables import metadata
from vault.ledger.columns import key, of, of_some, texts, wholes

shipment = Table(
    "shipment",
    metadata,
    key(),
    of("job.number"),
    *wholes("qty"),
    *texts("state"),
    *wholes("entries"),
    Index("ix_shipment_job", "job"),
)

shipment_entry = Table(
    "shipment_entry",
    metadata,
    key(),
    of("shipment.id"),
    *wholes("number"),
    *texts("at", "person", "device", "act", "words", "state", "facts"),
    UniqueConstraint("shipment", "number"),
)

certificate = Table(
    "certificate",
    metadata,
    key(),
    of("job.number"),
    of("shipment.id"),
    of_some("certificate.id", "replaces", unique=True),
    *texts("at", "person", "fields"),
    Index("ix_certificate_shipment", "shipment"),
    Index("ix_certificate_job", "job"),
)
"""``fields`` are the fourteen of AS9163 as they were signed, canonical JSON, never made again."""
