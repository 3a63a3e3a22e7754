# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of addresses, walked whole: every address, every method, everybody."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable
from typing import Any

import pytest

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
ACTORS = (None, "ada", "eli", "mchen", "pat", "otto", "quinn", "cora")
ROLES = {"ada": "admin", "eli": "engineer", "mchen": "approver", "pat": "planner",
         "otto": "operator", "quinn": "quality", "cora": "customer"}  # fmt: skip
EMPTY = hashlib.md5(b"", usedforsecurity=False).hexdigest()


def example(rule: str, stock: Any) -> str:
    """Return an address of a rule that names something the stocked vault has."""
    name = "css/tokens.css" if "path:" in rule else "10-0042.pdf"
    facts = {"person": "cora", "table": "profits", "balloon": "1", "kept": "1", "role": "original",
             "number": stock.number, "rev": "A", "change": stock.change, "job": stock.job,
             "token": stock.token, "code": stock.code, "copy": stock.copy,
             "copy_code": stock.copy_code, "page": "1", "name": name,
             "filename": name, "what": "changes", "ab": EMPTY[:2], "rest": EMPTY[2:],
             "badge_code": stock.badge_code, "blocker": "1", "export": "jobs", "station": "saw",
             "lock": EMPTY, "wide": "3840", "column": "0", "row": "0", "packet": "PP-0001",
             "form": "zip", "display_code": stock.display, "question": "1"}  # fmt: skip
    facts |= {"kind": "photo", "nc": "NC-0001", "paper": "inspection.pdf", "share": "0" * 26}
    facts |= {"gauge": "PG-50", "photo": "1"}
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: facts[part[1]], rule)


@pytest.fixture
def token_of(app: Any) -> Callable[[str | None], dict[str, str]]:
    """Return a maker of headers by which a stock client acts for somebody, or for nobody."""
    from vault.ledger import people
    from web.visitor import VAULT

    vault = app.extensions[VAULT]
    vault.objects.put(io.BytesIO(b""))

    def headers(actor: str | None) -> dict[str, str]:
        if actor is None:
            return {}
        return {"X-Vault-Token": people.issue_token(vault.ledger, actor, actor, "git")}

    return headers


def expected(address: Any, method: str, actor: str | None) -> set[int]:
    """Return what the table says of a method and a person."""
    door = address.door(method)
    if door is None:
        return {405}
    roles = None if actor is None else frozenset({ROLES[actor]})
    if door.opens(roles):
        if address.rule == "/login" and method != "POST" and actor:
            return {303}
        return {303} if (address.rule, actor) == ("/", "cora") else {door.answers}
    if actor is not None:
        return {403}
    return {303} if address.manner == "page" and method in {"GET", "HEAD"} else {401}


def test_every_address_of_the_application_stands_in_the_table(app: Any) -> None:
    """An address that is missing in the table cannot be served."""
    from web.addresses import TABLE

    served = {(rule.rule, rule.endpoint) for rule in app.url_map.iter_rules()}
    told = {(rule, one.endpoint) for one in TABLE for rule in (one.rule, *one.also)}
    assert served == told
    assert len({one.endpoint for one in TABLE}) == len(TABLE)


@pytest.mark.parametrize("actor", ACTORS)
def test_everybody_gets_the_answers_of_the_table(
    actor: Any, guest: Any, stock: Any, token_of: Any
) -> None:
    """Address × method × person: the guard and the views answer as the table says."""
    from web.addresses import TABLE

    wrong = []
    for address in TABLE:
        for rule in (address.rule, *address.also):
            path, browser = example(rule, stock), guest(actor)
            for method in METHODS:
                if rule == "/logout" and method == "POST" and actor:
                    continue  # it ends the session this walk needs; a test of its own holds it
                if address.manner == "remote":
                    answer = guest(None).open(path, method, headers=token_of(actor))
                    assert browser.open(path, method).status_code in {401, 405}, "by session alone"
                elif method == "POST":
                    answer = browser.post(path)
                else:
                    answer = browser.open(path, method)
                if answer.status_code not in expected(address, method, actor):
                    wrong.append(
                        (method, path, answer.status_code, expected(address, method, actor))
                    )
    assert not wrong


def test_head_says_what_get_says(guest: Any, stock: Any) -> None:
    """HEAD differs from GET by the missing body only, for whoever asks."""
    from web.addresses import TABLE

    for actor in (None, "eli", "cora"):
        browser = guest(actor)
        browser.get("/login")  # so that both have the same form cookie
        for address in TABLE:
            if address.get is None:
                continue
            path = example(address.rule, stock)
            get, head = browser.open(path, "GET"), browser.open(path, "HEAD")
            assert head.status_code == get.status_code, path
            assert head.data == b"", path
            ours = {k: v for k, v in get.headers if k not in {"Date", "Content-Length"}}
            theirs = {k: v for k, v in head.headers if k not in {"Date", "Content-Length"}}
            assert ours == theirs, path


@pytest.mark.parametrize("place", ["/items/{}", "/items/{}/A", "/items/{}/A/files/route.toml",
                                   "/changes/{}", "/jobs/{}", "/api/v1/items/{}"])  # fmt: skip
def test_what_is_foreign_looks_like_what_does_not_exist(place: str, guest: Any, stock: Any) -> None:
    """A customer cannot tell a real number from an invented one, by status, body or length."""
    real = {"changes": stock.change, "jobs": stock.job}.get(place.split("/")[1], stock.number)
    invented = "X" * len(real)
    for actor in (None, "cora"):
        browser = guest(actor)
        there, nowhere = browser.get(place.format(real)), browser.get(place.format(invented))
        assert there.status_code == nowhere.status_code
        assert there.text.replace(real, invented) == nowhere.text
        assert len(there.data) == len(nowhere.data)


def test_the_floor_sees_no_work_in_progress(guest: Any, stock: Any) -> None:
    """For an operator ``working`` is a revision that does not exist, for bytes and pictures too."""
    operator, engineer = guest("otto"), guest("eli")
    for place in ("/items/10-0042/{}", "/items/10-0042/{}/files/10-0042.pdf",
                  "/items/10-0042/{}/pages/10-0042.pdf/1.png", "/api/v1/items/10-0042/{}",
                  "/items/10-0042/{}/view/10-0042.pdf",
                  "/items/10-0042/{}/tiles/10-0042.pdf/1/3840/0-0.png"):  # fmt: skip
        assert engineer.get(place.format("working")).status_code == 200
        answer = operator.get(place.format("working"))
        nothing = operator.get(place.format("WORKINX"))
        assert answer.status_code == nothing.status_code == 404
        assert answer.text.replace("working", "WORKINX") == nothing.text
    assert "unstamped" not in operator.get("/items/10-0042").text
    signed = operator.get("/items/10-0042/A/files/10-0042.pdf?original=1").data
    assert signed == operator.get("/items/10-0042/A/files/10-0042.pdf").data


def test_looking_changes_nothing(guest: Any, stock: Any) -> None:
    """After every GET by everybody the ledger and all refs are what they were.

    But for the looks of customers, which are what is to be on record.
    """
    from vault import home
    from vault.ledger import events
    from web.addresses import TABLE

    browsers = [guest(actor) for actor in ACTORS]
    browsers[1].get("/items")  # the first look may fill the catalogue
    vault = home.open_vault(stock.root)
    before = events.head(vault.ledger), sorted(vault.history.refs("refs/"))
    for browser in browsers:
        for address in TABLE:
            if address.get is not None:
                browser.get(example(address.rule, stock))
                browser.get(example(address.rule, stock) + "?act=finish&state=open&q=x&done=sign")
    news = events.latest(vault.ledger, events.head(vault.ledger)[0] - before[0][0])
    looks = [(one.kind, one.actor, one.facts) for one in news]
    assert looks == [("customer.looked", "cora", {"what": "list of orders"})] * 2
    assert sorted(vault.history.refs("refs/")) == before[1]
    vault.close()


def test_a_scan_after_a_crash_writes_nothing(
    app: Any, guest: Any, stock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release that died at its commit point: pages and scans tell it, and repair nothing.

    The next request that acts does.
    """
    from release import desk, follower
    from vault.ledger import events, people
    from web.visitor import VAULT

    vault = app.extensions[VAULT]
    mei = people.get(vault.ledger, "mchen")
    desk.sign(vault, mei, "correct horse 7", stock.change)
    with monkeypatch.context() as crash:
        crash.setattr(follower, "follow", lambda _vault: None)
        desk.release(vault, mei, stock.change)
    before = events.head(vault.ledger), sorted(vault.history.refs("refs/"))
    browsers = [guest(one) for one in (None, "otto", "pat")]
    opened = events.head(vault.ledger)
    for browser in browsers:
        for path in (f"/t/{stock.token}", f"/r/{stock.code}", "/jobs/J-1", "/items/10-0042/A",
                     "/blockers", "/dispatch", "/changes", "/recalls", "/"):  # fmt: skip
            browser.get(path)
    assert "SUPERSEDED" in browsers[0].get(f"/t/{stock.token}").text.upper()
    assert (events.head(vault.ledger), sorted(vault.history.refs("refs/"))) == (opened, before[1])
    browsers[2].post("/items/10-0042/A/export")
    assert vault.history.tip("refs/tags/release/10-0042/B") is not None


def test_an_upper_case_code_reaches_the_same_page(guest: Any, stock: Any) -> None:
    """A QR is upper case, a person may type lower case; look-alikes are forgiven."""
    browser = guest(None)
    for kind, code in (("R", stock.code), ("T", stock.token)):
        spellings = (
            f"/{kind}/{code}",
            f"/{kind.lower()}/{code}",
            f"/{kind.lower()}/{code.lower()}",
        )
        pages = {browser.get(path).status_code for path in spellings}
        assert pages == {200}


def test_an_item_is_found_by_any_spelling_of_its_number(app: Any, guest: Any) -> None:
    """Another case of a number leads to the one spelling."""
    from release import desk
    from vault.ledger import people
    from web.visitor import VAULT

    vault = app.extensions[VAULT]
    desk.add_item(vault, people.get(vault.ledger, "eli"), "Ab-1", "Case", "mchen")
    answer = guest("eli").get("/items/aB-1")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/items/Ab-1")
