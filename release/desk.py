# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk: every verb of release control, and the only place that writes orders and releases.

Command line, web, hooks and import all come through here, so each gate stands
once.  A verb checks who may, reads what is there, judges, and files one event.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from release import (
    distribution,
    drafting,
    follower,
    gate,
    lifecycle,
    orders,
    parties,
    requirements,
    rulebook,
    scope,
    settling,
    signing,
    transaction,
)
from release.change import Event, Order, Override
from release.errors import (
    BadInstruction,
    ChangedSinceSigned,
    NoNotes,
    NotAnApprover,
    RequirementsOpen,
    RevisionWrongState,
)
from release.finding import Finding
from release.gate import Judgement
from release.inquiry import Inquiry
from release.log import INSTRUCTIONS, Recall, ReleaseLog, Revision
from release.requirements import SignedOff
from release.terms import NONE, Terms
from vault import checkin, clock, importing, item
from vault.checkin import CheckIn
from vault.history.repository import RULES
from vault.home import Vault
from vault.importing import Imported, Plan
from vault.item import Item
from vault.ledger import people
from vault.ledger.people import Person

NAMED: Final = 20
"""Items an order's first entry names; all of them stand in the order itself."""

# --- items ------------------------------------------------------------------


def add_item(
    vault: Vault, actor: Person, number: str, title: str, owner: str, kind: str = "part",
    path: str | None = None, metadata: Mapping[str, Any] | None = None,
) -> Item:  # fmt: skip
    """Make a new item; its approval owner has to be somebody who is here.

    Raises NoSuchPerson and what ``vault.checkin.add_item`` refuses.
    """
    made = Item(number=number, title=title, kind=kind, owner=owner, metadata=metadata or {})
    item.check(made, item.FILE)
    people.get(vault.ledger, owner)
    checkin.add_item(vault, actor, made, path)
    return made


def check_in(
    vault: Vault, actor: Person, number: str, files: Mapping[str, Path], message: str,
    remove: Sequence[str] = (),
) -> CheckIn:  # fmt: skip
    """Check in files; sign-offs on the item in open orders become void at once.

    Raises what ``vault.checkin.check_in`` refuses.
    """
    made = checkin.check_in(vault, actor, number, files, message, remove)
    void_overtaken(vault, actor, [made.number])
    return made


def void_overtaken(vault: Vault, actor: Person, numbers: Sequence[str]) -> list[Order]:
    """File at once that items in open orders changed, and return those orders.

    Sign-offs are bound to bytes and count no more in any case; this puts it on record.
    """
    changes = [
        row.change for number in numbers
        for row in vault.catalogue.orders(lifecycle.OPEN_STATES, number=number)
    ]  # fmt: skip
    filed = [orders.load(vault, change) for change in dict.fromkeys(changes)]
    return [signing.up_to_date(vault, actor, one).order for one in filed]


def restore(vault: Vault, actor: Person, number: str, commit: str, why: str) -> CheckIn:
    """Make an item's files what they were at an earlier commit, as a new iteration, with a reason."""
    if not why.strip():
        raise NoNotes(what="restored iteration")
    made = checkin.restore(vault, actor, number, commit, why)
    void_overtaken(vault, actor, [made.number])
    return made


def import_tree(
    vault: Vault, actor: Person, source: Path, made: Plan, progress: Callable[[int], None]
) -> Imported:
    """Import what a plan says; sign-offs on items it changes become void at once."""
    done = importing.run(vault, actor, source, made, progress)
    for row in vault.catalogue.orders(lifecycle.OPEN_STATES):
        signing.up_to_date(vault, actor, orders.load(vault, row.change))
    return done


# --- change orders ----------------------------------------------------------


def open_change(
    vault: Vault, actor: Person, numbers: Sequence[str], notes: str, terms: Terms = NONE
) -> Judgement:
    """Open a change order for items as they lie on ``main`` now.

    Raises NoNotes, NoSuchItem, InAnotherChange, NothingChanged, NothingToRelease, and what
    ``release.terms`` and ``release.parties`` refuse.
    """
    made = drafting.opened(vault, actor, numbers, notes, terms)

    def make(name: str) -> Order:
        held = ", ".join(one.number for one in made.items[:NAMED])
        if len(made.items) > NAMED:
            held += f" and {len(made.items) - NAMED} more"
        event = Event(made.opened_at, actor.name, "open", f"opened for {held}: {made.notes}")
        return replace(made, change=name).acted(event)

    with orders.taking_items(vault):
        scope.refuse_taken(vault, [one.number for one in made.items])
        filed = orders.open_new(vault, actor, make)
    return gate.judge(vault, filed.order)


def propose(
    vault: Vault, actor: Person, numbers: Sequence[str], notes: str, terms: Terms = NONE
) -> Judgement:
    """Return what ``open_change`` would make, with letters and findings, and open nothing.

    The state is ``new``, and the number is the one that is free now.  Refuses as that does.
    """
    made = drafting.opened(vault, actor, numbers, notes, terms)
    return gate.judge(vault, replace(made, change=orders.next_name(vault)))


def judge(vault: Vault, name: str, actor: Person | None = None) -> Judgement:
    """Return an order with every finding on what lies on ``main`` now; changes nothing.

    Where somebody asks through a door of ours, they have to be one who may see work in progress.
    """
    if actor is not None:
        parties.may_see(actor)
    filed = orders.load(vault, name)
    if filed.order.state in lifecycle.OPEN_STATES:
        settling.settle(vault)
        filed = orders.load(vault, name)  # settling may have closed it
    if filed.order.state not in lifecycle.OPEN_STATES:
        lists = distribution.of_order(vault, filed.order)
        return Judgement(filed.order, _as_released(vault, filed.order), {}, lists)
    return gate.judge(vault, scope.refreshed(vault, filed.order)[0])


def sign(
    vault: Vault, actor: Person, password: str, name: str, comment: str = "",
    seen: Mapping[str, str] | None = None, meaning: str = requirements.APPROVED,
) -> Judgement:  # fmt: skip
    """Approve an order, or sign that it was reviewed: bound to the tree and bytes of each item.

    ``seen`` maps item numbers to the trees the person was shown; raises
    ChangedSinceSeen where they are not there any more, WrongPassword,
    TooManyAttempts, OnlyObserves, NotAnApprover or WrongState.
    """
    return signing.signed(vault, actor, name, signing.Intent(meaning, comment, seen), password)


def reject(
    vault: Vault, actor: Person, password: str, name: str, comment: str,
    seen: Mapping[str, str] | None = None,
) -> Judgement:  # fmt: skip
    """Reject an order with the reason; it can be amended or cancelled afterwards."""
    if not comment.strip():
        raise NoNotes(what="rejection")
    intent = signing.Intent(requirements.REJECTED, comment, seen)
    return signing.signed(vault, actor, name, intent, password)


def amend(
    vault: Vault, actor: Person, name: str, notes: str = "", terms: Terms = NONE,
    add: Sequence[str] = (), remove: Sequence[str] = (),
) -> Judgement:  # fmt: skip
    """Take an order up with what lies on ``main`` now, with other items or on other terms.

    It goes on after a rejection or a withdrawal too.  Sign-offs stand on items whose bytes and
    dispositions are the same, all fall with another class.  Raises NotTheAuthor, WrongState,
    LastItem and what ``open_change`` refuses.
    """
    filed = orders.load(vault, name)
    parties.by_author(actor, filed.order, "amend")
    filed.order.acted(Event("", actor.name, "amend", ""))
    filed = signing.up_to_date(vault, actor, filed)
    order = drafting.amended(vault, actor, filed.order, notes, terms, add, remove)
    held = {one.number for one in filed.order.items}
    with orders.taking_items(vault):
        scope.refuse_taken(vault, [one.number for one in order.items if one.number not in held])
        filed = orders.append(vault, actor, filed, order)
    return gate.judge(vault, filed.order)


def may_amend(vault: Vault, actor: Person, name: str) -> Order:
    """Return an order this person may amend as it stands; changes nothing.

    Raises NoSuchChange, NotTheAuthor or WrongState.
    """
    order = orders.load(vault, name).order
    parties.by_author(actor, order, "amend")
    order.acted(Event("", actor.name, "amend", ""))
    return order


def cancel(vault: Vault, actor: Person, name: str, reason: str) -> Judgement:
    """Cancel an order; it stays on record."""
    filed = orders.load(vault, name)
    parties.by_author(actor, filed.order, "cancel")
    if not reason.strip():
        raise NoNotes(what="cancellation")
    order = filed.order.acted(Event(clock.now(), actor.name, "cancel", reason.strip()))
    return Judgement(orders.append(vault, actor, filed, order).order, (), {})


def override(
    vault: Vault, actor: Person, password: str, name: str, requirement: str, reason: str
) -> Judgement:
    """Set one requirement aside, where the rules allow it to this person's role, visible for ever.

    Raises NoNotes, NotAnApprover, WrongPassword or WrongState.
    """
    filed = orders.load(vault, name)
    parties.may_act(actor, filed.order, "override a requirement of")
    filed = signing.up_to_date(vault, actor, filed)
    found = rulebook.current(vault).requirement(requirement)
    if found is None or not found.may_override & actor.roles:
        why = f"the rules let nobody of their role override “{requirement}”"
        raise NotAnApprover(name=actor.name, change=name, why=why)
    authors = {filed.order.author, *(by for one in filed.order.items for by in one.contributors)}
    if isinstance(found, SignedOff) and not found.author_may_sign and actor.name in authors:
        why = "who made a change cannot set its sign-off aside, for that would be approving it"
        raise NotAnApprover(name=actor.name, change=name, why=why)
    if not reason.strip():
        raise NoNotes(what="override")
    people.check_password(vault.ledger, actor.name, password)
    at = clock.now()
    trees = {one.number: one.tree for one in filed.order.items}
    event = Event(at, actor.name, "override", f"overrode “{requirement}”: {reason.strip()}")
    order = filed.order.acted(
        event, overrides=(*filed.order.overrides,
                          Override(requirement, actor.name, at, reason.strip(), trees)),
    )  # fmt: skip
    return gate.judge(vault, orders.append(vault, actor, filed, order).order)


def release(
    vault: Vault, actor: Person, name: str, progress: Callable[[str], None] | None = None
) -> list[Revision]:
    """Release every item of an order, or none.

    By its author or an approval owner of it, once no requirement is open.  Raises
    NotTheAuthor, WrongState, AlreadyReleased, RequirementsOpen, ChangedSinceSigned, ReleaseLost,
    UnstampableFile, MissingObject or DamagedObject.
    """
    settling.settle(vault)
    filed = orders.load(vault, name)
    parties.by_author(actor, filed.order, "release")
    transaction.refuse_released(vault, filed.order)
    filed.order.acted(Event("", actor.name, "release", ""))  # the lifecycle refuses before the work
    order, changed = scope.refreshed(vault, filed.order)
    if changed:
        signing.up_to_date(vault, actor, filed)
        raise ChangedSinceSigned(
            number=changed[0], change=order.change, by=signing.last_by(vault, changed[0])
        )
    seen = {RULES: vault.history.tip(RULES)}
    told = rulebook.current(vault)
    judgement = gate.judged_by(Inquiry(vault, told), order)
    if not judgement.passes:
        transaction.refuse_released(vault, order)  # then that is why it does not pass
        open_ones = "; ".join(f"{one.item}: {one.reason}" for one in judgement.open)
        raise RequirementsOpen(change=order.change, open=open_ones or "no rule is configured")
    made = transaction.release(
        vault, actor, filed, judgement, told.blob, seen, progress or (lambda _line: None)
    )
    follower.follow(vault)
    return made


def recall(
    vault: Vault, actor: Person, number: str, rev: str, reason: str,
    instruction: str = INSTRUCTIONS[0], ask: str = "",
) -> Recall:  # fmt: skip
    """Withdraw a released revision; by its approval owner or an administrator, with a reason.

    ``instruction`` tells the floor what to do with what is in work, ``ask`` whom to ask.  Raises
    NoSuchRevision, NotAnApprover, NoNotes, BadInstruction, NoSuchPerson or RevisionWrongState.
    """
    settling.settle(vault)
    log = ReleaseLog(vault)
    revision = log.revision(number, rev)
    if actor.disabled or (actor.name != revision.owner and "admin" not in actor.roles):
        why = f"only its approval owner {revision.owner} or an administrator recalls"
        raise NotAnApprover(name=actor.name, change=f"{number} {rev}", why=why)
    if not reason.strip():
        raise NoNotes(what="recall")
    if instruction not in INSTRUCTIONS or (instruction == "ask" and not ask):
        raise BadInstruction(instruction=instruction or "nothing", known=", ".join(INSTRUCTIONS))
    asked = people.get(vault.ledger, ask).name if ask else ""
    standing = log.standing(number, rev)
    if lifecycle.after(lifecycle.REVISION, standing, "recall") is None:
        raise RevisionWrongState(number=number, rev=rev, state=standing, act="recalled")
    made = transaction.recall(vault, actor, revision, reason.strip(), instruction, asked)
    follower.follow(vault)
    return made


def listing(vault: Vault, state: str | None = None) -> list[Order]:
    """Return change orders, the newest first; ``open`` means every one that waits for something."""
    states = frozenset({state}) if state else None
    return [orders.load(vault, row.change).order for row in vault.catalogue.orders(states)]


# --- inside -----------------------------------------------------------------


def _as_released(vault: Vault, order: Order) -> tuple[Finding, ...]:
    if order.state != "released":
        return ()
    made = ReleaseLog(vault).made_by(order.change)
    return tuple(
        finding
        for one in order.items
        if one.number in made
        for finding in made[one.number].findings
    )
