# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people do in a browser, as forms: check in, sign, release, plan, scan, work."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

PASSWORD = "correct horse 7"
PIN = "4711"


def signature(page: str, signer: str = "mchen", password: str = PASSWORD) -> dict[str, str]:
    """Return a signature on what a change order's page showed, as its form sends it."""
    found = re.search(r'name="seen" value="([^"]+)"', page)
    return {"signer": signer, "password": password, **({"seen": found[1]} if found else {})}


def upload(name: str, data: bytes) -> tuple[BytesIO, str]:
    """Return a file as a form sends it."""
    return (BytesIO(data), name)


def test_a_new_item_is_made_with_its_first_files(guest: Any) -> None:
    """One form: number, title, owner, two files; the page shows them as working files."""
    browser = guest("eli")
    pdf = browser.get("/items/10-0042/working/files/10-0042.pdf").data
    answer = browser.post("/items/new", {
        "number": "10-0050", "title": "Plate", "kind": "part", "owner": "mchen", "note": "first",
        "files": [upload("plate.pdf", pdf), upload("notes.txt", b"deburr\n")],
    })  # fmt: skip
    assert (answer.status_code, answer.headers["Location"]) == (303, "/items/10-0050?done=checkin")
    page = browser.get("/items/10-0050").text
    assert "plate.pdf" in page
    assert "notes.txt" in page
    assert "Not released" in page


def test_a_refused_form_keeps_all_that_was_typed(guest: Any) -> None:
    """Number with a slash, duplicate in other case, empty file, no PDF: one sentence, fields full."""
    browser = guest("eli")
    typed = {"number": "10-0060", "title": "Plate <b>", "kind": "fixture", "owner": "mchen",
             "note": "as milled"}  # fmt: skip
    for change, said in (
        ({"number": "10/0060"}, "cannot be used"),
        ({"title": ""}, "The title is missing"),
        ({"owner": ""}, "The approval owner is missing"),
    ):
        told = typed | change
        answer = browser.post("/items/new", told)
        assert answer.status_code == 422
        assert said in answer.text
        for value in (told["number"], told["note"]):
            assert value in answer.text
        assert "Plate &lt;b&gt;" in answer.text or not told["title"]
        assert "<option selected>fixture" in answer.text
    before = browser.get("/api/v1/items").json
    for files, said in (
        ([upload("a.pdf", b"")], "is empty"),
        ([upload("a.pdf", b"not a pdf at all")], "not a PDF"),
        ([upload("CON.pdf", b"%PDF-")], "cannot be used"),
        ([upload("a.txt", b"1"), upload("A.TXT", b"2")], "two of the files"),
        ([], "A file is missing"),
    ):
        answer = browser.post("/items/10-0042/checkin", {"note": "why <not>", "files": files})
        assert answer.status_code == 422, said
        assert said in answer.text
        assert "why &lt;not&gt;" in answer.text
    taken = browser.post("/items/new", typed | {"number": "10-0042"})
    assert taken.status_code == 409
    assert browser.get("/api/v1/items").json == before


def test_an_item_that_was_made_is_kept_when_its_files_are_refused(guest: Any) -> None:
    """The form goes on as a check-in to the item that now exists, and says why."""
    browser = guest("eli")
    answer = browser.post("/items/new", {"number": "10-0070", "title": "T", "owner": "mchen",
                                         "files": [upload("a.pdf", b"")]})  # fmt: skip
    assert answer.status_code == 422
    assert 'action="/items/10-0070/checkin"' in answer.text


def test_signing_takes_the_password_an_owner_and_what_was_seen(guest: Any, stock: Any) -> None:
    """Wrong password, the author, and bytes that moved on are refused; then it is signed."""
    mei, eli, place = guest("mchen"), guest("eli"), f"/changes/{stock.change}"
    shown = mei.get(place).text
    assert signature(shown)["seen"].startswith("10-0042=")
    typed = {**signature(shown, password="x"), "comment": "fine, I think"}
    wrong = mei.post(place, {"act": "sign", **typed})
    assert wrong.status_code == 401
    assert "fine, I think" in wrong.text
    author = eli.post(place, {"act": "sign", **signature(shown, "eli")})
    assert author.status_code == 403
    for nobody in ("", "eli"):
        half = mei.post(place, {"act": "sign", **signature(shown, nobody)})
        assert half.status_code == 422
        assert "your own name and your password" in half.text
    other = mei.post(place, {"act": "sign", **signature(shown), "seen": f"10-0042={'0' * 40}"})
    assert other.status_code == 409
    unseen = mei.post(place, {"act": "sign", **signature("")})
    assert unseen.status_code == 409
    early = eli.post(place, {"act": "release"})
    assert early.status_code == 409
    assert "cannot be released" in early.text
    signed = mei.post(place, {"act": "sign", **signature(shown)})
    assert signed.status_code == 303
    assert "Approved" in mei.get(place).text


def test_a_release_turns_old_prints_and_jobs_to_stop(guest: Any, stock: Any) -> None:
    """After B is released: A's code, the traveler and the job all say so and show the way."""
    mei, eli, public = guest("mchen"), guest("eli"), guest(None)
    assert "CURRENT" in public.get(f"/r/{stock.code}").text
    assert "STOP" not in public.get(f"/t/{stock.token}").text
    place = f"/changes/{stock.change}"
    mei.post(place, {"act": "sign", **signature(mei.get(place).text)})
    assert eli.post(place, {"act": "release"}).status_code == 303
    old = public.get(f"/r/{stock.code}").text
    assert "SUPERSEDED" in old
    way = re.search(r'href="(/r/[0-9A-Z]{26})"', old)
    assert way
    assert "CURRENT" in public.get(way[1]).text
    floor = public.get(f"/t/{stock.token}").text
    assert "STOP" in floor
    assert way[1] in floor
    assert "SUPERSEDED" in guest("pat").get(f"/jobs/{stock.job}").text
    assert "Bracket" not in old  # the public learns no title


def test_a_recall_hides_the_drawing_and_says_why(guest: Any, stock: Any) -> None:
    """RECALLED with the reason; the traveler gives no bytes any more and offers no start."""
    public = guest(None)
    assert public.get(f"/t/{stock.token}/files/route.toml").status_code == 200
    refused = guest("mchen").post("/items/10-0042/A/recall", {"reason": ""})
    assert refused.status_code == 422
    done = guest("mchen").post("/items/10-0042/A/recall", {"reason": "hole is too large"})
    assert done.status_code == 303
    for page in (f"/r/{stock.code}", f"/t/{stock.token}", "/items/10-0042", "/items/10-0042/A"):
        assert "hole is too large" in guest("eli").get(page).text, page
    floor = public.get(f"/t/{stock.token}").text
    assert "RECALLED" in floor
    assert "?act=start" not in floor
    assert '<img src="/t/' not in floor
    for path in ("files/route.toml", "files/10-0042.pdf", "pages/10-0042.pdf/1.png"):
        assert public.get(f"/t/{stock.token}/{path}").status_code == 409


def test_the_floor_works_by_badge_and_pin(guest: Any, stock: Any) -> None:
    """Wrong PIN keeps the form; a form sent twice counts once; missing pieces want a reason."""
    public, place = guest(None), f"/t/{stock.token}"
    ask = public.get(f"{place}?act=start").text
    assert "Otto Lind" in ask
    key = re.search(r'name="key" value="([0-9A-Z]+)"', ask)
    assert key
    form = {"act": "start", "seq": "10", "operator": "otto", "key": key[1]}
    wrong = public.post(place, {**form, "pin": "0000"})
    assert wrong.status_code == 401
    assert 'value="otto" required checked' in wrong.text
    assert key[1] in wrong.text
    assert public.post(place, {**form, "operator": "", "pin": PIN}).status_code == 422
    first = public.post(place, {**form, "pin": PIN})
    again = public.post(place, {**form, "pin": PIN})
    assert (first.status_code, again.status_code) == (303, 303)
    assert "RUNNING" in public.get(place).text
    form = {"act": "finish", "seq": "10", "operator": "otto", "pin": PIN, "key": "K2"}
    short = public.post(place, {**form, "good": "8", "scrap": "1"})
    assert short.status_code == 409
    assert "missing" in short.text
    assert 'name="good" inputmode="numeric" autocomplete="off" value="8"' in short.text
    assert public.post(place, {**form, "good": "x"}).status_code == 422
    done = public.post(place, {**form, "good": "9", "scrap": "1"})
    assert done.headers["Location"] == f"{place}?done=finish"
    told = guest("pat").get(f"/api/v1/jobs/{stock.job}").json["operations"][0]
    assert (told["state"], told["good"], told["scrap"]) == ("done", 9, 1)


def test_five_wrong_pins_lock_the_badge(guest: Any, stock: Any) -> None:
    """The fifth is answered with for how long and who unlocks it; the right one waits too."""
    public, place = guest(None), f"/t/{stock.token}"
    form = {"act": "start", "seq": "10", "operator": "otto", "key": "K"}
    answers = [public.post(place, {**form, "pin": "0000"}) for _ in range(6)]
    assert answers[0].status_code == 401
    assert answers[-1].status_code == 429
    assert "locked for" in answers[-1].text
    assert public.post(place, {**form, "pin": PIN}).status_code == 429
    assert "RUNNING" not in public.get(place).text


def test_a_job_is_planned_released_and_printed(guest: Any, stock: Any) -> None:
    """From the form to the traveler's PDF; an unreleased revision is refused with the fields full."""
    pat = guest("pat")
    typed = {"job": "J-9", "number": "10-0042", "qty": "5", "due": "2027-02-01", "customer": "Acme"}
    refused = pat.post("/jobs/new", {**typed, "rev": "Z"})
    assert refused.status_code == 404
    assert 'value="Acme"' in refused.text
    assert pat.post("/jobs/new", {**typed, "qty": "1.5"}).status_code == 422
    made = pat.post("/jobs/new", typed)
    assert made.headers["Location"] == "/jobs/J-9?done=add"
    assert pat.post("/jobs/J-9", {"act": "release"}).status_code == 303
    assert pat.get("/jobs/J-9/traveler.pdf").headers["Location"] == "/jobs/J-9"
    sheet = pat.post("/jobs/J-9/traveler.pdf")
    assert sheet.mimetype == "application/pdf"
    assert sheet.data.startswith(b"%PDF-")
    assert 'action="/jobs/J-9/labels"' in pat.get("/jobs/J-9").text
    bins = pat.post("/jobs/J-9/labels", {"count": "2", "as": "zpl"})
    assert bins.text.count("^XA^PW800^LL400") == 2
    assert "J-9_labels.zpl" in bins.headers["Content-Disposition"]
    assert pat.post("/jobs/J-9/labels", {"count": "0"}).status_code == 422
    closing = pat.post("/jobs/J-9", {"act": "close"})
    assert closing.status_code == 409
    assert "unfinished" in closing.text
    assert pat.post("/jobs/J-9", {"act": "close", "why": "order cancelled"}).status_code == 303


def test_labels_and_the_sheet_of_an_order_are_downloads(guest: Any, stock: Any) -> None:
    """Stations by name or all of them, as PDF or ZPL; the order's sheet as PDF beside the page."""
    pat = guest("pat")
    assert 'href="/labels/stations"' in pat.get("/jobs").text
    one = pat.get("/labels/stations?station=mill-2&as=zpl")
    assert one.text.count("^XA") == 1
    assert pat.get("/labels/stations?station=nowhere").status_code == 404
    assert pat.get("/labels/stations").data.startswith(b"%PDF-")
    assert (
        f'href="/changes/{stock.change}/sheet.pdf"'
        in pat.get(f"/changes/{stock.change}/sheet").text
    )
    sheet = pat.get(f"/changes/{stock.change}/sheet.pdf")
    assert sheet.data.startswith(b"%PDF-")
    assert f"{stock.change}.pdf" in sheet.headers["Content-Disposition"]


def test_home_shows_each_person_what_waits_for_them(guest: Any, stock: Any) -> None:
    """The approval owner sees the order to sign, its author sees it as theirs, the planner jobs."""
    assert "Waiting for your signature" in guest("mchen").get("/").text
    assert stock.change in guest("mchen").get("/").text
    assert "Your change orders" in guest("eli").get("/").text
    assert stock.job in guest("pat").get("/").text
    assert stock.change not in guest("otto").get("/").text
    assert "10-0042" not in guest("cora").get("/").text


def test_people_are_added_and_disabled_by_administrators(guest: Any) -> None:
    """A refused name keeps what was typed; a disabled person is signed out."""
    ada = guest("ada")
    bad = ada.post(
        "/people", {"what": "add", "name": "x", "full_name": "Xi <3", "role": "operator"}
    )
    assert bad.status_code == 422
    assert "Xi &lt;3" in bad.text
    added = ada.post("/people", {"what": "add", "name": "zoe", "full_name": "Zoe", "role": "operator",
                                 "password": PASSWORD})  # fmt: skip
    assert added.status_code == 303
    assert ada.post("/people", {"what": "pin", "name": "zoe", "pin": "1234"}).status_code == 303
    zoe = guest("zoe")
    assert zoe.get("/items").status_code == 200
    assert ada.post("/people", {"what": "disable", "name": "zoe"}).status_code == 303
    assert zoe.get("/items").status_code == 303


def test_a_new_password_ends_the_other_sessions(guest: Any) -> None:
    """This browser stays in with a new session; the other one is out."""
    here, there = guest("eli"), guest("eli")
    form = {"what": "password", "password": PASSWORD, "new": "a longer sentence 9",
            "again": "a longer sentence 9"}  # fmt: skip
    assert here.post("/account", {**form, "again": "another"}).status_code == 422
    assert here.post("/account", form).status_code == 303
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303


def test_lists_are_paged_by_key(app: Any, guest: Any) -> None:
    """The second page begins after the first one ends; nothing is shown twice or lost."""
    from release import desk
    from vault.ledger import people
    from web.visitor import VAULT

    vault = app.extensions[VAULT]
    eli = people.get(vault.ledger, "eli")
    for at in range(55):
        desk.add_item(vault, eli, f"30-{at:04d}", f"Part {at}", "mchen")
    browser, found, path = guest("eli"), [], "/items"
    while path:
        page = browser.get(path).text
        found += re.findall(r'class="number" href="/items/([^"]+)"', page)
        more = re.search(r'href="([^"]+)" rel="next"', page)
        path = more[1].replace("&amp;", "&") if more else ""
    assert found == ["10-0042", *(f"30-{at:04d}" for at in range(55))]


def test_a_list_is_narrowed_by_links_and_names_the_file_that_was_found(
    guest: Any, stock: Any
) -> None:
    """A word on the drawing finds its item and says where; facets are links that can be undone."""
    from vault import home, words

    browser = guest("eli")
    browser.post("/items/new", {"number": "10-0050", "title": "Vise <b>", "kind": "fixture",
                                "owner": "mchen", "note": "x"})  # fmt: skip
    vault = home.open_vault(stock.root)
    words.read_pending(vault)
    vault.close()
    page = browser.get("/items?q=second").text
    assert "10-0042.pdf: …" in page
    assert "<mark>second</mark>" in page
    page = browser.get("/items").text
    assert 'href="/items?kind=fixture"' in page
    narrowed = browser.get("/items?kind=fixture").text
    assert "10-0050" in narrowed
    assert "10-0042" not in narrowed
    assert 'name="kind" value="fixture"' in narrowed
    assert browser.get("/items?state=1%3D1").status_code == 200


def test_an_item_shows_what_it_is_made_of_and_what_uses_it(guest: Any) -> None:
    """Both tables link to each other; a number nobody knows is shown and not linked."""
    browser = guest("eli")
    bom = b"number,qty,find\n10-0042,2,1\n99-0001,0.5,2\n"
    answer = browser.post("/items/new", {
        "number": "10-0060", "title": "Gearbox", "kind": "assembly", "owner": "mchen", "note": "x",
        "files": [upload("bom.csv", bom)],
    })  # fmt: skip
    assert answer.status_code == 303
    page = browser.get("/items/10-0060").text
    assert "Made of" in page
    assert 'href="/items/10-0042/A"' in page
    assert "unknown" in page
    assert 'href="/items/99-0001"' not in page
    assert "work in progress" in browser.get("/items/10-0042").text
    assert "Used in" not in guest("otto").get("/items/10-0042").text
