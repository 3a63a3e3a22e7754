# SPDX-License-Identifier: AGPL-3.0-or-later
"""Letting a file leave with what lies in it unseen: quality's word, with a reason, for exactly that.

A file that holds a packet is looked at by a person, who takes out what must stay, keeps the file
inside, or answers for it by name.  The packet says so.  What names another customer is never let.
"""

from __future__ import annotations

from traveler.job_records import subject
from traveler.packet import gathering, records
from traveler.packet.errors import LettingNeedsReason, MayNotBeLet, NothingHeld, NotLet
from traveler.packet.sections import Held
from traveler.packet.tables import evidence_let
from traveler.quality import evidence
from traveler.quality.evidence_records import Evidence
from traveler.words import line
from vault import canonical
from vault.home import Vault
from vault.ledger.people import Person, require

LETTERS = ("quality",)


def let(vault: Vault, actor: Person, number: int, why: str, *, device: str = "") -> Held:
    """Let a file leave with what was found in it now, by quality and with a reason.

    Raises RoleNeeded, NoSuchEvidence, LettingNeedsReason, NothingHeld or MayNotBeLet.
    """
    require(actor, *LETTERS)
    standing, reason = _asked(vault, number, why)
    held = gathering.gather(vault, standing.job).held
    found = next((one for one in held if one.evidence == standing.root), None)
    if found is None:
        raise NothingHeld(number=standing.root, job=standing.job)
    if not found.may:
        raise MayNotBeLet(number=standing.root, what="; ".join(found.what))
    _write(vault, actor, standing, "let", found.what, reason, device)
    return found


def hold(vault: Vault, actor: Person, number: int, why: str, *, device: str = "") -> None:
    """Take that back, so that the file holds packets again; what was issued stays as it is.

    Raises RoleNeeded, NoSuchEvidence, LettingNeedsReason or NotLet.
    """
    require(actor, *LETTERS)
    standing, reason = _asked(vault, number, why)
    with vault.ledger.reading() as connection:
        if standing.root not in records.let_of(connection, [standing.root]):
            raise NotLet(number=standing.root)
    _write(vault, actor, standing, "hold", (), reason, device)


def _asked(vault: Vault, number: int, why: str) -> tuple[Evidence, str]:
    standing, _line = evidence.show(vault, number)
    reason = line("reason", why, 500)
    if not reason:
        raise LettingNeedsReason(number=standing.root)
    return standing, reason


def _write(
    vault: Vault,
    actor: Person,
    one: Evidence,
    act: str,
    what: tuple[str, ...],
    why: str,
    device: str,
) -> None:
    with vault.ledger.writing(actor.name, device) as writing:
        writing.insert(
            evidence_let, evidence=one.root, act=act, what=canonical.dumps(list(what)).decode(),
            why=why, at=writing.at, person=writing.actor, device=writing.device,
        )  # fmt: skip
        writing.record(f"evidence.{act}", subject(one.job), evidence=one.root, why=why,
                       what=list(what))  # fmt: skip
