# SPDX-License-Identifier: AGPL-3.0-or-later
"""Blockers and decisions in the browser: raised, seen to, ticked, resolved; decided by who may."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

from vault import clock

PASSWORD = "correct horse 7"
PIN = "4711"


def vault_of(app: Any) -> Any:
    """Return the vault behind the application."""
    from web.visitor import VAULT

    return app.extensions[VAULT]


def raised(browser: Any, **more: str) -> str:
    """Raise a blocker by the form and return the address of its page."""
    told = {"type": "material", "what": "no bar", "owner": "pat", "job": "J-1", **more}
    answer = browser.post("/blockers/new", told)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"].partition("?")[0])


def release(app: Any) -> None:
    """Release what waits for it, so that J-1 is on an old revision."""
    from release import desk
    from vault.ledger import people

    vault = vault_of(app)
    (order,) = desk.listing(vault, "open")
    desk.sign(vault, people.get(vault.ledger, "mchen"), PASSWORD, order.change)
    desk.release(vault, people.get(vault.ledger, "eli"), order.change)


def test_a_blocker_is_raised_with_its_facts_and_found_on_the_board(guest: Any) -> None:
    """The type decides what is asked; the board tells what is not known yet and whose it is."""
    pat = guest("pat")
    tiles = pat.get("/blockers/new?job=J-1").text
    assert tiles.count("/blockers/new?type=") == 7
    form = pat.get("/blockers/new?type=outside+process&job=J-1").text
    for label in ("Company", "Sent on", "Expected back on"):
        assert label in form
    assert 'value="J-1"' in form
    place = raised(
        pat, type="outside process", **{"fact-vendor": "Norden", "next_check": "2020-01-01"}
    )
    page = pat.get(place).text
    assert "Norden" in page
    assert "Sent on, Expected back on" in page
    board = pat.get("/blockers").text
    assert "Not known yet: sent on, expected back on" in board
    assert "d overdue" in board
    assert "no bar" in guest("pat").get("/").text
    assert "no bar" in pat.get("/jobs/J-1").text
    assert "Nothing blocks" not in board


def test_what_escalated_is_on_the_first_page_of_whom_it_went_to(app: Any, guest: Any) -> None:
    """Not before its hour; then with whose it is, and on the board and the page of the blocker."""
    begun = clock.instant() - timedelta(hours=5)
    with clock.standing_at(begun):
        place = raised(guest("pat"), escalate_hours="6", escalate_to="mchen")
    assert "no bar" not in guest("mchen").get("/").text
    with clock.standing_at(begun + timedelta(hours=3)):
        assert "goes to mchen too in 3 h" in guest("pat").get(place).text
    with clock.standing_at(begun + timedelta(hours=6)):
        assert "escalated to mchen, pat owns it" in guest("mchen").get("/").text
        assert "Escalated to mchen" in guest("pat").get("/blockers").text
        assert "Escalated to mchen" in guest("pat").get("/jobs/J-1").text
        fixed = guest("pat").post(place, {"act": "correct", "why": "call", "until": "2027-03-04",
                                          "escalate_hours": "6", "escalate_to": "mchen"})  # fmt: skip
        assert fixed.status_code == 303
    assert "Work goes on: 2027-03-04" in guest("pat").get(place).text


def test_a_refused_blocker_keeps_what_was_typed(guest: Any) -> None:
    """An unknown job, no owner, a wrong day: one sentence, the fields full."""
    pat = guest("pat")
    told = {"type": "material", "what": "no <b>bar", "owner": "pat", "job": "J-77",
            "fact-po": "PO 9", "path": "call"}  # fmt: skip
    answer = pat.post("/blockers/new", told)
    assert answer.status_code == 404
    assert "There is no job J-77" in answer.text
    assert "PO 9" in answer.text
    for change, said in (({"owner": ""}, "The owner is missing"), ({"until": "soon"}, "is not a day"),
                         ({"op": "x"}, "whole number"), ({"what": ""}, "is missing")):  # fmt: skip
        answer = pat.post("/blockers/new", told | {"job": "J-1"} | change)
        assert answer.status_code in {400, 422}
        assert said in answer.text
        assert "PO 9" in answer.text
    assert "<b>bar" not in answer.text


def test_a_blocker_goes_through_its_life_on_its_page(guest: Any) -> None:
    """See to it, tick, correct, resolve, close, reopen; each tells what was done, history whole."""
    pat = guest("pat")
    place = raised(pat, path="call the mill\nfetch it")
    for told, said in (
        ({"act": "acknowledge"}, "You see to it."),
        ({"act": "step", "step": "2"}, "Ticked."),
        ({"act": "correct", "why": "called", "what": "no bar Ø40", "owner": "eli",
          "until": "2027-05-01", "path": "call the mill\nfetch it"}, "stays on record"),
        ({"act": "resolve", "why": "came"}, "Resolved"),
        ({"act": "close"}, "Closed."),
        ({"act": "reopen", "why": "bent"}, "Open again."),
    ):  # fmt: skip
        answer = pat.post(place, told)
        assert answer.status_code == 303, answer.text
        assert said in pat.get(answer.headers["Location"]).text
    page = pat.get(place).text
    for said in ("pat raised", "pat ticked a step", "pat corrected: called", "pat reopened: bent"):
        assert said in re.sub(r"\s+", " ", page)
    refused = pat.post(place, {"act": "resolve", "why": "x", "seen": "1"})
    assert refused.status_code == 409
    assert "was changed by pat meanwhile" in refused.text
    assert guest("quinn").post(place, {"act": "resolve", "why": "no"}).status_code == 403
    assert pat.post(place, {"act": "dance"}).status_code == 400
    assert pat.get("/blockers/999").status_code == 404


def test_the_board_is_narrowed_grouped_and_paged(app: Any, guest: Any) -> None:
    """By type, owner, job, station and state; 150 rows come in two pages."""
    from traveler.blockers import handling
    from traveler.blockers.handling import Wanted
    from vault.ledger import people

    vault = vault_of(app)
    pat = people.get(vault.ledger, "pat")
    for at in range(150):
        kind = "machine" if at % 2 else "labor"
        wanted = Wanted(kind, "pat" if at % 5 else "eli", f"thing {at}", station="mill-2")
        handling.raise_blocker(vault, pat, wanted)
    browser = guest("eli")
    first = browser.get("/blockers").text
    assert first.count('class="cards board"') == 3  # the resolved one of material too
    following = re.search(r'href="([^"]+skip=100[^"]*)" rel="next"', first)
    assert following
    assert "thing 149" in browser.get(following[1].replace("&amp;", "&")).text
    assert "thing 1<" in browser.get("/blockers?type=machine").text
    assert "thing 1<" not in browser.get("/blockers?type=labor").text
    assert "thing 5<" not in browser.get("/blockers?owner=pat").text
    assert browser.get("/blockers?by=owner").text.count('class="cards board"') == 2
    assert "No blocker here." in browser.get("/blockers?state=closed").text
    assert "No blocker here." in browser.get("/blockers?owner=mchen").text
    assert "more than a week" in first


def test_the_floor_raises_a_blocker_and_then_holds_the_step(guest: Any, stock: Any) -> None:
    """Tiles, a few words, badge and PIN; wrong PINs keep what was tapped; sent twice is one."""
    public = guest(None)
    place = f"/t/{stock.token}/block"
    form = public.get(place).text
    assert form.count('class="tile pictured"') == 7
    told = {"type": "machine", "what": "spindle hums", "where": "step", "owner": "pat",
            "operator": "otto", "key": "k1"}  # fmt: skip
    wrong = public.post(place, told | {"pin": "0000"})
    assert wrong.status_code == 401
    assert "spindle hums" in wrong.text
    for _ in range(2):
        answer = public.post(place, told | {"pin": PIN})
        assert answer.headers["Location"] == f"/t/{stock.token}?done=block"
    page = public.get(f"/t/{stock.token}").text
    assert "BLOCKED</strong><p>spindle hums. pat sees to it.</p>" in page
    assert page.count("<b>spindle hums</b>") == 1
    refused = public.post(f"/t/{stock.token}", {"act": "start", "seq": "10", "operator": "otto",
                                                 "pin": PIN})  # fmt: skip
    assert refused.status_code == 409
    assert "is blocked: machine: spindle hums" in refused.text
    found = guest("pat").get("/api/v1/blockers").json["blockers"]
    assert [(one["type"], one["op"]) for one in found] == [("material", None), ("machine", 10)]


def test_a_planner_starts_anyway_with_a_reason_and_an_operator_does_not(
    app: Any, guest: Any, stock: Any
) -> None:
    """The page offers only who may; the reason is on the job for ever."""
    from vault.ledger import people

    raised(guest("otto"))
    public, place = guest(None), f"/t/{stock.token}"
    assert "No planner has a badge PIN yet" in public.get(f"{place}?act=override").text
    people.set_pin(vault_of(app).ledger, "pat", "pat", "2468")
    asked = public.get(f"{place}?act=override").text
    assert "Pat Osei" in asked
    assert "Otto Lind" not in asked
    told = {"act": "override", "seq": "10", "why": "bar for ten is here"}
    assert public.post(place, told | {"operator": "otto", "pin": PIN}).status_code == 403
    assert (
        public.post(place, told | {"operator": "pat", "pin": "2468", "why": ""}).status_code == 422
    )
    done = public.post(place, told | {"operator": "pat", "pin": "2468"})
    assert done.headers["Location"] == f"{place}?done=override"
    job = guest("otto").get("/jobs/J-1").text
    assert "was started past blocker 2 by pat: bar for ten is here" in job


def test_a_job_on_an_old_revision_is_decided_on_its_page(app: Any, guest: Any, stock: Any) -> None:
    """STOP on the floor; the planner sees moving and holding, the approver the deviation."""
    release(app)
    public = guest(None)
    page = public.get(f"/t/{stock.token}").text
    assert "STOP" in page
    assert "act=start" not in page
    planner = guest("pat").get("/jobs/J-1/decision").text
    assert "Move the job to B" in planner
    assert "Sign the deviation" not in planner
    assert "10-0042.pdf" in planner
    approver = guest("mchen")
    assert "Sign the deviation" in approver.get("/jobs/J-1/decision").text
    told = {"choice": "deviation", "why": "slot may stay", "qty": "4"}
    wrong = approver.post("/jobs/J-1/decision", told | {"password": "no"})
    assert wrong.status_code == 401
    assert "slot may stay" in wrong.text
    assert guest("pat").post("/jobs/J-1/decision", told | {"password": PASSWORD}).status_code == 403
    done = approver.post("/jobs/J-1/decision", told | {"password": PASSWORD})
    assert done.headers["Location"] == "/jobs/J-1?done=deviation"
    assert "DEVIATION" in guest("pat").get("/jobs/J-1").text
    floor = public.get(f"/t/{stock.token}").text
    assert "STOP" not in floor
    assert "at most 4 good pieces" in floor
    assert "act=start" in floor
    assert "decide what happens" not in guest("pat").get("/").text


def test_a_job_moves_with_the_steps_the_planner_ticked(app: Any, guest: Any, stock: Any) -> None:
    """The form keeps what is ticked; the traveler in the drawer is withdrawn."""
    public = guest(None)
    for act, more in (("start", {}), ("finish", {"good": "10", "scrap": "0"})):
        public.post(f"/t/{stock.token}", {"act": act, "seq": "10", "operator": "otto", "pin": PIN,
                                          **more})  # fmt: skip
    release(app)
    pat = guest("pat")
    assert 'name="kept" value="10" checked' in pat.get("/jobs/J-1/decision").text
    stale = pat.post("/jobs/J-1/decision", {"choice": "move", "why": "x", "to": "A"})
    assert stale.status_code == 409
    done = pat.post("/jobs/J-1/decision", {"choice": "move", "why": "few made", "to": "B"})
    assert done.headers["Location"] == "/jobs/J-1?done=move"
    steps = pat.get("/api/v1/jobs/J-1").json["operations"]
    assert [(one["seq"], one["state"]) for one in steps] == [(10, "waiting"), (20, "waiting")]
    assert public.get(f"/t/{stock.token}").status_code == 404
    told = pat.get("/api/v1/jobs/J-1/decision").json
    assert (told["rev"], told["open"], told["decisions"][0]["choice"]) == ("B", False, "move")
    assert "There is nothing to decide" in pat.get("/jobs/J-1/decision").text


def test_programs_read_blockers(guest: Any) -> None:
    """List, one with its history, counts; a wrong type is a problem document."""
    pat = guest("pat")
    number = int(raised(pat, **{"fact-po": "PO 9"}).rpartition("/")[2])
    one = pat.get(f"/api/v1/blockers/{number}").json
    assert (one["facts"], one["missing"], one["history"][0]["act"]) == (
        {"po": "PO 9"}, ["Expected on"], "raise",
    )  # fmt: skip
    assert len(pat.get("/api/v1/blockers?state=all").json["blockers"]) == 2
    assert len(pat.get("/api/v1/blockers?state=open&owner=pat&type=material").json["blockers"]) == 1
    counts = pat.get("/api/v1/blockers/counts").json
    assert counts["types"][0] == {
        "type": "material", "blocking": 1, "raised": 2, "median_hours": 0.0,
    }  # fmt: skip
    sent = pat.get("/blockers/counts.csv")
    rows = list(csv.DictReader(io.StringIO(sent.text.removeprefix("\ufeff"))))
    told = {(one["by"], one["name"]): one for one in rows}
    assert len(told) == len(rows)
    assert (told["type", "material"]["blocking"], told["type", "material"]["raised"]) == ("1", "2")
    assert sum(int(one["blocking"]) for one in rows if one["by"] == "age") == 1
    assert (told["owner", "pat"]["blocking"], told["owner", "pat"]["oldest_hours"]) == ("1", "0.0")
    for asked, said in (("state=done", "no state “done” of blockers"), ("job=J-9", "no job J-9"),
                        ("station=moon", "no station moon"), ("owner=me", "called me")):  # fmt: skip
        slip = pat.get(f"/api/v1/blockers?{asked}")
        assert slip.status_code in {404, 422}
        assert said in slip.json["detail"]
    board = pat.get("/blockers?job=J-9")
    assert (board.status_code, "There is no job J-9" in board.text) == (404, True)
    assert "No blocker here" not in board.text
    wrong = pat.get("/api/v1/blockers?type=weather")
    assert (wrong.status_code, wrong.content_type) == (422, "application/problem+json")
    assert pat.get("/api/v1/jobs/J-1").json["blockers"][1]["id"] == number


def test_a_drawing_overtaken_says_so_on_the_floor_until_a_deviation_lets_it_be_used(
    app: Any, guest: Any, stock: Any
) -> None:
    """The picture a scan shows is marked while nobody has decided, and unmarked before and after."""
    nobody = guest(None)
    address = f"/t/{stock.token}/pages/10-0042.pdf/1.png?w=800"
    released = nobody.get(address).data
    release(app)
    overtaken = nobody.get(address)
    assert overtaken.status_code == 200
    assert overtaken.data != released
    told = {"choice": "deviation", "why": "slot may stay", "qty": "4", "password": PASSWORD}
    assert guest("mchen").post("/jobs/J-1/decision", told).status_code == 303
    assert nobody.get(address).data == released
