# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of screens on the wall."""

from __future__ import annotations

from sqlalchemy import Table

from traveler.tables import metadata
from vault.ledger.columns import key, of_some, some_texts, texts

display = Table(
    "display",
    metadata,
    key(),
    *texts("hash", unique=True),
    of_some("station.code"),
    *texts("place", "expires_at"),
    *some_texts("revoked_at"),
    *texts("at", "person"),
)
"""Without a ``station`` a screen shows the whole shop."""
