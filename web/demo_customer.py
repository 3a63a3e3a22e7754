# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo's customers: who signs in for them, what they asked, and what they were told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from traveler import amending
from traveler.customer import logins, messages, orders, questions, receipts
from traveler.shipping import desk as shipping
from vault.home import Vault
from vault.ledger.people import Person
from web import demo_packets

LOGIN: Final = "cora"
CUSTOMERS: Final = ("Halvard Robotics", "Marlow Packaging")
ORDERS: Final = {"J-2042": "HR-5512", "J-2041": "HR-5498", "J-2052": "HR-5530"}
TOLD: Final = "J-2042"
DEVICE: Final = "demo"


def welcome(vault: Vault, who: Mapping[str, Person], place: Path) -> None:
    """Let the customer of the story in; she looks, asks twice, and is answered once."""
    planner, buyer = who["pat"], who[LOGIN]
    for customer in CUSTOMERS:
        logins.tie(vault, who["ada"], LOGIN, customer, "buys for them; asked for by Pat Novak")
    for job, order in ORDERS.items():
        amending.amend(vault, planner, job, order=order, why="their order came by mail")
    orders.look(vault, buyer, TOLD, DEVICE)
    asked = questions.ask(
        vault, buyer, TOLD, "Could ten of the shafts leave before the rest?\nWe only need ten for the "
        "first machine.", device=DEVICE,
    )  # fmt: skip
    questions.answer(
        vault, planner, asked.id, "Yes. We send ten as soon as both ends are turned and measured. We "
        "would pack them as in the photo.", device=DEVICE,
        files={"packed as before.jpg": place / "evidence" / "packed.jpg"},
    )  # fmt: skip
    messages.send(
        vault, planner, messages.draft(vault, planner, job=TOLD).text, job=TOLD, device=DEVICE
    )
    first = shipping.look(vault, demo_packets.JOB).shipments[0]
    receipts.confirm(vault, buyer, demo_packets.JOB, first.number, "Lena Ruiz, goods in",
                     "one corner of the carton is crushed, the parts are fine", device=DEVICE)  # fmt: skip
    questions.ask(vault, buyer, "J-2041", "Is the slot 6.02 now on all 24, or on the new ones only?",
                  device=DEVICE)  # fmt: skip


def worth_opening() -> list[tuple[str, str]]:
    """Return the pages that show it, each with why."""
    return [
        ("/customers", "customers, who signs in for them, and what they looked at"),
        ("/questions", "what customers ask, and for how long they wait"),
        (f"/jobs/{TOLD}/message", "a message to a customer, drafted from facts with their sources"),
    ]
