# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of somebody who signs in as a customer, and what the office sees of them."""

from __future__ import annotations

import io
import re
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


HOSTILE = '<script>alert(1)</script> & "quotes" \'n {{ 7*7 }}\nsecond line'


def test_a_customer_asks_and_the_office_answers(guest: Any, shop: Any) -> None:
    """On both pages with all its signs, as text; the office has it in its lists until then."""
    customer, planner = guest("cora"), guest("pat")
    asked = customer.post("/customer/J-10", data={"act": "ask", "words": HOSTILE})
    assert asked.status_code == 303
    for browser, place in ((customer, "/customer/J-10"), (planner, "/questions/1"), (planner, "/questions"),
                           (planner, "/"), (planner, "/jobs/J-10/links")):  # fmt: skip
        page = browser.get(place).text
        assert "&lt;script&gt;alert(1)" in page, place
        assert "<script>alert" not in page, place
        assert "49" not in page.partition("alert(1)")[2][:60], place
    assert "Customers ask" in planner.get("/dispatch").text
    refused = planner.post("/questions/1", data={"words": "x" * 2001})
    assert refused.status_code == 422
    assert "x" * 2001 in refused.text
    assert planner.post("/questions/1", data={"words": HOSTILE[::-1]}).status_code == 303
    page = customer.get("/customer/J-10").text
    assert "&gt;tpircs/&lt;" in page
    assert "Pat" in page
    assert "Customers ask" not in planner.get("/dispatch").text + planner.get("/").text
    assert guest("quinn").get("/questions/1").status_code == 200
    assert guest("otto").get("/questions").status_code == 403


def test_a_refused_question_keeps_what_was_typed(guest: Any, shop: Any) -> None:
    """By login and by link: the sentence stands above, the words in their box."""
    customer, planner = guest("cora"), guest("pat")
    made = planner.post("/jobs/J-10/links", data={"act": "make", "days": "30"}).text
    code = made.partition("/s/")[2][:26]
    for browser, place in ((customer, "/customer/J-10"), (guest(None), f"/s/{code}")):
        answer = browser.post(place, data={"act": "ask", "words": "y" * 2001})
        assert answer.status_code == 422
        assert "longer than 2000" in answer.text
        assert "y" * 2001 in answer.text


def test_through_a_link_one_asks_on_its_order(guest: Any, shop: Any) -> None:
    """The words reach the office and the login of the same customer; a resent form asks once."""
    planner, visitor = guest("pat"), guest(None)
    made = planner.post(
        "/jobs/J-10/links", data={"act": "make", "days": "30", "passcode": "harbour 9"}
    )
    code = made.text.partition("/s/")[2][:26]
    form = {"act": "ask", "words": "Where is it?", "passcode": "harbour 9", "key": "k"}
    for _ in range(2):
        assert "Where is it?" in visitor.post(f"/s/{code}", data=form).text
    assert visitor.post(f"/s/{code}", data={**form, "passcode": "wrong1"}).status_code == 403
    assert (
        visitor.post(f"/s/{code}", data={**form, "act": "add", "question": "99"}).status_code == 404
    )
    page = guest("cora").get("/customer/J-10").text
    assert page.count("Q-0001") == 1
    assert "Through the link" in page
    assert "Where is it?" not in guest("dana").get("/customer/J-11").text
    assert "asked Q-0001" in planner.get("/jobs/J-10/links").text


def test_files_go_along_from_both_sides_and_to_nobody_else(guest: Any, shop: Any) -> None:
    """By login and by link; they come as attachments only, and a name that leads away is refused."""
    planner, customer, link = guest("pat"), guest("cora"), guest(None)
    made = planner.post("/jobs/J-10/links", data={"act": "make", "days": "30"}).text
    code = made.partition("/s/")[2][:26]
    table = (io.BytesIO(b"a,=1+1"), "list.csv")
    form = {"act": "ask", "words": "See the list.", "files": table}
    assert customer.post("/customer/J-10", data=form).status_code == 303
    form = {
        "act": "add",
        "question": "1",
        "words": "And this.",
        "files": (io.BytesIO(b"b"), "b.txt"),
    }
    assert "b.txt" in link.post(f"/s/{code}", data=form).text
    page = planner.get("/questions/1").text
    assert "list.csv" in page
    assert "b.txt" in page
    answer = {"words": "Thanks.", "files": (io.BytesIO(b"c"), "c.txt")}
    assert planner.post("/questions/1", data=answer).status_code == 303
    for browser, place, file, data in (
        (planner, "/questions/1", 1, b"a,'=1+1"), (customer, "/customer/J-10", 3, b"c"),
        (link, f"/s/{code}", 2, b"b"),
    ):  # fmt: skip
        got = browser.post(place, data={"act": "file", "file": str(file)})
        assert (got.status_code, got.data) == (200, data), place
        assert got.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in got.headers["Content-Security-Policy"]
        assert browser.post(place, data={"act": "file", "file": "9"}).status_code == 404
    assert (
        guest("dana").post("/customer/J-10", data={"act": "file", "file": "1"}).status_code == 404
    )
    assert (
        guest("dana").post("/customer/J-11", data={"act": "file", "file": "1"}).status_code == 404
    )
    assert "Q-0001 file c.txt" in planner.get("/jobs/J-10/links").text
    for name in ("..", "CON.txt"):
        bad = {"act": "ask", "words": "kept words", "files": (io.BytesIO(b"x"), name)}
        refused = customer.post("/customer/J-10", data=bad)
        assert refused.status_code == 422, name
        assert "cannot go along: " in refused.text
        assert "kept words" in refused.text


def test_a_message_is_drafted_edited_and_sent(guest: Any, shop: Any) -> None:
    """Each fact links to its record; the text as sent stands on the customer's page and at the link."""
    planner, customer = guest("pat"), guest("cora")
    made = planner.post("/jobs/J-10/links", data={"act": "make", "days": "30"}).text
    code = made.partition("/s/")[2][:26]
    page = planner.get("/jobs/J-10/message").text
    assert 'href="/jobs/J-10"' in page
    mark = re.search(r'name="mark" value="([0-9a-f]+)"', page)
    assert mark
    form = {"mark": mark[1], "words": HOSTILE, "key": "k"}
    assert planner.post("/jobs/J-10/message", data={**form, "mark": "0" * 16}).status_code == 409
    for _ in range(2):
        assert planner.post("/jobs/J-10/message", data=form).status_code == 303
    for told in (customer.get("/customer/J-10").text, guest(None).post(f"/s/{code}", data={}).text):
        assert told.count("&lt;script&gt;alert(1)") == 1
        assert "<script>alert" not in told
    sent = planner.get("/jobs/J-10/message?done=sent").text
    assert "mailto:cora@shop.example?subject=Order%20PO%20%3C7%3E&amp;body=%3Cscript%3E" in sent
    assert "alert(1)" not in guest("dana").get("/customer/J-11").text
    corrected = {"words": "Nothing of that.", "corrects": "1"}
    assert planner.post("/jobs/J-10/message", data=corrected).status_code == 303
    assert "corrected by a newer one" in customer.get("/customer/J-10").text
    assert guest("eli").get("/jobs/J-10/message").status_code == 200
    assert guest("eli").post("/jobs/J-10/message", data=form).status_code == 403


def test_a_message_about_all_orders_stands_above_the_list(guest: Any, shop: Any) -> None:
    """For that customer alone, however long; no customer is no page."""
    planner = guest("pat")
    long = "All is well. " * 700
    place = f"/customers/message?customer={OURS}"
    assert planner.get(place).status_code == 200
    assert planner.post(place, data={"words": long}).status_code == 303
    assert long.strip() in guest("cora").get("/customer").text
    assert "All is well" not in guest("dana").get("/customer").text
    assert "All is well" not in guest("dana").get("/customer/J-11").text


@pytest.fixture
def of_both(shop: Any, guest: Any) -> dict[str, dict[str, str]]:
    """Return what each of two customers has, all of a kind: order, question, message, link, packet."""
    from dataclasses import asdict

    from traveler.customer import messages, questions, shares
    from traveler.packet.tables import packet
    from vault.ledger import people

    found: dict[str, dict[str, str]] = {}
    pat = people.get(shop.ledger, "pat")
    for number, (login, job) in enumerate((("cora", "J-10"), ("dana", "J-11")), 1):
        mine = people.get(shop.ledger, login)
        asked = questions.ask(shop, mine, job, f"secret question of {login}")
        questions.answer(shop, pat, asked.id, f"secret answer to {login}")
        messages.send(shop, pat, f"secret message to {login}", job=job)
        _made, address = shares.make(shop, pat, job)
        kept = asdict(shop.objects.put(_bytes(shop, login), "packet"))
        digests = {name: kept[name] for name in ("md5", "sha256", "size")}
        with shop.ledger.writing("quinn") as writing:
            writing.insert(
                packet, number=number, rev=1, job=job, item="10-0042", item_rev="A", reason="",
                code_hash=f"{number}" * 64, name=f"PP-000{number}-1.zip", pages=3, contents="[]",
                head_seq=1, head_hash="0", at=writing.at, person="quinn", device="", **digests,
                **{f"pdf_{name}": value for name, value in digests.items()},
            )  # fmt: skip
            writing.record("packet.issued", f"job/{job}", packet=number)
        found[login] = {"job": job, "question": str(asked.id), "packet": f"PP-000{number}",
                        "share": address.rpartition("/")[2], "login": login}  # fmt: skip
    return found


def _bytes(shop: Any, login: str) -> Any:
    place = shop.root / f"packet-{login}"
    place.write_bytes(f"secret packet of {login}".encode())
    return place


ACTS = ("ask", "add", "zip", "pdf", "answer", "untie", "withdraw", "revoke", "")
WORDS = ("question of", "answer to", "message to", "packet of")


def _walked(browser: Any, who: str, stock: Any, theirs: dict[str, str]) -> str:
    """Return all that is answered at every address, filled with somebody's numbers, by GET and POST."""
    from web.addresses import TABLE

    form = {"question": theirs["question"], "packet": theirs["packet"], "corrects": "1", "share": "1",
            "words": f"from {who}", "why": "because", "login": theirs["login"], "days": "3",
            "customer": OURS, "form_token": browser.form_token()}  # fmt: skip
    seen = []
    for address in TABLE:
        if address.manner == "remote" or address.rule in {"/logout", "/s/<share>"}:
            continue
        mine = address.post is not None and address.post.opens(frozenset({"customer"}))
        for rule in (address.rule, *address.also):
            path = _filled(rule, stock, theirs)
            seen += [browser.get(path), browser.get(f"{path}?customer={OURS}&q={theirs['job']}")]
            for act in ACTS if mine else ACTS[:1]:
                sent = {"base_url": "https://vault.example", "data": {**form, "act": act}}
                seen.append(browser.client.post(path, buffered=True, **sent))
    return "\n".join(one.data.decode("utf-8", "replace") for one in seen)


def _filled(rule: str, stock: Any, theirs: dict[str, str]) -> str:
    facts = {"number": stock.number, "rev": "A", "change": stock.change, "token": stock.token,
             "code": stock.code, "copy": stock.copy, "copy_code": stock.copy_code, "form": "zip",
             "badge_code": stock.badge_code, "nc": "NC-0001", "station": "saw", "export": "jobs",
             "name": "10-0042.pdf", "filename": "css/tokens.css", **theirs}  # fmt: skip
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: facts.get(part[1], "1"), rule)


def _entries(shop: Any, question: str) -> Any:
    from traveler.customer import talk_records

    with shop.ledger.reading() as connection:
        return talk_records.question(connection, int(question))


@pytest.mark.parametrize(("who", "other"), [("cora", "dana"), ("dana", "cora")])
def test_a_customer_reaches_nothing_of_another(
    guest: Any, stock: Any, shop: Any, of_both: Any, who: str, other: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Every address, filled with the other's numbers, as a customer who is signed in.

    No answer holds a word of the other's, and nothing of it moves.  The same walk with one's own
    numbers finds one's own, so that the walk itself is known to see.
    """
    from web.limits import Bucket
    from web.views import customer

    monkeypatch.setattr(customer, "LOOKS", Bucket(size=9999, seconds=1))
    before = _entries(shop, of_both[other]["question"])
    foreign = _walked(guest(who), who, stock, of_both[other])
    assert [word for word in WORDS if f"secret {word} {other}" in foreign] == []
    assert {"cora": "PO &lt;7&gt;", "dana": "HR-9"}[other] not in foreign
    assert _entries(shop, of_both[other]["question"]) == before
    own = _walked(guest(who), who, stock, of_both[who])
    assert [word for word in WORDS if f"secret {word} {who}" not in own] == []
    assert f"from {who}" in own
    assert _entries(shop, of_both[who]["question"]) != before


def test_the_office_sees_each_customer_by_its_own_name(guest: Any, shop: Any, of_both: Any) -> None:
    """On the page of one customer stands nothing of the other, however alike their names are."""
    planner = guest("pat")
    guest("cora").get("/customer/J-10")
    guest("dana").get("/customer/J-11")
    for customer, own, other in ((OURS, "cora", "dana"), (THEIRS, "dana", "cora")):
        page = planner.get("/customers", query_string={"customer": customer}).text
        assert own in page
        assert other not in page
        draft = planner.get("/customers/message", query_string={"customer": customer}).text
        assert {"cora": "J-10", "dana": "J-11"}[own] in draft
        assert {"cora": "J-10", "dana": "J-11"}[other] not in draft
    for job, own, other in (("J-10", "cora", "dana"), ("J-11", "dana", "cora")):
        page = planner.get(f"/jobs/{job}/links").text + planner.get(f"/jobs/{job}/message").text
        assert f"secret question of {own}" in page
        assert f"secret message to {own}" in page
        assert other not in page
