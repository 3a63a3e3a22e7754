# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rules of release, as reviewable text on ``refs/meta/rules``, read strictly.

They are always read from there and never from what is being judged.  A key
nobody knows is refused: a misspelt rule must not silently be no rule.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from release.errors import BadRules
from release.requirements import (
    DiffersFromRelease,
    FilesIntact,
    HasDrawing,
    Requirement,
    SignedOff,
)
from vault import errors, revisions
from vault.ledger.people import ROLES

FILE: Final = "rules.toml"
DEFAULT: Final = """\
# The rules of release. They are judged from refs/meta/rules, never from a push.
# `titleblock rules edit FILE` saves a new version; the history keeps every old one.
schema = 1

[revision]
scheme = "asme-y14.35"        # or "numeric"

[[sign-off]]
name = "approval owner"
by = "owner"                  # or "role:quality", "person:mchen"
count = 1
author_may_sign = false       # who made a change never approves it

[[require]]
check = "files intact"

[[require]]
check = "something to release"

[[require]]
check = "differs from its release"

# Who stands in for whom:
# [deputies]
# mchen = ["rkim"]
"""
_CHECKS: Final[Mapping[str, type[FilesIntact | HasDrawing | DiffersFromRelease]]] = {
    "files intact": FilesIntact,
    "something to release": HasDrawing,
    "differs from its release": DiffersFromRelease,
}


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules as they were read; ``blob`` names the git object they were read from."""

    blob: str
    scheme: revisions.Scheme
    requirements: tuple[Requirement, ...]
    deputies: Mapping[str, tuple[str, ...]]

    def requirement(self, name: str) -> Requirement | None:
        """Return the requirement of a name, or None."""
        return next((one for one in self.requirements if one.name == name), None)


def read(text: str, blob: str = "") -> Rules:
    """Return the rules of a text; raises BadRules with the place and the reason."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise BadRules(where="it is not TOML", why=fault) from fault
    _known(told, {"schema", "revision", "sign-off", "require", "deputies"}, "the file")
    if told.get("schema") != 1:
        raise BadRules(where="schema", why="it must be 1")
    requirements = (
        *(_sign_off(one, place) for place, one in _tables(told, "sign-off")),
        *(_check(one, place) for place, one in _tables(told, "require")),
    )
    names = [one.name for one in requirements]
    for name in names:
        if names.count(name) > 1:
            raise BadRules(where=f"“{name}”", why="two requirements have this name")
    if not any(isinstance(one, SignedOff) for one in requirements):
        raise BadRules(
            where="sign-off", why="no sign-off is required, so anything would be released"
        )
    return Rules(blob, _scheme(told.get("revision", {})), requirements, _deputies(told))


def _scheme(told: Any) -> revisions.Scheme:
    if not isinstance(told, dict):
        raise BadRules(where="revision", why="it must be a table")
    _known(told, {"scheme"}, "revision")
    name = str(told.get("scheme", revisions.ASME))
    try:
        return revisions.scheme(name)
    except errors.NoSuchScheme as fault:
        known = ", ".join(revisions.SCHEMES)
        raise BadRules(where="revision.scheme", why=f"“{name}” is none of {known}") from fault


def _sign_off(told: dict[str, Any], where: str) -> SignedOff:
    _known(told, {"name", "by", "count", "author_may_sign", "may_override"}, where)
    name, by = told.get("name"), told.get("by")
    if not isinstance(name, str) or not name.strip():
        raise BadRules(where=where, why="it needs a name")
    kind, _, whom = by.partition(":") if isinstance(by, str) else ("", "", "")
    good = (
        (kind == "owner" and not whom)
        or (kind == "person" and whom)
        or (kind == "role" and whom in ROLES)
    )
    if not good:
        raise BadRules(where=where, why="`by` must be owner, role:NAME or person:NAME")
    count = told.get("count", 1)
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= 20:
        raise BadRules(where=where, why="`count` must be a number from 1 to 20")
    author_may_sign = told.get("author_may_sign", False)
    if not isinstance(author_may_sign, bool):
        raise BadRules(where=where, why="`author_may_sign` must be true or false")
    return SignedOff(name.strip(), str(by), count, author_may_sign, _roles(told, where))


def _check(told: dict[str, Any], where: str) -> Requirement:
    _known(told, {"check", "may_override"}, where)
    kind = _CHECKS.get(str(told.get("check")))
    if kind is None:
        raise BadRules(where=where, why=f"`check` must be one of {', '.join(_CHECKS)}")
    return kind(may_override=_roles(told, where))


def _roles(told: dict[str, Any], where: str) -> frozenset[str]:
    roles = told.get("may_override", [])
    if not isinstance(roles, list) or any(role not in ROLES for role in roles):
        raise BadRules(
            where=where, why=f"`may_override` must be a list of {', '.join(sorted(ROLES))}"
        )
    return frozenset(roles)


def _deputies(told: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    table = told.get("deputies", {})
    if not isinstance(table, dict) or not all(
        isinstance(names, list) and all(isinstance(name, str) for name in names)
        for names in table.values()
    ):
        raise BadRules(where="deputies", why='each line must read: person = ["deputy", …]')
    return {name: tuple(names) for name, names in table.items()}


def _tables(told: dict[str, Any], key: str) -> list[tuple[str, dict[str, Any]]]:
    found = told.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise BadRules(where=key, why=f"write each one as [[{key}]]")
    return [(f"{key} {place}", one) for place, one in enumerate(found, 1)]


def _known(told: dict[str, Any], keys: set[str], where: str) -> None:
    for key in told:
        if key not in keys:
            raise BadRules(
                where=where, why=f"“{key}” is not known; known are {', '.join(sorted(keys))}"
            )
