# SPDX-License-Identifier: AGPL-3.0-or-later
"""The grammar of ``bom.csv``: what an assembly is made of, written and read here and nowhere else.

Comma-separated UTF-8 text with the heads ``number,qty,find``: the item, how many of it in one of
the parent, and its find number on the drawing (ASME Y14.34), which may be empty.  Quantities stay
the text they are: ``0.25`` m of hose is not a binary fraction.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from vault import names
from vault.errors import BadItemNumber, BadManifest

FILE: Final = "bom.csv"
HEADS: Final = ("number", "qty", "find")
MOST: Final = 5_000
FAULTS_TOLD: Final = 5

_QTY = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,6})?")
_FIND = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/-]{0,15}|")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the item's number, its decimal quantity as text, and its find number or nothing."""

    number: str
    qty: str
    find: str = ""


def parse(data: bytes, where: str = FILE) -> tuple[Line, ...]:
    """Return the lines in the order of the file; raises BadManifest naming the faulty lines."""
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise BadManifest(where=where, why="it is not UTF-8 text") from None
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as fault:
        raise BadManifest(where=where, why=f"it is not comma-separated text ({fault})") from None
    if not rows or tuple(rows[0]) != HEADS:
        raise BadManifest(where=where, why=f"its first line is not {','.join(HEADS)}")
    if len(rows) - 1 > MOST:
        raise BadManifest(where=where, why=f"it has more than {MOST} lines")
    lines, faults = _lines(rows)
    if faults:
        told = "; ".join(faults[:FAULTS_TOLD])
        more = f"; and {len(faults) - FAULTS_TOLD} more" if len(faults) > FAULTS_TOLD else ""
        raise BadManifest(where=where, why=told + more)
    return tuple(lines)


def check(data: bytes, where: str = FILE) -> None:
    """Raise BadManifest where a file is no bill of materials."""
    parse(data, where)


def write(lines: Iterable[Line]) -> bytes:
    """Return the file of some lines; raises BadManifest where one could not be read again."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADS)
    writer.writerows((one.number, one.qty, one.find) for one in lines)
    data = out.getvalue().encode()
    check(data)
    return data


def _lines(rows: list[list[str]]) -> tuple[list[Line], list[str]]:
    lines: list[Line] = []
    faults: list[str] = []
    found: dict[str, str] = {}
    for place, row in enumerate(rows[1:], 2):
        if not row:
            continue
        fault = _fault(row)
        if (
            not fault
            and row[2]
            and found.setdefault(row[2], names.fold(row[0])) != names.fold(row[0])
        ):
            fault = f"find number {row[2]} stands for another item above"
        if fault:
            faults.append(f"line {place}: {fault}")
        else:
            lines.append(Line(*row))
    return lines, faults


def _fault(row: list[str]) -> str:
    if len(row) != len(HEADS):
        return f"it has {len(row)} cells and not {len(HEADS)}"
    try:
        names.item_number(row[0])
    except BadItemNumber:
        return f"“{row[0][:40]}” is not an item number"
    if not _QTY.fullmatch(row[1]) or not row[1].strip("0."):
        return f"the quantity “{row[1][:40]}” is not a decimal number above zero"
    if not _FIND.fullmatch(row[2]):
        return f"the find number “{row[2][:40]}” is not 1 to 16 letters and digits"
    return ""
