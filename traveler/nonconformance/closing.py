# SPDX-License-Identifier: AGPL-3.0-or-later
"""Putting a nonconformance away once nothing is open about it, and taking it up again."""

from __future__ import annotations

from release import rulebook
from traveler import words
from traveler.nonconformance import carrying, filing
from traveler.nonconformance.errors import NotExplained
from traveler.nonconformance.opening import STAFF
from traveler.nonconformance.records import Nonconformance
from vault.home import Vault
from vault.ledger.people import Person, require


def close(
    vault: Vault, actor: Person, number: str, remark: str = "", seen: int | None = None
) -> Nonconformance:
    """Put it away once it is disposed of, explained, and its steps are done.

    Raises RoleNeeded, NotExplained, ReworkUndone, NonconformanceCannot or NonconformanceMoved.
    """
    require(actor, *rulebook.current(vault).quality.may_dispose)
    said = words.line("remark", remark, 500)
    with vault.ledger.writing(actor.name) as writing:
        before = filing.seen(writing.connection, number, seen)
        filing.allowed(before, "close")
        missing = [name for name in ("cause", "action") if not getattr(before.facts, name)]
        if missing:
            what = " and ".join(f"its {name}" for name in missing)
            raise NotExplained(number=before.number, what=what)
        carrying.steps_done(writing.connection, before)
        done = filing.act(writing, before, "close", said, before.facts)
        filing.let_go(writing, done, f"{done.number} is closed")
        return done


def reopen(vault: Vault, actor: Person, number: str, why: str) -> Nonconformance:
    """Take it up again, since it is not right after all; raises NonconformanceCannot."""
    require(actor, *STAFF)
    reason = filing.reason("reopening", why)
    with vault.ledger.writing(actor.name) as writing:
        before = filing.known(writing.connection, number)
        filing.allowed(before, "reopen")
        carrying.taken_back(writing, before, reason)
        done = filing.act(writing, before, "reopen", reason, filing.undecided(before.facts))
        carrying.hold_again(writing, done)
        return done
