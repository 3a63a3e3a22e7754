# SPDX-License-Identifier: AGPL-3.0-or-later
"""A screen on the wall that nobody touches: it shows the shop, and says by itself when it ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

WALL = {"width": 1920, "height": 1080}


def test_a_screen_goes_red_by_itself_when_its_address_is_withdrawn(
    visit: Callable[..., Any], site: Any, looked: Callable[..., list[str]]
) -> None:
    """It was hung up without a sign-in; withdrawn, its next question shows what to do, large."""
    from traveler.display import links
    from vault import home
    from vault.ledger import people

    vault = home.open_vault(site.root)
    pat = people.get(vault.ledger, "pat")
    made, address = links.make(vault, pat, place="over the door")
    page = visit(None, WALL).page()
    page.goto(address)
    page.get_by_role("heading", level=1).wait_for()
    assert page.locator("a").count() == 0
    assert "checked at" in page.locator(".beat").inner_text()
    assert looked(page, screens=(WALL,)) == []
    links.withdraw(vault, pat, made.id)
    vault.close()
    page.evaluate("dispatchEvent(new Event('online'))")
    page.get_by_role("heading", name="THIS SCREEN SHOWS NOTHING").wait_for()
    assert page.get_by_text("is withdrawn and shows nothing any more").is_visible()
    large = page.locator(".reason").evaluate("it => parseFloat(getComputedStyle(it).fontSize)")
    assert large >= 40
    assert looked(page, screens=(WALL,)) == []


def test_the_page_of_screens_has_no_faults(visit: Callable[..., Any]) -> None:
    """Made and withdrawn with a thumb at 390 px; nothing is wider than the phone."""
    from axe_playwright_python.sync_playwright import Axe

    page = visit("pat", {"width": 390, "height": 844}).page()
    page.goto("/displays")
    page.get_by_label("Where it hangs").fill("By the coffee")
    page.get_by_role("button", name="Make its address").click()
    page.get_by_text("It is shown this once").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not Axe().run(page).response["violations"]
    page.get_by_role("button", name="Withdraw screen").first.click()
    page.get_by_text("That screen shows nothing any more.").wait_for()
