# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the sample shop has on its walls and in its files: labels, and the sheet of an order."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from release.printed import order
from traveler import labels
from vault.home import Vault
from vault.ledger.people import Person


def print_all(vault: Vault, who: Mapping[str, Person], change: str, prints: Path) -> None:
    """Print the stations' labels for both kinds of printers, and the sheet of an order in review."""
    for form in ("pdf", "zpl"):
        labels.of_stations(vault, (), prints / f"stations.{form}")
    order.print_order(vault, who["pat"], change, prints / f"{change}.pdf")
