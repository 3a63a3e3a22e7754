# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the sample shop has on its walls and in its files: labels, and the sheet of an order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from release import certificates
from release.printed import order
from traveler import labels
from vault import settings
from vault.home import Vault
from vault.ledger.people import Person


def signing(vault: Vault, who: Mapping[str, Person]) -> Vault:
    """Make the shop's certificate and return the vault as one that signs what it releases."""
    certificates.make(vault, next(one for one in who.values() if "admin" in one.roles), "", 10)
    place = vault.root / settings.FILE
    return replace(vault, settings=settings.write(place, pdf_signature="on"))


def print_all(vault: Vault, who: Mapping[str, Person], change: str, prints: Path) -> None:
    """Print the stations' labels for both kinds of printers, and the sheet of an order in review."""
    for form in ("pdf", "zpl"):
        labels.of_stations(vault, (), prints / f"stations.{form}")
    order.print_order(vault, who["pat"], change, prints / f"{change}.pdf")
