# SPDX-License-Identifier: AGPL-3.0-or-later
"""Packets that were issued, and what became of them; the bytes are in the objects."""

from __future__ import annotations

from sqlalchemy import Index, Table, UniqueConstraint

from traveler.tables import metadata
from vault.ledger.columns import key, of, some_texts, texts, wholes

packet = Table(
    "packet",
    metadata,
    key(),
    *wholes("number", "rev"),
    of("job.number"),
    *texts("item", "item_rev", "reason"),
    *texts("code_hash", unique=True),
    *texts("name", "md5", "sha256"),
    *wholes("size"),
    *texts("pdf_md5", "pdf_sha256"),
    *wholes("pdf_size", "pages"),
    *texts("contents"),
    *wholes("head_seq"),
    *texts("head_hash", "at", "person", "device"),
    *some_texts("template", "left_out"),
    UniqueConstraint("number", "rev"),
    Index("ix_packet_job", "job"),
)

packet_act = Table(
    "packet_act",
    metadata,
    key(),
    of("packet.id"),
    *texts("act", "why", "at", "person", "device"),
    Index("ix_packet_act_packet", "packet"),
)

evidence_let = Table(
    "evidence_let",
    metadata,
    key(),
    of("evidence.id"),
    *texts("act", "what", "why", "at", "person", "device"),
    Index("ix_evidence_let_evidence", "evidence"),
)
"""That a file may leave with what lies in it (``let``), or no longer (``hold``); the newest counts."""
