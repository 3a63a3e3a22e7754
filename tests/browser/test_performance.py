# SPDX-License-Identifier: AGPL-3.0-or-later
"""Figures over time in a real browser: legible on a phone and at a desk, in the light and the dark."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
CUSTOMER = "Donaudampfschifffahrtsgesellschaftskapitänsmützenwerke & Söhne Nachf. KG"
STATION = "Fräszentrum mit Nullpunktspannsystem 12"
ROUTE = f"""\
[[operation]]
seq = 10
station = "{STATION}"
title = "Mill all over"
setup_minutes = 30
run_minutes = 6
"""
RANGE = "from=2026-01-01&to=2026-06-30"
PAGES = (
    f"/performance?{RANGE}", f"/performance?{RANGE}&by=week", "/performance?from=2020-01-01&to=2020-02-01",
    f"/performance?{RANGE}&show=customers", f"/performance?{RANGE}&show=deliveries",
    f"/performance/items/10-0042?{RANGE}", f"/performance/stations/{STATION}?{RANGE}",
    f"/performance/people?{RANGE}", "/performance?from=yesterday", "/jobs/J-3/history",
    "/jobs/J-0/history",
)  # fmt: skip
BELOW = """() => [...document.querySelectorAll('svg.plot text')]
    .filter(one => one.checkVisibility())
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
    .map(one => one.textContent)"""
"""What of a chart's words lies beyond the screen."""
CUT = """[...document.querySelectorAll('.beside > .wide')]
    .filter(one => one.scrollHeight > one.clientHeight + 1).length"""
"""How many tables beside charts are cut off."""
CROWDED = """() => [...document.querySelectorAll('svg.standing')].flatMap(plot => {
    const seen = [...plot.querySelectorAll('text.period')].filter(one => one.checkVisibility())
        .map(one => one.getBoundingClientRect()).sort((a, b) => a.left - b.left);
    return seen.filter((one, n) => n && seen[n - 1].right > one.left).map(() => plot.ariaLabel);
})"""
"""Charts in which the names of two periods touch."""


@pytest.fixture(scope="module")
def past(site: Any, tmp_path_factory: pytest.TempPathFactory, project: Path) -> None:
    """Fill the served vault: eleven jobs from January to June, some late, scrapped, blocked."""
    from release import desk
    from traveler import jobs
    from traveler.blockers import handling
    from traveler.blockers.handling import Wanted
    from traveler.floor import starting, stopping
    from traveler.shipping import desk as shipping
    from vault import clock, home
    from vault.ledger import people

    place = tmp_path_factory.mktemp("past")
    vault = home.open_vault(site.root)
    person = {one.name: one for one in people.everybody(vault.ledger)}
    eli, mei, pat, otto = (person[name] for name in ("eli", "mchen", "pat", "otto"))
    (place / "route.toml").write_text(ROUTE)
    drawing = project / "sample_vault/items/10-0043/A/10-0043_carriage.pdf"
    desk.add_item(vault, eli, "10-0042", "Carriage", "mchen")
    files = {"10-0042.pdf": drawing, "route.toml": place / "route.toml"}
    desk.check_in(vault, eli, "10-0042", files, "drawn")
    change = desk.open_change(vault, eli, ["10-0042"], "As drawn.").order.change
    desk.sign(vault, mei, "correct horse 7", change)
    desk.release(vault, eli, change)
    for place_in_year in range(11):
        begun = datetime(2026, 1, 12, 7, tzinfo=UTC) + timedelta(days=14 * place_in_year)
        job, due = f"J-{place_in_year}", (begun + timedelta(days=3)).date().isoformat()
        with clock.standing_at(begun):
            jobs.add(vault, pat, job, "10-0042", 5, due, customer=CUSTOMER)
            jobs.release_job(vault, pat, job)
            held = handling.raise_blocker(vault, pat, Wanted(
                kind="material", owner="pat", what="no bar", job=job, facts={"po": "PO 1"}))  # fmt: skip
        with clock.standing_at(begun + timedelta(days=1)):
            handling.resolve(vault, pat, held.id, "it came")
            starting.start(vault, otto, job, 10, device="tablet at the mill")
        with clock.standing_at(begun + timedelta(days=1, hours=1)):
            stopping.finish(vault, otto, job, 10, 5 - place_in_year % 2, place_in_year % 2)
        with clock.standing_at(begun + timedelta(days=2 + place_in_year % 3)):
            sent = shipping.pack(vault, pat, job, 5 - place_in_year % 2, carrier="Post")
            shipping.ship(vault, pat, sent.number)
            jobs.close(vault, pat, job)
    vault.close()


@pytest.mark.usefixtures("past")
def test_every_page_is_legible_and_accessible(
    visit: Callable[..., Any], looked: Callable[..., list[str]]
) -> None:
    """Axe finds nothing, nothing is wider than the screen, no two names of periods touch."""
    wrong = []
    page = visit("pat", PHONE).page()
    for path in PAGES:
        assert page.goto(path).status in {200, 422}, path
        wrong += looked(page, BELOW, CROWDED)
    assert not wrong


@pytest.mark.usefixtures("past")
def test_somebody_finds_out_why_a_month_was_bad(visit: Callable[..., Any], tmp_path: Path) -> None:
    """From the overview to the customer, its late delivery and the record of that job, and a CSV."""
    page = visit("pat").page()
    page.goto("/dispatch")
    page.get_by_role("link", name="Performance", exact=True).last.click()
    page.get_by_label("From").fill("2026-01-01")
    page.get_by_label("To", exact=True).fill("2026-06-30")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("heading", name="On-time delivery").wait_for()
    with page.expect_download() as held:
        page.get_by_role("link", name="CSV of On-time delivery").click()
    held.value.save_as(tmp_path / "periods.csv")
    rows = list(csv.DictReader((tmp_path / "periods.csv").read_text("utf-8-sig").splitlines()))
    assert sum(int(one["due"]) for one in rows) == 11
    page.get_by_role("link", name="Customers").click()
    page.get_by_role("link", name=CUSTOMER).click()
    page.get_by_role("link", name="Deliveries").click()
    assert page.get_by_label("Customer").input_value() == CUSTOMER
    late = page.get_by_role("row").filter(has_text="Late").first
    late.get_by_role("link").first.click()
    page.get_by_role("heading", name="Every act").wait_for()
    assert page.get_by_text("tablet at the mill").first.is_visible()


@pytest.mark.usefixtures("past")
def test_on_paper_there_are_charts_and_no_buttons(visit: Callable[..., Any]) -> None:
    """Printed, tables are whole and nothing is left to press."""
    page = visit("pat").page()
    page.goto(f"/performance?{RANGE}")
    page.emulate_media(media="print")
    assert page.locator("svg.plot").first.is_visible()
    assert not page.get_by_role("button", name="Show").is_visible()
    assert not page.get_by_role("link", name="CSV of On-time delivery").is_visible()
    assert page.evaluate(CUT) == 0
