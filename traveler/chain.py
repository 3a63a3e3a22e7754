# SPDX-License-Identifier: AGPL-3.0-or-later
"""The floor's migration chain, announced to the ledger by the entry point ``titleblock.ledger``."""

from __future__ import annotations

from vault.ledger.chains import Chain

TRAVELER = Chain(
    "traveler", "traveler_0023", "traveler.migrations.versions", "traveler.keeping:kept"
)
