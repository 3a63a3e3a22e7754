# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rules where they are kept: ``refs/meta/rules``, written by administrators only."""

from __future__ import annotations

from release.errors import BadRules
from release.rules import example, grammar
from release.rules.grammar import Rules
from vault import errors
from vault.checkin import author
from vault.founding import FOUNDER
from vault.history.repository import RULES
from vault.home import Vault
from vault.ledger import people
from vault.ledger.people import Person


def found(vault: Vault) -> None:
    """Give a new vault the rules it starts with: one sign-off, never by an author."""
    vault.history.commit(
        RULES, {grammar.FILE: example.DEFAULT.encode()}, message="Rules to start with\n",
        author=FOUNDER, expect=None,
    )  # fmt: skip


def text(vault: Vault) -> tuple[str, str]:
    """Return the rules in force as text, and the git object that is; raises BadRules."""
    tip = vault.history.tip(RULES)
    entry = None if tip is None else vault.history.folder(tip).get(grammar.FILE)
    if entry is None:
        raise BadRules(where="refs/meta/rules", why="there is no rules.toml")
    try:
        return vault.history.blob_of(entry.oid).decode(), entry.oid
    except UnicodeDecodeError as fault:
        raise BadRules(where="rules.toml", why="it is not UTF-8") from fault


def current(vault: Vault) -> Rules:
    """Return the rules in force; raises BadRules, for without rules nothing is released."""
    return grammar.read(*text(vault))


def edit(vault: Vault, actor: Person, new: str) -> Rules:
    """Save new rules once they are read without a fault; raises BadRules or RoleNeeded."""
    people.require(actor, "admin")
    grammar.read(new)
    old, _blob = text(vault)
    if new == old:
        raise errors.NothingToCheckIn(number=grammar.FILE)
    vault.history.commit(
        RULES, {grammar.FILE: new.encode()}, message=f"Rules edited by {actor.name}\n",
        author=author(actor), expect=vault.history.tip(RULES),
    )  # fmt: skip
    with vault.ledger.writing(actor.name) as writing:
        writing.record("rules.edited", "rules", commit=vault.history.tip(RULES))
    return current(vault)
