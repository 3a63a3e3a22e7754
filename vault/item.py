# SPDX-License-Identifier: AGPL-3.0-or-later
"""``item.toml``: the file that makes a folder an item, and the folder an item gets by default."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vault import toml_text
from vault.errors import BadItemNumber, BadManifest
from vault.names import fold, item_number

FILE = "item.toml"
KINDS = ("part", "assembly", "drawing", "fixture", "program", "procedure")
LONGEST_TITLE = 200  # characters

_FACTS = ("number", "title", "kind", "owner")
_OWNER = re.compile(r"[a-z][a-z0-9._-]{1,31}")
_KEY = re.compile(r"\S(?:.{0,62}\S)?")


@dataclass(frozen=True, slots=True)
class Item:
    """A part or document with a number, under one approval owner.

    ``metadata`` is every further key of the file as JSON has it (``material``, ``finish`` …); the
    vault keeps it, searches it, and gives it no meaning.
    """

    number: str
    title: str
    kind: str
    owner: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


def parse(data: bytes, where: str) -> Item:
    """Return the item in a file at the path ``where``; raises BadManifest with every fault."""
    try:
        tables = toml_text.plain(toml_text.read(data))
    except ValueError as fault:
        raise BadManifest(where=where, why=str(fault)) from None
    facts = {key: tables.pop(key, "") for key in _FACTS}
    item = Item(**facts, metadata=tables)
    check(item, where)
    return item


def check(item: Item, where: str) -> None:
    """Raise BadManifest naming all that is wrong with an item, whoever made it."""
    found = _faults(item)
    if found:
        raise BadManifest(where=where, why="; ".join(found))


def write(item: Item, previous: bytes | None) -> bytes:
    """Return the file for an item, with the comments, order and spelling of the previous one.

    Metadata keys that the item no longer has are removed; raises BadManifest.
    """
    check(item, FILE)
    values: dict[str, Any] = {key: getattr(item, key) for key in _FACTS} | dict(item.metadata)
    try:
        before = toml_text.read(previous or b"")
        gone = {key: None for key in before if key not in values}
        return toml_text.changed(previous, values | gone)
    except ValueError as fault:
        raise BadManifest(where=FILE, why=str(fault)) from None


def default_folder(number: str) -> str:
    """Return the folder of a new item, ``items/10/10-00/10-0042``.

    Two steps of prefixes keep every git tree small, so that the cost of a check-in does not grow
    with the vault; they are folded, because ``ab`` and ``AB`` are one folder on Windows, and lose
    a trailing dot, which Windows drops.
    """
    folded = fold(item_number(number))
    first, second = folded[:2].rstrip("."), folded[:5].rstrip(".")
    return f"items/{first}/{second}/{number}"


def _faults(item: Item) -> list[str]:
    faults = [
        _number_fault(item.number),
        _title_fault(item.title),
        None if item.kind in KINDS else f"its kind is none of {', '.join(KINDS)}",
        _owner_fault(item.owner),
        *(_key_fault(key) for key in item.metadata),
    ]
    return [fault for fault in faults if fault]


def _number_fault(number: object) -> str | None:
    if not isinstance(number, str) or not number:
        return "it has no number"
    try:
        item_number(number)
    except BadItemNumber as fault:
        return f"its number “{number}” cannot be used, {fault.facts['why']}"
    return None


def _title_fault(title: object) -> str | None:
    if not isinstance(title, str) or not title.strip():
        return "it has no title"
    if len(title) > LONGEST_TITLE:
        return f"its title is longer than {LONGEST_TITLE} characters"
    if any(unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for sign in title):
        return "its title holds a line break or an invisible sign"
    return None


def _owner_fault(owner: object) -> str | None:
    if not isinstance(owner, str) or not owner:
        return "it has no approval owner"
    if not _OWNER.fullmatch(owner):
        return f"its owner “{owner}” is not the name of a person"
    return None


def _key_fault(key: str) -> str | None:
    if key in _FACTS:
        return f"{key} stands in its metadata"
    return None if _KEY.fullmatch(key) else f"“{key}” is not a key of 1 to 64 characters"
