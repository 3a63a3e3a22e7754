# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every scan that is not the right one says in the page what to do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from release import desk
from traveler import jobs, sheet, tokens
from traveler.floor import starting, stopping
from vault import clock
from vault.codes import new_code
from vault.ledger import people

WORD = "correct horse 7"


def words(answer: Any) -> str:
    """Return what a page says, without its commands' marks."""
    return " ".join(re.sub("<[^>]+>", " ", answer.text).split())


@pytest.fixture
def shop(app: Any) -> Any:
    """Return the vault behind the application."""
    from web.visitor import VAULT

    return app.extensions[VAULT]


@pytest.fixture
def codes(shop: Any, tmp_path: Path) -> dict[int | None, str]:
    """Return the codes of a fresh print of J-1: of the job under None, else of each step."""
    printed = sheet.print_traveler(shop, people.get(shop.ledger, "pat"), "J-1", tmp_path / "t.pdf")
    return {seq: address.rpartition("/")[2].lower() for seq, address in printed.addresses}


def pressed(browser: Any, code: str, act: str, seq: int, **more: str) -> Any:
    """Send the form of the floor page."""
    told = {"act": act, "seq": str(seq), "operator": "otto", "pin": "4711", "key": new_code()}
    return browser.post(f"/t/{code}", told | more)


def test_a_step_out_of_order_names_the_one_before(guest: Any, codes: Any) -> None:
    """On the page before anybody presses, and where a form is sent all the same."""
    browser = guest(None)
    page = browser.get(f"/t/{codes[20]}")
    said = (
        "Operation 20 of job J-1 waits for operation 10, which is waiting; finish that one first."
    )
    assert said in words(page)
    assert 'data-act="start"' not in page.text
    refused = pressed(browser, codes[20], "start", 20)
    assert (refused.status_code, said in words(refused)) == (409, True)
    for act, more in (("start", {}), ("finish", {"good": "10", "scrap": "0"})):
        assert pressed(browser, codes[10], act, 10, **more).status_code == 303
    done = words(browser.get(f"/t/{codes[10]}"))
    assert "DONE The job is at step 20" in done
    assert "scan that one." in done


def test_a_step_of_another_station_says_where_to_take_it(guest: Any, codes: Any) -> None:
    """The tablet says it at a look and asks at the press; sure, it is done."""
    tablet = guest(None)
    tablet.post("/tablet", {"what": "arrive", "operator": "otto", "pin": "4711"})
    tablet.post("/tablet", {"what": "place", "station": "mill-2"})
    page = words(tablet.get(f"/t/{codes[10]}"))
    assert "This tablet stands at mill-2 , the step is planned at saw . Take the work there" in page
    asked = pressed(tablet, codes[10], "start", 10)
    assert "operation 10 of job J-1 is planned at saw" in words(asked)
    assert "It is done here all the same" in words(asked)
    assert pressed(tablet, codes[10], "start", 10, sure="yes").status_code == 303


def test_an_expired_traveler_says_to_ask_for_a_new_print(
    guest: Any, codes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a year after the due date the paper opens nothing."""
    browser = guest(None)
    assert browser.get(f"/t/{codes[None]}").status_code == 200
    monkeypatch.setattr(clock, "now", lambda: "2029-01-01T00:00:00Z")
    page = browser.get(f"/t/{codes[None]}")
    assert page.status_code == 404
    assert "out of date; ask the planner for a new print" in words(page)
    assert "10-0042" not in page.text


def test_a_withdrawn_traveler_says_to_ask_for_a_new_print(
    guest: Any, codes: Any, shop: Any
) -> None:
    """Every code of the print: of the job, of each step, and for every form of the floor."""
    tokens.withdraw(shop, people.get(shop.ledger, "pat"), "J-1")
    browser = guest(None)
    for code in codes.values():
        for path in (f"/t/{code}", f"/t/{code}/block", f"/t/{code}/measure", f"/t/{code}/evidence"):
            page = browser.get(path)
            assert page.status_code == 404, path
            assert "withdrawn; ask the planner for a new print" in words(page), path


def test_a_traveler_of_another_step_or_job_says_which_it_is_for(
    guest: Any, codes: Any, shop: Any
) -> None:
    """The code of step 10 does nothing at step 20; of an unknown code the page says what to do."""
    otto = people.get(shop.ledger, "otto")
    starting.start(shop, otto, "J-1", 10)
    stopping.finish(shop, otto, "J-1", 10)
    browser = guest(None)
    refused = pressed(browser, codes[10], "start", 20)
    assert refused.status_code == 403
    assert (
        "This code is for operation 10 of job J-1 only; scan the code of the job, or of operation 20"
        in words(refused)
    )
    unknown = browser.get("/t/0000000000000000000000000z")
    assert unknown.status_code == 404
    assert "scan it again" in words(unknown)


def test_a_superseded_traveler_says_stop_and_what_is_current(
    guest: Any, codes: Any, shop: Any, stock: Any
) -> None:
    """STOP, which revision is current, and whom to ask; a recall says so with its reason."""
    mei, eli = people.get(shop.ledger, "mchen"), people.get(shop.ledger, "eli")
    desk.sign(shop, mei, WORD, stock.change)
    desk.release(shop, eli, stock.change)
    browser = guest(None)
    said = words(browser.get(f"/t/{codes[None]}"))
    assert "STOP 10-0042 revision A is SUPERSEDED" in said
    assert "Current is revision B . Do not make parts from this traveler; ask your planner." in said
    assert "Nothing starts until the planner or an approver has decided" in said
    refused = pressed(browser, codes[10], "start", 10)
    assert refused.status_code in {403, 409}
    assert "10-0042 A" in words(refused)
    desk.recall(shop, mei, "10-0042", "A", "hole in the wrong place")
    said = words(browser.get(f"/t/{codes[None]}"))
    assert "is RECALLED . hole in the wrong place." in said
    assert jobs.show(shop, "J-1").operations[0].operation.state == "waiting"


@pytest.mark.parametrize("kind", ["t", "c", "r", "b", "p"])
@pytest.mark.parametrize("who", [None, "pat"])
def test_a_scan_that_leads_nowhere_offers_the_next_one(guest: Any, kind: str, who: Any) -> None:
    """For a thumb and for a scanner that types, whoever is signed in."""
    answer = guest(who).get(f"/{kind}/{'z' * 26}")
    assert answer.status_code == 404
    assert 'href="/scan"' in answer.text
    assert "js/wedge.js" in answer.text
    assert 'name="form_token"' in answer.text


def test_what_was_typed_is_still_there_once_it_is_known_who(guest: Any) -> None:
    """The refusal leads to the tiles and from there back to the box, with the number in it."""
    browser = guest(None)
    answer = browser.post("/scan", {"id": "j-1-20"})
    assert "say who you are first" in words(answer)
    way = re.search(r'href="(/tablet[^"]+)">(?:<svg.*?</svg>)?Say who you are', answer.text)
    assert way is not None
    page = browser.get(way[1].replace("&amp;", "&"))
    back = re.search(r'name="back" value="([^"]+)"', page.text)
    assert back is not None
    assert 'value="j-1-20"' in browser.get(back[1]).text


def test_a_traveler_of_a_job_given_up_says_to_stop(guest: Any, codes: Any, shop: Any) -> None:
    """In red, though nothing is wrong with its drawing; and nothing is offered that is refused."""
    jobs.cancel(shop, people.get(shop.ledger, "pat"), "J-1", "order withdrawn")
    page = guest(None).get(f"/t/{codes[None]}")
    assert "CANCELLED Nothing more is made for it. Stop, put the pieces aside" in words(page)
    assert 'class="band halt now"' in page.text
    assert "Measure" not in words(page)
    assert "Not right" not in words(page)
