# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board, what-if and the walls over HTTP: what they show, refuse, and cost while nothing changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from web import live
from web.limits import Bucket

Guests = Callable[[str | None], Any]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every test a full bucket of questions; one process asks for all of them."""
    monkeypatch.setattr(live, "ASKS", Bucket(size=60, seconds=0.05))


@pytest.fixture
def verbs(app: Any) -> Any:
    """Return the vault behind the application."""
    from web.visitor import VAULT

    return app.extensions[VAULT]


def person(vault: Any, name: str) -> Any:
    """Return a person of the vault."""
    from vault.ledger import people

    return people.get(vault.ledger, name)


def late_job(vault: Any) -> None:
    """Plan and release J-9, which was due long ago."""
    from traveler import jobs

    jobs.add(
        vault, person(vault, "pat"), "J-9", "10-0042", 10, "2026-01-05", customer="Ørsted & Co"
    )
    jobs.release_job(vault, person(vault, "pat"), "J-9")


def test_the_board_says_what_is_late_and_why(guest: Guests, verbs: Any) -> None:
    """The sentence, the next action and the count stand on the page."""
    late_job(verbs)
    page = guest("pat").get("/dispatch?show=late").text
    assert "Cut the blank is " in page
    assert "behind need-by: due " in page
    assert "Start Cut the blank at saw" in page
    assert re.search(r'Late <b class="count">1</b>', page)
    assert "J-1<" not in guest("pat").get("/dispatch?show=late").text
    assert ">J-1<" in guest("pat").get("/dispatch?show=ready").text


def test_the_board_shows_the_proof_of_each_job(guest: Guests, verbs: Any) -> None:
    """Missing, given and waived, by whom and why; given a moment ago it is there at once."""
    from traveler.quality import proof_desk

    late_job(verbs)
    pat, quinn = person(verbs, "pat"), person(verbs, "quinn")
    assert "missing</span>" not in guest("pat").get("/dispatch?show=late").text
    for kind in ("first piece", "photo", "kit list"):
        proof_desk.ask(verbs, pat, kind, job="J-9", seq=10)
    page = guest("pat").get("/dispatch?show=late").text
    assert re.search(r"3 missing</span> first piece at step 10, photo at step 10, kit list", page)
    proof_desk.waive(verbs, quinn, "J-9", "photo", "nothing to see", seq=10)
    proof_desk.vouch(verbs, quinn, "J-9", "first piece", seq=10)
    page = guest("pat").get("/dispatch?show=late").text
    assert re.search(r"1 missing</span> kit list at step 10", page)
    assert "1 proved</span>" in page
    assert re.search(r"1 waived</span> photo at step 10: waived by quinn .nothing to see.", page)


def test_filters_narrow_the_board_and_can_be_taken_back(guest: Guests, verbs: Any) -> None:
    """A filter nothing fits says so and leads back; an empty list of a calm shop says it is calm."""
    late_job(verbs)
    browser = guest("pat")
    assert ">J-1<" not in browser.get("/dispatch?show=ready&customer=ørsted").text
    nothing = browser.get("/dispatch?show=ready&q=nowhere").text
    assert "Nothing here fits the filter." in nothing
    assert 'href="/dispatch?show=ready"' in nothing
    assert "Nothing is blocked." in browser.get("/dispatch?show=blocked").text
    assert browser.get("/dispatch?show=bogus").status_code == 200


def test_a_pin_is_tried_then_made_then_taken_back(guest: Guests, verbs: Any) -> None:
    """The page shows what would move before anything is written; the reason is kept on the board."""
    late_job(verbs)
    browser = guest("pat")
    shown = browser.get("/dispatch/what-if?job=j-1&place=1").text
    assert "1 job would be done earlier, 1 later" in shown or "No job would be done" in shown
    form = {"act": "pin", "job": "J-1", "place": "1", "why": "waits at the gate"}
    made = browser.post("/dispatch/what-if", form)
    assert (made.status_code, made.headers["Location"]) == (303, "/dispatch?done=pin")
    board = browser.get("/dispatch").text
    assert "waits at the gate" in board
    assert "Pinned 1" in board
    browser.post("/dispatch/what-if", {"act": "unpin", "job": "J-1", "why": "fetched"})
    assert "Pinned 1" not in browser.get("/dispatch").text


def test_a_refused_pin_keeps_what_was_typed(guest: Guests) -> None:
    """Without a reason, with a bad place, or on a job that is not there nothing is written."""
    browser = guest("pat")
    refused = browser.post("/dispatch/what-if", {"act": "pin", "job": "J-1", "place": "2"})
    assert refused.status_code == 422
    assert "The pin needs a reason" in refused.text
    assert 'value="J-1"' in refused.text
    form = {"act": "pin", "job": "J-1", "place": "0", "why": "why not"}
    assert "is no place to pin a job at" in browser.post("/dispatch/what-if", form).text
    assert browser.post("/dispatch/what-if", form | {"job": "J-0"}).status_code == 404
    assert browser.post("/dispatch/what-if", {"job": "J-1"}).status_code == 400
    assert "There is no open job X-1." in browser.get("/dispatch/what-if?job=X-1").text
    wrong = browser.get("/dispatch/what-if?ranking=pinned,+biggest").text
    assert "“biggest” is no rule" in wrong


def test_another_ranking_is_tried_with_its_rules_in_words_and_the_line_to_write(
    guest: Guests, verbs: Any
) -> None:
    """A stranger learns what the rules are called, and what to put where once it is right."""
    late_job(verbs)
    page = guest("pat").get("/dispatch/what-if").text
    assert "<dt>critical ratio</dt><dd>the least time for the work left</dd>" in page
    tried = guest("pat").get("/dispatch/what-if?ranking=pinned,+due").text
    assert "under [dispatch]: <code>ranking = [&#34;pinned&#34;, &#34;due&#34;]</code>" in tried


def test_who_does_not_plan_sees_no_pin(guest: Guests) -> None:
    """An operator reads the board; the buttons of planners are not there."""
    page = guest("otto").get("/dispatch?show=ready").text
    assert ">J-1<" in page
    assert "what-if" not in page
    assert guest("otto").get("/dispatch/what-if").status_code == 403


# --- live ---------------------------------------------------------------------------------------


def ask(browser: Any, path: str, tag: str = "") -> Any:
    """Ask as a board does."""
    return browser.get(path, headers={"If-None-Match": f'"{tag}"'})


def tag_of(page: str) -> str:
    """Return the mark of what a page shows."""
    found = re.search(r'data-tag="([0-9a-f]+)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize("place", ["/dispatch?show=ready", "/wall", "/stations/saw"])
def test_a_board_is_told_in_a_word_that_nothing_changed(
    place: str, guest: Guests, verbs: Any
) -> None:
    """Then, after an event, it gets the new part; both carry the clock of the shop."""
    from traveler.floor import starting

    browser = guest("pat")
    page = browser.get(place)
    assert page.headers["Cache-Control"] == "no-store"
    part = f"{place}{'&' if '?' in place else '?'}live=1"
    same = ask(browser, part, tag_of(page.text))
    assert (same.status_code, same.data) == (304, b"")
    assert re.fullmatch(r"\d\d:\d\d:\d\d", same.headers["X-Shop-Clock"])
    starting.start(verbs, person(verbs, "otto"), "J-1", 10)
    new = ask(browser, part, tag_of(page.text))
    assert new.status_code == 200
    assert "<html" not in new.text
    assert new.headers["ETag"].strip('"') != tag_of(page.text)
    assert "J-1" in new.text or place.startswith("/dispatch")


def test_boards_that_ask_too_often_wait_and_nobody_else_does(
    guest: Guests, stock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past the cap a board gets a 429 with a sentence; pages and tablets are served as ever."""
    monkeypatch.setattr(live, "ASKS", Bucket(size=3, seconds=60))
    browser = guest("pat")
    answers = [ask(browser, "/wall?live=1") for _ in range(5)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429, 429]
    assert "Too many boards ask this server at once" in answers[-1].text
    assert browser.get("/wall").status_code == 200
    assert guest(None).get(f"/t/{stock.token}").status_code == 200


def test_who_is_signed_out_is_told_so_instead_of_an_old_state(guest: Guests) -> None:
    """A board without a session is led to the sign-in form, never answered with a part."""
    assert guest(None).get("/wall?live=1").status_code == 303
    assert guest("cora").get("/wall?live=1").status_code == 403


# --- walls --------------------------------------------------------------------------------------


def test_the_wall_is_green_or_red_with_the_reason(guest: Guests, verbs: Any) -> None:
    """A station that stands still says what broke; one without work says that."""
    from traveler.blockers import handling

    late_job(verbs)
    said = handling.Wanted(kind="machine", owner="pat", what="blade & belt broke", station="saw")
    handling.raise_blocker(verbs, person(verbs, "otto"), said)
    page = guest("otto").get("/wall").text
    red = re.search(r'<li class="red">.*?</li>', page, re.DOTALL)
    assert red
    assert "Stopped, machine, no ETA: blade &amp; belt broke" in red[0]
    assert "No work waits here" in re.sub(r"\s+", " ", page)


def test_a_station_shows_now_next_and_coming(guest: Guests, verbs: Any) -> None:
    """Who works on what, what can start, and where the rest is; an unknown one is not found."""
    from traveler.floor import starting

    late_job(verbs)
    starting.start(verbs, person(verbs, "otto"), "J-1", 10)
    page = guest("otto").get("/stations/SAW").text
    assert "otto is at work" in page or "otto, needed by" in page
    assert "J-9" in page
    assert "is at saw: Cut the blank" in guest("otto").get("/stations/mill-2").text
    assert guest("otto").get("/stations/nowhere").status_code == 404


def test_programs_get_the_board_with_its_sentences(guest: Guests, verbs: Any) -> None:
    """The keys of INTERFACE, each entry with job, op, station and why."""
    late_job(verbs)
    told = guest("otto").get("/api/v1/dispatch").json
    assert set(told) >= {"late", "blocked", "ready", "at_risk", "load", "next", "total"}
    assert told["total"]["late"] == 1
    for name in ("late", "ready", "load", "next"):
        assert told[name]
        assert all(set(one) >= {"job", "op", "station", "why"} for one in told[name])
    station = guest("otto").get("/api/v1/stations/saw").json
    assert [one["job"] for one in station["next"]] == ["J-9", "J-1"]


def test_jobs_show_need_by_and_forecast(guest: Guests, verbs: Any) -> None:
    """The page of a job says how it stands, the list when it will be done."""
    late_job(verbs)
    page = guest("pat").get("/jobs/J-9").text
    assert "behind need-by" in page
    assert "<th>Need-by</th><th>Done</th>" in page
    assert '<b class="behind">' in guest("pat").get("/jobs").text
    assert "Needs action now" in guest("pat").get("/").text
