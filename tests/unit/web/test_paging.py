# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lists that grow: people, customers, gauges, recalls go page by page and are looked through."""

from __future__ import annotations

import re
from typing import Any

import pytest

from web import paging


def test_people_go_page_by_page(guest: Any, stock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Next and previous keep the words that were looked for; a page past the end is the first."""
    monkeypatch.setattr(paging.paged, "__defaults__", (3,))
    admin = guest("ada")
    first = admin.get("/people").text
    assert "1 to 3 of " in first
    assert 'href="/people?skip=3" rel="next"' in first
    assert 'rel="prev"' not in first
    second = admin.get("/people?skip=3&q=a").text
    assert 'href="/people?q=a" rel="prev"' in second
    assert "1 to 3 of " in admin.get("/people?skip=900").text
    assert "Nobody has these words." in admin.get("/people?q=nobodyatall").text


@pytest.mark.parametrize(
    ("who", "address"),
    [("pat", "/customers"), ("quinn", "/gauges"), ("pat", "/recalls?all=1"), ("pat", "/stations"),
     ("ada", "/badges"), ("pat", "/displays"), ("pat", "/questions")],
)  # fmt: skip
def test_lists_say_when_nothing_has_the_words(
    guest: Any, stock: Any, who: str, address: str
) -> None:
    """Not the sentence of an empty list: something may be there under other words."""
    sign = "&" if "?" in address else "?"
    text = guest(who).get(f"{address}{sign}q=nobodyatall").text
    assert "has these words." in text
    assert 'value="nobodyatall"' in text


def test_stations_badges_and_screens_go_page_by_page(
    guest: Any, stock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is on the second page is found there and by its words, and nowhere twice."""
    from traveler import stations
    from traveler.display import links
    from traveler.tablet import badges
    from vault import home
    from vault.ledger import people

    vault = home.open_vault(stock.root)
    planner = people.get(vault.ledger, "pat")
    for number in range(5):
        stations.add(vault, planner, f"x-{number}", f"Bench {number}")
        links.make(vault, planner, "", place=f"Gate {number}")
        badges.issue(vault, planner, "otto")
    vault.close()
    monkeypatch.setattr(paging.paged, "__defaults__", (3,))
    browser = guest("pat")
    for address, row, count in (
        ("/stations", 'href="/stations/x-', 5), ("/displays", "Gate ", 5),
        ("/badges", "Revoke<", 6),  # and the one of the stock
    ):  # fmt: skip
        shown, here = 0, address
        while here:
            text = browser.get(here).text
            shown += text.count(row)
            following = re.search(r'href="([^"]+)" rel="next"', text)
            here = following[1].replace("&amp;", "&") if following else ""
        assert shown == count, address
    assert "Gate 4" in browser.get("/displays?q=gate+4").text
    assert "Gate 3" not in browser.get("/displays?q=gate+4").text
