# SPDX-License-Identifier: AGPL-3.0-or-later
"""Interrupting an operation and finishing it, with the pieces made; every piece has to be told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from traveler import clearing, flow, gate, lots, tables, words, work_records
from traveler.floor import acting
from traveler.floor.acting import Progress, Scene
from traveler.tablet.sending import DIRECT, Sent
from traveler.work_records import Stint
from vault.home import Vault
from vault.ledger.people import Person


def pause(  # noqa: PLR0913 - the act itself, and how it came
    vault: Vault,
    actor: Person,
    job: str,
    seq: int,
    qty: int = 0,
    scrap: int = 0,
    *,
    rework: int = 0,
    device: str = "",
    idempotency_key: str = "",
    token: str = "",
    sent: Sent = DIRECT,
) -> Progress:
    """Interrupt an operation, counting the pieces made since it was started.

    Where others are on it too, it goes on without this person.  ``rework`` pieces are set aside
    to be worked on again.  Raises what ``start`` does but for the job's standing, and BadQuantity
    or TooManyPieces.
    """
    request = {"act": "pause", "job": job, "seq": seq, "qty": qty, "scrap": scrap} | (
        {"rework": rework} if rework else {}
    )
    return acting.act(vault, actor, request, device, idempotency_key, token, sent, _stop)


def finish(  # noqa: PLR0913 - the act itself, and how it came
    vault: Vault,
    actor: Person,
    job: str,
    seq: int,
    qty: int | None = None,
    scrap: int = 0,
    *,
    rework: int = 0,
    why: str = "",
    device: str = "",
    idempotency_key: str = "",
    token: str = "",
    sent: Sent = DIRECT,
) -> Progress:
    """End an operation for everybody on it; without ``qty`` all pieces not counted yet are good.

    Every piece that came must be accounted for, or ``why`` must say why some are missing.  Raises
    what ``pause`` does, and PiecesMissing or ReworkOpen.
    """
    request = {"act": "finish", "job": job, "seq": seq, "qty": qty, "scrap": scrap, "why": why} | (
        {"rework": rework} if rework else {}
    )
    return acting.act(vault, actor, request, device, idempotency_key, token, sent, _stop)


def _stop(scene: Scene) -> Progress:
    job, operation, writing, request = scene.job, scene.operation, scene.writing, scene.request
    act, given = request["act"], request["qty"]
    on_it = work_records.open_stints(writing.connection, operation.id)
    own = next((one for one in on_it if one.person == writing.actor), None)
    if act == "pause" and own is not None and len(on_it) > 1:
        act = "leave"
    if refusal := gate.act_refusal(job, scene.operations, operation, scene.ground, act):
        raise refusal
    scrap = words.pieces(request["scrap"])
    rework = words.pieces(request.get("rework", 0))
    left = flow.left(job, scene.operations, operation) - scrap - rework
    good = words.pieces(max(left, 0) if given is None else given)
    why = words.line("reason", request.get("why", ""), 500)
    finishing = act == "finish"
    if refusal := gate.pieces_refusal(
        job, scene.operations, operation, good, scrap, finishing, why, scene.ground.tightest,
        rework,
    ):  # fmt: skip
        raise refusal
    if scene.lot is not None:
        lots.within(writing.connection, job, operation, scene.lot, good + scrap + rework)
    counted = {"good": good, "scrap": scrap} | ({"rework": rework} if rework else {})
    told = counted | ({} if scene.lot is None else {"lot": scene.lot})
    ended = _leave(scene, on_it, own, told, alone=act == "leave")
    changes: dict[str, Any] = {
        name: count + getattr(operation, name) for name, count in counted.items()
    }
    if finishing:
        changes["finished_at"] = scene.at
        if operation.outside:
            clearing.came_back(writing, operation)
    return acting.moved(
        scene, act, changes, told | {"stints": ended} | ({"why": why} if why else {})
    )


def _leave(
    scene: Scene, on_it: list[Stint], own: Stint | None, counted: Mapping[str, int], *, alone: bool
) -> list[int]:
    """End the stints on an operation, or one's own alone, and return their numbers.

    The pieces are whose hand counted them.

    Somebody who was not on it, and counts for several, gets a stint without length.
    """
    writing = scene.writing
    counter = own or (on_it[0] if len(on_it) == 1 else None)
    ended = {"ended_at": scene.at, "ended_by": writing.actor}
    closed = [one for one in on_it if one is counter or not alone]
    for one in closed:
        writing.update(tables.stint, one.id, **ended, **(counted if one is counter else {}))
    numbers = [one.id for one in closed]
    if counter is None and on_it:
        row = writing.insert(
            tables.stint, operation=scene.operation.id, person=writing.actor,
            device=writing.device, started_at=scene.at, **ended, **counted,
        )  # fmt: skip
        numbers.append(row["id"])
    return numbers
