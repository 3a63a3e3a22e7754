# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rules where they are kept: ``refs/meta/rules``, written by administrators only."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from release.errors import BadRules
from release.rules import example, grammar
from release.rules.errors import RulesMoved
from release.rules.grammar import Rules
from vault import errors
from vault.checkin import author
from vault.founding import FOUNDER
from vault.history.repository import RULES
from vault.home import Vault
from vault.ledger import people
from vault.ledger.people import Person

LONGEST_WHY: Final = 500  # characters
_EDITED: Final = "Rules edited by"


@dataclass(frozen=True, slots=True)
class Saved:
    """One version of the rules: who saved it, when (UTC), why, and the difference to the one before."""

    commit: str
    blob: str
    by: str
    at: str
    why: str
    difference: tuple[str, ...]

    def told(self) -> dict[str, Any]:
        """Return what ``--json`` says of it."""
        return {"commit": self.commit, "blob": self.blob, "by": self.by, "at": self.at,
                "why": self.why, "difference": list(self.difference)}  # fmt: skip


def found(vault: Vault) -> None:
    """Give a new vault the rules it starts with: one sign-off, never by an author."""
    vault.history.commit(
        RULES, {grammar.FILE: example.DEFAULT.encode()}, message="Rules to start with\n",
        author=FOUNDER, expect=None,
    )  # fmt: skip


def text(vault: Vault) -> tuple[str, str]:
    """Return the rules in force as text, and the git object that is; raises BadRules."""
    tip = vault.history.tip(RULES)
    if tip is None:
        raise BadRules(where=RULES, why=f"there is no {grammar.FILE}")
    return _at(vault, tip)


def current(vault: Vault) -> Rules:
    """Return the rules in force; raises BadRules, for without rules nothing is released."""
    return grammar.read(*text(vault))


def edit(vault: Vault, actor: Person, new: str, why: str = "", seen: str | None = None) -> Rules:
    """Save new rules once they are read without a fault.

    ``seen`` is the git object of the rules the person began with.  Raises BadRules, RoleNeeded,
    NothingToCheckIn, or RulesMoved where somebody else saved meanwhile.
    """
    people.require(actor, "admin")
    new = new.replace("\r\n", "\n")
    grammar.read(new)
    tip = vault.history.tip(RULES)
    old, blob = _before(vault, tip)
    if seen is not None and seen != blob:
        raise RulesMoved(by=_last(vault, tip))
    if new == old:
        raise errors.NothingToCheckIn(number=grammar.FILE)
    reason = " ".join(why.split())[:LONGEST_WHY]
    message = f"{_EDITED} {actor.name}\n" + (f"\n{reason}\n" if reason else "")
    try:
        commit = vault.history.commit(
            RULES, {grammar.FILE: new.encode()}, message=message, author=author(actor), expect=tip
        )
    except errors.MovedOn as moved:
        raise RulesMoved(by=_last(vault, vault.history.tip(RULES))) from moved
    with vault.ledger.writing(actor.name) as writing:
        writing.record("rules.edited", "rules", commit=commit, why=reason)
    return current(vault)


def story(vault: Vault) -> Iterator[Saved]:
    """Yield every version of the rules, the newest first."""
    for commit in vault.history.chain(RULES):
        new, blob = _before(vault, commit.oid)
        parent = commit.parents[0] if commit.parents else None
        old, _blob = _before(vault, parent)
        head, _, why = commit.message.strip().partition("\n\n")
        reason = why.strip() or ("" if head.startswith(_EDITED) else head)
        yield Saved(commit.oid, blob, commit.author, commit.at, reason,
                    tuple(difference(old, new)))  # fmt: skip


def difference(old: str, new: str) -> Iterator[str]:
    """Yield the lines in which two texts differ, as ``diff -u`` writes them, without its head."""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), n=2, lineterm="")
    return (line for place, line in enumerate(lines) if place > 1)


def _at(vault: Vault, commit: str) -> tuple[str, str]:
    entry = vault.history.folder(commit).get(grammar.FILE)
    if entry is None:
        raise BadRules(where=RULES, why=f"there is no {grammar.FILE}")
    try:
        return vault.history.blob_of(entry.oid).decode(), entry.oid
    except UnicodeDecodeError as fault:
        raise BadRules(where=grammar.FILE, why="it is not UTF-8") from fault


def _before(vault: Vault, commit: str | None) -> tuple[str, str]:
    """Return rules however broken they are: what replaces or tells them must not fail on them."""
    try:
        return ("", "") if commit is None else _at(vault, commit)
    except BadRules:
        return "", ""


def _last(vault: Vault, tip: str | None) -> str:
    if tip is None:
        return "they are gone"
    commit = vault.history.commit_at(tip)
    return f"saved by {commit.author} at {commit.at}"
