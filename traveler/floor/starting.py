# SPDX-License-Identifier: AGPL-3.0-or-later
"""Beginning an operation, going on with it, or joining those who are on it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from traveler import clearing, gate, readers, station_records, stations, tables, words, work_records
from traveler.floor import acting
from traveler.floor.acting import Progress, Scene
from traveler.floor.errors import NotOutside
from traveler.tablet.sending import DIRECT, Sent
from vault import canonical
from vault.home import Vault
from vault.ledger.people import Person


@dataclass(frozen=True, slots=True)
class Trip:
    """Pieces on their way out: to which vendor, with which packing slip, expected back on a day.

    What is left empty is the station's own vendor, and today and the days its work takes.
    """

    vendor: str = ""
    slip: str = ""
    expected: str = ""


def start(  # noqa: PLR0913 - the act itself, and how it came
    vault: Vault,
    actor: Person,
    job: str,
    seq: int,
    *,
    override: str = "",
    machine: str = "",
    trip: Trip | None = None,
    device: str = "",
    idempotency_key: str = "",
    token: str = "",
    sent: Sent = DIRECT,
) -> Progress:
    """Begin, or go on with, an operation, or join those who are on it already.

    ``machine`` names the station of the group it is started on.  At an outside station a start
    sends the pieces away, as ``trip`` tells, and a finish takes them back.

    ``override`` is the reason for which a planner starts past its blockers; it stays visible on
    the job for ever and sets nothing else aside.  Raises RoleNeeded, NoSuchJob, NoSuchOperation,
    OperationCannot, JobNotReleased, EarlierOperationOpen, NothingArrived, OperationBlocked,
    RevisionUndecided, DeviationUsedUp, RevisionRecalled, KitOvertaken, ChildrenOpen, ReworkOpen,
    BadMachine, NotOutside, BadDueDate, NotRead or OutsideTraveler.
    """
    told = {"override": override, "machine": machine, **(asdict(trip) if trip else {})}
    request = {"act": "start", "job": job, "seq": seq} | {
        name: text for name, text in told.items() if text.strip()
    }
    return acting.act(vault, actor, request, device, idempotency_key, token, sent, _start)


def _start(scene: Scene) -> Progress:
    job, operation, stand, writing = scene.job, scene.operation, scene.ground, scene.writing
    why = words.line("reason", scene.request.get("override", ""), 500)
    act = "start"
    if operation.state == "running" and not work_records.open_stint(
        writing.connection, operation.id, writing.actor
    ):
        act = "join"
    found = station_records.station(writing.connection, scene.machine) if scene.machine else None
    machine = found.code if found else ""
    refusal = gate.act_refusal(
        job, scene.operations, operation, stand, act, past_blockers=bool(why), machine=machine
    )
    if refusal:
        raise refusal
    pinned = [(job.item, job.rev), *((one.item.item, one.item.rev) for one in stand.kit)]
    for pin in pinned:
        if unread := readers.refusal(
            scene.vault, scene.log, writing.connection, writing.actor, *pin
        ):
            raise unread
    changes = _where(scene)
    writing.insert(
        tables.stint, operation=operation.id, person=writing.actor, device=writing.device,
        started_at=scene.at, good=0, scrap=0, lot=scene.lot,
    )  # fmt: skip
    facts: dict[str, Any] = {"rev": job.rev, "standing": stand.standing.state, **changes}
    if why and (passed := [one.id for one in stand.on(job, operation, machine)]):
        writing.insert(
            tables.start_override, operation=operation.id, at=writing.at, person=writing.actor,
            device=writing.device, why=why, blockers=canonical.dumps(passed).decode(),
        )  # fmt: skip
        facts |= {"past_blockers": passed, "why": why}
    if operation.outside:
        clearing.went_out(writing, operation, changes["sent_to"])
    changes["started_at"] = operation.started_at or scene.at
    return acting.moved(scene, act, changes, facts)


def _where(scene: Scene) -> dict[str, Any]:
    """Return what a start tells of the machine, or of the vendor the pieces are sent to."""
    operation, request = scene.operation, scene.request
    found: dict[str, Any] = {}
    if scene.machine:
        found["machine"] = stations.machine(scene.writing.connection, operation, scene.machine)
    told = [request.get(name, "") for name in ("vendor", "slip", "expected")]
    if not operation.outside:
        if any(told):
            raise NotOutside(job=operation.job, seq=operation.seq, station=operation.station)
        return found
    vendor, slip, expected = told
    if not expected and operation.days:
        sent = date.fromisoformat(words.today(scene.vault.settings.time_zone))
        expected = (sent + timedelta(days=operation.days)).isoformat()
    return found | {
        "sent_to": words.line("vendor", vendor or operation.vendor, 80),
        "slip": words.line("packing slip", slip or operation.slip, 80),
        "expected": words.day(expected) if expected else "",
    }
