# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board at a desk and the displays on the wall, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

DESKTOP, PHONE, TV = ({"width": 1440, "height": 900}, {"width": 390, "height": 844},
                      {"width": 1920, "height": 1080})  # fmt: skip
PASSWORD = "correct horse 7"
STATION = "Fräszentrum mit Nullpunktspannsystem 12"
ROUTE = f"""\
[[operation]]
seq = 10
station = "saw"
title = "Cut the blank"
run_minutes = 2

[[operation]]
seq = 20
station = "{STATION}"
title = "Mill all over, with the long cutter that nobody may lend to the other hall"
run_minutes = 30
"""
Visits = Callable[..., Any]


@pytest.fixture(scope="module")
def shop(site: Any, tmp_path_factory: pytest.TempPathFactory, project: Path) -> Any:
    """Fill the served vault with a dozen jobs, late, blocked and ready, and return it opened."""
    from release import desk
    from traveler import jobs
    from traveler.blockers import handling
    from vault import home
    from vault.ledger import people

    vault = home.open_vault(site.root)
    person = {one.name: one for one in people.everybody(vault.ledger)}
    eli, mei, pat = person["eli"], person["mchen"], person["pat"]
    route = tmp_path_factory.mktemp("route") / "route.toml"
    route.write_text(ROUTE)
    drawing = project / "sample_vault/items/10-0043/A/10-0043_carriage.pdf"
    desk.add_item(vault, eli, "10-0043", "Carriage", "mchen")
    desk.check_in(vault, eli, "10-0043", {"10-0043.pdf": drawing, "route.toml": route}, "drawn")
    change = desk.open_change(vault, eli, ["10-0043"], "As drawn.").order.change
    desk.sign(vault, mei, PASSWORD, change)
    desk.release(vault, eli, change)
    today = datetime.now(UTC).date()
    for number in range(12):
        due = (today + timedelta(days=5 * number - 5)).isoformat()
        jobs.add(vault, pat, f"J-{number:02}", "10-0043", 12, due,
                 customer="Gesellschaft für Schleif- und Poliertechnik mbH & Co. KG")  # fmt: skip
        jobs.release_job(vault, pat, f"J-{number:02}")
    said = handling.Wanted(kind="material", owner="pat", what="no plate 40 mm", job="J-02")
    handling.raise_blocker(vault, pat, said)
    yield vault
    vault.close()


def test_the_pages_are_whole_and_accessible(
    visit: Visits, shop: Any, looked: Callable[..., list[str]]
) -> None:
    """Axe finds nothing, and nothing is wider than the screen, however long the words are."""
    wrong = []
    page = visit("pat", PHONE).page()
    for path in ("/dispatch", "/dispatch?show=load", "/dispatch?show=late&q=nothing",
                 "/dispatch/what-if?job=J-05&place=1", "/dispatch/what-if?ranking=due",
                 "/stations", "/wall", f"/stations/{STATION}",
                 "/jobs/J-02"):  # fmt: skip
        assert page.goto(path).status == 200, path
        wrong += looked(page)
    assert not wrong


def test_a_job_gets_its_turn_by_keyboard_by_button_and_by_dragging(
    visit: Visits, shop: Any
) -> None:
    """All three lead to the page that shows what would move and asks why."""
    page = visit("pat").page()
    page.goto("/dispatch")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.matches('[data-row]')")
    second = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("p")
    page.wait_for_url(f"**/what-if?job={second}&place=1")
    page.get_by_label("Why").fill("waits at the gate")
    page.get_by_role("button", name="Pin at place 1").click()
    page.wait_for_url("**/dispatch?done=pin")
    assert "waits at the gate" in page.locator(".pins").inner_text()
    page.goto("/dispatch?show=ready")
    dragged = page.locator(".line").nth(3)
    job = dragged.get_attribute("data-job")
    dragged.drag_to(page.locator("[data-drop] [data-place='1']"))
    page.wait_for_url(f"**/what-if?job={job}&place=1")
    assert page.locator(".moved").count() == 1
    page.goto("/dispatch")
    page.get_by_role("link", name=f"Take the pin of {second} back").click()
    page.get_by_label("Why").fill("fetched")
    page.get_by_role("button", name="Take it back").click()
    page.wait_for_url("**/dispatch?done=unpin")
    assert page.locator("[data-place]").count() == 0
    page.keyboard.press("2")
    page.wait_for_url("**/dispatch?show=late*")
    page.keyboard.press("?")
    assert page.get_by_text("gives it its turn").is_visible(), "the keys are told where one is"


def test_on_a_phone_the_list_that_is_shown_is_named_in_sight(visit: Visits, shop: Any) -> None:
    """Six lists do not fit beside each other; the one that is open is not the one scrolled away."""
    page = visit("pat", PHONE).page()
    page.goto("/dispatch?show=load")
    box = page.locator(".tabs [aria-current]").bounding_box()
    assert box
    assert 0 <= box["x"] <= PHONE["width"] - box["width"]


def test_a_wall_follows_the_shop_and_never_shows_an_old_state_as_the_present_one(
    visit: Visits, shop: Any
) -> None:
    """What happens appears without a hand; without contact all goes grey and says since when."""
    from traveler.blockers import handling
    from vault.ledger import people

    page = visit("pat", TV).page()
    page.clock.install()
    page.goto("/stations/saw")
    assert page.locator(".light").inner_text().strip().startswith("Idle: J-00")
    pat = people.get(shop.ledger, "pat")
    said = handling.Wanted(kind="machine", owner="pat", what="blade broke", station="saw")
    made = handling.raise_blocker(shop, pat, said)
    page.clock.run_for(25_000)
    page.get_by_text("Stopped, machine, no ETA: blade broke").wait_for()
    assert page.locator(".light.red").count() == 1
    first = page.locator("[data-time]").inner_text()
    page.clock.run_for(2_000)
    assert page.locator("[data-time]").inner_text() != first, "the clock of a live page goes on"

    page.route("**/stations/**", lambda route: route.abort())
    page.clock.run_for(100_000)
    page.get_by_text("NOT CONFIRMED", exact=True).wait_for()
    assert "since " in page.locator("body > [data-lost]").inner_text()
    assert page.evaluate("getComputedStyle(document.querySelector('main')).filter") != "none"
    page.unroute("**/stations/**")
    handling.resolve(shop, pat, made.id, "new blade")
    page.clock.run_for(70_000)
    page.locator("body:not(.lost) .light").wait_for()
    page.get_by_text("Idle: J-00").wait_for()
    assert not page.locator("body > [data-lost]").is_visible()


def test_a_wall_is_read_at_ten_metres(visit: Visits, shop: Any) -> None:
    """On a screen of 1080 lines the reason is 54 px high and more, a job 40, nothing below 24."""
    page = visit("pat", TV).page()
    page.goto(f"/stations/{STATION}")
    size = "one => parseFloat(getComputedStyle(one).fontSize)"
    assert page.locator(".light p").evaluate(size) >= 54
    assert page.locator(".card .job").first.evaluate(size) >= 40
    small = page.evaluate("""() => [...document.querySelectorAll('main *, .beat *')]
        .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
        .filter(one => parseFloat(getComputedStyle(one).fontSize) < 24)
        .map(one => one.outerHTML.slice(0, 80))""")
    assert not small
    page.goto("/wall")
    assert page.locator(".tiles .code").first.evaluate(size) >= 48
    assert page.evaluate("document.querySelector('main').scrollWidth <= innerWidth")

    from traveler import stations
    from traveler.blockers import handling
    from vault.ledger import people

    pat = people.get(shop.ledger, "pat")
    for number in range(56):
        code = stations.add(shop, pat, f"MILL-{number}", f"Mill {number}").code
        if number % 2:
            said = handling.Wanted(
                kind="machine", owner="pat", what="spindle is loud", station=code
            )
            handling.raise_blocker(shop, pat, said)
    for screen in (TV, DESKTOP):
        page.set_viewport_size(screen)
        page.clock.install()
        page.goto("/wall")
        assert page.locator(".map li.red .code").count() >= 28  # every red one, whatever page it is
        seen, told, most = set(), set(), 0
        for _ in range(6):
            seen.add(page.locator("[data-mark]").inner_text())
            now = page.evaluate("""() => [...document.querySelectorAll('.urgent .card')]
                .map(one => [one.getBoundingClientRect(), one.querySelector('.job').innerText])
                .filter(([box]) => box.left >= 0 && box.right <= innerWidth
                    && box.bottom <= document.querySelector('.beat').getBoundingClientRect().top)
                .map(([, job]) => job)""")
            told |= set(now)
            most = max(most, len(now))
            page.clock.run_for(8_000)
        assert len(seen) >= 2, "pages turn, and the mark says which one it is"
        assert most >= 3, "what is next has room beside sixty stations"
        assert told == set(page.locator(".urgent .job").all_inner_texts()), "and all of it its turn"
        least = 24 * screen["height"] / 1080
        assert page.evaluate(
            """least => [...document.querySelectorAll('main .code, main .why')]
            .every(one => parseFloat(getComputedStyle(one).fontSize) >= least * 0.85)""",
            least,
        )
        assert page.evaluate("""() => [...document.querySelectorAll('.map .code')]
            .every(one => one.scrollWidth <= one.clientWidth)"""), "no name is cut"
