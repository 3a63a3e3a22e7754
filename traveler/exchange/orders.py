# SPDX-License-Identifier: AGPL-3.0-or-later
"""An order line, read out of a row: pure, strict, and with the field at fault by its name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from traveler.exchange.mapping import NEEDED, Map, folded
from traveler.exchange.rows import Row

LONGEST: Final = 200
"""Characters of what an ERP calls a line."""
_ISO: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?$")
_PACKED: Final = re.compile(r"(?:19|20)\d{6}$")
_DOTTED: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})$")


@dataclass(frozen=True, slots=True)
class OrderLine:
    """What an ERP says of a job: under which name there, how many of what, until when, for whom."""

    external_id: str
    job: str
    item: str
    rev: str
    qty: int
    due: str
    customer: str
    order: str

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept and compared."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row: the field, and a sentence that ends with the remedy."""

    row: int
    field: str
    what: str
    job: str = ""


def order_line(row: Row, told: Map) -> OrderLine | Fault:
    """Return the order line in a row, or the first thing that is wrong with it."""
    if row.fault:
        return Fault(row.number, "", row.fault)
    found = {name: _joined(row.cells, columns) for name, columns in told.fields.items()}
    found = {name: told.values.get(name, {}).get(text, text) for name, text in found.items()}
    for name in NEEDED:
        if not found.get(name):
            columns = " and ".join(told.fields.get(name, (name,)))
            return Fault(row.number, name, f"{columns} is empty; fill it in", found["job"])
    try:
        qty = quantity(found["qty"], told.decimal)
    except ValueError as fault:
        return Fault(row.number, "qty", str(fault), found["job"])
    try:
        due = day(found["due"], told.dates)
    except ValueError as fault:
        return Fault(row.number, "due", str(fault), found["job"])
    external = found.get("external_id") or found["job"]
    if len(external) > LONGEST or not external.isprintable():
        why = f"it is longer than {LONGEST} characters or holds a sign that cannot be seen"
        return Fault(row.number, "external_id", f"{why}; name another column", found["job"][:40])
    texts = {name: found.get(name, "") for name in ("job", "item", "rev", "customer", "order")}
    return OrderLine(external, **texts, qty=qty, due=due)


def quantity(text: str, decimal: str) -> int:
    """Return a whole number of pieces as an ERP writes it; raises ValueError with the remedy.

    ``12.0`` is twelve; ``1.000`` is only read, as one or a thousand, where the map says which sign
    decimals have, since guessing wrong would be off by a factor of a thousand.
    """
    point = decimal or "."
    group = {".": ",", ",": "."}[point]
    plain = text.replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace("'", "")
    if decimal and re.fullmatch(
        rf"\d{{1,3}}(?:{re.escape(group)}\d{{3}})+(?:{re.escape(point)}0+)?", plain
    ):
        plain = plain.replace(group, "")
    match = re.fullmatch(rf"(\d{{1,9}})(?:{re.escape(point)}0+)?", plain)
    may_be_thousands = not decimal and re.fullmatch(r"[1-9]\d{0,2}\.000", plain)
    if match is None or not plain.isascii() or may_be_thousands:
        way = (
            "give a whole number" if decimal else "give a whole number, or say `decimal` in the map"
        )
        raise ValueError(f"“{text}” is no number of pieces; {way}")
    return int(match[1])


def day(text: str, dates: str) -> str:
    """Return a day as ``2027-03-01``; raises ValueError with the remedy.

    Without ``dates`` only what means one day is read: ISO 8601, and days with dots, which begin
    with the day wherever they are written; 03/04/2027 is two days, depending on the reader.
    """
    try:
        if dates:
            return datetime.strptime(text, dates).date().isoformat()  # noqa: DTZ007 - a day has no zone
        if match := _ISO.match(text):
            return date.fromisoformat(match[1]).isoformat()
        if match := _DOTTED.match(text):
            return date(int(match[3]), int(match[2]), int(match[1])).isoformat()
    except ValueError:
        way = f"write it as {dates}" if dates else "write it as 2027-03-01"
        raise ValueError(f"“{text}” is no day; {way}") from None
    form = "%Y%m%d" if _PACKED.match(text) else "%d/%m/%Y"
    raise ValueError(f"“{text}” is no day for certain; say `dates` in the map, as {form}")


def _joined(cells: Mapping[str, str], columns: Any) -> str:
    return "-".join(part for part in (cells.get(folded(one), "") for one in columns) if part)
