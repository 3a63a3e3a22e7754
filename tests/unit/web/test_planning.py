# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stations and calendars on their page, and what a planner changes about a job's flow."""

from __future__ import annotations

from typing import Any


def test_a_station_is_added_and_its_hours_told(guest: Any) -> None:
    """The page keeps what was typed where it refuses, and shows what is told."""
    pat = guest("pat")
    typed = {"act": "add", "code": "oven", "lanes": "2", "days": "0"}
    assert pat.post("/stations", {**typed, "lanes": "0"}).status_code == 422
    assert pat.post("/stations", typed).headers["Location"] == "/stations?done=add"
    refused = pat.post("/stations/oven/hours", {"act": "hours", "hours": "6 to 14"})
    assert refused.status_code == 422
    assert "are no hours" in refused.text
    assert 'value="6 to 14"' in refused.text
    hours = "Mon-Sun 00:00-24:00"
    assert pat.post("/stations/oven/hours", {"act": "hours", "hours": hours}).status_code == 303
    day = {"act": "day", "day": "2099-12-24", "until": "2099-12-25", "called": "Christmas"}
    assert pat.post("/stations", day).status_code == 303
    page = guest("otto").get("/stations").text
    assert hours in page
    assert "Christmas" in page
    assert 'value="add"' not in page  # who does not plan is offered no form
    told = guest("otto").get("/api/v1/stations").json["stations"]
    assert next(one for one in told if one["station"] == "oven")["hours"] == hours
    assert "As the shop again" in pat.get("/stations/oven/hours").text
    assert pat.post("/stations/oven/hours", {"act": "shop"}).status_code == 303
    assert "As the shop again" not in pat.get("/stations/oven/hours").text
    calendar = guest("otto").get("/api/v1/calendar").json
    assert [one["day"] for one in calendar["days"]] == ["2099-12-24", "2099-12-25"]
    change = {"act": "change", "name": "Oven", "lanes": "3", "outside": "yes", "sent_to": "Hardeners",
              "days": "4"}  # fmt: skip
    assert pat.post("/stations/oven/hours", change).status_code == 303
    assert "Hardeners, 4 days" in pat.get("/stations").text
    assert (
        pat.post("/stations", {"act": "day", "day": "2099-12-24", "ordinary": "yes"}).status_code
        == 303
    )
    assert len(guest("otto").get("/api/v1/calendar").json["days"]) == 1


def test_a_planner_changes_the_flow_on_the_page(guest: Any, stock: Any) -> None:
    """Split, rework, leave out, take back, give up: each a form, each a refusal with its sentence."""
    pat = guest("pat")
    typed = {"job": "J-9", "number": stock.number, "qty": "10", "due": "2027-03-01"}
    assert pat.post("/jobs/new", typed).status_code == 303
    pat.post("/jobs/J-9", {"act": "release"})
    split = pat.post("/jobs/J-9", {"act": "split", "qty": "4", "why": "first delivery"})
    assert split.headers["Location"] == "/jobs/J-9.2?done=split"
    assert "4 split off before" in pat.get("/jobs/J-9").text
    assert "Split off" in pat.get("/jobs/J-9.2").text
    over = pat.post("/jobs/J-9", {"act": "split", "qty": "6", "why": "x"})
    assert over.status_code == 409
    assert "at most 5" in over.text
    rework = {"act": "rework", "seq": "10", "qty": "2", "station": ["saw", ""], "title": ["Straighten", ""],
              "why": "bent"}  # fmt: skip
    assert pat.post("/jobs/J-9", rework).status_code == 303
    page = pat.get("/jobs/J-9").text
    assert "Rework of 2: bent" in page
    assert "back to 20" in page
    for act in ("skip", "restore"):
        assert pat.post("/jobs/J-9", {"act": act, "seq": "20", "why": "so"}).status_code == 303
    assert pat.post("/jobs/J-9", {"act": "cancel", "why": ""}).status_code == 422
    assert pat.post("/jobs/J-9", {"act": "cancel", "why": "no order"}).status_code == 303
    assert "Change the flow" not in pat.get("/jobs/J-9").text
    assert "Change the flow" not in guest("otto").get("/jobs/J-9.2").text


def test_a_kit_and_a_child_are_planned_in_the_form(guest: Any, stock: Any) -> None:
    """The form says what belongs to a job; a refusal keeps all that was typed."""
    pat = guest("pat")
    typed = {"job": "J-9", "number": stock.number, "qty": "1", "due": "2027-03-01"}
    refused = pat.post("/jobs/new", {**typed, "kit": "99-9999", "parent": "J-77"})
    assert refused.status_code in {404, 409}
    assert 'value="99-9999"' in refused.text
    refused = pat.post("/jobs/new", {**typed, "children": "yes"})
    assert "no part with a route of its own" in refused.text
    assert pat.post("/jobs/new", typed).status_code == 303
    child = {**typed, "job": "J-10", "parent": "J-9", "at": "20"}
    assert pat.post("/jobs/new", child).status_code == 303
    assert "J-10" in pat.get("/jobs/J-9").text
    told = guest("otto").get("/api/v1/jobs/J-9").json["children"]
    assert [(one["job"], one["at"], one["over"]) for one in told] == [("J-10", 20, False)]


def test_a_list_shows_more_rows_on_wish(guest: Any, app: Any, monkeypatch: Any) -> None:
    """A page offers the rest and the long list; the long one keeps the search, whatever is asked for."""
    from traveler import jobs
    from vault.ledger import people
    from web import forms
    from web.visitor import VAULT

    monkeypatch.setattr(forms, "ROWS", 1)
    vault = app.extensions[VAULT]
    pat = people.get(vault.ledger, "pat")
    for number in ("J-91", "J-92"):
        jobs.add(vault, pat, number, "10-0042", 5, "2027-02-05")
    planner = guest("pat")
    page = planner.get("/jobs?state=planned&q=J-9").text
    assert "J-91" in page
    assert "J-92" not in page
    assert "/jobs?state=planned&amp;q=J-9&amp;rows=200" in page
    whole = planner.get("/jobs?state=planned&q=J-9&rows=200").text
    assert "J-91" in whole
    assert "J-92" in whole
    assert "Show 200" not in whole
    assert "Show 200" not in planner.get("/jobs?state=planned&q=J-9&rows=999999").text
    assert "J-92" not in planner.get("/jobs?state=planned&q=J-9&rows=many").text


def test_a_job_that_ended_stands_in_the_list_beside_open_ones(guest: Any, app: Any) -> None:
    """The board knows only open jobs; those that ended are read, and show their own state."""
    from traveler import jobs
    from vault.ledger import people
    from web.visitor import VAULT

    vault = app.extensions[VAULT]
    pat = people.get(vault.ledger, "pat")
    jobs.add(vault, pat, "J-93", "10-0042", 5, "2027-02-05")
    jobs.cancel(vault, pat, "J-93", "the customer gave up")
    found = {one.job.number: one for one in jobs.listing(vault)}
    assert found["J-93"].job.state == "cancelled"
    assert found["J-93"].dates is None
    assert found["J-1"].dates is not None
    page = guest("pat").get("/jobs?state=").text
    assert page.index("J-93") > 0
    assert "Cancelled" in page.partition("J-93")[2].partition("</tr>")[0]
