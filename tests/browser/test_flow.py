# SPDX-License-Identifier: AGPL-3.0-or-later
"""The flow of a job as a picture, and the calendar of stations, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
PASSWORD = "correct horse 7"
LONG = "Oberflächenbehandlung-und-Passivierung"
ROUTE = f"""\
[[operation]]
seq = 10
station = "saw"
title = "Cut"

[[operation]]
seq = 20
station = "bench"
title = "{LONG} after {LONG}"

[[operation]]
seq = 30
station = "plating"
title = "Plate"
parallel = true

[[operation]]
seq = 40
station = "qc"
title = "Inspect"
"""
IN_ORDER = """() => [...document.querySelectorAll('.flow > .stage')].map(
    one => [...one.querySelectorAll('.where b')].map(seq => seq.textContent))"""
"""The numbers of the steps in each stage of the picture, rework among them."""


@pytest.fixture(scope="module")
def planned(site: Any, tmp_path_factory: pytest.TempPathFactory, project: Path) -> str:
    """Fill the served vault: a job that is sawn, with pieces set aside, and an outside step."""
    from release import desk
    from traveler import jobs, stations
    from traveler.floor import starting, stopping
    from vault import home
    from vault.ledger import people

    place = tmp_path_factory.mktemp("flow")
    vault = home.open_vault(site.root)
    person = {one.name: one for one in people.everybody(vault.ledger)}
    eli, mei, pat, otto = (person[name] for name in ("eli", "mchen", "pat", "otto"))
    (place / "route.toml").write_text(ROUTE)
    desk.add_item(vault, eli, "10-0099", "Cover", "mchen")
    desk.check_in(vault, eli, "10-0099", {"route.toml": place / "route.toml"}, "drawn")
    change = desk.open_change(vault, eli, ["10-0099"], "As drawn.").order.change
    desk.sign(vault, mei, PASSWORD, change)
    desk.release(vault, eli, change)
    stations.add(vault, pat, "plating", outside=True, vendor=LONG, days=5)
    jobs.add(vault, pat, "J-9", "10-0099", 12, "2099-12-01")
    jobs.release_job(vault, pat, "J-9")
    starting.start(vault, otto, "J-9", 10)
    stopping.finish(vault, otto, "J-9", 10, 9, 1, rework=2)
    vault.close()
    return "J-9"


def test_a_planner_sees_the_flow_and_changes_it(visit: Callable[..., Any], planned: str) -> None:
    """Pieces that wait for rework are planned, a split job goes its own way, and the picture follows."""
    page = visit("pat").page()
    page.goto(f"/jobs/{planned}")
    assert page.get_by_text("2 wait for rework to be planned").is_visible()
    page.get_by_text("Change the flow").click()
    rework = page.locator("form", has=page.get_by_role("heading", name="Plan rework"))
    rework.get_by_label("Station 1").select_option("bench")
    rework.get_by_label("What").first.fill("File the edge")
    rework.get_by_label("10 Cut").check()
    rework.get_by_label("Why").fill("burr")
    rework.get_by_role("button", name="Plan the rework").click()
    page.wait_for_url("**?done=rework")
    assert page.evaluate(IN_ORDER) == [["10", "11", "12"], ["20", "30"], ["40"]]
    page.get_by_text("Change the flow").click()
    split = page.locator("form", has=page.get_by_role("heading", name="Split the job"))
    split.get_by_label("Pieces").fill("5")
    split.get_by_label("Why").fill("first delivery")
    split.get_by_role("button", name="Split off").click()
    page.wait_for_url("**/jobs/J-9.2?done=split")
    assert page.evaluate(IN_ORDER) == [["20", "30"], ["40"]]
    page.get_by_role("link", name="J-9", exact=True).first.click()
    page.get_by_text("5 split off before").wait_for()


def test_pages_of_planning_are_sound_on_any_screen(
    visit: Callable[..., Any], planned: str, looked: Callable[..., list[str]]
) -> None:
    """Nothing runs out of the screen with long names, and axe finds nothing."""
    wrong = []
    page = visit("pat", PHONE).page()
    for path in (f"/jobs/{planned}", "/stations", "/stations/plating/hours", "/jobs/new"):
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        wrong += looked(page)
    assert not wrong
