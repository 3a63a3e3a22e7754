# SPDX-License-Identifier: AGPL-3.0-or-later
"""Texts as people read them: lines, tables of CSV and TOML, programs of machines by their words.

No parser of a foreign format runs here, so this needs no worker; but a text may be of any length,
so only its beginning is read.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

LARGEST: Final = 512 << 10  # bytes that are read
LINES: Final = 2_000
LONGEST: Final = 2_000  # signs of a line
ROWS: Final = 1_000
COLUMNS: Final = 40
PROGRAMS: Final = frozenset({
    ".nc", ".gcode", ".gco", ".g", ".ngc", ".tap", ".cnc", ".mpf", ".spf", ".eia", ".min", ".nc1",
    ".cls", ".pim", ".ncc",
})  # fmt: skip

_NAME: Final = re.compile(
    r"^\s{0,8}(?:%\s?_N_(\w{1,40})_(?:MPF|SPF)|[O:]\s?(\d{1,8})\b|%([A-Za-z]\w{0,31}))"
)
_WORD: Final = re.compile(
    r"(?P<remark>\([^)\n]*\)?|;.*)"
    r"|(?P<number>[Nn]\d+)(?![.\d])"
    r"|(?P<motion>[Gg]\s?0*[0-3](?![.\d]))"
    r"|(?P<code>[GgMm]\s?\d+(?:\.\d+)?)"
    r"|(?P<speed>[FfSs]\s?[-+]?\d*\.?\d+)"
    r"|(?P<tool>[Tt]\s?\d+|[HhDd]\s?\d+)"
    r"|(?P<axis>[XYZABCUVWIJKRQPLxyzabcuvwijkrqpl]\s?[-+]?(?:\d+\.?\d*|\.\d+))"
    r"|(?P<name>[Oo]\s?\d{1,8}|^\s*%.*)"
)


@dataclass(frozen=True, slots=True)
class Text:
    """The lines of a text, and whether that is all of it."""

    lines: tuple[str, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is in a file; ``caption`` is the name it has there."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a line of a program: what kind of word it is, empty for anything else."""

    kind: str
    text: str


def text(path: Path) -> Text:
    """Return the beginning of a text, in UTF-8 or else Latin-1, without signs that steer anything."""
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    whole = len(data) <= LARGEST
    data = data[:LARGEST]
    lines = decoded(data).split("\n")
    if lines and not lines[-1]:
        lines.pop()
    shown = tuple(_printable(line[:LONGEST]) for line in lines[:LINES])
    cut = len(lines) > LINES or any(len(line) > LONGEST for line in lines[:LINES])
    return Text(shown, whole and not cut)


def decoded(data: bytes) -> str:
    """Return bytes as text: by their mark, as UTF-8 where they are that, else as Latin-1."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        found = data.decode("utf-16", "replace")
    else:
        try:
            found = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
        except UnicodeDecodeError as fault:
            near_end = fault.start > len(data) - 4 and len(data) == LARGEST
            found = data.decode("utf-8", "ignore") if near_end else data.decode("latin-1")
    return found.replace("\r\n", "\n").replace("\r", "\n")


def _printable(line: str) -> str:
    return "".join(sign if sign.isprintable() or sign == "\t" else "·" for sign in line)


def tables(path: Path, name: str) -> list[Table]:
    """Return the tables of a CSV or TOML file; nothing where it is none, or is too long for one."""
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    said = decoded(data[:LARGEST])
    if name.lower().endswith(".toml"):
        return _of_toml(said) if len(data) <= LARGEST else []
    return _of_csv(said, "\t" if name.lower().endswith(".tsv") else "")


def _of_csv(said: str, mark: str) -> list[Table]:
    first = said.partition("\n")[0]
    mark = mark or max(";,\t", key=first.count)
    rows: list[tuple[str, ...]] = []
    try:
        for row in csv.reader(io.StringIO(said), delimiter=mark):
            if row:
                rows.append(tuple(_printable(cell[:LONGEST]) for cell in row[:COLUMNS]))
            if len(rows) > ROWS:
                break
    except csv.Error:
        return []
    if not rows:
        return []
    width = max(len(row) for row in rows)
    even = [row + ("",) * (width - len(row)) for row in rows]
    return [Table("", even[0], tuple(even[1:]))]


def _of_toml(said: str) -> list[Table]:
    try:
        told = tomllib.loads(said)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return []
    return [one for one in _tables("", told) if one.rows][:ROWS]


def _tables(caption: str, told: dict[str, Any]) -> Iterator[Table]:
    """Yield the plain values of a table, then the tables in it, an array of tables as one."""
    plain = {key: value for key, value in told.items() if not _is_deeper(value)}
    yield Table(caption, ("", ""), tuple((key, _said(value)) for key, value in plain.items()))
    for key, value in told.items():
        name = f"{caption}.{key}" if caption else key
        if isinstance(value, dict):
            yield from _tables(name, value)
        elif _is_deeper(value):
            yield _array(name, value)


def _is_deeper(value: object) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)
    )


def _array(caption: str, rows: list[dict[str, Any]]) -> Table:
    head = tuple(dict.fromkeys(key for row in rows for key in row))[:COLUMNS]
    cells = tuple(tuple(_said(row.get(key, "")) for key in head) for row in rows[:ROWS])
    return Table(caption, head, cells)


def _said(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_said(one) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "\n".join(_printable(line) for line in str(value)[:LONGEST].split("\n"))


# --- programs of machines (ISO 6983 and its kin) --------------------------------------------------


def is_program(name: str) -> bool:
    """Say whether a file is a program for a machine, by its ending."""
    return Path(name).suffix.lower() in PROGRAMS


def program_name(lines: tuple[str, ...], name: str) -> str:
    """Return what the program is called at the machine: its own number or name, else the file's."""
    for line in lines[:30]:
        found = _NAME.match(line)
        if found:
            if found[2]:
                return f"O{found[2]}"
            return found[1] or found[3]
    return Path(name).stem


def pieces(line: str) -> list[Piece]:
    """Return a line of a program in pieces; put together they are the line."""
    found, end = [], 0
    for word in _WORD.finditer(line):
        if word.start() > end:
            found.append(Piece("", line[end : word.start()]))
        found.append(Piece(word.lastgroup or "", word[0]))
        end = word.end()
    if end < len(line):
        found.append(Piece("", line[end:]))
    return found
