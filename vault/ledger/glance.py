# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether somebody may act, found out without the ledger's engine.

What git runs at every push asks this one question; the engine would cost it 100 ms of imports,
the answer costs one.  The statement is the one ``people.get`` sends, and a test holds the two
together.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from vault import acting
from vault.home import Vault

_ASKED: Final = "SELECT email, roles, disabled FROM person WHERE name = ?"
_PATIENCE_S: Final = 30


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody may do now."""

    name: str
    email: str
    roles: frozenset[str]
    disabled: bool

    def require(self, *roles: str) -> None:
        """Refuse as ``people.require`` does; raises PersonDisabled or RoleNeeded."""
        acting.require(self, *roles)


def standing(vault: Vault, name: str) -> Standing | None:
    """Return what somebody may do, or None where there is nobody of that name."""
    scheme, slashes, path = vault.doors.ledger_url.partition(":///")
    if not slashes or scheme.partition("+")[0] != "sqlite":
        return _by_engine(vault, name)
    with closing(
        sqlite3.connect(f"file:{quote(path)}?mode=rw", timeout=_PATIENCE_S, uri=True)
    ) as db:
        row = db.execute(_ASKED, (name,)).fetchone()
    return None if row is None else Standing(name, row[0], frozenset(row[1].split()), bool(row[2]))


def _by_engine(vault: Vault, name: str) -> Standing | None:
    from vault.ledger import people  # noqa: PLC0415 - a ledger that is no file takes the engine
    from vault.ledger.errors import NoSuchPerson  # noqa: PLC0415

    try:
        found = people.get(vault.ledger, name)
    except NoSuchPerson:
        return None
    return Standing(name, found.email, found.roles, found.disabled)
