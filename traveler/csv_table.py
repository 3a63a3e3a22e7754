# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows as CSV (RFC 4180, UTF-8) in which no cell is taken for a formula by a spreadsheet."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_AT_ONCE: Final = 500


def whole(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return a table, its columns in order."""
    return b"".join(parts(columns, rows))


def parts(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """Yield the same some rows at a time, so that many need no more memory than few."""
    yield b"\xef\xbb\xbf" + _lines([columns])
    left = iter(rows)
    while some := list(itertools.islice(left, _AT_ONCE)):
        yield _lines([_cell(row.get(name)) for name in columns] for row in some)


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text
