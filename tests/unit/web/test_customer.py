# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of somebody who signs in as a customer, and what the office sees of them."""

from __future__ import annotations

from typing import Any

import pytest

OURS, THEIRS = "Halvard", "Halvard Robotics"
PASSWORD = "correct horse 7"


@pytest.fixture
def shop(app: Any, stock: Any) -> Any:
    """Return the vault behind the application, with an order of each of two customers.

    They have like names; cora buys for the one, dana for the other.
    """
    from traveler import jobs
    from traveler.customer import logins
    from vault.ledger import people
    from web.visitor import VAULT

    vault = app.extensions[VAULT]
    who = {one.name: one for one in people.everybody(vault.ledger)}
    people.add(vault.ledger, "ada", "dana", ["customer"], "Dana Diaz")
    for job, customer, order in (("J-10", OURS, "PO <7>"), ("J-11", THEIRS, "HR-9")):
        jobs.add(
            vault, who["pat"], job, stock.number, 6, "2027-01-04", customer=customer, order=order
        )
    logins.tie(vault, who["ada"], "cora", OURS, "their buyer")
    logins.tie(vault, who["ada"], "dana", THEIRS, "their buyer")
    return vault


def test_a_customer_lands_at_their_orders_and_nowhere_else(guest: Any, shop: Any) -> None:
    """Signing in leads there; the first page of the shop does as well, and no other page opens."""
    browser = guest(None)
    answer = browser.post("/login", data={"name": "cora", "password": PASSWORD, "next": "/"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/customer")
    for place in ("/", "/login"):
        assert guest("cora").get(place).headers["Location"] == "/customer"
    page = guest("cora").get("/customer").text
    assert "PO &lt;7&gt;" in page
    assert "HR-9" not in page
    assert 'href="/jobs' not in page
    assert 'href="/items' not in page


def test_a_customer_without_a_tie_reads_why_there_is_nothing(guest: Any, stock: Any) -> None:
    """A sentence, and no order of anybody."""
    page = guest("cora").get("/customer")
    assert page.status_code == 200
    assert "not tied to any customer" in page.text
    assert stock.job not in page.text


def test_each_customer_opens_their_own_order(guest: Any, shop: Any) -> None:
    """From both sides; the other's is answered like one that never was."""
    for who, own, foreign in (("cora", "J-10", "J-11"), ("dana", "J-11", "J-10")):
        browser = guest(who)
        assert browser.get(f"/customer/{own}").status_code == 200
        there, nowhere = browser.get(f"/customer/{foreign}"), browser.get("/customer/J-99")
        assert (there.status_code, nowhere.status_code) == (404, 404)
        assert there.text.replace(foreign, "J-99") == nowhere.text
        assert (
            browser.post(
                f"/customer/{foreign}", data={"act": "zip", "packet": "PP-0001"}
            ).status_code
            == 404
        )


def test_a_tie_taken_back_shuts_an_open_page(guest: Any, shop: Any) -> None:
    """The administrator takes it back in the browser; the customer's next click is refused."""
    customer, admin = guest("cora"), guest("ada")
    assert customer.get("/customer/J-10").status_code == 200
    form = {"customer": OURS, "login": "cora"}
    assert admin.post("/customers", data={**form, "act": "untie"}).status_code == 422
    done = admin.post("/customers", data={**form, "act": "untie", "why": "left <them>"})
    assert done.status_code == 303
    for answer in (customer.get("/customer/J-10"),
                   customer.post("/customer/J-10", data={"act": "pdf", "packet": "PP-0001"})):  # fmt: skip
        assert answer.status_code == 404
    assert "J-10" not in customer.get("/customer").text
    page = admin.get(f"/customers?customer={OURS}").text
    assert "left &lt;them&gt;" in page
    again = admin.post("/customers", data={**form, "act": "tie", "why": "came back"})
    assert again.status_code == 303
    assert customer.get("/customer/J-10").status_code == 200


def test_the_office_sees_every_look(guest: Any, shop: Any) -> None:
    """On the customer's page and on the job's; a refused look is none."""
    guest("cora").get("/customer/J-10", headers={"User-Agent": "Phone of Cora"})
    guest("cora").get("/customer/J-11")
    for place in (f"/customers?customer={OURS}", "/jobs/J-10/links"):
        assert "Phone of Cora" in guest("pat").get(place).text
    for place in (f"/customers?customer={THEIRS}", "/jobs/J-11/links"):
        assert "cora" not in guest("pat").get(place).text


def test_looking_too_often_is_slowed_down(
    guest: Any, shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each look is written down, so nobody may look a thousand times a second."""
    from web.limits import Bucket
    from web.views import customer

    monkeypatch.setattr(customer, "LOOKS", Bucket(size=2, seconds=60))
    browser = guest("cora")
    answers = [browser.get("/customer").status_code for _ in range(3)]
    assert answers == [200, 200, 429]


def test_a_list_of_many_orders_comes_in_pages(guest: Any, shop: Any, stock: Any) -> None:
    """Fifty at once, found by order number, part or title."""
    from traveler import jobs
    from vault.ledger import people

    pat = people.get(shop.ledger, "pat")
    for number in range(51):
        jobs.add(shop, pat, f"J-2{number:03}", stock.number, 1, f"2027-02-{number % 27 + 1:02}",
                 customer=OURS, order=f"Z-{number:03}")  # fmt: skip
    browser = guest("cora")
    first, second = browser.get("/customer").text, browser.get("/customer?skip=50").text
    assert first.count("<article") == 50
    assert second.count("<article") == 2
    assert browser.get("/customer?q=z-017").text.count("<article") == 1
    assert browser.get("/customer?q=HR-9").text.count("<article") == 0
    assert browser.get("/customer?q=%25").text.count("<article") == 0
