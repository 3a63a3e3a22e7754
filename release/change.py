# SPDX-License-Identifier: AGPL-3.0-or-later
"""A change order as it is written and read: items, sign-offs, events, all in one JSON file.

The order lives on ``refs/changes/<CO>``: a chain of signed commits, one an
event, each holding the whole ``order.json`` after that event.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

from release import lifecycle
from release.errors import NoSuchChange, WrongState
from vault import canonical, errors

FILE: Final = "order.json"
SCHEMA: Final = 3
_READABLE: Final = frozenset({1, 2, 3})
CLASSES: Final = ("major", "minor", "administrative")
"""The classes of change: affects form, fit or function; affects none; affects only the record."""
STOCK: Final = ("", "use as is", "rework", "scrap", "return", "none on hand")
"""What happens to pieces that lie finished; empty: nobody has said."""
IN_PROCESS: Final = ("", "continue", "move", "hold")
"""What the author proposes for jobs in process on the old revision; each job is decided alone."""
MEANINGS: Final = ("approved", "reviewed", "rejected")
"""What a signature may mean (21 CFR 11.50 (a) 3)."""
_NAME = re.compile(r"CO-(\d{4,9})\Z")


def change_name(text: str) -> str:
    """Return the name of a change order in its one spelling; raises NoSuchChange."""
    found = _NAME.match(text.strip().upper())
    if found is None:
        raise NoSuchChange(change=text)
    return text.strip().upper()


def numbered(serial: int) -> str:
    """Return the name of the change order with a serial number, as ``CO-0012``."""
    return f"CO-{serial:04d}"


def serial(name: str) -> int:
    """Return the serial number of a change order's name."""
    return int(change_name(name)[3:])


@dataclass(frozen=True, slots=True)
class FileFact:
    """One file of an item as an order found it: ``md5`` is empty where the bytes live in git."""

    name: str
    size: int
    sha256: str
    md5: str = ""

    @property
    def is_pdf(self) -> bool:
        """Say whether a release stamps this file."""
        return self.name.lower().endswith(".pdf")


@dataclass(frozen=True, slots=True)
class OrderItem:
    """An item in an order, bound to the git tree and the bytes it had.

    ``notes`` say what changed in this item, ``stock`` and ``in_process`` what becomes of what
    was made to the old revision.
    """

    number: str
    title: str
    kind: str
    owner: str
    path: str
    commit: str
    tree: str
    from_rev: str | None
    files: tuple[FileFact, ...]
    contributors: tuple[str, ...]
    notes: str = ""
    stock: str = ""
    in_process: str = ""

    @property
    def digest(self) -> str:
        """Return one sha256 over name, size and sha256 of every file: what a signature covers."""
        return hashlib.sha256(
            canonical.dumps([[one.name, one.size, one.sha256] for one in self.files])
        ).hexdigest()


@dataclass(frozen=True, slots=True)
class Bound:
    """What a sign-off on one item covers."""

    tree: str
    digest: str


@dataclass(frozen=True, slots=True)
class Signoff:
    """A signature: who, printed name, meaning, when (UTC), on which bytes (21 CFR 11.50, 11.70).

    ``voided`` says for each item it counts for no more when and why; ``executed`` names the
    components the person gave, and the place in a sitting of several (21 CFR 11.200).
    """

    by: str
    full_name: str
    meaning: str
    at: str
    comment: str
    items: Mapping[str, Bound]
    voided: Mapping[str, str] = field(default_factory=dict)
    executed: str = ""

    def covers(self, item: OrderItem) -> bool:
        """Say whether this signature still stands for an item as it is now."""
        bound = self.items.get(item.number)
        return bound == Bound(item.tree, item.digest) and item.number not in self.voided

    def void_for(self, reasons: Mapping[str, str]) -> Signoff:
        """Return the signature void for some items, each with its reason; the first one stays."""
        fresh = {one: why for one, why in reasons.items() if one in self.items}
        return replace(self, voided={**fresh, **self.voided})


@dataclass(frozen=True, slots=True)
class Override:
    """A requirement set aside by somebody the rules allow, visible for ever."""

    requirement: str
    by: str
    at: str
    reason: str
    trees: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Delegation:
    """A person asked to sign this one order lets somebody else do it, where the rules allow that.

    It counts from ``at`` until it was taken back at ``ended_at``, by ``ended_by`` and with ``why``.
    """

    by: str
    to: str
    at: str
    reason: str
    ended_at: str = ""
    ended_by: str = ""
    why: str = ""

    def holds(self, at: str = "") -> bool:
        """Say whether it counts now, or for what was signed at a moment while it did.

        Moments are whole seconds: what was signed in the second it ended was signed before, since
        afterwards the signature itself is refused.
        """
        if not at:
            return not self.ended_at
        return self.at <= at and (not self.ended_at or at <= self.ended_at)


@dataclass(frozen=True, slots=True)
class Event:
    """One line of an order's story; ``automatic`` where no person decided it."""

    at: str
    by: str
    act: str
    text: str
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """A change order: the items released together, why, and the sign-offs.

    ``observers`` see and comment but cannot act; ``readers`` have to acknowledge the new
    revisions before they work on them.
    """

    change: str
    state: str
    notes: str
    author: str
    opened_at: str
    items: tuple[OrderItem, ...]
    signoffs: tuple[Signoff, ...] = ()
    overrides: tuple[Override, ...] = ()
    events: tuple[Event, ...] = ()
    change_class: str = "major"
    observers: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    delegations: tuple[Delegation, ...] = ()

    def item(self, number: str) -> OrderItem:
        """Return an item of the order; raises NoSuchItem."""
        for one in self.items:
            if one.number == number:
                return one
        raise errors.NoSuchItem(number=number)

    @property
    def comments(self) -> tuple[Event, ...]:
        """Return what people said of the order, oldest first."""
        return tuple(one for one in self.events if one.act == "comment")

    def acted(self, event: Event, **changes: Any) -> Order:
        """Return the order after an event; raises WrongState where the lifecycle refuses it."""
        state = lifecycle.after(lifecycle.ORDER, self.state, event.act)
        if state is None:
            raise WrongState(
                change=self.change, state=self.state, act=_DONE[event.act],
                remedy=lifecycle.REMEDY[self.state],
            )  # fmt: skip
        return replace(self, state=state, events=(*self.events, event), **changes)


_DONE: Final = {
    "open": "opened", "amend": "amended", "sign": "signed", "void": "voided",
    "override": "overridden", "reject": "rejected", "cancel": "cancelled", "release": "released",
    "withdraw": "withdrawn", "comment": "commented on", "delegate": "delegated",
    "take back": "changed in who may sign it",
}  # fmt: skip


def written(order: Order) -> bytes:
    """Return an order as the bytes of its ``order.json``."""
    return canonical.pretty({"schema": SCHEMA, **asdict(order)})


def read(data: bytes, where: str) -> Order:
    """Return the order of an ``order.json``; raises DamagedHistory where it is not one."""
    try:
        told = canonical.loads(data)
        if told.pop("schema") not in _READABLE:
            raise errors.DamagedHistory(where=where, why="it was written by a newer Titleblock")
        return Order(**{**told, **_lists(told)})
    except (ValueError, TypeError, KeyError, AttributeError) as fault:
        raise errors.DamagedHistory(where=where, why=fault) from fault


def _lists(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "items": tuple(
            OrderItem(
                **{
                    **one,
                    "files": tuple(FileFact(**file) for file in one["files"]),
                    "contributors": tuple(one["contributors"]),
                }
            )
            for one in told["items"]
        ),
        "signoffs": tuple(
            Signoff(**{**one, "items": {n: Bound(**b) for n, b in one["items"].items()}})
            for one in told["signoffs"]
        ),
        "overrides": tuple(Override(**one) for one in told["overrides"]),
        "events": tuple(Event(**one) for one in told["events"]),
        "observers": tuple(told.get("observers", ())),
        "readers": tuple(told.get("readers", ())),
        "delegations": tuple(Delegation(**one) for one in told.get("delegations", ())),
    }
