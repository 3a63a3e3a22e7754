# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing down something about an operation, for whoever comes after."""

from __future__ import annotations

from traveler import tables
from traveler import words as words_of
from traveler.floor import acting
from traveler.floor.acting import Progress, Scene
from traveler.job_records import subject
from traveler.tablet.sending import DIRECT, Sent
from vault.home import Vault
from vault.ledger.people import Person

LONGEST_NOTE = 2000


def note(
    vault: Vault,
    actor: Person,
    job: str,
    seq: int,
    words: str,
    *,
    device: str = "",
    idempotency_key: str = "",
    token: str = "",
    sent: Sent = DIRECT,
) -> Progress:
    """Write down something about an operation, whatever its state; raises BadWords."""
    request = {"act": "note", "job": job, "seq": seq, "words": words}
    return acting.act(vault, actor, request, device, idempotency_key, token, sent, _note)


def _note(scene: Scene) -> Progress:
    job, operation, writing = scene.job, scene.operation, scene.writing
    words = words_of.lines("note", scene.request["words"], LONGEST_NOTE)
    writing.insert(
        tables.floor_note, operation=operation.id, at=scene.at, person=writing.actor, words=words
    )
    writing.record(
        "operation.note", subject(job.number), seq=operation.seq, note=words, **scene.facts
    )
    return Progress(
        job.number, operation.seq, operation.state, operation.good, operation.scrap, writing.at,
        operation.rework,
    )  # fmt: skip
