# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables of results as people keep them: comma, semicolon or tab between the cells.

Either one result a line (``balloon``, ``piece``, ``result``, perhaps ``unit`` and ``gauge``), or
one piece a line and one balloon a column.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

from traveler.quality import quantity
from traveler.quality.errors import BadResults
from traveler.quality.results.result import MOST, Result

_ENCODINGS: Final = ("utf-8-sig", "cp1252")
_BALLOON: Final = frozenset({"balloon", "char", "characteristic", "no", "nr", "merkmal"})
_PIECE: Final = frozenset({"piece", "part", "sample", "serial", "sn", "teil", "stück"})
_RESULT: Final = frozenset({"result", "actual", "value", "measured", "istwert", "messwert"})
_UNIT: Final = frozenset({"unit", "einheit"})
_GAUGE: Final = frozenset({"gauge", "instrument", "prüfmittel"})


def decoded(data: bytes, where: str) -> str:
    """Return a table's text, whatever a Windows program saved it as; raises BadResults."""
    if b"\0" in data:
        if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            try:
                return data.decode("utf-16")
            except UnicodeDecodeError:
                raise BadResults(where=where, why="it is not whole UTF-16 text") from None
        raise BadResults(where=where, why="it is not text")
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadResults(where=where, why="its letters are in no code this shop reads; save as UTF-8")


def read(data: bytes, where: str) -> tuple[Result, ...]:
    """Return every result of a table; raises BadResults naming the line at fault."""
    rows = _rows(decoded(data, where), where)
    if not rows:
        raise BadResults(where=where, why="it is empty")
    heads = [head.strip().casefold() for head in rows[0]]
    columns = {kind: _column(heads, known) for kind, known in _KINDS.items()}
    if columns["balloon"] is not None and columns["result"] is not None:
        found = tuple(_long(rows, columns, where))
    elif columns["piece"] is not None:
        found = tuple(_wide(rows, columns["piece"]))
    else:
        why = (
            "its first line has neither balloon and result, nor piece and a column for each balloon"
        )
        raise BadResults(where=where, why=why)
    if not found:
        raise BadResults(where=where, why="it has no result")
    if len(found) > MOST:
        raise BadResults(where=where, why=f"it has more than {MOST} results")
    return found


def numbers(data: bytes, where: str) -> tuple[Result, ...]:
    """Return every number of a table, in reading order, as results of one characteristic.

    A first line that is no number is its head.  Raises BadResults where a cell is neither empty
    nor a number: then it is another kind of table, and nobody can say which column is meant.
    """
    rows = _rows(decoded(data, where), where)
    if rows and not any(_is_number(cell) for cell in rows[0]):
        rows = rows[1:]
        first = 2
    else:
        first = 1
    found: list[Result] = []
    for place, row in enumerate(rows, first):
        for cell in row:
            if not cell.strip():
                continue
            if not _is_number(cell):
                why = f"row {place} says “{cell.strip()[:30]}”, which is no number"
                raise BadResults(where=where, why=why)
            found.append(Result("", str(len(found) + 1), _written_out(cell), where=f"row {place}"))
    if not found:
        raise BadResults(where=where, why="it has no result")
    if len(found) > MOST:
        raise BadResults(where=where, why=f"it has more than {MOST} results")
    return tuple(found)


def _is_number(cell: str) -> bool:
    try:
        quantity.decimal(cell.replace(",", "."))
    except ValueError:
        return False
    return True


def _written_out(cell: str) -> str:
    """Return a number with at most nine places: what computers add behind is no measurement."""
    number = quantity.decimal(cell.replace(",", "."))
    exponent = int(number.as_tuple().exponent)
    return f"{round(number, _PLACES) if exponent < -_PLACES else number:f}"


_PLACES: Final = 9
_KINDS: Final = {
    "balloon": _BALLOON, "piece": _PIECE, "result": _RESULT, "unit": _UNIT, "gauge": _GAUGE
}  # fmt: skip


def _rows(text: str, where: str) -> list[list[str]]:
    first = text.split("\n", 1)[0]
    separator = max(";\t,", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as fault:
        raise BadResults(where=where, why=f"it is not a table ({fault})") from None
    return [row for row in rows if any(cell.strip() for cell in row)]


def _column(heads: list[str], known: frozenset[str]) -> int | None:
    return next((place for place, head in enumerate(heads) if head in known), None)


def _long(rows: list[list[str]], columns: dict[str, int | None], where: str) -> Iterator[Result]:
    for place, row in enumerate(rows[1:], 2):

        def cell(kind: str, row: list[str] = row) -> str:
            column = columns[kind]
            return row[column].strip() if column is not None and column < len(row) else ""

        if not cell("result"):
            continue
        if not cell("balloon"):
            raise BadResults(where=where, why=f"row {place} has a result and no balloon")
        yield Result(
            name=cell("balloon"), piece=cell("piece"), text=cell("result"),
            unit=quantity.unit(cell("unit")), gauge=cell("gauge"), where=f"row {place}",
        )  # fmt: skip


def _wide(rows: list[list[str]], piece: int) -> Iterator[Result]:
    for place, row in enumerate(rows[1:], 2):
        for column, head in enumerate(rows[0]):
            text = row[column].strip() if column < len(row) else ""
            if column != piece and head.strip() and text:
                number = row[piece].strip() if piece < len(row) else ""
                yield Result(name=head.strip(), piece=number, text=text, where=f"row {place}")
