# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo checked from outside: over HTTP, as a browser would see it."""

from __future__ import annotations

import http.cookiejar
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Final

from release import audit
from vault.home import Vault
from web import demo
from web.errors import NotAsPromised

PATIENCE: Final = 60.0  # seconds for a cold start
TOKEN: Final = re.compile(r'name="form_token" value="([^"]+)"')
DRAWING: Final = b"%PDF-"


def check(vault: Vault, url: str, tell: Callable[[str], None]) -> None:
    """Open what the demo tells people to open; raises NotAsPromised at the first thing amiss."""
    wait(f"{url}/healthz")
    tell("the server answers")
    for one in demo.worth_opening(vault):
        if one.path.startswith(("/t/", "/r/", "/c/")):
            _page(urllib.request.build_opener(), url + one.path)
            tell(one.why)
    for name, roles, password, _pin in demo.logins():
        visitor = _signed_in(url, name, password)
        _page(visitor, f"{url}/")
        tell(f"{name} ({roles}) signs in and has a first page")
    visitor = _signed_in(url, "mchen", "correct horse 7")
    for one in demo.worth_opening(vault):
        _page(visitor, url + one.path)
    tell("every page worth opening opens")
    _drawing(visitor, url)
    tell("a released drawing comes stamped")
    report = audit.verify(vault)
    if not report.ok:
        raise NotAsPromised(where=report.faults[0].where, what=report.faults[0].what)
    tell(f"verify: {', '.join(f'{count} {what}' for what, count in report.checked.items())}")


def wait(address: str) -> None:
    """Return once an address answers; raises NotAsPromised after a minute."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own address
                return
        except OSError as fault:
            if time.monotonic() > end:
                raise NotAsPromised(where=address, what=f"does not answer: {fault}") from fault
            time.sleep(0.2)


def _signed_in(url: str, name: str, password: str) -> urllib.request.OpenerDirector:
    cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    visitor = urllib.request.build_opener(cookies)
    page = _page(visitor, f"{url}/login").decode()
    token = TOKEN.search(page)
    if token is None:
        raise NotAsPromised(where=f"{url}/login", what="has no form")
    form = urllib.parse.urlencode(
        {"name": name, "password": password, "form_token": token[1]}
    ).encode()
    given = urllib.request.Request(  # noqa: S310 - our own address
        f"{url}/login", data=form, headers={"Origin": url, "Sec-Fetch-Site": "same-origin"}
    )
    _page(visitor, given)
    return visitor


def _page(visitor: urllib.request.OpenerDirector, wanted: str | urllib.request.Request) -> bytes:
    where = wanted if isinstance(wanted, str) else wanted.full_url
    try:
        with visitor.open(wanted, timeout=60) as answer:
            data: bytes = answer.read()
    except urllib.error.HTTPError as refusal:
        raise NotAsPromised(where=where, what=f"answers {refusal.code}") from refusal
    if not data:
        raise NotAsPromised(where=where, what="is empty")
    return data


def _drawing(visitor: urllib.request.OpenerDirector, url: str) -> None:
    told = json.loads(_page(visitor, f"{url}/api/v1/items/10-0042"))
    data = _page(visitor, f"{url}/items/10-0042/{told['current']}/files/10-0042_bracket.pdf")
    if not data.startswith(DRAWING):
        raise NotAsPromised(where="10-0042_bracket.pdf", what="is not a PDF")
