# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page behind a customer's link: nothing before it is opened, nothing of other orders."""

from __future__ import annotations

import re
from typing import Any


def _made(planner: Any, job: str, **more: str) -> str:
    answer = planner.post(f"/jobs/{job}/links", data={"act": "make", "days": "30", **more})
    found = re.search(r"/s/([0-9a-z]{26})", answer.text)
    assert found is not None, answer.text
    return found[1]


def test_a_look_shows_nothing_and_opening_shows_the_order(guest: Any, stock: Any) -> None:
    """GET names no job; POST does, and stands in the list of uses."""
    planner, customer = guest("pat"), guest(None)
    code = _made(planner, stock.job, whom="Dana <b>")
    closed = customer.get(f"/s/{code}")
    assert closed.status_code == 200
    assert stock.number not in closed.text
    assert closed.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in closed.headers["Cache-Control"]
    opened = customer.post(f"/s/{code}", data={})
    assert stock.number in opened.text
    listed = planner.get(f"/jobs/{stock.job}/links").text
    assert ": opened, " in listed
    assert "Dana &lt;b&gt;" in listed
    assert code not in listed


def test_a_withdrawn_link_refuses_on_an_open_page(guest: Any, stock: Any) -> None:
    """The page is still on the screen; its buttons lead nowhere from that moment on."""
    planner, customer = guest("pat"), guest(None)
    code = _made(planner, stock.job)
    assert customer.post(f"/s/{code}", data={}).status_code == 200
    planner.post(f"/jobs/{stock.job}/links", data={"act": "withdraw", "share": "1"})
    for act in ("", "zip", "pdf"):
        assert customer.post(f"/s/{code}", data={"act": act}).status_code == 404
    assert customer.get(f"/s/{code}").status_code == 404


def test_a_wrong_passcode_says_how_many_tries_are_left(guest: Any, stock: Any) -> None:
    """The sentence stands above the form; the order stays hidden."""
    planner, customer = guest("pat"), guest(None)
    code = _made(planner, stock.job, passcode="harbour 9")
    wrong = customer.post(f"/s/{code}", data={"passcode": "harbor 9"})
    assert wrong.status_code == 403
    assert "4 more tries" in wrong.text
    assert stock.number not in wrong.text
    assert stock.number in customer.post(f"/s/{code}", data={"passcode": "harbour 9"}).text


def test_a_link_opens_no_other_address(guest: Any, stock: Any) -> None:
    """Whoever holds it is nobody everywhere else."""
    planner, customer = guest("pat"), guest(None)
    code = _made(planner, stock.job)
    customer.post(f"/s/{code}", data={})
    for place in ("/jobs", f"/jobs/{stock.job}", "/packets", "/items", f"/t/{code}", f"/p/{code}"):
        assert customer.get(place).status_code in {303, 404}


def test_an_open_page_is_told_of_packets_and_a_bare_link_is_not(guest: Any, stock: Any) -> None:
    """With a passcode the address the page asks at answers to what the opened page knows alone."""
    planner, customer = guest("pat"), guest(None)
    locked = _made(planner, stock.job, passcode="harbour 9")
    bare = f"/s/{locked}/standing"
    page = customer.post(f"/s/{locked}", data={"passcode": "harbour 9"}).text
    found = re.search(rf'data-address="({bare}\?seen=[0-9a-f]{{64}})"', page)
    assert found is not None
    assert len(customer.get(found[1]).json["state"]) == 16
    other = _made(planner, stock.job, passcode="harbour 9")
    for place in (bare, f"{bare}?seen=", f"{bare}?seen=\u00e4", found[1][:-1] + "x",
                  f"/s/{other}/standing?{found[1].partition('?')[2]}"):  # fmt: skip
        assert customer.get(place).status_code == 403, place
    planner.post(f"/jobs/{stock.job}/links", data={"act": "withdraw", "share": "1"})
    assert customer.get(found[1]).status_code == 404
    free = _made(planner, stock.job)
    assert customer.get(f"/s/{free}/standing").status_code == 200
