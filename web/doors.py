# SPDX-License-Identifier: AGPL-3.0-or-later
"""What stands in the table of addresses: who may use which method, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from vault.ledger.people import ROLES

View = Callable[..., Any]
Manner = Literal["page", "public", "api", "remote"]

ANYBODY: Final[frozenset[str]] = frozenset({"anybody"})
PEOPLE: Final = frozenset(ROLES)
STAFF: Final = PEOPLE - {"customer"}
OFFICE: Final = frozenset({"admin", "engineer", "approver", "planner", "quality"})
MAKERS: Final = frozenset({"admin", "engineer"})
SIGNERS: Final = frozenset({"admin", "engineer", "approver", "quality"})
OWNERS: Final = frozenset({"admin", "approver"})
PLANNERS: Final = frozenset({"admin", "planner"})
PACKERS: Final = frozenset({"admin", "planner", "quality"})
QUALITY: Final = frozenset({"admin", "quality"})
ADMIN: Final = frozenset({"admin"})
CUSTOMERS: Final = frozenset({"customer"})

FORM: Final = 256_000
"""The largest body of an ordinary form, in bytes."""
UPLOAD: Final = -1
"""The body may hold files: the limit is the vault's ``largest_file`` for each, eight at once."""
TALK: Final = 126_000_000
"""The body may hold the files that go with a question or an answer."""
ONE_FILE: Final = -2
"""The body is one file as it is, read as it comes: the limit is the vault's ``largest_file``."""


@dataclass(frozen=True, slots=True)
class Door:
    """One method of an address: who may use it, and the status it answers them.

    ``answers`` is what those who may get at the example of the test (an item
    that exists, an empty form); everybody else is answered by the guard.
    """

    who: frozenset[str]
    answers: int

    def opens(self, roles: frozenset[str] | None) -> bool:
        """Say whether somebody with these roles may pass; None is nobody signed in."""
        if self.who == ANYBODY:
            return True
        return roles is not None and bool(self.who & roles)


@dataclass(frozen=True, slots=True)
class Address:
    """One line of the table: an address, its view, and a door for each method it takes.

    ``manner`` decides how somebody who is not signed in is answered: a page
    leads to the sign-in form, an API address refuses, and one for stock clients
    (``remote``) knows them by their token alone, never by a session.  ``also``
    are further spellings of the same address.
    """

    rule: str
    view: View
    get: Door | None
    post: Door | None = None
    put: Door | None = None
    limit: int = FORM
    manner: Manner = "page"
    also: tuple[str, ...] = ()

    @property
    def shop_only(self) -> bool:
        """Say whether the shop may keep this address to its own networks: a traveler's, a screen's."""
        return self.rule.startswith(("/t/", "/d/"))

    @property
    def endpoint(self) -> str:
        """Return the name links are made by, ``items.listing``."""
        return f"{self.view.__module__.rpartition('.')[2]}.{self.view.__name__}"

    @property
    def methods(self) -> tuple[str, ...]:
        """Return the methods this address takes; HEAD goes with GET."""
        doors = {"GET": self.get, "POST": self.post, "PUT": self.put}
        return tuple(method for method, door in doors.items() if door)

    def door(self, method: str) -> Door | None:
        """Return the door of a method, or None where the address does not take it."""
        doors = {"GET": self.get, "HEAD": self.get, "POST": self.post, "PUT": self.put}
        return doors.get(method)
