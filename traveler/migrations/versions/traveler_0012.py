# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shipments, certificates of conformance, and first article inspections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "traveler_0012"
down_revision: str | None = "traveler_0011"
branch_labels: tuple[str, ...] | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Build the tables."""
    op.create_table(
        "shipment",
        *_whole("id"), *_text("job"), *_whole("qty"), *_text("state"), *_whole("entries"),
        _primary("shipment"), _foreign("shipment", "job", "job.number"),
    )  # fmt: skip
    op.create_index("ix_shipment_job", "shipment", ["job"])
    _entries("shipment", "device")
    op.create_table(
        "certificate",
        *_whole("id"), *_text("job"), *_whole("shipment"), *_whole("replaces", nullable=True),
        *_text("at", "person", "fields"),
        _primary("certificate"), _foreign("certificate", "job", "job.number"),
        _foreign("certificate", "shipment", "shipment.id"),
        _foreign("certificate", "replaces", "certificate.id"),
        sa.UniqueConstraint("replaces", name="uq_certificate_replaces"),
    )  # fmt: skip
    op.create_index("ix_certificate_shipment", "certificate", ["shipment"])
    op.create_index("ix_certificate_job", "certificate", ["job"])
    op.create_table(
        "first_article",
        *_whole("id"), *_text("job", "item", "rev", "state"), *_whole("entries"),
        _primary("first_article"), _foreign("first_article", "job", "job.number"),
    )  # fmt: skip
    op.create_index("ix_first_article_job", "first_article", ["job"])
    op.create_index("ix_first_article_item", "first_article", ["item"])
    _entries("first_article")


def _entries(of: str, *more: str) -> None:
    table = f"{of}_entry"
    op.create_table(
        table,
        *_whole("id", of, "number"),
        *_text("at", "person", *more, "act", "words", "state", "facts"),
        _primary(table), _foreign(table, of, f"{of}.id"),
        sa.UniqueConstraint(of, "number", name=f"uq_{table}_{of}_number"),
    )  # fmt: skip


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def _whole(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=nullable) for name in names]


def _primary(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=f"pk_{table}")


def _foreign(table: str, column: str, there: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [there], name=f"fk_{table}_{column}")
