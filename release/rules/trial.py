# SPDX-License-Identifier: AGPL-3.0-or-later
"""What other rules would have decided: every released and every open order, judged once more.

Released orders are judged as they were: their files, signatures and letters, the release log and the
clock of that moment, the people and roles the ledger tells of it.  Locks of the past are on no
record; nothing else is imagined.  People whose beginning the ledger does not tell count as today.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal

from release import gate, lifecycle, orders, scope, settling
from release.change import Order
from release.errors import BadDay
from release.finding import Finding, all_pass
from release.inquiry import Inquiry
from release.log import ReleaseLog, Revision
from release.rules.grammar import Rules
from release.rules.options import Fault, day
from vault import errors
from vault.history.repository import RELEASES
from vault.home import Vault
from vault.ledger import past_people
from vault.ledger.past_people import PastPeople

Decision = Literal["passes", "is blocked"]
PAGE: Final = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """A finding that opens or shuts the gate, or is there under one of the rules only."""

    item: str
    requirement: str
    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What both rules say of an order, and where they differ."""

    change: str
    state: str
    at: str
    before: Decision
    after: Decision
    differences: tuple[Difference, ...]

    @property
    def differs(self) -> bool:
        """Say whether the decision is another one, or how it comes about."""
        return self.before != self.after or bool(self.differences)

    def told(self) -> dict[str, Any]:
        """Return what ``--json`` says of it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Trial:
    """How many orders were judged, what came out, and how many there was no time for.

    ``as_today`` are people whose roles at past moments are on no record.
    """

    tried: int
    outcomes: tuple[Outcome, ...]
    left: int = 0
    as_today: tuple[str, ...] = ()

    @property
    def of_whom(self) -> str:
        """Return in a sentence by which people and roles past orders were judged."""
        said = "Past orders by the people and roles of their time"
        if self.as_today:
            said += f", but {', '.join(self.as_today)}, of whom only today's roles are known"
        return f"{said}; open ones by those of today."

    @property
    def differing(self) -> tuple[Outcome, ...]:
        """Return the orders the rules would decide differently, or for other reasons."""
        return tuple(one for one in self.outcomes if one.differs)

    def told(self, *, everything: bool) -> dict[str, Any]:
        """Return what ``--json`` says of it."""
        shown = self.outcomes if everything else self.differing
        return {"tried": self.tried, "left": self.left, "people_as_today": list(self.as_today),
                "orders": [one.told() for one in shown]}  # fmt: skip


def candidates(vault: Vault, since: str = "") -> list[str]:
    """Return the released and open orders opened since a day, the newest first; raises BadDay."""
    try:
        since = day(since, "since")
    except Fault as fault:
        raise BadDay(told=since) from fault
    settling.settle(vault)
    states = {"released", *lifecycle.OPEN_STATES}
    found: list[str] = []
    before: str | None = None
    while rows := vault.catalogue.orders(states, before=before, limit=PAGE):
        found += [row.change for row in rows if row.opened_at[:10] >= since]
        before = rows[-1].change
    return found


def run(
    vault: Vault,
    now: Rules,
    new: Rules,
    changes: list[str],
    progress: Callable[[int], object] = lambda _done: None,
    seconds: float | None = None,
) -> Trial:
    """Judge orders by the rules in force and by new ones, and say where they differ.

    Where the seconds are over, the rest is only counted.
    """
    entries = list(reversed([one.oid for one in vault.history.chain(RELEASES)]))
    end = None if seconds is None else time.monotonic() + seconds
    past = past_people.of(vault.ledger)
    outcomes: list[Outcome] = []
    for change in changes:
        if end is not None and time.monotonic() > end:
            break
        order = orders.load(vault, change).order
        if order.state == "released":
            outcomes.append(_past(vault, new, order, entries, past))
        else:
            outcomes.append(_open(vault, now, new, order))
        progress(1)
    left = len(changes) - len(outcomes)
    return Trial(len(outcomes), tuple(outcomes), left, tuple(sorted(past.unknown)))


def _open(vault: Vault, now: Rules, new: Rules, order: Order) -> Outcome:
    try:
        fresh = scope.refreshed(vault, order)[0]
        before = gate.judged_by(Inquiry(vault, now), fresh).findings
        after = gate.judged_by(Inquiry(vault, new), fresh).findings
    except errors.Refusal as refusal:
        odd = Difference(order.items[0].number, "the order", "error", "error", str(refusal))
        return Outcome(
            order.change, order.state, order.opened_at, "is blocked", "is blocked", (odd,)
        )
    return _outcome(order, order.opened_at, before, after)


def _past(vault: Vault, new: Rules, order: Order, entries: list[str], past: PastPeople) -> Outcome:
    """Judge a released order again, by what was released and known the moment before."""
    log = ReleaseLog(vault)
    made = {one.number: _made(log, order.change, one.number) for one in order.items}
    first = next(revision for revision in made.values() if revision is not None)
    then = ReleaseLog(vault)
    then.tip = entries[first.sequence - 2] if first.sequence > 1 else None
    inquiry = Inquiry(vault, new, then, first.released_at, past.at(first.released_at))
    judged_then = replace(order, state="open")
    before: list[Finding] = []
    after: list[Finding] = []
    for one in order.items:
        revision = made[one.number]
        letter = revision.rev if revision else ""
        before += list(revision.findings) if revision else []
        after += inquiry.judged(judged_then, one, letter)
    return _outcome(order, first.released_at, tuple(before), tuple(after))


def _made(log: ReleaseLog, change: str, number: str) -> Revision | None:
    return next((one for one in log.revisions(number) if one.change == change), None)


def _outcome(
    order: Order, at: str, before: tuple[Finding, ...], after: tuple[Finding, ...]
) -> Outcome:
    return Outcome(order.change, order.state, at, _decision(before), _decision(after),
                   tuple(_differences(before, after)))  # fmt: skip


def _decision(findings: tuple[Finding, ...]) -> Decision:
    return "passes" if all_pass(findings) else "is blocked"


def _differences(before: tuple[Finding, ...], after: tuple[Finding, ...]) -> Iterator[Difference]:
    """Yield what one says and the other does not, as far as it opens or shuts the gate."""
    old = {(one.item, one.requirement): one for one in before}
    new = {(one.item, one.requirement): one for one in after}
    for key in dict.fromkeys((*new, *old)):
        was, will = old.get(key), new.get(key)
        if (was is None or was.passes) == (will is None or will.passes):
            continue
        shown = will or was
        yield Difference(
            *key, was.verdict if was else "not asked", will.verdict if will else "not asked",
            shown.reason if shown else "",
        )  # fmt: skip
