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
from traveler import flow, following, operation_records
from traveler.blockers import records as blockers
from traveler.blockers.records import Blocker
from traveler.customer.stage import Stage, stage, waits_for
from traveler.customer.wording import day_words
from traveler.dispatch import dates
from traveler.job_records import Job
from traveler.operation_records import Operation
from traveler.packet import records as packets
from traveler.packet.records import Packet
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
    ahead: tuple[Blocker, ...] = ()
    zone: str = "UTC"

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
    def arrived(self) -> int:
        """Return how many of them were received."""
        return sum(one.facts.qty for one in self.shipments if one.state == "received")

    @property
    def made(self) -> int:
        """Return how many good pieces came through the whole route."""
        return flow.out(self.job, self.operations)

    @property
    def stage(self) -> Stage:
        """Return how far it is."""
        return stage(
            self.job, self.operations, self.waiting, proved=bool(self.packets), gone=self.gone,
            arrived=self.arrived, made=self.made, titles=self.rules.steps,
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
            because = self._because(", because it") or ", because it needs something without a day"
            return "", f"No day can be said at the moment{because}."
        day, due = self.dates.forecast[:10], day_words(self.job.due, self.today, near=False)
        if day > self.job.due:
            because = self._because(", because it") or ", because of the work that is before it"
            return day, f"That is later than {due}{because}."
        return day, f"That is in time for {due}."

    def _because(self, begins: str) -> str:
        """Return what stands in the way of the day, at the step it is at or at a later one."""
        held = self.blockers or self.ahead
        if not held:
            return ""
        said = []
        for one in held:
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
        operations = operation_records.operations_of(connection, numbers)
        held = _held(connection, jobs, operations)
        issued = packets.of_jobs(connection, numbers)
        sent = shipping.shipments_of(connection, numbers)
    return {
        job.number: Known(
            job, tuple(operations[job.number]), held[job.number][0],
            tuple(one for one in issued[job.number] if one.state == "valid"),
            tuple(one for one in sent[job.number] if one.state in LEFT),
            counted.get(job.number), rules, day, held[job.number][1],
            vault.settings.time_zone,
        )
        for job in jobs
    }  # fmt: skip


def _held(
    connection: Connection, jobs: Sequence[Job], operations: Mapping[str, Sequence[Operation]]
) -> dict[str, tuple[tuple[Blocker, ...], tuple[Blocker, ...]]]:
    """Return for each job the blockers that hold the step it is at, and those of later steps."""
    left = {job.number: [one for one in operations[job.number] if not one.over] for job in jobs}
    stations = {one.station for steps in left.values() for one in steps}
    found = blockers.concerning(connection, [job.number for job in jobs], stations)
    held = {}
    for job in jobs:
        now, later = left[job.number][:1], left[job.number][1:]
        here = tuple(one for one in found if any(one.holds(job, step) for step in now))
        ahead = (one for one in found if one not in here)
        held[job.number] = (
            here, tuple(one for one in ahead if any(one.holds(job, step) for step in later)),
        )  # fmt: skip
    return held
