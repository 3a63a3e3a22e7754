# SPDX-License-Identifier: AGPL-3.0-or-later
"""The guard: foreign forms, foreign hosts, sign-in, sessions, limits."""

from __future__ import annotations

import re
from typing import Any

import pytest

BASE = "https://vault.example"
PASSWORD = "correct horse 7"


def ledger(app: Any) -> Any:
    """Return the ledger behind the application."""
    from web.visitor import VAULT

    return app.extensions[VAULT].ledger


def unsafe(stock: Any, manners: tuple[str, ...] = ("page", "public", "api")) -> list[str]:
    """Return an example of every address that takes a form; stock clients send none."""
    from web.addresses import TABLE

    facts = {
        "number": stock.number,
        "rev": "A",
        "change": stock.change,
        "job": stock.job,
        "token": stock.token,
    }
    return [
        re.sub(r"<(?:\w+:)?(\w+)>", lambda part: facts.get(part[1], "00"), one.rule)
        for one in TABLE
        if one.post is not None and one.manner in manners
    ]


@pytest.mark.parametrize("heads", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
                                   {"Origin": "https://evil.example"}])  # fmt: skip
def test_a_form_of_another_site_is_refused_everywhere(
    heads: dict[str, str], guest: Any, stock: Any
) -> None:
    """Even with the right token: what another site sent is not what this person meant."""
    browser = guest("ada")
    for path in unsafe(stock, ("page", "public", "api", "remote")):
        answer = browser.post(path, headers=heads)
        assert answer.status_code == 403, path
        assert "not sent from a page of this server" in answer.text


def test_a_form_without_its_token_is_refused_everywhere(guest: Any, stock: Any) -> None:
    """No token, an empty one, or that of another browser: refused, with or without the headers."""
    browser, other = guest("ada"), guest("ada")
    for path in unsafe(stock):
        for token in (None, "", other.form_token()):
            for heads in ({}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": BASE}):
                data = {} if token is None else {"form_token": token}
                answer = browser.open(path, "POST", data=data, headers=heads)
                assert answer.status_code == 403, path
                assert "too old" in answer.text


def test_a_form_of_ours_passes_with_what_browsers_send(guest: Any) -> None:
    """``Origin: null`` is what our own referrer policy makes of it on plain http."""
    for heads in ({}, {"Sec-Fetch-Site": "same-origin", "Origin": "null"}, {"Origin": BASE}):
        assert guest("eli").post("/logout", headers=heads).status_code == 303


def test_an_unknown_host_is_refused(app: Any) -> None:
    """A forged Host never reaches a view; loopback and the public address do."""
    client = app.test_client()
    for host, status in (("evil.example", 400), ("vault.example", 200), ("127.0.0.1:8000", 200),
                         ("localhost", 200), ("vault.example.evil.example", 400)):  # fmt: skip
        answer = client.get("/healthz", headers={"Host": host})
        assert answer.status_code == status, host
    answer = client.get(
        "/login", headers={"Host": "vault.example", "X-Forwarded-Host": "evil.example"}
    )
    assert "evil.example" not in answer.text


def test_signing_in_gives_a_new_session_and_a_hard_cookie(guest: Any) -> None:
    """The cookie is bound to the host, unreadable for scripts, and changes with every sign-in."""
    browser = guest(None)
    first = browser.post("/login", {"name": "eli", "password": PASSWORD, "next": "/items?q=a"})
    assert (first.status_code, first.headers["Location"]) == (303, "/items?q=a")
    (cookie,) = [c for c in first.headers.getlist("Set-Cookie") if "__Host-titleblock=" in c]
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie
    assert browser.get("/account").status_code == 200
    again = browser.post("/login", {"name": "eli", "password": PASSWORD})
    assert cookie.split(";")[0] not in again.headers.get("Set-Cookie")
    old = guest(None)
    name, _, value = cookie.split(";")[0].partition("=")
    old.client.set_cookie(name, value, domain="vault.example", secure=True)
    assert old.get("/account").status_code == 303  # signing in again ended the one before


def test_signing_out_ends_the_session_on_the_server(guest: Any) -> None:
    """A kept cookie is worth nothing after signing out."""
    browser = guest("eli")
    kept = browser.client.get_cookie("__Host-titleblock", domain="vault.example").value
    assert browser.post("/logout").status_code == 303
    browser.client.set_cookie("__Host-titleblock", kept, domain="vault.example", secure=True)
    assert browser.get("/account").headers["Location"] == "/login?next=/account"


def test_a_wrong_password_keeps_the_name_and_is_counted(guest: Any) -> None:
    """The sentence does not say which was wrong; after ten the ledger locks."""
    browser = guest(None)
    unknown = browser.post("/login", {"name": "nobody", "password": "x"})
    for _ in range(9):
        wrong = browser.post("/login", {"name": "eli", "password": "x"})
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert "do not belong together" in wrong.text
    assert 'value="eli"' in wrong.text
    assert browser.post("/login", {"name": "eli", "password": "x"}).status_code == 429
    locked = browser.post("/login", {"name": "eli", "password": PASSWORD})
    assert locked.status_code == 429


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/\\evil.example",
                                    "\\\\evil.example", "javascript:alert(1)", "/%0d%0aX: y\r\nX: y",
                                    "/login?next=/login"])  # fmt: skip
def test_signing_in_leads_nowhere_else(wanted: str, guest: Any) -> None:
    """The way back after signing in is always on this server."""
    answer = guest(None).post("/login", {"name": "eli", "password": PASSWORD, "next": wanted})
    assert answer.headers["Location"] == "/"


def test_a_disabled_person_is_out_at_once(app: Any, guest: Any) -> None:
    """A live session does not outlast its person."""
    from vault.ledger import people

    browser = guest("eli")
    assert browser.get("/items").status_code == 200
    people.disable(ledger(app), "ada", "eli")
    assert browser.get("/items").status_code == 303


def test_a_token_reads_and_never_writes(app: Any, guest: Any, stock: Any) -> None:
    """A bearer token opens what its person may read; git's scope and a wrong one open nothing."""
    from vault.ledger import people

    secret = people.issue_token(ledger(app), "ada", "eli", "read")
    foreign = people.issue_token(ledger(app), "ada", "eli", "git")
    browser = guest(None)
    heads = {"Authorization": f"Bearer {secret}"}
    assert browser.get("/api/v1/items", headers=heads).json["items"][0]["current"] == "A"
    assert browser.get("/people", headers=heads).status_code == 403
    for path in unsafe(stock):
        assert browser.open(path, "POST", headers=heads).status_code in {401, 403}
    for wrong, status in ((foreign, 403), ("tb_read_guess", 401), ("", 401)):
        answer = browser.get("/api/v1/items", headers={"Authorization": f"Bearer {wrong}"})
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_a_form_that_is_too_large_is_refused_before_it_is_read(guest: Any) -> None:
    """Ordinary forms take 256 kB; the sentence names the limit."""
    answer = guest("eli").post("/changes/new", {"notes": "x" * 300_000})
    assert answer.status_code == 413
    assert "256 kB" in answer.text


def test_one_device_cannot_try_for_ever() -> None:
    """A bucket gives its tries, then one for every few seconds; other devices are not touched."""
    from web.errors import TooManyTries
    from web.limits import Bucket

    now = [0.0]
    bucket = Bucket(3, 2.0, clock=lambda: now[0])
    for _ in range(3):
        bucket.take("a")
    with pytest.raises(TooManyTries, match="wait 2 seconds"):
        bucket.take("a")
    bucket.take("b")
    now[0] = 2.0
    bucket.take("a")
    with pytest.raises(TooManyTries):
        bucket.take("a")
