# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo's customers: whose orders somebody sees who signs in for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from traveler.customer import logins
from vault.home import Vault
from vault.ledger.people import Person

LOGIN: Final = "cora"
CUSTOMERS: Final = ("Halvard Robotics", "Marlow Packaging")


def welcome(vault: Vault, who: Mapping[str, Person]) -> None:
    """Let the customer of the story see the orders of both companies she buys for."""
    for customer in CUSTOMERS:
        logins.tie(vault, who["ada"], LOGIN, customer, "buys for them; asked for by Pat Novak")


def worth_opening() -> list[tuple[str, str]]:
    """Return the pages that show it, each with why."""
    return [("/customers", "customers, who signs in for them, and what they looked at")]
