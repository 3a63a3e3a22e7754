# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows of a CSV or JSON file as another program saved it, each with the line it stands on."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from traveler.exchange.errors import BadOrderFile
from traveler.exchange.mapping import NEEDED, Map, folded

MOST_ROWS: Final = 100_000
MOST_BROKEN: Final = 100
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
        sheet = _json(text, where, told.list)
    else:
        sheet = _csv(text, where, told.delimiter)
    if sheet.columns:
        _has_needed(sheet, where, told)
    return sheet


def _has_needed(sheet: Sheet, where: str, told: Map) -> None:
    """Refuse a file in which every row would lack the same: it was mapped wrongly."""
    there = {folded(one) for one in sheet.columns}
    wanted = {name: told.fields.get(name, (name,)) for name in NEEDED}
    missing = {
        name: columns for name, columns in wanted.items()
        if there.isdisjoint(folded(one) for one in columns)
    }  # fmt: skip
    if missing:
        lacking = ", ".join(
            name if tuple(columns) == (name,) else f"{name} ({' and '.join(columns)})"
            for name, columns in missing.items()
        )
        has = ", ".join(one for one in sheet.columns if one)[:200]
        why = f"it has no column for {lacking}, but {has}; name the right ones in the map"
        raise BadOrderFile(where=where, why=why)


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
        return _wide(data, where)
    for guess in _GUESSES:
        try:
            return data.decode(guess)
        except UnicodeDecodeError:
            continue
    raise BadOrderFile(where=where, why="its letters are in no code known here; save it as UTF-8")


def _wide(data: bytes, where: str) -> str:
    """Return UTF-16 text that does not say that it is: every other byte of plain letters is zero."""
    first = data[:200]
    for code, zeros in (("utf-16-le", first[1::2]), ("utf-16-be", first[::2])):
        if zeros.count(0) * 2 > len(zeros):
            try:
                return data.decode(code)
            except UnicodeDecodeError:
                break
    raise BadOrderFile(where=where, why="it is not text; save it as CSV or JSON")


def _csv(text: str, where: str, delimiter: str) -> Sheet:
    first = next((line for line in text.splitlines() if line.strip()), "")
    if not first:
        raise BadOrderFile(where=where, why="it is empty")
    chosen = delimiter or max(_DELIMITERS, key=first.count)
    lines = [
        (number, cells) for number, cells in _lines(text, chosen, where)
        if cells is None or any(one.strip() for one in cells)
    ]  # fmt: skip
    first_cells = lines[0][1] if lines else None
    if first_cells is None:
        raise BadOrderFile(where=where, why="it has no columns, or their line is broken")
    heads = _heads(first_cells, where)
    _few(len(lines) - 1, where)
    return Sheet(
        tuple(first_cells), tuple(_row(number, cells, heads) for number, cells in lines[1:])
    )


def _lines(text: str, delimiter: str, where: str) -> Iterator[tuple[int, list[str] | None]]:
    """Yield each record with the line it begins on, None for a line whose quotes do not close.

    Reading goes on with the line after a broken one, so that one stray quote costs one row.
    """
    plain = list(io.StringIO(text, newline=""))
    begin, broken = 0, 0
    while begin < len(plain):
        done = 0
        reader = csv.reader(itertools.islice(plain, begin, None), delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                yield begin + done + 1, cells
                done = reader.line_num
            return
        except csv.Error:
            broken += 1
            if broken > MOST_BROKEN:
                why = f"more than {MOST_BROKEN} lines have quotes that do not close"
                raise BadOrderFile(where=where, why=why) from None
            yield begin + done + 1, None
            begin += done + 1


def _row(number: int, cells: Sequence[str] | None, heads: Sequence[str]) -> Row:
    if cells is None:
        return Row(number, {}, "a quotation mark in it does not close; double it or take it out")
    if len(cells) > len(heads):
        way = "put quotation marks around a cell that holds the separator"
        return Row(number, {}, f"it has {len(cells)} cells, the first line {len(heads)}; {way}")
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
