# SPDX-License-Identifier: AGPL-3.0-or-later
"""Results in the Quality Information Framework (QIF 2.1 and 3.0, ISO 23952).

An actual points at its characteristic item, which has the name people know; the set it stands in
points at the piece.  Limits of the file are left alone: those of the released drawing count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from xml.etree.ElementTree import Element

from traveler.quality import quantity
from traveler.quality.errors import BadResults
from traveler.quality.results.result import MOST, Result
from traveler.quality.results.xml_tree import NotXml, tree

_ACTUAL: Final = "CharacteristicActual"
_ITEM: Final = "CharacteristicItem"
_PLACES: Final = 9
_STATUS: Final = {"PASS": "pass", "FAIL": "fail"}


def looks_like(data: bytes) -> bool:
    """Say whether these bytes seem to be a QIF document."""
    return b"QIFDocument" in data[:4096]


def read(data: bytes, where: str) -> tuple[Result, ...]:
    """Return every measured characteristic of a document; raises BadResults.

    A document of plans or of statistics alone has none, and says so.
    """
    try:
        root = tree(data)
    except NotXml as fault:
        raise BadResults(where=where, why=str(fault)) from None
    if root.tag != "QIFDocument":
        raise BadResults(where=where, why="it is XML, but no QIF document")
    found = tuple(_results(root))
    if not found:
        raise BadResults(where=where, why="it is a QIF document without measured characteristics")
    if len(found) > MOST:
        raise BadResults(where=where, why=f"it has more than {MOST} results")
    return found


def _results(root: Element) -> Iterator[Result]:
    items = {one.get("id"): one for one in root.iter() if one.tag.endswith(_ITEM)}
    pieces = {
        one.get("id"): (one.findtext("SerialNumber") or "").strip()
        for one in root.iter("ActualComponent")
    }
    units = {
        kind: quantity.unit(root.findtext(f"FileUnits/PrimaryUnits/{kind}/UnitName") or "")
        for kind in ("LinearUnit", "AngularUnit")
    }
    for place, measured in enumerate(root.iter("MeasurementResults"), 1):
        ids = [(one.text or "").strip() for one in measured.iterfind("ActualComponentIds/Id")]
        piece = next((pieces[one] for one in ids if pieces.get(one)), str(place))
        at = (measured.findtext("InspectionTraceability/InspectionStart") or "").strip()
        seen: Counter[str] = Counter()
        for actual in measured.iter():
            if actual.tag.endswith(_ACTUAL):
                found = _result(actual, items, piece, at, units)
                seen[found.name] += 1
                # a second actual of the same item is another reading, not the same one again
                again = seen[found.name]
                yield replace(found, name=f"{found.name} #{again}") if again > 1 else found


def _result(
    actual: Element, items: dict[str | None, Element], piece: str, at: str, units: dict[str, str]
) -> Result:
    of = (actual.findtext("CharacteristicItemId") or "").strip()
    item = items.get(of)
    name = "" if item is None else (item.findtext("Name") or "").strip()
    value = (actual.findtext("Value") or "").strip()
    status = (actual.findtext("Status/CharacteristicStatusEnum") or "").strip()
    angular = actual.tag.startswith("Angle")
    return Result(
        name=name or of,
        piece=piece,
        text=_decimal(value) if value else _STATUS.get(status, status),
        unit=units["AngularUnit" if angular else "LinearUnit"] if value else "",
        at=at,
        where=f"id {actual.get('id', '?')}",
    )


def _decimal(value: str) -> str:
    """Return a number without an exponent, with at most nine places: what a machine means."""
    try:
        number = quantity.decimal(value)
    except ValueError:
        return value
    exponent = number.as_tuple().exponent
    return f"{round(number, _PLACES) if int(exponent) < -_PLACES else number:f}"
