# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo's orders: last night's file of the ERP, of which one row has to be corrected there."""

from __future__ import annotations

from pathlib import Path

from traveler.exchange import importing, mapping
from vault.home import Vault
from vault.ledger.people import Person


def take(vault: Vault, planner: Person, place: Path) -> None:
    """Take the sample file over as the planner does every morning."""
    told = mapping.parse((place / "map.toml").read_bytes())
    orders = place / "orders.csv"
    importing.take_over(vault, planner, orders.read_bytes(), orders.name, told)
