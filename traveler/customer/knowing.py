# SPDX-License-Identifier: AGPL-3.0-or-later
"""What may be told of orders: read for many jobs at once, and put into a customer's words.

The same facts stand behind a link, a login, the news since a last visit and the draft of a message,
so that no two of them can say different things.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from release import rulebook
from release.rules.customer import Customers
from traveler import flow, following
from traveler import records as floor_records
from traveler.blockers import records as blockers
from traveler.blockers.records import Blocker
from traveler.customer.stage import Stage, stage, waits_for
from traveler.customer.wording import day_words
from traveler.dispatch import dates
from traveler.packet import records as packets
from traveler.packet.records import Packet
from traveler.records import Job, Operation
from traveler.shipping import records as shipping
from traveler.shipping.records import Shipment
from traveler.views import Dates
from traveler.words import today
from vault.home import Vault

LEFT = frozenset({"shipped", "received"})
"""The states in which a shipment is on its way or there."""


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of an order and may concern its customer, and what the rules let be told."""

    job: Job
    operations: tuple[Operation, ...]
    blockers: tuple[Blocker, ...]
    packets: tuple[Packet, ...]
    shipments: tuple[Shipment, ...]
    dates: Dates | None
    rules: Customers
    today: str

    @property
    def step(self) -> Operation | None:
        """Return the operation that is next or being worked on."""
        return next((one for one in self.operations if not one.over), None)

    @property
    def waiting(self) -> tuple[str, ...]:
        """Return what the order waits for, as a customer may hear it."""
        return tuple(dict.fromkeys(self.named(one) for one in self.blockers))

    @property
    def gone(self) -> int:
        """Return how many pieces are on their way or there."""
        return sum(one.facts.qty for one in self.shipments)

    @property
    def made(self) -> int:
        """Return how many good pieces came through the whole route."""
        return flow.out(self.job, self.operations)

    @property
    def stage(self) -> Stage:
        """Return how far it is."""
        return stage(
            self.job, self.operations, self.waiting, proved=bool(self.packets), gone=self.gone,
            made=self.made, titles=self.rules.steps,
        )  # fmt: skip

    def named(self, blocker: Blocker) -> str:
        """Return what a blocker is called before the customer."""
        return waits_for(blocker.kind, named=blocker.kind in self.rules.reasons)

    def forecast(self, *, allowed: bool) -> tuple[str, str]:
        """Return the day on which it is expected to be done and an honest word about that day.

        Both are empty where no day may be shown, and where nothing is left to be expected; without
        a day the word says why there is none.
        """
        if not allowed or self.job.ended or self.stage.over:
            return "", ""
        if self.dates is None or self.dates.forecast is None:
            return "", f"No day can be said at the moment{self._because(', because it')}."
        day = self.dates.forecast[:10]
        if day > self.job.due:
            because = self._because(", because it") or ", because of the work that is before it"
            return day, f"That is later than {day_words(self.job.due, self.today)}{because}."
        return day, f"That is in time for {day_words(self.job.due, self.today)}."

    def _because(self, begins: str) -> str:
        if not self.blockers:
            return ""
        said = []
        for one in self.blockers:
            until = f", expected {day_words(one.expected, self.today)}" if one.expected else ""
            said.append(f"{self.named(one)}{until}")
        return f"{begins} waits for {' and '.join(dict.fromkeys(said))}"


def known(vault: Vault, jobs: Sequence[Job]) -> dict[str, Known]:
    """Return what is known of these jobs at this moment, by number, in their order."""
    following.follow(vault)
    numbers = [one.number for one in jobs]
    counted = dates.of(vault, [one.number for one in jobs if not one.ended])
    rules, day = rulebook.current(vault).customer, today(vault.settings.time_zone)
    with vault.ledger.reading() as connection:
        operations = floor_records.operations_of(connection, numbers)
        held = _held(connection, jobs, operations)
        issued = packets.of_jobs(connection, numbers)
        sent = shipping.shipments_of(connection, numbers)
    return {
        job.number: Known(
            job, tuple(operations[job.number]), held[job.number],
            tuple(one for one in issued[job.number] if one.state == "valid"),
            tuple(one for one in sent[job.number] if one.state in LEFT),
            counted.get(job.number), rules, day,
        )
        for job in jobs
    }  # fmt: skip


def _held(
    connection: Connection, jobs: Sequence[Job], operations: Mapping[str, Sequence[Operation]]
) -> dict[str, tuple[Blocker, ...]]:
    """Return the blockers that hold each job at the step it is at."""
    steps = {job.number: next((one for one in operations[job.number] if not one.over), None)
             for job in jobs}  # fmt: skip
    stations = {one.station for one in steps.values() if one is not None}
    found = blockers.concerning(connection, [job.number for job in jobs], stations)
    held = {}
    for job in jobs:
        step = steps[job.number]
        held[job.number] = tuple(one for one in found if step and one.holds(job, step))
    return held
