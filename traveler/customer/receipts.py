# SPDX-License-Identifier: AGPL-3.0-or-later
"""The customer's own word that a shipment arrived: who took it, when, and what was wrong with it.

What was missing or damaged becomes a question in the same breath, so that it waits for an answer in
the shop's list and is not a remark nobody reads.
"""

from __future__ import annotations

from traveler.customer import orders, questions
from traveler.job_records import Job
from traveler.shipping import desk
from traveler.shipping.records import Shipment
from traveler.words import lines, today
from vault.home import Vault
from vault.ledger.engine import Writing
from vault.ledger.people import Person, require

LONGEST = 1000


def confirm(
    vault: Vault, viewer: Person, job: str, shipment: str, by: str, wrong: str = "", *,
    device: str = "",
) -> Shipment:  # fmt: skip
    """Confirm that a shipment of one's own order arrived; ``wrong`` is what is not right with it.

    Raises RoleNeeded, NoSuchOrder, NoSuchShipment, ReceiverMissing, ConfirmedAlready, ShipmentCannot,
    BadWords or TooManyQuestions.
    """
    require(viewer, "customer")
    with vault.ledger.writing(viewer.name, device) as writing:
        found = orders.own(writing.connection, viewer, job)
        made = confirmed(vault, writing, found, shipment, by, wrong)
        orders.noted(writing, found.number, f"confirmed {made.number}")
        return made


def confirmed(
    vault: Vault, writing: Writing, job: Job, shipment: str, by: str, wrong: str, *, share: int = 0
) -> Shipment:
    """Confirm inside a transaction that has seen whose order it is."""
    said = lines("remark", wrong, LONGEST) if wrong.strip() else ""
    made = desk.confirm(writing, job, shipment, by, said, today(vault.settings.time_zone))
    if said:
        questions.asked(writing, job, f"{made.number} arrived, but: {said}", share=share)
    return made
