# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proof, nonconformances and shipments in the browser: seen, given, decided, and let go."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

PASSWORD = "correct horse 7"
PIN = "4711"


def test_what_a_job_owes_is_asked_shown_vouched_and_waived(guest: Any, stock: Any) -> None:
    """The job, its proof page and the floor say the same; an operator cannot waive."""
    quinn = guest("quinn")
    page = "/jobs/J-1/proof"
    asked = {"act": "ask", "kind": "first piece", "before": "step", "seq": "10", "of": "job"}
    assert quinn.post(page, asked).status_code == 303
    quinn.post(page, {**asked, "kind": "certificate", "before": "shipping", "seq": ""})
    for path in ("/jobs/J-1", page, f"/t/{stock.token}"):
        shown = quinn.get(path)
        assert shown.status_code == 200
        assert "first piece" in shown.text
        assert "Missing" in shown.text
    bad = quinn.post(page, {**asked, "before": "lunch"})
    assert (bad.status_code, "no moment before which" in bad.text) == (422, True)
    badge = {"operator": "otto", "pin": PIN, "note": "bore is 21.01"}
    floor = f"/t/{stock.token}/proof/first%20piece"
    assert guest(None).post(floor, badge).status_code == 303
    assert "bore is 21.01" in quinn.get(page).text
    waive = {"act": "waive", "kind": "certificate", "before": "shipping", "why": "own material"}
    assert guest("eli").post(page, waive).status_code == 403
    assert quinn.post(page, waive).status_code == 303
    assert "NOTHING OWED" in quinn.get(page).text


def test_what_is_not_right_is_reported_on_the_floor_and_decided(guest: Any, stock: Any) -> None:
    """By badge; quality proposes, and only the owner's page offers to sign."""
    told = {"operator": "otto", "pin": PIN, "what": "scratch on <datum> A", "qty": "2"}
    assert guest(None).post(f"/t/{stock.token}/nc", told).status_code == 303
    quinn, mei = guest("quinn"), guest("mchen")
    assert "scratch on &lt;datum&gt; A" in quinn.get("/nc/NC-0002").text
    dispose = {"act": "dispose", "disposition": "use as is", "why": "not on a seal"}
    done = quinn.post("/nc/NC-0002", dispose)
    assert done.headers["Location"].endswith("done=propose")
    assert "Sign use as is" not in quinn.get("/nc/NC-0002").text
    assert "Sign use as is" in mei.get("/nc/NC-0002").text
    wrong = mei.post("/nc/NC-0002", {"act": "approve", "password": "guess"})
    assert wrong.status_code in {401, 403, 409, 422}
    assert mei.post("/nc/NC-0002", {"act": "approve", "password": PASSWORD}).status_code == 303
    assert "use as is" in mei.get("/nc?state=").text
    assert quinn.get("/nc/NC-0404").status_code == 404


def test_a_file_that_holds_a_packet_is_let_by_quality_with_a_reason(guest: Any, stock: Any) -> None:
    """The page names what is in it and offers that to quality alone; taken back it holds again."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("word/comments.xml", "<comments><comment/></comments>")
    out.seek(0)
    quinn, page = guest("quinn"), f"/jobs/{stock.job}/packet"
    form = {"act": "evidence", "kind": "document", "words": "plan", "files": (out, "plan.docx")}
    assert quinn.post(f"/quality/{stock.job}", data=form).status_code == 303
    shown = quinn.get(page).text
    assert "It holds comments." in shown
    assert "It may leave as it is" not in guest("pat").get(page).text
    (number,) = re.findall(r'name="evidence" value="(\d+)"', shown)
    let = {"act": "let", "evidence": number, "why": "asked for <by> them"}
    assert guest("pat").post(page, data=let).status_code == 403
    assert quinn.post(page, data={**let, "why": ""}).status_code == 422
    assert quinn.post(page, data=let).status_code == 303
    shown = quinn.get(page).text
    assert "leaves with comments (quinn: asked for &lt;by&gt; them)" in shown
    assert "Hold it again" in shown
    assert "Hold it again" not in guest("pat").get(page).text
    back = {"act": "hold", "evidence": number, "why": "no longer"}
    assert quinn.post(page, data=back).status_code == 303
    assert "It holds comments." in quinn.get(page).text


def test_a_job_leaves_only_past_the_gate_and_its_papers_come(guest: Any) -> None:
    """NC-0001 of the stock holds it; nothing finished cannot be packed; papers are attachments."""
    pat = guest("pat")
    shown = pat.get("/jobs/J-1/shipping").text
    assert "NC-0001, which is not closed" in shown
    refused = pat.post("/jobs/J-1/shipping", {"act": "pack", "qty": "3"})
    assert (refused.status_code, "0 finished pieces" in refused.text) == (409, True)
    paper = pat.get("/jobs/J-1/papers/inspection.pdf")
    assert paper.headers["Content-Disposition"].startswith("attachment")
    assert paper.data.startswith(b"%PDF-")
    assert pat.get("/jobs/J-1/papers/SH-0404.pdf").status_code == 404
    assert pat.get("/jobs/J-1/papers/anything.exe").status_code == 404
    assert "A first article is due" in pat.get("/jobs/J-1/fai").text
