# SPDX-License-Identifier: AGPL-3.0-or-later
"""What leaves: shipments and their gate, certificates with fourteen fields, first articles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pymupdf
import pytest

from traveler import inspection, lifecycle
from traveler.errors import NoReason, NoSuchJob
from traveler.firstarticle import desk as articles
from traveler.firstarticle import due, forms
from traveler.firstarticle import papers as article_papers
from traveler.firstarticle import rules as article_rules
from traveler.firstarticle.errors import (
    ArticleCannot,
    ArticleNeedsReason,
    ArticleOutside,
    BadArticleScope,
    BaselineUnfit,
    NoSuchArticle,
    NothingMeasured,
    PartialNeedsBaseline,
    SamePerson,
)
from traveler.firstarticle.rules import Earlier
from traveler.floor import starting, stopping
from traveler.nonconformance import closing, disposing, opening
from traveler.nonconformance.errors import NonconformanceOpen
from traveler.quality import evidence, measurements, proof_desk
from traveler.shipping import desk, papers, rules
from traveler.shipping.errors import (
    CarrierMissing,
    NoSuchCertificate,
    NoSuchShipment,
    NotSoMany,
    RevisionMayNotLeave,
    ShipmentCannot,
    ShippingOwesProof,
    UpdateNeedsReason,
)
from traveler.shipping.rules import SHIPMENT
from vault.ledger import events
from vault.ledger.errors import RoleNeeded, WrongPassword

WORD = "correct horse 7"
ROUTE = """
[[operation]]
seq = 10
station = "mill"
title = "Mill"
proof = ["certificate before shipping"]
"""
LISTED = """balloon,requirement,nominal,lower,upper,unit,gauge
1,Bore,20,19.9,20.1,mm,
2,No burr,,,,visual,
"""


@pytest.fixture
def made(shop: Any) -> str:
    """Return a job of five pieces, all of them finished."""
    shop.release("10-0042", route__toml=ROUTE, characteristics__csv=LISTED)
    shop.job("J-1", customer="=Halvard Robotics", order="PO 4711")
    starting.start(shop.vault, shop.otto, "J-1", 10)
    stopping.finish(shop.vault, shop.otto, "J-1", 10)
    return "J-1"


def _waived(shop: Any, job: str) -> None:
    proof_desk.waive(shop.vault, shop.quinn, job, "certificate", "customer's own material")


@pytest.mark.parametrize("state", lifecycle.states(SHIPMENT))
@pytest.mark.parametrize("deed", sorted({deed for _, deed in SHIPMENT}))
def test_a_shipment_does_only_what_its_table_says(shop: Any, state: str, deed: str) -> None:
    """Every pair of state and act is walked."""
    from traveler.shipping.records import Shipment

    one = Shipment(1, "J-1", state, 1, "", "", rules.Facts(1))
    if (state, deed) in SHIPMENT:
        assert desk._allowed(one, deed) == SHIPMENT[state, deed]
        return
    with pytest.raises(ShipmentCannot):
        desk._allowed(one, deed)


def test_a_job_leaves_in_parts(shop: Any, made: str) -> None:
    """Three now, two later, never more than are finished; what is unpacked is there again."""
    _waived(shop, made)
    first = desk.pack(shop.vault, shop.otto, made, 3, boxes="1 carton")
    with pytest.raises(NotSoMany, match="2 finished pieces"):
        desk.pack(shop.vault, shop.otto, made, 3)
    with pytest.raises(CarrierMissing):
        desk.ship(shop.vault, shop.otto, first.number)
    sent = desk.ship(shop.vault, shop.otto, first.number, carrier="Hermes", tracking="H 77")
    assert (sent.state, sent.facts.shipped_by) == ("shipped", "otto")
    with pytest.raises(ShipmentCannot):
        desk.cancel(shop.vault, shop.otto, first.number, "wrong box")
    second = desk.pack(shop.vault, shop.otto, made, 2)
    desk.cancel(shop.vault, shop.otto, second.number, "wrong box")
    assert desk.look(shop.vault, made).left == 2
    got = desk.receive(shop.vault, shop.pat, first.number, "C. Steen", "2026-12-01")
    assert (got.state, got.facts.received_on) == ("received", "2026-12-01")
    assert list(events.verify(shop.vault.ledger)) == []


def test_nothing_leaves_past_the_gate(shop: Any, made: str) -> None:
    """Owed proof, an open nonconformance and a recalled revision each hold it, by name."""
    packed = desk.pack(shop.vault, shop.otto, made, 5)
    with pytest.raises(ShippingOwesProof, match="certificate at step 10 before shipping"):
        desk.ship(shop.vault, shop.otto, packed.number, carrier="Hermes")
    _waived(shop, made)
    one = opening.open_new(shop.vault, shop.otto, opening.Wanted(made, "scratch", holds="nothing"))
    with pytest.raises(NonconformanceOpen, match="NC-0001"):
        desk.ship(shop.vault, shop.otto, packed.number, carrier="Hermes")
    with pytest.raises(NonconformanceOpen):
        desk.certify(shop.vault, shop.quinn, packed.number, WORD)
    disposing.dispose(shop.vault, shop.quinn, one.number, "return", "supplier")
    opening.explain(shop.vault, shop.quinn, one.number, cause="bar", action="none needed")
    closing.close(shop.vault, shop.quinn, one.number)
    shop.recall("10-0042", "B")
    with pytest.raises(RevisionMayNotLeave, match="10-0042 B is recalled"):
        desk.ship(shop.vault, shop.otto, packed.number, carrier="Hermes")


def test_what_is_not_there_is_said(shop: Any, made: str) -> None:
    """Jobs, shipments and certificates nobody made, and reasons nobody gave."""
    with pytest.raises(NoSuchJob):
        desk.pack(shop.vault, shop.otto, "J-99", 1)
    for call in (desk.show, lambda vault, number: desk.ship(vault, shop.otto, number)):
        with pytest.raises(NoSuchShipment):
            call(shop.vault, "SH-0404")
    with pytest.raises(NoSuchCertificate):
        desk.certificate(shop.vault, "CC-0404")
    packed = desk.pack(shop.vault, shop.otto, made, 1, idempotency_key="p" * 26)
    assert desk.pack(shop.vault, shop.otto, made, 1, idempotency_key="p" * 26) == packed
    with pytest.raises(NoReason):
        desk.cancel(shop.vault, shop.otto, packed.number, " ")


def test_a_certificate_has_fourteen_fields_and_none_is_blank(
    shop: Any, made: str, tmp_path: Path
) -> None:
    """Signed with the password; a second one says why and replaces the first, which stays."""
    _waived(shop, made)
    packed = desk.pack(shop.vault, shop.otto, made, 3)
    with pytest.raises(RoleNeeded):
        desk.certify(shop.vault, shop.otto, packed.number, WORD)
    with pytest.raises(WrongPassword):
        desk.certify(shop.vault, shop.quinn, packed.number, "guess")
    one = desk.certify(shop.vault, shop.quinn, packed.number, WORD)
    assert sorted(one.fields, key=int) == [str(at) for at in range(1, 15)]
    assert all(text.strip() for text in one.fields.values())
    assert (one.fields["6"], one.fields["7"], one.fields["10"], one.fields["12"]) == (
        "PO 4711", "10-0042", "B", "None",
    )  # fmt: skip
    with pytest.raises(UpdateNeedsReason):
        desk.certify(shop.vault, shop.quinn, packed.number, WORD)
    newer = desk.certify(shop.vault, shop.quinn, packed.number, WORD, why="wrong order number")
    assert "Reason for update: wrong order number" in newer.fields["13"]
    first = desk.certificate(shop.vault, one.number)
    assert (first.replaced, first.fields) == (newer.id, one.fields)
    assert papers.certificate(shop.vault, one.number, tmp_path / "c.pdf") == 1
    text = "".join(page.get_text() for page in pymupdf.open(tmp_path / "c.pdf"))
    assert "REPLACED by CC-0002" in text
    assert "Document electronically generated and validated." in text.replace("\n", " ")
    assert papers.slip(shop.vault, packed.number, tmp_path / "s.pdf") == 1
    slip = "".join(page.get_text() for page in pymupdf.open(tmp_path / "s.pdf"))
    assert "3 of 5" in slip
    assert "CC-0002" in slip


def test_a_certificate_names_no_paper_that_was_withdrawn_and_qualifies_only_concessions(
    shop: Any, made: str, tmp_path: Path
) -> None:
    """A heat taken back traces nothing; the statement has no exception where none was made."""
    (tmp_path / "mill.txt").write_text("EN 10204 3.1")
    wanted = evidence.Wanted("certificate", made, heat="H-1", words="bar")
    (wrong,) = evidence.add(shop.vault, shop.quinn, wanted, {"mill.txt": tmp_path / "mill.txt"})
    evidence.add(shop.vault, shop.quinn, evidence.Wanted("heat", made, heat="H-2"))
    packed = desk.pack(shop.vault, shop.otto, made, 3)
    one = desk.certify(shop.vault, shop.quinn, packed.number, WORD)
    assert "heat H-1, heat H-2" in one.fields["11"]
    assert "Certificates: mill.txt" in one.fields["13"]
    assert one.fields["14"].splitlines()[0].endswith("of the drawing and revision named.")
    evidence.withdraw(shop.vault, shop.quinn, wrong.id, "of another bar")
    _waived(shop, made)
    opened = opening.open_new(shop.vault, shop.quinn, opening.Wanted(made, "bore 20.4", 1, 10))
    disposing.dispose(
        shop.vault, shop.quinn, opened.number, "use as is", "the pin is turned to fit"
    )
    disposing.approve(shop.vault, shop.mchen, opened.number, WORD, "agreed")
    opening.explain(shop.vault, shop.quinn, opened.number, cause="worn", action="new reamer")
    closing.close(shop.vault, shop.quinn, opened.number)
    newer = desk.certify(shop.vault, shop.quinn, packed.number, WORD, why="heat corrected")
    assert newer.fields["11"].endswith("heat H-2")
    assert "H-1" not in newer.fields["11"]
    assert "Certificates: None" in newer.fields["13"]
    assert "with the concessions stated in field 13." in newer.fields["14"]


def _measured(shop: Any, made: str, bore: str = "20.02") -> None:
    readings = [measurements.Reading("1", "1", bore), measurements.Reading("2", "1", "pass")]
    measurements.record(shop.vault, shop.otto, made, 10, readings)


def test_a_first_article_is_verified_and_approved_by_two(
    shop: Any, made: str, tmp_path: Path
) -> None:
    """The forms are what stood then, numbered, on paper and in a book without formulas."""
    assert due.owed(shop.vault, made).why.startswith("nothing of this item was ever inspected")
    one = articles.open_new(shop.vault, shop.quinn, made, "full", "=new part")
    articles.materials(shop.vault, shop.quinn, one.number, [{"5": "=6061-T6", "6": "AMS 4027"}])
    with pytest.raises(NothingMeasured, match="balloon 1 has no result"):
        articles.verify(shop.vault, shop.quinn, one.number, WORD)
    with pytest.raises(ArticleCannot):
        article_papers.article(shop.vault, one.number, tmp_path / "f.pdf")
    _measured(shop, made)
    with pytest.raises(WrongPassword):
        articles.verify(shop.vault, shop.quinn, one.number, "guess")
    articles.verify(shop.vault, shop.quinn, one.number, WORD)
    with pytest.raises(SamePerson):
        articles.approve(shop.vault, shop.quinn, one.number, WORD)
    done = articles.approve(shop.vault, shop.mchen, one.number, WORD)
    form1 = done.facts.forms["form1"]
    assert (form1["4"], form1["19"], form1["24"]) == ("FA-0001", "No", "N/A")
    assert form1["20"] != form1["22"]
    assert [name for number, name in forms.FORM1 if not form1[number]] == []
    assert all(row[field] for row in done.facts.forms["form3"] for field in ("5", "8", "9"))
    assert [row["9"] for row in done.facts.forms["form3"]] == ["20.02 mm", "Pass"]
    assert done.facts.forms["form3"][0]["10"] == ""
    assert due.owed(shop.vault, made).why == ""
    with pytest.raises(ArticleCannot):
        articles.reject(shop.vault, shop.mchen, one.number, "late")
    assert article_papers.article(shop.vault, one.number, tmp_path / "f.pdf") == 3  # a form each
    text = "".join(page.get_text() for page in pymupdf.open(tmp_path / "f.pdf"))
    for label in ("Form 1: Part Number Accountability", "FAIR Identifier", "AMS 4027", "20.02 mm"):
        assert label in text
    article_papers.workbook(shop.vault, one.number, tmp_path / "f.xlsx")
    book = openpyxl.load_workbook(tmp_path / "f.xlsx")
    cells = [cell for sheet in book for row in sheet for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert "=6061-T6" in [cell.value for cell in cells]
    assert book.sheetnames == ["Form 1", "Form 2", "Form 3"]


def test_a_partial_one_refers_to_an_approved_baseline(shop: Any, made: str) -> None:
    """Without one, with a draft, or with another item's it is refused; then it has its balloons."""
    with pytest.raises(PartialNeedsBaseline):
        articles.open_new(shop.vault, shop.quinn, made, "partial", "new tool")
    base = articles.open_new(shop.vault, shop.quinn, made, "full", "new part")
    with pytest.raises(BaselineUnfit, match="it is draft"):
        articles.open_new(shop.vault, shop.quinn, made, "partial", "x", baseline=base.number)
    _measured(shop, made)
    articles.verify(shop.vault, shop.quinn, base.number, WORD)
    articles.approve(shop.vault, shop.mchen, base.number, WORD)
    part = articles.open_new(
        shop.vault, shop.quinn, made, "partial", "new tool", baseline=base.number, balloons=["2"]
    )
    done = articles.verify(shop.vault, shop.quinn, part.number, WORD)
    assert [row["5"] for row in done.facts.forms["form3"]] == ["2"]
    assert "baseline FA-0001 (10-0042 B)" in done.facts.forms["form1"]["14"]
    back = articles.reject(shop.vault, shop.mchen, part.number, "burr not shown")
    assert (back.state, back.facts.forms) == ("draft", {})
    assert articles.cancel(shop.vault, shop.quinn, part.number, "not needed").state == "cancelled"


def test_what_is_out_of_tolerance_needs_a_nonconformance(shop: Any, made: str) -> None:
    """Field 11 names it, and field 19 says so."""
    one = articles.open_new(shop.vault, shop.quinn, made, "full", "new part")
    _measured(shop, made, "20.4")
    with pytest.raises(ArticleOutside, match="balloon 1"):
        articles.verify(shop.vault, shop.quinn, one.number, WORD)
    opening.open_new(shop.vault, shop.otto, opening.Wanted(made, "bore", 1, 10, balloons=["1"]))
    done = articles.verify(shop.vault, shop.quinn, one.number, WORD)
    assert done.facts.forms["form3"][0]["11"] == "NC-0001"
    assert done.facts.forms["form1"]["19"] == "Yes"


def test_a_first_article_that_cannot_be_is_refused(shop: Any, made: str) -> None:
    """Scope, reason, number: each in a sentence."""
    with pytest.raises(BadArticleScope):
        articles.open_new(shop.vault, shop.quinn, made, "half", "x")
    with pytest.raises(ArticleNeedsReason):
        articles.open_new(shop.vault, shop.quinn, made, "full", " ")
    with pytest.raises(NoSuchArticle):
        articles.show(shop.vault, "FA-0404")
    with pytest.raises(RoleNeeded):
        articles.open_new(shop.vault, shop.otto, made, "full", "x")


@pytest.mark.parametrize(
    ("rev", "approved", "made_last", "why"),
    [
        ("A", [], "", "ever inspected"),
        ("B", [Earlier("FA-0001", "A", "2026-01-01T00:00:00Z")], "", "revision B is new since"),
        (
            "A",
            [Earlier("FA-0001", "A", "2024-11-27T00:00:00Z")],
            "",
            "nothing was made for 2 years",
        ),
        ("A", [Earlier("FA-0001", "A", "2024-11-27T00:00:00Z")], "2025-06-01", ""),
        ("A", [Earlier("FA-0001", "A", "2024-11-28T00:00:00Z")], "", ""),
    ],
)
def test_when_a_first_article_is_due(
    rev: str, approved: list[Earlier], made_last: str, why: str
) -> None:
    """A new part, a new revision, a lapse of two years to the day; and not before."""
    found = [one.sentence for one in article_rules.due(rev, approved, made_last, "2026-11-28")]
    assert why in found[0] if why else found == []


def test_the_inspection_report_has_every_result(shop: Any, made: str, tmp_path: Path) -> None:
    """With limits, pass marks and who measured."""
    _measured(shop, made, "20.4")
    assert inspection.report(shop.vault, made, tmp_path / "i.pdf") == 1
    text = "".join(page.get_text() for page in pymupdf.open(tmp_path / "i.pdf"))
    for part in ("19.9", "20.4 mm", "OUT 0.3 over", "otto"):
        assert part in text
