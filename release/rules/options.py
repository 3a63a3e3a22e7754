# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a check may be told in the rules: the one table of checks, and how an option is spelled.

``docs/rules.md`` is made from this table, so the document cannot name an option that is not there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from release.change import CLASSES
from release.rules import letters
from release.rules.case import Requirement
from release.rules.condition import KEYS, When
from release.rules.content import (
    ChildrenReleased,
    Disposed,
    Explained,
    HasCharacteristics,
    HasRoute,
    NotLocked,
    SaysMetadata,
)
from release.rules.drawing import FIELDS, LettersAgree, TitleBlockAgrees
from release.rules.files import (
    DiffersFromRelease,
    FileNamesAgree,
    FilesIntact,
    RequiredFiles,
    SomethingToRelease,
)
from vault.item import KINDS
from vault.ledger.people import ROLES

LONGEST: Final = 200  # characters of one pattern or name
MOST: Final = 100  # entries of one list
Check = (
    type[FilesIntact] | type[SomethingToRelease] | type[DiffersFromRelease] | type[RequiredFiles]
    | type[FileNamesAgree] | type[TitleBlockAgrees] | type[LettersAgree] | type[ChildrenReleased]
    | type[HasRoute] | type[HasCharacteristics] | type[NotLocked] | type[SaysMetadata]
    | type[Explained] | type[Disposed]
)  # fmt: skip
_KINDS: Final[tuple[Check, ...]] = (
    FilesIntact, SomethingToRelease, DiffersFromRelease, RequiredFiles, FileNamesAgree,
    TitleBlockAgrees, LettersAgree, ChildrenReleased, HasRoute, HasCharacteristics, NotLocked,
    SaysMetadata, Explained, Disposed,
)  # fmt: skip
CHECKS: Final[Mapping[str, Check]] = {kind.check: kind for kind in _KINDS}
FIRST_CHECKS: Final = ("files intact", "something to release", "differs from its release")
"""The checks schema 1 has."""


class Fault(ValueError):
    """What is wrong with rules, and where; the reader turns it into the refusal people see."""

    def __init__(self, where: str, why: str) -> None:
        """Remember the place and the reason."""
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why


@dataclass(frozen=True, slots=True)
class Option:
    """An option of checks: what it is called, which form it has, and what it is for."""

    name: str
    form: str
    what_for: str


SIGNING: Final = (
    Option("name", "title", "what people see, and what an override is given for"),
    Option("by", "by", "who is asked: `owner` (the approval owner of the released item.toml),"
           " `role:NAME`, `group:NAME`, `person:NAME`, or a list of them; each needs the role"
           " approver as well"),
    Option("count", "number", "how many of them, 1 if nothing is said"),
    Option("meaning", "meaning", "`approved`, or `reviewed` for who has read it and no more"),
    Option("roles", "roles", "only those of them who have one of these roles"),
    Option("delegation", "flag", "who is asked may let somebody else sign this one order, an"
           " approver and no author"),
    Option("author_may_sign", "flag", "who made a change may approve it; false if nothing is said"),
    Option("may_override", "roles", "roles that may set the rule aside; nobody if nothing is said"),
    Option("when", "when", "to which items it applies; all if nothing is said"),
)  # fmt: skip
"""What a sign-off may be told."""
DISTRIBUTING: Final = (
    Option("name", "title", "what people see, and what an override is given for"),
    Option("to", "to", "who has to acknowledge the new revision before working on it: `owner`,"
           " `role:NAME`, `group:NAME`, `person:NAME`, or a list of them, all of whom are asked"),
    Option("may_override", "roles", "roles that may set the list aside; nobody if nothing is said"),
    Option("when", "when", "to which items it applies; all if nothing is said"),
)  # fmt: skip
"""What a distribution list may be told."""
FIRST_SIGNING: Final = frozenset({"name", "by", "count", "author_may_sign", "may_override"})
"""What it may be told in schema 1."""
CONDITIONS: Final = (
    Option("folder", "patterns", "a folder of the vault, with all below it"),
    Option("kind", "kinds", f"one of {', '.join(KINDS)}"),
    Option("class", "classes", f"the class of the change order: {', '.join(CLASSES)}"),
    Option("item", "patterns", "the item's number"),
    Option(
        "metadata", "metadata", 'keys of item.toml, as `{ material = "*7075*", safety = true }`'
    ),
    Option("station", "patterns", "a station that the item's route.toml names, as `MILL-*`"),
)
"""What a condition may ask."""
OPTIONS: Final[Mapping[str, tuple[Option, ...]]] = {
    "required files": (
        Option("files", "files", "patterns, each of which some file must have; a list in the list"
               ' names alternatives, as `["*.pdf", ["*.step", "*.stp"]]`'),
    ),
    "file names agree": (
        Option("pattern", "pattern", "where the letter stands in a name, as `{number}_{rev}*`; else"
               " it follows the word rev, or the number right away"),
        Option("required", "flag", "some name has to state a letter"),
    ),
    "title block agrees": (
        Option("fields", "fields", f"what is compared, of {', '.join(FIELDS)}"),
        Option("files", "patterns", "in which PDFs"),
        Option("required", "flag", "each field has to be found; else *cannot tell* is no obstacle"),
    ),
    "letters agree": (Option("required", "flag", "at least two files have to state a letter"),),
    "children released": (
        Option("levels", "levels", "`direct` for the children, `all` for theirs too"),
        Option("ignore", "patterns", "numbers that need no release, as standard parts"),
        Option("required", "flag", "there has to be a bom.csv"),
    ),
    "route": (Option("required", "flag", "it has to be there, not only to be right"),),
    "characteristics": (Option("required", "flag", "they have to be there, not only to be right"),),
    "metadata": (Option("keys", "texts", "keys of item.toml that must not be missing or empty"),),
}  # fmt: skip
_NEEDED: Final = {("required files", "files"), ("metadata", "keys")}


def made(kind: Check, told: Mapping[str, Any], where: str) -> Requirement:
    """Return the check a table of the rules tells of; raises Fault."""
    own = OPTIONS.get(kind.check, ())
    known(told, {"check", "name", "may_override", "when", *(one.name for one in own)}, where)
    given: dict[str, Any] = {}
    for option in own:
        if option.name in told:
            given[option.name] = _read(option, told[option.name], f"{where}.{option.name}")
        elif (kind.check, option.name) in _NEEDED:
            raise Fault(where, f"it needs `{option.name}`: {option.what_for}")
    name = title(told["name"], where) if "name" in told else kind.check
    return kind(name=name, may_override=roles(told, "may_override", where),
                when=when(told, where), **given)  # fmt: skip


def told(one: Requirement) -> dict[str, Any]:
    """Return a check as a table of the rules tells it, without what is as it always is."""
    kind = type(one)
    plain = kind()
    check = str(getattr(one, "check", ""))
    found: dict[str, Any] = {"check": check}
    if one.name != check:
        found["name"] = one.name
    for option in OPTIONS.get(check, ()):
        value = getattr(one, option.name)
        if value != getattr(plain, option.name):
            found[option.name] = _written(value)
    if one.may_override:
        found["may_override"] = sorted(one.may_override)
    return found | ({"when": one.when.told()} if one.when.told() else {})


def _written(value: Any) -> Any:
    if not isinstance(value, tuple):
        return value
    return [
        (one[0] if len(one) == 1 else list(one)) if isinstance(one, tuple) else one for one in value
    ]


def _read(option: Option, value: Any, where: str) -> Any:
    if option.form == "flag":
        return flag({option.name: value}, option.name, where)
    if option.form == "levels":
        if value not in {"direct", "all"}:
            raise Fault(where, "it must be direct or all")
        return value
    if option.form == "pattern":
        return _letter_pattern(text(value, where), where)
    if option.form == "files":
        all_ = value if isinstance(value, list) else [value]
        return tuple(texts(one, where) for one in _some(all_, where))
    found = texts(value, where)
    if option.form == "fields" and (odd := [one for one in found if one not in FIELDS]):
        raise Fault(where, f"“{odd[0]}” is none of {', '.join(FIELDS)}")
    return found


def _letter_pattern(pattern: str, where: str) -> str:
    if pattern and pattern.count(letters.LETTER) != 1:
        raise Fault(where, f"it must have {letters.LETTER} once, where the letter stands")
    return pattern


def when(told: Mapping[str, Any], where: str) -> When:
    """Return the condition of a rule; raises Fault."""
    if "when" not in told:
        return When()
    where, given = f"{where}.when", told["when"]
    if not isinstance(given, dict) or not given:
        raise Fault(where, "it must say something; leave it out for a rule that always applies")
    known(given, set(KEYS), where)
    for key, allowed in (("kind", KINDS), ("class", CLASSES)):
        odd = [one for one in texts(given[key], f"{where}.{key}") if one not in allowed] if (
            key in given) else []  # fmt: skip
        if odd:
            raise Fault(f"{where}.{key}", f"“{odd[0]}” is none of {', '.join(allowed)}")
    metadata = given.get("metadata", {})
    if not isinstance(metadata, dict) or ("metadata" in given and not metadata):
        raise Fault(f"{where}.metadata", 'write it as {key = "pattern"}')
    folder, kind, classes, items, station = (
        texts(given[key], f"{where}.{key}") if key in given else ()
        for key in ("folder", "kind", "class", "item", "station")
    )
    asked = tuple(
        (key, _patterns(value, f"{where}.metadata.{key}")) for key, value in metadata.items()
    )
    return When(folder, kind, classes, items, asked, station)


def _patterns(value: Any, where: str) -> tuple[str | bool | int | float, ...]:
    found = _some(value if isinstance(value, list) else [value], where)
    for one in found:
        if isinstance(one, str):
            text(one, where)
        elif not isinstance(one, bool | int | float):
            raise Fault(where, "it must be text, a number, true or false, or a list of them")
    return tuple(found)


# --- the small forms --------------------------------------------------------------------------


def known(told: Mapping[str, Any], keys: AbstractSet[str], where: str, schema: int = 2) -> None:
    """Refuse a key that is not known; raises Fault."""
    for key in told:
        if key not in keys:
            hint = "; with `schema = 2` there are more" if schema == 1 else ""
            raise Fault(where, f"“{key}” is not known; known are {', '.join(sorted(keys))}{hint}")


def title(value: Any, where: str) -> str:
    """Return the name of a rule: one line of visible text; raises Fault."""
    if not isinstance(value, str) or not value.strip():
        raise Fault(where, "it needs a name")
    if len(value) > LONGEST or not value.isprintable():
        raise Fault(where, f"its name must be one line of at most {LONGEST} visible signs")
    return value.strip()


def text(value: Any, where: str) -> str:
    """Return a text of one line, not empty; raises Fault."""
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise Fault(where, "it must be a text, and not an empty one")
    if len(value) > LONGEST:
        raise Fault(where, f"it is longer than {LONGEST} signs")
    return value


def texts(value: Any, where: str) -> tuple[str, ...]:
    """Return one text or several; raises Fault."""
    found = _some(value if isinstance(value, list) else [value], where)
    return tuple(text(one, where) for one in found)


def _some(value: list[Any], where: str) -> list[Any]:
    if not value:
        raise Fault(where, "it is an empty list, which nothing could ever satisfy")
    if len(value) > MOST:
        raise Fault(where, f"it has more than {MOST} entries")
    return value


def flag(told: Mapping[str, Any], key: str, where: str) -> bool:
    """Return true or false, false where nothing is said; raises Fault."""
    value = told.get(key, False)
    if not isinstance(value, bool):
        raise Fault(where, f"`{key}` must be true or false")
    return value


def roles(told: Mapping[str, Any], key: str, where: str) -> frozenset[str]:
    """Return the roles in a list, none where nothing is said; raises Fault."""
    value = told.get(key, [])
    if not isinstance(value, list) or any(role not in ROLES for role in value):
        raise Fault(where, f"`{key}` must be a list of {', '.join(sorted(ROLES))}")
    return frozenset(value)


def day(value: Any, where: str) -> str:
    """Return a day, as text or as TOML writes dates; empty where nothing is said; raises Fault."""
    try:
        return date.fromisoformat(value).isoformat() if value else ""
    except (TypeError, ValueError) as fault:
        raise Fault(where, f"“{value}” is no day; write it as 2026-11-20") from fault


def toml(value: Any) -> str:
    """Return a value as TOML writes it in one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml(one) for one in value)}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {toml(one)}" for key, one in value.items()) + " }"
    return repr(value)


def lines(told: Mapping[str, Any]) -> list[str]:
    """Return keys and values as lines of TOML."""
    return [f"{_key(key)} = {toml(value)}" for key, value in told.items()]


def _key(key: str) -> str:
    bare = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if bare else toml(key)
