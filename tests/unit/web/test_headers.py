# SPDX-License-Identifier: AGPL-3.0-or-later
"""Headers of every answer, refusals and faults included, and how refusals are told."""

from __future__ import annotations

import logging
from typing import Any

import pytest

PATHS = ("/", "/login", "/items", "/items/10-0042", "/items/10-0042/A", "/items/none", "/nowhere",
         "/changes", "/people", "/jobs", "/healthz", "/readyz", "/static/css/tokens.css",
         "/static/none.css", "/api/v1/items", "/api/v1/items/none", "/t/nothing", "/r/nothing",
         "/items/10-0042/A/files/10-0042.pdf", "/items/10-0042/A/pages/10-0042.pdf/1.png",
         "/items/10-0042/A/pages/10-0042.pdf/9.png")  # fmt: skip


def test_every_answer_is_hardened(guest: Any) -> None:
    """The same headers on pages, redirects, pictures, refusals, for whoever asks."""
    for actor in (None, "eli", "cora"):
        browser = guest(actor)
        for path in PATHS:
            for method in ("GET", "HEAD", "PUT"):
                answer = browser.open(path, method)
                heads, policy = answer.headers, answer.headers["Content-Security-Policy"]
                assert "default-src 'none'" in policy, path
                assert "unsafe" not in policy
                for part in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
                    assert part in policy, path
                assert heads["X-Content-Type-Options"] == "nosniff"
                assert heads["Referrer-Policy"] == "no-referrer"
                assert heads["Cross-Origin-Opener-Policy"] == "same-origin"
                assert heads["Cross-Origin-Resource-Policy"] == "same-origin"
                assert "max-age=31536000; includeSubDomains" in heads["Strict-Transport-Security"]
                assert "geolocation=()" in heads["Permissions-Policy"]
                assert "X-Powered-By" not in heads
                assert "Access-Control-Allow-Origin" not in heads


def test_pages_are_never_kept_and_static_files_are(guest: Any) -> None:
    """What needs a sign-in is not stored; a file with its hash in the address is, for a year."""
    browser = guest("eli")
    page = browser.get("/items/10-0042")
    assert page.headers["Cache-Control"] == "no-store"
    assert "Cookie" in page.headers["Vary"]
    href = page.text.split('rel="stylesheet" href="')[1].split('"')[0]
    assert browser.get(href).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    picture = browser.get("/items/10-0042/A/pages/10-0042.pdf/1.png")
    assert picture.headers["Cache-Control"] == "private, no-cache"
    again = browser.get("/items/10-0042/A/pages/10-0042.pdf/1.png",
                        headers={"If-None-Match": picture.headers["ETag"]})  # fmt: skip
    assert again.status_code == 304


def test_files_come_in_a_sandbox_and_only_stamped_ones_are_shown(guest: Any) -> None:
    """The name leads with number and revision; what people brought is a download, always."""
    browser = guest("eli")
    for path, said in (("A/files/10-0042.pdf", "inline; filename=10-0042_A.pdf"),
                       ("A/files/route.toml", "attachment; filename=10-0042_A_route.toml"),
                       ("A/files/10-0042.pdf?original=1",
                        "attachment; filename=10-0042_A_original.pdf")):  # fmt: skip
        answer = browser.get(f"/items/10-0042/{path}")
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"] == said
        assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_programs_get_problem_documents(guest: Any) -> None:
    """RFC 9457, under /api and wherever a program says it reads them."""
    browser = guest("eli")
    for path, heads in (("/api/v1/items/none", {}),
                        ("/items/none", {"Accept": "application/problem+json"})):  # fmt: skip
        answer = browser.get(path, headers=heads)
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
        told = answer.json
        assert told["type"] == "urn:titleblock:problem:no-such-item"
        assert (told["status"], told["facts"]) == (404, {"number": "none"})
        assert told["detail"].startswith("There is no item none")
    assert browser.get("/items/none").mimetype == "text/html"


@pytest.mark.parametrize("kind", ["page", "api"])
def test_a_fault_is_a_calm_page_whose_number_is_in_the_log(
    kind: str, app: Any, guest: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing of the inside is shown; the number leads to it in the log."""
    endpoint = "home.page" if kind == "page" else "api.items"

    def broken() -> str:
        raise RuntimeError("the secret inside")

    app.view_functions[endpoint] = broken
    with caplog.at_level(logging.ERROR):
        answer = guest("eli").get("/" if kind == "page" else "/api/v1/items")
    assert answer.status_code == 500
    assert "secret inside" not in answer.text
    assert "secret inside" in caplog.text
    mark = answer.text.split("the number ")[1][:8]
    assert f"bug {mark}" in caplog.text


def test_strange_text_is_shown_and_never_run(guest: Any) -> None:
    """Markup and control signs in an address or a search come back as text."""
    browser = guest("eli")
    for path in ("/items?q=<script>alert(1)</script>", "/items/<b>x", "/items/%1b]0;x%07"):
        answer = browser.get(path)
        assert answer.status_code in {200, 404}
        assert "<script>alert" not in answer.text
        assert "<b>x" not in answer.text
        assert "\x1b" not in answer.text


def test_the_api_describes_itself(guest: Any) -> None:
    """Every API address stands in the OpenAPI document, and nothing else does."""
    from web.addresses import TABLE

    told = guest(None).get("/api/openapi.json").json
    wanted = {one.rule.replace("<", "{").replace(">", "}") for one in TABLE if one.manner == "api"}
    assert set(told["paths"]) == wanted
    assert told["openapi"].startswith("3.1")
    assert {method for one in told["paths"].values() for method in one} == {"get"}
    assert not [one.rule for one in TABLE if one.manner == "api" and (one.post or one.put)]
    assert "a machine's program is a file of an item" in told["info"]["description"]


def test_a_machine_fetches_a_released_program_with_its_token(app: Any, guest: Any) -> None:
    """As the description says: by item, revision and name, the released bytes, and nothing is sent."""
    from vault.ledger import people
    from web.visitor import VAULT

    ledger = app.extensions[VAULT].ledger
    heads = {"Authorization": f"Bearer {people.issue_token(ledger, 'ada', 'eli', 'read')}"}
    place = "/items/10-0042/A/files/route.toml"  # a text as a program is one
    assert b"[[operation]]" in guest(None).get(place, headers=heads).data
    assert guest(None).open(place, "POST", headers=heads).status_code == 405
    assert guest(None).get(place).status_code == 303
