# SPDX-License-Identifier: AGPL-3.0-or-later
"""Quality in the browser and on the floor: grid, keypad, files with bad rows, photos, downloads."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from PIL import Image

PLAN = (
    "balloon,requirement,nominal,lower,upper,unit,gauge\n"
    "1,Bore,12.0,12.000,12.018,mm,\n2,Thread,M5,,,go/no-go,\n"
)


@pytest.fixture
def job(app: Any, tmp_path: Any) -> str:
    """Return a released job of an item with two characteristics."""
    from release import desk
    from traveler import jobs
    from vault.ledger import people
    from web.visitor import VAULT

    vault = app.extensions[VAULT]
    who = {one.name: one for one in people.everybody(vault.ledger)}
    place = tmp_path / "characteristics.csv"
    place.write_text(PLAN)
    desk.add_item(vault, who["eli"], "10-0077", "Bushing", "mchen")
    desk.check_in(vault, who["eli"], "10-0077", {place.name: place}, "planned")
    order = desk.open_change(vault, who["eli"], ["10-0077"], "planned").order
    desk.sign(vault, who["mchen"], "correct horse 7", order.change)
    desk.release(vault, who["eli"], order.change)
    jobs.add(vault, who["pat"], "J-7", "10-0077", 3, "2027-03-01")
    jobs.release_job(vault, who["pat"], "J-7")
    return "J-7"


@pytest.fixture
def code(app: Any, job: str, tmp_path: Any) -> str:
    """Return the code of that job's traveler."""
    from traveler import sheet
    from vault.ledger import people
    from web.visitor import VAULT

    vault = app.extensions[VAULT]
    made = sheet.print_traveler(vault, people.get(vault.ledger, "pat"), job, tmp_path / "t.pdf")
    return made.addresses[0][1].rpartition("/")[2]


def test_the_grid_records_what_changed_and_keeps_what_was_refused(guest: Any, job: str) -> None:
    """Cells in and out of tolerance; a bad cell lands nothing and every typed value stays."""
    quinn = guest("quinn")
    bad = {"act": "grid", "r:1:1": "12.01", "r:1:2": "twelve", "r:2:1": "go"}
    answer = quinn.post(f"/quality/{job}", data=bad)
    assert answer.status_code == 422
    assert "does not begin with a number" in answer.text
    assert 'value="twelve"' in answer.text
    assert 'value="12.01"' in answer.text
    good = bad | {"r:1:2": "12.0195"}
    assert quinn.post(f"/quality/{job}", data=good).status_code == 303
    page = quinn.get(f"/quality/{job}").text
    assert "0.0015 over" in page
    assert page.count('class="cell in"') == 2
    again = good | {"r:2:1": "pass"}
    assert quinn.post(f"/quality/{job}", data=again).status_code == 422  # nothing is new


def test_one_result_after_the_other_by_keypad(guest: Any, job: str) -> None:
    """The page asks for the next open piece, says how the last one was, and ends."""
    otto = guest("otto")
    page = otto.get(f"/quality/{job}/enter").text
    assert "6 left" in page
    assert 'name="balloon" value="1"' in page
    told = {"balloon": "1", "piece": "1", "result": "12.05"}
    answer = otto.post(f"/quality/{job}/enter", data=told)
    page = otto.get(answer.headers["Location"]).text
    assert "0.032 OVER" in page
    assert 'name="balloon" value="2"' in page
    answer = otto.post(f"/quality/{job}/enter", data=told | {"balloon": "2", "result": "pass"})
    assert "IN TOLERANCE" in otto.get(answer.headers["Location"]).text
    assert otto.post(f"/quality/{job}/enter", data=told | {"result": "x"}).status_code == 422


def test_a_file_is_looked_at_before_it_is_taken(guest: Any, job: str) -> None:
    """The preview lists bad rows and records nothing; taking it records the good ones."""
    quinn = guest("quinn")
    data = b"balloon,piece,result\n1,1,12.01\n1,2,12.5\n8,1,3\n2,1,<b>\n"
    sent = {"act": "preview", "file": (io.BytesIO(data), "../../lot.csv")}
    page = quinn.post(f"/quality/{job}", data=sent, content_type="multipart/form-data").text
    assert "2 results can be taken, 1 of them out of tolerance" in page
    assert "&lt;b&gt;" in page
    assert "Take the 2 good ones" in page
    assert "12/" not in quinn.get(f"/quality/{job}").text
    facts = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    facts.pop("form_token")
    assert facts["name"] == "lot.csv"
    assert quinn.post(f"/quality/{job}", data=facts | {"act": "take"}).status_code == 303
    assert "0.482 over" in quinn.get(f"/quality/{job}").text
    again = quinn.post(f"/quality/{job}", data=facts | {"act": "take", "key": "other"})
    assert (again.status_code, "choose it again" in again.text) == (400, True)
    away = quinn.post(f"/quality/{job}", data=facts | {"act": "take", "sha256": "../../x"})
    assert away.status_code == 400


def _photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG")
    return out.getvalue()


def test_a_photo_is_shown_as_drawn_anew_and_leaves_as_an_attachment(guest: Any, job: str) -> None:
    """Nothing a stranger sent is ever run: type, disposition, policy of every file of evidence."""
    quinn = guest("quinn")
    name = '.."><script>alert(1)<svg onload=x>.jpg'
    sent = {"act": "evidence", "kind": "photo", "words": "<script>alert(2)</script>",
            "files": (io.BytesIO(_photo() + b"<script>alert(3)</script>"), name)}  # fmt: skip
    answer = quinn.post(f"/quality/{job}", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 303
    page = quinn.get(f"/quality/{job}").text
    assert "<script>alert" not in page
    (kept,) = set(re.findall(r'href="/evidence/(\d+)"', page))
    assert "<script>alert" not in quinn.get(f"/evidence/{kept}").text
    for role in ("shown", "thumb", "original"):
        got = quinn.get(f"/evidence/{kept}/{role}")
        heads = got.headers
        assert heads["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in heads["Content-Security-Policy"]
        assert (heads["Content-Type"], "attachment" in heads["Content-Disposition"]) == (
            ("application/octet-stream", True) if role == "original" else ("image/jpeg", False)
        )
        assert (b"alert(3)" in got.data) == (role == "original")
    assert quinn.get(f"/evidence/{kept}/other").status_code == 404
    assert guest("cora").get(f"/evidence/{kept}/shown").status_code == 403
    refused = sent | {"files": (io.BytesIO(b"<svg onload=alert(1)>"), "a.svg")}
    answer = quinn.post(f"/quality/{job}", data=refused, content_type="multipart/form-data")
    assert (answer.status_code, "is not taken" in answer.text) == (422, True)


def test_evidence_is_marked_corrected_and_withdrawn(guest: Any, job: str) -> None:
    """Each is a record; bad marks and a missing reason are refused on the page."""
    quinn = guest("quinn")
    sent = {"act": "evidence", "kind": "photo", "files": (io.BytesIO(_photo()), "a.jpg")}
    quinn.post(f"/quality/{job}", data=sent, content_type="multipart/form-data")
    page = quinn.get(f"/quality/{job}").text
    (kept,) = set(re.findall(r'href="/evidence/(\d+)"', page))
    marks = '[{"shape": "arrow", "at": [1, 2, 300, 400], "words": "here"}]'
    assert quinn.post(f"/evidence/{kept}", data={"act": "mark", "marks": marks}).status_code == 303
    assert '<line x1="1" y1="2" x2="300" y2="400"' in quinn.get(f"/evidence/{kept}").text
    for bad in ("", "3", "[3]", '[{"shape":"arrow","at":["<b>"]}]'):
        answer = quinn.post(f"/evidence/{kept}", data={"act": "mark", "marks": bad})
        assert answer.status_code == 422
    fix = {"act": "correct", "seen": kept, "words": "burr", "why": ""}
    assert quinn.post(f"/evidence/{kept}", data=fix).status_code == 422
    assert quinn.post(f"/evidence/{kept}", data=fix | {"why": "clearer"}).status_code == 303
    gone = {"act": "withdraw", "seen": kept, "why": "other job"}
    assert quinn.post(f"/evidence/{kept}", data=gone).status_code == 409  # somebody was first
    seen = re.search(r'name="seen" value="(\d+)"', quinn.get(f"/evidence/{kept}").text)
    assert seen is not None
    assert quinn.post(f"/evidence/{kept}", data=gone | {"seen": seen[1]}).status_code == 303
    assert "Withdrawn by quinn" in quinn.get(f"/evidence/{kept}").text


def test_the_floor_measures_and_photographs_by_badge(guest: Any, job: str, code: str) -> None:
    """A wrong PIN records nothing; a right one does, without any login."""
    floor = guest(None)
    told = {"balloon": "1", "piece": "1", "result": "12.05", "operator": "otto", "pin": "0000"}
    assert "6 left" in floor.get(f"/t/{code}/measure").text
    answer = floor.post(f"/t/{code}/measure", data=told)
    assert answer.status_code in {401, 403, 422}
    assert 'value="12.05"' in answer.text
    answer = floor.post(f"/t/{code}/measure", data=told | {"pin": "4711"})
    assert answer.status_code == 303
    assert "0.032 OVER" in floor.get(answer.headers["Location"]).text
    sent = {"kind": "photo", "operator": "otto", "pin": "4711", "words": "burr",
            "files": (io.BytesIO(_photo()), "image.jpg")}  # fmt: skip
    answer = floor.post(f"/t/{code}/evidence", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 303
    assert "otto" in guest("quinn").get(f"/quality/{job}").text
    assert "Measure</a>" in floor.get(f"/t/{code}").text


@pytest.mark.parametrize("second", ["image.jpg", "CON.jpg", "a\u202egpj.dvc"])
def test_no_photo_is_refused_for_its_name(guest: Any, stock: Any, second: str) -> None:
    """Phones call every picture alike: the floor and a nonconformance take both all the same."""
    floor, pat = guest(None), guest("pat")

    def pictures() -> list[tuple[io.BytesIO, str]]:
        return [(io.BytesIO(_photo()), name) for name in ("image.jpg", second)]

    told = {"seq": "10", "operator": "otto", "pin": "4711", "key": f"photos {second}"}
    kept = floor.post(f"/t/{stock.token}/photo", data=told | {"photo": pictures()})
    assert kept.status_code == 200, kept.text
    told = {"job": "J-1", "op": "10", "what": "burr", "qty": "1", "holds": "nothing"}
    place = pat.post("/nc/new", data=told).headers["Location"].partition("?")[0]
    answer = pat.post(place, data={"act": "photo", "files": pictures()})
    assert answer.status_code == 303, answer.text
    assert len(set(re.findall(r"/evidence/(\d+)", pat.get("/quality/J-1").text))) == 4


def test_a_table_of_results_runs_nothing_in_a_spreadsheet(guest: Any, job: str) -> None:
    """Cells that begin like a formula are text; negative numbers stay numbers."""
    from web.views.quality import _plain

    quinn = guest("quinn")
    quinn.post(f"/quality/{job}", data={"act": "grid", "r:1:1": "12.05"})
    answer = quinn.get(f"/quality/{job}/results.csv")
    assert "1,Bore,12.000,12.018,mm,1,12.05,mm,over,0.032" in answer.text
    assert "attachment" in answer.headers["Content-Disposition"]
    assert [_plain(cell) for cell in ("=1+1", "@x", "-2.5", "+cmd", "\tx", "a")] == [
        "'=1+1", "'@x", "-2.5", "'+cmd", "'\tx", "a",
    ]  # fmt: skip


def test_charts_are_drawn_by_the_server_with_their_tables(guest: Any, job: str) -> None:
    """Mean, spread, Cp, Cpk, and every point and bar as SVG without script."""
    quinn = guest("quinn")
    assert "Nothing was measured yet" in quinn.get("/charts/10-0077/1").text
    cells = {f"r:1:{at}": text for at, text in enumerate(("12.01", "12.02", "12.004"), 1)}
    quinn.post(f"/quality/{job}", data={"act": "grid", **cells})
    page = quinn.get("/charts/10-0077/1").text
    assert page.count("<circle") == 3
    assert page.count('class="dot out"') == 1
    assert 'class="bar out"' in page
    assert "Cpk" in page
    assert "10-0077" in quinn.get("/charts/10-0077").text
    assert job in quinn.get("/quality").text


def test_a_tablet_takes_along_what_is_next_to_measure_and_no_more(
    guest: Any, job: str, code: str, monkeypatch: Any
) -> None:
    """Also far behind the first pieces, and it is told where there are more than it has."""
    from web.views import floor_quality

    monkeypatch.setattr(floor_quality, "AHEAD", 2)
    floor = guest(None)
    plan = floor.get(f"/t/{code}/plan").get_json()
    assert (plan["pieces"], plan["more"]) == (["1", "2"], True)
    for piece in ("1", "2"):
        for balloon, result in (("1", "12.01"), ("2", "pass")):
            told = {"balloon": balloon, "piece": piece, "result": result, "operator": "otto"}
            assert floor.post(f"/t/{code}/measure", data=told | {"pin": "4711"}).status_code == 303
    plan = floor.get(f"/t/{code}/plan").get_json()
    assert (plan["pieces"], plan["more"]) == (["3"], False)
    assert [(row["open"], row["measured"]) for row in plan["rows"]] == [(1, []), (1, [])]
