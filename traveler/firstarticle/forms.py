# SPDX-License-Identifier: AGPL-3.0-or-later
"""Forms 1 to 3 of AS9102 Rev C with their field numbers, filled from records; pure.

Whatever is required keeps its number, and a conditional field with nothing to say reads ``N/A``,
so that no empty one can be filled in afterwards.  Field 10 of form 3 stays empty for measured
values: it is for tooling made to accept a characteristic, not for every calliper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from traveler.quality.views import CharacteristicResults

NA: Final = "N/A"
AWAITED: Final = "awaited"
"""What fields 24 and 25 say until the customer has approved, where the customer is asked."""
FORM1: Final = (
    ("1", "Part Number"), ("2", "Part Name"), ("3", "Serial Number"),
    ("4", "FAIR Identifier"), ("5", "Part Revision Level"), ("6", "Drawing Number"),
    ("7", "Drawing Revision Level"), ("8", "Additional Changes"),
    ("9", "Manufacturing Process Reference"), ("10", "Organization Name"), ("11", "Supplier Code"),
    ("12", "Purchase Order Number"), ("13", "Detail or Assembly"), ("14", "Full or Partial FAI"),
    ("15", "Index: Part Number"), ("16", "Index: Part Name"), ("17", "Index: Part Type"),
    ("18", "Index: FAIR Identifier"), ("19", "FAIR Contains Documented Nonconformance(s)"),
    ("20", "FAIR Verified By"), ("21", "Date"), ("22", "FAIR Reviewed/Approved By"), ("23", "Date"),
    ("24", "Customer Approval"), ("25", "Date"), ("26", "Comments"),
)  # fmt: skip
FORM2: Final = (
    ("5", "Material or Process Name"), ("6", "Specification Number"), ("7", "Code"),
    ("8", "Supplier"), ("9", "Customer Approval Verification"),
    ("10", "Certificate of Conformance Number"), ("11", "Functional Test Procedure Number"),
    ("12", "Acceptance Report Number"), ("13", "Comments"),
)  # fmt: skip
FORM3: Final = (
    ("5", "Char. No."), ("6", "Reference Location"), ("7", "Characteristic Designator"),
    ("8", "Requirement"), ("9", "Results"), ("10", "Designed/Qualified Tooling"),
    ("11", "Nonconformance Number"), ("12", "Additional Data/Comments"),
)  # fmt: skip
"""Number and name of the fields; 1 to 4 of forms 2 and 3 repeat those of form 1."""


@dataclass(frozen=True, slots=True)
class Head:
    """What form 1 says of the part and the report."""

    item: str
    title: str
    serial: str
    fair: str
    rev: str
    drawing: str
    changes: str
    process: str
    organization: str
    order: str
    detail: str
    scope: str
    index: Sequence[tuple[str, str, str, str]]
    nonconforming: bool
    comments: str
    supplier: str = ""
    awaited: bool = False


def form1(head: Head) -> dict[str, str]:
    """Return form 1 by field number; who verified and approved is written when they sign."""
    index = list(zip(*head.index, strict=True)) if head.index else [(), (), (), ()]
    found = {
        "1": head.item, "2": head.title, "3": head.serial, "4": head.fair, "5": head.rev,
        "6": head.drawing, "7": head.rev, "8": head.changes, "9": head.process,
        "10": head.organization, "11": head.supplier, "12": head.order, "13": head.detail, "14": head.scope,
        **{str(15 + at): "\n".join(column) for at, column in enumerate(index)},
        "19": "Yes" if head.nonconforming else "No", "20": "", "21": "", "22": "", "23": "",
        "24": AWAITED if head.awaited else "", "25": AWAITED if head.awaited else "",
        "26": head.comments,
    }  # fmt: skip
    return {name: text or NA for name, text in found.items()}


def form2(materials: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Return the lines of form 2 by field number; one that says N/A where there is none."""
    numbers = [number for number, _ in FORM2]
    rows = [{number: row.get(number) or NA for number in numbers} for row in materials]
    return rows or [dict.fromkeys(numbers, NA)]


def form3(
    rows: Sequence[CharacteristicResults], named: Mapping[str, Sequence[str]]
) -> list[dict[str, str]]:
    """Return the lines of form 3; ``named`` are the nonconformances by balloon."""
    return [
        {
            "5": row.characteristic.balloon,
            "6": row.characteristic.location or NA,
            "7": row.characteristic.designator or NA,
            "8": _requirement(row),
            "9": _results(row),
            "10": row.characteristic.gauge if row.characteristic.is_attribute else "",
            "11": ", ".join(named.get(row.characteristic.balloon.casefold(), ())) or NA,
            "12": _remark(row),
        }
        for row in rows
    ]


def signed(form: Mapping[str, str], who: str, at: str, *, approving: bool) -> dict[str, str]:
    """Return form 1 with who verified or approved it and on which day."""
    by, day = ("22", "23") if approving else ("20", "21")
    return {**form, by: who, day: at}


def accepted(form: Mapping[str, str], who: str, at: str) -> dict[str, str]:
    """Return form 1 with who approved it for the customer, and on which day."""
    return {**form, "24": who, "25": at}


def _requirement(row: CharacteristicResults) -> str:
    one = row.characteristic
    if one.is_attribute:
        return one.requirement
    limits = [f"{one.lower} to {one.upper}" if one.lower and one.upper else
              f"at least {one.lower}" if one.lower else f"at most {one.upper}"]  # fmt: skip
    return f"{one.requirement}\n{limits[0]} {one.unit}"


def _results(row: CharacteristicResults) -> str:
    if row.characteristic.is_attribute:
        good = "Accepted" if row.characteristic.unit == "note" else "Pass"
        return ", ".join(good if one.passes else "Fail" for one in row.results)
    told = [f"{one.text}{'' if one.passes else ' OUT'}" for one in row.results]
    units = {one.unit for one in row.results}
    if len(units) == 1:
        return f"{', '.join(told)} {units.pop()}".strip()
    return ", ".join(f"{each} {one.unit}" for each, one in zip(told, row.results, strict=True))


def _remark(row: CharacteristicResults) -> str:
    gauges = sorted({one.gauge for one in row.results if one.gauge})
    out = [f"{one.piece} {one.by} {one.verdict}".replace("  ", " ") for one in row.outside]
    told = [*(f"measured with {one}" for one in gauges), *(f"piece {one}" for one in out)]
    return ", ".join(told)
