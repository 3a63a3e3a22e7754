# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a blocker names is there and can still come, and it holds something where it is raised.

A blocker that waits for what never comes, or that holds nothing, looks as if somebody had seen to
it: whoever raises one by a slip of the hand is told at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from sqlalchemy.engine import Connection

from release import orders
from release.lifecycle import OPEN_STATES
from traveler import lifecycle, series
from traveler.blockers.errors import BadBlockerFact, BlockerHoldsNothing
from traveler.blockers.kinds import Kind
from traveler.copies import records as copies
from traveler.job_records import Job
from traveler.operation_records import Operation
from traveler.shipping import records as shipments
from traveler.station_records import Station
from vault.errors import NoSuchItem
from vault.home import Vault
from vault.ledger import people

NO_FACTS: Final[Mapping[str, str]] = MappingProxyType({})
BACK: Final = frozenset({"collected", "destroyed"})
"""The states of a copy that is out of everybody's hands."""


def named(
    vault: Vault, connection: Connection, kind: Kind, facts: Mapping[str, str],
    before: Mapping[str, str] = NO_FACTS, job: str | None = None,
) -> None:  # fmt: skip
    """Raise where a fact names what is not there, or what nobody has to wait for any more.

    ``before`` is what was known until now, for which nobody has to answer again.  Raises
    BadBlockerFact, NoSuchChange, NoSuchItem or NoSuchPerson.
    """
    checks: dict[str, Callable[[str], str]] = {
        "change": lambda name: _change(vault, name),
        "item": lambda number: _item(vault, number),
        "vote": lambda name: _person(vault, name),
        "copy": lambda number: _copy(connection, number),
        "shipment": lambda number: _shipment(connection, number, job),
    }
    for key, value in facts.items():
        if key in checks and before.get(key) != value and (why := checks[key](value)):
            raise BadBlockerFact(key=key, type=kind.name, why=why)


def placed(
    job: Job | None, operations: Sequence[Operation], operation: Operation | None,
    station: Station | None,
) -> None:  # fmt: skip
    """Raise BlockerHoldsNothing where no step that is still to be done would wait for it."""
    todo = [one for one in operations if not one.over]
    seqs = ", ".join(str(one.seq) for one in todo) or "none"
    if job and operation and operation.over:
        why = f"step {operation.seq} of job {job.number} is {operation.state}"
        raise BlockerHoldsNothing(why=why, way=f"name a step still to be done ({seqs}), or the job")
    if station is None:
        return
    if station.retired:
        raise BlockerHoldsNothing(why=f"{station.code} is retired", way="name a station in use")
    if job and operation and not reaches(station, operation):
        why = f"step {operation.seq} of job {job.number} is at {operation.station}"
        raise BlockerHoldsNothing(
            why=why, way="leave the station out, or name the step that is there"
        )
    if job and not any(reaches(station, one) for one in todo):
        there = ", ".join(dict.fromkeys(one.station for one in todo)) or "none"
        why = f"job {job.number} has no step still to be done at {station.code}"
        raise BlockerHoldsNothing(why=why, way=f"name a station it comes to ({there}), or none")


def reaches(station: Station, operation: Operation) -> bool:
    """Say whether a step may be done at a station: there, or at any of its group."""
    return operation.station in {station.code, station.group}


def _change(vault: Vault, name: str) -> str:
    state = orders.load(vault, name).order.state
    if state in OPEN_STATES:
        return ""
    return f"{name} is {state}, so nobody waits for it"


def _item(vault: Vault, number: str) -> str:
    if vault.catalogue.item(number) is None:
        raise NoSuchItem(number=number)
    return ""


def _person(vault: Vault, name: str) -> str:
    found = people.get(vault.ledger, name)
    return f"{found.name} is disabled" if found.disabled else ""


def _copy(connection: Connection, number: str) -> str:
    serial = copies.serial(number)
    found = copies.by_id(connection, serial) if serial is not None else None
    if found is None or found.state in lifecycle.NEVER_OUT:
        return f"{number} was never handed out"
    return f"{number} is {found.state} already" if found.state in BACK else ""


def _shipment(connection: Connection, number: str, job: str | None) -> str:
    which = series.SHIPMENT.number(number)
    found = shipments.shipment(connection, which) if which is not None else None
    if found is None:
        return f"there is no shipment {number}"
    if found.job != job:
        return f"{number} is of job {found.job}"
    return "" if found.state == "packed" else f"{number} is {found.state} already"
