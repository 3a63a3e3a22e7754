# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows of a CSV or JSON file as another program saved it, each with the line it stands on."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from traveler.exchange.errors import BadOrderFile
from traveler.exchange.mapping import Map, folded

MOST_ROWS: Final = 100_000
_GUESSES: Final = ("utf-8-sig", "cp1252")
_DELIMITERS: Final = ";,\t|"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as a person counts (the heads are line 1), and its cells by column.

    ``fault`` says what is wrong with the row as such; then there are no cells.
    """

    number: int
    cells: Mapping[str, str]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """All rows of a file, and its columns as they are written there."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read(data: bytes, where: str, told: Map) -> Sheet:
    """Return the rows of a file, JSON where it begins like that; raises BadOrderFile."""
    text = _decoded(data, where, told.encoding)
    if text.lstrip()[:1] in {"[", "{"}:
        return _json(text, where, told.list)
    return _csv(text, where, told.delimiter)


def _decoded(data: bytes, where: str, encoding: str) -> str:
    if encoding:
        try:
            return data.decode(encoding).removeprefix("\ufeff")
        except (LookupError, UnicodeDecodeError):
            raise BadOrderFile(where=where, why=f"it is not text in {encoding}") from None
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError:
            raise BadOrderFile(where=where, why="it is not whole UTF-16 text") from None
    if b"\0" in data:
        raise BadOrderFile(where=where, why="it is not text; save it as CSV or JSON")
    for guess in _GUESSES:
        try:
            return data.decode(guess)
        except UnicodeDecodeError:
            continue
    raise BadOrderFile(where=where, why="its letters are in no code known here; save it as UTF-8")


def _csv(text: str, where: str, delimiter: str) -> Sheet:
    first = next((line for line in text.splitlines() if line.strip()), "")
    if not first:
        raise BadOrderFile(where=where, why="it is empty")
    chosen = delimiter or max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=chosen, strict=True)
    try:
        lines = [(reader.line_num, cells) for cells in reader if any(one.strip() for one in cells)]
    except csv.Error as fault:
        why = f"line {reader.line_num} is broken ({fault})"
        raise BadOrderFile(where=where, why=why) from None
    if not lines:
        raise BadOrderFile(where=where, why="it has no columns")
    heads = _heads(lines[0][1], where)
    _few(len(lines) - 1, where)
    return Sheet(
        tuple(lines[0][1]), tuple(_row(number, cells, heads) for number, cells in lines[1:])
    )


def _row(number: int, cells: Sequence[str], heads: Sequence[str]) -> Row:
    if len(cells) > len(heads):
        return Row(number, {}, f"it has {len(cells)} cells, the first line {len(heads)}")
    return Row(number, dict(zip(heads, (one.strip() for one in cells), strict=False)))


def _heads(cells: Sequence[str], where: str) -> list[str]:
    heads = [folded(one) for one in cells]
    twice = next((one for one in heads if one and heads.count(one) > 1), "")
    if twice:
        raise BadOrderFile(where=where, why=f"two columns are called “{twice}”")
    return heads


def _json(text: str, where: str, path: str) -> Sheet:
    try:
        found = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as fault:
        raise BadOrderFile(where=where, why=f"it is not JSON ({fault})") from None
    for part in path.split(".") if path else ():
        found = found.get(part) if isinstance(found, dict) else None
    if isinstance(found, dict):  # a list under one name, as most programs write it
        lists = [one for one in found.values() if isinstance(one, list)]
        found = lists[0] if len(lists) == 1 else None
    if not isinstance(found, list):
        raise BadOrderFile(where=where, why="no list of orders stands there; name it in the map")
    _few(len(found), where)
    rows = tuple(_object(number, one) for number, one in enumerate(found, 1))
    return Sheet(tuple(dict.fromkeys(_names(found))), rows)


def _names(found: Sequence[Any]) -> Iterator[str]:
    for one in found:
        if isinstance(one, dict):
            yield from one


def _object(number: int, found: Any) -> Row:
    if not isinstance(found, dict):
        return Row(number, {}, "it is not an object")
    cells = {}
    for name, value in found.items():
        if isinstance(value, dict | list):
            continue  # no field of a job is a structure; a map that names it finds nothing
        plain = {None: "", True: "true", False: "false"}
        cells[folded(name)] = value.strip() if isinstance(value, str) else plain[value]
    return Row(number, cells)


def _few(count: int, where: str) -> None:
    if count > MOST_ROWS:
        raise BadOrderFile(where=where, why=f"it has more than {MOST_ROWS} rows")
