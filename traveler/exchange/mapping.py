# SPDX-License-Identifier: AGPL-3.0-or-later
"""The map from somebody else's columns to the few fields a job needs, as a small TOML file.

An order line becomes a job: what it is called there, how many of which item, until when, for whom.
Whatever else the file holds stays in the ERP and is not even read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from traveler.exchange.errors import BadMapping
from vault import toml_text

FIELDS: Final[Mapping[str, str]] = {
    "external_id": "what the ERP calls the line; the job's number where there is none",
    "job": "the number of the job here",
    "item": "the number of the item",
    "rev": "a released revision; the current one where it is empty",
    "qty": "how many pieces, a whole number",
    "due": "the day they are due",
    "customer": "for whom",
    "order": "the customer's order number",
}
NEEDED: Final = ("job", "item", "qty", "due")
EXAMPLE: Final = """\
# Which columns of the ERP's file mean what. Only these are read; all others stay there.
source  = "our-erp"      # whose numbers external_id are; the same file twice changes nothing
decimal = ","            # 1.000,00; leave it out where quantities are plain whole numbers
dates   = "%d.%m.%Y"     # leave it out for 2027-03-01
# encoding, delimiter   are found out by looking; name them where that goes wrong
# list = "data.orders"    where the list stands in a JSON file

[fields]
external_id = ["Order", "Line"]   # several columns are joined with -
job      = "Work order"
item     = "Part no"
rev      = "Rev"
qty      = "Qty"
due      = "Ship date"
customer = "Customer"
order    = "Customer PO"

[values.rev]             # what is written differently there
"-" = ""
"""
_TEXTS: Final = ("source", "encoding", "delimiter", "decimal", "dates", "list")


@dataclass(frozen=True, slots=True)
class Map:
    """Which columns mean what, and how numbers and days are written.

    ``fields`` gives the columns of each field, joined with ``-`` where there are several;
    ``values`` what is to be read for what is written.  Empty texts mean: find out.
    """

    source: str = "erp"
    encoding: str = ""
    delimiter: str = ""
    decimal: str = ""
    dates: str = ""
    list: str = ""
    fields: Mapping[str, Sequence[str]] = field(
        default_factory=lambda: {name: (name,) for name in FIELDS}
    )
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    wanted: Sequence[str] = NEEDED
    """Fields whose columns a table must have: all that a map names, lest a wrong name goes unseen."""

    @property
    def columns(self) -> frozenset[str]:
        """Return every column that is read, folded."""
        return frozenset(folded(one) for several in self.fields.values() for one in several)


def folded(column: str) -> str:
    """Return a column's name as it is compared: case and blanks do not matter."""
    return " ".join(column.split()).casefold()


def parse(data: bytes, where: str = "map.toml") -> Map:
    """Return the map in a file; raises BadMapping naming every fault."""
    try:
        told = toml_text.plain(toml_text.read(data))
    except ValueError as fault:
        raise BadMapping(where=where, why=str(fault)) from None
    fields, values = told.pop("fields", {}), told.pop("values", {})
    faults = [*_text_faults(told), *_field_faults(fields), *_value_faults(values)]
    if faults:
        raise BadMapping(where=where, why="; ".join(faults))
    named = {name: (one,) if isinstance(one, str) else tuple(one) for name, one in fields.items()}
    return Map(**told, fields=named, values=values, wanted=tuple(named))


def named(told: Map, source: str) -> Map:
    """Return the map with another source, where one is given; raises BadMapping."""
    if source and (fault := _source_fault(source)):
        raise BadMapping(where="source", why=fault)
    return replace(told, source=source) if source else told


def _text_faults(told: Mapping[str, Any]) -> list[str]:
    faults = [f"`{name}` is no setting of a map" for name in told if name not in _TEXTS]
    faults += [
        f"`{name}` is not a text" for name in _TEXTS if not isinstance(told.get(name, ""), str)
    ]
    if faults:
        return faults
    if fault := _source_fault(told.get("source", "")):
        faults.append(fault)
    if (code := told.get("encoding", "")) and not _is_code(code):
        faults.append(f"`encoding` {code} is not known here; use utf-8, cp1252 or utf-16")
    if told.get("decimal", "") not in {"", ".", ","}:
        faults.append("`decimal` is neither . nor ,")
    if len(sign := told.get("delimiter", "")) > 1:
        faults.append('`delimiter` is more than one character; a tab is "\\t"')
    elif sign and (sign.isalnum() or sign in '"\r\n\0 '):
        faults.append("`delimiter` cannot part cells; use one of ; , | or a tab")
    if (dates := told.get("dates", "")) and not _is_form(dates):
        faults.append("`dates` is no form of a day; write it with %d, %m and %Y, as %d/%m/%Y")
    return faults


def _source_fault(source: str) -> str:
    is_name = 0 < len(source) <= 40 and source.isprintable()
    return "" if is_name else "`source` has to name the ERP in up to 40 characters"


def _is_code(name: str) -> bool:
    try:
        return bool("a".encode(name))
    except (LookupError, ValueError):
        return False


def _is_form(dates: str) -> bool:
    """Return whether every day written so is read as that day again."""
    try:
        return all(
            datetime.strptime(one.strftime(dates), dates).date() == one  # noqa: DTZ007 - a day has no zone
            for one in (date(2027, 3, 14), date(2019, 12, 31))
        )
    except ValueError:
        return False


def _field_faults(fields: Any) -> list[str]:
    if not isinstance(fields, dict) or not fields:
        return ["there is no table [fields]"]
    faults = [f"`fields.{name}` is no field of a job" for name in fields if name not in FIELDS]
    faults += [f"`fields.{name}` is missing" for name in NEEDED if name not in fields]
    for name, columns in fields.items():
        several = [columns] if isinstance(columns, str) else columns
        if not isinstance(several, list) or not several:
            faults.append(f"`fields.{name}` is neither a column nor a list of columns")
        elif not all(isinstance(one, str) and one.strip() for one in several):
            faults.append(f"`fields.{name}` names a column without a name")
    return faults


def _value_faults(values: Any) -> list[str]:
    if not isinstance(values, dict):
        return ["[values] is not a table"]
    return [
        f"`values.{name}` is not a table of texts"
        for name, one in values.items()
        if name not in FIELDS
        or not isinstance(one, dict)
        or not all(isinstance(part, str) for part in one.values())
    ]
