# SPDX-License-Identifier: AGPL-3.0-or-later
"""``rules.toml``: read strictly and written back, here and nowhere else.

A key nobody knows is refused with its place: a misspelt rule must not silently be no rule.  Schema
2 has all of it; schema 1, which vaults of the first days have, is read as it always was.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from release.errors import BadRules
from release.requirements import MEANINGS, NO_RULES, OWNER, UNGUARDED, SignedOff
from release.rules import customer, options, packets, quality, sections
from release.rules.case import Deputy, Requirement
from release.rules.customer import Customers
from release.rules.distributed import CUSTOMER, Distributed
from release.rules.options import CHECKS, Fault
from release.rules.packets import Packets
from release.rules.quality import Quality
from release.stamp import templates
from release.stamp.templates import Templates
from vault import errors, revisions, toml_text
from vault.ledger.people import ROLES

FILE: Final = "rules.toml"
SCHEMA: Final = 2
MOST_RULES: Final = 200
_NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")
_FIRST: Final = {"schema", "revision", "sign-off", "require", "deputies"}
_SINCE: Final = {
    "groups",
    "stamps",
    "distribution",
    "quality",
    "customer",
    "packets",
}  # what schema 2 added


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules as they were read; ``blob`` names the git object they were read from."""

    blob: str
    scheme: revisions.Scheme
    requirements: tuple[Requirement, ...]
    deputies: Mapping[str, tuple[Deputy, ...]]
    groups: Mapping[str, frozenset[str]]
    stamps: Mapping[str, Any] = field(default_factory=dict)
    further: Mapping[str, Any] = field(default_factory=dict)
    """What belongs to the floors above, by table; each has read its own, see ``sections``."""
    quality: Quality = field(default_factory=Quality)
    customer: Customers = field(default_factory=Customers)
    packets: Mapping[str, Any] = field(default_factory=dict)

    @property
    def packet_templates(self) -> Packets:
        """What packets hold, by customer, see ``release.rules.packets``."""
        return packets.read(self.packets)

    @property
    def templates(self) -> Templates:
        """How stamps look, see ``release.stamp.templates``; raises BadRules."""
        return templates.read(self.stamps)

    def requirement(self, name: str) -> Requirement | None:
        """Return the requirement of a name, or None."""
        return next((one for one in self.requirements if one.name == name), None)

    @property
    def sign_offs(self) -> tuple[SignedOff, ...]:
        """Return the requirements that ask for signatures."""
        return tuple(one for one in self.requirements if isinstance(one, SignedOff))

    @property
    def lists(self) -> tuple[Distributed, ...]:
        """Return the distribution lists."""
        return tuple(one for one in self.requirements if isinstance(one, Distributed))


def read(text: str, blob: str = "") -> Rules:
    """Return the rules of a text; raises BadRules with the place and the reason."""
    try:
        told = toml_text.plain(toml_text.read(text.encode("utf-8", "surrogatepass")))
    except ValueError as fault:
        raise BadRules(where="the file", why=fault) from fault
    try:
        return _read(told, blob)
    except Fault as fault:
        raise BadRules(where=fault.where, why=fault.why) from fault


def written(rules: Rules) -> str:
    """Return rules as the text of their file, in schema 2."""
    lines = [f"schema = {SCHEMA}", "", "[revision]", f"scheme = {options.toml(rules.scheme.name)}"]
    for one in rules.requirements:
        head, told = _table_of(one)
        lines += ["", f"[[{head}]]", *options.lines(told)]
    if rules.groups:
        lines += ["", "[groups]"]
        lines += options.lines({name: sorted(all_) for name, all_ in rules.groups.items()})
    if rules.deputies:
        lines += ["", "[deputies]"]
        lines += options.lines({name: [_deputy_told(one) for one in all_]
                                for name, all_ in rules.deputies.items()})  # fmt: skip
    if rules.quality.told:
        lines += ["", "[quality]", *options.lines(rules.quality.told)]
    if rules.customer.told:
        lines += ["", "[customer]", *options.lines(rules.customer.told)]
    if rules.stamps:
        lines += ["", toml_text.changed(None, {"stamps": rules.stamps}).decode()]
    if rules.packets:
        lines += ["", toml_text.changed(None, {"packets": dict(rules.packets)}).decode()]
    if rules.further:
        lines += ["", toml_text.changed(None, dict(rules.further)).decode()]
    return "\n".join(lines) + "\n"


# --- reading ----------------------------------------------------------------------------------


def _read(told: dict[str, Any], blob: str) -> Rules:
    schema = told.get("schema")
    if schema not in {1, SCHEMA} or isinstance(schema, bool):
        raise Fault("schema", f"it must be {SCHEMA}")
    further = _further(told, schema)
    options.known(
        told, _FIRST if schema == 1 else _FIRST | _SINCE | further.keys(), "the file", schema
    )
    groups = _groups(told.get("groups", {}))
    requirements: tuple[Requirement, ...] = (
        *(_sign_off(one, place, groups, schema) for place, one in _tables(told, "sign-off")),
        *(_check(one, place, schema) for place, one in _tables(told, "require")),
        *(_list(one, place, groups) for place, one in _tables(told, "distribution")),
    )
    names = [one.name for one in requirements]
    for name in names:
        if names.count(name) > 1:
            raise Fault(f"“{name}”", "two requirements have this name")
        if name in {UNGUARDED, NO_RULES}:
            raise Fault(f"“{name}”", "the gate itself uses this name; choose another")
    if not any(isinstance(one, SignedOff) for one in requirements):
        raise Fault("sign-off", "no sign-off is required, so anything would be released")
    if len(requirements) > MOST_RULES:
        raise Fault("the file", f"it has more than {MOST_RULES} rules")
    deputies = _deputies(told.get("deputies", {}), schema)
    stamps = told.get("stamps", {})
    if not isinstance(stamps, dict):
        raise Fault("stamps", "it must be a table")
    templates.read(stamps)
    packets.read(told.get("packets", {}))
    sections.check(further)
    return Rules(
        blob, _scheme(told.get("revision", {})), requirements, deputies, groups, stamps, further,
        quality.read(told.get("quality", {})), customer.read(told.get("customer", {})),
        told.get("packets", {}),
    )  # fmt: skip


def _further(told: Mapping[str, Any], schema: int) -> dict[str, Any]:
    unknown = told.keys() - _FIRST - _SINCE
    if schema == 1 or not unknown:
        return {}
    return {name: told[name] for name in told if name in unknown & sections.names()}


def _scheme(told: Any) -> revisions.Scheme:
    if not isinstance(told, dict):
        raise Fault("revision", "it must be a table")
    options.known(told, {"scheme"}, "revision")
    name = str(told.get("scheme", revisions.ASME))
    try:
        return revisions.scheme(name)
    except errors.NoSuchScheme as fault:
        known = ", ".join(revisions.SCHEMES)
        raise Fault("revision.scheme", f"“{name}” is none of {known}") from fault


def _sign_off(
    told: dict[str, Any], where: str, groups: Mapping[str, frozenset[str]], schema: int
) -> SignedOff:
    keys = {one.name for one in options.SIGNING} if schema > 1 else options.FIRST_SIGNING
    options.known(told, keys, where, schema)
    name = options.title(told.get("name"), where)
    where = f"{where} (“{name}”)"
    by = told.get("by")
    asked = [by] if isinstance(by, str) else by if schema > 1 else None
    if not isinstance(asked, list) or not asked:
        raise Fault(
            where, "`by` must be owner, role:NAME, group:NAME or person:NAME, or a list of them"
        )
    for one in asked:
        _asked(one, where, groups)
    count = told.get("count", 1)
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= 20:
        raise Fault(where, "`count` must be a number from 1 to 20")
    meaning = told.get("meaning", MEANINGS[0])
    if meaning not in MEANINGS:
        raise Fault(where, f"`meaning` must be {' or '.join(MEANINGS)}")
    return SignedOff(
        name, tuple(dict.fromkeys(asked)), count, meaning, options.roles(told, "roles", where),
        options.flag(told, "delegation", where), options.flag(told, "author_may_sign", where),
        options.roles(told, "may_override", where), options.when(told, where),
    )  # fmt: skip


def _asked(by: Any, where: str, groups: Mapping[str, frozenset[str]], key: str = "by") -> None:
    kind, colon, whom = by.partition(":") if isinstance(by, str) else ("", "", "")
    if kind == "group" and whom not in groups:
        known = ", ".join(sorted(groups)) or "none"
        raise Fault(where, f"`{key}` names the group “{whom}”; [groups] has {known}")
    good = {
        OWNER: not colon, "person": bool(_NAME.fullmatch(whom)), "role": whom in ROLES,
        "group": True,
    }  # fmt: skip
    if not good.get(kind, False):
        raise Fault(
            where, f"`{key}` must be owner, role:NAME, group:NAME or person:NAME, not “{by}”"
        )


def _list(
    told: dict[str, Any], where: str, groups: Mapping[str, frozenset[str]]
) -> Distributed:  # fmt: skip
    options.known(told, {one.name for one in options.DISTRIBUTING}, where)
    name = options.title(told.get("name"), where)
    where = f"{where} (“{name}”)"
    to = told.get("to")
    asked = [to] if isinstance(to, str) else to
    if not isinstance(asked, list) or not asked:
        raise Fault(
            where, "`to` must be owner, role:NAME, group:NAME or person:NAME, or a list of them"
        )
    for one in asked:
        _asked(one, where, groups, "to")
        if one == f"role:{CUSTOMER}":
            raise Fault(
                where, "customers see nothing of the vault, so they cannot be asked to read"
            )
    return Distributed(name, tuple(dict.fromkeys(asked)),
                       options.roles(told, "may_override", where), options.when(told, where))  # fmt: skip


def _check(told: dict[str, Any], where: str, schema: int) -> Requirement:
    kind = CHECKS.get(str(told.get("check")))
    if kind is None or (schema == 1 and kind.check not in options.FIRST_CHECKS):
        known = options.FIRST_CHECKS if schema == 1 else tuple(CHECKS)
        raise Fault(where, f"`check` must be one of {', '.join(known)}")
    where = f"{where} (“{kind.check}”)"
    if schema == 1:
        options.known(told, {"check", "may_override"}, where, schema)
    return options.made(kind, told, where)


def _groups(told: Any) -> dict[str, frozenset[str]]:
    if not isinstance(told, dict):
        raise Fault("groups", 'each line must read: name = ["person", …]')
    for group, names in told.items():
        if not _NAME.fullmatch(group):
            raise Fault("groups", f"“{group}” is no name: small letters, digits, . _ -")
        _people(names, f"groups.{group}")
    return {group: frozenset(names) for group, names in told.items()}


def _people(names: Any, where: str) -> None:
    if not isinstance(names, list) or not names:
        raise Fault(where, "it must be a list of people, and not an empty one")
    for name in names:
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise Fault(where, f"“{name}” is no name of a person")


def _deputies(told: Any, schema: int) -> dict[str, tuple[Deputy, ...]]:
    if not isinstance(told, dict) or not all(isinstance(all_, list) for all_ in told.values()):
        raise Fault("deputies", 'each line must read: person = ["deputy", …]')
    for person in told:
        _people([person], "deputies")
    return {
        person: tuple(_deputy(one, f"deputies.{person}", schema) for one in all_)
        for person, all_ in told.items()
    }


def _deputy(told: Any, where: str, schema: int) -> Deputy:
    if isinstance(told, dict) and schema > 1:
        options.known(told, {"name", "from", "until"}, where)
        _people([told.get("name")], where)
        since, until = (
            options.day(told.get(key, ""), f"{where}.{key}") for key in ("from", "until")
        )
        if since and until and until < since:
            raise Fault(where, f"it ends on {until}, before it begins on {since}")
        return Deputy(told["name"], since, until)
    if not isinstance(told, str):
        raise Fault(where, 'write a deputy as "name" or as {name = "…", from = "…", until = "…"}')
    _people([told], where)
    return Deputy(told)


def _tables(told: dict[str, Any], key: str) -> list[tuple[str, dict[str, Any]]]:
    found = told.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Fault(key, f"write each one as [[{key}]]")
    return [(f"{key} {place}", one) for place, one in enumerate(found, 1)]


# --- writing ----------------------------------------------------------------------------------


def _table_of(one: Requirement) -> tuple[str, dict[str, Any]]:
    if isinstance(one, SignedOff):
        return "sign-off", _signing_told(one)
    if isinstance(one, Distributed):
        return "distribution", _list_told(one)
    return "require", options.told(one)


def _list_told(one: Distributed) -> dict[str, Any]:
    further = {"may_override": sorted(one.may_override), "when": one.when.told()}
    return {"name": one.name, "to": one.to[0] if len(one.to) == 1 else list(one.to),
            **{key: value for key, value in further.items() if value}}  # fmt: skip


def _signing_told(one: SignedOff) -> dict[str, Any]:
    by = one.by[0] if len(one.by) == 1 else list(one.by)
    further = {"delegation": one.delegation, "roles": sorted(one.roles),
               "may_override": sorted(one.may_override), "when": one.when.told()}  # fmt: skip
    return {
        "name": one.name, "by": by, "count": one.count, "meaning": one.meaning,
        "author_may_sign": one.author_may_sign,
        **{key: value for key, value in further.items() if value},
    }  # fmt: skip


def _deputy_told(one: Deputy) -> str | dict[str, str]:
    if not one.since and not one.until:
        return one.name
    told = {"name": one.name, "from": one.since, "until": one.until}
    return {key: value for key, value in told.items() if value}
