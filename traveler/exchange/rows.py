# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows of a CSV or JSON file as another program saved it, each with the line it stands on."""

from __future__ import annotations

import contextlib
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
MOST_BYTES: Final = 100_000_000
LONGEST_CELL: Final = 10_000
"""More than any cell of an order; a longer one is a quotation mark that was never closed."""
_TRIED: Final = 20
"""Lines in which the heads are looked for; reports like to begin with a title."""
MOST_BROKEN: Final = 100
_GUESSES: Final = ("utf-8-sig", "cp1252")
_DELIMITERS: Final = ";,\t|"
_TOO_LONG: Final = f"a cell of it is longer than {LONGEST_CELL} characters; shorten it"


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
    small_enough(len(data), where)
    text = _decoded(data, where, told.encoding)
    if text.lstrip()[:1] in {"[", "{"}:
        sheet = _json(text, where, told.list)
    else:
        return _csv(text, where, told)
    if sheet.columns:  # what no object has is empty in all of them, so only what is needed counts
        _has(sheet.columns, where, told, NEEDED)
    return sheet


def small_enough(size: int, where: str) -> None:
    """Raise BadOrderFile for a file that nobody means to send; asked before it is read, too."""
    if size > MOST_BYTES:
        why = f"it is larger than {MOST_BYTES // 1_000_000} MB; give it in parts"
        raise BadOrderFile(where=where, why=why)


def _missing(columns: Sequence[str], told: Map, names: Sequence[str]) -> dict[str, Sequence[str]]:
    there = {folded(one) for one in columns}
    wanted = {name: told.fields.get(name, (name,)) for name in names}
    return {
        name: columns for name, columns in wanted.items()
        if there.isdisjoint(folded(one) for one in columns)
    }  # fmt: skip


def _has(found: Sequence[str], where: str, told: Map, names: Sequence[str]) -> None:
    """Refuse a file in which every row would lack the same: it was mapped wrongly."""
    missing = _missing(found, told, names)
    if missing:
        lacking = ", ".join(
            name if tuple(columns) == (name,) else f"{name} ({' and '.join(columns)})"
            for name, columns in missing.items()
        )
        has = ", ".join(one for one in found if one)[:200]
        why = f"it has no column for {lacking}, but {has}; name the right ones in the map"
        raise BadOrderFile(where=where, why=why)


def _decoded(data: bytes, where: str, encoding: str) -> str:
    if encoding:
        try:
            return data.decode(encoding).removeprefix("\ufeff")
        except (LookupError, UnicodeDecodeError):
            raise BadOrderFile(where=where, why=f"it is not text in {encoding}") from None
    if data[:4] in {b"\xff\xfe\0\0", b"\0\0\xfe\xff"}:
        try:
            return data.decode("utf-32")
        except UnicodeDecodeError:
            raise BadOrderFile(where=where, why="it is not whole UTF-32 text") from None
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError:
            raise BadOrderFile(where=where, why="it is not whole UTF-16 text") from None
    if data.count(0) * 100 > len(data):  # fewer are stray: then they are the fault of their rows
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


def _csv(text: str, where: str, told: Map) -> Sheet:
    plain = list(io.StringIO(text, newline=""))
    begin, chosen = _begin(plain, where, told)
    lines = [
        (number, cells) for number, cells in _lines(plain, begin, chosen, where)
        if isinstance(cells, str) or any(one.strip() for one in cells)
    ]  # fmt: skip
    first_cells = lines[0][1] if lines else ""
    if isinstance(first_cells, str):
        raise BadOrderFile(where=where, why="it has no columns, or their line is broken")
    heads = _heads(first_cells, where)
    _few(len(lines) - 1, where)
    _has(first_cells, where, told, told.wanted)
    return Sheet(
        tuple(first_cells), tuple(_row(number, cells, heads) for number, cells in lines[1:])
    )


def _begin(plain: Sequence[str], where: str, told: Map) -> tuple[int, str]:
    """Return on which line the heads stand, and what parts the cells.

    Above them may stand what a report is called, or ``sep=;`` as one spreadsheet writes it.
    """
    signs = told.delimiter or _DELIMITERS
    written = [(place, line) for place, line in enumerate(plain) if line.strip()][:_TRIED]
    for place, line in written:
        for sign in signs:
            with contextlib.suppress(csv.Error):
                cells = next(csv.reader([line], delimiter=sign, strict=True), [])
                if not _missing(cells, told, NEEDED):
                    return place, sign
    if not written:
        raise BadOrderFile(where=where, why="it is empty")
    place, first = written[0]
    return place, max(signs, key=first.count)


def _lines(
    plain: Sequence[str], begin: int, delimiter: str, where: str
) -> Iterator[tuple[int, list[str] | str]]:
    """Yield each record with the line it begins on, or what is wrong with a line.

    Reading goes on with the line after a broken one, so that one stray quote costs one row.
    """
    broken = 0
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
            yield begin + done + 1, _fault(plain[begin + done])
            begin += done + 1


def _fault(line: str) -> str:
    if '"' not in line:
        return _TOO_LONG
    return "a quotation mark in it does not close; double it or take it out"


def _row(number: int, cells: Sequence[str] | str, heads: Sequence[str]) -> Row:
    if isinstance(cells, str):
        return Row(number, {}, cells)
    if len(cells) > len(heads):
        way = "put quotation marks around a cell that holds the separator"
        return Row(number, {}, f"it has {len(cells)} cells, the first line {len(heads)}; {way}")
    return _sound(number, dict(zip(heads, (one.strip() for one in cells), strict=False)))


def _sound(number: int, cells: Mapping[str, str]) -> Row:
    """Return a row, or what is wrong with its cells that none of them may have."""
    if any(len(one) > LONGEST_CELL for one in cells.values()):
        return Row(number, {}, _TOO_LONG)
    try:
        "".join(cells.values()).encode()
    except UnicodeEncodeError:
        return Row(number, {}, "it holds half a letter (a lone surrogate); write it again")
    return Row(number, cells)


def _heads(cells: Sequence[str], where: str) -> list[str]:
    heads = [folded(one) for one in cells]
    twice = next((one for one in heads if one and heads.count(one) > 1), "")
    if twice:
        raise BadOrderFile(where=where, why=f"two columns are called “{twice}”")
    return heads


def _json(text: str, where: str, path: str) -> Sheet:
    try:
        found = json.loads(text, parse_float=_plain, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as fault:
        raise BadOrderFile(where=where, why=f"it is not JSON ({fault})") from None
    for part in path.split(".") if path else ():
        found = found.get(part) if isinstance(found, dict) else None
    if isinstance(found, dict):  # a list under one name, as most programs write it
        lists = [one for one in found.values() if isinstance(one, list)]
        found = lists[0] if len(lists) == 1 else None
    if not isinstance(found, list):
        raise BadOrderFile(
            where=where, why="no list of orders stands there; name it in the map, as `list`"
        )
    _few(len(found), where)
    rows = tuple(_object(number, one) for number, one in enumerate(found, 1))
    return Sheet(tuple(dict.fromkeys(_names(found))), rows)


def _names(found: Sequence[Any]) -> Iterator[str]:
    for one in found:
        if isinstance(one, dict):
            yield from (name.encode(errors="replace").decode() for name in one)


def _plain(number: str) -> str:
    """Return a number of JSON, whose decimals have a point whatever the map says of texts."""
    whole, _point, decimals = number.partition(".")
    return whole if decimals and not decimals.strip("0") else number


def _object(number: int, found: Any) -> Row:
    if not isinstance(found, dict):
        return Row(number, {}, "it is not an object")
    cells = {}
    for name, value in found.items():
        if isinstance(value, dict | list):
            continue  # no field of a job is a structure; a map that names it finds nothing
        plain = {None: "", True: "true", False: "false"}
        cells[folded(name)] = value.strip() if isinstance(value, str) else plain[value]
    return _sound(number, cells)


def _few(count: int, where: str) -> None:
    if count > MOST_ROWS:
        raise BadOrderFile(where=where, why=f"it has more than {MOST_ROWS} rows")
