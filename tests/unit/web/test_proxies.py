# SPDX-License-Identifier: AGPL-3.0-or-later
"""Behind a reverse proxy: whose address counts, and that what was made up opens nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault import settings
from vault.errors import BadSettings
from web.proxies import BehindProxies

PROXY, INSIDE, OUTSIDE = "10.0.0.2", "192.168.7.20", "203.0.113.5"


def came_from(peer: str, **heads: str) -> str:
    """Return the address an application behind 10.0.0.2 and fd00::/8 is told for a request."""
    told: list[str] = []

    def application(environ: dict[str, Any], _start: Callable[..., Any]) -> list[bytes]:
        told.append(environ["REMOTE_ADDR"])
        return []

    named = {f"HTTP_{name.upper()}": value for name, value in heads.items()}
    behind = BehindProxies(application, [PROXY, "fd00::/8"])
    behind({"REMOTE_ADDR": peer, **named}, lambda *_given: None)
    return told[0]


@pytest.mark.parametrize(("forwarded", "found"), [
    (OUTSIDE, OUTSIDE),
    (f"{INSIDE}, {OUTSIDE}", OUTSIDE),            # the left one was made up
    (f"{INSIDE},{OUTSIDE},{PROXY}", OUTSIDE),     # two proxies of ours in a row
    (f"{OUTSIDE}, fd00::7", OUTSIDE),
    ("2001:db8::1", "2001:db8::1"),
    (f"::ffff:{PROXY}", ""),                      # nobody but ourselves
    (PROXY, ""),
    ("", ""),
    (f"{INSIDE}, unknown", ""),
    (f"{INSIDE}, {OUTSIDE}:4711", ""),            # no address: nothing is guessed
    (f"{INSIDE},", ""),
])  # fmt: skip
def test_the_right_most_address_that_is_no_proxy_of_ours_counts(forwarded: str, found: str) -> None:
    """From the right, past our own; what is no address is nobody."""
    assert came_from(PROXY, x_forwarded_for=forwarded) == found


def test_the_header_of_a_stranger_is_not_believed() -> None:
    """Whoever asks directly is who they are, whatever they say; a proxy that says nothing is nobody."""
    assert came_from(OUTSIDE, x_forwarded_for=INSIDE) == OUTSIDE
    assert came_from(OUTSIDE, forwarded=f"for={INSIDE}") == OUTSIDE
    assert came_from(PROXY) == ""
    assert came_from(PROXY, x_real_ip=INSIDE, forwarded=f"for={INSIDE}") == ""


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
def test_nothing_a_visitor_writes_moves_the_address_our_proxy_added(written: str) -> None:
    """Whatever stands before it, the part our proxy wrote is the one that counts."""
    assert came_from(PROXY, x_forwarded_for=f"{written}, {OUTSIDE}") == OUTSIDE


@contextmanager
def shop_behind(stock: Any, guest: Any, *proxies: str) -> Iterator[Any]:
    """Give a browser at a shop that keeps its travelers to 192.168.7.0/24 and 10.0.0.0/8."""
    from web.app import create_app
    from web.visitor import VAULT

    settings.write(
        stock.root / settings.FILE,
        floor_networks=["192.168.7.0/24", "10.0.0.0/8"], trusted_proxies=list(proxies),
    )  # fmt: skip
    app = create_app(stock.root)
    try:
        yield type(guest(None))(app.test_client())
    finally:
        app.extensions[VAULT].close()


def asked(browser: Any, stock: Any, peer: str, **heads: str) -> Any:
    """Open a traveler as if from an address, with headers."""
    named = {name.replace("_", "-"): value for name, value in heads.items()}
    return browser.get(f"/t/{stock.token}", headers=named, environ_overrides={"REMOTE_ADDR": peer})


def test_a_traveler_behind_a_proxy_opens_for_the_shop_alone(guest: Any, stock: Any) -> None:
    """Whom the proxy names is let in or not; a made-up address before it changes nothing."""
    with shop_behind(stock, guest, PROXY) as browser:
        assert asked(browser, stock, PROXY, X_Forwarded_For=INSIDE).status_code == 200
        for forwarded in (OUTSIDE, f"{INSIDE}, {OUTSIDE}", f"{INSIDE}, nonsense", PROXY):
            refused = asked(browser, stock, PROXY, X_Forwarded_For=forwarded)
            assert refused.status_code == 403, forwarded
            assert "only from the shop" in refused.text
        assert asked(browser, stock, PROXY).status_code == 403  # though 10.0.0.2 is in the shop
        assert asked(browser, stock, INSIDE).status_code == 200


def test_a_proxy_nobody_named_lends_nobody_its_place(guest: Any, stock: Any) -> None:
    """It stands in the shop, so all it passes on would look like the shop: refused, and told why."""
    with shop_behind(stock, guest) as browser:
        for head in ("X_Forwarded_For", "X_Real_IP", "Forwarded", "Via"):
            refused = asked(browser, stock, PROXY, **{head: OUTSIDE})
            assert refused.status_code == 403, head
            assert "10.0.0.2, which is no proxy of the shop" in refused.text
            assert "trusted_proxies" in refused.text
        assert asked(browser, stock, PROXY).status_code == 200


def test_the_record_names_who_asked_and_not_the_proxy(guest: Any, stock: Any) -> None:
    """An act behind a proxy carries the tablet's own address."""
    from traveler import jobs
    from vault import home

    with shop_behind(stock, guest, PROXY) as browser:
        told = {"form_token": browser.form_token(), "act": "start", "seq": "10", "operator": "otto",
                "pin": "4711", "key": "0" * 26}  # fmt: skip
        answer = browser.client.post(
            f"/t/{stock.token}", base_url="https://vault.example", data=told,
            headers={"X-Forwarded-For": INSIDE}, environ_overrides={"REMOTE_ADDR": PROXY},
        )  # fmt: skip
        assert answer.status_code == 303, answer.text
    opened = home.open_vault(stock.root)
    started = [one for one in jobs.history(opened, "J-1") if one.kind == "operation.start"]
    opened.close()
    assert started[0].device.startswith(f"{INSIDE} ")


def test_a_proxy_is_named_by_its_address(tmp_path: Any) -> None:
    """A host name is no address; the refusal says what one looks like."""
    with pytest.raises(BadSettings, match=r"trusted_proxies has “proxy\.example”"):
        settings.write(tmp_path / settings.FILE, trusted_proxies=["proxy.example"])
