# SPDX-License-Identifier: AGPL-3.0-or-later
"""What differs in the text files of an item, line by line of what they mean.

A bill of materials, characteristics and a route are tables whose lines have a name of their own, so
that a line moved down is not one that went and one that came.  Whatever cannot be read as a table is
compared as lines of text.  The route's grammar belongs to the floor above; here it is TOML that
holds a list of tables.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, Final, Literal

from vault import toml_text
from vault.errors import UnreadableFile

What = Literal["added", "removed", "changed", "same"]

KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "bom.csv": ("find", "number"),
    "characteristics.csv": ("balloon",),
    "route.toml": ("seq",),
}
"""By what a line of these files is known; the first of them that is not empty."""
MOST_LINES: Final = 5_000
AROUND: Final = 2
"""How many lines that stayed are shown around a difference of text."""
LONGEST: Final = 500  # signs of a line or cell

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class TableRow:
    """A line of a table: its cells before and after; ``changed`` are the heads that differ."""

    what: What
    before: Mapping[str, str]
    after: Mapping[str, str]
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """The lines of a table that differ, and how many stayed as they were."""

    heads: tuple[str, ...]
    rows: tuple[TableRow, ...]
    same: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text with its numbers before and after; ``what`` is ``gap`` where some are left out."""

    what: Literal["added", "removed", "same", "gap"]
    before: int | None
    after: int | None
    text: str


def differences(before: str, after: str, name: str) -> dict[str, Any]:
    """Return what differs between two text files, as JSON; an empty path is a file not there.

    A task of the worker process: how long two texts take to compare is up to who wrote them.
    """
    texts = [Path(path).read_bytes() if path else b"" for path in (before, after)]
    if any(b"\0" in text for text in texts):
        raise UnreadableFile(name=name, reason="it is not text")
    found = compared(name, texts[0], texts[1])
    if isinstance(found, Table):
        return {"table": asdict(found)}
    return {"lines": [asdict(line) for line in found]}


def compared(name: str, before: bytes, after: bytes) -> Table | list[Line]:
    """Return what differs between two texts of a file of this name."""
    try:
        return _table(name, rows(name, before), rows(name, after))
    except ValueError:
        return lines(before, after)


def rows(name: str, data: bytes) -> list[Row]:
    """Return a file as lines of cells by head; raises ValueError where it is no table."""
    folded = name.lower()
    if folded.endswith(".csv"):
        return _csv(data)
    if folded.endswith(".toml"):
        return _toml(data)
    raise ValueError("it is no table")


def _csv(data: bytes) -> list[Row]:
    if not data.strip():
        return []
    try:
        read = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as fault:
        raise ValueError("it is no table") from fault
    heads, told = [head.strip() for head in read[0]], [line for line in read[1:] if line]
    wrong = len(set(heads)) != len(heads) or len(heads) < 2 or len(told) > MOST_LINES
    if wrong or any(len(line) != len(heads) for line in told):
        raise ValueError("its lines are not all alike")
    return [dict(zip(heads, line, strict=True)) for line in told]


def _toml(data: bytes) -> list[Row]:
    if not data.strip():
        return []
    tables = toml_text.plain(toml_text.read(data))
    lists = [value for value in tables.values() if _is_list_of_tables(value)]
    if len(lists) == 1 and len(tables) == 1:
        return [{key: _cell(value) for key, value in line.items()} for line in lists[0]]
    if any(_is_list_of_tables(value) for value in tables.values()):
        raise ValueError("it holds more than one table")
    return [{"key": key, "value": _cell(value)} for key, value in tables.items()]


def _is_list_of_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_cell(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_cell(one)}" for key, one in value.items())
    return str(value)[:LONGEST]


def _table(name: str, before: Sequence[Row], after: Sequence[Row]) -> Table:
    heads = tuple(dict.fromkeys(head for row in (*after, *before) for head in row))
    old, now = _named(name, heads, before), _named(name, heads, after)
    found: list[TableRow] = []
    same = 0
    for key in _merged(list(old), list(now)):
        was, is_now = old.get(key), now.get(key)
        if was is not None and is_now is not None:
            changed = tuple(head for head in heads if was.get(head, "") != is_now.get(head, ""))
            same += not changed
            if changed:
                found.append(TableRow("changed", was, is_now, changed))
        else:
            found.append(
                TableRow("removed" if is_now is None else "added", was or {}, is_now or {})
            )
    return Table(heads, tuple(found), same)


def _named(name: str, heads: Sequence[str], told: Iterable[Row]) -> dict[tuple[str, int], Row]:
    """Return lines by their name and, where several have one name, which of them it is."""
    keys = KEYS.get(name.lower(), heads[:1])
    found: dict[tuple[str, int], Row] = {}
    for row in told:
        key = next((row[head] for head in keys if row.get(head)), "")
        place = 0
        while (key, place) in found:
            place += 1
        found[key, place] = row
    return found


def _merged(
    old: Sequence[tuple[str, int]], now: Sequence[tuple[str, int]]
) -> list[tuple[str, int]]:
    """Return every name once, in the order of what is now, what went after what it followed."""
    stayed, known = set(now), set(old)
    merged: list[tuple[str, int]] = []
    gone: dict[tuple[str, int] | None, list[tuple[str, int]]] = {}
    last: tuple[str, int] | None = None
    for key in old:
        if key in stayed:
            last = key
        else:
            gone.setdefault(last, []).append(key)
    for place in (None, *now):
        if place is not None:
            merged.append(place)
        if place is None or place in known:
            merged += gone.get(place, [])
    return merged


def lines(before: bytes, after: bytes) -> list[Line]:
    """Return the lines of two texts that differ, each with a few around it."""
    old, now = _text(before), _text(after)
    found: list[Line] = []
    groups = SequenceMatcher(None, old, now, autojunk=False).get_grouped_opcodes(AROUND)
    for group in groups:
        if found:
            found.append(Line("gap", None, None, ""))
        for tag, old_from, old_to, now_from, now_to in group:
            if tag == "equal":
                found += [
                    Line("same", old_from + by + 1, now_from + by + 1, old[old_from + by])
                    for by in range(old_to - old_from)
                ]
                continue
            found += [Line("removed", at + 1, None, old[at]) for at in range(old_from, old_to)]
            found += [Line("added", None, at + 1, now[at]) for at in range(now_from, now_to)]
    return found


def _text(data: bytes) -> list[str]:
    told = data.decode("utf-8-sig", "replace").splitlines()[:MOST_LINES]
    return [line[:LONGEST] for line in told]
