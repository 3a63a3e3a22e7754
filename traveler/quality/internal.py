# SPDX-License-Identifier: AGPL-3.0-or-later
"""Evidence that stays in the shop: it proves as any other, and goes to no customer.

A mark beside the record, never an edit: taking it off again is a newer row, with its reason too.
"""

from __future__ import annotations

from traveler.job_records import subject
from traveler.quality import evidence_records, tables
from traveler.quality.errors import (
    CorrectionNeedsReason,
    EvidenceReplaced,
    InternalAlready,
    NoSuchEvidence,
)
from traveler.quality.evidence_records import Evidence
from traveler.words import line
from vault.home import Vault
from vault.ledger.people import Person, require

KEEPERS = ("engineer", "approver", "planner", "quality")
"""Who may say that something is for the shop alone; letting it out again is for the same."""


def mark(
    vault: Vault, actor: Person, number: int, why: str, *, internal: bool = True, device: str = ""
) -> Evidence:
    """Keep evidence inside the shop, or let it out again.

    Raises RoleNeeded, NoSuchEvidence, EvidenceReplaced, InternalAlready or CorrectionNeedsReason.
    """
    require(actor, *KEEPERS)
    reason = line("reason", why, 500)
    said = "kept inside" if internal else "let out"
    if not reason:
        raise CorrectionNeedsReason(what="evidence", act=said)
    with vault.ledger.writing(actor.name, device) as writing:
        before = evidence_records.evidence_one(writing.connection, number)
        if before is None:
            raise NoSuchEvidence(number=number)
        if before.withdrawn:
            raise EvidenceReplaced(number=before.root, act="withdrawn", person=before.person)
        if bool(before.internal) == internal:
            raise InternalAlready(number=before.root, said=said)
        writing.insert(
            tables.evidence_reach, evidence=before.root, internal=int(internal), why=reason,
            at=writing.at, person=writing.actor, device=writing.device,
        )  # fmt: skip
        writing.record("evidence.internal" if internal else "evidence.released",
                       subject(before.job), evidence=before.root, why=reason)  # fmt: skip
        return next(
            one for one in evidence_records.evidence(writing.connection, before.job)
            if one.root == before.root
        )  # fmt: skip
