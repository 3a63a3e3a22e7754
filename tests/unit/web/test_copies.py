# SPDX-License-Identifier: AGPL-3.0-or-later
"""Copies in the browser: taken by a button, answered by their code, accounted for by a form."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

PIN = "4711"
CODE = "7" * 26


def vault_of(app: Any) -> Any:
    """Return the vault behind the application."""
    from web.visitor import VAULT

    return app.extensions[VAULT]


def copies(app: Any, **wanted: str) -> list[Any]:
    """Return the copies that were handed out, the newest first."""
    from traveler.copies import register
    from traveler.copies.records import CopyFilter

    return list(register.listing(vault_of(app), CopyFilter(**wanted)))


def release_next(app: Any, change: str) -> None:
    """Release revision B of the stocked vault."""
    from release import desk
    from vault.ledger import people

    vault = vault_of(app)
    desk.sign(vault, people.get(vault.ledger, "mchen"), "correct horse 7", change)
    desk.release(vault, people.get(vault.ledger, "eli"), change)


def test_the_pages_offer_copies_and_no_unnumbered_drawing(guest: Any, stock: Any) -> None:
    """Item, revision, job and floor page have the button, and no link to the stamped file itself."""
    for who, path in (("eli", "/items/10-0042"), ("otto", "/items/10-0042/A"),
                      ("pat", "/jobs/J-1"), (None, f"/t/{stock.token}")):  # fmt: skip
        page = guest(who).get(path).text
        assert 'href="/items/10-0042/A/files/10-0042.pdf"' not in page, path
        assert "/copies/10-0042.pdf" in page, path


@pytest.mark.parametrize(
    ("who", "path", "job"),
    [("otto", "/items/10-0042/A/copies/10-0042.pdf", None),
     ("eli", "/items/10-0042/current/copies/10-0042.pdf", None),
     ("pat", "/jobs/J-1/copies/10-0042.pdf", "J-1")],
)  # fmt: skip
def test_a_copy_is_taken_by_a_form(
    app: Any, guest: Any, who: str, path: str, job: str | None
) -> None:
    """The answer is the PDF whose sha256 is on record, named by number, revision and copy."""
    answer = guest(who).post(path, {"key": CODE})
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    newest = copies(app)[0]
    assert (newest.person, newest.job, newest.rev) == (who, job, "A")
    assert hashlib.sha256(answer.data).hexdigest() == newest.sha256
    said = answer.headers["Content-Disposition"]
    assert said == f"attachment; filename=10-0042_A_{newest.number}.pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    again = guest(who).post(path, {"key": CODE})
    assert (again.data, len(copies(app))) == (answer.data, 2)


def test_a_copy_of_what_is_none_is_refused(app: Any, guest: Any) -> None:
    """An unknown file, revision or job, what has no stamp, a key that could be guessed."""
    before = copies(app)
    for path, form, status in (
        ("/items/10-0042/A/copies/none.pdf", {}, 404),
        ("/items/10-0042/Z/copies/10-0042.pdf", {}, 404),
        ("/items/none/A/copies/10-0042.pdf", {}, 404),
        ("/jobs/J-9/copies/10-0042.pdf", {}, 404),
        ("/items/10-0042/A/copies/route.toml", {}, 422),
        ("/items/10-0042/A/copies/10-0042.pdf", {"key": "1"}, 422),
        ("/items/10-0042/A/copies/..%2f10-0042.pdf", {}, 404),
    ):
        assert guest("otto").post(path, form).status_code == status, path
    assert copies(app) == before


def test_the_floor_hands_out_a_copy_by_badge_and_pin(app: Any, guest: Any, stock: Any) -> None:
    """A look changes nothing and leads to the form; a wrong PIN neither; the copy knows its step."""
    public, place = guest(None), f"/t/{stock.token}/copies/10-0042.pdf"
    leads = public.get(f"/t/{stock.token}/files/10-0042.pdf")
    assert (leads.status_code, leads.headers["Location"]) == (303, place)
    assert "Otto Lind" in public.get(place).text
    wrong = public.post(place, {"operator": "otto", "pin": "0000", "key": CODE})
    assert (wrong.status_code, CODE in wrong.text) == (401, True)
    assert len(copies(app)) == 1
    done = public.post(place, {"operator": "otto", "pin": PIN, "key": CODE})
    assert (done.status_code, done.mimetype) == (200, "application/pdf")
    newest = copies(app)[0]
    assert newest.work == "J-1 step 10, saw"
    assert (newest.person, newest.qty) == ("otto", 10)
    assert newest.device.startswith("127.0.0.1 ")


def test_a_look_never_makes_a_copy(app: Any, guest: Any, stock: Any) -> None:
    """Every GET of files, pages, codes and lists leaves the ledger as it was."""
    from vault.ledger import events

    browser = guest("otto")
    browser.get(f"/t/{stock.token}")  # the floor has followed the release log now
    before = events.head(vault_of(app).ledger)
    for path in ("/items/10-0042/A/files/10-0042.pdf", "/items/10-0042/A/pages/10-0042.pdf/1.png",
                 f"/t/{stock.token}", f"/t/{stock.token}/copies/10-0042.pdf", f"/t/{stock.token}/read",
                 f"/c/{stock.copy_code}", f"/c/{stock.copy_code}?act=destroy", "/copies",
                 "/copies/C-000001", "/recalls", "/copies?code=C-000001"):  # fmt: skip
        assert browser.get(path).status_code in {200, 303}, path
    assert events.head(vault_of(app).ledger) == before


# --- the code of a copy -----------------------------------------------------


def test_a_copy_answers_for_itself_to_anybody(guest: Any, stock: Any) -> None:
    """CURRENT, for which job and station, which copy, to whom; in either spelling of the address."""
    for place in (
        f"/c/{stock.copy_code}",
        f"/C/{stock.copy_code}",
        f"/c/{stock.copy_code.lower()}",
    ):
        page = guest(None).get(place)
        assert page.status_code == 200
        for said in ("CURRENT", "band go", "C-000001", "J-1", "10, saw", "otto", "10 pieces"):
            assert said in page.text, (place, said)
        assert "SUPERSEDED" not in page.text


def test_a_superseded_copy_says_why_and_leads_to_the_current_one(
    app: Any, guest: Any, stock: Any
) -> None:
    """Red, the reason of the next release, and the way to it."""
    release_next(app, stock.change)
    page = guest(None).get(f"/c/{stock.copy_code}").text
    for said in ("SUPERSEDED", "band halt", "Do not make parts from 10-0042 revision A",
                 "B: Slot moved.", "Go to the current revision B", 'href="/r/'):  # fmt: skip
        assert said in page, said


def test_a_recalled_copy_says_reason_and_instruction(app: Any, guest: Any, stock: Any) -> None:
    """Red, why, what to do now and whom to ask; on the release's code and the floor page too."""
    told = {"reason": "hole is too large", "instruction": "scrap", "ask": "quinn"}
    done = guest("mchen").post("/items/10-0042/A/recall", told)
    assert (done.status_code, done.headers["Location"]) == (303, "/recalls/10-0042/A")
    places = (f"/c/{stock.copy_code}", f"/r/{stock.code}", f"/t/{stock.token}")
    for place in places:
        page = guest(None).get(place).text
        for said in ("RECALLED", "hole is too large",
                     "Stop work now. Scrap what was made from it. Ask quinn."):  # fmt: skip
            assert said in page, (place, said)
    assert guest("otto").post("/items/10-0042/A/copies/10-0042.pdf").status_code == 409
    assert guest(None).get(f"/t/{stock.token}/copies/10-0042.pdf").status_code == 409
    left = guest("pat").get("/recalls/10-0042/A").text
    for said in ("C-000001", "J-1 step 10, saw", "2 of 2 still to be done"):
        assert said in left, said
    assert "10-0042 A" in guest("pat").get("/").text
    for path in ("/recalls", "/recalls?all=1"):
        assert "2 of 2" in guest("pat").get(path).text


def test_a_recall_form_with_a_fault_keeps_what_was_typed(guest: Any) -> None:
    """An instruction that needs somebody to ask, a person who is not here: nothing is recalled."""
    for told in ({"reason": "why <b>", "instruction": "ask"},
                 {"reason": "why <b>", "instruction": "burn"},
                 {"reason": "why <b>", "instruction": "stop", "ask": "nobody"}):  # fmt: skip
        answer = guest("mchen").post("/items/10-0042/A/recall", told)
        assert answer.status_code in {404, 422}
        if answer.status_code == 422:
            assert 'value="why &lt;b&gt;"' in answer.text
    assert "CURRENT" in guest("mchen").get("/items/10-0042/A").text


def test_a_closed_copy_says_that_it_should_not_exist(guest: Any, stock: Any) -> None:
    """Destroyed on a day, though its revision is current; by badge and PIN from its own code."""
    public, place = guest(None), f"/c/{stock.copy_code}"
    assert "Otto Lind" in public.get(f"{place}?act=destroy").text
    form = {"act": "destroy", "operator": "otto", "pin": PIN, "note": "coolant on it"}
    assert public.post(place, form | {"pin": "1"}).status_code == 401
    assert public.post(place, form | {"act": "burn"}).status_code == 422
    assert public.post(place, form).status_code == 303
    page = public.get(place).text
    for said in ("DO NOT USE", "band halt", "This copy was destroyed on"):
        assert said in page, said
    assert "?act=" not in page
    late = public.post(place, form | {"act": "collect"})
    assert (late.status_code, "is destroyed already (by otto" in late.text) == (409, True)


@pytest.mark.parametrize(
    "code", ["C-000001", "1", "0" * 26, "%00", "..%2f..%2fetc", "A" * 4000, "<script>", "\uff17" * 26,
             "%E2%80%AE" + "A" * 25])  # fmt: skip
def test_a_code_nobody_was_given_answers_nothing(guest: Any, code: str) -> None:
    """Numbers of copies, guesses and attacks: not found, told in a sentence, nothing of the vault."""
    for method in ("get", "post"):
        answer = getattr(guest(None), method)(f"/c/{code}")
        assert answer.status_code in {400, 404, 422}, code
        assert "10-0042" not in answer.text
        assert "<script>" not in answer.text.replace("<script src", "")


# --- the register -----------------------------------------------------------


def test_the_list_finds_a_scanned_or_typed_copy(guest: Any, stock: Any) -> None:
    """Number, code and address lead to its page; what is none is told, and kept in the field."""
    browser = guest("pat")
    for typed in (
        "c-000001",
        stock.copy_code.lower(),
        f"HTTPS://VAULT.EXAMPLE/C/{stock.copy_code}",
    ):
        answer = browser.get("/copies", query_string={"code": typed})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/copies/C-000001")
    wrong = browser.get("/copies", query_string={"code": 'C-000009"><b>'})
    assert wrong.status_code == 404
    assert "C-000009&#34;&gt;&lt;b&gt;" in wrong.text


def test_the_list_is_ordered_and_narrowed(app: Any, guest: Any, stock: Any) -> None:
    """To collect, out, closed; by item, job and person; each filter in its address."""
    guest("eli").post("/items/10-0042/A/copies/10-0042.pdf")
    browser = guest("pat")
    assert "Nothing to collect" in browser.get("/copies").text
    out = browser.get("/copies?state=open").text
    assert out.index("C-000002") < out.index("C-000001")
    by_job = browser.get("/copies?state=open&by=job").text
    assert "For no job" in by_job
    assert "C-000001" not in browser.get("/copies?state=open&person=eli&by=person").text
    assert "No copy fits" in browser.get("/copies?state=missing&item=10-0042").text
    release_next(app, stock.change)
    due = browser.get("/copies").text
    assert "C-000001" in due
    assert "Superseded" in due


def test_a_copy_is_accounted_for_by_its_page(guest: Any) -> None:
    """Missing wants a note; then it is on record; a second closing is told who was first."""
    browser, place = guest("quinn"), "/copies/C-000001"
    bare = browser.post(place, {"act": "miss"})
    assert (bare.status_code, "needs a note" in bare.text) == (422, True)
    done = browser.post(place, {"act": "miss", "note": "not at the saw <i>"})
    assert done.status_code == 303
    page = browser.get(done.headers["Location"]).text
    assert "Declared missing" in page
    assert "not at the saw &lt;i&gt;" in page
    assert browser.post(place, {"act": "miss", "note": "again"}).status_code == 409
    assert browser.post(place, {"act": "burn"}).status_code == 422
    assert browser.post("/copies/C-000099", {"act": "miss"}).status_code == 404
    assert guest("cora").post(place, {"act": "destroy"}).status_code == 403


def test_programs_read_copies_and_recalls(app: Any, guest: Any, stock: Any) -> None:
    """The same facts as JSON, narrowed and paged, without any code."""
    browser = guest("pat")
    (one,) = browser.get("/api/v1/copies?item=10-0042&rev=A&job=J-1").json["copies"]
    assert (one["copy"], one["state"], one["op"], one["closed"]) == ("C-000001", "open", 10, None)
    assert browser.get("/api/v1/copies?person=eli").json == {"copies": [], "next": None}
    told = browser.get("/api/v1/copies/C-000001").json
    assert [act["act"] for act in told["acts"]] == ["issue"]
    assert stock.copy_code not in str(told)
    assert browser.get("/api/v1/copies/C-000002").status_code == 404
    assert browser.get("/api/v1/recalls").json == {"recalls": []}
    release_next(app, stock.change)
    (left,) = browser.get("/api/v1/recalls").json["recalls"]
    assert (left["number"], left["rev"], left["state"], left["open"]) == ("10-0042", "A", "open", 2)
    (due,) = browser.get("/api/v1/copies?state=collect").json["copies"]
    assert due["copy"] == "C-000001"


# --- read receipts ----------------------------------------------------------


@pytest.fixture
def listed(app: Any, stock: Any) -> None:
    """Release revision B, which otto and quinn have to read, with a job on it."""
    from release import desk
    from release.terms import Terms
    from traveler import jobs, sheet
    from vault.ledger import people

    vault = vault_of(app)
    desk.amend(vault, people.get(vault.ledger, "eli"), stock.change, "Slot moved.",
               Terms(readers=("otto", "quinn")))  # fmt: skip
    release_next(app, stock.change)
    pat = people.get(vault.ledger, "pat")
    jobs.add(vault, pat, "J-5", "10-0042", 3, "2027-01-04")
    jobs.release_job(vault, pat, "J-5")
    sheet.print_traveler(vault, pat, "J-5", stock.root / "traveler.pdf")


@pytest.mark.usefixtures("listed")
def test_a_reader_finds_what_to_read_and_says_so(guest: Any) -> None:
    """On the first page and on the revision's, until the button was pressed; nobody else is asked."""
    browser = guest("quinn")
    assert "To read before you work on it" in browser.get("/").text
    assert "I have read revision B" in browser.get("/items/10-0042/B").text
    assert "I have read" not in guest("pat").get("/items/10-0042/B").text
    done = browser.post("/items/10-0042/B/read")
    assert done.status_code == 303
    page = browser.get(done.headers["Location"]).text
    assert "I have read" not in page
    assert "It is on record" in page
    assert "To read before" not in browser.get("/").text
    for who, place in (("pat", "B"), ("quinn", "A")):
        assert guest(who).post(f"/items/10-0042/{place}/read").status_code == 409
    assert guest("quinn").post("/items/10-0042/Z/read").status_code == 404
