# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing blockers down: every act is a new entry, and nothing that was written is changed.

Whoever calls this has asked who may; here only the lifecycle is held.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType
from typing import Any

from traveler import lifecycle, tables
from traveler.blockers import photos, records
from traveler.blockers.errors import BlockerCannot, NoSuchBlocker
from traveler.blockers.photos import Kept, Photo
from traveler.blockers.records import Blocker, Step
from vault import canonical
from vault.ledger.engine import Writing

_SAID = {
    "acknowledge": "acknowledge", "step": "tick a step of", "correct": "correct",
    "resolve": "resolve", "close": "close", "reopen": "reopen", "clear": "clear",
    "photo": "add a photo to", "withdraw": "withdraw a photo of",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draft:
    """A blocker about to be raised; what it says has been checked."""

    kind: str
    owner: str
    what: str
    job: str | None = None
    operation: int | None = None
    seq: int | None = None
    station: str | None = None
    steps: tuple[Step, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    until: str = ""
    next_check: str = ""
    escalate_hours: int = 0
    escalate_to: str = ""
    cause: Mapping[str, Any] = field(default_factory=dict)


def raise_new(
    writing: Writing, draft: Draft, more: Mapping[str, Any] = MappingProxyType({}),
    kept: Kept = (),
) -> Blocker:  # fmt: skip
    """Write down a new blocker and return it.

    ``more`` is what its event tells besides, ``kept`` are photos that come with it.
    """
    row = writing.insert(
        tables.blocker, kind=draft.kind, job=draft.job, operation=draft.operation,
        station=draft.station, cause=_text(draft.cause), raised_at=writing.at,
        raised_by=writing.actor, state="open", owner=draft.owner, entries=1,
    )  # fmt: skip
    made = Blocker(
        id=row["id"], kind=draft.kind, job=draft.job, operation=draft.operation, seq=draft.seq,
        station=draft.station, cause=draft.cause, raised_at=writing.at, raised_by=writing.actor,
        state="open", owner=draft.owner, what=draft.what, steps=draft.steps, facts=draft.facts,
        until=draft.until, next_check=draft.next_check, escalate_hours=draft.escalate_hours,
        escalate_to=draft.escalate_to, entries=1, changed_at=writing.at, changed_by=writing.actor,
    )  # fmt: skip
    _enter(writing, made, "raise", "", more, kept)
    return made


def act(
    writing: Writing, number: int, deed: str, words: str, kept: Kept = (),
    back: Photo | None = None, **changes: Any,
) -> Blocker:  # fmt: skip
    """Take one step of a blocker's lifecycle; raises NoSuchBlocker or BlockerCannot.

    ``kept`` are photos that come with it, ``back`` is one it takes back, ``changes`` what is known
    of the blocker from now on.
    """
    before = records.blocker(writing.connection, number)
    if before is None:
        raise NoSuchBlocker(id=number)
    now = replace(
        before, state=allowed(before, deed), entries=before.entries + 1, changed_at=writing.at,
        changed_by=writing.actor, **changes,
    )  # fmt: skip
    writing.update(tables.blocker, number, state=now.state, owner=now.owner, entries=now.entries)
    _enter(writing, now, deed, words, kept=kept, back=back)
    return now


def allowed(before: Blocker, deed: str) -> str:
    """Return the state a deed leads to; raises BlockerCannot."""
    after = lifecycle.BLOCKER.get((before.state, deed))
    if after is None:
        raise BlockerCannot(
            id=before.id, state=before.state, act=_SAID[deed], way=_way(before, deed)
        )
    return after


def clear(writing: Writing, blocker: Blocker, words: str) -> Blocker:
    """Close a blocker because the system knows that its reason is gone."""
    return act(writing, blocker.id, "clear", words)


def clear_job(writing: Writing, job: str, words: str) -> None:
    """Close every blocker of a job that has come to its end."""
    for one in records.concerning(writing.connection, [job], ()):
        clear(writing, one, words)


def _enter(
    writing: Writing,
    now: Blocker,
    deed: str,
    words: str,
    more: Mapping[str, Any] = MappingProxyType({}),
    kept: Kept = (),
    back: Photo | None = None,
) -> None:
    writing.insert(
        tables.blocker_entry, blocker=now.id, number=now.entries, at=writing.at,
        person=writing.actor, device=writing.device, act=deed, words=words, state=now.state,
        owner=now.owner, what=now.what, steps=_text([asdict(one) for one in now.steps]),
        facts=_text(now.facts), until=now.until, next_check=now.next_check,
        escalate_hours=now.escalate_hours, escalate_to=now.escalate_to,
    )  # fmt: skip
    photos.write(writing, now.id, now.entries, kept)
    told: dict[str, object] = {**more, **photos.named(kept)} | (
        {"seq": now.seq} if now.seq is not None else {}
    )
    if back is not None:
        photos.withdraw(writing, back, now.entries)
        told |= {"photo": back.number, "name": back.file("original").name}
    if words:
        told["words"] = words
    writing.record(
        f"blocker.{deed}", now.subject, blocker=now.id, type=now.kind, what=now.what,
        owner=now.owner, now=now.state, **told,
    )  # fmt: skip


def _way(before: Blocker, deed: str) -> str:
    if before.state in lifecycle.BLOCKING and deed == "acknowledge":
        return f"{before.owner} owns it and sees to it"
    if before.state in lifecycle.BLOCKING and deed == "reopen":
        return "it blocks already"
    last = f"{before.changed_by} did that at {before.changed_at}"
    if before.state in lifecycle.BLOCKING:
        return "resolve it first"
    if before.state == "resolved":
        return f"{last}; close it, or reopen it with the reason"
    return f"{last}; reopen it with the reason if it still blocks"


def _text(value: Any) -> str:
    return canonical.dumps(value).decode()
