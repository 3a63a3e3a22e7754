# SPDX-License-Identifier: AGPL-3.0-or-later
"""The badge as a card: name, shop and a QR, on a sheet that is cut to the size of a bank card.

The drawing is done in the worker process, because no PDF library runs in the server.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from release.printed.placing import placed
from traveler.sheet import rows_of
from traveler.tablet import badges
from traveler.tablet.badges import Badge
from vault import worker
from vault.codes import qr_address
from vault.home import Vault
from vault.ledger import people
from vault.ledger.people import Person


@dataclass(frozen=True, slots=True)
class Card:
    """A printed badge: what the ledger knows of it, and the address in its QR."""

    badge: Badge
    address: str


def print_badge(vault: Vault, actor: Person, name: str, out: Path) -> Card:
    """Give a person a new badge and write it as PDF; raises what ``badges.issue`` refuses."""
    made, code = badges.issue(vault, actor, name)
    address = qr_address(vault.settings.public_url, "b", code)
    person = people.get(vault.ledger, name)
    facts = {
        "shop": vault.settings.shop_name or "Titleblock",
        "shown": person.shown,
        "name": person.name,
        "badge": made.id,
        "issued": made.issued_at[:10],
        "qr": rows_of(address),
    }
    with placed(out) as aside:
        worker.shared().call("traveler.tablet.card_draw:draw", out=aside, facts=facts)
    return Card(made, address)
