# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of gauges and of the memory of the shop: what they show, and what they refuse."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

PLAN = (
    "balloon,requirement,nominal,lower,upper,unit,gauge\n1,Bore,12.0,12.000,12.018,mm,Air gauge\n"
)
ROUTE = '[[operation]]\nseq = 10\nstation = "mill"\ntitle = "Mill"\n'


def _day(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


@pytest.fixture
def shop(app: Any, tmp_path: Any) -> Any:
    """Return the vault with a measured job of an item, a note on it, and a repeat job."""
    from release import desk
    from traveler import jobs
    from traveler.floor import noting
    from traveler.quality import gauges, measurements
    from traveler.quality.measurements import Reading
    from vault.ledger import people
    from web.visitor import VAULT

    vault = app.extensions[VAULT]
    who = {one.name: one for one in people.everybody(vault.ledger)}
    for name, text in (("characteristics.csv", PLAN), ("route.toml", ROUTE)):
        (tmp_path / name).write_text(text)
    desk.add_item(vault, who["eli"], "10-0077", "Bushing", "mchen")
    files = {name: tmp_path / name for name in ("characteristics.csv", "route.toml")}
    desk.check_in(vault, who["eli"], "10-0077", files, "planned")
    order = desk.open_change(vault, who["eli"], ["10-0077"], "planned").order
    desk.sign(vault, who["mchen"], "correct horse 7", order.change)
    desk.release(vault, who["eli"], order.change)
    gauges.add(vault, who["quinn"], "AG-1", "Air gauge", "0.001")
    gauges.calibrated(vault, who["quinn"], "AG-1", _day(10))
    for number in ("J-7", "J-8"):
        jobs.add(vault, who["pat"], number, "10-0077", 3, "2027-03-01")
        jobs.release_job(vault, who["pat"], number)
    noting.note(vault, who["otto"], "J-7", 10, "<b>Clamp</b> it low")
    reading = Reading("1", "1", "12.03", gauge="AG-1")
    measurements.record(vault, who["quinn"], "J-7", 10, [reading])
    return vault


def test_a_gauge_tells_what_is_due_and_who_used_it(guest: Any, shop: Any) -> None:
    """The list says due soon, the page who measured what, and an unfit one puts results in doubt."""
    quinn = guest("quinn")
    listed = quinn.get("/gauges").text
    assert "AG-1" in listed
    assert "Due soon" in listed
    assert "No gauge is retired" in quinn.get("/gauges?show=retired").text
    assert "J-7" in quinn.get("/gauges/ag-1").text
    told = {"act": "calibrate", "due": _day(90), "fit": "no", "certificate": "K-1"}
    assert quinn.post("/gauges/AG-1", data=told).status_code == 303
    page = quinn.get("/gauges/AG-1").text
    assert "1 result in doubt" in page
    assert "Not calibrated" in page
    again = quinn.post("/quality/J-7", data={"act": "grid", "r:1:2": "12.01", "gauge": "AG-1"})
    assert again.status_code == 409
    assert "Gauge AG-1 has no calibration that holds" in again.text


def test_a_gauge_is_added_refused_and_retired(guest: Any, shop: Any) -> None:
    """A second one of that code, a due day before the calibration, and somebody else's role."""
    quinn = guest("quinn")
    assert quinn.post("/gauges", data={"code": "M-9", "kind": "Micrometer"}).status_code == 303
    twice = quinn.post("/gauges", data={"code": "m-9", "kind": "Micrometer"})
    assert twice.status_code == 409
    assert 'value="m-9"' in twice.text
    bad = quinn.post("/gauges/M-9", data={"act": "calibrate", "due": _day(-3)})
    assert bad.status_code in {409, 422}
    assert "due again no later than it was done" in bad.text
    assert quinn.post("/gauges/M-9", data={"act": "retire"}).status_code == 303
    assert "M-9" in quinn.get("/gauges?show=retired").text
    assert quinn.post("/gauges/M-9", data={"act": "melt"}).status_code == 400
    assert guest("otto").post("/gauges/M-9", data={"act": "retire"}).status_code == 403
    assert quinn.get("/gauges/M-10").status_code == 404


def test_what_was_noted_is_told_on_the_next_job_and_set_aside(guest: Any, shop: Any) -> None:
    """On the job, while measuring, when planning; words are shown and never run."""
    pat = guest("pat")
    for address in ("/jobs/J-8", "/jobs/new?number=10-0077", "/items/10-0077/memory"):
        page = pat.get(address).text
        assert "&lt;b&gt;Clamp&lt;/b&gt; it low" in page, address
        assert "<b>Clamp" not in page
    assert "12.03 mm (0.012 over)" in guest("quinn").get("/quality/J-8/enter").text
    assert "Clamp" not in pat.get("/jobs/new?number=nothing").text
    ref = {"act": "dismiss", "ref": "note/1"}
    refused = pat.post("/items/10-0077/memory", data={**ref, "why": " "})
    assert refused.status_code == 422
    assert "need not be told any more" in refused.text
    assert (
        pat.post("/items/10-0077/memory", data={**ref, "why": "soft jaws now"}).status_code == 303
    )
    assert "Clamp" not in pat.get("/jobs/J-8").text
    aside = pat.get("/items/10-0077/memory?kind=dismissed").text
    assert "soft jaws now" in aside
    assert guest("otto").post("/items/10-0077/memory", data={**ref, "why": "x"}).status_code == 403
    assert pat.post("/items/10-0077/memory", data={"act": "eat"}).status_code == 400
    missing = pat.post(
        "/items/10-0077/memory", data={"act": "dismiss", "ref": "note/9", "why": "x"}
    )
    assert missing.status_code == 404


def test_the_floor_page_tells_what_went_wrong_at_its_step(
    guest: Any, shop: Any, tmp_path: Any
) -> None:
    """Whoever scans the repeat job reads the note of the first one."""
    from traveler import sheet
    from vault.ledger import people

    made = sheet.print_traveler(shop, people.get(shop.ledger, "pat"), "J-8", tmp_path / "t.pdf")
    code = made.addresses[0][1].rpartition("/")[2]
    page = guest(None).get(f"/t/{code}").text
    assert "Earlier jobs say" in page
    assert "it low" in page


def test_what_belongs_to_a_step_and_what_to_none_stand_on_one_page(guest: Any, shop: Any) -> None:
    """A note on a step and a blocker of the whole job before: the page of the next job tells both."""
    from traveler.blockers import handling
    from vault.ledger import people

    pat = people.get(shop.ledger, "pat")
    wanted = handling.Wanted(kind="material", owner="pat", what="no bar 40", job="J-7")
    handling.resolve(shop, pat, handling.raise_blocker(shop, pat, wanted).id, "came")
    page = guest("pat").get("/jobs/J-8")
    assert page.status_code == 200
    assert "it low" in page.text
    assert "no bar 40" in page.text


def test_programs_read_the_memory_of_an_item_and_of_a_job(guest: Any, shop: Any) -> None:
    """The same records as the pages, by step for a job; set aside only where it is asked for."""
    from traveler.memory import desk
    from vault.ledger import people

    quinn = guest("quinn")
    told = quinn.get("/api/v1/items/10-0077/memory").json["told"]
    assert {one["kind"] for one in told} == {"note", "result"}
    steps = quinn.get("/api/v1/jobs/J-8/memory").json["steps"]
    assert [one["ref"] for one in steps["10"]] == [one["ref"] for one in told]
    who = people.get(shop.ledger, "quinn")
    desk.dismiss(shop, who, "10-0077", told[0]["ref"], "mended")
    assert len(quinn.get("/api/v1/items/10-0077/memory").json["told"]) == len(told) - 1
    assert len(quinn.get("/api/v1/items/10-0077/memory?all=1").json["told"]) == len(told)
    assert quinn.get("/api/v1/jobs/J-99/memory").status_code == 404


def test_a_first_article_that_is_due_is_opened_or_set_aside_on_its_page(
    guest: Any, shop: Any
) -> None:
    """One button opens what is proposed; who sets a reason aside says why, and gets it back."""
    quinn = guest("quinn")
    page = quinn.get("/jobs/J-8/fai").text
    assert "Nothing of this item was ever inspected as a first article." in page
    assert "Open a full one" in page
    assert "Open a full one" not in guest("otto").get("/jobs/J-8/fai").text
    told = {"act": "waive", "ref": "new", "why": " "}
    refused = quinn.post("/jobs/J-8/fai", told)
    assert refused.status_code == 422
    assert "Say why new needs no first article" in refused.text
    quinn.post("/jobs/J-8/fai", told | {"why": "<i>none asked</i>"})
    page = quinn.get("/jobs/J-7/fai").text
    assert "No first article is due on this job." in page
    assert "&lt;i&gt;none asked&lt;/i&gt;" in page
    assert "set aside that a first article is due: nothing" in quinn.get("/jobs/J-8").text
    quinn.post("/jobs/J-7/fai", {"act": "ask", "ref": "new", "why": "asked for after all"})
    opened = {"act": "open", "scope": "full", "reason": "as proposed"}
    assert quinn.post("/jobs/J-7/fai", opened).status_code == 303
    assert "FA-0001 is under way" in quinn.get("/jobs/J-7/fai").text
    api = quinn.get("/api/v1/jobs/J-7/fai").json
    assert (api["due"], api["under_way"], api["scope"]) == (True, ["FA-0001"], "full")
    assert [one["fai"] for one in api["articles"]] == ["FA-0001"]
    gone = {"act": "cancel_fai", "fai": "FA-0001", "why": "opened by mistake"}
    assert quinn.post("/jobs/J-7/fai", gone).status_code == 303
    assert "Open a full one" in quinn.get("/jobs/J-7/fai").text


def test_a_result_out_of_tolerance_proposes_a_nonconformance_where_it_is_seen(
    guest: Any, shop: Any
) -> None:
    """On the list, and at once after the keypad; the form is filled, and once named it is quiet."""
    quinn = guest("quinn")
    entered = quinn.post("/quality/J-8/enter?op=10", {
        "balloon": "1", "piece": "2", "result": "12.03", "gauge": "AG-1", "key": "k1"})  # fmt: skip
    shown = quinn.get(entered.headers["Location"]).text
    number = shown.split("/nc/new?job=J-8&amp;result=")[1].split('"')[0]
    assert f"/nc/new?job=J-8&amp;result={number}" in quinn.get("/quality/J-8").text
    form = quinn.get(f"/nc/new?job=J-8&result={number}").text
    assert "Balloon 1 Bore: 12.03 mm, 0.012 over</textarea>" in form
    assert f'name="results" value="{number}"' in form
    assert 'name="results" value=""' in quinn.get("/nc/new?job=J-7&result=" + number).text
    told = {"job": "J-8", "op": "10", "qty": "1", "what": "bore", "results": number, "key": "k2"}
    assert quinn.post("/nc/new", told).status_code == 303
    assert "result=" + number not in quinn.get("/quality/J-8").text
    listed = quinn.get("/api/v1/nc?job=J-8").json
    assert [one["results"] for one in listed["nonconformances"]] == [[int(number)]]
    assert quinn.get("/api/v1/nc?job=J-8&state=closed").json["nonconformances"] == []
    told = quinn.get(f"/api/v1/nc/{listed['nonconformances'][0]['nonconformance']}").json
    assert [one["act"] for one in told["history"]] == ["open"]
    results = quinn.get("/api/v1/jobs/J-8/results").json
    assert (results["state"], results["pieces"]) == ("fail", ["2"])
    assert quinn.get("/api/v1/jobs/J-8/evidence").json["evidence"] == []
