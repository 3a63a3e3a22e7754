# SPDX-License-Identifier: AGPL-3.0-or-later
"""Locks: one person at a time changes an item, for nobody can merge two drawings of a part.

A lock is the ref ``refs/locks/<number>`` to a few lines of JSON, and creating the ref *is* taking
the lock: git lets exactly one of any number of racers do that.  It stays until its holder gives it
back or somebody with the right breaks it.  A push does not end it, because only the holder knows
whether the work is done, and whoever takes it next is told from which commit to start.
"""

from __future__ import annotations

# GitPython is imported when a lock is taken or ended: it costs 100 ms, and whoever only asks
# whether there is a lock, at every check-in and push, does without it.
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from vault import acting, canonical, errors, following, names
from vault.acting import Actor
from vault.history.record import LOCKS, MAIN
from vault.home import Vault

if TYPE_CHECKING:
    from vault.history.repository import History
    from vault.history.signing import Signer

LONGEST_WHY: Final = 500  # characters
TRIES: Final = 20


@dataclass(frozen=True, slots=True)
class Lock:
    """Who holds an item, since when (UTC), why, and the commit of ``main`` they started from.

    ``id`` is the object the ref points at: another lock on the same item has another one.
    """

    id: str
    number: str
    by: str
    at: str
    why: str
    since: str

    @property
    def reason(self) -> str:
        """Return why, or that nobody said so, as refusals tell it."""
        return self.why or "no reason given"


def take(vault: Vault, actor: Actor, number: str, why: str = "") -> Lock:
    """Take the lock on an item; what the actor holds already is given back unchanged.

    Raises NoSuchItem, or LockedBy naming who was first.
    """
    acting.require(actor, "engineer")
    for _ in range(TRIES):
        try:
            return _taken(vault, actor, number, why)
        except errors.MovedOn as fault:
            if fault.facts["ref"] != MAIN:
                raise
    raise errors.MovedOn(ref=MAIN, now=vault.history.tip(MAIN) or "nothing")


def _taken(vault: Vault, actor: Actor, number: str, why: str) -> Lock:
    main = following.follow(vault)
    row = vault.catalogue.item(number)
    if row is None:
        raise errors.NoSuchItem(number=number)
    with vault.ledger.writing(actor.name) as writing:
        told = {"number": row.number, "by": actor.name, "at": writing.at,
                "why": _one_line(why), "since": main}  # fmt: skip
        found = held(vault, row.number)
        if found is not None:
            return _mine(found, actor)
        made = vault.history.kept(canonical.dumps(told))
        writing.record("lock.taken", _subject(row.number), why=told["why"], since=main)
        try:
            _signer(vault).move(ref(row.number), made, None, {MAIN: main})
        except errors.MovedOn as fault:
            if fault.facts["ref"] == MAIN:
                raise
            found = held(vault, row.number)
            if found is None:  # taken and given back within these milliseconds
                raise
            raise _refused(found) from None
    return Lock(made, **told)


def held(vault: Vault, number: str) -> Lock | None:
    """Return the lock on an item, or None; the number may be in any case."""
    return held_in(vault.history, number)


def held_in(history: History, number: str) -> Lock | None:
    """Return the lock on an item as a history says it, for hooks that open no vault."""
    target = history.tip(ref(number))
    return None if target is None else _read(history, ref(number), target)


def listing(vault: Vault) -> list[Lock]:
    """Return every lock, by number."""
    return [_read(vault.history, name, target) for name, target in _signer(vault).refs(LOCKS)]


def seen(vault: Vault, actor: Actor, numbers: Iterable[str]) -> dict[str, str | None]:
    """Return where the locks of items stand, for the step of ``main`` that changes these items.

    Whoever moves ``main`` compares them again while it holds ``main``, and whoever takes a lock
    does that holding ``main`` too: so a lock stops every change that had not landed before it.
    Raises LockedBy where somebody else holds one of the items.
    """
    found = {ref(number): held(vault, number) for number in numbers}
    return {name: None if lock is None else _mine(lock, actor).id for name, lock in found.items()}


def release(vault: Vault, actor: Actor, number: str) -> Lock:
    """Give back a lock one holds, and return it; raises NotLocked or NotYourLock."""
    found = _held(vault, number)
    if found.by != actor.name or actor.disabled:
        raise errors.NotYourLock(number=found.number, holder=found.by)
    return _end(vault, actor, found, "lock.released")


def break_(vault: Vault, actor: Actor, number: str, why: str) -> Lock:
    """End somebody else's lock, with the reason, and return it.

    By an administrator or the approval owner of the item.  Raises NotLocked, MayNotBreak or
    NoReasonToBreak.
    """
    found = _held(vault, number)
    following.follow(vault)
    row = vault.catalogue.item(number)
    owner = row.owner if row else "nobody"
    if actor.disabled or (actor.name != owner and "admin" not in actor.roles):
        raise errors.MayNotBreak(name=actor.name, number=found.number, owner=owner)
    if not why.strip():
        raise errors.NoReasonToBreak(number=found.number)
    return _end(vault, actor, found, "lock.broken", holder=found.by, why=_one_line(why))


def ref(number: str) -> str:
    """Return the ref that is the lock of an item; raises BadItemNumber."""
    return LOCKS + names.fold(names.item_number(number))


# --- inside -----------------------------------------------------------------


def _end(vault: Vault, actor: Actor, lock: Lock, kind: str, **facts: str) -> Lock:
    with vault.ledger.writing(actor.name) as writing:
        writing.record(kind, _subject(lock.number), taken_at=lock.at, **facts)
        _signer(vault).forget(ref(lock.number), lock.id)
    return lock


def _held(vault: Vault, number: str) -> Lock:
    found = held(vault, number)
    if found is None:
        raise errors.NotLocked(number=number)
    return found


def _mine(found: Lock, actor: Actor) -> Lock:
    if found.by != actor.name:
        raise _refused(found)
    return found


def _refused(found: Lock) -> errors.LockedBy:
    return errors.LockedBy(number=found.number, holder=found.by, at=found.at, why=found.reason)


def _read(history: History, name: str, target: str) -> Lock:
    try:
        told = canonical.loads(history.blob_of(target))
        lock = Lock(id=target, **told)
        texts = all(isinstance(value, str) for value in asdict(lock).values())
    except (TypeError, ValueError) as fault:
        raise errors.DamagedHistory(where=name, why="it is not a lock") from fault
    if not texts or ref(lock.number) != name:
        raise errors.DamagedHistory(where=name, why="it is the lock of something else")
    return lock


def _one_line(why: str) -> str:
    return " ".join(why.split())[:LONGEST_WHY]


def _signer(vault: Vault) -> Signer:
    from vault.history import signing  # noqa: PLC0415 - see the top of the file

    return signing.Signer(vault.history, signing.key_in(vault.keys))


def _subject(number: str) -> str:
    return f"item/{number}"
