# SPDX-License-Identifier: AGPL-3.0-or-later
"""Forms 1 to 3 of a first article on paper and as a workbook, as they were verified.

They print what was signed, never what the records would say today.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from release.printed.placing import placed
from traveler import paper
from traveler.firstarticle import book, desk, forms
from traveler.firstarticle.errors import ArticleCannot
from traveler.firstarticle.records import Article
from vault.home import Vault

_SHORT: Final = {
    "Material or Process Name": "Material, process", "Specification Number": "Spec.",
    "Customer Approval Verification": "Cust. appr.", "Certificate of Conformance Number": "CoC no.",
    "Functional Test Procedure Number": "Test proc.", "Acceptance Report Number": "Report",
    "Char. No.": "Char.", "Reference Location": "Location", "Characteristic Designator": "Desig.",
    "Designed/Qualified Tooling": "Tooling", "Nonconformance Number": "NC no.",
    "Additional Data/Comments": "Data, comments",
}  # fmt: skip
"""How the heads of narrow columns say a field; its number is what names it."""


def article(vault: Vault, number: str, out: Path) -> int:
    """Write forms 1 to 3 of a verified first article as PDF; raises ArticleCannot for a draft."""
    one = _verified(vault, number)
    told = one.facts.forms
    numbered = [("Field", 0.7), ("Form 1", 3), ("", 6)]
    first = [(field, label, told["form1"][field]) for field, label in forms.FORM1]
    sections = [
        paper.section("Form 1: Part Number Accountability", numbered, first),
        _again("Form 2: Product Accountability: Materials, Special Processes, Functional Testing",
               told["form1"]),
        _table("Fields 5 to 13", forms.FORM2, told["form2"]),
        _again("Form 3: Characteristic Accountability, Verification and Compatibility Evaluation",
               told["form1"]),
        _table("Fields 5 to 12", forms.FORM3, told["form3"]),
    ]  # fmt: skip
    said = f"{one.item} {one.rev}, job {one.job}: {told['form1']['14']}"
    return paper.draw(vault, out, f"FIRST ARTICLE INSPECTION, {one.state.upper()}", one.number, said,
                 sections, f"/jobs/{one.job}/fai", f"AS9102 Rev C, {one.number}",
                 "Letter" if vault.settings.paper == "Letter" else "A4")  # fmt: skip


def workbook(vault: Vault, number: str, out: Path) -> None:
    """Write the same three forms as a workbook; every cell is text and none is a formula."""
    one = _verified(vault, number)
    with placed(out) as aside:
        book.write(Path(aside), one.number, one.facts.forms, vault.settings.paper)


def _verified(vault: Vault, number: str) -> Article:
    one = desk.show(vault, number)
    if not one.facts.forms:
        raise ArticleCannot(number=one.number, state=one.state, act="print")
    return one


def _again(title: str, form1: Mapping[str, str]) -> dict[str, Any]:
    """Return fields 1 to 4, which forms 2 and 3 repeat so that no sheet stands alone."""
    wide = {"1": 1.4, "2": 2.6, "3": 1.8, "4": 1.2}
    fields = [(number, label) for number, label in forms.FORM1 if number in wide]
    columns = [(f"{number} {label}", wide[number]) for number, label in fields]
    return {
        **paper.section(title, columns, [[form1[number] for number, _ in fields]]),
        "page": True,
    }


def _table(
    title: str, fields: Sequence[tuple[str, str]], rows: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    wide = {"Requirement": 2.4, "Results": 2.4, "Material or Process Name": 1.8,
            "Additional Data/Comments": 1.7, "Char. No.": 0.8}  # fmt: skip
    columns = [(f"{number} {_SHORT.get(label, label)}", wide.get(label, 1.2))
               for number, label in fields]  # fmt: skip
    return paper.section(
        title, columns, [[row.get(number, "") for number, _ in fields] for row in rows]
    )
