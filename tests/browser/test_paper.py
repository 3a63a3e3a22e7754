# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes onto paper, in the browser: a stamp is tried, bins and stations get their labels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PHONE = {"width": 390, "height": 844}
PASSWORD = "correct horse 7"


@pytest.fixture(scope="module")
def drawing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a drawing of two pages."""
    import pymupdf

    place = tmp_path_factory.mktemp("drawn") / "guard.pdf"
    with pymupdf.open() as document:
        for _ in range(2):
            page = document.new_page(width=842, height=595)
            page.draw_rect((20, 20, 822, 575), width=1)
            page.insert_text((60, 60), "GUARD", fontsize=14)
        document.save(place, no_new_id=True)
    return place


def objections(page: Any) -> list[str]:
    """Return what axe objects to, or that something is wider than the screen."""
    from axe_playwright_python.sync_playwright import Axe

    found = [one["id"] for one in Axe().run(page).response["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*found, *([f"{wide} px too wide"] if wide > 0 else [])]


@pytest.mark.parametrize(("screen", "theme"), [(None, "light"), (PHONE, "dark")])
def test_a_stamp_is_tried_on_a_drawing_from_the_desk(
    visit: Callable[..., Any], drawing: Path, screen: Any, theme: str
) -> None:
    """Upload, choose, see: both pages are shown with the stamp, in the very policy of the page."""
    page = visit("eli", screen, theme).page()
    page.goto("/rules/stamps")
    assert objections(page) == []
    page.get_by_label("A drawing").set_input_files(drawing)
    page.get_by_label("State").select_option("superseded")
    page.get_by_role("button", name="Try it").click()
    page.get_by_role("heading", name="2 pages, stamped in place").wait_for()
    shown = page.get_by_role("img", name="with the stamp")
    assert shown.count() == 2
    assert all(one.evaluate("it => it.naturalWidth") > 1000 for one in shown.all())
    assert objections(page) == []
    page.get_by_label("Templates").fill('[stamps]\nlanguage = "xx"\n')
    page.get_by_label("A drawing").set_input_files(drawing)
    page.get_by_role("button", name="Try it").click()
    page.get_by_role("alert").get_by_text("none of").wait_for()
    assert 'language = "xx"' in page.get_by_label("Templates").input_value()


def test_a_planner_takes_labels_for_bins_and_stations(
    visit: Callable[..., Any], site: Any, drawing: Path, tmp_path: Path
) -> None:
    """Three bins as PDF and as ZPL, and the stations', as downloads that read."""
    import pymupdf

    from release import desk
    from traveler import jobs, zpl
    from vault import home
    from vault.ledger import people

    vault = home.open_vault(site.root)
    eli, mei, pat = (people.get(vault.ledger, name) for name in ("eli", "mchen", "pat"))
    route = tmp_path / "route.toml"
    route.write_text('[[operation]]\nseq = 10\nstation = "MILL-1"\ntitle = "Mill"\n')
    desk.add_item(vault, eli, "10-0090", "Guard", "mchen")
    desk.check_in(vault, eli, "10-0090", {"a.pdf": drawing, "route.toml": route}, "drawn")
    order = desk.open_change(vault, eli, ["10-0090"], "First.").order.change
    desk.sign(vault, mei, PASSWORD, order)
    desk.release(vault, eli, order)
    jobs.add(vault, pat, "J-90", "10-0090", 12, "2027-03-01")
    vault.close()
    page = visit("pat").page()
    page.goto("/jobs/J-90")
    page.get_by_label("How many").fill("3")
    with page.expect_download() as got:
        page.get_by_role("button", name="PDF").click()
    got.value.save_as(tmp_path / "bins.pdf")
    with pymupdf.open(tmp_path / "bins.pdf") as document:
        assert [f"{at} of 3" in one.get_text() for at, one in enumerate(document, 1)] == [True] * 3
    page.reload()  # a form is sent once in four seconds
    page.get_by_label("How many").fill("3")
    with page.expect_download() as got:
        page.get_by_role("button", name="For a label printer").click()
    got.value.save_as(tmp_path / "bins.zpl")
    assert len(zpl.read((tmp_path / "bins.zpl").read_text("ascii"))) == 3
    page.goto("/jobs?state=")
    with page.expect_download() as got:
        page.get_by_role("link", name="Station labels").click()
    got.value.save_as(tmp_path / "stations.pdf")
    with pymupdf.open(tmp_path / "stations.pdf") as document:
        assert "MILL-1" in document[0].get_text()
