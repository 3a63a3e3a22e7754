# SPDX-License-Identifier: AGPL-3.0-or-later
"""What quality gives on paper: packing slip, certificate, first article forms, inspection report.

Each is laid out from what is on record and drawn in the worker process.  A certificate and a
verified first article print what was signed, never what the records would say today.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from release.printed.placing import placed
from release.stamp import qr
from traveler import jobs
from traveler.firstarticle import book, forms
from traveler.firstarticle import desk as articles
from traveler.firstarticle.errors import ArticleCannot
from traveler.firstarticle.records import Article
from traveler.nonconformance import views as nc_views
from traveler.nonconformance.records import Filter, Nonconformance
from traveler.quality import views
from traveler.quality.proof import ProofState
from traveler.shipping import certifying
from traveler.shipping import desk as shipping
from traveler.shipping.records import Certificate, Shipment
from traveler.shipping.rules import certificate_name, name
from vault import worker
from vault.home import Vault

NOT_SAID: Final = "not said"
_SHORT: Final = {
    "Material or Process Name": "Material, process", "Specification Number": "Spec.",
    "Customer Approval Verification": "Cust. appr.", "Certificate of Conformance Number": "CoC no.",
    "Functional Test Procedure Number": "Test proc.", "Acceptance Report Number": "Report",
    "Char. No.": "Char.", "Reference Location": "Location", "Characteristic Designator": "Desig.",
    "Designed/Qualified Tooling": "Tooling", "Nonconformance Number": "NC no.",
    "Additional Data/Comments": "Data, comments",
}  # fmt: skip
"""How the heads of narrow columns say a field; its number is what names it."""
PASSED: Final = {"pass": "within", "fail": "OUT", "missing": "not measured"}


def proof_state(vault: Vault, job: str) -> ProofState:
    """Return how the proof of a job stands; raises NoSuchJob."""
    return jobs.show(vault, job).ground.proof


def shipments(vault: Vault, job: str) -> tuple[Shipment, ...]:
    """Return the shipments of a job, oldest first; raises NoSuchJob."""
    return shipping.look(vault, job).shipments


def certificates(vault: Vault, job: str) -> tuple[Certificate, ...]:
    """Return every certificate of a job, replaced ones too, oldest first; raises NoSuchJob."""
    return shipping.look(vault, job).certificates


def ncs(vault: Vault, job: str) -> list[Nonconformance]:
    """Return the nonconformances of a job, oldest first."""
    return nc_views.listing(vault, Filter(job=job), 10_000)[::-1]


def fai(vault: Vault, job: str) -> list[Article]:
    """Return the first articles of a job that are approved, oldest first."""
    return [one for one in articles.listing(vault, job=job) if one.state == "approved"]


def certificate(vault: Vault, number: str, out: Path) -> int:
    """Write a certificate of conformance as PDF and return how many pages it has."""
    one = shipping.certificate(vault, number)
    rows = [(field, label, _page(one.fields[field])) for field, label in certifying.FIELDS]
    said = f"Job {one.job}, {name(one.shipment)}"
    if one.replaced:
        said += f". REPLACED by {certificate_name(one.replaced)}"
    elif one.replaces:
        said += f". Replaces {certificate_name(one.replaces)}"
    section = _section("", [("Field", 0.7), ("AS9163", 2.2), ("", 7)], rows)
    return _draw(vault, out, "CERTIFICATE OF CONFORMANCE", one.number, said, [section],
                 f"/jobs/{one.job}/shipping", f"{one.number}, signed {one.at}")  # fmt: skip


def slip(vault: Vault, number: str, out: Path) -> int:
    """Write the packing slip of a shipment as PDF and return how many pages it has."""
    one, entries, papers = shipping.show(vault, number)
    job, facts = jobs.show(vault, one.job).job, one.facts
    before = [each for each in shipments(vault, one.job) if each.id < one.id and
              each.state in {"shipped", "received"}]  # fmt: skip
    sent = sum(each.facts.qty for each in before)
    told = [
        ("To", facts.to), ("Purchase order", job.order), ("Carrier", facts.carrier),
        ("Tracking", facts.tracking), ("Packages", facts.boxes),
        ("Packed", f"{facts.packed_by}, {facts.packed_at[:16].replace('T', ' ')} UTC"),
        ("Photos, papers", f"{len(facts.photos)} on record" if facts.photos else ""),
        ("Certificate", ", ".join(each.number for each in papers if each.replaced is None)),
        ("Received", f"{facts.received_by}, {facts.received_on}" if facts.received_by else ""),
    ]  # fmt: skip
    line = (job.item, job.rev, job.title, str(facts.qty), f"{sent + facts.qty} of {job.qty}",
            str(max(job.qty - sent - facts.qty, 0)), facts.pieces or NOT_SAID)  # fmt: skip
    heads = [("Item", 1.6), ("Rev", 0.7), ("Description", 3.4), ("Pieces", 0.9),
             ("With this one", 1.4), ("Still to come", 1.3), ("Piece numbers", 2.2)]  # fmt: skip
    sections = [
        _section("", [("", 1), ("", 4)], [(label, text or NOT_SAID) for label, text in told]),
        _section("What is in it", heads, [line]),
        _section("Received in good order", [("Printed name", 3), ("Date", 2), ("Signature", 4)],
                 [("\n\n", "", "")]),
    ]  # fmt: skip
    state = f"PACKING SLIP, {one.state.upper()}"
    last = entries[-1]
    return _draw(vault, out, state, one.number, f"Job {one.job}: {job.title}", sections,
                 f"/jobs/{one.job}/shipping", f"{one.number}, {last.act} {last.at}")  # fmt: skip


def article(vault: Vault, number: str, out: Path) -> int:
    """Write forms 1 to 3 of a verified first article as PDF; raises ArticleCannot for a draft."""
    one = _verified(vault, number)
    told = one.facts.forms
    numbered = [("Field", 0.7), ("Form 1", 3), ("", 6)]
    first = [(field, label, told["form1"][field]) for field, label in forms.FORM1]
    sections = [
        _section("Form 1: Part Number Accountability", numbered, first),
        _again("Form 2: Product Accountability: Materials, Special Processes, Functional Testing",
               told["form1"]),
        _table("Fields 5 to 13", forms.FORM2, told["form2"]),
        _again("Form 3: Characteristic Accountability, Verification and Compatibility Evaluation",
               told["form1"]),
        _table("Fields 5 to 12", forms.FORM3, told["form3"]),
    ]  # fmt: skip
    said = f"{one.item} {one.rev}, job {one.job}: {told['form1']['14']}"
    return _draw(vault, out, f"FIRST ARTICLE INSPECTION, {one.state.upper()}", one.number, said,
                 sections, f"/jobs/{one.job}/fai", f"AS9102 Rev C, {one.number}",
                 "Letter" if vault.settings.paper == "Letter" else "A4")  # fmt: skip


def workbook(vault: Vault, number: str, out: Path) -> None:
    """Write the same three forms as a workbook; every cell is text and none is a formula."""
    one = _verified(vault, number)
    with placed(out) as aside:
        book.write(Path(aside), one.number, one.facts.forms, vault.settings.paper)


def inspection(vault: Vault, job: str, out: Path) -> int:
    """Write the inspection report of a job as PDF: every result with its limits and pass mark."""
    found, view = views.results_of(vault, job), jobs.show(vault, job)
    summary = [
        (row.characteristic.balloon, row.characteristic.requirement, _limits(row),
         f"{len(row.results)} of {row.needed}", str(len(row.outside)), PASSED[row.state])
        for row in found.characteristics
    ]  # fmt: skip
    results = [
        (row.characteristic.balloon, each.piece, f"{each.text} {each.unit}".strip(),
         "within" if each.passes else f"OUT {each.by} {each.verdict}" if each.by else "OUT",
         each.gauge or NOT_SAID,
         f"{each.person}, {each.at[:10]}")
        for row in found.characteristics for each in row.results
    ]  # fmt: skip
    wrong = [(one.number, one.facts.what, str(one.facts.qty), one.facts.disposition or "open",
              one.facts.approved_by or one.facts.disposed_by or NOT_SAID)
             for one in ncs(vault, job)]  # fmt: skip
    sections = [
        _section("Characteristics", [("Balloon", 0.9), ("Requirement", 4), ("Limits", 2.6),
                 ("Measured", 1.2), ("Out", 0.7), ("Result", 1.4)], summary,
                 "The revision was released without characteristics."),
        _section("Results", [("Balloon", 0.9), ("Piece", 1.2), ("Result", 2), ("", 1.6),
                 ("Gauge", 1.6), ("By", 2)], results, "Nothing was measured."),
        _section("Nonconformances", [("Number", 1.2), ("What", 5), ("Pieces", 0.8),
                 ("Disposition", 1.6), ("By", 1.4)], wrong),
        _section("Proof", [("", 1)], [(line.sentence,) for line in view.ground.proof.lines],
                 "None is asked."),
    ]  # fmt: skip
    job_ = view.job
    said = f"{job_.qty} × {job_.item} {job_.rev} {job_.title}: {PASSED[found.state]}"
    return _draw(vault, out, "INSPECTION REPORT", job_.number, said, sections,
                 f"/jobs/{job_.number}", f"plan {found.plan.sha256[:12]}")  # fmt: skip


# --- inside -----------------------------------------------------------------


def _verified(vault: Vault, number: str) -> Article:
    one = articles.show(vault, number)
    if not one.facts.forms:
        raise ArticleCannot(number=one.number, state=one.state, act="print")
    return one


def _limits(row: views.CharacteristicResults) -> str:
    one = row.characteristic
    if one.is_attribute:
        return one.unit
    return f"{one.lower or '–'} … {one.upper or '–'} {one.unit}"


def _page(text: str) -> str:
    return "on every page" if text == "see the page itself" else text


def _again(title: str, form1: Mapping[str, str]) -> dict[str, Any]:
    """Return fields 1 to 4, which forms 2 and 3 repeat so that no sheet stands alone."""
    wide = {"1": 1.4, "2": 2.6, "3": 1.8, "4": 1.2}
    fields = [(number, label) for number, label in forms.FORM1 if number in wide]
    columns = [(f"{number} {label}", wide[number]) for number, label in fields]
    return {**_section(title, columns, [[form1[number] for number, _ in fields]]), "page": True}


def _table(
    title: str, fields: Sequence[tuple[str, str]], rows: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    wide = {"Requirement": 2.4, "Results": 2.4, "Material or Process Name": 1.8,
            "Additional Data/Comments": 1.7, "Char. No.": 0.8}  # fmt: skip
    columns = [(f"{number} {_SHORT.get(label, label)}", wide.get(label, 1.2))
               for number, label in fields]  # fmt: skip
    return _section(title, columns, [[row.get(number, "") for number, _ in fields] for row in rows])


def _section(
    title: str, columns: Sequence[tuple[str, float]], rows: Iterable[Sequence[str]],
    nothing: str = "None.",
) -> dict[str, Any]:  # fmt: skip
    return {"title": title, "columns": list(columns), "rows": [list(row) for row in rows],
            "nothing": nothing}  # fmt: skip


def _draw(
    vault: Vault, out: Path, kind: str, called: str, said: str, sections: list[dict[str, Any]],
    address: str, foot: str, paper: str = "",
) -> int:  # fmt: skip
    dark = qr.matrix(f"{vault.settings.public_url}{address}")
    facts = {
        "title": f"{kind.capitalize()} {called}", "shop": vault.settings.shop_name, "kind": kind,
        "name": called, "said": said, "foot": foot, "sections": sections,
        "qr": ["".join("1" if one else "0" for one in row) for row in dark],
    }  # fmt: skip
    with placed(out) as aside:
        answer = worker.shared().call(
            "release.printed.flow_draw:draw", name=out.name, out=aside,
            paper_name=paper or vault.settings.paper, facts=facts,
        )  # fmt: skip
    return int(answer["pages"])
