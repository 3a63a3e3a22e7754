# SPDX-License-Identifier: AGPL-3.0-or-later
"""Screens on the wall without a sign-in: what they show, what they open, and how they end."""

from __future__ import annotations

import re
from typing import Any

import pytest

from traveler.display import links
from vault import clock, settings
from vault.ledger import events, people

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


@pytest.fixture
def shop(app: Any) -> Any:
    """Return the vault behind the application."""
    from web.visitor import VAULT

    return app.extensions[VAULT]


def screen_of(shop: Any, station: str = "", **more: Any) -> tuple[int, str]:
    """Make a screen; return its number and the path of its address."""
    made, address = links.make(shop, people.get(shop.ledger, "pat"), station, **more)
    return made.id, f"/d/{address.rpartition('/')[2]}"


def words(text: str) -> str:
    """Return what a page says, without what it is drawn with."""
    return " ".join(re.sub("<[^>]+>", " ", text).split())


@pytest.mark.parametrize("station", ["", "saw"])
def test_a_screen_shows_what_the_wall_shows_and_leads_nowhere(
    station: str, guest: Any, stock: Any, shop: Any
) -> None:
    """Word for word the wall of who is signed in, but for its links; upper case leads there too."""
    _number, path = screen_of(shop, station)
    wall = guest("pat").get(f"/stations/{station}?live=1" if station else "/wall?live=1").text
    nobody = guest(None)
    part = nobody.get(f"{path}?live=1")
    assert (part.status_code, words(part.text)) == (200, words(wall))
    page = nobody.get(path)
    assert page.status_code == 200
    assert not re.findall(r"<a\b", part.text)
    assert not re.findall(r"<a\b", page.text)
    assert nobody.get(path.replace("/d/", "/D/").upper()).status_code == 200
    again = nobody.get(f"{path}?live=1", headers={"If-None-Match": part.headers["ETag"]})
    assert again.status_code == 304


def test_an_address_of_a_screen_opens_nothing_else(guest: Any, stock: Any, shop: Any) -> None:
    """As cookie, bearer, token, query, form and as every code: what is shut stays shut."""
    from web.addresses import TABLE

    _number, path = screen_of(shop)
    code, browser = path.rpartition("/")[2], guest(None)
    form_token = browser.form_token()
    for name in ("__Host-titleblock", "__Host-titleblock-tablet"):
        browser.client.set_cookie(name, code, domain="vault.example", secure=True)
    before, wrong = events.head(shop.ledger), []
    heads = {"Authorization": f"Bearer {code}", "X-Vault-Token": code}
    facts = {"number": "10-0042", "rev": "A", "job": "J-1", "name": "10-0042.pdf", "station": "saw"}
    form = {"token": code, "act": "start", "seq": "10", "operator": "otto", "key": "0" * 26}
    coded = {"token", "code", "copy_code", "badge_code", "share"}
    for address in TABLE:
        rule = re.sub(
            r"<(?:\w+:)?(\w+)>",
            lambda part: code if part[1] in coded else facts.get(part[1], "1"), address.rule,
        )  # fmt: skip
        own = "display_code" in address.rule
        for method in METHODS:
            data = dict(form, form_token=form_token) if method == "POST" else None
            answer = browser.open(f"{rule}?token={code}", method, data=data, headers=heads)
            door = address.door(method)
            public = door is not None and "anybody" in door.who
            shut = answer.status_code in {401, 403, 404, 405, 429} or (
                answer.headers.get("Location", "").startswith("/login")
            )
            coded_rule = any(f"<{one}>" in address.rule for one in coded)
            if not shut and (not public or (coded_rule and not own)):
                wrong.append((method, rule, answer.status_code))
    assert not wrong
    assert events.head(shop.ledger) == before


def test_a_screen_that_ended_says_so_large(
    guest: Any, stock: Any, shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Withdrawn, out of date or made up: each its own sentence, for the page and for what it asks."""
    number, path = screen_of(shop, days=1)
    links.withdraw(shop, people.get(shop.ledger, "pat"), number)
    _number, old = screen_of(shop, days=1)
    browser = guest(None)

    def said(path: str, sentence: str) -> None:
        page = browser.get(path)
        assert page.status_code == 404
        assert "THIS SCREEN SHOWS NOTHING" in page.text
        assert sentence in words(page.text)
        assert "J-1" not in page.text
        asked = browser.get(f"{path}?live=1", headers={"Accept": "application/json"})
        assert (asked.status_code, sentence in asked.json["detail"]) == (404, True)

    said(path, "is withdrawn and shows nothing any more; have a planner make a new one")
    said("/d/guess", "No screen of the shop has this address")
    assert browser.get(old).status_code == 200
    later = clock.text(clock.from_epoch(int(clock.moment(clock.now()).timestamp()) + 90_000))
    monkeypatch.setattr(clock, "now", lambda: later)
    said(old, "is out of date and shows nothing any more")


def test_a_planner_makes_and_withdraws_screens_on_their_page(guest: Any, shop: Any) -> None:
    """The address is shown once; nobody else is asked in, and every refusal keeps what was typed."""
    planner = guest("pat")
    made = planner.post("/displays", {"act": "make", "station": "saw", "place": "by the door"})
    path = re.search(r"/d/[0-9a-z]{26}", made.text)
    assert path is not None
    assert guest(None).get(path[0]).status_code == 200
    assert path[0] not in planner.get("/displays").text
    newest = links.listing(shop)[0]
    assert (newest.station, newest.place, newest.state) == ("saw", "by the door", "live")
    for wrong, said in (({"station": "nowhere"}, "nowhere"), ({"days": "0"}, "give 1 to 1830"),
                        ({"days": "x"}, "How many days"), ({"act": ""}, "What to do"),
                        ({"act": "withdraw", "display": "99"}, "There is no screen 99")):  # fmt: skip
        answer = planner.post("/displays", {"act": "make", "place": "kept", **wrong})
        assert 400 <= answer.status_code < 500
        assert said in answer.text
    told = {"act": "withdraw", "display": str(newest.id)}
    assert planner.post("/displays", told).status_code == 303
    assert guest(None).get(path[0]).status_code == 404
    assert "withdrawn already" in planner.post("/displays", told).text
    for other in ("eli", "otto", "quinn", "cora"):
        assert guest(other).get("/displays").status_code == 403
    assert list(events.verify(shop.ledger)) == []


def test_screens_are_kept_to_the_shops_networks_where_it_says_so(guest: Any, stock: Any) -> None:
    """Like travelers: from outside the address shows nothing."""
    from web.app import create_app
    from web.visitor import VAULT

    settings.write(stock.root / settings.FILE, floor_networks=["192.168.7.0/24"])
    app = create_app(stock.root)
    browser = type(guest(None))(app.test_client())
    for address, status in (("192.168.7.8", 200), ("203.0.113.5", 403)):
        answer = browser.get(f"/d/{stock.display}", environ_overrides={"REMOTE_ADDR": address})
        assert answer.status_code == status
    app.extensions[VAULT].close()
