# SPDX-License-Identifier: AGPL-3.0-or-later
"""Swipe, flicker and closer looks at a redline, by keyboard, mouse and touch, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
NUMBER, NAME = "10-0044", "10-0044_housing_idler.pdf"
CLIP = "getComputedStyle(document.querySelector('.layer.after')).clipPath"
SEEN = """what => getComputedStyle(document.querySelector('.layer.' + what)).visibility"""


@pytest.fixture(scope="module")
def redline(site: Any, project: Path) -> str:
    """Fill the served vault with the sample housing: A released, B in an order; its redline."""
    from release import desk
    from vault import home
    from vault.ledger import people

    vault = home.open_vault(site.root)
    person = {one.name: one for one in people.everybody(vault.ledger)}
    eli, mei = person["eli"], person["mchen"]
    samples = project / "sample_vault" / "items" / NUMBER
    desk.add_item(vault, eli, NUMBER, "Housing, idler end", "mchen")
    wanted = {NAME, "characteristics.csv", "10-0044_housing_idler.step"}
    for rev in ("A", "review"):
        files = {path.name: path for path in (samples / rev).iterdir() if path.name in wanted}
        desk.check_in(vault, eli, NUMBER, files, rev)
        change = desk.open_change(vault, eli, [NUMBER], "more take-up").order.change
        if rev == "A":
            desk.sign(vault, mei, "correct horse 7", change)
            desk.release(vault, eli, change)
    vault.close()
    return f"/changes/{change}/redline/{NUMBER}/"


def test_redlines_are_accessible_and_fit(
    visit: Callable[..., Any], redline: str, looked: Callable[..., list[str]]
) -> None:
    """Axe finds nothing in any way of looking, and nothing is wider than the screen."""
    page = visit("mchen", PHONE).page()
    for name in (NAME, "characteristics.csv", "10-0044_housing_idler.step", "item.toml"):
        assert page.goto(redline + name).status == 200
        for look in ("changes", "swipe", "flicker") if name == NAME else ("",):
            if look:
                page.click(f"button[data-look={look}]")
            assert looked(page) == [], (name, look)


def test_a_known_change_stands_first_with_its_picture(
    visit: Callable[..., Any], redline: str, until: Callable[..., None]
) -> None:
    """The take-up went from 12 to 16: it is in the list, in the zone printed on the sheet."""
    page = visit("mchen").page()
    page.goto(redline + NAME)
    first = page.locator(".found li").first
    assert re.sub(r"\s+", " ", first.inner_text()).strip() == "A2 12 16"
    picture = first.locator("img")
    picture.scroll_into_view_if_needed()
    until(page, "document.querySelector('.found img').naturalWidth > 200")


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_swiping_uncovers_the_sheet_before(
    screen: dict[str, int], visit: Callable[..., Any], redline: str
) -> None:
    """By keyboard on the slider, and by dragging the line; both sheets lie on each other."""
    page = visit("mchen", screen).page()
    page.goto(redline + NAME)
    page.click("button[data-look=swipe]")
    boxes = [page.locator(f".layer.{one} img").bounding_box() for one in ("before", "after")]
    assert boxes[0] == boxes[1]
    assert "50%" in page.evaluate(CLIP)
    slider = page.get_by_label("How much of the sheet before is shown")
    slider.focus()
    for _step in range(10):
        page.keyboard.press("ArrowRight")
    assert "60%" in page.evaluate(CLIP)
    page.locator("[data-stage]").scroll_into_view_if_needed()
    line = page.locator("[data-divider]").bounding_box()
    x, y = line["x"] + line["width"] / 2, line["y"] + 40
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - boxes[0]["width"] * 0.3, y, steps=4)
    page.mouse.up()
    assert int(slider.input_value()) == pytest.approx(30, abs=2)
    assert f"{slider.input_value()}%" in page.evaluate(CLIP)


def test_flicker_changes_sides_and_can_be_stopped(visit: Callable[..., Any], redline: str) -> None:
    """It beats slower than three times a second, pauses, and goes on by hand, by key too."""
    page = visit("mchen").page()
    page.clock.install()
    page.goto(redline + NAME)
    page.click("button[data-look=flicker]")
    assert page.evaluate(SEEN, "after") == "hidden"
    page.clock.run_for(750)
    assert page.evaluate(SEEN, "after") == "visible"
    assert page.locator("[data-which]").inner_text() == "Now"
    page.clock.run_for(750)
    assert page.evaluate(SEEN, "after") == "hidden"
    page.get_by_role("button", name="Pause").click()
    page.clock.run_for(5_000)
    assert page.evaluate(SEEN, "after") == "hidden"
    page.get_by_role("button", name="Show the other").click()
    assert page.evaluate(SEEN, "after") == "visible"
    page.locator("[data-stage]").focus()
    page.keyboard.press(" ")
    assert page.evaluate(SEEN, "after") == "hidden"


def test_nothing_moves_by_itself_for_those_who_asked_for_calm(
    visit: Callable[..., Any], redline: str
) -> None:
    """With reduced motion the flicker waits for the button."""
    page = visit("mchen").page()
    page.emulate_media(reduced_motion="reduce")
    page.clock.install()
    page.goto(redline + NAME)
    page.click("button[data-look=flicker]")
    page.clock.run_for(5_000)
    assert page.evaluate(SEEN, "after") == "hidden"
    page.get_by_role("button", name="Show the other").click()
    assert page.evaluate(SEEN, "after") == "visible"


def test_a_change_of_the_list_is_brought_near(visit: Callable[..., Any], redline: str) -> None:
    """The sheet grows around it, with a frame; keys make it larger, smaller and whole again."""
    page = visit("mchen").page()
    page.goto(redline + NAME)
    whole = page.locator(".layer.changes img").bounding_box()["width"]
    page.locator(".found a").first.click()
    near = page.locator(".layer.changes img").bounding_box()["width"]
    assert near > 3 * whole
    spot, stage = (page.locator(f"[data-{one}]").bounding_box() for one in ("spot", "stage"))
    assert stage["x"] <= spot["x"]
    assert spot["x"] + spot["width"] <= stage["x"] + stage["width"]
    page.keyboard.press("-")
    assert page.locator(".layer.changes img").bounding_box()["width"] < near
    page.keyboard.press("0")
    assert page.locator(".layer.changes img").bounding_box()["width"] == pytest.approx(whole, abs=2)


def test_without_scripts_there_are_three_pictures(browser: Any, site: Any, redline: str) -> None:
    """Both, before and now stand below each other, and each change leads to its picture."""
    context = browser.new_context(base_url=site.url, java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    page.goto("/login")
    page.get_by_label("Name").fill("mchen")
    page.get_by_label("Password").fill("correct horse 7")
    page.get_by_role("button", name="Sign in").click()
    page.goto(redline + NAME)
    tops = [page.locator(f".layer.{one} img").bounding_box()["y"]
            for one in ("changes", "before", "after")]  # fmt: skip
    assert tops == sorted(tops)
    assert len(set(tops)) == 3
    assert not page.locator("button[data-look=swipe]").is_visible()
    assert page.locator(".found a").first.get_attribute("href").endswith("/1/change-1.png")
    context.close()
